"""The result of one check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """`warn`: works, but not as it should. `fail`: the service cannot do its work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is what was looked at, `detail` what was found, `advice` what to do about it."""

    grade: Grade
    subject: str
    detail: str
    advice: str = ""


def ok(subject: str, detail: str) -> Finding:
    """All is well."""
    return Finding(Grade.OK, subject, detail)


def warn(subject: str, detail: str, advice: str) -> Finding:
    """Works, but not as it should."""
    return Finding(Grade.WARN, subject, detail, advice)


def fail(subject: str, detail: str, advice: str) -> Finding:
    """The service cannot do its work."""
    return Finding(Grade.FAIL, subject, detail, advice)
