"""Robustness by axis: how perception reads rendered, held-out drivers as one condition at a time changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from dms.config.yaml_loader import load
from dms.fusion.readings import openness_of
from dms.fusion.settings import FusionSettings
from dms.perception.decode import EyeReading
from dms.perception.head_geometry import angles_from_rotation
from dms.perception.stills import StillReader, StillReading
from dms.types import Eye, Eyes
from tools.evaluation.axis_pictures import AxisPicture, draw
from tools.evaluation.conditions import CONDITIONS, Condition
from tools.evaluation.in_car import fits
from tools.evaluation.measures import auc
from tools.render.scene import Studio

LIMITS = Path(__file__).with_name("axes_limits.yaml")
SEED = 20_261
PERFECT = {"found": 1.0, "eyes": 1.0, "closed_auc": 1.0, "hidden": 0.0, "misread": 0.0, "head_deg": 0.0}
NUMBERS = {"closed_auc": "{:.3f}", "head_deg": "{:.1f}°"}
"""How figures are written that are no shares."""
FEWEST = 5
"""Fewer hidden eyes make no share: a lock of hair before one eye of a whole level."""
SETTINGS = FusionSettings()


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """What came of one level. `found`: share of pictures with the face. Of those with an eye that is truly visible: `eyes`, the
    share with at least one eye said to be readable, and `closed_auc`, closed against open by openness. Of eyes that are truly
    hidden: `hidden`, the share said to be readable, and `misread`, the share of which the contrary of the truth is said, of open
    ones that they are closed or of closed ones that they are open. `head_deg`: mean error of yaw, pitch and roll. None where
    there is nothing to measure it on."""

    condition: Condition
    found: float
    eyes: float | None
    closed_auc: float | None
    hidden: float | None
    misread: float | None
    head_deg: float | None


class Limits(BaseModel):
    """What a level must reach; None: nothing is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    found: float | None = None
    eyes: float | None = None
    closed_auc: float | None = None
    hidden: float | None = None
    misread: float | None = None
    head_deg: float | None = None


class AxesLimits(BaseModel):
    """`everywhere` holds for each level unless `exceptions`, by the level's name with underscores, says otherwise; `pictures` are
    drawn a level."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    pictures: int
    everywhere: Limits
    exceptions: dict[str, Limits] = {}

    def of(self, level: str) -> Limits:
        """The limits of a level: an exception replaces those that it names and lifts those that it sets to null."""
        exception = self.exceptions.get(level.replace(" ", "_"), Limits())
        changed = {name: getattr(exception, name) for name in exception.model_fields_set}
        return self.everywhere.model_copy(update=changed)


class LimitsFile(BaseModel):
    """The limits of the whole report, and of the small one that the tests draw."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    report: AxesLimits
    test: AxesLimits


def read_limits(path: Path = LIMITS) -> LimitsFile:
    """The limits. Raises ConfigurationError with file and line."""
    return load(LimitsFile, path)


def measure(
    studio: Studio, reader: StillReader, pictures: int, seed: int = SEED, *, axis: str | None = None
) -> list[LevelFigures]:
    """Every level, or every level of one axis, on this many pictures each, half of them with closed eyes.

    The same seed gives the same pictures, whether the other axes are measured or not.
    """
    return [
        _measure_level(studio, reader, condition, pictures, seed + number)
        for number, condition in enumerate(CONDITIONS)
        if axis in (None, condition.axis)
    ]


def _measure_level(studio: Studio, reader: StillReader, condition: Condition, pictures: int, seed: int) -> LevelFigures:
    generator = np.random.default_rng(seed)
    readable, hidden, misread, head_deg = [], [], [], []
    openness: dict[bool, list[float]] = {True: [], False: []}
    for number in range(pictures):
        picture = draw(studio, generator, condition, closed=bool(number % 2))
        reading = driver_in(reader, picture)
        if reading is None:
            continue
        head_deg.append(_head_error_deg(reading, picture))
        said = np.array([reading.left_eye.visible, reading.right_eye.visible]) >= SETTINGS.eye_visible
        is_hidden = ~picture.truth.eye_visible
        hidden += said[is_hidden].tolist()
        contrary = [says_the_contrary(eye, closed=picture.closed) for eye in (reading.left_eye, reading.right_eye)]
        misread += np.array(contrary)[is_hidden].tolist()
        if picture.truth.eye_visible.any():
            readable.append(bool(said.any()))
            openness[picture.closed].append(reading.openness)
    both = all(openness.values())
    return LevelFigures(
        condition,
        len(head_deg) / pictures,
        float(np.mean(readable)) if readable else None,
        auc(np.array(openness[False]), np.array(openness[True])) if both else None,
        float(np.mean(hidden)) if len(hidden) >= FEWEST else None,
        float(np.mean(misread)) if len(misread) >= FEWEST else None,
        float(np.mean(head_deg)) if head_deg else None,
    )


def driver_in(reader: StillReader, picture: AxisPicture) -> StillReading | None:
    """The surest face in the driver's place; None if there is none."""
    x, y, width, height = (float(value) for value in picture.truth.box)
    return next((face for face in reader.read_all(picture.grey) if fits(face.box, (x, y, width, height))), None)


def says_the_contrary(eye: EyeReading, *, closed: bool) -> bool:
    """Whether fusion would take this eye alone for open though it is closed, or for closed though it is open."""
    openness = openness_of(Eyes(Eye(eye.openness, eye.visible), None), SETTINGS)
    return openness is not None and (openness > SETTINGS.open_above if closed else openness < SETTINGS.closed_below)


def _head_error_deg(reading: StillReading, picture: AxisPicture) -> float:
    read, truth = angles_from_rotation(reading.face.rotation), angles_from_rotation(picture.truth.rotation)
    return float(np.abs(np.subtract(read, truth)).mean())


def shortfalls(levels: list[LevelFigures], limits: AxesLimits) -> list[tuple[float, str]]:
    """Every figure of every level against its limit, worst first: by which share of the way from perfect to the limit it stays
    away from perfect (above 1: it misses the limit), and the sentence."""
    judged = []
    for level in levels:
        asked = limits.of(level.condition.level)
        for name, perfect in PERFECT.items():
            value, limit = getattr(level, name), getattr(asked, name)
            if value is not None and limit is not None:
                bound = "at most" if perfect == 0.0 else "at least"
                sentence = f"{level.condition.axis}, {level.condition.level}: {name} {value:.3f}, {bound} {limit} asked"
                judged.append((abs(value - perfect) / abs(limit - perfect), sentence))
    return sorted(judged, reverse=True)


def table(levels: list[LevelFigures], limits: AxesLimits, pictures: int) -> str:
    """The report on so many pictures a level as Markdown, its worst axis named below."""
    head = (
        "axis",
        "level",
        "face found",
        "visible eyes read",
        "closed eyes, AUC",
        "hidden eyes read",
        "read wrong",
        "head, mean error",
    )
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    forms = {
        "found": "{:.0%}",
        "eyes": "{:.0%}",
        "closed_auc": "{:.3f}",
        "hidden": "{:.0%}",
        "misread": "{:.0%}",
        "head_deg": "{:.1f}°",
    }
    for level in levels:
        values = ((form, getattr(level, name)) for name, form in forms.items())
        cells = ["–" if value is None else form.format(value) for form, value in values]
        lines.append(f"| {' | '.join([level.condition.axis, level.condition.level, *cells])} |")
    judged = shortfalls(levels, limits)
    missed = [sentence for share, sentence in judged if share > 1.0]
    closing = (
        f"Worst axis: {judged[0][1]}. {len(missed)} limits missed; {pictures} pictures a level, half of them with closed eyes."
    )
    return "\n".join([*lines, "", closing])
