"""A loss that asks points and rotation to be those of one and the same head."""

from __future__ import annotations

from torch import Tensor


def disagreement(rotation: Tensor, points: Tensor, head: Tensor, weights: Tensor) -> Tensor:
    """How far (n,) points (n, k, 2) lie from those of a head turned by `rotation` (n, 3, 3), over that head's size.

    `head` (k, 3) are the points of a mean head, x right, y up, z towards the camera; the points' y runs downwards. The head is
    seen in weak perspective, its size and place being those that fit best (in closed form), so only turning and shape are
    judged. A far head looks like that; one that fills the picture differs by a few hundredths. `weights` (n, k) is 0 where a
    point does not count.
    """
    share = weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-6)
    seen = (head @ rotation.transpose(1, 2))[:, :, :2] * head.new_tensor([1.0, -1.0])
    seen = seen - (share[:, :, None] * seen).sum(dim=1, keepdim=True)
    centred = points - (share[:, :, None] * points).sum(dim=1, keepdim=True)
    extent = (share[:, :, None] * seen.square()).sum(dim=(1, 2)).clamp(min=1e-9)
    scale = (share[:, :, None] * seen * centred).sum(dim=(1, 2)) / extent
    residual = centred - scale[:, None, None] * seen
    spread = (share[:, :, None] * centred.square()).sum(dim=(1, 2)).clamp(min=1e-9)
    squared = (share[:, :, None] * residual.square()).sum(dim=(1, 2))
    return ((squared + 1e-8 * spread) / spread).sqrt()
