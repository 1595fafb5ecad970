"""The index: a thread that looks for drives, has new and changed ones replayed, and keeps what came of it.

Looking again costs a `stat` of each file. A drive that goes on changing is being recorded: it is read once it rests.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import zstandard

from dms.drives.labels.labels import labels_beside
from dms.drives.replaying.batch import Setting
from dms.drives.tuning.cue_files import tidy_cues
from dms.errors import DmsError
from dms.recording.drive import VIDEO_SUFFIXES
from dms.studio.entries import Entries, Entry
from dms.studio.figures import Figures, figures_of
from dms.studio.kept import Kept
from dms.studio.keys import drive_key, line_key, setting_key
from dms.studio.places import Place, labels_stamp, places_in
from dms.studio.reading import Readers
from dms.studio.seen import Seen, seen_in, series_in
from dms.studio.surroundings import Surroundings
from dms.studio.workers import Reading

LOG = logging.getLogger(__name__)
CUES = "cues"
"""The folder in the cache with the cues of drives."""
LOOK_EVERY_S = 3.0
MOST_OF_TIME_LOOKING = 0.1
"""With very many drives it looks less often, so as not to spend more of its time on it."""
MOST_UNKEPT = 16
"""So many drives are held in memory where the disk refuses them."""
_UNREADABLE = (msgspec.MsgspecError, zstandard.ZstdError)
_figures = msgspec.json.Decoder(Figures).decode


class Index:
    """Every drive in `asked`, under one setting at a time. `setting_now` is asked each time it looks: packs are edited."""

    def __init__(
        self,
        asked: Sequence[Path],
        setting_now: Callable[[], Setting],
        kept: Kept,
        around: Surroundings = Surroundings(),  # noqa: B008 - frozen
    ) -> None:
        self.entries = Entries()
        self.around = around
        self.asked = tuple(asked)
        self.at_end: list[Callable[[], None]] = []
        """What pages have started and is to be ended with the studio."""
        self.setting = setting_now()
        self._key = setting_key(self.setting)
        self.looked = threading.Event()
        """Set once it has looked for the first time."""
        self._setting_now = setting_now
        self._kept = kept
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._restless: dict[str, str] = {}
        self._unkept: dict[str, tuple[bytes, bytes]] = {}
        self._notices: dict[str, str] = {}
        self._readers = Readers(self.entries, self._inbox.put, self._take)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="studio-index", daemon=True)

    @property
    def notice(self) -> str | None:
        """Why what is shown may not be what is wanted, in words; None if all is well."""
        return "\n".join(self._notices.values()) or None

    def start(self) -> None:
        """Begin to look, and to listen."""
        self._thread.start()
        if self.around.line is not None:
            self.around.line.start()
            self.at_end.append(self.around.line.stop)

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        for end in self.at_end:
            end()
        self._stopped.set()
        self._inbox.put(lambda: None)
        self._thread.join()

    @property
    def cache(self) -> Path:
        """The folder in which anything is kept that can be made again."""
        return self._kept.path.parent

    def want(self, identity: str) -> None:
        """Somebody waits for this drive: it is read next."""
        self._inbox.put(partial(self._readers.add_first, identity))

    def opened(self, entry: Entry) -> tuple[Seen, bytes] | None:
        """What a drive came to, and the JSON of its series; None if it has yet to be read."""
        kept = self._unkept.get(entry.key) or self._kept.drive(entry.key)
        if kept is not None:
            try:
                return seen_in(kept[0]), series_in(kept[1])
            except _UNREADABLE as error:
                LOG.warning("%s: what was kept of it is damaged (%s): read again", entry.place.path, error)
        self.want(entry.place.identity)
        return None

    def seen(self, entry: Entry) -> Seen | None:
        """The first of both alone."""
        kept = self._unkept[entry.key][0] if entry.key in self._unkept else self._kept.seen(entry.key)
        try:
            return None if kept is None else seen_in(kept)
        except _UNREADABLE:
            return None

    def is_under_setting(self, entry: Entry) -> bool:
        """Whether what is kept of the drive is of the setting as it is now: the pack may just have been edited."""
        return entry.key == drive_key(entry.place, self._key)

    def relabelled(self, identity: str) -> None:
        """Labels beside this drive were just written: its line follows at once."""
        self._inbox.put(partial(self._count_again, identity))

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                begun_s = time.monotonic()
                self._look()
                if not self.looked.is_set():  # drives may have gone while no studio looked
                    self._tidy()
                self.looked.set()
                now_s = time.monotonic()
                self._work_until(now_s + max(LOOK_EVERY_S, (now_s - begun_s) / MOST_OF_TIME_LOOKING))
        except Exception as error:
            LOG.exception("the index has ended")
            self._notices["ended"] = f"Drives are no longer looked for, as of a fault ({error}): start dms studio anew."
            raise
        finally:
            self.looked.set()
            self._readers.stop()

    def _work_until(self, then: float) -> None:
        while not self._stopped.is_set() and (left_s := then - time.monotonic()) > 0:
            self._readers.start(self.setting)
            try:
                self._inbox.get(timeout=left_s)()
            except queue.Empty:
                return

    def _look(self) -> None:
        self._take_setting()
        places = {place.identity: place for place in places_in(self.asked)}
        if self.entries.keep_only(places):
            self._tidy()
        self._readers.keep_only(places)
        known = {entry.place.identity: entry for entry in self.entries}
        fresh = [entry for place in places.values() if (entry := self._as_found(place, known.get(place.identity))) is not None]
        self._take_lines(fresh)

    def _tidy(self) -> None:
        """Forget what is known of drives that are gone."""
        self._try_to_keep(self._kept.tidy)
        tidy_cues(self.cache / CUES)

    def _take_setting(self) -> None:
        try:
            setting = self._setting_now()
        except DmsError as error:
            self._notices["pack"] = f"{error} (shown under the pack as it was before)"
            return
        self._notices.pop("pack", None)
        if (key := setting_key(setting)) != self._key:
            self.setting, self._key = setting, key
            self._readers.stop()

    def _as_found(self, place: Place, known: Entry | None) -> Entry | None:
        """The entry of a drive that is new or has changed; None if there is nothing new about it."""
        key = drive_key(place, self._key)
        if known is not None and known.key == key and known.place == place:
            self._restless.pop(place.identity, None)
            return None
        if known is None or known.key == key or known.place.drive == place.drive:
            return Entry(place, key, figures=known.figures if known is not None else None)
        if self._restless.get(place.identity) != key:  # it changed since the last look, and may go on
            self._restless[place.identity] = key
            return None
        del self._restless[place.identity]
        return Entry(place, key, figures=known.figures)

    def _take_lines(self, entries: Sequence[Entry]) -> None:
        """Enter drives with what is kept of them; those of which nothing is are to be read."""
        found = self._kept.lines(line_key(entry.key, entry.place) for entry in entries)
        ready = [self._with_line(entry, found.get(line_key(entry.key, entry.place))) for entry in entries]
        if ready:
            self.entries.put_all(ready)
        slow = [entry for entry in ready if entry.state == "waiting"]
        # Videos that have yet to be seen take as long as they last; everything else comes first.
        for entry in sorted(slow, key=lambda entry: entry.place.path.suffix.lower() in VIDEO_SUFFIXES):
            self._readers.add(entry.place.identity)

    def _with_line(self, entry: Entry, kept: bytes | None) -> Entry:
        if entry.place.problem is not None:
            return replace(entry, state="broken", problem=entry.place.problem)
        if kept is not None:
            try:
                return replace(entry, state="read", figures=_figures(kept), problem=None)
            except msgspec.MsgspecError:
                LOG.warning("%s: what was kept of it is damaged: counted again", entry.place.path)
        seen = self.seen(entry)
        return entry if seen is None else self._counted(entry, seen)

    def _counted(self, entry: Entry, seen: Seen) -> Entry:
        try:
            figures = figures_of(entry.place.path, seen, labels_beside(entry.place.path), self.setting.pack)
        except DmsError as error:  # its labels cannot be read
            return replace(entry, state="broken", figures=None, problem=str(error))
        line = msgspec.json.encode(figures)
        self._try_to_keep(partial(self._kept.keep_line, line_key(entry.key, entry.place), entry.place.path, line))
        return replace(entry, state="read", figures=figures, problem=None)

    def _count_again(self, identity: str) -> None:
        entry = self.entries.get(identity)
        if entry is not None and entry.state in ("read", "broken"):
            place = replace(entry.place, labels=labels_stamp(entry.place.path))
            self._take_lines([replace(entry, place=place, state="waiting")])

    def _take(self, entry: Entry, reading: Reading) -> None:
        """A drive was read, as it was when that began."""
        if reading.problem is None:
            keep = partial(self._kept.keep_drive, entry.key, entry.place.path, reading.seen, reading.series)
            if not self._try_to_keep(keep):
                self._unkept = dict([*self._unkept.items(), (entry.key, (reading.seen, reading.series))][-MOST_UNKEPT:])
        now = self.entries.get(entry.place.identity)
        if now is None:
            return
        if now.key != entry.key:  # it changed while it was read
            self._readers.add(entry.place.identity)
        elif reading.problem is not None:
            self.entries.put(replace(now, state="broken", figures=None, problem=reading.problem))
        else:
            self.entries.put(self._counted(now, seen_in(reading.seen)))
        if self._readers.are_idle:
            self._tidy()

    def _try_to_keep(self, keep: Callable[[], None]) -> bool:
        """Whether it could be kept. If the disk refuses, drives are read again next time."""
        try:
            keep()
        except sqlite3.Error as error:
            self._notices["kept"] = f"{self._kept.path}: {error}: what is found out about drives cannot be kept"
            return False
        self._notices.pop("kept", None)
        return True
