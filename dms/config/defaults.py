"""What holds where nothing else is configured, and the words that choose: once, for the settings and for the parts that they set.

Without pydantic: command lines name these values before any configuration is read, and a part that is built by hand (a test, a
tool, a program that reads one picture) behaves as the service does.
"""

from __future__ import annotations

from typing import Literal

EngineName = Literal["onnx", "torch"]
"""The library that runs the networks."""
Device = Literal["cpu", "cuda"]
"""Where the networks run: the processor, or a graphics card of NVIDIA's."""
Precision = Literal["auto", "fp32", "int8"]
"""The numbers that ONNX Runtime computes with. `auto`: whichever is faster on this processor."""
VideoMode = Literal["off", "event", "all"]
"""Which pictures of the driver are recorded."""
Rotation = Literal[0, 90, 180, 270]
"""Degrees by which a picture is turned clockwise to be upright."""

RULES = "default"
CABIN = "left_hand_drive"

STUDIES = "runs"
"""The folder in which `dms tune` and the studio have their studies, in the one where they are started."""

CAMERA_WIDTH_PX = 640
CAMERA_HEIGHT_PX = 480
CAMERA_FPS = 30.0
CAMERA_FOURCC = "MJPG"

ENGINE: EngineName = "onnx"
PRECISION: Precision = "auto"
DEVICE: Device = "cpu"
THREADS = 1
PUBLISH_LANDMARKS = False

JOURNAL_KEEP_DAYS = 365.0
JOURNAL_KEEP_MIB = 256.0

RECORD_FREE_MIB = 256.0
VIDEO_MODE: VideoMode = "off"
VIDEO_BEFORE_S = 10.0
VIDEO_AFTER_S = 5.0
VIDEO_WIDTH_PX = 640
VIDEO_QUALITY = 75
VIDEO_MEMORY_MIB = 48.0
