"""The trade-off curve as a picture: SVG, written by hand, that any browser shows and a report can take in.

Misses go up, false alarms to the right: the nearer to the corner at the bottom left, the better. Each line is one value of the
second number, or the only line; along it the first number moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

WIDTH, HEIGHT = 860, 560
_KEY_WIDTH = 240
"""Beside the curves, so that it covers none of them."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 30, 64, 62
_LEAST_FALSE_PER_HOUR, _LEAST_MISSED = 1.0, 10.0
"""The axes go at least so far: a difference of a tenth of a percent is not to look like a cliff."""
_MOST_WIDER = 4
_COLOURS = ("#0b5cad", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#be123c", "#0e7490", "#4d7c0f", "#9d174d", "#44403c")


@dataclass(frozen=True, slots=True)
class Point:
    """A pack: false alarms per hour, share of the labels missed (0 to 1), and what is written beside it."""

    false_per_hour: float
    miss_share: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """Points in the order of the number that moves along the line; `name` is for the key, empty for a single line."""

    name: str
    points: tuple[Point, ...]


def trade_off_svg(title: str, lines: Sequence[Line], unchanged: Point) -> str:
    """The picture; `unchanged` is the pack as it is, drawn as a ring."""
    everything = [unchanged, *(point for line in lines for point in line.points)]
    scale = _Scale(
        _nice_end(max(_LEAST_FALSE_PER_HOUR, *(point.false_per_hour for point in everything))),
        _nice_end(max(_LEAST_MISSED, *(100 * point.miss_share for point in everything))),
    )
    x, y = scale.place(unchanged)
    free = _FreePlaces()
    free.take(x + 13, y + 16, unchanged.label)
    body = [*_axes(scale), *_title(title)]
    for index, line in enumerate(lines):
        body += _line(line, scale, _COLOURS[index % len(_COLOURS)], free, below=len(lines) - 1 - index)
    named = [line.name for line in lines if line.name]
    body += _key(named)
    body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="none" stroke="#111" stroke-width="2"/>')
    body.append(_text(x + 13, y + 16, unchanged.label, weight="bold"))
    style = 'font-family="system-ui, sans-serif" font-size="12" fill="#222"'
    width = WIDTH + _KEY_WIDTH if named else WIDTH
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" {style}>\n'
        f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """From figures to pixels; the axes begin at 0."""

    most_false: float
    most_missed: float

    def place(self, point: Point) -> tuple[float, float]:
        return self.x(point.false_per_hour), self.y(100 * point.miss_share)

    def x(self, false_per_hour: float) -> float:
        return _LEFT + false_per_hour / self.most_false * (WIDTH - _LEFT - _RIGHT)

    def y(self, missed: float) -> float:
        return HEIGHT - _BOTTOM - missed / self.most_missed * (HEIGHT - _TOP - _BOTTOM)


class _FreePlaces:
    """Where there is still room to write: a label that would lie on another one is left out."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float, float]] = []

    def take(self, x: float, y: float, text: str) -> bool:
        """Write at this place, if it is free."""
        end = x + 7 * len(text)
        if any(x < other_end and other_x < end and abs(y - other_y) < 13 for other_x, other_end, other_y in self._taken):
            return False
        self._taken.append((x, end, y))
        return True


def _axes(scale: _Scale) -> Iterator[str]:
    for tick in _ticks(scale.most_false):
        x = scale.x(tick)
        yield f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{HEIGHT - _BOTTOM}" stroke="#e5e5e5"/>'
        yield _text(x, HEIGHT - _BOTTOM + 18, f"{tick:g}", anchor="middle")
    for tick in _ticks(scale.most_missed):
        y = scale.y(tick)
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#e5e5e5"/>'
        yield _text(_LEFT - 8, y + 4, f"{tick:g} %", anchor="end")
    yield f'<path d="M{_LEFT} {_TOP} V{HEIGHT - _BOTTOM} H{WIDTH - _RIGHT}" fill="none" stroke="#444"/>'
    yield _text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 18, "false alarms per hour", anchor="middle")
    middle = (_TOP + HEIGHT - _BOTTOM) / 2
    yield f'<text x="18" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 18 {middle:.1f})">labels missed</text>'


def _title(title: str) -> Iterator[str]:
    for index, line in enumerate(title.splitlines()):
        yield _text(_LEFT, 24 + 18 * index, line, weight="bold" if index == 0 else "normal")


def _line(line: Line, scale: _Scale, colour: str, free: _FreePlaces, below: int) -> Iterator[str]:
    """A curve that lies `below` others is drawn wider, so that it shows where they run over it."""
    wider = 2.5 * min(below, _MOST_WIDER)
    places = [scale.place(point) for point in line.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{2 + wider:g}" stroke-opacity="0.6"/>'
    for (x, y), labels in _gathered(line, places):
        shown = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{4 + wider / 2:g}" fill="{colour}"/>'
        if free.take(x + 7, y - 6, shown):
            yield _text(x + 7, y - 6, shown, colour=colour)


def _gathered(line: Line, places: Sequence[tuple[float, float]]) -> list[tuple[tuple[float, float], list[str]]]:
    """Neighbours on a line that lie on one another, as one."""
    gathered: list[tuple[tuple[float, float], list[str]]] = []
    for place, point in zip(places, line.points, strict=True):
        if gathered and abs(place[0] - gathered[-1][0][0]) < 2 and abs(place[1] - gathered[-1][0][1]) < 2:
            gathered[-1][1].append(point.label)
        else:
            gathered.append((place, [point.label]))
    return gathered


def _key(names: Sequence[str]) -> Iterator[str]:
    apart = min(18.0, (HEIGHT - _TOP - _BOTTOM) / max(1, len(names)))
    for index, name in enumerate(names):
        y = _TOP + 16 + apart * index
        colour = _COLOURS[index % len(_COLOURS)]
        yield f'<line x1="{WIDTH}" y1="{y - 4:g}" x2="{WIDTH + 24}" y2="{y - 4:g}" stroke="{colour}" stroke-width="3"/>'
        yield _text(WIDTH + 32, y, name)


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: str = "normal", colour: str = "#222") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    return f"<text {place}>{escape(text)}</text>"


def _step(end: float) -> float:
    power = 10.0 ** floor(log10(end / 5))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= end / 5 * 0.999)


def _nice_end(most: float) -> float:
    """Where an axis ends: at a tick beyond the greatest value."""
    if most <= 0:
        return 1.0
    step = _step(most * 1.05)
    return step * (floor(most * 1.05 / step) + 1)


def _ticks(end: float) -> list[float]:
    step = _step(end)
    return [float(f"{index * step:.10g}") for index in range(round(end / step) + 1)]
