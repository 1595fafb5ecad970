"""Small shards in the renderer's format with made-up faces: flat heads whose points are where the truth says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception.head_geometry import direction_from_angles, rotation_from_angles


def frontal_landmarks() -> NDArray[np.float32]:
    """68 points (68, 2) of a frontal face about a unit wide, y down, centred between eyes and mouth."""
    points = np.zeros((68, 2))
    jaw = np.linspace(np.pi, 0, 17)
    points[:17] = np.column_stack([0.5 * np.cos(jaw), 0.55 * np.sin(jaw)])
    points[17:22] = np.column_stack([np.linspace(-0.40, -0.10, 5), [-0.30, -0.34, -0.35, -0.34, -0.31]])
    points[22:27] = points[17:22][::-1] * (-1, 1)
    points[27:31] = np.column_stack([np.zeros(4), np.linspace(-0.18, 0.08, 4)])
    points[31:36] = np.column_stack([np.linspace(-0.1, 0.1, 5), [0.12, 0.14, 0.15, 0.14, 0.12]])
    eye = np.array([[-0.1, 0], [-0.04, -0.04], [0.04, -0.04], [0.1, 0], [0.04, 0.04], [-0.04, 0.04]])
    points[36:42], points[42:48] = eye - np.array([0.22, 0.16]), eye + np.array([0.22, -0.16])
    around = np.radians([180, 215, 250, 270, 290, 325, 0, 35, 65, 90, 115, 145])
    points[48:60] = np.column_stack([0.18 * np.cos(around), 0.30 + 0.07 * np.sin(around)])
    within = np.radians([180, 235, 270, 305, 0, 55, 90, 125])
    points[60:68] = np.column_stack([0.15 * np.cos(within), 0.30 + 0.03 * np.sin(within)])
    return points.astype(np.float32)


def drawn_face(landmarks: NDArray[np.floating], size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A grey picture (h, w) with a face drawn through the points."""
    picture = rng.integers(40, 90, size).astype(np.uint8)
    for part, grey in ((slice(0, 17), 180), (slice(36, 42), 240), (slice(42, 48), 240), (slice(48, 60), 110)):
        cv2.fillPoly(picture, [landmarks[part].round().astype(np.int32)], grey)
    for brow in (slice(17, 22), slice(22, 27)):
        cv2.polylines(picture, [landmarks[brow].round().astype(np.int32)], False, 30, 2)
    return picture


def write_shards(directory: Path, kind: str, count: int = 24, shards: int = 1, seed: int = 3) -> None:
    """Write `KIND-NNNNN.npz` files with `count` pictures each."""
    rng = np.random.default_rng(seed)
    height, width = {"eye": (96, 96), "scene": (240, 320), "cabin": (270, 480)}.get(kind, (192, 192))
    directory.mkdir(parents=True, exist_ok=True)
    for number in range(shards):
        rows = [_row(kind, width, height, rng) for _ in range(count)]
        arrays: dict[str, Any] = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        arrays["identity"] = number * count + np.arange(count)
        np.savez(directory / f"{kind}-{number:05d}.npz", **arrays)


def _row(kind: str, width: int, height: int, rng: np.random.Generator) -> dict[str, Any]:
    yaw, pitch, roll = rng.normal(0, (25, 12, 8))
    span = {
        "face": rng.uniform(90, 130),
        "eye": rng.uniform(240, 320),
        "scene": rng.uniform(25, 90),
        "cabin": rng.uniform(25, 60),
        "bust": rng.uniform(32, 54),
        "seat": rng.uniform(17, 36),
    }[kind]
    turn = np.radians(-roll)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    landmarks = (frontal_landmarks() * (np.cos(np.radians(yaw)), 1.0)) @ spin.T * span
    side = int(rng.integers(2))
    center = np.array([width / 2, height / 2]) + rng.normal(0, 4, 2)
    if kind == "eye":
        eye = landmarks[42:48] if side == 0 else landmarks[36:42]
        landmarks += center - eye.mean(axis=0)
    else:
        landmarks += center
    landmarks = landmarks.astype(np.float32)
    box = np.concatenate([landmarks.min(axis=0), np.ptp(landmarks, axis=0)]).astype(np.float32)
    gaze = np.stack([direction_from_angles(yaw, pitch)] * 2).astype(np.float32)
    row = {
        "image": drawn_face(landmarks, (height, width), rng),
        "rotation": rotation_from_angles(yaw, pitch, roll).astype(np.float32),
        "landmarks": landmarks,
        "landmark_visible": np.ones(68, bool),
        "gaze": gaze,
        "openness": rng.uniform(0, 1, 2).astype(np.float32),
        "eye_visible": np.ones(2, bool),
        "mouth_open": np.float32(rng.uniform(0, 1)),
        "mouth_visible": np.bool_(True),
        "expression": np.int64(rng.integers(8)),
        "side": np.int64(side),
    }
    if kind in ("bust", "seat"):
        row |= _bust(row["image"], landmarks, box, rng)
    if kind in ("scene", "cabin"):
        row = _with_room_for_others(row, box, most={"scene": 2, "cabin": 4}[kind])
    return row


def _with_room_for_others(row: dict[str, NDArray], box: NDArray[np.floating], most: int) -> dict[str, Any]:
    """One face among `most` places, the others empty."""

    def first_of(value: NDArray, empty: float) -> NDArray:
        return np.stack([value, *[np.full_like(value, empty)] * (most - 1)])

    return {
        "image": row["image"],
        "landmarks": first_of(row["landmarks"], np.nan),
        "landmark_visible": first_of(row["landmark_visible"], False),
        "rotation": first_of(row["rotation"], np.nan),
        "boxes": first_of(box, np.nan),
    }


def _bust(
    picture: NDArray[np.uint8], landmarks: NDArray[np.floating], box: NDArray[np.floating], rng: np.random.Generator
) -> dict[str, Any]:
    """A face with a dark slab at the ear or before the chest, a white stick or a disc at the mouth."""
    phone, smoking, drinking = int(rng.integers(3)), bool(rng.random() < 0.3), bool(rng.random() < 0.3)
    side, mouth = int(box[2:].max()), landmarks[48:68].mean(axis=0).astype(int)
    held = mouth
    if phone:
        corner = landmarks[0].astype(int) if phone == 1 else np.array([mouth[0], min(150, mouth[1] + side // 2)])
        cv2.rectangle(picture, corner.tolist(), (corner + np.array([side // 3, side // 2])).tolist(), 0, -1)
        held = corner + np.array([side // 6, side // 4])
    if smoking:
        cv2.line(picture, mouth.tolist(), (mouth + np.array([side // 2, 4])).tolist(), 255, 3)
    if drinking:
        cv2.circle(picture, mouth.tolist(), side // 3, 250, -1)
    return {
        "image": picture,
        "landmarks": landmarks,
        "face_box": box,
        "held_px": np.asarray(held if phone or smoking or drinking else (np.nan, np.nan), np.float32),
        "phone": np.int8(phone),
        "smoking": np.bool_(smoking),
        "drinking": np.bool_(drinking),
    }
