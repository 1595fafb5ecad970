"""What is printed: floors, aims and peers beside each figure; tables between the marks of a card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from tools.evaluation.cards import write_figures
from tools.evaluation.markers import marks, write_between
from tools.evaluation.table import table
from tools.evaluation.targets import ROWS

BY_KEY = {row.key: row for row in ROWS}


@pytest.mark.parametrize(
    ("key", "value", "reached"),
    [
        ("helen_nme_outer", 0.032, "aim"),
        ("helen_nme_outer", 0.035, "floor"),
        ("helen_nme_outer", 0.041, "NO"),
        ("helen_mouth_slope", 1.0, "floor"),
        ("helen_mouth_slope", 0.7, "NO"),
        ("helen_mouth_slope", 1.3, "NO"),
        ("drivface_slope", 0.7, "–"),
    ],
)
def test_a_figure_reaches_its_aim_its_floor_or_neither(key: str, value: float, reached: str) -> None:
    assert BY_KEY[key].reached(value) == reached


@pytest.mark.parametrize("markdown", [True, False])
def test_the_table_shows_ours_the_floor_the_aim_and_the_peer(markdown: bool) -> None:
    text = table({"helen_nme_outer": 0.035}, {"helen_nme_outer": 0.0347}, (), markdown=markdown)
    line = next(line for line in text.splitlines() if "outer eye corners" in line)
    assert "≤ 3.6 %" in line
    assert "≤ 3.3 %" in line
    assert "3.5 %" in line
    assert "floor" in line
    assert len(text.splitlines()) == len(ROWS) + (2 if markdown else 1)


def test_a_set_that_is_not_there_is_absent_and_a_part_not_run_is_not_measured() -> None:
    lines = table({}, {}, ("drivface_",)).splitlines()
    assert next(line for line in lines if "driver found" in line).endswith("absent")
    assert next(line for line in lines if line.startswith("eye_crops")).endswith("not measured")


def test_only_what_was_measured_can_be_asked_for() -> None:
    assert len(table({"eye_auc": 1.0}, {}, (), only_measured=True).splitlines()) == 2


def test_a_card_keeps_everything_outside_the_marks(tmp_path: Path) -> None:
    card, (begin, end) = tmp_path / "CARD.md", marks("axes")
    card.write_text(f"Before.\n{begin}\nold\n{end}\nAfter.\n")
    write_between(card, "axes", "| new |")
    assert card.read_text() == f"Before.\n{begin}\n| new |\n{end}\nAfter.\n"


def test_a_card_without_a_place_is_named(tmp_path: Path) -> None:
    card = tmp_path / "CARD.md"
    card.write_text("Nothing.\n")
    with pytest.raises(ValueError, match=r"CARD\.md: no place for the table"):
        write_between(card, "axes", "| new |")


def test_figures_of_one_part_leave_those_of_the_others_in_the_manifest(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(yaml.safe_dump({"networks": {"eye": {}}, "evaluation": {"dms": {"eye_auc": 0.9}}}))
    begin, end = marks("figures")
    (tmp_path / "CARD_eye.md").write_text(f"{begin}\n{end}\n")
    write_figures({"unreadable_closed": np.float64(0.004)}, {}, tmp_path)
    written = yaml.safe_load(manifest.read_text())
    assert written["evaluation"]["dms"] == {"eye_auc": 0.9, "unreadable_closed": 0.004}
    assert written["networks"]["eye"]["accuracy"] == {"eye_auc": 0.9, "unreadable_closed": 0.004}
    assert "0.4 %" in (tmp_path / "CARD_eye.md").read_text()
