"""The journal as the service uses it: begin a drive, record its alerts, end it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dms import __version__
from dms.durable import real_place
from dms.health import JournalHealth
from dms.outputs.journal.records import AlertRecord, DriveEndRecord, JournalledDrive, SummaryRecord, Ticket
from dms.outputs.journal.retention import Retention
from dms.outputs.journal.writer import RETRY_DELAYS_S, JournalWriter
from dms.types import Alert
from dms.wall_clock import utc_ns
from dms.watched_thread import WatchedThread
from dms.wire import to_json

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_OPENING_TIMEOUT_S = 10.0
CLOSING_TIMEOUT_S = 5.0


class Journal:
    """The journal in the file to which `path` leads, which is made if it is missing.

    `utc_ns` is the wall clock in nanoseconds since 1970, or None while it is not to be trusted. A file that cannot be opened for
    now (read-only, disk full, damaged beyond moving, of a newer version) does not stop anyone: `health` says so, and it is tried
    again.

    Raises:
        JournalRefusedError: the file is another program's database.
        AlreadyRunningError: another instance writes this journal.
    """

    def __init__(
        self,
        path: Path | str,
        retention: Retention | None = None,
        *,
        utc_ns: Callable[[], int | None] = utc_ns,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
    ) -> None:
        self._utc_ns = utc_ns
        self._boot_id = _boot_id()
        self._drive: JournalledDrive | None = None
        self._writer = JournalWriter(real_place(Path(path)), retention or Retention(), utc_ns, retry_delays_s)
        self._writer.first_attempt.wait(_OPENING_TIMEOUT_S)
        if self._writer.refusal is not None:
            self.close()
            raise self._writer.refusal

    def begin_drive(
        self, *, session: str, source: str, pack: str, pack_sha256: str, models_sha256: str, config_sha256: str
    ) -> Ticket:
        """Begin a drive, to which alerts belong from now on. A drive that is still open ends as `superseded`."""
        if self._drive is not None:
            self.end_drive("superseded")
        self._drive = JournalledDrive(
            session=session,
            boot_id=self._boot_id,
            started_mono_ns=time.monotonic_ns(),
            started_utc_ns=self._utc_ns(),
            source=source,
            pack=pack,
            pack_sha256=pack_sha256,
            models_sha256=models_sha256,
            config_sha256=config_sha256,
            dms_version=__version__,
        )
        self._writer.current_drive = self._drive
        return self._writer.backlog.add(self._drive)

    def record_alert(self, alert: Alert) -> Ticket:
        """Record an alert. Publish it after `wait` on the ticket, and pass on its answer as `journalled`."""
        record = AlertRecord(
            drive=self._drive,
            utc_ns=self._utc_ns(),
            t=alert.t,
            kind=str(alert.kind),
            level=str(alert.level),
            phase=str(alert.phase),
            onset=alert.onset,
            rule=alert.rule,
            pack=alert.pack,
            cause=_json(alert.cause),
        )
        return self._writer.backlog.add(record)

    def record_summary(self, kind: str, t: float, end: float, figures: Mapping[str, Any], *, replacing: bool = False) -> Ticket:
        """Record a summary of the current drive from `t` to `end`, in seconds of the drive.

        `replacing`: it replaces an earlier summary of this kind and drive, as the sum of an ongoing drive does.

        Raises:
            ValueError: no drive has begun.
        """
        if self._drive is None:
            raise ValueError("a summary belongs to a drive, and none has begun")
        return self._writer.backlog.add(SummaryRecord(self._drive, self._utc_ns(), kind, t, end, _json(figures), replacing))

    def end_drive(self, reason: str) -> Ticket | None:
        """End the drive, with a reason such as `shutdown`. Returns None if no drive is open.

        A drive that is never ended counts as unclean.
        """
        if self._drive is None:
            return None
        ending = DriveEndRecord(self._drive, time.monotonic_ns(), self._utc_ns(), reason)
        self._drive = None
        return self._writer.backlog.add(ending)

    def health(self) -> JournalHealth:
        """The journal's part of the health message."""
        return self._writer.status.report(self._writer.backlog)

    @property
    def thread(self) -> WatchedThread:
        """The thread that writes. No other may take its place while it lives: the file has one writer."""
        return self._writer.thread

    def close(self, timeout_s: float = CLOSING_TIMEOUT_S) -> bool:
        """Write what is waiting and close the file. Returns False if that took too long. Closing twice does no harm."""
        return self._writer.stop(timeout_s)


def _boot_id() -> str | None:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:  # a kernel without it; the drive is known by its session
        return None


def _json(values: Mapping[str, Any]) -> str:
    return to_json(values).decode()
