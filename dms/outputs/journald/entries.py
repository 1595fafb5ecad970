"""What an entry of systemd's journal says: its fields, and their form on the socket.

The form is that of https://systemd.io/JOURNAL_NATIVE_PROTOCOL/. A field may have several values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dms.decision.reason_text import why_text
from dms.health import Health
from dms.types import Alert, Level, Phase
from dms.wire import to_json

Fields = Sequence[tuple[str, str]]

ALERT_ID = "096e0bcd6dfd4fad850dff3396fbc7dc"
DRIVE_BEGINS_ID = "2a697a092bc04162a6f8149c91725015"
DRIVE_ENDS_ID = "cbe557be51eb4614b38919440f867685"
STATUS_ID = "3a30002e7741430f91f59a17c870f92d"
"""MESSAGE_IDs, made once with `journalctl --new-id128`. They never change, and docs/integrations.md lists them."""

_PRIORITIES: Mapping[Level, int] = {Level.INFO: 6, Level.ADVISORY: 5, Level.WARNING: 4, Level.URGENT: 3, Level.EMERGENCY: 2}
"""Of syslog(3): informational, notice, warning, error, critical."""
_OK, _DEGRADED = 5, 4


def alert_entry(alert: Alert) -> Fields:
    """An alert. `DMS_KIND` has two values, the whole kind and its last word."""
    kind = str(alert.kind)
    family, _, word = kind.partition(".")
    why = why_text(alert.cause)
    told = alert.phase in (Phase.RAISE, Phase.ESCALATE)
    return (
        ("MESSAGE", f"{alert.phase} {kind} {alert.level}" + (f": {why}" if why else "")),
        ("MESSAGE_ID", ALERT_ID),
        ("PRIORITY", str(_PRIORITIES[alert.level] if told else _PRIORITIES[Level.INFO])),
        ("DMS_KIND", kind),
        ("DMS_KIND", word),
        ("DMS_FAMILY", family),
        ("DMS_LEVEL", str(alert.level)),
        ("DMS_PHASE", str(alert.phase)),
        ("DMS_T", f"{alert.t:.3f}"),
        ("DMS_ONSET", f"{alert.onset:.3f}"),
        ("DMS_RULE", alert.rule),
        ("DMS_PACK", alert.pack),
        ("DMS_CAUSE", to_json(alert.cause).decode()),
    )


def begin_entry(t: float, pack: str, pack_sha256: str) -> Fields:
    """A drive begins."""
    return (
        ("MESSAGE", f"a drive begins under the rules '{pack}'"),
        ("MESSAGE_ID", DRIVE_BEGINS_ID),
        ("PRIORITY", str(_OK)),
        ("DMS_T", f"{t:.3f}"),
        ("DMS_PACK", pack),
        ("DMS_PACK_SHA256", pack_sha256),
    )


def end_entry(t: float, reason: str) -> Fields:
    """A drive ends."""
    return (
        ("MESSAGE", f"the drive ends: {reason.replace('_', ' ')}"),
        ("MESSAGE_ID", DRIVE_ENDS_ID),
        ("PRIORITY", str(_OK)),
        ("DMS_T", f"{t:.3f}"),
        ("DMS_REASON", reason),
    )


def status_entry(health: Health) -> Fields:
    """The status of the service has changed; every reason is a value of `DMS_DEGRADED`."""
    return (
        ("MESSAGE", "; ".join((f"driver monitor {health.status}", *health.degraded))),
        ("MESSAGE_ID", STATUS_ID),
        ("PRIORITY", str(_DEGRADED if health.status == "degraded" else _OK)),
        ("DMS_STATUS", health.status),
        ("DMS_T", f"{health.t:.3f}"),
        *(("DMS_DEGRADED", why) for why in health.degraded),
    )


def encoded(fields: Fields) -> bytes:
    """The entry as one datagram."""
    return b"".join(_encoded(fields))


def _encoded(fields: Fields) -> Iterator[bytes]:
    for name, value in fields:
        content = value.encode("utf-8", "replace")
        if b"\n" in content:
            yield name.encode() + b"\n" + len(content).to_bytes(8, "little") + content + b"\n"
        else:
            yield name.encode() + b"=" + content + b"\n"
