"""What people write to name a source: its scheme, the endings of pictures, and the form that is fit for logs."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

PICTURE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})
_IN_MEMORY = "/dev/shm/"  # noqa: S108 - a place that is recognised, not used
GST = "gst:"
"""How a GStreamer pipeline begins: `gst: v4l2src ! …`, no URL, although there may be one in it."""
_PASSWORDS_IN_PIPELINES = re.compile(
    r"(?P<before>://[^\s:/@]+:)[^\s/@]+(?=@)|(?P<key>\b(?:user-pw|proxy-pw|password|passphrase)=)(?:'[^']*'|\"[^\"]*\"|\S+)"
)
STREAM_SCHEMES = frozenset({"http", "https", "rtmp", "rtp", "rtsp", "rtsps", "tcp", "udp"})


def scheme_of(address: str) -> str:
    """The `rtsp` of `rtsp://camera/1` in lower case, `gst` for a pipeline; empty for a path."""
    if address.startswith(GST):
        return GST.removesuffix(":")
    scheme, separator, _ = address.partition("://")
    return scheme.lower() if separator else ""


def is_device(address: str) -> bool:
    """Whether the address names a camera of this machine: a path below /dev, or the number of a video device.

    What lies below /dev/shm is a file: Linux keeps those there that are to lie in memory.
    """
    return (address.startswith("/dev/") and not address.startswith(_IN_MEMORY)) or address.isdecimal()


def device_path(address: str) -> str:
    """`/dev/video0` for `0`; a path as it is."""
    return f"/dev/video{address}" if address.isdecimal() else address


def without_password(url: str) -> str:
    """The URL or pipeline fit for logs and messages: a pipeline in one line, on however many it was written."""
    if url.startswith(GST):
        return " ".join(_PASSWORDS_IN_PIPELINES.sub(r"\g<before>\g<key>…", url).split())
    parts = urlsplit(url)
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:…@{host}"))
