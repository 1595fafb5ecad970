"""`dms bench`: latency and throughput on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dms.console.answers import answer_text
from dms.console.answers_of_figures import BenchAnswer, EngineMeasured
from dms.console.mounting_options import Fps
from dms.errors import UsageError

if TYPE_CHECKING:
    from dms.config.defaults import EngineName
    from dms.service.bench_figures import PerceptionMeasured, ServiceMeasured

_BUNDLED = Path(__file__).resolve().parents[2] / "tests" / "data" / "drives" / "day_colour.mp4"
_CPU_INFO = Path("/proc/cpuinfo")
WANTED_P99_MS = 50.0


class Engines(StrEnum):
    """Which engines to measure."""

    ONNX = "onnx"
    TORCH = "torch"
    BOTH = "both"


def command(
    drive: Annotated[Path | None, typer.Argument(help="A video of a driver. Default: the bundled drive, in a checkout.")] = None,
    seconds: Annotated[float, typer.Option(min=5.0, max=3600.0, help="How long the service runs, for each engine.")] = 20.0,
    engine: Annotated[Engines, typer.Option(help="The engine to measure; both: those that are installed.")] = Engines.BOTH,
    peer_ms: Annotated[
        float | None, typer.Option(min=0.0, help="CPU milliseconds per frame of another program, to compare with.")
    ] = None,
    fps: Fps = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The figures as one JSON object: docs/schema/dms-bench.schema.json.")
    ] = False,
) -> None:
    """Play a drive through the whole service in real time and measure it; then perception alone, at full speed.

    Other programs on the machine make every figure worse, so stop them first.
    """
    from dms.capture import open_source
    from dms.perception.engines.installed import LIBRARIES, installed_engines, require_engine
    from dms.service.bench import measure_perception, measure_service

    if drive is None and not _BUNDLED.exists():
        raise UsageError("no drive: the bundled one is only in a checkout of the project; name a video of a driver")
    video = drive or _BUNDLED
    open_source(video).close()  # a drive that cannot be read is found before anything starts
    engines = installed_engines() if engine is Engines.BOTH else tuple(name for name in LIBRARIES if name == engine.value)
    for name in engines:
        require_engine(name)
    typer.echo(f"{video.name}, {_machine()}; each engine takes {seconds:.0f} s and a little", err=True)
    service = {name: measure_service(video, name, seconds, fps) for name in engines}
    perception = {name: measure_perception(video, name, frames=round(seconds * 30), fps=fps) for name in engines}
    if as_json:
        figures: dict[str, EngineMeasured] = {
            name: EngineMeasured(service=service[name], perception=perception[name]) for name in engines
        }
        typer.echo(answer_text(BenchAnswer(machine=_machine(), drive=video.name, engines=figures)))
        return
    for line in _table(service, perception, peer_ms):
        typer.echo(line)


def _table(
    service: Mapping[EngineName, ServiceMeasured], perception: Mapping[EngineName, PerceptionMeasured], peer_ms: float | None
) -> list[str]:
    rows: list[tuple[str, list[str]]] = [
        ("the whole service, in real time", list(service)),
        ("  frames a second", [f"{figures.fps:.1f}" for figures in service.values()]),
        ("  frame captured to published, median, ms", [f"{figures.latency_p50_ms:.1f}" for figures in service.values()]),
        (f"  … 99 % within, ms (wanted: {WANTED_P99_MS:.0f})", [f"{figures.latency_p99_ms:.1f}" for figures in service.values()]),
        ("  … and 99 % received by a subscriber within, ms", [f"{f.received_p99_ms:.1f}" for f in service.values()]),
        ("  CPU per frame, decoding and publishing included, ms", [f"{f.cpu_per_frame_ms:.2f}" for f in service.values()]),
        ("  memory, MiB", [f"{figures.rss_mib:.0f}" for figures in service.values()]),
        ("  frames lost", [str(figures.lost_frames) for figures in service.values()]),
        ("  alert messages", [str(figures.alerts) for figures in service.values()]),
        ("perception alone, one thread", ["" for _ in perception]),
        ("  CPU per frame, median, ms", [f"{figures.p50_ms:.2f}" for figures in perception.values()]),
        ("  … 99 % within, ms", [f"{figures.p99_ms:.2f}" for figures in perception.values()]),
        ("  frames with a face", [f"{100 * figures.with_face:.1f} %" for figures in perception.values()]),
    ]
    if peer_ms:
        ratios = [f"{figures.p50_ms / peer_ms:.2f}" for figures in perception.values()]
        rows.append((f"  median over the {peer_ms:g} ms of the other program", ratios))
    return [f"{label:<58}" + "".join(f"{value:>10}" for value in values) for label, values in rows]


def _machine() -> str:
    models = [line.partition(":")[2].strip() for line in _CPU_INFO.read_text().splitlines() if line.startswith("model name")]
    load = os.getloadavg()[0]
    return f"{models[0] if models else os.uname().machine}, {os.cpu_count()} cores, load {load:.1f}"
