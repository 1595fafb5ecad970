"""The packs that the page of rules opens and saves: those that ship, which are never written, and those in a few folders.

A pack is named by where it lies and what it is called, never by a path: whoever asks chooses among what is there.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.bounded import read_at_most
from dms.config.shipped import rules_folder
from dms.config.yaml_loader import MAX_BYTES, parse_yaml
from dms.decision.pack_loader import pack_from, pack_names
from dms.drives.tuning.candidates import load_original
from dms.drives.tuning.pack_text import difference, tuned_text
from dms.drives.tuning.space import Space, load_space, read_space_file, space_names, space_path
from dms.durable import write_whole
from dms.errors import ConfigurationError
from dms.kept_key import file_sha256
from dms.studio.rules.moved import Moved, Opened

SHIPPED = "shipped"
_USED = "used"
MOVED = "moved, was"
"""What is said beside a number that somebody moved."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_MOST_OPEN = 16
_MOST_LISTED = 500
_IS_PACK = re.compile(rb"^pack\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Known:
    """A pack that can be opened. `place`: which folder it lies in, `SHIPPED` or a number of `Packs.folders`."""

    place: str
    name: str
    path: Path

    @property
    def identity(self) -> str:
        """What stands for it in addresses."""
        return f"{self.place}/{self.name}"


@dataclass(frozen=True, slots=True)
class Saved:
    """A pack as it would be written, or has been. `replaces`: the hash of the file that is there already; None without one."""

    path: Path
    text: str
    diff: tuple[str, ...]
    replaces: str | None


class Packs:
    """Those that ship, those in `folders`, and the one in `used`, which may lie elsewhere. Safe from any thread."""

    def __init__(self, folders: Sequence[Path], used: Path) -> None:
        self.folders = tuple(folders)
        self._used = used
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, str], Opened] = OrderedDict()

    def __iter__(self) -> Iterator[Known]:
        """All of them, as they are now."""
        yield from (Known(SHIPPED, name, rules_folder() / f"{name}.yaml") for name in pack_names())
        for place, folder in enumerate(self.folders):
            files = sorted(folder.glob("*.yaml"))[:_MOST_LISTED] if folder.is_dir() else []
            yield from (Known(str(place), file.stem, file) for file in files if _is_pack(file))
        if all(self._used.parent.resolve() != folder.resolve() for folder in (rules_folder(), *self.folders)):
            yield Known(_USED, self._used.stem, self._used)

    @property
    def used(self) -> str:
        """The identity of the pack that the drives are shown under."""
        wanted = self._used.resolve()
        return next((known.identity for known in self if known.path.resolve() == wanted), f"{_USED}/{self._used.stem}")

    def find(self, identity: str) -> Known:
        """The pack of that identity.

        Raises:
            ConfigurationError: there is none.
        """
        place, _, name = identity.partition("/")
        found = self._path_of(place, name)
        if found is None or not found.is_file():
            raise ConfigurationError(f"{identity[:80]}: there is no such pack, or it is not there any more")
        return Known(place, name, found)

    def _path_of(self, place: str, name: str) -> Path | None:
        if place == _USED:
            return self._used if name == self._used.stem else None
        if place == SHIPPED:
            return rules_folder() / f"{name}.yaml" if name in pack_names() else None
        is_name = name and "/" not in name and "\0" not in name
        if not (is_name and place.isdecimal() and int(place) < len(self.folders)):
            return None
        return self.folders[int(place)] / f"{name}.yaml"

    def open(self, identity: str, sha256: str | None = None) -> Opened:
        """The pack as it is now, or as it was when it had that hash, if it was opened then.

        Raises:
            ConfigurationError: it cannot be read or is wrong, with its line; or it has changed, and was not opened before.
        """
        with self._lock:
            if sha256 is not None and (opened := self._open.get((identity, sha256))) is not None:
                self._open.move_to_end((identity, sha256))
                return opened
        known = self.find(identity)
        original = load_original(str(known.path))
        now = original.pack.sha256
        if sha256 not in (None, now):
            raise ConfigurationError(f"{known.path}: it was changed meanwhile: open it again")
        with self._lock:
            opened = self._open.get((identity, now)) or Opened(original, _space_for(original.pack.name, original.data))
            self._open[identity, now] = opened
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
            return opened

    def is_as_opened(self, identity: str, opened: Opened) -> bool:
        """Whether its file still is what was opened."""
        try:
            return file_sha256(self.find(identity).path) == opened.original.pack.sha256
        except (OSError, ConfigurationError):
            return False

    def save(self, identity: str, moved: Moved, place: int, name: str, replaces: str | None, *, write: bool) -> Saved:
        """Make a pack with other numbers a file called `name` in a folder, and write it if wanted.

        Args:
            identity: the pack that was moved.
            moved: what it became.
            place: which of `folders`.
            name: what it is to be called.
            replaces: the hash of the file that is to be replaced, None if there is to be none.
            write: whether to write it.

        Raises:
            ConfigurationError: it may not be written there, or is not what it should be; then nothing was written.
        """
        target = self._target(place, name)
        text = _text_of(moved, name)
        pack_from(parse_yaml(text, str(target)), "")
        with self._lock:
            there = _sha256_of(target)
            if write:
                self._check(identity, moved, target, there, replaces)
                try:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    write_whole(target, text)
                except OSError as error:
                    raise ConfigurationError(f"{target}: cannot be written: {error.strerror}") from error
        before = moved.opened.original.document.text
        names = (str(moved.opened.original.pack.path.name), target.name)
        return Saved(target, text, tuple(difference(before, text, names)), there)

    def _target(self, place: int, name: str) -> Path:
        if not 0 <= place < len(self.folders):
            raise ConfigurationError("there is no such folder to save in: dms studio --packs names them")
        if not _NAME.fullmatch(name):
            raise ConfigurationError(f"{name[:80]!r}: a pack's name has small letters, digits and hyphens, and no folder")
        if name in pack_names():
            raise ConfigurationError(f"{name}: a pack that ships is called so, and is never replaced: choose another name")
        folder = self.folders[place]
        if folder.resolve() == rules_folder().resolve():
            raise ConfigurationError(f"{folder}: the packs that ship lie here, and are never replaced: choose another folder")
        return folder / f"{name}.yaml"

    def _check(self, identity: str, moved: Moved, target: Path, there: str | None, replaces: str | None) -> None:
        if target.is_symlink():
            raise ConfigurationError(f"{target}: this is a link, and what it leads to is not replaced: choose another name")
        if there == replaces:
            return
        if there is None:
            raise ConfigurationError(f"{target}: it is not there any more: look at the differences again; nothing was written")
        if target == self.find(identity).path:
            opened = moved.opened.original.pack.sha256
            if there != opened:
                raise ConfigurationError(f"{target}: it was changed meanwhile by somebody else; nothing was written")
        raise ConfigurationError(f"{target}: a pack of this name is there already; nothing was written")


def _text_of(moved: Moved, name: str) -> str:
    original = moved.opened.original
    number = len(moved.changes)
    story = (
        () if original.pack.name == name else (f"Made from {original.pack.name} in the studio: {number} of its numbers moved.",)
    )
    return tuned_text(original, moved.changes, name, story, MOVED)


def _sha256_of(path: Path) -> str | None:
    try:
        return file_sha256(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error


def _is_pack(file: Path) -> bool:
    """Whether a YAML file means to be a pack, so that other files in the folder are not offered. A broken one still is."""
    try:
        return file.is_file() and _IS_PACK.search(read_at_most(file, MAX_BYTES)) is not None
    except (OSError, ConfigurationError):
        return True


def _space_for(name: str, data: object) -> Space | None:
    """The space that ships for the pack of that name, or one all of whose numbers the pack has: it was made from that pack."""
    paths = [space_path(each) for each in space_names()]
    paths.sort(key=lambda path: read_space_file(path)[0].tunes != name)
    for path in paths:
        try:
            return load_space(path, name, data)
        except ConfigurationError:  # it opens numbers that this pack does not have
            continue
    return None
