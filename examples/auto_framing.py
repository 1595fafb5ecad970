"""Keep a speaker in the middle of the picture: `python examples/auto_framing.py call.mp4 -o framed.webm`.

The crop follows the face like a patient camera operator: it rests while the face stays near its middle, and moves gently when it
does not. While nobody is seen it goes back to the whole picture.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.capture.factory import open_source
from dms.capture.source import Silence
from dms.perception.pipeline import Perception

FACE_SHARE = 0.38
"""Of the crop's height that the face takes."""
REST_SHARE = 0.12
"""Of the crop's height by which the face may leave the middle before the crop moves."""
REACH_S = 0.6
"""Time in which the crop covers about two thirds of what is left of its way."""


class Operator:
    """Chooses the crop of each picture: middle and height in pixels, in the picture's own shape."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self._size = np.array([width_px, height_px], float)
        self._whole = np.array([width_px / 2, height_px / 2, height_px])
        self._crop, self._aim, self._t = self._whole.copy(), self._whole.copy(), 0.0

    def crop(self, t: float, box_px: tuple[float, float, float, float] | None) -> tuple[int, int, int, int]:
        """Left, top, width and height of the crop at `t` in seconds, with the face's box or None."""
        if box_px is None:
            self._aim = self._whole.copy()
        else:
            x, y, width, height = box_px
            wanted = np.array([x + width / 2, y + height / 2, min(height / FACE_SHARE, self._whole[2])])
            if np.abs(wanted - self._aim).max() > REST_SHARE * self._aim[2]:
                self._aim = wanted
        self._crop += (1 - np.exp(-max(t - self._t, 0.0) / REACH_S)) * (self._aim - self._crop)
        self._t = t
        size = self._size * self._crop[2] / self._size[1]
        left, top = np.clip(self._crop[:2] - size / 2, 0, self._size - size)
        return round(left), round(top), round(size[0]), round(size[1])


def frame_video(source: str, out: Path) -> int:
    """Write `source` framed to `out` (VP8 in WebM), in its own size; returns the number of pictures."""
    perception, written = Perception(), 0
    writer: cv2.VideoWriter | None = None
    with open_source(source) as frames:
        for frame in frames:
            if isinstance(frame, Silence):
                continue
            height_px, width_px = frame.image.shape[:2]
            if writer is None:
                operator = Operator(width_px, height_px)
                writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"VP80"), frames.fps or 30.0, (width_px, height_px))
                if not writer.isOpened():
                    raise SystemExit(f"{out}: cannot be written as a video")
            face = perception.observe(frame).face
            left, top, width, height = operator.crop(frame.t, face.box_px if face else None)
            picture = cv2.resize(frame.image[top : top + height, left : left + width], (width_px, height_px))
            writer.write(_in_colour(np.asarray(picture, np.uint8)))
            written += 1
    if writer is not None:
        writer.release()
    return written


def _in_colour(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8) if picture.ndim == 2 else picture


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", help="a video, a stream, a camera: whatever `dms run` takes")
    parser.add_argument("-o", "--out", type=Path, required=True, help="the video to write, *.webm")
    arguments = parser.parse_args()
    print(f"{arguments.out}: {frame_video(arguments.source, arguments.out)} pictures")
