"""What the objects network says of one look, and how much of it is said aloud."""

from __future__ import annotations

from dataclasses import dataclass

from dms.perception.decode import Outputs, sigmoid, softmax
from dms.types import Phone

UNLIKELY = 0.5
"""A thing is said not to be there below this probability; between it and the threshold nothing is said."""


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """Probabilities in [0, 1] under a flat prior. `drinking` is drinking or eating."""

    at_ear: float
    handheld: float
    smoking: float
    drinking: float

    @property
    def phone(self) -> float:
        """That a phone is held at all."""
        return self.at_ear + self.handheld


@dataclass(frozen=True, slots=True)
class ObjectThresholds:
    """Probabilities from which a thing is believed to be there; the manifest holds them beside the weights."""

    phone: float
    smoking: float
    drinking: float


@dataclass(frozen=True, slots=True)
class Objects:
    """What is in the driver's hands and mouth; None where nobody looked or the answer is not sure."""

    phone: Phone | None = None
    smoking: bool | None = None
    drinking: bool | None = None


NOBODY_LOOKED = Objects()


def decode_objects(outputs: Outputs, index: int = 0) -> ObjectReading:
    """The objects network's outputs for picture `index` of a batch."""
    _, at_ear, handheld = softmax(outputs["phone"][index]).tolist()
    smoking, drinking = (float(sigmoid(outputs[name][index, 0])) for name in ("smoking", "drinking"))
    return ObjectReading(at_ear, handheld, smoking, drinking)


def said_of(reading: ObjectReading, thresholds: ObjectThresholds) -> Objects:
    """The answer of one look: whatever is likely enough, or unlikely enough, to be said."""
    phone = _said(reading.phone, thresholds.phone)
    where: Phone = "at_ear" if reading.at_ear >= reading.handheld else "handheld"
    return Objects(
        phone=None if phone is None else where if phone else "none",
        smoking=_said(reading.smoking, thresholds.smoking),
        drinking=_said(reading.drinking, thresholds.drinking),
    )


def _said(probability: float, threshold: float) -> bool | None:
    if probability >= threshold:
        return True
    return False if probability < UNLIKELY else None
