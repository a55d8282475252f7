"""Cutting a cloud into overlapping patches (ReCon §3.1): farthest points as centres, nearest neighbours around them."""

from typing import NamedTuple

from torch import Tensor

from recon_model.errors import InputError
from recon_model.geometry.neighbours import nearest
from recon_model.geometry.sampling import farthest_points


class Patches(NamedTuple):
    """The patches of a batch of clouds; each has its own k points, and points may belong to several patches or to none."""

    centres: Tensor
    """(B, G, 3) coordinates of the patch centres."""
    members: Tensor
    """(B, G, k) int64 indices into the cloud, the centre first."""
    relative: Tensor
    """(B, G, k, 3) points minus their centre, not scaled."""


def cut(points: Tensor, num_groups: int, group_size: int, skip_near_origin: bool = False) -> Patches:
    """Cuts clouds (B, N, 3) into ``num_groups`` patches of ``group_size`` points.

    Args:
        points: (B, N, 3) floating point; gradients flow to them.
        num_groups: patches per cloud (G).
        group_size: points per patch (k).
        skip_near_origin: see ``sampling.farthest_points``.

    Raises:
        InputError: G or k exceeds the number of points.
    """
    size = points.shape[1]
    for name, value in (("num_groups", num_groups), ("group_size", group_size)):
        if not 1 <= value <= size:
            raise InputError(f"{name} ({value}) must be at least 1 and must not exceed the number of points ({size}).")
    chosen = farthest_points(points, num_groups, skip_near_origin)
    centres = points.gather(1, chosen.unsqueeze(-1).expand(-1, -1, 3))  # (B, G, 3)
    members = nearest(centres, points, group_size)  # (B, G, k)
    return Patches(centres, members, gather_points(points, members) - centres.unsqueeze(2))


def gather_points(points: Tensor, index: Tensor) -> Tensor:
    """Picks points (B, N, 3) by index (B, G, k) to (B, G, k, 3)."""
    flat = index.flatten(1).unsqueeze(-1).expand(-1, -1, points.shape[-1])
    picked: Tensor = points.gather(1, flat).unflatten(1, index.shape[1:])
    return picked
