"""What the journal is told of a drive besides its alerts: where it came from, under which rules, how it ended."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass

from dms.decision.pack_loader import Pack, load_pack
from dms.errors import ConfigurationError
from dms.monitor.monitor import Monitor
from dms.outputs.bus.bus import Bus
from dms.outputs.journal import Journal
from dms.service.trip_log import TripLog

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """What every drive of this run shares; the hashes make an alert traceable to what decided it."""

    session: str
    source: str
    rules: str
    models_sha256: str
    config_sha256: str

    def hashes(self) -> dict[str, str]:
        """Those of the networks and of the configuration."""
        return {"models_sha256": self.models_sha256, "config_sha256": self.config_sha256}

    def metadata(self, pack: Pack) -> dict[str, str]:
        """The same for a recorded drive's file."""
        return {**asdict(self), "pack": pack.name, "pack_sha256": pack.sha256}


class DriveLog:
    """Begins and ends the journal's drives, each with its summaries.

    `pack` is the pack in force, `refusal` why the last reload was not honoured, `trips` sums up the drive that goes on.
    """

    def __init__(self, journal: Journal, bus: Bus, origin: Origin, pack: Pack) -> None:
        self.pack = pack
        self.refusal: str | None = None
        self.trips = TripLog(journal, bus)
        self._journal = journal
        self._origin = origin
        self.begin()

    def begin(self) -> None:
        """A new drive under the pack in force; one that is still open is ended."""
        self._journal.begin_drive(
            session=self._origin.session,
            source=self._origin.source,
            pack=self.pack.name,
            pack_sha256=self.pack.sha256,
            models_sha256=self._origin.models_sha256,
            config_sha256=self._origin.config_sha256,
        )

    def end(self, reason: str) -> None:
        """The drive is over: `shutdown`, `source_ended`, `new_drive`, `rules_reloaded` or `fault`."""
        self.trips.end()
        self._journal.end_drive(reason)

    def new_drive(self) -> None:
        """The driver began another journey."""
        self.end("new_drive")
        self.begin()

    def reload_rules(self, monitor: Monitor, t: float) -> bool:
        """Read the pack again and go on under it; whether it was another one. One that is not valid is refused.

        The alerts from now on belong to a new drive in the journal, so that each stands with the pack that decided it.
        """
        try:
            pack = load_pack(self._origin.rules)
        except ConfigurationError as error:
            self.refusal = str(error)
            LOG.error("rules not reloaded, the old ones stay in force:\n%s", error)  # noqa: TRY400
            self._journal.record_summary("rules_refused", t, t, {"reason": self.refusal, "in_force_sha256": self.pack.sha256})
            return False
        self.refusal = None
        if pack.sha256 == self.pack.sha256:
            LOG.info("rules %s read again: unchanged", pack.name)
            return False
        monitor.replace_pack(pack)
        self.pack = pack
        self.end("rules_reloaded")
        self.begin()
        LOG.info("rules %s reloaded from %s, sha256 %s", pack.name, pack.path, pack.sha256)
        return True
