"""Cabin files: the ones that ship, and the mistakes people make in their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from dms.config.cabin import load_cabin
from dms.errors import ConfigurationError

GOOD = """
name: test
driver_side: left
road: {half_width_deg: 22, up_deg: 20, down_deg: 14}
targets:
  - {name: lap, yaw_deg: 0, pitch_deg: -50, half_width_deg: 20, half_height_deg: 10}
regions:
  - {name: windscreen, left_deg: 40, right_deg: -60, top_deg: 25, bottom_deg: -12, glass: true}
"""


def test_a_cabin_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "van.yaml"
    path.write_text(GOOD)
    assert load_cabin(path).zones == ("road", "lap", "windscreen", "other")


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("half_width_deg: 22", "half_width_deg: .nan", "van.yaml:4: road.half_width_deg"),
        ("half_width_deg: 22", "half_width: 22", "did you mean 'half_width_deg'"),
        ("left_deg: 40", "left_deg: -70", "yaw is positive to the left"),
        ("driver_side: left", "driver_side: middle", "driver_side"),
        ("pitch_deg: -50", "pitch_deg: -500", "targets.0.pitch_deg"),
        ("name: test", "name: [", "van.yaml"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_place(tmp_path: Path, before: str, after: str, complaint: str) -> None:
    path = tmp_path / "van.yaml"
    path.write_text(GOOD.replace(before, after))
    with pytest.raises(ConfigurationError, match=r"van\.yaml") as caught:
        load_cabin(path)
    assert complaint in str(caught.value)


def test_a_cabin_that_is_not_there() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'left_hand_drive'"):
        load_cabin("left_hand")
    with pytest.raises(ConfigurationError, match=r"no/van\.yaml: no such cabin"):
        load_cabin("no/van.yaml")


def test_the_two_that_ship_are_mirror_images() -> None:
    left, right = load_cabin("left_hand_drive"), load_cabin("right_hand_drive")
    names = {"mirror_left": "mirror_right", "mirror_right": "mirror_left"}
    assert [(names.get(t.name, t.name), -t.yaw_deg, t.pitch_deg) for t in left.targets] == [
        (t.name, t.yaw_deg, t.pitch_deg) for t in right.targets
    ]
    assert {(r.name, -r.right_deg, -r.left_deg) for r in left.regions} == {
        (r.name, r.left_deg, r.right_deg) for r in right.regions
    }
