"""Figures into model cards and manifest: copied by the script that measured them, never by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from dms.perception.manifest import MANIFEST_NAME
from tools.evaluation.table import ROWS

NETWORKS_OF = {
    "detector": ("helen_found", "yawdd_found", "car_found", "false_faces"),
    "face": (
        *("helen_nme", "helen_nme_outer", "helen_mouth_auc", "yawdd_yawn_auc", "ferplus_natural", "ferplus_flat", "false_faces"),
        *("head_yaw", "head_pitch", "head_roll", "rendered_nme"),
    ),
    "objects": ("phone_side_auc", "rendered_phone_auc", "rendered_smoking_auc", "rendered_drinking_auc"),
    "eye": ("helen_eye_auc", "eye_accuracy", "eye_auc", "gaze_error", "openness_error"),
}
BEGIN, END = "<!-- figures: written by tools/evaluate.py --write -->", "<!-- end of figures -->"
PEER_KEY = "mediapipe_0.10.21"


def write_figures(figures: dict[str, float], peer: dict[str, float], models: Path) -> None:
    """Put the figures into the manifest (all under `evaluation`, each network's own beside it) and into the cards."""
    path = models / MANIFEST_NAME
    manifest: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    rounded = {key: round(value, 4) for key, value in figures.items()}
    manifest["evaluation"] = {"script": "tools/evaluate.py", "dms": rounded}
    if peer:
        manifest["evaluation"][PEER_KEY] = {key: round(value, 4) for key, value in peer.items()}
    for name, entry in manifest["networks"].items():
        entry["accuracy"] = {key: rounded[key] for key in NETWORKS_OF[name] if key in rounded}
        _write_card(models / f"CARD_{name}.md", NETWORKS_OF[name], figures, peer)
    path.write_text(yaml.safe_dump(manifest, sort_keys=False, width=120, allow_unicode=True), encoding="utf-8")


def _write_card(path: Path, keys: tuple[str, ...], figures: dict[str, float], peer: dict[str, float]) -> None:
    """Replace what stands between the two marks of a card."""
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    before, found, rest = text.partition(BEGIN)
    if not found or END not in rest:
        raise ValueError(f"{path}: no place for the figures between {BEGIN!r} and {END!r}")
    lines = ["| set | figure | at least | dms | MediaPipe 0.10.21 |", "|---|---|---|---|---|"]
    for row in ROWS:
        if row.key in keys and row.key in figures:
            theirs = row.shown(peer[row.key]) if row.key in peer else row.published or "–"
            lines.append(f"| {row.place} | {row.figure} | {row.target()} | {row.shown(figures[row.key])} | {theirs} |")
    path.write_text("\n".join([before + BEGIN, *lines, END + rest.partition(END)[2]]), encoding="utf-8")
