"""What drawn faces do is what the names of their expressions promise."""

from __future__ import annotations

import numpy as np
import pytest

from tools.render.expressions import EXPRESSIONS, RECIPES, SQUINT, YAWN, ExpressionSampler
from tools.render.heads import HeadModel, Identity


@pytest.fixture(scope="module")
def sampler(head: HeadModel) -> ExpressionSampler:
    return ExpressionSampler(head.names)


@pytest.fixture(scope="module")
def someone(head: HeadModel) -> Identity:
    return head.identity(np.zeros(100, np.float32))


def mouths(head: HeadModel, sampler: ExpressionSampler, someone: Identity, name: str, count: int = 150) -> np.ndarray:
    prior = np.eye(len(EXPRESSIONS))[EXPRESSIONS.index(name)]
    generator = np.random.default_rng(1)
    return np.array(
        [head.mouth_opening(head.deform(someone.rest, sampler.sample(generator, prior).weights)) for _ in range(count)]
    )


def test_yawns_open_the_mouth_as_wide_as_photographed_ones(
    head: HeadModel, sampler: ExpressionSampler, someone: Identity
) -> None:
    generator = np.random.default_rng(2)
    openings = []
    for _ in range(60):
        weights = np.zeros(len(head.names), np.float32)
        sampler.apply(weights, YAWN, 1.0, generator)
        openings.append(head.mouth_opening(head.deform(someone.rest, weights)))
    assert np.median(openings) == pytest.approx(0.9, abs=0.2)
    assert max(openings) < 1.4


def test_laughter_opens_wide_and_shows_teeth(head: HeadModel, sampler: ExpressionSampler, someone: Identity) -> None:
    openings = mouths(head, sampler, someone, "happiness")
    assert 0.10 < np.mean(openings > 0.4) < 0.5
    assert np.mean(openings < 0.15) > 0.2, "a smile with closed lips stays common"


def test_a_neutral_face_has_its_lips_together_or_slightly_apart_unless_it_speaks_or_yawns(
    head: HeadModel, sampler: ExpressionSampler, someone: Identity
) -> None:
    openings = mouths(head, sampler, someone, "neutral")
    assert np.median(openings) < 0.15
    assert np.mean(openings > 0.5) > 0.05


def test_faces_rest_differently_with_lips_together_and_eyes_open(head: HeadModel, sampler: ExpressionSampler) -> None:
    generator = np.random.default_rng(3)
    people = [head.identity(np.zeros(100, np.float32), resting=sampler.resting(generator)) for _ in range(30)]
    corners = [float(p.rest[head.landmarks[[48, 54]], 1].mean() - p.rest[head.landmarks[62], 1]) for p in people]
    apertures = [float(p.open_aperture.mean()) for p in people]
    assert np.ptp(corners) > 0.15, "lip corners lie up to millimetres higher or lower"
    assert max(head.mouth_opening(p.rest) for p in people) < 0.2
    assert np.ptp(apertures) > 0.03, "some lids droop"
    assert min(apertures) > 0.18


def test_a_squint_narrows_the_eye_from_below_and_does_not_shut_it(
    head: HeadModel, sampler: ExpressionSampler, someone: Identity
) -> None:
    weights = np.zeros(len(head.names), np.float32)
    sampler.apply(weights, SQUINT, 1.0)
    squinting = head.deform(someone.rest, weights)
    for side in (0, 1):
        assert 0.15 < head.aperture(squinting, side) / someone.open_aperture[side] < 0.95


def test_no_two_expressions_use_the_same_muscles(sampler: ExpressionSampler) -> None:
    use = np.zeros((len(EXPRESSIONS), sampler.count), np.float32)
    for row, name in enumerate(EXPRESSIONS):
        for recipe in RECIPES[name]:
            sampler.apply(use[row], recipe, 1.0)
    felt = use[1:] / np.linalg.norm(use[1:], axis=1, keepdims=True)
    alike = felt @ felt.T - np.eye(len(felt))
    assert alike.max() < 0.8, [EXPRESSIONS[1 + k] for k in np.unravel_index(alike.argmax(), alike.shape)]
