"""Readers of what comes from and goes to a vehicle: descriptions and logs of a bus, gpsd, sections of a configuration."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import can

from dms.config.settings import load_settings
from dms.config.yaml_loader import load, read_yaml
from dms.errors import ConfigurationError
from dms.outputs.can.layout import SHIPPED, Layout
from dms.outputs.can.values import values_of
from dms.outputs.plugin import load_outputs
from dms.vehicle.can.database import load_database
from dms.vehicle.can.decoding import Decoder
from dms.vehicle.can.log import CanLog
from dms.vehicle.can.options import Signals
from dms.vehicle.can.trace import CanTrace
from dms.vehicle.configured import load_vehicle_sources
from dms.vehicle.fields import believed
from dms.vehicle.gpsd import GpsdOptions, Reports
from tools.fuzz.reader import Reader

_CAR = Path(__file__).parents[2] / "tests/vehicle/car.dbc"
_LOG_BEGAN_S = 1_700_000_000.0
_SIGNALS = Signals.model_validate(
    {
        "speed_kph": {"signal": "SPEED_KPH", "only_if": {"SPEED_VALID": 1}},
        "steering_deg": {"sum": ["WHEEL.ANGLE", "FINE"]},
        "turn_signal": {"left": "LAMP_LEFT", "right": "LAMP_RIGHT"},
        "gear": {"signal": "GearSelector", "timeout_s": 600.0},
        "assist_active": "LANE_KEEPING",
    }
)
_MESSAGES = [(256, "401f0000000000ff"), (257, "fd2b000000000000"), (258, "10000000"), (259, "0003000000000000"), (259, "09")]


def _decoded(path: Path) -> None:
    """Whatever a DBC describes, values come of it that are possible, or none."""
    decoder = Decoder(load_database(path), _SIGNALS)
    if decoder.problems:
        raise ConfigurationError(f"{path}: {decoder.problems[0].what}")
    for identifier, data in _MESSAGES:
        believed(decoder.read(identifier, bytes.fromhex(data), is_extended=False))


def _told(path: Path) -> None:
    layout = Layout(path, "DMS_State")
    for count in range(3):
        layout.encoded(values_of(None, (), None, "ok"), count)


def _log(suffix: str) -> Callable[[Path], Iterable[bytes]]:
    def seeds(folder: Path) -> Iterable[bytes]:
        path = folder / f"seed{suffix}"
        with can.Logger(path) as logger:
            for number, (identifier, data) in enumerate(_MESSAGES):
                logger.on_message_received(
                    can.Message(
                        timestamp=_LOG_BEGAN_S + 0.02 * number,
                        arbitration_id=identifier,
                        is_extended_id=False,
                        data=bytes.fromhex(data),
                        channel=0,
                    )
                )
        yield path.read_bytes()

    return seeds


def _traced(_: bytes, path: Path) -> None:
    log = CanLog(path, Decoder(load_database(_CAR), _SIGNALS))
    deque(CanTrace(log, {"speed_kph": 2.0, "gear": 600.0}, -_LOG_BEGAN_S), maxlen=0)


def _signals(_: Path) -> Iterable[bytes]:
    yield (
        b"speed_kph: {mean: [SPEED_KPH, SPEED_MPS], unknown: [255, SNA]}\nsteering_deg: {signal: WHEEL.ANGLE, scale: -1}\n"
        b"turn_signal: {signal: SIDES, map: {off: neither, left: lh, right: [rh, 2]}}\n"
        b"gear: {signal: GearSelector, timeout_s: 600}\n"
    )


def _reports(_: Path) -> Iterable[bytes]:
    yield b'{"class":"TPV","device":"/dev/ttyACM0","mode":3,"speed":12.5,"eps":0.4}'
    yield b'{"class":"DEVICES","devices":[{"path":"/dev/ttyACM0"}]}'
    yield b'{"class":"ERROR","message":"no"}'


def _outputs(_: Path) -> Iterable[bytes]:
    yield (
        b"outputs:\n  mqtt: {host: broker.example, port: 1884, topic: fleet/dms, vehicle: van7, discovery: homeassistant, "
        b"keep_mib: 2.5}\n  webhook: {url: 'https://fleet.example/dms?van=7', level_at_least: warning, timeout_s: 5}\n"
        b"  prometheus: {address: '::1', port: 9464}\n  can: {channel: can0, every_s: 0.2}\n  journald: {}\n"
    )


def _sources(folder: Path) -> Iterable[bytes]:
    (folder / "car.dbc").write_bytes(_CAR.read_bytes())
    yield (
        f"vehicle:\n  sources:\n    bus: {{source: can, dbc: {folder / 'car.dbc'}, signals: {{speed_kph: SPEED_KPH}}}}\n"
        "    gpsd: {host: gpsd.local, port: 2947, uncertain_above_kph: 10}\n"
    ).encode()


def _read_signals(_: bytes, path: Path) -> None:
    load(Signals, path)


def _read_outputs(_: bytes, path: Path) -> None:
    read_yaml(path)
    load_outputs(load_settings(path), path)


def _read_sources(_: bytes, path: Path) -> None:
    load_vehicle_sources(load_settings(path), path)


VEHICLE: Mapping[str, Reader] = {
    "dbc": Reader("car.dbc", lambda _: [_CAR.read_bytes()], lambda _, path: _decoded(path)),
    "dbc-layout": Reader("own.dbc", lambda _: [SHIPPED.read_bytes()], lambda _, path: _told(path)),
    **{
        f"can-{suffix[1:]}": Reader(f"drive{suffix}", _log(suffix), _traced)
        for suffix in (".asc", ".blf", ".csv", ".db", ".log", ".trc")
    },
    "signals": Reader("signals.yaml", _signals, _read_signals),
    "gpsd": Reader("", _reports, lambda content, _: deque(Reports(GpsdOptions()).readings(content, 0.0), maxlen=0)),
    "outputs": Reader("dms.yaml", _outputs, _read_outputs),
    "vehicle-sources": Reader("dms.yaml", _sources, _read_sources),
}
"""By name. Those of YAML are read as a configuration is, with what they name."""
