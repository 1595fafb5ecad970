"""The state machines behind the alerts: built from packs, upwards only, without a back door."""

from __future__ import annotations

import pytest
from transitions import MachineError

from dms.decision.diagram import diagrams
from dms.decision.machines import AlarmMachine, AlarmState
from dms.decision.pack_loader import load_pack, pack_names
from dms.types import Phase
from tests.decision.cue_script import AWAY, Journey, pack_of, story

LADDER = """
away:
  kind: sustained
  alert: distraction.long
  when: {cue: off_road, is: true}
  ladder: [{level: advisory, after_s: 2}, {level: warning, after_s: 3}, {level: urgent, after_s: 5}]
"""


def machine(rules: str) -> AlarmMachine:
    return AlarmMachine(pack_of(rules).file.rules.values())


def test_levels_go_up_only_and_every_level_can_be_cleared() -> None:
    alarm = machine(LADDER)
    assert alarm.trigger("reach_advisory")
    assert alarm.trigger("reach_urgent")
    with pytest.raises(MachineError):
        alarm.trigger("reach_warning")
    assert alarm.trigger("clear")
    assert alarm.state is AlarmState.QUIET


def test_there_is_no_way_around_the_table() -> None:
    assert not any(name.startswith("to_") for name in dir(machine(LADDER)))


def test_only_a_pack_that_says_so_can_be_silenced() -> None:
    with pytest.raises((MachineError, AttributeError)):
        machine(LADDER).trigger("acknowledge")
    alarm = machine(LADDER + "  acknowledge: until_new_drive\n")
    alarm.trigger("reach_warning")
    alarm.trigger("acknowledge")
    alarm.trigger("clear")
    assert alarm.state is AlarmState.SILENCED


def test_an_acknowledgement_silences_a_level_and_never_a_rise_above_it() -> None:
    journey = Journey(pack_of(LADDER + "  acknowledge: this_time\n  rewarn_s: 1\n"))
    journey.go(2.5, AWAY)
    assert [alert.phase for alert in journey.does("acknowledge")] == [Phase.ACKNOWLEDGE]
    assert story(journey.go(1.5, AWAY)) == [("escalate", "warning", 3.0)]
    assert [alert.level for alert in journey.does("acknowledge")] == ["warning"]
    assert story(journey.go(4, AWAY)) == [("escalate", "urgent", 5.0), ("escalate", "urgent", 6.0), ("escalate", "urgent", 7.0)]
    journey.go(3)
    assert story(journey.go(2.5, AWAY)) == [("raise", "advisory", 13.0)]


def test_an_acknowledged_level_is_not_told_again_while_it_lasts() -> None:
    journey = Journey(pack_of(LADDER + "  acknowledge: this_time\n  rewarn_s: 1\n"))
    journey.go(5.5, AWAY)
    journey.does("acknowledge")
    assert journey.go(60, AWAY) == []


def test_a_level_silenced_until_the_next_drive_stays_silent_after_a_rise_above_it() -> None:
    journey = Journey(pack_of(LADDER + "  acknowledge: until_new_drive\n"))
    journey.go(2.5, AWAY)
    journey.does("acknowledge")
    journey.go(3)
    for _ in range(2):
        told = [(alert.phase, alert.level) for alert in journey.go(4, AWAY)]
        assert told == [(Phase.SUPPRESS, "advisory"), (Phase.RAISE, "warning")]
        assert [alert.phase for alert in journey.go(3)] == [Phase.CLEAR]


def test_sleepiness_that_was_acknowledged_is_spoken_of_again_after_five_minutes() -> None:
    sleepy = LADDER.replace("distraction.long", "fatigue.drowsiness") + "  acknowledge: this_time\n  rewarn_s: 60\n"
    journey = Journey(pack_of(sleepy), fps=10)
    journey.go(20, AWAY)
    acknowledged_at = journey.does("acknowledge")[0].t
    told = [alert.t - acknowledged_at for alert in journey.go(400, AWAY)]
    assert told == pytest.approx([300.0, 360.0], abs=0.2)


def test_an_acknowledgement_just_after_the_driver_looked_up_still_counts() -> None:
    journey = Journey(pack_of(LADDER + "  acknowledge: until_new_drive\n"))
    journey.go(2.5, AWAY)
    journey.go(3)
    assert [alert.cause.get("late") for alert in journey.does("acknowledge")] == [True]
    assert next(alert.phase for alert in journey.go(4, AWAY)) is Phase.SUPPRESS


def test_pause_ends_everything_and_resume_begins_afresh() -> None:
    journey = Journey(pack_of(LADDER))
    journey.go(4, AWAY)
    assert [alert.phase for alert in journey.does("pause")] == [Phase.CLEAR]
    assert journey.go(10, AWAY) == []
    journey.does("resume")
    assert [alert.level for alert in journey.go(2.5, AWAY)] == ["advisory"]


@pytest.mark.parametrize("pack", pack_names())
def test_every_pack_can_be_drawn(pack: str) -> None:
    loaded = load_pack(pack)
    charts = diagrams(loaded)
    assert set(charts) == {rule.alert for rule in loaded.file.rules.values()}
    for chart in charts.values():
        assert chart.startswith("stateDiagram-v2\n    [*] --> quiet\n    quiet --> ")


class TestReplacingThePack:
    def test_a_running_timer_survives_when_its_rule_is_unchanged(self) -> None:
        journey = Journey(pack_of(LADDER))
        journey.go(1.9, AWAY)
        journey.engine.replace_pack(pack_of(LADDER.replace("away:", "away:", 1)))
        assert [alert.t for alert in journey.go(0.2, AWAY)] == [pytest.approx(2.0)]

    def test_a_raised_alert_stays_raised(self) -> None:
        journey = Journey(pack_of(LADDER))
        journey.go(2.5, AWAY)
        journey.engine.replace_pack(pack_of(LADDER))
        assert [alert.level for alert in journey.engine.active] == ["advisory"]
        assert story(journey.go(3)) == [("clear", "advisory", 3.5)]

    def test_a_changed_rule_starts_afresh_with_its_new_numbers(self) -> None:
        journey = Journey(pack_of(LADDER))
        journey.go(1.9, AWAY)
        journey.engine.replace_pack(pack_of(LADDER.replace("after_s: 2}", "after_s: 1}")))
        assert [round(alert.t, 1) for alert in journey.go(1.5, AWAY)] == [2.9]

    def test_a_rule_that_is_gone_takes_its_alert_with_it_and_says_why(self) -> None:
        journey = Journey(pack_of(LADDER))
        journey.go(2.5, AWAY)
        journey.engine.replace_pack(pack_of(LADDER.replace("distraction.long", "distraction.head_away")))
        (clear,) = journey.go(0.1)
        assert (clear.kind, clear.phase, clear.cause["reason"]) == ("distraction.long", Phase.CLEAR, "the rule pack was replaced")
