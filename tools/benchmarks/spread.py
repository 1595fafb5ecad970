"""How times that were measured spread, as a line."""

from __future__ import annotations

from collections.abc import Iterable

from dms.quantiles import quantile


def spread(what: str, found_s: Iterable[float], unit: float, name: str, nothing: str = "nothing arrived") -> str:
    """Median, 99th percentile and maximum of seconds, times `unit`, which is called `name`; `nothing` where there are none."""
    found = sorted(found_s)
    if not found:
        return f"{what}: {nothing}"
    p50, p99 = ((quantile(found, share) or 0.0) * unit for share in (0.5, 0.99))
    return f"{what}: p50 {p50:.1f} {name}, p99 {p99:.1f} {name}, at most {found[-1] * unit:.1f} {name}, of {len(found)}"
