"""`python -m tools.house_picture` draws `docs/house.svg`: the rooms of `dms` and which imports which, as read from the code.

A room is a package or module directly below `dms`. It stands one row below the lowest room that imports it, so every arrow points
down. An import that follows from others (a → b → c makes a → c) is not drawn. Pure rooms, as pyproject.toml has them, are green.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from textwrap import wrap

import grimp

from tools.layered_layout import Edges, Spacing, lay_out, without_implied

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "house.svg"
USED_EVERYWHERE = frozenset(
    {
        "__main__",
        "backoff",
        "counted",
        "durable",
        "errors",
        "file_names",
        "kept_key",
        "locations",
        "plugins",
        "quantiles",
        "refusal",
        "resources",
        "spreadsheet",
        "wall_clock",
    }
)
"""Small modules that any room may use; arrows to them would hide the others."""

BOX_WIDTH, BOX_HEIGHT, MARGIN = 144, 52, 20
NOTE_CHARACTERS = 27
SPACING = Spacing(node_px=BOX_WIDTH, passage_px=14, gap_px=22, row_px=BOX_HEIGHT + 44)
PURE, IMPURE, LINE, INK, SOFT = "#d9efdd", "#e4ebf5", "#8a94a6", "#1d2733", "#5b6675"
STYLE = 'font-family="sans-serif" text-anchor="middle"'
ARROW_TIP = (
    '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
    f'<path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>'
)


@dataclass(frozen=True)
class House:
    """The rooms of a package: which rooms each imports, its sub-packages, and which rooms are pure."""

    imports: Edges
    parts: Mapping[str, list[str]]
    pure: frozenset[str]


def read_house(package: str = "dms") -> House:
    """Read the rooms of an importable package. Imports below `TYPE_CHECKING` and inside functions count like any other."""
    graph = grimp.build_graph(package, cache_dir=None)
    room_of = {name: name.split(".")[1] for name in sorted(graph.modules - {package})}
    room_of = {name: room for name, room in room_of.items() if room not in USED_EVERYWHERE}
    rooms = sorted(set(room_of.values()))
    imports: dict[str, set[str]] = {room: set() for room in rooms}
    for name, room in room_of.items():
        targets = graph.find_modules_directly_imported_by(name)
        imports[room] |= {room_of[target] for target in targets if target in room_of} - {room}
    parts = {
        room: sorted(child.rpartition(".")[2] for child in graph.find_children(f"{package}.{room}") if graph.find_children(child))
        for room in rooms
    }
    return House(imports, parts, _declared_pure(package))


def _declared_pure(package: str) -> frozenset[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (sources,) = (contract["source_modules"] for contract in contracts if "pure" in contract["name"])
    return frozenset(name.removeprefix(f"{package}.") for name in sources)


def draw(house: House) -> str:
    """The picture as SVG text; the same house gives the same text."""
    layout = lay_out(without_implied(house.imports), SPACING)
    width = layout.width_px + 2 * MARGIN
    height = max(y for _, y in layout.nodes.values()) + BOX_HEIGHT + 2 * MARGIN
    left, top = -MARGIN, -MARGIN - BOX_HEIGHT / 2
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top:.0f} {width:.0f} {height:.0f}" {STYLE}>'
    paper = f'<rect x="{left}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" fill="#fff"/>'
    arrows = (_arrow(points) for points in layout.arrows.values())
    boxes = (_box(house, room, *middle) for room, middle in sorted(layout.nodes.items()))
    return "\n".join([svg, ARROW_TIP, paper, *arrows, *boxes, "</svg>", ""])


def _arrow(points: Sequence[tuple[float, float]]) -> str:
    half, (x, y) = BOX_HEIGHT / 2, points[0]
    way = f"M{x:.0f} {y + half:.0f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        top, bottom = y0 + half, y1 - half
        middle = (top + bottom) / 2
        way += f" L{x0:.0f} {top:.0f} C{x0:.0f} {middle:.0f} {x1:.0f} {middle:.0f} {x1:.0f} {bottom:.0f}"
    return f'<path d="{way}" fill="none" stroke="{LINE}" stroke-width="1.4" marker-end="url(#tip)"/>'


def _box(house: House, room: str, x: float, y: float) -> str:
    notes = wrap(", ".join(house.parts[room]), NOTE_CHARACTERS)
    top = y + 5 - 6 * len(notes)
    lines = "".join(f'<tspan x="{x:.0f}" dy="13">{escape(note)}</tspan>' for note in notes)
    return (
        f'<rect x="{x - BOX_WIDTH / 2:.0f}" y="{y - BOX_HEIGHT / 2:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="7" '
        f'fill="{PURE if room in house.pure else IMPURE}" stroke="{LINE}"/>'
        f'<text x="{x:.0f}" y="{top:.0f}" font-size="15" fill="{INK}">{escape(room)}'
        f'<tspan font-size="10" fill="{SOFT}">{lines}</tspan></text>'
    )


def main() -> None:
    """Draw the picture."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    PICTURE.write_text(draw(read_house()), encoding="utf-8")
    print(f"wrote {PICTURE}")


if __name__ == "__main__":
    main()
