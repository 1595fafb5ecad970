"""What is on the windows, or between them and the world: rain, a rear wiper, a car wash, fog, a blind."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from tools.outside.cabin import HEIGHT, WIDTH, Glass
from tools.outside.textures import Values, clouds


def fog(strength: float) -> Glass:
    """Everything outside nearly white."""
    return lambda view, _: np.asarray(view + strength * (205.0 - view), np.float32)


def blind(view: Values, t: float) -> Values:
    """A sunshade, or dark film: hardly anything comes through."""
    return np.asarray(35.0 + 0.04 * view, np.float32)


def rain(generator: Generator, drops_per_s: float, runs_px_s: float) -> Glass:
    """Drops that bend the view, and run down; a new one takes an old one's place."""
    number = 160
    x, y = generator.uniform(0, WIDTH, number), generator.uniform(0, HEIGHT, number)
    born = generator.uniform(0, number / drops_per_s, number)
    pace = runs_px_s * generator.uniform(0.2, 2.0, number)

    def wet(view: Values, t: float) -> Values:
        wet_view = view.copy()
        flipped = cv2.GaussianBlur(view[::-1], (0, 0), 2.0)
        for drop in range(number):
            age = (t - born[drop]) % (number / drops_per_s)
            column, row = int(x[drop] + 7 * (t // (number / drops_per_s))) % WIDTH, int(y[drop] + pace[drop] * age) % HEIGHT
            across, down = slice(column, column + 3), slice(row, row + 4)
            wet_view[down, across] = 0.5 * view[down, across] + 0.5 * flipped[down, across]
        return wet_view

    return wet


def wiper(period_s: float) -> Glass:
    """A dark blade that sweeps over the rear window."""

    def wiped(view: Values, t: float) -> Values:
        phase = (t % period_s) / period_s
        if phase < 0.35:
            end = (int(20 + 80 * np.sin(np.pi * phase / 0.35)), 40)
            view = view.copy()
            cv2.line(view, (55, 115), end, 15.0, 3, cv2.LINE_AA)
        return view

    return wiped


def car_wash(generator: Generator, start_s: float) -> Glass:
    """Foam that runs down, and brushes that turn before every window."""
    foam = np.clip(150.0 + 45.0 * clouds(generator, HEIGHT * 4, WIDTH, 16), 0, 255).astype(np.float32)
    brush = np.clip(100.0 + 50.0 * clouds(generator, HEIGHT, WIDTH * 4, 8), 0, 255).astype(np.float32)

    def washed(view: Values, t: float) -> Values:
        if t < start_s:
            return view
        down, along = int(t * 25) % (3 * HEIGHT), int(t * 220) % (3 * WIDTH)
        part = brush[:, along : along + WIDTH] if t % 20 < 9 else foam[3 * HEIGHT - down : 4 * HEIGHT - down]
        return np.asarray(0.2 * view + 0.8 * part, np.float32)

    return washed
