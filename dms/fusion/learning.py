"""What is learned of the driver, when, and when anew.

A driver is learned once, from moments in which this driver most likely looks ahead. After that, what was learned stays as it
is, unless straight ahead is found to lie elsewhere: then forward is learned again, and if the seat was empty before, so are the
eyes.
"""

from __future__ import annotations

from dms.config.cabin import Camera
from dms.fusion.calibration import Calibration, Calibrator
from dms.fusion.direction_mode import Mode
from dms.fusion.moved_forward import MovedForward
from dms.fusion.readings import Reading
from dms.fusion.seat import SeatWatch
from dms.fusion.settings import FusionSettings
from dms.fusion.trackers import Trackers
from dms.fusion.vehicle import is_standing
from dms.types import VehicleState

_HANDS_FULL = frozenset({"at_ear", "handheld"})


class Learning:
    """`calibration` is what is known of the driver now."""

    def __init__(self, camera: Camera, settings: FusionSettings, restored: Calibration | None) -> None:
        self._settings = settings
        self._calibrator = Calibrator(camera, settings, restored)
        self._moved: MovedForward | None = None
        self._seat = SeatWatch(settings)

    @property
    def calibration(self) -> Calibration:
        """What is known of the driver now."""
        return self._calibrator.current

    def update(self, held_s: float, reading: Reading, trackers: Trackers, vehicle: VehicleState) -> None:
        """Take `held_s` seconds in which this was read of the driver and known of the vehicle."""
        if not held_s:
            return
        if self._seat.update(held_s, trackers.face_missing, vehicle):
            self._moved = None  # what was seen of the one who left says nothing about the one who comes
        if not reading.has_face or is_standing(vehicle.speed_kph):
            return
        is_sure = self._is_sure(trackers, vehicle)
        if self._calibrator.is_learning:
            self._learn(held_s, reading, trackers, is_sure)
        if self._calibrator.has_forward and is_sure:
            self._doubt(held_s, reading, trackers, vehicle)

    def _is_sure(self, trackers: Trackers, vehicle: VehicleState) -> bool:
        """Returns whether the driver most likely looks ahead: moving, not turning, no phone in hand."""
        settings, speed_kph = self._settings, vehicle.speed_kph
        if speed_kph is not None and speed_kph <= settings.learn_above_kph:
            return False
        is_turning = vehicle.turn_signal in {"left", "right"} or abs(vehicle.steering_deg or 0.0) > settings.learn_steering_deg
        return not is_turning and trackers.things.phone not in _HANDS_FULL

    def _learn(self, held_s: float, reading: Reading, trackers: Trackers, is_sure: bool) -> None:
        calibrator, closures = self._calibrator, trackers.closures
        head, gaze = reading.head, reading.gaze
        if head is not None and not closures.closed:
            calibrator.add_head(held_s, head.yaw_deg, head.pitch_deg, head.roll_deg, is_sure=is_sure)
            if gaze is not None:
                calibrator.add_gaze(held_s, gaze.yaw_deg, gaze.pitch_deg, is_sure=is_sure)
        if is_sure and reading.raw_openness is not None and not (trackers.is_looking_down and not closures.closed):
            calibrator.add_openness(held_s, reading.raw_openness, 0.0 if closures.closed is False else closures.closed_s)

    def _doubt(self, held_s: float, reading: Reading, trackers: Trackers, vehicle: VehicleState) -> None:
        """Look whether the known forward still is the road's. Without eyes, nobody can tell a knock from a turned head."""
        if self._moved is None:
            self._moved = self._watch()
        head, gaze, openness = reading.head, reading.gaze, reading.openness
        settings, in_doubt = self._settings, self._seat.is_in_doubt
        least = settings.seat_openness if in_doubt else settings.lowered_lid
        if head is None or gaze is None or openness is None or openness < least:
            return
        if not in_doubt and not self._is_at_speed(trackers, vehicle):
            return
        moved = self._moved
        moved.add(held_s, head, gaze)
        if in_doubt and moved.at_home_s >= settings.seat_known_s:
            self._seat.settle()
        likely_s = settings.seat_likely_s if in_doubt else settings.moved_likely_s
        certain_s = settings.seat_certain_s if in_doubt else settings.moved_certain_s
        if moved.likely_s >= certain_s:
            self._calibrator.learn_anew(moved.head, moved.gaze, eye_too=in_doubt)
            self._seat.settle()
            self._moved = None
        else:
            self._calibrator.doubt_forward(moved.likely_s >= likely_s)

    def _is_at_speed(self, trackers: Trackers, vehicle: VehicleState) -> bool:
        """Returns whether the driver has to look ahead now: fast, straight on, and nothing else steers."""
        settings = self._settings
        speed_kph, road_deg = vehicle.speed_kph, trackers.road.yaw_deg
        if speed_kph is None or speed_kph < settings.moved_above_kph or vehicle.assist_active:
            return False
        return road_deg is None or abs(road_deg) <= settings.moved_bend_deg

    def _watch(self) -> MovedForward:
        known = self._calibrator.settled
        yaw_deg, pitch_deg = known.forward_yaw_deg or 0.0, known.forward_pitch_deg or 0.0
        gaze = yaw_deg + known.gaze_offset_yaw_deg, pitch_deg + known.gaze_offset_pitch_deg
        return MovedForward(Mode(yaw_deg, pitch_deg, known.forward_roll_deg or 0.0, 1.0), gaze, self._settings)
