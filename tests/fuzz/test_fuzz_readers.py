"""Whatever a stranger sends or leaves in a file is read, or refused with one message: never a traceback, never the end.

The kept cases have broken a reader once, or stand for a kind of input that did. `python -m tools.fuzz all --cases 1000000`
looks for more.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from tools.fuzz.campaign import random_cases, run
from tools.fuzz.readers import READERS

CORPUS = Path(__file__).parent / "corpus"
CASES = 100
CASES_OF_SLOW = 20  # a pack takes fifty times as long as a line of JSON, and a bag loads the types of ROS
_YAML = {"pack", "cabin", "configuration", "space", "manifest", "limits", "signals", "outputs", "vehicle-sources"}
_SLOW = _YAML | {name for name in READERS if name.startswith(("bag", "can-"))}


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", READERS)
def test_what_once_broke_a_reader_is_read_or_refused(name: str, tmp_path: Path) -> None:
    folder = CORPUS / name.removesuffix("-replay")
    cases = [path.read_bytes() for path in sorted(folder.glob("*"))]
    deque(READERS[name].seeds(tmp_path), maxlen=0)  # they leave behind what lies beside the file
    outcome = run(READERS[name], cases, tmp_path)
    assert outcome.broken == {}
    assert outcome.cases == len(set(cases))


@pytest.mark.parametrize("name", READERS)
def test_random_damage_is_read_or_refused(name: str, tmp_path: Path) -> None:
    reader, number = READERS[name], CASES_OF_SLOW if name in _SLOW else CASES
    outcome = run(reader, random_cases(reader.seeds(tmp_path), number, seed=20_261_129), tmp_path)
    assert outcome.broken == {}
    assert outcome.cases == number


@pytest.mark.parametrize("name", READERS)
def test_what_the_damage_begins_from_is_right(name: str, tmp_path: Path) -> None:
    """Otherwise the cases above would all be refused for one and the same reason."""
    seeds = list(READERS[name].seeds(tmp_path))
    outcome = run(READERS[name], seeds, tmp_path)
    assert (outcome.read, outcome.broken) == (len(seeds), {})


def test_a_reader_that_breaks_is_found_out(tmp_path: Path) -> None:
    def breaks(content: bytes, _: Path) -> object:
        return float(int(content))

    reader = type(READERS["message"])("", lambda _: [b"1"], breaks)
    assert list(run(reader, [b"7", b"9" * 310, b"x"], tmp_path).broken) == [b"9" * 310, b"x"]
