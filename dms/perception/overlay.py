"""An observation drawn on its picture, to look at: box, points, head axes, gaze, openness, emotion, and the alerts in force.

A pure function of a picture and values. Sizes follow the picture's, so that the text can be read at 640 by 480 and up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception.head_geometry import direction_from_angles, rotation_from_angles
from dms.types import Alert, CameraHealth, Cues, Eye, Gaze, Head, Level, Observation

Image = NDArray[np.uint8]
Color = tuple[int, int, int]
Point = tuple[float, float]

WHITE: Color = (240, 240, 240)
GREY: Color = (150, 150, 150)
DARK: Color = (30, 30, 30)
BOX_COLOR: Color = (120, 220, 120)
POINT_COLOR: Color = (255, 220, 80)
GAZE_COLOR: Color = (60, 230, 255)
WARNING_COLOR: Color = (60, 120, 255)
AXIS_COLORS: tuple[Color, Color, Color] = ((80, 80, 255), (80, 230, 80), (255, 140, 60))
LEVEL_COLORS: dict[Level, Color] = {
    Level.INFO: (170, 140, 60),
    Level.ADVISORY: (40, 170, 220),
    Level.WARNING: (30, 120, 240),
    Level.URGENT: (40, 40, 230),
    Level.EMERGENCY: (150, 20, 200),
}

LEGEND: tuple[tuple[str, Color], ...] = (
    ("R, L: right and left eye, M: mouth, how far open;", POINT_COLOR),
    ("the head's", WHITE),
    ("left,", AXIS_COLORS[0]),
    ("up,", AXIS_COLORS[1]),
    ("forward;", AXIS_COLORS[2]),
    ("gaze;", GAZE_COLOR),
    ("grey: not to be read", GREY),
)
"""What the letters and colors mean. Left and right are the driver's own."""
LEGEND_SIZE = 0.41

FONT = cv2.FONT_HERSHEY_SIMPLEX
EYES = ((42, 48), (36, 42))
"""Landmarks of the driver's left and right eye."""
NOSE_TIP = 30
CLEAR_EXPRESSION = 0.4
"""The likeliest of eight expressions is named from this share on."""
READABLE = 0.5
"""A part with a lower probability of being visible is drawn in grey."""


class Canvas:
    """A copy of a picture to draw on; `unit` is one pixel of a picture of 640 by 480."""

    def __init__(self, image: Image) -> None:
        self.image: Image = np.array(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image, dtype=np.uint8)
        self.height, self.width = (int(side) for side in self.image.shape[:2])
        self.unit = max(min(self.height / 480, self.width / 640), 0.4)

    def pixels(self, units: float) -> int:
        """A length in units as whole pixels, at least one."""
        return max(1, round(units * self.unit))

    def line(self, start: Point, end: Point, color: Color, units: float = 1.6, arrow: bool = False) -> None:
        """A line with dark edges, so that it shows on any background."""
        first, last = _pixel(start), _pixel(end)
        draw = cv2.arrowedLine if arrow else cv2.line
        draw(self.image, first, last, DARK, self.pixels(units) + self.pixels(1.5), cv2.LINE_AA)
        draw(self.image, first, last, color, self.pixels(units), cv2.LINE_AA)

    def dot(self, center: Point, color: Color, units: float) -> None:
        """A filled circle."""
        cv2.circle(self.image, _pixel(center), self.pixels(units), color, cv2.FILLED, cv2.LINE_AA)

    def rectangle(self, start: Point, end: Point, color: Color, units: float = 0.0) -> None:
        """A rectangle, filled if `units` is 0."""
        cv2.rectangle(self.image, _pixel(start), _pixel(end), color, self.pixels(units) if units else cv2.FILLED)

    def shade(self, top: float, bottom: float, strength: float = 0.55) -> None:
        """Darken a strip of the picture, for text to stand on."""
        strip = self.image[max(0, round(top)) : max(0, round(bottom))]
        strip[:] = (strip * (1 - strength)).astype(np.uint8)

    def text(self, text: str, left_bottom: Point, color: Color = WHITE, size: float = 0.45) -> None:
        """A line of text whose baseline starts at `left_bottom`."""
        cv2.putText(self.image, text, _pixel(left_bottom), FONT, size * self.unit, color, self.pixels(1), cv2.LINE_AA)

    def text_width(self, text: str, size: float = 0.45) -> int:
        """Its width in pixels."""
        (width, _), _ = cv2.getTextSize(text, FONT, size * self.unit, self.pixels(1))
        return int(width)


def _pixel(point: Point) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def draw(image: Image, observation: Observation, alerts: Sequence[Alert] = (), cues: Cues | None = None) -> Image:
    """Returns the picture, uint8 BGR (height, width, 3), with everything that is known drawn on it. `image` itself is
    unchanged."""
    canvas = Canvas(image)
    if observation.face is not None:
        _draw_face(canvas, observation)
    _draw_words(canvas, observation, cues)
    if observation.face is not None:
        _draw_bars(canvas, observation)
    _draw_alerts(canvas, alerts)
    return canvas.image


def _draw_face(canvas: Canvas, observation: Observation) -> None:
    assert observation.face is not None
    x, y, width, height = observation.face.box_px
    size = max(width, height)
    points = observation.landmarks or ()
    canvas.rectangle((x, y), (x + width, y + height), BOX_COLOR, 1.0)
    for point in points:
        canvas.dot(point, POINT_COLOR, min(1.4, size / canvas.unit / 100))
    if observation.head is not None:
        nose = points[NOSE_TIP] if points else (x + width / 2, y + height * 0.55)
        _draw_axes(canvas, observation.head, nose, size * 0.45)
    if observation.gaze is not None:
        for eye in _eye_centers(observation):
            _draw_gaze(canvas, observation.gaze, eye, size * 0.55)


def _eye_centers(observation: Observation) -> Iterable[Point]:
    """The places of the visible eyes. Without landmarks, roughly where they are in a frontal face."""
    assert observation.face is not None
    x, y, width, height = observation.face.box_px
    eyes = observation.eyes
    seen = (eyes.left, eyes.right) if eyes is not None else (None, None)
    for eye, (first, last), across in zip(seen, EYES, (0.7, 0.3), strict=True):
        if eye is None or eye.visible < READABLE:
            continue
        if observation.landmarks:
            center_x, center_y = np.mean(observation.landmarks[first:last], axis=0).tolist()
            yield center_x, center_y
        else:
            yield x + width * across, y + height * 0.2


def _draw_axes(canvas: Canvas, head: Head, origin: Point, length: float) -> None:
    """The head's own left, up and forward as seen by the camera; the one that points furthest away is drawn first."""
    rotation = rotation_from_angles(head.yaw_deg, head.pitch_deg, head.roll_deg)
    for axis in np.argsort(rotation[2]).tolist():
        right, up, _ = (rotation[:, axis] * length).tolist()
        canvas.line(origin, (origin[0] + right, origin[1] - up), AXIS_COLORS[axis], 2.0)


def _draw_gaze(canvas: Canvas, gaze: Gaze, origin: Point, length: float) -> None:
    """An arrow as long as the gaze is turned away from the camera; a ring when it meets the camera."""
    right, up, _ = (direction_from_angles(gaze.yaw_deg, gaze.pitch_deg) * length).tolist()
    if np.hypot(right, up) < 0.12 * length:
        cv2.circle(canvas.image, _pixel(origin), canvas.pixels(5), GAZE_COLOR, canvas.pixels(1.5), cv2.LINE_AA)
    else:
        canvas.line(origin, (origin[0] + right, origin[1] - up), GAZE_COLOR, 1.6, arrow=True)


def _draw_words(canvas: Canvas, observation: Observation, cues: Cues | None) -> None:
    """Three lines on a dark strip at the top: the camera and the face, the angles, and what is drawn how."""
    step = 17 * canvas.unit
    canvas.shade(0, step * 3 + 5 * canvas.unit)
    left, first, second = 8 * canvas.unit, step, step * 2
    is_ok = observation.camera is CameraHealth.OK
    start = f"{observation.t:7.2f} s  "
    canvas.text(start, (left, first))
    camera = f"camera {observation.camera}"
    canvas.text(camera, (left + canvas.text_width(start), first), WHITE if is_ok else WARNING_COLOR)
    canvas.text(f"  {_face_words(observation)}", (left + canvas.text_width(start + camera), first), _face_color(observation))
    canvas.text(_angle_words(observation), (left, second))
    right_words = _cue_words(cues) if cues is not None else _emotion_words(observation)
    canvas.text(right_words, (canvas.width - left - canvas.text_width(right_words), first))
    for words, color in LEGEND:
        canvas.text(words, (left, step * 3), color, LEGEND_SIZE)
        left += canvas.text_width(words, LEGEND_SIZE) + 6 * canvas.unit


def _face_words(observation: Observation) -> str:
    return f"face {observation.face.score:.2f}" if observation.face else "no face"


def _face_color(observation: Observation) -> Color:
    return WHITE if observation.face else WARNING_COLOR


def _angle_words(observation: Observation) -> str:
    words = ""
    if observation.head:
        head = observation.head
        words += f"head yaw {head.yaw_deg:+.0f} pitch {head.pitch_deg:+.0f} roll {head.roll_deg:+.0f}"
    if observation.gaze:
        words += f"   gaze yaw {observation.gaze.yaw_deg:+.0f} pitch {observation.gaze.pitch_deg:+.0f}"
    return words


def _emotion_words(observation: Observation) -> str:
    if not observation.emotion:
        return ""
    name, share = max(observation.emotion.items(), key=lambda item: item[1])
    return f"{name} {share:.2f}" if share >= CLEAR_EXPRESSION else ""


def _cue_words(cues: Cues) -> str:
    words = [cues.gaze_zone.lower()] if cues.gaze_zone else []
    if cues.eyes_closed:
        words.append(f"eyes closed {cues.eyes_closed_s:.1f} s")
    if cues.perclos_60s is not None:
        words.append(f"PERCLOS {cues.perclos_60s:.0%}")
    if cues.degraded:
        words.append(f"degraded: {cues.degraded}")
    return "  ".join(words)


def _draw_bars(canvas: Canvas, observation: Observation) -> None:
    """Openness of both eyes and the mouth, bottom left; the eyes stand as in the picture, the driver's right one left."""
    left, right = (observation.eyes.left, observation.eyes.right) if observation.eyes else (None, None)
    mouth = observation.mouth
    bars = [("R", *_eye_bar(right)), ("L", *_eye_bar(left)), ("M", mouth.openness if mouth else None, bool(mouth))]
    if mouth and mouth.visible < READABLE:
        bars[2] = ("M", mouth.openness, False)
    bottom = canvas.height - 22 * canvas.unit
    for place, (name, openness, readable) in enumerate(bars):
        _draw_bar(canvas, name, openness, readable, (10 + 22 * place) * canvas.unit, bottom)


def _eye_bar(eye: Eye | None) -> tuple[float | None, bool]:
    return (eye.openness, eye.visible >= READABLE) if eye else (None, False)


def _draw_bar(canvas: Canvas, name: str, openness: float | None, readable: bool, left: float, bottom: float) -> None:
    width, height = 14 * canvas.unit, 60 * canvas.unit
    color = POINT_COLOR if readable else GREY
    canvas.rectangle((left, bottom - height), (left + width, bottom), DARK)
    if openness is not None:
        filled = min(max(openness, 0.0), 1.0) * height
        canvas.rectangle((left, bottom - filled), (left + width, bottom), color)
    canvas.rectangle((left, bottom - height), (left + width, bottom), color, 1.0)
    canvas.text(name, (left + 2 * canvas.unit, bottom + 14 * canvas.unit), color)


def _draw_alerts(canvas: Canvas, alerts: Sequence[Alert]) -> None:
    """One bar for each alert along the bottom, the most urgent lowest, in the color of its level."""
    height = 24 * canvas.unit
    left = 84 * canvas.unit
    for place, alert in enumerate(sorted(alerts, key=lambda one: -one.level.rank)):
        bottom = canvas.height - 6 * canvas.unit - place * (height + 4 * canvas.unit)
        canvas.rectangle((left, bottom - height), (canvas.width - 8 * canvas.unit, bottom), LEVEL_COLORS[alert.level])
        words = f"{alert.level.upper()}  {alert.kind}  since {alert.onset:.1f} s"
        canvas.text(words, (left + 8 * canvas.unit, bottom - 7 * canvas.unit), WHITE, 0.5)
