"""Places the nodes of an acyclic graph in rows, so that every arrow points down and few of them cross (after Sugiyama)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import accumulate, pairwise
from math import inf
from statistics import fmean

Edges = Mapping[str, set[str]]
Edge = tuple[str, str]

_ORDERING_SWEEPS = 12
_PLACING_SWEEPS = 60


@dataclass(frozen=True)
class Spacing:
    """Measures of a layout, in pixels. `passage_px` is the width that an arrow takes in a row which it only crosses."""

    node_px: float
    passage_px: float
    gap_px: float
    row_px: float


@dataclass(frozen=True)
class Layout:
    """In pixels, y downwards: the middle of each node, and for each arrow the points that it passes, both its nodes included.

    Everything lies between x = 0 and `width_px`.
    """

    nodes: Mapping[str, tuple[float, float]]
    arrows: Mapping[Edge, Sequence[tuple[float, float]]]
    width_px: float


def lay_out(edges: Edges, spacing: Spacing) -> Layout:
    """Lay a graph out; the same graph gives the same layout.

    Args:
        edges: for every node, the nodes that its arrows lead to.

    Raises:
        graphlib.CycleError: the graph has a circle.
    """
    rows = _rows(edges)
    paths = {(node, target): _path(node, target, rows) for node, targets in edges.items() for target in sorted(targets)}
    links = _links(rows, paths)
    lines = _ordered_lines(rows, paths, links)
    x = _columns(lines, links, rows, spacing)
    points = {place: (x[place], row * spacing.row_px) for row, line in enumerate(lines) for place in line}
    arrows = {edge: [points[place] for place in path] for edge, path in paths.items()}
    width_px = max(x[place] + _width(place, rows, spacing) / 2 for place in x)
    return Layout({node: points[node] for node in rows}, arrows, width_px)


def without_implied(edges: Edges) -> dict[str, set[str]]:
    """The edges that do not follow from others: a → b → c makes a → c unnecessary.

    Raises:
        graphlib.CycleError: the graph has a circle.
    """
    reach: dict[str, set[str]] = {}
    for node in TopologicalSorter(edges).static_order():
        reach[node] = set(edges[node]).union(*(reach[target] for target in edges[node]))
    return {
        node: {target for target in targets if not any(target in reach[via] for via in targets)}
        for node, targets in edges.items()
    }


def _rows(edges: Edges) -> dict[str, int]:
    """The row of each node, 0 at the top: just below the lowest node that leads to it."""
    sources = {node: {other for other, targets in edges.items() if node in targets} for node in edges}
    rows: dict[str, int] = {}
    for node in TopologicalSorter(sources).static_order():
        rows[node] = 1 + max((rows[other] for other in sources[node]), default=-1)
    return rows


def _path(node: str, target: str, rows: Mapping[str, int]) -> list[str]:
    """Both ends of an arrow, and between them a passage in every row that it crosses."""
    return [node, *(f"{node}>{target}@{row}" for row in range(rows[node] + 1, rows[target])), target]


def _links(rows: Mapping[str, int], paths: Mapping[Edge, list[str]]) -> Edges:
    """What each place is connected with in the rows above and below."""
    links: dict[str, set[str]] = {place: set() for place in (*rows, *(place for path in paths.values() for place in path))}
    for upper, lower in (step for path in paths.values() for step in pairwise(path)):
        links[upper].add(lower)
        links[lower].add(upper)
    return links


def _ordered_lines(rows: Mapping[str, int], paths: Mapping[Edge, list[str]], links: Edges) -> list[list[str]]:
    """The places of each row from left to right, each near the middle of what it is connected with."""
    row_of = {place: rows[edge[0]] + index for edge, path in paths.items() for index, place in enumerate(path)} | dict(rows)
    lines: list[list[str]] = [[] for _ in range(max(rows.values()) + 1)]
    for place in sorted(row_of):
        lines[row_of[place]].append(place)
    for _ in range(_ORDERING_SWEEPS):
        for line in (*lines, *reversed(lines)):
            share = {place: (index + 0.5) / len(other) for other in lines for index, place in enumerate(other)}
            middle = {place: fmean(share[other] for other in sorted(links[place]) or [place]) for place in line}
            line.sort(key=middle.__getitem__)
    return lines


def _columns(lines: list[list[str]], links: Edges, nodes: Mapping[str, int], spacing: Spacing) -> dict[str, float]:
    """The x of each place: the middle of what it is connected with, as far as its neighbours in the row leave room."""
    x = {place: index * (spacing.node_px + spacing.gap_px) for line in lines for index, place in enumerate(line)}
    for _ in range(_PLACING_SWEEPS):
        for line in (*lines, *reversed(lines)):
            wanted = [fmean(x[other] for other in sorted(links[place]) or [place]) for place in line]
            widths = [_width(place, nodes, spacing) for place in line]
            apart = [(left + right) / 2 + spacing.gap_px for left, right in pairwise(widths)]
            leftmost = _kept_apart(wanted, apart)
            rightmost = [-place for place in reversed(_kept_apart([-place for place in reversed(wanted)], apart[::-1]))]
            x |= {place: (low + high) / 2 for place, low, high in zip(line, leftmost, rightmost, strict=True)}
    left_edge = min(x[place] - _width(place, nodes, spacing) / 2 for place in x)
    return {place: value - left_edge for place, value in x.items()}


def _width(place: str, nodes: Mapping[str, int], spacing: Spacing) -> float:
    return spacing.node_px if place in nodes else spacing.passage_px


def _kept_apart(wanted: list[float], apart: list[float]) -> list[float]:
    """The wanted places, each pushed up as far as it must be to keep its distance from the one before."""
    distances = zip(wanted, [0.0, *apart], strict=True)
    return list(accumulate(distances, lambda before, place: max(place[0], before + place[1]), initial=-inf))[1:]
