"""What was learned of the drivers, seat by seat, in a file that survives restarts, power cuts and meddling.

A seat is one camera in one cabin. The values are perception's angles, so they hold for the networks they were learned with.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dms.config.settings import CalibrationSettings
from dms.errors import DmsError
from dms.fusion.calibration import Calibration
from dms.outputs.locations import default_calibration_path

LOG = logging.getLogger(__name__)
VERSION = 1

Yaw = Annotated[float, Field(ge=-180.0, le=180.0)]
Pitch = Annotated[float, Field(ge=-90.0, le=90.0)]


class CalibrationFileError(DmsError):
    """The file with the calibrations cannot be read, or is not one."""


class _DamagedError(CalibrationFileError):
    """What is there will not become better by waiting."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose calibration it is: the source of pictures, the cabin, and the networks that read them."""

    source: str
    cabin: str
    models_sha256: str


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)


class _Values(_Part):
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
    values: _Values

    @property
    def calibration(self) -> Calibration:
        """As fusion takes it."""
        return Calibration(**self.values.model_dump(), progress=1.0, source="learned")

    def is_at(self, source: str, cabin: str) -> bool:
        """Whether it is this seat, whatever the networks."""
        return (self.source, self.cabin) == (source, cabin)


class _Head(_Part):
    format: str = ""
    version: int = 0


class _File(_Part):
    format: Literal["dms.calibration"]
    version: int
    seats: tuple[KeptSeat, ...]


def calibration_path(settings: CalibrationSettings) -> Path:
    """Where the service so configured keeps them."""
    return Path(settings.path) if settings.path else default_calibration_path()


def progress_text(health: Mapping[str, Any]) -> str:
    """How far learning is, from a health message."""
    calibration = health.get("calibration") or {}
    problem = f"; not kept: {calibration['problem']}" if calibration.get("problem") else ""
    return f"{calibration.get('percent', '?')} % of the driver learned ({calibration.get('source', '?')}){problem}"


class CalibrationStore:
    """The calibrations in the file `path`, which is written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[KeptSeat, ...]:
        """Every seat; none if there is no file.

        Raises:
            CalibrationFileError: it cannot be read, is damaged, something else, or of a newer version; the message says which.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise CalibrationFileError(f"{self.path}: cannot be read: {error.strerror}") from error
        try:
            return _parsed(content).seats
        except ValueError as error:  # pydantic's are such
            raise _DamagedError(f"{self.path}: {_in_words(error)}") from error

    def restore(self, seat: Seat) -> Calibration | None:
        """What is known of this seat, None if nothing is.

        A file that cannot be used is told once, in the log, and moved out of the way.
        """
        try:
            kept = self._read_or_set_aside()
        except CalibrationFileError as error:
            LOG.warning("no calibration is restored, the driver is learned anew: %s", error)
            return None
        found = next((each for each in kept if each.is_at(seat.source, seat.cabin)), None)
        if found is None:
            return None
        learned = found.learned_utc or "at an unknown time"
        if found.models_sha256 != seat.models_sha256:
            LOG.info(
                "the calibration of %s, learned %s, is from other networks: the driver is learned anew", seat.source, learned
            )
            return None
        LOG.info("calibration of %s restored, learned %s", seat.source, learned)
        return found.calibration

    def keep(self, seat: Seat, calibration: Calibration, learned_utc: str | None) -> None:
        """Remember this calibration of the seat instead of an earlier one.

        Raises:
            CalibrationFileError: the file cannot be read or written.
        """
        names = _Values.model_fields.keys()
        values = _Values(**{name: value for name, value in asdict(calibration).items() if name in names})
        new = KeptSeat(**asdict(seat), learned_utc=learned_utc, values=values)
        others = [each for each in self._read_or_set_aside() if not each.is_at(seat.source, seat.cabin)]
        self._write([*others, new])

    def forget(self, source: str, cabin: str) -> bool:
        """Remember nothing of this seat; whether there was anything.

        Raises:
            CalibrationFileError: the file cannot be read or written.
        """
        kept = self.read()
        others = [each for each in kept if not each.is_at(source, cabin)]
        if len(others) == len(kept):
            return False
        self._write(others)
        return True

    def _read_or_set_aside(self) -> tuple[KeptSeat, ...]:
        try:
            return self.read()
        except _DamagedError as error:
            aside = next(path for path in (Path(f"{self.path}.refused-{number}") for number in count(1)) if not path.exists())
            try:
                self.path.rename(aside)
            except OSError as failure:
                raise CalibrationFileError(f"{error}; it cannot be moved aside: {failure.strerror}") from error
            LOG.warning("%s; it is now %s, and the driver is learned anew", error, aside)
            return ()

    def _write(self, seats: Sequence[KeptSeat]) -> None:
        """Under another name first, then in place of the old file: a power cut leaves one or the other."""
        text = _File(format="dms.calibration", version=VERSION, seats=tuple(seats)).model_dump_json(indent=2) + "\n"
        draft = self.path.with_name(f".{self.path.name}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            raise CalibrationFileError(f"{self.path}: cannot be written: {error.strerror}") from error


def _parsed(content: bytes) -> _File:
    head = _Head.model_validate_json(content)
    if head.format != "dms.calibration":
        raise ValueError("not a file of calibrations")
    if head.version > VERSION:
        raise ValueError(f"written in version {head.version} by a newer dms; this one reads version {VERSION}")
    return _File.model_validate_json(content)


def _in_words(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    problem = error.errors()[0]
    if problem["type"] == "json_invalid":
        return f"damaged: {problem['msg']}"
    return f"damaged: {'.'.join(map(str, problem['loc'])) or 'the file'}: {problem['msg']}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
