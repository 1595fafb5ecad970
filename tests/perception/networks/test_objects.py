"""Head and hands: where the crop lies, what the network answers, and how much of it is said."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dms.config.driver_region import PictureSide, driver_region
from dms.perception import crops
from dms.perception.decode import Outputs
from dms.perception.networks import build_network
from dms.perception.objects import ObjectReading, Objects, ObjectThresholds, decode_objects, said_of

SURE = ObjectThresholds(phone=0.9, smoking=0.9, drinking=0.9)


def test_the_crop_reaches_from_above_the_head_to_the_hands_at_the_wheel() -> None:
    crop = crops.objects_crop((200.0, 100.0, 80.0, 100.0))
    assert crop.side == pytest.approx(380.0)
    above, middle, below = crop.to_crop(np.array([[240.0, 60.0], [240.0, 200.0], [240.0, 385.0]]))
    assert middle == pytest.approx((0.0, 0.0), abs=1e-6)
    assert above[1] > -0.5
    assert below[1] < 0.5


@pytest.mark.parametrize(("side", "middle_x"), [("any", 319.5), ("left", 239.5), ("right", 399.5)])
def test_without_a_face_the_largest_square_on_the_drivers_side_is_looked_at(side: PictureSide, middle_x: float) -> None:
    crop = crops.objects_crop_without_face((480, 640), driver_region(side).middle)
    assert (crop.center_x, crop.center_y, crop.side) == (middle_x, 239.5, 480.0)


def test_the_network_is_small_and_answers_three_questions() -> None:
    network = build_network("objects").eval()
    assert sum(parameter.numel() for parameter in network.parameters()) <= 420_000
    answers = network(torch.zeros(2, 1, crops.OBJECTS_SIZE, crops.OBJECTS_SIZE))
    assert {name: tuple(values.shape) for name, values in answers.items()} == {
        "phone": (2, 3),
        "smoking": (2, 1),
        "drinking": (2, 1),
    }


def test_logits_become_probabilities() -> None:
    outputs: Outputs = {
        "phone": np.log(np.array([[0.1, 0.7, 0.2]], np.float32)),
        "smoking": np.zeros((1, 1), np.float32),
        "drinking": np.full((1, 1), 50.0, np.float32),
    }
    reading = decode_objects(outputs)
    assert (reading.at_ear, reading.handheld, reading.phone) == pytest.approx((0.7, 0.2, 0.9), abs=1e-6)
    assert (reading.smoking, reading.drinking) == pytest.approx((0.5, 1.0), abs=1e-6)


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (ObjectReading(0.95, 0.01, 0.1, 0.1), Objects("at_ear", False, False)),
        (ObjectReading(0.30, 0.65, 0.95, 0.1), Objects("handheld", True, False)),
        (ObjectReading(0.02, 0.03, 0.1, 0.99), Objects("none", False, True)),
        (ObjectReading(0.40, 0.35, 0.7, 0.6), Objects(None, None, None)),
    ],
    ids=["at the ear", "in the hand, smoking", "drinking", "not sure of anything"],
)
def test_only_what_is_likely_or_unlikely_enough_is_said(reading: ObjectReading, said: Objects) -> None:
    assert said_of(reading, SURE) == said
