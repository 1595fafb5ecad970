"""The parts of the evaluation on real pictures and on held-out renders: what each part needs and what measures it.

A new part is a function from a `Bench` to figures, and one line in `PARTS`; what its figures have to reach stands in
`targets.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dms.config.defaults import ENGINE, EngineName
from dms.fusion.settings import FusionSettings
from dms.perception.engines import load_network
from dms.perception.manifest import load_manifest
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.perception.stills import StillReader
from tools.evaluation import (
    drivface,
    empty_places,
    eye_crops,
    false_phones,
    ferplus,
    helen,
    in_car,
    phone_side,
    rendered,
    videos,
)

Figures = dict[str, float]


@dataclass(frozen=True)
class Bench:
    """What is judged, and where the pictures lie. `heldout` are held-out rendered shards, `hdri` environment maps."""

    eval_folder: Path
    models: Path | None = None
    engine: EngineName = ENGINE
    hdri: Path | None = None
    heldout: Path | None = None

    @cached_property
    def reader(self) -> StillReader:
        """Reads single pictures."""
        return StillReader(self.engine, self.models)


@dataclass(frozen=True, slots=True)
class Part:
    """One set. `keys` are the beginnings of its figures' keys; `place` is where its pictures lie, None if nowhere."""

    name: str
    keys: tuple[str, ...]
    place: Callable[[Bench], Path | None]
    measure: Callable[[Bench, Path], Figures]


def _in_eval(name: str) -> Callable[[Bench], Path | None]:
    return lambda bench: bench.eval_folder / name


def _false_phones(bench: Bench, folder: Path) -> Figures:
    """On all videos in which nobody holds a phone."""
    recordings = [*sorted((folder / "yawdd" / "videos").glob("*.avi")), *sorted((folder / "webcam").glob("*.mp4"))]
    perception = Perception(PerceptionSettings(engine=bench.engine, models=bench.models, landmarks=True))
    return false_phones.measure(perception, recordings) if recordings else {}


def _eye_crops(bench: Bench, folder: Path) -> Figures:
    threshold = load_manifest(bench.models).networks["eye"].thresholds["open"]
    return eye_crops.measure(load_network("eye", bench.engine, bench.models), threshold, folder)


PARTS = (
    Part(
        "landmarks_helen", ("helen_",), _in_eval("landmarks_helen"),
        lambda bench, folder: helen.measure(bench.reader, folder, FusionSettings().closed_below),
    ),
    Part("eye_crops", ("eye_",), _in_eval("eye_crops"), _eye_crops),
    Part(
        "yawdd/frames", ("yawdd_",), _in_eval("yawdd/frames"),
        lambda bench, folder: in_car.measure_yawdd(bench.reader, folder),
    ),
    Part("videos", ("videos_",), _in_eval("yawdd/videos"), lambda bench, folder: videos.measure(bench.models, folder)),
    Part("car_one_driver", ("car_",), _in_eval("car_one_driver"), lambda bench, folder: in_car.measure_car(bench.reader, folder)),
    Part("drivface", ("drivface_",), _in_eval("drivface"), lambda bench, folder: drivface.measure(bench.reader, folder)),
    Part(
        "phone_side", ("phone_side", "rendered_phone", "rendered_smoking", "rendered_drinking"), _in_eval("phone_side"),
        lambda bench, folder: phone_side.measure(bench.reader, folder, bench.heldout),
    ),
    Part("false phones", ("false_phones", "false_smoking"), lambda bench: bench.eval_folder, _false_phones),
    Part("ferplus_valid", ("ferplus_",), _in_eval("ferplus_valid"), lambda bench, folder: ferplus.measure(bench.reader, folder)),
    Part(
        "places without a face", ("false_faces",), lambda bench: bench.hdri,
        lambda bench, folder: empty_places.measure(bench.reader, folder),
    ),
    Part(
        "rendered", ("head_", "gaze_", "openness_", "pnp_", "rendered_nme", "rendered_mouth"), lambda bench: bench.heldout,
        lambda bench, folder: rendered.measure(bench.reader, folder),
    ),
)  # fmt: skip


def there(bench: Bench, names: tuple[str, ...] = ()) -> Iterator[tuple[Part, Path]]:
    """The parts whose pictures are there, with the folder; of all, or of those named.

    Raises:
        ValueError: a name is none of a part.
    """
    unknown = set(names) - {part.name for part in PARTS}
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: none of {', '.join(part.name for part in PARTS)}")
    for part in PARTS:
        folder = part.place(bench)
        if folder is not None and folder.is_dir() and (not names or part.name in names):
            yield part, folder


def absent_keys(bench: Bench) -> tuple[str, ...]:
    """The beginnings of the keys whose pictures are not there."""
    gone = (part for part in PARTS if (folder := part.place(bench)) is None or not folder.is_dir())
    return tuple(key for part in gone for key in part.keys)
