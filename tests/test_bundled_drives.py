"""The bundled drives from the first pixel to the last alert: exactly what their labels ask for, in time, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.replay import Replay, replay
from dms.drives.scoring.matching import Matching, match_drive, rule_times
from dms.monitor.monitor import Monitor
from dms.recording.video_drive import Perceived, VideoDrive
from dms.types import Alert, Level
from dms.videos.perceived import PerceivedVideo

FOLDER = Path(__file__).parent / "data" / "drives"
IN_TIME_S = 0.5


@pytest.fixture(scope="session", params=["day_colour", "night_infrared"])
def bundled(request: pytest.FixtureRequest) -> Replay:
    """One bundled drive, seen and replayed once for all tests."""

    def see_afresh(path: Path) -> Perceived:
        return PerceivedVideo(path, keep=False)

    drive = VideoDrive(FOLDER / f"{request.param}.mp4", see_afresh)
    return replay(drive, Monitor(load_pack("default"), load_cabin()))


@pytest.fixture
def matching(bundled: Replay) -> Matching:
    return match_drive(bundled.labels, bundled.alerts, rule_times(load_pack("default")), IN_TIME_S)


def described(alerts: tuple[Alert, ...]) -> list[str]:
    return [f"{alert.t:.2f} s {alert.level} {alert.kind}" for alert in alerts]


@pytest.mark.timeout(600)
def test_every_frame_was_seen_and_its_time_used(bundled: Replay) -> None:
    assert bundled.warnings == ()
    assert bundled.rejected == 0
    assert 60.0 <= bundled.duration_s <= 90.0


@pytest.mark.timeout(600)
def test_every_label_is_answered_in_time(bundled: Replay, matching: Matching) -> None:
    assert bundled.labels
    assert [f"{label.t:.2f} s {label.kind}" for label in (*matching.missed, *matching.uncovered)] == []
    latencies = {f"{match.label.t:.2f} s {match.label.kind}": match.latency_s or 0.0 for match in matching.matched}
    assert {label: latency_s for label, latency_s in latencies.items() if abs(latency_s) > IN_TIME_S} == {}


@pytest.mark.timeout(600)
def test_nothing_else_is_said_aloud(matching: Matching) -> None:
    others = (*matching.related, *matching.unexpected)
    assert described(tuple(alert for alert in others if alert.level.rank >= Level.WARNING.rank)) == []
