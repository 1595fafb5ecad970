"""A single picture as an Observation. Nothing is tracked or smoothed, and the camera is judged by this picture alone."""

from __future__ import annotations

from dms.perception import crops
from dms.perception.camera_health import judge, measure
from dms.perception.crops import Picture
from dms.perception.decode import Box
from dms.perception.objects import NOBODY_LOOKED, Objects, said_of
from dms.perception.publish import observation_of, without_face
from dms.perception.reader import CheckedEyes, CheckedFace, grey_of
from dms.perception.settings import DEFAULTS, PerceptionSettings
from dms.perception.smoothing import FaceSmoother
from dms.perception.stills import StillReader
from dms.types import Frame, Observation


class StillObserver:
    """Reads the most prominent face of each picture in the driver's region.

    Raises:
        ModelError: weights or manifest are missing, altered or unusable.
    """

    def __init__(self, settings: PerceptionSettings = DEFAULTS) -> None:
        self._reader = StillReader(settings.engine, settings.models, settings.threads, settings.region)
        self._landmarks = settings.landmarks

    def observe(self, frame: Frame) -> Observation:
        """Returns what a frame shows, uint8 BGR (height, width, 3) or grey (height, width).

        Raises:
            ValueError: the picture has another shape or type.
        """
        grey = grey_of(frame.image)
        camera = judge(measure(grey))
        reading = self._reader.read(grey)
        objects = self._objects(grey, reading.box if reading else None)
        if reading is None:
            return without_face(frame.t, frame.index, camera, objects)
        face = CheckedFace(reading.face, crops.box_of_landmarks(reading.landmarks))
        eyes = CheckedEyes(reading.left_eye, reading.right_eye, gaze=True)
        return observation_of(
            frame.t, frame.index, camera, face, eyes, FaceSmoother(), objects=objects, with_landmarks=self._landmarks
        )

    def _objects(self, grey: Picture, box: Box | None) -> Objects:
        """What this single look says; there is no other for it to agree with."""
        seen, thresholds = self._reader.read_objects(grey, box), self._reader.object_thresholds
        return said_of(seen, thresholds) if seen and thresholds else NOBODY_LOOKED
