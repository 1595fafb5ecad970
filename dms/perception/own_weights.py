"""A folder with weights of one's own, which stands for the one that ships with dms."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dms.bounded import read_at_most
from dms.config.yaml_loader import MAX_BYTES
from dms.perception.manifest import MANIFEST_NAME, load_manifest, read_weights


@dataclass(frozen=True, slots=True)
class OwnWeights:
    """A folder whose files are those that its manifest lists. The manifest's sha256 tells one state of them from another: as text
    it is part of the keys under which anything is kept that they saw."""

    folder: Path
    sha256: str

    def __str__(self) -> str:
        return f"weights {self.sha256}"


def checked_weights(folder: Path) -> OwnWeights:
    """Read a folder's manifest and hold every file against it.

    Raises:
        ModelError: there is no such folder or manifest, or a file is missing or altered; the message names it.
    """
    for file in load_manifest(folder).files:
        read_weights(file, folder)
    return OwnWeights(folder, hashlib.sha256(read_at_most(folder / MANIFEST_NAME, MAX_BYTES)).hexdigest())
