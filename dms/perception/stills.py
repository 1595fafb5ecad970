"""Reading single pictures, each on its own, for `dms observe --stills` and the evaluation.

The detector looks at the whole picture, and closer if it finds nothing. The face network reads each place that it proposes,
and reads it again through crops cut and turned by the previous reading. The place counts only if the face network agrees that
it is a face. Then both eyes are read at full resolution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.config.defaults import DEVICE, ENGINE, THREADS, Device, EngineName
from dms.config.driver_region import WHOLE_PICTURE, DriverRegion
from dms.perception import crops, decode
from dms.perception.crops import FloatArray, Picture
from dms.perception.decode import Box, EyeReading, FaceCandidate, FaceReading
from dms.perception.loaded_networks import load_networks
from dms.perception.mirror import joined
from dms.perception.objects import ObjectReading, decode_objects
from dms.perception.picture_region import PictureRegion

CLOSER_LONG_SIDE = 320
"""The detector's second look, at twice the usual resolution, if the first finds nothing: for small faces."""
FARTHER_LONG_SIDE = 96
"""Its third look, as from farther away: for a face that fills the picture and more."""


@dataclass(frozen=True, slots=True)
class StillReading:
    """One face in one picture. Pairs are (driver's left, driver's right); angles as everywhere, relative to the camera ray."""

    box: Box
    face: FaceReading
    left_eye: EyeReading
    right_eye: EyeReading
    gaze: tuple[NDArray[np.float64], float] | None
    """Unit vector (3,) and sigma in degrees, or None if no open eye can be seen."""

    @property
    def score(self) -> float:
        """Probability that this is a face."""
        return self.face.score

    @property
    def landmarks(self) -> FloatArray:
        """(68, 2) frame pixels."""
        return self.face.landmarks

    @property
    def openness(self) -> float:
        """Both eyes' openness in [0, 1], each weighted by how well it can be seen."""
        left, right = self.left_eye, self.right_eye
        total = left.visible + right.visible
        return (left.visible * left.openness + right.visible * right.openness) / max(total, 1e-6)


class StillReader:
    """Holds the networks and reads pictures one by one. Faces outside the driver's region are ignored.

    Raises ModelError if weights are missing or altered.
    """

    def __init__(
        self,
        engine: EngineName = ENGINE,
        directory: Path | None = None,
        threads: int = THREADS,
        region: DriverRegion = WHOLE_PICTURE,
        device: Device = DEVICE,
    ) -> None:
        self._region = region
        self._networks = load_networks(engine, directory, threads, "fp32", device)
        self.object_thresholds = self._networks.object_thresholds

    def read(self, frame: NDArray[Any]) -> StillReading | None:
        """Returns the most prominent face, large and certain, of a BGR (h, w, 3) or grey (h, w) uint8 picture; None without a
        face."""
        readings = self.read_all(frame)
        return max(readings, key=lambda each: each.score * max(each.box[2:]), default=None)

    def read_all(self, frame: NDArray[Any]) -> list[StillReading]:
        """Every face of a BGR (h, w, 3) or grey (h, w) uint8 picture that lies in the region, surest first."""
        grey = crops.to_grey(frame)
        region = PictureRegion.of(self._region, grey.shape)
        readings: list[StillReading] = []
        for long_side in (crops.DETECTOR_LONG_SIDE, CLOSER_LONG_SIDE, FARTHER_LONG_SIDE):
            for candidate in region.candidates(grey, long_side, self.candidates):
                face = self._read_face(grey, candidate)
                if face is None or not region.holds(crops.box_of_landmarks(face.landmarks)):
                    continue
                if all(_apart(face, other.face) for other in readings):
                    readings.append(self._with_eyes(grey, face))
            if readings:
                break
        return sorted(readings, key=lambda each: -each.score)

    def read_prominent_face(self, grey: Picture) -> FaceReading | None:
        """The most prominent face alone, without its eyes. The face network looks at a place in three pictures, one to centre the
        crop and two for the values, where `read` takes six; the angles differ from its own by less than their error."""
        region = PictureRegion.of(self._region, grey.shape)
        for long_side in (crops.DETECTOR_LONG_SIDE, CLOSER_LONG_SIDE, FARTHER_LONG_SIDE):
            faces = [self._read_soon(grey, one) for one in region.candidates(grey, long_side, self.candidates)]
            boxed = [(face, crops.box_of_landmarks(face.landmarks)) for face in faces if face is not None]
            if inside := [(face, box) for face, box in boxed if region.holds(box)]:
                return max(inside, key=lambda each: each[0].score * max(each[1][2:]))[0]
        return None

    def candidates(self, grey: Picture, long_side: int = crops.DETECTOR_LONG_SIDE) -> list[FaceCandidate]:
        """The detector's proposals, unchecked."""
        small, scale = crops.detector_input(grey, long_side)
        outputs = self._networks.run("detector", {"image": crops.normalise(small[None])})
        return decode.decode_faces(outputs, scale, self._networks.candidate_threshold)

    def read_face(self, grey: Picture, crop: crops.Crop) -> FaceReading:
        """The face network's reading of one crop, averaged over the crop and its mirror image: a still has time for both."""
        pair = (crop, replace(crop, mirrored=True))
        pictures = np.stack([crops.cut(grey, each, crops.FACE_SIZE) for each in pair])
        outputs = self._networks.run("face", {"image": crops.normalise(pictures)})
        plain, mirrored = (decode.decode_face(outputs, crop, i, self._networks.face_calibration) for i, crop in enumerate(pair))
        return joined(plain, mirrored)

    def read_eyes(self, grey: Picture, face: FaceReading) -> tuple[EyeReading, EyeReading]:
        """The eye network's readings of the driver's left and right eye."""
        pair = crops.eye_crops_from_landmarks(face.landmarks)
        pictures = np.stack([crops.cut(grey, crop, crops.EYE_SIZE) for crop in pair])
        heads = np.stack([decode.eye_head_input(face.rotation, crop) for crop in pair])
        outputs = self._networks.run("eye", {"image": crops.normalise(pictures), "head": heads})
        left, right = (decode.decode_eye(outputs, crop, i, self._networks.eye_calibration) for i, crop in enumerate(pair))
        return left, right

    @property
    def sees_objects(self) -> bool:
        """Whether the weights have an objects network."""
        return self.object_thresholds is not None

    def read_objects(self, grey: Picture, box: Box | None) -> ObjectReading | None:
        """The objects network's reading of hands and mouth around the face in `box`; without a face, of the largest square of the
        picture around the region. None if the weights have no such network."""
        if not self.sees_objects:
            return None
        crop = crops.objects_crop(box) if box else crops.objects_crop_without_face(grey.shape, self._region.middle)
        outputs = self._networks.run("objects", {"image": crops.normalise(crops.cut(grey, crop, crops.OBJECTS_SIZE)[None])})
        return decode_objects(outputs)

    def _read_soon(self, grey: Picture, candidate: FaceCandidate) -> FaceReading | None:
        crop = crops.face_crop_from_box(candidate.box)
        outputs = self._networks.run("face", {"image": crops.normalise(crops.cut(grey, crop, crops.FACE_SIZE)[None])})
        rough = decode.decode_face(outputs, crop, 0, self._networks.face_calibration)
        roll_deg = crops.roll_of_landmarks(rough.landmarks)
        face = self.read_face(grey, crops.face_crop_from_landmarks(rough.landmarks, roll_deg))
        return face if face.score >= self._networks.face_threshold else None

    def _read_face(self, grey: Picture, candidate: FaceCandidate) -> FaceReading | None:
        face = self.read_face(grey, crops.face_crop_from_box(candidate.box))
        for _ in range(2):
            roll_deg = crops.roll_of_landmarks(face.landmarks)
            face = self.read_face(grey, crops.face_crop_from_landmarks(face.landmarks, roll_deg))
        return face if face.score >= self._networks.face_threshold else None

    def _with_eyes(self, grey: Picture, face: FaceReading) -> StillReading:
        left, right = self.read_eyes(grey, face)
        face = replace(face, landmarks=decode.landmarks_with_lids(face, left, right))
        return StillReading(crops.box_of_landmarks(face.landmarks), face, left, right, decode.join_gaze(left, right))


def _apart(first: FaceReading, second: FaceReading) -> bool:
    return decode.overlap(crops.box_of_landmarks(first.landmarks), crops.box_of_landmarks(second.landmarks)) < 0.3
