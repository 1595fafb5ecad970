"""Shards of training pictures: seeded by (base seed, kind, shard), written atomically, resumable, any number of workers."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dms.durable import WholeFile
from tools.render.assets import Array
from tools.render.bust_picture import bust_picture
from tools.render.cabin_picture import cabin_picture
from tools.render.canvas import create_context
from tools.render.framing import BUST, SEAT
from tools.render.person import FLAG_NAMES, Person
from tools.render.pictures import Shot, eye_picture, face_picture, flag_row, scene_picture
from tools.render.scene import Studio

SHARD_PICTURES = 250
KINDS = ("face", "eye", "scene", "cabin", "bust", "seat")
HANDS_SEEN = ("face", "bust", "seat")
"""Kinds of pictures that say what is held."""
MANY_FACES = {"scene": 2, "cabin": 4}
"""Kinds of pictures with several faces, and how many at most."""
PEOPLE_SHARES = {"scene": (0.22, 0.53, 0.25), "cabin": (0.12, 0.34, 0.26, 0.16, 0.12)}
"""Of pictures with nobody, one person, two and so on."""
INFRARED_SHARES = {"cabin": 0.4, "bust": 0.35, "seat": 0.2}
FRAMINGS = {"bust": BUST, "seat": SEAT}
SHOTS_PER_PERSON = 5
BASE_SEED = 20_240_601
MESH_POINT_STEPS = 64
HELD_OUT_EVERY = 10  # identity seeds divisible by this are never used for training


@dataclass(frozen=True, slots=True)
class Job:
    """What to draw and where to put it."""

    assets: Path
    out: Path
    kind: str
    held_out: bool
    base_seed: int = BASE_SEED
    pictures: int = SHARD_PICTURES

    def path(self, shard: int) -> Path:
        """File of a shard."""
        return self.out / f"{self.kind}-{shard:05d}.npz"


def identity_seed(generator: Generator, held_out: bool) -> int:
    """An identity number: multiples of HELD_OUT_EVERY for the held-out side, all others for training."""
    number = int(generator.integers(1, 1_000_000)) * HELD_OUT_EVERY
    return number if held_out else number + int(generator.integers(1, HELD_OUT_EVERY))


class ShotStream:
    """Draws pictures of one kind one after the other, keeping a person for a few pictures."""

    def __init__(self, studio: Studio, kind: str, generator: Generator, held_out: bool) -> None:
        self.studio, self.kind, self.generator, self.held_out = studio, kind, generator, held_out
        self._people: list[Person] = []
        self._infrared = False
        self._left = 0

    def _person(self, infrared: bool) -> Person:
        seed = identity_seed(self.generator, self.held_out)
        return self.studio.person(seed, self.generator, infrared, self.held_out, close_up=self.kind == "eye")

    def next(self) -> Shot:
        """The next picture."""
        generator = self.generator
        if self._left == 0:
            self._infrared = bool(generator.random() < INFRARED_SHARES.get(self.kind, 0.22))
            self._people = [self._person(self._infrared) for _ in range(MANY_FACES.get(self.kind, 1))]
            self._left = SHOTS_PER_PERSON
        self._left -= 1
        if self.kind == "face":
            return face_picture(self.studio, generator, self._people[0], self.held_out)
        if self.kind == "eye":
            return eye_picture(self.studio, generator, self._people[0], self.held_out)
        if self.kind in FRAMINGS:
            return bust_picture(self.studio, generator, self._people[0], self.held_out, FRAMINGS[self.kind])
        shares = PEOPLE_SHARES[self.kind]
        count = int(generator.choice(len(shares), p=shares))
        people = list(self._people)
        generator.shuffle(people)
        if self.kind == "cabin":
            return cabin_picture(self.studio, generator, people[:count], self._infrared, self.held_out)
        return scene_picture(self.studio, generator, people[:count], self.held_out)


def pack(kind: str, shots: list[Shot]) -> dict[str, NDArray[np.generic]]:
    """Arrays of a shard; see tools/render/README.md."""
    if kind in MANY_FACES:
        return _pack_many(shots, MANY_FACES[kind])
    faces = [shot.faces[0] for shot in shots]
    arrays: dict[str, NDArray[np.generic]] = {
        "image": np.stack([shot.image for shot in shots]),
        "ibug": np.stack([face.landmarks for face in faces]),
        "landmark_visible": np.stack([face.landmark_visible for face in faces]),
        "rotation": np.stack([face.rotation for face in faces]).astype(np.float32),
        "position": np.stack([face.position for face in faces]).astype(np.float32),
        "field_of_view_deg": np.array([shot.field_of_view_deg for shot in shots], np.float32),
        "gaze": np.stack([face.gaze for face in faces]).astype(np.float32),
        "openness": np.stack([face.openness for face in faces]).astype(np.float32),
        "eye_visible": np.stack([face.eye_visible for face in faces]),
        "mouth_open": np.array([face.mouth_open for face in faces], np.float32),
        "mouth_visible": np.array([face.mouth_visible for face in faces]),
        "expression": np.array([shot.states[0].expression for shot in shots], np.int64),
        "face_box": np.stack([face.box for face in faces]),
        "infrared": np.array([shot.infrared for shot in shots]),
        "identity": np.array([shot.people[0].seed for shot in shots], np.int64),
        "flags": np.stack([flag_row(shot.flags) for shot in shots]),
        "flag_names": np.array(FLAG_NAMES),
        "mesh_points": _fixed_point(np.stack([face.mesh_points for face in faces])),
    }
    if kind in HANDS_SEEN:
        arrays["phone"] = np.array([shot.seen.phone for shot in shots], np.int8)
        arrays["smoking"] = np.array([shot.seen.smoking for shot in shots], np.int8)
        arrays["drinking"] = np.array([shot.seen.drinking for shot in shots], np.int8)
        arrays["held_px"] = np.array([shot.seen.centre_px or (np.nan, np.nan) for shot in shots], np.float32)
    if kind == "eye":
        arrays["side"] = np.array([shot.side for shot in shots], np.int64)
    return arrays


def _fixed_point(pixels: Array) -> NDArray[np.int16]:
    """Pixels in steps of 1/MESH_POINT_STEPS, a quarter of the room of floats."""
    return np.clip(np.rint(pixels * MESH_POINT_STEPS), -32768, 32767).astype(np.int16)


def _pack_many(shots: list[Shot], most: int) -> dict[str, NDArray[np.generic]]:
    """Pictures with up to `most` faces: those mostly inside the picture, in the order of the shot, NaN where there is none.
    The driver is the one that the shot names, or without a name the largest."""
    count = len(shots)
    height, width = shots[0].image.shape
    boxes = np.full((count, most, 4), np.nan, np.float32)
    landmarks = np.full((count, most, 68, 2), np.nan, np.float32)
    rotation = np.full((count, most, 3, 3), np.nan, np.float32)
    visible = np.zeros((count, most, 68), bool)
    driver = np.full(count, -1, np.int64)
    for row, shot in enumerate(shots):
        kept = [index for index, face in enumerate(shot.faces) if _mostly_inside(face.box, width, height)]
        for column, index in enumerate(kept):
            face = shot.faces[index]
            boxes[row, column], landmarks[row, column] = face.box, face.landmarks
            visible[row, column], rotation[row, column] = face.landmark_visible, face.rotation
        if shot.driver is not None:
            driver[row] = kept.index(shot.driver) if shot.driver in kept else -1
        elif kept:
            driver[row] = int(np.argmax([shot.faces[index].box[3] for index in kept]))
    return {
        "image": np.stack([shot.image for shot in shots]), "boxes": boxes, "ibug": landmarks, "landmark_visible": visible,
        "rotation": rotation, "driver": driver, "infrared": np.array([shot.infrared for shot in shots]),
        "field_of_view_deg": np.array([shot.field_of_view_deg for shot in shots], np.float32),
    }  # fmt: skip


def _mostly_inside(box: NDArray[np.floating], width: int, height: int) -> bool:
    """Whether at least 40 % of a face's box lies in the picture."""
    x, y, w, h = (float(v) for v in box)
    inside = max(0.0, min(x + w, width) - max(x, 0)) * max(0.0, min(y + h, height) - max(y, 0))
    return inside >= 0.4 * w * h


def write_atomically(path: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    """Write an .npz that is either whole or not there. No time stamps go in: the same arrays give the same bytes."""
    with WholeFile(path) as file, file.path.open("wb") as content:
        np.savez(content, **arrays)  # type: ignore[arg-type]


def shard_generator(job: Job, shard: int) -> Generator:
    """The random numbers of a shard, the same whoever draws it."""
    return np.random.default_rng([job.base_seed, KINDS.index(job.kind), shard, int(job.held_out)])


def draw_shard(studio: Studio, job: Job, shard: int) -> dict[str, NDArray[np.generic]]:
    """All pictures of a shard."""
    stream = ShotStream(studio, job.kind, shard_generator(job, shard), job.held_out)
    return pack(job.kind, [stream.next() for _ in range(job.pictures)])


def _work(job: Job, shards: list[int], done: object) -> None:
    os.environ["LP_NUM_THREADS"] = "1"
    import cv2

    cv2.setNumThreads(1)
    studio = Studio(job.assets, create_context())
    parent = multiprocessing.parent_process()
    for shard in shards:
        if parent is not None and not parent.is_alive():
            return  # killed: nobody would ever stop this one
        if not job.path(shard).exists():
            write_atomically(job.path(shard), draw_shard(studio, job, shard))
            done.put(shard)  # type: ignore[attr-defined]


def render_dataset(job: Job, shards: range, workers: int) -> None:
    """Draw the missing ones among `shards` with so many worker processes; progress on standard error."""
    os.environ.update(LP_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    job.out.mkdir(parents=True, exist_ok=True)
    missing = [shard for shard in shards if not job.path(shard).exists()]
    sys.stderr.write(f"{job.kind}: {len(missing)} of {len(shards)} shards to draw\n")
    if not missing:
        return
    context = multiprocessing.get_context("spawn")
    done = context.Queue()
    processes = [context.Process(target=_work, args=(job, missing[k::workers], done)) for k in range(min(workers, len(missing)))]
    start = time.monotonic()
    for process in processes:
        process.start()
    drawn = 0
    while drawn < len(missing):
        try:
            shard = done.get(timeout=2)
        except Exception as problem:
            if type(problem).__name__ != "Empty":
                raise
            if any(process.exitcode not in (None, 0) for process in processes):
                for process in processes:
                    process.terminate()
                raise RuntimeError(f"{job.kind}: a worker failed; its error is printed above") from None
            continue
        drawn += 1
        rate = drawn * job.pictures / (time.monotonic() - start)
        left = (len(missing) - drawn) * job.pictures / rate
        sys.stderr.write(f"{job.path(shard).name}: {drawn}/{len(missing)}, {rate:.1f} pictures/s, {left / 60:.1f} min left\n")
        sys.stderr.flush()
    for process in processes:
        process.join()
