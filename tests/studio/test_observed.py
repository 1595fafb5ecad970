"""Some seconds of a drive are found without reading the rest, in every format, and are the same as when all of it is read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dms.recording.drive import open_drive
from dms.studio.observed import observed_between
from dms.types import Observation
from tests.drives.drive_making import story, write_jsonl, write_mcap


@pytest.fixture(scope="module")
def drives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same drive in three formats, and one in two parts."""
    folder = tmp_path_factory.mktemp("drives")
    plain = write_jsonl(folder / "drive.jsonl", story(60))
    packed = folder / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    records = list(story(60))
    write_mcap(folder / "long-part01.mcap", (one for one in records if one.t < 30))
    write_mcap(folder / "long-part02.mcap", (one for one in records if one.t >= 30))
    shuffled = [records[at ^ 1] for at in range(len(records) // 2 * 2)]
    return {
        "jsonl": plain,
        "gz": packed,
        "mcap": write_mcap(folder / "drive.mcap", story(60)),
        "parts": folder / "long-part01.mcap",
        "disordered": write_jsonl(folder / "disordered.jsonl", iter(shuffled)),
    }


@pytest.mark.parametrize("kind", ["jsonl", "gz", "mcap", "parts", "disordered"])
@pytest.mark.parametrize(("begin_s", "end_s"), [(0.0, 2.0), (29.0, 31.0), (57.0, 70.0), (100.0, 110.0), (12.34, 12.34)])
def test_a_span_is_what_reading_everything_finds_there(drives: dict[str, Path], kind: str, begin_s: float, end_s: float) -> None:
    everything = [one for one in open_drive(drives[kind], landmarks=True) if isinstance(one, Observation)]
    wanted = [one for one in everything if begin_s <= one.t <= end_s]
    assert sorted(observed_between(drives[kind], begin_s, end_s), key=lambda one: one.t) == sorted(wanted, key=lambda one: one.t)
    assert bool(wanted) == (begin_s < 60 and begin_s != end_s)


def test_of_a_long_text_little_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_jsonl(tmp_path / "long.jsonl", story(600))
    looked_at = []
    from dms.studio import observed

    time_of = observed._time_of
    monkeypatch.setattr(observed, "_time_of", lambda line: (looked_at.append(len(line)), time_of(line))[1])
    assert len(list(observed_between(path, 500.0, 501.0))) == 31
    assert sum(looked_at) < path.stat().st_size / 20
