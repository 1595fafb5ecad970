"""A kind of rule is a schema, a runner and a line in a table: with these, a pack that uses it works everywhere."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from dms.decision.rule_kinds import RULE_KINDS
from dms.wire import to_json
from tests.decision.driving_script import Script
from tests.decision.other_dms import dms_with

PACK = """\
pack: thoughts
title: A driver lost in thought
conditions:
  mirror: {cue: gaze_zone, is: mirror_left}
rules:
  staring:
    kind: stare
    alert: distraction.long
    at: head_yaw_deg
    band: 8
    suppress: [{when: mirror, reason: mirror}]
    ladder: [{level: advisory, after_s: 5}, {level: warning, after_s: 9}]
"""


def dms(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of a dms that has the new kind, in `folder`."""
    return dms_with("tests.decision.stare_kind", folder, *words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the pack is, and a drive on which the head is still for ten seconds between glances."""
    (tmp_path / "thoughts.yaml").write_text(PACK)
    script = Script(80).attentive(12).look("window_driver", 1.0).attentive(10).look("window_driver", 1.0)
    with (tmp_path / "drive.jsonl").open("wb") as file:
        file.writelines(to_json(record) + b"\n" for record in script.records())
    return tmp_path


def test_a_pack_with_it_is_explained(folder: Path) -> None:
    told = dms(folder, "rules", "explain", "thoughts.yaml")
    assert told.returncode == 0, told.stderr
    assert "  warning when head_yaw_deg stays within 8 for 9 s\n" in told.stdout
    assert 'held back (mirror) for at most 10 s each time while "mirror"' in told.stdout
    assert "ends after 1 s of the opposite" in told.stdout


def test_a_pack_with_it_is_drawn(folder: Path) -> None:
    told = dms(folder, "rules", "diagram", "thoughts.yaml")
    assert "quiet --> warning: staring 9 s still\n" in told.stdout


def test_a_drive_is_judged_by_it(folder: Path) -> None:
    told = dms(folder, "replay", "drive.jsonl", "--rules", "thoughts.yaml", "--jsonl", "-", "--quiet")
    assert told.returncode == 0, told.stderr
    alerts = [json.loads(line) for line in told.stdout.splitlines()]
    raised = [alert for alert in alerts if alert["phase"] in ("raise", "escalate") and alert["t"] > 13]
    assert [(alert["level"], alert["rule"]) for alert in raised] == [("advisory", "staring"), ("warning", "staring")]
    assert raised[1]["t"] - raised[0]["t"] == pytest.approx(4.0, abs=0.01)
    assert raised[1]["cause"]["still_s"] == pytest.approx(9.0, abs=0.05)
    assert "head_yaw_deg" in raised[1]["cause"]
    assert alerts[-1]["phase"] == "clear"


def test_mistakes_in_it_are_found_like_any_other(folder: Path) -> None:
    slips = {"bands: 8": "band: 8", "kind: stair": "kind: stare", "at: head_yaw": "at: head_yaw_deg"}
    packs = [folder / f"pack{number}.yaml" for number in range(len(slips))]
    for pack, (slip, right) in zip(packs, slips.items(), strict=True):
        pack.write_text(PACK.replace(right, slip))
    told = dms(folder, "check", *(pack.name for pack in packs))
    assert told.returncode == 78
    for pack, meant in zip(packs, ("band", "stare", "head_yaw_deg"), strict=True):
        (line,) = [
            line for line in (told.stdout + told.stderr).splitlines() if f"{pack.name}:" in line and "did you mean" in line
        ]
        assert f"did you mean '{meant}'" in line


def test_editors_complete_it(folder: Path) -> None:
    schema = json.loads(dms(folder, "rules", "schema").stdout)
    assert "StareRule" in schema["$defs"]
    kinds = schema["properties"]["rules"]["additionalProperties"]["discriminator"]["mapping"]
    assert set(kinds) == {"stare", "sustained", "cumulative", "ratio", "budget", "count"}


def test_every_kind_says_itself_by_the_word_that_packs_use() -> None:
    words = {repr(schema.model_fields["kind"].annotation) for schema in RULE_KINDS}
    assert len(words) == len(RULE_KINDS) == 5
