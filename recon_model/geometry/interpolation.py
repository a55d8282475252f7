"""Carrying features from a few places to many."""

from torch import Tensor

from recon_model.geometry.neighbours import nearest
from recon_model.geometry.patches import gather_points


def spread(points: Tensor, centres: Tensor, features: Tensor, neighbours: int = 3) -> Tensor:
    """Interpolates features of centres to points, weighting the nearest ones by 1 / (d^2 + 1e-8) (PointNet++ §3.4).

    Args:
        points: (B, N, 3).
        centres: (B, G, 3).
        features: (B, G, C) at the centres.
        neighbours: centres each point reads; all of them where there are fewer.

    Returns:
        (B, N, C).
    """
    index = nearest(points, centres, min(neighbours, centres.shape[1]))  # (B, N, 3)
    squared = (points.unsqueeze(2) - gather_points(centres, index)).square().sum(-1)  # (B, N, 3)
    weights = 1.0 / (squared + 1e-8)
    weights = weights / weights.sum(-1, keepdim=True)
    return (gather_points(features, index) * weights.unsqueeze(-1)).sum(2)
