"""`dms rules`: packs for people who have never seen one."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from dms.cli.rules import app
from dms.decision.pack_loader import pack_names
from dms.errors import ConfigurationError
from dms.resources import resource_directory


def output(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_list_names_every_pack_with_its_title() -> None:
    lines = output("list").splitlines()
    assert [line.split()[0] for line in lines] == pack_names()
    assert "Everyday driving" in output("list")


def test_explain_says_what_the_default_does_about_a_head_that_is_turned_away() -> None:
    text = output("explain", "default")
    paragraph = next(part for part in text.split("\n\n") if part.startswith("head away: distraction.head_away"))
    assert "advisory after 2 s in which the angle between head and road is more than 15°" in paragraph
    assert "only from 20 km/h" in paragraph
    assert "held back (turn_signal) for at most 5 s" in paragraph


@pytest.mark.parametrize("pack", pack_names())
def test_every_pack_can_be_explained_and_drawn(pack: str) -> None:
    assert pack in output("explain", pack)
    assert output("diagram", pack).count("```mermaid") >= 2


def test_the_chart_shows_how_a_level_is_reached_and_left() -> None:
    chart = output("diagram", "default")
    assert "quiet --> advisory: head_away 2 s" in chart
    assert "advisory --> warning: head_stays_away 5 s" in chart
    assert "warning --> acknowledged: acknowledge" in chart


def test_the_charts_of_the_default_pack_in_the_documentation_are_those_of_its_machines() -> None:
    kept = (resource_directory("rules") / "states.md").read_text()
    assert kept == output("diagram", "default"), "write it anew: dms rules diagram default > rules/states.md"


def test_an_unknown_pack_is_told_with_the_nearest() -> None:
    result = CliRunner().invoke(app, ["explain", "atend"])
    assert isinstance(result.exception, ConfigurationError)
    assert "did you mean 'attend'?" in str(result.exception)


def test_the_schema_is_json() -> None:
    assert json.loads(output("schema"))["title"] == "dms rule pack"
