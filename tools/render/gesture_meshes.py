"""Gestures as meshes in camera space: hands, what they hold, and the arms that they belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.render.arms import Sleeve, elbow_of, make_arm
from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.gestures import Gesture, HandPose
from tools.render.hands import make_hand
from tools.render.person import Person
from tools.render.scene import PIVOT, Placement
from tools.render.shapes import moved


@dataclass(frozen=True, slots=True)
class Embodied:
    """What to draw for a gesture, camera space; `thing` apart, since its visibility is measured."""

    hands: list[Solid]
    arms: list[Solid]
    thing: Solid | None


def embody(
    generator: Generator, gesture: Gesture, person: Person, place: Placement, sleeve: Sleeve, with_arms: bool = True
) -> Embodied:
    """The meshes of a gesture of a person whose head and torso are at `place`."""
    turn = place.rotation if gesture.frame == "head" else place.torso

    def to_camera(points: Array) -> Array:
        return np.asarray(person.size * (points - PIVOT) @ turn.T + place.position)

    made, arms = [], []
    for pose in gesture.hands:
        wrist, rotation = to_camera(pose.wrist), turn @ pose.rotation
        made.append(hand_mesh(generator, pose, person, rotation, wrist))
        if with_arms:
            arms.append(arm_mesh(person, place, pose.left, wrist - rotation[:, 1] * 1.5, sleeve))
    thing = None
    if gesture.thing is not None and gesture.rotation is not None and gesture.centre is not None:
        thing = moved(gesture.thing.solid, turn @ gesture.rotation, to_camera(gesture.centre))
    return Embodied(made, arms, thing)


def hand_mesh(generator: Generator, pose: HandPose, person: Person, rotation: Array, wrist: Array) -> Solid:
    """One hand in the frame of `rotation` and `wrist`, in the person's skin and about the size of their head."""
    return moved(make_hand(generator, pose.grip, person.skin_tone, pose.left, person.size), rotation, wrist)


def arm_mesh(person: Person, place: Placement, left: bool, wrist: Array, sleeve: Sleeve) -> Solid:
    """The arm from a person's shoulder to a wrist, camera space; the elbow hangs down, a little outwards and ahead,
    so that a hand at the ear has it before the chest and not in the seat."""
    side = 1.0 if left else -1.0
    girth = float(np.abs(person.torso.positions[:, 0]).max())
    shoulder = place.position + person.size * place.torso @ (np.array([side * (girth - 5.0), -23.0, -1.0]) - PIVOT)
    pole = place.torso @ np.array([side * 0.8, -0.9, 0.8])
    return make_arm(shoulder, elbow_of(shoulder, wrist, pole, person.size), wrist, sleeve, person.size)
