"""Running cases: each story written as a drive, replayed by the shipped command, and its outcome judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.traffic.cases.case import Case
from tools.traffic.drive_file import write_drive
from tools.traffic.expectations import Expectation, problems
from tools.traffic.shipped import attempt

DEFAULT_PACK = "default"


@dataclass(frozen=True)
class CaseVerdict:
    """What is wrong with the outcome of a case, in words; nothing is wrong if it is empty."""

    case: Case
    expected: tuple[Expectation, ...]
    wrong: tuple[str, ...]


def write_case(case: Case, folder: Path) -> tuple[Path, tuple[Expectation, ...]]:
    """Write the case's drive; returns its path and what is expected of it."""
    story, expected = case.tell()
    path = folder / f"{''.join(letter if letter.isalnum() else '-' for letter in case.name)}.jsonl"
    write_drive(story, path, gaze=case.gaze, vehicle=case.vehicle)
    if case.rewrite is not None:
        path.write_text(case.rewrite(path.read_text(encoding="utf-8")), encoding="utf-8")
    return path, expected


def judge_case(case: Case, folder: Path, rules: str = DEFAULT_PACK) -> CaseVerdict:
    """Run the case under a pack, or under its own if it is about that pack's words."""
    path, expected = write_case(case, folder)
    outcome = attempt(path, case.pack or rules, case.options)
    wrong = problems(expected, outcome)
    if outcome.exit_code != 0 and case.rewrite is None:
        wrong.append(f"exit code {outcome.exit_code}: {outcome.messages}")
    return CaseVerdict(case, expected, tuple(wrong))
