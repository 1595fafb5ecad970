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
    "neutral": [
        {},
        {"jawOpen": (0.01, 0.10)},
        {"mouthPress": (0.05, 0.35), "mouthRollLower": (0.0, 0.15)},
        {"browDown": (0.05, 0.35), "mouthFrown": (0.0, 0.2)},
        # At rest many faces look stern or tired: heavy brows, lip corners that hang. They are in no mood.
        {"browDown": (0.2, 0.65), "mouthPress": (0.0, 0.3), "eyeSquint": (0.0, 0.4)},
        {"mouthFrown": (0.2, 0.65), "browDown": (0.0, 0.3), "mouthShrugLower": (0.0, 0.25)},
        {"browInnerUp": (0.0, 0.25), "browOuterUp": (0.0, 0.25)},
        {"mouthShrugLower": (0.0, 0.25), "mouthPucker": (0.0, 0.2)},
    ],
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
        {
            "mouthSmile": (0.8, 1.2),
            "cheekSquint": (0.8, 1.3),
            "eyeSquint": (0.5, 1.2),
            "mouthUpperUp": (0.4, 0.9),
            "mouthLowerDown": (0.3, 0.8),
            "mouthStretch": (0.1, 0.5),
            "jawOpen": (0.5, 1.1),
            "noseSneer": (0.0, 0.3),
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
    # Sadness: inner brows drawn up and together, lip corners down, chin raised; never a sneer, the upper lids heavy.
    "sadness": [
        {
            "browInnerUp": (0.7, 1.3),
            "browDown": (0.0, 0.4),
            "mouthFrown": (0.7, 1.3),
            "mouthShrugLower": (0.4, 1.0),
            "eyeSquint": (0.0, 0.3),
        },
        {"browInnerUp": (0.6, 1.2), "mouthFrown": (0.6, 1.2), "mouthRollLower": (0.0, 0.3), "mouthPucker": (0.0, 0.25)},
        {
            "browInnerUp": (0.7, 1.3),
            "browDown": (0.1, 0.5),
            "mouthFrown": (0.8, 1.3),
            "mouthStretch": (0.3, 0.7),
            "jawOpen": (0.1, 0.4),
            "cheekSquint": (0.4, 0.9),
            "eyeSquint": (0.4, 0.9),
            "mouthLowerDown": (0.2, 0.6),
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
    # Disgust: the nose wrinkled and the upper lip raised, cheeks up, brows down but not drawn together as in anger.
    "disgust": [
        {
            "noseSneer": (0.9, 1.5),
            "mouthUpperUp": (0.5, 1.1),
            "browDown": (0.1, 0.6),
            "eyeSquint": (0.4, 1.0),
            "mouthFrown": (0.1, 0.7),
            "cheekSquint": (0.4, 0.9),
        },
        {
            "noseSneer": (0.8, 1.4),
            "mouthUpperUp": (0.4, 0.9),
            "mouthShrugLower": (0.4, 1.0),
            "browDown": (0.1, 0.5),
            "mouthFrown": (0.4, 1.0),
            "eyeSquint": (0.3, 0.8),
        },
        {
            "noseSneer": (0.8, 1.4),
            "mouthUpperUp": (0.6, 1.2),
            "mouthLowerDown": (0.3, 0.8),
            "jawOpen": (0.1, 0.45),
            "cheekSquint": (0.4, 0.9),
            "eyeSquint": (0.4, 1.0),
        },
    ],
    # Fear: brows up and together, lids wide, lips stretched to the sides; surprise's jaw only drops.
    "fear": [
        {
            "browInnerUp": (0.8, 1.4),
            "browOuterUp": (0.1, 0.5),
            "browDown": (0.3, 0.7),
            "eyeWide": (0.8, 1.4),
            "mouthStretch": (0.7, 1.3),
            "jawOpen": (0.1, 0.5),
            "mouthLowerDown": (0.3, 0.8),
        },
        {
            "browInnerUp": (0.8, 1.4),
            "browOuterUp": (0.1, 0.4),
            "browDown": (0.2, 0.6),
            "eyeWide": (0.7, 1.3),
            "mouthStretch": (0.6, 1.2),
            "mouthFrown": (0.0, 0.4),
        },
    ],
    # Contempt: one lip corner tightened and raised, all else calm; never a whole smile.
    "contempt": [
        {"mouthSmile_L": (0.5, 1.0), "mouthDimple_L": (0.7, 1.3), "mouthPress_L": (0.3, 0.7), "cheekSquint_L": (0.0, 0.3)},
        {"mouthUpperUp_L": (0.4, 0.9), "mouthDimple_L": (0.6, 1.2), "noseSneer_L": (0.2, 0.6), "browOuterUp_L": (0.0, 0.7)},
        {"mouthSmile_L": (0.4, 0.8), "mouthDimple_L": (0.8, 1.3), "mouthPress": (0.2, 0.6), "mouthShrugLower": (0.0, 0.4)},
    ],
}

LEAST_FEELING = 0.6
"""The least strength at which an expression is drawn under its name: fainter ones look like a face at rest, which is neutral."""

# How wide the eyes are open while a face of this kind is made.
LID_RANGE = {
    "neutral": (0.62, 1.08), "happiness": (0.40, 0.98), "surprise": (1.02, 1.35), "sadness": (0.50, 0.95),
    "anger": (0.60, 1.10), "disgust": (0.35, 0.85), "fear": (1.0, 1.3), "contempt": (0.6, 1.0),
    "yawn": (0.15, 0.9), "squint": (0.28, 0.6),
}  # fmt: skip

SPEECH: list[Recipe] = [
    {"jawOpen": (0.05, 0.45)},
    {"jawOpen": (0.1, 0.6), "mouthLowerDown": (0.1, 0.4), "mouthUpperUp": (0.0, 0.3)},
    {"mouthFunnel": (0.3, 0.9), "jawOpen": (0.05, 0.3)},
    {"mouthPucker": (0.4, 1.0), "jawOpen": (0.0, 0.15)},
    {"mouthPress": (0.2, 0.6), "mouthRollLower": (0.0, 0.4), "mouthRollUpper": (0.0, 0.3)},
    {"mouthStretch": (0.2, 0.7), "jawOpen": (0.03, 0.2)},
    {"mouthRollLower": (0.3, 0.8), "mouthUpperUp": (0.1, 0.3)},
    {"mouthLeft": (0.1, 0.5)},
    {"mouthRight": (0.1, 0.5)},
]

YAWN: Recipe = {
    "jawOpen": (0.75, 1.3), "mouthStretch": (0.0, 0.5), "mouthFunnel": (0.0, 0.35), "mouthUpperUp": (0.0, 0.5),
    "mouthLowerDown": (0.0, 0.6), "eyeSquint": (0.2, 1.0), "cheekSquint": (0.1, 0.7), "browDown": (0.0, 0.6),
    "noseSneer": (0.0, 0.5),
}  # fmt: skip

# Eyes narrowed against the light: the lower lid and the cheek rise, the eye stays open.
SQUINT: Recipe = {"eyeSquint": (0.6, 1.4), "cheekSquint": (0.3, 1.0), "browDown": (0.0, 0.8), "noseSneer": (0.0, 0.3)}


@dataclass(frozen=True, slots=True)
class FaceState:
    """What a face does at one moment."""

    expression: int
    weights: Array  # (53,) without blink
    openness: Array  # (2,) wanted lid aperture over the open one: driver's left, driver's right
    gaze_deg: tuple[float, float]  # yaw, pitch of the eyes in the head


RESTING: Recipe = {
    "mouthFrown": (-0.25, 0.35), "mouthSmile": (-0.30, 0.18), "browDown": (-0.30, 0.30), "browInnerUp": (-0.3, 0.2),
    "browOuterUp": (-0.3, 0.25), "eyeBlink": (-0.1, 0.16), "eyeSquint": (-0.2, 0.35), "mouthShrugLower": (-0.2, 0.25),
    "mouthPress": (-0.2, 0.25), "jawOpen": (-0.06, 0.04), "cheekPuff": (-0.2, 0.25), "mouthPucker": (-0.15, 0.15),
}  # fmt: skip
"""What muscles and weight do to a face at rest; of a range's negative part nothing is drawn."""


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

    def resting(self, generator: Generator) -> Array:
        """Weights (53,) of one person's face at rest: lip corners a little up or down, lids that droop, a frown."""
        weights = np.zeros(self.count, np.float32)
        self.apply(weights, RESTING, 1.0, generator)
        return np.maximum(weights, 0.0)

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
        strength = float(np.clip(generator.normal(0.85, 0.25), 0.40 if name == "neutral" else LEAST_FEELING, 1.25))
        self.apply(weights, recipes[int(generator.integers(len(recipes)))], strength, generator)
        yawning = squinting = False
        if name == "neutral":
            draw = generator.random()
            if draw < 0.35:
                self.apply(weights, SPEECH[int(generator.integers(len(SPEECH)))], float(generator.uniform(0.3, 1)), generator)
            elif draw < 0.55:
                yawning = True
                self.apply(weights, YAWN, float(generator.uniform(0.55, 1.05)), generator)
            elif draw < 0.63:
                squinting = True
                self.apply(weights, SQUINT, float(generator.uniform(0.5, 1.0)), generator)
        elif generator.random() < 0.25:
            self.apply(weights, SPEECH[int(generator.integers(len(SPEECH)))], float(generator.uniform(0.1, 0.5)), generator)
        weights += np.where(generator.random(self.count) < 0.2, np.abs(generator.normal(0, 0.07, self.count)), 0)
        yaw, pitch = self._gaze(generator)
        lids = "yawn" if yawning else "squint" if squinting else name
        openness = self._lids(generator, LID_RANGE[lids], pitch, closed_share * (0.5 if name in ("surprise", "fear") else 1.0))
        self.look(weights, yaw, pitch)
        return FaceState(expression, weights.astype(np.float32), openness, (yaw, pitch))

    def _gaze(self, generator: Generator) -> tuple[float, float]:
        if generator.random() < 0.35:
            return float(generator.normal(0, 3)), float(generator.normal(0, 3))
        yaw = float(np.clip(generator.normal(0, 15), -38, 38))
        pitch = float(np.clip(generator.normal(-4, 12), -35, 26))
        return yaw, pitch

    def _lids(self, generator: Generator, wide: tuple[float, float], pitch: float, closed_share: float) -> Array:
        value = float(generator.uniform(*wide)) + 0.012 * min(pitch + 4.0, 0.0) + 0.004 * max(pitch, 0.0)
        draw = generator.random()
        if draw < closed_share * 0.75:
            value = 0.0
        elif draw < closed_share:
            value = float(generator.uniform(0.03, 0.22))
        elif draw < closed_share + 0.15:
            value = float(generator.uniform(0.2, 0.65))
        value = max(value, 0.0)
        both = np.array([value, value])
        if generator.random() < 0.25 and value > 0.05:
            both *= np.clip(generator.normal(1, 0.08, 2), 0.8, 1.2)
        if generator.random() < 0.03:
            both[int(generator.integers(2))] = 0.0
        return both.astype(np.float32)
