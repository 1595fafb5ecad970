"""The loop: batches, steps, judgements and checkpoints until the budget is spent, nothing gets better, or somebody stops it."""

from __future__ import annotations

import time
from typing import cast

import torch
from torch import nn

from tools.train.running.interruption import InterruptedTrainingError, noticed
from tools.train.running.report import Report
from tools.train.running.schedule import is_best, is_stalled
from tools.train.running.state import State, begun, save
from tools.train.running.steps import Stepper, judgement
from tools.train.running.stream import Batches, loader
from tools.train.running.team import ALONE, Team
from tools.train.running.training import Means, Training
from tools.train.task import Batch


def run(training: Training, means: Means, team: Team = ALONE) -> State:
    """Train until the budget is spent or nothing gets better, beginning with the checkpoint if there is one.

    Raises:
        InterruptedTrainingError: somebody stopped it; the checkpoint holds every step.
        UsageError: the checkpoint is that of another training.
    """
    torch.set_num_threads(means.threads)
    state = begun(training, means)
    means.checkpoint.parent.mkdir(parents=True, exist_ok=True)
    if not _is_over(training, means, state):
        forward = cast("nn.Module", torch.compile(state.network)) if means.compiled else state.network
        joined = team.joined(forward, means.device, training.leaves_some_untaught)
        _Loop(training, means, team, state, Stepper(training, means, state, team, joined)).run()
    return state


def _is_over(training: Training, means: Means, state: State) -> bool:
    patience = training.judging.patience if training.judging else None
    return means.budget.is_spent(state.trained_s, state.step * training.batch) or is_stalled(state.judged, patience)


class _Loop:
    def __init__(self, training: Training, means: Means, team: Team, state: State, stepper: Stepper) -> None:
        self.training, self.means, self.team, self.state, self.stepper = training, means, team, state, stepper
        self.judged_on: list[Batch] = training.judging.batches() if training.judging and team.leads else []

    def run(self) -> None:
        training, means, state = self.training, self.means, self.state
        batches = Batches(training.source, training.batch, training.seed, state.step, self.team.share)
        before_s, begun_at = state.trained_s, time.monotonic()
        saved_at = begun_at
        with noticed() as interruption, Report(training, means, state, self.team.leads) as report:
            for batch in loader(batches, means.workers):
                progress = means.budget.progress(state.trained_s, state.step * training.batch)
                rate = training.schedule.rate(state.step, progress, state.judged)
                report.stepped(self.stepper.take(batch, rate), rate)
                self._judge(report)
                trained_s, asked = self.team.greatest(before_s + time.monotonic() - begun_at, float(interruption.asked))
                state.trained_s = trained_s
                over = _is_over(training, means, state)
                if over or asked or time.monotonic() - saved_at > means.checkpoint_s:
                    if self.team.leads:
                        save(state, training.about, means.checkpoint)
                        report.drawn()
                    saved_at = time.monotonic()
                if over:
                    return
                if asked:
                    raise InterruptedTrainingError(self._stopped())

    def _judge(self, report: Report) -> None:
        """If enough has been seen since the last time; all processes learn of it."""
        judging, seen = self.training.judging, self.state.step * self.training.batch
        if judging is None or seen // judging.every_samples == (seen - self.training.batch) // judging.every_samples:
            return
        said = judgement(self.training, self.means, self.state, self.judged_on) if self.team.leads else 0.0
        self.state.judged.append(self.team.leaders(said))
        if is_best(self.state.judged):
            self.state.best = {name: value.clone() for name, value in self.state.average.state_dict().items()}
        report.judged(self.state.judged[-1])

    def _stopped(self) -> str:
        done = self.means.budget.in_words(self.state.trained_s, self.state.step * self.training.batch)
        return f"{self.training.name}: stopped after {done}, everything is kept; to go on: {self.means.resume_with}"
