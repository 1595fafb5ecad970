"""What `dms score`, `dms bench` and `dms glances` answer with `--json`: figures, each null where there is nothing to count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from dms.service.bench_figures import PerceptionMeasured, ServiceMeasured
from dms.trip.glances.figures import GlanceFigures

Says = msgspec.Meta
Interval = Annotated[tuple[float, float] | None, Says(description="Lower and upper bound over drivers; null for a single one.")]
Share = Annotated[float | None, Says(description="From 0 to 1.")]


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Hours watched, and for how long and what share of that the driver could not be judged in full.

    `availability` is the share in which they could, of the time in which monitoring was on.
    """

    hours: float
    degraded_s: float
    degraded_share: float
    availability: Share


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How well labels were answered. Latency is the time beyond the rule's own.

    `false_per_hour` counts alerts that no label asks for; for all kinds together, those from `warning` up.
    """

    recall: Share
    precision: Share
    f1: Share
    false_per_hour: float | None
    latency_p50_s: float | None
    latency_p95_s: float | None
    latency_max_s: float | None


class Intervals(msgspec.Struct, frozen=True, kw_only=True):
    """The 95 % intervals of the figures over drivers."""

    recall: Interval
    precision: Interval
    f1: Interval
    false_per_hour: Interval
    latency_p50_s: Interval
    latency_p95_s: Interval
    latency_max_s: Interval


class KindOfDriver(Figures, frozen=True, kw_only=True):
    """The figures of one kind of alert. `related` alerts have the cause of a label of another kind, and are not false."""

    kind: str
    labelled: Annotated[bool, Says(description="Somebody labelled this kind; others have nothing to be held against.")]
    labels: int
    matched: int
    missed: int
    related: int
    false: int


class KindScored(KindOfDriver, frozen=True, kw_only=True):
    """The figures of one kind of alert, over all drivers."""

    intervals_95: Intervals


class DriverScored(Figures, frozen=True, kw_only=True):
    """One driver's drives, all kinds together and each; times as for all drivers."""

    hours: float
    degraded_s: float
    degraded_share: float
    availability: Share
    kinds: tuple[KindOfDriver, ...]


class Unmet(msgspec.Struct, frozen=True, kw_only=True):
    """Labels of a kind that the pack cannot answer; `own_time_s` is null if it has no rule for them."""

    kind: str
    labels: int
    shortest_s: float
    longest_s: float
    own_time_s: float | None
    reason: str


class SensitivityScored(msgspec.Struct, frozen=True, kw_only=True):
    """How ratings of sleepiness were answered, with the bounds of Regulation (EU) 2021/1341; docs/labels.md says how.

    `lower_90` is the lower bound of the mean's interval; `shortfalls` say what the drives lack for a test after the regulation.
    """

    drivers: int
    warned: int
    unwarned: int
    mean: Share
    mean_above: float
    lower_90: float | None
    lower_90_above: float
    met: bool | None
    shortfalls: tuple[str, ...]
    by_driver: Mapping[str, float]


class ScoreAnswer(Times, frozen=True, kw_only=True):
    """The answer of `dms score --json`. The last of `kinds` is all of them together. `broken_limits`: with `--limits`."""

    pack: str
    pack_sha256: str
    drives: int
    drives_without_labels: int
    availability_interval_95: Interval
    labels_out_of_reach: int
    labels_without_a_rule: int
    cannot_meet: tuple[Unmet, ...]
    kinds: tuple[KindScored, ...]
    ddaw_sensitivity: SensitivityScored | None
    drivers: Mapping[str, DriverScored]
    broken_limits: tuple[str, ...]


class EngineMeasured(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured with one engine."""

    service: ServiceMeasured
    perception: PerceptionMeasured


class BenchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `dms bench --json`."""

    machine: str
    drive: str
    engines: Annotated[Mapping[str, EngineMeasured], Says(description="By name: onnx, torch.")]


class GlancesOf(msgspec.Struct, frozen=True):
    """The glances of a drive, or of a driver over all of theirs, for which `drive` is null."""

    driver: str
    drive: str | None
    figures: GlanceFigures


class GlancesAnswer(msgspec.Struct, frozen=True):
    """The answer of `dms glances --json`."""

    drives: tuple[GlancesOf, ...]
    drivers: tuple[GlancesOf, ...]
