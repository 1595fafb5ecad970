"""`--json`: scripts get one object, of a shape that is written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
import yaml
from typer.testing import CliRunner, Result

from dms.cli.app import app
from dms.config.cabin import load_cabin
from dms.config.settings import Settings
from dms.config.settings_schema import settings_json_schema
from dms.console.answers import (
    ANSWERS,
    CheckAnswer,
    CueList,
    DoctorAnswer,
    LabelAnswer,
    PackExplained,
    PackList,
    ReplayAnswer,
    answer_schema,
    schema_files,
)
from dms.console.answers_of_figures import ScoreAnswer
from dms.decision.cue_catalog import CUES
from dms.decision.pack_loader import load_pack, pack_names
from dms.drives.replaying.batch import Setting, replay_many
from dms.drives.scoring.matching import rule_times
from dms.drives.scoring.score import Score, drive_score
from dms.errors import UsageError
from dms.types import KSS, Label
from tests.drives.drive_making import PACK, story, write_jsonl

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs" / "schema"
Answer = TypeVar("Answer", bound=msgspec.Struct)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def answer(shape: type[Answer], *arguments: object, exit_code: int = 0) -> Answer:
    """What a command answers, which has to be of its shape and nothing else."""
    result = run(*arguments, "--json")
    assert result.exit_code == exit_code, result.output
    assert set(json.loads(result.stdout)) == {field.encode_name for field in msgspec.structs.fields(shape)}
    return msgspec.json.decode(result.stdout, type=shape)


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "drive.jsonl", story(60, turned=[(40, 44)], asleep=[(50, 51)]))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "story.yaml").write_text(PACK)
    return tmp_path / "story.yaml"


def test_a_replay_is_answered_whole(drive: Path, pack: Path) -> None:
    said = answer(ReplayAnswer, "replay", drive, "--rules", pack, "--trip", "--explain")
    assert (said.pack, said.pack_sha256) == (load_pack(str(pack)).name, load_pack(str(pack)).sha256)
    (one,) = said.drives
    assert (one.path, one.error, one.observations, one.as_recorded) == (str(drive), None, 1800, None)
    verdicts = {label.kind: label.verdict for label in one.labels}
    assert verdicts["distraction.head_away"] == "raised"
    assert verdicts["fatigue.microsleep"] == "too short"
    raised = next(label for label in one.labels if label.verdict == "raised")
    assert raised.raised_t == one.alerts[0].t
    assert one.trip is not None
    assert any(entry.subject == "label" for entry in one.timeline or ())


def test_a_drive_that_cannot_be_read_is_in_the_answer_and_the_others_as_well(drive: Path, pack: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text("no drive\n")
    said = answer(ReplayAnswer, "replay", broken, drive, "--rules", pack, "--processes", 1, exit_code=1)
    assert [one.path for one in said.drives] == [str(broken), str(drive)]
    assert f"{broken}:1" in (said.drives[0].error or "")
    assert said.drives[1].alerts


def test_a_score_is_answered_in_the_figures_that_are_declared_and_in_no_other(drive: Path, pack: Path, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "driver02.jsonl", iter([*story(60, asleep=[(50, 51)]), Label(10.0, 15.0, KSS, "", 9.0)]))
    whole = score_of([drive, tmp_path / "driver02.jsonl"], pack)
    said = answer(ScoreAnswer, "score", drive, tmp_path / "driver02.jsonl", "--rules", pack, "--processes", 1)
    loaded = load_pack(str(pack))
    besides = {"pack": loaded.name, "pack_sha256": loaded.sha256, "broken_limits": []}
    assert json.loads(msgspec.json.encode(said)) == json.loads(json.dumps(whole.as_dict())) | besides
    assert (said.drives, set(said.drivers)) == (2, {"drive", "driver02"})
    assert said.ddaw_sensitivity is not None
    assert said.kinds[-1].kind == "all"
    assert said.cannot_meet[0].reason == "over before the pack's own time"


def score_of(drives: list[Path], pack: Path) -> Score:
    setting = Setting(load_pack(str(pack)), load_cabin("left_hand_drive"), None, availability=True)
    times = rule_times(setting.pack)
    outcomes = replay_many(drives, setting, processes=1)
    return Score(tuple(drive_score(one.replay, one.availability, times) for one in outcomes if one.replay and one.availability))


def test_standard_output_is_for_one_of_two_things(drive: Path) -> None:
    assert isinstance(run("replay", drive, "--json", "--jsonl", "-").exception, UsageError)


def test_labels_are_answered_as_they_are_after_a_change(drive: Path) -> None:
    assert [label.number for label in answer(LabelAnswer, "label", drive).labels] == [None, None]
    said = answer(LabelAnswer, "label", drive, "--from", 10, "--to", 12, "--kind", "fatigue.yawning", "--note", "wide")
    first = said.labels[0]
    assert (first.number, first.t, first.kind, first.note) == (1, 10.0, "fatigue.yawning", "wide")
    assert said.problems == ()
    assert 1 not in [label.number for label in answer(LabelAnswer, "label", drive, "--remove", 1).labels]


def test_a_check_names_file_and_line_of_every_problem(tmp_path: Path) -> None:
    good, bad, absent = tmp_path / "good.yaml", tmp_path / "bad.yaml", tmp_path / "absent.yaml"
    good.write_text("rules: default\n")
    bad.write_text("bus:\n  endpiont: ipc:///run/bus\ncamera: {fps: 900}\n")
    said = answer(CheckAnswer, "check", good, bad, absent, exit_code=78)
    assert not said.ok
    assert said.files[0].is_a is not None
    assert said.files[0].problems == ()
    assert [(problem.file, problem.line) for problem in said.files[1].problems] == [(str(bad), 2), (str(bad), 3)]
    assert said.files[1].problems[0].message == "bus.endpiont: unknown key; did you mean 'endpoint'?"
    assert (said.files[2].problems[0].file, said.files[2].problems[0].line) == (str(absent), None)
    assert not said.files[2].problems[0].message.startswith(str(absent))


def test_what_doctor_finds_is_answered_check_by_check(tmp_path: Path) -> None:
    config = tmp_path / "dms.yaml"
    config.write_text(f"bus: {{endpoint: ipc://{tmp_path}/bus}}\njournal: {{path: {tmp_path}/journal.db}}\n")
    said = answer(DoctorAnswer, "doctor", "--config", config)
    assert said.ok
    assert {"python", "weights", "journal", "bus"} <= {check.subject for check in said.checks}
    assert all(check.advice for check in said.checks if check.grade != "ok")


def test_packs_and_cues_are_answered_as_people_read_them() -> None:
    assert [pack.name for pack in answer(PackList, "rules", "list").packs] == pack_names()
    said = answer(PackExplained, "rules", "explain", "default")
    assert [rule.name for rule in said.rules] == list(load_pack("default").file.rules)
    assert all(rule.words for rule in said.rules)
    assert said.text + "\n" == run("rules", "explain", "default").stdout
    assert [cue.name for cue in answer(CueList, "rules", "cues").cues] == list(CUES)


def test_the_schemas_that_are_written_down_are_those_of_the_answers() -> None:
    for path, text in schema_files(SCHEMAS).items():
        assert path.read_text() == text, "write them anew: python -m dms.console.answers docs/schema"


@pytest.mark.parametrize("command", ANSWERS)
def test_a_schema_defines_everything_that_it_refers_to(command: str) -> None:
    schema = answer_schema(command)
    assert schema["title"] == f"dms {command.replace('-', ' ')} --json"
    assert references(schema) == set(schema.get("$defs", {}))


def references(part: Any) -> set[str]:
    """The names of all definitions that a part of a schema refers to."""
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    own = {part["$ref"].rpartition("/")[2]} if isinstance(part, dict) and "$ref" in part else set()
    return own.union(*map(references, parts))


def test_the_schema_of_configurations_is_written_down_and_knows_every_key() -> None:
    printed = run("check", "--schema").stdout
    assert (SCHEMAS / "configuration.schema.json").read_text() == printed, (
        "dms check --schema > docs/schema/configuration.schema.json"
    )
    schema = json.loads(printed)
    assert schema == settings_json_schema()
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert references(schema) == set(schema["$defs"])
    for key, section in yaml.safe_load((ROOT / "systemd" / "dms.yaml").read_text()).items():
        if isinstance(section, dict):
            named = references(schema["properties"][key]) & set(schema["$defs"])
            assert set(section) <= set().union(*(schema["$defs"][name]["properties"] for name in named))


def test_a_schema_is_printed_and_nothing_checked() -> None:
    assert isinstance(run("check", "--schema", "x.yaml").exception, UsageError)
