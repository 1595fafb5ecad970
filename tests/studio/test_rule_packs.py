"""Packs that are opened and saved by the page of rules: what is written where, and what is never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from dms.config.shipped import rules_folder
from dms.decision.pack_loader import load_pack
from dms.errors import ConfigurationError
from dms.studio.rules.moved import Moved
from dms.studio.rules.packs import Packs, Saved
from tests.drives.drive_making import PACK

AFTER = "rules.turned.ladder.advisory.after_s"
COMMENTED = PACK.replace("after_s: 2.0}", "after_s: 2.0}   # [D] two seconds")
NAMES_THAT_ARE_NONE = ["../night", "/tmp/night", "night.yaml", "a/b", "..", "", "Night", "night\0", "-x", "n" * 65]


class Desk:
    """A folder with the pack `story`, opened, with one number moved."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "story.yaml"
        self.file.write_text(COMMENTED)
        self.packs = Packs([folder], self.file)

    @property
    def moved(self) -> Moved:
        return self.packs.open("0/story").moved({AFTER: 3.5})

    def save(self, name: str = "night", replaces: str | None = None, *, place: int = 0, moved: Moved | None = None) -> Saved:
        return self.packs.save("0/story", moved or self.moved, place, name, replaces, write=True)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_pack_is_saved_with_its_comments_and_says_what_it_was(desk: Desk) -> None:
    before = desk.file.read_text()
    saved = desk.save()
    text = saved.path.read_text()
    assert text.splitlines()[0] == "# Made from story in the studio: 1 of its numbers moved."
    assert "      - {level: advisory, after_s: 3.5}   # [D] two seconds (moved, was 2.0)" in text.splitlines()
    assert "+      - {level: advisory, after_s: 3.5}   # [D] two seconds (moved, was 2.0)" in saved.diff
    assert load_pack(str(saved.path)).name == "night"
    assert desk.file.read_text() == before
    assert [known.identity for known in desk.packs if known.place == "0"] == ["0/night", "0/story"]


def test_looking_at_the_differences_writes_nothing(desk: Desk) -> None:
    looked = desk.packs.save("0/story", desk.moved, 0, "night", None, write=False)
    assert looked.diff
    assert not looked.path.exists()


@pytest.mark.parametrize("name", NAMES_THAT_ARE_NONE)
def test_a_name_is_a_name_and_no_path(desk: Desk, tmp_path: Path, name: str) -> None:
    there = sorted(tmp_path.parent.rglob("*.yaml"))
    with pytest.raises(ConfigurationError, match="name"):
        desk.save(name)
    assert sorted(tmp_path.parent.rglob("*.yaml")) == there


def test_packs_that_ship_are_never_written(desk: Desk) -> None:
    shipped = Packs([rules_folder()], desk.file)
    before = (rules_folder() / "default.yaml").read_bytes()
    moved = shipped.open("shipped/default").moved({"rules.long_glance.ladder.warning.after_s": 2.5})
    for packs, name in ((shipped, "night"), (shipped, "default"), (desk.packs, "default")):
        with pytest.raises(ConfigurationError, match="never replaced"):
            packs.save("shipped/default", moved, 0, name, None, write=True)
    with pytest.raises(ConfigurationError, match="no such folder"):
        desk.save(place=1)
    assert (rules_folder() / "default.yaml").read_bytes() == before
    assert not (rules_folder() / "night.yaml").exists()


def test_a_pack_of_the_same_name_is_replaced_only_by_whoever_has_seen_it(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "night.yaml").write_text(PACK)
    with pytest.raises(ConfigurationError, match="there already"):
        desk.save()
    looked = desk.packs.save("0/story", desk.moved, 0, "night", None, write=False)
    desk.save(replaces=looked.replaces)
    assert "after_s: 3.5" in (tmp_path / "night.yaml").read_text()


def test_a_pack_that_was_edited_meanwhile_is_not_written_over(desk: Desk) -> None:
    moved, opened = desk.moved, desk.packs.open("0/story")
    edited = COMMENTED.replace("title: For stories", "title: By hand, for stories")
    desk.file.write_text(edited)
    assert not desk.packs.is_as_opened("0/story", opened)
    assert desk.packs.open("0/story", opened.original.pack.sha256) is opened, "what was opened can still be tried"
    with pytest.raises(ConfigurationError, match="changed meanwhile by somebody else"):
        desk.save("story", opened.original.pack.sha256, moved=moved)
    assert desk.file.read_text() == edited
    again = desk.moved
    desk.save("story", again.opened.original.pack.sha256, moved=again)
    assert "By hand" in desk.file.read_text()
    assert "after_s: 3.5" in desk.file.read_text()


def test_a_link_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere.txt"
    other.write_text("precious")
    (tmp_path / "night.yaml").symlink_to(other)
    looked = desk.packs.save("0/story", desk.moved, 0, "night", None, write=False)
    with pytest.raises(ConfigurationError, match="a link"):
        desk.save(replaces=looked.replaces)
    assert other.read_text() == "precious"


def test_a_broken_pack_is_offered_and_says_its_line_when_it_is_opened(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(PACK.replace("after_s: 2.0", "after_s: soon"))
    (tmp_path / "limits.yaml").write_text("recall: 0.9\n")
    assert [known.name for known in desk.packs if known.place == "0"] == ["broken", "story"]
    with pytest.raises(ConfigurationError, match=r"broken\.yaml:10: rules\.turned\.ladder\.0\.after_s"):
        desk.packs.open("0/broken")
    for unknown in ("0/../story", "1/story", "shipped/none", "/etc/passwd", ""):
        with pytest.raises(ConfigurationError, match="no such pack"):
            desk.packs.open(unknown)


def test_a_pack_elsewhere_that_the_studio_was_started_with_is_offered_too(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    file = tmp_path / "elsewhere" / "story.yaml"
    file.write_text(PACK)
    packs = Packs([tmp_path / "packs"], file)
    assert packs.used == "used/story"
    moved = packs.open("used/story").moved({AFTER: 3.0})
    saved = packs.save("used/story", moved, 0, "story", None, write=True)
    assert saved.path == tmp_path / "packs" / "story.yaml", "a folder that is not there yet is made"
    assert file.read_text() == PACK
