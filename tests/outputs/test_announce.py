"""Journal first, then the bus; and the bus without the journal when there is no other way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dms.client.subscriber import Subscriber
from dms.outputs.announce import announce
from dms.outputs.bus.bus import Bus
from dms.outputs.bus.messages import Topic
from tests.outputs.journal_examples import A_DRIVE, database, open_journal, rows
from tests.outputs.output_examples import PATIENCE_S, an_alert, heard_so_far, receive_until, wait_until_connected


def heard(bus: Bus, subscriber: Subscriber) -> list[tuple[float, bool]]:
    alerts = [message.fields for message in heard_so_far(bus, subscriber) if message.topic is Topic.ALERT]
    return [(fields["t"], fields["journalled"]) for fields in alerts]


def test_whoever_hears_an_alert_finds_it_in_the_journal(bus: Bus, subscribe: Callable[..., Subscriber], tmp_path: Path) -> None:
    subscriber = subscribe(Topic.ALERT, Topic.HEALTH)
    wait_until_connected(bus, subscriber)
    with open_journal(tmp_path / "journal.db") as journal:
        journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)
        assert announce([an_alert(1.0), an_alert(2.0)], journal, bus, wait_s=PATIENCE_S) == [True, True]
        message = receive_until(subscriber, lambda message: message.topic is Topic.ALERT)[-1]
        assert [alert["t"] for alert in rows(tmp_path / "journal.db", "alerts")] == [1.0, 2.0]
        assert message.fields["journalled"] is True


def test_alerts_go_out_although_the_journal_cannot_be_written(
    bus: Bus, subscribe: Callable[..., Subscriber], tmp_path: Path
) -> None:
    subscriber = subscribe(Topic.ALERT, Topic.HEALTH)
    wait_until_connected(bus, subscriber)
    (tmp_path / "journal.db").mkdir()
    with open_journal(tmp_path / "journal.db", retry_delays_s=(3600.0,)) as journal:
        assert announce([an_alert(1.0), an_alert(2.0)], journal, bus, wait_s=3600.0) == [False, False]
    assert heard(bus, subscriber) == [(1.0, False), (2.0, False)]


def test_alerts_go_out_although_the_journal_hangs_and_are_stored_later(
    bus: Bus, subscribe: Callable[..., Subscriber], tmp_path: Path
) -> None:
    subscriber = subscribe(Topic.ALERT, Topic.HEALTH)
    wait_until_connected(bus, subscriber)
    path = tmp_path / "journal.db"
    with open_journal(path) as journal, database(path) as intruder:
        intruder.execute("BEGIN IMMEDIATE")
        assert announce([an_alert(float(t)) for t in range(5)], journal, bus) == [False] * 5
        intruder.execute("ROLLBACK")
    assert heard(bus, subscriber) == [(float(t), False) for t in range(5)]
    assert [alert["t"] for alert in rows(path, "alerts")] == [float(t) for t in range(5)]


def test_a_service_without_a_journal_publishes_all_the_same(bus: Bus, subscribe: Callable[..., Subscriber]) -> None:
    subscriber = subscribe(Topic.ALERT, Topic.HEALTH)
    wait_until_connected(bus, subscriber)
    assert announce([an_alert(1.0)], None, bus) == [False]
    assert heard(bus, subscriber) == [(1.0, False)]


def test_nothing_to_announce_is_nothing_to_wait_for(bus: Bus, tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.db") as journal:
        assert announce([], journal, bus) == []
