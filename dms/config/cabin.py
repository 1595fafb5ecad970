"""The geometry of a cabin: what lies in which direction as the driver sees it, and where the camera sits.

Directions are degrees from straight ahead at the driver's eyes: yaw > 0 to the driver's left, pitch > 0 up. A cabin is a file
under `rules/cabin/`; `Cabin` is its schema.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dms.config import defaults
from dms.config.seals import check_seal
from dms.config.shipped import named_file, rules_folder, shipped_files
from dms.config.yaml_loader import read_yaml, validated

Yaw = Annotated[float, Field(ge=-180.0, le=180.0, allow_inf_nan=False)]
Pitch = Annotated[float, Field(ge=-90.0, le=90.0, allow_inf_nan=False)]
HalfWidth = Annotated[float, Field(gt=0.0, le=180.0, allow_inf_nan=False)]

ROAD = "road"
OTHER = "other"
AREAS = ("area1", "area2", "area3", "none")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Camera(_Part):
    """Where the camera is, given by the head angles that it sees when the driver looks at the road ahead.

    If both are None, they are learned from the driver alone. `tolerance_deg` is how far a learned forward may be from them.
    """

    forward_yaw_deg: Yaw | None = None
    forward_pitch_deg: Pitch | None = None
    tolerance_deg: Annotated[float, Field(gt=0.0, le=60.0)] = 20.0


class Road(_Part):
    """The forward road view: half an ellipse above straight ahead and half a flatter one below."""

    half_width_deg: HalfWidth
    up_deg: HalfWidth
    down_deg: HalfWidth


class Steering(_Part):
    """How the car turns when the wheel is turned; the defaults are those of a middling passenger car.

    `ratio`: degrees of the steering wheel for one of the front wheels, 14 to 18 in passenger cars. `characteristic_speed_kph`: at
    this speed the car turns half as much as it would if its tyres did not slip, 65 to 110 km/h (Mitschke & Wallentowitz 2014).
    """

    ratio: Annotated[float, Field(ge=5.0, le=40.0)] = 15.0
    wheelbase_m: Annotated[float, Field(ge=1.0, le=12.0)] = 2.7
    characteristic_speed_kph: Annotated[float, Field(ge=30.0, le=300.0)] = 100.0


class Target(_Part):
    """Something to look at: a rectangle around a centre. Where targets overlap, the relatively closer centre wins."""

    name: str
    yaw_deg: Yaw
    pitch_deg: Pitch
    half_width_deg: HalfWidth
    half_height_deg: HalfWidth


class Region(_Part):
    """A part of the cabin around the targets; where regions overlap, the first in the file wins. `glass` means that one can see
    out."""

    name: str
    left_deg: Yaw
    right_deg: Yaw
    top_deg: Pitch
    bottom_deg: Pitch
    glass: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Region:
        if not (self.left_deg > self.right_deg and self.top_deg > self.bottom_deg):
            raise ValueError(
                f"region '{self.name}': left must exceed right (yaw is positive to the left), top must exceed bottom"
            )
        return self


class Areas(_Part):
    """The areas of EU 2023/2590: 1 beyond two side planes or the roof, 2 the glass and a margin, 3 below a plane."""

    side_plane_deg: HalfWidth = 55.0
    roof_deg: Pitch = 45.0
    glass_margin_deg: Annotated[float, Field(ge=0.0, le=30.0)] = 10.0
    down_plane_deg: HalfWidth = 30.0


class Cabin(_Part):
    """One cabin: where the driver sits, the camera, the road, the targets and regions around them, and the car's steering."""

    name: str
    driver_side: Literal["left", "right"]
    camera: Camera = Camera()
    road: Road
    targets: tuple[Target, ...]
    regions: tuple[Region, ...]
    areas: Areas = Areas()
    steering: Steering = Steering()

    @property
    def zones(self) -> tuple[str, ...]:
        """Every zone name a rule may use with this cabin, `road` first and `other` last."""
        targets, regions = [target.name for target in self.targets], [region.name for region in self.regions]
        names = dict.fromkeys([ROAD, *targets, *regions, OTHER])
        return tuple(names)


def cabin_paths() -> list[Path]:
    """The files of the shipped cabins."""
    return shipped_files(rules_folder("cabin"))


def cabin_path(name: str | Path) -> Path:
    """Returns the file of a cabin, given its name under `rules/cabin/` or its file.

    Raises:
        ConfigurationError: there is no such file; the message names the nearest cabin.
    """
    return named_file(name, rules_folder("cabin"), "cabin")


def load_cabin(name: str | Path = defaults.CABIN, *, seal: str | None = None) -> Cabin:
    """Returns a cabin, given by its name under `rules/cabin/` or by its file. `seal` is the SHA-256 that the file must have.

    Raises:
        ConfigurationError: there is no such cabin, it is not the one that is sealed, or its file is wrong; one problem per line,
            with file and line.
    """
    document = read_yaml(cabin_path(name))
    check_seal(document, seal, "cabin")
    return validated(Cabin, document)
