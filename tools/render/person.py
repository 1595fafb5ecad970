"""One synthetic person: head shape, skin, hair, eyes and what they wear, all drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.body import torso
from tools.render.canvas import Solid
from tools.render.expressions import ExpressionSampler
from tools.render.eyes import random_eye_colours
from tools.render.glasses import Glasses, make_glasses
from tools.render.hair import Hairstyle, fringe_cover, random_fringe, random_hair_colour, wrap
from tools.render.head_cloth import make_face_mask, make_hat, make_scarf
from tools.render.heads import HEAD_VERTICES, HeadModel, Identity

FLAG_NAMES = (
    "glasses",
    "sunglasses",
    "hat",
    "scarf_or_mask",
    "hand",
    "phone",
    "wheel",
    "beard",
    "sun_shadow",
    "makeup",
    "infrared_lamp",
    "hair_mesh",
    "child",
    "old",
    "smoking",
    "drinking",
    "eyes_covered",
    "hair_lock",
    "glare",
    "mirroring_lens",
)


BROW_MIDDLE_CM = 0.06  # the points run along the upper middle of the hairs, so much above their middle


@dataclass(frozen=True, slots=True)
class Lashes:
    """Lash rows of a person."""

    length_upper: float
    length_lower: float
    curl: float
    layer: int
    density: float
    colour: Array


@dataclass(frozen=True, slots=True)
class Person:
    """A person as they sit there, before any expression."""

    seed: int
    identity: Identity
    infrared: bool
    inflate: Array  # (HEAD_VERTICES, 3) thickness of short hair and beard
    hairstyle: Hairstyle | None
    skin: dict[str, object]
    hair: dict[str, object]
    eyes: dict[str, object]
    lashes: Lashes
    glasses: Glasses | None
    worn: tuple[Solid, ...]  # hat, scarf or mask, on the neutral head
    torso: Solid
    skin_tone: Array
    flags: frozenset[str]
    mouth_masked: bool
    teeth: float
    size: float  # head size against the mean
    brow_height_cm: float  # brows above the mean place


def _skin_tone(generator: Generator, infrared: bool) -> Array:
    """Linear reflectance: from very dark to very light, reddish to yellowish. In infrared all skin is fairly light."""
    if infrared:
        return np.full(3, generator.uniform(0.30, 0.60), np.float32)
    melanin = float(generator.beta(1.1, 1.3))
    light, dark = np.array([0.62, 0.42, 0.33]), np.array([0.055, 0.030, 0.020])
    tone = np.exp(np.log(light) * (1 - melanin) + np.log(dark) * melanin)
    return np.asarray(tone * np.clip(1 + generator.normal(0, 0.06, 3), 0.8, 1.2), np.float32)


def _beard(generator: Generator) -> tuple[Array, Array]:
    """How densely moustache, chin, and jaw with cheeks are grown with long hairs, and with stubble: (3,) each, 0..1."""
    # Full, round the mouth, a moustache, a goatee, all but the moustache.
    styles = ((1, 1, 1), (1, 1, 0), (1, 0, 0), (0, 1, 0), (0, 1, 1))
    beard, stubble = np.zeros(3), np.zeros(3)
    draw = generator.random()
    if draw < 0.40:
        style = styles[int(generator.choice(5, p=[0.45, 0.22, 0.18, 0.10, 0.05]))]
        beard = np.array(style) * float(generator.uniform(0.45, 1.0)) * np.clip(generator.normal(1, 0.07, 3), 0.8, 1.15)
    if draw < 0.70:
        stubble = np.full(3, generator.uniform(0.1, 0.9)) * np.clip(generator.normal(1, 0.12, 3), 0.6, 1.2)
    return beard, stubble


def make_person(
    seed: int,
    generator: Generator,
    model: HeadModel,
    styles: list[Hairstyle],
    vertex_scalp: Array,
    beard_zones: Array,
    brow_layers: int,
    infrared: bool,
    eye_close_up: bool = False,
) -> Person:
    """Draw a person. `seed` fixes the head's shape; `generator` everything else."""
    shape = np.random.default_rng(seed)
    age = float(shape.uniform(0, 1))
    child = float(shape.uniform(0.4, 1.0)) if shape.random() < 0.14 else 0.0
    if child:
        age = 0.0
    weights = np.clip(shape.normal(0, 0.95, 100), -2.2, 2.2).astype(np.float32)
    length = float(np.clip(shape.normal(1.0, 0.45), -0.3, 2.2))
    identity = model.identity(weights, child, length, ExpressionSampler(model.names).resting(shape))
    woman = bool(shape.random() < 0.5)
    flags: set[str] = set()
    tone = _skin_tone(generator, infrared)
    hair_colour = random_hair_colour(generator, infrared, age)
    normals = model.normals(identity.rest)
    lumps = np.sin(model.neutral[:HEAD_VERTICES] @ generator.normal(0, 1.6, (3, 5)) + generator.uniform(0, 6, 5)).mean(1)

    bald = generator.random() < (0.02 if woman else 0.17)
    long_hair = None
    scalp_hair, thickness = (0.0 if bald else 1.0), generator.uniform(0.1, 1.3)
    if not bald and generator.random() < (0.62 if woman else 0.30):
        preferred = [s for s in styles if (s.name.startswith(("short", "afro"))) != woman] or styles
        pool = preferred if generator.random() < 0.85 else styles
        style = pool[int(generator.integers(len(pool)))]
        points = wrap(style.positions * generator.uniform(1.0, 1.04), identity.rest)
        long_hair = Hairstyle(
            style.name,
            points,
            style.normals,
            style.texture_coordinates,
            style.shade,
            fringe_cover(points, random_fringe(generator)),
            style.triangles,
            style.texture,
            style.texture_mean,
        )
        thickness = 0.2
        flags.add("hair_mesh")
    receding = (0.0 if woman else float(np.clip(generator.normal(-0.2, 0.5), 0, 0.9))) * (age > 0.3)
    hair_edge = float(np.clip(generator.normal(0.5, 0.13), 0.25, 0.75))
    bare_front = receding * 0.4 * (model.neutral[:HEAD_VERTICES, 2] > 2)
    scalp = np.clip((vertex_scalp - hair_edge - bare_front) * 2.5, 0, 1)
    inflate = (scalp * scalp_hair * thickness * (1 + 0.6 * lumps))[:, None] * normals

    beard, stubble = _beard(generator) if not woman and not child else (np.zeros(3), np.zeros(3))
    if beard.any():
        flags.add("beard")
        thickness = generator.uniform(0.02, 0.22) if generator.random() < 0.7 else generator.uniform(0.2, 0.6)
        inflate = inflate + ((beard_zones @ beard) * thickness * (1 + 0.4 * lumps))[:, None] * normals
    if age > 0.7:
        flags.add("old")
    if child:
        flags.add("child")

    makeup = woman and not child and generator.random() < (0.55 if eye_close_up else 0.4)
    if makeup:
        flags.add("makeup")
    wrinkles = float(np.clip((age - 0.25) * 1.5 + generator.normal(0, 0.12), 0.03, 1.3))
    lip_tint, lip_range = (np.ones(3), (0.62, 0.95)) if infrared else (np.array([0.85, 0.52, 0.53]), (0.6, 1.05))
    lip = tone * lip_tint * generator.uniform(*lip_range)
    if makeup and generator.random() < 0.7 and not infrared:
        lip = np.array([0.35, 0.04, 0.05]) * generator.uniform(0.5, 1.5) * np.array([1, generator.uniform(0.7, 2.5), 1])
        lip *= 0.4 + 0.6 * min(float(tone.mean()) / 0.4, 1.0)
    shadow_colour = tone * generator.uniform(0.25, 0.7) * np.clip(1 + generator.normal(0, 0.25, 3) * (not infrared), 0.3, 1.6)
    brow_colour = hair_colour * generator.uniform(0.4, 0.9)
    if age < 0.85 or generator.random() < 0.5:
        brow_colour = np.minimum(brow_colour, tone * generator.uniform(0.06, 0.28))
    brow_height_cm = float(np.clip(generator.normal(0.0, 0.14), -0.3, 0.3))
    brow_scale = float(generator.uniform(0.75, 1.4))
    skin: dict[str, object] = {
        "tone": tone,
        "lip_colour": np.asarray(lip, np.float32),
        "hair_colour": hair_colour,
        "brow_colour": np.asarray(brow_colour, np.float32),
        "shadow_colour": np.asarray(shadow_colour, np.float32),
        "pores": float(generator.uniform(0.2, 1.2) * (0.4 if child else 1)),
        "blotches": float(generator.uniform(0.05, 0.5)),
        "beard": np.asarray(beard, np.float32),
        "stubble": np.asarray(stubble, np.float32),
        "scalp_hair": float(scalp_hair),
        "hair_edge": hair_edge + 0.4 * receding,
        "brow_length": float(generator.uniform(0.95, 1.12)),
        "brow_shape": np.array(
            [
                generator.integers(brow_layers),
                generator.uniform(0.6, 1.3),
                brow_scale,
                (BROW_MIDDLE_CM - brow_height_cm) * brow_scale,
            ],
            np.float32,
        ),
        "shadow_amount": float(generator.uniform(0.2, 0.9)) if makeup else 0.25 * float(generator.random() < 0.3),
        "liner": float(generator.uniform(0.5, 0.95)) if makeup else float(generator.uniform(0.0, 0.35)),
        "gloss": float(generator.uniform(0.2, 1.6)),
        "oil": float(generator.random()),
        "lip_gloss": float(generator.uniform(0.4, 2.5) if makeup else generator.uniform(0.3, 1.0)),
        "redness": float(generator.uniform(0.0, 1.0)),
        "noise_shift": generator.uniform(0, 1, 2).astype(np.float32),
        "freckles": float(generator.uniform(0.1, 0.5)) if generator.random() < 0.15 else 0.0,
        "mole_a": np.array(
            [generator.uniform(0.3, 0.7), generator.uniform(0.3, 0.8), 0.004, generator.random() < 0.4], np.float32
        ),
        "ao_power": float(generator.uniform(0.9, 1.45)),
        "wrinkles": wrinkles,
    }
    rim, inner = random_eye_colours(generator, infrared)
    white = generator.uniform(0.22, 0.46) * np.array([1.0, generator.uniform(0.88, 0.97), generator.uniform(0.80, 0.94)])
    if infrared:
        white = np.full(3, generator.uniform(0.22, 0.42))
    eyes: dict[str, object] = {
        "iris_colour": np.minimum(rim, white * 0.6).astype(np.float32),
        "iris_inner": np.minimum(inner, white * 0.7).astype(np.float32),
        "white_colour": white.astype(np.float32),
        "pupil": float(generator.uniform(0.24, 0.5) if not infrared else generator.uniform(0.4, 0.72)),
        "iris_size": float(np.radians(generator.uniform(21.5, 24.5)) * (1.08 if child else 1.0)),
        "limbus": float(generator.uniform(0.2, 1.0)),
        "retina": float(generator.uniform(0.3, 1.0)) if infrared and generator.random() < 0.18 else 0.0,
        "veins": float(generator.uniform(0, 1)),
        "reflection": float(generator.uniform(0.2, 1.4)) * (0.05 if infrared else 1.0),
        "lid_shade": float(generator.uniform(0.5, 1.0)),
    }
    long = makeup or generator.random() < 0.25
    lash_tone = np.minimum(hair_colour * 0.4, 0.02) if generator.random() < 0.85 else np.minimum(hair_colour, 0.12)
    lashes = Lashes(
        float(generator.uniform(0.75, 1.2) if long else generator.uniform(0.45, 0.85)),
        float(generator.uniform(0.2, 0.5)),
        float(generator.uniform(0.2, 0.9)),
        int(generator.integers(3, 8) if long else generator.integers(0, 6)),
        float(generator.uniform(0.9, 1.7) if long else generator.uniform(0.5, 1.1)),
        np.asarray(lash_tone, np.float32),
    )
    worn, glasses, masked = [], None, False
    draw = generator.random()
    if draw < 0.24:
        glasses = make_glasses(generator, identity, model, False, infrared)
        flags.add("glasses")
    elif draw < (0.25 if eye_close_up else 0.33):
        glasses = make_glasses(generator, identity, model, True, infrared)
        flags.add("sunglasses")
    cloth = np.full(3, generator.uniform(0.02, 0.7)) * (1 if infrared else np.clip(1 + generator.normal(0, 0.4, 3), 0.2, 2))
    cloth = np.clip(cloth, 0.01, 0.8).astype(np.float32)
    if generator.random() < 0.12 and long_hair is None:
        worn.append(make_hat(generator, model, identity.rest[:HEAD_VERTICES], normals, cloth))
        flags.add("hat")
    if generator.random() < 0.035:
        worn.append(make_face_mask(generator, model, identity.rest, normals, np.clip(cloth[::-1] * 1.2, 0.02, 0.8)))
        masked = True
        flags.add("scarf_or_mask")
    elif generator.random() < 0.06:
        worn.append(make_scarf(generator, model, identity.rest[:HEAD_VERTICES], normals, cloth[::-1]))
        flags.add("scarf_or_mask")
    return Person(
        seed,
        identity,
        infrared,
        inflate.astype(np.float32),
        long_hair,
        skin,
        {
            "hair_colour": hair_colour,
            "strand_scale": float(generator.uniform(2, 6)),
            "hair_gloss": float(generator.uniform(0.1, 1.3)),
        },
        eyes,
        lashes,
        glasses,
        tuple(worn),
        torso(generator, float(generator.uniform(0.85, 1.12) * (0.72 if child else 1.0)), infrared),
        tone,
        frozenset(flags),
        masked,
        float(generator.uniform(0.42, 0.78)),
        float(0.86 if child else np.clip(generator.normal(1, 0.04), 0.9, 1.1)),
        brow_height_cm,
    )
