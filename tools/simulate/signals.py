"""A script as continuous signals: head, gaze, lids, mouth and vehicle at any moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dms.types import Phone
from tools.simulate.script import DriverProfile, Glance, MouthMovement, Nod, PhoneUse, Script, VehicleChange

Signal = NDArray[np.float64]

HEAD_TURN_S = 0.30  # a head turn of common size; the eyes arrive earlier
HEAD_SINKS_S = 1.0  # of one who falls asleep [D]
SACCADE_S = 0.06
LID_DOWN_S = 0.06  # the lid falls about twice as fast as it rises (Caffier et al. 2003)
LID_UP_S = 0.12
HEAD_STARTS_DEG = 10.0  # smaller glances are made with the eyes alone
SYLLABLES_PER_S = 4.0


@dataclass(frozen=True)
class Signals:
    """Arrays over the same times: degrees seen from the camera, openness as a share of the open eye, MAR beyond that of closed
    lips, the phone, and what the vehicle is asked to do."""

    t: Signal
    head_yaw_deg: Signal
    head_pitch_deg: Signal
    gaze_yaw_deg: Signal
    gaze_pitch_deg: Signal
    openness: Signal
    mouth: Signal
    mouth_covered: NDArray[np.bool_]
    phone: list[Phone]
    vehicle: list[VehicleChange]


def smooth_step(x: Signal) -> Signal:
    """Minimum-jerk rise from 0 at x <= 0 to 1 at x >= 1 (Flash and Hogan 1985)."""
    x = np.clip(x, 0.0, 1.0)
    return x * x * x * (10 - 15 * x + 6 * x * x)


def signals_of(script: Script, driver: DriverProfile, t: Signal, rng: np.random.Generator) -> Signals:
    """What a perfect sensor would see of `driver` playing `script` at the times `t`."""
    head_yaw, head_pitch = np.zeros_like(t), np.zeros_like(t)
    gaze_yaw, gaze_pitch = np.zeros_like(t), np.zeros_like(t)
    for glance in script.glances:
        share_yaw, share_pitch = head_share(glance, driver)
        _add_excursion(t, glance, HEAD_TURN_S, head_yaw, head_pitch, (share_yaw, share_pitch))
        _add_excursion(t, glance, SACCADE_S, gaze_yaw, gaze_pitch, (glance.target.yaw_deg, glance.target.pitch_deg))
    for nod in script.nods:
        _sink(t, nod, head_pitch)
    sway = _slow_noise(t, 8.0, rng), _slow_noise(t, 8.0, rng)
    yawning = _yawning(script, t)
    return Signals(
        t=t,
        head_yaw_deg=head_yaw + sway[0] + driver.forward_yaw_deg,
        head_pitch_deg=head_pitch + sway[1] + driver.forward_pitch_deg + driver.head_up_while_yawning_deg * yawning,
        gaze_yaw_deg=gaze_yaw + driver.forward_yaw_deg,
        gaze_pitch_deg=gaze_pitch + driver.forward_pitch_deg,
        openness=_openness(script, driver, t, gaze_pitch) * (1.0 - (1.0 - driver.lid_while_yawning) * yawning),
        mouth=_mouth(script, t, rng),
        mouth_covered=_during(t, [movement for movement in script.mouth if movement.covered]),
        phone=_phone(script, t),
        vehicle=script.vehicle,
    )


def head_share(glance: Glance, driver: DriverProfile) -> tuple[float, float]:
    """Yaw and pitch in degrees that the head makes of a look."""
    angle = float(np.hypot(glance.target.yaw_deg, glance.target.pitch_deg))
    if angle <= HEAD_STARTS_DEG:
        return 0.0, 0.0
    # Beyond about 50° the eyes can no longer do the rest, so the head must.
    head = max(driver.head_gain * (angle - HEAD_STARTS_DEG), angle - 45.0)
    return glance.target.yaw_deg * head / angle, glance.target.pitch_deg * head / angle


def _window(t: Signal, onset: float, end: float) -> slice:
    return slice(int(np.searchsorted(t, onset)), int(np.searchsorted(t, end)))


def _add_excursion(t: Signal, glance: Glance, move_s: float, yaw: Signal, pitch: Signal, to_deg: tuple[float, float]) -> None:
    end = glance.onset + glance.duration_s
    near = _window(t, glance.onset, end + move_s)
    there = smooth_step((t[near] - glance.onset) / move_s) - smooth_step((t[near] - end) / move_s)
    yaw[near] += there * to_deg[0]
    pitch[near] += there * to_deg[1]


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
    return lid


def _yawning(script: Script, t: Signal) -> Signal:
    """How far into a yawn, 0 to 1."""
    share = np.zeros_like(t)
    for movement in script.mouth:
        if not movement.talk:
            near = _window(t, movement.onset, movement.onset + movement.duration_s)
            share[near] = np.maximum(share[near], _opening(t[near] - movement.onset, movement))
    return share


def _opening(into: Signal, movement: MouthMovement) -> Signal:
    rise_s = movement.duration_s * 0.3
    return smooth_step(into / rise_s) * smooth_step((movement.duration_s - into) / rise_s)


def _during(t: Signal, acts: Iterable[MouthMovement | PhoneUse]) -> NDArray[np.bool_]:
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
        if movement.talk:
            mouth[near] += movement.peak * np.abs(np.sin(np.pi * SYLLABLES_PER_S * into)) * rng.uniform(0.2, 1.0, into.size)
        else:
            mouth[near] += movement.peak * _opening(into, movement)
    return mouth


def _slow_noise(t: Signal, period_s: float, rng: np.random.Generator) -> Signal:
    knots = np.arange(t[0] - period_s, t[-1] + 2 * period_s, period_s)
    return np.interp(t, knots, rng.normal(0.0, 1.0, knots.size))
