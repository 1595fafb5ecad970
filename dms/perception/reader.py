"""Runs the networks on one grey picture and returns readings in which every number is finite.

If a network answers NaN, infinity or something absurd (damaged memory, a driver bug), that part is unknown. `faults` counts how
often that happened, by output.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.perception import crops, decode
from dms.perception.crops import Crop, Picture
from dms.perception.decode import Box, EyeReading, FaceCandidate, FaceReading
from dms.perception.engines import NetworkName
from dms.perception.loaded_networks import load_networks
from dms.perception.objects import ObjectReading, decode_objects
from dms.perception.reading_calibration import AS_SAID, FaceCalibration
from dms.perception.settings import PerceptionSettings
from dms.types import SMALLEST_PX

REFINEMENTS = 2
HOPELESS = 0.2
"""A place whose first reading scores below this share of the threshold is not read again."""
ABSURD = 1e4
"""No length of an output of a sound network comes near: logits, logarithms and crop units are of order ten at most, and the
largest output has some thousands of them."""


@dataclass(frozen=True, slots=True)
class CheckedFace:
    """A face reading, its box in pixels, the outputs (`rotation`, `expression` …) without a usable value, and the calibration of
    the network that read it."""

    reading: FaceReading
    box: Box
    unknown: frozenset[str] = frozenset()
    calibration: FaceCalibration = AS_SAID

    @property
    def roll_deg(self) -> float:
        """The head's roll in degrees, by which a tilted face's crop is turned. 0 if it is unknown."""
        if "rotation" in self.unknown:
            return 0.0
        return math.degrees(math.atan2(self.reading.rotation[1, 0], self.reading.rotation[1, 1]))


@dataclass(frozen=True, slots=True)
class CheckedEyes:
    """Readings of the driver's left and right eye, None if unusable. `gaze` says whether their directions are usable."""

    left: EyeReading | None
    right: EyeReading | None
    gaze: bool


class NetworkReader:
    """The loaded networks, with the optional ones that the manifest lists.

    Raises:
        ModelError: weights or manifest are missing, altered or unusable.
    """

    def __init__(self, settings: PerceptionSettings) -> None:
        self._networks = load_networks(settings.engine, settings.models, settings.threads, settings.precision)
        self.choices = self._networks.choices
        self.hashes = self._networks.hashes
        self.candidate_threshold = self._networks.candidate_threshold
        self.face_threshold = self._networks.face_threshold
        self.object_thresholds = self._networks.object_thresholds
        self.faults: Counter[str] = Counter()

    def candidates(self, grey: Picture, long_side: int = crops.DETECTOR_LONG_SIDE) -> list[FaceCandidate]:
        """Places that look like a face, best first, in the picture reduced to that longer side."""
        small, scale = crops.detector_input(grey, long_side)
        outputs, unknown = self._run("detector", {"image": crops.normalise(small[None])})
        return [] if unknown else decode.decode_faces(outputs, scale, self.candidate_threshold)

    def face(self, grey: Picture, crop: Crop) -> CheckedFace | None:
        """The face network's reading of a crop. None if its landmarks or its score are unusable."""
        outputs, unknown = self._run("face", {"image": crops.normalise(crops.cut(grey, crop, crops.FACE_SIZE)[None])})
        if unknown & {"landmarks", "state"}:
            return None
        reading = decode.decode_face(outputs, crop, calibration=self._networks.face_calibration)
        return CheckedFace(reading, crops.box_of_landmarks(reading.landmarks), unknown, self._networks.face_calibration)

    def verified(self, grey: Picture, candidate: FaceCandidate) -> CheckedFace | None:
        """The face at a candidate's place, read repeatedly, each time on the better crop that the last reading gave."""
        face = self.face(grey, crops.face_crop_from_box(candidate.box))
        for _ in range(REFINEMENTS):
            if face is None or face.reading.score < HOPELESS * self.face_threshold:
                return None
            landmarks = face.reading.landmarks
            face = self.face(grey, crops.face_crop_from_landmarks(landmarks, crops.roll_of_landmarks(landmarks)))
        return face if face and face.reading.score >= self.face_threshold else None

    def eyes(self, grey: Picture, face: FaceReading) -> CheckedEyes:
        """Both eyes, cut from the full picture where the face's landmarks say, read in one batch."""
        pair = crops.eye_crops_from_landmarks(face.landmarks)
        images = crops.normalise(np.stack([crops.cut(grey, crop, crops.EYE_SIZE) for crop in pair]))
        heads = np.stack([decode.eye_head_input(face.rotation, crop) for crop in pair])
        outputs, unknown = self._run("eye", {"image": images, "head": heads})
        readings = [
            decode.decode_eye(outputs, crop, index, self._networks.eye_calibration)
            if "state" not in unknown and _is_inside(crop, grey.shape)
            else None
            for index, crop in enumerate(pair)
        ]
        return CheckedEyes(readings[0], readings[1], gaze=not unknown)

    def objects(self, grey: Picture, crop: Crop) -> ObjectReading | None:
        """The objects network's reading of a crop, None if it is unusable. `object_thresholds` is None if there is no such
        network."""
        outputs, unknown = self._run("objects", {"image": crops.normalise(crops.cut(grey, crop, crops.OBJECTS_SIZE)[None])})
        return None if unknown else decode_objects(outputs)

    def _run(
        self, network: NetworkName, inputs: Mapping[str, NDArray[np.float32]]
    ) -> tuple[dict[str, NDArray[np.float32]], frozenset[str]]:
        """The outputs, with unusable ones replaced by zeros, and the names of the unusable ones."""
        outputs = self._networks.run(network, inputs)
        with np.errstate(all="ignore"):
            unusable = frozenset(name for name, values in outputs.items() if not _is_usable(values))
        if unusable:
            self.faults.update(f"{network}.{name}" for name in unusable)
            outputs |= {name: np.zeros_like(outputs[name]) for name in unusable}
        return outputs, unusable


def _is_usable(values: NDArray[np.float32]) -> bool:
    # The sum of squares is one fast pass; a NaN or an infinity survives in it, and a comparison with NaN is false.
    flat = values.reshape(-1)
    return bool(flat @ flat < ABSURD**2)


def _is_inside(crop: Crop, shape: tuple[int, ...]) -> bool:
    return 0 <= crop.center_x < shape[1] and 0 <= crop.center_y < shape[0]


def grey_of(image: NDArray[Any]) -> Picture:
    """The grey picture (height, width) of a frame's image.

    Raises:
        ValueError: it is no array, not uint8, not (height, width) or (height, width, 3), or smaller than 16 by 16.
    """
    if not isinstance(image, np.ndarray):
        got = "None, which cv2.imread gives for a file that it cannot read" if image is None else type(image).__name__
        raise ValueError(f"expected a picture as a NumPy array, got {got}")  # noqa: TRY004 - one error for whatever is no picture
    fits = image.dtype == np.uint8 and (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3))
    if not fits or min(image.shape[:2]) < SMALLEST_PX:
        least = f"{SMALLEST_PX} by {SMALLEST_PX}"
        raise ValueError(f"expected uint8 (height, width) or (height, width, 3) from {least}, got {image.dtype} {image.shape}")
    return crops.to_grey(image)
