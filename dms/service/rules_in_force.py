"""The rule pack in force, and its replacement while the service runs."""

from __future__ import annotations

import logging

from dms.decision.pack_loader import Pack, load_pack
from dms.errors import ConfigurationError
from dms.health import RulesHealth
from dms.outputs.journal import Journal

LOG = logging.getLogger(__name__)


class RulesInForce:
    """The `pack` that was loaded from `name`, a name or a path. The journal is told of a pack that is refused."""

    def __init__(self, name: str, pack: Pack, journal: Journal) -> None:
        self.pack = pack
        self._name = name
        self._journal = journal
        self._refusal: str | None = None

    def reload(self, t: float) -> Pack | None:
        """Read the pack again at drive time `t`. Returns the new pack, or None if it has not changed or is not valid."""
        try:
            pack = load_pack(self._name)
        except ConfigurationError as error:
            self._refuse(t, str(error))
            return None
        self._refusal = None
        if pack.sha256 == self.pack.sha256:
            LOG.info("rules %s read again: unchanged", pack.name)
            return None
        self.pack = pack
        LOG.info("rules %s reloaded from %s, sha256 %s", pack.name, pack.path, pack.sha256)
        return pack

    def health(self) -> RulesHealth:
        """The rules' part of the health message."""
        return RulesHealth(self.pack.name, self.pack.sha256, self._refusal)

    def _refuse(self, t: float, reason: str) -> None:
        self._refusal = reason
        LOG.error("rules not reloaded, the old ones stay in force:\n%s", reason)
        self._journal.record_summary("rules_refused", t, t, {"reason": reason, "in_force_sha256": self.pack.sha256})
