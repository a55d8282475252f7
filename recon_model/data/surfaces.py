"""Points on the triangles of a mesh, and points that lie on one another."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]
Float64 = npt.NDArray[np.float64]

FEWEST_SAMPLES = 20_000
MOST_SAMPLES = 100_000


class Samples(NamedTuple):
    """Points (n, 3) float64 with what is known at each of them; colours keep the scale they came in."""

    points: Float64
    colours: npt.NDArray[np.generic] | None
    normals: npt.NDArray[np.generic] | None
    parts: npt.NDArray[np.generic] | None = None  # (n,)


def sample_count(triangles: int, max_points: int) -> int:
    """Returns how many samples a mesh gets: two a triangle, within 20 000 (still drawn as spheres) and 100 000."""
    return min(max_points, max(FEWEST_SAMPLES, min(MOST_SAMPLES, 2 * triangles)))


def sample(
    corners: Float64,
    count: int,
    generator: np.random.Generator,
    *,
    vertex_colours: npt.NDArray[np.generic] | None = None,
    vertex_parts: npt.NDArray[np.generic] | None = None,
    triangle_colours: npt.NDArray[np.generic] | None = None,
) -> Samples | None:
    """Draws points on triangles, as many a square unit everywhere.

    Every triangle gets its share of ``count`` rounded down or up at random (systematic sampling), so that no part of the
    surface is left out by chance. Within a triangle: Osada et al., "Shape Distributions" (2002), eq. 1.

    Args:
        corners: triangles (m, 3, 3).
        count: number of points.
        generator: source of randomness.
        vertex_colours: (m, 3, 3) colours of the corners, interpolated.
        vertex_parts: (m, 3) parts of the corners; a point belongs to the part of the nearest one.
        triangle_colours: (m, 3) colours of whole triangles, used where there are no vertex colours.

    Returns:
        The samples with the normals of their triangles, or None where no triangle has an area.
    """
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(crosses, axis=1) / 2
    areas = np.where(np.isfinite(areas), areas, 0.0)
    total = areas.sum()
    if not total > 0:
        return None
    marks = (np.arange(count) + generator.random()) * (total / count)
    chosen = np.searchsorted(np.cumsum(areas), marks, side="right")
    chosen = np.minimum(chosen, np.flatnonzero(areas)[-1])
    root, along = np.sqrt(generator.random(count)), generator.random(count)
    weights = np.stack([1 - root, root * (1 - along), root * along], axis=1)  # (n, 3) barycentric
    points = np.einsum("nc,ncd->nd", weights, corners[chosen])
    if vertex_colours is not None:
        mixed: npt.NDArray[np.generic] | None = np.einsum("nc,ncd->nd", weights, vertex_colours[chosen].astype(np.float64))
        # Whole numbers stay whole, so that their scale (0..255, not 0..1) can still be told.
        if vertex_colours.dtype.kind in "iu" and mixed is not None:
            mixed = np.rint(mixed.astype(np.float64)).astype(vertex_colours.dtype)
    else:
        mixed = None if triangle_colours is None else triangle_colours[chosen]
    parts = None if vertex_parts is None else vertex_parts[chosen, weights.argmax(axis=1)]
    return Samples(points, mixed, crosses[chosen] / (2 * areas[chosen, None]), parts)


def duplicates(points: Float64) -> int:
    """Counts points (n, 3) that lie exactly on an earlier one. Rows are compared by ``hashes``."""
    mixed = hashes(points)
    mixed.sort()
    return int((mixed[1:] == mixed[:-1]).sum())


def hashes(points: Float64) -> npt.NDArray[np.uint64]:
    """Returns a 64-bit number (n,) for each point (n, 3), the same for equal ones; a chance match is 1 in 10⁷ at 1 M."""
    bits = np.ascontiguousarray(points + 0.0).view(np.uint64)  # + 0.0 makes one zero of both
    mixed = bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)
    for axis in (1, 2):
        mixed ^= mixed >> np.uint64(29)
        mixed = (mixed + bits[:, axis]) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return mixed
