"""Tables between two marks in Markdown files, written by the script that measured them, never by hand."""

from __future__ import annotations

from pathlib import Path

EVALUATION = "tools/evaluate.py --write"


def marks(name: str, by: str = EVALUATION) -> tuple[str, str]:
    """The comments that a table called `name`, written by that command, stands between."""
    return f"<!-- {name}: written by {by} -->", f"<!-- end of {name} -->"


def write_between(path: Path, name: str, table: str, by: str = EVALUATION) -> None:
    """Replace what stands between the marks of `name`.

    Raises:
        ValueError: the file has no place for it.
    """
    begin, end = marks(name, by)
    text = path.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    if not found or end not in rest:
        raise ValueError(f"{path}: no place for the table between {begin!r} and {end!r}")
    path.write_text(f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}", encoding="utf-8")
