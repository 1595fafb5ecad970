"""Writes figures into model cards and manifest: the script that measures them copies them, nobody does it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from dms.perception.manifest import MANIFEST_NAME
from tools.evaluation.markers import write_between
from tools.evaluation.targets import ROWS

FIRST_WORDS_OF = {
    "detector": ("helen_found", "yawdd_found", "videos_found", "car_found", "drivface_found", "false_faces"),
    "face": (
        *("helen_nme", "helen_eyes", "helen_lips", "helen_mouth", "yawdd_yawn", "videos_yawns", "drivface_slope", "ferplus_"),
        *("false_faces", "head_", "pnp_", "rendered_nme", "rendered_mouth"),
    ),
    "eye": ("helen_eye_auc", "eye_", "gaze_error", "openness_error", "unreadable_"),
    "objects": ("phone_side", "rendered_phone", "rendered_smoking", "rendered_drinking", "false_phones", "false_smoking"),
}
"""Which figures belong into which network's card, by the beginning of their keys."""
PEER_KEY = "mediapipe_0.10.21"


def write_figures(figures: Mapping[str, float], peer: Mapping[str, float], models: Path) -> None:
    """Put the figures into the manifest (all under `evaluation`, each network's own beside it) and into the cards. Figures
    measured before and not now are kept."""
    path = models / MANIFEST_NAME
    manifest: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    before = manifest.get("evaluation") or {}
    ours = before.get("dms", {}) | _rounded(figures)
    theirs = before.get(PEER_KEY, {}) | _rounded(peer)
    manifest["evaluation"] = {"script": "tools/evaluate.py", "dms": ours, PEER_KEY: theirs}
    for name, entry in manifest["networks"].items():
        first_words = FIRST_WORDS_OF.get(name, (f"{name}_",))
        entry["accuracy"] = {key: value for key, value in ours.items() if key.startswith(first_words)}
        card = models / f"CARD_{name}.md"
        if card.exists():
            write_between(card, "figures", card_table(first_words, ours, theirs))
    path.write_text(yaml.safe_dump(manifest, sort_keys=False, width=120, allow_unicode=True), encoding="utf-8")


def card_table(first_words: tuple[str, ...], ours: Mapping[str, float], theirs: Mapping[str, float]) -> str:
    """The rows that belong to one network, as Markdown."""
    lines = ["| set | figure | at least | aim | dms | MediaPipe 0.10.21 |", "|---|---|---|---|---|---|"]
    for row in ROWS:
        if row.key.startswith(first_words) and row.key in ours:
            peer = row.shown(theirs[row.key]) if row.key in theirs else row.published or "–"
            cells = (row.place, row.figure, row.at_least, row.aimed_at, row.shown(ours[row.key]), peer)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {key: round(float(value), 4) for key, value in figures.items()}  # YAML knows no numbers of NumPy
