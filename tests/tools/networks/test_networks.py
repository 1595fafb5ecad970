"""Networks of the workshop: their size is the papers', their answers have the promised shape, and they can learn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from dms.perception.networks import Network
from tools.networks.backbones.by_name import BACKBONES
from tools.networks.blocks import divisible
from tools.networks.heatmaps.targets import draw
from tools.networks.hrnet import HRNet
from tools.networks.pose_machine import PoseMachine
from tools.networks.pose_regression import PoseRegression
from tools.networks.simple_baseline import SimpleBaseline
from tools.networks.unet import UNet
from tools.train import losses

PUBLISHED = {
    "resnet18": 11_176_512 - 64 * 49 * 2,
    "resnet50": 23_508_032 - 64 * 49 * 2,
    "mobilenet-v3-small": 927_008 - 16 * 9 * 2,
    "mobilenet-v3-large": 2_971_952 - 16 * 9 * 2,
    "efficientnet-b0": 4_007_548 - 32 * 9 * 2,
}
"""Parameters of the usual implementations without classifiers, less those that look at two more colours."""
HEATMAPS: dict[str, Callable[[], Network]] = {
    "simple baseline": lambda: SimpleBaseline(5, "resnet18", width=32),
    "unet": lambda: UNet(5, (8, 16, 24)),
    "unet with cbam": lambda: UNet(5, (8, 16, 24), "cbam"),
    "hrnet": lambda: HRNet(5, 4),
    "hrnet with se": lambda: HRNet(5, 4, "se"),
    "pose machine": lambda: PoseMachine(5, 2, 16),
}


def size_of(network: nn.Module) -> int:
    return sum(each.numel() for each in network.parameters())


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_backbone_has_as_many_parameters_as_the_published_one(name: str) -> None:
    assert size_of(BACKBONES[name]()) == PUBLISHED[name]


def test_hrnet_has_as_many_parameters_as_the_published_one() -> None:
    assert size_of(HRNet(17, 32)) == pytest.approx(28.5e6, rel=0.005)


@pytest.mark.parametrize("name", BACKBONES)
def test_a_backbone_halves_the_picture_from_stage_to_stage(name: str) -> None:
    backbone = BACKBONES[name]().eval()
    features = backbone(torch.rand(1, 1, 64, 96))
    assert [tuple(each.shape[1:]) for each in features] == [
        (width, 64 // stride, 96 // stride) for width, stride in zip(backbone.widths, (4, 8, 16, 32), strict=True)
    ]


@pytest.mark.parametrize("name", HEATMAPS)
def test_heatmaps_come_at_the_promised_size(name: str) -> None:
    maps = HEATMAPS[name]().eval()(torch.rand(1, 1, 64, 64))["heatmaps"]
    side = 32 if "unet" in name else 16
    assert maps.shape == (1, 5, side, side)


@pytest.mark.parametrize(("channels", "rounded"), [(16 / 4, 8), (72 / 4, 24), (96 / 4, 24), (120 / 4, 32), (12, 16), (22, 24)])
def test_widths_are_rounded_as_in_the_papers(channels: float, rounded: int) -> None:
    assert divisible(channels) == rounded


def overfit(network: nn.Module, loss: Callable[[dict[str, Tensor]], Tensor], picture: Tensor, steps: int = 12) -> float:
    """The share of the first loss that is left after so many steps on the same pictures."""
    torch.manual_seed(3)
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    found = []
    for _ in range(steps):
        value = loss(network(picture))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        found.append(value.item())
    return found[-1] / found[0]


@pytest.mark.parametrize("name", HEATMAPS)
def test_a_heatmap_network_learns_its_pictures(name: str) -> None:
    torch.manual_seed(1)
    picture, points = torch.rand(4, 1, 32, 32), torch.rand(4, 5, 2) - 0.5
    network = HEATMAPS[name]()
    side = network(picture)["heatmaps"].shape[-1]
    target = draw(points, side, side, 1.5)

    def loss(outputs: dict[str, Tensor]) -> Tensor:
        stages = outputs.get("stages", outputs["heatmaps"][:, None])
        return losses.mean_squared(stages, target[:, None].expand_as(stages)).mean()

    assert overfit(network, loss, picture) < 0.75


@pytest.mark.parametrize("representation", ["euler", "6d"])
def test_a_pose_network_learns_its_heads(representation: str) -> None:
    torch.manual_seed(1)
    picture = torch.rand(4, 1, 32, 32)
    angles = torch.deg2rad(torch.tensor([[30.0, 0, 5], [-30, 10, 0], [0, -20, 0], [60, 5, -10]]))
    truth = losses.rotation_from_euler(angles)

    def loss(outputs: dict[str, Tensor]) -> Tensor:
        turned = losses.geodesic(outputs["rotation"], truth)
        return losses.blend(turned, losses.euler_distance(outputs["angles"], angles)).mean()

    network = PoseRegression("mobilenet-v3-small", "6d" if representation == "6d" else "euler", gaze=True)
    assert overfit(network, loss, picture, 20) < 0.6
    assert network(picture)["gaze"].shape == (4, 3)


@pytest.mark.parametrize("representation", ["euler", "6d"])
def test_a_rotation_stays_one_where_the_rest_is_reckoned_in_bf16(representation: str) -> None:
    torch.manual_seed(1)
    network = PoseRegression("mobilenet-v3-small", "6d" if representation == "6d" else "euler")
    with torch.autocast("cpu", torch.bfloat16):
        rotation = network(torch.rand(4, 1, 32, 32))["rotation"]
    assert rotation.dtype == torch.float32
    assert (rotation @ rotation.transpose(1, 2)).detach().numpy() == pytest.approx(torch.eye(3).repeat(4, 1, 1).numpy(), abs=1e-5)
