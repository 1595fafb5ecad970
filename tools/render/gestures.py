"""What hands do about a head: hold a phone, smoke, drink, eat, lie on the face, cover an eye; where hand and thing are then.

A gesture is given in the head's frame or, for hands before the body, in the torso's; both have the head model's origin and
axes (x to the driver's left, y up, z forwards, cm), `side` is +1 for the driver's left hand and -1 for the right one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.random import Generator

from tools.render import hands
from tools.render.assets import Array
from tools.render.hands import Grip, hand_rotation
from tools.render.heads import HeadModel, Identity
from tools.render.held_things import Thing, make_case, make_cigarette, make_drink, make_food, make_phone, make_vaporiser

Meaning = Literal["none", "at_ear", "handheld", "smoking", "drinking"]
_X, _Y, _Z = np.eye(3)


@dataclass(frozen=True, slots=True)
class HandPose:
    """A hand's place: rotation (3, 3) and wrist (3,) in the gesture's frame."""

    left: bool
    rotation: Array
    wrist: Array
    grip: Grip


@dataclass(frozen=True, slots=True)
class Gesture:
    """Hands and the thing they hold; `frame` says in whose frame."""

    meaning: Meaning
    frame: Literal["head", "torso"]
    hands: tuple[HandPose, ...]
    thing: Thing | None = None
    rotation: Array | None = None  # of the thing
    centre: Array | None = None


@dataclass(frozen=True, slots=True)
class FacePlaces:
    """Where things are on one person's face, head frame, cm; pairs: the driver's right (index 0) and left (index 1)."""

    mouth: Array
    chin: Array
    nose: Array
    bridge: Array
    ears: Array  # (2, 3)
    eyes: Array
    brows: Array
    cheeks: Array

    def of(self, pair: Array, side: float) -> Array:
        """One of a pair."""
        return np.asarray(pair[1 if side > 0 else 0])


def face_places(identity: Identity, model: HeadModel) -> FacePlaces:
    """The places on this person's resting face."""
    marks = identity.rest[model.landmarks]
    eyes = np.stack([marks[36:42].mean(0), marks[42:48].mean(0)])
    return FacePlaces(
        marks[[62, 66]].mean(0), marks[8], marks[30], marks[27], marks[[0, 16]], eyes, marks[[19, 24]], marks[[3, 13]]
    )  # fmt: skip


def phone_at_ear(generator: Generator, face: FacePlaces, infrared: bool, side: float) -> Gesture:
    """A phone along the cheek, held about its lower half; fingers lie over its front edge or on its back."""
    u, thing = generator.uniform, make_phone(generator, infrared)
    down = np.array([side * u(-0.28, 0.22), -1.0, u(-0.05, 1.0)])
    down = down / np.linalg.norm(down)
    screen = np.array([-side, generator.normal(0, 0.12), generator.normal(-0.1, 0.2)])
    top = face.of(face.ears, side) + np.array([side * u(0.9, 2.6), u(0.5, 3.0), u(-1.5, 0.8)])
    centre = top + down * thing.half[1] * 0.8
    turn = _thing_rotation(-down, screen)
    lean = np.radians(u(-15, 75))
    ahead = _Z - turn[:, 2] * (_Z @ turn[:, 2]) - turn[:, 1] * (_Z @ turn[:, 1])
    fingers = turn[:, 1] * np.cos(lean) + ahead / np.linalg.norm(ahead) * np.sin(lean)
    grip = hands.slab(generator) if generator.random() < 0.75 else hands.flat(generator)
    held = centre - turn[:, 1] * thing.half[1] * u(0.0, 0.75)
    return Gesture("at_ear", "head", (_behind(held, fingers, turn[:, 2], thing, side, grip),), thing, turn, centre)


def phone_in_hand(generator: Generator, face: FacePlaces, infrared: bool, side: float) -> Gesture:
    """A phone before the chest, over the wheel, at the lap, high before the face or flat before the mouth."""
    u, thing = generator.uniform, make_phone(generator, infrared)
    draw = generator.random()
    if draw < 0.50:
        centre = np.array([side * u(-4, 15), u(-29, -10), u(18, 40)])
    elif draw < 0.66:
        centre = np.array([side * u(0, 20), u(-26, -8), u(30, 46)])
    elif draw < 0.78:
        centre = np.array([side * u(2, 17), u(-12, 4), u(24, 44)])
    elif draw < 0.90:
        centre = np.array([side * u(-2, 14), u(-46, -30), u(14, 34)])
    else:
        return _phone_before_mouth(generator, face, thing, side)
    towards = np.array([0.0, 1.0, 8.0]) - centre
    screen = towards / np.linalg.norm(towards) + generator.normal(0, 0.25, 3)
    upright = np.radians(generator.normal(0, 18) + (90.0 * generator.choice([-1, 1]) if generator.random() < 0.15 else 0.0))
    turn = _thing_rotation(_Y + np.array([0, 0, 0.2]), screen)
    up, right = turn[:, 1], turn[:, 0]
    lean = np.radians(u(5, 65))
    fingers = up * np.cos(lean) + side * right * np.sin(lean)
    turn = _thing_rotation(up * np.cos(upright) + right * np.sin(upright), turn[:, 2])
    held = centre - up * thing.half[1] * u(0.35, 1.0)
    first = _behind(held, fingers, turn[:, 2], thing, side, hands.slab(generator))
    if generator.random() < 0.2:
        other = up * np.cos(lean) - side * right * np.sin(lean)
        return Gesture(
            "handheld",
            "torso",
            (first, _behind(held, other, turn[:, 2], thing, -side, hands.slab(generator))),
            thing,
            turn,
            centre,
        )
    return Gesture("handheld", "torso", (first,), thing, turn, centre)


def _phone_before_mouth(generator: Generator, face: FacePlaces, thing: Thing, side: float) -> Gesture:
    """Spoken into from below or from the side, its screen up."""
    u = generator.uniform
    centre = face.mouth + np.array([side * u(0, 5), -u(1.5, 6), u(5, 11)])
    turn = _thing_rotation(np.array([-side * u(0.0, 0.8), u(-0.2, 0.4), -1.0]), np.array([0, 1.0, u(-0.5, 0.6)]))
    fingers = np.array([-side * u(0.3, 1.0), 0.2, -0.4])
    return Gesture(
        "handheld", "head", (_behind(centre, fingers, turn[:, 2], thing, side, hands.slab(generator)),), thing, turn, centre
    )


def _behind(centre: Array, fingers: Array, screen: Array, thing: Thing, side: float, grip: Grip) -> HandPose:
    """A hand whose palm lies on a flat thing's back."""
    turn = hand_rotation(fingers, screen)
    return HandPose(side > 0, turn, centre - turn[:, 1] * 8.6 - turn[:, 2] * (thing.half[2] + 1.45), grip)


def smoking(generator: Generator, face: FacePlaces, infrared: bool, side: float) -> Gesture:
    """A cigarette or an electronic one: between lips with or without fingers at it, or between the fingers beside the face."""
    u = generator.uniform
    thing = make_vaporiser(generator, infrared) if generator.random() < 0.22 else make_cigarette(generator)
    out = np.array([side * u(-0.1, 0.7), u(-0.45, 0.25), 1.0])
    out = out / np.linalg.norm(out)
    draw = generator.random()
    if draw < 0.25:
        centre = face.mouth + out * (thing.half[1] - 0.6) + np.array([side * u(0, 1.5), 0, 0])
        return Gesture("smoking", "head", (), thing, _thing_rotation(out, _Y), centre)
    if draw < 0.80:
        centre = face.mouth + out * (thing.half[1] + u(-0.5, 2.0)) + np.array([side * u(0, 1.0), 0, 0])
        fingers, palm = np.array([-side * u(0.3, 1.0), u(0.5, 1.0), -u(0.0, 0.6)]), np.array([-side * u(-0.2, 0.6), 0.1, -1.0])
        frame: Literal["head", "torso"] = "head"
    else:
        centre = np.array([side * u(9, 22), u(-24, -6), u(14, 34)])
        out = np.array([side * u(-0.3, 1), u(0.1, 1), u(0, 1)])
        out = out / np.linalg.norm(out)
        fingers, palm = np.array([-side * u(-0.2, 0.5), 1.0, u(0.0, 0.6)]), np.array([-side * u(0, 1), 0.1, -u(0.2, 1.0)])
        frame = "torso"
    turn = hand_rotation(fingers, palm)
    between = np.array([(1 if side > 0 else -1) * -1.95, u(12.5, 14.5), u(0.8, 1.6)])
    wrist = centre - out * thing.half[1] * u(0.0, 0.5) - turn @ between
    pose = HandPose(side > 0, turn, wrist, hands.two_fingers(generator))
    return Gesture("smoking", frame, (pose,), thing, _thing_rotation(out, _Y), centre)


def drinking(generator: Generator, face: FacePlaces, infrared: bool, side: float) -> Gesture:
    """A cup, can or bottle at the mouth or just below it, tilted the more the emptier it is."""
    u, thing = generator.uniform, make_drink(generator, infrared)
    tilt = np.radians(u(5, 105))
    axis = np.array([side * generator.normal(0, 0.12), np.cos(tilt), -np.sin(tilt)])
    axis = axis / np.linalg.norm(axis)
    lips = face.mouth + np.array([0, -0.6 - u(0, 1), 0.6 + u(0.2, 0.9) * min(thing.half[0], 2.2)])
    if generator.random() < 0.25:
        lips = lips + np.array([side * u(-1, 3), -u(1, 6), u(1, 8)])
    centre = lips - axis * thing.half[1]
    held = centre - axis * thing.half[1] * u(-0.1, 0.4)
    pose = around(generator, held, np.array([-side, 0.0, -u(-0.3, 0.5)]), axis, float(thing.half[0]), side)
    return Gesture("drinking", "head", (pose,), thing, _thing_rotation(axis, _Z), centre)


def eating(generator: Generator, face: FacePlaces, infrared: bool, side: float) -> Gesture:
    """Food at the mouth in one hand or both."""
    u, thing = generator.uniform, make_food(generator, infrared)
    out = np.array([side * u(-0.1, 0.5), u(-0.6, 0.1), 1.0])
    out = out / np.linalg.norm(out)
    centre = face.mouth + out * (thing.half[1] + u(-0.8, 3.0))
    turn = _thing_rotation(-out, _Y + generator.normal(0, 0.3, 3))
    sides = (side, -side) if generator.random() < 0.3 else (side,)
    held, radius = centre - turn[:, 1] * thing.half[1] * u(0.3, 0.9) - _Y, float(min(thing.half[0], thing.half[2]))
    poses = tuple(around(generator, held, np.array([-s, u(0, 0.5), -0.2]), _Y, radius, s, u(9, 12)) for s in sides)
    return Gesture("drinking", "head", poses, thing, turn, centre)


def around(
    generator: Generator, middle: Array, palm: Array, axis: Array, radius_cm: float, side: float, reach_cm: float = 6.8
) -> HandPose:
    """A hand around something round at `middle`: thumb along the axis, fingers around the far side, `reach_cm` from the wrist."""
    palm = palm - axis * (palm @ axis)
    fingers = np.cross(palm, axis) * (1.0 if side < 0 else -1.0)
    turn = hand_rotation(fingers, palm)
    wrist = middle - turn[:, 1] * reach_cm - turn[:, 2] * (radius_cm + 1.5)
    return HandPose(side > 0, turn, wrist, hands.wrapped(generator, radius_cm))


def cover_eyes(generator: Generator, face: FacePlaces, side: float, both: bool) -> Gesture:
    """A hand or fingers over one eye or both: rubbed, shaded, wiped."""
    u = generator.uniform
    if both:
        target = face.bridge + np.array([side * u(-0.5, 1.0), u(-1.2, 0.4), 1.0])
        fingers = np.array([-side, u(-0.15, 0.3), u(-0.1, 0.1)])
        middle, grip = float(u(9.5, 12.0)), replace(hands.flat(generator), spread_deg=float(u(-1.5, 2.0)))
    else:
        target = face.of(face.eyes, side) + np.array([side * u(-0.3, 1.4), u(-0.8, 0.8), 1.6])
        fingers = np.array([-side * u(-0.3, 0.7), u(0.4, 1.0), u(-0.1, 0.2)])
        middle = float(u(7.0, 13.0))
        grip = hands.flat(generator) if generator.random() < 0.6 else hands.loose(generator)
    return Gesture("none", "head", (_laid(target, fingers, -_Z + np.array([-side * 0.15, 0, 0]), middle, side, grip),))


def hand_on_face(generator: Generator, face: FacePlaces, side: float, place: str | None = None) -> Gesture:
    """An empty hand at mouth, cheek, chin, brow or nose, a fist under the chin, fingers at the glasses; at `place` if given."""
    u = generator.uniform
    places = ("mouth", "cheek", "chin", "brow", "nose", "glasses")
    place = place or str(generator.choice(places, p=(0.27, 0.2, 0.2, 0.12, 0.11, 0.10)))
    grip = hands.flat(generator) if generator.random() < 0.5 else hands.loose(generator)
    inwards = np.array([-side * u(0.1, 0.9), 1.0, u(-0.2, 0.2)])
    if place == "mouth":
        target, palm, middle = face.mouth + _Z * 1.2, -_Z, float(u(8, 15))
        inwards = np.array([-side * u(0.3, 1.2), u(0.2, 1.0), 0.0])
    elif place == "cheek":
        target = face.of(face.cheeks, side) + np.array([side * 1.3, u(-1, 3), u(0.5, 2.0)])
        palm, middle = np.array([-side, 0.0, -u(0.1, 0.8)]), float(u(6, 13))
    elif place == "chin":
        target, palm, middle = face.chin + np.array([side * u(0, 2), -1.0, 0.6]), np.array([0, 0.5, -1.0]), float(u(9, 15))
        if generator.random() < 0.5:
            grip, middle, palm = hands.fist(generator), 9.5, np.array([-side * u(0, 1), 0.1, -1.0])
            target = target + np.array([0, -1.5, 0])
    elif place == "brow":
        target = face.of(face.brows, side) + np.array([0, u(0.6, 2.5), 1.2])
        palm, middle = -_Z, float(u(12, 16))
    elif place == "nose":
        target, palm, middle, grip = face.nose + _Z * 0.8, -_Z, 15.5, hands.two_fingers(generator)
    else:
        target = face.of(face.eyes, side) + np.array([side * u(2.2, 3.4), u(-0.5, 0.8), 0.0])
        palm, middle, grip = np.array([-side, 0, -0.6]), 16.0, hands.two_fingers(generator)
    return Gesture("none", "head", (_laid(target, inwards, palm, middle, side, grip),))


def hand_at_ear(generator: Generator, face: FacePlaces, side: float) -> Gesture:
    """An empty hand at the ear, the temple or in the hair: like a phone's, without one."""
    u = generator.uniform
    target = face.of(face.ears, side) + np.array([side * u(0.8, 1.8), u(-3, 5), u(-2, 2.5)])
    fingers = np.array([side * u(-0.2, 0.1), 1.0, u(-0.3, 0.9)])
    grip = [hands.flat, hands.loose, hands.fist, hands.slab][int(generator.choice(4, p=[0.35, 0.3, 0.15, 0.2]))](generator)
    palm = np.array([-side, 0.0, generator.normal(-0.1, 0.3)])
    return Gesture("none", "head", (_laid(target, fingers, palm, float(u(6, 15)), side, grip),))


def hand_in_air(generator: Generator, infrared: bool, side: float) -> Gesture:
    """A hand that talks, points, or holds a case, a pen or keys before the body."""
    u = generator.uniform
    centre = np.array([side * u(0, 20), u(-36, -8), u(18, 44)])
    towards = np.array([0.0, 0.0, 8.0]) - centre + generator.normal(0, 16, 3)
    fingers = np.array([-side * u(-0.2, 0.9), 1.0, u(-0.4, 0.8)])
    if generator.random() < 0.4:
        thing = make_case(generator, infrared)
        turn = hand_rotation(fingers, towards)
        pose = HandPose(
            side > 0, turn, centre - turn[:, 1] * 8 - turn[:, 2] * (thing.half[2] + 1.4), hands.wrapped(generator, 2.0)
        )
        return Gesture("none", "torso", (pose,), thing, turn, centre)
    grip = [hands.flat, hands.loose, hands.two_fingers][int(generator.integers(3))](generator)
    return Gesture("none", "torso", (_laid(centre, fingers, towards, 9.0, side, grip),))


def _laid(target: Array, fingers: Array, palm: Array, middle_cm: float, side: float, grip: Grip) -> HandPose:
    """A hand that touches `target` with its inside, `middle_cm` from the wrist."""
    turn = hand_rotation(fingers, palm)
    return HandPose(side > 0, turn, target - turn[:, 1] * middle_cm - turn[:, 2] * 1.1, grip)


def _thing_rotation(axis: Array, front: Array) -> Array:
    """Rotation (3, 3) of a thing whose y goes along `axis` and whose z faces `front`, made square to it."""
    return hand_rotation(axis, front)
