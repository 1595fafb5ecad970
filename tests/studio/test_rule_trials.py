"""A pack with other numbers on a drive: what the page tries is what a replay gives, and what is different is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.availability import Availability
from dms.drives.replaying.replay import Replay, replay
from dms.drives.report.episodes import Judgement, judge
from dms.drives.tuning.candidates import load_original
from dms.drives.tuning.cue_source import CueSource
from dms.drives.tuning.trial import CHECK_EVERY, without_cause
from dms.errors import DriveError
from dms.monitor.monitor import Monitor
from dms.recording.drive import open_drive
from dms.studio.rules.bench import Job, RuleBench, Superseded, Ticket
from dms.studio.rules.changes import changes_between
from dms.studio.rules.moved import Moved, Opened
from dms.types import Label
from tests.drives.drive_making import PACK, story, write_jsonl

AFTER = "rules.turned.ladder.advisory.after_s"


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """Looks aside of 3, 4 and 6 seconds, two of them labelled, and a microsleep."""
    turned = [(20.0, 23.0), (40.0, 44.0), (60.0, 66.0)]
    labels = [Label(t, end, "distraction.head_away") for t, end in turned[1:]]
    records = [*story(90, turned=turned, asleep=[(80, 82)], labelled=False), *labels]
    return write_jsonl(tmp_path / "drive.jsonl", iter(records))


@pytest.fixture
def pack(tmp_path: Path) -> Opened:
    file = tmp_path / "story.yaml"
    file.write_text(PACK)
    return Opened(load_original(str(file)), None)


def replayed(drive: Path, moved: Moved) -> tuple[Replay, Availability]:
    """What a replay of the drive comes to under that pack."""
    availability = Availability()
    monitor = Monitor(moved.pack, load_cabin(), assumed_speed_kph=None)
    return replay(open_drive(drive), monitor, [availability]), availability


def judged(drive: Path, moved: Moved) -> Judgement:
    return judge(moved.pack, *replayed(drive, moved))


@pytest.mark.parametrize("keeps", [True, False], ids=["kept in memory", "read each time"])
def test_a_trial_gives_what_a_replay_gives(drive: Path, pack: Opened, tmp_path: Path, keeps: bool) -> None:
    bench = RuleBench(CueSource(load_cabin(), None, tmp_path / "cues"), [1], keeps=keeps)
    for values in ({}, {AFTER: 3.5}, {AFTER: 5.0, "rules.turned.when.above": 30, "rules.asleep.ladder.urgent.after_s": 1.9}):
        moved = pack.moved(values)
        found = bench.alerts(Job(drive, moved.pack, exact=True, ticket=Ticket(0, 1)))
        assert found
        assert without_cause(found) == without_cause(replayed(drive, moved)[0].alerts)
        quick = bench.alerts(Job(drive, moved.pack, exact=False, ticket=Ticket(0, 1)))
        assert [(one.kind, one.phase) for one in quick] == [(one.kind, one.phase) for one in found]


def test_a_trial_of_another_pack_looks_at_its_own_cues(drive: Path, pack: Opened, tmp_path: Path) -> None:
    bench = RuleBench(CueSource(load_cabin(), None, tmp_path / "cues"), [1], keeps=True)
    for each in (pack.original.pack, load_pack("default"), pack.original.pack):
        found = bench.alerts(Job(drive, each, exact=True, ticket=Ticket(0, 1)))
        monitor = Monitor(each, load_cabin(), assumed_speed_kph=None)
        assert without_cause(found) == without_cause(replay(open_drive(drive), monitor).alerts)


def test_a_newer_move_ends_an_older_trial_in_its_middle(drive: Path, pack: Opened, tmp_path: Path) -> None:
    class Newer(list[int]):
        """A slot that is given a newer number while a trial runs."""

        asked = 0

        def __getitem__(self, slot: object) -> int:  # type: ignore[override]
            self.asked += 1
            return 1 if self.asked < 4 else 2

    newest = Newer([1])
    bench = RuleBench(CueSource(load_cabin(), None, tmp_path / "cues"), newest, keeps=True)
    with pytest.raises(Superseded):
        bench.alerts(Job(drive, pack.original.pack, exact=True, ticket=Ticket(0, 1)))
    assert newest.asked == 4, "it looked no further"
    assert 2 * CHECK_EVERY < 90 * 30, "the drive is long enough for it to be in the middle"


def test_a_drive_that_is_gone_is_told(drive: Path, pack: Opened, tmp_path: Path) -> None:
    bench = RuleBench(CueSource(load_cabin(), None, tmp_path / "cues"), [1], keeps=True)
    drive.unlink()
    with pytest.raises(DriveError, match=r"drive\.jsonl: No such file or directory"):
        bench.alerts(Job(drive, pack.original.pack, exact=True, ticket=Ticket(0, 1)))


def test_what_is_different_is_told_in_words(drive: Path, pack: Opened) -> None:
    before, now = judged(drive, pack.moved({})), judged(drive, pack.moved({AFTER: 3.5}))
    assert changes_between(before, before) == []
    told = [(round(one.t), one.sort, one.kind, one.says, one.is_worse) for one in changes_between(before, now)]
    head = "distraction.head_away"
    assert told == [
        (22, "gone", head, "advisory for 2.0 s, no label asks for it", False),
        (44, "changed", head, "1.50 s later", None),
        (64, "changed", head, "1.50 s later", None),
    ]
    back = [(one.sort, one.is_worse) for one in changes_between(now, before)]
    assert back[0] == ("new", True)


def test_a_label_that_is_no_longer_answered_is_told(drive: Path, pack: Opened) -> None:
    before, now = judged(drive, pack.moved({})), judged(drive, pack.moved({"rules.turned.when.above": 60}))
    labels = [one for one in changes_between(before, now) if one.sort == "label"]
    assert [(one.t, one.says, one.is_worse) for one in labels] == [
        (40.0, "missed, was answered", True),
        (60.0, "missed, was answered", True),
    ]
