"""What a comparison is made of: named outputs, their sha256 in a file, their text beside it, and how two of them differ."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

MOST_KEPT_CHARACTERS = 60_000
"""Longer texts, such as pages, are kept as their sha256 alone."""
_SHOWN_BEFORE, _SHOWN = 60, 240


@dataclass(frozen=True)
class Output:
    """Something that the outside world sees. `of_pictures`: networks made it, and they round as this processor does."""

    name: str
    text: str
    of_pictures: bool = False

    @property
    def sha256(self) -> str:
        """Of the text in UTF-8."""
        return hashlib.sha256(self.text.encode(errors="backslashreplace")).hexdigest()


@dataclass(frozen=True)
class Manifest:
    """The outputs of one state of the program. `texts` may lack some of them."""

    machine: str
    hashes: Mapping[str, str]
    of_pictures: frozenset[str]
    texts: Mapping[str, str]

    @classmethod
    def of(cls, outputs: Iterable[Output], machine: str) -> Manifest:
        """Made of the outputs themselves.

        Raises:
            ValueError: two of them have the same name.
        """
        hashes: dict[str, str] = {}
        texts: dict[str, str] = {}
        pictures: set[str] = set()
        for output in outputs:
            if output.name in hashes:
                raise ValueError(f"two outputs are called {output.name}")
            hashes[output.name], texts[output.name] = output.sha256, output.text
            if output.of_pictures:
                pictures.add(output.name)
        return cls(machine, hashes, frozenset(pictures), texts)

    def only(self, wanted: Callable[[str], bool]) -> Manifest:
        """The outputs whose names are wanted."""
        hashes = {name: sha256 for name, sha256 in self.hashes.items() if wanted(name)}
        texts = {name: text for name, text in self.texts.items() if wanted(name)}
        return Manifest(self.machine, hashes, frozenset(filter(wanted, self.of_pictures)), texts)

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """From `path`, and the texts beside it if there are any."""
        kept = json.loads(path.read_text())
        beside = _texts_path(path)
        texts = json.loads(gzip.decompress(beside.read_bytes())) if beside.exists() else {}
        return cls(kept["machine"], kept["outputs"], frozenset(kept["of_pictures"]), texts)

    def write(self, path: Path, *, with_texts: bool) -> None:
        """To `path`, and the texts beside it or nowhere."""
        fields = {"machine": self.machine, "of_pictures": sorted(self.of_pictures), "outputs": dict(sorted(self.hashes.items()))}
        path.write_text(json.dumps(fields, indent=1) + "\n")
        beside = _texts_path(path)
        beside.unlink(missing_ok=True)
        if with_texts:
            texts = {name: text for name, text in sorted(self.texts.items()) if len(text) <= MOST_KEPT_CHARACTERS}
            beside.write_bytes(gzip.compress(json.dumps(texts).encode(), 9, mtime=0))


def differences(old: Manifest, new: Manifest) -> Iterator[str]:
    """What is not the same, in words, a line or more each; outputs of pictures count on the machine of `old` only."""
    left_out = old.of_pictures | new.of_pictures if old.machine != new.machine else frozenset()
    for name in sorted({*old.hashes, *new.hashes} - left_out):
        if name not in new.hashes:
            yield f"{name}: is no more"
        elif name not in old.hashes:
            yield f"{name}: is new"
        elif old.hashes[name] != new.hashes[name]:
            yield f"{name}: differs{first_difference(old.texts.get(name), new.texts.get(name))}"


def first_difference(old: str | None, new: str | None) -> str:
    """The first line that is not the same, as it was and as it is; empty where a text was not kept."""
    if old is None or new is None:
        return " (its text was not kept)"
    pairs = enumerate(zip_longest(old.split("\n"), new.split("\n")), start=1)
    number, (before, now) = next((number, pair) for number, pair in pairs if pair[0] != pair[1])
    begin = max(0, _same_characters(before or "", now or "") - _SHOWN_BEFORE)
    return f", first in line {number}:\n    old: {_excerpt(before, begin)}\n    new: {_excerpt(now, begin)}"


def _same_characters(one: str, other: str) -> int:
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _excerpt(line: str | None, begin: int) -> str:
    if line is None:
        return "(no such line)"
    end = begin + _SHOWN
    return f"{'…' if begin else ''}{line[begin:end]}{'…' if end < len(line) else ''}"


def _texts_path(path: Path) -> Path:
    return path.with_suffix(".texts.json.gz")
