"""The gate before an export: on the same pictures it may read faces only so much worse than the original as its recipe allows."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from dms.errors import DmsError, UsageError
from dms.perception.networks import Network
from tools.evaluation.bootstrap import Interval
from tools.export import write_onnx
from tools.train.by_recipe.beginning import SUFFIX, begun_from
from tools.train.by_recipe.teaching import SHIPPED, teacher_at
from tools.train.by_recipe.trained import Trained, read_run
from tools.train.compared.accuracy import Figures, Subjects, measure, subjects
from tools.train.compared.onnx_file import engine_of

HIGHER_IS_BETTER = ("area", "expression")
SHOWN = {"nme": (100.0, " %"), "failures": (100.0, " %"), "area": (1.0, ""), "expression": (100.0, " %")}
"""Factor and unit of what is no angle."""


class LosesTooMuchError(DmsError):
    """A network reads faces worse than the original, by more than its recipe allows."""


def hold_to_gate(trained: Trained, files: Sequence[Path], data: Path, most: int) -> list[str]:
    """Measure each file (the float32 export first) and the original on up to so many pictures of the shards in `data`; returns a
    line for each that was judged. Nothing is judged without a gate.

    Raises:
        LosesTooMuchError: one of them loses too much.
        UsageError: the original is not there, or a figure of the gate cannot be measured.
    """
    gate = trained.recipe.gate
    if gate is None:
        return []
    on = subjects(data, trained.recipe.data.kind, most)
    side, pose = trained.recipe.side, trained.recipe.pose
    measured = {path: measure(engine_of(path), side, pose, on) for path in files}
    if gate.original is None:
        first, *judged = files
        original, before = "its own float32", measured[first]
    else:
        judged, original, before = list(files), gate.original, _of_original(gate.original, trained, on)
    return [_judged(path.name, measured[path], original, before, gate.allowed, trained.folder) for path in judged]


def _judged(file: str, now: Figures, original: str, before: Figures, allowed: Mapping[str, float], folder: Path) -> str:
    """What a file loses, in words."""
    if missing := [name for name in allowed if name not in now or name not in before]:
        raise UsageError(f"{folder}: gate: {', '.join(missing)} cannot be measured: no output or no label for it")
    lost = {name: most_lost(name, now[name], before[name]) for name in allowed}
    told = ", ".join(f"{name} {_shown(name, now[name].value)} after {_shown(name, before[name].value)}" for name in allowed)
    too_much = [name for name, by in lost.items() if by > allowed[name]]
    if too_much:
        may = ", ".join(f"{name} {_shown(name, allowed[name])}" for name in too_much)
        raise LosesTooMuchError(f"{folder / file}: loses more than its recipe allows ({may}) against {original}: {told}")
    return f"{file}: {told} of {original}"


def most_lost(name: str, now: Interval, before: Interval) -> float:
    """By how much a figure is worse than before; below 0 if it is better."""
    worse = now.value - before.value
    return -worse if name in HIGHER_IS_BETTER else worse


def _shown(name: str, value: float) -> str:
    factor, unit = SHOWN.get(name, (1.0, "°"))
    return f"{factor * value:.3g}{unit}"


def _of_original(where: str, trained: Trained, on: Subjects) -> Figures:
    """The figures of the network that this one is held against, exported in the same way."""
    network, side, pose = _original(where, trained)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "original.onnx"
        write_onnx(network, {"image": (1, 1, side, side)}, file)
        return measure(engine_of(file), side, pose, on)


def _original(where: str, trained: Trained) -> tuple[Network, int, str]:
    if where == SHIPPED:
        network, side = teacher_at(SHIPPED, next(trained.network.parameters()).device)
        return copy.deepcopy(network), side, "network"
    if Path(where).suffix == SUFFIX:
        return begun_from(trained.recipe.build(), where).eval(), trained.recipe.side, trained.recipe.pose
    other = read_run(Path(where))
    return other.network, other.recipe.side, other.recipe.pose
