"""What a page needs is told at once, exists, and is a module as browsers have them."""

from __future__ import annotations

import re

import pytest

from dms.drives.report.markup import Markup
from dms.studio.files import imported_by, page_text, served
from dms.studio.pages.all import PAGES
from dms.studio.pages.page import Page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_every_module_that_it_imports(page: Page) -> None:
    modules = imported_by(f"studio/{page.name}.js")
    assert modules
    assert set(modules) <= set(served())
    text = page_text(page.title, f"studio/{page.name}.js", f"{page.name}.html", Markup(""))
    assert re.findall(r'modulepreload" href="/assets/([^"]+)"', text) == modules
    assert f'src="/assets/studio/{page.name}.js"' in text
    assert "$" not in text


def test_the_table_does_without_the_timeline() -> None:
    assert "report/timeline.js" not in imported_by("studio/drives.js")
    assert "report/timeline.js" in imported_by("studio/drive.js")


def test_every_import_is_of_a_name_that_is_exported() -> None:
    sources = {name: content.decode() for name, (content, _, _) in served().items() if name.endswith(".js")}
    names = re.compile(r"^export (?:const|let|class|(?:async )?function) (\w+)", re.MULTILINE)
    exported = {name: set(names.findall(text)) for name, text in sources.items()}
    for name, text in sources.items():
        for wanted, source in re.findall(r'^import \{([^}]*)\} from "([^"]+)";$', text, re.MULTILINE):
            room = "report" if "report/" in source or (name.startswith("report/") and source.startswith("./")) else "studio"
            missing = {one.strip() for one in wanted.split(",") if one.strip()} - exported[f"{room}/{source.rpartition('/')[2]}"]
            assert not missing, f"{name} imports {missing} from {source}"


def test_no_script_makes_markup_of_texts() -> None:
    for name, (content, _, _) in served().items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", content.decode()), name
