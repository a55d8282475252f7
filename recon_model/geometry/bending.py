"""Bends and stretches clouds that are cut already, so that a shape seen many times is never quite the same."""

import numpy as np
import torch

from recon_model.geometry.patches import Patches

STRETCH = 0.2
"""Scales along the axes are drawn from 1 / (1 + this) to 1 + this, evenly in their logarithm."""
REACH = 0.12
"""Largest amplitude of the wave along each axis, in radii of the cloud."""
SLOWEST, FASTEST = 1.0, 4.0
"""Wave numbers: within the unit sphere a wave has a third of a period to one and a quarter."""


def bent(patches: Patches, rng: np.random.Generator, share: float) -> Patches:
    """Sends a share of the clouds through one slow wave each and stretches them along the axes; patches keep their points.

    Args:
        patches: upright clouds in the unit sphere.
        rng: draws which clouds, waves and scales.
        share: probability of each cloud.

    Returns:
        the same patches of the bent clouds, centred and scaled to the unit sphere again; ``members`` is passed on.
    """
    batch = len(patches.centres)
    chosen = np.flatnonzero(rng.random(batch) < share)
    if not len(chosen):
        return patches

    def drawn(low: float, high: float, *shape: int) -> torch.Tensor:
        return torch.from_numpy(rng.uniform(low, high, (len(chosen), *shape)).astype(np.float32))

    direction = torch.nn.functional.normalize(drawn(-1, 1, 3, 1), dim=1)
    number, phase, amplitude = drawn(SLOWEST, FASTEST, 1, 1), drawn(0, 2 * np.pi, 1, 1), drawn(-REACH, REACH, 1, 3)
    scales = drawn(-np.log1p(STRETCH), np.log1p(STRETCH), 1, 3).exp()
    rows = torch.from_numpy(chosen)
    centres, relative = patches.centres[rows], patches.relative[rows]
    every = torch.cat([centres.unsqueeze(2), centres.unsqueeze(2) + relative], 2).flatten(1, 2) * scales
    every = every + amplitude * torch.sin(number * (every @ direction) + phase)
    every = every - every.mean(1, keepdim=True)
    every = every / every.norm(dim=2).amax(1)[:, None, None]
    moved = every.view(len(chosen), centres.shape[1], -1, 3)
    return patches._replace(
        centres=patches.centres.index_copy(0, rows, moved[:, :, 0]),
        relative=patches.relative.index_copy(0, rows, moved[:, :, 1:] - moved[:, :, :1]),
    )
