"""A study as others see it: who is at work on it, how far it is, how it ended, what it has found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from dms.drives.studies.at_work import AtWork, at_work_on
from dms.drives.studies.course import NAME, STUDY, Begun, Course, Ground, read_course, write_course
from dms.drives.studies.found import Found, FrontPack, Side, Sides
from dms.drives.studies.keeping import Keeping, Stopped
from dms.drives.studies.so_far import read_so_far
from dms.drives.studies.verdict_words import driver_lines
from dms.drives.tuning.figures import Figures
from dms.drives.tuning.optuna_study import BATCH, copy_of_study
from dms.errors import DriveError, UsageError
from dms.studio.studies.standing import standing_of
from tests.drives.tuning.test_tuning_study import quiet, search, tried_in

HOLD = """
import sys
from pathlib import Path
from dms.drives.studies.at_work import AtWork
with AtWork(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
GROUND = Ground(
    "story", "story.yaml", "0", "space.yaml", ("misses",), ("drives/a.jsonl",), (8, 1, 2, 0.5, 4.0, 7), ("pack story",)
)


def begun(folder: Path, **more: object) -> Begun:
    return msgspec.structs.replace(Begun(str(folder), ("drives",)), **more)


def there(folder: Path) -> None:
    """The drives of `GROUND`."""
    (folder / "drives").mkdir()
    (folder / "drives" / "a.jsonl").write_text("")


def test_the_words_that_go_on_with_a_study(tmp_path: Path) -> None:
    words = begun(tmp_path, rules="night.yaml", holdout=None, mirror=True, speed_kph=80.0).words(tmp_path / "out", force=True)
    assert words[0] == "tune"
    assert words[-2:] == ["--", "drives"], "a drive whose name begins with a hyphen is a drive"
    assert {"--rules=night.yaml", "--no-holdout", "--mirror", "--speed-kph=80.0", f"--out={tmp_path / 'out'}", "--force"} < set(
        words
    )
    assert not any(word.startswith(("--holdout", "--rotate", "--executor")) for word in words)


@pytest.mark.parametrize(
    ("done", "told_s", "now_s", "left_s"),
    [
        (40, 60.0, 60.0, 120.0),  # 20 in a minute, 40 more to come
        (40, 60.0, 90.0, 90.0),  # half a minute of that has passed since
        (40, 60.0, 999.0, 0.0),
        (20, 60.0, 60.0, None),  # those were done before
    ],
)
def test_how_long_it_goes_on(tmp_path: Path, done: int, told_s: float, now_s: float, left_s: float | None) -> None:
    course = Course(begun(tmp_path), "search", 1, "here", done, 80, 20, since_utc=0.0, told_utc=told_s)
    assert course.left_s(now_s) == left_s
    assert msgspec.structs.replace(course, phase="stopped").left_s(now_s) is None


def test_one_process_at_a_time_and_none_once_it_was_killed(tmp_path: Path) -> None:
    assert at_work_on(tmp_path / "nowhere") is None
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "study"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert at_work_on(tmp_path / "study") == holder.pid
        with pytest.raises(UsageError, match=f"process {holder.pid} is at work on this study"), AtWork(tmp_path / "study"):
            pass
        assert at_work_on(tmp_path / "study") == holder.pid, "to ask takes nothing from whoever holds it"
        assert standing_of(tmp_path / "study").state == "at work"
        holder.kill()
        holder.wait()
    assert at_work_on(tmp_path / "study") is None
    with AtWork(tmp_path / "study"):
        pass


def interrupt() -> None:
    raise KeyboardInterrupt


def stop() -> None:
    raise Stopped("stopped; what was tried is kept")


def vanish() -> None:
    raise DriveError("a.jsonl: No such file or directory")


@pytest.mark.parametrize(
    ("happens", "state", "problem"),
    [
        (lambda: None, "done", None),
        (interrupt, "stopped", None),
        (stop, "stopped", None),
        (vanish, "failed", "a.jsonl: No such file or directory"),
    ],
)
def test_how_a_study_ended(tmp_path: Path, happens: Callable[[], None], state: str, problem: str | None) -> None:
    there(tmp_path)
    try:
        with Keeping(tmp_path, begun(tmp_path, trials=80)) as keeping:
            keeping.stands_on(GROUND)
            keeping.begins("search", 80, 20)
            keeping.done(40)
            happens()
    except (KeyboardInterrupt, DriveError, Stopped):
        pass
    course = read_course(tmp_path)
    assert course is not None
    assert (course.phase, course.problem, course.done, course.begun_at) == (state, problem, 40, 20)
    standing = standing_of(tmp_path)
    assert (standing.state, standing.problem, standing.can_go_on, standing.can_stop) == (state, problem, True, False)


def test_a_study_that_refuses_to_be_gone_on_with_in_this_way_stays_as_it_was(tmp_path: Path) -> None:
    there(tmp_path)
    write_course(tmp_path, Course(begun(tmp_path), "done", 1, "here", ground=GROUND))
    before = (tmp_path / NAME).read_text()

    def go_on() -> None:
        with Keeping(tmp_path, begun(tmp_path, seed=7)) as keeping:
            keeping.begins("cues", 3)
            raise UsageError("holds a search with another seed")

    with pytest.raises(UsageError):
        go_on()
    assert (tmp_path / NAME).read_text() == before


def test_a_study_that_was_killed_says_where(tmp_path: Path) -> None:
    there(tmp_path)
    write_course(tmp_path, Course(begun(tmp_path), "search", 1, "here", 32, 80, ground=GROUND))
    standing = standing_of(tmp_path)
    assert (standing.state, standing.can_go_on) == ("killed", True)
    assert "while packs are tried: 32 of 80 packs" in standing.words


def test_without_its_drives_a_study_cannot_go_on(tmp_path: Path) -> None:
    there(tmp_path)
    (tmp_path / "drives" / "a.jsonl").unlink()
    write_course(tmp_path, Course(begun(tmp_path), "stopped", 1, "here", ground=GROUND))
    standing = standing_of(tmp_path)
    assert not standing.can_go_on
    assert standing.problem == ("1 drive of this study is not there any more, and without them it cannot go on: drives/a.jsonl")


def test_what_is_damaged_is_said_and_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"begun": {"folder": ')
    standing = standing_of(tmp_path)
    assert (standing.state, standing.can_go_on) == ("damaged", False)
    assert f"{tmp_path / NAME}: damaged: " in str(standing.problem)
    assert f"with --out {tmp_path}" in str(standing.problem)
    (tmp_path / NAME).unlink()
    (tmp_path / STUDY).write_text("")
    assert standing_of(tmp_path).state == "unknown"
    assert read_so_far(tmp_path / STUDY).tried == (), "it is just being made"
    (tmp_path / STUDY).write_bytes(b"no database" * 500)
    with pytest.raises(DriveError, match=r"cannot be read as the file of a search: .+not a database"):
        read_so_far(tmp_path / STUDY)


def test_what_a_search_has_tried_so_far_is_what_it_says_itself(tmp_path: Path) -> None:
    done = search(tmp_path)
    done.run(2 * BATCH, tried_in([]), quiet)
    seen = read_so_far(done.path)
    whole = [pack for pack in seen.tried if pack.goals]
    assert [(pack.number, pack.goals) for pack in whole] == [(result.number, result.goals) for result in done.results[1:]]
    assert len(seen.tried) == done.tried
    assert len(seen.tried) - len(whole) == done.given_up
    assert [pack.figures.misses for pack in whole] == [pack.goals[0] for pack in whole]
    assert seen.importance == (None, None, None), "too few to say"
    beaten = [pack for pack in whole if pack not in seen.front]
    assert all(any(all(a <= b for a, b in zip(one.goals, pack.goals, strict=True)) for one in seen.front) for pack in beaten)
    assert search(tmp_path).tried == 2 * BATCH, "reading leaves the search as it was"


def side(**drivers: Figures) -> Side:
    whole = sum(drivers.values(), Figures())
    return msgspec.convert({**whole.as_dict(), "intervals_95": {}, "by_driver": msgspec.to_builtins(drivers)}, Side)


def test_a_verdict_by_driver_in_the_words_of_the_command() -> None:
    before, after = Figures(4, 2, 6, 1.0, 0.0, 2), Figures(4, 0, 1, 1.0, -0.4, 4)
    pack = FrontPack(1, 3, {}, True, side(anna=after, ben=after), side(carl=after, dora=after))
    unchanged = Sides(side(anna=before, ben=before), side(carl=before, dora=before))
    found = Found("story", "0", ("misses", "false_alarms"), ("anna", "ben"), ("carl", "dora"), unchanged, (pack,), 1, "better")
    assert found.verdict(pack) == [
        "the gain holds for the held-out drivers",
        "  misses        -50.0 % of the labels on the tuning drives, -50.0 [-50.0 to -50.0] for the held-out drivers: it holds",
        "  false alarms  -5.00 an hour on the tuning drives, -5.00 [-5.00 to -5.00] for the held-out drivers: it holds",
        "  carl  misses 2 → 0 of 4, false alarms 6.00 → 1.00 an hour, latency +0.00 s → -0.10 s",
        "  dora  misses 2 → 0 of 4, false alarms 6.00 → 1.00 an hour, latency +0.00 s → -0.10 s",
    ]
    assert list(driver_lines({"anna": before}, {"anna": before})) == [
        "  anna  misses 2 of 4, false alarms 6.00 an hour, latency +0.00 s"
    ]
    alone = msgspec.structs.replace(found, unchanged=Sides(unchanged.tuning))
    assert alone.verdict(pack) == ["nothing was held out: whether this holds for other drivers is not known"]


def test_whoever_watches_keeps_nobody_from_writing(tmp_path: Path) -> None:
    done = search(tmp_path)
    with copy_of_study(done.path) as seen:
        assert len(seen.get_trials()) == 1
        done.run(BATCH, tried_in([]), quiet)
        assert len(seen.get_trials()) == 1, "as it was"
    assert len(read_so_far(done.path).tried) == BATCH
