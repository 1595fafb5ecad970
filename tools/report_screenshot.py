"""`python -m tools.report_screenshot PAGE.html -o docs/report.jpg`: a picture of a report, or of the page that lists several, as
Chromium shows it.

`--from` and `--to` choose the part of the drive that is shown, and `--at KIND` puts the pointer on the first alert of a kind in
it, so that its cause can be read.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tools.browser import Browser, missing
from tools.page_pictures import write_jpeg

_POINT = """
const [kind] = arguments, {view, canvas, boxes} = dmsReport, frame = canvas.getBoundingClientRect();
const band = boxes.find((box) => box.item.episode && box.item.episode.kind === kind && box.item.episode.end > view.t0);
return band ? [frame.left + band.x + band.width * 0.7, frame.top + band.y + band.height / 2] : null;
"""


def screenshot(
    page: Path, width: int, height: int, *, begin: float | None, end: float | None, at: str | None, dark: bool
) -> bytes:
    """The window as PNG, once everything is drawn."""
    with Browser(width=width, height=height) as browser:
        browser.dark(wanted=dark)
        browser.open(page.resolve().as_uri())
        if shown := browser.run("return window.dmsReport ? [dmsReport.view.start, dmsReport.view.end] : null"):
            browser.run(
                "dmsReport.view.show(...arguments); dmsReport.draw()", begin if begin is not None else shown[0], end or shown[1]
            )
        if at is not None:
            place = browser.run(_POINT, at)
            if place is None:
                raise SystemExit(f"{page}: no alert {at} in the part that is shown")
            browser.point(*place)
        time.sleep(0.5)  # pictures are decoded and drawn
        return browser.screenshot()


def main() -> None:
    """Parse the command line, take the picture, write it."""
    parser = argparse.ArgumentParser(prog="python -m tools.report_screenshot", description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=1030)
    parser.add_argument("--from", dest="begin", type=float)
    parser.add_argument("--to", dest="end", type=float)
    parser.add_argument("--at", metavar="KIND")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    if (absent := missing()) is not None:
        raise SystemExit(absent)
    size = (options.width, options.height)
    png = screenshot(options.page, *size, begin=options.begin, end=options.end, at=options.at, dark=options.dark)
    write_jpeg(png, options.out)


if __name__ == "__main__":
    main()
