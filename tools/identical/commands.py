"""`dms` commands, one after another or side by side, without paying for a start each time.

A process imports each command once, and every run of it is a fork of that process: what `pyproject.toml` names as the program
`dms` is called with the command's words, in its own folder, with its own standard output and error.
"""

from __future__ import annotations

import os
import signal
import sys
import tomllib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "COLUMNS": "120", "TERMINAL_WIDTH": "120", "NO_COLOR": "1", "TERM": "dumb"}
"""What could change how a command writes, held still."""


def hold_environment_still() -> None:
    """Call it before the program is imported, some of whose libraries look at once."""
    os.environ.update(ENVIRONMENT)


@dataclass(frozen=True)
class Ran:
    """How a command went: its exit code and all that it wrote."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """All of it, to compare."""
        return f"exit code {self.exit_code}\n-- standard output\n{self.stdout}-- standard error\n{self.stderr}"


class Running:
    """A command that runs."""

    def __init__(self, pid: int, stdout: IO[bytes], stderr: IO[bytes]) -> None:
        self._pid = pid
        self._stdout = stdout
        self._stderr = stderr

    def written(self) -> bytes:
        """What has come on standard output so far."""
        return _content(self._stdout)

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        os.kill(self._pid, signal.SIGINT)

    def ended(self) -> Ran:
        """Wait for its end."""
        _, status = os.waitpid(self._pid, 0)
        with self._stdout, self._stderr:
            out, err = (_content(file).decode(errors="backslashreplace") for file in (self._stdout, self._stderr))
        return Ran(os.waitstatus_to_exitcode(status), out, err)


class Commands:
    """The program `dms` of this checkout, its commands run in `folder`, where relative paths begin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        os.environ["XDG_RUNTIME_DIR"] = str(folder)
        self._main = _program("dms")

    def load(self, command: str) -> None:
        """Import the module of a command here, lest each fork does: the program itself imports it with the first call.

        Where there is none of that name, because modules have moved, each fork does.
        """
        module = f"{self._main.__module__.rpartition('.')[0]}.{command}"
        if find_spec(module) is not None:
            import_module(module)

    def run(self, *words: str | Path) -> Ran:
        """One command, to its end."""
        return self.start(*words).ended()

    def start(self, *words: str | Path) -> Running:
        """One command, beside whatever else runs."""
        self.load(str(words[0]))
        sys.stdout.flush()
        sys.stderr.flush()
        stdout, stderr = TemporaryFile(), TemporaryFile()  # noqa: SIM115  # the command that runs owns them
        pid = os.fork()
        if pid == 0:
            self._become([str(word) for word in words], stdout, stderr)
        return Running(pid, stdout, stderr)

    def _become(self, words: list[str], stdout: IO[bytes], stderr: IO[bytes]) -> NoReturn:
        os.chdir(self.folder)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (stdout.fileno(), 1), (stderr.fileno(), 2)):
            os.dup2(source, target)
        sys.argv = ["dms", *words]
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` has it ignored, and it could not be interrupted
        exit_code = 1
        try:
            self._main()
            exit_code = 0
        except SystemExit as leaving:
            exit_code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        except BaseException as error:
            # Without the way to it, which leads through modules that may move.
            sys.stderr.write("".join(traceback.format_exception_only(error)))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(exit_code)


def _program(name: str) -> Callable[[], None]:
    """What `pyproject.toml` says the program is, so that its module may move."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, function = scripts[name].partition(":")
    program: Callable[[], None] = getattr(import_module(module), function)
    return program


def _content(file: IO[bytes]) -> bytes:
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)
