"""The folder in which studies lie, each in one of its own: found by name, begun, stopped, gone on with.

A study runs as a process of its own, so that it loses nothing when the studio ends.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from dms.drives.studies.course import NAME as COURSE
from dms.drives.studies.course import RESULT, STUDY, Begun
from dms.drives.tuning.optuna_study import require_optuna
from dms.errors import DriveError, UsageError
from dms.studio.studies.standing import Standing, standing_of

LOG = logging.getLogger(__name__)
LOG_FILE = "tune.log"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_LISTED = 500
_MOST_SAID_BYTES = 4 << 10


class Studies:
    """The studies below `root`. Safe from any thread, and for several studios at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._refused: dict[str, str] = {}
        self._begun: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        """Their names, as they are now, the newest first."""
        folders = [each for each in self.root.iterdir() if _is_study(each)] if self.root.is_dir() else []
        folders.sort(key=_changed, reverse=True)
        return (folder.name for folder in folders[:_MOST_LISTED])

    def find(self, name: str) -> Path:
        """The folder of the study of that name.

        Raises:
            DriveError: there is none.
        """
        folder = self.root / name
        if not _is_name(name) or not _is_study(folder):
            raise DriveError(f"{name[:80]}: there is no such study, or it is not there any more")
        return folder

    def standing(self, name: str) -> Standing:
        """How the study of that name stands now."""
        standing = standing_of(self.root / name)
        with self._lock:
            begun = self._begun.get(name)
        told = standing.course.process if standing.course is not None else None
        if standing.process is None and begun is not None and begun != told:
            return Standing("at work", f"it begins (process {begun})", course=standing.course)
        return standing

    def refused(self, name: str) -> str | None:
        """The last words of the process that was last begun for a study, if it failed; None if it did not."""
        folder = self.root / name
        with self._lock:
            words = self._refused.get(name)
        if words is None and not any((folder / each).exists() for each in (STUDY, COURSE)):
            with suppress(OSError):  # it has not said anything
                words = _last_words(folder / LOG_FILE, 0)
        return words

    def begin(self, name: str, begun: Begun) -> None:
        """Begin a study.

        Raises:
            UsageError: it may not be called so, or is there already; or the library of the search is not installed.
            DriveError: its folder cannot be written.
        """
        require_optuna()
        folder = self.root / name
        if not _is_name(name):
            raise UsageError(f"{name[:80]!r}: a study's name has letters, digits, points, hyphens and underscores, and no folder")
        if folder.exists() and any(each.name != LOG_FILE for each in folder.iterdir()):
            raise UsageError(f"{folder}: there is a study of this name already: go on with it, or choose another name")
        self._run(folder, begun)

    def go_on(self, name: str, trials: int) -> None:
        """Go on with a study until so many packs have been tried.

        Raises:
            UsageError: somebody is at work on it, or the library of the search is not installed.
            DriveError: there is none, or it cannot go on; the message says why.
        """
        require_optuna()
        folder = self.find(name)
        standing = self.standing(name)
        if standing.state == "at work":
            raise UsageError(f"{name}: {standing.words}")
        if standing.course is None or not standing.can_go_on:
            raise DriveError(standing.problem or standing.words)
        self._run(folder, replace(standing.course.begun, trials=trials))

    def stop(self, name: str) -> None:
        """Ask the process that is at work on a study to stop.

        Raises:
            UsageError: nobody is at work on it, or nobody who can be stopped from here.
            DriveError: there is no such study.
        """
        self.find(name)
        standing = self.standing(name)
        if not standing.process:
            why = standing.words if standing.process == 0 else "nobody is at work on it"
            raise UsageError(f"{name}: cannot be stopped: {why}")
        try:
            os.kill(standing.process, signal.SIGINT)
        except ProcessLookupError:  # it has ended by itself
            return
        except PermissionError as error:
            raise UsageError(f"{name}: process {standing.process} is another user's, who alone can stop it") from error

    def _run(self, folder: Path, begun: Begun) -> None:
        words = begun.words(folder.absolute(), force=(folder / RESULT).exists())
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / LOG_FILE).open("ab") as log:
                said = log.tell()
                process = subprocess.Popen(  # noqa: S603 - dms itself, with words of its own making
                    [sys.executable, "-m", "dms", *words],
                    cwd=begun.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            raise DriveError(f"{error.filename or folder}: {error.strerror}: the study cannot be begun") from error
        with self._lock:
            self._refused.pop(folder.name, None)
            self._begun[folder.name] = process.pid
        threading.Thread(target=self._wait, args=(process, folder, said), name="studio-study", daemon=True).start()

    def _wait(self, process: subprocess.Popen[bytes], folder: Path, said: int) -> None:
        code = process.wait()
        words = _why(folder / LOG_FILE, said, code) if code else None
        with self._lock:
            if self._begun.get(folder.name) == process.pid:
                del self._begun[folder.name]
            if words is not None:
                self._refused[folder.name] = words
        if words is not None:
            LOG.warning("study %s ended: %s", folder.name, words)


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _is_study(folder: Path) -> bool:
    return _is_name(folder.name) and any((folder / name).exists() for name in (STUDY, COURSE, LOG_FILE))


def _changed(folder: Path) -> float:
    latest = 0.0
    for name in (COURSE, STUDY, LOG_FILE):
        with suppress(OSError):  # not there, or not any more
            latest = max(latest, (folder / name).stat().st_mtime)
    return latest


def _why(log: Path, since: int, code: int) -> str:
    if code < 0:
        return f"its process was ended by signal {-code}"
    try:
        return _last_words(log, since)
    except OSError as error:
        return f"{log}: {error.strerror}"


def _last_words(log: Path, since: int) -> str:
    """What a process said last: of what it wrote after so many bytes."""
    with log.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(since, file.tell() - _MOST_SAID_BYTES))
        lines = file.read().decode(errors="replace").strip().splitlines()
    told = [line.removeprefix("dms: ") for line in lines if line.startswith("dms: ")]
    return "\n".join(told[-3:] or lines[-3:]) or "it ended without a word"
