"""Finding the driver's face when none is tracked: where it was, where the detector sees one, and on ever closer looks.

While a face is tracked, only the check once a second (`everybody`) costs anything here.
"""

from __future__ import annotations

from collections.abc import Iterator

from dms.perception import crops
from dms.perception.crops import Picture
from dms.perception.decode import FaceCandidate, overlap
from dms.perception.picture_region import PictureRegion
from dms.perception.reader import CheckedFace, NetworkReader
from dms.perception.settings import PerceptionSettings
from dms.perception.stills import CLOSER_LONG_SIDE
from dms.perception.tracker import DriversPlace, size_of

FINEST_LONG_SIDE = 480
FINEST_EVERY_S = 1.0
"""The finest look costs eight times as much as the first one, and is taken only now and then."""
CLOSER_CHECK_EVERY_S = 2.0
"""While a face is tracked, small faces on the rear seats are looked for this often: anyone never seen beside the driver would be
taken for the driver as soon as the driver is out of sight."""
MOST_CANDIDATES = 3
SAME_PLACE = 0.5
"""Candidates of several looks that overlap this much (intersection over union) are one."""
SMALLEST_FACE_PX = 20.0
"""Nothing can be read from a smaller face, whatever share of its region it fills."""


class DriverSearch:
    """Looks for the driver where the driver can be, at most every `search_every_s`."""

    def __init__(self, reader: NetworkReader, settings: PerceptionSettings) -> None:
        self._reader = reader
        self._settings = settings
        self.forget()

    def forget(self) -> None:
        """Look immediately on the next call."""
        self._searched_at = self._looked_finest_at = self._checked_closer_at = float("-inf")

    def find(self, grey: Picture, t: float, place: DriversPlace) -> CheckedFace | None:
        """Returns the driver's face, or None if it is not found or was searched for a moment ago."""
        if 0 <= t - self._searched_at < self._settings.search_every_s:
            return None
        self._searched_at = t
        tried: list[FaceCandidate] = []
        for candidate in self._places_to_look(grey, t, place):
            if any(overlap(candidate.box, other.box) > SAME_PLACE for other in tried):
                continue
            tried.append(candidate)
            face = self._reader.verified(grey, candidate)
            if face is not None and self.can_be_driver(face, grey) and place.may_be_driver(face.box, t):
                return face
        return None

    def can_be_driver(self, face: CheckedFace, grey: Picture) -> bool:
        """Whether a face lies where the driver sits and is large enough. It may still be somebody else's."""
        return self._is_in_place(FaceCandidate(face.box, face.reading.score), self._region(grey))

    def everybody(self, grey: Picture, t: float) -> list[FaceCandidate]:
        """Everyone in the driver's region and a little around it, who could be taken for the driver."""
        region = self._region(grey)
        found = region.candidates(grey, crops.DETECTOR_LONG_SIDE, self._reader.candidates)
        if not 0 <= t - self._checked_closer_at < CLOSER_CHECK_EVERY_S:
            self._checked_closer_at = t
            closer = region.candidates(grey, CLOSER_LONG_SIDE, self._reader.candidates)
            found += [one for one in closer if all(overlap(one.box, other.box) <= SAME_PLACE for other in found)]
        return found

    def _places_to_look(self, grey: Picture, t: float, place: DriversPlace) -> Iterator[FaceCandidate]:
        """The places where the driver's face may be, likeliest first: what the detector proposes, where the face was last, and
        what the detector proposes on closer looks."""
        yield from self._proposed(grey, crops.DETECTOR_LONG_SIDE, t, place)
        last = place.last_box(t)
        if last is not None:
            yield FaceCandidate(last, score=0.0)
        yield from self._proposed(grey, CLOSER_LONG_SIDE, t, place)
        if not 0 <= t - self._looked_finest_at < FINEST_EVERY_S and self._region(grey).longer_side_px > CLOSER_LONG_SIDE:
            self._looked_finest_at = t
            yield from self._proposed(grey, FINEST_LONG_SIDE, t, place)

    def _proposed(self, grey: Picture, long_side: int, t: float, place: DriversPlace) -> list[FaceCandidate]:
        region = self._region(grey)
        found = region.candidates(grey, long_side, self._reader.candidates)
        place.passengers_moved([one.box for one in found], t)
        fitting = [one for one in found if self._is_in_place(one, region) and place.may_be_driver(one.box, t)]
        return sorted(fitting, key=lambda one: -size_of(one.box))[:MOST_CANDIDATES]

    def _region(self, grey: Picture) -> PictureRegion:
        return PictureRegion.of(self._settings.region, grey.shape)

    def _is_in_place(self, candidate: FaceCandidate, region: PictureRegion) -> bool:
        smallest_px = max(SMALLEST_FACE_PX, self._settings.smallest_face * region.longer_side_px)
        return region.holds(candidate.box) and size_of(candidate.box) >= smallest_px
