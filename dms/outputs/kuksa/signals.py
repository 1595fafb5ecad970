"""The signals of COVESA VSS 6.0 that a driver monitor can fill, and what fills them. None is unknown, and told as no value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dms.health import Health
from dms.types import Alert, Cues, Level

Value = float | bool | None

LEVEL_PERCENT: Mapping[Level, float] = {
    Level.INFO: 20.0,
    Level.ADVISORY: 40.0,
    Level.WARNING: 60.0,
    Level.URGENT: 80.0,
    Level.EMERGENCY: 100.0,
}
"""The five levels of alerts, spread evenly over the percent that VSS asks for. [D]"""
_KSS_LEAST, _KSS_MOST = 1.0, 9.0
_MINUTE_S = 60.0
_OF_THE_DRIVER = ("distraction.", "fatigue.", "driver.")
DRIVER, DMS = "Vehicle.Driver", "Vehicle.ADAS.DMS"


def driver_signals(cues: Cues | None, active: Sequence[Alert]) -> dict[str, Value]:
    """What is known of the driver, by the path of the signal.

    `DistractionLevel` is the level of the distraction alert in force, `FatigueLevel` the greater of that of fatigue and the KSS
    estimate spread over 0 to 100 %; `AttentiveProbability` is the share of the last minute of driving with the eyes on the road.
    """
    off_road_s = cues.off_road_minute_s if cues else None
    return {
        f"{DRIVER}.DistractionLevel": None if _is_unknown(cues) else _level(active, "distraction."),
        f"{DRIVER}.FatigueLevel": _fatigue(cues, active),
        f"{DRIVER}.AttentiveProbability": None if off_road_s is None else _percent(1.0 - off_road_s / _MINUTE_S),
        f"{DRIVER}.IsEyesOnRoad": None if cues is None or cues.off_road is None else not cues.off_road,
        f"{DMS}.IsEnabled": None if cues is None else not cues.paused,
        f"{DMS}.IsWarning": any(
            each.kind.startswith(_OF_THE_DRIVER) and each.level.rank >= Level.ADVISORY.rank for each in active
        ),
    }


def service_signals(health: Health) -> dict[str, Value]:
    """What is known of the driver monitor itself."""
    return {f"{DMS}.IsError": health.status == "degraded"}


def at_the_end() -> dict[str, Value]:
    """What holds when nobody watches any more: nothing is known of the driver."""
    unknown: dict[str, Value] = dict.fromkeys(driver_signals(None, ()))
    return {**unknown, f"{DMS}.IsEnabled": False, f"{DMS}.IsWarning": False}


def _is_unknown(cues: Cues | None) -> bool:
    return cues is None or cues.paused or cues.lacking is not None


def _level(active: Sequence[Alert], family: str) -> float:
    return max((LEVEL_PERCENT[each.level] for each in active if each.kind.startswith(family)), default=0.0)


def _fatigue(cues: Cues | None, active: Sequence[Alert]) -> float | None:
    told = _level(active, "fatigue.")
    if cues is None or cues.kss is None:
        return told or None
    return max(told, _percent((cues.kss - _KSS_LEAST) / (_KSS_MOST - _KSS_LEAST)))


def _percent(share: float) -> float:
    return round(100.0 * min(1.0, max(0.0, share)), 1)
