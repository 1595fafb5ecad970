"""Alerts and labels of a drive, one to one."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.decision.pack_loader import load_pack
from dms.drives.scoring.matching import Matching, RuleTime, alert_starts, match_drive, rule_times, times_of_drive
from dms.types import Alert, AlertKind, Label, Level, Phase

LONG, SLEEP, DROWSY = AlertKind.DISTRACTION_LONG, AlertKind.FATIGUE_MICROSLEEP, AlertKind.FATIGUE_DROWSINESS
TIMES = {
    "glance": RuleTime(LONG, 3.0, 4.0),
    "microsleep": RuleTime(SLEEP, 1.5, 2.2),
    "perclos": RuleTime(DROWSY, 0.0, None),
}
RULE_OF = {LONG: "glance", SLEEP: "microsleep", DROWSY: "perclos"}


def alert(t: float, kind: AlertKind = LONG, phase: Phase = Phase.RAISE, level: Level = Level.WARNING) -> Alert:
    return Alert(t, kind, level, phase, t - 3.0, RULE_OF[kind], "test", {})


def matched(labels: list[Label], alerts: list[Alert]) -> Matching:
    return match_drive(labels, alerts, TIMES)


@pytest.mark.parametrize(
    ("raised_at", "answers"),
    [(9.4, False), (13.0, True), (13.4, True), (14.5, True), (14.6, False), (30.0, False)],
)
def test_a_glance_is_answered_from_its_onset_until_half_a_second_after_the_deadline(raised_at: float, answers: bool) -> None:
    result = matched([Label(10.0, 18.0, LONG)], [alert(raised_at)])
    others = len(result.related) + len(result.unexpected)
    assert (len(result.matched), len(result.missed), others) == ((1, 0, 0) if answers else (0, 1, 1))


def test_latency_is_what_was_added_to_the_rules_own_time() -> None:
    (match,) = matched([Label(10.0, 18.0, LONG)], [alert(13.2)]).matched
    assert match.latency_s == pytest.approx(0.2)


def test_latency_is_beyond_the_time_that_the_rule_says_it_took() -> None:
    """A mirror is granted 0.8 s more."""
    late = Alert(13.9, LONG, Level.WARNING, Phase.RAISE, 10.0, "glance", "test", {"after_s": 3.8})
    (match,) = matched([Label(10.0, 18.0, LONG)], [late]).matched
    assert match.latency_s == pytest.approx(0.1)


def test_everything_takes_longer_where_the_speed_was_never_told() -> None:
    times = rule_times(load_pack("default"))
    told, untold = times_of_drive(times, speed_told=True), times_of_drive(times, speed_told=False)
    assert (told["long_glance"].time_s, untold["long_glance"].time_s) == (3.0, pytest.approx(5.1))
    assert untold["microsleep"].time_s == told["microsleep"].time_s
    soft = Alert(15.2, LONG, Level.ADVISORY, Phase.RAISE, 10.0, "long_glance", "default", {"after_s": 5.1})
    label = Label(10.0, 18.0, LONG)
    assert match_drive([label], [soft], told).missed == (label,)
    (match,) = match_drive([label], [soft], untold).matched
    assert match.latency_s == pytest.approx(0.1)


def test_drowsiness_that_was_told_before_and_is_not_over_is_told() -> None:
    label = Label(100.0, 400.0, DROWSY)
    result = matched([label], [alert(80.0, DROWSY)])
    assert (len(result.matched), result.missed, result.unexpected) == (1, (), ())
    over = [alert(80.0, DROWSY), alert(90.0, DROWSY, Phase.CLEAR)]
    assert matched([label], over).missed == (label,)


def test_a_glance_is_no_answer_to_the_next_one() -> None:
    label = Label(20.0, 24.0, LONG)
    assert matched([label], [alert(13.0)]).missed == (label,)


def test_drowsiness_builds_up_and_may_be_told_at_any_time_while_it_lasts() -> None:
    label = Label(100.0, 400.0, DROWSY)
    assert matched([label], [alert(390.0, DROWSY)]).missed == ()
    assert matched([label], [alert(401.0, DROWSY)]).missed == (label,)


def test_drowsiness_that_a_sustained_rule_finds_late_is_found() -> None:
    """The Euro NCAP pack warns of it half a second after an estimate rises, minutes after the label's onset."""
    label = Label(100.0, 400.0, DROWSY)
    times = rule_times(load_pack("euroncap-2026-inspired"))
    warning = Alert(390.0, DROWSY, Level.WARNING, Phase.RAISE, 389.5, "drowsy_by_the_estimate", "test", {})
    (match,) = match_drive([label], [warning], times).matched
    assert (match.label, match.latency_s) == (label, None)


def test_a_kind_answers_only_its_own_labels() -> None:
    result = matched([Label(10.0, 12.0, SLEEP)], [alert(11.6, LONG)])
    assert len(result.missed) == len(result.unexpected) == 1


def test_a_drivers_own_rating_is_neither_missed_nor_a_cause_of_alerts() -> None:
    result = matched([Label(0.0, 300.0, "kss", value=9.0)], [alert(100.0, DROWSY)])
    assert (result.missed, result.uncovered, result.related, len(result.unexpected)) == ((), (), (), 1)


def test_a_second_alert_with_the_same_cause_is_no_false_one() -> None:
    labels = [Label(10.0, 14.0, SLEEP)]
    alerts = [alert(11.6, SLEEP), alert(13.0, DROWSY), alert(20.0, DROWSY)]
    result = matched(labels, alerts)
    assert (len(result.matched), result.related, result.unexpected) == (1, (alerts[1],), ())
    assert matched(labels, [*alerts, alert(20.0, DROWSY, Phase.CLEAR), alert(30.0, DROWSY)]).unexpected[-1].t == 30.0


def test_two_alerts_do_not_share_one_label() -> None:
    alerts = [alert(13.0), alert(13.5, phase=Phase.CLEAR), alert(14.0)]
    result = matched([Label(10.0, 18.0, LONG)], alerts)
    assert (len(result.matched), result.related) == (1, (alerts[2],))


def test_rising_levels_and_repeated_prompts_are_one_alert() -> None:
    alerts = [
        alert(13.0, level=Level.ADVISORY),
        alert(16.0, phase=Phase.ESCALATE),
        alert(20.0, phase=Phase.ESCALATE),
        alert(21.0, phase=Phase.CLEAR),
        alert(40.0),
    ]
    assert alert_starts(alerts) == [alerts[0], alerts[4]]


def test_what_was_held_back_was_not_raised() -> None:
    label = Label(10.0, 18.0, LONG)
    assert matched([label], [alert(13.0, phase=Phase.SUPPRESS)]).missed == (label,)


def test_a_label_of_a_kind_without_a_rule_is_neither_missed_nor_found() -> None:
    label = Label(10.0, 12.0, "driver.absent")
    assert matched([label], []) == Matching(uncovered=(label,))


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), max_size=4),
    st.lists(st.integers(0, 20), max_size=4),
)
def test_no_other_one_to_one_matching_answers_more(spans: list[tuple[int, int]], raised: list[int]) -> None:
    labels = [Label(float(t), float(t + length), DROWSY) for t, length in spans]
    alerts = [moment for t in sorted(raised) for moment in (alert(float(t), DROWSY), alert(float(t), DROWSY, Phase.CLEAR))]
    starts = alert_starts(alerts)
    padded: list[Alert | None] = [*starts, *[None] * len(labels)]
    best = max(
        sum(one is not None and label.t - 0.5 <= one.t <= label.end + 0.5 for label, one in zip(labels, chosen, strict=True))
        for chosen in permutations(padded, len(labels))
    )
    result = matched(labels, alerts)
    assert len(result.matched) == best
    assert len(result.matched) + len(result.missed) == len(labels)
    assert len(result.matched) + len(result.related) + len(result.unexpected) == len(starts)


def test_every_rule_of_the_default_pack_has_its_time() -> None:
    pack = load_pack("default")
    times = rule_times(pack)
    assert set(times) == set(pack.file.rules)
    assert times["long_glance"].kind == LONG
    assert times["long_glance"].time_s == pytest.approx(3.0)
    assert all(time.deadline_s is None or time.deadline_s >= time.time_s for time in times.values())
