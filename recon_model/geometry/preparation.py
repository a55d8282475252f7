"""From a cloud of any size, place and number of points to what a model takes. Numpy, on the CPU, the same everywhere."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recon_model.counts import counted, grouped
from recon_model.errors import InputError

POOL = 8192
"""Points that a larger cloud is thinned to, at random with seed 0, before farthest point sampling: without it the farthest points of a
dense scan are its stray ones."""
LARGEST = 1e15
"""Largest coordinate taken; squares of much larger ones leave the range of float32."""

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


class Unit(NamedTuple):
    """A cloud in the unit sphere: ``points = (original[indices] - centre) / scale``."""

    points: Floats
    """(N, 3)."""
    indices: Indices
    """(N,) into the cloud given; repeats where it held fewer than N points."""
    centre: tuple[float, float, float]
    """Mean of the sampled points, in the units given."""
    scale: float
    """Distance of the farthest of them from the centre, in the units given; 1 where they all coincide."""
    notes: tuple[str, ...]
    """One sentence for each thing done beyond sampling, centring and scaling."""


def to_unit(points: npt.ArrayLike, count: int) -> Unit:
    """Samples a cloud to N points, moves their mean to the origin and scales the farthest to distance 1, in float64.

    More than ``POOL`` points are first thinned at random (seed 0); then N are kept by farthest point sampling. Fewer than N are
    repeated in order. Centre and scale are those of the sampled points, which cover a cloud evenly however densely it was scanned.

    Args:
        points: (P, 3), any units.
        count: N.

    Raises:
        InputError: see ``checked``.
    """
    cloud = checked(points)
    indices, notes = _sample(cloud, count)
    # Relative to one of the points first: rounding in the mean of far-away points must not pass for extent.
    moved = cloud[indices] - cloud[indices[0]]
    middle = moved.mean(0)
    moved -= middle
    scale = float(np.linalg.norm(moved, axis=1).max()) or 1.0
    x, y, z = (cloud[indices[0]] + middle).tolist()
    return Unit((moved / scale).astype(np.float32), indices, (x, y, z), scale, notes)


def checked(points: npt.ArrayLike) -> Doubles:
    """Returns points (P, 3) as float64.

    Raises:
        InputError: not an array (P, 3) of numbers with P >= 1, not finite, or too large.
    """
    try:
        cloud = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"points ({type(points).__name__}) must be an array (P, 3) of numbers.") from error
    if cloud.ndim != 2 or cloud.shape[1] != 3 or not len(cloud):
        raise InputError(f"points {cloud.shape} must have the shape (P, 3) with at least one point.")
    finite = np.isfinite(cloud).all(1)
    if not finite.all():
        raise InputError(
            f"points ({grouped(len(cloud) - finite.sum())} of {grouped(len(cloud))} hold NaN or infinity) must be finite numbers."
        )
    if np.abs(cloud).max() > LARGEST:
        raise InputError(f"points (up to {np.abs(cloud).max():.3g}) must stay below {LARGEST:.0e}.")
    return cloud


def _sample(cloud: Doubles, count: int) -> tuple[Indices, tuple[str, ...]]:
    given = len(cloud)
    if given == count:
        return np.arange(count, dtype=np.int64), ()
    if given < count:
        note = f"The cloud holds {counted(given, 'point')}, repeated to the {grouped(count)} the model takes."
        return np.resize(np.arange(given, dtype=np.int64), count), (note,)
    kept = max(POOL, count)
    if given <= kept:
        return farthest(cloud, count), ()
    pool = np.random.default_rng(0).choice(given, kept, replace=False)
    return pool[farthest(cloud[pool], count)], (f"Of {grouped(given)} points {grouped(kept)} were drawn at random before sampling.",)


def farthest(cloud: npt.NDArray[np.floating], count: int) -> Indices:
    """Picks farthest points with a k-d tree: exact, but where it starts is the tree's choice. Fifty times faster than one by one.

    Args:
        cloud: (P, 3), P >= count.
        count: how many to pick.
    """
    import fpsample

    middle = np.ascontiguousarray(cloud - cloud.mean(0), np.float32)
    height = 5 if len(cloud) < 100_000 else 9  # of the tree; measured at 8192 and at a million points
    return fpsample.bucket_fps_kdline_sampling(middle, count, h=height, start_idx=0).astype(np.int64)  # type: ignore[no-any-return]
