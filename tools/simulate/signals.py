"""A script as continuous signals: head, gaze, lids and mouth at any moment, and what the vehicle says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dms.types import Phone, VehicleState
from tools.simulate.road_course import bearing_deg
from tools.simulate.script import Absence, DriverProfile, Glance, MouthMovement, Nod, PhoneUse, Script
from tools.simulate.vehicle import vehicle_states

Signal = NDArray[np.float64]

HEAD_TURN_S = 0.30  # a head turn of common size; the eyes arrive earlier
HEAD_SINKS_S = 1.0  # of one who falls asleep [D]
SACCADE_S = 0.06
LID_DOWN_S = 0.06  # the lid falls about twice as fast as it rises (Caffier et al. 2003)
LID_UP_S = 0.12
HEAD_STARTS_DEG = 10.0  # smaller glances are made with the eyes alone
SYLLABLES_PER_S = 4.0
QUICK_RISE_S = 0.12  # of a mouth that sings, laughs or bites: a third of a syllable's time at a lively rate [D]
FIXATION_S = (0.25, 0.60)  # of drivers who scan the road (Chapman & Underwood 1998: 0.3 to 0.5 s on average)
LEANS_WITHIN_S = 1.5  # [D]
SQUINTS_WITHIN_S = 0.5  # [D]


@dataclass(frozen=True)
class Signals:
    """Arrays over the same times: degrees seen from the camera, openness as a share of the open eye, MAR beyond that of closed
    lips, the phone, whether nobody is there; and what the vehicle says."""

    t: Signal
    head_yaw_deg: Signal
    head_pitch_deg: Signal
    head_roll_deg: Signal
    gaze_yaw_deg: Signal
    gaze_pitch_deg: Signal
    openness: Signal
    mouth: Signal
    mouth_covered: NDArray[np.bool_]
    phone: list[Phone]
    absent: NDArray[np.bool_]
    vehicle: list[VehicleState]


def smooth_step(x: Signal) -> Signal:
    """Minimum-jerk rise from 0 at x <= 0 to 1 at x >= 1 (Flash and Hogan 1985)."""
    x = np.clip(x, 0.0, 1.0)
    return x * x * x * (10 - 15 * x + 6 * x * x)


def signals_of(script: Script, driver: DriverProfile, t: Signal, rng: np.random.Generator) -> Signals:
    """What a perfect sensor would see of `driver` playing `script` at the times `t`."""
    head_yaw, head_pitch = np.zeros_like(t), np.zeros_like(t)
    gaze_yaw, gaze_pitch = np.zeros_like(t), np.zeros_like(t)
    elsewhere = np.zeros_like(t)
    for glance in script.glances:
        share_yaw, share_pitch = head_share(glance, _head_gain(script, driver, glance.onset))
        _add_excursion(t, glance, HEAD_TURN_S, (head_yaw, share_yaw), (head_pitch, share_pitch))
        target = glance.target
        _add_excursion(t, glance, SACCADE_S, (gaze_yaw, target.yaw_deg), (gaze_pitch, target.pitch_deg), (elsewhere, 1.0))
    for nod in script.nods:
        _sink(t, nod, head_pitch)
    sway = _slow_noise(t, 8.0, rng), _slow_noise(t, 8.0, rng)
    yawning = _yawning(script, t)
    on_the_road = np.clip(1.0 - elsewhere, 0.0, 1.0)
    if script.bends:
        ahead = bearing_deg(script.bends, t, driver.preview_s) * on_the_road
        gaze_yaw += ahead
        # The head makes its share of what the bend takes the eyes beyond 10 degrees.
        head_yaw += driver.head_gain * np.sign(ahead) * np.maximum(np.abs(ahead) - HEAD_STARTS_DEG, 0.0)
    if script.scanning:
        roaming = _roaming(script, t, rng)
        gaze_yaw, gaze_pitch = gaze_yaw + roaming[0] * on_the_road, gaze_pitch + roaming[1] * on_the_road
    leaning_yaw, leaning_roll = _leaning(script, t)
    forward_yaw, forward_pitch = _forward(script, driver, t)
    return Signals(
        t=t,
        head_yaw_deg=head_yaw + sway[0] + forward_yaw + leaning_yaw,
        head_pitch_deg=head_pitch + sway[1] + forward_pitch + driver.head_up_while_yawning_deg * yawning,
        head_roll_deg=leaning_roll,
        gaze_yaw_deg=gaze_yaw + forward_yaw,
        gaze_pitch_deg=gaze_pitch + forward_pitch,
        openness=_openness(script, driver, t, gaze_pitch) * (1.0 - (1.0 - driver.lid_while_yawning) * yawning),
        mouth=_mouth(script, t, rng),
        mouth_covered=_during(t, [movement for movement in script.mouth if movement.covered]),
        phone=_phone(script, t),
        absent=_during(t, script.absences),
        vehicle=vehicle_states(script, float(t[-1])) if t.size else [],
    )


def _head_gain(script: Script, driver: DriverProfile, t: float) -> float:
    """That of who drives then."""
    return next((successor.head_gain for successor in reversed(script.successors) if successor.t <= t), driver.head_gain)


def _forward(script: Script, driver: DriverProfile, t: Signal) -> tuple[Signal | float, Signal | float]:
    """Where straight ahead is seen, yaw and pitch."""
    yaw: Signal | float = driver.forward_yaw_deg
    pitch: Signal | float = driver.forward_pitch_deg
    for shift in script.shifts:
        share = smooth_step((t - shift.t) / shift.over_s)
        yaw, pitch = yaw + share * shift.yaw_deg, pitch + share * shift.pitch_deg
    for successor in script.successors:
        since = (t >= successor.t).astype(np.float64)
        yaw, pitch = yaw + since * successor.yaw_deg, pitch + since * successor.pitch_deg
    return yaw, pitch


def _leaning(script: Script, t: Signal) -> tuple[Signal, Signal]:
    """Yaw and roll of a head that leans on something."""
    yaw, roll = np.zeros_like(t), np.zeros_like(t)
    for lean in script.leans:
        there = smooth_step((t - lean.onset) / LEANS_WITHIN_S) - smooth_step((t - lean.onset - lean.duration_s) / LEANS_WITHIN_S)
        yaw += there * lean.yaw_deg
        roll += there * lean.roll_deg
    return yaw, roll


def _roaming(script: Script, t: Signal, rng: np.random.Generator) -> tuple[Signal, Signal]:
    """Fixations on the road ahead, beside where it goes: wider across than along."""
    begins, deviations = zip(*script.scanning, strict=True)
    lengths = rng.uniform(*FIXATION_S, int(t[-1] / FIXATION_S[0]) + 2) if t.size else np.zeros(1)
    starts = np.cumsum(lengths)
    which = np.searchsorted(starts, t)
    spread = np.asarray(deviations)[np.maximum(np.searchsorted(begins, t, side="right") - 1, 0)]
    yaw, pitch = rng.normal(0.0, 1.0, starts.size + 1), rng.normal(0.0, 0.3, starts.size + 1)
    return np.clip(yaw[which], -2.0, 2.0) * spread, np.clip(pitch[which], -0.6, 0.6) * spread


def head_share(glance: Glance, head_gain: float) -> tuple[float, float]:
    """Yaw and pitch in degrees that the head makes of a look; `head_gain` is its part beyond 10 degrees."""
    angle = float(np.hypot(glance.target.yaw_deg, glance.target.pitch_deg))
    if angle <= HEAD_STARTS_DEG:
        return 0.0, 0.0
    # Beyond about 50° the eyes can no longer do the rest, so the head must.
    head = max(head_gain * (angle - HEAD_STARTS_DEG), angle - 45.0)
    return glance.target.yaw_deg * head / angle, glance.target.pitch_deg * head / angle


def _window(t: Signal, onset: float, end: float) -> slice:
    return slice(int(np.searchsorted(t, onset)), int(np.searchsorted(t, end)))


def _add_excursion(t: Signal, glance: Glance, move_s: float, *movements: tuple[Signal, float]) -> None:
    """Add to each signal what it comes to, for as long as the glance lasts."""
    end = glance.onset + glance.duration_s
    near = _window(t, glance.onset, end + move_s)
    there = smooth_step((t[near] - glance.onset) / move_s) - smooth_step((t[near] - end) / move_s)
    for signal, most in movements:
        signal[near] += there * most


def _sink(t: Signal, nod: Nod, pitch: Signal) -> None:
    end = nod.onset + nod.duration_s
    near = _window(t, nod.onset, end + HEAD_TURN_S)
    pitch[near] -= nod.depth_deg * (
        smooth_step((t[near] - nod.onset) / HEAD_SINKS_S) - smooth_step((t[near] - end) / HEAD_TURN_S)
    )


def _openness(script: Script, driver: DriverProfile, t: Signal, gaze_pitch: Signal) -> Signal:
    # The upper lid follows the eye down.
    lid = np.maximum(1.0 - driver.lid_per_deg_down * np.maximum(-gaze_pitch, 0.0), driver.lid_lowest)
    for closure in script.closures:
        end = closure.onset + closure.duration_s
        near = _window(t, closure.onset - LID_DOWN_S, end + LID_UP_S)
        shut = smooth_step((t[near] - closure.onset + LID_DOWN_S) / LID_DOWN_S) - smooth_step((t[near] - end) / LID_UP_S)
        lid[near] *= 1.0 - closure.depth * shut
    for squint in script.squints:
        near = _window(t, squint.onset, squint.onset + squint.duration_s)
        into = t[near] - squint.onset
        narrowed = smooth_step(into / SQUINTS_WITHIN_S) * smooth_step((squint.duration_s - into) / SQUINTS_WITHIN_S)
        lid[near] *= 1.0 - (1.0 - squint.open_share) * narrowed
    for successor in script.successors:
        lid *= np.where(t >= successor.t, successor.eye_width, 1.0)
    return lid


def _yawning(script: Script, t: Signal) -> Signal:
    """How far into a yawn, 0 to 1."""
    share = np.zeros_like(t)
    for movement in script.mouth:
        if movement.kind == "yawn":
            near = _window(t, movement.onset, movement.onset + movement.duration_s)
            share[near] = np.maximum(share[near], _opening(t[near] - movement.onset, movement))
    return share


def _opening(into: Signal, movement: MouthMovement) -> Signal:
    rise_s = min(QUICK_RISE_S, movement.duration_s / 2) if movement.kind == "quick" else movement.duration_s * 0.3
    return smooth_step(into / rise_s) * smooth_step((movement.duration_s - into) / rise_s)


def _during(t: Signal, acts: Iterable[MouthMovement | PhoneUse | Absence]) -> NDArray[np.bool_]:
    inside = np.zeros(t.size, dtype=bool)
    for act in acts:
        inside[_window(t, act.onset, act.onset + act.duration_s)] = True
    return inside


def _phone(script: Script, t: Signal) -> list[Phone]:
    seen: list[Phone] = ["none"] * t.size
    for use in script.phone:
        for i in range(t.size)[_window(t, use.onset, use.onset + use.duration_s)]:
            seen[i] = use.state
    return seen


def _mouth(script: Script, t: Signal, rng: np.random.Generator) -> Signal:
    mouth = np.zeros_like(t)
    for movement in script.mouth:
        near = _window(t, movement.onset, movement.onset + movement.duration_s)
        into = t[near] - movement.onset
        if movement.kind == "talk":
            mouth[near] += movement.peak * np.abs(np.sin(np.pi * SYLLABLES_PER_S * into)) * rng.uniform(0.2, 1.0, into.size)
        else:
            mouth[near] += movement.peak * _opening(into, movement)
    return mouth


def _slow_noise(t: Signal, period_s: float, rng: np.random.Generator) -> Signal:
    knots = np.arange(t[0] - period_s, t[-1] + 2 * period_s, period_s)
    return np.interp(t, knots, rng.normal(0.0, 1.0, knots.size))
