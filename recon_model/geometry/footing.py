"""What clouds would stand on if +y were up: how much of them touches the ground, how wide that is, and whether their weight lies above it.

Things are made to stand, real ones like ours: such numbers carry over where learned features were misled (after Fu et al., "Upright
Orientation of Man-Made Objects", SIGGRAPH 2008, which judges by static stability, too).
"""

import math

import torch
from torch import Tensor

SLICES = (0.02, 0.05, 0.1)
"""Thickness of what counts as touching the ground, as a share of the height: floors are noisy, feet are round."""
DIRECTIONS = 16
"""Level directions in which the ground touched is measured; an even number, each opposite another."""
NUMBERS = 6
FOOTING = 2 * len(SLICES) * NUMBERS
"""Numbers that describe a cloud's footing."""


def footing(points: Tensor) -> Tensor:
    """Describes how clouds (B, N, 3) would stand, and how they would stand on their head: (B, FOOTING).

    For each of ``SLICES``, of the lowest points and then of the highest, with r the largest level distance from the cloud's mean: the
    share of points; how far these reach beyond the mean, in the direction where that is least (below 0 the cloud topples) and on
    average, in r; how wide they are compared with the cloud, on average and in the narrowest direction; their mean level distance
    from the mean, in r.
    """
    low, high = points[..., 1].amin(1, keepdim=True), points[..., 1].amax(1, keepdim=True)
    tall = (high - low).clamp_min(1e-6)
    above, below = (points[..., 1] - low) / tall, (high - points[..., 1]) / tall
    level = points[..., ::2] - points[..., ::2].mean(1, keepdim=True)
    away = level.norm(dim=-1)
    reach = away.amax(1, keepdim=True).clamp_min(1e-6)
    angles = torch.arange(DIRECTIONS, dtype=points.dtype, device=points.device) * (2 * math.pi / DIRECTIONS)
    along = level @ torch.stack([angles.cos(), angles.sin()])  # (B, N, DIRECTIONS)
    whole = _width(along.amax(1)).clamp_min(1e-6)
    parts = [_touching(touching, along, away, reach, whole) for slice_ in SLICES for touching in (above <= slice_, below <= slice_)]
    return torch.cat(parts, 1)


def _touching(touching: Tensor, along: Tensor, away: Tensor, reach: Tensor, whole: Tensor) -> Tensor:
    support = along.masked_fill(~touching.unsqueeze(-1), -math.inf).amax(1)  # (B, DIRECTIONS); some point touches always
    beyond, width = support / reach, _width(support) / whole
    share = touching.to(along).mean(1)
    spread = (away * touching).sum(1) / touching.sum(1) / reach.squeeze(1)
    return torch.stack([share, beyond.amin(1), beyond.mean(1), width.mean(1), width.amin(1), spread], 1)


def _width(support: Tensor) -> Tensor:
    """From how far something reaches in each direction, how wide it is along it."""
    return support + support.roll(DIRECTIONS // 2, 1)
