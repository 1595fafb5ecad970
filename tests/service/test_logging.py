"""Log lines that journald files under the right priority, and that do not flood it."""

from __future__ import annotations

import io
import logging
import os
from pathlib import Path

from dms.service.logging import MOST_VARIANTS, JournalFormatter, RepeatFilter, journal_reads, set_up_logging


def record_of(message: str, *values: object, line: int = 1, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("dms", level, "here.py", line, message, values, None)


def test_each_line_of_a_message_carries_its_priority() -> None:
    formatter = JournalFormatter("%(message)s")
    assert formatter.format(record_of("first\nsecond", level=logging.ERROR)) == "<3>first\n<3>    second"
    assert formatter.format(record_of("well", level=logging.INFO)) == "<6>well"


def test_a_name_forges_no_line_and_tells_the_terminal_nothing() -> None:
    """A folder of pictures may be called anything."""
    stream = io.StringIO()
    set_up_logging(stream=stream)
    logging.getLogger("dms").warning("watching %s", "pic\n<0>12:00:00 ERROR forged\r\x1b[2Jwiped\x9b\u2028\ttab é")
    (first, *more) = stream.getvalue().splitlines()
    assert first.endswith("watching pic")
    assert more == ["    <0>12:00:00 ERROR forged\\x0d\\x1b[2Jwiped\\x9b", "    \ttab é"]


def test_only_a_stream_that_the_journal_reads_gets_priorities(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        status = os.fstat(stream.fileno())
        assert journal_reads(stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        assert not journal_reads(stream, {"JOURNAL_STREAM": "8:1"})
        assert not journal_reads(stream, {})
    assert not journal_reads(io.StringIO(), {"JOURNAL_STREAM": "8:1"})


def test_a_fault_that_repeats_thirty_times_a_second_is_one_line_and_a_count() -> None:
    now = [0.0]
    filter_ = RepeatFilter(interval_s=30.0, clock=lambda: now[0])
    passed = []
    for step in range(1000):
        now[0] = step / 30
        record = record_of("no frame from %s", "/dev/dms-cam")
        if filter_.filter(record):
            passed.append(record.getMessage())
    assert passed == ["no frame from /dev/dms-cam", "no frame from /dev/dms-cam (and 899 times more in 30 s)"]


def test_another_message_is_not_held_back_by_a_repeat() -> None:
    filter_ = RepeatFilter(clock=lambda: 0.0)
    assert filter_.filter(record_of("camera lost", line=1))
    assert filter_.filter(record_of("camera back", line=2))
    assert not filter_.filter(record_of("camera lost", line=1))


def test_whoever_corrects_a_file_and_looks_again_is_told_the_next_mistake() -> None:
    filter_ = RepeatFilter(clock=lambda: 0.0)
    assert filter_.filter(record_of("not reloaded: %s", "line 3: 'yse' is no truth value"))
    assert filter_.filter(record_of("not reloaded: %s", "line 9: unknown cue"))
    assert not filter_.filter(record_of("not reloaded: %s", "line 9: unknown cue"))
    assert filter_.filter(record_of("frame %d of %s", 1, "video0"))
    assert not filter_.filter(record_of("frame %d of %s", 2, "video0"))


def test_a_place_that_always_says_something_else_is_held_back_and_its_lines_are_counted() -> None:
    now = [0.0]
    filter_ = RepeatFilter(interval_s=30.0, clock=lambda: now[0])
    passed = []
    for step in range(1000):
        now[0] = step / 30
        record = record_of("refused %s", f"key {step}")
        if filter_.filter(record):
            passed.append(record.getMessage())
    assert len(passed) == 2 * MOST_VARIANTS
    assert passed[MOST_VARIANTS - 1] == f"refused key {MOST_VARIANTS - 1}"
    assert passed[MOST_VARIANTS] == f"refused key 900 (and {900 - MOST_VARIANTS} others were not written)"


def test_a_long_drive_does_not_fill_the_memory_with_what_was_said() -> None:
    now = [0.0]
    filter_ = RepeatFilter(interval_s=30.0, clock=lambda: now[0])
    for step in range(5000):
        now[0] = float(step)
        assert filter_.filter(record_of(f"raise fatigue.yawning at {step} s"))
    assert len(filter_._passed) <= 1001


def test_people_get_lines_with_a_time() -> None:
    before = logging.root.handlers[:], logging.root.level
    stream = io.StringIO()
    try:
        set_up_logging("INFO", stream)
        logging.getLogger("dms").info("watching %s", "/dev/dms-cam")
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    assert stream.getvalue().endswith("INFO    watching /dev/dms-cam\n")
