"""An uneventful drive made eventful: looks away, phones, sleep, yawns, an empty seat, a covered lens, controls used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Record = dict[str, Any]
Span = tuple[float, float]

_PARTS = ("face", "head", "eyes", "gaze", "mouth")


def made_eventful(records: Iterable[Record]) -> list[Record]:
    """The records, changed where something happens, and what the driver did to the controls behind them."""
    changed = list(records)
    for record in changed:
        for (begin_s, end_s), topic, change in _EPISODES:
            if record["topic"] == topic and begin_s <= record["t"] < end_s:
                change(record)
    return [*changed, *({"topic": "driver", "t": t, "action": action, "note": note} for t, action, note in _CONTROLS)]


def _look(yaw_deg: float, pitch_deg: float) -> Callable[[Record], None]:
    def change(record: Record) -> None:
        for part in ("head", "gaze"):
            if record[part]:
                record[part] |= {"yaw": yaw_deg, "pitch": pitch_deg}

    return change


def _eyes_closed(record: Record) -> None:
    record["eyes"] = {side: {"open": 0.02, "visible": 0.98} for side in ("left", "right")}


def _eyes_unreadable(record: Record) -> None:
    record["eyes"] = {"left": None, "right": {"open": 0.5, "visible": 0.1}}


def _yawn(record: Record) -> None:
    record["mouth"] = {"open": 0.95, "visible": 0.98}


def _nobody(record: Record) -> None:
    record.update(dict.fromkeys(_PARTS))


def _covered(record: Record) -> None:
    _nobody(record)
    record["camera"] = "covered"


def _set(**fields: Any) -> Callable[[Record], None]:
    return lambda record: record.update(fields)


def _every(first_s: float, last_s: float, every_s: float, for_s: float) -> list[Span]:
    return [(first_s + turn * every_s, first_s + turn * every_s + for_s) for turn in range(int((last_s - first_s) / every_s))]


_EPISODES: list[tuple[Span, str, Callable[[Record], None]]] = [
    ((30.0, 400.0), "vehicle", _set(assist_active=True, speed_kph=92.0, gear="D", turn_signal="off", steering_deg=0.0)),
    ((80.0, 89.0), "observation", _look(45.0, -5.0)),
    ((96.0, 104.0), "observation", _look(0.0, -38.0)),
    ((110.0, 126.0), "observation", _set(phone="at_ear")),
    *((span, "observation", _look(-35.0, -30.0)) for span in _every(132.0, 150.0, 2.5, 1.8)),
    *((span, "observation", _set(phone="handheld")) for span in _every(132.0, 150.0, 2.5, 2.2)),
    ((160.0, 168.0), "observation", _eyes_closed),
    ((176.0, 196.0), "observation", _nobody),
    ((204.0, 222.0), "observation", _covered),
    ((230.0, 236.0), "observation", _eyes_unreadable),
    *((span, "observation", _eyes_closed) for span in _every(238.0, 290.0, 2.5, 0.9)),
    *((span, "observation", _yawn) for span in _every(240.0, 300.0, 9.0, 4.5)),
    ((302.0, 310.0), "observation", _look(60.0, 0.0)),
    ((300.0, 312.0), "vehicle", _set(turn_signal="left")),
    ((326.0, 333.0), "observation", _look(40.0, -10.0)),
    ((334.0, 346.0), "vehicle", _set(speed_kph=0.0, assist_active=False)),
    ((335.0, 345.0), "observation", _eyes_closed),
]
_CONTROLS = (
    (87.0, "acknowledge", ""),
    (120.0, "mark", "a near miss"),
    (155.0, "interaction", ""),
    (165.0, "acknowledge", ""),
    (199.0, "pause", ""),
    (201.0, "resume", ""),
    (298.0, "acknowledge", ""),
    (315.0, "new_drive", ""),
)
