"""Phones seen on videos in which nobody holds one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dms.capture import open_source
from dms.config.cabin import load_cabin
from dms.fusion.fusion import Fusion
from dms.perception.pipeline import Perception
from dms.types import Cues, Frame

IN_HAND = frozenset({"at_ear", "handheld"})


def measure(perception: Perception, videos: Iterable[Path]) -> dict[str, float]:
    """`false_phones_per_hour`: how often the cue `phone` becomes at_ear or handheld, over the hours of all `videos`; likewise
    `false_smoking_per_hour`. Empty where the weights have no objects network."""
    if "objects" not in perception.precisions:
        return {}
    phones = smoking = 0
    seconds = 0.0
    for video in videos:
        cues = _cues(perception, video)
        phones += beginnings(cue.phone in IN_HAND for cue in cues)
        smoking += beginnings(cue.smoking is True for cue in cues)
        seconds += cues[-1].t - cues[0].t if cues else 0.0
    if seconds <= 0.0:
        raise ValueError("no videos with a length to count false phones on")
    return {"false_phones_per_hour": 3600.0 * phones / seconds, "false_smoking_per_hour": 3600.0 * smoking / seconds}


def _cues(perception: Perception, video: Path) -> list[Cues]:
    perception.new_drive()
    fusion = Fusion(load_cabin())
    with open_source(video) as source:
        frames = (frame for frame in source if isinstance(frame, Frame))
        cues = [fusion.observe(perception.observe(frame)) for frame in frames]
    return [cue for cue in cues if cue is not None]


def beginnings(states: Iterable[bool]) -> int:
    """How often a state begins to hold."""
    before, count = False, 0
    for now in states:
        count += now and not before
        before = now
    return count
