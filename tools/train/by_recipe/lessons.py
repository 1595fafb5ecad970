"""What a recipe can teach: each lesson is a loss on one of a network's outputs, under a weight.

Truth that nobody labelled (NaN) teaches nothing. `kind: own` takes a function of any module.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field, field_validator
from torch import Tensor

from dms.perception.landmark_pose import RIGID, mean_face_mm
from tools.networks.heatmaps.targets import draw
from tools.train import losses
from tools.train.by_recipe.lesson import Lesson, rotation_of
from tools.train.by_recipe.named import UnknownNameError, named
from tools.train.by_recipe.teaching import Teacher
from tools.train.face import FaceTask
from tools.train.running.training import Outputs
from tools.train.task import Batch

HIDDEN_WEIGHT = 0.4
"""Of a point that something hides: where it is can be guessed, and should be."""
NARROWEST_SPREAD = 0.025
"""Distance between annotators over the face's size, for OKS: COCO's value for eyes."""


class _OfRotation(Lesson):
    wants: ClassVar[tuple[str, ...]] = ("rotation",)

    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        truth, is_known = losses.known(batch["rotation"])
        return losses.weighted_mean(self.each(rotation_of(outputs), outputs, truth), is_known.amin(dim=(1, 2)))

    @abstractmethod
    def each(self, rotation: Tensor, outputs: Outputs, truth: Tensor) -> Tensor:
        """The loss (n,) of each sample."""


class Geodesic(_OfRotation):
    """The angle between the rotations, in radians."""

    kind: Literal["geodesic"]

    def each(self, rotation: Tensor, outputs: Outputs, truth: Tensor) -> Tensor:
        return losses.geodesic(rotation, truth)


class Euler(_OfRotation):
    """The mean error of yaw, pitch and roll, in radians."""

    kind: Literal["euler"]

    def each(self, rotation: Tensor, outputs: Outputs, truth: Tensor) -> Tensor:
        angles = outputs["angles"] if "angles" in outputs else losses.euler_from_rotation(rotation)
        return losses.euler_distance(angles, losses.euler_from_rotation(truth))


class Hybrid(Euler):
    """`share` of the angle between the rotations, the rest of the errors of yaw, pitch and roll."""

    kind: Literal["hybrid"]  # type: ignore[assignment]
    share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.7

    def each(self, rotation: Tensor, outputs: Outputs, truth: Tensor) -> Tensor:
        return losses.blend(losses.geodesic(rotation, truth), super().each(rotation, outputs, truth), self.share)


class RotationSigma(_OfRotation):
    """How far off the rotation is, as a likelihood: teaches the network to say how sure it is."""

    kind: Literal["rotation-sigma"]
    wants: ClassVar[tuple[str, ...]] = ("rotation", "rotation_log_sigma")

    def each(self, rotation: Tensor, outputs: Outputs, truth: Tensor) -> Tensor:
        return losses.laplace(losses.geodesic(rotation, truth), outputs["rotation_log_sigma"][:, 0])


class Heatmaps(Lesson):
    """Maps against bumps of `sigma` cells at the points; every stage, where a network has several."""

    kind: Literal["heatmaps"]
    error: Literal["squared", "adaptive-wing"] = "squared"
    sigma: Annotated[float, Field(gt=0.0, le=20.0)] = 1.5
    wants: ClassVar[tuple[str, ...]] = ("heatmaps",)

    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        points, is_known = losses.known(batch["landmarks"])
        stages = outputs.get("stages", outputs["heatmaps"][:, None])
        target = draw(points, stages.shape[-2], stages.shape[-1], self.sigma)[:, None].expand_as(stages)
        off = losses.adaptive_wing(stages, target) if self.error == "adaptive-wing" else (stages - target).square()
        return losses.weighted_mean(off.mean(dim=(1, 3, 4)), is_known.amin(dim=2))


class Points(Lesson):
    """Landmarks in crop units against the truth."""

    kind: Literal["points"]
    error: Literal["distance", "smooth-l1", "wing", "oks"] = "distance"
    wants: ClassVar[tuple[str, ...]] = ("landmarks",)

    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        truth, is_known = losses.known(batch["landmarks"])
        known = is_known.amin(dim=2)
        said = torch.where(is_known > 0, outputs["landmarks"], truth)
        if self.error == "oks":
            extent = truth.amax(dim=1) - truth.amin(dim=1)
            sigmas = truth.new_full((truth.shape[1],), NARROWEST_SPREAD)
            return losses.oks_loss(said, truth, known, extent.prod(dim=1), sigmas).mean()
        weight = known * torch.where(batch["landmark_visible"] <= 0.5, HIDDEN_WEIGHT, 1.0)
        return losses.weighted_mean(self._off(said, truth), weight)

    def _off(self, said: Tensor, truth: Tensor) -> Tensor:
        """(n, k) how far off each point is."""
        if self.error == "distance":
            return (said - truth).square().sum(dim=2).add(1e-8).sqrt()
        flat, aim = said.flatten(0, 1), truth.flatten(0, 1)
        # The paper's 10 and 2 pixels of a face 256 wide, in crop units.
        off = losses.wing(flat, aim, 10 / 256, 2 / 256) if self.error == "wing" else losses.smooth_l1(flat, aim, 0.05)
        return off.reshape(said.shape[:2])


class Agreement(Lesson):
    """Points and rotation are to be those of one and the same mean head."""

    kind: Literal["agreement"]
    wants: ClassVar[tuple[str, ...]] = ("landmarks", "rotation")

    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        points = outputs["landmarks"][:, RIGID]
        head = points.new_tensor(mean_face_mm()[RIGID])
        return losses.disagreement(rotation_of(outputs), points, head, points.new_ones(points.shape[:2])).mean()


class Gaze(Lesson):
    """Where the eyes look, both together, where one is open and visible."""

    kind: Literal["gaze"]
    wants: ClassVar[tuple[str, ...]] = ("gaze",)

    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        truth, is_known = losses.known(batch["gaze"])
        return losses.weighted_mean(losses.direction_distance(outputs["gaze"], truth), is_known.amin(dim=1))


class GazeSigma(Lesson):
    """How far off gaze is, as a likelihood."""

    kind: Literal["gaze-sigma"]
    wants: ClassVar[tuple[str, ...]] = ("gaze", "gaze_log_sigma")

    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        truth, is_known = losses.known(batch["gaze"])
        off = losses.direction_distance(outputs["gaze"], truth)
        return losses.weighted_mean(losses.laplace(off, outputs["gaze_log_sigma"][:, 0]), is_known.amin(dim=1))


class ShippedFace(Lesson):
    """All that the face network that ships is taught, as `tools/train/face.py` weighs it."""

    kind: Literal["shipped-face"]
    wants: ClassVar[tuple[str, ...]] = (
        "landmarks", "landmark_log_sigma", "rotation", "rotation_log_sigma", "state", "mouth_open", "expression",
    )  # fmt: skip

    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        return FaceTask().loss(outputs, batch)[0]


class Own(Lesson):
    """A function `(outputs, batch) -> Tensor` of one number, named as `module:function`."""

    kind: Literal["own"]
    function: str
    outputs: tuple[str, ...] = ()

    @field_validator("function")
    @classmethod
    def _is_there(cls, path: str) -> str:
        if not callable(named(path)):
            raise UnknownNameError("is no function")
        return path

    def outputs_wanted(self) -> Sequence[str]:
        return self.outputs

    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        function: Any = named(self.function)
        result: Tensor = function(outputs, batch)
        return result


AnyLesson = Annotated[
    Geodesic | Euler | Hybrid | RotationSigma | Heatmaps | Points | Agreement | Gaze | GazeSigma | ShippedFace | Teacher | Own,
    Field(discriminator="kind"),
]


def total(lessons: Sequence[Lesson], outputs: Outputs, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """The weighted sum of all lessons, and each alone by its kind."""
    values = [lesson.value(outputs, batch) for lesson in lessons]
    whole = torch.stack([lesson.weight * value for lesson, value in zip(lessons, values, strict=True)]).sum()
    return whole, {lesson.kind: value for lesson, value in zip(lessons, values, strict=True)}
