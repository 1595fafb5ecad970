"""Corrections that give raw outputs their stated meaning, measured on rendered people held out from training.

`python -m tools.calibrate` fits these numbers and writes them into the manifest. Without them, outputs are used as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SigmaCalibration:
    """A network's expected error as a standard error: `scale` * (what it says) ** `power`, in degrees."""

    scale: float = 1.0
    power: float = 1.0

    def __call__(self, sigma_deg: float) -> float:
        """The calibrated standard error in degrees, at most 180."""
        return min(180.0, self.scale * math.pow(max(sigma_deg, 1e-3), self.power))


_PLAIN = ("mouth_gain", "mouth_offset", "neutral_lift", "disagreement_free_deg", "disagreement_share")


@dataclass(frozen=True, slots=True)
class FaceCalibration:
    """The face network's calibration. `mouth_gain` undoes the shrinkage of landmarks towards where they usually are, so that a
    wide-open mouth reads as wide as it is. The pose from landmarks may differ by up to `disagreement_free_deg`, since no face is
    the mean face; the share `disagreement_share` of any excess counts as error. `neutral_lift` is added to the logit of a neutral
    face, so that as many neutral faces pass for an expression as expressions pass for a neutral face."""

    rotation_sigma: SigmaCalibration = SigmaCalibration()
    mouth_gain: float = 1.0
    mouth_offset: float = 0.0
    neutral_lift: float = 0.0
    disagreement_free_deg: float = 12.0
    disagreement_share: float = 0.5

    @staticmethod
    def of(numbers: Mapping[str, float]) -> FaceCalibration:
        """Read from the `calibration` of a manifest entry."""
        sigma = SigmaCalibration(numbers.get("rotation_sigma_scale", 1.0), numbers.get("rotation_sigma_power", 1.0))
        rest = {name: numbers[name] for name in _PLAIN if name in numbers}
        return FaceCalibration(rotation_sigma=sigma, **rest)

    def sigma_with(self, sigma_deg: float, disagreement_deg: float | None) -> float:
        """The standard error in degrees, wider if the pose from landmarks contradicts it."""
        if disagreement_deg is None or disagreement_deg <= self.disagreement_free_deg:
            return sigma_deg
        return math.hypot(sigma_deg, self.disagreement_share * (disagreement_deg - self.disagreement_free_deg))

    def mouth(self, opening: float) -> float:
        """Inner-lip opening over mouth width, 0 to 1.5."""
        return min(max(self.mouth_gain * opening + self.mouth_offset, 0.0), 1.5)


@dataclass(frozen=True, slots=True)
class EyeCalibration:
    """The eye network's calibration."""

    gaze_sigma: SigmaCalibration = SigmaCalibration()

    @staticmethod
    def of(numbers: Mapping[str, float]) -> EyeCalibration:
        """Read from the `calibration` of a manifest entry."""
        return EyeCalibration(SigmaCalibration(numbers.get("gaze_sigma_scale", 1.0), numbers.get("gaze_sigma_power", 1.0)))


AS_SAID, EYES_AS_SAID = FaceCalibration(), EyeCalibration()
