"""Whether standing, moving and turning can be read from the picture: drives with a moving outside, the method, the judgement.

python -m tools.outside driver -o driver.npz                  the driver, drawn once
python -m tools.outside read --driver driver.npz -o F.jsonl   what the method sees in every rendered drive
python -m tools.outside real FOLDER -o R.jsonl                what it sees in real videos
python -m tools.outside judge F.jsonl R.jsonl                 precision and recall
python -m tools.outside film CASE -o F.mp4                    a drive to look at
python -m tools.outside cost                                  processor time per frame
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated

import cv2
import msgspec
import numpy as np
import typer

from tools.outside.cases import DURATION_S, Case, film, speed_kph, trace_of
from tools.outside.driver_layer import DriverLayer, read_layer, render_layer, write_layer
from tools.outside.judge import SURE, by_drive, fit, judged_by, left_out, other_worlds, usable
from tools.outside.moving_cases import MOVING
from tools.outside.seconds import Second, features, flow_px, readings_of, spans
from tools.outside.standing_cases import STANDING
from tools.outside.tables import curve, table, turning

FPS = 10.0
CASES = {case.name: case for case in (*MOVING, *STANDING)}
app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
Driver = Annotated[Path | None, typer.Option(help="The drawn driver; without one nobody sits in the car.", exists=True)]


@app.command()
def driver(
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    assets: Annotated[Path, typer.Option(help="The folder of rendering ingredients.")] = Path("../shared/assets"),
) -> None:
    """Draw the driver who is laid over every cabin."""
    write_layer(render_layer(assets), out)


@app.command()
def read(
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write: a second of a drive in each line.")],
    driver: Driver = None,
    worlds: Annotated[int, typer.Option(help="So many worlds of each case.", min=1)] = 1,
    first_world: Annotated[int, typer.Option(help="The number of the first.", min=1)] = 1,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 2,
) -> None:
    """Render every drive, and write down what the method sees in it."""
    jobs = [(name, seed) for seed in range(first_world, first_world + worlds) for name in CASES]
    with out.open("w", encoding="utf-8") as file, ProcessPoolExecutor(workers) as pool:
        for seconds in pool.map(partial(_read_case, driver), jobs):
            file.writelines(json.dumps(second.as_json()) + "\n" for second in seconds)
            print(f"{seconds[0].drive}, world {seconds[0].world}", flush=True)


@app.command()
def real(
    folder: Annotated[Path, typer.Argument(help="The evaluation sets.", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write: a second of a video in each line.")],
) -> None:
    """Write down what the method sees in real videos of cars, and rooms, that stand."""
    from tools.outside.real import STANDING, seconds_of

    with out.open("w", encoding="utf-8") as file:
        for name in STANDING:
            file.writelines(json.dumps(second.as_json()) + "\n" for second in seconds_of(folder / name, name, 0.0))


@app.command()
def judge(kept: Annotated[list[Path], typer.Argument(help="What `read` and `real` wrote.", exists=True)]) -> None:
    """Judge rendered drives by what the others taught, and real videos by what all of them taught."""
    seconds = [msgspec.json.decode(line, type=Second) for path in kept for line in path.read_bytes().splitlines()]
    rendered, filmed = [one for one in seconds if one.world], [one for one in seconds if not one.world]
    print("Rendered, each kind of drive judged by what the other kinds taught:\n")
    unseen = left_out(rendered)
    print(*table(unseen, SURE), "", *curve(unseen), sep="\n")
    print("\nThe same without ferry and train, which no picture tells from a road:\n")
    print(*curve(left_out([one for one in rendered if not CASES[one.drive].ferry])), sep="\n")
    if len({one.world for one in rendered}) > 1:
        print("\nRendered, each drive judged by what other worlds of all kinds taught:\n")
        print(*curve(other_worlds(rendered)), sep="\n")
    if filmed:
        print("\nReal videos, judged by what all rendered drives taught:\n")
        model = fit(*usable(rendered))
        judged = [judged_by(model, name, part) for name, part in by_drive(filmed).items()]
        print(*table(judged, SURE), "", *curve(judged)[:-1], sep="\n")
    print("\nFlow in the windows and yaw rate:\n", *turning(rendered), sep="\n")


@app.command("film")
def film_command(
    case: Annotated[str, typer.Argument(help="The name of a case.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The video to write.")],
    driver: Driver = None,
    world: Annotated[int, typer.Option(help="Which of the worlds of its kind.", min=1)] = 1,
) -> None:
    """Write a drive as a video."""
    if case not in CASES:
        raise typer.BadParameter(f"{case}: none of {', '.join(CASES)}")
    layer = read_layer(driver) if driver else None
    frames = list(film(CASES[case], world, layer).frames(FPS, DURATION_S))
    size = frames[0].picture.shape[::-1]
    video = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (size[0], size[1]), isColor=False)
    for frame in frames:
        video.write(frame.picture)
    video.release()


@app.command()
def cost(picture_px: Annotated[tuple[int, int], typer.Option(help="Width and height of a frame.")] = (640, 480)) -> None:
    """Measure the processor time of reading one frame."""
    from tools.outside.reader import OutsideReader

    cv2.setNumThreads(1)
    frames = [
        np.asarray(cv2.resize(one.picture, picture_px), np.uint8) for one in film(CASES["country road"], 1, None).frames(FPS, 6.0)
    ]
    reader, began_s = OutsideReader(), time.process_time()
    for index in range(1000):
        reader.read(frames[index % len(frames)], index / FPS, (240.0, 140.0, 130.0, 160.0))
    print(f"{time.process_time() - began_s:.3f} ms of processor time per frame")


def _read_case(driver: Path | None, job: tuple[str, int]) -> list[Second]:
    cv2.setNumThreads(1)
    name, seed = job
    case: Case = CASES[name]
    layer: DriverLayer | None = read_layer(driver) if driver else None
    trace = trace_of(case)
    return [
        Second(
            name, seed, t, speed_kph(case, t), 0.0 if case.ferry else trace.yaw_rate_deg_s(t), flow_px(recent), features(recent)
        )
        for t, recent in spans(readings_of(film(case, seed, layer).frames(FPS, DURATION_S)))
    ]


if __name__ == "__main__":
    app()
