"""A search: seeded, the same however often it is interrupted, and never mixed up with another one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest

from dms.drives.tuning.candidates import Original
from dms.drives.tuning.figures import Figures
from dms.drives.tuning.hopeless import Hopeless
from dms.drives.tuning.optuna_study import BATCH, SamplerName, require_optuna
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.space import Space
from dms.drives.tuning.study import Search, TrialResult, Try
from dms.errors import ConfigurationError, DriveError, UsageError
from tests.drives.tuning.tuning_ground import PACK, opened

AFTER, ANGLE, CLOSED = (
    "rules.turned.ladder.advisory.after_s",
    "rules.turned.when.above",
    "rules.asleep.ladder.urgent.after_s",
)
UNCHANGED = Figures(labels=100, misses=20, false_alarms=30, hours=10.0, latency_sum_s=8.0, timed=80)
FROM = {"set of drives": "a", "pack": "b"}


class Killed(Exception):
    """The power goes."""


def consequences(values: dict[str, Number]) -> Figures:
    """A driver for whom late and wide means misses, early and narrow means false alarms."""
    strictness = (4.0 - values[AFTER]) + (45 - values[ANGLE]) / 10 + (2.5 - values[CLOSED])
    misses = round(max(0.0, 40 - 6 * strictness))
    return Figures(100, misses, round(4 * strictness**1.5), 10.0, (values[AFTER] - 2.0) * (100 - misses), 100 - misses)


def rest_of(figures: Figures, parts: Sequence[Figures]) -> Figures:
    """What is left of the whole."""
    total = sum(parts, Figures())
    return Figures(*(whole - part for whole, part in zip(astuple(figures), astuple(total), strict=True)))


def shared_out(figures: Figures) -> list[Figures]:
    """As on four drives, of which the first tells most."""
    shares = [(0.4, 0.1), (0.3, 0.2), (0.2, 0.3), (0.1, 0.4)]
    parts = [
        Figures(
            round(figures.labels * share),
            round(figures.misses * share),
            round(figures.false_alarms * share),
            figures.hours * hours,
            figures.latency_sum_s * share,
            round(figures.timed * share),
        )
        for share, hours in shares
    ]
    return [*parts[:-1], rest_of(figures, parts[:-1])]


def until_hopeless(figures: Figures, hopeless: Hopeless) -> list[Figures]:
    """Drive after drive, as long as there is hope."""
    drives = shared_out(figures)
    return next((drives[:count] for count in range(1, 5) if hopeless(drives[:count])), drives)


def tried_in(log: list[dict[str, Number]], *, killed_after: int | None = None) -> Try:
    """Tries packs and writes down which; the power goes when `killed_after` batches are done."""
    batches = 0

    def attempt(batch: Sequence[dict[str, Number]], hopeless: Hopeless) -> list[list[Figures]]:
        nonlocal batches
        if killed_after is not None and batches == killed_after:
            raise Killed
        batches += 1
        log.extend(batch)
        return [until_hopeless(consequences(values), hopeless) for values in batch]

    return attempt


def search(folder: Path, name: str = "s", sampler: SamplerName = "tpe", seed: int = 3, **other: str) -> Search:
    original, space = opened(folder)
    return Search(folder / f"{name}.sqlite", {**FROM, **other}, space, original, shared_out(UNCHANGED), sampler, seed)


def packs(results: Sequence[TrialResult]) -> list[tuple[tuple[str, Number], ...]]:
    return [tuple(sorted(result.values.items())) for result in results]


def quiet(_: int) -> None:
    """Nobody watches."""


@pytest.mark.parametrize(("sampler", "batches", "killed_after"), [("tpe", 2, 1), ("nsga2", 4, 3)])
def test_the_same_seed_gives_the_same_search_interrupted_or_not(
    tmp_path: Path, sampler: SamplerName, batches: int, killed_after: int
) -> None:
    whole = search(tmp_path, "whole", sampler)
    whole.run(batches * BATCH, tried_in([]), quiet)
    with pytest.raises(Killed):
        search(tmp_path, "killed", sampler).run(batches * BATCH, tried_in([], killed_after=killed_after), quiet)
    again = search(tmp_path, "killed", sampler)
    assert again.tried == killed_after * BATCH, "what was tried is kept"
    again.run(batches * BATCH, tried_in([]), quiet)
    assert packs(again.results) == packs(whole.results)
    assert [result.goals for result in again.results] == [result.goals for result in whole.results]


def test_a_batch_of_which_only_a_part_was_told_is_tried_to_its_end(tmp_path: Path) -> None:
    whole = search(tmp_path, "whole")
    whole.run(2 * BATCH, tried_in([]), quiet)
    cut = search(tmp_path, "cut")
    told = 0
    tell = cut._study.tell

    def tell_some(*arguments: Any, **options: Any) -> Any:
        nonlocal told
        told += 1
        if told == BATCH + 3:
            raise Killed
        return tell(*arguments, **options)

    cut._study.tell = tell_some  # type: ignore[method-assign]
    with pytest.raises(Killed):
        cut.run(2 * BATCH, tried_in([]), quiet)
    again = search(tmp_path, "cut")
    again.run(2 * BATCH, tried_in([]), quiet)
    assert packs(again.results) == packs(whole.results)


def test_another_seed_searches_elsewhere(tmp_path: Path) -> None:
    one, other = search(tmp_path, "one", seed=1), search(tmp_path, "other", seed=2)
    for each in (one, other):
        each.run(BATCH, tried_in([]), quiet)
    assert packs(one.results)[1:] != packs(other.results)[1:]


def test_a_search_that_is_done_tries_nothing_and_one_that_wants_more_goes_on(tmp_path: Path) -> None:
    search(tmp_path).run(BATCH, tried_in([]), quiet)
    log: list[dict[str, Number]] = []
    search(tmp_path).run(BATCH, tried_in(log), quiet)
    assert log == []
    search(tmp_path).run(2 * BATCH, tried_in(log), quiet)
    assert 0 < len(log) <= BATCH


def test_the_search_finds_better_packs_than_chance_begins_with(tmp_path: Path) -> None:
    found = search(tmp_path)
    found.run(4 * BATCH, tried_in([]), quiet)
    early = min(sum(result.goals[:2]) for result in found.results[1 : BATCH + 1])
    late = min(sum(result.goals[:2]) for result in found.results[BATCH + 1 :])
    assert late < early


def test_every_value_is_on_the_grid_and_the_unchanged_pack_comes_first(tmp_path: Path) -> None:
    found = search(tmp_path)
    found.run(BATCH, tried_in([]), quiet)
    first = found.results[0]
    assert (first.number, first.values[AFTER], first.values[ANGLE]) == (0, 2.0, 15)
    assert first.goals == (20.0, 3.0, 0.1)
    for result in found.results[1:]:
        assert result.values[AFTER] * 4 == round(result.values[AFTER] * 4)
        assert result.values[ANGLE] % 5 == 0


@pytest.mark.parametrize("changed", ["set of drives", "pack"])
def test_the_file_of_another_search_is_refused_and_says_what_differs(tmp_path: Path, changed: str) -> None:
    search(tmp_path).run(BATCH, tried_in([]), quiet)
    with pytest.raises(UsageError, match=f"holds a search with another {changed}: .*--out"):
        search(tmp_path, **{changed: "z"})  # type: ignore[arg-type]


def test_a_file_that_is_no_search_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_bytes(b"not a database, but long enough to be taken for one" * 40)
    with pytest.raises(DriveError, match="cannot be used as the file of a search"):
        search(tmp_path)


LADDER = "rules.turned.ladder.advisory.after_s"
TWO_RUNGS = "      - {level: advisory, after_s: 2.0}\n      - {level: warning, after_s: 3.0}\n"


def two_rungs(folder: Path, bounds: str) -> tuple[Original, Space]:
    pack = PACK.replace("      - {level: advisory, after_s: 2.0}\n", TWO_RUNGS)
    upper = "rules.turned.ladder.warning.after_s: {from: 2.0, to: 4.0, step: 0.5}"
    return opened(folder, pack, f"tunes: story\nparameters:\n  {LADDER}: {bounds}\n  {upper}\n")


def test_draws_that_break_the_schema_are_drawn_again_and_counted(tmp_path: Path) -> None:
    original, space = two_rungs(tmp_path, "{from: 1.0, to: 3.5, step: 0.5}")
    found = Search(tmp_path / "s.sqlite", FROM, space, original, shared_out(UNCHANGED), "tpe", 0)
    found.run(2 * BATCH, lambda batch, _: [shared_out(UNCHANGED) for _ in batch], quiet)
    assert found.tried == 2 * BATCH
    assert found.refused > 0
    assert all(one.values[LADDER] < one.values["rules.turned.ladder.warning.after_s"] for one in found.results)


def test_a_space_in_which_nothing_is_valid_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dms.drives.tuning.study._MOST_REFUSALS", 10)
    original, space = two_rungs(tmp_path, "{from: 5.0, to: 6.0, step: 0.5}")
    found = Search(tmp_path / "s.sqlite", FROM, space, original, shared_out(UNCHANGED), "tpe", 0)
    with pytest.raises(ConfigurationError, match=r"make no valid pack; the last one: .*after_s must go up from rung to rung"):
        found.run(BATCH, tried_in([]), quiet)


def test_without_the_extra_one_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UsageError, match=r"needs the extra 'tune': pip install -c constraints.txt '\.\[tune\]'"):
        require_optuna()


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_packs_that_are_beaten_stop_early_and_are_none_of_the_results(tmp_path: Path, sampler: SamplerName) -> None:
    seen: list[int] = []

    def attempt(batch: Sequence[dict[str, Number]], hopeless: Hopeless) -> list[list[Figures]]:
        sides = [until_hopeless(slow(consequences(values), values), hopeless) for values in batch]
        seen.extend(map(len, sides))
        return sides

    def slow(figures: Figures, values: dict[str, Number]) -> Figures:
        """A pack with a wide angle is late as well, so that it has nothing to be said for it."""
        return replace(figures, latency_sum_s=figures.latency_sum_s + 2.0 * max(0, values[ANGLE] - 25) * figures.timed)

    found = search(tmp_path, sampler=sampler)
    found.run(6 * BATCH, attempt, quiet)
    assert seen[: 2 * BATCH] == [4] * 2 * BATCH, "there was nothing to compare the first ones with"
    assert 0 < found.given_up < found.tried == 6 * BATCH
    assert len(found.results) == 1 + found.tried - found.given_up
    again = search(tmp_path, sampler=sampler)
    assert (again.given_up, packs(again.results)) == (found.given_up, packs(found.results))
