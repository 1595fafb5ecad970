"""Trials look at a part of the moments of a drive, and see the same as on all of them."""

from __future__ import annotations

import math
import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.config.cabin import load_cabin
from dms.decision.cue_catalog import CUES
from dms.decision.pack_loader import load_pack, pack_names
from dms.drives.scoring.matching import alert_starts, match_drive, rule_times
from dms.drives.tuning.candidates import Original, changes_of, load_original
from dms.drives.tuning.columns import CueColumns, CueRecorder, cue_names
from dms.drives.tuning.moments import FILL_S, Known, Thresholds, key_moments, thresholds_of
from dms.drives.tuning.parameters import parameters_of
from dms.drives.tuning.space import load_space, space_path
from dms.drives.tuning.trial import Moments, alerts_on, without_cause
from dms.errors import ConfigurationError
from dms.monitor.monitor import Monitor
from dms.types import Alert, Cues, DriveRecord, DriverInput, Label, Observation
from tools.simulate.corpus import Mood, draw_driver, draw_script, generator, simulate

BUILT_UP = ("ratio", "cumulative", "count", "budget")
"""Kinds of rule that need not find out at the very same moment."""


@cache
def drive(mood: Mood, minutes: float = 3.0, fps: float = 30.0) -> tuple[DriveRecord, ...]:
    """A simulated drive with a pause, an acknowledgement and a gap."""
    driver = draw_driver(7, 1)
    script = draw_script(driver, mood, minutes * 60, generator(7, "script", mood))
    records = []
    for record in simulate(driver, script, generator(7, "sensor", mood), fps):
        if isinstance(record, Observation) and 40.0 < record.t < 43.0:
            continue
        records.append(record)
    actions = [DriverInput(60.0, "acknowledge"), DriverInput(70.0, "pause"), DriverInput(75.0, "resume")]
    return tuple(sorted([*records, *actions], key=lambda record: record.t))


@cache
def seen(pack: str, mood: Mood) -> tuple[Original, CueColumns, tuple[Alert, ...]]:
    """A pack, the cues of a drive, and the alerts of the drive's own replay."""
    original = load_original(pack)
    monitor, recorder = Monitor(original.pack, load_cabin()), CueRecorder(cue_names(original.pack))
    alerts: list[Alert] = []
    for record in drive(mood):
        raised = monitor.feed(record)
        alerts.extend(raised)
        recorder(record, raised, monitor)
    return original, recorder.finish(), tuple(alerts)


def differences(original: Original, one: tuple[Alert, ...], other: tuple[Alert, ...]) -> list[str]:
    """What two ways of looking found that is not the same: kinds, rules and levels always, times where the rule keeps them."""
    first, second = alert_starts(one), alert_starts(other)
    if [(alert.kind, alert.rule, alert.level) for alert in first] != [(alert.kind, alert.rule, alert.level) for alert in second]:
        return [f"{[str(alert.kind) for alert in first]} against {[str(alert.kind) for alert in second]}"]
    rules = original.pack.file.rules
    return [
        f"{mine.rule} at {mine.t} against {theirs.t}"
        for mine, theirs in zip(first, second, strict=True)
        if abs(mine.t - theirs.t) > (FILL_S if rules[mine.rule].kind in BUILT_UP else 1e-6)
    ]


@pytest.mark.parametrize("mood", ["drowsy", "distracted"])
@pytest.mark.parametrize("pack", pack_names())
def test_the_cues_kept_give_the_alerts_of_the_drive(pack: str, mood: Mood) -> None:
    original, columns, alerts = seen(pack, mood)
    assert without_cause(alerts_on(original.pack, Moments.all_of(columns))) == without_cause(alerts)


@pytest.mark.parametrize("mood", ["drowsy", "distracted"])
@pytest.mark.parametrize("pack", pack_names())
def test_a_part_of_the_moments_is_enough_for_every_pack_that_ships(pack: str, mood: Mood) -> None:
    original, columns, alerts = seen(pack, mood)
    places = key_moments(thresholds_of(original.pack, None), columns)
    assert differences(original, alerts_on(original.pack, Moments.at(places, columns)), alerts) == []


@pytest.mark.parametrize("mood", ["drowsy", "distracted"])
def test_the_same_part_is_enough_wherever_the_space_moves_the_numbers(mood: Mood) -> None:
    original, columns, _ = seen("default", mood)
    space = load_space(space_path("default"), "default", original.data)
    places = key_moments(thresholds_of(original.pack, space), columns)
    assert len(places) < 0.5 * len(columns), "otherwise nothing is gained"
    moments, labels = Moments.at(places, columns), [record for record in drive(mood) if isinstance(record, Label)]
    chance, times, tried = random.Random(1), rule_times(original.pack), 0
    while tried < 20:
        values = {one.name: one.value(chance.uniform(one.lowest, one.highest)) for one in space.dimensions}
        try:
            pack = original.candidate(changes_of(space, values))
        except ConfigurationError:
            continue
        tried += 1
        quick, whole = alerts_on(pack, moments), alerts_on(pack, Moments.all_of(columns))
        assert differences(original, quick, whole) == []
        found = [match_drive(labels, alerts, times) for alerts in (quick, whole)]
        assert [len(one.missed) for one in found[:1]] == [len(one.missed) for one in found[1:]]
        assert [str(alert.kind) for alert in found[0].unexpected] == [str(alert.kind) for alert in found[1].unexpected]


def test_what_is_known_of_cues_whose_limits_stayed_changes_nothing() -> None:
    original, columns, _ = seen("default", "distracted")
    path = parameters_of(original.data)["rules.head_away.when.above"].path
    known: Known = {}
    for above in (15, 40, 15):
        limits = thresholds_of(original.candidate({path: above}), None)
        before = {name: mask for name, (_, mask) in known.items()}
        assert key_moments(limits, columns, known).tolist() == key_moments(limits, columns).tolist()
        anew = {name for name, (_, mask) in known.items() if mask is not before.get(name)}
        assert not before or anew == {"head_away_deg"}


def test_an_uneventful_drive_is_looked_at_four_times_a_second() -> None:
    names = cue_names(load_original("default").pack)
    t = np.arange(0, 60, 1 / 30)
    unknown = {name: np.full(len(t), np.nan) for name in names}
    columns = CueColumns(t, unknown, {})
    for name in ("off_road", "eyes_closed", "face_missing", "non_nominal", "is_moving"):
        if name in names:
            columns.columns[name] = np.zeros(len(t), dtype=np.int8)
    original = load_original("attend")
    awake = {name: columns.columns[name] for name in cue_names(original.pack)}
    for name in awake:
        if CUES[name].type == "text":
            awake[name] = np.full(len(t), -1, dtype=np.int16)
    places = key_moments(thresholds_of(original.pack, None), CueColumns(t, awake, {}))
    assert np.diff(t[places]).max() <= FILL_S
    assert len(places) < 60 * 5


def test_cues_come_back_from_columns_as_they_were() -> None:
    original = load_original("default")
    monitor, recorder = Monitor(original.pack, load_cabin()), CueRecorder(cue_names(original.pack))
    kept: list[Cues | None] = []
    for record in drive("distracted"):
        monitor.feed(record)
        recorder(record, (), monitor)
        if isinstance(record, Observation) and (not kept or monitor.cues is not kept[-1]):
            kept.append(monitor.cues)
    columns = recorder.finish()
    assert [cues.t for cues in columns.cues()] == [cues.t for cues in kept]
    for name in (*columns.columns, "events"):
        assert [getattr(cues, name) for cues in columns.cues()] == [getattr(cues, name) for cues in kept], name


def test_a_pack_of_its_own_file_is_tuned_like_one_that_ships(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(load_pack("attend").path.read_text().replace("pack: attend", "pack: mine"))
    assert load_original(str(tmp_path / "mine.yaml")).pack.name == "mine"


numbers = st.floats(-60.0, 60.0) | st.just(float("nan"))


@given(st.lists(numbers, min_size=2, max_size=30), st.floats(0.0, 40.0), st.floats(0.5, 10.0), st.integers(0, 6))
def test_where_no_change_is_seen_every_test_of_the_space_comes_out_the_same(
    values: list[float], lowest: float, width: float, drawn: int
) -> None:
    highest = lowest + width
    limits = Thresholds()
    limits.add(lowest, highest)
    limits.add(-highest, -lowest)
    changes = limits.changes(np.array(values))
    limit = lowest + width * drawn / 6
    for place in np.flatnonzero(~changes).tolist():
        before, after = values[place], values[place + 1]
        assert math.isnan(before) == math.isnan(after)
        assert (before > limit) == (after > limit)
        assert (before >= limit) == (after >= limit)
        assert (abs(before) > limit) == (abs(after) > limit)
