"""What a training says of itself: a line now and then with the time that is left, curves as a table and a picture, and event
files for TensorBoard where that is installed."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tools.train.running.curves import write_curves
from tools.train.running.state import Row, State
from tools.train.running.training import Means, Training

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

PROGRESS_S = 20.0
ROW_STEPS = 20
"""Steps that a row of the curves sums up."""


class Report:
    """Of one training, written by the process that leads. Rows lie in the state and so in the checkpoint: after a kill the curves
    go on where the weights do."""

    def __init__(self, training: Training, means: Means, state: State, speaks: bool) -> None:
        self.training, self.means, self.state, self.speaks = training, means, state, speaks
        self._told_at, self._told_step = time.monotonic(), state.step
        self._events = _event_writer(means, state.step * training.batch) if speaks else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._events is not None:
            self._events.close()

    def stepped(self, parts: dict[str, float], rate: float) -> None:
        """A step was taken."""
        state = self.state
        state.pending = {name: state.pending.get(name, 0.0) + value for name, value in parts.items()}
        state.pending_steps += 1
        if state.pending_steps == ROW_STEPS:
            self._add({"rate": rate, **{name: value / ROW_STEPS for name, value in state.pending.items()}})
            state.pending, state.pending_steps = {}, 0
        if self.speaks and time.monotonic() - self._told_at > PROGRESS_S:
            self._tell(parts)

    def judged(self, value: float) -> None:
        """The averaged weights were judged."""
        self._add({"judged": value})

    def drawn(self) -> None:
        """Bring table and picture up to the checkpoint."""
        if self.means.curves is not None:
            write_curves(self.state.rows, self.means.curves)

    def _add(self, values: Row) -> None:
        samples = self.state.step * self.training.batch
        self.state.rows.append({"samples": samples, "minutes": self.state.trained_s / 60, **values})
        if self._events is not None:
            for name, value in values.items():
                self._events.add_scalar(name, value, samples)

    def _tell(self, parts: dict[str, float]) -> None:
        state, budget, size = self.state, self.means.budget, self.training.batch
        now = time.monotonic()
        samples_per_s = (state.step - self._told_step) * size / (now - self._told_at)
        left_s = budget.left_s(state.trained_s, state.step * size, samples_per_s)
        values = "  ".join(f"{name} {value:.3f}" for name, value in (self._lately() or parts).items())
        sys.stdout.write(
            f"{self.training.name}  step {state.step}  {samples_per_s:.0f}/s  "
            f"{budget.in_words(state.trained_s, state.step * size)}, ETA {left_s / 60:.1f} min  {values}\n"
        )
        sys.stdout.flush()
        self._told_at, self._told_step = now, state.step

    def _lately(self) -> dict[str, float]:
        """Means of the steps since the last row."""
        return {name: value / self.state.pending_steps for name, value in self.state.pending.items()}


def _event_writer(means: Means, samples: int) -> SummaryWriter | None:
    """A writer for TensorBoard, which forgets what was written after the checkpoint that training goes on from; None where the
    package `tensorboard` is not installed, or no curves are wanted."""
    if means.curves is None or find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(means.curves), purge_step=samples or None)
