"""Glances as CSV: a row for each area, or for each pair of areas, of each drive and of each driver."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from dms.spreadsheet import cell
from dms.trip.glances.figures import AreaGlances, Link
from dms.trip.glances.of_drives import Scope

_SCOPE = ("scope", "drive", "driver")
_AREA = AreaGlances.__struct_fields__
_TIMES = ("counted_s", "not_counted_s")
_LINK = Link.__struct_fields__


def areas_csv(scopes: Iterable[Scope]) -> str:
    """The figures of every area, everything but the road together (`off_road`) last. A figure that is None is an empty cell."""
    return _text((*_SCOPE, *_AREA, *_TIMES), _area_rows(scopes))


def links_csv(scopes: Iterable[Scope]) -> str:
    """The transitions between areas, the most frequent first."""
    return _text((*_SCOPE, *_LINK), _link_rows(scopes))


def _area_rows(scopes: Iterable[Scope]) -> Iterator[list[object]]:
    for scope in scopes:
        figures = scope.figures
        times = [figures.counted_s, round(sum(figures.not_counted_s.values()), 3)]
        for area in (*figures.areas, figures.off_road):
            yield [*_named(scope), *(getattr(area, name) for name in _AREA), *times]


def _link_rows(scopes: Iterable[Scope]) -> Iterator[list[object]]:
    for scope in scopes:
        for link in scope.figures.links:
            yield [*_named(scope), *(getattr(link, name) for name in _LINK)]


def _named(scope: Scope) -> list[object]:
    drive = scope.drive
    return ["driver" if drive is None else "drive", "" if drive is None else str(drive), scope.driver]


def _text(columns: Iterable[str], rows: Iterable[list[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()
