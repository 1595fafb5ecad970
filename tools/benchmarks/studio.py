"""`python -m tools.benchmarks.studio`: how soon a thousand drives, or an hour of one, are on screen, and how smooth dragging is.

Opening is measured by the browser's own clock, from the start of loading to the first picture. Dragging is measured as script
time per frame in the page: what a frame costs that is to be shown every 16.7 ms. Headless Chromium, no GPU.
"""

from __future__ import annotations

import argparse
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
from tools.browser import Browser, missing
from tools.running_studio import RunningStudio

_READ_WITHIN_S = 7200.0
_DRAWN = "return (performance.getEntriesByName('drawn')[0] ?? {startTime: null}).startTime"
_FRAMES = 120
_DRAG = """
const [act, frames] = arguments, {timeline, player, screen, track, store, observations} = dmsDrive, {view} = timeline, spent = [];
const whole = view.end - view.start;
const acts = {
  view: (share) => { view.show(view.start + share * whole * 0.9, view.start + (share * 0.9 + 0.1) * whole); timeline.draw(); },
  cursor: (share) => { player.seek(view.start + share * whole); screen.draw(); dmsDrive.now.draw(dmsDrive.judged, null, null); },
  label: (share) => {
    const t = view.start + share * whole;
    track.drawn = {label: {t, end: t + 5, kind: 'fatigue.sleep', note: ''}, instead: null};
    timeline.draw();
    track.drawn = null;
  },
};
if (act === 'label') view.show(view.start, view.end);
for (let k = 0; k < frames; k++) {
  const begun = performance.now();
  acts[act](k / frames);
  spent.push(performance.now() - begun);
}
return spent;
"""
_WORDS = {"view": "the view, a tenth of the drive shown", "cursor": "the cursor", "label": "a label, the whole drive shown"}


def opened_ms(studio: RunningStudio, path: str, repeats: int) -> list[float]:
    """From the start of loading until the page is drawn, in windows that have never been there."""
    times = []
    for _ in range(repeats):
        with Browser(width=1280, height=900) as browser:
            browser.open(studio.address(path))
            studio.until(lambda: browser.run(_DRAWN) is not None)
            times.append(float(browser.run(_DRAWN)))
    return times


def dragged_ms(studio: RunningStudio, path: str) -> dict[str, list[float]]:
    """Script time of each frame while something is dragged."""
    with Browser(width=1280, height=900) as browser:
        browser.open(studio.address(path))
        studio.until(lambda: browser.run(_DRAWN) is not None)
        return {act: browser.run(_DRAG, act, _FRAMES) for act in _WORDS}


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


def _print(what: str, times: Sequence[float]) -> None:
    print(f"{what}: {statistics.median(times):.0f} ms (longest of {len(times)}: {max(times):.0f} ms)", flush=True)


def measure_table(folder: Path, number: int, repeats: int) -> None:
    """How soon many drives are on screen."""
    drives, beside = folder / "many", folder / "beside-many"
    many_drives(drives, beside / "cache", number)
    with RunningStudio(drives, beside) as studio:
        print(f"{number} drives that were read before: counted in {studio.all_read(_READ_WITHIN_S):.1f} s", flush=True)
    with RunningStudio(drives, beside) as studio:
        print(f"{number} drives that were counted before: known in {studio.all_read(_READ_WITHIN_S):.1f} s", flush=True)
        _print(f"{number} drives on screen", opened_ms(studio, "/", repeats))


def measure_drive(folder: Path, hours: float, repeats: int) -> None:
    """How soon a long drive is on screen, and what dragging costs."""
    drives, beside = folder / "long", folder / "beside-long"
    drives.mkdir()
    beside.mkdir()
    simulated_drive(drives / "long.jsonl", hours)
    with RunningStudio(drives, beside) as studio:
        print(f"{hours:g} h of drive: read in {studio.all_read(_READ_WITHIN_S):.0f} s", flush=True)
        path = f"/drives/{studio.row('long.jsonl')['id']}"
        _print(f"{hours:g} h of drive on screen", opened_ms(studio, path, repeats))
        for act, times in dragged_ms(studio, path).items():
            middle, most = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(f"dragging {_WORDS[act]}: {middle:.1f} ms of script a frame, 95 % below {most:.1f} ms")


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.studio", description=__doc__.splitlines()[0])
    parser.add_argument("--drives", type=int, default=1000)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--part", choices=("table", "drive"), help="one of both alone")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if (absent := missing()) is not None:
        raise SystemExit(absent)
    with tempfile.TemporaryDirectory() as name:
        if options.part != "drive":
            measure_table(Path(name), options.drives, options.repeats)
        if options.part != "table":
            measure_drive(Path(name), options.hours, options.repeats)


if __name__ == "__main__":
    main()
