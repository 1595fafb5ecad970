"""`dms simulate`: whoever has installed dms has drives to try it on."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dms.cli.app import app
from dms.recording.drive import open_drive
from dms.types import Observation

ROOT = Path(__file__).resolve().parents[2]
MEASURING = frozenset({"measure_noise.py"})
"""What measures the noise needs the renderer, and runs in a checkout only."""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


def test_a_drive_is_written_and_can_be_read(tmp_path: Path) -> None:
    answer = run("drive", "--mood", "drowsy", "--minutes", 0.2, "--fps", 10, "-o", tmp_path / "drowsy.jsonl")
    assert answer.exit_code == 0, answer.output
    records = list(open_drive(tmp_path / "drowsy.jsonl"))
    assert sum(isinstance(record, Observation) for record in records) > 100


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text("mine")
    assert run("drive", "-o", tmp_path / "mine.jsonl").exit_code == 2
    assert (tmp_path / "mine.jsonl").read_text() == "mine"


@pytest.mark.parametrize("arguments", [["-h"], ["drive", "--help"]])
def test_it_explains_itself(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(*arguments)
    assert answer.exit_code == 0
    assert "usage: dms simulate" in answer.stdout + capsys.readouterr().out


def test_the_wheel_carries_the_simulator_and_all_that_it_imports() -> None:
    carried = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {name: carried[name] for name in carried if name.startswith("tools")} == {
        "tools/__init__.py": "dms/_data/tools/__init__.py",
        "tools/simulate": "dms/_data/tools/simulate",
    }
    for path in (ROOT / "tools" / "simulate").glob("*.py"):
        if path.name not in MEASURING:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tools"):
                    assert (node.module or "").startswith("tools.simulate"), path
                    assert all(name.name + ".py" not in MEASURING for name in node.names), path
