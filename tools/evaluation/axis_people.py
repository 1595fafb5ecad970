"""Held-out people for the axes, drawn by the renderer's own recipe, selected by their features and dressed as the condition
asks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from tools.evaluation.conditions import SKIN_BANDS, Condition
from tools.render.dataset import identity_seed
from tools.render.glasses import Glasses, make_glasses
from tools.render.head_cloth import make_face_mask, make_hat
from tools.render.heads import HEAD_VERTICES
from tools.render.person import Person
from tools.render.scene import Studio

LIGHTEST, DARKEST = 0.457, 0.035
"""Mean linear reflectance of the two ends of the renderer's range of skin."""
MOST_DRAWS = 400
DARK = 0.8
"""Opacity of a lens."""


def person_for(studio: Studio, generator: Generator, condition: Condition) -> Person:
    """A person who fits the condition and wears nothing else.

    Raises:
        RuntimeError: the renderer draws nobody of this kind.
    """
    for _ in range(MOST_DRAWS):
        person = studio.person(identity_seed(generator, True), generator, condition.infrared, held_out=True)
        if _fits(person, condition):
            return _dressed(studio, generator, _bare(person), condition)
    raise RuntimeError(f"{condition.axis}, {condition.level}: none of {MOST_DRAWS} people drawn is like that")


def skin_band(tone: float) -> int:
    """The band of a mean linear reflectance, 1 the lightest."""
    share = np.log(LIGHTEST / tone) / np.log(LIGHTEST / DARKEST)
    return int(np.clip(np.floor(share * SKIN_BANDS), 0, SKIN_BANDS - 1)) + 1


def _fits(person: Person, condition: Condition) -> bool:
    right_skin = condition.skin_band is None or skin_band(float(person.skin_tone.mean())) == condition.skin_band
    return right_skin and ("beard" in person.flags) == condition.beard and "child" not in person.flags


def _bare(person: Person) -> Person:
    return replace(person, glasses=None, worn=(), mouth_masked=False)


def _dressed(studio: Studio, generator: Generator, person: Person, condition: Condition) -> Person:
    rest, model = person.identity.rest, studio.model
    normals = model.normals(rest)
    cloth = np.full(3, generator.uniform(0.05, 0.6), np.float32)
    if condition.wear in ("glasses", "mirroring_glasses"):
        return replace(person, glasses=make_glasses(generator, person.identity, model, False, condition.infrared))
    if condition.wear == "sunglasses":
        return replace(person, glasses=_dark_glasses(studio, generator, person, condition))
    if condition.wear == "mask":
        return replace(person, worn=(make_face_mask(generator, model, rest, normals, cloth),), mouth_masked=True)
    if condition.wear == "hat":
        hat = make_hat(generator, model, rest[:HEAD_VERTICES], normals, cloth)
        return replace(person, worn=(hat,), hairstyle=None)
    return person


def _dark_glasses(studio: Studio, generator: Generator, person: Person, condition: Condition) -> Glasses:
    """Sunglasses through which nobody sees an eye: some that the renderer draws are only tinted."""
    for _ in range(MOST_DRAWS):
        glasses = make_glasses(generator, person.identity, studio.model, True, condition.infrared)
        if glasses.lens_alpha >= DARK:
            return glasses
    raise RuntimeError(f"none of {MOST_DRAWS} sunglasses drawn is dark")
