"""Separates noise from what the driver did: residuals around a smooth course, and errors against a known truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.simulate.noise import Drift, Jitter

Signal = NDArray[np.float64]
Frames = NDArray[np.bool_]

HALF_WINDOW_S = 0.5
LEAST_POINTS = 6
OUTLIER_SDS = 4.0  # 1 frame in 16,000 of Gaussian noise
ROBUST = 1.4826  # standard deviation of Gaussian noise over its median absolute deviation
LONGEST_LAG_S = 0.4
LONGEST_MEMORY_S = 10.0


def smooth_course(t: Signal, values: Signal) -> Signal:
    """A local parabola of one second around every moment (Savitzky and Golay 1964); NaN where too little is known."""
    course = np.full_like(values, np.nan)
    known = np.isfinite(values)
    begins, ends = np.searchsorted(t, t - HALF_WINDOW_S), np.searchsorted(t, t + HALF_WINDOW_S, side="right")
    for i, (begin, end) in enumerate(zip(begins.tolist(), ends.tolist(), strict=True)):
        inside = known[begin:end]
        if inside.sum() >= LEAST_POINTS:
            dt = t[begin:end][inside] - t[i]
            course[i] = np.polyfit(dt, values[begin:end][inside], 2)[-1]
    return course


def jitter_of(t: Signal, values: Signal, frames: Frames, unit: Signal | None = None) -> Jitter:
    """The noise around the smooth course in these frames, in units of `unit` where given.

    The course follows a part of the noise, too: of a memory of 0.06 s two thirds are found, of the deviation nine tenths.
    """
    # The course is that of these frames alone: a blink just outside of them would bend it.
    residual = values - smooth_course(t, np.where(frames, values, np.nan))
    residual = np.where(frames, residual, np.nan)
    if unit is not None:
        residual = residual / unit
    known = np.isfinite(residual)
    robust_sd = ROBUST * float(np.median(np.abs(residual[known])))
    far = known & (np.abs(residual) > OUTLIER_SDS * robust_sd)
    period_s = float(np.median(np.diff(t)))
    runs = int((np.diff(far.astype(int)) > 0).sum()) + int(far[0])
    inner = np.where(far, np.nan, residual)
    return Jitter(
        sd=float(np.nanstd(inner)),
        memory_s=memory_s(inner, period_s),
        outlier_share=float(far.sum() / known.sum()),
        outlier_size=float(np.sqrt(np.mean(residual[far] ** 2))) if runs else 0.0,
        outlier_s=float(far.sum() / runs) * period_s if runs else 0.0,
    )


def memory_s(noise: Signal, period_s: float) -> float:
    """The time after which the autocorrelation has fallen to 1/e, between samples by interpolation."""
    spread = float(np.nanvar(noise))
    last = 1.0
    for lag in range(1, min(noise.size, round(LONGEST_MEMORY_S / period_s))):
        now = float(np.nanmean(noise[:-lag] * noise[lag:])) / spread
        if now < 1 / np.e:
            return period_s * (lag - 1 + (last - 1 / np.e) / (last - now))
        last = now
    return LONGEST_MEMORY_S


def angle_errors(t: Signal, read: Signal, fine_t: Signal, true: Signal, sigma_deg: float) -> Drift:
    """How `read` at the times `t` differs from `true` at the times `fine_t`: the lag that fits best, then scale and constant,
    then what is left over seconds. The constant is the mean error, before the scale."""

    def shifted(lag_s: float) -> Signal:
        return np.interp(t - lag_s, fine_t, true)

    known = np.isfinite(read)

    def misfit(lag_s: float) -> float:
        error = read[known] - shifted(lag_s)[known]
        return float(np.var(error))

    lag_s = min(np.arange(0.0, LONGEST_LAG_S, 0.01).tolist(), key=misfit)
    at_lag = shifted(lag_s)
    gain, offset = np.polyfit(at_lag[known], read[known], 1)
    slow = smooth_course(t, read - gain * at_lag - offset)
    slow = slow - np.nanmean(slow)
    return Drift(
        bias=float(np.mean(read[known] - at_lag[known])) / sigma_deg,
        gain=float(gain),
        lag_s=float(lag_s),
        slow_sd=float(np.nanstd(slow)) / sigma_deg,
        slow_memory_s=memory_s(slow, float(np.median(np.diff(t)))),
    )
