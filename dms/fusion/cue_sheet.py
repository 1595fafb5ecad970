"""Filling in `Cues` thirty times a second."""

from __future__ import annotations

from dms.config.cabin import ROAD
from dms.fusion.calibration import Calibration
from dms.fusion.readings import Reading
from dms.fusion.trackers import Trackers
from dms.types import CueEvent, Cues, Observation, VehicleState, draft_of

_Draft = draft_of(Cues)
_new = object.__new__
_NOWHERE = (None, None, None)


def cues_of(
    t: float,
    reading: Reading,
    trackers: Trackers,
    vehicle: VehicleState,
    calibration: Calibration,
    events: tuple[CueEvent, ...],
) -> Cues:
    """The cues at `t`."""
    sheet = _new(_Draft)
    sheet.t = t
    sheet.speed_kph = vehicle.speed_kph
    sheet.turn_signal = vehicle.turn_signal
    sheet.steering_deg = vehicle.steering_deg
    sheet.gear = vehicle.gear
    sheet.assist_active = vehicle.assist_active
    sheet.camera = reading.camera
    sheet.face_missing = trackers.face_missing
    sheet.face_missing_s = trackers.face_missing_s
    sheet.degraded = trackers.degradation.reason
    sheet.degraded_s = trackers.degradation.seconds
    sheet.head_yaw_deg, sheet.head_pitch_deg, sheet.head_away_deg = trackers.head_direction or _NOWHERE
    sheet.head_roll_deg = reading.head_roll_deg
    gaze = trackers.gaze
    sheet.gaze_yaw_deg, sheet.gaze_pitch_deg, sheet.gaze_away_deg = gaze.direction or _NOWHERE
    sheet.gaze_source = gaze.source
    sheet.non_nominal = gaze.source == "head"
    sheet.gaze_zone = zone = trackers.zones.zone
    sheet.gaze_area = trackers.zones.area
    sheet.off_road = None if zone is None else zone != ROAD
    closures = trackers.closures
    sheet.openness = reading.openness
    sheet.eyes_closed = closures.closed
    sheet.eyes_closed_s = closures.closed_s
    sheet.perclos_60s = trackers.perclos_60s
    sheet.perclos_180s = trackers.perclos_180s
    statistics = trackers.statistics
    sheet.blink_rate_per_min = statistics.blink_rate_per_min
    sheet.blink_duration_s = statistics.blink_duration_s
    sheet.kss = statistics.kss
    sheet.kss_sigma = statistics.kss_sigma
    sheet.off_road_minute_s = statistics.off_road_minute_s
    sheet.glance_mean_s = statistics.glance_mean_s
    sheet.glance_p85_s = statistics.glance_p85_s
    sheet.eyes_readable_share_30s = statistics.eyes_readable_share_30s
    sheet.mouth_openness = reading.mouth_opening
    sheet.yawning = trackers.yawns.yawning
    sheet.talking = trackers.talk.talking
    sheet.phone = trackers.things.phone
    sheet.smoking = trackers.things.smoking
    sheet.drinking = trackers.things.drinking
    sheet.expression = reading.expression
    sheet.availability_30s = trackers.availability.confirmed
    sheet.calibration = calibration.progress
    sheet.calibrated = calibration.is_complete
    sheet.calibration_source = calibration.source
    sheet.paused = False
    sheet.events = events
    sheet.__class__ = Cues
    cues: Cues = sheet
    return cues


def paused_cues(observation: Observation, vehicle: VehicleState, calibration: Calibration) -> Cues:
    """The cues while monitoring is paused: nothing is known of the driver."""
    return Cues(
        t=observation.t,
        speed_kph=vehicle.speed_kph,
        turn_signal=vehicle.turn_signal,
        steering_deg=vehicle.steering_deg,
        gear=vehicle.gear,
        assist_active=vehicle.assist_active,
        camera=observation.camera,
        calibration=calibration.progress,
        calibrated=calibration.is_complete,
        calibration_source=calibration.source,
        paused=True,
    )
