"""What comes between the camera and a face in one picture, drawn at random, and what it means once the picture is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from tools.render import gestures
from tools.render.arms import random_sleeve
from tools.render.assets import Array
from tools.render.before_face import make_lock
from tools.render.camera import Camera
from tools.render.canvas import Canvas, Solid
from tools.render.gesture_meshes import embody
from tools.render.gestures import Gesture, face_places
from tools.render.glasses import Pane, random_pane
from tools.render.heads import HeadModel
from tools.render.person import Person
from tools.render.scene import Placement
from tools.render.seen import CANNOT_BE_SEEN, Seen
from tools.render.visibility import visibility_of

SEEN_SHARE = 1 / 3  # of a thing's outline must show for it to be named
LEAST_AREA_PX = {"at_ear": 20.0, "handheld": 20.0, "smoking": 5.0, "drinking": 25.0}
_PHONE = {"at_ear": 1, "handheld": 2}
_CUE_OF = {"at_ear": "phone", "handheld": "phone", "smoking": "smoking", "drinking": "drinking"}
LOCK_SHARE, PANE_SHARE, WHEEL_SHARE = 0.04, 0.25, 0.03
GLARE_SHARE = {"face": 0.05, "eye": 0.11}


@dataclass(frozen=True, slots=True)
class Occlusion:
    """What is before one face; `worn` in the head's frame."""

    gesture: Gesture | None = None
    worn: list[Solid] = field(default_factory=list)
    pane: Pane | None = None
    glare: bool = False
    wheel: bool = False
    flags: frozenset[str] = frozenset()


def random_occlusion(generator: Generator, person: Person, model: HeadModel, kind: str, yawning: bool = False) -> Occlusion:
    """Nothing most of the time; `kind` is the shard's: close-ups of eyes get no things at the mouth."""
    face, infrared = face_places(person.identity, model), person.infrared
    flags: set[str] = set()
    gesture = _random_gesture(generator, face, infrared, kind, yawning)
    if gesture is not None:
        flags |= gesture_flags(gesture)
        if kind == "eye":
            flags.add("eyes_covered")
    worn = []
    if "hat" not in person.flags and generator.random() < LOCK_SHARE:
        worn.append(make_lock(generator, face, np.asarray(person.hair["hair_colour"], np.float32)))
        flags.add("hair_lock")
    pane = None
    if person.glasses is not None and generator.random() < PANE_SHARE:
        pane = random_pane(generator, infrared)
        flags.add("mirroring_lens")
    glare = bool(generator.random() < GLARE_SHARE[kind])
    wheel = kind == "face" and gesture is None and bool(generator.random() < WHEEL_SHARE)
    flags |= {name for name, there in (("glare", glare), ("wheel", wheel)) if there}
    return Occlusion(gesture, worn, pane, glare, wheel, frozenset(flags))


def _random_gesture(generator: Generator, face: gestures.FacePlaces, infrared: bool, kind: str, yawning: bool) -> Gesture | None:
    side = float(generator.choice([-1.0, 1.0]))
    draw = generator.random()
    if kind == "eye":
        return gestures.cover_eyes(generator, face, side, draw < 0.03) if draw < 0.08 else None
    if yawning and draw < 0.25:
        return gestures.hand_on_face(generator, face, side, "mouth")
    limits = np.cumsum([0.05, 0.06, 0.02, 0.04, 0.025, 0.03, 0.03, 0.015])
    choice = int(np.searchsorted(limits, draw, side="right"))
    if choice == 0:
        return gestures.cover_eyes(generator, face, side, bool(generator.random() < 0.4))
    if choice == 1:
        return gestures.hand_on_face(generator, face, side)
    if choice == 2:
        return gestures.hand_at_ear(generator, face, side)
    makers = (gestures.phone_at_ear, gestures.phone_in_hand, gestures.smoking, gestures.drinking, gestures.eating)
    return makers[choice - 3](generator, face, infrared, side) if choice < 8 else None


def gesture_flags(gesture: Gesture) -> set[str]:
    """The flags of a gesture, whatever of it can be seen."""
    flags = {"hand"} if gesture.hands else set()
    if gesture.meaning in _PHONE:
        flags.add("phone")
    elif gesture.meaning in ("smoking", "drinking"):
        flags.add(gesture.meaning)
    return flags


def draw_gesture(
    canvas: Canvas, generator: Generator, gesture: Gesture | None, person: Person, place: Placement, with_arms: bool = True
) -> Solid | None:
    """Draw hands, arms and the thing; returns the thing (camera space), whose visibility is measured when depth is read."""
    if gesture is None:
        return None
    sleeve = random_sleeve(generator, person.torso.colours[:, :3].mean(0), person.skin_tone)
    body = embody(generator, gesture, person, place, sleeve, with_arms)
    for mesh in (*body.arms, *body.hands, *([body.thing] if body.thing is not None else [])):
        canvas.draw_solid(mesh)
    return body.thing


def what_is_seen(gesture: Gesture | None, thing: Solid | None, camera: Camera, depth: Array) -> Seen:
    """What a drawn gesture's picture shows: a thing is named only if a third of it can be seen."""
    if gesture is None or thing is None or gesture.meaning == "none":
        return Seen()
    shown = visibility_of(thing, camera, depth)
    is_named = shown.share >= SEEN_SHARE and shown.area_px >= LEAST_AREA_PX[gesture.meaning]
    signs = {_CUE_OF[gesture.meaning]: _PHONE.get(gesture.meaning, 1) if is_named else CANNOT_BE_SEEN}
    return Seen(**signs, centre_px=shown.centre_px if is_named else None)
