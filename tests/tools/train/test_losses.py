"""What training minimises, against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from dms.perception.head_geometry import angles_from_rotation, rotation_from_angles
from dms.perception.landmark_pose import RIGID, mean_face_mm
from tools.train import losses

ANGLES = st.floats(-80.0, 80.0)


def one(*values: float) -> Tensor:
    return torch.tensor([values], dtype=torch.float64)


def test_errors_of_numbers_by_hand() -> None:
    predicted, truth = one(1.0, 2.0, 6.0), one(1.0, 0.0, 2.0)  # off by 0, 2 and 4
    assert losses.mean_squared(predicted, truth).item() == pytest.approx((0 + 4 + 16) / 3)
    assert losses.mean_absolute(predicted, truth).item() == pytest.approx(2.0)


@pytest.mark.parametrize(("error", "loss"), [(0.0, 0.0), (0.2, 0.5 * 0.04 / 0.5), (0.5, 0.25), (2.0, 2.0 - 0.25)])
def test_smooth_l1_is_a_square_below_its_knee_and_a_line_above(error: float, loss: float) -> None:
    assert losses.smooth_l1(one(error), one(0.0), beta=0.5).item() == pytest.approx(loss)


@pytest.mark.parametrize(
    ("error", "loss"),
    [(0.0, 0.0), (2.0, 10 * math.log(2)), (10.0, 10 * math.log(6)), (15.0, 15 - (10 - 10 * math.log(6)))],
)
def test_wing_is_a_logarithm_below_its_width_and_a_line_above(error: float, loss: float) -> None:
    assert losses.wing(one(-error), one(0.0)).item() == pytest.approx(loss)


@pytest.mark.parametrize(
    ("truth", "predicted", "loss"),
    [
        (1.0, 1.0, 0.0),
        (0.0, 0.25, 14 * math.log1p(0.25**2.1)),  # background: nearly a square
        (1.0, 0.75, 14 * math.log1p(0.25**1.1)),  # peak: nearly a line
        # beyond the knee at 0.5: A * 0.75 - C with A = 14 * 1.1 * 0.5**0.1 / (1 + 0.5**1.1)
        (1.0, 0.25, 14 * 1.1 * 0.5**0.1 / (1 + 0.5**1.1) * (0.75 - 0.5) + 14 * math.log1p(0.5**1.1)),
    ],
)
def test_adaptive_wing_is_strict_at_peaks_and_lenient_on_the_background(truth: float, predicted: float, loss: float) -> None:
    assert losses.adaptive_wing(one(predicted), one(truth)).item() == pytest.approx(loss)


def test_oks_by_hand() -> None:
    truth = torch.zeros(1, 3, 2)
    predicted = torch.tensor([[[0.0, 0.0], [3.0, 4.0], [900.0, 0.0]]])  # right; 5 off; far off, but not to be seen
    visible, area, sigmas = torch.tensor([[2, 1, 0]]), torch.tensor([100.0]), torch.tensor([0.1, 0.25, 0.1])
    similar = (1.0 + math.exp(-25 / (2 * 100 * 0.5**2))) / 2
    assert losses.object_keypoint_similarity(predicted, truth, visible, area, sigmas).item() == pytest.approx(similar)
    assert losses.oks_loss(predicted, truth, visible, area, sigmas).item() == pytest.approx(1 - similar)
    assert losses.oks_loss(predicted, truth, torch.zeros(1, 3), area, sigmas).item() == 0.0


@given(ANGLES, ANGLES, ANGLES)
def test_angles_become_the_rotation_that_the_runtime_reads_back(yaw: float, pitch: float, roll: float) -> None:
    rotation = losses.rotation_from_euler(torch.deg2rad(one(yaw, pitch, roll)))
    np.testing.assert_allclose(rotation[0].numpy(), rotation_from_angles(yaw, pitch, roll), atol=1e-12)
    back = torch.rad2deg(losses.euler_from_rotation(rotation))[0].tolist()
    assert back == pytest.approx(angles_from_rotation(rotation[0].numpy()), abs=1e-6)


@pytest.mark.parametrize("turned_deg", [0.5, 30.0, 90.0, 175.0])
def test_geodesic_is_the_angle_between_two_heads(turned_deg: float) -> None:
    ahead = torch.tensor(rotation_from_angles(0, 10, 0)[None])
    turned = torch.tensor((rotation_from_angles(turned_deg, 0, 0) @ rotation_from_angles(0, 10, 0))[None])
    assert math.degrees(losses.geodesic(turned, ahead).item()) == pytest.approx(turned_deg, abs=0.01)


def test_geodesic_pulls_even_on_a_head_that_is_nearly_right() -> None:
    angles = torch.tensor([[1e-4, 0.0, 0.0]], dtype=torch.float64, requires_grad=True)
    losses.geodesic(losses.rotation_from_euler(angles), torch.eye(3, dtype=torch.float64)[None]).sum().backward()
    assert angles.grad is not None
    assert angles.grad[0, 0].item() == pytest.approx(1.0, abs=0.01)


def test_rotation_from_six_numbers_straightens_its_columns() -> None:
    rotation = losses.rotation_from_6d(one(2.0, 0.0, 0.0, 1.0, 3.0, 0.0))
    np.testing.assert_allclose(rotation[0].numpy(), np.eye(3), atol=1e-9)


def test_angles_differ_by_the_short_way_round() -> None:
    predicted, truth = torch.deg2rad(one(179.0, 0.0, 0.0)), torch.deg2rad(one(-179.0, 0.0, 3.0))
    assert math.degrees(losses.euler_distance(predicted, truth).item()) == pytest.approx((2 + 0 + 3) / 3)


def test_hybrid_is_seven_tenths_of_one_and_three_of_the_other() -> None:
    assert losses.blend(one(10.0), one(20.0)).item() == pytest.approx(0.7 * 10 + 0.3 * 20)


def test_laplace_is_least_where_the_scale_is_the_distance() -> None:
    scales = torch.linspace(0.05, 0.8, 76)
    found = losses.laplace(torch.full((76,), 0.3), scales.log())
    assert scales[found.argmin()].item() == pytest.approx(0.3, abs=0.01)
    assert losses.laplace(one(0.3), one(math.log(0.3)), 2).item() == pytest.approx(1.0 + 2 * math.log(0.3))


def test_focal_forgets_what_is_right_already() -> None:
    sure, unsure = math.log(9), 0.0  # nine tenths, and half
    assert losses.binary_focal(one(sure), one(1.0)).item() == pytest.approx(0.25 * 0.1**2 * -math.log(0.9))
    assert losses.binary_focal(one(unsure), one(0.0)).item() == pytest.approx(0.75 * 0.5**2 * math.log(2))
    assert losses.focal(one(sure, 0.0), torch.tensor([0])).item() == pytest.approx(0.1**2 * -math.log(0.9))


def test_weighted_cross_entropy_counts_the_true_class_s_weight() -> None:
    loss = losses.weighted_cross_entropy(one(0.0, 0.0), torch.tensor([1]), torch.tensor([1.0, 3.0]))
    assert loss.item() == pytest.approx(3 * math.log(2))


def test_balancing_weights_make_rare_expressions_count_as_much_as_common_ones() -> None:
    counts = torch.tensor([90, 10, 0])
    weights = losses.balancing_weights(counts)
    assert weights.tolist() == pytest.approx([100 / 90 / 2, 100 / 10 / 2, 0.0])
    assert (weights * counts).sum().item() == pytest.approx(100.0)


def test_logit_adjustment_takes_the_training_data_s_shares_out_of_the_answer() -> None:
    prior = torch.tensor([0.8, 0.2])
    by_hand = -math.log(0.2 / (0.8 + 0.2))  # equal logits mean the prior during training …
    assert losses.logit_adjusted(one(0.0, 0.0), torch.tensor([1]), prior).item() == pytest.approx(by_hand, rel=1e-6)


def test_soft_binary_takes_targets_between() -> None:
    assert losses.soft_binary(one(0.0), one(0.3)).item() == pytest.approx(math.log(2))


def test_a_mean_without_weights_is_nothing() -> None:
    assert losses.weighted_mean(torch.ones(4), torch.zeros(4)).item() == 0.0


def turned_head(yaw: float, pitch: float, roll: float) -> tuple[Tensor, Tensor, Tensor]:
    """A mean head (k, 3), a rotation (1, 3, 3) of it, and its points (1, k, 2) from far away, somewhere in a picture."""
    head = torch.tensor(mean_face_mm()[RIGID])
    rotation = torch.tensor(rotation_from_angles(yaw, pitch, roll)[None])
    seen = (head @ rotation[0].T)[:, :2] * torch.tensor([0.004, -0.004]) + torch.tensor([0.1, -0.2])
    return head, rotation, seen[None]


@given(ANGLES, st.floats(-40.0, 40.0), st.floats(-30.0, 30.0))
def test_points_and_rotation_of_one_head_agree_wherever_it_is(yaw: float, pitch: float, roll: float) -> None:
    head, rotation, points = turned_head(yaw, pitch, roll)
    assert losses.disagreement(rotation, points, head, torch.ones(1, len(head))).item() == pytest.approx(1e-4, abs=1e-6)


def test_points_disagree_more_the_further_the_rotation_is_off_and_hidden_ones_do_not_count() -> None:
    head, _, points = turned_head(20, 0, 0)
    counted = torch.ones(1, len(head))
    apart = [losses.disagreement(turned_head(yaw, 0, 0)[1], points, head, counted).item() for yaw in (20, 30, 50)]
    assert apart == sorted(apart)
    assert apart[1] > 0.05
    points[0, 3] += 5.0
    counted[0, 3] = 0.0
    assert losses.disagreement(turned_head(20, 0, 0)[1], points, head, counted).item() == pytest.approx(1e-4, abs=1e-6)
