"""Yawns, talk, and hands before the mouth."""

from __future__ import annotations

import random

import pytest

from tests.fusion.driver_story import Story, at, events, first, irregular_times

YAWN = 0.7


def test_yawns_are_counted_and_talk_is_not() -> None:
    """Scenario D05."""
    story = Story().every(30.0, 5.0, 10, 100, mouth=YAWN)
    story.every(0.5, 0.25, 110, 140, mouth=YAWN).every(1.0, 0.5, 150, 180, mouth=YAWN)
    cues = story.cues(190, fps=20)
    yawns = events(cues, "yawn")
    assert [yawn.onset for yawn in yawns] == pytest.approx([10.0, 40.0, 70.0], abs=0.02)
    assert [yawn.duration_s for yawn in yawns] == pytest.approx([5.0] * 3, abs=0.02)
    assert all(at(cues, t).talking for t in (115, 135, 155, 175))
    assert not at(cues, 90).talking
    assert not any(cue.yawning for cue in cues if cue.t > 100)


def opens(story: Story, start: float, length: float, rise: float, widest: float = YAWN) -> Story:
    """The mouth opens to its widest and closes again, each in `rise` seconds; `length` seconds in all."""
    for step in range(round(length * 20)):
        since = step / 20
        opening = widest * min(1.0, since / rise, (length - since) / rise)
        story.does(start + since, start + since + 0.05, mouth=max(0.03, opening))
    return story


@pytest.mark.parametrize("fps", [10, 15, 30])
@pytest.mark.parametrize(("length", "rise"), [(3.0, 0.8), (4.0, 1.2), (5.0, 1.5), (7.0, 2.0), (6.0, 0.35)])
def test_yawns_of_every_length_are_told_from_their_slow_rise_or_from_how_long_they_last(
    length: float, rise: float, fps: float
) -> None:
    story = Story()
    for start in (10, 60, 110):
        opens(story, start, length, rise, 0.85)
    assert len(events(story.cues(120, fps=fps), "yawn")) == 3


def test_a_slow_yawn_is_one_after_a_second_and_a_half_a_sudden_one_after_three() -> None:
    slow = opens(Story(), 10, 7, 1.4).cues(20)
    sudden = Story().does(10, 15, mouth=YAWN).cues(20)
    assert first(slow, lambda cue: cue.yawning) == pytest.approx(11.0 + 1.5, abs=0.08)
    assert first(sudden, lambda cue: cue.yawning) == pytest.approx(13.0, abs=0.04)


@pytest.mark.parametrize("fps", [10, 15, 30])
@pytest.mark.parametrize(("vowel_s", "pause_s", "rise_s"), [(1.2, 0.3, 0.2), (2.4, 0.9, 0.3), (2.9, 0.5, 0.3), (4.0, 0.6, 0.3)])
def test_singing_is_no_yawning(vowel_s: float, pause_s: float, rise_s: float, fps: float) -> None:
    story, start = Story(), 10.0
    opens(story, start, 0.8, 0.2)
    opens(story, start + 1.2, 0.8, 0.2)
    while start < 90:
        opens(story, start + 2.5, vowel_s, rise_s, 0.75)
        start += vowel_s + pause_s
    assert events(story.cues(100, fps=fps), "yawn") == []


def test_laughing_and_biting_are_no_yawning() -> None:
    story = Story()
    for start in range(10, 100, 7):
        opens(story, start, 2.5, 0.35, 0.6)
    for start in range(110, 200, 8):
        opens(story, start, 1.2, 0.3, 0.8)
    assert events(story.cues(210), "yawn") == []


def test_a_singer_yawns_all_the_same() -> None:
    story = Story()
    for start in range(10, 30, 2):
        opens(story, start, 1.5, 0.25)
    opens(story, 45, 5, 1.2)
    (yawn,) = events(story.cues(60), "yawn")
    assert 45 < yawn.onset < 46


@pytest.mark.parametrize("length", [0.8, 1.4, 2.8, 12.5, 60.0])
def test_too_short_or_too_long_is_no_yawn(length: float) -> None:
    assert events(Story().does(10, 10 + length, mouth=YAWN).cues(12 + length), "yawn") == []


def test_a_flicker_does_not_cut_a_yawn_in_two() -> None:
    story = Story().does(10, 15, mouth=YAWN).does(12, 12.07, mouth=0.3)
    assert len(events(story.cues(20), "yawn")) == 1


def test_speech_with_a_wide_mouth_is_no_yawn() -> None:
    """Syllables four times a second, narrowed for less time than a flicker may last."""
    story = Story().does(10, 30, mouth=YAWN)
    story.every(0.25, 0.1, 10.1, 30, mouth=0.2)
    cues = story.cues(32)
    assert events(cues, "yawn") == []
    assert not any(cue.yawning for cue in cues)


@pytest.mark.parametrize(("rate_hz", "open_share"), [(2.0, 0.9), (3.0, 0.7), (4.0, 0.8), (6.0, 0.7)])
@pytest.mark.parametrize("fps", [15, 30])
def test_sentences_with_a_mouth_wide_open_for_most_of_the_time_are_no_yawns(
    fps: float, rate_hz: float, open_share: float
) -> None:
    """Three seconds of talk, a second's pause; the mouth narrows at every syllable, if only for two frames."""
    story = Story()
    for sentence in range(10, 90, 4):
        story.every(1.0 / rate_hz, open_share / rate_hz, sentence, sentence + 3, mouth=YAWN)
    times = irregular_times(90, 1, jitter=0.2, fps=fps)
    cues = story.cues(90, times=times)
    assert events(cues, "yawn") == []
    assert not any(cue.yawning for cue in cues)


@pytest.mark.parametrize("fps", [5, 10, 15, 30])
def test_a_noisy_reading_of_a_yawn_is_a_yawn(fps: float) -> None:
    chance = random.Random(3)
    story = Story()
    for tenth in range(1000):
        since = (tenth / 10) % 20.0 - 10.0
        opening = 0.05 + 0.6 * max(0.0, min(1.0, since / 0.8, (5.0 - since) / 0.8))
        story.does(tenth / 10, (tenth + 1) / 10, mouth=max(0.0, opening + chance.gauss(0.0, 0.04)))
    assert len(events(story.cues(100, fps=fps), "yawn")) == 5


def test_a_mouth_that_is_not_seen_is_neither_open_nor_shut() -> None:
    story = Story().does(10, 15, mouth=YAWN).does(11, 12, face=False)
    cues = story.cues(20)
    assert at(cues, 11.5).yawning is None
    (yawn,) = events(cues, "yawn")
    assert (yawn.onset, yawn.end) == pytest.approx((10.0, 15.0))


def test_a_gap_does_not_make_a_yawn() -> None:
    story = Story().does(10, 10.4, mouth=YAWN).does(14, 14.4, mouth=YAWN).does(10.4, 14, face=False)
    assert events(story.cues(20), "yawn") == []


def test_a_yawn_that_tips_the_head_back_is_no_look_away() -> None:
    story = (
        Story()
        .does(10, 15, mouth=YAWN, head=(2.0, 20.0))
        .does(30, 35, head=(2.0, 20.0))
        .does(50, 55, mouth=YAWN, head=(30.0, 10.0))
    )
    cues = story.cues(60, fps=10)
    assert max(cue.head_away_deg for cue in cues if 10.15 < cue.t < 14.9) == pytest.approx(2.0)  # type: ignore[type-var]
    assert at(cues, 33).head_away_deg == pytest.approx(20.0, abs=0.2)
    assert at(cues, 53).head_away_deg == pytest.approx(30.0, abs=0.2)


def test_a_mouth_that_stays_open_is_no_excuse() -> None:
    cues = Story().does(10, 26, mouth=YAWN, head=(2.0, 20.0)).cues(26, fps=10)
    assert at(cues, 24).head_away_deg == pytest.approx(20.1, abs=0.2)
