"""What a subscriber notices: gaps, repetitions, a restarted service, silence. Time is handed in."""

from __future__ import annotations

from typing import Any

import pytest

from dms.client.reception import Reception
from dms.outputs.bus.messages import Topic
from dms.wall_clock import utc_from_text

UTC = "2026-11-21T09:30:00.000000Z"
UTC_NS = utc_from_text(UTC)


def message(seq: int, **fields: Any) -> dict[str, Any]:
    return {"session": "one", "seq": seq, "utc": UTC, "t": 1.0, **fields}


def note(reception: Reception, topic: Topic, fields: dict[str, Any], now_s: float = 0.0, late_s: float = 0.0) -> list[str]:
    return reception.note(topic, fields, now_s, UTC_NS + int(late_s * 1e9))


def test_messages_without_gaps_are_nothing_to_talk_about() -> None:
    reception = Reception(0.0)
    assert [note(reception, Topic.ALERT, message(seq), late_s=0.004) for seq in (5, 6, 7)] == [[], [], []]
    assert reception.topics[Topic.ALERT].summary() == "3 received, 0 missed, age 4.0 ms (median), 4.0 ms (worst)"


def test_a_gap_is_counted_and_told() -> None:
    reception = Reception(0.0)
    note(reception, Topic.ALERT, message(5))
    assert note(reception, Topic.ALERT, message(9)) == ["3 alert message(s) missed before seq 9"]
    assert reception.topics[Topic.ALERT].missed == 3


def test_topics_count_apart() -> None:
    reception = Reception(0.0)
    note(reception, Topic.ALERT, message(5))
    assert note(reception, Topic.STATE, message(900)) == []


def test_a_repetition_for_someone_else_is_no_news_and_no_gap() -> None:
    reception = Reception(0.0)
    note(reception, Topic.STATE, message(5))
    assert note(reception, Topic.STATE, message(5, snapshot=True)) == []
    assert note(reception, Topic.STATE, message(6)) == []
    assert reception.topics[Topic.STATE].received == 2


def test_what_came_between_the_snapshot_and_the_first_message_is_missed() -> None:
    reception = Reception(0.0)
    note(reception, Topic.STATE, message(5, snapshot=True))
    assert note(reception, Topic.STATE, message(8)) == ["2 state message(s) missed before seq 8"]


def test_a_restarted_service_counts_from_one_again() -> None:
    reception = Reception(0.0)
    note(reception, Topic.ALERT, message(50))
    assert note(reception, Topic.ALERT, message(1, session="two")) == ["a new run of the service has begun (session two)"]
    assert note(reception, Topic.ALERT, message(2, session="two")) == []


def test_three_seconds_without_health_and_the_monitor_is_lost_until_it_is_back() -> None:
    reception = Reception(100.0)
    note(reception, Topic.HEALTH, message(1, status="ok"), 101.0)
    assert reception.silence(103.9) is None
    assert reception.silence(104.0) == "no health for 3 s: the driver monitor is lost"
    assert reception.silence(105.0) is None  # said once
    assert note(reception, Topic.HEALTH, message(2, status="ok"), 108.5) == ["health is back after 7.5 s"]
    assert reception.silence(109.0) is None


def test_other_messages_and_repeated_health_are_no_sign_of_life() -> None:
    reception = Reception(100.0)
    note(reception, Topic.HEALTH, message(1, status="ok", snapshot=True), 102.5)
    note(reception, Topic.OBSERVATION, message(1), 102.9)
    assert reception.silence(103.0) is not None


def test_a_service_that_said_goodbye_is_not_lost() -> None:
    reception = Reception(100.0)
    note(reception, Topic.HEALTH, message(1, status="stopping"), 100.0)
    assert reception.silence(103.0) == "the service has stopped"


def test_an_unknown_clock_gives_no_age() -> None:
    reception = Reception(0.0)
    assert note(reception, Topic.ALERT, message(1, utc=None)) == []
    assert reception.topics[Topic.ALERT].summary() == "1 received, 0 missed"


@pytest.mark.parametrize("utc", ["yesterday", "9999-99-99", "0001-01-01T00:00+23:59", 7, [], None])
def test_a_time_that_is_none_gives_no_age_and_ends_nothing(utc: object) -> None:
    reception = Reception(0.0)
    assert note(reception, Topic.ALERT, message(5, utc=utc)) == []
    assert reception.topics[Topic.ALERT].summary() == "1 received, 0 missed"
