"""How soon a moved number's alerts are on screen: for `python -m tools.benchmarks.studio --part rules`.

From the slider's event to the next picture with the new alerts in it, by the browser's own clock; and in processor time of the
studio and its processes, asked without a browser, so that what else runs here does not count.
"""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.benchmarks.report import simulated_drive
from tools.browser import Browser
from tools.running_studio import RunningStudio

_READ_WITHIN_S = 7200.0
_NUMBER = "rules.long_glance.ladder.warning.after_s"
_VALUES = (2.5, 3.5, 2.2, 3.8, 2.8, 2.4, 3.2)
_MOVE = """
const {slider} = dmsRules.view.fields.get(arguments[0]);
slider.value = String(arguments[1]);
slider.dispatchEvent(new Event('input', {bubbles: true}));
"""
_SINCE = """
const at = (name) => performance.getEntriesByName(name)[0]?.startTime ?? -1;
const since = at(arguments[0]) - at('moved');
return since > 0 ? since : null;
"""
_READY = "return dmsRules.trials.settled && dmsRules.effects.drive?.exact === true"


def measure_rules(folder: Path, hours: float) -> None:
    """How soon the alerts of a drive follow a number that is moved."""
    drives, beside = folder / "moved", folder / "beside-moved"
    drives.mkdir()
    beside.mkdir()
    simulated_drive(drives / "drive.jsonl", hours)
    with RunningStudio(drives, beside, "--packs", str(beside)) as studio, Browser(width=1280, height=900) as browser:
        studio.all_read(_READ_WITHIN_S)
        browser.open(studio.address("/rules"))
        studio.until(lambda: browser.run("return performance.getEntriesByName('drawn').length") and browser.run(_READY))
        browser.run("return dmsRules.trials.setEverywhere(false)")
        _moved(studio, browser, 3.1)  # the first move waits for the cues, which are computed once
        quick, exact = zip(*(_moved(studio, browser, value) for value in _VALUES), strict=True)
        question = browser.run("return dmsRules.trials.asked()")
        spent = [_spent_ms(studio, question, value + 0.05, exact=False) for value in _VALUES]
        spent_exactly = [_spent_ms(studio, question, value + 0.05, exact=True) for value in _VALUES]
    minutes = hours * 60
    print(f"a number moved, {minutes:g} min of drive: alerts on screen after {_told(quick)}, of every frame {_told(exact)}")
    print(f"a number moved, {minutes:g} min of drive, in processor time: {_told(spent)}, every frame {_told(spent_exactly)}")


def _moved(studio: RunningStudio, browser: Browser, value: float) -> tuple[float, float]:
    """Milliseconds from a move to its alerts, and to those of every frame."""
    browser.run(_MOVE, _NUMBER, value)
    found: dict[str, float] = {}

    def is_there(name: str) -> bool:
        since = browser.run(_SINCE, name)
        if since is not None:
            found[name] = float(since)
        return since is not None

    studio.until(lambda: is_there("exact"))
    studio.until(lambda: is_there("quick"))
    return found["quick"], found["exact"]


def _spent_ms(studio: RunningStudio, question: dict[str, Any], value: float, *, exact: bool) -> float:
    """Milliseconds of processor time for an answer that is not known yet."""
    asked = {**question, "exact": exact, "now": {**question["now"], "values": {_NUMBER: value}}}
    begun_s = _processor_s(studio)
    reply = studio.ask("/api/rules/try", json.dumps(asked).encode(), None)
    assert reply.status == 200, reply.body
    return (_processor_s(studio) - begun_s) * 1000


def _processor_s(studio: RunningStudio) -> float:
    """Processor time that the studio and its processes have used so far."""
    used_s = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if studio.process.pid in (int(stat.parent.name), int(fields[1])):
            used_s += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used_s


def _told(milliseconds: Sequence[float]) -> str:
    return f"{statistics.median(milliseconds):.0f} ms (longest of {len(milliseconds)}: {max(milliseconds):.0f} ms)"
