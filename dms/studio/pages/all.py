"""Which pages there are."""

from __future__ import annotations

from dms.studio.pages import drive, drives, fleet, live, rules, tuning
from dms.studio.pages.page import Page

PAGES: tuple[Page, ...] = (drives.PAGE, drive.PAGE, fleet.PAGE, rules.PAGE, tuning.PAGE, live.PAGE)
"""In the order of the bar at the top."""
