"""The mean face's landmarks in three dimensions, for estimating a head's pose from its landmarks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tools.render import assets
from tools.render.heads import HeadModel

MM_PER_UNIT = 10.0


def write_mean_face(folder: Path, out: Path) -> None:
    """Write the 68 points of the mean head of the assets in `folder`, in millimetres about the middle between the eyes' centres;
    x to the head's left, y up, z out of the face."""
    model = HeadModel(assets.load_head(folder))
    mean = model.identity(np.zeros(100, np.float32))
    points = (model.markup.points(mean.rest) - mean.eye_centres.mean(axis=0)) * MM_PER_UNIT
    rows = [json.dumps([round(float(value), 2) for value in point]) for point in points]
    about = {
        "made_by": "python -m tools.render mean-face",
        "source": "ICT-FaceKit light model (MIT), mean identity, places of the iBUG mark-up (tools/render/markup.py)",
        "origin": "the middle between the eyes' centres; x to the head's left, y up, z out of the face; millimetres",
    }
    head = json.dumps(about, indent=1).rstrip("\n}")
    out.write_text(f'{head},\n "points_mm": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n", encoding="utf-8")
