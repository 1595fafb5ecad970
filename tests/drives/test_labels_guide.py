"""The guide to labels: its examples are read as they stand, and the options it names exist."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from dms.cli.app import app
from dms.drives.labels.labels import label_problems, read_labels
from dms.drives.scoring.limits import Bounds, SensitivityBounds, load_limits
from dms.drives.scoring.sensitivity import EVENTS, LOWER_ABOVE, MEAN_ABOVE, PARTICIPANTS
from dms.types import Label

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "labels.md").read_text()


def example(language: str) -> str:
    (text,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return str(text)


def test_the_labels_of_the_guide_are_labels(tmp_path: Path) -> None:
    path = tmp_path / "drive.labels.csv"
    path.write_text(example("csv"))
    labels = read_labels(path)
    assert labels[1] == Label(300.0, 600.0, "kss", "yawned, window down", 8.0)
    assert label_problems(labels, 0.0, 600.0) == []


def test_the_limits_of_the_guide_are_limits_and_it_names_all_there_are(tmp_path: Path) -> None:
    path = tmp_path / "limits.yaml"
    path.write_text(example("yaml"))
    limits = load_limits(path)
    assert limits.limits["all"].labels_min == 50
    assert limits.availability_min == 0.95
    named = set(re.findall(r"`(\w+)`", GUIDE))
    assert {*Bounds.model_fields, *SensitivityBounds.model_fields} <= named


def test_the_commands_of_the_guide_have_the_options_it_names() -> None:
    commands = typer.main.get_group(app)
    context = typer.Context(commands)
    used = re.findall(r"^    dms (\w+) (.*?)(?:   |$)", GUIDE, re.MULTILINE)
    assert used
    for name, arguments in used:
        _, command, _ = commands.resolve_command(context, [name])
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z]+", arguments)) <= known


def test_the_numbers_of_the_criterion_are_those_in_force() -> None:
    assert (MEAN_ABOVE, LOWER_ABOVE, PARTICIPANTS, EVENTS) == (0.40, 0.20, 10, 10)
    assert "above 40 %, or the lower bound of its 90 % interval (Student) above 20 %" in re.sub(r"\s+", " ", GUIDE)
