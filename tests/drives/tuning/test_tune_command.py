"""`dms tune` as a tuner meets it: a folder of drives in, a pack and a verdict out, and one message when it cannot be."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dms.cli.app import main
from dms.decision.pack_loader import load_pack
from dms.drives.tuning.candidates import changes_of
from dms.drives.tuning.space import space_path
from tests.drives.drive_making import write_jsonl
from tests.drives.tuning.tuning_ground import PACK, SPACE, a_drive, opened, some_workers, write_drives, write_pack_and_space

AFTER = "rules.turned.ladder.advisory.after_s"


def dms(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """Run the command; the exit code."""
    monkeypatch.setattr(sys, "argv", ["dms", *(str(word) for word in words)])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a pack, a space and the drives of four drivers."""
    write_pack_and_space(tmp_path)
    write_drives(tmp_path / "drives")
    return tmp_path


def tune(folder: Path, *more: object) -> list[object]:
    words: list[object] = ["tune", folder / "drives", "--rules", folder / "story.yaml", "--space", folder / "space.yaml"]
    return [*words, "--out", folder / "out", "--cues", folder / "cues", "--processes", 1, "--trials", 8, *more]


def test_a_search_writes_a_pack_that_spares_the_drivers_a_false_alarm_and_says_that_it_holds(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "space.yaml").write_text(
        f"tunes: story\nobjectives: [misses, false_alarms]\nparameters:\n  {AFTER}: {{from: 1.0, to: 4.0, step: 0.25}}\n"
    )
    assert dms(monkeypatch, *tune(folder, "--trials", 16, "--seed", 1)) == 0
    text = capsys.readouterr().out
    assert "tune on   3 drives" in text
    assert "hold out  1 drive" in text
    assert "+pack: story-tuned" in text
    assert "(tuned, was" in text or "# tuned, was" in text
    result = json.loads((folder / "out" / "result.json").read_text())
    assert result["unchanged"]["tuning"]["false_alarms"] == 3
    assert len(result["held_out_drivers"]) == 1
    taken = result["front"][result["taken"] - 1]
    assert taken["same_as_in_the_search"]
    assert taken["tuning"]["false_alarms"] < 3
    assert taken["tuning"]["misses"] <= result["unchanged"]["tuning"]["misses"]
    assert [verdict["objective"] for verdict in result["verdicts"]] == ["misses", "false_alarms"]
    tuned = load_pack(str(folder / "out" / "story-tuned.yaml"))
    assert tuned.file.rules["turned"] != load_pack(str(folder / "story.yaml")).file.rules["turned"]


def test_the_same_command_goes_on_but_replaces_nothing_unasked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dms(monkeypatch, *tune(folder)) == 0
    before = (folder / "out" / "result.json").read_bytes()
    assert dms(monkeypatch, *tune(folder)) == 2
    assert "there already; --force replaces results, --out chooses another folder" in capsys.readouterr().err
    assert dms(monkeypatch, *tune(folder, "--force")) == 0
    assert "8 trials, 8 of them earlier" in capsys.readouterr().out
    assert (folder / "out" / "result.json").read_bytes() == before
    (folder / "space.yaml").write_text(SPACE.replace("to: 4.0", "to: 3.5"))
    assert dms(monkeypatch, *tune(folder, "--force")) == 2
    assert "holds a search with another search space" in capsys.readouterr().err


def test_the_result_does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    original, space = opened(tmp_path)
    paths = write_drives(tmp_path / "drives", 3)
    packs = [changes_of(space, {AFTER: after_s}) for after_s in (1.0, 2.0, 3.0)]
    found = []
    for processes in (1, 2):
        with some_workers(tmp_path, original, space, paths, processes) as workers:
            prepared = {one.drive.path: one.unchanged for one in workers.prepare()}
            workers.share_out(paths)
            found.append((prepared, workers.quick(packs, paths), workers.whole(packs, paths)))
    assert found[0] == found[1]
    _, quick, whole = found[0]
    assert [[len(drive.matching.unexpected) for drive in side] for side in quick] == [[1, 1, 1], [1, 1, 1], [0, 0, 0]]
    assert [[drive.matching.missed for drive in side] for side in quick] == [
        [drive.matching.missed for drive in side] for side in whole
    ]


def test_what_does_not_fit_in_memory_is_built_for_each_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original, space = opened(tmp_path)
    paths = write_drives(tmp_path / "drives", 2)
    packs = [changes_of(space, {AFTER: 3.0})]
    found = []
    for most in (10**9, 0):
        monkeypatch.setattr("dms.drives.tuning.bench.MOST_MOMENTS_KEPT", most)
        with some_workers(tmp_path, original, space, paths) as workers:
            assert len(list(workers.prepare())) == 2
            workers.share_out(paths)
            found.append(workers.quick(packs, paths))
    assert found[0] == found[1]


def test_a_sweep_draws_the_curve_and_needs_no_optuna(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert dms(monkeypatch, *tune(folder, "--sweep", f"{AFTER}=1:4:4")) == 0
    text = capsys.readouterr().out
    assert "4 drives" in text
    assert "now" in text
    rows = list(csv.DictReader((folder / "out" / f"sweep-{AFTER}.csv").read_text().splitlines()))
    assert [float(row[AFTER]) for row in rows] == [1.0, 2.0, 3.0, 4.0]
    assert [row["false_alarms"] for row in rows] == ["4", "4", "0", "0"]
    assert [row["misses"] for row in rows] == ["0", "0", "0", "4"]
    assert (folder / "out" / f"sweep-{AFTER}.svg").read_text().startswith("<svg")
    assert dms(monkeypatch, *tune(folder, "--sweep", f"{AFTER}=1:4:4")) == 2
    assert "there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (["--space", "missing.yaml"], 78, "missing.yaml: no such search space"),
        (["--rules", "defalt"], 78, "no rule pack is called 'defalt'; did you mean 'default'"),
        (["--sampler", "random"], 2, "--sampler random; known: nsga2, tpe"),
        (["--choose", "bettr"], 2, "--choose bettr; did you mean 'better'"),
        (["--sweep", "rules.turned.ladder.advisory.aftr_s"], 2, "did you mean 'rules.turned.ladder.advisory.after_s'"),
        (["--sweep", f"{AFTER}=4:1"], 2, "LOW must be less than HIGH"),
        (["--sweep", f"{AFTER}=one:two"], 2, "LOW:HIGH:COUNT is wanted"),
        (["--sweep", "rules.turned.clear.for_s"], 2, "from where to where? The space does not say"),
        (["--sweep", f"{AFTER}=-1:2:3"], 78, "should be greater than or equal to 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_one_line_before_any_drive_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: list[str], code: int, message: str
) -> None:
    assert dms(monkeypatch, *tune(folder, *more)) == code
    error = capsys.readouterr().err
    assert message in error
    assert len(error.strip().splitlines()) == 1
    assert not (folder / "cues").exists()


def test_drives_without_labels_or_of_one_driver_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (folder / "drives").iterdir():
        path.unlink()
    for number in range(2):
        write_jsonl(folder / "drives" / f"driver1-{number}.jsonl", iter(a_drive(number, labelled=False)))
    assert dms(monkeypatch, *tune(folder)) == 1
    assert "no labels: nothing to tune by" in capsys.readouterr().err
    write_jsonl(folder / "drives" / "driver1-0.jsonl", iter(a_drive(0)))
    assert dms(monkeypatch, *tune(folder)) == 1
    assert "all drives are of one driver (driver1): nothing can be held out" in capsys.readouterr().err
    assert dms(monkeypatch, *tune(folder, "--no-holdout")) == 0
    assert "nothing was held out: whether this holds for other drivers is not known" in capsys.readouterr().out
    (folder / "drives" / "driver1-0.labels.csv").write_text("t,end,kind\n900,950,distraction.head_away\n")
    assert dms(monkeypatch, *tune(folder, "--no-holdout", "--force")) == 1
    assert "lies outside the drive" in capsys.readouterr().err


def test_labels_of_kinds_that_the_pack_does_not_know_are_no_ground(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "story.yaml").write_text(
        PACK.replace("distraction.head_away", "distraction.long").replace("fatigue.microsleep", "fatigue.sleep")
    )
    assert dms(monkeypatch, *tune(folder)) == 1
    assert "has no rule for the kinds that are labelled: distraction.head_away, fatigue.microsleep" in capsys.readouterr().err


def test_tuning_loads_no_network_library(folder: Path) -> None:
    words = [str(word) for word in tune(folder, "--sweep", f"{AFTER}=1:4:2")]
    program = f"""
import sys
sys.argv = {["dms", *words]!r}
from dms.cli.app import main
try:
    main()
except SystemExit:
    pass
print("loaded:", sorted({{"torch", "onnxruntime", "cv2", "optuna"}} & set(sys.modules)))
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip().splitlines()[-1] == "loaded: []"


def test_a_search_that_is_killed_leaves_no_process_behind(folder: Path) -> None:
    program = f"""
import sys, time
from pathlib import Path
from tests.drives.tuning.tuning_ground import opened, some_workers
if __name__ == "__main__":
    folder = Path({str(folder)!r})
    original, space = opened(folder)
    paths = sorted((folder / "drives").iterdir())[:2]
    with some_workers(folder, original, space, paths, 2) as workers:
        list(workers.prepare())
        print(*(pid for pool in workers._crew._pools for pid in pool._processes), flush=True)
        time.sleep(600)
"""
    script = folder / "search.py"
    script.write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment) as search:
        assert search.stdout is not None
        workers = [int(pid) for pid in search.stdout.readline().split()]
        search.kill()
        search.wait()
    assert len(workers) == 2
    while any(is_running(pid) for pid in workers):
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_search_that_is_interrupted_says_how_to_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dms.drives.tuning.tuning.run_search", interrupted)
    assert dms(monkeypatch, *tune(folder)) == 1
    assert "study.sqlite, and the same command goes on" in capsys.readouterr().err
    monkeypatch.undo()
    assert dms(monkeypatch, *tune(folder)) == 0


def test_a_space_is_checked_like_a_pack(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = str(space_path("default"))
    monkeypatch.setattr(sys, "argv", ["dms", "check", shipped])
    with pytest.raises(SystemExit) as caught:
        main()
    assert not caught.value.code
    assert f"{shipped}: search space for pack 'default', 12 numbers" in capsys.readouterr().out
    (folder / "bad.yaml").write_text("tunes: default\nparameters:\n  rules.long_glanc.gap_tolerance_s: {from: 0.05, to: 0.15}\n")
    assert dms(monkeypatch, "check", folder / "bad.yaml") == 78
    assert "bad.yaml:3: parameters.rules.long_glanc.gap_tolerance_s: no number of pack default" in capsys.readouterr().err
