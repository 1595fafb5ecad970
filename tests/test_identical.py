"""Whoever drives, subscribes or writes rules meets the same dms as before, to the byte; and a change would be noticed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.identical.commands import ROOT, Ran
from tools.identical.drives import seen_drives
from tools.identical.manifest import Manifest, Output, differences
from tools.identical.normal import normal
from tools.identical.quick import PARTS

QUICK = ROOT / "tests" / "data" / "identical" / "quick.json"
DRIVE, OUTPUT = "day_colour.jsonl", "alerts/day_colour/default"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", PARTS)
def test_nothing_that_the_outside_world_sees_has_changed(part: str) -> None:
    check = [sys.executable, "-m", "tools.identical", "check", "--part", part]
    checked = subprocess.run(check, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_output_belongs_to_one_part() -> None:
    kept = Manifest.read(QUICK).hashes
    assert {name: sum(part.holds(name) for part in PARTS.values()) for name in kept} == dict.fromkeys(kept, 1)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("written", "instead", "noticed"),
    [
        ("title: Everyday driving", "title: Everyday driving", ()),
        ("# [S1] Euro NCAP: 3 to 4 s", "# a remark of no consequence", ()),
        ("{level: warning, after_s: 3.0}     # [S1]", "{level: warning, after_s: 3.2}     # [S1]", ('"t":39.05', '"t":39.25')),
        ("{level: urgent, after_s: 1.5}", "{level: urgent, after_s: 1.6}", ('"t":59.6', '"t":59.7')),
    ],
)
def test_an_alert_that_comes_a_fifth_of_a_second_later_is_noticed(
    tmp_path: Path, written: str, instead: str, noticed: Sequence[str]
) -> None:
    text = (ROOT / "rules" / "default.yaml").read_text()
    assert written in text
    (tmp_path / "default.yaml").write_text(text.replace(written, instead))
    seen_drives(tmp_path)
    found = list(differences(_kept(OUTPUT), Manifest.of([_alerts(tmp_path)], "this machine")))
    assert len(found) == (1 if noticed else 0)
    for difference in found:
        assert difference.startswith(f"{OUTPUT}: differs, first in line ")
        before, now = difference.splitlines()[-2:]
        assert noticed[0] in before
        assert noticed[1] in now


def test_what_is_missing_new_or_was_not_kept_is_named() -> None:
    old = Manifest.of([Output("gone", "a"), Output("changed", "a\nb"), Output("same", "a"), Output("page", "long")], "here")
    old = Manifest(old.machine, old.hashes, old.of_pictures, {"changed": "a\nb"})
    new = Manifest.of([Output("come", "a"), Output("changed", "a\nc"), Output("same", "a"), Output("page", "longer")], "here")
    assert list(differences(old, new)) == [
        "changed: differs, first in line 2:\n    old: b\n    new: c",
        "come: is new",
        "gone: is no more",
        "page: differs (its text was not kept)",
    ]


def test_what_pictures_have_been_through_is_compared_on_the_same_machine_only() -> None:
    old = Manifest.of([Output("seen", "0.93", of_pictures=True), Output("decided", "yes")], "here")
    for machine, found in (("here", ["decided", "seen"]), ("elsewhere", ["decided"])):
        new = Manifest.of([Output("seen", "0.94", of_pictures=True), Output("decided", "no")], machine)
        assert [difference.partition(":")[0] for difference in differences(old, new)] == found


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = Manifest.of([Output("seen", "a\nb", of_pictures=True), Output("decided", "é")], "here")
    written.write(tmp_path / "all.json", with_texts=True)
    assert Manifest.read(tmp_path / "all.json") == written


def _kept(name: str) -> Manifest:
    kept = Manifest.read(QUICK)
    return Manifest("this machine", {name: kept.hashes[name]}, frozenset(), {name: kept.texts[name]})


def _alerts(folder: Path) -> Output:
    """As `dms` itself says them."""
    command = [
        str(Path(sys.executable).with_name("dms")),
        "replay",
        DRIVE,
        "--rules",
        "./default.yaml",
        "--jsonl",
        "-",
        "--quiet",
    ]
    ran = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    return Output(OUTPUT, normal(Ran(ran.returncode, ran.stdout, ran.stderr).text, folder))
