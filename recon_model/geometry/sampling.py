"""Farthest point sampling: which points become patch centres, and which stand for a large cloud."""

import torch
from torch import Tensor

from recon_model.errors import InputError
from recon_model.geometry.buckets import farthest_by_buckets

NEAR_ORIGIN = 1e-3
"""|p|^2 up to which the release's CUDA kernel never picks a point (units of the cloud, squared)."""

_LARGE = 65_536


def farthest_points(points: Tensor, count: int, skip_near_origin: bool = False) -> Tensor:
    """Picks points one by one, each the farthest from all picked before, starting at index 0.

    Exact, with squared distances in the dtype of the input; the lowest index wins a tie.

    Args:
        points: (B, N, 3) floating point.
        count: how many points to pick.
        skip_near_origin: never pick a point with |p|^2 <= 1e-3 (index 0 aside), as the release's CUDA kernel does; where no other
            point is left, index 0 is repeated, as it does too.

    Returns:
        (B, count) int64 indices in order of picking.

    Raises:
        InputError: ``count`` is below 1 or exceeds the number of points, or the shape is not (B, N, 3).
    """
    if points.ndim != 3 or points.shape[-1] != 3:
        raise InputError(f"points ({tuple(points.shape)}) must have the shape (clouds, points, 3).")
    if not 1 <= count <= points.shape[1]:
        raise InputError(f"count ({count}) must be at least 1 and must not exceed the number of points ({points.shape[1]}).")
    with torch.no_grad():
        # The two agree to the last index; buckets win where one thread would pass over a large cloud for every pick.
        if points.shape[1] >= _LARGE and points.device.type == "cpu" and points.dtype in (torch.float32, torch.float64):
            return torch.stack([_by_buckets(cloud, count, skip_near_origin) for cloud in points])
        return _one_by_one(points, count, skip_near_origin)


def _one_by_one(points: Tensor, count: int, skip_near_origin: bool) -> Tensor:
    batch, size, _ = points.shape
    nearest = points.new_full((batch, size), torch.inf)  # squared distance to the closest picked point
    if skip_near_origin:
        nearest.masked_fill_(points.square().sum(-1) <= NEAR_ORIGIN, -1.0)
    chosen = torch.zeros(batch, count, dtype=torch.long, device=points.device)
    x, y, z = points.unbind(-1)
    last = chosen[:, :1]
    for step in range(1, count):
        distance = (x - x.gather(1, last)).square_()
        distance += (y - y.gather(1, last)).square_()
        distance += (z - z.gather(1, last)).square_()
        torch.minimum(nearest, distance, out=nearest)
        last = nearest.argmax(1, keepdim=True)
        chosen[:, step] = last[:, 0]
    return chosen


def _by_buckets(cloud: Tensor, count: int, skip_near_origin: bool) -> Tensor:
    if not bool(cloud.isfinite().all()):
        return _one_by_one(cloud.unsqueeze(0), count, skip_near_origin)[0]
    banned = (cloud.square().sum(-1) <= NEAR_ORIGIN).numpy() if skip_near_origin else None
    return torch.from_numpy(farthest_by_buckets(cloud.detach().contiguous().numpy(), banned, count))
