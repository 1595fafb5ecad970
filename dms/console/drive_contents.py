"""What is in a drive, counted in one pass, and said to people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from dms.console.answers import DriveContents, DriveGap, TopicContents
from dms.console.terminal_text import row
from dms.counted import counted
from dms.recording.drive import VIDEO_SUFFIXES, open_drive
from dms.recording.editing import TOPIC_OF
from dms.recording.images import images_of
from dms.recording.parts import parts_from
from dms.types import DriveRecord, Observation, VehicleState
from dms.videos.length import VideoLength

GAP_S = 1.0
MOST_GAPS = 100
"""A damaged drive may have thousands: the first of them tell the story."""
_SHOWN_GAPS = 5
_FIELDS = ("speed_kph", "turn_signal", "steering_deg", "gear", "assist_active")
_MEBIBYTE = 2**20


@dataclass(slots=True)
class _Topic:
    records: int = 0
    first_s: float = float("inf")
    last_s: float = float("-inf")


@dataclass(slots=True)
class _Count:
    topics: dict[str, _Topic] = field(default_factory=dict)
    vehicle: Counter[str] = field(default_factory=Counter)
    gaps: list[DriveGap] = field(default_factory=list)
    seen_s: float | None = None

    def take(self, record: DriveRecord) -> None:
        topic = self.topics.setdefault(TOPIC_OF[type(record)], _Topic())
        topic.records += 1
        topic.first_s, topic.last_s = min(topic.first_s, record.t), max(topic.last_s, record.t)
        if isinstance(record, VehicleState):
            self.vehicle.update(name for name in _FIELDS if getattr(record, name) is not None)
        elif isinstance(record, Observation):
            if self.seen_s is not None and record.t - self.seen_s > GAP_S and len(self.gaps) < MOST_GAPS:
                self.gaps.append(DriveGap(self.seen_s, record.t))
            self.seen_s = record.t


def contents_of(path: Path) -> DriveContents:
    """Return what is in a drive, its parts included; of a video, how long it is and what stands beside it.

    Raises:
        DriveError, SourceError: it cannot be read; the message names it.
    """
    is_video = path.suffix.lower() in VIDEO_SUFFIXES
    drive = open_drive(path, perceive=VideoLength)
    count = _Count()
    for record in drive:
        if is_video and isinstance(record, Observation):
            count.topics.setdefault("video", _Topic())
            topic = count.topics["video"]
            topic.first_s, topic.last_s = min(topic.first_s, record.t), max(topic.last_s, record.t)
            continue
        count.take(record)
    return DriveContents(
        path=str(path),
        size_bytes=sum(part.stat().st_size for part in parts_from(path)),
        topics=tuple(_contents(name, topic) for name, topic in count.topics.items()),
        vehicle=dict(count.vehicle),
        gaps=tuple(count.gaps),
        pictures=sum(1 for _ in images_of(path)),
        metadata=dict(drive.metadata),
        warnings=tuple(drive.warnings),
    )


def _contents(name: str, topic: _Topic) -> TopicContents:
    length_s = topic.last_s - topic.first_s
    return TopicContents(
        topic=name,
        records=topic.records,
        first_s=topic.first_s,
        last_s=topic.last_s,
        per_s=round((topic.records - 1) / length_s, 2) if length_s > 0.0 and topic.records > 1 else 0.0,
    )


def contents_text(contents: DriveContents) -> str:
    """Return what a person wants to know of it, in lines."""
    lines = [f"{contents.path}: {contents.size_bytes / _MEBIBYTE:.1f} MiB"]
    for topic in contents.topics:
        span = f"{topic.first_s:.2f} to {topic.last_s:.2f} s"
        rate = f", {topic.per_s:g} a second" if topic.per_s else ""
        lines.append(f"  {topic.topic}: {f'{topic.records} records, ' if topic.records else ''}{span}{rate}")
    if contents.vehicle:
        lines.append("  the vehicle tells " + ", ".join(f"{name} ({count})" for name, count in contents.vehicle.items()))
    if contents.pictures:
        lines.append(f"  {counted(contents.pictures, 'picture')}")
    if contents.gaps:
        shown = ", ".join(f"{gap.begin_s:.1f}–{gap.end_s:.1f} s" for gap in contents.gaps[:_SHOWN_GAPS])
        more = f" and {len(contents.gaps) - _SHOWN_GAPS} more" if len(contents.gaps) > _SHOWN_GAPS else ""
        lines.append(f"  {counted(len(contents.gaps), 'gap')} of more than {GAP_S:g} s: {shown}{more}")
    lines += [f"  {key}: {value}" for key, value in contents.metadata.items()]
    lines += [f"  warning: {warning}" for warning in contents.warnings]
    return "\n".join(map(row, lines))
