"""`python -m tools.benchmarks.studio`: how soon a thousand drives, or an hour of one, are on screen, and how smooth dragging is.

Opening is measured from the start of loading to the first picture: by the browser's own clock, and in processor time of all of
its processes and of the studio, so that what else runs here does not count. Dragging is measured as script time per frame, one of
which is to be shown every 16.7 ms: processor time of the page's thread, as DevTools tell it. A number
that is moved on the page of rules is measured to the alerts that follow. Headless Chromium, no GPU.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dms.config import defaults
from dms.console.drive_outcomes import replay_setting
from dms.studio.kept import Kept
from dms.studio.keys import drive_key, setting_key
from dms.studio.places import places_in
from dms.studio.seen import see
from tools.benchmarks.report import simulated_drive
from tools.benchmarks.studio_rules import measure_rules
from tools.browser import Browser, missing
from tools.running_studio import RunningStudio

_READ_WITHIN_S = 7200.0
_DRAWN = "return (performance.getEntriesByName('drawn')[0] ?? {startTime: null}).startTime"
_FRAMES = 60
_DRAG = """
return (async (act, frames) => {
const {timeline, player, track} = dmsDrive, {view} = timeline;
const whole = view.end - view.start;
const acts = {
  view: (share) => view.show(view.start + share * whole * 0.9, view.start + (share * 0.9 + 0.1) * whole),
  cursor: (share) => player.seek(view.start + share * whole),
  label: (share) => {
    const t = view.start + share * whole;
    track.drawn = {label: {t, end: t + 5, kind: 'fatigue.sleep', note: ''}, instead: null};
    timeline.ask();
  },
};
if (act === 'label') view.show(view.start, view.end);
for (let k = 0; k < frames; k++) {
  await new Promise((shown) => requestAnimationFrame(() => {
    acts[act](k / frames);
    shown();
  }));
}
})(...arguments);
"""
_WORDS = {"view": "the view, a tenth of the drive shown", "cursor": "the cursor", "label": "a label, the whole drive shown"}


def opened(studio: RunningStudio, path: str, repeats: int) -> tuple[list[float], list[float], list[float]]:
    """From the start of loading until the page is drawn, in windows that have never been there: milliseconds by the browser's
    clock; of processor time, the browser's and the studio's together; and of that of the page's main thread alone."""
    times, spent, alone = [], [], []
    for _ in range(repeats):
        with Browser(width=1280, height=900) as browser:
            browser.open("about:blank")
            browser.devtools("Performance.enable", {"timeDomain": "threadTicks"})
            begun_s = browser.processor_s() + processor_s(studio.process.pid)
            browser.open(studio.address(path))
            studio.until(lambda: browser.run(_DRAWN) is not None)
            times.append(float(browser.run(_DRAWN)))
            spent.append((browser.processor_s() + processor_s(studio.process.pid) - begun_s) * 1000)
            alone.append(metric_s(browser, "ThreadTime") * 1000)
    return times, spent, alone


def processor_s(pid: int) -> float:
    """Processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def dragged_ms(studio: RunningStudio, path: str) -> dict[str, float]:
    """Milliseconds of script for a frame while something is dragged."""
    with Browser(width=1280, height=900) as browser:
        browser.devtools("Performance.enable", {"timeDomain": "threadTicks"})
        browser.open(studio.address(path))
        studio.until(lambda: browser.run(_DRAWN) is not None)
        spent = {}
        for act in _WORDS:
            before_s = metric_s(browser, "ScriptDuration")
            browser.run(_DRAG, act, _FRAMES)
            spent[act] = (metric_s(browser, "ScriptDuration") - before_s) / _FRAMES * 1000
        return spent


def metric_s(browser: Browser, name: str) -> float:
    """Processor time of the page's main thread so far: of everything (`ThreadTime`), of scripts (`ScriptDuration`)."""
    metrics = browser.devtools("Performance.getMetrics", {})["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == name))


def many_drives(folder: Path, cache: Path, number: int) -> None:
    """Short drives of ten drivers, all with the same content: it is replayed once, and kept for each as if it had been read."""
    folder.mkdir()
    simulated_drive(folder / "first.jsonl", 15 / 3600)
    content = (folder / "first.jsonl").read_bytes()
    setting = replay_setting("default", defaults.CABIN, None)
    seen, series = see(folder / "first.jsonl", setting)
    (folder / "first.jsonl").unlink()
    for index in range(number):
        (folder / f"driver{index % 10:02d}-{index:05d}.jsonl").write_bytes(content)
    kept, key = Kept(cache), setting_key(setting)
    for place in places_in([folder]):
        kept.keep_drive(drive_key(place, key), place.path, seen, series)
    kept.close()


def _print_opened(what: str, measured: tuple[Sequence[float], Sequence[float], Sequence[float]]) -> None:
    times, spent, alone = measured
    processors = (
        f"{statistics.median(spent):.0f} ms of processor time, {statistics.median(alone):.0f} ms of it the page's main thread"
    )
    print(f"{what}: {statistics.median(times):.0f} ms (longest of {len(times)}: {max(times):.0f} ms); {processors}", flush=True)


def measure_table(folder: Path, number: int, repeats: int) -> None:
    """How soon many drives are on screen."""
    drives, beside = folder / "many", folder / "beside-many"
    many_drives(drives, beside / "cache", number)
    with RunningStudio(drives, beside) as studio:
        print(f"{number} drives that were read before: counted in {studio.all_read(_READ_WITHIN_S):.1f} s", flush=True)
    with RunningStudio(drives, beside) as studio:
        print(f"{number} drives that were counted before: known in {studio.all_read(_READ_WITHIN_S):.1f} s", flush=True)
        _print_opened(f"{number} drives on screen", opened(studio, "/", repeats))
        _print_opened(f"{number} drives as a fleet on screen", opened(studio, "/fleet", repeats))


def measure_drive(folder: Path, hours: float, repeats: int) -> None:
    """How soon a long drive is on screen, and what dragging costs."""
    drives, beside = folder / "long", folder / "beside-long"
    drives.mkdir()
    beside.mkdir()
    simulated_drive(drives / "long.jsonl", hours)
    with RunningStudio(drives, beside) as studio:
        print(f"{hours:g} h of drive: read in {studio.all_read(_READ_WITHIN_S):.0f} s", flush=True)
        path = f"/drives/{studio.row('long.jsonl')['id']}"
        _print_opened(f"{hours:g} h of drive on screen", opened(studio, path, repeats))
        for act, milliseconds in dragged_ms(studio, path).items():
            print(f"dragging {_WORDS[act]}: {milliseconds:.1f} ms of script a frame", flush=True)


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.studio", description=__doc__.splitlines()[0])
    parser.add_argument("--drives", type=int, default=1000)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--part", choices=("table", "drive", "rules"), help="one of them alone")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if (absent := missing()) is not None:
        raise SystemExit(absent)
    with tempfile.TemporaryDirectory() as name:
        if options.part in (None, "table"):
            measure_table(Path(name), options.drives, options.repeats)
        if options.part in (None, "drive"):
            measure_drive(Path(name), options.hours, options.repeats)
        if options.part in (None, "rules"):
            measure_rules(Path(name), options.hours / 2)


if __name__ == "__main__":
    main()
