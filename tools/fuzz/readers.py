"""Every place at which dms reads what a stranger wrote, with input that is right to begin from."""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from dms.capture.container import container_of
from dms.capture.pictures import read_picture
from dms.config.allowed_clients import read_allowed_clients
from dms.config.cabin import load_cabin
from dms.config.key_files import read_server_pair
from dms.config.settings import load_settings
from dms.config.shipped import rules_folder
from dms.decision.pack_loader import load_pack
from dms.drives.labels.elan import eaf_text, read_eaf
from dms.drives.labels.label_studio import read_tasks, task_text
from dms.drives.labels.labels import read_labels
from dms.drives.labels.openlabel import openlabel_text, read_openlabel
from dms.drives.scoring.limits import load_limits
from dms.drives.tuning.space import read_space_file
from dms.perception.manifest import load_manifest, models_directory
from dms.recording.images import images_of
from dms.recording.jsonl import JsonlDrive
from dms.recording.mcap_reader import McapDrive
from dms.recording.mcap_writer import DriveFile
from dms.service.calibration_store import CalibrationStore
from dms.service.input_endpoint import read_message
from dms.types import Alert, AlertKind, DriverInput, Eye, Eyes, Face, Head, Label, Level, Observation, Phase, Setup, VehicleState
from dms.wire import to_json
from tools.fuzz.bags import BAGS
from tools.fuzz.reader import Reader
from tools.fuzz.vehicle import VEHICLE

_NOW_S = 100.0
_A_KEY = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
_VIDEOS = Path(__file__).parents[2] / "tests/data/videos"


def _records() -> list[bytes]:
    records = (
        Setup(0.0, "pack: a", "default", "0" * 64, {"name": "left_hand_drive", "zones": [1, 2.5]}, 50.0),
        Observation(
            0.1,
            3,
            face=Face(0.9, (1.0, 2.0, 30.0, 40.0)),
            head=Head(1.0, -2.0, 3.0, 2.0),
            eyes=Eyes(Eye(0.9, 1.0), None),
            emotion={"neutral": 1.0},
            landmarks=((1.0, 2.0),),
        ),
        VehicleState(0.2, 82.0, "off", -1.5, "D", False),
        DriverInput(0.3, "mark", "a note"),
        Label(0.2, 0.4, "fatigue.microsleep", "seen"),
        Label(0.2, 0.4, "kss", "", 7.0),
        Alert(0.5, AlertKind.FATIGUE_SLEEP, Level.URGENT, Phase.RAISE, 0.1, "sleep", "default", {"eyes_closed_s": 3.0, "n": 1}),
    )
    return [to_json(record) for record in records]


def _messages(_: Path) -> Iterable[bytes]:
    yield b'{"topic":"vehicle","t":100.0,"speed_kph":82.0,"turn_signal":"left","steering_deg":-1.5,"gear":"D"}'
    yield b'{"topic":"vehicle","speed_kph":50}'
    yield b'{"topic":"driver","t":99,"action":"mark","note":"a lorry"}'


def _jsonl(_: Path) -> Iterable[bytes]:
    yield b"".join(line + b"\n" for line in _records())


def _packed(folder: Path) -> Iterable[bytes]:
    return [gzip.compress(seed, mtime=0) for seed in _jsonl(folder)]


def _mcap(folder: Path) -> Iterable[bytes]:
    path = folder / "seed.mcap"
    for closed in (True, False):
        path.unlink(missing_ok=True)
        file = DriveFile(path, {"drive": "fuzz"})
        for t in range(3):
            file.write(Observation(float(t), t))
            file.write(VehicleState(float(t), 50.0))
        if closed:
            file.close()
        else:
            file.flush()
            file.abandon()
        yield path.read_bytes()


_LABELS = (Label(0.2, 0.4, "fatigue.microsleep", "seen"), Label(0.5, 0.9, "kss", "", 7.0))


def _labels_csv(_: Path) -> Iterable[bytes]:
    yield b't,end,kind,note,value\n1.5,2.5,fatigue.microsleep,"a, b",\n3,4,kss,,7\n'


def _labels_json(_: Path) -> Iterable[bytes]:
    yield b'[{"t":1.5,"end":2.5,"kind":"fatigue.microsleep","note":"a"},{"t":3,"end":4,"kind":"kss","value":7}]'


def _openlabel(folder: Path) -> Iterable[bytes]:
    yield openlabel_text(_LABELS, drive=folder / "drive.mcap", video=None, fps=10.0).encode()


def _label_studio(folder: Path) -> Iterable[bytes]:
    yield task_text(_LABELS, {"t": [0.0, 0.1]}, drive=folder / "drive.mcap").encode()


def _eaf(folder: Path) -> Iterable[bytes]:
    labels = (Label(1.0, 2.0, "fatigue.microsleep", "a"), Label(3.0, 4.0, "kss", "b", 7.0))
    drive = folder / "drive.jsonl"
    yield eaf_text(labels, folder / "drive.eaf", drive=drive, video=None, now=datetime(2026, 1, 1, tzinfo=UTC)).encode()


def _configuration(_: Path) -> Iterable[bytes]:
    yield (
        b"source: /dev/video0\nrules: default\nlog_level: INFO\ncamera: {width_px: 640, fps: 30.0, rotate: 180}\n"
        b"bus: {endpoint: 'ipc:///run/dms/bus'}\nrecord: {folder: /data, keep_mib: 4096.0, video: event}\n"
        b"perception: {region: [0.5, 0.0, 0.5, 1.0]}\nvehicle: {assumed_speed_kph: 80.0}\n"
    )


def _shipped(*below: str) -> Callable[[Path], Iterable[bytes]]:
    return lambda _: [path.read_bytes() for path in sorted(rules_folder(*below).glob("*.yaml"))[:2]]


def _limits(_: Path) -> Iterable[bytes]:
    yield b"limits:\n  all: {recall_min: 0.9, false_per_hour_max: 0.5}\navailability_min: 0.95\n"


def _calibrations(_: Path) -> Iterable[bytes]:
    yield (
        b'{"format":"dms.calibration","version":1,"seats":[{"source":"/dev/video0","cabin":"left_hand_drive","models_sha256":"ab",'
        b'"learned_utc":"2026-01-01T00:00:00Z","values":{"forward_yaw_deg":1.5,"forward_pitch_deg":-2.0,"open_eye":0.9}}]}'
    )


def _manifest(_: Path) -> Iterable[bytes]:
    yield (models_directory() / "manifest.yaml").read_bytes()


def _picture(_: Path) -> Iterable[bytes]:
    import cv2
    import numpy as np

    grey = np.arange(32 * 24, dtype=np.uint8).reshape(24, 32)
    for suffix in (".png", ".jpg", ".bmp", ".webp"):
        yield cv2.imencode(suffix, grey)[1].tobytes()


def _videos(_: Path) -> Iterable[bytes]:
    for path in sorted(_VIDEOS.glob("two_streams.*")):
        yield path.read_bytes()


def _all(items: Iterable[object]) -> None:
    deque(items, maxlen=0)


def _key(_: Path) -> list[bytes]:
    return [f'# Secret\ncurve\n    public-key = "{_A_KEY}"\n    secret-key = "{_A_KEY[::-1]}"\n'.encode()]


def _clients(_: Path) -> list[bytes]:
    return [f"# name, key, what for\n\ndisplay  {_A_KEY}  listen\ngateway {_A_KEY[::-1]} listen,send\n".encode()]


def _private(path: Path) -> Path:
    """A key that others may read is refused before anything is read of it."""
    path.chmod(0o600)
    return path


READERS: Mapping[str, Reader] = {
    "message": Reader("", _messages, lambda content, _: read_message(content, _NOW_S)),
    "jsonl": Reader("drive.jsonl", _jsonl, lambda _, path: _all(JsonlDrive(path, landmarks=True))),
    "jsonl-replay": Reader("drive.jsonl", _jsonl, lambda _, path: _all(map(to_json, JsonlDrive(path)))),
    "jsonl-packed": Reader("drive.jsonl.gz", _packed, lambda _, path: _all(JsonlDrive(path))),
    "mcap": Reader("drive.mcap", _mcap, lambda _, path: _all(map(to_json, McapDrive(path)))),
    "pictures": Reader("drive.mcap", _mcap, lambda _, path: _all(images_of(path))),
    "labels-csv": Reader("drive.labels.csv", _labels_csv, lambda _, path: read_labels(path)),
    "labels-json": Reader("drive.labels.json", _labels_json, lambda _, path: read_labels(path)),
    "eaf": Reader("drive.eaf", _eaf, lambda _, path: read_eaf(path)),
    "openlabel": Reader("drive.openlabel.json", _openlabel, lambda _, path: read_openlabel(path)),
    "label-studio": Reader(
        "drive.labelstudio.json", _label_studio, lambda _, path: read_tasks(path, drive=path.with_name("drive.mcap"))
    ),
    "configuration": Reader("dms.yaml", _configuration, lambda _, path: load_settings(path)),
    "pack": Reader("pack.yaml", _shipped(), lambda _, path: load_pack(str(path))),
    "cabin": Reader("cabin.yaml", _shipped("cabin"), lambda _, path: load_cabin(path)),
    "limits": Reader("limits.yaml", _limits, lambda _, path: load_limits(path)),
    "space": Reader("space.yaml", _shipped("spaces"), lambda _, path: read_space_file(path)),
    "calibrations": Reader("calibration.json", _calibrations, lambda _, path: CalibrationStore(path).read()),
    "manifest": Reader("manifest.yaml", _manifest, lambda _, path: load_manifest(path.parent)),
    "key": Reader("server.key", _key, lambda _, path: read_server_pair(_private(path).parent)),
    "clients": Reader("allowed_clients", _clients, lambda _, path: read_allowed_clients(path.parent)),
    "picture": Reader("picture.png", _picture, lambda _, path: read_picture(path)),
    "container": Reader("video.mkv", _videos, lambda _, path: container_of(path)),
    **VEHICLE,
    **BAGS,
}
