"""The cause of an alert as a person reads it: where the driver looked, for how long, and what else decided.

Works on the cause's values alone, so that the bus, the journal and recordings can be read out by whoever has them. What no phrase
is made of follows as names and values: nothing is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dms.decision.zone_words import zone_in_words

Left = dict[str, object]
"""The values that no phrase has used yet."""

_HIDDEN = frozenset({"pack_sha256"})
_UNITS = {"_deg": "°", "_kph": " km/h", "_s": " s"}
_NOT_WORTH_SAYING_DEG = 3.0
_EYES = {True: "eyes closed", False: "eyes open"}


def why_text(cause: Mapping[str, object]) -> str:
    """Returns why an alert was raised, held back or cleared, in a line; empty if nothing is known."""
    left = {name: value for name, value in cause.items() if name not in _HIDDEN}
    phrases = [phrase for make in _PHRASES for phrase in make(left)]
    return "; ".join([*phrases, *(f"{name_text(name)} {value_text(value, name)}" for name, value in left.items())])


def value_text(value: object, name: str = "") -> str:
    """Returns a value as a person writes it, with the unit that its name ends in."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return str(value)
    return f"{_number(value)}{next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), '')}"


def name_text(name: str) -> str:
    """Returns the name of a value as people read it, without the unit that its value has."""
    ending = next((ending for ending in _UNITS if name.endswith(ending)), "")
    return name.removesuffix(ending).replace("_", " ")


def direction_text(yaw_deg: float | None, pitch_deg: float | None) -> str:
    """Returns a direction from forward, such as `40° left, 12° down`; `ahead` where it is hardly aside, empty if unknown."""
    if yaw_deg is None or pitch_deg is None:
        return ""
    parts = [
        f"{abs(angle):.0f}° {side[0] if angle > 0.0 else side[1]}"
        for angle, side in ((yaw_deg, ("left", "right")), (pitch_deg, ("up", "down")))
        if abs(angle) >= _NOT_WORTH_SAYING_DEG
    ]
    return ", ".join(parts) or "ahead"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{round(value, 2):g}"


def _float(left: Left, name: str) -> float | None:
    """Takes a number away from what is left; None if it is not there or not known."""
    value = left.get(name)
    return float(left.pop(name)) if isinstance(value, int | float) and not isinstance(value, bool) else None  # type: ignore[arg-type]


def _reason(left: Left) -> Iterator[str]:
    if "reason" not in left:
        return
    text = f"reason {left.pop('reason')}"
    if "told_by" in left:
        text += f": {left.pop('told_by')} tells of the same look"
    if "excused_by" in left:
        at_most_s = _float(left, "at_most_s")
        text += f': "{left.pop("excused_by")}"' + ("" if at_most_s is None else f", for {at_most_s:g} s at most")
        if isinstance(side := left.get("indicated_side"), str):
            del left["indicated_side"]
            text += f" (a manoeuvre to the {side} is announced)"
    yield text


def _gaze(left: Left) -> Iterator[str]:
    zone, by = left.get("gaze_zone"), left.get("gaze_source")
    if not isinstance(zone, str):
        return
    for name in ("gaze_zone", "gaze_source"):
        left.pop(name, None)
    if left.get("off_road") is (zone != "road"):
        del left["off_road"]
    if by == "head":
        left.pop("non_nominal", None)
    away_deg = _float(left, "gaze_away_deg")
    direction = direction_text(_float(left, "gaze_yaw_deg"), _float(left, "gaze_pitch_deg"))
    source = {"eye": "read from the eyes", "head": "read from the head"}.get(str(by), "")
    away = "" if away_deg is None else f"{away_deg:.0f}° from the road"
    rest = ", ".join(part for part in (away + (f" ({direction})" if direction and away else direction), source) if part)
    yield f"looking at {zone_in_words(zone)}" + (f", {rest}" if rest else "")
    if "looked_at" in left:
        yield f"in all at {left.pop('looked_at')}"


def _head(left: Left) -> Iterator[str]:
    away_deg = _float(left, "head_away_deg")
    direction = direction_text(_float(left, "head_yaw_deg"), _float(left, "head_pitch_deg"))
    if away_deg is None:
        yield from (f"head {direction}" for direction in [direction] if direction)
        return
    yield f"head {away_deg:.0f}° from the road" + (f" ({direction})" if direction else "")


def _road(left: Left) -> Iterator[str]:
    road_deg = _float(left, "road_yaw_deg")
    if road_deg is not None:
        wheel_deg = _float(left, "steering_deg")
        wheel = "" if wheel_deg is None else f" (steering wheel {abs(wheel_deg):.0f}° {'left' if wheel_deg > 0 else 'right'})"
        yield f"the road goes {abs(road_deg):.0f}° to the {'left' if road_deg > 0 else 'right'}{wheel}"


def _eyes(left: Left) -> Iterator[str]:
    if isinstance(closed := left.get("eyes_closed"), bool):
        del left["eyes_closed"]
        yield _EYES[closed]


def _held(left: Left) -> Iterator[str]:
    held_s, after_s = _float(left, "held_s"), _float(left, "after_s")
    if held_s is None:
        return
    due = "" if after_s is None else f", due after {after_s:g} s"
    more_s = _float(left, "more_time_s")
    more = "" if more_s is None else f', {more_s:g} s of them more time while "{left.pop("more_time_for", "?")}"'
    yield f"for {held_s:.2f} s{due}{more}"


def _added_up(left: Left) -> Iterator[str]:
    total_s, window_s = _float(left, "total_s"), _float(left, "window_s")
    if total_s is not None and window_s is not None:
        number = _float(left, "stretches")
        yield f"{total_s:.1f} of the last {window_s:g} s{_in_stretches(number)}{_needed(left, 'needed_s', ' s')}"
    spent_s, capacity_s = _float(left, "spent_s"), _float(left, "capacity_s")
    if spent_s is not None and capacity_s is not None:
        yield f"{spent_s:.1f} of {capacity_s:g} s spent{_needed(left, 'needed_s', ' s')}"
    count, within_s = _float(left, "count"), _float(left, "within_s")
    if count is not None and within_s is not None:
        what = f' of "{left.pop("counted")}"' if "counted" in left else ""
        fewer = _float(left, "fewer_than")
        limit = f" ({fewer:g} are wanted)" if fewer is not None else _needed(left, "needed", "")
        yield f"{count:g}{what} within {within_s:g} s{limit}"


def _in_stretches(number: float | None) -> str:
    return "" if number is None else f" in {number:g} stretch{'' if number == 1 else 'es'}"


def _needed(left: Left, name: str, unit: str) -> str:
    needed = _float(left, name)
    return "" if needed is None else f" ({needed:g}{unit} needed)"


def _shares(left: Left) -> Iterator[str]:
    for name in [name for name in left if name.startswith("share_")]:
        window = name.removeprefix("share_")
        needed = _float(left, f"needed_{window}")
        share = _float(left, name)
        if share is not None:
            yield f'{share:.1%} of "{window.replace("_", " ")}"' + ("" if needed is None else f" ({needed:.0%} needed)")


def _speed(left: Left) -> Iterator[str]:
    if "speed_kph" in left and left.get("speed_status") is None:
        speed_kph = _float(left, "speed_kph")
        left.pop("speed_kph", None)
        yield "speed unknown" if speed_kph is None else f"at {speed_kph:.0f} km/h"
    elif left.get("speed_kph", 0.0) is None:
        del left["speed_kph"]
        text = {"never_told": "speed never told", "lost": "speed no longer told"}.get(
            str(left.pop("speed_status")), "speed unknown"
        )
        times, at_most = _float(left, "times_as_long"), left.pop("level_at_most", None)
        yield ", ".join(
            [
                text,
                *([f"so times are {times:g} times as long"] if times is not None else []),
                *([f"{at_most} at most"] if at_most is not None else []),
            ]
        )


def _others(left: Left) -> Iterator[str]:
    if "raised" in left:
        yield f"while raised: {left.pop('raised')}"
    if left.get("non_nominal") is True:
        del left["non_nominal"]
        yield "the gaze is read from the head"
    if isinstance(degraded := left.get("degraded"), str):
        del left["degraded"]
        yield f"not fully judged: {degraded.replace('_', ' ')}"
    if "request" in left:
        yield f"requests {left.pop('request')}"


_PHRASES: tuple[Callable[[Left], Iterator[str]], ...] = (
    _reason,
    _head,
    _gaze,
    _road,
    _eyes,
    _held,
    _added_up,
    _shares,
    _speed,
    _others,
)
