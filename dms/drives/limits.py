"""What a pack must reach to be fit for use: figures of a score with their bounds, from a file, for use in CI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dms.config.problems import suggestion
from dms.config.yaml_loader import load
from dms.drives.score import ALL, LATENCIES, KindScore, Score
from dms.types import AlertKind

_NAMES = (ALL, *AlertKind)
Share = Annotated[float, Field(ge=0.0, le=1.0)]


def _known(kind: str) -> str:
    if kind not in _NAMES:
        raise ValueError(f"unknown kind of alert{suggestion(kind, _NAMES)}")
    return kind


class Bounds(BaseModel):
    """Bounds of one kind's figures. A figure that cannot be computed, for lack of labels or alerts, breaks no bound."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    recall_min: Share | None = None
    precision_min: Share | None = None
    f1_min: Share | None = None
    false_per_hour_max: Annotated[float, Field(ge=0.0)] | None = None
    latency_p50_max_s: float | None = None
    latency_p95_max_s: float | None = None
    latency_max_max_s: float | None = None


class Limits(BaseModel):
    """A limits file: bounds by kind of alert, or for `all` together."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    limits: dict[Annotated[str, AfterValidator(_known)], Bounds] = Field(min_length=1)


def load_limits(path: Path) -> Limits:
    """Read a limits file.

    Raises:
        ConfigurationError: it cannot be honoured; every problem is one line with file and line number.
    """
    return load(Limits, path)


def broken_limits(score: Score, limits: Limits) -> list[str]:
    """Every bound that the score does not keep, in words. A kind that never occurred keeps all of its bounds."""
    kinds = {kind.kind: kind for kind in score.kinds}
    return [text for name, bounds in limits.limits.items() if name in kinds for text in _broken(kinds[name], bounds)]


def _broken(kind: KindScore, bounds: Bounds) -> Iterator[str]:
    for figure, lowest in (("recall", bounds.recall_min), ("precision", bounds.precision_min), ("f1", bounds.f1_min)):
        value = kind.figures[figure]
        if lowest is not None and value is not None and value < lowest:
            yield f"{kind.kind}: {figure} {value:.3f} is below {lowest:g}"
    highest = dict(zip(LATENCIES, (bounds.latency_p50_max_s, bounds.latency_p95_max_s, bounds.latency_max_max_s), strict=True))
    for figure, most in {"false_per_hour": bounds.false_per_hour_max, **highest}.items():
        value = kind.figures[figure]
        if most is not None and value is not None and value > most:
            yield f"{kind.kind}: {figure} {value:.3f} is above {most:g}"
