"""What is learned of the driver, when, and when anew.

A driver is learned once, from moments in which this driver most likely looks ahead. After that, what was learned stays as it
is, unless straight ahead is found to lie elsewhere: then forward is learned again, and if the seat was empty before, so are the
eyes.
"""

from __future__ import annotations

from math import hypot

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
        self._forward_before: Mode | None = None
        self._faces_seen_s = self._eyes_seen_share = 0.0
        self._seat = SeatWatch(settings)
        self._seen_at_home_s = self._unmet_s = 0.0

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
            self._seen_at_home_s = self._unmet_s = 0.0
        if not reading.has_face:
            return
        self._count_eyes(held_s, is_seen=reading.gaze is not None)
        if self._seat.is_in_doubt and self._calibrator.has_forward:
            self._meet_again(held_s, reading)
        if is_standing(vehicle.speed_kph):
            return
        if self._is_yet_to_meet:
            self._calibrator.doubt_forward(True)
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

    @property
    def _is_yet_to_meet(self) -> bool:
        """Whether the seat was empty and nobody who sits there since has looked along the known forward."""
        is_met = self._seen_at_home_s >= self._settings.seat_met_s
        return self._seat.is_in_doubt and self._calibrator.has_forward and not is_met

    def _meet_again(self, held_s: float, reading: Reading) -> None:
        """Take whether somebody looks along the known forward: drivers who come back do while they still stand."""
        known, head = self._calibrator.settled, reading.head
        if head is None or known.forward_yaw_deg is None or known.forward_pitch_deg is None:
            return
        away_deg = hypot(head.yaw_deg - known.forward_yaw_deg, head.pitch_deg - known.forward_pitch_deg)
        if away_deg < self._settings.moved_least_deg:
            self._seen_at_home_s += held_s

    def _doubt(self, held_s: float, reading: Reading, trackers: Trackers, vehicle: VehicleState) -> None:
        """Look whether the known forward still is the road's."""
        if self._moved is None:
            self._moved = self._watch()
        if reading.head is None or not self._may_look_ahead(reading, trackers, vehicle):
            return
        moved, in_doubt = self._moved, self._seat.is_in_doubt
        moved.add(held_s, reading.head, reading.gaze)
        if in_doubt and moved.at_home_s >= self._settings.seat_known_s:
            self._seat.settle()
        likely_s, certain_s = self._needed_s(moved, vehicle, by_eyes=reading.gaze is not None)
        # Who never looks along the known forward is somebody else, even if nothing else fits.
        self._unmet_s += held_s if self._is_yet_to_meet else 0.0
        if moved.likely_s >= certain_s or self._unmet_s >= self._settings.seat_unmet_s:
            settled = self._calibrator.settled
            self._forward_before = Mode(settled.forward_yaw_deg or 0.0, settled.forward_pitch_deg or 0.0, 0.0, 1.0)
            self._calibrator.learn_anew(moved.head, moved.gaze, eye_too=in_doubt)
            self._seat.settle()
            self._moved, self._unmet_s = None, 0.0
        else:
            self._calibrator.doubt_forward(moved.likely_s >= likely_s or self._is_yet_to_meet)

    def _count_eyes(self, held_s: float, *, is_seen: bool) -> None:
        """Take whether the eyes can be read: the share of the last minutes, or of the time so far."""
        self._faces_seen_s = min(self._faces_seen_s + held_s, self._settings.eyes_seen_memory_s)
        self._eyes_seen_share += (is_seen - self._eyes_seen_share) * held_s / self._faces_seen_s

    def _may_look_ahead(self, reading: Reading, trackers: Trackers, vehicle: VehicleState) -> bool:
        """Returns whether this moment can tell where forward is.

        Where eyes can be read at other times, a moment without them may be any look away: only whose eyes can never be read is
        known by the head alone.
        """
        settings, in_doubt = self._settings, self._seat.is_in_doubt
        least = settings.seat_openness if in_doubt else settings.lowered_lid
        if reading.openness is not None and reading.openness < least:
            return False
        if reading.gaze is None:
            if self._eyes_seen_share > settings.eyes_seen_share:
                return False
        elif reading.openness is None:
            return False
        return in_doubt or self._is_at_speed(trackers, vehicle)

    def _needed_s(self, moved: MovedForward, vehicle: VehicleState, *, by_eyes: bool) -> tuple[float, float]:
        """Returns after how long another forward is likely, and after how long it is certain."""
        settings = self._settings
        if self._seat.is_in_doubt and moved.lower_deg <= settings.seat_lower_deg:
            return settings.seat_likely_s, settings.seat_certain_s
        if self._is_forward_before(moved.candidate):
            return settings.seat_likely_s, settings.seat_certain_s
        likely_s, certain_s = settings.moved_likely_s, settings.moved_certain_s
        if vehicle.speed_kph is None:
            certain_s = settings.moved_untold_s
        elif not by_eyes:
            certain_s = settings.moved_by_head_s
        if moved.looks < settings.moved_looks:
            certain_s = max(certain_s, settings.moved_stare_s)
        return likely_s if by_eyes else settings.moved_head_likely_s, certain_s

    def _is_forward_before(self, candidate: Mode | None) -> bool:
        """Returns whether this is the forward that was known before the present one: the driver leaned, or was misjudged."""
        before = self._forward_before
        if before is None or candidate is None:
            return False
        away_deg = hypot(candidate.yaw_deg - before.yaw_deg, candidate.pitch_deg - before.pitch_deg)
        return away_deg < self._settings.moved_home_deg

    def _is_at_speed(self, trackers: Trackers, vehicle: VehicleState) -> bool:
        """Returns whether the driver has to look ahead now: fast, as far as is known, straight on, and nothing else steers."""
        settings = self._settings
        speed_kph, road_deg = vehicle.speed_kph, trackers.road.yaw_deg
        if vehicle.assist_active or (speed_kph is not None and speed_kph < settings.moved_above_kph):
            return False
        return road_deg is None or abs(road_deg) <= settings.moved_bend_deg

    def _watch(self) -> MovedForward:
        known = self._calibrator.settled
        yaw_deg, pitch_deg = known.forward_yaw_deg or 0.0, known.forward_pitch_deg or 0.0
        gaze = yaw_deg + known.gaze_offset_yaw_deg, pitch_deg + known.gaze_offset_pitch_deg
        return MovedForward(Mode(yaw_deg, pitch_deg, known.forward_roll_deg or 0.0, 1.0), gaze, self._settings)
