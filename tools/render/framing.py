"""Where a camera that sees a driver's hands hangs, and what of the car its picture holds: head and hands, or the whole seat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from dms.perception.crops import OBJECTS_BELOW, Crop, objects_crop, objects_crop_without_face
from tools.render.assets import Array
from tools.render.cabin import Cabin
from tools.render.camera import Camera
from tools.render.pictures import FACE_SPAN_CM
from tools.render.scene import PIVOT
from tools.render.seating import Sitter, View, looking

BUST_SIZE = 192
WIDEST_LENS_PX = 62.0
"""Focal length of the widest lens: 115 degrees across."""


@dataclass(frozen=True, slots=True)
class Framing:
    """What pictures of a kind have in common: shares of camera places and of what the hands do, and how large a face is."""

    mount_shares: dict[str, float]
    gesture_shares: dict[str, float]
    face_px: tuple[float, float]
    whole_seat: bool

    def crop(self, box: Array) -> Crop:
        """What the runtime cuts from such a picture: around the face at `box`, or, since it finds none, the whole of it."""
        if self.whole_seat:
            return objects_crop_without_face((BUST_SIZE, BUST_SIZE))
        x, y, width, height = (float(v) for v in box)
        return objects_crop((x, y, width, height))


BUST = Framing(
    {"mirror": 0.22, "dash": 0.18, "cluster": 0.10, "pillar": 0.12, "passenger": 0.30, "window": 0.08},
    {"at_ear": 0.21, "handheld": 0.23, "smoking": 0.14, "drinking": 0.11, "eating": 0.05, "at_face": 0.05, "over_eyes": 0.01,
     "near_ear": 0.06, "in_air": 0.04, "none": 0.10},
    (32.0, 54.0),
    False,
)  # fmt: skip
"""Head, shoulders and hands."""
SEAT = Framing(
    {"passenger": 0.45, "far_pillar": 0.35, "window": 0.12, "dash": 0.08},
    {"at_ear": 0.22, "handheld": 0.26, "smoking": 0.04, "drinking": 0.04, "eating": 0.02, "at_face": 0.04, "near_ear": 0.04,
     "in_air": 0.04, "none": 0.30},
    (17.0, 36.0),
    True,
)  # fmt: skip
"""The whole front seat, the driver mostly in profile: what is looked at where no face is found."""


def mounted(generator: Generator, cabin: Cabin, framing: Framing) -> Array:
    """A place for the camera (3,), car frame, cm; a phone or a second camera may also look from the passenger's seat."""
    u, side, driver = generator.uniform, cabin.driver_side, cabin.seats[0].head
    mount = str(generator.choice(list(framing.mount_shares), p=list(framing.mount_shares.values())))
    places = {
        "mirror": (u(-10, 10), u(22, cabin.roof_cm - 8), u(-28, -4)),
        "dash": (u(-40, 40), u(0, 9), u(-12, 4)),
        "cluster": (side * 37 + u(-8, 8), u(-7, 0), u(-28, -16)),
        "pillar": (side * u(54, 64), u(4, 26), u(-20, 0)),
        "far_pillar": (-side * u(30, 64), u(2, 28), u(-34, 0)),
        "passenger": (-side * u(20, 62), u(-6, 28), driver[2] + u(10, 55)),
        "window": (side * u(62, 70), u(2, 24), driver[2] + u(6, 60)),
    }
    return np.array(places[mount])


def aimed(generator: Generator, sitter: Sitter, cabin: Cabin, place: Array, framing: Framing) -> tuple[View, Camera]:
    """A camera at `place`: it sees the driver somewhere off its axis, and the picture is what lies around head and hands; or it
    is turned to the middle of the seat, and the picture is all that it sees."""
    size = sitter.person.size
    face = sitter.head + sitter.rotation @ (np.array([0.0, -1.8, 8.0]) - PIVOT) * size
    distance = float(np.linalg.norm(face - place))
    face_px = float(generator.uniform(*framing.face_px))
    focal = face_px * distance / (FACE_SPAN_CM * size)
    middle = np.full(2, (BUST_SIZE - 1) / 2)
    if framing.whole_seat:
        target = face + generator.uniform(0.05, 0.7) * (cabin.wheel_centre - face) - [0.0, generator.uniform(0, 14), 0.0]
        view = looking(place, target, generator.normal(0, 4))
        return view, Camera(BUST_SIZE, BUST_SIZE, max(focal, WIDEST_LENS_PX), *(middle + generator.normal(0, 6, 2)).tolist())
    target = face + generator.normal(0, 0.18, 3) * distance
    view = looking(place, target, generator.normal(0, 4))
    seen = Camera(BUST_SIZE, BUST_SIZE, focal, 0.0, 0.0).project(view.points(face))
    centre = middle + generator.normal(0, 5, 2) - seen - np.array([0.0, OBJECTS_BELOW * face_px])
    return view, Camera(BUST_SIZE, BUST_SIZE, focal, float(centre[0]), float(centre[1]))
