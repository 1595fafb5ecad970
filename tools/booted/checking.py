"""What a check is: a function that returns what it saw, or raises. Standard library only: it also runs in the booted system."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

MARK = "dms-check"
_LINE = re.compile(rf"{MARK} (?P<verdict>\w+) (?P<text>.*)")


class Verdict(StrEnum):
    """What became of a check."""

    PASSED = "ok"
    FAILED = "FAIL"
    SKIPPED = "skip"


class CheckFailed(Exception):
    """The system is not as it should be; the message says what was seen instead."""


class NotHere(Exception):
    """This cannot be checked on this machine; the message says why."""


Check = Callable[[], str]


def run_checks(checks: Iterable[Check]) -> None:
    """Run one after the other, a line of output for each, marked so that it can be told from a console's other text."""
    for check in checks:
        verdict, detail = _run(check)
        print(f"{MARK} {verdict} {check.__name__.replace('_', ' ')}: {detail}", flush=True)


def _run(check: Check) -> tuple[Verdict, str]:
    try:
        return Verdict.PASSED, check()
    except CheckFailed as failure:
        return Verdict.FAILED, str(failure).replace("\n", " | ")
    except NotHere as reason:
        return Verdict.SKIPPED, str(reason)
    except Exception as error:  # the checks after it are worth running
        return Verdict.FAILED, f"{type(error).__name__}: {error} | {traceback.format_exc()}".replace("\n", " | ")


def expect(fact: object, otherwise: str) -> None:
    """Raises CheckFailed with `otherwise` unless `fact` is true."""
    if not fact:
        raise CheckFailed(otherwise)


def read_checks(console: Iterable[str]) -> Iterator[tuple[Verdict, str]]:
    """The verdicts among the lines of a console, each with its text."""
    for line in console:
        found = _LINE.search(line)
        if found:
            yield Verdict(found["verdict"]), found["text"].rstrip()


def totals(verdicts: Iterable[Verdict]) -> str:
    """The last line."""
    found = list(verdicts)
    return f"{found.count(Verdict.PASSED)} passed, {found.count(Verdict.FAILED)} failed, {found.count(Verdict.SKIPPED)} skipped"
