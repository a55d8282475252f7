"""Depth pictures of our own shapes with their names and captions: what the image tower learns from."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recon_model.data.synthetic import depth_views, sample_shape

_WORTH = 2000
"""Shapes that are drawn in the three seconds in which another process starts."""


@dataclass(frozen=True)
class Pictures:
    """Views of n shapes."""

    views: Tensor
    """(n, v, size, size) uint8 depths."""
    names: Tensor
    """(n,) index of each shape's category."""
    captions: tuple[str, ...]
    """One sentence for each shape."""

    def __len__(self) -> int:
        return len(self.captions)

    def to(self, device: torch.device) -> Self:
        """Returns the same pictures on a device."""
        return replace(self, views=self.views.to(device), names=self.names.to(device))

    def batch(self, shapes: Tensor, rng: np.random.Generator) -> Tensor:
        """Returns one view of each chosen shape, mirrored at random: (b, size, size) float32 in 0..1, where the pictures are."""
        view = torch.from_numpy(rng.integers(self.views.shape[1], size=len(shapes)))
        mirrored = torch.from_numpy(rng.random(len(shapes)) < 0.5)[:, None, None]
        there = self.views.device
        # CUDA alone copies what it is given before it returns, whether or not it waits.
        shapes, view, mirrored = (value.to(there, non_blocking=there.type == "cuda") for value in (shapes, view, mirrored))
        chosen = self.views[shapes, view]
        return torch.where(mirrored, chosen.flip(-1), chosen).float() / 255


def draw(categories: Sequence[str], per_category: int, views: int, size: int, seed: int, *, workers: int | None = None) -> Pictures:
    """Makes ``per_category`` fresh shapes of every category and looks at each from ``views`` sides.

    Args:
        categories: names; order is kept.
        per_category: shapes of each.
        views: pictures of each shape.
        size: edge of a picture.
        seed: gives every category a generator of its own, so that the pictures do not depend on the workers.
        workers: processes that draw; by default one for each core, as far as there is work for them.
    """
    if workers is None:
        workers = min(os.cpu_count() or 1, len(categories), len(categories) * per_category // _WORTH)
    seeds = [(seed, index) for index in range(len(categories))]
    work = partial(_of_category, per_category=per_category, views=views, size=size)
    if workers <= 1:
        drawn = list(map(work, categories, seeds))
    else:
        # Spawned, not forked: the parent may hold a GPU and threads.
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            drawn = list(pool.map(work, categories, seeds))
    return Pictures(
        torch.from_numpy(np.concatenate([pictures for pictures, _ in drawn])),
        torch.arange(len(categories)).repeat_interleave(per_category),
        tuple(caption for _, captions in drawn for caption in captions),
    )


def _of_category(
    category: str, seed: tuple[int, int], *, per_category: int, views: int, size: int
) -> tuple[npt.NDArray[np.uint8], list[str]]:
    rng = np.random.default_rng(seed)
    pictures, captions = [], []
    for _ in range(per_category):
        shape = sample_shape(category, rng)
        # Few and many points: real scans are thin, and a thin cloud leaves holes in its picture.
        points = int(rng.choice((2048, 4096, 8192)))
        pictures.append((depth_views(shape, views, size, rng, points=points) * 255).astype(np.uint8))
        captions.append(shape.caption)
    return np.stack(pictures), captions
