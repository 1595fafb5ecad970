"""Who hears what of a drive, in which order, and what a listener of another package can and cannot do to the others."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.fusion.calibration import Calibration
from dms.health import Health
from dms.monitor.setup import Basis
from dms.outputs import aside
from dms.outputs.aside import Aside
from dms.outputs.listener import DriveEnd, Listener, Listeners, Step
from dms.types import Frame, VehicleState
from tests.outputs.output_examples import an_alert

PATIENCE_S = 60.0


def step(t: float) -> Step:
    return Step(t, VehicleState(t, speed_kph=80.0), (), None, False, (), Calibration())


@dataclass
class Notes(Listener):
    """Writes down what it hears."""

    name: str = ""
    heard: list[str] = field(default_factory=list)
    trouble: Exception | None = None

    def on_drive_begins(self, t: float, basis: Basis) -> None:
        self.heard.append(f"{self.name}begins {t:g} under {basis.pack.name}")

    def on_step(self, step: Step) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.heard.append(f"{self.name}step {step.t:g}")

    def on_picture(self, frame: Frame) -> None:
        self.heard.append(f"{self.name}picture {frame.index}")

    def on_drive_ends(self, reason: DriveEnd) -> None:
        self.heard.append(f"{self.name}ends {reason}")

    def close(self) -> None:
        self.heard.append(f"{self.name}closed")


def live_through(listener: Listener) -> None:
    """A short drive."""
    listener.on_drive_begins(0.0, Basis(load_pack("default"), load_cabin()))
    listener.on_step(step(1.0))
    listener.on_picture(Frame(1.0, 7, np.zeros((4, 4), np.uint8)))
    listener.on_drive_ends("shutdown")


WHOLE_DRIVE = ["begins 0 under default", "step 1", "picture 7", "ends shutdown"]


def test_everything_is_heard_by_the_first_before_the_second() -> None:
    heard: list[str] = []
    live_through(Listeners([Notes("journal ", heard), Notes("bus ", heard)]))
    assert heard == [f"{name} {each}" for each in WHOLE_DRIVE for name in ("journal", "bus")]


def test_a_listener_that_wants_nothing_is_left_in_peace() -> None:
    listener = Listener()
    live_through(listener)
    listener.close()


def test_one_that_is_kept_apart_hears_the_same_in_the_same_order_before_it_is_closed() -> None:
    notes = Notes()
    with closing(Aside("toy", notes)) as apart:
        live_through(apart)
    assert notes.heard == [*WHOLE_DRIVE, "closed"]
    assert (apart.problem, apart.faults) == (None, 0)


def test_one_that_fails_says_why_until_it_works_again(caplog: pytest.LogCaptureFixture) -> None:
    notes, another = Notes(trouble=OSError("the broker is away")), Notes()
    with closing(Aside("toy", notes)) as apart:
        everybody = Listeners([apart, another])
        live_through(everybody)
        everybody.on_step(step(2.0))
        wait_until_heard(apart)
        assert (apart.problem, apart.faults) == ("on_step: OSError: the broker is away", 2)
        notes.trouble = None
        everybody.on_step(step(3.0))
        wait_until_heard(apart)
        assert (apart.problem, apart.faults) == (None, 2)
    assert another.heard == [*WHOLE_DRIVE, "step 2", "step 3"]
    assert notes.heard == ["begins 0 under default", "picture 7", "ends shutdown", "step 3", "closed"]
    assert "output toy failed" in caplog.text


def wait_until_heard(apart: Aside) -> None:
    """Everything that was passed on so far has been heard."""
    heard = threading.Event()
    apart._pass_on("test", heard.set)
    assert heard.wait(PATIENCE_S)
    # `heard.set` has returned, but its outcome is noted only after that: a second call comes after the note.
    heard = threading.Event()
    apart._pass_on("test", heard.set)
    assert heard.wait(PATIENCE_S)


class Stuck(Listener):
    """Waits for somebody who is not there."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.steps: list[float] = []
        self.pictures = 0

    def on_step(self, step: Step) -> None:
        assert self.released.wait(PATIENCE_S)
        self.steps.append(step.t)

    def on_picture(self, frame: Frame) -> None:
        self.pictures += 1


def test_one_that_hangs_holds_nobody_up_and_what_it_misses_is_counted() -> None:
    stuck, other = Stuck(), Notes()
    with closing(Aside("toy", stuck)) as apart:
        everybody = Listeners([apart, other])
        for number in range(aside.MOST_WAITING + 50):
            everybody.on_step(step(float(number)))
            everybody.on_picture(Frame(float(number), number, np.zeros((4, 4), np.uint8)))
        assert sum(each.startswith("step") for each in other.heard) == aside.MOST_WAITING + 50
        stuck.released.set()
        assert 0 < apart.faults <= 50 + aside.MOST_WAITING_FOR_A_PICTURE
    assert stuck.steps[:3] == [0.0, 1.0, 2.0]
    assert len(stuck.steps) == aside.MOST_WAITING + 50 - apart.faults
    assert stuck.pictures <= aside.MOST_WAITING_FOR_A_PICTURE


def test_one_that_never_returns_is_left_behind(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(aside, "CLOSING_TIMEOUT_S", 0.05)
    stuck = Stuck()
    apart = Aside("toy", stuck)
    apart.on_step(step(1.0))
    apart.close()
    assert "output toy did not close within 0.05 s and is left behind" in caplog.text
    stuck.released.set()


def test_one_that_does_not_keep_up_misses_what_repeats_itself_before_it_misses_an_alert() -> None:
    stuck = Stuck()
    with closing(Aside("toy", stuck)) as apart:
        for number in range(aside.MOST_WAITING + 50):
            apart.on_step(step(float(number)))
        apart.on_step(replace(step(9999.0), alerts=(an_alert(),)))
        stuck.released.set()
    assert stuck.steps[-1] == 9999.0
    assert apart.faults > 0


class Talkative(Listener):
    """Hears of the health of the service, and speaks of its own."""

    def __init__(self) -> None:
        self.heard: list[Health] = []
        self.says: str | None = None

    def on_health(self, health: Health) -> None:
        self.heard.append(health)

    def what_is_wrong(self) -> str | None:
        if self.says == "an error":
            raise ZeroDivisionError("no error can be told")
        return self.says


def test_one_that_is_kept_apart_hears_of_health_and_is_asked_for_its_own() -> None:
    talkative, health = Talkative(), Health(1.0, "ok")
    with closing(Aside("toy", talkative)) as apart:
        apart.on_health(health)
        assert apart.problem is None
        talkative.says = "the broker is away"
        assert apart.problem == "the broker is away"
        talkative.says = "an error"
        assert apart.problem == "what_is_wrong: ZeroDivisionError: no error can be told"
    assert talkative.heard == [health]
