"""Wall-clock times as text and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.wall_clock import NS_PER_S, SteadyClock, utc_from_text, utc_now, utc_ns, utc_text


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
    now = utc_now()
    assert now is not None
    assert len(now) == len("2026-11-21T09:30:00.000000Z")
    assert now.endswith("Z")


@pytest.mark.parametrize("year", [1970, 2018, 2300, 10_000])
def test_a_clock_that_says_what_cannot_be_is_not_believed(monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    monkeypatch.setattr("time.time_ns", lambda: round((year - 1970) * 31_556_952) * NS_PER_S)
    assert utc_ns() is None
    assert utc_now() is None


def test_a_clock_that_fails_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise OSError("Operation not permitted")

    monkeypatch.setattr("time.time_ns", fail)
    assert utc_now() is None


def test_whoever_deletes_by_age_believes_a_jump_only_if_it_is_said_twice() -> None:
    day_ns = 86_400 * NS_PER_S
    said: list[int | None] = [0, 3600 * NS_PER_S, 400 * day_ns, 2 * 3600 * NS_PER_S, 3 * 3600 * NS_PER_S, None, 500 * day_ns]
    said.append(500 * day_ns + 3600 * NS_PER_S)
    times = iter(said)
    passed = iter(range(0, 100 * 3600 * NS_PER_S, 3600 * NS_PER_S))
    clock = SteadyClock(lambda: next(times), lambda: next(passed))
    assert [clock() for _ in said] == [said[0], said[1], None, None, said[4], None, None, said[7]]
