"""The journal: every drive and every alert with its cause, in SQLite, written by one thread."""

from __future__ import annotations

from dms.outputs.journal.journal import Journal
from dms.outputs.journal.records import Ticket
from dms.outputs.journal.retention import Retention

__all__ = ["Journal", "Retention", "Ticket"]
