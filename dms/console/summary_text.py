"""Trip summaries for people: a labelled line, or a row of a table. An unknown value shows as `-`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SUMMARY_HEADING = (
    f"{'UTC':<23}  {'from':>9}    {'to':>9}    {'of':<12}  {'on road':>7}  {'glances':>7}  {'p85':>6}  {'longest':>7}  "
    f"{'PERCLOS':>7}  {'KSS':>4}  {'yawns':>5}  {'usable':>6}  alerts"
)


def summary_row(summary: Mapping[str, Any], when: str) -> str:
    """A row under `SUMMARY_HEADING`; `when` is the wall-clock time as shown."""
    attention, drowsiness = summary["attention"], summary["drowsiness"]
    begins_and_ends = f"{summary['t']:9.2f} s  {summary['end']:9.2f} s"
    return (
        f"{when}  {begins_and_ends}  {_what(summary):<12}  {_percent(attention['eyes_on_road']):>7}  "
        f"{attention['glances']:>7}  {_seconds(attention['glance_p85_s']):>6}  {_seconds(attention['glance_longest_s']):>7}  "
        f"{_percent(drowsiness['perclos_mean']):>7}  {_number(drowsiness['kss_mean']):>4}  {drowsiness['yawns']:>5}  "
        f"{_percent(summary['availability']):>6}  {alerts_text(summary['alerts'])}"
    ).rstrip()


def summary_text(summary: Mapping[str, Any]) -> str:
    """What matters in a summary, in one line."""
    attention, drowsiness = summary["attention"], summary["drowsiness"]
    kss, kss_max = _number(drowsiness["kss_mean"]), _number(drowsiness["kss_max"])
    usual, longest = _seconds(attention["glance_p85_s"]), _seconds(attention["glance_longest_s"])
    parts = [
        f"{(summary['end'] - summary['t']) / 60.0:.1f} min",
        f"usable {_percent(summary['availability'])}",
        f"eyes on road {_percent(attention['eyes_on_road'])}",
        f"{_count(attention['glances'], 'glance')} (85 % within {usual}, longest {longest})",
        f"PERCLOS {_percent(drowsiness['perclos_mean'])} (at most {_percent(drowsiness['perclos_max'])})",
        f"KSS estimate {kss} (at most {kss_max})",
        f"{_count(drowsiness['yawns'], 'yawn')}, {_count(drowsiness['closures'], 'closure')}",
        f"alerts: {alerts_text(summary['alerts'])}",
    ]
    return f"{_what(summary)}: {', '.join(parts)}"


def alerts_text(alerts: Mapping[str, Mapping[str, int]]) -> str:
    """`2 distraction.long warning, 1 fatigue.yawning info`."""
    told = [f"{count} {kind} {level}" for kind, levels in alerts.items() for level, count in levels.items()]
    return ", ".join(told) or "none"


def _what(summary: Mapping[str, Any]) -> str:
    return str(summary["kind"]) if summary["complete"] else f"{summary['kind']} so far"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100.0 * share:.0f} %"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
