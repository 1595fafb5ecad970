"""Text in cells of CSV files that people open in a spreadsheet."""

from __future__ import annotations

import re

FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""How a text begins that a spreadsheet takes for a formula, with the apostrophes that were put before it."""


def cell(value: object) -> object:
    """A text that a spreadsheet would take for a formula, and run, gets an apostrophe before it, as one types it there."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value
