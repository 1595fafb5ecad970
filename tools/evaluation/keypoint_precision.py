"""Average precision and recall of key points by OKS, as COCO computes them (cocodataset.org, "Keypoint evaluation")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]
THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
MOST_PER_PICTURE = 20


@dataclass(frozen=True, slots=True)
class Labelled:
    """Someone in a picture: points (k, 2), which of them are labelled (k,), the area and the box (x, y, width, height)."""

    points: FloatArray
    labelled: NDArray[np.integer]
    area: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Found:
    """Someone who was found in a picture: points (k, 2) and how sure one is."""

    points: FloatArray
    score: float


@dataclass(frozen=True, slots=True)
class KeypointFigures:
    """AP and AR over OKS 0.5 to 0.95, and AP at two of them."""

    precision: float
    precision_50: float
    precision_75: float
    recall: float


def similarity(found: FloatArray, truth: Labelled, sigmas: FloatArray) -> float:
    """OKS of points (k, 2). For someone without a labelled point it is judged how far they lie outside twice the box."""
    which = truth.labelled > 0
    offset = found - truth.points
    if not which.any():
        x, y, width, height = truth.box
        low, high = np.array([x - width, y - height]), np.array([x + 2 * width, y + 2 * height])
        offset = np.maximum(0.0, low - found) + np.maximum(0.0, found - high)
        which = np.ones(len(found), bool)
    exponent = (offset**2).sum(axis=1) / ((2 * sigmas) ** 2 * (truth.area + np.spacing(1)) * 2)
    return float(np.exp(-exponent[which]).mean())


def keypoint_figures(
    truth: Sequence[Sequence[Labelled]], found: Sequence[Sequence[Found]], sigmas: FloatArray
) -> KeypointFigures:
    """AP and AR over pictures: `truth` and `found` hold those of each picture; `sigmas` (k,) are the annotators' spreads.

    Someone without a labelled point is neither asked for nor held against whoever finds them. NaN if nobody is asked for. Raises
    ValueError if the numbers of pictures differ.
    """
    if len(truth) != len(found):
        raise ValueError(f"{len(truth)} labelled pictures and {len(found)} results")
    scores, hits, ignored = [], [], []
    for people, results in zip(truth, found, strict=True):
        best = sorted(results, key=lambda each: -each.score)[:MOST_PER_PICTURE]
        hit, ignore = _matched(people, best, sigmas)
        scores += [each.score for each in best]
        hits.append(hit)
        ignored.append(ignore)
    asked = sum(bool((person.labelled > 0).any()) for people in truth for person in people)
    if asked == 0:
        return KeypointFigures(np.nan, np.nan, np.nan, np.nan)
    order = np.argsort(-np.array(scores), kind="mergesort")
    hit, ignore = np.concatenate(hits, axis=1)[:, order], np.concatenate(ignored, axis=1)[:, order]
    curves = [_curve(hit[i] & ~ignore[i], ~hit[i] & ~ignore[i], asked) for i in range(len(THRESHOLDS))]
    precision, recall = np.array([each[0] for each in curves]), np.array([each[1] for each in curves])
    return KeypointFigures(float(precision.mean()), float(precision[0].mean()), float(precision[5].mean()), float(recall.mean()))


def _matched(
    people: Sequence[Labelled], best: Sequence[Found], sigmas: FloatArray
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each threshold and result (t, d): whether it hit somebody, and whether it does not count since that one does not."""
    asked_first = sorted(people, key=lambda person: not (person.labelled > 0).any())
    asked = [bool((person.labelled > 0).any()) for person in asked_first]
    alike = np.array([[similarity(each.points, person, sigmas) for person in asked_first] for each in best])
    hit, ignore = np.zeros((2, len(THRESHOLDS), len(best)), bool)
    for level, threshold in enumerate(THRESHOLDS):
        taken = [False] * len(asked_first)
        for number in range(len(best)):
            least, chosen = min(threshold, 1 - 1e-10), -1
            for place, wanted in enumerate(asked):
                if taken[place] or (chosen >= 0 and asked[chosen] and not wanted):
                    continue
                if alike[number, place] >= least:
                    least, chosen = alike[number, place], place
            if chosen >= 0:
                taken[chosen], hit[level, number], ignore[level, number] = True, True, not asked[chosen]
    return hit, ignore


def _curve(right: NDArray[np.bool_], wrong: NDArray[np.bool_], asked: int) -> tuple[FloatArray, float]:
    """Precision at 101 recalls, made falling, and the highest recall."""
    rights, wrongs = np.cumsum(right).astype(float), np.cumsum(wrong).astype(float)
    recall, precision = rights / asked, rights / (rights + wrongs + np.spacing(1))
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, RECALLS, side="left")
    at = np.where(places < len(falling), falling[np.minimum(places, len(falling) - 1)], 0.0) if len(falling) else np.zeros(101)
    return at, float(recall[-1]) if len(recall) else 0.0
