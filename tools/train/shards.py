"""Reading the renderer's shards: `KIND-00012.npz`, a few hundred pictures with their truth each."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.errors import DmsError
from tools.train.ibug import to_ibug

Sample = dict[str, NDArray[Any]]


class NobodyNamedError(DmsError, ValueError):
    """A shard does not say who is in its pictures, so people cannot be kept apart."""


class Shards:
    """All shards of one kind in a directory, in memory; `refresh` picks up those rendered since.

    What is worn and done is told by name, `flag_sunglasses` and so on. Landmarks are iBUG points: as stored under `ibug`, or the
    mesh's own of older shards slid there. Of faces that were labelled by others some truths are NaN; a picture in which one of
    those that are `needed` is, is not drawn. With `whose`, pictures of those people alone of whom it holds.
    """

    def __init__(
        self,
        directory: Path,
        kind: str,
        most: int | None = None,
        needed: Collection[str] = (),
        whose: Callable[[str], bool] | None = None,
    ) -> None:
        self.directory, self.kind, self.most, self.needed, self.whose = directory, kind, most, needed, whose
        self._loaded: dict[str, Sample] = {}
        self._places: list[tuple[str, int]] = []
        self.refresh()

    def __len__(self) -> int:
        return len(self._places)

    def refresh(self) -> None:
        """Load shards that appeared since; a shard that is still being written is left for the next time."""
        for path in sorted(self.directory.glob(f"{self.kind}-*.npz"))[: self.most]:
            if path.name in self._loaded:
                continue
            try:
                with np.load(path) as file:
                    shard = {name: file[name] for name in file.files}
            except (zipfile.BadZipFile, EOFError, ValueError):
                continue
            if "ibug" in shard:
                shard["landmarks"] = shard.pop("ibug")
            elif "landmarks" in shard:
                shard["landmarks"] = to_ibug(shard["landmarks"])
            for number, name in enumerate(shard.get("flag_names", ())):
                shard[f"flag_{name}"] = shard["flags"][:, number]
            self._loaded[path.name] = shard
            self._places += [(path.name, row) for row in np.flatnonzero(self._has_what_is_needed(shard)).tolist()
                             if self.whose is None or self.whose(person_of(shard, row, path))]  # fmt: skip

    def _has_what_is_needed(self, shard: Sample) -> NDArray[np.bool_]:
        """(n,) which pictures of a shard have all truths that are needed."""
        complete = np.ones(len(shard["image"]), bool)
        for name in self.needed:
            complete &= np.isfinite(shard[name]).reshape(len(complete), -1).all(axis=1)
        return complete

    def person(self, index: int) -> str:
        """Who is in picture `index`."""
        name, row = self._places[index]
        return person_of(self._loaded[name], row, self.directory / name)

    def sample(self, index: int) -> Sample:
        """Picture `index` with its truth: every per-picture array of its shard at that row."""
        name, row = self._places[index]
        shard = self._loaded[name]
        count = len(shard["image"])
        return {key: values[row] for key, values in shard.items() if values.ndim and len(values) == count}

    def draw(self, rng: np.random.Generator) -> Sample:
        """A picture at random. Raises FileNotFoundError if there is none."""
        if not self._places:
            needed = f" with {', '.join(self.needed)}" if self.needed else ""
            raise FileNotFoundError(f"{self.directory}: no {self.kind}-*.npz{needed}")
        return self.sample(int(rng.integers(len(self))))


def person_of(shard: Mapping[str, NDArray[Any]], row: int, path: Path) -> str:
    """Who is in a picture of a shard: somebody that labels name, or a number of the renderer's.

    Raises:
        NobodyNamedError: the shard at `path` says of nobody who it is.
    """
    if "person" in shard:
        return str(shard["person"][row])
    if "identity" not in shard:
        raise NobodyNamedError(f"{path}: does not say who is in its pictures (person or identity)")
    return f"rendered-{shard['identity'][row]}"
