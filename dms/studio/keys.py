"""Under which keys anything is kept: all that it follows from. Whether a file has changed is judged by size and time alone."""

from __future__ import annotations

import hashlib

from dms.drives.replaying.batch import Setting
from dms.kept_key import code_sha256
from dms.studio.places import Place
from dms.studio.seen import CODE


def setting_key(setting: Setting) -> str:
    """What all drives have in common: the pack, the cabin, the speed, how videos were recorded, and the code."""
    return _sha256(setting.pack.sha256, setting.cabin, setting.assumed_speed_kph, setting.perceive, code_sha256(CODE))


def drive_key(place: Place, setting: str) -> str:
    """The key of what a drive came to under that setting."""
    return _sha256(place.drive, setting)


def line_key(drive: str, place: Place) -> str:
    """The key of its line in the table: the labels beside it count as well, and its name, which may say who drove."""
    return _sha256(drive, place.labels, code_sha256(("dms.studio.figures",)))


def _sha256(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(repr, parts)).encode("utf-8", "surrogateescape")).hexdigest()
