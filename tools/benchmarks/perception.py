"""`python -m tools.benchmarks.perception`: what tracking a driver costs, and how steady the readings are.

Each engine runs in a process of its own, so that peak memory is its own. Processor time is that of the process, all threads
together, and covers everything from the frame to the finished observation; reading the video is not part of it. Steadiness is
measured on one frame of the drive shown again and again with a camera's noise, blinks on the same frame with one of closed
eyes shown in between for a tenth of a second.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from dms.capture import open_source
from dms.config.defaults import EngineName
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.recording.jsonl import JsonlDrive
from dms.types import AlertKind, Frame, Label, Observation
from tools.evaluation.targets import ROWS

DRIVE = Path(__file__).resolve().parents[2] / "tests/data/drives/day_colour.mp4"
PEER_SCRIPT = Path(__file__).with_name("peer_mediapipe.py")
COST = next(row for row in ROWS if row.key == "cost_to_peer")
FPS = 30.0
NOISE_LEVELS = 2.0
"""Standard deviation of the noise put on the still frame, in grey levels: a camera by day with little gain."""
NOISES = 16
STILL_S = 6.0
"""No longer: a picture in which nothing moves but noise counts as frozen soon after (`camera_health`)."""
BLINKS = 20
BLINK_FRAMES = 3
CLOSED = (AlertKind.FATIGUE_MICROSLEEP, AlertKind.FATIGUE_SLEEP)


def frames_of(video: Path, seconds: float) -> Iterator[Frame]:
    """The first seconds of a recording, one by one: held all at once they would count as memory."""
    with open_source(video) as source:
        for frame in source:
            if not isinstance(frame, Frame) or frame.t >= seconds:
                return
            yield frame


def with_noise(images: Iterable[np.ndarray[Any, Any]]) -> Iterator[Frame]:
    """Frames of a camera that looks at these pictures, 30 a second, each with the noise of one of sixteen moments."""
    rng = np.random.default_rng(0)
    noises: list[np.ndarray[Any, Any]] = []
    for index, image in enumerate(images):
        if len(noises) < NOISES:
            noises.append(np.rint(rng.normal(0, NOISE_LEVELS, image.shape)).astype(np.int16))
        noise = noises[index if index < NOISES else int(rng.integers(NOISES))]
        yield Frame(index / FPS, index, np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), dtype=np.uint8))


def cost(engine: EngineName, models: Path | None, video: Path, seconds: float, repeats: int) -> dict[str, float]:
    """Milliseconds of processor time per frame in which a face was tracked, with all networks that the weights have."""
    began = time.process_time()
    perception = Perception(PerceptionSettings(engine=engine, models=models))
    perception.warm_up()
    start_s = time.process_time() - began
    times_ms: list[float] = []
    for repeat in range(repeats):
        for frame in frames_of(video, seconds):
            shown = Frame(frame.t + repeat * seconds, frame.index, frame.image)
            began = time.process_time()
            observation = perception.observe(shown)
            if observation.face is not None:
                times_ms.append((time.process_time() - began) * 1000)
    return {
        "frames": len(times_ms),
        "median_ms": statistics.median(times_ms),
        "p95_ms": float(np.percentile(times_ms, 95)),
        "start_s": start_s,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def steadiness(image: np.ndarray[Any, Any]) -> dict[str, float]:
    """Standard deviations of what is published of a still driver, the first second left out."""
    perception = Perception(PerceptionSettings(landmarks=True))
    seen = [perception.observe(frame) for frame in with_noise(image for _ in range(int(STILL_S * FPS)))][int(FPS) :]
    faces = [one for one in seen if one.head is not None and one.landmarks is not None]
    gazes = [one.gaze for one in seen if one.gaze is not None]
    return {
        "still_frames": len(faces),
        "yaw_sd_deg": statistics.pstdev(one.head.yaw_deg for one in faces if one.head),
        "pitch_sd_deg": statistics.pstdev(one.head.pitch_deg for one in faces if one.head),
        "roll_sd_deg": statistics.pstdev(one.head.roll_deg for one in faces if one.head),
        "gaze_yaw_sd_deg": statistics.pstdev(gaze.yaw_deg for gaze in gazes),
        "gaze_pitch_sd_deg": statistics.pstdev(gaze.pitch_deg for gaze in gazes),
        "landmark_sd_px": float(np.std([np.asarray(one.landmarks) for one in faces], axis=0).mean()),
        "openness_sd": statistics.pstdev(openness_of(one) for one in faces),
    }


def openness_of(observation: Observation) -> float:
    """Mean of the eyes that are known; NaN if neither is."""
    eyes = observation.eyes
    known = [eye.openness for eye in (eyes.left, eyes.right) if eye] if eyes else []
    return statistics.fmean(known) if known else float("nan")


def blinks(opened: np.ndarray[Any, Any], closed: np.ndarray[Any, Any]) -> dict[str, float]:
    """How many of twenty blinks of 100 ms show: openness falls below 0.2, or below half of what it was."""
    second = [opened] * (int(FPS) - BLINK_FRAMES) + [closed] * BLINK_FRAMES
    perception = Perception()
    openness = np.array([openness_of(perception.observe(frame)) for frame in with_noise(second * (BLINKS + 1))])
    turns = openness.reshape(-1, len(second))[1:]
    before, lowest = np.nanmedian(turns[:, :-BLINK_FRAMES], axis=1), np.nanmin(turns[:, -BLINK_FRAMES:], axis=1)
    return {
        "blinks": BLINKS,
        "blinks_seen": int(np.sum((lowest < 0.2) | (lowest < before / 2))),
        "open_eye": float(np.median(before)),
        "blinking_eye": float(np.median(lowest)),
    }


def still_frames(video: Path) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """A frame of open and one of closed eyes: from two seconds before, and from the middle of, the first closure labelled in
    the file beside the video."""
    labels = [record for record in JsonlDrive(video.with_suffix(".jsonl")) if isinstance(record, Label)]
    closure = next(label for label in labels if label.kind in CLOSED)
    wanted = (closure.t - 2.0, (closure.t + closure.end) / 2)
    nearest: list[Frame | None] = [None, None]
    for frame in frames_of(video, closure.end):
        for place, t in enumerate(wanted):
            best = nearest[place]
            if best is None or abs(frame.t - t) < abs(best.t - t):
                nearest[place] = frame
    opened, closed = nearest
    if opened is None or closed is None:
        raise ValueError(f"{video}: ends before its first closure of the eyes")
    return opened.image, closed.image


def in_own_process(engine: str, arguments: argparse.Namespace) -> dict[str, float]:
    """What `cost` says in a fresh process."""
    command = [sys.executable, "-m", "tools.benchmarks.perception", "--cost-of", engine, "--video", str(arguments.video)]
    command += ["--seconds", str(arguments.seconds), "--repeats", str(arguments.repeats)]
    command += ["--models", str(arguments.models)] if arguments.models else []
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(answer.stdout)
    return figures


def peer_cost(python: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """The same for MediaPipe, from its own environment."""
    command = [str(python), str(PEER_SCRIPT), str(arguments.video), str(arguments.seconds), str(arguments.repeats)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise SystemExit(f"{python} {PEER_SCRIPT.name}: {(answer.stderr.strip().splitlines() or ['no message'])[-1]}")
    figures: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--video", type=Path, default=DRIVE, help="a recorded drive with a labelled closure of the eyes")
    parser.add_argument("--seconds", type=float, default=8.0, help="how much of it to measure the cost on")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--models", type=Path, help="weights other than the shipped ones, for the cost")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    parser.add_argument(
        "--peer-python", type=Path, help="Python of an environment with MediaPipe, to be timed on the same frames"
    )
    parser.add_argument("--cost-of", choices=("onnx", "torch"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.cost_of:
        print(json.dumps(cost(arguments.cost_of, arguments.models, arguments.video, arguments.seconds, arguments.repeats)))
        return
    costs = {engine: in_own_process(engine, arguments) for engine in ("onnx", "torch")}
    peer = peer_cost(arguments.peer_python, arguments) if arguments.peer_python else None
    if peer:
        again = in_own_process("onnx", arguments)
        peer["cost_to_peer"] = statistics.fmean([costs["onnx"]["median_ms"], again["median_ms"]]) / peer["median_ms"]
    opened, closed = still_frames(arguments.video)
    figures = {**costs, **({"mediapipe": peer} if peer else {}), "still": steadiness(opened), "blink": blinks(opened, closed)}
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    for engine, measured in costs.items():
        print(
            f"{engine:6s} {measured['median_ms']:.2f} ms of processor per tracked frame (median; p95 {measured['p95_ms']:.2f}), "
            f"peak memory {measured['peak_mib']:.0f} MiB, ready after {measured['start_s']:.1f} s of processor"
        )
    print(f"torch takes {costs['torch']['median_ms'] / costs['onnx']['median_ms']:.1f} times as long as onnx")
    if peer:
        print(
            f"MediaPipe {peer['version']} face mesh {peer['median_ms']:.2f} ms of processor per tracked frame (median)\n"
            f"onnx, before and after it, takes {COST.shown(peer['cost_to_peer'])} as long "
            f"({COST.at_least} wanted, {COST.aimed_at} aimed at)"
        )
    still, blink = figures["still"], figures["blink"]
    print(
        f"still head: standard deviation of yaw {still['yaw_sd_deg']:.2f}, pitch {still['pitch_sd_deg']:.2f}, "
        f"roll {still['roll_sd_deg']:.2f}, gaze {still['gaze_yaw_sd_deg']:.2f} and {still['gaze_pitch_sd_deg']:.2f} degrees, "
        f"landmarks {still['landmark_sd_px']:.2f} px, openness {still['openness_sd']:.3f}"
    )
    print(
        f"blinks of 100 ms at 30 frames a second: {blink['blinks_seen']} of {blink['blinks']} seen "
        f"(openness {blink['open_eye']:.2f} to {blink['blinking_eye']:.2f})"
    )


if __name__ == "__main__":
    main()
