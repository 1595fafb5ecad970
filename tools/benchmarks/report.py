"""`python -m tools.benchmarks.report`: how large a report is, how fast it opens, and how smoothly it scrolls and zooms.

Simulates a drowsy driver with `tools.simulate`, makes the report of the drive, and opens it in a headless Chromium without a GPU.
Opening is measured by the browser's own clock, from the start of loading to the first picture, and the median of the repeats is
printed. Moving about is measured in processor time of all of the browser's processes, so that what else runs here does not count.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.replay import replay
from dms.drives.report.origin import Origin
from dms.drives.report.report import Report, ReportWatches
from dms.monitor.monitor import Monitor
from dms.recording.drive import open_drive
from dms.wire import to_json
from tools.browser import Browser, missing
from tools.simulate.corpus import draw_driver, draw_script, generator, simulate

REDRAWS = 60
_OPENED = "return performance.getEntriesByName('drawn')[0].startTime"
_SHOW = """
const [from, to] = arguments, {view} = dmsReport, whole = view.end - view.start;
view.show(view.start + from * whole, view.start + to * whole);
dmsReport.draw();
return dmsReport.canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0];
"""
"""Shows a part of the drive. Reading a pixel back waits until all that was drawn is there."""


_SHARES = {"scroll, nine tenths shown": 0.9, "scroll, a tenth shown": 0.1, "scroll, a hundredth shown": 0.01}


def windows(move: str) -> list[tuple[float, float]]:
    """The parts of the drive that a person passes through: a window moved along it, or an ever smaller one."""
    steps = [index / REDRAWS for index in range(REDRAWS)]
    if move == "zoom":
        return [(0.5 - 0.5 * 0.002**step, 0.5 + 0.5 * 0.002**step) for step in steps]
    share = _SHARES[move]
    return [(step * (1 - share), step * (1 - share) + share) for step in steps]


def redraw_ms(browser: Browser, parts: Sequence[tuple[float, float]]) -> float:
    """Processor time of one redraw, what it costs to ask for it left out."""
    begun_s = browser.processor_s()
    for _ in parts:
        browser.run("return 0", 0.0, 1.0)
    asked_s = browser.processor_s() - begun_s
    for part in parts:
        browser.run(_SHOW, *part)
    return (browser.processor_s() - begun_s - 2 * asked_s) / len(parts) * 1000


def simulated_drive(path: Path, hours: float) -> None:
    """A drowsy driver's drive at 30 Hz, with its labels."""
    driver = draw_driver(1, 3)
    script = draw_script(driver, "drowsy", hours * 3600, generator(1, "script", 3))
    with path.open("wb") as lines:
        for record in simulate(driver, script, generator(1, "sensor", 3)):
            lines.write(to_json(record) + b"\n")


def make_report(drive: Path, page: Path) -> tuple[float, float]:
    """Write the report; processor seconds of the replay alone and with the report."""
    pack, cabin = load_pack("default"), load_cabin()
    started = time.process_time()
    replay(open_drive(drive), Monitor(pack, cabin))
    alone_s = time.process_time() - started
    started = time.process_time()
    watches = ReportWatches()
    result = replay(open_drive(drive), Monitor(pack, cabin), watches.all)
    origin = Origin("default", None, "left_hand_drive")
    page.write_text(Report(result, pack, watches, origin).page(), encoding="utf-8")
    return alone_s, time.process_time() - started


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.report", description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    if (absent := missing()) is not None:
        raise SystemExit(absent)
    with tempfile.TemporaryDirectory() as name:
        drive, page = Path(name) / "drowsy.jsonl", Path(name) / "drowsy.html"
        simulated_drive(drive, options.hours)
        alone_s, reported_s = make_report(drive, page)
        size_mb = page.stat().st_size / 1e6
        print(f"{options.hours:g} h of drive: {size_mb:.2f} MB, made in {reported_s:.1f} s ({alone_s:.1f} s of it replay)")
        opened_ms, complaints = [], []
        spent_ms: dict[str, list[float]] = {move: [] for move in (*_SHARES, "zoom")}
        for _ in range(options.repeats):
            with Browser(width=1280, height=800) as browser:
                browser.open(page.as_uri())
                opened_ms.append(browser.run(_OPENED))
                complaints += browser.complaints()
                for move, each in spent_ms.items():
                    each.append(redraw_ms(browser, windows(move)))
        print(f"opened in {statistics.median(opened_ms):.0f} ms (longest of {len(opened_ms)}: {max(opened_ms):.0f} ms)")
        for move, each in spent_ms.items():
            print(f"a redraw, {move}: {statistics.median(each):.1f} ms of processor time")
        print(f"complaints in the console: {len(complaints)}")
        for complaint in complaints:
            print(f"  {complaint}")


if __name__ == "__main__":
    main()
