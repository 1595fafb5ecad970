"""A recipe as it is written. `reading.py` reads and checks it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dms.perception.networks import Network
from tools.train.by_recipe.lessons import AnyLesson
from tools.train.by_recipe.named import network_class
from tools.train.running.machine import DeviceName, PrecisionName
from tools.train.running.schedule import Shape

Side = Annotated[int, Field(ge=16, le=512)]
LATER_KEYS = ("begin", "prune", "quantize")
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Loss = Annotated[float | None, Field(ge=0.0)]
Truth = Literal["landmarks", "rotation", "gaze", "openness", "eye_visible", "mouth_open", "mouth_visible"]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataOptions(_Written):
    """Which pictures, and who is kept aside to judge on."""

    kind: Literal["face"] = "face"
    needs: tuple[Truth, ...] = ()
    """What must be labelled; a picture without it is not drawn."""
    judged_share: Annotated[float, Field(ge=0.0, le=0.5)] = 0.05
    """Of the people, kept from training: on them the weights are judged meanwhile."""
    judged_pictures: Annotated[int, Field(ge=1)] = 500


class Augmentation(_Written):
    """What happens to a picture, and to its truth with it, before it is learned from."""

    shift: Annotated[float, Field(ge=0.0, le=0.5)] = 0.04
    """Standard deviation over the side of the crop."""
    scale: Annotated[float, Field(ge=0.0, le=0.5)] = 0.09
    """Standard deviation of the logarithm of its side."""
    turn_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 9.0
    """Standard deviation of its roll."""
    mirror: Share = 0.5
    occlusion: Share = 0.25
    """Chance that something lies over a part of the picture; points under it no longer count as visible."""
    degrade: Share = 0.75
    """Strength of what light, lens, sensor and compression do."""


class ScheduleOptions(_Written):
    """The learning rate."""

    rate: Annotated[float, Field(gt=0.0, le=1.0)] = 1e-3
    warm_up_steps: Annotated[int, Field(ge=0)] = 60
    shape: Shape = "cosine"
    least_share: Share = 0.01
    patience: Annotated[int, Field(ge=1)] = 3
    """Of `plateau`: judgements without anything better before the rate falls."""
    factor: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.5


class JudgingOptions(_Written):
    """How often the averaged weights are judged, and when it is enough."""

    every_samples: Annotated[int, Field(ge=1)] = 20_000
    patience: Annotated[int, Field(ge=1)] | None = None
    """Judgements without anything better after which training stops early; never without it."""


class PruneOptions(_Written):
    """Which channels of the weights to begin from are left out."""

    share: Annotated[float, Field(gt=0.0, lt=1.0)]
    """Of the channels of each layer; those that matter least."""
    round_to: Annotated[int, Field(ge=1, le=64)] = 8
    """Widths stay multiples of it, which processors like."""


class GateOptions(_Written):
    """How much worse than the original an export may be, on the same pictures; what is not named may be anything."""

    original: str | None = None
    """A training's folder, or `.safetensors` of this recipe's class; none: this training's own float32, for its INT8."""
    yaw_deg: Loss = None
    pitch_deg: Loss = None
    roll_deg: Loss = None
    mae_deg: Loss = None
    geodesic_deg: Loss = None
    nme: Loss = None
    failures: Loss = None
    area: Loss = None
    expression: Loss = None

    @property
    def allowed(self) -> dict[str, float]:
        """What may be lost, by the name of the figure."""
        written = {name.removesuffix("_deg"): value for name, value in self.model_dump(exclude={"original"}).items()}
        return {name: value for name, value in written.items() if value is not None}


class BudgetOptions(_Written):
    """How long: minutes or samples."""

    minutes: Annotated[float, Field(gt=0.0)] | None = None
    samples: Annotated[int, Field(ge=1)] | None = None


class Recipe(_Written):
    """All that makes one training of one network."""

    purpose: str = ""
    """What it is for, in the table of networks."""
    network: str
    """The class, as `module:Class`."""
    options: dict[str, Any] = {}
    """What its class takes."""
    side: Side
    """Of the picture that the network is given, in pixels."""
    multi_scale: tuple[Side, ...] = ()
    """Sides of the pictures of a batch, by turns, while training."""
    pose: Literal["network", "landmarks"] = "network"
    """Where the rotation comes from when it is measured: the network, or EPnP and Rodrigues on its points and a mean face."""
    data: DataOptions = DataOptions()
    augment: Augmentation = Augmentation()
    begin: str | None = None
    """Weights to begin from: a training's folder, or a `.safetensors` file."""
    prune: PruneOptions | None = None
    quantize: Literal["static", "aware"] | None = None
    """An INT8 twin at export: of what was trained (static), or trained with the rounding already (aware)."""
    gate: GateOptions | None = None
    losses: Annotated[tuple[AnyLesson, ...], Field(min_length=1)]
    batch: Annotated[int, Field(ge=2, le=4096)] = 64
    schedule: ScheduleOptions = ScheduleOptions()
    judging: JudgingOptions = JudgingOptions()
    average_decay: Share = 0.998
    weight_decay: Annotated[float, Field(ge=0.0, le=1.0)] = 0.02
    budget: BudgetOptions = BudgetOptions(minutes=20.0)
    precision: PrecisionName = "auto"
    device: DeviceName = "auto"
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1

    @field_validator("network")
    @classmethod
    def _is_there(cls, path: str) -> str:
        network_class(path)
        return path

    @field_validator("gate")
    @classmethod
    def _allows_something(cls, gate: GateOptions | None) -> GateOptions | None:
        if gate is not None and not gate.allowed:
            raise ValueError(f"say how much may be lost of {', '.join(list(GateOptions.model_fields)[1:])}")
        return gate

    @field_validator("budget")
    @classmethod
    def _is_one_of_two(cls, budget: BudgetOptions) -> BudgetOptions:
        if (budget.minutes is None) == (budget.samples is None):
            raise ValueError("either minutes or samples")
        return budget

    def build(self) -> Network:
        """The network, with random weights."""
        return network_class(self.network)(**self.options)

    @property
    def sides(self) -> tuple[int, ...]:
        """All sides of pictures that the network sees."""
        return tuple(dict.fromkeys((self.side, *self.multi_scale)))

    def about(self) -> str:
        """What decides on the weights, as text; how long and on what machine is not part of it."""
        kept = self.model_dump(mode="json", exclude={"purpose", "pose", "gate", "budget", "precision", "device"})
        # Trainings that began before these keys existed are gone on with.
        kept = {name: value for name, value in kept.items() if name not in LATER_KEYS or value not in (None, "static")}
        return json.dumps(kept, sort_keys=True)
