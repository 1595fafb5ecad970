from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def frontal() -> np.ndarray:
    """68 points of a frontal face about a unit wide, y down; only what crops look at is face-like."""
    points = np.zeros((68, 2))
    jaw = np.linspace(np.pi, 0, 17)
    points[:17] = np.column_stack([0.5 * np.cos(jaw), 0.55 * np.sin(jaw)])
    points[17:27] = np.column_stack([np.linspace(-0.4, 0.4, 10), np.full(10, -0.33)])
    points[27:31] = np.column_stack([np.zeros(4), np.linspace(-0.18, 0.08, 4)])
    points[31:36] = np.column_stack([np.linspace(-0.1, 0.1, 5), np.full(5, 0.13)])
    eye = np.array([[-0.1, 0], [-0.04, -0.04], [0.04, -0.04], [0.1, 0], [0.04, 0.04], [-0.04, 0.04]])
    points[36:42], points[42:48] = eye - np.array([0.22, 0.16]), eye + np.array([0.22, -0.16])
    points[48:68] = np.column_stack([np.linspace(-0.18, 0.18, 20), np.full(20, 0.3)])
    return points.astype(np.float32)
