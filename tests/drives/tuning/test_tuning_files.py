"""What tuning writes: the pack with its comments, the curve, and cues that need not be computed again."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from dms.config.cabin import load_cabin
from dms.config.yaml_loader import read_yaml
from dms.decision.pack_loader import load_pack, pack_names
from dms.drives.tuning.candidates import load_original
from dms.drives.tuning.chart import Line, Point, trade_off_svg
from dms.drives.tuning.columns import cue_names
from dms.drives.tuning.cue_files import tidy_cues
from dms.drives.tuning.cue_source import CueSource
from dms.drives.tuning.figures import Figures
from dms.drives.tuning.pack_text import difference, tuned_text
from dms.drives.tuning.parameters import parameters_of
from dms.drives.tuning.sweep import SweepPoint, grid, sweep_space, sweep_svg
from dms.errors import DriveError
from tests.drives.drive_making import story, write_jsonl
from tests.drives.tuning.tuning_ground import a_drive, opened

STORY = ("Tuned by hand,", "for a test.")


def test_a_tuned_pack_is_the_file_it_came_from_but_for_the_numbers(tmp_path: Path) -> None:
    original = load_original("default")
    known = parameters_of(original.data)
    changes = {
        known["rules.head_away.when.above"].path: 18,
        known["rules.head_away.when.until"].path: 15,
        known["rules.long_glance.ladder.warning.after_s"].path: 2.0,
    }
    text = tuned_text(original, changes, "default-tuned", STORY)
    (tmp_path / "default-tuned.yaml").write_text(text)
    assert load_pack(str(tmp_path / "default-tuned.yaml")).name == "default-tuned"
    assert text.startswith("# Tuned by hand,\n# for a test.\n#\n# The pack that runs")
    added = [line[1:] for line in difference(original.pack.path.read_text(), text, ("a", "b")) if line.startswith("+")][1:]
    body = [line for line in added if not line.startswith("#")]
    assert body[0] == "pack: default-tuned"
    assert body[1].endswith("{cue: head_away_deg, above: 18, until: 15}  # tuned, was 15 and 12")
    assert "after_s: 2.0}" in body[2]
    assert body[2].endswith("Euro NCAP: 3 to 4 s (tuned, was 3.0)")
    assert len(body) == 3


@pytest.mark.parametrize("name", pack_names())
def test_every_number_of_every_pack_can_be_replaced_on_its_own(name: str, tmp_path: Path) -> None:
    original = load_original(name)
    changes = {one.path: one.value + 1 for one in parameters_of(original.data).values()}
    text = tuned_text(original, changes, "other", STORY)
    (tmp_path / "other.yaml").write_text(text)
    after = parameters_of(read_yaml(tmp_path / "other.yaml").data)
    assert [one.value for one in after.values()] == [changes[one.path] for one in after.values()]


def test_quotes_and_comments_are_told_apart(tmp_path: Path) -> None:
    pack = (
        "pack: story\ntitle: 'No # comment'\nrules:\n  look:\n    {kind: sustained, alert: distraction.long, says: 'a # in it',\n"
        "     when: {cue: head_away_deg, above: 15}, ladder: [{level: info, after_s: 2}]}  # the end\n"
    )
    original, _ = opened(tmp_path, pack, "tunes: story\nparameters:\n  rules.look.ladder.info.after_s: {from: 1, to: 4}\n")
    text = tuned_text(original, {("rules", "look", "ladder", 0, "after_s"): 3}, "story-tuned", STORY)
    assert "after_s: 3}]}  # the end (tuned, was 2)\n" in text
    assert "title: 'No # comment'" in text


def test_the_curve_shows_every_line_and_the_pack_as_it_is() -> None:
    lines = [Line(f"second {name}", tuple(Point(x / 2, x / 20, f"{x}") for x in range(4))) for name in "ab"]
    root = ElementTree.fromstring(trade_off_svg("A <title>\n12 drives", lines, Point(1.0, 0.1, "now: 2")))
    space = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in root.iter(f"{space}text")]
    assert len(list(root.iter(f"{space}polyline"))) == 2
    assert {"A <title>", "12 drives", "second a", "second b", "now: 2", "labels missed", "false alarms per hour"} <= set(texts)
    for circle in root.iter(f"{space}circle"):
        assert 0 < float(circle.attrib["cx"]) < 860
        assert 0 < float(circle.attrib["cy"]) < 560


def test_a_curve_shows_where_another_runs_over_it_and_the_key_covers_none() -> None:
    lines = [Line(f"second {name}", tuple(Point(x / 2, x / 20, f"{x}") for x in range(4))) for name in "abc"]
    root = ElementTree.fromstring(trade_off_svg("three alike", lines, Point(1.0, 0.1, "now")))
    space = "{http://www.w3.org/2000/svg}"
    widths = [float(line.attrib["stroke-width"]) for line in root.iter(f"{space}polyline")]
    assert widths == sorted(set(widths), reverse=True)
    rightmost = max(float(circle.attrib["cx"]) + float(circle.attrib["r"]) for circle in root.iter(f"{space}circle"))
    key = [float(text.attrib["x"]) for text in root.iter(f"{space}text") if str(text.text).startswith("second")]
    assert len(key) == 3
    assert rightmost < min(key) < max(key) + 150 < float(root.attrib["width"])


def test_a_sweep_ends_where_it_was_told_to_and_its_picture_names_both_numbers(tmp_path: Path) -> None:
    after, above = "rules.turned.ladder.advisory.after_s", "rules.turned.when.above"
    original, _ = opened(tmp_path)
    space = sweep_space([f"{after}=2:4:4", f"{above}=10:20:3"], original, None)
    points = grid(space)
    assert [point[0] for point in points[:4]] == [2.0, 2.66667, 3.33333, 4.0]
    assert [point[1] for point in points[::4]] == [10, 15, 20]
    figures = Figures(labels=4, misses=1, false_alarms=2, hours=1.0)
    picture = sweep_svg(space, [SweepPoint(point, figures) for point in points], figures, "story", "4 drives")
    assert f"{after}, s along each curve; {above}, ° from curve to curve" in picture
    for at in (10, 15, 20):
        assert f"when.above {at}" in picture


def test_cues_are_computed_once_and_again_when_anything_changes(tmp_path: Path) -> None:
    original, _ = opened(tmp_path)
    drive = write_jsonl(tmp_path / "driver1.jsonl", iter(a_drive(1)))

    def source(**other: object) -> CueSource:
        setting = {
            "cabin": load_cabin(),
            "assumed_speed_kph": None,
            "folder": tmp_path / "cues",
        }
        return CueSource(**{**setting, **other})  # type: ignore[arg-type]

    first, replayed = source().cues_of(drive, original.pack)
    again, not_replayed = source().cues_of(drive, original.pack)
    assert replayed is not None
    assert not_replayed is None
    assert [*again.columns.cues()] == [*first.columns.cues()]
    assert (again.labels, again.watched_s, again.driver) == (first.labels, first.watched_s, "driver1")
    assert len(first.labels) == 2
    keys = {
        source().key(drive),
        source(assumed_speed_kph=80.0).key(drive),
        source(cabin=load_cabin("right_hand_drive")).key(drive),
    }
    write_jsonl(drive, iter(a_drive(2)))
    assert len({*keys, source().key(drive)}) == 4


def test_cues_that_were_computed_for_one_pack_serve_every_other(tmp_path: Path) -> None:
    drive = write_jsonl(tmp_path / "driver1.jsonl", iter(a_drive(1)))
    source = CueSource(load_cabin(), None, tmp_path / "cues")
    first, replayed = source.cues_of(drive, load_pack("attend"))
    assert replayed is not None
    for name in pack_names():
        found, replayed = source.cues_of(drive, load_pack(name))
        assert replayed is None
        assert tuple(found.columns.columns) == cue_names(load_pack(name))
    assert len(list((tmp_path / "cues").iterdir())) == 1
    assert "head_pitch_deg" not in first.columns.columns


def test_labels_beside_a_drive_count_though_its_cues_are_kept(tmp_path: Path) -> None:
    original, _ = opened(tmp_path)
    drive = write_jsonl(tmp_path / "driver1.jsonl", iter(a_drive(1, labelled=False)))
    source = CueSource(load_cabin(), None, tmp_path / "cues")
    assert source.cues_of(drive, original.pack)[0].labels == ()
    (tmp_path / "driver1.labels.csv").write_text("t,end,kind,note\n20.0,22.0,distraction.long,lap\n")
    assert [label.kind for label in source.cues_of(drive, original.pack)[0].labels] == ["distraction.long"]


def test_a_damaged_file_of_cues_is_computed_anew_and_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    original, _ = opened(tmp_path)
    drive = write_jsonl(tmp_path / "driver1.jsonl", iter(a_drive(1)))
    source = CueSource(load_cabin(), None, tmp_path / "cues")
    source.cues_of(drive, original.pack)
    kept = next((tmp_path / "cues").iterdir())
    kept.write_bytes(kept.read_bytes()[:1000])
    _, replayed = source.cues_of(drive, original.pack)
    assert replayed is not None
    (tmp_path / "file").write_text("in the way")
    blocked = CueSource(load_cabin(), None, tmp_path / "file" / "cues")
    with pytest.raises(DriveError, match=r"cues cannot be kept: .*--cues"):
        blocked.cues_of(drive, original.pack)


def test_cues_of_drives_that_are_gone_are_not_kept(tmp_path: Path) -> None:
    pack, source = load_pack("default"), CueSource(load_cabin(), None, tmp_path / "cues")
    here, gone, away = (tmp_path / name / f"{name}.jsonl" for name in ("here", "gone", "away"))
    for path in (here, gone, away):
        path.parent.mkdir()
        source.cues_of(write_jsonl(path, story(2.0)), pack)
    gone.unlink()
    away.parent.rename(tmp_path / "elsewhere")  # its disk was taken out
    (tmp_path / "cues" / "damaged.npz").write_bytes(b"PK")
    assert {path.name.split("-")[0] for path in tidy_cues(tmp_path / "cues")} == {"gone", "damaged.npz"}
    left = sorted((tmp_path / "cues").iterdir())
    assert [path.name.split("-")[0] for path in left] == ["away", "here"]
    os.utime(left[0], (1, 1))
    source.cues_of(here, pack)
    assert tidy_cues(tmp_path / "cues", left[1].stat().st_size) == [left[0]], "what was not used for longest goes first"
