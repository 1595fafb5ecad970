"""The search spaces that a study can be begun with: those that ship, and those beside the packs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dms.bounded import read_at_most
from dms.config.shipped import rules_folder, shipped_files
from dms.config.yaml_loader import MAX_BYTES
from dms.errors import ConfigurationError

SHIPPED = "shipped"
_TUNES = re.compile(r"^tunes\s*:\s*['\"]?([^'\"#\s]+)", re.MULTILINE)
_MOST_LISTED = 500


def spaces_for(folders: Sequence[Path]) -> list[dict[str, Any]]:
    """Each with what stands for it, its name, and the pack that it is for. A broken one is offered: `dms tune` says why."""
    return [{"id": f"{place}/{path.stem}", "name": path.stem, "tunes": tunes} for place, path, tunes in _known(folders)]


def space_file(identity: str, folders: Sequence[Path]) -> Path:
    """The file of a space.

    Raises:
        ConfigurationError: there is no such space.
    """
    for place, path, _ in _known(folders):
        if identity == f"{place}/{path.stem}":
            return path.absolute()
    raise ConfigurationError(f"{identity[:80]}: there is no such search space, or it is not there any more")


def _known(folders: Sequence[Path]) -> Iterator[tuple[str, Path, str]]:
    places = [(SHIPPED, rules_folder("spaces")), *((str(place), folder) for place, folder in enumerate(folders))]
    for place, folder in places:
        for path in shipped_files(folder)[:_MOST_LISTED] if folder.is_dir() else ():
            if (tunes := _tunes(path)) is not None:
                yield place, path, tunes


def _tunes(path: Path) -> str | None:
    """The pack that a file was written for; None if it is no search space."""
    try:
        found = _TUNES.search(read_at_most(path, MAX_BYTES).decode(errors="replace"))
    except (OSError, ConfigurationError):
        return None
    return found[1] if found is not None else None
