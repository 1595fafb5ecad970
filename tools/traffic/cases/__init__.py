"""The cases: each line a short drive and what ought to be said of it, by the field's common sense and the contracts."""

from __future__ import annotations

from tools.traffic.cases import (
    acknowledged,
    arithmetic,
    bends,
    company,
    drowsy,
    errands,
    faces,
    forward,
    indicators,
    junctions,
    laps,
    no_vehicle,
    oddities,
    sleepers,
    standing,
)
from tools.traffic.cases.case import Case

ALL: tuple[Case, ...] = (
    *standing.CASES,
    *bends.CASES,
    *junctions.CASES,
    *indicators.CASES,
    *no_vehicle.CASES,
    *acknowledged.CASES,
    *drowsy.CASES,
    *forward.CASES,
    *faces.CASES,
    *arithmetic.CASES,
    *laps.CASES,
    *errands.CASES,
    *company.CASES,
    *oddities.CASES,
    *sleepers.CASES,
)
