"""The judge counts what drivers hear and what they are told too late."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tools.traffic.__main__ import app
from tools.traffic.events import Planted
from tools.traffic.expectations import Outcome, Told
from tools.traffic.judge import Rates, Recall, rates
from tools.traffic.shipped import CommandFailedError, replay
from tools.traffic.tables import rate_lines, recall_lines

GLANCE = Planted("long glance", 100.0, 105.0, 104.2, ("distraction",))


def told(*alerts: tuple[float, str, str]) -> Outcome:
    return Outcome(tuple(Told(t, kind, level, t - 3) for t, kind, level in alerts))


@pytest.mark.parametrize(
    ("outcome", "delays_s"),
    [
        (told((103.1, "distraction.long", "warning")), [3.1]),
        (told((102.0, "distraction.head_away", "advisory"), (103.5, "distraction.long", "warning")), [3.5]),
        (told((99.0, "distraction.long", "warning")), []),
        (told((104.6, "distraction.long", "warning")), []),
        (told((103.1, "fatigue.microsleep", "urgent")), []),
    ],
)
def test_a_planted_event_is_told_by_an_alert_that_fits_and_comes_in_time(outcome: Outcome, delays_s: list[float]) -> None:
    recall = Recall()
    recall.add(GLANCE, outcome)
    assert recall.planted == 1
    assert recall.delays_s == pytest.approx(delays_s)


def test_what_an_attentive_driver_hears_is_counted_by_the_hour() -> None:
    heard = Rates()
    heard.add(told((10, "distraction.long", "warning"), (20, "system.degraded", "warning")), 1800)
    heard.add(told((30, "distraction.long", "warning"), (33, "driver.unresponsive", "emergency")), 1800)
    assert heard.per_hour("warning") == 2
    assert heard.per_hour("emergency") == 1
    assert heard.per_hour("advisory") == 0


def test_tables_have_a_line_for_each_place_and_one_for_all() -> None:
    town, country = Rates(0.5, dict.fromkeys(("info", "advisory", "warning", "urgent", "emergency"), 1)), Rates(0.5)
    lines = rate_lines({("default", "gaze and vehicle", "town"): town, ("default", "gaze and vehicle", "country"): country})
    assert lines[-1] == "| default | gaze and vehicle | **all** | 1.00 | 1.0 | 1.0 | 1.0 | 1.0 |"
    missed = recall_lines({("default", "gaze and vehicle", "sleep"): Recall(planted=2)})
    assert missed[-1] == "| default | gaze and vehicle | sleep | 2 | 0 | – | – |"


def test_a_quarter_of_an_hour_of_parking_is_judged_in_every_variant() -> None:
    found = rates(["default"], 0.05, 1, ("parking",))
    assert len(found) == 4
    assert all(one.hours > 0.05 for one in found.values())


def test_a_pack_that_is_not_there_is_no_quiet_pack(tmp_path: Path) -> None:
    drive = tmp_path / "drive.jsonl"
    drive.write_text('{"topic":"observation","t":0.0,"frame":0,"camera":"ok"}\n')
    with pytest.raises(CommandFailedError, match="no_such_pack"):
        replay(drive, "no_such_pack")


def test_drives_to_look_at_are_written_by_the_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["planted", "-o", str(tmp_path), "--drivers", "1"])
    assert result.exit_code == 0
    written = sorted(path.name for path in tmp_path.glob("*.jsonl"))
    assert len(written) == 5
    assert all(replay(path, "default").exit_code == 0 for path in tmp_path.glob("*magazine*.jsonl"))
