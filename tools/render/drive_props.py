"""What a scripted drive puts in front of the driver's face: hands with phones or drinks, and windows that the glasses mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from dms.perception.head_geometry import rotation_from_angles
from tools.render import gestures, hands
from tools.render.assets import Array
from tools.render.canvas import Sheet
from tools.render.gestures import FacePlaces, Gesture, HandPose
from tools.render.glasses import Glasses, Pane
from tools.render.script import PHONE_PLACE_CM, Side
from tools.render.timeline import Holding, Mirroring

LAP_CM = np.array([13.0, -48.0, 26.0])
"""The wrist of a hand that does nothing: to its side, up, ahead of the head's origin."""
LAP_TILT_DEG = 40.0
PANE_LIGHT = np.array([1.55, 1.65, 1.75], np.float32)  # a window by day, brighter than the picture's white
ONE_LENS, BOTH_LENSES = (0.36, 0.50), (0.66, 0.50)  # half of the window's width and height in radians of the mirrored direction
SWEEP = 1.5  # radians from where the window hides something to where it hides nothing
DRIFT = 0.03  # radians


def hands_of(holdings: Sequence[Holding], face: FacePlaces, infrared: bool) -> list[Gesture]:
    """What both hands do."""
    busy = {holding.side for holding in holdings}
    idle = [hand_in_lap(side) for side in get_args(Side) if side not in busy]
    return [*(gesture_of(holding, face, infrared) for holding in holdings), *idle]


def gesture_of(holding: Holding, face: FacePlaces, infrared: bool) -> Gesture:
    """Hand and thing of a moment: as they are in use, moved towards the lap by what is left to lift."""
    generator = np.random.default_rng(holding.look)
    side = 1.0 if holding.side == "left" else -1.0
    make = {"at_ear": gestures.phone_at_ear, "handheld": gestures.phone_in_hand, "drink": gestures.drinking}[holding.what]
    used = make(generator, face, infrared, side)
    mirror = np.array([side, 1.0, 1.0])
    if holding.what == "handheld" and used.centre is not None:
        used = moved_gesture(used, np.eye(3), PHONE_PLACE_CM * mirror - used.centre)
    left = 1.0 - holding.lift
    turn = rotation_from_angles(0.0, -LAP_TILT_DEG * left, 0.0)
    to_lap = LAP_CM * mirror - used.hands[0].wrist
    return moved_gesture(used, turn, to_lap * left + np.array(holding.shake_cm) * holding.lift)


def hand_in_lap(side: Side) -> Gesture:
    """A hand that does nothing; a thing comes from there and goes back there."""
    mirror = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    turn = hands.hand_rotation(np.array([-0.4, 0.0, 1.0]) * mirror, np.array([0.0, -1.0, 0.0]))
    return Gesture("none", "torso", (HandPose(side == "left", turn, LAP_CM * mirror, hands.loose(np.random.default_rng(0))),))


def moved_gesture(gesture: Gesture, turn: Array, shift: Array) -> Gesture:
    """A gesture turned (3, 3) about the first hand's wrist and shifted (3,), hands and thing as one body; cm."""
    about = gesture.hands[0].wrist

    def there(point: Array) -> Array:
        return np.asarray((point - about) @ turn.T + about + shift)

    poses = tuple(replace(pose, rotation=turn @ pose.rotation, wrist=there(pose.wrist)) for pose in gesture.hands)
    if gesture.centre is None or gesture.rotation is None:
        return replace(gesture, hands=poses)
    return replace(gesture, hands=poses, rotation=turn @ gesture.rotation, centre=there(gesture.centre))


def pane_of(mirroring: Mirroring, glasses: Glasses) -> Pane:
    """The window as the glasses mirror it; it moves from the driver's left to the right."""
    first = 1 if mirroring.lenses == "right" else 0
    between = _between_lenses(glasses) if mirroring.lenses == "both" else 0.0
    across = between - SWEEP * mirroring.course + DRIFT * mirroring.drift[0]
    return Pane(
        first, (across, DRIFT * mirroring.drift[1]), BOTH_LENSES if mirroring.lenses == "both" else ONE_LENS, 6.0, 0.08, -1.0,
        PANE_LIGHT * mirroring.strength,
    )  # fmt: skip


def _between_lenses(glasses: Glasses) -> float:
    """From what the left lens mirrors to the middle of what both do, radians: a mirror turned by an angle turns light by two."""
    left, right = (glasses.lenses.normals[k] for k in _middles(glasses.lenses))
    return -float(np.arccos(np.clip(left @ right, -1.0, 1.0)))


def _middles(lenses: Sheet) -> tuple[int, int]:
    return 0, len(lenses.positions) // 2


def bent_as_the_frame(glasses: Glasses) -> Glasses:
    """Glasses whose lenses shine as their frame is bent, each facing a little outwards, so that one can mirror a window and the
    other not; the lens mesh follows the frame already, its normals do not."""
    sheet = glasses.lenses
    normals = sheet.normals.copy()
    half = len(normals) // 2
    for start in _middles(sheet):
        ring = sheet.positions[start + 1 : start + half]
        across = ring[ring[:, 0].argmax()] - ring[ring[:, 0].argmin()]
        slope = across[2] / across[0]
        normals[start : start + half, 0] -= slope * normals[start : start + half, 2]
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    return replace(glasses, lenses=replace(sheet, normals=normals.astype(np.float32)))
