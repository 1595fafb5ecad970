"""`dms serve`: perception over HTTP."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from dms.cli.observe import USUAL_ENGINE, EngineChoice
from dms.console.driver_place import DriverSide, Region, SideChoice, asked_region
from dms.console.weights_option import Models, asked_weights, folder_of
from dms.errors import ConfigurationError
from dms.perception.settings import PerceptionSettings
from dms.resources import how_to_add

_NEEDED = ("starlette", "uvicorn", "prometheus_client")


def command(
    listen: Annotated[str, typer.Option(metavar="ADDRESS:PORT", help="Where to answer.")] = "127.0.0.1:8790",
    token_file: Annotated[Path | None, typer.Option(help="Ask callers for the token in this file.")] = None,
    models: Models = None,
    engine: Annotated[EngineChoice, typer.Option(help="What runs the networks.")] = USUAL_ENGINE,
    landmarks: Annotated[bool, typer.Option("--landmarks/--no-landmarks", help="Include the 68 points.")] = True,
    most_mb: Annotated[int, typer.Option(min=1, max=2048, help="The largest body, in MiB.")] = 64,
    most_frames: Annotated[int, typer.Option(min=1, help="The longest clip, in frames.")] = 3600,
    waiting: Annotated[int, typer.Option(min=1, max=1000, help="Requests at a time; others are told to come back.")] = 8,
    driver_side: DriverSide = SideChoice.ANY,
    region: Region = None,
) -> None:
    """Answer over HTTP what pictures and clips show: POST them to /predict. The page at / tells the rest."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise ConfigurationError(f"dms serve needs {', '.join(missing)}: {how_to_add('serve')}")
    from dms.service.logging import set_up_logging
    from dms.serving.listening import address_in
    from dms.serving.prediction import Limits
    from dms.serving.server import read_token, serve

    set_up_logging()
    settings = PerceptionSettings(
        engine=engine.value,
        models=folder_of(asked_weights(models)),
        landmarks=landmarks,
        region=asked_region(driver_side, region),
    )
    limits = Limits(body_bytes=most_mb << 20, clip_frames=most_frames, waiting=waiting)
    serve(address_in(listen), settings, limits, None if token_file is None else read_token(token_file))
