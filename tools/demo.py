"""`make demo`: the real service on a bundled drive, its alerts as they arrive over ZeroMQ, and then from its SQLite journal.

    python tools/demo.py [DRIVE.mp4] [--fast]

Plays in real time, as if the driver were sitting there; `--fast` does not wait. Exit code 0 if the alerts are those that the
drive's labels ask for.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dms.client.subscriber import Message, Subscriber
from dms.decision.pack_loader import load_pack
from dms.drives.scoring.matching import Matching, match_drive, rule_times
from dms.outputs.bus.messages import Topic
from dms.recording.jsonl import JsonlDrive
from dms.types import Alert, Label
from dms.wire import from_json

ROOT = Path(__file__).resolve().parent.parent
DRIVE = ROOT / "tests" / "data" / "drives" / "day_colour.mp4"
DMS = Path(sys.executable).with_name("dms")
RULES = "default"
HEALTH_EVERY = 10  # beats

IN_WORDS = {
    "distraction.head_away": "head turned away",
    "distraction.long": "eyes off the road for long",
    "distraction.cumulative": "eyes off the road again and again",
    "distraction.phone": "busy with a phone",
    "fatigue.microsleep": "microsleep",
    "fatigue.sleep": "asleep",
    "fatigue.drowsiness": "drowsy",
    "fatigue.yawning": "yawning",
    "driver.unresponsive": "does not respond",
    "driver.absent": "nobody in the seat",
    "driver.availability": "not available to take over",
    "assist.eyes_on_request": "asked to look at the road",
    "system.degraded": "cannot see the driver well",
    "system.fault": "out of order",
}
PHASE_IN_WORDS = {
    "raise": "",
    "escalate": "still: ",
    "clear": "over: ",
    "suppress": "held back: ",
    "acknowledge": "acknowledged: ",
}


def main() -> int:
    """Run it; 0 if the alerts are the expected ones."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("drive", nargs="?", type=Path, default=DRIVE, help="a video with a .jsonl of the same name beside it")
    parser.add_argument("--fast", action="store_true", help="as fast as the machine can instead of in real time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dms-demo-") as folder:
        endpoint, journal = f"ipc://{folder}/bus", Path(folder) / "journal.db"
        command = [DMS, "run", "--source", arguments.drive, "--rules", RULES, "--endpoint", endpoint, "--journal", journal]
        print(f"The service, as a program of its own:\n  {' '.join(map(str, ['dms', *command[1:]]))}\n")
        print("Its alerts as a subscriber hears them (time in the drive, level, what, how long it had lasted):")
        subscriber = Subscriber(endpoint, {Topic.ALERT, Topic.HEALTH})
        pace = ["--full-speed"] if arguments.fast else []
        with (Path(folder) / "log").open("w+") as log:
            service = subprocess.Popen([*command, *pace], stderr=log)
            alerts = list(heard_alerts(subscriber, service))
            subscriber.close()
            if service.wait() != 0:
                log.seek(0)
                print(f"The service ended with exit code {service.returncode}:\n{log.read()}", file=sys.stderr)
                return 1
        print("\nThe same from its journal, `dms events`:", flush=True)
        subprocess.run([DMS, "events", "--db", journal], check=True)
    return compare(arguments.drive, alerts)


def heard_alerts(subscriber: Subscriber, service: subprocess.Popen[bytes]) -> Iterator[Alert]:
    """The alerts until the service says that it stops, each told as it comes; every so often how the service is."""
    beats = 0
    while True:
        message = subscriber.receive(timeout_s=0.2)
        if message is None:
            if service.poll() is not None:
                return
        elif message.topic is Topic.ALERT:
            alert = from_json(message.text)
            assert isinstance(alert, Alert)
            print(in_words(alert), flush=True)
            yield alert
        else:
            beats += 1
            if message.fields["status"] == "stopping":
                return
            if beats % HEALTH_EVERY == 0:
                print(health_in_words(message), flush=True)


def in_words(alert: Alert) -> str:
    """One line on an alert."""
    lasted = f", after {alert.t - alert.onset:.1f} s" if alert.phase in ("raise", "escalate") else ""
    return f"  {alert.t:6.1f} s  {alert.level:<9}  {PHASE_IN_WORDS[alert.phase]}{IN_WORDS[alert.kind]}{lasted}"


def health_in_words(message: Message) -> str:
    """One line on how the service is."""
    health: dict[str, Any] = message.fields
    latency_ms = health["latency_ms"]["p99"]
    latency = f"99 % of frames published within {latency_ms:.0f} ms" if latency_ms is not None else "no frame yet"
    rate = f"{health['fps']:.0f} frames a second"
    return f"  {health['t']:6.1f} s  [{health['status']}: {rate}, {latency}, {health['rss_mib']:.0f} MiB]"


def compare(drive: Path, alerts: list[Alert]) -> int:
    """Say how the alerts compare with what really happened in the drive."""
    truth = drive.with_suffix(".jsonl")
    labels = [record for record in JsonlDrive(truth) if isinstance(record, Label)] if truth.exists() else []
    if not labels:
        print(f"\n{len(alerts)} messages about alerts; the drive has no labels to compare with.")
        return 0
    matching = match_drive(labels, alerts, rule_times(load_pack(RULES)))
    print(f"\n{verdict(matching)}")
    for label in (*matching.missed, *matching.uncovered):
        print(f"  missed: {label.kind} at {label.t:.1f} s ({label.note})")
    for alert in matching.unexpected:
        print(f"  unexpected:{in_words(alert)}")
    return 1 if matching.missed or matching.uncovered or matching.unexpected else 0


def verdict(matching: Matching) -> str:
    """One sentence on the whole drive."""
    expected = len(matching.matched) + len(matching.missed) + len(matching.uncovered)
    latest_s = max((match.latency_s for match in matching.matched if match.latency_s is not None), default=0.0)
    related = f"{len(matching.related)} more had the same causes, and " if matching.related else ""
    return (
        f"Of {expected} things that happened in this drive, {len(matching.matched)} raised their alert, "
        f"at most {latest_s:.2f} s after it was due; {related}{len(matching.unexpected)} alerts had no cause."
    )


if __name__ == "__main__":
    sys.exit(main())
