"""The data sheet of an exported set, after "Datasheets for Datasets" (Gebru et al., Communications of the ACM, 2021): its
questions, answered for rendered faces, with counts of what was exported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dms import __version__
from dms.types import EXPRESSIONS
from tools.datasets.checks import Examined
from tools.datasets.face import LabelledFace
from tools.datasets.problems import DatasetError

YAW_BANDS_DEG = (15.0, 30.0, 60.0, 180.0)
SHUT_BELOW = 0.2

RENDERED = "rendered-"
"""How the persons of rendered faces begin."""

CONVERTED = """# Data sheet: converted faces

Written by `python -m tools.datasets export` of dms {version}; the counts are those of this export. Not all of these faces were
rendered: whoever took the pictures says what may be done with them, and this sheet says only how many there are.

{counts}

The format is `{form}`; docs/datasets.md of dms says how each field is meant.
"""

TEXT = """# Data sheet: rendered faces

Written by `python -m tools.datasets export` of dms {version}; the counts are those of this export.

## Motivation

Made to train and to compare programs that read a driver's face: where its parts are, where head and eyes point, how far the
lids are open. Photographs with such labels show people who can be recognised, and most may not be used commercially. These
pictures show nobody.

## Composition

Every instance is a grey picture with one face. No picture shows a real person. All pictures were rendered, and every label is
a measurement on the geometry that was drawn: nobody guessed.

{counts}

**Relations.** Pictures of the same head have the same `person`; a split has to keep them together. **Missing labels** are
left out. **Noise.** Points behind hair, hands or glasses are where they are on the head, marked as hidden; an eye that cannot
be read keeps its true openness. **Confidential or offensive content, real people:** none.

## Collection

Heads are drawn at random from the shape space of ICT-FaceKit, with random skin, hair, glasses, hats, hands, light and camera
(`tools/render/README.md`). The shape space itself was learned by its authors from scans of people; a random point in it is
nobody's face. The shares above are what the renderer was told to draw, not those of a population: do not read them as
statistics of drivers.

## Preprocessing

Mild faults of a camera are part of the pictures. Nothing was removed or filtered afterwards.

## Uses

Meant for landmarks, head pose, gaze, openness and expression. Not meant for recognising anyone, nor for judging a program
that will see real people: rendered skin, hair and eyes differ from real ones, and only real pictures show by how much. Not
tested for fairness: skin tones and face shapes vary, but by the renderer's distribution.

## Distribution

Ingredients: ICT-FaceKit (USC Institute for Creative Technologies, MIT licence), MakeHuman hair and brows (CC0), environment
maps of HDRI Haven (CC0). None of them asks for anything of pictures made with it. Whoever passes this set on says under which
terms.

## Maintenance

The set can be made again, or larger, with `python -m tools.render dataset` and `python -m tools.datasets export`. Mistakes
are reported to dms.

## Format

`{form}`; docs/datasets.md of dms says how each field is meant. Axes: x to the picture's right, y up, z towards the camera,
along the ray from the camera to the head. Yaw > 0 to the person's left, pitch > 0 up, roll > 0 towards the right shoulder.
Left and right are the person's own.
"""


class Counts:
    """What there is to count of faces that go by; their pictures are let go."""

    def __init__(self) -> None:
        self.faces: list[LabelledFace] = []
        self.sizes: Counter[tuple[int, ...]] = Counter()

    def counted(self, found: Iterable[Examined | DatasetError]) -> Iterator[LabelledFace]:
        """The faces, each counted. Raises DatasetError at the first that cannot be used."""
        for each in found:
            if isinstance(each, DatasetError):
                raise each
            face, picture = each
            self.faces.append(replace(face, picture=Path()))
            self.sizes[picture.shape[::-1]] += 1
            yield face

    @property
    def people(self) -> set[str]:
        """Everybody, once."""
        return {face.person for face in self.faces}


def data_sheet(counts: Counts, form: str) -> str:
    """The data sheet (Markdown) of faces exported in a format."""
    text = TEXT if all(person.startswith(RENDERED) for person in counts.people) else CONVERTED
    return text.format(version=__version__, form=form, counts=_table(counts))


def _table(counts: Counts) -> str:
    faces = counts.faces
    rows = [
        ("faces, one a picture", str(len(faces))),
        ("people", str(len(counts.people))),
        ("pixels", ", ".join(f"{width}x{height} ({count})" for (width, height), count in sorted(counts.sizes.items()))),
        *_labelled(faces),
        *_angles(faces),
        *_eyes(faces),
        *[(f"expression: {name}", _share([face.expression == name for face in faces])) for name in EXPRESSIONS],
        *[(flag.replace("_", " "), _share([flag in face.flags for face in faces])) for flag in _flags(faces)],
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _labelled(faces: Sequence[LabelledFace]) -> Iterable[tuple[str, str]]:
    for name in ("landmarks", "rotation", "gaze", "openness", "expression"):
        yield f"with {name}", _share([getattr(face, name) is not None for face in faces])
    shown = [face.landmark_visible for face in faces if face.landmark_visible is not None]
    if shown:
        yield "landmarks that show", f"{np.nanmean(shown):.1%}"


def _angles(faces: Sequence[LabelledFace]) -> Iterable[tuple[str, str]]:
    angles = np.array([face.angles_deg for face in faces if face.rotation is not None])
    if not len(angles):
        return
    low = 0.0
    for high in YAW_BANDS_DEG:
        count = int(((np.abs(angles[:, 0]) >= low) & (np.abs(angles[:, 0]) < high)).sum())
        yield f"turned {low:g} to {high:g}° to a side", f"{count} ({count / len(angles):.0%})"
        low = high
    for column, name in enumerate(("yaw", "pitch", "roll")):
        first, middle, last = np.percentile(angles[:, column], (5, 50, 95))
        yield f"{name}: 5th, 50th and 95th percentile", f"{first:+.0f}°, {middle:+.0f}°, {last:+.0f}°"


def _eyes(faces: Sequence[LabelledFace]) -> Iterable[tuple[str, str]]:
    openness = [face.openness for face in faces if face.openness is not None]
    readable = [face.eye_visible for face in faces if face.eye_visible is not None]
    if openness:
        yield f"eyes less than {SHUT_BELOW:g} open", f"{(np.array(openness) < SHUT_BELOW).mean():.1%}"
    if readable:
        yield "eyes that can be read", f"{np.nanmean(readable):.1%}"


def _flags(faces: Sequence[LabelledFace]) -> list[str]:
    return sorted({flag for face in faces for flag in face.flags})


def _share(which: Sequence[bool]) -> str:
    return f"{sum(which)} ({sum(which) / len(which):.0%})"
