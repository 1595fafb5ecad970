"""The pictures of a GStreamer pipeline, `gst: v4l2src ! …`: whatever GStreamer can open, libcamera's cameras among them."""

from __future__ import annotations

import shlex

import numpy as np
from numpy.typing import NDArray

from dms.capture.address import GST, without_password
from dms.capture.gst.child import Child, Look, Picture, check_words
from dms.capture.kinds import live
from dms.capture.live import Grabbed
from dms.capture.pixels import EightBits, full_range, shape_note, square_size, squared
from dms.errors import SourceError

OPENS_WITHIN_S = 10.0
"""The first picture: the plug-ins are searched when GStreamer is started for the first time, and some cameras take seconds."""
PICTURE_WITHIN_S = 3.0
CHECKS_WITHIN_S = 30.0


class Pipeline:
    """A running pipeline. Its pictures are grey: the luminance plane of what it delivers, which is what the networks see.

    Raises:
        SourceError: GStreamer is missing, this is not a pipeline, or no picture comes from it within some seconds.
    """

    def __init__(self, address: str) -> None:
        self._name = without_password(address)
        self._eight_bits = EightBits()
        self._child = Child(self._name, words_of(address))
        try:
            first = self._child.next(OPENS_WITHIN_S)
        except SourceError:
            self._child.close()
            raise
        assert isinstance(first, Look), "pictures begin with what they look like"
        self._look = first
        size = (first.width, first.height)
        note = shape_note(self._name, size, first.pixel_aspect)
        self.size: tuple[int, int] | None = square_size(size, first.pixel_aspect)
        self.fps = first.fps
        self.remarks = [] if note is None else [note]

    def read(self) -> Grabbed:
        """Return the next picture, with the time that the pipeline gives it.

        Raises:
            SourceError: the pipeline has ended or stalled.
        """
        item = self._child.next(PICTURE_WITHIN_S)
        while isinstance(item, Look):
            self._look, self.size = item, square_size((item.width, item.height), item.pixel_aspect)
            item = self._child.next(PICTURE_WITHIN_S)
        return Grabbed(self._grey(item), item.stamp_s, item.left_out)

    def _grey(self, picture: Picture) -> NDArray[np.uint8]:
        look = self._look
        if len(picture.rows) != look.stride * look.height:
            raise SourceError(f"{self._name}: a picture of {len(picture.rows)} bytes, where {look.format} takes more")
        rows = np.frombuffer(picture.rows, dtype=np.uint8).reshape(look.height, look.stride)
        pixels = rows[:, : look.width * look.bits // 8]
        eight = self._eight_bits.of(np.ascontiguousarray(pixels).view("<u2") if look.bits == 16 else np.ascontiguousarray(pixels))
        return squared(full_range(eight) if look.limited_range else eight, look.pixel_aspect)

    def release(self) -> None:
        """End the pipeline and its process."""
        self._child.close()


def words_of(address: str) -> list[str]:
    """The words of a pipeline, taken apart as a shell would: what works behind `gst-launch-1.0` works behind `gst:`.

    Raises:
        SourceError: there are none, or a quotation mark is not closed.
    """
    try:
        words = shlex.split(address.removeprefix(GST))
    except ValueError as error:
        raise SourceError(f"{without_password(address)}: {error}") from error
    if not words:
        raise SourceError("gst: names no pipeline; one is, for example, gst: videotestsrc is-live=true ! appsink")
    return words


def check_pipeline(address: str) -> None:
    """Say what is wrong with a pipeline. No camera is opened.

    Raises:
        SourceError: GStreamer is missing, or it is not a pipeline that can be built here.
    """
    check_words(without_password(address), words_of(address), CHECKS_WITHIN_S)


SOURCE = live(lambda address, _: Pipeline(address), check_pipeline)
