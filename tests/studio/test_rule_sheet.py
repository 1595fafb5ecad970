"""A pack as it is shown: which number stands in which sentence, how far it may be moved, and where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from dms.decision.in_words import explain_pack
from dms.decision.pack_loader import pack_names
from dms.drives.tuning.candidates import load_original
from dms.drives.tuning.space import load_space, space_path
from dms.errors import ConfigurationError
from dms.studio.rules.bounds import Bounds, slide_between, slide_of
from dms.studio.rules.moved import Opened
from dms.studio.rules.sheet import Section
from tests.drives.drive_making import PACK


def opened(name: str = "default") -> Opened:
    """A pack that ships, with the space of `default`."""
    original = load_original(name)
    space = load_space(space_path("default"), name, original.data) if name == "default" else None
    return Opened(original, space)


@pytest.fixture(scope="module")
def default() -> Opened:
    return opened()


def said(sections: tuple[Section, ...]) -> list[str]:
    """The sentences, with the name of each number that they say in front of it."""
    return [
        "".join(f"[{piece.number}={piece.text}]" if piece.number else piece.text for piece in sentence.pieces)
        for section in sections
        for sentence in section.sentences
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        'warning after [rules.long_glance.ladder.warning.after_s=3] s of "looking away"',
        (
            "only from [speed_gates.cruising.from_kph=50] km/h on, and then down to [speed_gates.cruising.from_kph=48] km/h; "
            "also while the speed is unknown"
        ),
        "stretches shorter than [rules.drowsiness.at_least_s=0.25] s do not count",
    ],
)
def test_sentences_say_which_number_they_mean(default: Opened, sentence: str) -> None:
    assert sentence in said(default.sheet.sections)


@pytest.mark.parametrize("name", pack_names())
def test_the_words_are_those_of_the_command_and_every_number_has_one_slider(name: str) -> None:
    pack = opened(name)
    words = [line.strip() for line in explain_pack(pack.original.pack).splitlines()]
    shown = [
        *(section.head for section in pack.sheet.sections),
        *("".join(piece.text for piece in one.pieces) for section in pack.sheet.sections for one in section.sentences),
    ]
    assert [line for line in shown if line.strip() not in words] == []
    homes = [
        number
        for section in pack.sheet.sections
        for number in (*(each for one in section.sentences for each in one.numbers), *section.silent)
    ]
    assert sorted(homes) == sorted(pack.parameters)


@pytest.mark.parametrize("name", pack_names())
def test_every_slider_stands_on_its_number_and_within_the_schema(name: str) -> None:
    for number in opened(name).sheet.numbers.values():
        steps = (number.value - number.low) / number.step
        assert number.low <= number.value <= number.high, number
        assert steps == pytest.approx(round(steps), abs=1e-4), number


def test_a_number_tells_its_bounds_and_its_source(default: Opened) -> None:
    number = default.sheet.numbers["rules.long_glance.ladder.warning.after_s"]
    assert (number.low, number.high, number.step, number.unit) == (2.0, 4.0, 0.1, "s")
    assert number.opened == "default.yaml opens 2 to 4 s"
    assert number.source == "[S1] Euro NCAP: 3 to 4 s"
    gap = default.sheet.numbers["rules.head_away.gap_tolerance_s"]
    assert gap.bounds == "from 0 s, less than 0.2 s"
    assert gap.high < 0.2
    above = default.sheet.numbers["rules.head_away.when.above"]
    assert above.source.startswith("[D] the project's own 15 degrees"), "the comment above the condition"


@pytest.mark.parametrize(
    ("value", "bounds", "expected"),
    [
        (3.0, Bounds(0.0, 86_400.0), (0.0, 6.0, 0.1)),
        (0.15, Bounds(0.0, 0.2, under=True), (0.0, 0.199, 0.001)),
        (3, Bounds(1.0, whole=True), (1.0, 6.0, 1.0)),
        (-25.0, Bounds(-180.0, 180.0), (-50.0, 0.0, 1.0)),
        (0.0, Bounds(0.0), (0.0, 1.0, 0.01)),
        (0.3, Bounds(0.0, 1.0, above=True), (0.01, 0.6, 0.01)),
    ],
)
def test_sliders(value: float, bounds: Bounds, expected: tuple[float, float, float]) -> None:
    slide = slide_of(value, bounds)
    assert (slide.low, slide.high, slide.step) == expected


def test_a_number_outside_of_its_space_widens_the_slider() -> None:
    slide = slide_between(4.55, 2.0, 4.0, Bounds(0.0), 0.1)
    assert slide.low == 2.0
    assert slide.high == 4.55
    assert slide.step == 0.01


def test_moved_numbers_are_said_and_take_others_along(default: Opened) -> None:
    moved = default.moved({"rules.head_away.when.above": 20})
    assert moved.values == {"rules.head_away.when.above": 20, "rules.head_away.when.until": 17}
    words = said(default.sections(moved))
    assert any(
        "[rules.head_away.when.above=20]° (and then until it is back at [rules.head_away.when.until=17]°)" in one for one in words
    )
    assert len(words) == len(said(default.sheet.sections))
    own = default.moved({"rules.head_away.when.above": 20, "rules.head_away.when.until": 11})
    assert own.values["rules.head_away.when.until"] == 11, "a number that was moved itself stays where it was put"
    assert default.moved({"rules.head_away.when.above": 15}).values == {}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rules.long_glance.ladder.warning.after_s": -1}, "greater than or equal to 0"),
        ({"rules.head_stays_away.when.all.head_away_deg.until": 15}, "until 15 must be less than above 15"),
        ({"rules.drowsiness.at_least_times": 2.5}, "a whole number is wanted"),
        ({"rules.drowsiness.at_least_times": float("inf")}, "a whole number is wanted"),
        ({"rules.long_glance.ladder.warning.after_s": float("inf")}, "inf"),
        ({"rules.no_such.number": 1}, "there is no number rules.no_such.number"),
    ],
)
def test_what_the_schema_does_not_allow_is_refused_in_its_words(default: Opened, values: dict[str, float], words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        default.moved(values)
    assert words in str(refused.value)


def test_a_pack_with_more_numbers_than_anybody_could_move_says_so(tmp_path: Path) -> None:
    rungs = "".join(f"  rule{index}:{PACK.split('  turned:')[1].split('  asleep:')[0]}" for index in range(120))
    file = tmp_path / "huge.yaml"
    file.write_text(f"pack: huge\ntitle: Huge\nrules:\n{rungs}")
    with pytest.raises(ConfigurationError, match="up to 600"):
        _ = Opened(load_original(str(file)), None).sheet


def test_a_number_that_was_nothing_and_then_says_something(tmp_path: Path) -> None:
    file = tmp_path / "story.yaml"
    file.write_text(PACK.replace("clear: {for_s: 1.0}", "clear: {for_s: 0.0}"))
    pack = Opened(load_original(str(file)), None)
    name = "rules.turned.clear.for_s"
    assert name in pack.sheet.sections[0].silent
    now = pack.sections(pack.moved({name: 2.0}))
    assert name not in now[0].silent
    assert f"ends after [{name}=2] s of the opposite" in said(now)
