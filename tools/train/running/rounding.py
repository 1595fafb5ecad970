"""Quantisation-aware training: a network learns with the rounding that INT8 will bring (Jacob et al., Quantization and training
of neural networks for efficient integer-arithmetic-only inference, CVPR 2018).

Convolutions are rounded as `tools/quantize.py` rounds them afterwards: weights to signed bytes, for each output channel by their
greatest value; what they look at to unsigned bytes between its least and greatest value. A gradient goes through rounding as if
it were not there. Normalisation that follows need not be merged first: it scales a channel's weights and their step alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self, TypeVar

import torch
from torch import Tensor, nn

RANGES = ("least", "most")
FOLLOWING = 0.05
"""How fast the range of what a convolution looks at follows that of the batch in hand."""
SMALLEST = 1e-8

M = TypeVar("M", bound=nn.Module)


class RoundedConv2d(nn.Conv2d):
    """A convolution whose weights and input are rounded to bytes. `least` and `most` are the input's range, seen in training."""

    least: Tensor
    most: Tensor

    @classmethod
    def of(cls, plain: nn.Conv2d) -> Self:
        """The same convolution, sharing its parameters."""
        made = cls(
            plain.in_channels, plain.out_channels, plain.kernel_size, plain.stride, plain.padding,  # type: ignore[arg-type]
            plain.dilation, plain.groups, plain.bias is not None, plain.padding_mode,  # type: ignore[arg-type]
        )  # fmt: skip
        made.weight, made.bias = plain.weight, plain.bias
        for name in RANGES:
            made.register_buffer(name, plain.weight.new_zeros(()))
        return made

    def forward(self, picture: Tensor) -> Tensor:
        picture = picture.float()
        if self.training:
            self._follow(picture)
        seen: Tensor = self._conv_forward(self._round_input(picture), self._round_weights(), self.bias)
        return seen

    @torch.no_grad()
    def _follow(self, picture: Tensor) -> None:
        unseen = self.most <= self.least
        for range_, now in ((self.least, picture.amin().clamp(max=0.0)), (self.most, picture.amax().clamp(min=0.0))):
            range_.copy_(torch.where(unseen, now, range_ + FOLLOWING * (now - range_)))

    def _round_input(self, picture: Tensor) -> Tensor:
        step = ((self.most - self.least) / 255).clamp(min=SMALLEST)
        zero = (-self.least / step).round().clamp(0, 255).int()
        return torch.fake_quantize_per_tensor_affine(picture, step, zero, 0, 255)

    def _round_weights(self) -> Tensor:
        steps = (self.weight.detach().abs().amax(dim=(1, 2, 3)).float() / 127).clamp(min=SMALLEST)
        zeros = torch.zeros_like(steps, dtype=torch.int32)
        return torch.fake_quantize_per_channel_affine(self.weight.float(), steps, zeros, 0, -127, 127)


def rounded(network: M) -> M:
    """The network with all of its convolutions rounded; their parameters stay the same."""
    for name, module in list(network.named_modules()):
        if type(module) is nn.Conv2d:
            above, _, last = name.rpartition(".")
            setattr(network.get_submodule(above), last, RoundedConv2d.of(module))
    return network


def without_ranges(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a network that was trained rounded, for one that is not."""
    places = {name.rpartition(".")[0] for name in weights if name.endswith(".most")}
    ranges = {f"{place}.{name}" for place in places for name in RANGES}
    return {name: value for name, value in weights.items() if name not in ranges}
