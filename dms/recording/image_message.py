"""Pictures on their channel of a drive: `foxglove.CompressedImage` as JSON, which Foxglove's image panel shows as it is.

The schema's names are Foxglove's (docs.foxglove.dev, "CompressedImage"); `frame`, `width` and `height` are ours beside them.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

IMAGE_TOPIC = "/dms/image"
SCHEMA_NAME = "foxglove.CompressedImage"

_PROPERTIES: dict[str, Any] = {
    "timestamp": {
        "type": "object",
        "title": "time",
        "properties": {
            "sec": {"type": "integer", "minimum": 0},
            "nsec": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
        },
    },
    "frame_id": {"type": "string"},
    "data": {"type": "string", "contentEncoding": "base64"},
    "format": {"type": "string"},
    "frame": {"type": "integer"},
    "width": {"type": "integer"},
    "height": {"type": "integer"},
}


@dataclass(frozen=True, slots=True)
class CompressedPicture:
    """A picture as a JPEG file, of the frame `frame` at drive time `t`; `width` and `height` are those of the JPEG, in pixels."""

    t: float
    frame: int
    jpeg: bytes
    width: int
    height: int


def image_schema() -> bytes:
    """The JSON Schema of the channel."""
    return json.dumps({"title": SCHEMA_NAME, "type": "object", "properties": _PROPERTIES}).encode()


def image_message(picture: CompressedPicture) -> bytes:
    """One message. Its time is that of the drive, as for every other record of it."""
    sec, nsec = divmod(round(picture.t * 1e9), 1_000_000_000)
    head = (
        f'{{"timestamp":{{"sec":{sec},"nsec":{nsec}}},"frame_id":"camera","format":"jpeg","frame":{picture.frame},'
        f'"width":{picture.width},"height":{picture.height},"data":"'
    )
    return head.encode() + base64.b64encode(picture.jpeg) + b'"}'
