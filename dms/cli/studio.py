"""`dms studio`: drives, their alerts and their labels, in a browser."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from dms.config import defaults
from dms.config.shipped import rules_folder
from dms.console.connecting import Keys, given_keys
from dms.console.drive_outcomes import replay_setting
from dms.console.driver_place import DriverSide, Region, SideChoice, asked_region
from dms.console.mounting_options import Fps, Mirror, Rotate, recorded_as
from dms.console.replay_options import CabinName, Rules, Speed
from dms.console.weights_option import Models, asked_weights
from dms.decision.pack_loader import Pack
from dms.errors import ConfigurationError, UsageError
from dms.resources import how_to_add

_NEEDED = ("starlette", "uvicorn")


def command(
    drives: Annotated[
        list[Path],
        typer.Argument(
            metavar="DRIVES", help="Folders of drives, or drives (.jsonl, .jsonl.gz, .mcap or video).", show_default=False
        ),
    ],
    rules: Rules = defaults.RULES,
    cabin: CabinName = defaults.CABIN,
    speed_kph: Speed = None,
    driver_side: DriverSide = SideChoice.ANY,
    region: Region = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    fps: Fps = None,
    models: Models = None,
    listen: Annotated[str, typer.Option(metavar="ADDRESS:PORT", help="Where to answer.")] = "127.0.0.1:8791",
    name: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="Answer under this host name, too; may be given again.")
    ] = None,
    packs: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="Where packs are opened and saved; may be given again. Default: the folder of a --rules file, else packs/.",
            show_default=False,
        ),
    ] = None,
    bus: Annotated[
        str | None,
        typer.Option(
            metavar="ENDPOINT", help="A running service to watch: where it publishes, as for `dms listen`.", show_default=False
        ),
    ] = None,
    keys: Keys = None,
    studies: Annotated[Path, typer.Option(metavar="FOLDER", help="Where studies of dms tune are found and begun.")] = Path(
        defaults.STUDIES
    ),
    cache: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where results are kept. Default: ~/.cache/dms.", show_default=False)
    ] = None,
) -> None:
    """Look at drives in a browser: which went wrong, why, and what the driver really did. Prints the address to open."""
    if missing := [each for each in _NEEDED if find_spec(each) is None]:
        raise ConfigurationError(f"dms studio needs {', '.join(missing)}: {how_to_add('studio')}")
    from dms.service.logging import set_up_logging
    from dms.serving.listening import address_in
    from dms.studio.kept import default_folder
    from dms.studio.live.line import Line
    from dms.studio.server import serve
    from dms.studio.surroundings import Surroundings

    if bus is None and keys is not None:
        raise UsageError("--keys are those for a running service: name it with --bus")
    set_up_logging()
    where, recorded = asked_region(driver_side, region), recorded_as(rotate, mirror, fps)
    setting_now = partial(replay_setting, rules, cabin, speed_kph, where, recorded_as=recorded, weights=asked_weights(models))
    setting = setting_now()  # a pack that is wrong from the beginning is an error; one that is edited meanwhile, a notice
    address, its_keys = address_in(listen), given_keys(keys)
    folder = cache or default_folder()
    folders = packs or [_folder_of_packs(setting.pack)]
    around = Surroundings(recorded, tuple(folders), studies, cabin, None if bus is None else Line(bus, its_keys))
    serve(drives, setting_now, address, name or (), folder, around, _tell)


def _tell(url: str) -> None:
    typer.echo(f"dms studio: {url}")


def _folder_of_packs(pack: Pack) -> Path:
    """Where packs are saved if nobody says: beside a pack of one's own, never among those that ship."""
    return Path("packs") if pack.path.parent == rules_folder() else pack.path.parent
