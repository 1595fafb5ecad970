"""Labels that cannot be used: one message that names the file and the field, and nothing that is skipped without a word."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.capture.opencv import cv2
from tests.tools.datasets.conftest import FACES
from tools.datasets import biwi, coco, cvat, label_studio, pose_para, pts, shards, wflw
from tools.datasets.checks import Examined, check, examined, grey_picture
from tools.datasets.face import LabelledFace
from tools.datasets.problems import MOST_NAMED, Collected, DatasetError


def problems(read: Callable[..., Any], path: Path) -> list[str]:
    collected = Collected()
    for _ in collected.good_ones(examined(read(path))):
        pass
    return collected.problems


def points(count: int = 68) -> np.ndarray:
    around = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.column_stack([96 + 50 * np.cos(around), 96 + 50 * np.sin(around)])


PICTURE = np.zeros((192, 192), np.uint8)
FACE = LabelledFace(source="labels: 7", picture=PICTURE, person="anna", landmarks=points())


def with_point(x: float, y: float) -> np.ndarray:
    moved = points()
    moved[11] = x, y
    return moved


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"landmarks": points(5)}, r"labels: 7: landmarks have the shape \(5, 2\), not \(68, 2\)"),
        ({"landmarks": points() + 150}, r"labels: 7: \d\d of 68 points lie outside the picture of 192x192 pixels"),
        ({"landmarks": with_point(9000.0, 5.0)}, "labels: 7: point 12 at 9000.0, 5.0 is far outside the picture of 192x192"),
        ({"landmarks": with_point(np.inf, 5.0)}, "labels: 7: point 12 is infinite"),
        ({"landmarks": None}, "labels: 7: no face is labelled"),
        ({"landmarks": np.full((68, 2), np.nan)}, "labels: 7: no face is labelled"),
        ({"landmarks": None, "box": (5.0, 5.0, 3.0, 4.0)}, "labels: 7: the face is 3.0x4.0 pixels; the least is 12"),
        ({"landmarks": None, "box": (500.0, 5.0, 30.0, 40.0)}, "labels: 7: the face's middle at 515.0, 25.0 is outside"),
        ({"rotation": 2 * np.eye(3)}, "labels: 7: not a rotation"),
        ({"rotation": np.diag([-1.0, 1.0, 1.0])}, "labels: 7: not a rotation"),
        ({"openness": np.array([0.5, 40.0])}, r"labels: 7: openness is not between 0 and 2: \[0\.5, 40\.0\]"),
        ({"gaze": np.zeros((2, 3))}, "labels: 7: gaze is not two unit vectors"),
        ({"person": "anna\0"}, r"labels: 7: 'anna\\x00' is no name of a person"),
        ({"expression": "joy"}, "labels: 7: the expression 'joy' is none of neutral, happiness"),
    ],
)
def test_a_label_that_cannot_be_true_is_told_with_its_place(wrong: dict, said: str) -> None:
    check(FACE, PICTURE)
    with pytest.raises(DatasetError, match=said):
        check(replace(FACE, **wrong), PICTURE)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (np.zeros((192, 192), np.uint16), "its pixels are uint16; a picture has uint8"),
        (np.zeros((192, 192, 4), np.uint8), "it has 4 channels; a picture has 1 or 3"),
        (np.zeros((100, 90), np.uint8), "labels: 7: labelled at 192x192, but .* has 90x100 pixels"),
        (b"GIF89a and nothing more", "not a picture that can be decoded"),
        (b"", "not a picture that can be decoded"),
    ],
)
def test_a_picture_of_another_kind_or_size_is_named(content: np.ndarray | bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    path.write_bytes(content if isinstance(content, bytes) else cv2.imencode(".png", content)[1].tobytes())
    with pytest.raises(DatasetError, match=said) as raised:
        grey_picture(replace(FACE, picture=path, size=(192, 192)))
    assert str(path) in str(raised.value)


def test_all_bad_files_are_named_up_to_a_limit(rendered: list[Examined], tmp_path: Path) -> None:
    pts.write([rendered[0][0]] * (MOST_NAMED + 5), tmp_path)
    for path in sorted(tmp_path.glob("*.pts"))[1:]:
        path.write_text("version: 1\n1 2\n")
    collected = Collected()
    assert len(list(collected.good_ones(examined(pts.read(tmp_path))))) == 1
    with pytest.raises(DatasetError) as raised:
        collected.check()
    lines = str(raised.value).splitlines()
    assert lines[0] == f"{MOST_NAMED + 4} of {MOST_NAMED + 5} labels cannot be used:"
    assert lines[-1] == "and 4 more"
    assert all("1 points, expected 68" in line for line in lines[1:-1])


def test_a_picture_or_label_alone_is_not_passed_over(rendered: list[Examined], tmp_path: Path) -> None:
    face = rendered[0][0]
    for write, read, picture, label in (
        (pts.write, pts.read, "*.png", "*.pts"),
        (pose_para.write, pose_para.read, "*.jpg", "*.mat"),
        (biwi.write, biwi.read, "*/*.png", "*/*_pose.txt"),
    ):
        folder = tmp_path / read.__module__
        write([face, rendered[2][0]], folder)
        sorted(folder.glob(picture))[0].unlink()
        sorted(folder.glob(label))[1].unlink()
        first, second = problems(read, folder)
        assert "beside it" in first or "is not there" in first
        assert "beside it" in second


def edited(path: Path, edit: Callable[[Any], None]) -> None:
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda c: c["annotations"][1].update(keypoints=[1, 2, 2]), r"annotations\[1\] \(id 2\): 1 keypoints of category 1"),
        (lambda c: c["annotations"][1].update(category_id=9), r"annotations\[1\] \(id 2\): category_id 9 is no category"),
        (lambda c: c["annotations"][1].update(image_id=99), r"annotations\[1\] \(id 2\): image_id 99 is no picture"),
        (lambda c: c["annotations"][1].update(bbox="wide"), r"annotations\[1\]: Expected `array \| null`, .* `\$\.bbox`"),
        (lambda c: c["annotations"][1].update(expression="joy"), r"annotations\[1\] \(id 2\): the expression 'joy' is none of"),
        (lambda c: c["annotations"].pop(1), r"000002\.png \(id 2\) has no annotation: no face is labelled"),
        (lambda c: c["images"][1].update(file_name="../../secret.png"), "which is outside"),
        (lambda c: c["images"][1].update(width=640), "labelled at 640x192"),
        (lambda c: c.pop("images"), "not a COCO file: .*`images`"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_coco_file_is_named(
    edit: Callable[[Any], None], said: str, rendered: list[Examined], tmp_path: Path
) -> None:
    coco.write((face for face, _ in rendered), tmp_path)
    edited(tmp_path / coco.NAME, edit)
    try:
        found = problems(coco.read, tmp_path)
    except DatasetError as error:
        found = [str(error)]
    assert any(re.search(said, each) for each in found), found
    assert all(str(tmp_path) in each for each in found)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda t: t[0]["annotations"][0]["result"][4]["value"].update(keypointlabels=["nose"]), "label nose is not one of 1"),
        (lambda t: t[0]["annotations"][0]["result"][4]["value"].update(keypointlabels=["9"]), "point 9 is labelled twice"),
        (lambda t: t[0]["annotations"][0]["result"][4].update(image_rotation=90), "turned by 90 degrees"),
        (lambda t: t[0]["annotations"][0]["result"][4].update(original_width=7), "different sizes of the picture"),
        (lambda t: t[0]["annotations"][0]["result"][4]["value"].pop("x"), "x or y is missing"),
        (lambda t: t[0]["annotations"][0].update(was_cancelled=True), "no face is labelled"),
        (lambda t: t[0]["data"].pop("image"), "data has no 'image'"),
        (lambda t: t[0].update(id="first"), r"\[0\]: Expected `int`, got `str`"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_label_studio_export_is_named(
    edit: Callable[[Any], None], said: str, rendered: list[Examined], tmp_path: Path
) -> None:
    label_studio.write((face for face, _ in rendered), tmp_path)
    path = tmp_path / "tasks.json"
    edited(path, edit)
    (found,) = problems(label_studio.read, path)
    assert re.search(said, found), found
    assert found.startswith(str(path))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('label="7" ', 'label="nose" ', "000000.png, face 1: the label 'nose' is not one of 1 to 68"),
        ("<skeleton", "<box/><!--", "not an export of CVAT"),
        ('width="192"', 'width="wide"', "width is no number: 'wide'"),
        ("<annotations>", '<!DOCTYPE a [<!ENTITY b "c">]><annotations>', "has a DOCTYPE"),
        ('<attribute name="expression">', '<attribute name="expression">un', "the expression 'un"),
    ],
)
def test_what_is_wrong_in_a_cvat_export_is_named(
    before: str, after: str, said: str, rendered: list[Examined], tmp_path: Path
) -> None:
    cvat.write((face for face, _ in rendered), tmp_path)
    path = tmp_path / cvat.NAME
    path.write_text(path.read_text().replace(before, after, 1))
    try:
        found = problems(cvat.read, tmp_path)
    except DatasetError as error:
        found = [str(error)]
    assert len(found) == 1
    assert said in found[0]
    assert str(path) in found[0]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda words: words[:-3], "204 words, not 207"),
        (lambda words: ["left", *words[1:]], "could not convert string to float: 'left'"),
        (lambda words: [*words[:200], "2", *words[201:]], "an attribute is neither 0 nor 1"),
        (lambda words: [*words[:-1], "nobody.jpg"], "nobody.jpg is not there"),
    ],
)
def test_what_is_wrong_in_a_wflw_list_is_named_with_its_line(
    edit: Callable[[list[str]], list[str]], said: str, rendered: list[Examined], tmp_path: Path
) -> None:
    wflw.write((face for face, _ in rendered), tmp_path)
    (path,) = tmp_path.rglob(wflw.LIST)
    lines = path.read_text().splitlines()
    lines[1] = " ".join(edit(lines[1].split()))
    path.write_text("\n".join(lines))
    (found,) = problems(wflw.read, tmp_path)
    assert found.startswith(f"{path}:2: ")
    assert said in found


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"pt2d": points().T}, "Pose_Para is missing"),
        ({"pt2d": points().T, "Pose_Para": np.full((1, 7), np.nan)}, "Pose_Para is not pitch, yaw and roll"),
        ({"pt2d": points(21).T, "Pose_Para": np.zeros((1, 7))}, r"pt2d has the shape \(2, 21\), not \(2, 68\)"),
        ({"pt2d": "words", "Pose_Para": np.zeros((1, 7))}, "pt2d holds no numbers"),
        (b"MATLAB 5.0 MAT-file, but for the rest", "not a .mat file that can be read"),
        (b"MATLAB 7.3".ljust(124) + b"\x00\x02IM" + bytes(400), "of Matlab 7.3"),
    ],
)
def test_what_is_wrong_in_a_mat_file_is_named(variables: dict | bytes, said: str, tmp_path: Path) -> None:
    from scipy.io import savemat

    path = tmp_path / "image00002.mat"
    cv2.imwrite(str(path.with_suffix(".jpg")), PICTURE)
    if isinstance(variables, bytes):
        path.write_bytes(variables)
    else:
        savemat(path, variables)
    (found,) = problems(pose_para.read, tmp_path)
    assert found.startswith(f"{path}: ")
    assert re.search(said, found), found


@given(st.binary(max_size=300), st.integers(0, 40))
def test_whatever_bytes_a_mat_file_has_one_error_names_it(tmp_path_factory: Any, noise: bytes, place: int) -> None:
    path = tmp_path_factory.mktemp("mat") / "a.mat"
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    path.write_bytes(header[: 128 - place] + noise)
    path.with_suffix(".jpg").write_bytes(b"")
    (found,) = problems(pose_para.read, path.parent)
    assert found.startswith(str(path))


def test_a_broken_shard_and_a_class_that_does_not_exist_are_named(tmp_path: Path) -> None:
    with np.load(FACES / "face-00000.npz") as file:
        arrays = dict(file)
    arrays["expression"][1] = 9
    np.savez(tmp_path / "face-00000.npz", **arrays)
    (tmp_path / "face-00001.npz").write_bytes(b"half a shard")
    first, second = problems(shards.read, tmp_path)
    assert first == f"{tmp_path}/face-00000.npz: picture 1: the expression 9 is none of -1 (unknown) to 7"
    assert second.startswith(f"{tmp_path}/face-00001.npz: not a shard of faces that can be read")


def test_a_folder_without_a_label_is_told_and_not_called_done(tmp_path: Path) -> None:
    collected = Collected()
    assert list(collected.good_ones(examined(pts.read(tmp_path)))) == []
    with pytest.raises(DatasetError, match="no labelled face was found"):
        collected.check()
    with pytest.raises(DatasetError, match="nowhere: not a folder"):
        next(pts.read(tmp_path / "nowhere"))
