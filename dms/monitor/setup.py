"""What the decisions of a live drive rested on: recorded when it begins, and used by `dms replay --rules recorded`."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from pydantic import ValidationError

from dms.config.cabin import Cabin
from dms.config.yaml_loader import parse_yaml
from dms.decision.pack_loader import Pack, pack_from
from dms.errors import ConfigurationError, DriveError
from dms.fusion.calibration import Calibration
from dms.monitor.monitor import Monitor, recorded_calibration
from dms.types import Setup


@dataclass(frozen=True, slots=True)
class Basis:
    """A `Setup` with its parts parsed. `calibration` is what was known about the driver when the drive began."""

    pack: Pack
    cabin: Cabin
    assumed_speed_kph: float | None = None
    calibration: Calibration | None = None


def setup_of(t: float, basis: Basis) -> Setup:
    """Returns the record of this basis, for the drive."""
    return Setup(
        t=t,
        rules=basis.pack.text,
        rules_name=str(basis.pack.path),
        rules_sha256=basis.pack.sha256,
        cabin=basis.cabin.model_dump(mode="json"),
        assumed_speed_kph=basis.assumed_speed_kph,
        calibration=None if basis.calibration is None else asdict(basis.calibration),
    )


def basis_of(setup: Setup) -> Basis:
    """Returns what the record says.

    Raises:
        DriveError: the rules are not those that were in force, or this version of dms cannot follow them or the cabin.
    """
    found = hashlib.sha256(setup.rules.encode()).hexdigest()
    if found != setup.rules_sha256:
        raise DriveError(f"the recorded rules '{setup.rules_name}' are not those that were in force: their sha256 is {found}")
    try:
        cabin = Cabin.model_validate(setup.cabin)
        pack = pack_from(parse_yaml(setup.rules, setup.rules_name), found, cabin.zones)
    except (ConfigurationError, ValidationError) as error:
        raise DriveError(f"this version of dms cannot follow the recorded rules or cabin:\n{error}") from error
    return Basis(pack, cabin, setup.assumed_speed_kph, recorded_calibration(setup))


class RecordedMonitor(Monitor):
    """Decides what the live service decided: with its setup at the beginning, and with each pack from when it was loaded.

    Raises:
        DriveError: what `basis_of` raises, here and in `feed`.
    """

    def __init__(self, setup: Setup) -> None:
        basis = basis_of(setup)
        super().__init__(basis.pack, basis.cabin, calibration=basis.calibration, assumed_speed_kph=basis.assumed_speed_kph)
        self._setup = setup

    def _take_rules(self, setup: Setup) -> None:
        before, self._setup = self._setup, setup
        if setup.rules_sha256 != before.rules_sha256:
            self.replace_pack(basis_of(setup).pack)
