"""Recipes: those that come along train, and a wrong one is refused with its line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch

from dms.errors import ConfigurationError
from dms.perception.manifest import models_directory
from tests.tools.train.fake_shards import write_shards
from tests.tools.train.written import write_recipe
from tools.networks.backbones.by_name import BACKBONES
from tools.train.by_recipe.lessons import total
from tools.train.by_recipe.named import network_class, options_model
from tools.train.by_recipe.reading import read_recipe, tried_at
from tools.train.by_recipe.samples import made_up
from tools.train.by_recipe.teaching import Teacher
from tools.train.by_recipe.training import Order, training_of
from tools.train.running.budget import Budget
from tools.train.running.loop import run
from tools.train.running.training import Means

READ = cache(read_recipe)
RECIPES = sorted((Path(__file__).parents[3] / "tools" / "train" / "recipes").glob("*.yaml"))
SMALL = {
    "tools.networks.mobile_face:MobileFace": 112,
    "tools.networks.unet:UNet": 32,
    "dms.perception.networks.face:FaceNetwork": 112,
}


@pytest.fixture(scope="module", autouse=True)
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The folder that recipes name things from: the weights that ship, and a teacher that has learned nothing yet."""
    folder = tmp_path_factory.mktemp("workplace")
    (folder / "models").symlink_to(models_directory())
    teacher = folder / "runs" / "recipes" / "face-teacher"
    teacher.mkdir(parents=True)
    shutil.copy(RECIPES[0].with_name("face-teacher.yaml"), teacher / "recipe.yaml")
    network = READ(RECIPES[0].with_name("face-teacher.yaml")).build()
    torch.save({"average": network.state_dict(), "step": 0, "trained_s": 0.0}, teacher / "checkpoint.pt")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    write_shards(folder, "face", count=12)
    return folder


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_builds_its_network_and_takes_steps(path: Path, shards: Path, tmp_path: Path) -> None:
    recipe = READ(path)
    small = recipe.model_copy(update={"side": SMALL.get(recipe.network, 64), "multi_scale": (), "batch": 3})
    training = replace(training_of(small, Order(path, shards, tmp_path)), judging=None)
    begun = training.build()
    before = {name: value.clone() for name, value in begun.state_dict().items()}
    state = run(
        replace(training, build=lambda: begun), Means(tmp_path / "checkpoint.pt", Budget(samples=6), workers=0, threads=1)
    )
    assert state.step == 2
    moved = [name for name, value in state.network.named_parameters() if not torch.equal(value, before[name])]
    assert len(moved) > 0.9 * len(list(state.network.parameters()))
    assert all(torch.isfinite(value).all() for value in state.network.state_dict().values() if value.is_floating_point())


def test_recipes_cover_the_workshop() -> None:
    stems = " ".join(path.stem for path in RECIPES)
    for word in ("euler", "6d", "hybrid", "mobilenet", "efficientnet", "baseline", "unet", "hrnet", "machine", "cbam", "se",
                 "two-stages", "gaze", "yardstick", "teacher", "distilled", "pruned", "int8", "own-camera"):  # fmt: skip
        assert word in stems


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_nothing_of_a_loss_stays_behind_on_the_processor(path: Path) -> None:
    """What another device would refuse, torch's `meta` device refuses as well."""
    recipe = READ(path)
    ((outputs, batch),) = tried_at(recipe, recipe.side)
    far_outputs, far_batch = ({name: value.to("meta") for name, value in each.items()} for each in (outputs, batch))
    teachers = [lesson for lesson in recipe.losses if isinstance(lesson, Teacher)]
    others = [lesson for lesson in recipe.losses if not isinstance(lesson, Teacher)]
    assert total(others, far_outputs, far_batch)[0].device.type == "meta"
    for lesson in teachers:  # a teacher itself does not run there: torch knows no autocast on `meta`
        assert all(lesson._apart(name, far_outputs, far_outputs).device.type == "meta" for name in far_outputs)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("batch: 4", "bach: 4", "7: bach: unknown key; did you mean 'batch'?"),
        ("batch: 4", "batch: four", "7: batch: 'four': a whole number is wanted"),
        ("tiny_network:Tiny", "tiny_network:Tyni", "1: network: "),
        ("tiny_network:Tiny", "tiny_network:Tyni", "nothing called Tyni in tests.tools.train.tiny_network; did you mean 'Tiny'?"),
        ("tests.tools.train.tiny_network:Tiny", "no.such:Thing", "1: network: 'no.such:Thing': No module named"),
        ("tests.tools.train.tiny_network:Tiny", "Tiny", "written as module:Name"),
        ("tests.tools.train.tiny_network:Tiny", "pathlib:Path", "is no network"),
        ("cells: 4", "cell: 4", "2: options.cell: unknown key; did you mean 'cells'?"),
        ("cells: 4", "cells: many", "2: options.cells: 'many': a whole number is wanted"),
        ("side: 32", "side: 8", "3: side: 8: "),
        ("kind: geodesic", "kind: geodesc", "6: losses.0: kind 'geodesc' is unknown; did you mean 'geodesic'?"),
        ("kind: geodesic", "kind: heatmaps", "6: losses.0: heatmaps judges heatmaps, and the network gives only rotation"),
        ("kind: geodesic, weight: 1.0", "kind: geodesic, weight: 0", "6: losses.0.weight: 0: "),
        ("kind: geodesic", "kind: own, function: tests.tools.train.tiny_network:gone", "nothing called gone"),
        ("kind: geodesic", "kind: own, function: tests.tools.train.tiny_network:no_pose", "6: losses.0: own cannot judge"),
        ("budget: {samples: 240}", "budget: {samples: 240, minutes: 2}", "10: budget: either minutes or samples"),
        ("judged_share: 0.3", "judged_share: 0.3, needs: [landmark]", "4: data.needs.0: 'landmark': "),
        ("{judged_share: 0.3}", "{judged_share: 0}\npose: landmarks", "5: pose: the network gives no points"),
        ("warm_up_steps: 0", "shape: plateau", None),
        ("every_samples: 40", "every_samples: 40, patience: 0", "9: judging.patience: 0: "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(before: str, after: str, said: str | None, tmp_path: Path) -> None:
    path = write_recipe(tmp_path, (before, after))
    if said is None:
        read_recipe(path)
        return
    with pytest.raises(ConfigurationError) as refused:
        read_recipe(path)
    assert said in str(refused.value).replace(f"{path}:", "")
    assert str(refused.value).startswith(f"{path}:")


def test_a_plateau_needs_somebody_to_judge_on(tmp_path: Path) -> None:
    path = write_recipe(tmp_path, ("judged_share: 0.3", "judged_share: 0"), ("warm_up_steps: 0", "shape: plateau"))
    with pytest.raises(ConfigurationError, match=r":4: data.judged_share: with nobody to judge on"):
        read_recipe(path)


def test_a_side_that_a_network_cannot_take_is_told(tmp_path: Path) -> None:
    path = write_recipe(
        tmp_path, ("tests.tools.train.tiny_network:Tiny", "tools.networks.unet:UNet"), ("options: {cells: 4}", ""),
        ("side: 32", "side: 100"), ("geodesic", "heatmaps"),
    )  # fmt: skip
    with pytest.raises(ConfigurationError, match=r":3: side: the network does not take pictures of 100 pixels"):
        read_recipe(path)


def test_points_of_another_number_are_told(tmp_path: Path) -> None:
    path = write_recipe(
        tmp_path, ("tests.tools.train.tiny_network:Tiny", "tools.networks.unet:UNet"), ("cells: 4", "points: 5"),
        ("geodesic", "heatmaps"),
    )  # fmt: skip
    with pytest.raises(ConfigurationError, match=r":6: losses.0: heatmaps cannot judge what the network gives"):
        read_recipe(path)


def test_a_loss_of_ones_own_is_named_like_a_network(tmp_path: Path) -> None:
    path = write_recipe(tmp_path, ("kind: geodesic", "kind: own, function: tests.tools.train.tiny_network:steepness"))
    recipe, (batch,) = read_recipe(path), made_up([32])
    assert total(recipe.losses, {"rotation": torch.tensor([[3.0, 4, 0, 0, 0, 0]])}, batch)[0].item() == pytest.approx(5.0)


def test_backbones_can_be_named_by_all_their_names() -> None:
    model = options_model(network_class("tools.networks.pose_regression:PoseRegression"))
    for name in BACKBONES:
        model(backbone=name)
    with pytest.raises(ValueError, match="resnet18"):
        model(backbone="resnet19")


def test_the_recipe_of_the_tests_is_one(tmp_path: Path) -> None:
    assert read_recipe(write_recipe(tmp_path)).batch == 4
