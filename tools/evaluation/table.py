"""The table of figures, each next to its target and the peer's figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tools.evaluation.targets import ROWS, Row

HEAD = ("set", "figure", "at least", "aim", "dms", "MediaPipe", "reached")


def table(
    ours: Mapping[str, float],
    peer: Mapping[str, float],
    absent: Collection[str],
    *,
    markdown: bool = False,
    only_measured: bool = False,
) -> str:
    """All rows, or only those that were measured, as text or as Markdown. A figure that is not in `ours` is `absent` if its set
    is (`absent` holds the first words of keys), else `not measured`."""
    lines = [HEAD, *(_line(row, ours, peer, absent) for row in ROWS if row.key in ours or not only_measured)]
    if markdown:
        head, *body = ("| " + " | ".join(line) + " |" for line in lines)
        return "\n".join([head, "|---" * len(HEAD) + "|", *body])
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def _line(row: Row, ours: Mapping[str, float], peer: Mapping[str, float], absent: Collection[str]) -> tuple[str, ...]:
    theirs = row.shown(peer[row.key]) if row.key in peer else row.published or "–"
    value = ours.get(row.key)
    if value is not None:
        mine, reached = row.shown(value), row.reached(value)
    else:
        mine, reached = "–", "absent" if row.key.startswith(tuple(absent)) else "not measured"
    return row.place, row.figure, row.at_least, row.aimed_at, mine, theirs, reached
