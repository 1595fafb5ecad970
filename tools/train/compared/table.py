"""The table of networks: each exported, measured, and put on a line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file

from dms.errors import UsageError
from dms.perception import crops
from dms.perception.manifest import models_directory
from dms.perception.networks import Network, build_network
from tools.evaluation.bootstrap import Interval
from tools.evaluation.markers import write_between
from tools.train.by_recipe.beginning import CHECKPOINT
from tools.train.compared.accuracy import Figures, measure, subjects
from tools.train.compared.cost import Cost, cost_of
from tools.train.compared.exporting import export_run
from tools.train.compared.onnx_file import engine_of

KIND = "face"
MARK, BY = "networks", "python -m tools.train compare --write"
HEAD = (
    "network", "parameters", "MACs", "ONNX", "ms", "trained on",
    "yaw, pitch, roll", "MAE", "geodesic", "NME", "failed", "AUC",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One network: what it is, what it costs, what it can."""

    name: str
    cost: Cost
    trained: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Candidate:
    """A network to be measured."""

    name: str
    network: Network
    onnx: Path
    side: int
    pose: str
    trained: str


def table_of(runs: Path, heldout: Path, most: int) -> str:
    """All trainings in `runs`, and the face network that ships, as a Markdown table with a line below that explains it.

    Raises:
        UsageError: there is no training.
        FileNotFoundError: there are no held-out shards.
        ExportDiffersError: an export does not answer as its network does.
    """
    folders = sorted(path.parent for path in runs.glob(f"*/{CHECKPOINT}"))
    if not folders:
        raise UsageError(f"{runs}: no trainings in it; `python -m tools.train recipe` makes them")
    on = subjects(heldout, KIND, most)
    lines = []
    for candidate in _candidates(folders, heldout):
        cost = cost_of(candidate.network, candidate.onnx, candidate.side)
        figures = measure(engine_of(candidate.onnx), candidate.side, candidate.pose, on)
        lines.append(Line(candidate.name, cost, candidate.trained, figures))
    count = f"{len(on.samples)} pictures of {len(set(on.people))} people that nobody was trained on"
    return f"{as_markdown(lines)}\n\nOn {count}; in brackets 95 % intervals by drawing people."


def _candidates(folders: list[Path], heldout: Path) -> Iterator[Candidate]:
    """Each training, exported when it is its turn, and the network that ships; told on standard error, since it takes minutes."""
    for folder in folders:
        sys.stderr.write(f"{folder.name}\n")
        yield from _trained(folder, heldout)
    yield shipped()


def _trained(folder: Path, heldout: Path) -> Iterator[Candidate]:
    """The training, and its INT8 twin if it has one."""
    done = export_run(folder, heldout)
    trained, recipe = done.trained, done.trained.recipe
    said = f"{trained.samples:,} samples, {trained.minutes:.1f} min"
    for name, file in ((folder.name, done.onnx), (f"{folder.name}, INT8", done.int8)):
        if file is not None:
            yield Candidate(name, trained.network, file, recipe.side, recipe.pose, said)


def shipped() -> Candidate:
    """The face network that ships."""
    folder = models_directory()
    network = build_network("face")
    network.load_state_dict(load_file(folder / "face.safetensors"))
    return Candidate("face, as shipped", network.eval(), folder / "face.onnx", crops.FACE_SIZE, "network", "see its card")


def as_markdown(lines: list[Line]) -> str:
    """The lines, those with the smallest geodesic error first, then those without a pose by their NME."""

    def rank(line: Line) -> tuple[bool, float]:
        first = line.figures.get("geodesic") or line.figures.get("nme")
        return "geodesic" not in line.figures, first.value if first else torch.inf

    rows = [HEAD, ("---",) * len(HEAD), *(_cells(line) for line in sorted(lines, key=rank))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(line: Line) -> tuple[str, ...]:
    cost, figures = line.cost, line.figures
    angles = [figures[name] for name in ("yaw", "pitch", "roll") if name in figures]
    return (
        line.name,
        f"{cost.parameters / 1e6:.2f} M",
        f"{cost.macs / 1e6:.0f} M",
        f"{cost.onnx_bytes / 1e6:.1f} MB",
        f"{cost.processor_ms:.1f}",
        line.trained,
        ", ".join(f"{each.value:.1f}°" for each in angles) or "–",
        _shown(figures.get("mae"), 1.0, 1, "°"),
        _shown(figures.get("geodesic"), 1.0, 1, "°"),
        _shown(figures.get("nme"), 100.0, 2, " %"),
        _shown(figures.get("failures"), 100.0, 0, " %"),
        _shown(figures.get("area"), 1.0, 3, ""),
    )


def _shown(interval: Interval | None, factor: float, digits: int, unit: str) -> str:
    """`3.1° (2.8–3.4)`."""
    if interval is None:
        return "–"
    value, low, high = (f"{factor * each:.{digits}f}" for each in (interval.value, interval.low, interval.high))
    return f"{value}{unit} ({low}–{high})"


def write_table(path: Path, table: str) -> None:
    """Put the table between its marks in a Markdown file.

    Raises:
        UsageError: there is no such file, or no place in it.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file")
    try:
        write_between(path, MARK, table, BY)
    except ValueError as error:
        raise UsageError(str(error)) from error
