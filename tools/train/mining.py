"""Places that are mistaken for faces: the negatives from which the face network learns most.

The first round takes what the detector proposes; the second, once there is a face network, follows it through its own looks
closer, because what it must refuse in the end are the crops that it chose itself. Only training maps are searched.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dms.durable import WholeFile
from dms.perception import crops, decode
from dms.perception.crops import Crop, Picture
from dms.perception.engines import Engine, load_network
from dms.perception.manifest import load_manifest
from tools.train.backgrounds import Backgrounds

WIDTH, HEIGHT = 320, 240
LEAST_SCORE = 0.1
LOOKS = 2
KEPT_SIDE = 160
ROOM = 1.4
"""Side of what is kept over the side of the crop that the face network would see, so that crops can still be jittered."""


def mine(data: Path, hdri: Path, models: Path, second: bool, count: int = 4_000) -> Path:
    """Write `count` places, squares of 160 pixels, as `negative-0000N.npz` in `data`, N being 0 or 1 by round; a shard
    that is there already is kept."""
    path = data / f"negative-{int(second):05d}.npz"
    if path.exists():
        return path
    detector = load_network("detector", directory=models)
    face = load_network("face", directory=models) if second and "face" in load_manifest(models).networks else None
    backgrounds, rng = Backgrounds(hdri), np.random.default_rng(5 + second)
    found: list[Picture] = []
    while len(found) < count:
        picture = backgrounds.draw(rng, WIDTH, HEIGHT)
        for crop in _proposed(detector, picture):
            found += [_kept(picture, each) for each in _followed(face, picture, crop)]
    with WholeFile(path) as file, file.path.open("wb") as content:
        np.savez(content, image=np.stack(found[:count]))
    return path


def _proposed(detector: Engine, picture: Picture) -> list[Crop]:
    small, scale = crops.detector_input(picture)
    outputs = detector.run({"image": crops.normalise(small[None])})
    return [crops.face_crop_from_box(each.box) for each in decode.decode_faces(outputs, scale, LEAST_SCORE, most=3)]


def _followed(face: Engine | None, picture: Picture, crop: Crop) -> list[Crop]:
    """The crop, and those to which the face network goes from there."""
    followed = [crop]
    if face is None:
        return followed
    for _ in range(LOOKS):
        outputs = face.run({"image": crops.normalise(crops.cut(picture, followed[-1], crops.FACE_SIZE)[None])})
        landmarks = decode.decode_face(outputs, followed[-1]).landmarks
        followed.append(crops.face_crop_from_landmarks(landmarks, crops.roll_of_landmarks(landmarks)))
    return followed


def _kept(picture: Picture, crop: Crop) -> Picture:
    return crops.cut(picture, Crop(crop.center_x, crop.center_y, crop.side * ROOM, crop.roll_deg), KEPT_SIDE)
