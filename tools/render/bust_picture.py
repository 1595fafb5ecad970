"""Drivers with both arms and whatever they hold, from every side of a car: what the objects network sees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from dms.perception.crops import Crop
from dms.perception.head_geometry import rotation_from_angles
from tools.render import gestures, hands
from tools.render.arms import Sleeve, random_sleeve
from tools.render.assets import Array
from tools.render.cabin import Cabin, build_cabin
from tools.render.cabin_picture import metered_exposure, outside_view, vignetted
from tools.render.canvas import Canvas
from tools.render.cloth import random_cloth
from tools.render.contact_shade import contact_shade
from tools.render.degrade import degrade, to_grey
from tools.render.expressions import FACE_PRIOR
from tools.render.framing import BUST, BUST_SIZE, Framing, aimed, mounted
from tools.render.gesture_meshes import arm_mesh, embody, hand_mesh
from tools.render.gestures import Gesture, HandPose, around, face_places
from tools.render.headwear import dressed
from tools.render.occlusion import gesture_flags, what_is_seen
from tools.render.person import Person
from tools.render.pictures import Shot
from tools.render.scene import PIVOT, Placement, Studio, gaze_vectors
from tools.render.seating import Sitter, View, lap, seat_person
from tools.render.seen import Seen
from tools.render.shapes import join

SURE_SHARE = 0.94
"""Of the runtime's crop that is in it however the face box jitters a little."""
MOST_ATTEMPTS = 4
GLARE = 10.0
"""Windows are mostly white where a camera beside the driver meters the dark cabin."""
LOOKS_AT_PHONE, NEAR_SIDE = 0.5, 0.55
TOWARDS_CAMERA = 0.75
"""Of drivers with a phone at the ear that the camera does not see: turned so far that it shows beside the cheek."""


def bust_picture(studio: Studio, generator: Generator, someone: Person, held_out: bool, framing: Framing = BUST) -> Shot:
    """192 x 192 picture of a driver as `framing` wants it.

    Pictures that show a thing which the runtime's crop would not are drawn again, since their truth would depend on the crop;
    so are those in which it is hidden, a fifth to a half, since nothing is learned from them.
    """
    kind = str(generator.choice(list(framing.gesture_shares), p=list(framing.gesture_shares.values())))
    for _ in range(MOST_ATTEMPTS - 1):
        shot, in_picture = _draw_bust(studio, generator, someone, held_out, kind, framing)
        if in_picture == shot.seen and not shot.seen.is_hidden:
            return shot
    return _draw_bust(studio, generator, someone, held_out, kind, framing)[0]


def _draw_bust(
    studio: Studio, generator: Generator, someone: Person, held_out: bool, kind: str, framing: Framing
) -> tuple[Shot, Seen]:
    """A picture whose truth says what the runtime's crop shows, and what the whole picture shows."""
    person = dressed(generator, someone, studio.model)
    cabin = build_cabin(generator, person.infrared, 1)
    view_place = mounted(generator, cabin, framing)
    side = _busy_side(generator, cabin, view_place)
    gesture = _gesture(generator, studio, person, side, kind)
    sitter = _looking(generator, seat_person(generator, person, cabin.seats[0], cabin, view_place, True), gesture, view_place)
    person = sitter.person
    view, camera = aimed(generator, sitter, cabin, view_place, framing)
    place = sitter.placement(view)
    environment = int(generator.choice(studio.environment_choices(held_out)))
    light = studio.light_room.sample(generator, environment, person.infrared, True)
    distance_cm = float(np.linalg.norm(place.position))
    exposure = metered_exposure(generator, light, person.skin_tone, distance_cm)
    canvas = studio.canvas(BUST_SIZE, BUST_SIZE)
    outside = outside_view(generator, studio, environment, person.infrared, (BUST_SIZE, BUST_SIZE), GLARE)
    studio.begin(canvas, camera, outside, light, place.position, environment, exposure, random_cloth(generator, person.infrared))
    canvas.draw_solid(view.solid(join([cabin.solid, *lap(generator, sitter)])))
    state = studio.sampler.sample(generator, FACE_PRIOR, 0.15)
    gaze = gaze_vectors(state)
    pose, bare = studio.draw_person(canvas, camera, light, person, state, place, gaze, [])
    sleeve = random_sleeve(generator, person.torso.colours[:, :3].mean(0), person.skin_tone)
    thing = None
    if gesture is not None:
        body = embody(generator, gesture, person, place, sleeve)
        for mesh in (*body.arms, *body.hands, *([body.thing] if body.thing is not None else [])):
            canvas.draw_solid(mesh)
        thing = body.thing
    for left in _free_hands(gesture):
        _resting(canvas, generator, sitter, cabin, view, place, left, sleeve)
    colour, depth = canvas.read()
    truth = studio.truth(person, pose, bare, camera, place, gaze, depth, canvas.light_through())
    flags = person.flags | (gesture_flags(gesture) if gesture is not None else set())
    flags = flags | ({"infrared_lamp"} if person.infrared else set())
    shade = contact_shade(depth, camera.focal_px, float(generator.uniform(0.3, 1.1)))
    grey = vignetted(generator, to_grey(colour) * shade, person.infrared)
    seen = what_is_seen(gesture, thing, camera, _within_crop(depth, framing.crop(truth.box)))
    shot = Shot(
        degrade(generator, grey, 0.45, blur_scale=0.6), colour, (truth,), (state,), (person,), camera.field_of_view_deg,
        frozenset(flags), person.infrared, seen=seen,
    )  # fmt: skip
    return shot, what_is_seen(gesture, thing, camera, depth)


def _within_crop(depth: Array, crop: Crop) -> Array:
    """The distances with everything outside the runtime's crop, a little narrower for its jitter, covered."""
    half = SURE_SHARE * crop.side / 2
    columns, rows = np.arange(depth.shape[1]), np.arange(depth.shape[0])
    inside = (np.abs(rows - crop.center_y) <= half)[:, None] & (np.abs(columns - crop.center_x) <= half)[None]
    return np.where(inside, depth, np.float32(0))


def _gesture(generator: Generator, studio: Studio, person: Person, side: float, kind: str) -> Gesture | None:
    face, infrared = face_places(person.identity, studio.model), person.infrared
    if kind == "none":
        return None
    if kind == "at_face":
        return gestures.hand_on_face(generator, face, side)
    if kind == "near_ear":
        return gestures.hand_at_ear(generator, face, side)
    if kind == "over_eyes":
        return gestures.cover_eyes(generator, face, side, bool(generator.random() < 0.4))
    if kind == "in_air":
        return gestures.hand_in_air(generator, infrared, side)
    makers = {
        "at_ear": gestures.phone_at_ear, "handheld": gestures.phone_in_hand, "smoking": gestures.smoking,
        "drinking": gestures.drinking, "eating": gestures.eating,
    }  # fmt: skip
    return makers[kind](generator, face, infrared, side)


def _busy_side(generator: Generator, cabin: Cabin, camera: Array) -> float:
    """+1 or -1 for the hand that does something: mostly the one towards the camera, since a head hides a phone at its far ear."""
    near = float(np.sign(camera[0] - cabin.seats[0].head[0])) or 1.0
    return near if generator.random() < NEAR_SIDE else -near


def _looking(generator: Generator, sitter: Sitter, gesture: Gesture | None, camera: Array) -> Sitter:
    """The driver, who may look at the phone in the hand, or be turned so that one at the far ear shows."""
    if gesture is not None and gesture.meaning == "at_ear" and generator.random() < TOWARDS_CAMERA:
        return _showing_far_ear(generator, sitter, gesture, camera)
    at_it = gesture is not None and gesture.meaning == "handheld" and gesture.frame == "torso"
    if not at_it or generator.random() > LOOKS_AT_PHONE:
        return sitter
    assert gesture is not None
    assert gesture.centre is not None
    towards = sitter.torso @ (gesture.centre - PIVOT)
    yaw = float(np.degrees(np.arctan2(towards[0], towards[2])) * generator.uniform(0.5, 1.0) + generator.normal(0, 5))
    pitch = float(np.degrees(np.arctan2(towards[1], np.hypot(towards[0], towards[2]))) * generator.uniform(0.4, 1.0))
    return replace(sitter, rotation=rotation_from_angles(yaw, pitch, float(generator.normal(0, 6))))


def _showing_far_ear(generator: Generator, sitter: Sitter, gesture: Gesture, camera: Array) -> Sitter:
    towards = camera - sitter.head
    yaw_deg = float(np.degrees(np.arctan2(towards[0], towards[2])))
    is_far = gesture.hands[0].left != (yaw_deg > 0)
    if not is_far:
        return sitter
    turned = (yaw_deg * generator.uniform(0.25, 0.95) + generator.normal(0, 6), generator.normal(-3, 8), generator.normal(0, 7))
    return replace(sitter, rotation=rotation_from_angles(*turned))


def _free_hands(gesture: Gesture | None) -> list[bool]:
    busy = {pose.left for pose in gesture.hands} if gesture is not None else set()
    return [left for left in (False, True) if left not in busy]


def _resting(
    canvas: Canvas, generator: Generator, sitter: Sitter, cabin: Cabin, view: View, place: Placement, left: bool, sleeve: Sleeve
) -> None:
    """Draw a free hand with its arm: at the wheel's rim mostly, or in the lap."""
    side = 1.0 if left else -1.0
    if generator.random() < 0.75:
        pose = _at_wheel(generator, cabin, side)
    else:
        spot = sitter.seat.hip + np.array([side * generator.uniform(3, 15), generator.uniform(7, 14), generator.uniform(16, 34)])
        fingers = np.array([-side * generator.uniform(0.1, 0.8), 0.0, 1.0])
        turn = hands.hand_rotation(fingers, np.array([-side * generator.uniform(0, 0.8), -1.0, 0.0]))
        pose = HandPose(left, turn, spot, hands.loose(generator))
    rotation, wrist = view.to_camera @ pose.rotation, view.points(pose.wrist)
    canvas.draw_solid(hand_mesh(generator, pose, sitter.person, rotation, wrist))
    canvas.draw_solid(arm_mesh(sitter.person, place, left, wrist - rotation[:, 1] * 1.5, sleeve))


def _at_wheel(generator: Generator, cabin: Cabin, side: float) -> HandPose:
    """A hand around the rim, somewhere on its own half of the wheel; car frame."""
    angle = np.radians(float(generator.uniform(-35, 80)))
    outwards = np.array([side * np.cos(angle), np.sin(angle), 0.0])
    along = np.array([-side * np.sin(angle), np.cos(angle), 0.0])
    palm = np.array([0.0, 0.0, 1.0]) - outwards * generator.uniform(0.0, 0.7)
    return around(generator, cabin.wheel_centre + outwards * 18.5, palm, along, 1.6, side)
