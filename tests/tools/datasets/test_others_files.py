"""Files as the tools and data sets themselves write them, beyond what our own writers do."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dms.capture.opencv import cv2
from tools.datasets import coco, cvat, files, label_studio, pose_para, pts
from tools.datasets.face import LabelledFace
from tools.datasets.problems import DatasetError


def one_picture(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / name), np.full((240, 320, 3), 90, np.uint8))


def good(found: Any) -> list[LabelledFace]:
    faces = list(found)
    assert [face for face in faces if isinstance(face, DatasetError)] == []
    return faces


def region(number: int, x: float, y: float, parent: str | None = None) -> dict[str, Any]:
    """A key point as Label Studio 1.x exports it."""
    return {
        "id": f"p{number}{parent}", "type": "keypointlabels", "from_name": "kp", "to_name": "img", "origin": "manual",
        "original_width": 320, "original_height": 240, "image_rotation": 0, **({"parentID": parent} if parent else {}),
        "value": {"x": x, "y": y, "width": 0.5, "keypointlabels": [str(number)]},
    }  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["/data/upload/3/0a1b2c3d-anna_01.png", "/data/local-files/?d=set%2Fanna_01.png", "https://pictures.example/set/anna_01.png"],
)
def test_two_faces_of_a_label_studio_picture_whatever_its_address(address: str, tmp_path: Path) -> None:
    one_picture(tmp_path / "images", "anna_01.png")
    box = {"id": "right", "type": "rectanglelabels", "value": {"x": 1, "y": 1, "width": 9, "rectanglelabels": ["face"]}}
    result = [box, region(31, 25.0, 50.0, "left"), region(31, 75.0, 50.0, "right"), region(9, 75.0, 80.0, "right")]
    task = {"id": 7, "data": {"image": address}, "annotations": [{"id": 1, "result": result}], "predictions": []}
    (tmp_path / "export.json").write_text(json.dumps([task]))
    left, right = good(label_studio.read(tmp_path / "export.json"))
    assert left.landmarks is not None
    assert right.landmarks is not None
    assert left.landmarks[30] == pytest.approx([79.5, 119.5]), "a quarter of the width, from the corner, lies between two pixels"
    assert right.landmarks[8] == pytest.approx([239.5, 191.5])
    assert np.isfinite(left.landmarks).all(axis=1).sum() == 1
    assert left.picture == tmp_path / "images" / "anna_01.png"


def test_a_face_of_cvat_in_one_row_of_points(tmp_path: Path) -> None:
    one_picture(tmp_path / "images", "b.png")
    points = ";".join(f"{100 + number}.00,{50 + number}.50" for number in range(68))
    (tmp_path / "annotations.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta><task><id>4</id></task></meta>'
        '<image id="0" name="b.png" width="320" height="240">'
        f'<points label="face" source="manual" occluded="0" points="{points}" z_order="0">'
        '<attribute name="expression">surprise</attribute></points></image></annotations>'
    )
    (face,) = good(cvat.read(tmp_path))
    assert face.landmarks is not None
    assert face.landmarks[0] == pytest.approx([99.5, 50.0])
    assert (face.expression, face.person) == ("surprise", "b.png")


def test_tracks_of_a_video_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "annotations.xml").write_text('<annotations><track id="0" label="face"/></annotations>')
    with pytest.raises(DatasetError, match=r"export the task as 'CVAT for images 1\.1'"):
        next(cvat.read(tmp_path))


def test_the_face_of_a_whole_body(tmp_path: Path) -> None:
    one_picture(tmp_path / "train2017", "000000000009.jpg")
    face = [value for number in range(68) for value in (100 + number, 50 + number, 0.4)]
    annotation = {
        "id": 3, "image_id": 9, "category_id": 1, "iscrowd": 0, "area": 900, "bbox": [80, 30, 150, 200], "segmentation": [],
        "keypoints": [0, 0, 0] * 17, "num_keypoints": 0, "face_kpts": face, "face_valid": True, "face_box": [100, 50, 68, 68],
        "lefthand_kpts": [0, 0, 0] * 21, "lefthand_valid": False,
    }  # fmt: skip
    content = {
        "info": {}, "licenses": [], "categories": [{"id": 1, "name": "person", "keypoints": ["nose"] * 17, "skeleton": []}],
        "images": [{"id": 9, "file_name": "000000000009.jpg", "width": 320, "height": 240, "license": 1}],
        "annotations": [annotation],
    }  # fmt: skip
    (tmp_path / "wholebody.json").write_text(json.dumps(content))
    (found,) = good(coco.read(tmp_path / "wholebody.json", tmp_path / "train2017"))
    assert found.landmarks is not None
    assert found.landmarks[0] == pytest.approx([99.5, 49.5])
    assert found.landmark_visible is None, "the third number is a confidence"


def test_all_renderings_of_a_photograph_are_one_person(tmp_path: Path) -> None:
    from scipy.io import savemat

    names = ("AFW/AFW_134212_1_0", "AFW/AFW_134212_1_12", "AFW_Flip/AFW_134212_1_3", "AFW/AFW_134212_2_0")
    for name in names:
        one_picture((tmp_path / name).parent, f"{Path(name).name}.jpg")
        savemat(
            tmp_path / f"{name}.mat", {"pt2d": np.full((2, 68), 50.0), "Pose_Para": np.zeros((1, 7)), "Shape_Para": np.ones(9)}
        )
    (tmp_path / "landmarks" / "AFW").mkdir(parents=True)
    savemat(tmp_path / "landmarks" / "AFW" / "AFW_134212_1_0_pts.mat", {"pts_2d": np.zeros((68, 2))})
    people = {str(face.picture)[len(str(tmp_path)) + 1 : -4]: face.person for face in good(pose_para.read(tmp_path))}
    assert set(people) == set(names)
    assert len({people[name] for name in names[:3]}) == 1
    assert people[names[3]] != people[names[0]], "the other face of that photograph"


def test_a_label_that_never_ends_is_not_read_whole(tmp_path: Path) -> None:
    one_picture(tmp_path, "a.png")
    (tmp_path / "a.pts").write_text("1 2\n" * (files.LARGEST_LABEL_BYTES // 4 + 1))
    (found,) = pts.read(tmp_path)
    assert isinstance(found, DatasetError)
    assert "a.pts: cannot be read: larger than" in str(found)


def test_a_pipe_and_a_link_to_nowhere_are_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        one_picture(tmp_path, f"{name}.png")
    os.mkfifo(tmp_path / "a.pts")
    (tmp_path / "b.pts").symlink_to(tmp_path / "gone.pts")
    first, second = (str(each) for each in list(pts.read(tmp_path))[:2])
    assert first == f"{tmp_path}/a.pts: cannot be read: a named pipe, not a file"
    assert second == f"{tmp_path}/b.pts: cannot be read: No such file or directory"


def test_a_label_in_another_encoding_is_named(tmp_path: Path) -> None:
    one_picture(tmp_path, "a.png")
    (tmp_path / "a.pts").write_bytes("version: 1".encode("utf-16"))
    (found,) = pts.read(tmp_path)
    assert "a.pts: not UTF-8 text" in str(found)
