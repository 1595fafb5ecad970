"""The papers for those who come after: their links lead somewhere, and what is made from the code is as the code is today."""

from __future__ import annotations

import re
from graphlib import CycleError
from itertools import pairwise
from pathlib import Path

import pytest

from tools import configuration_page, house_picture
from tools.evaluation.markers import marks
from tools.layered_layout import Spacing, lay_out, without_implied

ROOT = Path(__file__).resolve().parents[1]
PAPERS = sorted(
    path
    for folder in (".", "docs", "docs/decisions", "models", "rules", "systemd", "tools/render", "examples")
    for path in (ROOT / folder).glob("*.md")
)
SPACING = Spacing(node_px=100, passage_px=10, gap_px=20, row_px=80)


def anchors(text: str) -> set[str]:
    """What a `#link` may name in a page: its headings in small letters, without punctuation, with hyphens for spaces."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_exist(paper: Path) -> None:
    text = paper.read_text()
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _, anchor = link.partition("#")
        target = (paper.parent / name).resolve() if name else paper
        assert target.exists(), f"{link} in {paper.name}"
        assert not anchor or anchor in anchors(target.read_text()), f"{link} in {paper.name}"


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_and_file_that_a_paper_names_exists(paper: Path) -> None:
    named = re.findall(r"`((?:dms|tools|tests|rules|docs|models|systemd)/[\w./-]+)`", paper.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_that_a_paper_names_exists(paper: Path) -> None:
    for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", paper.read_text()):
        found = (ROOT / file).is_file() and f"def {test}(" in (ROOT / file).read_text()
        assert found, f"{paper.name}: {file}::{test}"


def test_every_hazard_has_a_measure_and_a_test_that_proves_it() -> None:
    rows = re.findall(r"^\| (?!hazard)(?!-)(.*)$", (ROOT / "docs" / "safety.md").read_text(), re.MULTILINE)
    assert len(rows) > 30
    for hazard, measure, proof, *_ in (row.split(" | ") for row in rows):
        assert hazard.strip()
        assert measure.strip()
        assert re.fullmatch(r"(`tests/[\w/]+\.py::\w+`(, )?)+", proof.strip()), hazard


def test_every_table_that_an_evaluation_writes_has_its_place_in_a_model_card() -> None:
    written = re.findall(r'"(CARD_\w+\.md)", "(\w+)"', (ROOT / "tools" / "evaluate.py").read_text())
    assert written
    for card, table in written:
        begin, end = marks(table)
        assert begin in (ROOT / "models" / card).read_text()
        assert end in (ROOT / "models" / card).read_text()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_that_a_paper_runs_or_imports_exists(paper: Path) -> None:
    text = paper.read_text()
    named = {*re.findall(r"python -m ((?:dms|tools)[\w.]*\w)", text), *re.findall(r"from (dms[\w.]*) import", text)}
    files = {name: ROOT / name.replace(".", "/") for name in named}
    assert [name for name, path in files.items() if not path.with_suffix(".py").exists() and not path.is_dir()] == []


def test_the_page_of_the_configuration_is_that_of_the_settings_in_force() -> None:
    assert configuration_page.PAGE.read_text() == configuration_page.page(), "run: python -m tools.configuration_page"


def test_the_picture_of_the_house_is_that_of_the_imports_in_force() -> None:
    assert house_picture.PICTURE.read_text() == house_picture.draw(house_picture.read_house()), (
        "run: python -m tools.house_picture"
    )


def test_the_architecture_says_what_every_room_is_for() -> None:
    named = set(re.findall(r"`(\w+)`", (ROOT / "ARCHITECTURE.md").read_text()))
    assert set(house_picture.read_house().imports) | house_picture.USED_EVERYWHERE <= named


def test_an_import_that_follows_from_others_is_not_drawn() -> None:
    assert without_implied({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}, "c": set()}


def test_every_arrow_points_down_and_boxes_in_a_row_do_not_touch() -> None:
    edges = {"top": {"left", "right", "floor"}, "left": {"floor"}, "right": {"cellar"}, "floor": {"cellar"}, "cellar": set()}
    layout = lay_out(edges, SPACING)
    assert all(layout.nodes[source][1] < layout.nodes[target][1] for source, target in layout.arrows)
    assert len(layout.arrows["top", "floor"]) == 3, "a long arrow goes through a passage in the row that it crosses"
    row = sorted(x for x, y in layout.nodes.values() if y == layout.nodes["left"][1])
    assert all(after - before >= 120 for before, after in pairwise(row))


def test_rooms_that_import_each_other_in_a_circle_cannot_be_drawn() -> None:
    with pytest.raises(CycleError):
        lay_out({"a": {"b"}, "b": {"a"}}, SPACING)
