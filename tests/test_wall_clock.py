"""Wall-clock times as text and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.wall_clock import utc_from_text, utc_now, utc_text


@settings(deadline=None)
@given(microseconds=st.integers(0, 4_000_000_000_000_000))
def test_text_and_nanoseconds_tell_the_same_microsecond(microseconds: int) -> None:
    assert utc_from_text(utc_text(microseconds * 1000)) == microseconds * 1000


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("2026-11-21", "2026-11-21T00:00:00Z"),
        ("2026-11-21T09:30", "2026-11-21T09:30:00Z"),
        ("2026-11-21T10:30:00+01:00", "2026-11-21T09:30:00Z"),
    ],
)
def test_a_time_without_a_zone_is_utc(text: str, same_as: str) -> None:
    assert utc_from_text(text) == utc_from_text(same_as)


def test_now_is_utc_to_the_microsecond() -> None:
    assert len(utc_now()) == len("2026-11-21T09:30:00.000000Z")
    assert utc_now().endswith("Z")
