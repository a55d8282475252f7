"""Depth pictures of our own shapes with their names and captions: what the image tower learns from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from recon_model.data.synthetic import depth_views, sample_shape


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

    def batch(self, shapes: Tensor, rng: np.random.Generator) -> Tensor:
        """Returns one view of each chosen shape, mirrored at random: (b, size, size) float32 in 0..1."""
        chosen = self.views[shapes, torch.from_numpy(rng.integers(self.views.shape[1], size=len(shapes)))]
        mirrored = torch.from_numpy(rng.random(len(shapes)) < 0.5)[:, None, None]
        return torch.where(mirrored, chosen.flip(-1), chosen).float() / 255


def draw(categories: Sequence[str], per_category: int, views: int, size: int, rng: np.random.Generator) -> Pictures:
    """Makes ``per_category`` fresh shapes of every category and looks at each from ``views`` sides."""
    pictures, names, captions = [], [], []
    for index, category in enumerate(categories):
        for _ in range(per_category):
            shape = sample_shape(category, rng)
            # Few and many points: real scans are thin, and a thin cloud leaves holes in its picture.
            points = int(rng.choice((2048, 4096, 8192)))
            pictures.append((depth_views(shape, views, size, rng, points=points) * 255).astype(np.uint8))
            names.append(index)
            captions.append(shape.caption)
    return Pictures(torch.from_numpy(np.stack(pictures)), torch.tensor(names), tuple(captions))
