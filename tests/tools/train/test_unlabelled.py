"""Faces that others labelled: what they left out teaches nothing, and nothing else is spoilt by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from dms.perception.networks import INPUTS, build_network
from tests.tools.train.fake_shards import write_shards
from tools.train import losses
from tools.train.eye import EyeSource
from tools.train.face import FaceTask, outline
from tools.train.running.stream import collate
from tools.train.shards import Shards

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
TRUTHS = ("landmarks", "landmark_visible", "rotation", "gaze", "openness", "eye_visible", "mouth_open", "mouth_visible")


def forget(folder: Path, *names: str, rows: slice = slice(None)) -> None:
    """Make these truths of a folder's faces unlabelled, as `tools.datasets` writes them."""
    for path in folder.glob("face-*.npz"):
        with np.load(path) as file:
            arrays = dict(file)
        low, high = arrays["landmarks"].min(axis=1), arrays["landmarks"].max(axis=1)
        arrays["face_box"] = np.concatenate([low, high - low], axis=1)
        for name in names:
            values = arrays[name] if name == "expression" else arrays[name].astype(np.float32)
            values[rows] = -1 if name == "expression" else np.nan
            arrays[name] = values
        np.savez(path, **arrays)


def gradients(task: FaceTask, batch: dict[str, Tensor]) -> tuple[float, list[Tensor]]:
    torch.manual_seed(0)
    network = build_network("face")
    loss, _ = task.loss(network(*(batch[name] for name in INPUTS["face"])), batch)
    loss.backward()
    return loss.item(), [parameter.grad for parameter in network.parameters() if parameter.grad is not None]


@pytest.mark.parametrize("missing", [*TRUTHS, "expression"])
def test_a_truth_that_is_missing_in_every_picture_leaves_loss_and_gradients_finite(
    missing: str, tmp_path: Path, hdri: Path
) -> None:
    write_shards(tmp_path, "face", count=6)
    forget(tmp_path, missing)
    source, rng = FaceTask().source(tmp_path, hdri), np.random.default_rng(3)
    loss, found = gradients(FaceTask(), collate([source.draw(rng) for _ in range(6)]))
    assert np.isfinite(loss)
    assert all(torch.isfinite(gradient).all() for gradient in found)


def test_unlabelled_pictures_change_nothing_of_what_the_others_teach(tmp_path: Path) -> None:
    """One half knows everything, the other only that it shows a face: apart from that, the loss is that of the first."""
    batch = made_up_batch(8)
    half = {name: values[:4] for name, values in batch.items()}
    for name in (*TRUTHS, "expression"):
        if name in batch:
            batch[name][4:] = -1 if name == "expression" else torch.nan
    outputs = made_up_outputs(8)
    _, both = FaceTask().loss(outputs, batch)
    _, alone = FaceTask().loss({name: values[:4] for name, values in outputs.items()}, half)
    for part in ("points%", "pose_deg", "mouth", "lids", "seen", "feeling_right%"):
        assert both[part].item() == pytest.approx(alone[part].item(), rel=1e-5), part


def made_up_outputs(count: int) -> dict[str, Tensor]:
    torch.manual_seed(1)
    shapes = {"landmarks": (68, 2), "landmark_log_sigma": (68,), "rotation": (6,), "rotation_log_sigma": (1,), "state": (6,),
              "mouth_open": (1,), "expression": (8,)}  # fmt: skip
    return {name: torch.randn(count, *shape) for name, shape in shapes.items()}


def made_up_batch(count: int) -> dict[str, Tensor]:
    torch.manual_seed(2)
    return {
        "face": torch.ones(count), "landmarks": torch.randn(count, 68, 2), "landmark_visible": torch.ones(count, 68),
        "rotation": torch.eye(3).repeat(count, 1, 1), "mouth_open": torch.rand(count), "mouth_visible": torch.ones(count),
        "eye_visible": torch.ones(count, 2), "openness": torch.rand(count, 2), "expression": torch.randint(8, (count,)),
    }  # fmt: skip


def test_a_few_pictures_with_landmarks_alone_are_learned_by_heart(tmp_path: Path, hdri: Path) -> None:
    torch.manual_seed(0)
    write_shards(tmp_path, "face", count=6)
    forget(tmp_path, *TRUTHS[1:], "expression")
    source, rng = FaceTask().source(tmp_path, hdri), np.random.default_rng(3)
    batch = collate([source.draw(rng) for _ in range(12)])
    network = build_network("face")
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3)
    off = []
    for _ in range(25):
        loss, parts = FaceTask().loss(network(*(batch[name] for name in INPUTS["face"])), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        off.append(parts["points%"].item())
    assert off[-1] < 0.6 * off[0]
    assert all(torch.isfinite(parameter).all() for parameter in network.parameters())


def test_a_face_without_points_is_cut_around_its_box(tmp_path: Path) -> None:
    write_shards(tmp_path, "face", count=5)
    whole = [Shards(tmp_path, "face").sample(row) for row in range(5)]
    forget(tmp_path, "landmarks")
    for row, complete in enumerate(whole):
        points, roll_deg = outline(Shards(tmp_path, "face").sample(row))
        assert np.isfinite(points).all()
        low, high = complete["landmarks"].min(axis=0), complete["landmarks"].max(axis=0)
        assert np.concatenate([points.min(axis=0), points.max(axis=0)]) == pytest.approx(np.concatenate([low, high]), abs=1.0)
        assert roll_deg == pytest.approx(outline(complete)[1], abs=8.0), "of the rotation, which is about that of the points"


def test_eyes_are_learned_from_faces_whose_eyes_are_labelled(tmp_path: Path, hdri: Path) -> None:
    write_shards(tmp_path, "face", count=6)
    forget(tmp_path, "gaze", rows=slice(0, 4))
    source, rng = EyeSource(tmp_path, hdri), np.random.default_rng(1)
    for _ in range(20):
        assert all(np.isfinite(np.asarray(value)).all() for value in source.draw(rng).values())
    forget(tmp_path, "openness")
    with pytest.raises(FileNotFoundError, match=rf"{tmp_path}: no face-\*\.npz with landmarks, rotation, openness"):
        EyeSource(tmp_path, hdri).draw(rng)


def test_what_is_known_is_kept_and_what_is_not_has_no_weight() -> None:
    values, weights = losses.known(torch.tensor([1.5, torch.nan, -2.0]))
    assert values.tolist() == [1.5, 0.0, -2.0]
    assert weights.tolist() == [1.0, 0.0, 1.0]
