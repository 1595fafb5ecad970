"""TAB, pressed in real shells on a terminal of their own."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import tempfile
import time
from collections.abc import Sequence

from tools.booted.checking import expect
from tools.booted.inside.machine import PATIENCE_S

TYPED = "dms re"
OFFERED = ("replay", "report")
_QUIET_S = 1.0
_ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|[()][A-B0-2]|[=>])")


def bash_completes() -> str:
    return _completes("bash", ("--norc", "-i"), "source /usr/share/bash-completion/bash_completion")


def zsh_completes() -> str:
    return _completes("zsh", ("-f", "-i"), "autoload -Uz compinit; compinit -D -u")


def fish_completes() -> str:
    return _completes("fish", ("--interactive",), "true")


def _completes(shell: str, options: Sequence[str], begin: str) -> str:
    """Begin the shell as a person would have set it up, type, press TAB, and look at what is offered.

    Raises:
        CheckFailed: it does not offer both commands.
    """
    with tempfile.TemporaryDirectory() as home:
        process, terminal = pty.fork()
        if process == 0:
            environment = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm", "LANG": "C.UTF-8", "PS1": "$ "}
            os.execvpe(shell, [shell, *options], environment)  # noqa: S606
        try:
            _heard(terminal)
            os.write(terminal, f"{begin}\n".encode())
            _heard(terminal)
            os.write(terminal, f"{TYPED}\t\t\t".encode())  # the first may only add what is common to all
            said = _heard(terminal, until=OFFERED)
        finally:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(terminal)
    missing = [word for word in OFFERED if word not in said]
    expect(not missing, f"{TYPED}<TAB> offers no {' and no '.join(missing)}: {said[-300:]!r}")
    return f"{TYPED}<TAB> offers {' and '.join(OFFERED)}"


def _heard(terminal: int, until: Sequence[str] = ()) -> str:
    """What is written on the terminal until all of these words are there; without any, until it has been quiet for a while."""
    said, give_up = "", time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        ready, _, _ = select.select([terminal], [], [], _QUIET_S)
        if ready:
            said = _ESCAPES.sub("", said + os.read(terminal, 65536).decode(errors="replace"))
        elif not until and said:
            break
        if until and all(word in said for word in until):
            break
    return said


CHECKS = (bash_completes, zsh_completes, fish_completes)
