"""The tables as they are now. How a file gets there from an older version stands in `migrations`.

Times: `*_utc_ns` and `*_mono_ns` are integers in nanoseconds, of the wall clock (null when it was not trusted) and of the
monotonic clock of the boot named beside them. `t`, `onset` are seconds of capture time since the start of the drive. The
order of events is the order of `id`; the wall clock may jump.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()

drives = Table(
    "drives",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session", Text, nullable=False),
    Column("boot_id", Text),
    Column("started_mono_ns", Integer, nullable=False),
    Column("started_utc_ns", Integer),
    Column("ended_mono_ns", Integer),
    Column("ended_utc_ns", Integer),
    # Null while the drive goes on; `unclean` when the next start found it still open.
    Column("end_reason", Text),
    Column("source", Text, nullable=False),
    Column("pack", Text, nullable=False),
    Column("pack_sha256", Text, nullable=False),
    Column("models_sha256", Text, nullable=False),
    Column("config_sha256", Text, nullable=False),
    Column("dms_version", Text, nullable=False),
    UniqueConstraint("session", "started_mono_ns"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    # Null for an alert before the first drive, such as a fault at start.
    Column("drive_id", Integer, ForeignKey("drives.id")),
    Column("utc_ns", Integer),
    Column("t", Float, nullable=False),
    Column("kind", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("onset", Float, nullable=False),
    Column("rule", Text, nullable=False),
    Column("pack", Text, nullable=False),
    # The cue values behind the decision, a JSON object.
    Column("cause", Text, nullable=False),
    Index("alerts_by_drive", "drive_id"),
    Index("alerts_by_time", "utc_ns"),
)

summaries = Table(
    "summaries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("drive_id", Integer, ForeignKey("drives.id"), nullable=False),
    Column("utc_ns", Integer),
    # What it sums up: `drive`, or a `period` of it, from `t` to `end`; or what else became of it, such as `rules_refused`.
    Column("kind", Text, nullable=False),
    Column("t", Float, nullable=False),
    Column("end", Float, nullable=False),
    # The figures, a JSON object.
    Column("body", Text, nullable=False),
    Index("summaries_by_drive", "drive_id"),
)
