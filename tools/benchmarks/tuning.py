"""`python -m tools.benchmarks.tuning DRIVES`: what a search costs, and whether its quick trials see what all moments say.

Times are processor time of one process, which other programs on the machine do not change; a search shares it out over the cores.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dms.config.cabin import load_cabin
from dms.drives.tuning.bench import Changes
from dms.drives.tuning.candidates import Original, changes_of, load_original
from dms.drives.tuning.crew import Here
from dms.drives.tuning.space import Space, load_space, space_path
from dms.drives.tuning.tuning import same_result, task_for
from dms.drives.tuning.workers import Workers
from dms.errors import ConfigurationError
from dms.recording.drive import find_drives


def drawn(space: Space, original: Original, seed: int) -> Iterator[Changes]:
    """Packs drawn at random from the space, those left out that the schema refuses."""
    chance = random.Random(seed)
    while True:
        values = {one.name: one.value(chance.uniform(one.lowest, one.highest)) for one in space.dimensions}
        changes = changes_of(space, values)
        try:
            original.candidate(changes)
        except ConfigurationError:
            continue
        yield changes


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.tuning", description=__doc__.splitlines()[0])
    parser.add_argument("drives", type=Path, nargs="+")
    parser.add_argument("--space", default="default")
    parser.add_argument("--cues", type=Path, help="keep computed cues here, instead of computing them anew")
    parser.add_argument("--packs", type=int, default=10, help="how many packs to try")
    parser.add_argument("--checked", type=int, default=3, help="how many of them on all moments too")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    path = space_path(options.space)
    original = load_original(options.space)
    space = load_space(path, original.pack.name, original.data)
    paths = find_drives(options.drives)
    with tempfile.TemporaryDirectory() as folder:
        task = task_for(original, space, load_cabin(), options.cues or Path(folder))
        with Workers(task, paths, Here(task)) as workers:
            measure(workers, paths, drawn(space, original, options.seed), options.packs, options.checked)


def measure(workers: Workers, paths: list[Path], packs: Iterator[Changes], count: int, checked: int) -> None:
    """Measure and print."""
    started = time.process_time()
    prepared = list(workers.prepare())
    hours = sum(one.unchanged.hours for one in prepared)
    kept, moments = sum(one.kept for one in prepared), sum(one.moments for one in prepared)
    ready_s = (time.process_time() - started) / hours
    print(f"{len(paths)} drives, {hours:.2f} h, {moments} moments, of which trials look at {kept} ({kept / moments:.1%})")
    tried = [next(packs) for _ in range(count)]
    workers.quick(tried[:1], paths)  # builds the cues that stay for all trials
    started = time.process_time()
    quick = workers.quick(tried, paths)
    trial_s = (time.process_time() - started) / count / hours
    started = time.process_time()
    whole = workers.whole(tried[:checked], paths)
    whole_s = (time.process_time() - started) / max(checked, 1) / hours
    same = sum(same_result(one, other) for one, other in zip(quick, whole, strict=False))
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"for each hour of drive: cues {ready_s:.2f} s, a trial {trial_s:.3f} s, a pack on all moments {whole_s:.2f} s")
    print(f"trials and all moments say the same of {same} of {len(whole)} packs; {peak_mib:.0f} MiB at most")
    command_s = 10 * ready_s + 200 * 7 * trial_s + 12 * 10 * whole_s
    print(
        f"`dms tune`, 200 trials none of which stops early, 10 h of which 7 to tune on, 12 packs checked: {command_s:.0f} s of "
        f"one core, {command_s / 2 / 60:.1f} min on two"
    )
    if same < len(whole):
        sys.exit("trials and all moments differ")


if __name__ == "__main__":
    main()
