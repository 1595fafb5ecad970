"""Endless batches, made in worker processes. Sample i of batch k hangs on the seed, k and i alone: not on how many workers or
processes share the work, nor on how often training was resumed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from dms.perception import crops
from tools.train.task import Batch, Source

REFRESH_BATCHES = 200
AHEAD = 6
"""Batches that each worker makes in advance."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which samples of each batch a process makes: every `of`-th, from `rank` on."""

    rank: int = 0
    of: int = 1


class Batches(IterableDataset[Batch]):
    """The batches from number `first` on; each worker makes every n-th of them, and the loader puts them in order."""

    def __init__(self, source: Callable[[], Source], size: int, seed: int, first: int = 0, share: Share = Share()) -> None:
        self.source, self.size, self.seed, self.first, self.share = source, size, seed, first, share

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        mine, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        if worker:  # Ctrl-C reaches all processes of a terminal; the training process ends its workers itself
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        source = self.source()
        for made, number in enumerate(count(self.first + mine, workers), start=1):
            rows = range(self.share.rank, self.size, self.share.of)
            yield collate([source.draw(np.random.default_rng([self.seed, number, row])) for row in rows])
            if made % REFRESH_BATCHES == 0:
                source.refresh()


def collate(samples: list[dict[str, Any]]) -> Batch:
    """Samples to tensors; pictures are normalised here, in the worker, exactly as at runtime."""
    stacked = {name: np.stack([sample[name] for sample in samples]) for name in samples[0]}
    image = crops.normalise(stacked.pop("image"))
    rest = {
        name: torch.from_numpy(values if values.dtype.kind == "i" else values.astype(np.float32))
        for name, values in stacked.items()
    }
    return {"image": torch.from_numpy(image), **rest}


def loader(batches: Batches, workers: int) -> DataLoader[Batch]:
    """Batches in order, made by so many processes."""
    return DataLoader(
        batches,
        batch_size=None,
        num_workers=workers,
        prefetch_factor=AHEAD if workers else None,
        # A forked worker inherits OpenCV's threads as dead ones, and waits for them for ever.
        multiprocessing_context="spawn" if workers else None,
    )
