"""The shipped YAML files, and how a name or a path chooses one of them or one of your own."""

from __future__ import annotations

from pathlib import Path

from dms.config.problems import suggestion
from dms.errors import ConfigurationError
from dms.resources import resource_directory

_SHOWN = 60  # characters of a name in a message


def rules_folder(*below: str) -> Path:
    """The shipped rule packs, or a folder below them, such as `cabin`."""
    return resource_directory("rules").joinpath(*below)


def shipped_files(folder: Path) -> list[Path]:
    """The YAML files in a folder, by name."""
    return sorted(folder.glob("*.yaml"))


def named_file(name_or_path: str | Path, folder: Path, what: str) -> Path:
    """Returns the file that is meant: one in `folder`, named without its suffix, or any other by its path.

    Raises:
        ConfigurationError: there is no such `what`; the message names the closest match.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or path.parent != Path():
        if not _is_there(path, what):
            raise ConfigurationError(f"{path}: no such {what}")
        return path
    shipped = folder / f"{name_or_path}.yaml"
    if not _is_there(shipped, what):
        names = [file.stem for file in shipped_files(folder)]
        raise ConfigurationError(f"no {what} is called '{name_or_path}'{suggestion(str(name_or_path), names)}")
    return shipped


def _is_there(path: Path, what: str) -> bool:
    """Whether anything is there, or why nobody can say: a folder that may not be entered, a name that is none."""
    if "\0" in str(path):
        raise ConfigurationError(f"{str(path)[:_SHOWN]!r}: no {what} has a NUL in its name")
    try:
        return path.exists()
    except OSError as error:
        shown = str(path)[:_SHOWN] + ("…" if len(str(path)) > _SHOWN else "")
        raise ConfigurationError(f"{shown}: no such {what}: {error.strerror}") from error
