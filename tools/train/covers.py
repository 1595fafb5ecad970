"""Things in front of an eye, painted onto its crop: glare, glows and veils, reflections, streaks, hands, hair, dark lenses.

Rendered occluders have exact truth but few shapes; these have any shape, and their truth is as exact, since the lids' outline is
known: an eye can be read as long as most of its opening shows. What hides it must never be taken for a closed lid.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.picture_files import Picture
from tools.train import cover_painters as painters
from tools.train.backgrounds import Backgrounds

Rng = np.random.Generator

HIDDEN_FROM, HIDDEN_TO = 0.35, 0.60
"""Shares of the eye's opening between which it turns from readable to unreadable."""
SOLID_FROM, SOLID_TO = 0.45, 0.80
"""Opacities between which what lies under a cover goes from seen to unseen."""
KINDS = ("glare", "glow", "veil", "reflection", "streaks", "hand", "strands", "dark lens")
SHARES = (0.19, 0.20, 0.08, 0.12, 0.13, 0.13, 0.09, 0.06)
"""Of the covers among all. Light without an edge was what was taken for closed lids most."""
AROUND = 4.0
SMALLEST = 24
"""Side of the square that is painted about an eye of a face, over the width of the eye, and its least in pixels."""


def cover_eye(picture: Picture, lids: NDArray[np.floating], rng: Rng, reflections: Backgrounds) -> tuple[Picture, float]:
    """The crop (s, s) of an eye with something before it, and how far the eye can still be read, in [0, 1].

    `lids` are the six lid points (6, 2) in crop units.
    """
    opening = eye_opening(lids, picture.shape[0])
    covered, opacity = _painted(_kind(rng), picture, opening, rng, reflections)
    return covered, _readable(opening, opacity)


def cover_eyes_of_face(
    picture: Picture, eyes: tuple[NDArray[np.floating], ...], rng: Rng, reflections: Backgrounds
) -> tuple[Picture, tuple[float, ...]]:
    """The crop (s, s) of a face with the same kind of thing before each of these eyes, and how far each can still be read.

    `eyes` are lid points (6, 2) in crop units. What is painted fades out around the eye.
    """
    kind, readable = _kind(rng), []
    room = picture.shape[0] // 2
    large = cv2.copyMakeBorder(picture, room, room, room, room, cv2.BORDER_REPLICATE)
    for lids in eyes:
        points = (lids + 0.5) * picture.shape[0] - 0.5 + room
        side = int(np.clip(AROUND * np.ptp(points[:, 0]), SMALLEST, 2 * room))
        left, top = np.clip(np.rint(points.mean(axis=0) - side / 2).astype(int), 0, large.shape[0] - side)
        around: Picture = np.asarray(large[top : top + side, left : left + side], np.uint8)
        opening = eye_opening((points - (left, top) + 0.5) / side - 0.5, side)
        covered, opacity = _painted(kind, around, opening, rng, reflections)
        fade = _fading_out(side)
        large[top : top + side, left : left + side] = np.rint(around + (covered.astype(np.float32) - around) * fade)
        readable.append(_readable(opening, opacity * fade))
    return np.ascontiguousarray(large[room:-room, room:-room]), tuple(readable)


def _fading_out(side: int) -> painters.Mask:
    """A square (side, side) that is 1 in the middle and falls to 0 over its outermost fifth."""
    inwards = np.minimum(np.arange(side), np.arange(side)[::-1]).astype(np.float32) / (0.2 * side)
    edge = np.clip(inwards, 0.0, 1.0)
    return np.asarray(edge[:, None] * edge[None, :], np.float32)


def _kind(rng: Rng) -> str:
    return KINDS[int(rng.choice(len(KINDS), p=SHARES))]


def _painted(
    kind: str, picture: Picture, opening: NDArray[np.bool_], rng: Rng, reflections: Backgrounds
) -> tuple[Picture, painters.Mask]:
    match kind:
        case "glare":
            return painters.glare(picture, opening, rng)
        case "glow":
            return painters.glow(picture, opening, rng)
        case "veil":
            return painters.veil(picture, rng)
        case "reflection":
            return painters.reflection(picture, rng, reflections)
        case "streaks":
            return painters.streaks(picture, opening, rng)
        case "hand":
            return painters.hand(picture, opening, rng)
        case "strands":
            return painters.strands(picture, opening, rng)
        case _:
            return painters.dark_lens(picture, rng)


def _readable(opening: NDArray[np.bool_], opacity: painters.Mask) -> float:
    solid = np.clip((opacity - SOLID_FROM) / (SOLID_TO - SOLID_FROM), 0.0, 1.0)
    hidden = float(solid[opening].mean()) if opening.any() else 1.0
    return float(np.clip((HIDDEN_TO - hidden) / (HIDDEN_TO - HIDDEN_FROM), 0.0, 1.0))


def eye_opening(lids: NDArray[np.floating], size: int) -> NDArray[np.bool_]:
    """Pixels (s, s) of the eye's opening with its margins; a closed eye's lash line counts with a band about it."""
    mask = np.zeros((size, size), np.uint8)
    corners = np.rint((lids + 0.5) * size - 0.5).astype(np.int32)
    cv2.fillPoly(mask, [cv2.convexHull(corners)], 1)
    cv2.polylines(mask, [corners], True, 1, max(1, size // 16))
    return mask > 0
