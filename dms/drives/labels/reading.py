"""A document with labels, of whichever tool it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dms.drives.labels import elan, label_studio, openlabel
from dms.drives.labels.document import Document, json_document
from dms.errors import DriveError


def read_document(path: Path, names: Mapping[str, str], fps: float | None, drive: Path) -> Document:
    """The labels of `drive` in a document of ELAN, OpenLABEL or Label Studio, told by what is in it, not by its name.

    `names` says which kind a tier, type or label with another name stands for, `fps` how many frames a second are counted.

    Raises:
        DriveError: it cannot be read, or is none of these.
    """
    if path.suffix.lower() != ".json":
        return elan.read_eaf(path, names)
    content = json_document(path)
    if isinstance(content, dict) and "openlabel" in content:
        return openlabel.read_openlabel(path, names, fps)
    if isinstance(content, list):
        return label_studio.read_tasks(path, names, drive=drive)
    raise DriveError(f"{path}: neither a document of OpenLABEL nor an export of Label Studio (JSON)")
