"""Attentive drivers are left in peace and the others told: the short version of `python -m tools.benchmarks.packs`."""

from __future__ import annotations

import pytest

from dms.types import Level
from tools.benchmarks.pack_hours import Tallies, Tally, listen
from tools.benchmarks.packs import incidents, shipped_packs, table
from tools.simulate.files import SimulatedDrive

PACKS = ("default", "euroncap-2026-inspired")


def drive(mood: str, number: int, minutes: float, roads: str) -> SimulatedDrive:
    return SimulatedDrive(1, number, mood, minutes, 15.0, phone_reader=True, roads=roads)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def attentive() -> Tallies:
    """A quarter of an hour in town, as two installations know it."""
    return listen(drive("attentive", 2, 15.0, "town"), PACKS, ("all", "head_only"))


def test_attentive_drivers_in_town_hear_no_warning(attentive: Tallies) -> None:
    assert list(incidents(attentive)) == []


def test_the_drive_is_judged_at_all(attentive: Tallies) -> None:
    """The default pack notes a turned head or other; silence everywhere would mean that nothing was seen."""
    assert attentive["default", "head_only"].alerts[Level.ADVISORY] > 0
    assert attentive["default", "all"].hours == 0.25


def test_a_distracted_driver_is_told_and_the_table_says_how_often() -> None:
    tallies = listen(drive("distracted", 20, 12.0, "country"), PACKS, ("all",))
    found = tallies["default", "all"]
    assert found.labels["distraction.long"] >= 1
    assert found.answered["distraction.long"] == found.labels["distraction.long"]
    text = table(tallies, PACKS)
    cell = f"{found.answered['distraction.long']}/{found.labels['distraction.long']}, +"
    assert text.startswith("0.0 h of attentive driving, 0.2 h with planted events")
    assert [
        line.startswith(f"| {pack} | gaze and vehicle | – |") for pack, line in zip(PACKS, text.splitlines()[4:], strict=True)
    ]
    assert cell in text.splitlines()[4]


def test_tallies_add_up_and_name_what_was_missed() -> None:
    one, other = Tally(hours=0.5), Tally(planted_hours=0.5)
    one.alerts[Level.WARNING] = 2
    other.labels["fatigue.sleep"] = 3
    other.answered["fatigue.sleep"] = 2
    other.latencies_s["fatigue.sleep"] = [0.1, 0.2]
    one.add(other)
    row = table({("default", "all"): one}, ["default"]).splitlines()[-1]
    assert row == "| default | gaze and vehicle | 0.0 | 4.0 | 0.0 | 0.0 | – | – | – | – | – | 2/3, +0.20 s | – | – |"


def test_every_pack_that_ships_is_in_the_table() -> None:
    packs = shipped_packs()
    assert packs[0] == "default"
    assert len(packs) == len(set(packs)) >= 12
