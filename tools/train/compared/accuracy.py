"""How well a network reads people that nobody was trained on, with intervals by drawing people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.perception.engines import Engine
from dms.perception.head_geometry import angles_from_rotation
from tools.evaluation.bootstrap import Interval, by_person
from tools.evaluation.heads import angle_errors_deg, geodesic_deg
from tools.evaluation.measures import outer_corner_distance
from tools.evaluation.points import area_under_errors, failure_rate, normalised_errors
from tools.train.by_recipe.samples import exact_crop, still
from tools.train.compared.reading import Readings, read
from tools.train.running.stream import collate
from tools.train.shards import Sample, Shards

TOGETHER = 32
FRONTAL = 0.5
"""Sine of the yaw, 30°, up to which the outer eye corners are far enough apart to measure by."""
FEWEST = 10

FloatArray = NDArray[np.float64]
Figures = dict[str, Interval]


@dataclass(frozen=True, slots=True, eq=False)
class Subjects:
    """The pictures to measure on, and who is in each."""

    samples: list[Sample]
    people: list[str]


def subjects(heldout: Path, kind: str, most: int) -> Subjects:
    """Up to so many pictures of a folder, spread over all of its people.

    Raises:
        FileNotFoundError: there are none.
    """
    shards = Shards(heldout, kind)
    if not len(shards):
        raise FileNotFoundError(f"{heldout}: no {kind}-*.npz")
    chosen = np.unique(np.linspace(0, len(shards) - 1, min(most, len(shards))).round().astype(int)).tolist()
    return Subjects([shards.sample(index) for index in chosen], [shards.person(index) for index in chosen])


def measure(engine: Engine, side: int, pose: str, on: Subjects) -> Figures:
    """Pose and points of a network, as far as it gives them: `yaw`, `pitch`, `roll`, `mae` and `geodesic` in degrees, `nme`,
    `failures`, `area` and `expression` (named rightly) as shares. What too few pictures are labelled for is left out."""
    parts = [_read(engine, side, pose, part) for part in _parts(on.samples)]
    return {
        **_pose_figures([part.rotation for part in parts], on),
        **_point_figures([part.points for part in parts], on),
        **_expression_figure([part.expression for part in parts], on),
    }


def _parts(samples: list[Sample]) -> Iterator[list[Sample]]:
    for start in range(0, len(samples), TOGETHER):
        yield samples[start : start + TOGETHER]


def _read(engine: Engine, side: int, pose: str, samples: list[Sample]) -> Readings:
    """Cut around where the faces really are: what finding them costs in accuracy is not the network's fault."""
    image = collate([still(sample, side) for sample in samples])["image"].numpy()
    return read(engine.run({"image": image}), [exact_crop(sample) for sample in samples], samples, pose)


def _pose_figures(parts: list[FloatArray | None], on: Subjects) -> Figures:
    truth = np.stack([sample["rotation"] for sample in on.samples]).astype(np.float64)
    labelled = np.flatnonzero(np.isfinite(truth).all(axis=(1, 2)))
    read = [part for part in parts if part is not None]
    if not read or len(labelled) < FEWEST:
        return {}
    said = np.concatenate(read)[labelled]
    truth = truth[labelled]
    angles, true_angles = (np.array([angles_from_rotation(each) for each in rotations]) for rotations in (said, truth))
    errors, turned = angle_errors_deg(angles, true_angles), geodesic_deg(said, truth)
    columns = {"yaw": errors[:, 0], "pitch": errors[:, 1], "roll": errors[:, 2], "mae": errors.mean(axis=1), "geodesic": turned}
    people = [on.people[row] for row in labelled]
    return {name: by_person(_of(values, _mean), people) for name, values in columns.items()}


def _point_figures(parts: list[FloatArray | None], on: Subjects) -> Figures:
    truth = np.stack([sample["landmarks"] for sample in on.samples]).astype(np.float64)
    sideways = np.array([abs(float(sample["rotation"][0, 2])) for sample in on.samples])
    # Whose rotation nobody labelled is taken for frontal.
    labelled = np.flatnonzero(np.isfinite(truth).all(axis=(1, 2)) & ~(sideways >= FRONTAL))
    read = [part for part in parts if part is not None]
    if not read or len(labelled) < FEWEST:
        return {}
    norms = np.array([outer_corner_distance(truth[row]) for row in labelled])
    errors = np.asarray(normalised_errors(np.concatenate(read)[labelled], truth[labelled], norms), np.float64)
    people = [on.people[row] for row in labelled]
    figures: dict[str, Callable[[FloatArray], float]] = {"nme": _mean, "failures": failure_rate, "area": area_under_errors}
    return {name: by_person(_of(errors, figure), people) for name, figure in figures.items()}


def _expression_figure(parts: list[FloatArray | None], on: Subjects) -> Figures:
    truth = np.array([int(sample.get("expression", np.array(-1))) for sample in on.samples])
    labelled = np.flatnonzero(truth >= 0)
    read = [part for part in parts if part is not None]
    if not read or len(labelled) < FEWEST:
        return {}
    right = (np.concatenate(read)[labelled].argmax(axis=1) == truth[labelled]).astype(np.float64)
    return {"expression": by_person(_of(right, _mean), [on.people[row] for row in labelled])}


def _mean(values: FloatArray) -> float:
    return float(values.mean())


def _of(values: FloatArray, figure: Callable[[FloatArray], float]) -> Callable[[NDArray[np.intp]], float]:
    """A figure of some rows."""
    return lambda rows: float(figure(values[rows]))
