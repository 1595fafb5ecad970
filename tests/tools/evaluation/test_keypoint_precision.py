"""AP and AR of key points are COCO's: the reference implementation gives the same on pictures full of mistakes."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tools.evaluation.keypoint_precision import Found, Labelled, keypoint_figures

SIGMAS = np.array([0.026, 0.025, 0.035, 0.079, 0.107])
Pictures = tuple[list[list[Labelled]], list[list[Found]]]


def crowd(seed: int, pictures: int = 12) -> Pictures:
    """People with points, some hidden, some all of them; results that hit, miss, come twice, or come of nothing."""
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(pictures):
        people = []
        for _ in range(rng.integers(0, 4)):
            points = rng.uniform(0, 200, 2) + rng.uniform(0, 60, (5, 2))
            low, size = points.min(axis=0), np.ptp(points, axis=0)
            labelled = rng.integers(0, 3, 5) * (rng.random() > 0.15)
            people.append(Labelled(points, labelled, float(size.prod() * 0.6), (low[0], low[1], size[0], size[1])))
        results = [
            Found(person.points + rng.normal(0, rng.choice([0.5, 3, 8]), (5, 2)), float(rng.random()))
            for person in people
            for _ in range(rng.integers(0, 3))
        ]
        results += [Found(rng.uniform(0, 260, (5, 2)), float(rng.random())) for _ in range(rng.integers(0, 2))]
        truth.append(people)
        found.append(results)
    return truth, found


def by_reference(truth: list[list[Labelled]], found: list[list[Found]]) -> list[float]:
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for picture, (people, seen) in enumerate(zip(truth, found, strict=True), 1):
        for person in people:
            flat = np.column_stack([person.points, person.labelled]).ravel().tolist()
            annotations.append(
                {"id": len(annotations) + 1, "image_id": picture, "category_id": 1, "keypoints": flat, "iscrowd": 0,
                 "num_keypoints": int((person.labelled > 0).sum()), "area": person.area, "bbox": list(person.box)}
            )  # fmt: skip
        for each in seen:
            flat = np.column_stack([each.points, np.ones(5)]).ravel().tolist()
            results.append({"image_id": picture, "category_id": 1, "keypoints": flat, "score": each.score})
    with contextlib.redirect_stdout(io.StringIO()):
        labels = COCO()
        labels.dataset = {
            "images": [{"id": picture} for picture in range(1, len(truth) + 1)],
            "annotations": annotations,
            "categories": [{"id": 1, "name": "face"}],
        }
        labels.createIndex()
        judge = COCOeval(labels, labels.loadRes(results), "keypoints")
        judge.params.kpt_oks_sigmas = SIGMAS
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return [float(judge.stats[place]) for place in (0, 1, 2, 5)]


@pytest.mark.parametrize("seed", range(8))
def test_figures_are_those_of_the_reference_implementation(seed: int) -> None:
    truth, found = crowd(seed)
    ours = keypoint_figures(truth, found, SIGMAS)
    figures = [ours.precision, ours.precision_50, ours.precision_75, ours.recall]
    assert figures == pytest.approx(by_reference(truth, found), abs=1e-6)
    assert 0.0 < ours.precision < 1.0


def test_everyone_found_exactly_is_one_and_nobody_found_is_nothing() -> None:
    truth, _ = crowd(3)
    exact = [[Found(person.points, 1.0) for person in people] for people in truth]
    assert keypoint_figures(truth, exact, SIGMAS).precision == pytest.approx(1.0)
    assert keypoint_figures(truth, [[] for _ in truth], SIGMAS).recall == 0.0


def test_where_nobody_is_asked_for_there_is_no_figure() -> None:
    assert np.isnan(keypoint_figures([[]], [[Found(np.zeros((5, 2)), 1.0)]], SIGMAS).precision)
    with pytest.raises(ValueError, match="1 labelled pictures and 2 results"):
        keypoint_figures([[]], [[], []], SIGMAS)
