"""What the journal holds of a drive besides its alerts: where it came from, under which rules, and how it ended."""

from __future__ import annotations

from dms.monitor.setup import Basis
from dms.outputs.journal import Journal
from dms.outputs.listener import DriveEnd, Listener
from dms.outputs.run_identity import RunIdentity


class DriveLog(Listener):
    """Begins and ends the journal's drives."""

    def __init__(self, journal: Journal, run: RunIdentity) -> None:
        self._journal = journal
        self._run = run

    def on_drive_begins(self, t: float, basis: Basis) -> None:
        """Alerts from now on belong to a new drive."""
        self._journal.begin_drive(
            session=self._run.session,
            source=self._run.source,
            pack=basis.pack.name,
            pack_sha256=basis.pack.sha256,
            models_sha256=self._run.models_sha256,
            config_sha256=self._run.config_sha256,
        )

    def on_drive_ends(self, reason: DriveEnd) -> None:
        """The drive is complete."""
        self._journal.end_drive(reason)
