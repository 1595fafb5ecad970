"""What others have named: a terminal shows it and does not obey it; programs get it as it is."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.console.terminal_text import harmless, made_harmless, row
from dms.outputs.journal import Journal
from dms.types import Label
from tests.drives.drive_making import story, write_jsonl

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
HOSTILE = "a\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202etxt\nok: all is well\u2066"
PROGRAM = "import sys; sys.argv[0] = 'dms'; from dms.cli.app import main; main()"

texts = st.text(st.one_of(st.characters(), st.sampled_from("\x1b\r\n\t\x7f\x9b\u202e\u2069\u2028\udc9b")))


@given(texts)
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    shown = harmless(text)
    assert not OBEYED.search(shown)
    assert shown.count("\n") == text.count("\n")
    assert not OBEYED.search(text) or shown != text


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))))
def test_words_of_any_language_stay_as_they_are(text: str) -> None:
    assert row(harmless(text)) == text


@given(texts)
def test_a_row_is_one_line(text: str) -> None:
    assert len(row(harmless(text)).splitlines()) <= 1


@given(st.dictionaries(texts, texts))
def test_json_means_the_same_at_a_terminal(document: dict[str, str]) -> None:
    assert json.loads(harmless(json.dumps(document, ensure_ascii=False))) == document


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\rdrive: 12 %  ", "\rdrive: 12 %  "),
        ("\r    \r", "\r    \r"),
        ("\x1b[32mok   \x1b[0m camera: there\n", "\x1b[32mok   \x1b[0m camera: there\n"),
        ("\rdrive\rok: fine", "\rdrive\\u000dok: fine"),
        ("camera \x1b[32mok\x1b[0m\n", "camera \\u001b[32mok\\u001b[0m\n"),
        ("\x1b[8mok\x1b[0m hidden\n", "\\u001b[8mok\\u001b[0m hidden\n"),
    ],
)
def test_progress_and_colours_of_our_own_pass(written: str, shown: str) -> None:
    behind = io.BytesIO()
    stream = made_harmless(io.TextIOWrapper(behind, "utf-8", newline=""))
    assert stream.write(written) == len(written)
    stream.flush()
    assert behind.getvalue().decode() == shown


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drive and its label, a configuration and a journal with a name that tells a terminal what to do."""
    folder = tmp_path_factory.mktemp("hostile")
    note = Label(2.0, 4.0, "distraction.head_away", note=HOSTILE)
    write_jsonl(folder / f"{HOSTILE}.jsonl", iter((note, *story(6.0, turned=((2.0, 5.0),)))))
    (folder / f"{HOSTILE}.yaml").write_text("sauce: 1\n")
    journal = Journal(folder / "journal.db")
    whole = {"pack_sha256": "a", "models_sha256": "b", "config_sha256": "c"}
    journal.begin_drive(session="night", source=HOSTILE, pack=HOSTILE, **whole)
    journal.end_drive("shutdown")
    journal.close(60.0)
    return folder


def at_a_terminal(arguments: list[str], folder: Path) -> str:
    """What the terminal gets of both streams, with its `\\r\\n` as `\\n`."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", PROGRAM, *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder) as process:
        os.close(theirs)
        written = b"".join(_pieces(ours))
        process.wait(120.0)
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def _pieces(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            return
        if not piece:
            return
        yield piece


COMMANDS = [
    ["events", "--db", "journal.db", "--drives"],
    ["events", "--db", "journal.db", "--drives", "--json"],
    ["replay", f"{HOSTILE}.jsonl"],
    ["replay", f"{HOSTILE}.jsonl", "--json"],
    ["score", f"{HOSTILE}.jsonl"],
    ["label", f"{HOSTILE}.jsonl", "--list"],
    ["drive", "info", f"{HOSTILE}.jsonl"],
    ["report", f"{HOSTILE}.jsonl", "-o", f"{HOSTILE}.html"],
    ["check", f"{HOSTILE}.yaml"],
    ["run", "--config", f"{HOSTILE}.yaml"],
    ["replay", HOSTILE],
    ["observe", f"{HOSTILE}.mp4"],
    [HOSTILE],
    ["replay", f"--{HOSTILE}"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: f"{words[0][:8]}-{len(words)}")
def test_no_command_tells_a_terminal_what_a_name_says(arguments: list[str], hostile: Path) -> None:
    shown = at_a_terminal(arguments, hostile)
    assert shown
    assert [found for line in shown.split("\n") for found in OBEYED.findall(line.strip("\r"))] == []
    assert not re.search(r"^ok: all is well", shown, re.MULTILINE), shown
    assert re.search(r"\\(u00|x)1b\]0;owned\\(u00|x)07", shown), shown


def test_a_pipe_gets_the_json_as_it_is(hostile: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "events", "--db", "journal.db", "--drives", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=hostile)
    assert json.loads(done.stdout)["source"] == HOSTILE
    assert "\u202e" in done.stdout
