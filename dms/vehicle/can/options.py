"""How a person says which signal of a DBC file is the speed, the steering angle, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dms.vehicle.fields import HOLD_S, FieldName

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
SignalValue = float | str
"""A value of a signal: a number, or the name that the DBC gives it."""
Timeout = Annotated[float, Field(ge=HOLD_S, le=3600.0)]
Unit = Literal["km/h", "m/s", "mph", "kn", "deg", "rad"]


class Section(BaseModel):
    """Strict, frozen, without unknown keys, NaN or infinities, like every section of a configuration."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class SignalSettings(Section):
    """Where a field comes from. A text alone is the name of its signal: `SIGNAL`, or `MESSAGE.SIGNAL`."""

    signal: Text | None = Field(
        default=None, description="The signal: its name, or `MESSAGE.SIGNAL` where several messages have it."
    )
    only_if: dict[str, SignalValue] = Field(
        default={}, description="Signals of the same message and the value that each must have; else the field is unknown."
    )
    timeout_s: Timeout = Field(
        default=HOLD_S,
        description="For so long a value counts. More than 2 for what the vehicle sends only when it changes: the value then "
        "counts until the next one, at most for this long, and while the bus can be read.",
    )

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"signal": value} if isinstance(value, str) else value


class Quantity(SignalSettings):
    """A number: one signal, the sum of several, or their mean."""

    sum: list[Text] | None = Field(default=None, min_length=2, description="Signals of one message that are added up.")
    mean: list[Text] | None = Field(default=None, min_length=2, description="Signals of one message of which the mean is taken.")
    unit: Unit | None = Field(default=None, description="The signals' unit, where the DBC names none or the wrong one.")
    scale: float | None = Field(default=None, description="Factor after the conversion of the unit; -1 turns a sign around.")
    offset: float = Field(default=0.0, description="Added after that, in the unit of the field.")
    unknown: list[SignalValue] = Field(
        default=[], description="Values of a signal that mean that it is not known; those outside the DBC's range always do."
    )

    @model_validator(mode="after")
    def _one_of_three(self) -> Quantity:
        if sum(given is not None for given in (self.signal, self.sum, self.mean)) != 1:
            raise ValueError("one of signal, sum and mean is wanted")
        if self.scale == 0.0:
            raise ValueError("scale: 0 would make every value the same")
        return self

    @property
    def names(self) -> list[str]:
        """The signals, as they are written."""
        return [self.signal] if self.signal is not None else [*(self.sum or self.mean or ())]


class Word(SignalSettings):
    """A word out of a signal's values."""

    map: dict[str, SignalValue | list[SignalValue]] = Field(
        default={}, description="For each word, the value of the signal, or several: a number, or the DBC's name for it."
    )

    @property
    def words(self) -> Iterator[tuple[str, SignalValue]]:
        """Each word with each of its values."""
        for word, values in self.map.items():
            for value in values if isinstance(values, list) else [values]:
                yield word, value

    @model_validator(mode="after")
    def _has_a_signal(self) -> Word:
        if self.signal is None:
            raise ValueError("signal: the key is missing")
        return self


class TurnSignals(Word):
    """The indicator: one signal with a `map`, or a signal for each side, both of them at once being the hazard lights."""

    signal: Text | None = Field(default=None, description="One signal for both sides, or `MESSAGE.SIGNAL`.")
    left: Text | None = Field(default=None, description="Signal that is not 0 while the left indicator is on.")
    right: Text | None = Field(default=None, description="The same for the right one; both: hazard lights.")

    @model_validator(mode="after")
    def _has_a_signal(self) -> TurnSignals:
        sides = [self.left, self.right].count(None)
        if (self.signal is None) != (sides == 0) or sides == 1:
            raise ValueError("either signal is wanted, or left and right")
        if self.map and self.signal is None:
            raise ValueError("map goes with signal, not with left and right")
        return self


class Signals(Section):
    """The signals by field."""

    speed_kph: Quantity | None = Field(default=None, description="The speed.")
    steering_deg: Quantity | None = Field(default=None, description="Angle of the steering wheel, to the left above 0.")
    turn_signal: TurnSignals | None = Field(default=None, description="The indicator: off, left, right or hazard.")
    gear: Word | None = Field(default=None, description="The gear as the vehicle names it; P… is parking, R… reverse.")
    assist_active: Word | None = Field(default=None, description="Whether an assistance system steers: true or false.")

    @model_validator(mode="after")
    def _tells_something(self) -> Signals:
        if not self.given:
            raise ValueError("at least one field is wanted")
        return self

    @property
    def given(self) -> dict[FieldName, SignalSettings]:
        """The fields that are told."""
        fields: dict[FieldName, SignalSettings | None] = {
            "speed_kph": self.speed_kph,
            "steering_deg": self.steering_deg,
            "turn_signal": self.turn_signal,
            "gear": self.gear,
            "assist_active": self.assist_active,
        }
        return {name: settings for name, settings in fields.items() if settings is not None}


class CanOptions(Section):
    """A CAN bus. Nothing is ever sent on it."""

    dbc: Text = Field(description="DBC file (or ARXML, KCD, SYM) that describes the bus's messages.")
    signals: Signals = Field(description="Which of its signals are the speed and the rest.")
    interface: Text = Field(
        default="socketcan", description="Kind of interface, as python-can names it: socketcan, udp_multicast, slcan, pcan, …"
    )
    channel: Text | int = Field(default="can0", description="Which one of that kind.")
    bitrate: int | None = Field(
        default=None,
        ge=1000,
        le=8_000_000,
        description="For interfaces that set it themselves; that of SocketCAN is set by the system.",
    )
    fd: bool = Field(default=False, description="Whether frames of CAN FD are read as well.")
    interface_options: dict[str, int | float | bool | str] = Field(
        default={}, description="Further arguments of python-can for that kind of interface."
    )
    log: Text | None = Field(
        default=None,
        description="A log (ASC, BLF, TRC, candump) instead of a bus, for a bench: played in real time, over and over.",
    )
