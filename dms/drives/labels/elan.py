"""Labels as a document of ELAN, the annotation tool: a tier for each kind of label, an annotation for each label.

The format is EAF 3.0 of the Max Planck Institute for Psycholinguistics, Nijmegen (https://www.mpi.nl/tools/elan/EAFv3.0.xsd),
which ELAN 5 and 6 write. Times are whole milliseconds. The text of an annotation is the label's note; on the tier `kss` it is
the rating, and a note behind it.
"""

from __future__ import annotations

import mimetypes
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from dms.drives.labels.document import Document, by_time, kinds_by_name
from dms.drives.labels.labels import LABEL_KINDS, bounded_content
from dms.durable import real_place
from dms.errors import BAD_INPUT, DriveError
from dms.types import KSS, Label
from dms.wire import record_from

SUFFIX = ".eaf"
_DRIVE_PROPERTY = "dms.drive"
_TIMED = "dms interval"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TIME_DIGITS = 12  # milliseconds of thirty years
_KEPT_FORMATS = ("2.", "3.")


def eaf_text(labels: Iterable[Label], path: Path, *, drive: Path, video: Path | None, now: datetime) -> str:
    """The text of an ELAN document at `path` that shows `video`, with a tier for every kind, so that more can be drawn.

    An instant becomes a millisecond long, as ELAN knows no annotation without length.

    Raises:
        DriveError: a label begins before 0 s, or its note has a character that XML cannot hold.
    """
    by_kind: dict[str, list[tuple[str, str, Label]]] = {kind: [] for kind in LABEL_KINDS}
    slots: list[tuple[int, str]] = []
    for number, label in enumerate(sorted(labels, key=lambda label: (label.t, label.end, label.kind)), 1):
        _check(label)
        begin_ms, end_ms = milliseconds(label)
        begin, end = f"ts{2 * number - 1}", f"ts{2 * number}"
        slots += [(begin_ms, begin), (end_ms, end)]
        by_kind[label.kind].append((begin, end, label))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<ANNOTATION_DOCUMENT AUTHOR="dms" DATE="{now.isoformat(timespec="seconds")}" FORMAT="3.0" VERSION="3.0"',
        '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
        '    xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">',
        *_header(path, drive, video, last_annotation=len(slots) // 2),
        "  <TIME_ORDER>",
        *(f'    <TIME_SLOT TIME_SLOT_ID="{name}" TIME_VALUE="{at_ms}"/>' for at_ms, name in sorted(slots, key=_by_time)),
        "  </TIME_ORDER>",
        *(line for kind, placed in by_kind.items() for line in _tier(kind, placed)),
        f'  <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="{_TIMED}" TIME_ALIGNABLE="true"/>',
        "</ANNOTATION_DOCUMENT>",
    ]
    return "\n".join(lines) + "\n"


def read_eaf(path: Path, tiers: Mapping[str, str] | None = None) -> Document:
    """The labels of an ELAN document: of the tiers named like a kind of label, and of those that `tiers` maps to a kind.

    Raises:
        DriveError: the file is no ELAN document, its times are not what they seem, a tier of `tiers` is not in it, or an
            annotation is no label; the message says which.
    """
    root = _parsed(path)
    found = _by_name(path, root, "TIER", "TIER_ID")
    kind_of = kinds_by_name(path, "tier", found, tiers)
    slots = _by_name(path, root, "TIME_SLOT", "TIME_SLOT_ID")
    times_ms = {name: slot.get("TIME_VALUE") for name, slot in slots.items()}
    labels: list[Label] = []
    left_out: dict[str, int] = {}
    for name, tier in found.items():
        annotations = [annotation for holder in tier.iter("ANNOTATION") for annotation in holder]
        if name in kind_of:
            labels += (_label(f"{path}: tier '{name}'", kind_of[name], annotation, times_ms) for annotation in annotations)
        elif annotations:
            left_out[name] = len(annotations)
    drive = next((entry.text for entry in root.iter("PROPERTY") if entry.get("NAME") == _DRIVE_PROPERTY), None)
    return Document(by_time(labels), left_out, drive)


def _by_name(path: Path, root: ElementTree.Element, tag: str, key: str) -> dict[str, ElementTree.Element]:
    """The elements by name; of two with the same, one would be lost without a word."""
    found: dict[str, ElementTree.Element] = {}
    for element in root.iter(tag):
        name = element.get(key, "")
        if name in found:
            raise DriveError(f"{path}: two elements {tag} have the {key} '{name}'")
        found[name] = element
    return found


def milliseconds(label: Label) -> tuple[int, int]:
    """Beginning and end of a label in ELAN."""
    begin_ms = round(label.t * 1000)
    return begin_ms, max(round(label.end * 1000), begin_ms + 1)


def _by_time(slot: tuple[int, str]) -> tuple[int, int]:
    return slot[0], int(slot[1].removeprefix("ts"))


def _check(label: Label) -> None:
    name = f"label {label.kind} at {label.t:g} s"
    if round(label.t * 1000) < 0:
        raise DriveError(f"{name}: begins before 0 s, which ELAN has no time for")
    if _NOT_IN_XML.search(label.note):
        raise DriveError(f"{name}: its note has a control character, which ELAN's format cannot hold")


def _header(path: Path, drive: Path, video: Path | None, *, last_annotation: int) -> Iterator[str]:
    yield '  <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">'
    if video is not None:
        # As ELAN writes them: paths, not percent-encoded. The relative one is what survives a move of the folder.
        shown = real_place(video)
        absolute = quoteattr(f"file://{shown.as_posix()}")
        relative = os.path.relpath(shown, real_place(path).parent)
        relative = quoteattr(relative if relative.startswith("..") else f"./{relative}")
        mime = mimetypes.guess_type(video.name)[0] or "unknown"
        yield f'    <MEDIA_DESCRIPTOR MEDIA_URL={absolute} MIME_TYPE="{mime}" RELATIVE_MEDIA_URL={relative}/>'
    yield f'    <PROPERTY NAME="URN">urn:nl-mpi-tools-elan-eaf:{uuid.uuid4()}</PROPERTY>'
    yield f'    <PROPERTY NAME="lastUsedAnnotationId">{last_annotation}</PROPERTY>'
    yield f'    <PROPERTY NAME="{_DRIVE_PROPERTY}">{escape(drive.name)}</PROPERTY>'
    yield "  </HEADER>"


def _tier(kind: str, placed: Sequence[tuple[str, str, Label]]) -> Iterator[str]:
    opening = f'  <TIER LINGUISTIC_TYPE_REF="{_TIMED}" TIER_ID="{kind}"'
    if not placed:
        yield f"{opening}/>"
        return
    yield f"{opening}>"
    for begin, end, label in placed:
        number = int(end.removeprefix("ts")) // 2
        yield "    <ANNOTATION>"
        yield f'      <ALIGNABLE_ANNOTATION ANNOTATION_ID="a{number}" TIME_SLOT_REF1="{begin}" TIME_SLOT_REF2="{end}">'
        # A carriage return that is not escaped would be read as a line feed.
        yield f"        <ANNOTATION_VALUE>{escape(_text_of(label), {chr(13): '&#13;'})}</ANNOTATION_VALUE>"
        yield "      </ALIGNABLE_ANNOTATION>"
        yield "    </ANNOTATION>"
    yield "  </TIER>"


def _text_of(label: Label) -> str:
    if label.value is None:
        return label.note
    rating = str(label.value).removesuffix(".0")
    return f"{rating} {label.note}" if label.note else rating


class _NoDoctype(ElementTree.TreeBuilder):
    """ELAN's documents have none; somebody else's could make a small file expand without end."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise DriveError("has a DOCTYPE, which no ELAN document has")


def _parsed(path: Path) -> ElementTree.Element:
    content = bounded_content(path)
    try:
        parser = ElementTree.XMLParser(target=_NoDoctype())  # noqa: S314 - without DOCTYPE there are no entities to expand
        root: ElementTree.Element = ElementTree.XML(content, parser)
    except (ElementTree.ParseError, LookupError, *BAD_INPUT) as error:  # not XML, or in no encoding known here
        raise DriveError(f"{path}: not an ELAN document: {error}") from error
    except DriveError as error:
        raise DriveError(f"{path}: {error}") from error
    if root.tag != "ANNOTATION_DOCUMENT":
        raise DriveError(f"{path}: not an ELAN document: its root is '{root.tag}', not 'ANNOTATION_DOCUMENT'")
    written = root.get("FORMAT", "3.0")
    if not written.startswith(_KEPT_FORMATS):
        raise DriveError(f"{path}: written in EAF {written}; this dms reads EAF 2 and 3")
    header = root.find("HEADER")
    units = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    if units != "milliseconds":
        raise DriveError(f"{path}: its times are in {units}; save it in ELAN with milliseconds")
    for media in root.iter("MEDIA_DESCRIPTOR"):
        if media.get("TIME_ORIGIN", "0") != "0":
            raise DriveError(
                f"{path}: {media.get('MEDIA_URL')} is shifted by {media.get('TIME_ORIGIN')} ms against the times; "
                "set its offset back to 0 in ELAN (Media Synchronization Mode)"
            )
    return root


def _label(where: str, kind: str, annotation: ElementTree.Element, times_ms: Mapping[str, str | None]) -> Label:
    name = annotation.get("ANNOTATION_ID", "without an id")
    if annotation.tag != "ALIGNABLE_ANNOTATION":
        raise DriveError(f"{where}: annotation {name} hangs on another tier's and has no times of its own")
    begin, end = (times_ms.get(annotation.get(f"TIME_SLOT_REF{number}", "")) for number in (1, 2))
    if not (begin and end and begin.isdecimal() and end.isdecimal()):
        raise DriveError(f"{where}: annotation {name} is not aligned: give it a beginning and an end in ELAN")
    if max(len(begin), len(end)) > _TIME_DIGITS:
        raise DriveError(f"{where}: annotation {name} has a time of {max(len(begin), len(end))} digits, which is none")
    t, text = int(begin) / 1000, annotation.findtext("ANNOTATION_VALUE") or ""
    if kind != KSS:
        return Label(t, int(end) / 1000, kind, text)
    rating, _, note = text.partition(" ")
    try:
        return record_from(Label, {"t": t, "end": int(end) / 1000, "kind": kind, "note": note, "value": float(rating)})
    except (ValueError, DriveError) as error:
        raise DriveError(f"{where}: '{text}' at {t:g} s: a rating from 1 to 9 is wanted, and a note behind it") from error
