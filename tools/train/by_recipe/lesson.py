"""What every lesson is: a loss on some of a network's outputs, under a weight."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from tools.train import losses
from tools.train.running.training import Outputs
from tools.train.task import Batch


class Lesson(BaseModel, ABC):
    """A loss under a weight. `wants` are the outputs that it judges."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    kind: str
    weight: Annotated[float, Field(gt=0.0)] = 1.0
    wants: ClassVar[tuple[str, ...]] = ()

    def outputs_wanted(self) -> Sequence[str]:
        """The outputs that the network has to give."""
        return self.wants

    @abstractmethod
    def value(self, outputs: Outputs, batch: Batch) -> Tensor:
        """The loss, one number, before its weight."""


def rotation_of(outputs: Outputs) -> Tensor:
    """The rotation (n, 3, 3), also of a network that gives it as two columns (n, 6)."""
    rotation = outputs["rotation"]
    return losses.rotation_from_6d(rotation) if rotation.ndim == 2 else rotation
