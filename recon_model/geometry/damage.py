"""A cloud spoilt by a set strength, to see what its name withstands. Where ``augment`` draws what happens, here it is told."""

import numpy as np
from numpy.typing import NDArray

from recon_model.config import Damage
from recon_model.geometry.augment import Points, axis_rotation, in_sight

UP = np.array([0.0, 1.0, 0.0])


def damaged(points: Points, damage: Damage) -> Points:
    """Spoils one cloud: parts of it go, then single points, then noise comes, then it is tilted and turned.

    A larger share takes the points of a smaller one and more, and a larger noise is the same noise made larger, so that what is seen
    changes as smoothly as the strength.

    Args:
        points: (N, 3), y up.
        damage: what happens, and the seed of what is drawn.

    Returns:
        (M, 3) float32 with 1 <= M <= N, in the same place and of the same size, in the order given.
    """
    cloud = np.asarray(points, np.float32)
    kept = np.flatnonzero(_left(cloud, damage))
    if damage.drop:
        order = np.random.default_rng((damage.seed, 0)).permutation(len(cloud))
        order = order[np.isin(order, kept)]
        kept = np.sort(order[: max(1, round((1 - damage.drop) * len(order)))])
    spoilt = cloud[kept]
    if damage.jitter:
        radius = float(np.linalg.norm(cloud - cloud.mean(0), axis=1).max())
        noise = np.random.default_rng((damage.seed, 1)).normal(size=cloud.shape)[kept]
        spoilt = spoilt + (damage.jitter * radius * noise).astype(np.float32)
    middle = cloud.mean(0)
    return np.asarray((spoilt - middle) @ turn(damage).T + middle, np.float32) if damage.tilt or damage.turn else spoilt


def turn(damage: Damage) -> NDArray[np.float32]:
    """Returns the rotation (3, 3): its top leans towards ``side``, then it turns about y; p becomes rotation @ p."""
    lean = axis_rotation(np.cross(UP, towards(damage.side)), np.deg2rad(damage.tilt))
    return (axis_rotation(UP, np.deg2rad(damage.turn)) @ lean).astype(np.float32)


def towards(side: float) -> NDArray[np.float64]:
    """Returns the horizontal direction (3,) at so many degrees about y, from +z towards +x."""
    angle = np.deg2rad(side)
    return np.array([np.sin(angle), 0.0, np.cos(angle)])


def _left(cloud: Points, damage: Damage) -> NDArray[np.bool_]:
    """Which points (N,) are left when parts have gone: those out of sight, or those towards the side."""
    left = np.ones(len(cloud), np.bool_)
    if not damage.occlude:
        return left
    along = cloud @ towards(damage.side).astype(np.float32)
    if damage.part == "side":
        gone = np.argsort(-along, kind="stable")[: min(len(cloud) - 1, round(damage.occlude * len(cloud)))]
    else:
        fine = float(np.clip(np.sqrt(len(cloud)) / 3, 6.0, 30.0))  # a sparse surface must close before it hides anything
        hidden = np.flatnonzero(~in_sight(cloud, towards(damage.side), fine))
        gone = hidden[np.argsort(along[hidden], kind="stable")][: round(damage.occlude * len(hidden))]  # what lies farthest goes first
    left[gone] = False
    return left
