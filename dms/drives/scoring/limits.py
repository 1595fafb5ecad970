"""What a pack must reach to be fit for use: figures of a score with their bounds, from a file, for use in CI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dms.config.problems import suggestion
from dms.config.yaml_loader import load
from dms.drives.scoring.score import ALL, LATENCIES, KindScore, Score
from dms.drives.scoring.sensitivity import LOWER_ABOVE, MEAN_ABOVE, Sensitivity
from dms.types import AlertKind

_NAMES = (ALL, *AlertKind)
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Number = Annotated[int, Field(ge=1)]


def _known(kind: str) -> str:
    if kind not in _NAMES:
        raise ValueError(f"unknown kind of alert{suggestion(kind, _NAMES)}")
    return kind


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Bounds(_Model):
    """Bounds of one kind's figures. A figure that cannot be computed, for lack of labels or alerts, breaks no bound.

    `labels_min` asks for so many labels, so that lack of them does not pass for success.
    """

    labels_min: Number | None = None
    recall_min: Share | None = None
    precision_min: Share | None = None
    f1_min: Share | None = None
    false_per_hour_max: Annotated[float, Field(ge=0.0)] | None = None
    latency_p50_max_s: float | None = None
    latency_p95_max_s: float | None = None
    latency_max_max_s: float | None = None


class SensitivityBounds(_Model):
    """Bounds of the sensitivity to what drivers said of their own sleepiness.

    `met` asks for the criterion of Regulation (EU) 2021/1341: a mean above 40 %, or its lower 90 % bound above 20 %. The others
    may ask for more, and for enough drivers and events to tell. Without ratings, each of them is broken.
    """

    met: bool = False
    mean_min: Share | None = None
    lower_90_min: Share | None = None
    drivers_min: Number | None = None
    events_min: Number | None = None


class Limits(_Model):
    """A limits file: bounds by kind of alert or for `all` together, of the sensitivity, and of the availability."""

    limits: dict[Annotated[str, AfterValidator(_known)], Bounds] = Field(default_factory=dict)
    ddaw_sensitivity: SensitivityBounds | None = None
    availability_min: Share | None = None

    @model_validator(mode="after")
    def _ask_for_something(self) -> Limits:
        if not (self.limits or self.ddaw_sensitivity or self.availability_min):
            raise ValueError("no limits: expected 'limits', 'ddaw_sensitivity' or 'availability_min'")
        return self


def load_limits(path: Path) -> Limits:
    """Read a limits file.

    Raises:
        ConfigurationError: it cannot be honoured; every problem is one line with file and line number.
    """
    return load(Limits, path)


def broken_limits(score: Score, limits: Limits) -> list[str]:
    """Every bound that the score does not keep, in words."""
    kinds = {kind.kind: kind for kind in score.kinds}
    broken = [text for name, bounds in limits.limits.items() for text in _broken(name, kinds.get(name), bounds)]
    if limits.availability_min is not None:
        broken += _below("availability", score.availability, limits.availability_min)
    if limits.ddaw_sensitivity is not None:
        broken += _broken_sensitivity(score.sensitivity, limits.ddaw_sensitivity)
    return broken


def idle_limits(score: Score, limits: Limits) -> list[str]:
    """The bounds that could not be judged, as no label and no alert says anything about them: `KIND: BOUND`."""
    kinds = {kind.kind: kind for kind in score.kinds}
    return [
        f"{name}: {bound}"
        for name, bounds in limits.limits.items()
        for bound in bounds.model_dump(exclude_none=True)
        if bound != "labels_min" and (name not in kinds or kinds[name].figures[_figure_of(bound)] is None)
    ]


def _figure_of(bound: str) -> str:
    figure = bound.removesuffix("_min").removesuffix("_max")
    return figure if not bound.endswith("_max_s") else bound.removesuffix("_max_s") + "_s"


def _broken(name: str, kind: KindScore | None, bounds: Bounds) -> Iterator[str]:
    labels = kind.counts.labels if kind is not None else 0
    if bounds.labels_min is not None and labels < bounds.labels_min:
        yield f"{name}: {labels} labels are fewer than {bounds.labels_min}"
    if kind is None:
        return
    for figure, lowest in (("recall", bounds.recall_min), ("precision", bounds.precision_min), ("f1", bounds.f1_min)):
        yield from _below(f"{name}: {figure}", kind.figures[figure], lowest)
    highest: Mapping[str, float | None] = {
        "false_per_hour": bounds.false_per_hour_max,
        **dict(zip(LATENCIES, (bounds.latency_p50_max_s, bounds.latency_p95_max_s, bounds.latency_max_max_s), strict=True)),
    }
    for figure, most in highest.items():
        value = kind.figures[figure]
        if most is not None and value is not None and value > most:
            yield f"{name}: {figure} {value:.3f} is above {most:g}"


def _below(figure: str, value: float | None, lowest: float | None) -> Iterator[str]:
    if lowest is not None and value is not None and value < lowest:
        yield f"{figure} {value:.3f} is below {lowest:g}"


def _broken_sensitivity(sensitivity: Sensitivity, bounds: SensitivityBounds) -> Iterator[str]:
    if sensitivity.mean is None:
        why = (
            "no driver rated themselves 7 or higher and was warned, or 8 or higher"
            if sensitivity.rated
            else "no labels of the kind kss"
        )
        yield f"ddaw_sensitivity: cannot be judged: {why}"
        return
    mean, lower = sensitivity.mean, sensitivity.lower
    if bounds.met and not sensitivity.met:
        bound = "unknown" if lower is None else f"{lower:.3f}"
        yield (
            f"ddaw_sensitivity: not met: mean {mean:.3f} is not above {MEAN_ABOVE:g}, and its lower 90 % bound {bound} not above "
            f"{LOWER_ABOVE:g}"
        )
    yield from _below("ddaw_sensitivity: mean", mean, bounds.mean_min)
    if bounds.lower_90_min is not None and lower is None:
        yield "ddaw_sensitivity: one driver gives no lower bound"
    yield from _below("ddaw_sensitivity: lower_90", lower, bounds.lower_90_min)
    for noun, number, least in (
        ("drivers", len(sensitivity.sensitivities), bounds.drivers_min),
        ("events", sensitivity.events.events, bounds.events_min),
    ):
        if least is not None and number < least:
            yield f"ddaw_sensitivity: {number} {noun} are fewer than {least}"
