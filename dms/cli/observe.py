"""`dms observe`: perception alone, from pictures to observations."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dms.capture.recorded_as import RecordedAs
from dms.config.defaults import ENGINE, PRECISION
from dms.console.apart import check_apart
from dms.console.driver_place import DriverSide, Region, SideChoice, asked_region
from dms.console.mounting_options import Fps, Mirror, Rotate, recorded_as
from dms.console.observation_report import ObservationLines, SourceReport
from dms.console.overlay_files import check_target
from dms.console.weights_option import Models, asked_weights, folder_of
from dms.errors import EXIT_DONE, EXIT_FAILED, ConfigurationError, DmsError, SourceError, UsageError
from dms.perception.settings import PerceptionSettings
from dms.types import Frame


class EngineChoice(StrEnum):
    """What runs the networks."""

    ONNX = "onnx"
    TORCH = "torch"


class PrecisionChoice(StrEnum):
    """What numbers ONNX Runtime computes with; `auto`: whichever is faster on this processor."""

    AUTO = "auto"
    FP32 = "fp32"
    INT8 = "int8"


USUAL_ENGINE, USUAL_PRECISION = EngineChoice(ENGINE), PrecisionChoice(PRECISION)


def command(
    sources: Annotated[list[str], typer.Argument(metavar="SRC", help="Device, video, folder of pictures, picture or URL.")],
    stills: Annotated[bool, typer.Option("--stills", help="Take every picture on its own.")] = False,
    jsonl: Annotated[
        Path | None, typer.Option(help="Write observations as JSON lines; - for standard output, .gz packed.")
    ] = None,
    overlay: Annotated[Path | None, typer.Option(help="Draw them: a video, or a folder for stills or several sources.")] = None,
    landmarks: Annotated[bool, typer.Option("--landmarks/--no-landmarks", help="Include the 68 points.")] = True,
    engine: Annotated[EngineChoice, typer.Option(help="What runs the networks.")] = USUAL_ENGINE,
    precision: Annotated[PrecisionChoice, typer.Option(help="Numbers that onnx runs them in.")] = USUAL_PRECISION,
    driver_side: DriverSide = SideChoice.ANY,
    region: Region = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    fps: Fps = None,
    models: Models = None,
) -> None:
    """Perceive a driver and write down what is seen, without judging it."""
    settings = PerceptionSettings(
        engine=engine.value,
        models=folder_of(asked_weights(models)),
        precision=precision.value,
        landmarks=landmarks,
        region=asked_region(driver_side, region),
    )
    recorded = recorded_as(rotate, mirror, fps)
    if overlay is not None:
        check_target(overlay, sources, stills=stills)
    check_apart("--jsonl", jsonl, map(Path, sources))
    with ExitStack() as stack:
        lines = ObservationLines.open(jsonl, stack, named=stills or len(sources) > 1)
        task = _Task(settings, lines, overlay, recorded)
        try:
            whole = [_reported(source, task.observe_stills if stills else task.observe_stream) for source in sources]
        except BrokenPipeError:
            # The reader of our lines has gone; nothing may be written there again, not even at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(EXIT_FAILED) from None
    if not all(whole):
        raise typer.Exit(EXIT_FAILED)


def _reported(source: str, observe: Callable[[str, SourceReport], None]) -> bool:
    """Observe one source and say how it went; whether all of it could be read. The next source may be well if this is not."""
    report = SourceReport(source)
    try:
        observe(source, report)
    except (ConfigurationError, UsageError):
        raise
    except DmsError as error:
        report.fault(str(error))
    except KeyboardInterrupt:
        report.finish()
        raise typer.Exit(EXIT_DONE if report.live else EXIT_FAILED) from None
    report.finish()
    return report.faults == 0


@dataclass(frozen=True, slots=True)
class _Task:
    settings: PerceptionSettings
    lines: ObservationLines
    overlay: Path | None
    recorded_as: RecordedAs

    def observe_stream(self, source: str, report: SourceReport) -> None:
        """Follow the driver through the frames of a video, camera, stream or folder."""
        from dms.capture import CaptureSettings, Silence, open_source
        from dms.console.overlay_files import overlay_for
        from dms.perception.overlay import draw
        from dms.perception.pipeline import Perception

        settings = CaptureSettings(mounting=self.recorded_as.mounting, recorded_fps=self.recorded_as.fps)
        with ExitStack() as stack:
            opened = stack.enter_context(open_source(source, settings))
            perception = Perception(self.settings)
            overlay = None
            if self.overlay is not None:
                overlay = stack.enter_context(overlay_for(self.overlay, opened.name, opened.fps))
            for delivery in opened:
                report.take_events(opened)
                if isinstance(delivery, Silence):
                    self.lines.write(perception.observe_silence(delivery.t), opened.name)
                    continue
                with report.timed():
                    observation = perception.observe(delivery)
                report.count(observation)
                self.lines.write(observation, opened.name)
                if overlay is not None:
                    overlay.write(draw(delivery.image, observation), delivery.t)
            report.take_events(opened)

    def observe_stills(self, source: str, report: SourceReport) -> None:
        """Read every picture on its own."""
        from dms.console.overlay_files import write_picture
        from dms.perception.overlay import draw
        from dms.perception.still_observer import StillObserver

        pictures = _pictures(source, report, self.recorded_as)
        observer = StillObserver(self.settings)
        for path, frame in pictures:
            with report.timed():
                observation = observer.observe(frame)
            report.count(observation)
            self.lines.write(observation, str(path))
            if self.overlay is not None:
                write_picture(self.overlay, path, draw(frame.image, observation))


def _pictures(source: str, report: SourceReport, recorded_as: RecordedAs) -> Iterator[tuple[Path, Frame]]:
    from dms.capture.address import PICTURE_SUFFIXES
    from dms.capture.pictures import Pictures

    path = Path(source)
    if path.is_file() and path.suffix.lower() not in PICTURE_SUFFIXES:
        raise SourceError(f"{source}: --stills takes pictures and folders of pictures")
    pictures = Pictures(path, fps=recorded_as.fps or 1.0)
    for frame in pictures:
        report.take_events(pictures)
        yield pictures.files[frame.index], replace(frame, image=recorded_as.mounting.upright(frame.image))
    report.take_events(pictures)
