"""Cues without a camera: for tests of single rules, where every value is exactly what the test says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dms.config.yaml_loader import parse_yaml, validated
from dms.decision.engine import DecisionEngine
from dms.decision.pack_loader import Pack
from dms.decision.pack_schema import PackFile
from dms.types import Alert, Cues, DriverInput, Phase

ATTENTIVE: dict[str, Any] = {
    "speed_kph": 80.0,
    "turn_signal": "off",
    "steering_deg": 0.0,
    "road_yaw_deg": 0.0,
    "indicated_side": "none",
    "face_missing": False,
    "head_yaw_deg": 0.0,
    "head_pitch_deg": 0.0,
    "head_away_deg": 1.0,
    "gaze_yaw_deg": 0.0,
    "gaze_pitch_deg": 0.0,
    "gaze_away_deg": 1.0,
    "gaze_zone": "road",
    "gaze_area": "none",
    "off_road": False,
    "eyes_closed": False,
    "openness": 1.0,
    "phone": "none",
}
AWAY = {"off_road": True, "gaze_zone": "lap", "gaze_area": "area3", "head_away_deg": 40.0, "gaze_away_deg": 50.0}
CLOSED = {"eyes_closed": True, "openness": 0.0, "off_road": None, "gaze_zone": None, "gaze_away_deg": None}
HIDDEN = {key: None for key in ATTENTIVE if key.startswith(("head", "gaze", "eyes", "open", "off"))}
NO_FACE = {**HIDDEN, "face_missing": True, "degraded": "no_face"}
COVERED = {**HIDDEN, "face_missing": None, "camera": "covered", "degraded": "camera_covered"}

Stretch = tuple[float, Mapping[str, Any]]


def cues(stretches: Sequence[Stretch], fps: float = 30.0, start: float = 0.0) -> Iterator[Cues]:
    """Cues at a frame rate: stretches of (seconds, what differs from an attentive driver)."""
    end = 0.0
    index = 0
    for seconds, changes in stretches:
        end += seconds
        values = {**ATTENTIVE, **changes}
        while index / fps < end - 1e-9:
            yield Cues(t=start + index / fps, **values)
            index += 1


@dataclass
class Journey:
    """An engine and everything it has said."""

    pack: Pack
    fps: float = 30.0
    t: float = 0.0
    alerts: list[Alert] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = DecisionEngine(self.pack)

    def go(self, seconds: float, changes: Mapping[str, Any] | None = None) -> list[Alert]:
        """Go on for so long; returns what was said meanwhile."""
        new = [alert for one in cues([(seconds, changes or {})], self.fps, self.t) for alert in self.engine.step(one)]
        self.t += seconds
        self.alerts += new
        return new

    def does(self, action: Any) -> list[Alert]:
        """The driver does something."""
        new = list(self.engine.driver(DriverInput(self.t, action)))
        self.alerts += new
        return new


def pack_of(rules: str, **sections: str) -> Pack:
    """A pack from the text of its rules, for tests."""
    lines = ["pack: test", "title: For a test", *(f"{key}: {value}" for key, value in sections.items()), "rules:"]
    lines += ["  " + line for line in rules.strip("\n").splitlines()]
    file = validated(PackFile, parse_yaml("\n".join(lines), "test.yaml"))
    return Pack("test", "0" * 64, Path("test.yaml"), file)


def story(alerts: Sequence[Alert]) -> list[tuple[str, str, float]]:
    """What happened, when, as (phase, level, time), times rounded to hundredths."""
    return [(alert.phase.value, alert.level.value, round(alert.t, 2)) for alert in alerts]


def raises(alerts: Sequence[Alert]) -> list[tuple[str, str]]:
    """Kinds and levels that were raised or escalated."""
    return [(alert.kind.value, alert.level.value) for alert in alerts if alert.phase in (Phase.RAISE, Phase.ESCALATE)]
