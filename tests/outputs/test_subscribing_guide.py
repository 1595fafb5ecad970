"""The guide for subscribers: its example runs, and what it promises is so."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import pytest
from msgspec.structs import replace

from dms.health import Health
from dms.outputs.bus.bus import SEND_HIGH_WATER_MARK, Bus
from dms.outputs.bus.messages import HEALTH_SILENCE_S, Topic
from dms.types import AlertKind, Cues
from tests.outputs.output_examples import PATIENCE_S, an_alert

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "subscribing.md").read_text()


EXAMPLE, BEEPER = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


def test_the_example_shows_alerts_health_and_the_loss_of_the_monitor(tmp_path: Path) -> None:
    endpoint = f"ipc://{tmp_path}/bus"
    bus = Bus(endpoint, "first")
    bus.publish_state(11.0, Cues(t=11.0), [an_alert()])
    with subprocess.Popen([sys.executable, "-c", EXAMPLE, endpoint], stdout=subprocess.PIPE, text=True) as subscriber:
        assert subscriber.stdout is not None
        try:
            wait_for_line(subscriber.stdout, "showing: fatigue.microsleep")
            bus.publish_alert(an_alert(), journalled=True)
            wait_for_line(subscriber.stdout, "warning: fatigue.microsleep because {'eyes_closed_s': 1.5}")
            asleep = replace(an_alert(), kind=AlertKind.FATIGUE_SLEEP)
            bus.publish_state(12.5, Cues(t=12.5), [an_alert(), asleep], AlertKind.FATIGUE_SLEEP)  # the other was cut short
            wait_for_line(subscriber.stdout, "showing: fatigue.sleep")
            bus.publish_state(12.8, Cues(t=12.8), [an_alert(), asleep])
            wait_for_line(subscriber.stdout, "showing: fatigue.microsleep")  # nothing sounds: the first, which is the worst
            bus.publish_state(13.0, Cues(t=13.0), [])
            wait_for_line(subscriber.stdout, "showing: nothing")
            bus.publish_health(Health(13.0, "degraded"))
            wait_for_line(subscriber.stdout, "driver monitor: degraded")
            wait_for_line(subscriber.stdout, "driver monitor: lost")
            bus.publish_health(Health(14.0, "ok"))
            wait_for_line(subscriber.stdout, "driver monitor: ok")
            bus.close()
            bus = Bus(endpoint, "second")
            bus.publish_state(1.0, Cues(t=1.0), [an_alert()])
            wait_for_line(subscriber.stdout, "showing: fatigue.microsleep")
            bus.publish_health(Health(1.0, "stopping"))
            wait_for_line(subscriber.stdout, "driver monitor: stopping")
        finally:
            subscriber.kill()
            bus.close()


def test_the_beeper_beeps_while_an_alert_sounds_and_no_longer(tmp_path: Path) -> None:
    endpoint = f"ipc://{tmp_path}/bus"
    bus = Bus(endpoint, "first")
    bus.publish_state(11.0, Cues(t=11.0), [an_alert()], AlertKind.FATIGUE_MICROSLEEP)  # over when the beeper comes: a snapshot
    with subprocess.Popen([sys.executable, "-c", BEEPER, endpoint], stdout=subprocess.PIPE) as beeper:
        assert beeper.stdout is not None
        try:
            beeps: list[bytes] = []
            listening = threading.Thread(target=lambda: beeps.extend(iter(lambda: beeper.stdout.read(1), b"")))
            listening.start()
            give_up = time.monotonic() + PATIENCE_S
            while not beeps and time.monotonic() < give_up:
                bus.publish_state(12.0, Cues(t=12.0), [an_alert()], AlertKind.FATIGUE_MICROSLEEP)
                time.sleep(0.05)
            assert set(beeps) == {b"\a"}
            for _ in range(30):
                bus.publish_state(13.0, Cues(t=13.0), [an_alert()])  # shown, and silent
            heard = len(beeps)
            time.sleep(1.0)
            assert len(beeps) <= heard + 1
        finally:
            beeper.kill()
            listening.join()
            bus.close()


def wait_for_line(output: IO[str], expected: str) -> None:
    """Read up to `expected`; on a busy machine the monitor may count as lost in between."""
    passed: list[str] = []
    while (line := output.readline().rstrip()) != expected:
        assert line, f"'{expected}' never came, only {passed}"
        passed.append(line)


@pytest.mark.parametrize("topic", Topic)
def test_every_topic_and_its_schema_stand_in_the_guide(topic: Topic) -> None:
    assert f"| `{topic}` |" in GUIDE
    assert (DOCS / "schema" / f"{topic}.schema.json").is_file()


def test_the_numbers_in_the_guide_are_those_of_the_program() -> None:
    assert f"No health for {HEALTH_SILENCE_S:.0f} seconds" in GUIDE
    assert f"HEALTH_SILENCE_S = {HEALTH_SILENCE_S}" in GUIDE
    assert f"up to {SEND_HIGH_WATER_MARK} messages wait" in GUIDE
