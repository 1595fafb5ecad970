"""The table: every figure beside what it should reach and what the peer has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: its key, where and what it is, its floor, whether more is better, and how it is printed."""

    key: str
    place: str
    figure: str
    floor: float
    more_is_better: bool
    form: str
    published: str = ""
    """What is published of peers where we cannot measure one."""

    def shown(self, value: float) -> str:
        """The value as text."""
        scaled = value * 100 if self.form.endswith("%") else value
        decimals = {"%": 1, "°": 2}.get(self.form, 4)
        return f"{scaled:.{decimals}f}{' ' if self.form else ''}{self.form}"

    def target(self) -> str:
        """The floor as text."""
        return f"{'≥' if self.more_is_better else '≤'} {self.shown(self.floor)}"

    def reached(self, value: float) -> bool:
        """Whether the value is at least as good as the floor."""
        return value >= self.floor if self.more_is_better else value <= self.floor


ROWS = (
    Row("helen_found", "landmarks_helen", "faces found", 0.99, True, "%"),
    Row("helen_nme", "landmarks_helen", "inner-face NME over the distance of the eye centres", 0.06, False, "%"),
    Row("helen_nme_outer", "landmarks_helen", "inner-face NME over the distance of the outer eye corners", 0.06, False, "%"),
    Row("helen_eye_auc", "landmarks_helen", "closed against open eyes, AUC", 0.975, True, ""),
    Row("helen_mouth_auc", "landmarks_helen", "open mouth, AUC", 0.985, True, ""),
    Row("eye_accuracy", "eye_crops", "eye network alone, accuracy at its threshold", 0.96, True, "%"),
    Row("eye_auc", "eye_crops", "eye network alone, AUC", 0.99, True, ""),
    Row("yawdd_found", "yawdd/frames", "face found", 0.99, True, "%"),
    Row("yawdd_yawn_auc", "yawdd/frames", "yawn, AUC", 0.98, True, ""),
    Row("car_found", "car_one_driver", "face found (IoU ≥ 0.3 or middle in the label)", 0.90, True, "%"),
    Row(
        "ferplus_natural", "ferplus_valid", "8-class accuracy, natural prior", 0.60, True, "%", "45–49 % (toolkits, AffectNet-7)"
    ),
    Row("ferplus_flat", "ferplus_valid", "8-class accuracy, flat prior", 0.60, True, "%", "45–49 % (toolkits, AffectNet-7)"),
    Row("false_faces", "2,000 places without a face", "false faces", 0.005, False, "%"),
    Row("head_yaw", "rendered, held-out identities", "head yaw, mean error", 3.0, False, "°"),
    Row("head_pitch", "rendered, held-out identities", "head pitch, mean error", 3.0, False, "°"),
    Row("head_roll", "rendered, held-out identities", "head roll, mean error", 3.0, False, "°"),
    Row("gaze_error", "rendered, held-out identities", "gaze, mean error", 6.0, False, "°"),
)


def table(ours: dict[str, float], peer: dict[str, float], markdown: bool) -> str:
    """The table as text, or as Markdown."""
    lines = [("set", "figure", "at least", "dms", "MediaPipe", "reached")]
    for row in ROWS:
        theirs = row.shown(peer[row.key]) if row.key in peer else row.published or "–"
        value = ours.get(row.key)
        mine, reached = ("–", "not measured") if value is None else (row.shown(value), "yes" if row.reached(value) else "NO")
        lines.append((row.place, row.figure, row.target(), mine, theirs, reached))
    if markdown:
        head, *body = ("| " + " | ".join(line) + " |" for line in lines)
        return "\n".join([head, "|---" * len(lines[0]) + "|", *body])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
