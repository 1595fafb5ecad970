"""A rendered face written in each format and read again is the face that was rendered, as far as the format has words for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tools.datasets import shards
from tools.datasets.checks import Examined, check, examined
from tools.datasets.formats import FORMATS
from tools.datasets.problems import Collected

if TYPE_CHECKING:
    from tools.render.scene import Studio


@dataclass(frozen=True)
class Kept:
    """What a format keeps of a face, and how closely: points in pixels, grey values of the picture."""

    points_px: float | None
    rotation: bool = False
    visible: bool = False
    grey: int = 0
    people: bool = True
    place: str = ""


KEPT = {
    "coco": Kept(0.001, rotation=True, visible=True),
    "300w-lp": Kept(1e-6, rotation=True, grey=8),
    "aflw2000": Kept(1e-6, rotation=True, grey=8),
    "biwi": Kept(None, rotation=True),
    "pts": Kept(0.001, people=False),
    "wflw": Kept(0.001, grey=8, people=False),
    "label-studio": Kept(1e-6, place="tasks.json"),
    "cvat": Kept(0.001, visible=True),
}


def read_again(name: str, faces: list[Examined], folder: Path) -> list[Examined]:
    write = FORMATS[name].write
    assert write is not None
    write((face for face, _ in faces), folder)
    collected = Collected()
    found = list(collected.good_ones(examined(FORMATS[name].read(folder / KEPT[name].place, None))))
    assert collected.problems == []
    return found


def like(examined_face: Examined, faces: list[Examined]) -> Examined:
    """The one of `faces` that shows the same picture: formats sort them by name."""
    return min(faces, key=lambda each: float(np.abs(each[1].astype(int) - examined_face[1]).mean()))


def assert_same(name: str, faces: list[Examined], found: list[Examined]) -> None:
    kept = KEPT[name]
    assert len(found) == len(faces)
    for face, picture in faces:
        again, picture_again = like((face, picture), found)
        assert np.abs(picture_again.astype(int) - picture).max() <= kept.grey
        if kept.points_px is not None:
            assert again.landmarks == pytest.approx(face.landmarks, abs=kept.points_px)
        if kept.rotation:
            assert again.rotation == pytest.approx(face.rotation, abs=1e-5)
        if kept.visible:
            assert again.landmark_visible == pytest.approx(face.landmark_visible)
    if kept.people:
        assert len({face.person for face, _ in found}) == len({face.person for face, _ in faces})


def test_every_format_is_tried() -> None:
    assert set(KEPT) == {name for name, form in FORMATS.items() if form.write is not None}


@pytest.mark.parametrize("name", KEPT)
def test_a_format_gives_back_what_was_rendered(name: str, rendered: list[Examined], tmp_path: Path) -> None:
    assert_same(name, rendered, read_again(name, rendered, tmp_path / "set"))


@pytest.mark.timeout(1200)
def test_faces_drawn_just_now_come_through_every_format(studio: Studio, tmp_path: Path) -> None:
    from tools.render.dataset import Job, draw_shard, write_atomically

    job = Job(Path(), tmp_path, "face", held_out=True, pictures=2)
    write_atomically(job.path(7), draw_shard(studio, job, 7))
    collected = Collected()
    drawn = list(collected.good_ones(examined(shards.read(tmp_path))))
    assert collected.problems == []
    for name in KEPT:
        assert_same(name, drawn, read_again(name, drawn, tmp_path / name))


def test_coco_keeps_all_that_the_renderer_knows(rendered: list[Examined], tmp_path: Path) -> None:
    for (face, _), (again, _) in zip(rendered, read_again("coco", rendered, tmp_path), strict=True):
        for field in ("gaze", "openness", "eye_visible", "mouth_open", "mouth_visible"):
            assert getattr(again, field) == pytest.approx(getattr(face, field), abs=1e-4), field
        assert (again.person, again.expression, again.flags) == (face.person, face.expression, face.flags)
        assert again.place == pytest.approx(face.place, abs=0.002)


def test_coco_keeps_what_is_known_of_one_eye_alone(rendered: list[Examined], tmp_path: Path) -> None:
    face, picture = rendered[0]
    one_eye = replace(face, openness=np.array([np.nan, 0.5]), eye_visible=np.array([np.nan, 1.0]), landmark_visible=None)
    ((again, _),) = read_again("coco", [(one_eye, picture)], tmp_path)
    assert again.openness == pytest.approx([np.nan, 0.5], nan_ok=True)
    assert again.eye_visible == pytest.approx([np.nan, 1.0], nan_ok=True)


def test_a_shard_of_what_was_read_is_the_shard_that_was_rendered(rendered: list[Examined], tmp_path: Path) -> None:
    shards.write(read_again("coco", rendered, tmp_path / "coco"), tmp_path / "data", "coco")
    for (face, picture), again in zip(rendered, shards.read(tmp_path / "data"), strict=True):
        assert not isinstance(again, Exception)
        assert (np.asarray(again.picture) == picture).all()
        assert again.landmarks == pytest.approx(face.landmarks, abs=0.002)
        assert again.landmark_visible == pytest.approx(face.landmark_visible)
        assert (again.expression, again.person, again.flags) == (face.expression, face.person, face.flags)


def test_a_face_in_a_larger_picture_is_cut_out_with_its_points(rendered: list[Examined], tmp_path: Path) -> None:
    face, _ = rendered[0]
    assert face.landmarks is not None
    room = np.zeros((292, 432), np.uint8)
    moved_points = face.landmarks + np.array([200.0, 90.0])
    left, top = np.rint(moved_points[30]).astype(int)
    room[top - 1 : top + 2, left - 1 : left + 2] = 255  # all dark but for the tip of the nose
    moved = replace(face, picture=room, landmarks=moved_points, box=None)
    check(moved, room)
    shards.write([(moved, room)], tmp_path, "own")
    (again,) = shards.read(tmp_path)
    assert not isinstance(again, Exception)
    assert again.landmarks is not None
    low, high = again.landmarks.min(axis=0), again.landmarks.max(axis=0)
    assert (high - low).max() / shards.SIDE == pytest.approx(shards.FACE_SHARE, abs=0.01)
    assert (low + high) / 2 == pytest.approx(np.full(2, (shards.SIDE - 1) / 2), abs=0.5)
    bright = np.argwhere(np.asarray(again.picture) > 100)[:, ::-1]
    assert bright.mean(axis=0) == pytest.approx(again.landmarks[30], abs=1.0), "the nose is where its point is"
