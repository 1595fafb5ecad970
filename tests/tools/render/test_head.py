"""Lids and mouth of the morphable head do what their measures say."""

from __future__ import annotations

import numpy as np
import pytest

from tools.render.heads import HeadModel, Identity

AHEAD = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]], np.float32)


def person(head: HeadModel, seed: int) -> Identity:
    return head.identity(np.clip(np.random.default_rng(seed).normal(0, 0.9, 100), -2, 2).astype(np.float32))


@pytest.mark.parametrize("seed", range(4))
def test_neutral_face_has_openness_one(head: HeadModel, seed: int) -> None:
    someone = person(head, seed)
    pose = head.pose(someone, np.zeros(53, np.float32), AHEAD)
    assert pose.openness == pytest.approx([1.0, 1.0], abs=0.08)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [None, "eyeLookDown_L", "eyeSquint_L", "eyeWide_L"])
def test_wanted_openness_is_reached_whatever_else_the_face_does(head: HeadModel, seed: int, shape: str | None) -> None:
    someone = person(head, seed)
    weights = np.zeros(53, np.float32)
    if shape:
        weights[head.names.index(shape)] = 0.5
    for wanted in (0.0, 0.3, 0.6, 1.0):
        solved = head.solve_lids(someone, weights, np.array([wanted, wanted]))
        pose = head.pose(someone, solved, AHEAD)
        assert pose.openness == pytest.approx([wanted, wanted], abs=0.12), wanted
    assert (head.pose(someone, head.solve_lids(someone, weights, np.zeros(2)), AHEAD).openness == 0).all()


def test_closing_one_eye_leaves_the_other_open(head: HeadModel) -> None:
    someone = person(head, 1)
    solved = head.solve_lids(someone, np.zeros(53, np.float32), np.array([0.0, 1.0]))
    left, right = head.pose(someone, solved, AHEAD).openness
    assert left == 0
    assert right > 0.9


def test_an_open_jaw_opens_the_mouth_further_and_further(head: HeadModel) -> None:
    someone = person(head, 2)
    openings = []
    for jaw in (0.0, 0.4, 0.8, 1.3):
        weights = np.zeros(53, np.float32)
        weights[head.names.index("jawOpen")] = jaw
        openings.append(head.pose(someone, weights, AHEAD).mouth_open)
    assert openings == sorted(openings)
    assert openings[0] < 0.1
    assert openings[2] > 0.5
