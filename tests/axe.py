"""axe-core on a page in the browser: contrast, names of what can be operated, headings, landmarks.

Its script comes with the package `axe-core-python`, of which nothing else is used; another version of it is used where `DMS_AXE`
names its file (`npm pack axe-core`).
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from tests.needs import need
from tools.browser import Browser

AXE = "DMS_AXE"
"""The environment variable that names an `axe.min.js`."""
_VIOLATIONS = """
return axe.run().then(({violations}) => violations.flatMap(({id, nodes}) => nodes.map(({html}) => [id, html])));
"""


def complaints_of_axe(browser: Browser) -> list[list[str]]:
    """What axe holds against the page as it stands: the rule and the element of each complaint. Skips the test without axe."""
    script = _script()
    need("axe", None if script.is_file() else f"{script} is not there: install axe-core-python, or let {AXE} name it")
    browser.run(script.read_text(encoding="utf-8"))
    found: list[list[str]] = browser.run(_VIOLATIONS)
    return found


def _script() -> Path:
    """The file with axe-core, whether it is there or not."""
    package = find_spec("axe_core_python")
    beside = Path(package.origin).parent if package is not None and package.origin is not None else Path()
    return Path(os.environ.get(AXE) or beside / "axe.min.js")
