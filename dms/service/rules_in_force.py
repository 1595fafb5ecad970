"""The rule pack in force, and its replacement while the service runs.

Reading and checking a large pack takes seconds. That is done beside the frames; between two of them, the packs change places.
"""

from __future__ import annotations

import logging
import time

from dms.decision.pack_loader import Pack, load_pack
from dms.errors import ConfigurationError
from dms.health import RulesHealth
from dms.outputs.journal import Journal
from dms.watched_thread import ThreadRefusedError, WatchedThread

LOG = logging.getLogger(__name__)
RETRY_AFTER_S = 10.0


class RulesInForce:
    """The `pack` that was loaded from `name`, a name or a path. The journal is told of a pack that is refused.

    One that could not be read is read again after a while. `seal` is the SHA-256 that the file must have, None without one.
    """

    def __init__(self, name: str, pack: Pack, journal: Journal, seal: str | None = None) -> None:
        self.pack = pack
        self._seal = seal
        self._name = name
        self._journal = journal
        self._refusal: str | None = None
        self.thread = WatchedThread("rules", self._check)
        self._is_checking = False
        self._again = False
        self._retry_s: float | None = None
        self._found: Pack | ConfigurationError | ThreadRefusedError | None = None

    @property
    def is_checking(self) -> bool:
        """Whether a pack is being read and checked."""
        return self._is_checking

    def begin_reload(self) -> None:
        """Read the pack again, on a thread of its own; once more after that if it is asked for meanwhile."""
        if self._is_checking:
            self._again = True
            return
        self._is_checking = True
        self._retry_s = None
        try:
            self.thread.start()
        except ThreadRefusedError as error:
            self._found = error

    def take_reloaded(self, t: float) -> Pack | None:
        """Return the new pack at drive time `t`, once; None while there is none, if it has not changed, or if it is not valid."""
        if self._retry_s is not None and time.monotonic() >= self._retry_s:
            self.begin_reload()
        if not self._is_checking or self.thread.is_alive:
            return None
        self._is_checking = False
        if self._again:
            self._again = False
            self.begin_reload()
            return None
        return self._changed(t)

    def _check(self) -> None:
        self.thread.begins("checking")
        try:
            self._found = load_pack(self._name, seal=self._seal)
        except ConfigurationError as error:
            self._found = error
        except Exception as error:  # whatever is wrong with a pack, the one in force stays
            LOG.exception("the rules could not be read again")
            self._found = ConfigurationError(f"{self._name}: {type(error).__name__}: {error}")
            self._found.__cause__ = error

    def _changed(self, t: float) -> Pack | None:
        pack, self._found = self._found, None
        if not isinstance(pack, Pack):
            self._refuse(t, pack)
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

    def _refuse(self, t: float, refusal: BaseException | None) -> None:
        reason = str(refusal)
        for_now = isinstance(refusal, ThreadRefusedError) or (refusal is not None and isinstance(refusal.__cause__, OSError))
        if for_now:  # nothing is said against the pack: it may be read later
            self._retry_s = time.monotonic() + RETRY_AFTER_S
            if reason == self._refusal:
                return
        self._refusal = reason
        LOG.error("rules not reloaded, the old ones stay in force:\n%s", reason)
        self._journal.record_summary("rules_refused", t, t, {"reason": reason, "in_force_sha256": self.pack.sha256})
