"""Phones on photographs from the side and on rendered busts: the figures, and what is wrong with the labels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from dms.perception.stills import StillReader
from tests.perception.runtime.object_weights import PHONING, weights
from tools.evaluation import phone_side
from tools.evaluation.false_phones import beginnings

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")


def side_views(folder: Path, labels: list[str]) -> Path:
    rng = np.random.default_rng(0)
    for number in range(len(labels)):
        cv2.imwrite(str(folder / f"{number}.png"), rng.integers(0, 255, (64, 64, 3)).astype(np.uint8))
    rows = [f"{number}.png,{label}" for number, label in enumerate(labels)]
    (folder / "labels.csv").write_text("\n".join(["file,label", *rows]))
    return folder


def busts(folder: Path, phones: list[int]) -> Path:
    count = len(phones)
    np.savez(
        folder / "bust-00000.npz",
        image=np.random.default_rng(1).integers(0, 255, (count, 192, 192)).astype(np.uint8),
        face_box=np.tile(np.array([70.0, 60.0, 45.0, 50.0], np.float32), (count, 1)),
        phone=np.array(phones, np.int8),
        smoking=np.zeros(count, bool),
        drinking=np.arange(count) % 2 == 0,
    )
    return folder


def test_a_network_that_sees_phones_everywhere_is_worth_nothing(tmp_path: Path) -> None:
    reader = StillReader(directory=weights(tmp_path, PHONING))
    figures = phone_side.measure(reader, side_views(tmp_path, ["at_ear", "handheld", "none"]), busts(tmp_path, [0, 1, 2, 0]))
    assert figures == {
        "phone_side_auc": 0.5,
        "phone_side_at_ear_auc": 0.5,
        "phone_side_handheld_auc": 0.5,
        "phone_side_faces_found": 0.0,
        "rendered_phone_auc": 0.5,
        "rendered_drinking_auc": 0.5,
    }, "nobody smokes: no figure for it"


def test_weights_without_an_objects_network_give_no_figures(tmp_path: Path) -> None:
    assert phone_side.measure(StillReader(directory=weights(tmp_path, None)), side_views(tmp_path, ["none"])) == {}


def test_an_unknown_label_is_named_with_its_line(tmp_path: Path) -> None:
    reader = StillReader(directory=weights(tmp_path, PHONING))
    with pytest.raises(ValueError, match=r"labels\.csv:3: 'mounted' is none of at_ear, handheld, none"):
        phone_side.measure(reader, side_views(tmp_path, ["none", "mounted"]))


def test_a_phone_counts_once_however_long_it_is_held() -> None:
    assert beginnings([False, True, True, False, True]) == 2
