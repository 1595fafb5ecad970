"""Running cases: each story written as a drive, all drives of a pack through the command at once, each outcome judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.traffic.cases.case import Case
from tools.traffic.drive_file import write_drive
from tools.traffic.expectations import Expectation, Outcome, problems
from tools.traffic.shipped import replay_all, replay_alone

DEFAULT_PACK = "default"


@dataclass(frozen=True)
class Verdict:
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


def judge_cases(cases: Sequence[Case], folder: Path, rules: str = DEFAULT_PACK) -> list[Verdict]:
    """Run the cases under a pack, those that are about a pack's own words under that; verdicts in the order of the cases."""
    written = {case.name: write_case(case, folder) for case in cases}
    outcomes = _outcomes(cases, {name: path for name, (path, _) in written.items()}, rules)
    return [Verdict(case, written[case.name][1], tuple(problems(written[case.name][1], outcomes[case.name]))) for case in cases]


def _outcomes(cases: Iterable[Case], paths: dict[str, Path], rules: str) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    together: dict[tuple[str, tuple[str, ...]], list[Case]] = defaultdict(list)
    for case in cases:
        if case.alone:
            outcomes[case.name] = replay_alone(paths[case.name], case.pack or rules, case.options)
        else:
            together[case.pack or rules, case.options].append(case)
    for (pack, options), group in together.items():
        told = replay_all([paths[case.name] for case in group], pack, options)
        outcomes |= {case.name: told[paths[case.name]] for case in group}
    return outcomes
