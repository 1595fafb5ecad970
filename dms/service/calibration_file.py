"""The file of calibrations: one entry for each seat, as JSON that states its format and version.

A seat is one camera in one cabin. The values are perception's angles, so they hold for the networks they were learned with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dms.fusion.calibration import Calibration

VERSION = 1

Yaw = Annotated[float, Field(ge=-180.0, le=180.0)]
Pitch = Annotated[float, Field(ge=-90.0, le=90.0)]


@dataclass(frozen=True, slots=True)
class Seat:
    """Identifies a calibration: the source of pictures, the cabin, and the networks that read the pictures."""

    source: str
    cabin: str
    models_sha256: str


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)


class CalibrationValues(_Part):
    """The part of a `Calibration` that outlasts a drive."""

    forward_yaw_deg: Yaw
    forward_pitch_deg: Pitch
    forward_roll_deg: Yaw | None = None
    gaze_offset_yaw_deg: Yaw = 0.0
    gaze_offset_pitch_deg: Pitch = 0.0
    open_eye: Annotated[float, Field(gt=0.0, le=1.0)]


class KeptSeat(_Part):
    """One seat in the file. `learned_utc` is None if the wall clock was not known."""

    source: str
    cabin: str
    models_sha256: str
    learned_utc: str | None
    values: CalibrationValues

    @property
    def calibration(self) -> Calibration:
        """The calibration in the form that fusion takes."""
        return Calibration(**self.values.model_dump(), progress=1.0, source="learned")

    def is_at(self, source: str, cabin: str) -> bool:
        """Whether it is this seat, whichever networks it was learned with."""
        return (self.source, self.cabin) == (source, cabin)


class _Head(_Part):
    format: str = ""
    version: int = 0


class _File(_Part):
    format: Literal["dms.calibration"]
    version: int
    seats: tuple[KeptSeat, ...]


def kept_seat(seat: Seat, calibration: Calibration, learned_utc: str | None) -> KeptSeat:
    """Return what is kept of a calibration."""
    names = CalibrationValues.model_fields.keys()
    values = CalibrationValues(**{name: value for name, value in asdict(calibration).items() if name in names})
    return KeptSeat(**asdict(seat), learned_utc=learned_utc, values=values)


def written(seats: Sequence[KeptSeat]) -> str:
    """Return the text of a file with these seats."""
    return _File(format="dms.calibration", version=VERSION, seats=tuple(seats)).model_dump_json(indent=2) + "\n"


def parsed(content: bytes) -> tuple[KeptSeat, ...]:
    """Return the seats in a file.

    Raises:
        ValueError: it is damaged, something else, or of a newer version; the message says which.
    """
    try:
        head = _Head.model_validate_json(content)
        if head.format != "dms.calibration":
            raise ValueError("not a file of calibrations")
        if head.version > VERSION:
            raise ValueError(f"written in version {head.version} by a newer dms; this one reads version {VERSION}")
        return _File.model_validate_json(content).seats
    except ValidationError as error:
        raise ValueError(f"damaged: {_first_problem(error)}") from error


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    where = ".".join(map(str, problem["loc"]))
    return f"{where}: {problem['msg']}" if where else str(problem["msg"])
