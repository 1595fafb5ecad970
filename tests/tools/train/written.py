"""Recipes as tests write them."""

from __future__ import annotations

from pathlib import Path

RECIPE = """\
network: tests.tools.train.tiny_network:Tiny
options: {cells: 4}
side: 32
data: {judged_share: 0.3}
losses:
  - {kind: geodesic, weight: 1.0}
batch: 4
schedule: {rate: 0.01, warm_up_steps: 0}
judging: {every_samples: 40}
budget: {samples: 240}
precision: fp32
device: cpu
"""


def write_recipe(folder: Path, *changes: tuple[str, str], name: str = "tiny") -> Path:
    """A recipe of the tiny network with some of its text replaced."""
    text = RECIPE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path
