"""The trainer: what a kill interrupts goes on, and what comes out runs in both engines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from dms.perception.engines import PARITY_TOLERANCE, load_network
from dms.perception.manifest import models_directory
from tests.tools.train.fake_shards import write_shards
from tools.export import export_all
from tools.train.eye import EyeTask
from tools.train.face import FaceTask
from tools.train.objects import ObjectsTask
from tools.train.running.stream import collate
from tools.train.task import Task
from tools.train.trainer import Plan, train

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")


class SmallEyeTask(EyeTask):
    """The eye network in batches small enough for a test."""

    batch_size = 8


def plan(tmp_path: Path, hdri: Path, minutes: float) -> Plan:
    return Plan(tmp_path / "data", hdri, tmp_path / "runs", minutes, workers=0, threads=1)


def test_training_goes_on_where_it_stopped_and_its_weights_run_in_both_engines(tmp_path: Path, hdri: Path) -> None:
    write_shards(tmp_path / "data", "eye", count=12)
    write_shards(tmp_path / "data", "face", count=12)
    first = torch.load(train(SmallEyeTask(), plan(tmp_path, hdri, 0.01)), weights_only=True)
    second = torch.load(train(SmallEyeTask(), plan(tmp_path, hdri, 0.03)), weights_only=True)
    assert second["step"] > first["step"] > 0
    assert second["trained_s"] >= 1.8
    export_all(tmp_path / "runs", tmp_path / "models")
    rng = np.random.default_rng(0)
    inputs = {
        "image": rng.standard_normal((2, 1, 48, 48)).astype(np.float32),
        "head": rng.standard_normal((2, 6)).astype(np.float32),
    }
    fast, reference = (load_network("eye", engine, tmp_path / "models").run(inputs) for engine in ("onnx", "torch"))
    for name, values in reference.items():
        assert fast[name] == pytest.approx(values, abs=PARITY_TOLERANCE)


def test_training_begins_from_given_weights_and_moves_them_a_little(tmp_path: Path, hdri: Path) -> None:
    from safetensors.torch import load_file

    write_shards(tmp_path / "data", "eye", count=12)
    write_shards(tmp_path / "data", "face", count=12)
    shipped = load_file(models_directory() / "eye.safetensors")
    begun = replace(plan(tmp_path, hdri, 0.005), start=models_directory())
    trained = torch.load(train(SmallEyeTask(), begun), weights_only=True)["average"]
    distances = [float((trained[name] - values).norm() / values.norm()) for name, values in shipped.items() if values.ndim > 1]
    assert 0.0 < max(distances) < 0.5


def lesson(openness: float, visible: float, through_lens: float = 0.0) -> dict[str, torch.Tensor]:
    """The truth of one eye."""
    return {
        "openness": torch.tensor([openness]),
        "visible": torch.tensor([visible]),
        "through_lens": torch.tensor([through_lens]),
        "gaze": torch.tensor([[0.0, 0.0, 1.0]]),
        "lids": torch.zeros(1, 6, 2),
    }


@pytest.mark.parametrize(
    ("openness", "visible", "taught"), [(0.0, 1.0, 0.0), (1.0, 1.0, 1.0), (0.0, 0.0, 0.35), (1.0, 0.0, 0.35), (0.0, 0.6, 0.0)]
)
def test_a_hidden_eye_is_not_taught_as_closed(openness: float, visible: float, taught: float) -> None:
    said = torch.linspace(-6, 6, 121)
    losses = []
    for logit in said.tolist():
        outputs = {
            "state": torch.tensor([[logit, 0.0]]), "gaze": torch.tensor([[0.0, 0.0, 1.0]]), "gaze_log_sigma": torch.zeros(1, 1),
            "lids": torch.zeros(1, 6, 2), "lids_log_sigma": torch.zeros(1, 1),
        }  # fmt: skip
        losses.append(EyeTask().loss(outputs, lesson(openness, visible))[0].item())
    assert torch.sigmoid(said[int(np.argmin(losses))]).item() == pytest.approx(taught, abs=0.01)


@pytest.mark.parametrize(("said", "may_be_read"), [(0.1, True), (0.3, False), (0.9, False)])
def test_an_eye_behind_a_dark_lens_can_be_read_as_far_as_it_is_read_right(said: float, may_be_read: bool) -> None:
    """A closed eye that the renderer calls hidden behind sunglasses."""
    visible = torch.zeros(1, requires_grad=True)
    state = torch.stack([torch.logit(torch.tensor([said])), visible], dim=1)
    outputs = {
        "state": state, "gaze": torch.tensor([[0.0, 0.0, 1.0]]), "gaze_log_sigma": torch.zeros(1, 1),
        "lids": torch.zeros(1, 6, 2), "lids_log_sigma": torch.zeros(1, 1),
    }  # fmt: skip
    EyeTask().loss(outputs, lesson(0.0, 0.0, through_lens=1.0))[0].backward()
    assert visible.grad is not None
    assert (visible.grad.item() < 0) == may_be_read


@pytest.mark.parametrize("task", [FaceTask(), EyeTask(), ObjectsTask()], ids=lambda task: task.name)
def test_loss_falls_on_a_handful_of_pictures(task: Task, tmp_path: Path, hdri: Path) -> None:
    from dms.perception.networks import INPUTS, build_network

    torch.manual_seed(0)
    write_shards(tmp_path, "face", count=12)
    write_shards(tmp_path, "eye", count=12)
    write_shards(tmp_path, "bust", count=12)
    write_shards(tmp_path, "seat", count=12)
    source, rng = task.source(tmp_path, hdri), np.random.default_rng(3)
    batch = collate([source.draw(rng) for _ in range(16)])
    network = build_network(task.name)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3)
    values = []
    for _ in range(12):
        loss, _ = task.loss(network(*(batch[name] for name in INPUTS[task.name])), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert values[-1] < 0.8 * values[0]
