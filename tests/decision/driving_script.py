"""A small language for what a driver does, and the records that a camera and a vehicle would give of it.

    script = Script(speed_kph=80).attentive(75).look("lap", 8).attentive(5)
    alerts = script.alerts("eu-addw-inspired")

Directions are relative to the driver's forward; the camera sits a little below it. Times in alerts count from `script.mark`,
the moment of the last `now()`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from msgspec import structs

from dms.config.cabin import load_cabin
from dms.decision.engine import DecisionEngine
from dms.decision.pack_loader import Pack, load_pack
from dms.fusion.fusion import Fusion
from dms.types import (
    Alert,
    CameraHealth,
    Cues,
    DriveRecord,
    DriverInput,
    Eye,
    Eyes,
    Face,
    Gaze,
    Head,
    Mouth,
    Observation,
    Phase,
    VehicleState,
)

BLINK_EVERY_S = 60.0 / 17.0
BLINK_S = 0.15
CAMERA_PITCH_DEG = 6.0

# Where things are for a driver on the left: yaw to the driver's left, pitch up, degrees (regulation notes, section 7).
PLACES = {
    "road": (0.0, 0.0),
    "lap": (0.0, -50.0),
    "knee": (5.0, -60.0),
    "cluster": (0.0, -25.0),
    "centre_display": (-33.0, -20.0),
    "mirror_left": (39.0, -11.0),
    "mirror_right": (-46.0, -6.0),
    "mirror_inside": (-29.0, 16.0),
    "window_driver": (80.0, 0.0),
    "glovebox": (-53.0, -23.0),
    "windscreen_phone": (0.0, -13.0),
}


@dataclass(frozen=True)
class State:
    """What the driver and the vehicle do during one stretch."""

    head: tuple[float, float] = (0.0, 0.0)
    gaze: tuple[float, float] = (0.0, 0.0)
    openness: float = 1.0
    blinks: bool = True
    eyes_readable: bool = True
    face: bool = True
    camera: CameraHealth = CameraHealth.OK
    mouth: float = 0.05
    phone: Any = "none"
    smoking: bool | None = None
    emotion: str = "neutral"
    speed_kph: float | None = 80.0
    turn_signal: Any = "off"
    steering_deg: float = 0.0
    assist_active: bool | None = None
    frames: bool = True


@dataclass
class Script:
    """A drive in the making. Every method adds to its end and returns the script."""

    speed_kph: float | None = 80.0
    assist_active: bool | None = None
    stretches: list[tuple[float, float, State]] = field(default_factory=list)
    inputs: list[DriverInput] = field(default_factory=list)
    t: float = 0.0
    mark: float = 0.0
    base: State = field(init=False)
    _kept: tuple[Any, list[Cues | DriverInput]] | None = None

    def __post_init__(self) -> None:
        self.base = State(speed_kph=self.speed_kph, assist_active=self.assist_active)

    def now(self) -> Script:
        """From here on times are counted."""
        self.mark = self.t
        return self

    def vehicle(self, **changes: Any) -> Script:
        """From here on the vehicle does this."""
        self.base = replace(self.base, **changes)
        return self

    def state(self, seconds: float, **changes: Any) -> Script:
        """A stretch in which some things are different."""
        self.stretches.append((self.t, self.t + seconds, replace(self.base, **changes)))
        self.t += seconds
        return self

    def attentive(self, seconds: float) -> Script:
        """Eyes on the road, seventeen blinks a minute."""
        return self.state(seconds)

    def look(self, place: str, seconds: float, *, lizard: bool = False, **changes: Any) -> Script:
        """Look somewhere: head and eyes, or (`lizard`) the eyes alone."""
        yaw, pitch = PLACES[place]
        head = (0.0, 0.0) if lizard else (0.8 * yaw, 0.8 * pitch)
        return self.state(seconds, head=head, gaze=(yaw, pitch), blinks=False, **changes)

    def close_eyes(self, seconds: float, **changes: Any) -> Script:
        """Eyes shut, head where it is."""
        return self.state(seconds, openness=0.0, blinks=False, **changes)

    def cover_camera(self, seconds: float) -> Script:
        """Something in front of the lens."""
        return self.state(seconds, camera=CameraHealth.COVERED, face=False)

    def leave(self, seconds: float) -> Script:
        """No face in the picture."""
        return self.state(seconds, face=False)

    def yawn(self, seconds: float) -> Script:
        """The mouth wide open."""
        return self.state(seconds, mouth=0.9)

    def repeat(self, times: int, *actions: tuple[str, Any, float]) -> Script:
        """Several stretches again and again: ("look", place, s), ("attentive", None, s), ("close_eyes", None, s)."""
        for _ in range(times):
            for name, what, seconds in actions:
                getattr(self, name)(*([what] if what is not None else []), seconds)
        return self

    def acknowledge(self, after_s: float = 0.0) -> Script:
        """The driver presses the button, so long before the end of the script so far."""
        self.inputs.append(DriverInput(self.t - after_s, "acknowledge"))
        return self

    def driver(self, action: Any) -> Script:
        """The driver does something else now."""
        self.inputs.append(DriverInput(self.t, action))
        return self

    def records(self, fps: float = 30.0, loss: float = 0.0, seed: int = 1, shift_s: float = 0.0) -> Iterator[DriveRecord]:
        """The drive as records in order of time, at a frame rate, with a share of the frames lost, shifted in time."""
        chance = random.Random(seed)
        times = [(index / fps, index) for index in range(int(self.t * fps))]
        inputs = sorted(self.inputs, key=lambda action: action.t)
        stretch = 0
        vehicle_t = -1.0
        for t, index in times:
            while self.stretches[stretch][1] <= t + 1e-9:
                stretch += 1
            state = self.stretches[stretch][2]
            while inputs and inputs[0].t <= t:
                yield structs.replace(inputs[0], t=inputs.pop(0).t + shift_s)
            if t - vehicle_t >= 0.1 - 1e-9:
                vehicle_t = t
                yield _vehicle(t + shift_s, state)
            if not state.frames or chance.random() < loss:
                continue
            yield _observation(t, index, state, shift_s)

    def cues(self, **sampling: Any) -> list[Cues | DriverInput]:
        """What fusion makes of the drive, and what the driver does, in order; kept, so that many packs can judge one drive."""
        key = (self.t, len(self.inputs), *sorted(sampling.items()))
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, list(self._fused(**sampling)))
        return self._kept[1]

    def _fused(self, **sampling: Any) -> Iterator[Cues | DriverInput]:
        fusion = Fusion(cached_cabin())
        for record in self.records(**sampling):
            if isinstance(record, VehicleState):
                fusion.vehicle(record)
            elif isinstance(record, DriverInput):
                fusion.driver(record)
                yield record
            elif isinstance(record, Observation):
                cues = fusion.observe(record)
                if cues is not None:
                    yield cues

    def fused(self, **sampling: Any) -> list[Cues]:
        """What fusion makes of the drive."""
        return [given for given in self.cues(**sampling) if isinstance(given, Cues)]

    def engine(
        self, pack: str | Pack, reload_at_s: float = float("inf"), reload: str = "default", **sampling: Any
    ) -> tuple[DecisionEngine, list[Alert]]:
        """The engine after the drive, and what it said, in the drive's own time; from `reload_at_s` on under another pack."""
        engine = DecisionEngine(pack if isinstance(pack, Pack) else cached_pack(pack))
        found: list[Alert] = []
        for given in self.cues(**sampling):
            if given.t >= reload_at_s:
                engine.replace_pack(cached_pack(reload))
                reload_at_s = float("inf")
            found.extend(engine.driver(given) if isinstance(given, DriverInput) else engine.step(given))
        return engine, found

    def alerts(self, pack: str | Pack, **sampling: Any) -> list[Alert]:
        """What the pack makes of the drive, times counted from the mark."""
        shift_s = sampling.get("shift_s", 0.0)
        found = self.engine(pack, **sampling)[1]
        return [
            structs.replace(alert, t=alert.t - self.mark - shift_s, onset=alert.onset - self.mark - shift_s) for alert in found
        ]


cached_pack = cache(load_pack)


@cache
def cached_cabin() -> Any:
    return load_cabin()


def raised(alerts: list[Alert], after: float = -1e9) -> list[tuple[str, str]]:
    """Kind and level of what was raised or escalated, in order."""
    return [
        (alert.kind.value, alert.level.value)
        for alert in alerts
        if alert.phase in (Phase.RAISE, Phase.ESCALATE) and alert.t >= after
    ]


def _vehicle(t: float, state: State) -> VehicleState:
    return VehicleState(
        t,
        speed_kph=state.speed_kph,
        turn_signal=state.turn_signal,
        steering_deg=state.steering_deg,
        gear="D",
        assist_active=state.assist_active,
    )


def _observation(t: float, index: int, state: State, shift_s: float) -> Observation:
    if state.camera is not CameraHealth.OK or not state.face:
        return Observation(t + shift_s, index, camera=state.camera)
    sway = 0.6 * math.sin(2.1 * t)
    blinking = state.blinks and t % BLINK_EVERY_S < BLINK_S
    openness = 0.0 if blinking else state.openness
    visible = 0.98 if state.eyes_readable else 0.05
    head = Head(state.head[0] + sway, state.head[1] - CAMERA_PITCH_DEG + 0.5 * sway, 0.5 * sway, sigma_deg=2.0)
    sees = state.eyes_readable and openness > 0.2
    gaze = Gaze(state.gaze[0] + sway, state.gaze[1] - CAMERA_PITCH_DEG + 0.5 * sway, sigma_deg=4.0) if sees else None
    eye = Eye(openness=0.93 * openness + 0.02, visible=visible)
    return Observation(
        t + shift_s,
        index,
        face=Face(0.97, (220.0, 120.0, 180.0, 210.0)),
        head=head,
        eyes=Eyes(eye, eye),
        gaze=gaze,
        mouth=Mouth(state.mouth, 0.97),
        emotion={"neutral": 1.0} if state.emotion == "neutral" else {state.emotion: 1.0},  # type: ignore[dict-item]
        phone=state.phone,
        smoking=state.smoking,
    )
