"""Which pages there are."""

from __future__ import annotations

from dms.studio.pages import drive, drives, rules, tuning
from dms.studio.pages.page import Page

PAGES: tuple[Page, ...] = (drives.PAGE, drive.PAGE, rules.PAGE, tuning.PAGE)
"""In the order of the bar at the top."""
