"""How people sit in a car: where the head goes when somebody leans, sinks or sleeps, and which way torso and face turn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from dms.perception.head_geometry import rotation_from_angles
from tools.render.assets import Array
from tools.render.cabin import REAR, Cabin, Seat, crumpled
from tools.render.canvas import Solid
from tools.render.cloth import garment
from tools.render.person import Person
from tools.render.scene import PIVOT, Placement
from tools.render.shapes import ellipsoid, tube

NECK_CM = 15.0
MANNERS = ("ahead", "glance", "lap", "asleep", "behind", "camera")
DRIVER_SHARES = (0.30, 0.30, 0.20, 0.11, 0.04, 0.05)
PASSENGER_SHARES = (0.25, 0.30, 0.20, 0.15, 0.05, 0.05)


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera is in the car: `to_camera` (3, 3) turns car axes into camera axes, `place` (3,) cm."""

    to_camera: Array
    place: Array

    def points(self, car: Array) -> Array:
        """Points (..., 3) of the car frame in camera space."""
        return np.asarray((car - self.place) @ self.to_camera.T, np.float32)

    def solid(self, mesh: Solid) -> Solid:
        """A mesh of the car frame in camera space."""
        return Solid(
            self.points(mesh.positions), (mesh.normals @ self.to_camera.T).astype(np.float32), mesh.colours, mesh.triangles
        )


def looking(place: Array, target: Array, roll_deg: float) -> View:
    """A camera at `place` (3,) whose axis goes through `target` (3,), upright but for its roll."""
    back = (place - target) / np.linalg.norm(place - target)
    roll = np.radians(roll_deg)
    right = np.cross([np.sin(roll), np.cos(roll), 0.0], back)
    right = right / np.linalg.norm(right)
    return View(np.stack([right, np.cross(back, right), back]), place)


@dataclass(frozen=True, slots=True)
class Sitter:
    """A person on a seat: head centre (3,), head and torso rotations (3, 3), all in the car frame, cm."""

    person: Person
    seat: Seat
    head: Array
    rotation: Array
    torso: Array
    manner: str

    def placement(self, view: View) -> Placement:
        """The same in camera space."""
        return Placement(
            (view.to_camera @ self.rotation).astype(np.float32), view.points(self.head),
            (view.to_camera @ self.torso).astype(np.float32),
        )  # fmt: skip


def seat_person(generator: Generator, person: Person, seat: Seat, cabin: Cabin, camera: Array, drives: bool) -> Sitter:
    """Sit somebody down in one of MANNERS; `camera` (3,) is where the lens is, car frame."""
    manner = str(generator.choice(MANNERS, p=DRIVER_SHARES if drives else PASSENGER_SHARES))
    shift = generator.normal(0, (3.5, 4.0, 5.0))
    if generator.random() < 0.15:
        shift[0] += generator.normal(0, 12)
    yaw, pitch, roll = _head_angles(generator, manner)
    if manner == "lap":
        shift += (0.0, -generator.uniform(2, 20), generator.uniform(4, 26))
    if manner == "asleep":
        shift += (-np.sign(roll) * generator.uniform(2, 12), -generator.uniform(0, 14), generator.uniform(-4, 8))
    head = seat.head + shift
    head[1] = min(head[1], cabin.roof_cm - 13.0)
    if seat.row == REAR:
        head[2] = min(head[2], seat.head[2] + 18)
    if manner == "camera":
        towards = camera - head
        towards = towards / np.linalg.norm(towards)
        yaw = float(np.degrees(np.arctan2(towards[0], towards[2])) + generator.normal(0, 8))
        pitch = float(np.degrees(np.arcsin(towards[1])) + generator.normal(0, 6))
    rotation = rotation_from_angles(yaw, pitch, roll)
    twist = float(np.clip(yaw * generator.uniform(0.1, 0.5), -45, 45) + generator.normal(0, 5))
    clothed = replace(person, torso=crumpled(person.torso, generator, generator.uniform(0.3, 2.2)))
    return Sitter(clothed, seat, head, rotation, upright_torso(seat.hip, head, twist), manner)


def _head_angles(generator: Generator, manner: str) -> tuple[float, float, float]:
    """Yaw, pitch and roll in the car's axes, degrees."""
    n, u = generator.normal, generator.uniform
    side = float(generator.choice([-1.0, 1.0]))
    if manner == "glance":
        return side * float(u(18, 80)), float(n(-5, 9)), float(n(0, 7))
    if manner == "lap":
        return float(n(0, 22)), float(u(-66, -26)), float(n(0, 10))
    if manner == "asleep":
        return float(n(0, 25)), float(n(-14, 16)), side * float(u(12, 48))
    if manner == "behind":
        return side * float(u(75, 110)), float(n(-4, 8)), float(n(0, 10))
    return float(n(0, 9)), float(n(-4, 7)), float(n(0, 5))


def upright_torso(hip: Array, head: Array, twist_deg: float) -> Array:
    """Torso rotation (3, 3) whose spine runs from the hip to the head's centre, turned about itself by `twist_deg`."""
    spine = head - hip
    spine = spine / np.linalg.norm(spine)
    ahead = np.array([np.sin(np.radians(twist_deg)), 0.0, np.cos(np.radians(twist_deg))])
    ahead = ahead - spine * (ahead @ spine)
    ahead = ahead / np.linalg.norm(ahead)
    return np.stack([np.cross(spine, ahead), spine, ahead], -1)


def limbs(generator: Generator, sitter: Sitter, cabin: Cabin, drives: bool) -> list[Solid]:
    """Arms to the wheel or into the lap, thighs, and the belt from the pillar to the shoulder; car frame."""
    person, size = sitter.person, sitter.person.size
    cloth = person.torso.colours[:, :3].mean(0)
    girth = float(np.abs(person.torso.positions[:, 0]).max()) * size
    parts: list[Solid] = []
    hands: list[Array] = []
    for side in (-1.0, 1.0):
        shoulder = sitter.head + sitter.torso @ (np.array([side * (girth - 5.0), -23.0, -1.0]) - PIVOT) * size
        if drives and sitter.manner != "lap" and generator.random() < 0.8:
            angle = np.radians(generator.uniform(-20, 60))
            hand = cabin.wheel_centre + np.array([side * 18.5 * np.cos(angle), 18.5 * np.sin(angle), -4.0])
        else:
            hand = sitter.seat.hip + np.array(
                [side * generator.uniform(2, 16), generator.uniform(4, 22), generator.uniform(12, 32)]
            )
        elbow = (shoulder + hand) / 2 + np.array([side * generator.uniform(4, 10), -generator.uniform(8, 14), -4.0])
        bent = np.stack([shoulder, (shoulder + elbow) / 2 + [side, 0, 0], elbow, (elbow + hand) / 2, hand])
        parts.append(tube(bent, np.array([6.0, 5.2, 4.6, 4.0, 3.2]) * size, cloth, garment(0.04), sides=8))
        hands.append(hand)
    for hand in hands:
        parts.append(ellipsoid(hand, np.diag([4.5, 4.0, 6.0]), person.skin_tone, 0.15))
    return parts + lap(generator, sitter)


def lap(generator: Generator, sitter: Sitter) -> list[Solid]:
    """Thighs, and mostly a belt; car frame."""
    cloth = sitter.person.torso.colours[:, :3].mean(0)
    parts = []
    for side in (-1.0, 1.0):
        thigh = sitter.seat.hip + np.array([[side * 9, -4.0, 4.0], [side * 11, -3.0, 24.0], [side * 13, -2.0, 44.0]])
        parts.append(tube(thigh, np.array([9.5, 8.5, 7.0]), cloth * 0.6, garment(0.03), sides=8))
    if generator.random() < 0.8:
        parts.append(_belt(generator, sitter, sitter.person.size))
    return parts


def _belt(generator: Generator, sitter: Sitter, size: float) -> Solid:
    side = float(np.sign(sitter.seat.head[0])) or 1.0
    anchor = sitter.seat.head + np.array([side * 30.0, generator.uniform(-4, 10), -generator.uniform(18, 28)])
    chest = [np.array([side * 13.0, -17.5, 5.5]), np.array([side * 6.0, -26.0, 10.5]), np.array([-side * 8.0, -45.0, 12.0])]
    worn = [sitter.head + sitter.torso @ (spot - PIVOT) * size for spot in chest]
    return tube(np.stack([anchor, *worn]), 1.7, np.full(3, generator.uniform(0.03, 0.35)), 0.1)
