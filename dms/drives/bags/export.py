"""A drive as a bag of ROS 2: records as they are, and what a stranger's tools plot.

| topic | type | content |
| `/dms/observation`, `/dms/vehicle`, … | std_msgs/String | the records of the drive as JSON, without landmarks |
| `/dms/cues/NAME` | std_msgs/Float64, Bool, String | each cue |
| `/dms/speed` | geometry_msgs/TwistStamped | the speed in m/s, `twist.linear.x` |
| `/dms/log` | rcl_interfaces/Log | alerts as lines |
| `/dms/image/compressed` | sensor_msgs/CompressedImage | pictures, where some were recorded |
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from dms.decision.reason_text import why_text
from dms.monitor.monitor import Monitor
from dms.recording.drive_writer import Pictures
from dms.recording.editing import TOPIC_OF
from dms.recording.ros.bag import COMPRESSED_IMAGE, STRING
from dms.recording.ros.speed import KPH_PER_MPS
from dms.recording.ros.writer import BagWriter
from dms.types import Alert, Cues, DriveRecord, Level, Phase, VehicleState
from dms.wire import to_json

RECORD_TOPICS = {record_type: f"/dms/{name}" for record_type, name in TOPIC_OF.items()}
IMAGE_TOPIC, SPEED_TOPIC, LOG_TOPIC, CUES = "/dms/image/compressed", "/dms/speed", "/dms/log", "/dms/cues"
ALERT_TOPIC = RECORD_TOPICS[Alert]
_FLOAT, _BOOL = "std_msgs/msg/Float64", "std_msgs/msg/Bool"
_SPEED, _LOG = "geometry_msgs/msg/TwistStamped", "rcl_interfaces/msg/Log"
_NO_CUES = frozenset({"t", "events"})
_INFO, _WARN, _ERROR, _FATAL = 20, 30, 40, 50
_LEVELS: Mapping[Level, int] = {
    Level.INFO: _INFO,
    Level.ADVISORY: _WARN,
    Level.WARNING: _WARN,
    Level.URGENT: _ERROR,
    Level.EMERGENCY: _FATAL,
}


class BagExport:
    """A `Watch` for `replay` that writes what it sees. Cues come `cues_hz` times a second at most, alerts as replayed.

    A number that becomes unknown is told once as NaN, where plots have a gap; words and truths are told when they change.
    """

    def __init__(self, bag: BagWriter, pictures: Pictures, cues_hz: float) -> None:
        self._bag = bag
        self._pictures = pictures
        self._step_s = 1.0 / cues_hz
        self._due_s = -math.inf
        self._told: dict[str, object] = {}

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if not isinstance(record, Alert):
            self._bag.write(RECORD_TOPICS[type(record)], STRING, record.t, data=to_json(record).decode())
        if isinstance(record, VehicleState) and record.speed_kph is not None:
            self._write_speed(record.t, record.speed_kph)
        for alert in raised:
            self._write_alert(alert)
        cues = monitor.cues
        if cues is not None:
            self.write_pictures(cues.t)
            if cues.t >= self._due_s:
                self._due_s = cues.t + self._step_s - 1e-6
                self._write_cues(cues)

    def write_pictures(self, until_s: float) -> None:
        """Write the pictures up to a time that have not been written."""
        for image in self._pictures.until(until_s):
            data = np.frombuffer(image.jpeg, dtype=np.uint8)
            self._bag.write(IMAGE_TOPIC, COMPRESSED_IMAGE, image.t, frame_id="driver_camera", format="jpeg", data=data)

    def _write_speed(self, t: float, speed_kph: float) -> None:
        ahead, none = ({"x": x, "y": 0.0, "z": 0.0} for x in (speed_kph / KPH_PER_MPS, 0.0))
        vector = "geometry_msgs/msg/Vector3"
        linear, angular = (self._bag.made(vector, t, each) for each in (ahead, none))
        twist = self._bag.made("geometry_msgs/msg/Twist", t, {"linear": linear, "angular": angular})
        self._bag.write(SPEED_TOPIC, _SPEED, t, frame_id="vehicle", twist=twist)

    def _write_alert(self, alert: Alert) -> None:
        self._bag.write(ALERT_TOPIC, STRING, alert.t, data=to_json(alert).decode())
        level = _LEVELS[alert.level] if alert.phase in (Phase.RAISE, Phase.ESCALATE) else _INFO
        text = f"{alert.kind} {alert.level}, {alert.phase}: {why_text(alert.cause)}"
        self._bag.write(LOG_TOPIC, _LOG, alert.t, level=level, name="dms", msg=text, file="", function=alert.rule, line=0)

    def _write_cues(self, cues: Cues) -> None:
        for name, value in msgspec.structs.asdict(cues).items():
            if name not in _NO_CUES:
                self._write_cue(cues.t, name, value)

    def _write_cue(self, t: float, name: str, value: Any) -> None:
        before = self._told.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number and value == before:
            return
        self._told[name] = value
        topic = f"{CUES}/{name}"
        if is_number:
            self._bag.write(topic, _FLOAT, t, data=float(value))
        elif isinstance(value, bool):
            self._bag.write(topic, _BOOL, t, data=value)
        elif value is not None:
            self._bag.write(topic, STRING, t, data=str(value))
        elif isinstance(before, bool):
            return
        elif isinstance(before, int | float):
            self._bag.write(topic, _FLOAT, t, data=math.nan)
        else:
            self._bag.write(topic, STRING, t, data="")
