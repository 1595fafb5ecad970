"""Text that a terminal shows and does not obey: a name may hold what moves the cursor, hides a line or turns it round.

Names of files, drivers and topics, notes of labels and messages of the bus were written by others. What a terminal would take as
a command is shown as its number, `\\u001b`, which inside JSON means the same character: output for programs stays what it was.
"""

from __future__ import annotations

import io
import re
from typing import TextIO

_COMMANDS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_TURNS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_LINE_ENDS = r"\u2028\u2029"
_NO_LETTERS = r"\ud800-\udfff"
_OBEYED = re.compile(f"[{_COMMANDS}{_TURNS}{_LINE_ENDS}{_NO_LETTERS}]")
_NEW_ROW = re.compile(r"[\n\r]")
_MORE = "    "
_OURS = re.compile(r"(?P<start>\r?(?:\x1b\[3[0-7]m\w+ *\x1b\[0m)?)(?P<text>.*?)(?P<end>\r?)", re.DOTALL)
"""What dms itself tells a terminal: to begin its line of progress anew, and the colour of the word in front."""


def harmless(text: str) -> str:
    """`text` with what a terminal obeys shown as numbers; its lines stay lines."""
    return _OBEYED.sub(_numbered, text)


def row(text: str) -> str:
    """`text` as one line, whatever name stands in it: what has a line end in it cannot pass for a line of its own."""
    return _NEW_ROW.sub(_numbered, text)


def message(text: str) -> str:
    """`text` behind the name of the program. Further lines, of problems or of a name, are indented: none passes for ours."""
    return f"\n{_MORE}".join(f"dms: {text}".splitlines())


def _numbered(character: re.Match[str]) -> str:
    return f"\\u{ord(character[0]):04x}"


class HarmlessText(io.TextIOWrapper):
    """A standard stream that people read, written through to the one behind it, which stays open: it is the interpreter's."""

    def __init__(self, behind: io.TextIOWrapper) -> None:
        self._behind = behind  # a stream that nobody holds is closed, and its file with it
        at_once, by_line = behind.write_through, behind.line_buffering
        super().__init__(behind.buffer, behind.encoding, behind.errors, line_buffering=by_line, write_through=at_once)

    def write(self, text: str, /) -> int:
        """Write `text` as `harmless` shows it, but for what dms itself tells a terminal. Returns the length of `text`."""
        ours = _OURS.fullmatch(text)
        assert ours is not None  # any text is: all three parts may be empty
        super().write(f"{ours['start']}{harmless(ours['text'])}{ours['end']}")
        return len(text)

    def __del__(self) -> None:
        """Leave the stream behind it open."""
        try:  # noqa: SIM105 - at the interpreter's end `suppress` is gone already
            self.detach()
        except ValueError:
            pass  # it is closed, and nothing is left to tell


def made_harmless(stream: TextIO) -> TextIO:
    """`stream` in whose place this one is to be used. A stream with no bytes behind it is returned as it is."""
    if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, HarmlessText):
        return stream
    stream.flush()
    return HarmlessText(stream)
