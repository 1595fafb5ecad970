"""The page itself: template, style and script put together into one file that needs nothing else and can fetch nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from string import Template

from dms.drives.report.markup import Markup

_SCRIPTS = (
    "words.js",
    "series.js",
    "view.js",
    "palette.js",
    "tracks.js",
    "strips.js",
    "lanes.js",
    "rows.js",
    "overview.js",
    "tips.js",
    "hover.js",
    "input.js",
    "scrub.js",
    "table.js",
    "timeline.js",
    "main.js",
)
"""In this order, as each makes use of those before. They are modules, which the studio imports; here they share a scope."""
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[\w.]+";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|let|class|async|function)\b)", re.MULTILINE)


def page(title: Markup, data: str, **sections: Markup) -> str:
    """The whole page.

    Only this style and this script may run in it, by their hashes: should a text from a drive ever get through as markup, the
    browser would still refuse to run it, and nothing can be loaded from anywhere.
    """
    script = _script()
    body = Template(_file("page.html")).substitute(script=script, data=data, timeline=timeline_frame(), **sections)
    return _in_shell(title, body, f"; script-src '{_hash(script)}'")


def bare_page(title: Markup, content: Markup) -> str:
    """A page in the same style without any script; none may run in it."""
    return _in_shell(title, f"<main>\n{content}\n</main>\n")


def _in_shell(title: Markup, body: str, scripts: str = "") -> str:
    """The whole of a page, which may load nothing; `scripts` is what its policy says of scripts."""
    style = _file("page.css")
    policy = f"default-src 'none'; img-src data:; style-src '{_hash(style)}'{scripts}"
    return Template(_file("shell.html")).substitute(title=title, policy=policy, style=style, body=body)


def timeline_frame() -> Markup:
    """What `timeline.js` draws in: overview, names, tracks, cursor, tip, and what is read aloud."""
    return Markup(_file("timeline.html"))


@cache
def _file(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    """The parts of the script in one scope of their own."""
    parts = "\n".join(_EXPORT.sub("", _IMPORT.sub("", _file(name))) for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
