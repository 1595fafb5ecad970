"""`dms bench` measures the real thing and says so when there is nothing to measure."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from dms.cli.bench import _table, command
from dms.config.defaults import EngineName
from dms.console.answers_of_figures import BenchAnswer
from dms.errors import DmsError, SourceError
from dms.service.bench import measure_perception
from dms.service.bench_figures import PerceptionMeasured, ServiceMeasured

app = typer.Typer()
app.command()(command)


def nobody(path: Path, frames: int) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (320, 240))
    noise = cv2.GaussianBlur(np.random.default_rng(3).integers(0, 255, (240, 320, 3), dtype=np.uint8), (0, 0), 3)
    for index in range(frames):
        writer.write(np.roll(noise, 3 * index, axis=1))
    writer.release()
    return path


def test_perception_is_measured_frame_by_frame(tmp_path: Path) -> None:
    figures = measure_perception(nobody(tmp_path / "nobody.avi", 80), "onnx", frames=75)
    assert 0.0 < figures.p50_ms <= figures.p99_ms
    assert figures.with_face == 0.0


def test_a_drive_too_short_to_say_anything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DmsError, match="20 frames are too few"):
        measure_perception(nobody(tmp_path / "short.avi", 20), "onnx", frames=75)


def test_a_drive_that_cannot_be_read_is_found_before_anything_starts(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, [str(tmp_path / "missing.mp4")])
    assert isinstance(answer.exception, SourceError)
    assert "missing.mp4" in str(answer.exception)


def test_the_whole_service_is_measured_while_it_runs(tmp_path: Path) -> None:
    drive = nobody(tmp_path / "nobody.avi", 240)
    answer = CliRunner().invoke(app, [str(drive), "--seconds", "5", "--engine", "onnx", "--fps", "30", "--json"])
    assert answer.exception is None, answer.output
    engines = json.loads(answer.stdout)["engines"]
    assert json.loads(msgspec.json.encode(msgspec.json.decode(answer.stdout, type=BenchAnswer))) == json.loads(answer.stdout)
    service: dict[EngineName, ServiceMeasured] = {"onnx": ServiceMeasured(**engines["onnx"]["service"])}
    table = "\n".join(_table(service, {"onnx": PerceptionMeasured(**engines["onnx"]["perception"])}, peer_ms=2.4))
    for row in ("frame captured to published", "CPU per frame", "memory, MiB", "perception alone", "of the other program"):
        assert row in table
