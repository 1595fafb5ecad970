"""`python -m tools.studio_screenshot -o docs/studio.jpg`: a picture of a drive in the studio, as Chromium shows it.

The drives are the bundled ones, which are perceived first, so it takes a minute. `--table` shows the table of drives
instead, `--rules NAME=VALUE` the page of rules with a number moved and its rule open; `--at` is the moment. `--studies FOLDER`
shows the first study of a folder, `--against FILE` the labels of another annotator, held against those in the drive itself.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
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
_SHOWN_AFTER_S = 3.0  # the video seeks, and what was seen comes


def screenshot(studio: RunningStudio, path: str, width: int, height: int, *, dark: bool) -> bytes:
    """The window as PNG, once everything is drawn, and a number that was moved has been tried everywhere."""
    with Browser(width=width, height=height) as browser:
        browser.dark(wanted=dark)
        browser.open(studio.address(path))
        studio.until(lambda: browser.run(_DRAWN))
        if path.startswith("/rules"):
            studio.until(lambda: browser.run(_TRIED))
            browser.run(_OPEN_MOVED)
        if path.startswith("/tuning"):
            studio.until(lambda: browser.run(_JUDGED))
        time.sleep(_SHOWN_AFTER_S)
        return browser.screenshot()


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
    parser.add_argument("--width", type=int, default=1360)
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    if (absent := missing()) is not None:
        raise SystemExit(absent)
    with tempfile.TemporaryDirectory() as name:
        drives, beside = Path(name) / "drives", Path(name) / "beside"
        shutil.copytree(options.drives, drives)
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
    write_jpeg(png, options.out)


if __name__ == "__main__":
    main()
