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


HOUR_NS = 3600 * NS_PER_S


def test_whoever_deletes_by_age_believes_a_jump_only_after_an_hour() -> None:
    day_ns = 24 * HOUR_NS
    said: list[int | None] = [0, HOUR_NS, 400 * day_ns, 2 * HOUR_NS, 3 * HOUR_NS, None, 500 * day_ns, 500 * day_ns + HOUR_NS]
    times = iter(said)
    passed = iter(range(0, 100 * HOUR_NS, HOUR_NS))
    clock = SteadyClock(lambda: next(times), lambda: next(passed))
    assert [clock() for _ in said] == [said[0], said[1], None, None, said[4], None, None, said[7]]


def test_a_clock_that_is_a_year_ahead_for_half_an_hour_is_never_believed_however_often_it_is_asked() -> None:
    """As the recorder does every ten seconds."""
    ahead_from_s, right_from_s, step_s = 600, 2400, 10
    moments_s = range(0, 9000, step_s)
    passed_ns = iter([moment_s * NS_PER_S for moment_s in moments_s])
    wall_ns = [(at_s + (365 * 86_400 if ahead_from_s <= at_s < right_from_s else 0)) * NS_PER_S for at_s in moments_s]
    said = iter(wall_ns)
    clock = SteadyClock(lambda: next(said), lambda: next(passed_ns))
    for at_s, wall in zip(moments_s, wall_ns, strict=True):
        is_settled = at_s < ahead_from_s or at_s >= right_from_s + 3600
        assert clock() == (wall if is_settled else None)
