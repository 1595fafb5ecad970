"""Values of the COVESA Vehicle Signal Specification from a Kuksa databroker: `vehicle: {source: kuksa}`. Needs `dms[kuksa]`."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dms.bounded import read_at_most
from dms.config.hosts import Host, host_and_port
from dms.config.problems import suggestion
from dms.errors import SourceError, one_line
from dms.resources import how_to_add
from dms.vehicle.fields import HOLD_S, FieldName, Value
from dms.vehicle.source import Feed, Problem, Reading, VehicleSource
from dms.vehicle.vss import INDICATORS, SIDES, from_vss
from dms.watched_thread import start_thread

if TYPE_CHECKING:
    import grpc

PORT = 55555
CONNECTS_WITHIN_S = 3.0
WAITS_S = 0.5
LARGEST_FILE_BYTES = 1 << 20
"""Of tokens and certificates: those of all authorities together have a quarter."""
ON_CHANGE_COUNTS_S = 3600.0
"""A broker tells indicator, gear and assistance when they change. They count until then, while the broker can be reached."""
HOW_TO_INSTALL = f"Kuksa needs the extra dms[kuksa]: {how_to_add('kuksa')}"
UNKNOWN_VALUE = "unknown_value"
CONTINUOUS: tuple[FieldName, ...] = ("speed_kph", "steering_deg")
"""Told again and again. What the broker has of them when we come may be hours old, whoever told it being gone."""
_KEEPALIVE = (
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.keepalive_permit_without_calls", 0),
)
"""A broker whose machine is gone is noticed although it says nothing any more. gRPC servers permit no more than one in 10 s."""
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class VssPaths(BaseModel):
    """The path of each field in the broker's VSS tree; null for one that is not taken from there."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    speed_kph: Text | None = Field(default="Vehicle.Speed", description="In km/h.")
    steering_deg: Text | None = Field(default="Vehicle.Chassis.SteeringWheel.Angle", description="In degrees, left above 0.")
    turn_signal: Text | None = Field(
        default=INDICATORS, description="The branch with the leaves `Left.IsSignaling` and `Right.IsSignaling`."
    )
    gear: Text | None = Field(
        default="Vehicle.Powertrain.Transmission.SelectedGear", description="0 neutral, below 0 reverse, 126 park, 127 drive."
    )
    assist_active: Text | None = Field(default=None, description="A boolean, such as that of a lane keeping system.")

    @property
    def leaves(self) -> dict[str, FieldName]:
        """The paths to subscribe to, each with the field that it tells."""
        plain: dict[str | None, FieldName] = {
            self.speed_kph: "speed_kph",
            self.steering_deg: "steering_deg",
            self.gear: "gear",
            self.assist_active: "assist_active",
        }
        found: dict[str, FieldName] = {path: name for path, name in plain.items() if path is not None}
        if self.turn_signal is not None:
            found |= dict.fromkeys((f"{self.turn_signal}.{side}.IsSignaling" for side in SIDES), "turn_signal")
        return found


class KuksaOptions(BaseModel):
    """Where the databroker listens, and what is taken from it."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    host: Host = Field(default="127.0.0.1", description="Machine on which the databroker runs.")
    port: int = Field(default=PORT, ge=1, le=65535, description="Its port.")
    tls_ca: Text | None = Field(
        default=None, description="Certificate of the authority that signed the broker's; null without TLS."
    )
    tls_name: Text | None = Field(default=None, description="Name in the broker's certificate, where it is not the host's.")
    token_file: Text | None = Field(default=None, description="File with the token (JWT) that permits to read the signals.")
    signals: VssPaths = Field(default=VssPaths(), description="Path of each field.")


class KuksaFeed:
    """A subscription at a databroker.

    Raises:
        SourceError: it cannot be reached, refuses, or has none of the paths; the message names it.
    """

    note: str | None = None

    def __init__(self, options: KuksaOptions) -> None:
        import grpc
        from kuksa.val.v2 import val_pb2, val_pb2_grpc

        self._name = f"Kuksa at {host_and_port(options.host, options.port)}"
        self._leaves = options.signals.leaves
        self._counted: Counter[str] = Counter()
        self._signaling: dict[str, bool | None] = {}
        self._state = threading.Condition()
        self._entries: dict[str, Any] = {}  # the newest datapoint of each path that was not read yet
        self._heard_s = 0.0
        self._lost: str | None = None
        authorization = _authorization(options)
        request = val_pb2.SubscribeRequest(signal_paths=list(self._leaves))
        self._channel = _channel(options)
        try:
            grpc.channel_ready_future(self._channel).result(CONNECTS_WITHIN_S)
            self._stream = val_pb2_grpc.VALStub(self._channel).Subscribe(request, metadata=authorization)
        except grpc.FutureTimeoutError as error:
            self._channel.close()
            raise SourceError(f"{self._name}: not reached within {CONNECTS_WITHIN_S:g} s") from error
        except BaseException:
            self._channel.close()
            raise
        self._thread = threading.Thread(target=self._listen, name="dms-kuksa", daemon=True)
        start_thread(self._thread)

    @property
    def refused(self) -> Mapping[str, int]:
        """Values that say nothing, by reason."""
        return self._counted

    def read(self) -> Sequence[Reading]:
        """Return what the next update tells; raises SourceError when the subscription has ended."""
        with self._state:
            self._state.wait_for(lambda: self._entries or self._lost, WAITS_S)
            entries, self._entries = self._entries, {}
            heard_s = self._heard_s
        if not entries and self._lost is not None:
            raise SourceError(f"{self._name}: {self._lost}")
        values: dict[FieldName, Value | None] = {}
        for path, datapoint in entries.items():
            if (field := self._leaves.get(path)) is not None:
                values[field] = self._value(path, field, datapoint)
        return [Reading(heard_s, values)] if values else []

    def close(self) -> None:
        """End the subscription."""
        self._stream.cancel()
        self._channel.close()

    def _listen(self) -> None:
        """gRPC's stream can only be waited for without end: it has a thread, which ends with it."""
        import grpc

        lost = "the broker ended the subscription"
        is_first = True
        try:
            for response in self._stream:
                entries = {path: each for path, each in response.entries.items() if self._counts(path, is_first=is_first)}
                is_first = False
                with self._state:
                    self._entries |= entries
                    self._heard_s = time.monotonic()
                    self._state.notify_all()
        except grpc.RpcError as error:
            lost = _in_words(error)
        except Exception as error:  # whatever a broker sent: a thread that ends unheard would pass for a quiet broker
            lost = f"{type(error).__name__}: {one_line(str(error))}"
        with self._state:
            self._lost = lost
            self._state.notify_all()

    def _counts(self, path: str, *, is_first: bool) -> bool:
        """Whether it was asked for and is new: the first answer holds what the broker remembers."""
        return path in self._leaves and not (is_first and self._leaves[path] in CONTINUOUS)

    def _value(self, path: str, field: FieldName, datapoint: Any) -> Value | None:
        kind = datapoint.value.WhichOneof("typed_value") if datapoint.HasField("value") else None
        raw = None if kind is None else getattr(datapoint.value, kind)
        if field == "turn_signal":
            self._signaling[path] = raw if isinstance(raw, bool) else None
            return self._indicator()
        value = None if raw is None else from_vss(field, raw)
        if raw is not None and value is None:
            self._counted[UNKNOWN_VALUE] += 1
        return value

    def _indicator(self) -> Value | None:
        """The indicator of both sides; unknown while one of them is."""
        left, right = (next((on for path, on in self._signaling.items() if f".{side}." in path), None) for side in SIDES)
        if left is None or right is None:
            return None
        return "hazard" if left and right else "left" if left else "right" if right else "off"


def _channel(options: KuksaOptions) -> grpc.Channel:
    import grpc

    address = host_and_port(options.host, options.port)
    if options.tls_ca is None:
        return grpc.insecure_channel(address, options=_KEEPALIVE)
    credentials = grpc.ssl_channel_credentials(_read(options.tls_ca))
    name = (("grpc.ssl_target_name_override", options.tls_name),) if options.tls_name is not None else ()
    return grpc.secure_channel(address, credentials, options=(*_KEEPALIVE, *name))


def _authorization(options: KuksaOptions) -> tuple[tuple[str, str], ...]:
    if options.token_file is None:
        return ()
    token = _read(options.token_file).decode("ascii", errors="replace").strip()
    if not token.isascii() or not token.isprintable():
        raise SourceError(f"{options.token_file}: one line of ASCII is wanted")
    return (("authorization", f"Bearer {token}"),)


def _read(path: str) -> bytes:
    try:
        return read_at_most(Path(path), LARGEST_FILE_BYTES)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error


def _in_words(error: grpc.RpcError) -> str:
    code = getattr(error, "code", lambda: None)()
    details = getattr(error, "details", lambda: "")() or ""
    return f"{code.name.lower().replace('_', ' ') if code else 'failed'}: {one_line(str(details))}"


def open_feed(options: KuksaOptions) -> Feed:
    """Subscribe; raises SourceError if that fails."""
    return KuksaFeed(options)


def check(options: KuksaOptions) -> Iterator[Problem]:
    """Yield what is wrong in the options beyond their types."""
    try:
        import grpc  # noqa: F401
        from kuksa.val.v2 import val_pb2  # noqa: F401
    except ImportError as error:
        yield Problem((), f"{HOW_TO_INSTALL} ({error})")
    for key in ("tls_ca", "token_file"):
        path = getattr(options, key)
        if path is not None and not Path(path).is_file():
            yield Problem((key,), f"{path}: no such file")
    for field in VssPaths.model_fields:
        path = getattr(options.signals, field)
        if path is not None and not path.startswith("Vehicle."):
            yield Problem(("signals", field), f"'{path}': paths of VSS begin with Vehicle.")
    if not options.signals.leaves:
        yield Problem(("signals",), f"nothing is taken from the broker{suggestion('', VssPaths.model_fields)}")


def tells(options: KuksaOptions) -> Mapping[FieldName, float]:
    """Return the fields that have a path, each with how long a value counts."""
    fields = dict.fromkeys(options.signals.leaves.values())
    return {name: HOLD_S if name in CONTINUOUS else ON_CHANGE_COUNTS_S for name in fields}


SOURCE = VehicleSource(KuksaOptions, open_feed, tells, check)
