"""Own data into training, rendered data out: the commands as their user types them."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from typer.testing import CliRunner

from dms.errors import UsageError
from tests.tools.datasets.conftest import FACES
from tools.datasets import coco
from tools.datasets.__main__ import app
from tools.datasets.checks import Examined
from tools.datasets.face import is_held_out, number_of
from tools.datasets.problems import DatasetError
from tools.train.shards import Shards

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=6)
PEOPLE = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=60)


def run(*words: str | Path) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@given(PEOPLE, PEOPLE, st.floats(0.0, 1.0))
def test_a_person_is_on_one_side_whoever_else_there_is(some: list[str], more: list[str], share: float) -> None:
    sides = {person: is_held_out(person, share) for person in some}
    assert all(is_held_out(person, share) == side for person, side in sides.items())
    assert {person: is_held_out(person, share) for person in [*more, *some]}.items() >= sides.items()


@given(st.text(max_size=12), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_larger_share_holds_out_the_same_people_and_others(person: str, first: float, second: float) -> None:
    assert not is_held_out(person, min(first, second)) or is_held_out(person, max(first, second))
    assert not is_held_out(person, 0.0)
    assert is_held_out(person, 1.0)


def test_about_the_share_that_is_asked_for_is_held_out() -> None:
    assert np.mean([is_held_out(f"person {number}", 0.1) for number in range(4000)]) == pytest.approx(0.1, abs=0.02)
    assert number_of("anna") == 3074777303797688423, "the same on every machine"


def test_own_pictures_become_shards_that_training_reads_and_nobody_is_on_both_sides(tmp_path: Path) -> None:
    faces, data = tmp_path / "faces", tmp_path / "data"
    run("export", "--shards", FACES, "--out", faces, "--format", "300w-lp")
    said = run("shards", "300w-lp", faces, "--out", data, "--heldout-share", "0.5")
    training, held_out = Shards(data, "face"), Shards(data / "heldout", "face")
    assert len(training) + len(held_out) == 3
    people = [{str(side.sample(row)["person"]) for row in range(len(side))} for side in (training, held_out)]
    assert people[0] & people[1] == set()
    assert f"{len(training)} faces of {len(people[0])} people to train with" in said
    for row in range(len(training)):
        sample = training.sample(row)
        assert np.isfinite(sample["landmarks"]).all()
        assert np.isnan(sample["openness"]).all()
        assert sample["expression"] == -1


@settings(max_examples=8, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=10), st.floats(0.0, 1.0))
def test_whoever_they_are_nobody_is_on_both_sides_and_nobody_is_lost(
    rendered: list[Examined], tmp_path_factory: pytest.TempPathFactory, names: list[str], share: float
) -> None:
    folder = tmp_path_factory.mktemp("people")
    coco.write((replace(rendered[0][0], person=name) for name in [*names, *names]), folder / "set")
    run("shards", "coco", folder / "set", "--out", folder / "data", "--heldout-share", str(share))
    training, held_out = (Shards(side, "face") for side in (folder / "data", folder / "data" / "heldout"))
    people = [{str(side.sample(row)["person"]) for row in range(len(side))} for side in (training, held_out)]
    assert people[0] & people[1] == set()
    assert people[0] | people[1] == set(names)
    assert len(training) + len(held_out) == 2 * len(names)


def test_a_bad_label_stops_all_unless_it_may_be_left_out_and_is_named_either_way(tmp_path: Path) -> None:
    faces, data = tmp_path / "faces", tmp_path / "data"
    run("export", "--shards", FACES, "--out", faces, "--format", "pts")
    bad = sorted(faces.glob("*.pts"))[0]
    bad.write_text("nothing")
    with pytest.raises(DatasetError, match=r"1 of 3 labels cannot be used:\n.*pts: 0 points, expected 68"):
        run("shards", "pts", faces, "--out", data)
    assert not data.exists()
    said = run("shards", "pts", faces, "--out", data, "--leave-out-bad")
    assert f"left out 1:\n{bad}: 0 points, expected 68" in said
    assert len(Shards(data, "face")) == 2
    for path in faces.glob("*.pts"):
        path.write_text("nothing")
    with pytest.raises(DatasetError, match="3 of 3 labels cannot be used"):
        run("shards", "pts", faces, "--out", tmp_path / "more", "--leave-out-bad")


def test_shards_of_an_earlier_run_are_not_mixed_with_those_of_another_split(tmp_path: Path) -> None:
    run("shards", "rendered", FACES, "--out", tmp_path, "--heldout-share", "1")
    with pytest.raises(UsageError, match=r"heldout: holds shards of rendered already"):
        run("shards", "rendered", FACES, "--out", tmp_path)


def test_the_exported_set_is_one_that_pycocotools_loads(tmp_path: Path, rendered: list[Examined]) -> None:
    said = run("export", "--shards", FACES, "--out", tmp_path / "set")
    assert said.strip() == f"{tmp_path / 'set'}: 3 faces of 2 people as coco"
    with contextlib.redirect_stdout(io.StringIO()):
        loaded = COCO(str(tmp_path / "set" / "annotations.json"))
    assert len(loaded.getAnnIds()) == 3
    annotation = loaded.loadAnns(loaded.getAnnIds())[0]
    face = rendered[0][0]
    assert face.landmarks is not None
    assert annotation["num_keypoints"] == 68
    assert annotation["keypoints"][:2] == pytest.approx(face.landmarks[0] + 0.5, abs=1e-3), "from the corner"
    assert annotation["yaw_pitch_roll_deg"] == pytest.approx(face.angles_deg, abs=0.01)
    assert annotation["expression"] == face.expression
    assert annotation["openness"] == pytest.approx(face.openness, abs=1e-4)
    assert (tmp_path / "set" / "images" / loaded.loadImgs(1)[0]["file_name"]).is_file()


def test_the_data_sheet_counts_what_was_exported(tmp_path: Path, rendered: list[Examined]) -> None:
    run("export", "--shards", FACES, "--out", tmp_path / "set")
    text = (tmp_path / "set" / "DATASHEET.md").read_text()
    openness = np.array([face.openness for face, _ in rendered])
    shown = np.mean([face.landmark_visible for face, _ in rendered])
    for line in (
        "| faces, one a picture | 3 |",
        "| people | 2 |",
        "| pixels | 192x192 (3) |",
        f"| eyes less than 0.2 open | {(openness < 0.2).mean():.1%} |",
        f"| landmarks that show | {shown:.1%} |",
    ):
        assert line in text
    assert "No picture shows a real person" in text


def test_converted_faces_are_not_called_rendered(tmp_path: Path) -> None:
    run("export", "--shards", FACES, "--out", tmp_path / "coco")
    path = tmp_path / "coco" / "annotations.json"
    path.write_text(path.read_text().replace('"person":"rendered-', '"person":"'))
    assert all("rendered" not in each["person"] for each in json.loads(path.read_text())["annotations"])
    run("shards", "coco", tmp_path / "coco", "--out", tmp_path / "data")
    run("export", "--shards", tmp_path / "data", "--out", tmp_path / "again")
    text = (tmp_path / "again" / "DATASHEET.md").read_text()
    assert "Not all of these faces were\nrendered" in text
    assert "No picture shows a real person" not in text


def test_an_export_does_not_mix_with_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear anna")
    with pytest.raises(UsageError, match="not empty"):
        run("export", "--shards", FACES, "--out", tmp_path)
    with pytest.raises(UsageError, match=r"'jpeg' is none of 300w-lp, aflw2000, biwi"):
        run("shards", "jpeg", tmp_path, "--out", tmp_path / "data")


def test_what_was_read_can_be_looked_at(tmp_path: Path) -> None:
    from tools.picture_files import read_picture

    run("look", "rendered", FACES, "-o", tmp_path / "sheet.png")
    sheet = read_picture(tmp_path / "sheet.png")
    assert sheet.shape == (256, 768, 3)
    blue = (sheet[:256, :256] == (255, 0, 0)).all(axis=2)
    nose = np.argwhere(blue).mean(axis=0)
    assert nose[1] > 120, "the first head is turned to the picture's right, and so is what points out of its face"
