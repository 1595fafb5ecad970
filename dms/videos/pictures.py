"""Pictures of a drive at given times, small enough for a report, from a video or as recorded with the drive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.drives.report.pictures import Picture
from dms.errors import DriveError
from dms.recording.drive import VIDEO_SUFFIXES
from dms.recording.images import images_of

_WIDTH_PX = 200
_JPEG_QUALITY = 72
_NEAR_S = 0.5
"""A recorded picture that is farther from the wanted time than this shows something else."""

Image = NDArray[np.uint8]


def pictures_at(path: Path, times: Sequence[float], recorded_as: RecordedAs = AS_IT_SAYS) -> tuple[Picture, ...]:
    """Returns a picture near each of the sorted `times`, where the drive has one. OpenCV is loaded only if there are any.

    `recorded_as` turns those of a video upright; recorded pictures already are.

    Raises:
        DriveError: the drive holds pictures that cannot be read.
        SourceError: the video cannot be read.
    """
    found = _of_video(path, times, recorded_as) if path.suffix.lower() in VIDEO_SUFFIXES else _of_recording(path, times)
    return tuple(_small(t, image) for t, image in sorted(dict(found).items()))


def _of_video(path: Path, times: Sequence[float], recorded_as: RecordedAs) -> Iterator[tuple[float, Image]]:
    """Seeks frames instead of reading through: an hour of video has too many."""
    from dms.capture.video import VideoFile

    with VideoFile(path, recorded_as.fps) as video:
        for t in times:
            image = video.picture_near(t)
            if image is not None:
                yield t, recorded_as.mounting.upright(image)


def _of_recording(path: Path, times: Sequence[float]) -> Iterator[tuple[float, Image]]:
    for t in times:
        near = images_of(path, begin_s=t - _NEAR_S, end_s=t + _NEAR_S)
        nearest = min(near, key=lambda image: abs(image.t - t), default=None)
        if nearest is not None:
            from dms.capture.opencv import cv2, in_words

            try:
                image = cv2.imdecode(np.frombuffer(nearest.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE) if nearest.jpeg else None
            except cv2.error as error:
                raise DriveError(f"{path}: the picture at {nearest.t:.2f} s cannot be decoded: {in_words(error)}") from error
            if image is not None:
                yield nearest.t, np.asarray(image, dtype=np.uint8)


def _small(t: float, image: Image) -> Picture:
    from dms.capture.opencv import cv2

    height_px = max(1, round(image.shape[0] * _WIDTH_PX / image.shape[1]))
    small = cv2.resize(image, (_WIDTH_PX, height_px), interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return Picture(t, jpeg.tobytes(), _WIDTH_PX, height_px)
