"""Bringing clouds of any size and place to the unit sphere."""

import torch
from torch import Tensor


def unit_sphere(points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Moves the mean of each cloud to the origin and scales its farthest point to distance 1.

    Args:
        points: (..., N, 3) floating point.

    Returns:
        points (..., N, 3), centre (..., 3) and scale (...,), so that ``original = points * scale + centre``.
        A cloud without extent keeps scale 1.
    """
    centre = points.mean(-2)
    moved = points - centre.unsqueeze(-2)
    scale = torch.linalg.vector_norm(moved, dim=-1).amax(-1)
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return moved / scale[..., None, None], centre, scale
