"""How sensors, files and poses spoil a cloud: augmentation of (N, 3) numpy clouds, drawn from a passed generator.

The cloud keeps its heading and stays upright, but for a small tilt: turns are exact on patches that are cut already, see
``geometry.orientation``.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from recon_model.errors import ConfigError

Points = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Probabilities (each drawn on its own) and strengths; the output is centred and scaled to the unit sphere again."""

    tilt: float = 0.35
    """Chance of a small rotation about a random horizontal axis."""
    tilt_degrees: float = 12.0
    """Standard deviation of that rotation."""
    mirror: float = 0.3
    """Chance of a mirror image across the plane x = 0."""
    stretch: float = 0.7
    """Chance of a different scale along each axis."""
    stretch_range: float = 0.25
    """Scales are drawn from 1 / (1 + range) to 1 + range, evenly in their logarithm."""
    voxels: float = 0.25
    """Chance that points are replaced by jittered centres of the occupied cells of a coarse grid."""
    voxel_cells: tuple[int, int] = (20, 40)
    """Cells along the longest edge of that grid, fewest and most."""
    partial: float = 0.18
    """Chance that only what one viewpoint sees is kept."""
    crop: float = 0.08
    """Chance that a half space is cut away."""
    crop_share: float = 0.35
    """At most this share of the points goes with it."""
    gap: float = 0.1
    """Chance that the points nearest to one of them are missing: a back, a foot, whatever the scanner could not reach."""
    gap_share: float = 0.35
    """At most this share of the points is missing then."""
    holes: float = 0.15
    """Chance of up to three small round holes."""
    density: float = 0.25
    """Chance that points grow denser towards one side."""
    scan_lines: float = 0.06
    """Chance that points are kept only near evenly spaced parallel planes."""
    clutter: float = 0.06
    """Chance that a piece of floor under the object, or a scrap of something beside it, comes with it."""
    jitter: float = 0.6
    """Chance of Gaussian noise on every coordinate."""
    jitter_deviation: float = 0.012
    """Largest standard deviation of that noise, in radii of the cloud."""

    def __post_init__(self) -> None:
        free = {"tilt_degrees", "stretch_range", "voxel_cells", "jitter_deviation"}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in free and not 0.0 <= value <= 1.0:
                raise ConfigError(f"{field.name} ({value}) must be between 0 and 1.")
        for name in ("tilt_degrees", "stretch_range", "jitter_deviation"):
            if getattr(self, name) < 0.0:
                raise ConfigError(f"{name} ({getattr(self, name)}) must not be negative.")
        low, high = self.voxel_cells
        if not 2 <= low <= high:
            raise ConfigError(f"voxel_cells ({self.voxel_cells}) must be two rising whole numbers of at least 2.")


def augment(points: Points, rng: np.random.Generator, settings: Augmentation | None = None, count: int | None = None) -> Points:
    """Spoils one cloud.

    Args:
        points: (N, 3), y up, in the unit sphere; more points than ``count`` leave something to drop.
        rng: every random choice comes from it.
        settings: what may happen; the defaults when absent.
        count: points to return, N when absent; points are dropped, or repeated with a little noise, to meet it.

    Returns:
        (count, 3) float32, mean 0, the farthest point at distance 1.
    """
    s, wanted = settings or Augmentation(), len(points) if count is None else count
    cloud = _pose(np.asarray(points, np.float32), rng, s)
    cloud = _sense(cloud, rng, s)
    cloud = resample(cloud, wanted, rng)
    if rng.random() < s.jitter:
        cloud = cloud + rng.normal(0.0, rng.random() * s.jitter_deviation, cloud.shape).astype(np.float32)
    cloud = cloud - cloud.mean(0)
    scaled: Points = (cloud / (np.sqrt((cloud**2).sum(1).max()) + 1e-12)).astype(np.float32)
    return scaled


def _pose(cloud: Points, rng: np.random.Generator, s: Augmentation) -> Points:
    if rng.random() < s.stretch:
        reach = np.log1p(s.stretch_range)
        cloud = cloud * np.exp(rng.uniform(-reach, reach, 3)).astype(np.float32)
    if rng.random() < s.mirror:
        cloud = cloud * np.array([-1, 1, 1], np.float32)
    if rng.random() < s.tilt:
        heading = rng.random() * 2 * np.pi
        angle = np.deg2rad(rng.normal(0.0, s.tilt_degrees))
        cloud = cloud @ axis_rotation(np.array([np.cos(heading), 0.0, np.sin(heading)]), angle).T.astype(np.float32)
    return cloud


def _sense(cloud: Points, rng: np.random.Generator, s: Augmentation) -> Points:
    if rng.random() < s.voxels:
        cloud = voxel_surface(cloud, int(rng.integers(s.voxel_cells[0], s.voxel_cells[1] + 1)), rng)
    if rng.random() < s.partial:
        cloud = visible_from(cloud, random_direction(rng) * np.array([1.0, 0.5, 1.0]))
    if rng.random() < s.crop:
        cloud = cropped(cloud, random_direction(rng), rng.random() * s.crop_share)
    if rng.random() < s.gap:
        cloud = gapped(cloud, rng.random() * s.gap_share, rng)
    if rng.random() < s.holes:
        cloud = holed(cloud, int(rng.integers(1, 4)), rng.uniform(0.08, 0.2), rng)
    if rng.random() < s.density:
        side = cloud @ random_direction(rng).astype(np.float32)
        cloud = _kept(cloud, rng.random(len(cloud)) < 1.0 / (1.0 + np.exp(-rng.uniform(1.0, 4.0) * (side + 0.3))))
    if rng.random() < s.scan_lines:
        height = (cloud @ random_direction(rng).astype(np.float32)) * rng.uniform(10.0, 25.0)
        cloud = _kept(cloud, np.abs(height - np.round(height)) < 0.25)
    if rng.random() < s.clutter:
        cloud = cluttered(cloud, rng)
    return cloud


def _kept(cloud: Points, keep: NDArray[np.bool_]) -> Points:
    """The chosen points, or all when fewer than 64 and a tenth would remain: a cloud must stay recognisable."""
    return cloud[keep] if keep.sum() >= max(64, len(cloud) // 10) else cloud


def random_direction(rng: np.random.Generator) -> NDArray[np.float64]:
    """A direction (3,), uniform on the sphere."""
    vector = rng.normal(size=3)
    direction: NDArray[np.float64] = vector / (np.linalg.norm(vector) + 1e-12)
    return direction


def axis_rotation(axis: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    """Rotation matrix (3, 3) about a unit axis by ``angle`` radians (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    matrix: NDArray[np.float64] = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return matrix


def voxel_surface(cloud: Points, cells: int, rng: np.random.Generator) -> Points:
    """Samples the occupied cells of a grid with ``cells`` along the longest edge: a random occupied cell, then a place inside it.

    Each cell counts once, however many points fall into it, as in clouds made from voxelised models.
    """
    low, pitch, places = _gridded(cloud, cells)
    return _inside(np.argwhere(_occupied(places)), low, pitch, len(cloud), rng)


def solid_surface(cloud: Points, cells: int, axes: int, count: int, rng: np.random.Generator) -> Points:
    """Samples the outer cells of the solid that a voxeliser takes a surface for, as ``voxel_surface`` samples those of the surface.

    Whatever is inside is gone. So are cavities where few axes are asked: a cell is filled where the surface lies on both of its sides
    along at least that many, which 3 finds in closed bodies only, and 2 in an open tub or shelf, too.

    Args:
        cloud: (N, 3), a surface; a few points for each cell that it crosses.
        cells: cells along the longest edge.
        axes: 2 or 3.
        count: points to return, at least.
        rng: every random choice comes from it.

    Returns:
        One point in each outer cell, or (count, 3) where these are fewer.
    """
    low, pitch, places = _gridded(cloud, cells)
    grid = np.pad(_occupied(places), 1)
    between = [np.logical_or.accumulate(grid, axis) & _backwards(grid, axis) for axis in range(3)]
    regions, _ = ndimage.label(np.sum(between, axis=0) < axes)
    solid = regions != regions[0, 0, 0]  # what the outside does not reach
    outer = solid & ~ndimage.binary_erosion(solid)
    return _inside(np.argwhere(outer) - 1, low, pitch, count, rng)


def _gridded(cloud: Points, cells: int) -> tuple[Points, float, NDArray[np.int64]]:
    """Where a grid begins, the edge of its cells, and the cell (N, 3) of each point."""
    low = cloud.min(0)
    pitch = float((cloud.max(0) - low).max()) / cells + 1e-9
    return low, pitch, np.floor((cloud - low) / pitch).astype(np.int64).clip(max=cells - 1)  # float32 rounds the farthest point up


def _occupied(places: NDArray[np.int64]) -> NDArray[np.bool_]:
    grid = np.zeros(places.max(0) + 1, bool)
    grid[tuple(places.T)] = True
    return grid


def _backwards(grid: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.flip(np.logical_or.accumulate(np.flip(grid, axis), axis), axis)
    return found


def _inside(occupied: NDArray[np.int64], low: Points, pitch: float, count: int, rng: np.random.Generator) -> Points:
    """A random place in every cell, or in ``count`` random cells where there are fewer."""
    chosen = occupied[rng.integers(len(occupied), size=count)] if len(occupied) < count else occupied
    placed: Points = ((chosen + rng.random(chosen.shape)) * pitch + low).astype(np.float32)
    return placed


def visible_from(cloud: Points, direction: NDArray[np.float64], radius: float = 30.0) -> Points:
    """The points in sight, or all where these would be too few to be recognised."""
    return _kept(cloud, in_sight(cloud, direction, radius))


def in_sight(cloud: Points, direction: NDArray[np.float64], radius: float = 30.0) -> NDArray[np.bool_]:
    """Which points (N,) are nearest to a far viewpoint in each cell of a picture plane: a depth camera's view along ``-direction``.

    Cells are ``1 / radius`` wide; points up to two cells behind the nearest are kept, so surfaces stay closed.
    """
    ahead = np.asarray(direction, float) / (np.linalg.norm(direction) + 1e-12)
    helper = np.eye(3)[int(np.abs(ahead).argmin())]
    side = np.cross(ahead, helper)
    side /= np.linalg.norm(side)
    frame = np.stack([side, np.cross(ahead, side), ahead]).astype(np.float32)
    seen = cloud @ frame.T
    cell = np.floor((seen[:, :2] + 2.0) * radius / 2).astype(np.int64)
    index = cell[:, 0] * int(4 * radius) + cell[:, 1]
    nearest = np.full(int(4 * radius) ** 2, -np.inf, np.float32)
    np.maximum.at(nearest, index.clip(0, len(nearest) - 1), seen[:, 2])
    found: NDArray[np.bool_] = seen[:, 2] >= nearest[index.clip(0, len(nearest) - 1)] - 4.0 / radius
    return found


def cropped(cloud: Points, direction: NDArray[np.float64], share: float) -> Points:
    """Cuts away the ``share`` of points farthest along ``direction``."""
    along = cloud @ direction.astype(np.float32)
    return _kept(cloud, along <= np.quantile(along, 1.0 - share))


def gapped(cloud: Points, share: float, rng: np.random.Generator) -> Points:
    """Removes the ``share`` of points nearest to a random one of them: one region, as large as it takes."""
    apart = ((cloud - cloud[rng.integers(len(cloud))]) ** 2).sum(1)
    return _kept(cloud, apart >= np.quantile(apart, share))


def cluttered(cloud: Points, rng: np.random.Generator) -> Points:
    """Adds what a careless crop leaves in a scan, up to a seventh of the points: a round piece of floor, or a box beside the object."""
    count = int(len(cloud) * rng.uniform(0.03, 0.14))
    low, high = cloud.min(0), cloud.max(0)
    reach = float((high - low)[[0, 2]].max()) / 2
    if rng.random() < 0.5:
        angle, radius = rng.random(count) * 2 * np.pi, reach * rng.uniform(0.8, 1.3) * np.sqrt(rng.random(count))
        middle = (low + high) / 2
        scrap = np.stack([middle[0] + radius * np.cos(angle), np.full(count, low[1]), middle[2] + radius * np.sin(angle)], 1)
    else:
        size = rng.uniform(0.1, 0.35, 3) * (high - low).max()
        heading = rng.random() * 2 * np.pi
        place = np.array([reach * 1.1 * np.cos(heading), rng.uniform(low[1], high[1]), reach * 1.1 * np.sin(heading)])
        inside = rng.uniform(-0.5, 0.5, (count, 3))
        inside[np.arange(count), rng.integers(3, size=count)] = rng.choice((-0.5, 0.5), count)
        scrap = place + inside * size
    return np.concatenate([cloud, scrap.astype(np.float32)])


def holed(cloud: Points, count: int, radius: float, rng: np.random.Generator) -> Points:
    """Removes the points within ``radius`` of ``count`` random points of the cloud."""
    keep = np.ones(len(cloud), bool)
    for centre in cloud[rng.integers(len(cloud), size=count)]:
        keep &= ((cloud - centre) ** 2).sum(1) > radius**2
    return _kept(cloud, keep)


def resample(cloud: Points, count: int, rng: np.random.Generator) -> Points:
    """Exactly ``count`` points: a random choice, or all of them plus repeats moved by a thousandth."""
    if len(cloud) >= count:
        return cloud[rng.permutation(len(cloud))[:count]]
    extra = cloud[rng.integers(len(cloud), size=count - len(cloud))]
    return np.concatenate([cloud, extra + rng.normal(0.0, 0.001, extra.shape).astype(np.float32)])
