"""One service, and the faults that it goes through one after the other: what it did meanwhile, and what was left of them."""

from __future__ import annotations

import errno
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from dms.client.sender import send_driver_action
from dms.errors import DmsError
from tools.faults.control import ANY_ERROR, SLOW, Control, Injected, Kind
from tools.faults.service import Heard, NotInTimeError, PlayedService

SCRIPT_S = 60.0
"""A scripted minute: marks, a new drive, rules that are loaded again, and alerts all the time."""
RECOVERY_S = 45.0
"""The journal tries again after at most 30 s, the recorder after 10 s."""
LASTING_S = 20.0
SLEEPING_S = 30.0
"""A disk that takes so long for one call, of the service's time: each thread that it holds up is to be named, or replaced."""
DESCRIPTORS_TO_SPARE = 2
"""What may be open at one count and not at the other: a datagram to systemd, a file that is read."""
SETTLING_S = 10.0
FEW = 5
STARTING_S = 120.0
"""Of real time: on a busy machine a start takes as long as that of many programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Faults of one sort: `error` in calls of `kinds`, number `first` and each `every`-th after it, for `seconds` of the service.

    `at_start`: the service begins among them. `told`: there must be a word of them in its health.
    """

    name: str
    kinds: tuple[Kind, ...]
    first: int = 1
    every: int = 1
    error: int = ANY_ERROR
    only: str = ""
    seconds: float = LASTING_S
    at_start: bool = False
    told: str = ""


@dataclass(slots=True)
class Result:
    """What became of a trial. `problems` are what should not have been, in words."""

    trial: Trial
    calls: int = 0
    injected: tuple[Injected, ...] = ()
    failed: int = 0
    worst_gap_s: float = 0.0
    on_main_thread: int = 0
    descriptors_left: int = 0
    locks_left: int = 0
    degraded: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All trials that one service went through, and what stood in its journal at the end."""

    results: tuple[Result, ...]
    alerts: int
    acknowledged: int
    lost: int
    missing: int
    problems: tuple[str, ...]


def every_call(kind: Kind, every: int, offsets: int | None = None, seconds: float = SCRIPT_S) -> Iterator[Trial]:
    """The trials in which together each call of the script fails once: call 1, 1 + `every`, …, then call 2, 2 + `every`, …

    `offsets`: only the first so many of these `every`.
    """
    for first in range(1, 1 + min(every, offsets or every)):
        yield Trial(name=f"{kind.name.lower()}: {first} + n·{every}", kinds=(kind,), first=first, every=every, seconds=seconds)


def lasting() -> Iterator[Trial]:
    """Every call fails for a while, as when a disk is full, read-only, dying, asleep, or no descriptor is left."""
    for number in (errno.ENOSPC, errno.EIO, errno.EACCES):
        name = errno.errorcode[number]
        yield Trial(name=f"journal: {name}", kinds=(Kind.DATABASE,), error=number, told="journal")
        yield Trial(name=f"recordings: {name}", kinds=(Kind.FILES,), error=number, only="/drives", told="recorder")
    yield Trial(name="journal: asleep", kinds=(Kind.DATABASE,), error=SLOW, told="journal")
    yield Trial(name="recordings: asleep", kinds=(Kind.FILES,), error=SLOW, only="/drives", told="recorder")
    yield Trial(name="no descriptor left", kinds=(Kind.FILES, Kind.DATABASE), error=errno.EMFILE, told="recorder")
    yield Trial(name="every third socket call", kinds=(Kind.SOCKETS,), every=3)


def at_start() -> Iterator[Trial]:
    """The service begins on a disk that does not take anything, and later does."""
    for number in (errno.ENOSPC, errno.EIO, errno.EACCES):
        name = errno.errorcode[number]
        yield Trial(name=f"start, journal: {name}", kinds=(Kind.DATABASE,), error=number, told="journal", at_start=True)
        yield Trial(
            name=f"start, recordings: {name}", kinds=(Kind.FILES,), error=number, only="/drives", told="recorder", at_start=True
        )


def go_through(folder: Path, trials: list[Trial], clock_rate: float, tell: Callable[[Result], None]) -> Outcome:
    """Take one service in `folder` through the trials, until one ends it. Each result is told as soon as it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    control = Control(folder / "control", clock_rate)
    results: list[Result] = []
    problems: list[str] = []
    if trials[0].at_start:
        _arm(control, trials[0])
    with PlayedService(folder, control.environment) as service:
        try:
            if trials[0].at_start:
                service.wait_until("a few health messages", lambda heard: heard.healths > FEW, STARTING_S)
            else:
                service.wait_until("a first health message that all is well", _is_well, STARTING_S)
            control.watch_main_thread()
            for trial in trials:
                result = Result(trial)
                results.append(result)
                _undergo(service, control, trial, clock_rate, result)
                tell(result)
        except NotInTimeError as error:
            results[-1].problems.append(str(error)) if results else problems.append(str(error))
            if results:
                tell(results[-1])
        if service.process.poll() is None and (code := service.stop()) != 0:
            problems.append(f"it ended with {code}:\n{service.last_words()}")
        lost, missing = service.missing()
        if lost:
            problems.append(f"acknowledged and not in the journal: {sorted(lost)[:3]}")
        counted = service.heard.health.get("journal", {}).get("lost", 0)
        if len(missing) > counted:
            problems.append(f"{len(missing)} alerts are not in the journal, and health counts {counted}: {sorted(missing)[:3]}")
        heard = service.heard
        return Outcome(tuple(results), len(heard.alerts), len(heard.acknowledged), len(lost), len(missing), tuple(problems))


def _is_well(heard: Heard) -> bool:
    return heard.health.get("status") == "ok" and heard.observations > 0


def _arm(control: Control, trial: Trial) -> None:
    control.arm(
        *trial.kinds,
        first=trial.first,
        every=trial.every,
        error=trial.error,
        only=trial.only,
        slow_ms=int(1000 * SLEEPING_S / control.clock_rate),
    )


def _undergo(service: PlayedService, control: Control, trial: Trial, clock_rate: float, result: Result) -> None:
    """One trial: faults, then none, and what is left a while after."""
    heard = service.heard
    descriptors, locks = (0, 0) if trial.at_start else (service.descriptors(), service.locks())
    heard.degraded.clear()
    heard.worst_gap_s = 0.0
    if not trial.at_start:
        _arm(control, trial)
    _play_script(service, trial.seconds / clock_rate)
    give_up = time.monotonic() + STARTING_S
    while control.failed == 0 and time.monotonic() < give_up and service.process.poll() is None:
        time.sleep(0.05)  # a machine that is busy with other things gives the service no time to call anything
    result.calls, result.failed = control.calls, control.failed
    control.disarm()
    result.injected = tuple(control.injected())[:1000]
    healths = heard.healths
    service.wait_until(
        "well again", lambda now: now.healths > healths + 1 and _is_well(now), RECOVERY_S / clock_rate + STARTING_S
    )
    result.worst_gap_s, result.on_main_thread = heard.worst_gap_s, control.on_main_thread
    result.degraded = tuple(sorted(heard.degraded))
    if not trial.at_start:
        result.descriptors_left = _left(service.descriptors, descriptors + DESCRIPTORS_TO_SPARE)
        result.locks_left = _left(service.locks, locks)
    result.problems += _judged(trial, result)


def _left(count: Callable[[], int], before: int) -> int:
    """How many more there are than before, once what is in use for a moment only has been given back."""
    give_up = time.monotonic() + SETTLING_S
    while (left := max(0, count() - before)) and time.monotonic() < give_up:
        time.sleep(0.05)
    return left


def _judged(trial: Trial, result: Result) -> Iterator[str]:
    if result.failed == 0:
        yield "nothing failed: the trial tried nothing"
    if trial.told and not any(trial.told in word for word in result.degraded):
        yield f"health says nothing of the {trial.told}"
    if result.on_main_thread:
        yield f"{result.on_main_thread} calls of the frames' thread may wait for a disk"
    if result.descriptors_left:
        yield f"{result.descriptors_left} descriptors are left open"
    if result.locks_left:
        yield f"{result.locks_left} locks are left"


def _play_script(service: PlayedService, seconds: float) -> None:
    """What people do in a drive, spread over it."""
    actions: list[Callable[[], None]] = [
        lambda: send_driver_action(service.inputs, "mark", "of a trial"),
        lambda: service.send(signal.SIGHUP),
        lambda: send_driver_action(service.inputs, "new_drive"),
        lambda: send_driver_action(service.inputs, "mark"),
    ]
    for action in actions:
        time.sleep(seconds / (len(actions) + 1))
        if service.process.poll() is not None:
            raise NotInTimeError(f"the service ended with {service.process.returncode}\n{service.last_words()}")
        with suppress(DmsError):  # the endpoint may be among what fails
            action()
    time.sleep(seconds / (len(actions) + 1))
