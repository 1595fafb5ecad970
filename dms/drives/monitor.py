"""Fusion and decision joined: records in, alerts out. The live service and replay both go through here, so both say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from pydantic import ValidationError

from dms.config.cabin import Cabin
from dms.decision.engine import DecisionEngine
from dms.decision.pack_loader import Pack
from dms.errors import DriveError
from dms.fusion.calibration import Calibration
from dms.fusion.fusion import Fusion
from dms.fusion.settings import FusionSettings
from dms.types import Alert, Cues, DriveRecord, DriverInput, Observation, Setup, VehicleState
from dms.wire import adapter_of

_DEFAULT_SETTINGS = FusionSettings()


class Monitor:
    """What the driver of one seat is told. Pure: the same records in the same order give the same alerts.

    A recorded drive says what was already known of its driver when it began; that counts under any rules.

    Args:
        pack: the rules.
        cabin: what lies where around the driver.
        settings: what the cues mean.
        calibration: what is already known of this driver in this seat.
        assumed_speed_kph: for a bench without a vehicle: the speed that holds while no vehicle tells one.
    """

    def __init__(
        self,
        pack: Pack,
        cabin: Cabin,
        settings: FusionSettings = _DEFAULT_SETTINGS,
        calibration: Calibration | None = None,
        *,
        assumed_speed_kph: float | None = None,
    ) -> None:
        self.fusion = Fusion(cabin, settings, calibration)
        self.engine = DecisionEngine(pack)
        self.cues: Cues | None = None
        self._assumed_speed_kph = assumed_speed_kph
        self._assume_until_s = settings.vehicle_hold_s
        self._vehicle_t: float | None = None
        self._known: Mapping[str, float | str | None] | None = None if calibration is None else asdict(calibration)

    @property
    def active(self) -> tuple[Alert, ...]:
        """The alerts that hold now."""
        return tuple(self.engine.active)

    @property
    def rejected(self) -> int:
        """How many observations could not be used: duplicate, reordered or impossible times."""
        return self.fusion.rejected

    def replace_pack(self, pack: Pack) -> None:
        """Go on under other rules."""
        self.engine.replace_pack(pack)

    def feed(self, record: DriveRecord) -> tuple[Alert, ...]:
        """Take one record and return what follows from it; labels and recorded alerts change nothing.

        Raises:
            DriveError: the recorded drive says something of its driver that cannot be.
        """
        if isinstance(record, Observation):
            return self._observe(record)
        if isinstance(record, VehicleState):
            self._vehicle_t = record.t if record.speed_kph is not None else self._vehicle_t
            self.fusion.vehicle(record)
        elif isinstance(record, DriverInput):
            if record.action == "new_drive":
                self._vehicle_t = None
            self.fusion.driver(record)
            return self.engine.driver(record)
        elif isinstance(record, Setup):
            self._take_setup(record)
        return ()

    def _take_setup(self, setup: Setup) -> None:
        """Every part of a drive begins with one, and one comes with other rules: only news of the driver counts here."""
        if setup.calibration != self._known:
            self._known = setup.calibration
            self.fusion.know(recorded_calibration(setup))

    def _observe(self, observation: Observation) -> tuple[Alert, ...]:
        if self._assumed_speed_kph is not None:
            self._assume_speed(observation.t, self._assumed_speed_kph)
        cues = self.fusion.observe(observation)
        if cues is None:
            return ()
        self.cues = cues
        return self.engine.step(cues)

    def _assume_speed(self, t: float, speed_kph: float) -> None:
        heard = self._vehicle_t is not None and 0.0 <= t - self._vehicle_t <= self._assume_until_s
        if not heard:
            self.fusion.vehicle(VehicleState(t, speed_kph=speed_kph))


def recorded_calibration(setup: Setup) -> Calibration | None:
    """What a recorded drive says was known of its driver.

    Raises:
        DriveError: that is no calibration.
    """
    if setup.calibration is None:
        return None
    try:
        calibration: Calibration = adapter_of(Calibration).validate_python(dict(setup.calibration))
    except ValidationError as error:
        problem = error.errors()[0]
        raise DriveError(f"the recorded calibration: {'.'.join(map(str, problem['loc']))}: {problem['msg']}") from error
    return calibration
