"""Small drives for tests: a driver who looks ahead, and now and then does not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from dms.recording.mcap_writer import DriveFile
from dms.types import DriveRecord, Eye, Eyes, Face, Gaze, Head, Label, Mouth, Observation, VehicleState
from dms.wire import to_json

PACK = """\
pack: story
title: For stories in tests
rules:
  turned:
    kind: sustained
    alert: distraction.head_away
    when: {cue: head_away_deg, above: 15, until: 12}
    speed: {from_kph: 20, hysteresis_kph: 2}
    ladder:
      - {level: advisory, after_s: 2.0}
    clear: {for_s: 1.0}
    deadline_s: 2.5
  asleep:
    kind: sustained
    alert: fatigue.microsleep
    when: {cue: eyes_closed, is: true}
    speed: {from_kph: 20, hysteresis_kph: 2}
    ladder:
      - {level: urgent, after_s: 1.5}
    clear: {for_s: 1.0}
    deadline_s: 2.2
"""


def story(
    duration_s: float,
    *,
    turned: Sequence[tuple[float, float]] = (),
    asleep: Sequence[tuple[float, float]] = (),
    hidden: Sequence[tuple[float, float]] = (),
    labelled: bool = True,
    speed_kph: float | None = 80.0,
    seed: int = 1,
) -> Iterator[DriveRecord]:
    """A drive at 30 Hz in which the head is turned by 40 degrees, the eyes are closed, or no face is seen, in the given spans."""
    noise = random.Random(seed)
    for onset, end in turned if labelled else ():
        yield Label(onset, end, "distraction.head_away")
    for onset, end in asleep if labelled else ():
        yield Label(onset, end, "fatigue.microsleep")
    for index in range(round(duration_s * 30)):
        t = index / 30
        if speed_kph is not None and index % 15 == 0:
            yield VehicleState(t, speed_kph=speed_kph)
        if any(onset <= t < end for onset, end in hidden):
            yield Observation(t, index)
            continue
        yaw = (40.0 if any(onset <= t < end for onset, end in turned) else 0.0) + noise.gauss(0.0, 0.3)
        openness = 0.02 if any(onset <= t < end for onset, end in asleep) else 0.95
        eye = Eye(openness, 0.99)
        yield Observation(
            t=t,
            frame=index,
            face=Face(0.98, (200.0, 100.0, 180.0, 210.0)),
            head=Head(yaw, noise.gauss(-3.0, 0.3), 0.0, 2.0),
            eyes=Eyes(eye, eye),
            gaze=Gaze(yaw, -3.0, 4.0),
            mouth=Mouth(0.05, 0.97),
        )


def write_jsonl(path: Path, records: Iterator[DriveRecord]) -> Path:
    path.write_bytes(b"".join(to_json(record) + b"\n" for record in records))
    return path


def write_mcap(path: Path, records: Iterator[DriveRecord]) -> Path:
    file = DriveFile(path, {})
    for record in records:
        file.write(record)
    file.close()
    return path
