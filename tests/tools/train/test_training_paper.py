"""docs/training.md can be followed: its commands parse, its recipe is the one that comes along, its network learns."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import torch
import typer

from dms.perception.networks import Network
from tests.tools.train.fake_shards import write_shards
from tests.tools.train.written import write_recipe
from tools.evaluation.markers import marks
from tools.train.__main__ import app
from tools.train.by_recipe.beginning import CHECKPOINT
from tools.train.by_recipe.lessons import AnyLesson
from tools.train.by_recipe.named import network_class
from tools.train.by_recipe.recipe import Recipe
from tools.train.by_recipe.training import Order, train_recipe
from tools.train.compared.table import BY, MARK
from tools.train.running.team import ALONE

ROOT = Path(__file__).resolve().parents[3]
PAPER = (ROOT / "docs" / "training.md").read_text()
COMMANDS = re.findall(r"^ {4}python -m (?:torch\.distributed\.run [\w\s-]*? -m )?tools\.train (.*)$", PAPER, re.MULTILINE)


def test_the_paper_has_commands() -> None:
    assert {line.split()[0] for line in COMMANDS} == {"recipe", "look", "compare", "export"}
    assert len(COMMANDS) >= 7


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_paper_parses(line: str) -> None:
    command: Any = typer.main.get_command(app)
    name, *words = shlex.split(line)
    context = command.commands[name].make_context(name, words)
    for path in context.params.get("recipes") or [context.params.get("recipe")]:
        assert path is None or list(ROOT.glob(str(path))), f"{path} comes along"


def test_the_recipe_of_the_paper_is_the_one_that_comes_along() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAPER, re.DOTALL)
    assert shown == (ROOT / "tools" / "train" / "recipes" / "pose-resnet18-hybrid.yaml").read_text()


def test_every_key_and_every_loss_stands_in_the_paper() -> None:
    told = set(re.findall(r"`([\w-]+)`", PAPER)) | set(re.findall(r"`([\w-]+): ", PAPER))
    kinds = [kind for lesson in AnyLesson.__args__[0].__args__ for kind in lesson.model_fields["kind"].annotation.__args__]
    assert [name for name in (*Recipe.model_fields, *kinds) if name not in told and name != "purpose"] == []


def test_the_network_of_the_paper_is_one_file_and_one_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", PAPER, re.DOTALL)
    (tmp_path / "my_networks").mkdir()
    (tmp_path / "my_networks" / "small.py").write_text(shown)
    monkeypatch.syspath_prepend(tmp_path)
    recipe = write_recipe(
        tmp_path, ("tests.tools.train.tiny_network:Tiny", "my_networks.small:Small"), ("cells: 4", "width: 8"),
        ("judged_share: 0.3", "judged_share: 0"),
    )  # fmt: skip
    write_shards(tmp_path / "data", "face", count=4)
    folder = train_recipe(Order(recipe, tmp_path / "data", tmp_path / "runs", samples=8, workers=0, threads=1), ALONE)
    saved = torch.load(folder / CHECKPOINT, weights_only=True)
    assert saved["step"] == 2
    assert issubclass(network_class("my_networks.small:Small"), Network)


def test_the_table_has_its_place() -> None:
    text = (ROOT / "docs" / "networks.md").read_text()
    begin, end = marks(MARK, BY)
    assert text.index(begin) < text.index(end)
