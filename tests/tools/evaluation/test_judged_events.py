"""Events against what there was: yawns named and invented, onsets and lengths, alerts that a cover is to blame for."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from dms.capture.video import VideoFile
from dms.console.overlay_files import OverlayVideo
from dms.types import Alert, AlertKind, CueEvent, Eye, Label, Level, Phase
from tools.evaluation.covered_drives import Stretch, schedule
from tools.evaluation.paint import COVERS
from tools.evaluation.shipped import installed
from tools.evaluation.timing import table, timing
from tools.evaluation.unreadable import DRIVES, Count, owed_to_covers, said_closed
from tools.evaluation.videos import LABELS, Yawn, compare, read_labels


def test_a_yawn_is_named_by_any_event_in_it_and_other_events_are_invented() -> None:
    yawns = [Yawn(4.0, 9.0), Yawn(20.0, 24.0)]
    assert compare([CueEvent("yawn", 5.0, 8.0), CueEvent("yawn", 12.0, 14.0)], yawns) == (1, 1)
    assert compare([], yawns) == (0, 0)


def test_the_videos_labels_lie_within_the_videos() -> None:
    yawns = [yawn for entry in read_labels(LABELS).values() for yawn in entry]
    assert yawns
    assert all(0.0 < yawn.start_s < yawn.end_s < 16.0 for yawn in yawns)


def test_bias_is_read_minus_true_and_each_event_answers_one() -> None:
    exact = [CueEvent("blink", 1.0, 1.2), CueEvent("blink", 3.0, 3.2), CueEvent("blink", 9.0, 9.2)]
    read = [CueEvent("blink", 1.1, 1.2), CueEvent("blink", 3.1, 3.3), CueEvent("blink", 6.0, 6.1)]
    row = timing("blink", 30, exact, read)
    assert (row.there, row.found, row.invented) == (3, 2, 1)
    assert row.onset_bias_s == pytest.approx(0.1)
    assert row.onset_spread_s == pytest.approx(0.0, abs=1e-9)
    assert row.length_bias_s == pytest.approx(-0.05)
    assert "| +100 ± 0 | -50 ± 50 |" in table([row])


def test_a_cue_that_was_never_read_has_no_bias() -> None:
    assert timing("yawn", 10, [CueEvent("yawn", 1.0, 4.0)], []).onset_bias_s is None


@pytest.mark.parametrize(
    ("eye", "closed"),
    [(Eye(0.05, 0.9), True), (Eye(0.05, 0.4), False), (Eye(0.3, 0.9), False), (Eye(0.12, 0.9), True)],
)
def test_closed_is_said_of_a_visible_eye_below_a_fifth_of_the_drivers_own_opening(eye: Eye, closed: bool) -> None:
    assert said_closed(eye, 0.8) is closed


def test_every_cover_lies_over_both_eyes_and_over_one_while_a_drive_lasts() -> None:
    stretches = list(schedule(75.0, 3))
    assert {stretch.cover for stretch in stretches if stretch.which == "both"} == set(COVERS)
    assert {stretch.cover for stretch in stretches if stretch.which != "both"} == set(COVERS)
    assert all(first.end_s < second.start_s for first, second in pairwise(stretches))


def alert(t: float, kind: AlertKind, phase: Phase = Phase.RAISE) -> Alert:
    return Alert(t, kind, Level.URGENT, phase, t, "rule", "pack", {})


def test_a_cover_is_blamed_for_alerts_that_no_label_asks_for() -> None:
    stretches = (Stretch(10.0, 14.0, "hand", "both"),)
    labels = [Label(20.0, 22.0, "fatigue.microsleep")]
    blamed = alert(12.0, AlertKind.FATIGUE_MICROSLEEP)
    others = [
        alert(12.5, AlertKind.SYSTEM_DEGRADED),
        alert(13.0, AlertKind.FATIGUE_MICROSLEEP, Phase.CLEAR),
        alert(18.0, AlertKind.FATIGUE_SLEEP),
        alert(21.5, AlertKind.FATIGUE_MICROSLEEP),
    ]
    assert owed_to_covers((blamed, *others), stretches, labels) == [blamed]


def test_shares_are_of_the_hidden_eyes() -> None:
    assert (Count(150, 1) + Count(50, 1)).share == pytest.approx(0.01)
    assert Count().share == 0.0


def test_the_shipped_command_replays_a_video_and_keeps_what_it_saw(tmp_path: Path) -> None:
    short = tmp_path / "short.avi"
    with VideoFile(DRIVES / "day_colour.mp4") as video, OverlayVideo(short, video.fps) as written:
        for frame in video:
            if frame.index == 30:
                break
            written.write(frame.image)
    with installed(None) as installation:
        replayed = installation.replay(short, "--speed-kph", "80")
    assert len(replayed.observations) == 30
    assert replayed.observations[-1].face is not None
    assert replayed.alerts == ()


def test_a_video_that_is_none_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.avi"
    broken.write_bytes(b"no video")
    with installed(None) as installation, pytest.raises(RuntimeError, match=r"dms replay broken\.avi: .+"):
        installation.replay(broken)
