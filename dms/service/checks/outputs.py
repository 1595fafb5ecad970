"""Checks of where the service writes and publishes: journal, bus, recordings, room on the disk."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from dms.client.subscriber import Message, Subscriber
from dms.config.endpoints import connectable
from dms.config.key_files import ClientKeys, read_client_keys
from dms.config.settings import Settings, keys_folder
from dms.errors import ConfigurationError, UsageError, reason
from dms.locations import default_endpoint, default_journal_path
from dms.outputs.bus.messages import Topic
from dms.outputs.journal.migrations import DamagedError, JournalRefusedError, NewerJournalError, admit_file
from dms.outputs.journal.set_aside import journals_set_aside
from dms.service.calibration_store import CalibrationFileError, CalibrationStore, calibration_path, progress_text
from dms.service.checks.finding import Finding, fail, ok, warn

LITTLE_ROOM_MIB = 500
TOO_LITTLE_ROOM_MIB = 50
HEALTH_WITHIN_S = 1.5
_MEBIBYTE = 2**20


def check_journal(settings: Settings) -> Iterator[Finding]:
    """Check whether the journal can be written, and whether an existing one can be read."""
    try:
        path = Path(settings.journal.path) if settings.journal.path else default_journal_path()
    except ConfigurationError as error:
        yield fail("journal", str(error), "the service does not start without")
        return
    folder = _nearest_existing(path.parent)
    if not (os.access(path, os.W_OK) if path.exists() else _takes_files(folder)):
        yield fail("journal", f"{path} cannot be written", f"make {folder} writable for the service's user, or set journal.path")
        return
    for aside in journals_set_aside(path):
        advice = "nothing to do: a dms that knows its version joins it with the journal when it starts"
        yield warn("journal", f"{aside.path}: of a newer dms (version {aside.version}), set aside while this one runs", advice)
    if path.exists():
        yield _existing_journal(path)
    else:
        yield ok("journal", f"{path} will be made; SQLite {sqlite3.sqlite_version}")
    yield _room(folder)


def _existing_journal(path: Path) -> Finding:
    try:
        admit_file(path)  # SQLite would wait for whoever writes into a named pipe
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as journal:
            (answer,) = journal.execute("PRAGMA quick_check(1)").fetchone()
    except (sqlite3.Error, DamagedError) as error:
        answer = str(error)
    except NewerJournalError as error:
        advice = "nothing to do: the service moves it aside, begins one of its own, and the newer dms joins the two"
        return warn("journal", str(error), advice)
    except JournalRefusedError as error:
        return fail("journal", str(error), "the service does not start with it")
    except OSError as error:
        return fail("journal", reason(error), "give another path as journal.path")
    if answer != "ok":
        advice = "nothing to do: the service moves a damaged file aside and begins a new one"
        return warn("journal", f"{path} is damaged: {answer}", advice)
    return ok("journal", f"{path} is sound; SQLite {sqlite3.sqlite_version}")


def _room(folder: Path) -> Finding:
    free_mib = shutil.disk_usage(folder).free / _MEBIBYTE
    detail = f"{free_mib:.0f} MiB free in {folder}"
    if free_mib < TOO_LITTLE_ROOM_MIB:
        return fail("disk", detail, "make room: the journal cannot be written without")
    return warn("disk", detail, "make room, or lower journal.keep_mib") if free_mib < LITTLE_ROOM_MIB else ok("disk", detail)


def check_calibration(settings: Settings) -> Iterator[Finding]:
    """Check whether calibrations can be kept, and list those that are."""
    if not settings.calibration.keep:
        yield ok("calibration", "nothing is kept of a driver: calibration.keep is false")
        return
    try:
        store = CalibrationStore(calibration_path(settings.calibration))
    except ConfigurationError as error:
        yield warn("calibration", str(error), "or set calibration.path")
        return
    folder = _nearest_existing(store.path.parent)
    if not _takes_files(folder):
        advice = f"make {folder} writable for the service's user, or set calibration.path"
        yield warn("calibration", f"{store.path} cannot be written: the service learns its driver again at each start", advice)
        return
    try:
        seats = [f"{seat.source} in {seat.cabin}" for seat in store.read()]
    except CalibrationFileError as error:
        yield warn("calibration", str(error), "nothing to do: the service moves the file aside and learns again")
    else:
        yield ok("calibration", f"{store.path}: {'kept for ' + ', '.join(seats) if seats else 'nothing is kept yet'}")


def check_bus(settings: Settings) -> Iterator[Finding]:
    """Check whether a service publishes on the endpoint, or could. Nothing is bound, which would leave files behind."""
    endpoint = settings.bus.endpoint or default_endpoint()
    try:
        folder = keys_folder(settings.bus)
        heard = _hear(connectable(endpoint), None if folder is None else read_client_keys(folder))
    except (UsageError, ConfigurationError) as error:
        yield fail("bus", str(error), "correct bus.endpoint or bus.keys")
        return
    if heard is not None:
        yield ok("bus", f"{endpoint}: a service publishes there, status {heard.fields.get('status')}")
        yield ok("driver", progress_text(heard.fields))
        return
    problem = _why_not_bindable(endpoint)
    if problem:
        yield fail("bus", problem, "stop the program that has it, or set bus.endpoint to a place that the service's user may use")
    else:
        yield ok("bus", f"{endpoint} is free")


def _hear(endpoint: str, keys: ClientKeys | None) -> Message | None:
    subscriber = Subscriber(endpoint, {Topic.HEALTH}, keys)
    try:
        return subscriber.receive(HEALTH_WITHIN_S)
    finally:
        subscriber.close()


def _why_not_bindable(endpoint: str) -> str | None:
    transport, _, address = endpoint.partition("://")
    if transport == "ipc":
        folder = _nearest_existing(Path(address).parent)
        return None if _takes_files(folder) else f"{endpoint}: {folder} cannot be written by this user"
    host, _, port = address.rpartition(":")
    try:
        with socket.create_server((host, int(port))):
            return None
    except (OSError, ValueError) as error:
        return f"{endpoint}: {error}"


def check_recordings(settings: Settings) -> Iterator[Finding]:
    """Check whether drives can be recorded, if recording is configured."""
    if settings.record.folder is None:
        return
    folder = _nearest_existing(Path(settings.record.folder))
    if _takes_files(folder):
        yield ok("recordings", f"{settings.record.folder} can be written")
        yield _room(folder)
    else:
        yield fail("recordings", f"{settings.record.folder} cannot be written", f"make {folder} writable for the service's user")


def _nearest_existing(folder: Path) -> Path:
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())


def _takes_files(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
