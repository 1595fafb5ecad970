"""`dms score`: how good a rule pack is on labelled drives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from dms.config import defaults
from dms.config.cabin import load_cabin
from dms.console.answers import answer_text
from dms.console.answers_of_figures import ScoreAnswer
from dms.console.drive_outcomes import check_second, outcomes
from dms.console.driver_place import DriverSide, Region, SideChoice, asked_region
from dms.console.mounting_options import Fps, Mirror, Rotate, recorded_as
from dms.console.replay_options import CabinName, Drives, Executor, Processes, Rules, Second, Speed
from dms.console.score_text import score_lines, score_notes
from dms.console.terminal_text import row
from dms.console.weights_option import Models, asked_weights, check_models
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.batch import Setting
from dms.drives.replaying.replay import Replay
from dms.drives.scoring.limits import broken_limits, idle_limits, load_limits
from dms.drives.scoring.matching import rule_times
from dms.drives.scoring.score import DriveScore, Score, drive_score
from dms.errors import EXIT_FAILED, DriveError
from dms.recording.drive import find_drives
from dms.videos.perceived import perceived_in


def command(
    drives: Drives,
    rules: Rules = defaults.RULES,
    cabin: CabinName = defaults.CABIN,
    speed_kph: Speed = None,
    driver_side: DriverSide = SideChoice.ANY,
    region: Region = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    fps: Fps = None,
    models: Models = None,
    second: Second = None,
    processes: Processes = None,
    executor: Executor = None,
    limits: Annotated[Path | None, typer.Option(help="A file of bounds; exit code 1 when the pack breaks one.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The figures as one JSON object: docs/schema/dms-score.schema.json.")
    ] = False,
) -> None:
    """Replay labelled drives and compare the alerts to the labels: found, missed, false, how late.

    A drive that cannot be read is named, the others are scored, and the exit code is 1.
    """
    recorded, weights = recorded_as(rotate, mirror, fps), asked_weights(models)
    perceive = perceived_in(asked_region(driver_side, region), recorded, second, weights)
    setting = Setting(load_pack(rules), load_cabin(cabin), speed_kph, availability=True, perceive=perceive)
    bounds = load_limits(limits) if limits is not None else None
    times = rule_times(setting.pack)
    paths = find_drives(drives)
    check_models(models, paths)
    check_second(second, paths)
    replays: list[Replay] = []
    scored: list[DriveScore] = []
    for outcome in outcomes(paths, setting, processes, executor, progress=True):
        if outcome.replay is not None and outcome.availability is not None:
            replays.append(outcome.replay)
            scored.append(drive_score(outcome.replay, outcome.availability, times))
    if any(replay.label_problems for replay in replays):
        raise DriveError("labels that cannot be right: no score before they are put right")
    if not any(replay.labels for replay in replays):
        raise DriveError(f"{', '.join(str(path) for path in paths[:3])}: no labels: there is nothing to score against")
    score = Score(tuple(scored))
    broken = broken_limits(score, bounds) if bounds is not None else []
    if as_json:
        figures = {"pack": setting.pack.name, "pack_sha256": setting.pack.sha256, **score.as_dict(), "broken_limits": broken}
        typer.echo(answer_text(msgspec.convert(figures, ScoreAnswer)))
        for note in score_notes(score):
            typer.echo(row(f"dms: {note}"), err=True)
    else:
        for line in score_lines(score, setting.pack.name):
            typer.echo(row(line))
    for text in idle_limits(score, bounds) if bounds is not None else ():
        typer.echo(f"dms: {limits}: {text}: no label and no alert to judge it by", err=True)
    for text in broken:
        typer.echo(f"dms: {limits}: {text}", err=True)
    if broken or len(scored) < len(paths):
        raise typer.Exit(EXIT_FAILED)
