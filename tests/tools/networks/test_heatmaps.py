"""Points become bumps, and bumps become points again."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tools.networks.heatmaps.decoding import DECODERS, decode, peaks
from tools.networks.heatmaps.targets import cells_of_points, draw, points_of_cells

PLACES = st.floats(-0.4, 0.4)


def at(x: float, y: float) -> Tensor:
    return torch.tensor([[[x, y]]], dtype=torch.float64)


def test_corners_of_the_crop_lie_half_a_cell_outside_the_outer_cells() -> None:
    cells = cells_of_points(torch.tensor([[[-0.5, -0.5], [0.5, 0.5], [0.0, 0.0]]]), 28, 56)
    assert cells[0].tolist() == [[-0.5, -0.5], [55.5, 27.5], [27.5, 13.5]]


@given(PLACES, PLACES)
def test_a_point_survives_its_way_through_cells(x: float, y: float) -> None:
    back = points_of_cells(cells_of_points(at(x, y), 28, 20), 28, 20)
    assert back.flatten().tolist() == pytest.approx([x, y])


def test_bumps_are_one_high_at_a_cell_s_middle_and_as_wide_as_asked() -> None:
    bump = draw(points_of_cells(torch.tensor([[[5.0, 3.0]]]), 8, 10), 8, 10, sigma=1.5)[0, 0]
    assert bump[3, 5].item() == pytest.approx(1.0)
    assert bump[3, 8].item() == pytest.approx(torch.exp(torch.tensor(-(3.0**2) / (2 * 1.5**2))).item())
    with pytest.raises(ValueError, match="sigma must be above 0 cells, not 0"):
        draw(at(0, 0), 8, 8, 0.0)


@pytest.mark.parametrize(("how", "cells_off"), [("highest", 0.71), ("quarter", 0.45), ("weight", 0.71), ("bump", 0.01)])
@given(x=PLACES, y=PLACES, sigma=st.floats(0.8, 3.0))
def test_each_way_of_reading_keeps_its_promise(how: str, cells_off: float, x: float, y: float, sigma: float) -> None:
    points, height = decode(draw(at(x, y), 28, 28, sigma), how)
    assert torch.linalg.norm(points - at(x, y)).item() * 28 <= cells_off
    assert 0.5 < height.item() <= 1.0


def test_a_flat_map_is_read_without_nonsense() -> None:
    for how in DECODERS:
        points, height = decode(torch.zeros(1, 2, 7, 7), how)
        assert torch.isfinite(points).all()
        assert points.abs().max() <= 0.6
        assert not height.any()


def test_a_peak_at_the_edge_stays_in_the_picture() -> None:
    points, _ = decode(draw(at(-0.5, 0.5), 14, 14, 1.0), "bump")
    assert points.abs().max().item() <= 0.5 + 1.0 / 14


def test_two_faces_give_two_peaks_and_a_shoulder_none() -> None:
    two = draw(torch.tensor([[[-0.3, 0.0]], [[0.3, 0.1]]]), 20, 20, 1.5)[:, 0]
    heat = torch.maximum(two[0], 0.7 * two[1])
    found = peaks(heat, most=5, least_height=0.3)
    assert found[:, 2].tolist() == pytest.approx([two[0].max().item(), 0.7 * two[1].max().item()])
    assert len(peaks(heat, most=1, least_height=0.3)) == 1
    assert len(peaks(heat, most=5, least_height=0.7)) == 1
    assert len(peaks(torch.ones(6, 6), most=5, least_height=0.5, apart=3)) == 1
    with pytest.raises(ValueError, match="apart must be odd, not 4"):
        peaks(heat, 1, 0.5, apart=4)
