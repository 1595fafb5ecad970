"""A log that nobody reads holds up nobody; one that is read has every line, in order."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from dms.service.log_thread import MOST_WAITING, LogThread

LOG = logging.getLogger("dms.test")
PATIENCE_S = 60.0


class Reader(io.StringIO):
    """A stream that takes nothing until the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = threading.Event()

    def write(self, text: str) -> int:
        self.reads.wait(PATIENCE_S)
        return super().write(text)


@pytest.fixture
def reader() -> Iterator[Reader]:
    handlers, level, reader = logging.root.handlers[:], logging.root.level, Reader()
    logging.root.handlers[:] = [logging.StreamHandler(reader)]
    logging.root.setLevel(logging.INFO)
    yield reader
    reader.reads.set()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_every_line_is_written_in_order_before_it_ends(reader: Reader) -> None:
    reader.reads.set()
    with LogThread():
        for number in range(500):
            LOG.info("line %d", number)
    LOG.info("after")
    assert reader.getvalue().splitlines() == [*(f"line {number}" for number in range(500)), "after"]


def test_a_log_that_nobody_reads_holds_up_nobody_and_the_thread_says_so(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dms.service.log_thread.DRAINING_S", 0.0)
    with LogThread() as log:
        for number in range(MOST_WAITING + 200):
            LOG.info("line %d", number)
        until = time.monotonic() + PATIENCE_S
        while log.thread.doing != "writing" and time.monotonic() < until:
            time.sleep(0.01)
        assert log.thread.doing == "writing"
        assert log.dropped >= 199
        reader.reads.set()
        give_up = time.monotonic() + PATIENCE_S
        while "log lines were dropped" not in reader.getvalue():
            assert time.monotonic() < give_up
            time.sleep(0.01)
    assert "line 0\n" in reader.getvalue()


def test_the_process_ends_although_nobody_reads_its_log() -> None:
    """As `dms run 2>&1 | less` does: the pipe is full, and stays so."""
    program = """
import logging, sys
from dms.service.log_thread import LogThread
logging.basicConfig(level="INFO", stream=sys.stderr)
with LogThread():
    for number in range(5000):
        logging.info("line %d %s", number, "x" * 100)
print("ended", flush=True)
"""
    read, write = os.pipe()
    try:
        answer = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=write, timeout=PATIENCE_S, check=True
        )
    finally:
        os.close(read)
        os.close(write)
    assert answer.stdout == b"ended\n"
