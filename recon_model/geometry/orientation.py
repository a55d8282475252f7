"""Whole turns: the 24 rotations that take axes to axes, and the six of them that tell which way is up.

Patches turn with their cloud: cutting and turning commute, so a cloud that is cut once can be looked at from every side.
"""

from itertools import permutations, product

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recon_model.geometry.patches import Patches

UPS = ("+y", "-y", "+x", "-x", "+z", "-z")
"""Directions that can be up in a file, in the order of ``STANDING``; "+y" is how the models want it."""


def axis_orientations() -> npt.NDArray[np.float64]:
    """Returns the 24 rotations that take the axes to axes: (24, 3, 3)."""
    signed = [
        np.eye(3)[list(order)] * np.array(signs)[:, None] for order in permutations(range(3)) for signs in product((1.0, -1.0), repeat=3)
    ]
    return np.stack([matrix for matrix in signed if np.linalg.det(matrix) > 0])


ORIENTATIONS = axis_orientations()


def _standing() -> npt.NDArray[np.float64]:
    """For each of ``UPS`` the first rotation that takes this direction to +y; the first of all is the identity."""
    found = [np.eye(3)]
    for name in UPS[1:]:
        direction = np.zeros(3)
        direction["xyz".index(name[1])] = 1.0 if name[0] == "+" else -1.0
        found.append(next(matrix for matrix in ORIENTATIONS if np.array_equal(matrix @ direction, [0.0, 1.0, 0.0])))
    return np.stack(found)


STANDING = _standing()
"""(6, 3, 3): ``points @ STANDING[i].T`` stands a cloud up whose file has ``UPS[i]`` up."""


def turned(patches: Patches, matrices: Tensor) -> Patches:
    """Turns each cloud by its own rotation matrix (B, 3, 3), or all by one (3, 3): a point p becomes matrix @ p."""
    matrices = matrices.to(patches.centres).expand(len(patches.centres), 3, 3).transpose(1, 2)
    relative = (patches.relative.flatten(1, 2) @ matrices).view(patches.relative.shape)
    return patches._replace(centres=patches.centres @ matrices, relative=relative)


def about_y(angles: Tensor) -> Tensor:
    """Rotation matrices (B, 3, 3) about y by angles (B,), in radians."""
    cos, sin = angles.cos(), angles.sin()
    zero, one = torch.zeros_like(cos), torch.ones_like(cos)
    return torch.stack([cos, zero, -sin, zero, one, zero, sin, zero, cos], -1).view(-1, 3, 3)


def draw_wrong(count: int, looks: int, generator: torch.Generator) -> Tensor:
    """Draws rotations that lay upright clouds down: (count, looks, 3, 3) float32, each one of the 20 that take axes to axes.

    The looks of one cloud have different directions up, none of them the right one, and each its own heading: a cloud that stands
    along the axes of its file lies flat on a side, as it would in a file with another up axis.
    """
    ups = 1 + torch.rand(count, len(UPS) - 1, generator=generator).argsort(1)[:, :looks]
    headings = about_y(torch.randint(4, (count * looks,), generator=generator) * (np.pi / 2))
    return headings.view(count, looks, 3, 3) @ torch.from_numpy(STANDING.astype(np.float32))[ups]
