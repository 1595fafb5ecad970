"""Drives as strangers write them by hand, from the formats alone, through the `dms replay` command itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dms.cli.app import app

NCAP, ADDW = "euroncap-2026-inspired", "eu-addw-inspired"
LEAD_S = 75.0
Change = Callable[[float], dict[str, Any]]


def written(
    path: Path, lasts_s: float, speed_kph: float, gaze: Callable[[float], tuple[float, float]], change: Change, fps: int = 30
) -> Path:
    """75 s ahead, then what `gaze` says (degrees) at each second since; `change` replaces parts of each observation."""
    lines = [json.dumps({"topic": "vehicle", "t": float(t), "speed_kph": speed_kph}) for t in range(int(LEAD_S + lasts_s) + 1)]
    for index in range(int((LEAD_S + lasts_s) * fps)):
        t = index / fps
        yaw, pitch = gaze(t - LEAD_S) if t >= LEAD_S else (0.0, 0.0)
        eye = {"open": 0.05 if t % 3.53 < 0.15 else 0.93, "visible": 0.98}
        seen = {
            "topic": "observation",
            "t": round(t, 4),
            "frame": index,
            "camera": "ok",
            "face": {"score": 0.98, "box": [212, 96, 180, 210]},
            "head": {"yaw": yaw, "pitch": pitch, "roll": 0},
            "eyes": {"left": eye, "right": eye},
            "gaze": {"yaw": yaw, "pitch": pitch},
            "phone": None,
        }
        lines.append(json.dumps(seen | change(t - LEAD_S)))
    path.write_text("\n".join(lines) + "\n")
    return path


def raised(drive: Path, pack: str, kind: str) -> list[float]:
    """When `dms replay` raises alerts of that kind, in seconds after the first 75."""
    result = CliRunner().invoke(app, ["replay", str(drive), "--rules", pack, "--jsonl", "-", "--quiet"])
    assert result.exit_code == 0, result.output
    alerts = [json.loads(line) for line in result.stdout.splitlines()]
    return [alert["t"] - LEAD_S for alert in alerts if alert["kind"] == kind and alert["phase"] == "raise"]


def down_two_of_three_seconds(t: float) -> tuple[float, float]:
    return (0.0, -45.0 if t % 3.0 < 2.0 else 0.0)


@pytest.mark.parametrize("has_gaze", [True, False], ids=["gaze", "head only"])
def test_blinks_take_no_time_from_looks_at_a_phone(tmp_path: Path, has_gaze: bool) -> None:
    change: Change = lambda t: {"phone": "handheld"} | ({} if has_gaze else {"gaze": None})  # noqa: E731
    drive = written(tmp_path / "phone.jsonl", 18, 50, down_two_of_three_seconds, change)
    assert raised(drive, NCAP, "distraction.phone") == [pytest.approx(14.0, abs=0.2)]


@pytest.mark.parametrize("fps", [10, 15, 25, 30])
def test_no_warning_comes_before_its_time_however_few_pictures_there_are(tmp_path: Path, fps: int) -> None:
    shut = {"open": 0.0, "visible": 0.98}
    change: Change = lambda t: {"eyes": {"left": shut, "right": shut}} if 0 <= t < 1.8 else {}  # noqa: E731
    drive = written(tmp_path / "shut.jsonl", 4, 40, lambda t: (0.0, 0.0), change, fps)
    (t,) = raised(drive, NCAP, "fatigue.microsleep")
    assert 1.5 - 1e-4 <= t <= 1.5 + 1 / fps


@pytest.mark.parametrize(
    ("looks_each_s", "held_s", "expected"),
    [(1 / 30, 2.7, []), (1 / 30, 3.3, [3.0]), (0.5, 3.3, [3.0]), (1.0, 4.5, [3.0])],
)
def test_a_phone_is_at_the_ear_for_as_long_as_it_is_seen_there(
    tmp_path: Path, looks_each_s: float, held_s: float, expected: list[float]
) -> None:
    """A detector that looks at every frame needs nothing to be held between its looks."""
    change: Change = lambda t: {"phone": "at_ear" if 0 <= t < held_s and t % looks_each_s < 1 / 30 else None}  # noqa: E731
    drive = written(tmp_path / "ear.jsonl", 7, 60, lambda t: (0.0, 0.0), change)
    assert raised(drive, "cn-gbt41797-inspired", "distraction.phone") == pytest.approx(expected, abs=0.2)


def test_a_drive_that_begins_with_a_byte_order_mark(tmp_path: Path) -> None:
    drive = written(tmp_path / "notepad.jsonl", 6, 80, lambda t: (0.0, -45.0), lambda t: {})
    drive.write_bytes(b"\xef\xbb\xbf" + drive.read_bytes().replace(b"\n", b"\r\n"))
    assert raised(drive, ADDW, "distraction.long") == [pytest.approx(3.5, abs=0.1)]


def test_a_file_that_is_one_array_is_told_apart_from_an_empty_one(tmp_path: Path) -> None:
    drive = tmp_path / "array.jsonl"
    drive.write_text('[{"topic": "observation", "t": 0.0, "frame": 0}]')
    result = CliRunner().invoke(app, ["replay", str(drive)])
    assert result.exit_code != 0
    assert "array.jsonl:1: the last line is cut off" in str(result.exception)
