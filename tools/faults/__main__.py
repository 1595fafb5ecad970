"""`python -m tools.faults`: a scripted minute of service over and over, in which each call fails once; and what became of it.

The clock of the service runs faster by `--clock-rate`. `--offsets` takes only so many of the trials with single faults, for a
quick look. Exit code 1 if anything was not as it should be.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.faults.campaign import Outcome, Result, Trial, at_start, every_call, go_through, lasting
from tools.faults.control import Kind

EVERY = {Kind.FILES: 20, Kind.DATABASE: 20, Kind.SOCKETS: 30, Kind.CLOCK: 20}
"""How many calls lie between two faults of a trial: enough for the first to be over by the second."""
MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder in it
"""Where the service writes, if there is such a disk: it answers in time while the clock runs fast, but for the faults."""
PARTS = (*(kind.name.lower() for kind in Kind), "lasting", "start")


def main() -> None:
    """Run the trials that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"of {', '.join(PARTS)}: all if none is named")
    parser.add_argument("--clock-rate", type=float, default=4.0)
    parser.add_argument("--offsets", type=int)
    options = parser.parse_args()
    wanted = options.parts or PARTS
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which leaves no service behind
    with tempfile.TemporaryDirectory(prefix="dms-faults-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        outcomes = [
            go_through(Path(folder) / str(number), trials, options.clock_rate, _tell)
            for number, trials in enumerate(_services(wanted, options.offsets))
        ]
    sys.exit(_sum_up(outcomes))


def _services(wanted: Sequence[str], offsets: int | None) -> list[list[Trial]]:
    """The trials, by the service that goes through them: those at a start need one each."""
    services = [list(every_call(kind, every, offsets)) for kind, every in EVERY.items() if kind.name.lower() in wanted]
    if "lasting" in wanted:
        services.append(list(lasting()))
    if "start" in wanted:
        services += [[trial] for trial in at_start()]
    return services


def _tell(result: Result) -> None:
    told = f"told: {'; '.join(result.degraded)[:160]}" if result.degraded else "not noticed"
    apart = f"frames at most {result.worst_gap_s:.2f} s apart"
    print(f"{result.trial.name}: {result.failed} of {result.calls} calls failed; {apart}; {told}", flush=True)
    for problem in result.problems:
        print(f"  NOT AS IT SHOULD BE: {problem}")
    if result.problems:
        for injected in [*result.injected][-12:]:
            print(f"    {injected}")


def _sum_up(outcomes: Sequence[Outcome]) -> int:
    results = [result for outcome in outcomes for result in outcome.results]
    problems = [*(problem for result in results for problem in result.problems), *(each for o in outcomes for each in o.problems)]
    for outcome in outcomes:
        for problem in outcome.problems:
            print(f"NOT AS IT SHOULD BE: {problem}")
    print(
        f"\ncalls seen: {sum(result.calls for result in results)}\n"
        f"faults injected: {sum(result.failed for result in results)}\n"
        f"worst frame gap: {max((result.worst_gap_s for result in results), default=0.0):.2f} s of the service\n"
        f"calls of the frames' thread that may wait for a disk: {max((result.on_main_thread for result in results), default=0)}\n"
        f"alerts: {sum(outcome.alerts for outcome in outcomes)}, "
        f"not in the journal: {sum(outcome.missing for outcome in outcomes)}; "
        f"acknowledged: {sum(outcome.acknowledged for outcome in outcomes)}, of these lost: {sum(o.lost for o in outcomes)}\n"
        f"descriptors leaked: {sum(result.descriptors_left for result in results)}\n"
        f"locks leaked: {sum(result.locks_left for result in results)}\n"
        f"not as it should be: {len(problems)}"
    )
    return int(bool(problems))


if __name__ == "__main__":
    main()
