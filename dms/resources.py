"""Where the files that ship with the program lie, in the checkout or inside the installed wheel, and what adds optional parts."""

from __future__ import annotations

from pathlib import Path

from dms.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent


def resource_directory(name: str) -> Path:
    """The shipped folder `name` (`rules`, `models`); the wheel carries them in `dms/_data`.

    Raises:
        ConfigurationError: the installation lacks the folder.
    """
    candidates = [_PACKAGE / "_data" / name, _PACKAGE.parent / name]
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    looked = " or ".join(str(candidate) for candidate in candidates)
    raise ConfigurationError(f"the shipped folder '{name}' is missing: looked for {looked}; reinstall dms")


def how_to_add(extra: str) -> str:
    """Returns the command that adds an optional part. `dms` on the package index is another project, so it takes the checkout."""
    return f"pip install -c constraints.txt '.[{extra}]' in the source folder of dms"
