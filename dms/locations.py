"""Where the bus, the journal and the calibrations are by default: the service's own places when it runs as one, else the user's.

The service and the commands that talk to it call the same functions, so that they meet without configuration.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from dms.errors import ConfigurationError

SERVICE_RUNTIME_DIRECTORY = Path("/run/dms")
SERVICE_STATE_DIRECTORY = Path("/var/lib/dms")


def default_endpoint() -> str:
    """`ipc:///run/dms/bus` where the service runs or may run, else a socket under the user's runtime directory.

    A subscriber need not be allowed to write to `/run/dms`: a bus that is already there is enough.

    Raises:
        ConfigurationError: the fall-back in the temporary directory belongs to someone else.
    """
    service_bus = SERVICE_RUNTIME_DIRECTORY / "bus"
    if os.access(SERVICE_RUNTIME_DIRECTORY, os.W_OK) or _is_there(service_bus):
        return f"ipc://{service_bus}"
    user_runtime = os.environ.get("XDG_RUNTIME_DIR")
    if user_runtime and os.access(user_runtime, os.W_OK):
        return f"ipc://{user_runtime}/dms/bus"
    return f"ipc://{_private_temporary_directory()}/bus"


def endpoint_to_hear() -> str:
    """The default endpoint for a subscriber: the service's where it shuts this user out, unless this user has a bus of their own.

    A subscriber that is sent there says why it hears nothing.
    """
    endpoint = default_endpoint()
    own = Path(endpoint.removeprefix("ipc://"))
    return (
        f"ipc://{SERVICE_RUNTIME_DIRECTORY / 'bus'}" if _is_closed(SERVICE_RUNTIME_DIRECTORY) and not own.exists() else endpoint
    )


def default_journal_path() -> Path:
    """`journal.db` in systemd's state directory, in `/var/lib/dms`, or below the user's own state directory.

    Raises:
        ConfigurationError: the user has no home.
    """
    under_systemd = os.environ.get("STATE_DIRECTORY")
    if under_systemd:
        return Path(under_systemd.split(":")[0]) / "journal.db"
    service_journal = SERVICE_STATE_DIRECTORY / "journal.db"
    if os.access(SERVICE_STATE_DIRECTORY, os.W_OK) or _is_there(service_journal):
        return service_journal
    user_state = os.environ.get("XDG_STATE_HOME")
    return (Path(user_state) if user_state else _home() / ".local" / "state") / "dms" / "journal.db"


def journal_to_read() -> Path:
    """The default journal for a reader: the service's where it shuts this user out, unless this user has one of their own."""
    journal = default_journal_path()
    return SERVICE_STATE_DIRECTORY / "journal.db" if _is_closed(SERVICE_STATE_DIRECTORY) and not journal.exists() else journal


def default_calibration_path() -> Path:
    """`calibration.json` beside the default journal."""
    return default_journal_path().with_name("calibration.json")


def default_store_path(output: str) -> Path:
    """`OUTPUT.store` beside the default journal, wherever the configured one is: what waits to be carried to another machine."""
    return default_journal_path().with_name(f"{output}.store")


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a container that was told a number for its user
        raise ConfigurationError(
            f"no place for the journal: user {os.getuid()} has no home; give journal.path in the configuration, or set HOME or "
            "XDG_STATE_HOME"
        ) from None


def _is_there(path: Path) -> bool:
    """Whether this user can see `path`. Unlike `Path.exists`, no error where a folder on the way may not be entered."""
    return os.access(path, os.F_OK)


def _is_closed(directory: Path) -> bool:
    return directory.is_dir() and not os.access(directory, os.X_OK)


def _private_temporary_directory() -> Path:
    """A directory in `/tmp` that nobody else can have prepared for us."""
    directory = Path(tempfile.gettempdir()) / f"dms-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise ConfigurationError(f"{directory}: not a private directory of this user; remove it or give an endpoint")
    return directory
