"""What a network is trained on, and in which numbers."""

from __future__ import annotations

from typing import Literal

import torch

from dms.errors import UsageError

DeviceName = Literal["auto", "cpu", "cuda"]
PrecisionName = Literal["auto", "fp32", "bf16", "fp16"]
HAS_BF16 = torch.cpu.get_capabilities().get("avx512_bf16", False)
"""Training takes 0.6 of the time in bf16 where the processor has it; elsewhere it is emulated and takes ten times as long."""


def chosen_device(asked: DeviceName, local_rank: int = 0) -> torch.device:
    """The device: `auto` is the graphics card if torch has one, else the processor.

    Raises:
        UsageError: a card is asked for and torch finds none.
    """
    if asked == "cpu" or (asked == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise UsageError("device cuda: torch finds no graphics card, or was built without CUDA; device auto takes what there is")
    return torch.device("cuda", local_rank % torch.cuda.device_count())


def chosen_precision(asked: PrecisionName, device: torch.device) -> torch.dtype | None:
    """What matrices are multiplied in, None for float32. `auto` is bf16 where the device has it, else fp16 on a card and float32
    on a processor.

    Raises:
        UsageError: fp16 is asked for on a processor, which has no use for it.
    """
    if asked == "fp16" and device.type == "cpu":
        raise UsageError("precision fp16: only on a graphics card; a processor takes bf16 or fp32")
    if asked != "auto":
        return {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}[asked]
    if device.type == "cpu":
        return torch.bfloat16 if HAS_BF16 else None
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
