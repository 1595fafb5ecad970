"""Fusion and decision joined: records in, alerts out. The live service and replay both use it, and so decide the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from dms.config.cabin import Cabin
from dms.decision.engine import DecisionEngine
from dms.decision.pack_loader import Pack
from dms.errors import DriveError
from dms.fusion.calibration import Calibration
from dms.fusion.fusion import Fusion
from dms.fusion.settings import FusionSettings
from dms.types import Alert, AlertKind, Cues, DriveRecord, DriverInput, Observation, Setup, VehicleState
from dms.wire import record_from

_DEFAULT_SETTINGS = FusionSettings()

News = Cues | DriverInput | Setup
"""What decision has to know of."""


class Monitor:
    """What the driver of one seat is told. Pure: the same records in the same order give the same alerts.

    A recorded drive says what was already known about its driver when it began, and that counts under any rules. `learned_t` is
    when the driver was known for the first time, None while still being learned.

    Args:
        pack: the rules.
        cabin: where things are around the driver.
        settings: what the cues mean.
        calibration: what is already known about this driver in this seat.
        assumed_speed_kph: for a bench without a vehicle, the speed while no vehicle gives one.
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
        self.learned_t: float | None = None
        self._assumed_speed_kph = assumed_speed_kph
        self._assume_until_s = settings.vehicle_hold_s
        self._vehicle_t: float | None = None
        self._known: Mapping[str, float | str | None] | None = None if calibration is None else asdict(calibration)

    @property
    def active(self) -> tuple[Alert, ...]:
        """The alerts that hold now."""
        return tuple(self.engine.active)

    @property
    def sounding(self) -> AlertKind | None:
        """The kind of alert that makes a sound now, None if all is quiet."""
        return self.engine.sounding

    @property
    def rejected(self) -> int:
        """How many observations could not be used because of duplicate, reordered or impossible times."""
        return self.fusion.rejected

    def replace_pack(self, pack: Pack) -> None:
        """Continue under other rules."""
        self.engine.replace_pack(pack)

    def feed(self, record: DriveRecord) -> tuple[Alert, ...]:
        """Take one record. Returns the alerts that follow from it; none from labels and recorded alerts, which change nothing.

        Raises:
            DriveError: what the recorded drive says of its driver is impossible.
        """
        news = self._fuse(record)
        return () if news is None else self._decide(news)

    def feed_all(self, records: Iterable[DriveRecord]) -> list[Alert]:
        """Take several records. Returns the alerts that follow from all of them, the same as from `feed` one by one.

        All of them go through fusion and then through decision, so that the code of each stays in the processor's caches: one
        record after the other takes a fifth more time, measured on an hour of drive.
        """
        news = [one for record in records if (one := self._fuse(record)) is not None]
        return [alert for one in news for alert in self._decide(one)]

    def _fuse(self, record: DriveRecord) -> News | None:
        """Take a record into fusion. Returns what decision has to know of it, if anything."""
        if isinstance(record, Observation):
            if self._assumed_speed_kph is not None:
                self._assume_speed(record.t, self._assumed_speed_kph)
            return self.fusion.observe(record)
        if isinstance(record, VehicleState):
            self._vehicle_t = record.t if record.speed_kph is not None else self._vehicle_t
            self.fusion.vehicle(record)
        elif isinstance(record, DriverInput):
            if record.action == "new_drive":
                self._vehicle_t = None
            self.fusion.driver(record)
            return record
        elif isinstance(record, Setup):
            self._take_setup(record)
            return record
        return None

    def _decide(self, news: News) -> tuple[Alert, ...]:
        if isinstance(news, DriverInput):
            return self.engine.driver(news)
        if isinstance(news, Setup):
            self._take_rules(news)
            return ()
        self.cues = news
        if self.learned_t is None and news.calibrated:
            self.learned_t = news.t
        return self.engine.step(news)

    def _take_rules(self, setup: Setup) -> None:
        """Take the rules that were in force when the drive was recorded: here the monitor's own rules count instead."""

    def _take_setup(self, setup: Setup) -> None:
        """Take the calibration, if it is news: every part of a drive begins with a setup, and so does every change of rules."""
        if setup.calibration != self._known:
            self._known = setup.calibration
            self.fusion.know(recorded_calibration(setup))

    def _assume_speed(self, t: float, speed_kph: float) -> None:
        heard = self._vehicle_t is not None and 0.0 <= t - self._vehicle_t <= self._assume_until_s
        if not heard:
            self.fusion.vehicle(VehicleState(t, speed_kph=speed_kph))


def recorded_calibration(setup: Setup) -> Calibration | None:
    """Returns what was known about the driver when the drive was recorded.

    Raises:
        DriveError: the setup does not hold a valid calibration.
    """
    if setup.calibration is None:
        return None
    try:
        return record_from(Calibration, setup.calibration)
    except DriveError as error:
        raise DriveError(f"the recorded calibration: {error}") from error
