"""A cue that dms does not have: for how long the vehicle has stood still. Importing this adds it.

It is written in the two places that a new cue takes: its declaration, a field of `Cues`, and where it is computed. It has to be
imported before anything else of dms.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

import dms.types


class Cues(dms.types.Cues, frozen=True):
    """The cues of dms, and one more."""

    standing_s: Annotated[float | None, msgspec.Meta(description="How long the vehicle has stood still.")] = None


dms.types.Cues = Cues  # type: ignore[misc]

import dms.fusion.cue_sheet  # noqa: E402 - reads the declaration

_stood_since: float | None = None
_cues_without = dms.fusion.cue_sheet.cues_of


def _cues_of(t: float, *known: Any) -> dms.types.Cues:
    global _stood_since
    cues = _cues_without(t, *known)
    if cues.speed_kph is None or cues.speed_kph > 0.0:
        _stood_since = None
    elif _stood_since is None:
        _stood_since = t
    standing_s = None if cues.speed_kph is None else 0.0 if _stood_since is None else t - _stood_since
    return msgspec.structs.replace(cues, standing_s=standing_s)


dms.fusion.cue_sheet.cues_of = _cues_of  # type: ignore[assignment]
