"""What the bus has said, as far as anybody may want to know it: the newest of everything, and a little of what was before.

Whoever asks says what they know already and is told the rest at once. Nobody has a queue: a browser that does not read for an
hour is told the newest when it does, and costs nothing meanwhile. Safe from any thread.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from dms.client.reception import Reception
from dms.client.subscriber import Message
from dms.errors import BAD_INPUT
from dms.outputs.bus.messages import HEALTH_SILENCE_S, Topic
from dms.studio.live.telling import Told, alert_told, health_told, observation_told, point_of, state_told

KEPT_ALERTS = 200
KEPT_REMARKS = 20
KEPT_POINTS = 400
"""A minute at five states a second, and room for those that come with alerts."""
LONGEST_MESSAGE = 1 << 17
"""Characters. Those of the service have some thousands."""


class Heard:
    """Of the service at `endpoint`. `now` is a monotonic clock, `utc_ns` the one on the wall."""

    def __init__(
        self, endpoint: str, now: Callable[[], float] = time.monotonic, utc_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._endpoint, self._now, self._utc_ns = endpoint, now, utc_ns
        self._lock = threading.Lock()
        self._revision = 0
        self._newest: dict[str, tuple[int, Any]] = {}
        self._alerts: deque[tuple[int, Told]] = deque(maxlen=KEPT_ALERTS)
        self._points: deque[tuple[int, list[Any]]] = deque(maxlen=KEPT_POINTS)
        self._remarks: deque[tuple[int, str]] = deque(maxlen=KEPT_REMARKS)
        self._reception = Reception(now())
        self._began_s = now()
        self._health_at_s: float | None = None
        self._is_stopping = False
        self._why: str | None = None
        self._strange = 0

    def take(self, message: Message) -> None:
        """A message came."""
        with self._lock:
            self._revision += 1
            if len(message.text) > LONGEST_MESSAGE:
                self._strange += 1
                return
            try:
                self._note(message)
                self._keep(message)
            except BAD_INPUT:
                self._strange += 1

    def look(self, why_silent: str | None) -> None:
        """Some time has passed. `why_silent`: why nothing can come, as far as the connection knows."""
        with self._lock:
            remark = self._reception.silence(self._now())
            if remark is not None and self._health_at_s is not None:  # who was never heard is not lost
                self._say(remark)
            if why_silent != self._why:
                self._revision += 1
                self._why = why_silent

    def since(self, revision: int) -> tuple[int, Told]:
        """What is new after `revision`, everything after 0: with the revision that it leads to."""
        with self._lock:
            told: Told = {name: value for name, (at, value) in self._newest.items() if at > revision}
            told["alerts"] = [alert for at, alert in self._alerts if at > revision]
            told["points"] = [point for at, point in self._points if at > revision]
            told["remarks"] = [remark for at, remark in self._remarks if at > revision]
            return self._revision, {name: value for name, value in told.items() if value} | {"line": self._line()}

    def _line(self) -> Told:
        """Whether the service is there, and since when not."""
        now_s = self._now()
        quiet_s = now_s - (self._began_s if self._health_at_s is None else self._health_at_s)
        alive = self._health_at_s is not None and quiet_s < HEALTH_SILENCE_S and not self._is_stopping
        state = "alive" if alive else "waiting" if self._health_at_s is None else "stopped" if self._is_stopping else "gone"
        return {
            "endpoint": self._endpoint,
            "state": state,
            "quiet_s": 0.0 if alive else round(quiet_s, 1),
            "why": None if alive else self._why,
            "session": self._reception.session,
            "strange": self._strange,
        }

    def _note(self, message: Message) -> None:
        """Gaps and restarts. What was said in an earlier run of the service is not of this one."""
        before = self._reception.session
        for remark in self._reception.note(message.topic, message.fields, self._now(), self._utc_ns()):
            if self._health_at_s is not None:
                self._say(remark)
        if before not in (None, self._reception.session):
            self._forget_run()
        if message.topic is Topic.HEALTH and not message.fields.get("snapshot"):
            self._health_at_s, self._is_stopping = self._now(), message.fields.get("status") == "stopping"

    def _forget_run(self) -> None:
        self._newest.clear()
        self._points.clear()
        self._newest["run"] = (self._revision, self._reception.session)

    def _keep(self, message: Message) -> None:
        fields, at = message.fields, self._revision
        if message.topic is Topic.ALERT:
            self._alerts.append((at, {**alert_told(fields), "seq": at}))
        elif message.topic is Topic.HEALTH:
            self._newest["health"] = (at, health_told(fields))
        elif message.topic is Topic.STATE:
            self._newest["state"] = (at, state_told(fields))
            if not fields.get("snapshot"):
                self._points.append((at, point_of(fields)))
        elif message.topic is Topic.OBSERVATION:
            seen = observation_told(message.text)
            if seen is None:
                self._strange += 1
            else:
                self._newest["observation"] = (at, seen)

    def _say(self, remark: str) -> None:
        self._revision += 1
        self._remarks.append((self._revision, remark))
