"""`python -m tools.benchmarks.report`: how large a report is, how fast it opens, and how fluent it is to move about in.

Simulates a drowsy driver with `tools.simulate`, makes the report of the drive, and opens it in a headless Chromium. The median of
the repeats is printed; opening is measured by the browser's own clock from the start of loading to the first picture.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.monitor import Monitor
from dms.drives.reader import open_drive
from dms.drives.replay import replay
from dms.drives.report.origin import Origin
from dms.drives.report.report import Report, ReportWatches
from dms.drives.score import quantile
from dms.wire import to_json
from tools.browser import Browser, missing
from tools.simulate.corpus import draw_driver, draw_script, generator, simulate

REDRAWS = 60
_OPENED = "return performance.getEntriesByName('drawn')[0].startTime"
_REDRAWS = """
const {view} = dmsReport, times = [], [share, count] = arguments;
for (let k = 0; k < count; k++) {
  const span = (view.end - view.start) * share;
  const t0 = view.start + (view.end - view.start - span) * k / count;
  view.show(t0, t0 + span);
  const begun = performance.now();
  dmsReport.draw();
  dmsReport.canvas.getContext('2d').getImageData(0, 0, 1, 1);
  times.push(performance.now() - begun);
}
return times;
"""
"""Moves a window of a share of the drive along it. Reading a pixel back waits until all that was drawn is there."""
_ZOOMS = """
const {view} = dmsReport, times = [], [count] = arguments;
for (let k = 0; k < count; k++) {
  const span = (view.end - view.start) * Math.pow(0.002, k / count), middle = (view.start + view.end) / 2;
  view.show(middle - span / 2, middle + span / 2);
  const begun = performance.now();
  dmsReport.draw();
  dmsReport.canvas.getContext('2d').getImageData(0, 0, 1, 1);
  times.push(performance.now() - begun);
}
return times;
"""


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
        opened, complaints = [], []
        for _ in range(options.repeats):
            with Browser(width=1280, height=800) as browser:
                browser.open(page.as_uri())
                opened.append(browser.run(_OPENED))
                times = {
                    f"scroll, {share:.0%} of the drive shown": browser.run(_REDRAWS, share, REDRAWS) for share in (1.0, 0.1, 0.01)
                }
                times["zoom"] = browser.run(_ZOOMS, REDRAWS)
                complaints += browser.complaints()
        print(f"opened in {statistics.median(opened):.0f} ms (longest of {len(opened)}: {max(opened):.0f} ms)")
        for what, each in times.items():
            print(f"redraw, {what}: median {statistics.median(each):.1f} ms, p95 {quantile(each, 0.95):.1f} ms")
        print(f"complaints in the console: {len(complaints)}")
        for complaint in complaints:
            print(f"  {complaint}")


if __name__ == "__main__":
    main()
