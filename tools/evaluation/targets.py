"""The target of every figure: the one place for floors and aims."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: its key, where and what it is, its floor and aim (None: reported only), and how it is printed."""

    key: str
    place: str
    figure: str
    floor: float | None
    aim: float | None
    more_is_better: bool = True
    unit: str = ""
    published: str = ""
    """What is published of peers where we cannot measure one."""
    at_most: float | None = None
    """For figures that should be neither less than `floor` nor more than this."""

    def shown(self, value: float) -> str:
        """The value as text."""
        scaled = value * 100 if self.unit == "%" else value
        decimals = {"%": 1, "°": 2, "×": 2, "/h": 1, "slope": 2, "count": 0}.get(self.unit, 4)
        unit = "" if self.unit in ("", "slope", "count") else self.unit if self.unit in ("×", "/h") else f" {self.unit}"
        return f"{scaled:.{decimals}f}{unit}"

    @property
    def at_least(self) -> str:
        """The floor as text."""
        if self.at_most is not None and self.floor is not None:
            return f"{self.shown(self.floor)} to {self.shown(self.at_most)}"
        return self._bound(self.floor)

    @property
    def aimed_at(self) -> str:
        """The aim as text."""
        return self._bound(self.aim)

    def _bound(self, value: float | None) -> str:
        return "–" if value is None else f"{'≥' if self.more_is_better else '≤'} {self.shown(value)}"

    def reached(self, value: float) -> str:
        """How far the value gets: `aim`, `floor`, `NO` below both, – where nothing is asked."""
        if self.aim is not None and self._at_least(value, self.aim):
            return "aim"
        if self.floor is None:
            return "–"
        within = self.at_most is None or value <= self.at_most
        return "floor" if within and self._at_least(value, self.floor) else "NO"

    def _at_least(self, value: float, goal: float) -> bool:
        return value >= goal if self.more_is_better else value <= goal


_HELEN, _CROPS, _YAWDD, _VIDEOS, _CAR = "landmarks_helen", "eye_crops", "yawdd/frames", "yawdd/videos", "car_one_driver"
_FER, _PLACES, _DRIVES, _SIDE = "ferplus_valid", "2,000 places without a face", "drivface", "phone_side"
_RENDERED, _COVERED, _COST = "rendered, held-out identities", "covered eyes", "per tracked 640×480 frame"
_TOOLKITS = "45–49 % (toolkits, AffectNet-7)"

ROWS = (
    Row("helen_found", _HELEN, "faces found", 0.99, None, unit="%"),
    Row("helen_nme", _HELEN, "inner-face NME over the distance of the eye centres", 0.06, None, False, "%"),
    Row("helen_nme_outer", _HELEN, "inner-face NME over the distance of the outer eye corners", 0.036, 0.033, False, "%"),
    Row("helen_eyes_to_peer", _HELEN, "eyes' NME, times MediaPipe's", 1.15, 1.0, False, "×"),
    Row("helen_lips_to_peer", _HELEN, "lips' NME, times MediaPipe's", 1.15, 1.0, False, "×"),
    Row("helen_eye_auc", _HELEN, "closed against open eyes, AUC", 0.995, 0.998),
    Row("helen_mouth_auc", _HELEN, "open mouth, AUC", 0.990, 0.998),
    Row("helen_mouth_slope", _HELEN, "mouth opening over the label's, slope", 0.95, None, unit="slope", at_most=1.05),
    Row("eye_accuracy", _CROPS, "eye network alone, accuracy at its threshold", 0.985, 0.995, unit="%"),
    Row("eye_auc", _CROPS, "eye network alone, AUC", 0.99, None),
    Row("yawdd_found", _YAWDD, "face found", 0.99, None, unit="%"),
    Row("yawdd_yawn_auc", _YAWDD, "yawn, AUC", 0.98, None),
    Row("videos_yawns_named", _VIDEOS, "yawns named, by `dms replay`", 1.0, 1.0, unit="%"),
    Row("videos_yawns_invented", _VIDEOS, "yawns invented", 0.0, 0.0, False, "count"),
    Row("videos_alerts", _VIDEOS, "alerts at 80 km/h", 0.0, 0.0, False, "count"),
    Row("videos_found", _VIDEOS, "face found", 0.99, None, unit="%"),
    Row("false_phones_per_hour", "yawdd/videos, webcam", "false phones per hour", 0.0, 0.0, False, "/h"),
    Row("car_found", _CAR, "face found (IoU ≥ 0.3 or middle in the label)", 0.91, 0.97, unit="%"),
    Row("drivface_found", _DRIVES, "driver found", 1.0, None, unit="%"),
    Row("drivface_slope", _DRIVES, "yaw over its classes, own straight ahead taken off, slope", None, None, unit="slope"),
    Row("phone_side_auc", _SIDE, "phone in hand or at the ear against none, AUC", 0.75, 0.9),
    Row("ferplus_flat", _FER, "8-class accuracy, flat prior", 0.42, 0.50, unit="%", published=_TOOLKITS),
    Row("ferplus_natural", _FER, "8-class accuracy, natural prior", 0.62, 0.68, unit="%", published=_TOOLKITS),
    Row("ferplus_flat_recall_neutral", _FER, "neutral recall, flat prior", 0.60, 0.80, unit="%"),
    Row("false_faces", _PLACES, "false faces", 0.003, 0.0, False, "%"),
    Row("head_yaw", _RENDERED, "head yaw, mean error", 1.7, 1.0, False, "°"),
    Row("head_pitch", _RENDERED, "head pitch, mean error", 1.7, 1.0, False, "°"),
    Row("head_roll", _RENDERED, "head roll, mean error", 1.7, 1.0, False, "°"),
    Row("gaze_error", _RENDERED, "gaze, mean error", 5.0, 3.5, False, "°"),
    Row("pnp_disagreement", _RENDERED, "pose from landmarks against the regressed one, mean angle", None, None, False, "°"),
    Row("pnp_error", _RENDERED, "pose from landmarks against the truth, mean angle", None, None, False, "°"),
    Row("rendered_mouth_slope", _RENDERED, "mouth opening over the truth, slope", 0.95, None, unit="slope", at_most=1.05),
    Row("rendered_phone_auc", _RENDERED, "phone, AUC", 0.95, 0.99),
    Row("rendered_smoking_auc", _RENDERED, "smoking, AUC", 0.95, 0.99),
    Row("rendered_drinking_auc", _RENDERED, "drinking or eating, AUC", 0.95, 0.99),
    Row("unreadable_closed", _COVERED, "“closed” said of an eye that cannot be read, drives", 0.01, 0.0, False, "%"),
    Row("unreadable_closed_rendered", _COVERED, "“closed” said of an eye that cannot be read, renders", 0.01, 0.0, False, "%"),
    Row("unreadable_alerts", _COVERED, "alerts raised by it, by `dms replay`", 0.0, 0.0, False, "count"),
    Row("cost_to_peer", _COST, "processor time of all networks, times MediaPipe's", 0.5, 0.33, False, "×"),
)  # fmt: skip
