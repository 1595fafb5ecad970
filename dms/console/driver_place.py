"""`--driver-side` and `--region`: where in the picture the driver sits, for commands that look at pictures."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from dms.config.driver_region import DriverRegion, driver_region, parse_region
from dms.errors import UsageError


class SideChoice(StrEnum):
    """Half of the picture."""

    ANY = "any"
    LEFT = "left"
    RIGHT = "right"


DriverSide = Annotated[
    SideChoice, typer.Option(help="Half of the picture in which the driver sits; nobody in the other is followed.")
]
Region = Annotated[
    str | None,
    typer.Option(metavar="X,Y,WIDTH,HEIGHT", help="Where the driver's face can be, in shares of the picture from its top left."),
]


def asked_region(side: SideChoice, region: str | None) -> DriverRegion:
    """Returns the region that the options state.

    Raises:
        UsageError: it is not part of the picture, or not on that side.
    """
    try:
        return driver_region(side.value, parse_region(region) if region is not None else None)
    except ValueError as error:
        raise UsageError(f"--region {error}") from error
