"""The numbers by which two views become one. All are our design decisions, tried on `tools/render/scripts/two_cameras.yaml`."""

from __future__ import annotations

from dataclasses import dataclass

WITHIN_S = 0.05
"""Frames farther apart than this were not seen together: a blink is half over by then."""


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """When a view is readable, when another is better, and when it is known how the second camera stands.

    Where a view is changed, two readings of the same thing differ by their errors, which looks like a movement: hence the
    margins and times. A view that shows a thing no more is left at once.
    """

    within_s: float = WITHIN_S

    # The face: degrees of standard error; a head that is turned away from a camera is read worse than it says.
    usual_sigma_deg: float = 5.0
    sigma_per_yaw: float = 1 / 15
    face_margin_deg: float = 2.0
    face_after_s: float = 0.3

    # Eyes and mouth: shares of visibility.
    eye_visible: float = 0.5  # as fusion has it
    eyes_margin: float = 0.2
    eyes_after_s: float = 0.2
    mouth_visible: float = 0.5
    mouth_margin: float = 0.2
    mouth_after_s: float = 0.5

    # Where the second camera stands, learned from moments in which both see the head well.
    learn_yaw_deg: float = 60.0
    learn_sigma_deg: float = 10.0
    learn_s: float = 2.0
    learn_memory_s: float = 120.0  # a driver who moves in the seat sees the cameras elsewhere
    given_counts_s: float = 2.0  # an angle that a person measured counts like so much learning
    longest_spread_deg: float = 12.0  # beyond it they watch two people, or one of them reads nonsense
    gaze_offset_limit_deg: float = 10.0

    # Hands are looked at a few times a second.
    hands_hold_s: float = 1.0
    longest_step_s: float = 0.3
    state_counts_s: float = 1.0


DEFAULTS = ViewSettings()
