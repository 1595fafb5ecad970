"""The cues of a moment, put together from what the trackers know."""

from __future__ import annotations

from dms.config.cabin import ROAD
from dms.fusion.calibration import Calibration
from dms.fusion.readings import Reading
from dms.fusion.trackers import Trackers
from dms.types import CueEvent, Cues, SpeedStatus, VehicleState

_NOWHERE = (None, None, None)


def cues_of(
    t: float,
    reading: Reading,
    trackers: Trackers,
    vehicle: VehicleState,
    speed_status: SpeedStatus,
    calibration: Calibration,
    events: tuple[CueEvent, ...],
    paused: bool = False,
) -> Cues:
    """Returns the cues at `t`. While monitoring is `paused`, of trackers that were never fed: nothing is known of the driver."""
    head, road = trackers.head_direction, trackers.road
    head_yaw_deg, head_pitch_deg, _ = head or _NOWHERE
    gaze, zone, closures, statistics = trackers.gaze, trackers.zones.zone, trackers.closures, trackers.statistics
    gaze_yaw_deg, gaze_pitch_deg, _ = gaze.direction or _NOWHERE
    return Cues(
        t=t,
        speed_kph=vehicle.speed_kph,
        speed_status=speed_status,
        turn_signal=vehicle.turn_signal,
        steering_deg=vehicle.steering_deg,
        gear=vehicle.gear,
        assist_active=vehicle.assist_active,
        road_yaw_deg=road.yaw_deg,
        indicated_side=trackers.indicator.side,
        camera=reading.camera,
        face_missing=trackers.face_missing,
        face_missing_s=trackers.face_missing_s,
        degraded=trackers.degradation.reason,
        degraded_s=trackers.degradation.seconds,
        head_yaw_deg=head_yaw_deg,
        head_pitch_deg=head_pitch_deg,
        head_roll_deg=reading.head_roll_deg,
        head_away_deg=None if head is None else road.away_deg(head),
        head_leans=trackers.leaning.is_leaning,
        gaze_yaw_deg=gaze_yaw_deg,
        gaze_pitch_deg=gaze_pitch_deg,
        gaze_away_deg=None if gaze.direction is None else road.away_deg(gaze.direction),
        gaze_source=gaze.source,
        gaze_zone=zone,
        gaze_area=trackers.zones.area,
        off_road=None if zone is None else zone != ROAD,
        non_nominal=gaze.source == "head",
        off_road_minute_s=statistics.off_road_minute_s,
        glance_mean_s=statistics.glance_mean_s,
        glance_p85_s=statistics.glance_p85_s,
        openness=reading.openness,
        eyes_closed=closures.closed,
        eyes_closed_s=closures.closed_s,
        perclos_60s=trackers.perclos_60s,
        perclos_180s=trackers.perclos_180s,
        blink_rate_per_min=statistics.blink_rate_per_min,
        blink_duration_s=statistics.blink_duration_s,
        kss=statistics.kss,
        kss_sigma=statistics.kss_sigma,
        mouth_openness=reading.mouth_opening,
        yawning=trackers.yawns.yawning,
        talking=trackers.talk.talking,
        phone=trackers.things.phone,
        smoking=trackers.things.smoking,
        drinking=trackers.things.drinking,
        expression=reading.expression,
        eyes_readable_share_30s=statistics.eyes_readable_share_30s,
        availability_30s=trackers.availability.confirmed,
        calibration=calibration.progress,
        calibrated=calibration.is_complete,
        calibration_source=calibration.source,
        paused=paused,
        events=events,
    )
