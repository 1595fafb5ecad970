"""A system that gives no thread: a limit is reached, and the service that runs goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dms.watched_thread import ThreadRefusedError, WatchedThread

PATIENCE_S = 60.0
MORE_THAN_THERE_IS_BYTES = 2**50


@contextmanager
def no_thread_to_be_had() -> Iterator[None]:
    """The system refuses every thread, since none can have a stack of that size."""
    before = threading.stack_size(MORE_THAN_THERE_IS_BYTES)
    try:
        yield
    finally:
        threading.stack_size(before)


def test_a_thread_that_is_refused_at_the_start_is_one_message_and_may_be_started_later() -> None:
    done = threading.Event()
    thread = WatchedThread("bus", done.set)
    with no_thread_to_be_had(), pytest.raises(ThreadRefusedError, match="no thread to be had for 'dms-bus': a limit of threads"):
        thread.start()
    assert not thread.is_alive
    thread.start()
    assert done.wait(PATIENCE_S)


def test_a_thread_that_is_refused_when_it_is_started_anew_has_failed_until_there_is_one() -> None:
    runs: list[str] = []
    thread = WatchedThread("recorder", lambda: runs.append("run"))
    thread.start()
    assert thread.join(PATIENCE_S)
    with no_thread_to_be_had():
        thread.restart()
    assert thread.has_failed
    assert "no thread to be had" in str(thread.failure)
    assert thread.join(PATIENCE_S), "what never began is not waited for"
    thread.restart()
    assert thread.join(PATIENCE_S)
    assert (thread.has_failed, runs) == (False, ["run", "run"])
