"""From a frame to an Observation: find the driver's face, track it, read it.

While a face is tracked, a frame costs one run of the face network and one of the eye network. The detector runs only when
there is nothing to track, and once a second to see who else is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import cv2
import numpy as np

from dms.perception import crops
from dms.perception.camera_health import CameraWatch
from dms.perception.crops import Picture
from dms.perception.decode import FaceCandidate, overlap
from dms.perception.driver_search import DriverSearch
from dms.perception.engines import Choice
from dms.perception.landmark_pose import LandmarkPoseWatch
from dms.perception.object_watch import ObjectWatch
from dms.perception.orientation import MOST_ROLL_DEG, OrientationWatch, upright_score
from dms.perception.publish import observation_of, without_face
from dms.perception.reader import CheckedFace, NetworkReader, grey_of
from dms.perception.settings import DEFAULTS, PerceptionSettings
from dms.perception.smoothing import FaceSmoother
from dms.perception.tracker import DriversPlace, Track, size_of
from dms.types import BLINDING, CameraHealth, Frame, Observation

LOST_BELOW = 0.5
WEAK_FOR_S = 1.0
"""A followed face is given up when its score falls below this share of the threshold for a new one, or stays below the threshold
for this time: a hand in front of it for a moment does not end the track, and a headrest does not keep it."""
MOST_OTHERS = 3
SAME_FACE = 0.2
WELL_TRACKED = 0.5
"""Boxes that overlap this much (intersection over union) are one face; and one face at about the same place and size."""
CLEARLY_NEARER = 1.3
YOUNG_TRACK_S = 5.0
CHECKS_FOR_YOUNG = 2
CHECKS_FOR_SETTLED = 5
"""Checks in a row in which another face suits the driver clearly better before it is followed instead: few at the start of a
drive, when the wrong one may have been picked, more later, when a passenger may be leaning forward."""


class Perception:
    """Watches one driver through a stream of frames. Not thread-safe.

    Raises:
        ModelError: weights or manifest are missing, altered or unusable.
    """

    def __init__(self, settings: PerceptionSettings = DEFAULTS) -> None:
        cv2.setNumThreads(settings.threads)
        self._settings = settings
        self._reader = NetworkReader(settings)
        self._camera = CameraWatch()
        self._orientation = OrientationWatch(partial(upright_score, self._reader))
        self._smoother = FaceSmoother()
        self._second_opinion = LandmarkPoseWatch(settings.field_of_view_deg)
        self._objects = ObjectWatch(self._reader, settings)
        self._finder = DriverSearch(self._reader, settings)
        self._place = DriversPlace()
        self._track: Track | None = None
        self._checked_at = -np.inf
        self._better_checks = 0
        self._last_index = -1

    @property
    def faults(self) -> Mapping[str, int]:
        """How often a network gave an output that is not a number, by `network.output`."""
        return dict(self._reader.faults)

    @property
    def model_hashes(self) -> Mapping[str, str]:
        """The sha256 of the float32 weights behind what runs, by network: the same for every engine and precision."""
        return dict(self._reader.hashes)

    @property
    def precisions(self) -> Mapping[str, Choice]:
        """Which precision each network runs in, and why."""
        return {str(network): choice for network, choice in self._reader.choices.items()}

    @property
    def camera_note(self) -> str | None:
        """How to make a turned picture upright, for people. None while it is upright."""
        turn_deg = self._orientation.turn_deg
        return f"upright if turned clockwise by {turn_deg} degrees: camera.rotate" if turn_deg else None

    def warm_up(self, runs: int = 3) -> None:
        """Run every network a few times, so that the first real frame is as fast as the rest."""
        grey = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
        box = (64.0, 64.0, 128.0, 128.0)
        for _ in range(runs):
            self._reader.candidates(grey)
            face = self._reader.face(grey, crops.face_crop_from_box(box))
            if face:
                self._reader.eyes(grey, face.reading)
            if self._reader.object_thresholds:
                self._reader.objects(grey, crops.objects_crop(box))

    def observe(self, frame: Frame) -> Observation:
        """Returns what a frame shows, uint8 BGR (height, width, 3) or grey (height, width).

        Frames come in order of time; one that does not is treated as stale.

        Raises:
            ValueError: the picture has another shape or type.
        """
        grey = grey_of(frame.image)
        self._last_index = frame.index
        camera = self._camera.look(grey, frame.t, face_seen=self._track is not None)
        if camera in BLINDING:
            self._lose()
            return without_face(frame.t, frame.index, camera)
        is_turned = self._orientation.turn_deg != 0
        face = None if is_turned else self._follow(grey, frame.t) or self._search(grey, frame.t)
        if self._orientation.look(grey, frame.t, None if is_turned else _upright_score(face)):
            self._lose()
            return without_face(frame.t, frame.index, CameraHealth.TURNED)
        if face is None:
            objects = self._objects.look(grey, frame.t, self._place.last_box(frame.t))
            return without_face(frame.t, frame.index, camera, objects)
        face = self._better_driver(grey, frame.t) or face
        objects = self._objects.look(grey, frame.t, face.box)
        eyes = self._reader.eyes(grey, face.reading)
        opinion = self._second_opinion.at(frame.t, face.reading.landmarks, face.reading.rotation, grey.shape)
        with_landmarks = self._settings.landmarks
        return observation_of(frame.t, frame.index, camera, face, eyes, self._smoother, opinion, objects, with_landmarks)

    def observe_silence(self, t: float) -> Observation:
        """The observation at `t` when the camera delivers nothing: it is stale, and nobody is seen."""
        self._lose()
        return without_face(t, self._last_index, CameraHealth.STALE)

    def new_drive(self) -> None:
        """Forget the driver. The next face is chosen as at the start."""
        self._lose()
        self._place = DriversPlace()
        self._objects.forget()
        self._finder.forget()
        self._checked_at = -np.inf

    def _follow(self, grey: Picture, t: float) -> CheckedFace | None:
        """Read the tracked face where it is expected. Returns None if none is tracked, or it is lost."""
        track = self._track
        if track is None or track.is_out_of_date(t):
            self._lose()
            return None
        face = self._reader.face(grey, track.next_crop(t))
        if face is None or not self._is_still_a_face(face, grey):
            self._lose()
            return None
        if face.reading.score >= self._reader.face_threshold:
            track.sure_at = t
        elif t - track.sure_at > WEAK_FOR_S:
            self._lose()
            return None
        track.follow(face.box, face.roll_deg, t)
        self._place.driver_seen(track.box, t)
        return face

    def _is_still_a_face(self, face: CheckedFace, grey: Picture) -> bool:
        return face.reading.score >= LOST_BELOW * self._reader.face_threshold and self._finder.can_be_driver(face, grey)

    def _search(self, grey: Picture, t: float) -> CheckedFace | None:
        """Search for the driver where the driver can be, unless that was done a moment ago."""
        face = self._finder.find(grey, t, self._place)
        if face is not None:
            self._adopt(face, t)
        return face

    def _adopt(self, face: CheckedFace, t: float) -> None:
        self._track = Track(face.box, face.roll_deg, t, started=t, sure_at=t)
        self._place.driver_seen(self._track.box, t)
        self._smoother.reset()
        self._second_opinion.reset()
        self._better_checks = 0

    def _lose(self) -> None:
        self._track = None

    def _tracked_better(self, grey: Picture, candidate: FaceCandidate, t: float) -> CheckedFace | None:
        """The tracked face read afresh, if it turns out not to lie where it was tracked."""
        face = self._reader.verified(grey, candidate)
        if face is None or self._track is None or overlap(face.box, self._track.box) >= WELL_TRACKED:
            return None
        if not self._finder.can_be_driver(face, grey):
            return None
        self._adopt(face, t)
        return face

    def _better_driver(self, grey: Picture, t: float) -> CheckedFace | None:
        """Once a second, see who else is in the picture: passengers, or a face to track instead."""
        track = self._track
        if track is None or 0 <= t - self._checked_at < self._settings.check_every_s:
            return None
        self._checked_at = t
        candidates = self._finder.everybody(grey, t)
        same = max(candidates, key=lambda one: overlap(one.box, track.box), default=None)
        if same is not None and SAME_FACE <= overlap(same.box, track.box) < WELL_TRACKED:
            return self._tracked_better(grey, same, t)
        others = [one for one in candidates if overlap(one.box, track.box) < SAME_FACE]
        faces = [face for face in (self._reader.verified(grey, one) for one in others[:MOST_OTHERS]) if face]
        possible = [face for face in faces if self._finder.can_be_driver(face, grey)]
        best = max(possible, key=lambda face: size_of(face.box), default=None)
        is_better = best is not None and size_of(best.box) > CLEARLY_NEARER * size_of(track.box)
        self._better_checks = self._better_checks + 1 if is_better else 0
        settled = t - track.started >= YOUNG_TRACK_S
        if best is not None and self._better_checks >= (CHECKS_FOR_SETTLED if settled else CHECKS_FOR_YOUNG):
            self._adopt(best, t)
            return best
        passengers = [face.box for face in faces if not (is_better and face is best)]
        self._place.passengers_seen([box for box in passengers if overlap(box, track.box) < SAME_FACE], t)
        return None


def _upright_score(face: CheckedFace | None) -> float:
    """How certain it is that a face is upright in the picture."""
    return face.reading.score if face is not None and abs(face.roll_deg) <= MOST_ROLL_DEG else 0.0
