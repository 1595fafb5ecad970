"""“Unreadable is never closed”: how often a hidden eye is reported as closed, and which alerts that raises.

An eye is said to be closed as fusion says it: visible enough to be read, and its openness, over this driver's open eye, below the
limit of closed eyes. On the bundled drives through `dms replay`; on renders picture by picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from dms.config.cabin import load_cabin
from dms.fusion.fusion import Fusion
from dms.fusion.readings import openness_of
from dms.fusion.settings import FusionSettings
from dms.perception.stills import StillReader, StillReading
from dms.recording.jsonl import JsonlDrive
from dms.types import Alert, Eye, Eyes, Label, VehicleState
from tools.evaluation.axes import driver_in
from tools.evaluation.axis_pictures import AxisPicture, draw
from tools.evaluation.conditions import CONDITIONS, Condition
from tools.evaluation.covered_drives import CoveredDrive, Stretch, cover_drive
from tools.evaluation.paint import COVERS, EYES, painted, spot_of
from tools.evaluation.shipped import Replayed, installed
from tools.render.scene import Studio

DRIVES = Path(__file__).resolve().parents[2] / "tests" / "data" / "drives"
SETTINGS = FusionSettings()
SEED = 77
ANSWER_S = 2.0
"""An alert raised so long after a cover was taken away may still be owed to it; so long after a label's end, to the label."""
PAINTED_RENDERS, DRAWN_RENDERS = 10, 24
PAINTED_CONDITIONS = ("plain", "night infrared")
DRAWN_CONDITIONS = ("sunglasses", "over the eyes", "mirroring glasses")


@dataclass(frozen=True, slots=True)
class Count:
    """How many hidden eyes were looked at in pictures with a face, and of how many it was said that they are closed."""

    hidden: int = 0
    closed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.hidden + other.hidden, self.closed + other.closed)

    @property
    def share(self) -> float:
        """Share said to be closed; 0 if none was hidden."""
        return self.closed / self.hidden if self.hidden else 0.0


Counts = dict[str, Count]


def said_closed(eye: Eye | None, open_eye: float) -> bool:
    """Whether fusion takes this eye alone for closed; `open_eye` is the openness of the driver's open eye."""
    openness = openness_of(Eyes(eye, None), SETTINGS)
    return openness is not None and openness / open_eye < SETTINGS.closed_below


def on_drives(models: Path | None) -> tuple[Counts, list[str]]:
    """Both bundled drives with every cover over both eyes and over one: counts by cover, and the alerts raised by it."""
    counts: Counts = defaultdict(Count)
    raised: list[str] = []
    with TemporaryDirectory(prefix="covered-") as name, installed(models) as installation:
        for number, drive in enumerate(sorted(DRIVES.glob("*.mp4"))):
            covered = cover_drive(drive, Path(name), models, first_cover=3 * number, seed=SEED + number)
            replayed = installation.replay(covered.video)
            for cover, count in count_closed(covered, replayed).items():
                counts[cover] += count
            alerts = owed_to_covers(replayed.alerts, covered.stretches, labels_of(drive))
            raised += [f"{drive.stem}: {alert.kind} {alert.level} at {alert.t:.1f} s" for alert in alerts]
    return dict(counts), raised


def count_closed(covered: CoveredDrive, replayed: Replayed) -> Counts:
    """What was said of the covered eyes, by cover, in the frames that show a face."""
    fusion, counts = Fusion(load_cabin()), defaultdict[str, Count](Count)
    vehicle = [record for record in JsonlDrive(covered.video.with_suffix(".jsonl")) if isinstance(record, VehicleState)]
    for seen in replayed.observations:
        while vehicle and vehicle[0].t <= seen.t:
            fusion.vehicle(vehicle.pop(0))
        fusion.observe(seen)
        stretch = next((one for one in covered.stretches if one.start_s <= seen.t < one.end_s), None)
        if stretch is None or seen.frame not in covered.painted or seen.face is None:
            continue
        for eye in stretch.eyes:
            closed = seen.eyes is not None and said_closed(getattr(seen.eyes, eye), fusion.calibration.open_eye)
            counts[stretch.cover] += Count(1, int(closed))
    return dict(counts)


def labels_of(drive: Path) -> list[Label]:
    """What really happens in a drive."""
    return [record for record in JsonlDrive(drive.with_suffix(".jsonl")) if isinstance(record, Label)]


def owed_to_covers(alerts: tuple[Alert, ...], stretches: tuple[Stretch, ...], labels: list[Label]) -> list[Alert]:
    """Alerts about the driver that were raised or went up while eyes were covered, or right after, with no label to ask for them.

    That the system says it cannot see well is right and not among them.
    """

    def within(alert: Alert, start_s: float, end_s: float) -> bool:
        return start_s <= alert.t <= end_s + ANSWER_S

    return [
        alert
        for alert in alerts
        if alert.phase in ("raise", "escalate")
        and not alert.kind.startswith("system.")
        and any(within(alert, one.start_s, one.end_s) for one in stretches)
        and not any(within(alert, label.t, label.end) for label in labels)
    ]


def on_renders(studio: Studio, reader: StillReader) -> Counts:
    """Held-out drivers with open eyes and something painted over both, and with dark glasses or a hand that the renderer drew."""
    counts: Counts = defaultdict(Count)
    for condition in conditions(PAINTED_CONDITIONS):
        for picture in pictures_of(studio, condition, PAINTED_RENDERS):
            reading = driver_in(reader, picture)
            if reading is not None:
                for cover, count in _painted(reader, picture, reading).items():
                    counts[cover] += count
    for condition in conditions(DRAWN_CONDITIONS):
        for picture in pictures_of(studio, condition, DRAWN_RENDERS):
            reading = driver_in(reader, picture)
            if reading is not None:
                counts[f"drawn: {condition.level}"] += _said(reading, tuple(~picture.truth.eye_visible))
    return dict(counts)


def conditions(levels: tuple[str, ...]) -> Iterator[Condition]:
    """The conditions of these levels."""
    return (condition for condition in CONDITIONS if condition.level in levels)


def pictures_of(studio: Studio, condition: Condition, count: int) -> Iterator[AxisPicture]:
    """Pictures of drivers whose eyes are open, the same ones every time."""
    generator = np.random.default_rng(SEED)
    return (draw(studio, generator, condition, closed=False) for _ in range(count))


def _painted(reader: StillReader, picture: AxisPicture, reading: StillReading) -> Counts:
    rng, counts = np.random.default_rng(SEED), {}
    for name in COVERS:
        shown = cv2.cvtColor(picture.grey, cv2.COLOR_GRAY2BGR).astype(np.uint8)
        for points in EYES.values():
            shown = painted(name, shown, spot_of(picture.truth.landmarks, points), rng)
        covered = reader.read(shown)
        counts[name] = _said(covered, (True, True)) if covered is not None else Count()
    return counts


def _said(reading: StillReading, hidden: tuple[bool, ...]) -> Count:
    said = [said_closed(Eye(eye.openness, eye.visible), 1.0) for eye in (reading.left_eye, reading.right_eye)]
    return Count(sum(hidden), sum(closed for closed, covered in zip(said, hidden, strict=True) if covered))


def figures(drives: Counts, raised: list[str], renders: Counts) -> dict[str, float]:
    """The figures that `targets.py` knows."""
    return {
        "unreadable_closed": sum(drives.values(), Count()).share,
        "unreadable_closed_rendered": sum(renders.values(), Count()).share,
        "unreadable_alerts": float(len(raised)),
    }


def table(drives: Counts, raised: list[str], renders: Counts) -> str:
    """“Closed” said of hidden eyes by cover, as Markdown, and the alerts by name."""
    lines = ["| over the eyes | on drives | on renders |", "|---|---|---|"]
    for cover in dict.fromkeys([*drives, *renders]):
        lines.append(f"| {cover} | {_cell(drives.get(cover))} | {_cell(renders.get(cover))} |")
    lines.append(f"| all | {_cell(sum(drives.values(), Count()))} | {_cell(sum(renders.values(), Count()))} |")
    return "\n".join([*lines, "", f"Alerts raised by it: {'; '.join(raised) or 'none'}."])


def _cell(count: Count | None) -> str:
    return "–" if count is None else f"{count.share:.1%} of {count.hidden}"
