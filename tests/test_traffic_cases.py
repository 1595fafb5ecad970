"""When looking away is right, and when it is not: every case of the independent judge under the packs that ship.

Those that a pack gets wrong today are known to fail, by name: whoever mends a rule takes them off the list.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.traffic.case_run import judge_case
from tools.traffic.cases import ALL
from tools.traffic.cases.case import Case

KNOWN_TO_FAIL: frozenset[str] = frozenset()


def marked(case: Case) -> object:
    known = case.name in KNOWN_TO_FAIL
    return pytest.param(case, id=case.name, marks=pytest.mark.xfail(strict=True, reason="known to fail") if known else ())


@pytest.mark.parametrize("case", [marked(case) for case in ALL])
def test_what_ought_to_be_said_is_said_and_nothing_else(case: Case, tmp_path: Path) -> None:
    assert judge_case(case, tmp_path).wrong == ()


def test_names_of_cases_are_told_apart() -> None:
    assert len({case.name for case in ALL}) == len(ALL)
    assert {case.name for case in ALL} >= KNOWN_TO_FAIL
