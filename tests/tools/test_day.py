"""What a day of service is judged by; the day itself is `python -m tools.benchmarks.day`."""

from __future__ import annotations

import pytest

from tools.benchmarks.day import Look, _report


def looks(memory_mib: float, descriptors: float, threads: float) -> list[Look]:
    """A day in which these grow by so much, evenly."""
    return [
        Look(
            at_h=float(hour),
            memory_mib=100.0 + memory_mib * hour / 24,
            descriptors=round(30 + descriptors * hour / 24),
            threads=round(13 + threads * hour / 24),
            files=hour,
            disk_mib=float(hour),
        )
        for hour in range(24)
    ]


@pytest.mark.parametrize(
    ("grown", "said"),
    [
        (looks(0.0, 0, 0), []),
        (looks(4.0, 2, 0), []),
        (looks(20.0, 0, 0), ["memory, MiB"]),
        (looks(0.0, 24, 0), ["descriptors"]),
        (looks(0.0, 24, 24), ["descriptors", "threads"]),
    ],
)
def test_what_grows_over_a_day_is_said(grown: list[Look], said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.partition(":")[0] for line in _report(grown)] == said
    assert "memory, MiB: 10" in capsys.readouterr().out
