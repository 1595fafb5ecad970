"""Runs the shipped `dms` command in a process of its own, with any weights, and reads nothing but its output."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from dms.recording.mcap_reader import McapDrive
from dms.types import Alert, Observation
from dms.wire import record_from

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = "manifest.yaml"
PROGRAM = "from dms.cli.app import main; main()"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One video through `dms replay`: its alerts, and the observations that it keeps beside a video."""

    alerts: tuple[Alert, ...]
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Installation:
    """A copy of the program with the weights to be judged; `folder` is scratch space that goes with it."""

    folder: Path

    def replay(self, video: Path, *options: str) -> Replayed:
        """`dms replay VIDEO --jsonl -` with further options; the folder of the video must be one that can be written.

        Raises:
            RuntimeError: the command fails; with its last message.
        """
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-c", PROGRAM, "replay", str(video), "--jsonl", "-", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=self.folder)
        if done.returncode != 0:
            raise RuntimeError(f"dms replay {video.name}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
        kept = next(iter(video.parent.glob(f"{video.name}.*.observations")), None)
        if kept is None:
            raise RuntimeError(f"dms replay {video.name}: kept no observations: {done.stderr.strip()}")
        alerts = tuple(record_from(Alert, json.loads(line)) for line in done.stdout.splitlines())
        return Replayed(alerts, tuple(record for record in McapDrive(kept) if isinstance(record, Observation)))

    def take(self, video: Path) -> Path:
        """A video of a folder that must not be written, linked into scratch space."""
        place = self.folder / "videos" / video.parent.name / video.name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.symlink_to(video.resolve())
        return place


@contextmanager
def installed(models: Path | None) -> Iterator[Installation]:
    """The program of this checkout with the weights of `models` (None: its own) in float32, gone afterwards.

    INT8 weights are left out: which of the two a machine runs depends on what it finds faster, and a figure must not."""
    with TemporaryDirectory(prefix="dms-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "dms", folder / "dms", ignore=shutil.ignore_patterns("__pycache__", "_data"))
        (folder / "rules").symlink_to(ROOT / "rules")
        _take_float_weights((models or ROOT / "models").resolve(), folder / "models")
        yield Installation(folder)


def _take_float_weights(models: Path, folder: Path) -> None:
    """Link weights into a new folder, with a manifest that lists no others than float32."""
    folder.mkdir()
    for file in models.iterdir():
        if file.name != MANIFEST:
            (folder / file.name).symlink_to(file)
    manifest = yaml.safe_load((models / MANIFEST).read_text())
    for network in manifest["networks"].values():
        network.pop("onnx_int8", None)
    (folder / MANIFEST).write_text(yaml.safe_dump(manifest, sort_keys=False))
