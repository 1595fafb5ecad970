"""Which way a head is turned, in the words of each data set: worked out from its own definition, and looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dms.perception.head_geometry import angles_from_rotation, rotation_from_angles
from dms.perception.landmark_pose import mean_face_mm
from tools.datasets import biwi, pose_para, pts, wflw
from tools.datasets.checks import Examined
from tools.datasets.face import LabelledFace

RIGHT_EYE, LEFT_EYE, NOSE_TIP, BRIDGE = slice(36, 42), slice(42, 48), 30, 27


def seen_by_3ddfa(pose: tuple[float, float, float]) -> np.ndarray:
    """The mean face (68, 2) as 3DDFA projects it: turned, then x to the right and `height + 1 - y` downwards."""
    turned = mean_face_mm() @ pose_para.rotation_of(np.array(pose)).T
    return np.column_stack([turned[:, 0], 1000 + 1 - turned[:, 1]])


@pytest.mark.parametrize(
    ("theirs_deg", "ours_deg", "what_is_seen"),
    [
        ((20.0, 0.0, 0.0), (0.0, 20.0, 0.0), "up"),
        ((0.0, 30.0, 0.0), (-30.0, 0.0, 0.0), "to the picture's left, the person's right"),
        ((0.0, 0.0, 15.0), (0.0, 0.0, -15.0), "tipped towards the left shoulder"),
    ],
)
def test_pose_para_one_angle_at_a_time(theirs_deg: tuple, ours_deg: tuple, what_is_seen: str) -> None:
    pose = np.radians(theirs_deg)
    assert angles_from_rotation(pose_para.rotation_of(pose)) == pytest.approx(ours_deg, abs=1e-9)
    straight, turned = seen_by_3ddfa((0.0, 0.0, 0.0)), seen_by_3ddfa(tuple(pose))
    nose = (turned[NOSE_TIP] - turned[BRIDGE]) - (straight[NOSE_TIP] - straight[BRIDGE])
    eyes = turned[LEFT_EYE].mean(axis=0) - turned[RIGHT_EYE].mean(axis=0)
    match what_is_seen.split()[0]:
        case "up":
            assert nose[1] < -2
        case "to":
            assert nose[0] < -2
        case "tipped":
            assert eyes[1] > 5, "the left eye, on the picture's right, is lower"


def test_pose_para_carries_rotations_over_and_not_angles() -> None:
    found = angles_from_rotation(pose_para.rotation_of(np.radians([30.0, -60.0, 0.0])))
    assert found == pytest.approx((63.4, 14.5, -26.6), abs=0.1)


@pytest.mark.parametrize("ours_deg", [(40.0, -20.0, 15.0), (-70.0, 30.0, -25.0), (0.0, 0.0, 0.0)])
def test_pose_para_comes_back(ours_deg: tuple) -> None:
    rotation = rotation_from_angles(*ours_deg)
    assert pose_para.rotation_of(pose_para.pose_of(rotation)) == pytest.approx(rotation, abs=1e-12)


def test_a_head_before_the_kinect(tmp_path: Path, rendered: list[Examined]) -> None:
    """A head on the lens's axis, turned about the depth camera's y axis, which points down: the nose, which points to -z, goes
    to +x, the picture's right, with a negative angle."""
    turn = np.radians(-25.0)
    about_down = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    nose_towards = about_down @ (0.0, 0.0, -1.0)
    assert nose_towards[0] > 0.4, "to the picture's right, which is the person's left"
    face = written_and_read(tmp_path, about_down, np.array([0.0, 0.0, 900.0]))
    assert face.angles_deg == pytest.approx((25.0, 0.0, 0.0), abs=1e-3)
    assert face.person == "03", "sequence 15 shows the woman of sequence 3 again"
    assert face.box is not None
    x, _, width, height = face.box
    assert x + width / 2 == pytest.approx(320, abs=25)
    assert 70 < max(width, height) < 110, "a face at 90 cm"


def test_at_the_edge_of_the_picture_the_ray_is_taken_off(tmp_path: Path) -> None:
    """Somebody 40 cm to the right at 80 cm, the head parallel to the lens's axis, shows the camera the right side of the face:
    seen along the ray, it is turned to the picture's right."""
    face = written_and_read(tmp_path, np.eye(3), np.array([400.0, 0.0, 800.0]))
    assert face.angles_deg == pytest.approx((np.degrees(np.arctan2(400, 800)), 0.0, 0.0), abs=1e-3)


def written_and_read(root: Path, rotation: np.ndarray, centre_mm: np.ndarray) -> LabelledFace:
    """A frame of sequence 15 in the data set's own layout, with empty lines between the blocks."""
    folder = root / "15"
    folder.mkdir()
    rows = [" ".join(map(str, row)) for row in rotation]
    (folder / "frame_00003_pose.txt").write_text("\n".join([*rows, "", " ".join(map(str, centre_mm)), ""]))
    (folder / "rgb.cal").write_text(
        "517.679 0 320\n0 517.679 240.5\n0 0 1\n\n0 0 0 0\n\n1 0 0\n0 1 0\n0 0 1\n\n0 0 0\n\n640 480\n"
    )
    (folder / "frame_00003_rgb.png").write_bytes(b"looked at later")
    (face,) = biwi.read(root)
    assert isinstance(face, LabelledFace), face
    return face


def test_points_that_count_from_one_lie_one_pixel_further_up_and_left(tmp_path: Path, rendered: list[Examined]) -> None:
    pts.write([rendered[0][0]], tmp_path)
    (path,) = tmp_path.glob("*.pts")
    first = path.read_text().splitlines()[3]
    assert rendered[0][0].landmarks is not None
    assert [float(word) for word in first.split()] == pytest.approx(rendered[0][0].landmarks[0] + 1, abs=1e-3)


def test_wflw_names_the_right_points() -> None:
    """Chin, outer and inner corners of both eyes, corners of the mouth, by the picture of the 98 points."""
    assert wflw.OF_98[[8, 36, 39, 42, 45, 48, 54]].tolist() == [16, 60, 64, 68, 72, 76, 82]
    assert len(set(wflw.OF_98.tolist())) == 68
    without = set(range(98)) - set(wflw.OF_98.tolist())
    assert without == {*range(1, 33, 2), *range(38, 42), *range(47, 51), 62, 66, 70, 74, 96, 97}
