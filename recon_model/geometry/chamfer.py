"""Chamfer distance between small sets of points."""

from typing import NamedTuple

import torch
from torch import Tensor

from recon_model.geometry.neighbours import distances


class Chamfer(NamedTuple):
    """Squared distances to the nearest point of the other set."""

    forward: Tensor
    """(P, n): from each point of the first set to the second."""
    backward: Tensor
    """(P, m): from each point of the second set to the first."""

    def per_set(self) -> Tensor:
        """(P,) the squared Chamfer distance of each pair of sets: mean forward plus mean backward."""
        return self.forward.mean(-1) + self.backward.mean(-1)


def chamfer(first: Tensor, second: Tensor) -> Chamfer:
    """Measures how far two sets of points are apart, both ways.

    Only the search for the nearest points compares all pairs; gradients pass through the matched pairs alone, which is the
    gradient of the minimum at a fraction of its memory. Half precision is raised to float32 first.

    Args:
        first: (P, n, 3).
        second: (P, m, 3).
    """
    if first.dtype in (torch.float16, torch.bfloat16):
        first, second = first.float(), second.float()
    second = second.to(first.dtype)
    with torch.no_grad():
        pairs = distances(first, second)  # (P, n, m)
        to_second, to_first = pairs.min(2).indices, pairs.min(1).indices
    return Chamfer(_squared(first, second, to_second), _squared(second, first, to_first))


def _squared(points: Tensor, others: Tensor, index: Tensor) -> Tensor:
    return (points - others.gather(1, index.unsqueeze(-1).expand(-1, -1, 3))).square().sum(-1)
