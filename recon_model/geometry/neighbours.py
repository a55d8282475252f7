"""Nearest neighbours by exhaustive comparison, in the dtype and on the device of the input."""

import torch
from torch import Tensor

from recon_model.errors import InputError

_PAIRS_AT_ONCE = 1 << 25  # distances held in memory at a time


def distances(queries: Tensor, points: Tensor) -> Tensor:
    """Euclidean distances (B, Q, N) of queries (B, Q, 3) to points (B, N, 3), from differences: no cancellation of large squares."""
    return torch.cdist(queries, points, compute_mode="donot_use_mm_for_euclid_dist")


def nearest(queries: Tensor, points: Tensor, count: int) -> Tensor:
    """Finds the ``count`` points nearest to each query, closest first; which of two at the same distance comes first is left open.

    Args:
        queries: (B, Q, 3).
        points: (B, N, 3).
        count: neighbours per query (k).

    Returns:
        (B, Q, k) int64 indices into ``points``.

    Raises:
        InputError: ``count`` is below 1 or exceeds the number of points.
    """
    if not 1 <= count <= points.shape[1]:
        raise InputError(f"group_size ({count}) must be at least 1 and must not exceed the number of points ({points.shape[1]}).")
    rows = max(1, _PAIRS_AT_ONCE // (points.shape[0] * points.shape[1]))
    with torch.no_grad():
        parts = [distances(part, points).topk(count, dim=-1, largest=False).indices for part in queries.split(rows, dim=1)]
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
