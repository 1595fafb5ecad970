"""A small language for what a driver does, sampled at any frame rate and fed to fusion.

    story = Story().does(20, 24, looks=(-33, -20)).does(30, 31.6, openness=0.05)
    cues = story.cues(until=40)

Directions are seen from the driver's forward; `forward` says where that is for the camera.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dms.config.cabin import Cabin, load_cabin
from dms.fusion.calibration import Calibration
from dms.fusion.fusion import Fusion
from dms.types import CameraHealth, CueEvent, Cues, Eye, Eyes, Face, Gaze, Head, Mouth, Observation, Phone, VehicleState

FACE = Face(0.98, (212.0, 96.0, 180.0, 210.0))
CABIN = load_cabin("left_hand_drive")
KNOWN = Calibration(0.0, 0.0, 0.0, open_eye=0.95, progress=1.0, source="learned")


@dataclass(frozen=True)
class Moment:
    """What the driver does: head and gaze from forward, lids, mouth; and what the camera can see of it."""

    head: tuple[float, float] = (0.0, 0.0)
    gaze: tuple[float, float] | None = (0.0, 0.0)
    openness: float = 0.95
    visible: float = 0.98
    mouth: float = 0.03
    face: bool = True
    camera: CameraHealth = CameraHealth.OK
    phone: Phone | None = None
    speed_kph: float | None = 80.0


@dataclass
class Story:
    """An attentive driver, except where `does` says otherwise; later words win over earlier ones."""

    forward: tuple[float, float] = (0.0, 0.0)
    usual: Moment = field(default_factory=Moment)
    acts: dict[int, list[tuple[float, float, dict[str, Any]]]] = field(default_factory=dict)

    def does(self, start: float, end: float, **changes: Any) -> Story:
        """From `start` until just before `end`. `looks=(yaw, pitch)` moves head and gaze together."""
        if "looks" in changes:
            changes["head"] = changes["gaze"] = changes.pop("looks")
        for second in range(int(start) - 1, int(end) + 1):
            self.acts.setdefault(second, []).append((start, end, changes))
        return self

    def every(self, period: float, length: float, start: float, end: float, **changes: Any) -> Story:
        """For `length` seconds every `period` seconds."""
        count = int((end - start) / period + 1e-6)
        for k in range(count):
            self.does(start + k * period, start + k * period + length, **changes)
        return self

    def blinks(self, start: float, end: float, per_minute: float = 17.0, length: float = 0.15) -> Story:
        """Ordinary blinks."""
        return self.every(60.0 / per_minute, length, start, end, openness=0.05)

    def at(self, t: float) -> Moment:
        """What happens at `t`. A millionth of a second is forgiven, so that frame times need not be exact."""
        changes: dict[str, Any] = {}
        for start, end, change in self.acts.get(int(t), ()):
            if start - 1e-6 <= t < end - 1e-6:
                changes |= change
        return replace(self.usual, **changes) if changes else self.usual

    def observation(self, t: float, frame: int = 0, shift: float = 0.0) -> Observation:
        """What perception reports at `t`, moved in time by `shift`."""
        now = self.at(t)
        blind = not now.face or now.camera in {CameraHealth.COVERED, CameraHealth.STALE}
        if blind:
            return Observation(t=t + shift, frame=frame, camera=now.camera, phone=now.phone)
        eye = Eye(now.openness, now.visible)
        yaw, pitch = self.forward
        return Observation(
            t=t + shift,
            frame=frame,
            camera=now.camera,
            face=FACE,
            head=Head(yaw + now.head[0], pitch + now.head[1], 0.0, 2.0),
            eyes=Eyes(eye, eye),
            gaze=None if now.gaze is None else Gaze(yaw + now.gaze[0], pitch + now.gaze[1], 4.0),
            mouth=Mouth(now.mouth, 0.97),
            phone=now.phone,
        )

    def cues(
        self,
        until: float,
        *,
        start: float = 0.0,
        times: Iterable[float] | None = None,
        fps: float = 30.0,
        shift: float = 0.0,
        fusion: Fusion | None = None,
        knows: Calibration | None = KNOWN,
        cabin: Cabin = CABIN,
    ) -> list[Cues]:
        """Fusion's cues, by default for a driver who is already known: `knows=None` for one who is not."""
        if fusion is None:
            forward = knows and replace(knows, forward_yaw_deg=self.forward[0], forward_pitch_deg=self.forward[1])
            fusion = Fusion(cabin, calibration=forward)
        cues: list[Cues] = []
        for frame, t in enumerate(frame_times(until, fps, start) if times is None else times):
            speed_kph = self.at(t).speed_kph
            if speed_kph is not None:
                fusion.vehicle(VehicleState(t + shift, speed_kph))
            seen = fusion.observe(self.observation(t, frame, shift))
            if seen is not None:
                cues.append(seen)
        return cues


def frame_times(until: float, fps: float, start: float = 0.0) -> list[float]:
    """Regular frame times, start included."""
    return [start + k / fps for k in range(round((until - start) * fps))]


def irregular_times(until: float, seed: int, *, jitter: float = 0.4, lost: float = 0.0, fps: float = 30.0) -> list[float]:
    """Frame times that wander by a share of the frame, some of them lost."""
    random_ = random.Random(seed)
    times = [t + random_.uniform(-jitter, jitter) / fps for t in frame_times(until, fps)]
    return [t for t in times if t >= 0.0 and random_.random() >= lost]


def first(cues: Iterable[Cues], condition: Any) -> float | None:
    """When the condition first holds."""
    return next((cue.t for cue in cues if condition(cue)), None)


def at(cues: list[Cues], t: float) -> Cues:
    """The last cues at or before `t`."""
    return [cue for cue in cues if cue.t <= t + 1e-6][-1]


def events(cues: Iterable[Cues], kind: str | None = None) -> list[CueEvent]:
    """The events of one kind, or all."""
    return [event for cue in cues for event in cue.events if kind in {None, event.kind}]


def values(cues: Iterable[Cues], name: str) -> Iterator[Any]:
    """One cue over time."""
    return (getattr(cue, name) for cue in cues)
