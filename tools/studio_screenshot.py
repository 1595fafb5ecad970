"""`python -m tools.studio_screenshot -o docs/studio.jpg`: a picture of a drive in the studio, as Chromium shows it.

The drives are the bundled ones, which are perceived first, so it takes a minute. `--table` shows the table of drives
instead, `--rules NAME=VALUE` the page of rules with a number moved and its rule open; `--at` is the moment. `--live` shows a
service that watches the bundled video, and `--fleet PACK` the drives of `--drives`, held against a pack that ships, such as
those of `dms simulate corpus`. `--studies FOLDER` shows the first study of a folder, `--against FILE` the labels of another
annotator, held against those in the drive itself.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tools.browser import Browser, missing
from tools.page_pictures import write_jpeg
from tools.running_studio import RunningStudio

_DRIVES = Path(__file__).resolve().parents[1] / "tests" / "data" / "drives"
_PERCEIVED_WITHIN_S = 1800.0
_DRAWN = "return performance.getEntriesByName('drawn').length"
_TRIED = "return dmsRules.trials.settled && dmsRules.effects.set?.state === 'done'"
_JUDGED = "return (document.getElementById('verdict')?.textContent ?? '').length > 1"
_OPEN_MOVED = "for (const moved of document.querySelectorAll('.number.moved')) moved.closest('details').open = true"
_SECONDS = (
    "return document.getElementById('clock').textContent.split(':').reduce((sum, part) => 60 * sum + (parseFloat(part) || 0), 0)"
)
_COMPARED = (
    "return document.getElementById('trial').textContent === '' && document.getElementById('differing').textContent !== ''"
)
_SHOWN_AFTER_S = 3.0  # the video seeks, and what was seen comes


def screenshot(studio: RunningStudio, path: str, width: int, height: int, *, dark: bool, at_s: float = 0.0) -> bytes:
    """The window as PNG, once everything is drawn, packs have been tried everywhere, and a service has reached `at_s`."""
    with Browser(width=width, height=height) as browser:
        browser.dark(wanted=dark)
        browser.open(studio.address(path))
        studio.until(lambda: browser.run(_DRAWN))
        if path.startswith("/rules"):
            studio.until(lambda: browser.run(_TRIED))
            browser.run(_OPEN_MOVED)
        if path.startswith("/tuning"):
            studio.until(lambda: browser.run(_JUDGED))
        if path.startswith("/fleet"):
            studio.until(lambda: browser.run(_COMPARED), _PERCEIVED_WITHIN_S)
        if path == "/live":
            studio.until(lambda: browser.run(_SECONDS) >= at_s, _PERCEIVED_WITHIN_S)
            return browser.screenshot()
        time.sleep(_SHOWN_AFTER_S)
        return browser.screenshot()


@contextmanager
def watching(video: Path, endpoint: str, folder: Path) -> Iterator[None]:
    """A service that watches a video as if it were a camera, publishes at `endpoint`, and records into `folder`."""
    configuration = folder / "dms.yaml"
    settings = {
        "bus": {"endpoint": endpoint},
        "journal": {"path": str(folder / "journal.db")},
        "record": {"folder": str(folder / "recorded")},
        "vehicle": {"assume_speed_kph": 60.0},
    }
    configuration.write_text(json.dumps(settings))
    command = [sys.executable, "-m", "dms", "run", "--config", str(configuration), "--source", video.name]
    service = subprocess.Popen(command, cwd=video.parent, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        service.terminate()
        service.wait()


def main() -> None:
    """Parse the command line, take the picture, write it."""
    parser = argparse.ArgumentParser(prog="python -m tools.studio_screenshot", description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--drive", default="day_colour.mp4")
    parser.add_argument("--drives", type=Path, default=_DRIVES, help="the folder of drives")
    parser.add_argument("--at", type=float, default=14.0)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--rules", metavar="NAME=VALUE", help="the page of rules, with this number moved")
    parser.add_argument("--studies", type=Path, help="the page of tuning, with the studies in this folder")
    parser.add_argument("--against", type=Path, help="a file of labels, to be compared with those in the drive")
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--fleet", metavar="PACK", help="the page of all drives, held against this pack")
    parser.add_argument("--width", type=int, default=1360)
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    if (absent := missing()) is not None:
        raise SystemExit(absent)
    with tempfile.TemporaryDirectory() as name:
        drives, beside = Path(name) / "drives", Path(name) / "beside"
        drives.mkdir()
        if not options.live:
            shutil.copytree(options.drives, drives, dirs_exist_ok=True)
        beside.mkdir()
        more = () if options.studies is None else ("--studies", str(options.studies))
        if options.against is not None:
            shutil.copy(options.against, drives / f"{Path(options.drive).stem}.anna.labels.csv")
        with RunningStudio(drives, beside, *more) as studio:
            studio.all_read(_PERCEIVED_WITHIN_S)
            path = "/" if options.table else f"/drives/{studio.row(options.drive)['id']}#t={options.at:g}"
            if options.rules is not None:
                path = f"/rules?drive={studio.row(options.drive)['id']}#{options.rules}"
            if options.studies is not None:
                path = "/tuning"
            if options.against is not None:
                query = f"a=inside&b={Path(options.drive).stem}.anna.labels.csv"
                path = f"/drives/{studio.row(options.drive)['id']}?{query}#t={options.at:g}"
            png = screenshot(studio, path, options.width, options.height, dark=options.dark)
        endpoint = f"ipc://{beside}/bus"
        with ExitStack() as running:
            studio = running.enter_context(RunningStudio(drives, beside, "--bus", endpoint))
            if options.live:
                running.enter_context(watching(options.drives / options.drive, endpoint, beside))
            else:
                studio.all_read(_PERCEIVED_WITHIN_S)
            path = _path(studio, options)
            png = screenshot(studio, path, options.width, options.height, dark=options.dark, at_s=options.at)
    write_jpeg(png, options.out)


def _path(studio: RunningStudio, options: argparse.Namespace) -> str:
    """The page that is asked for."""
    if options.live:
        return "/live"
    if options.fleet is not None:
        return f"/fleet?against=shipped/{options.fleet}"
    if options.table:
        return "/"
    drive = studio.row(options.drive)["id"]
    return f"/drives/{drive}#t={options.at:g}" if options.rules is None else f"/rules?drive={drive}#{options.rules}"


if __name__ == "__main__":
    main()
