"""Every command in the papers can be copied into a terminal: it parses, and where it can run here, it runs."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from dms.cli import simulate
from dms.cli.app import app
from tests.drives.drive_making import PACK, story, write_jsonl, write_mcap
from tests.test_papers import PAPERS, ROOT

_COMMAND = re.compile(r"^ {4,7}(?P<line>(?:sudo )?(?:dms|dask|make|python3? -m|pip|head|gzip) ?.*)$", re.MULTILINE)
_REMARK = re.compile(r"\s+# .*$")
_TAKEN_ALONG = re.compile(r"\S {2,}\S")
_ENDS_A_COMMAND = ("|", ">", "&&", ";", "&")

NOT_RUN_HERE = {
    "run": "wants a camera, or watches a video for as long as it lasts",
    "observe": "perceives a video",
    "listen": "waits for a service",
    "serve": "answers until it is stopped",
    "studio": "answers until it is stopped",
    "mark": "wants a service that records",
    "calibration": "asks for a service first",
    "tune": "searches for minutes",
    "bench": "measures for a minute",
    "doctor": "looks at this machine, which may lack something",
    "simulate": "writes hours of drives",
    "events": "reads the journal of this machine",
    "keys": "writes keys for this machine",
    "forget": "erases what this machine holds",
    "export": "collects what this machine holds",
}
PARSED_ONLY = ("recorded", "dask://", ".mp4", "/data/", "/share/", "corpus/", "/etc/", ".avi", "--can ")
"""What names a recording, a cluster or a folder that only its owner has."""


def documented() -> list[tuple[str, str]]:
    """Every command in a block of a paper: the paper, and the line without its remark."""
    return [
        (str(paper.relative_to(ROOT)), _REMARK.sub("", found["line"]).strip())
        for paper in PAPERS
        for found in _COMMAND.finditer(paper.read_text())
    ]


def words_of(line: str) -> list[str]:
    """The arguments of the `dms` in a line, up to a pipe or the like."""
    words = shlex.split(line)
    end = next((place for place, word in enumerate(words) if word in _ENDS_A_COMMAND), len(words))
    return words[1:end]


OURS = [(paper, line) for paper, line in documented() if line == "dms" or line.startswith("dms ")]


def test_the_papers_have_commands() -> None:
    assert len(OURS) > 40


@pytest.mark.parametrize(("paper", "line"), documented())
def test_a_copied_line_takes_no_remark_with_it(paper: str, line: str) -> None:
    assert not _TAKEN_ALONG.search(line), f"{paper}: a remark begins with #, or a shell takes it for arguments: {line}"
    assert "…" not in line, f"{paper}: nobody can type that: {line}"


@pytest.mark.parametrize(("paper", "line"), OURS)
def test_a_documented_command_parses(paper: str, line: str) -> None:
    command: Any = typer.main.get_command(app)
    words, context = words_of(line), None
    while hasattr(command, "resolve_command") and words and not words[0].startswith("-"):
        context = command.make_context("dms", words, parent=context)
        _, command, words = command.resolve_command(context, words)
    if command.context_settings == simulate.COMMAND["context_settings"] or {
        "-h",
        "--help",
        "--version",
        "--install-completion",
    } & set(words):
        return
    command.make_context(command.name, words, parent=context)


def runs_here(line: str) -> bool:
    words = [] if _TAKEN_ALONG.search(line) else words_of(line)
    return bool(words) and words[0] not in NOT_RUN_HERE and not any(mark in line for mark in (*PARSED_ONLY, "--install"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the papers speak of."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "drives").mkdir()
    write_jsonl(folder / "drive.jsonl", story(60, turned=[(40, 44)]))
    (folder / "drive.anna.labels.csv").write_text("t,end,kind\n40,44,distraction.head_away\n")
    write_jsonl(folder / "drives" / "driver01.jsonl", story(60, turned=[(40, 44)]))
    write_mcap(folder / "drives" / "driver02.mcap", story(60, asleep=[(50, 52)]))
    for name in ("mine", "night"):
        (folder / f"{name}.yaml").write_text(PACK.replace("pack: story", f"pack: {name}"))
    limits = re.search(r"```yaml\n(limits:.*?)```", (ROOT / "docs" / "labels.md").read_text(), re.DOTALL)
    assert limits is not None
    (folder / "limits.yaml").write_text(limits[1])
    return folder


@pytest.mark.parametrize("line", dict.fromkeys(line for _, line in OURS if runs_here(line)))
def test_a_documented_command_runs(line: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})  # a process of its own for each of two short drives takes longer
    answer = CliRunner().invoke(app, words_of(line), prog_name="dms")
    failed_as_it_should = "--limits" in line and answer.exit_code == 1
    assert answer.exit_code == 0 or failed_as_it_should, f"{answer.output}{answer.exception!r}"
    assert answer.output
