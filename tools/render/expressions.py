"""Faces people make: expression, speech and yawns as weights of the head's expression shapes, by FACS action units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array

EXPRESSIONS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
FACE_PRIOR = np.array([0.30, 0.22, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08])
Recipe = dict[str, tuple[float, float]]

# Ranges of weights at full intensity; a name without _L or _R stands for both sides.
RECIPES: dict[str, list[Recipe]] = {
    "neutral": [{}],
    "happiness": [
        {"mouthSmile": (0.7, 1.1), "cheekSquint": (0.5, 1.1), "eyeSquint": (0.1, 0.7), "mouthDimple": (0.0, 0.3)},
        {
            "mouthSmile": (0.6, 1.0),
            "cheekSquint": (0.6, 1.1),
            "eyeSquint": (0.2, 0.8),
            "mouthUpperUp": (0.3, 0.7),
            "mouthLowerDown": (0.2, 0.6),
            "jawOpen": (0.0, 0.12),
            "mouthStretch": (0.0, 0.3),
        },
        {
            "mouthSmile": (0.7, 1.1),
            "cheekSquint": (0.6, 1.2),
            "eyeSquint": (0.3, 0.9),
            "mouthUpperUp": (0.2, 0.6),
            "mouthLowerDown": (0.2, 0.5),
            "jawOpen": (0.15, 0.6),
            "noseSneer": (0.0, 0.2),
        },
    ],
    "surprise": [
        {
            "browInnerUp": (0.6, 1.2),
            "browOuterUp": (0.6, 1.2),
            "eyeWide": (0.5, 1.2),
            "jawOpen": (0.15, 0.9),
            "mouthFunnel": (0.0, 0.4),
        },
        {
            "browInnerUp": (0.5, 1.1),
            "browOuterUp": (0.5, 1.1),
            "eyeWide": (0.3, 1.0),
            "jawOpen": (0.3, 0.7),
            "mouthPucker": (0.0, 0.4),
        },
    ],
    "sadness": [
        {
            "browInnerUp": (0.4, 1.1),
            "browDown": (0.0, 0.5),
            "mouthFrown": (0.5, 1.2),
            "mouthShrugLower": (0.2, 0.8),
            "eyeSquint": (0.0, 0.4),
        },
        {"browInnerUp": (0.3, 1.0), "mouthFrown": (0.3, 0.9), "mouthPress": (0.1, 0.5), "mouthRollLower": (0.0, 0.3)},
        {
            "browInnerUp": (0.5, 1.1),
            "browDown": (0.2, 0.6),
            "mouthFrown": (0.6, 1.2),
            "mouthStretch": (0.2, 0.6),
            "jawOpen": (0.1, 0.4),
            "cheekSquint": (0.3, 0.8),
            "eyeSquint": (0.4, 0.9),
            "mouthLowerDown": (0.1, 0.5),
        },
    ],
    "anger": [
        {
            "browDown": (0.7, 1.3),
            "eyeSquint": (0.1, 0.6),
            "mouthPress": (0.4, 0.9),
            "noseSneer": (0.0, 0.4),
            "mouthFrown": (0.0, 0.5),
        },
        {
            "browDown": (0.7, 1.3),
            "eyeWide": (0.2, 0.8),
            "noseSneer": (0.3, 0.8),
            "mouthUpperUp": (0.2, 0.7),
            "mouthLowerDown": (0.4, 0.9),
            "jawOpen": (0.1, 0.7),
            "mouthStretch": (0.1, 0.5),
        },
        {"browDown": (0.7, 1.3), "eyeWide": (0.0, 0.6), "mouthFunnel": (0.2, 0.6), "jawOpen": (0.05, 0.35)},
    ],
    "disgust": [
        {
            "noseSneer": (0.7, 1.3),
            "mouthUpperUp": (0.4, 0.9),
            "browDown": (0.2, 0.8),
            "eyeSquint": (0.3, 0.9),
            "mouthFrown": (0.0, 0.6),
            "cheekSquint": (0.2, 0.7),
        },
        {
            "noseSneer": (0.6, 1.2),
            "mouthShrugUpper": (0.3, 0.8),
            "mouthShrugLower": (0.3, 0.8),
            "browDown": (0.1, 0.7),
            "mouthFrown": (0.3, 0.9),
            "eyeSquint": (0.2, 0.7),
            "jawOpen": (0.0, 0.2),
        },
    ],
    "fear": [
        {
            "browInnerUp": (0.6, 1.2),
            "browOuterUp": (0.2, 0.8),
            "browDown": (0.2, 0.6),
            "eyeWide": (0.6, 1.2),
            "mouthStretch": (0.4, 1.1),
            "jawOpen": (0.1, 0.6),
            "mouthLowerDown": (0.1, 0.5),
        },
        {
            "browInnerUp": (0.6, 1.2),
            "browOuterUp": (0.2, 0.7),
            "browDown": (0.1, 0.5),
            "eyeWide": (0.5, 1.2),
            "mouthStretch": (0.3, 0.9),
            "mouthFrown": (0.0, 0.4),
        },
    ],
    "contempt": [
        {"mouthSmile_L": (0.3, 0.8), "mouthDimple_L": (0.5, 1.1), "mouthPress_L": (0.2, 0.6), "cheekSquint_L": (0.0, 0.4)},
        {"mouthUpperUp_L": (0.3, 0.7), "mouthDimple_L": (0.4, 1.0), "noseSneer_L": (0.1, 0.5), "browOuterUp_L": (0.0, 0.7)},
    ],
}

# How wide the eyes are open while a face of this kind is made.
LID_RANGE = {
    "neutral": (0.75, 1.08), "happiness": (0.40, 0.98), "surprise": (1.02, 1.35), "sadness": (0.50, 0.95),
    "anger": (0.60, 1.10), "disgust": (0.35, 0.85), "fear": (1.0, 1.3), "contempt": (0.6, 1.0),
}  # fmt: skip

SPEECH: list[Recipe] = [
    {"jawOpen": (0.05, 0.35)},
    {"jawOpen": (0.1, 0.4), "mouthLowerDown": (0.1, 0.4), "mouthUpperUp": (0.0, 0.3)},
    {"mouthFunnel": (0.3, 0.9), "jawOpen": (0.05, 0.3)},
    {"mouthPucker": (0.4, 1.0), "jawOpen": (0.0, 0.15)},
    {"mouthPress": (0.2, 0.6), "mouthRollLower": (0.0, 0.4), "mouthRollUpper": (0.0, 0.3)},
    {"mouthStretch": (0.2, 0.7), "jawOpen": (0.03, 0.2)},
    {"mouthRollLower": (0.3, 0.8), "mouthUpperUp": (0.1, 0.3)},
    {"mouthLeft": (0.1, 0.5)},
    {"mouthRight": (0.1, 0.5)},
]

YAWN: Recipe = {
    "jawOpen": (0.75, 1.45), "mouthStretch": (0.0, 0.5), "mouthFunnel": (0.0, 0.35), "mouthUpperUp": (0.0, 0.5),
    "mouthLowerDown": (0.0, 0.6), "eyeSquint": (0.2, 1.0), "cheekSquint": (0.1, 0.7), "browDown": (0.0, 0.6),
    "noseSneer": (0.0, 0.5),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FaceState:
    """What a face does at one moment."""

    expression: int
    weights: Array  # (53,) without blink
    openness: Array  # (2,) wanted lid aperture over the open one: driver's left, driver's right
    gaze_deg: tuple[float, float]  # yaw, pitch of the eyes in the head


class ExpressionSampler:
    """Draws faces; holds the places of the shape names."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.place = {name: index for index, name in enumerate(names)}
        self.count = len(names)

    def apply(self, weights: Array, recipe: Recipe, strength: float, generator: Generator | None = None) -> None:
        """Add a recipe to weights in place; without a generator the middle of each range is taken."""
        mirror = generator is not None and generator.random() < 0.5
        for name, (low, high) in recipe.items():
            value = strength * (float(generator.uniform(low, high)) if generator else (low + high) / 2)
            tilt = float(generator.normal(0, 0.12)) if generator else 0.0
            if name in self.place:
                if mirror and name.endswith("_L"):
                    name = f"{name[:-1]}R"
                weights[self.place[name]] += value
            else:
                weights[self.place[f"{name}_L"]] += value * max(0.0, 1 + tilt)
                weights[self.place[f"{name}_R"]] += value * max(0.0, 1 - tilt)

    def look(self, weights: Array, yaw_deg: float, pitch_deg: float) -> None:
        """Lids and skin that follow the eyes. Yaw > 0: to the driver's left."""
        for name, amount in (
            ("eyeLookOut_L", yaw_deg / 35), ("eyeLookIn_R", yaw_deg / 35), ("eyeLookIn_L", -yaw_deg / 35),
            ("eyeLookOut_R", -yaw_deg / 35), ("eyeLookUp_L", pitch_deg / 30), ("eyeLookUp_R", pitch_deg / 30),
            ("eyeLookDown_L", -pitch_deg / 30), ("eyeLookDown_R", -pitch_deg / 30),
        ):  # fmt: skip
            weights[self.place[name]] += np.clip(amount, 0.0, 1.2)

    def sample(
        self, generator: Generator, prior: Array = FACE_PRIOR, closed_share: float = 0.22, head_pitch_deg: float = 0.0
    ) -> FaceState:
        """One face: an expression of varying strength and symmetry, often speaking, sometimes yawning, eyes anywhere."""
        weights = np.zeros(self.count, np.float32)
        expression = int(generator.choice(len(EXPRESSIONS), p=prior))
        name = EXPRESSIONS[expression]
        recipes = RECIPES[name]
        strength = float(np.clip(generator.normal(0.85, 0.25), 0.40, 1.25))
        self.apply(weights, recipes[int(generator.integers(len(recipes)))], strength, generator)
        yawning = False
        if name == "neutral":
            draw = generator.random()
            if draw < 0.35:
                self.apply(weights, SPEECH[int(generator.integers(len(SPEECH)))], float(generator.uniform(0.3, 1)), generator)
            elif draw < 0.55:
                yawning = True
                self.apply(weights, YAWN, float(generator.uniform(0.7, 1.05)), generator)
        elif generator.random() < 0.25:
            self.apply(weights, SPEECH[int(generator.integers(len(SPEECH)))], float(generator.uniform(0.1, 0.5)), generator)
        weights += np.where(generator.random(self.count) < 0.2, np.abs(generator.normal(0, 0.07, self.count)), 0)
        yaw, pitch = self._gaze(generator)
        openness = self._lids(generator, name, yawning, pitch, closed_share)
        self.look(weights, yaw, pitch)
        return FaceState(expression, weights.astype(np.float32), openness, (yaw, pitch))

    def _gaze(self, generator: Generator) -> tuple[float, float]:
        if generator.random() < 0.35:
            return float(generator.normal(0, 3)), float(generator.normal(0, 3))
        yaw = float(np.clip(generator.normal(0, 15), -38, 38))
        pitch = float(np.clip(generator.normal(-4, 12), -35, 26))
        return yaw, pitch

    def _lids(self, generator: Generator, name: str, yawning: bool, pitch: float, closed_share: float) -> Array:
        low, high = (0.15, 0.9) if yawning else LID_RANGE[name]
        value = float(generator.uniform(low, high)) + 0.012 * min(pitch + 4.0, 0.0) + 0.004 * max(pitch, 0.0)
        draw = generator.random()
        share = closed_share * (0.5 if name in ("surprise", "fear") else 1.0)
        if draw < share * 0.75:
            value = 0.0
        elif draw < share:
            value = float(generator.uniform(0.03, 0.22))
        elif draw < share + 0.15:
            value = float(generator.uniform(0.2, 0.65))
        value = max(value, 0.0)
        both = np.array([value, value])
        if generator.random() < 0.25 and value > 0.05:
            both *= np.clip(generator.normal(1, 0.08, 2), 0.8, 1.2)
        if generator.random() < 0.03:
            both[int(generator.integers(2))] = 0.0
        return both.astype(np.float32)
