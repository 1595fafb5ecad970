"""Where a number of a pack comes from: what the comment beside it, above it, or above what it is part of says."""

from __future__ import annotations

from collections.abc import Sequence

from dms.config.yaml_loader import KeyPath, YamlDocument
from dms.drives.tuning.pack_text import ends_of_code

_OWN = {"rules": 3}
"""How many keys lead to what a comment is about: one above a rule tells of the rule, not of each number in it."""
_OWN_ELSEWHERE = 2


class Sources:
    """The comments of a pack's file."""

    def __init__(self, document: YamlDocument) -> None:
        self._document = document
        self._lines = document.text.splitlines()
        self._ends = ends_of_code(document.text)

    def of(self, path: KeyPath) -> str:
        """What a comment says of the number at `path`; empty if none does."""
        least = _OWN.get(str(path[0]), _OWN_ELSEWHERE)
        for length in range(len(path), min(least, len(path)) - 1, -1):
            line = self._document.line(path[:length]) - 1
            found = self._beside(line) or self._above(line)
            if found:
                return found
        return ""

    def _beside(self, line: int) -> str:
        return _said([self._lines[line][self._ends.get(line, 0) :]])

    def _above(self, line: int) -> str:
        first = line
        while first > 0 and self._lines[first - 1].lstrip().startswith("#"):
            first -= 1
        return _said(self._lines[first:line])


def _said(comments: Sequence[str]) -> str:
    return " ".join(comment.strip().lstrip("#").strip() for comment in comments).strip()
