"""The shipped YAML files, and how a name or a path chooses one of them or one of your own."""

from __future__ import annotations

from pathlib import Path

from dms.config.problems import suggestion
from dms.errors import ConfigurationError
from dms.resources import resource_directory


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
        if not path.is_file():
            raise ConfigurationError(f"{path}: no such {what}")
        return path
    shipped = folder / f"{name_or_path}.yaml"
    if not shipped.is_file():
        names = [file.stem for file in shipped_files(folder)]
        raise ConfigurationError(f"no {what} is called '{name_or_path}'{suggestion(str(name_or_path), names)}")
    return shipped
