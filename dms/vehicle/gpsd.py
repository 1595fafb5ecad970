"""Speed over ground from gpsd: `vehicle: {source: gpsd}`. The usual source of speed where the vehicle gives none.

gpsd tells its clients in JSON, a line each, what its receivers say (gpsd_json(5)). Only a report with a fix (mode 2 or 3) has a
speed; `eps` is its 95 % confidence, in m/s.
"""

from __future__ import annotations

import json
import math
import socket
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dms.config.hosts import Host, host_and_port
from dms.errors import BAD_INPUT, SourceError, one_line
from dms.vehicle.fields import HOLD_S, FieldName, Value
from dms.vehicle.source import Feed, Reading, VehicleSource

PORT = 2947
CONNECTS_WITHIN_S = 3.0
WAITS_S = 0.5
KEEPALIVE = {socket.TCP_KEEPIDLE: 5, socket.TCP_KEEPINTVL: 2, socket.TCP_KEEPCNT: 3}
"""A gpsd that says nothing may have nothing to say. One whose machine lost its power says nothing either, and never hangs up: the
kernel asks after 5 s, and gives up after 6 s more."""
LONGEST_LINE_BYTES = 1 << 16
"""The longest report, SKY with all satellites in view, has some thousand bytes (gpsd's own limit is 10,240)."""
KPH_PER_MPS = 3.6
SIGMAS_IN_EPS = 1.96
"""gpsd states 95 % confidence: of a normal distribution, so many standard errors."""
FIX_2D = 2
MALFORMED, UNCERTAIN, NO_FIX = "malformed", "uncertain", "no_fix"
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class GpsdOptions(BaseModel):
    """Where gpsd listens, and how exact a speed has to be."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    host: Host = Field(default="127.0.0.1", description="Machine on which gpsd runs.")
    port: int = Field(default=PORT, ge=1, le=65535, description="Its port.")
    device: Text | None = Field(default=None, description="One of several receivers, such as /dev/ttyACM0; null for all.")
    uncertain_above_kph: float | None = Field(
        default=None,
        gt=0.0,
        le=500.0,
        description="A speed whose 95 % confidence, as gpsd states it, is wider than this is unknown. For receivers that measure "
        "it (u-blox in binary mode); for NMEA, gpsd infers it from that of the position, and arrives at 80 km/h for good fixes. "
        "null: every speed with a fix counts.",
    )
    timeout_s: float = Field(
        default=HOLD_S, ge=HOLD_S, le=10.0, description="For so long a speed counts; more than 2 for a receiver below 1 Hz."
    )


class GpsdFeed:
    """A connection to gpsd. `note` says why there is no speed while there is none.

    Raises:
        SourceError: gpsd cannot be reached; the message names it.
    """

    def __init__(self, options: GpsdOptions) -> None:
        self._reports = Reports(options)
        self._name = f"gpsd at {host_and_port(options.host, options.port)}"
        self._begun = b""
        try:
            self._socket = socket.create_connection((options.host, options.port), CONNECTS_WITHIN_S)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in KEEPALIVE.items():
                self._socket.setsockopt(socket.IPPROTO_TCP, option, value)
            watch: dict[str, Any] = {"enable": True, "json": True}
            if options.device is not None:
                watch["device"] = options.device
            self._socket.sendall(f"?WATCH={json.dumps(watch)};\n".encode())
            self._socket.settimeout(WAITS_S)
        except OSError as error:
            raise SourceError(f"{self._name}: {error.strerror or error}") from error

    @property
    def refused(self) -> Mapping[str, int]:
        """Reports that told no speed, by reason."""
        return self._reports.refused

    @property
    def note(self) -> str | None:
        """Why there is no speed, None while there is one."""
        return self._reports.note

    def read(self) -> Sequence[Reading]:
        """Return the speeds of the reports that come next; raises SourceError when gpsd hangs up."""
        try:
            received = self._socket.recv(LONGEST_LINE_BYTES)
        except TimeoutError:
            return []
        except OSError as error:
            raise SourceError(f"{self._name}: {error.strerror or error}") from error
        if not received:
            raise SourceError(f"{self._name}: hung up")
        heard_s = time.monotonic()
        *lines, self._begun = (self._begun + received).split(b"\n")
        if len(self._begun) > LONGEST_LINE_BYTES:
            raise SourceError(f"{self._name}: a line of more than {LONGEST_LINE_BYTES} bytes, which gpsd does not send")
        return [reading for line in lines for reading in self._reports.readings(line, heard_s)]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


class Reports:
    """What lines of gpsd tell. `note` says why there is no speed while there is none, `refused` counts reports that told none."""

    def __init__(self, options: GpsdOptions) -> None:
        self.note: str | None = "no receiver"
        self.refused: Counter[str] = Counter()
        self._options = options

    def readings(self, line: bytes, heard_s: float) -> Iterator[Reading]:
        """Yield the speed in a line that came at `heard_s`, nothing if there is none in it."""
        if not line.strip():
            return
        try:
            report = json.loads(line)
            kind = report["class"]
        except (*BAD_INPUT, LookupError):
            self.refused[MALFORMED] += 1
            return
        if kind == "DEVICES":
            self.note = "no fix yet" if report.get("devices") else "no receiver"
        elif kind == "ERROR":
            self.note = f"gpsd says: {one_line(str(report.get('message')), 100)}"
        elif kind == "TPV" and self._options.device in (None, report.get("device")):
            reading = self._speed(report, heard_s)
            if reading is not None:
                yield reading

    def _speed(self, report: Mapping[str, Any], heard_s: float) -> Reading | None:
        """The speed in a report, None if it says nothing of it; without a fix, or too uncertain, it is not known."""
        mode, speed_mps, eps_mps = (_number(report.get(key)) for key in ("mode", "speed", "eps"))
        if mode is None or mode < FIX_2D:
            self.note = "no fix"
            self.refused[NO_FIX] += 1
            return Reading(heard_s, {"speed_kph": None})
        if speed_mps is None:  # a receiver's sentences are reported one by one, and not each has a speed
            return None
        within_kph = None if eps_mps is None or eps_mps < 0.0 else eps_mps * KPH_PER_MPS
        limit_kph = self._options.uncertain_above_kph
        if within_kph is not None and limit_kph is not None and within_kph > limit_kph:
            self.note = f"the speed is uncertain by {within_kph:.0f} km/h"
            self.refused[UNCERTAIN] += 1
            return Reading(heard_s, {"speed_kph": None})
        self.note = None
        speed: dict[FieldName, Value | None] = {"speed_kph": speed_mps * KPH_PER_MPS}
        return Reading(heard_s, speed, {} if within_kph is None else {"speed_kph": within_kph / SIGMAS_IN_EPS})


def _number(value: object) -> float | None:
    """A number that is one: gpsd writes none that is not finite, and JSON has whole numbers that no float holds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def open_feed(options: GpsdOptions) -> Feed:
    """Connect to gpsd; raises SourceError if that fails."""
    return GpsdFeed(options)


def tells(options: GpsdOptions) -> Mapping[FieldName, float]:
    """Return the one field that satellites tell, with how long it counts."""
    return {"speed_kph": options.timeout_s}


SOURCE = VehicleSource(GpsdOptions, open_feed, tells)
