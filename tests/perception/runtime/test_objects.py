"""What the driver holds, from looks at pictures to the cue: believed when looks agree, unknown where nobody looks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from dms.config.cabin import load_cabin
from dms.fusion.fusion import Fusion
from dms.perception.object_watch import Agreement
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.perception.still_observer import StillObserver
from dms.types import Cues, Frame, Observation, Phone
from tests.perception.runtime.object_weights import EMPTY_HANDED, PHONING, weights

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")


def empty_seat(k: int) -> Frame:
    """Frame `k` of a noisy picture, thirty a second, in which there is nobody."""
    stripes = np.tile(np.repeat(np.array([60, 140, 100, 180], np.uint8), 40), 4)
    noise = np.random.default_rng(k).integers(0, 12, (480, 640)).astype(np.uint8)
    return Frame(k / 30, k, stripes[None] + noise)


def watching(folder: Path, logits: list[float] | None) -> Perception:
    return Perception(PerceptionSettings(models=weights(folder, logits)))


def cues_of(observations: list[Observation]) -> list[Cues]:
    fusion = Fusion(load_cabin())
    return [cue for cue in map(fusion.observe, observations) if cue is not None]


def test_a_phone_at_the_ear_becomes_the_cue_with_the_second_look(tmp_path: Path, day: list[Frame]) -> None:
    perception = watching(tmp_path, PHONING)
    seen = [perception.observe(frame) for frame in day]
    looks = [one.t for one in seen if one.phone is not None]
    assert (np.diff(looks) >= 0.33).all()
    assert (np.diff(looks) <= 0.41).all(), "a look in every third of a second, at the next frame"
    assert {(one.phone, one.smoking, one.drinking) for one in seen} == {(None, None, None), ("at_ear", False, True)}
    cues = cues_of(seen)
    assert {cue.phone for cue in cues if cue.t < looks[0]} == {None}
    assert {(cue.phone, cue.drinking) for cue in cues if cue.t >= looks[0]} == {("at_ear", True)}
    assert looks[0] - seen[0].t < 0.5


def test_empty_hands_are_seen_empty(tmp_path: Path, day: list[Frame]) -> None:
    perception = watching(tmp_path, EMPTY_HANDED)
    assert {perception.observe(frame).phone for frame in day[:40]} == {None, "none"}


def test_without_an_objects_network_nothing_is_said_of_hands(tmp_path: Path, day: list[Frame]) -> None:
    perception = watching(tmp_path, None)
    perception.warm_up(1)
    seen = [perception.observe(frame) for frame in day[:30]]
    assert {(one.phone, one.smoking, one.drinking) for one in seen} == {(None, None, None)}
    assert seen[0].face is not None


def test_hands_are_looked_at_while_the_face_is_turned_away(tmp_path: Path) -> None:
    perception = watching(tmp_path, PHONING)
    seen = [perception.observe(empty_seat(k)) for k in range(30)]
    assert {one.face for one in seen} == {None}
    assert [one.phone for one in seen if one.phone is not None] == ["at_ear"] * 2


def test_a_network_that_answers_no_number_is_not_believed_and_counted(tmp_path: Path, day: list[Frame]) -> None:
    perception = watching(tmp_path, [float("nan")] * 5)
    assert {perception.observe(frame).phone for frame in day[:30]} == {None}
    assert perception.faults["objects.phone"] >= 3


def test_a_still_picture_has_one_look_and_it_counts(tmp_path: Path, day: list[Frame]) -> None:
    observer = StillObserver(PerceptionSettings(models=weights(tmp_path, PHONING)))
    assert observer.observe(day[0]).phone == "at_ear"
    assert observer.observe(empty_seat(0)).phone == "at_ear"


def cues_after_looks(looks: list[Phone | None]) -> list[Phone | None]:
    """The cue `phone` at 30 frames a second after looks every third of a second."""
    agreement: Agreement[Phone] = Agreement()
    bare = Observation(0.0, 0)
    seen = [
        replace(
            bare, t=frame / 30, frame=frame, phone=agreement.update(frame / 30, looks[frame // 10]) if frame % 10 == 0 else None
        )
        for frame in range(10 * len(looks))
    ]
    return [cue.phone for cue in cues_of(seen)]


def test_a_look_that_errs_once_never_becomes_the_cue() -> None:
    looks: list[Phone | None] = ["none", "none", "at_ear", "none", "none", "handheld", None, "none", "none"]
    assert not {"at_ear", "handheld"} & set(cues_after_looks(looks))


def test_a_phone_of_three_seconds_is_seen_and_not_interrupted_by_a_look_that_misses_it() -> None:
    call: list[Phone | None] = ["at_ear", "at_ear", "at_ear", "at_ear", "none", "at_ear", "at_ear", "at_ear", "at_ear"]
    cues = cues_after_looks(["none", "none", *call, "none", "none", "none"])
    begun, ended = cues.index("at_ear"), len(cues) - cues[::-1].index("at_ear")
    assert begun == 30
    assert set(cues[begun:ended]) == {"at_ear"}
    assert ended == 120


def test_looks_of_long_ago_do_not_count() -> None:
    agreement: Agreement[Phone] = Agreement()
    assert agreement.update(0.0, "at_ear") is None
    assert agreement.update(5.0, "at_ear") is None
    assert agreement.update(5.4, "at_ear") == "at_ear"
