"""What the frame tells, by the name of the value: a number, or a word that the DBC file has a number for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dms.types import Alert, AlertKind, Cues, Level

UNKNOWN, NONE = "unknown", "none"
_TRUTH = ("no", "yes", UNKNOWN)
_LEVELS = (NONE, *map(str, Level))
_KINDS = (NONE, *map(str, AlertKind))

WORDS: Mapping[str, Sequence[str]] = {
    "Status": ("starting", "ok", "degraded", "stopping"),
    "Monitoring": ("no", "yes"),
    "DistractionLevel": (*_LEVELS, UNKNOWN),
    "FatigueLevel": (*_LEVELS, UNKNOWN),
    "EyesOnRoad": _TRUTH,
    "AlertKind": _KINDS,
    "AlertLevel": _LEVELS,
    "SoundingKind": _KINDS,
    "EyesClosed": _TRUTH,
    "Perclos": (UNKNOWN,),
    "Kss": (UNKNOWN,),
    "DriverMissing": _TRUTH,
}
"""Every value with the words that it may be; `Perclos` (percent) and `Kss` (1 to 9) are numbers while they are known."""
NUMBERS: Mapping[str, Sequence[float]] = {
    "Perclos": tuple(float(percent) for percent in range(101)),
    "Kss": tuple(1.0 + step / 2 for step in range(17)),
}
"""What those two may be while they are known."""
COUNTER, CHECKSUM = "Counter", "Checksum"
NAMES = (*WORDS, COUNTER, CHECKSUM)


def values_of(cues: Cues | None, active: Sequence[Alert], sounding: AlertKind | None, status: str) -> dict[str, str | float]:
    """The values at this moment."""
    worst = active[0] if active else None  # worst first
    judged = cues is not None and not cues.paused and cues.lacking is None
    return {
        "Status": status,
        "Monitoring": "yes" if cues is not None and not cues.paused else "no",
        "DistractionLevel": _level(active, "distraction.", judged),
        "FatigueLevel": _level(active, "fatigue.", judged),
        "EyesOnRoad": _truth(None if cues is None or cues.off_road is None else not cues.off_road),
        "AlertKind": str(worst.kind) if worst else NONE,
        "AlertLevel": str(worst.level) if worst else NONE,
        "SoundingKind": str(sounding) if sounding else NONE,
        "EyesClosed": _truth(cues.eyes_closed if cues else None),
        "Perclos": UNKNOWN if cues is None or cues.perclos_60s is None else round(100.0 * cues.perclos_60s),
        "Kss": UNKNOWN if cues is None or cues.kss is None else round(cues.kss, 1),
        "DriverMissing": _truth(cues.face_missing if cues else None),
    }


def _level(active: Sequence[Alert], family: str, judged: bool) -> str:
    levels = [each.level for each in active if each.kind.startswith(family)]
    if levels:
        return str(max(levels, key=lambda level: level.rank))
    return NONE if judged else UNKNOWN


def _truth(value: bool | None) -> str:
    return UNKNOWN if value is None else "yes" if value else "no"
