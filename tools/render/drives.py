"""Plays a scripted drive into a video, and writes its vehicle trace and labels beside it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception.head_geometry import rotation_from_angles
from tools.render.assets import Array
from tools.render.backgrounds import environment_crop
from tools.render.camera import Camera, rotation_of_ray
from tools.render.canvas import create_context
from tools.render.drive_props import bent_as_the_frame, hands_of, pane_of
from tools.render.expressions import RECIPES, YAWN, FaceState
from tools.render.gestures import face_places
from tools.render.lighting import Light
from tools.render.occlusion import draw_gesture
from tools.render.person import Person
from tools.render.scene import Placement, Studio, gaze_vectors
from tools.render.script import Script, ScriptError, SecondCamera
from tools.render.shapes import box, join
from tools.render.timeline import Moment, Timeline

WIDTH, HEIGHT = 640, 480
VEHICLE_PERIOD_S = 0.1
FACE_CENTRE = np.array([0.0, -2.8, 5.0])  # from the head's centre to the middle of the face, head frame, cm


class EncoderMissingError(RuntimeError):
    """The ffmpeg program is needed to write the video and is not there."""


class DriveRenderer:
    """Draws the moments of one script, as the first camera sees them, or as `seen_from` does.

    Driver, sun, seat and lamp are those of the script; the lamp is beside the camera that looks. What lies behind the driver, and
    the light of the sky, are the same picture from either place.
    """

    def __init__(self, studio: Studio, script: Script, seen_from: SecondCamera | None = None) -> None:
        self.studio, self.script = studio, script
        self.turned = rotation_from_angles(seen_from.yaw_deg, seen_from.pitch_deg, 0.0).T if seen_from else np.eye(3)
        field_of_view_deg = seen_from.field_of_view_deg if seen_from else script.field_of_view_deg
        distance_cm = seen_from.distance_cm if seen_from else script.distance_cm
        generator = np.random.default_rng(script.seed)
        person = studio.person(script.person_seed, generator, script.infrared, held_out=True)
        self.person: Person = dressed_as_told(person, script)
        self.face = face_places(person.identity, studio.model)
        self.light = self._light(generator)
        focal = HEIGHT / 2 / np.tan(np.radians(field_of_view_deg) / 2)
        self.camera = Camera(WIDTH, HEIGHT, float(focal), WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5)
        self.backdrop = self._cabin(generator)
        self._noise = np.random.default_rng(script.seed + (2 if seen_from else 1))
        self.home = np.array([0.0, 1.5, -distance_cm])
        tone = float(self.person.skin_tone.mean())
        self.exposure = 0.30 / (self.light.mean * (0.5 * tone + 0.11))

    def _light(self, generator: np.random.Generator) -> Light:
        light = self.studio.light_room.sample(generator, self.script.environment, self.script.infrared, False)
        sun = np.zeros(3, np.float32) if self.script.infrared else np.array([0.40, 0.38, 0.33], np.float32)
        direction = (self.turned @ np.array([0.62, 0.55, 0.56])).astype(np.float32)
        nothing = np.array([0, 0, 0, 1], np.float32)
        lamp = np.full(3, 0.9 if self.script.infrared else 0.0, np.float32)
        mean = (0.30 + 0.2 * float(sun.mean())) if not self.script.infrared else float(light.harmonics[0].mean()) + 0.7
        return Light(
            light.harmonics,
            direction / np.linalg.norm(direction),
            sun,
            nothing,
            nothing,
            0.2,
            1.0,
            np.array([4.0, 2.0, 0.0], np.float32),
            lamp,
            light.to_world,
            self.script.infrared,
            not self.script.infrared,
            False,
            mean,
        )

    def _cabin(self, generator: np.random.Generator) -> NDArray[np.uint8]:
        """What is behind the driver: rear and side windows, pillar, roof, seat, belt."""
        outside = environment_crop(generator, self.studio.environments[self.script.environment], WIDTH, HEIGHT, 75.0)
        picture = np.clip(outside.astype(np.float32) * (0.03 if self.script.infrared else 1.15), 0, 255).astype(np.uint8)
        picture = np.ascontiguousarray(picture)
        level = 10.0 if self.script.infrared else 58.0

        def polygon(points: list[tuple[float, float]], shade: float) -> None:
            corners = np.round(np.array(points) * [WIDTH, HEIGHT] * 8).astype(np.int32)
            tone = [shade * level * k for k in (1.0, 1.02, 1.06)] if not self.script.infrared else [shade * level] * 3
            cv2.fillPoly(picture, [corners], tone, cv2.LINE_AA, 3)

        polygon([(0, 0), (1, 0), (1, 0.10), (0.6, 0.06), (0, 0.12)], 1.9)
        polygon([(0, 0.60), (0.3, 0.58), (0.3, 1), (0, 1)], 0.9)
        polygon([(0.80, 0), (0.90, 0), (0.99, 1), (0.86, 1)], 1.3)
        polygon([(0.72, 0.66), (1, 0.60), (1, 1), (0.72, 1)], 1.0)
        polygon([(0.10, 0.1), (0.15, 0.1), (0.13, 0.62), (0.07, 0.62)], 1.2)
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.0), np.uint8)

    def _state(self, moment: Moment) -> FaceState:
        sampler = self.studio.sampler
        weights = np.zeros(sampler.count, np.float32)
        sampler.apply(weights, {**YAWN, "jawOpen": (1.2, 1.4)}, moment.yawn)
        sampler.apply(weights, RECIPES["happiness"][0], moment.smile)
        jaw, rounded, stretched = moment.talk
        weights[sampler.place["jawOpen"]] += jaw
        weights[sampler.place["mouthFunnel"]] += rounded
        for side in ("L", "R"):
            weights[sampler.place[f"mouthStretch_{side}"]] += stretched
        sampler.look(weights, *moment.eyes_deg)
        return FaceState(0, weights, np.full(2, moment.openness, np.float32), moment.eyes_deg)

    def mouth_open(self, moment: Moment) -> float:
        """The truth of the mouth at a moment, without drawing it: inner-lip opening over mouth width."""
        state, model = self._state(moment), self.studio.model
        weights = model.solve_lids(self.person.identity, state.weights, state.openness)
        pose = model.pose(self.person.identity, weights, gaze_vectors(state), self.person.inflate)
        return float(pose.mouth_open)

    def frame(self, moment: Moment) -> NDArray[np.uint8]:
        """The picture (480, 640, 3) RGB of a moment."""
        canvas = self.studio.canvas(WIDTH, HEIGHT)
        aim = (self.home + self.turned @ np.array(moment.sway_cm)).astype(np.float32)
        relative = self.turned @ rotation_from_angles(*moment.head_deg)
        rotation = (rotation_of_ray(aim) @ relative).astype(np.float32)
        forward = self.turned @ rotation_from_angles(self.script.forward_yaw_deg, self.script.forward_pitch_deg, 0.0)
        upright = rotation_from_angles(self.script.forward_yaw_deg, self.script.forward_pitch_deg * 0.5, 0.0)
        torso = (self.turned @ upright).astype(np.float32)
        # A head turns about the neck's joint, 9 cm below and 6 cm behind the face's middle.
        joint = np.array([0.0, -9.0, -6.0])
        position = aim + rotation_of_ray(aim) @ (relative @ -joint - forward @ -joint) - rotation @ FACE_CENTRE * 0.3
        place = Placement(rotation, position.astype(np.float32), torso)
        gaze = gaze_vectors(FaceState(0, np.zeros(1), np.zeros(2), moment.eyes_deg))
        self.studio.begin(canvas, self.camera, self.backdrop, self.light, place.position, self.script.environment, self.exposure)
        self._seat(canvas, torso)
        if moment.present:
            glasses = self.person.glasses
            pane = pane_of(moment.mirroring, glasses) if moment.mirroring and glasses else None
            self.studio.draw_person(canvas, self.camera, self.light, self.person, self._state(moment), place, gaze, [], pane=pane)
            for gesture in hands_of(moment.holding, self.face, self.script.infrared):
                draw_gesture(canvas, np.random.default_rng(self.script.seed), gesture, self.person, place)
        colour, _ = canvas.read()
        return self._camera_faults(colour)

    def _seat(self, canvas: object, torso: Array) -> None:
        shade = np.full(3, 0.10 if self.script.infrared else 0.05, np.float32)
        axes = torso.T.astype(np.float32)
        home = self.home + torso @ np.array([0.0, 0.0, -17.0])
        rest = box(home + torso @ np.array([0, 3.0, 0]), axes * np.array([[13.0], [8.5], [4.0]]), shade, 0.05)
        back = box(home + torso @ np.array([0, -42.0, -1.0]), axes * np.array([[25.0], [32.0], [5.0]]), shade * 0.8, 0.05)
        canvas.draw_solid(join([rest, back]))  # type: ignore[attr-defined]

    def _camera_faults(self, colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
        soft = cv2.GaussianBlur(colour, (0, 0), 0.7).astype(np.float32)
        if self.script.infrared:
            soft = np.repeat(soft.mean(2, keepdims=True), 3, 2)
        noise = self._noise.normal(0, 1.5 if not self.script.infrared else 2.0, (HEIGHT // 2, WIDTH // 2)).astype(np.float32)
        soft += cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)[..., None]
        return np.clip(soft, 0, 255).astype(np.uint8)


def dressed_as_told(person: Person, script: Script) -> Person:
    """The person in what the script says, and nothing else. Raises ScriptError if they have no such thing."""
    if "glasses" not in script.wears:
        person = replace(person, glasses=None)
    elif person.glasses is None or "sunglasses" in person.flags:
        raise ScriptError(f"{script.title}: wears: glasses: driver {script.person_seed} has none with seed {script.seed}")
    else:
        person = replace(person, glasses=bent_as_the_frame(person.glasses))
    return person if "hat" in script.wears else replace(person, worn=())


def vehicle_trace(timeline: Timeline) -> list[dict[str, object]]:
    """Vehicle states ten times a second."""
    count = round(timeline.script.duration_s / VEHICLE_PERIOD_S) + 1
    return [
        {
            "topic": "vehicle",
            "t": round(k * VEHICLE_PERIOD_S, 3),
            "speed_kph": round(timeline.speed_kph(k * VEHICLE_PERIOD_S), 1),
            "turn_signal": "off", "steering_deg": 0.0, "gear": "D", "assist_active": False,
        }
        for k in range(count)
    ]  # fmt: skip


def write_records(timeline: Timeline, path: Path) -> None:
    """The vehicle trace and the labels as JSON lines, by time."""
    records = sorted([*vehicle_trace(timeline), *timeline.labels()], key=lambda record: float(str(record["t"])))
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def open_encoder(path: Path, fps: float, quality: int) -> subprocess.Popen[bytes]:
    """ffmpeg writing H.264 from raw RGB frames on its standard input."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise EncoderMissingError("ffmpeg: not found; it writes the video (Debian package ffmpeg)")
    command = [
        program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", f"{fps:g}",
        "-i", "-", "-c:v", "libx264", "-preset", "medium", "-crf", str(quality), "-g", "50", "-pix_fmt", "yuv420p",
        "-movflags", "+faststart", str(path),
    ]  # fmt: skip
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def render_drive(script: Script, assets: Path, out: Path, quality: int = 24) -> None:
    """Write OUT.mp4 and OUT.jsonl, and OUT_second.mp4 where the script has a second camera; progress on standard error."""
    timeline, studio = Timeline(script), Studio(assets, create_context())
    out.parent.mkdir(parents=True, exist_ok=True)
    write_records(timeline, out.with_suffix(".jsonl"))
    _film(DriveRenderer(studio, script), timeline, out.with_suffix(".mp4"), quality)
    if script.second_camera is not None:
        second = DriveRenderer(studio, script, script.second_camera)
        _film(second, timeline, out.with_name(f"{out.name}_second.mp4"), quality)


def _film(renderer: DriveRenderer, timeline: Timeline, video: Path, quality: int) -> None:
    script = timeline.script
    encoder = open_encoder(video, script.fps, quality)
    assert encoder.stdin is not None
    frames = round(script.duration_s * script.fps)
    start = time.monotonic()
    for index in range(frames):
        encoder.stdin.write(renderer.frame(timeline.at(index / script.fps)).tobytes())
        if index % 100 == 99:
            rate = (index + 1) / (time.monotonic() - start)
            sys.stderr.write(f"{video.name}: {index + 1}/{frames} frames, {(frames - index - 1) / rate:.0f} s left\n")
    encoder.stdin.close()
    if encoder.wait() != 0:
        raise RuntimeError(f"{video}: ffmpeg failed with exit code {encoder.returncode}")
