"""What is wrong with a cloud, and what can be done about it: pure functions of points; every fix only chooses which rows stay.

Nothing here knows files or models. A million points take about a second: what needs neighbours is judged on evenly spaced rows, and the
result says on how many. All of it is deterministic; the one draw (candidates for a floor) has a fixed seed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recon_model.counts import grouped
from recon_model.data.surfaces import hashes

Points = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]
Vector = tuple[float, float, float]

LOOKED_AT = 4096
"""Rows whose neighbours are looked up to judge spacing and normals."""
STRAY_REACH = 3.0
"""Edge of the cells that strays are looked for with, in wide spacings (the 90 % quantile)."""
STRAY_COMPANY = 5
"""A point is a stray where its cell and the 26 around it hold points in fewer places than this, its own included."""
STRAYS_AT_MOST = 0.03
"""Share of the points that can be strays: while there seem to be more, they are a thinner part of the scan, and cells are doubled."""
UNEVEN = 1.5
"""How many times wider the spacing in the middle of the places is than that in the middle of the points, from which a density is uneven."""
FEWEST_EVEN = 2048
"""Resampling never leaves fewer points, where there were as many: a model samples them again."""
FLOOR_SHARE = 0.08
"""Share of the points that a floor holds at least."""
FLOOR_REACH = 1.25
"""How much larger than what stands on it a floor's area is at least."""
_FLOOR_POINTS, _FLOOR_TRIES, _FLOOR_NEIGHBOURS = 20_000, 128, 48
_PLACES = 24  # coarse cells along the longest side
_ASTRAY = 0.02  # share of the points that may lie beneath a floor: noise
_LONGEST_ROW = 1 << 20  # cells along an axis; more would overflow the numbering of cells where a stray lies very far away


class Spacing(NamedTuple):
    """Distances from points to the nearest point elsewhere, in the cloud's units; zeros where no two points lie apart."""

    low: float
    """10 % quantile."""
    median: float
    high: float
    """90 % quantile."""
    places: float
    """Median over places spread evenly in space, one a cell of a coarse grid, rather than over points: 1 to 1.1 times the median where
    points were drawn evenly."""
    judged: int
    """On how many points."""


class Plane(NamedTuple):
    """``points @ normal - offset`` is the height above it; what stands on it lies on the positive side."""

    normal: npt.NDArray[np.float64]
    offset: float
    thickness: float
    """Points closer than this are part of it."""

    def within(self, points: Points) -> Flags:
        """Tells which points (n, 3) are part of the plane (n,)."""
        return np.abs(points @ self.normal - self.offset) <= self.thickness


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What a cloud is like."""

    count: int
    extent: Vector
    """Size along x, y and z, in the cloud's units."""
    radius: float
    """Distance of the farthest point from the mean."""
    spacing: Spacing
    duplicates: int
    """Points exactly on an earlier one."""
    strays: int
    """Points that ``without_strays`` takes away."""
    floor: int
    """Points of the floor, of all there are; 0 where there is none; see ``find_floor``."""
    uneven: bool
    """Whether the density differs more than sampling a surface at random explains."""
    opposed: float | None
    """Share of points whose nearest neighbour's normal points the other way; None without normals."""


def examine(points: Points, normals: Points | None = None, up: Vector | None = None) -> Examination:
    """Looks a cloud over.

    Args:
        points: (n, 3), finite, n >= 1.
        normals: (n, 3), or None.
        up: which way is up; without it no floor is looked for, for a round table's top would be one upside down.
    """
    first = _firsts(points)
    kept = first == np.arange(len(points))
    apart = points[kept]
    spacing, opposed = _neighbourhood(apart, None if normals is None else normals[kept])
    floor = None if up is None else find_floor(apart, up, spacing)
    low, high = _bounds(points)
    x, y, z = (high - low).tolist()
    return Examination(
        count=len(points),
        extent=(x, y, z),
        radius=_radius(points),
        spacing=spacing,
        duplicates=int(len(points) - kept.sum()),
        strays=int(np.bincount(first, minlength=len(points))[kept][~_in_company(apart, spacing)].sum()),
        floor=0 if floor is None else int(floor.within(points).sum()),
        uneven=spacing.places > UNEVEN * spacing.median,
        opposed=opposed,
    )


# ---------------------------------------------------------------- what is measured


def measure_spacing(points: Points) -> Spacing:
    """Measures how far apart points (n, 3) lie, on up to ``LOOKED_AT`` evenly spaced rows against all of them."""
    return _neighbourhood(points[distinct(points)], None)[0]


def _neighbourhood(points: Points, normals: Points | None) -> tuple[Spacing, float | None]:
    """Spacing of distinct points, and the share of normals that oppose the nearest point's."""
    from scipy.spatial import cKDTree

    if len(points) < 2:
        return Spacing(0.0, 0.0, 0.0, 0.0, len(points)), None if normals is None else 0.0
    rows = np.linspace(0, len(points) - 1, min(LOOKED_AT, len(points))).astype(np.intp)
    low, high = _bounds(points)
    places = np.unique(_cells(points, float((high - low).max()) / _PLACES)[0], return_index=True)[1]
    places = places[np.linspace(0, len(places) - 1, min(LOOKED_AT, len(places))).astype(np.intp)]
    # Plain midpoint splits build in a third of the time and are asked only a few thousand times.
    tree = cKDTree(points, leafsize=32, balanced_tree=False, compact_nodes=False)
    gaps, near = tree.query(points[rows], k=2)
    spread = float(np.median(tree.query(points[places], k=2)[0][:, 1]))
    narrow, median, wide = np.quantile(gaps[:, 1], (0.1, 0.5, 0.9)).tolist()
    spacing = Spacing(narrow, median, wide, spread, len(rows))
    if normals is None:
        return spacing, None
    other = np.where(near[:, 0] == rows, near[:, 1], near[:, 0])
    return spacing, float((np.einsum("ij,ij->i", normals[rows], normals[other]) < -0.5).mean())


def _radius(points: Points) -> float:
    middle = [float(column.mean(dtype=np.float64)) for column in points.T]
    return float(np.sqrt(sum(np.square(column - value) for column, value in zip(points.T, middle, strict=True)).max()))


def guess_units(extent: Vector, radius: float, origin: Vector, format_name: str) -> tuple[str, str]:
    """Guesses a cloud's unit of length: the unit ("" where nothing speaks for one) and the reason, in a sentence."""
    longest = max(extent)
    if format_name.lower().startswith(("gltf", "glb", "e57")):
        return "m", f"{format_name} files are in metres by their specification."
    away = max(abs(value) for value in origin)
    centred = away <= 0.25 * longest
    if centred and abs(radius - 1.0) <= 0.02:
        return "normalised", f"The farthest point lies {radius:.3g} from the middle, near zero, as in clouds scaled to the unit sphere."
    if centred and any(abs(longest - whole) <= 0.01 * whole for whole in (1.0, 2.0)):
        return "normalised", f"The longest side is {longest:.3g} and the middle near zero, as in clouds scaled to a unit size."
    if away > 1e4 and longest > 1:
        return "m", f"The coordinates are as large as those of a survey ({grouped(round(away))}), which are in metres."
    if 0.05 <= longest <= 50:
        return "m", f"An object {longest:.3g} long would be of a usual size in metres."
    if 50 < longest <= 20_000:
        return "mm", f"An object {grouped(round(longest))} long would be of a usual size in millimetres ({longest / 1000:.3g} m)."
    return "", f"The longest side, {longest:.3g}, is of no usual size in metres or millimetres."


# ---------------------------------------------------------------- fixes: which rows stay


def distinct(points: Points) -> Flags:
    """Tells which points (n, 3) to keep so that no two lie exactly on each other (n,): the first of each place."""
    kept: Flags = _firsts(points) == np.arange(len(points))
    return kept


def _firsts(points: Points) -> npt.NDArray[np.intp]:
    """Returns for each point (n, 3) the first that lies in the same place (n,)."""
    numbers = hashes(np.asarray(points, np.float64))
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    begins = np.zeros(len(points), np.intp)
    begins[1:] = np.where(ordered[1:] != ordered[:-1], np.arange(1, len(points)), 0)
    first = np.empty(len(points), np.intp)
    first[order] = order[np.maximum.accumulate(begins)]
    return first


def without_strays(points: Points) -> Flags:
    """Tells which points (n, 3) to keep so that strays go (n,): radius outlier removal, with cells in place of balls.

    A stray's cell and the 26 cells around it hold points in fewer than ``STRAY_COMPANY`` places, however many lie in one; a cell is
    ``STRAY_REACH`` wide spacings long. The wide spacing, not the median, and cells that double while more than ``STRAYS_AT_MOST`` seem
    astray, so that the thin side of a scan is not taken for strays.
    """
    first = _firsts(points)
    kept: Flags = first == np.arange(len(points))
    kept[kept] = _in_company(points[kept])
    stays: Flags = kept[first]
    return stays


def _in_company(points: Points, spacing: Spacing | None = None) -> Flags:
    """Tells which of distinct points (n, 3) are no strays (n,)."""
    spacing = _neighbourhood(points, None)[0] if spacing is None else spacing
    if spacing.high <= 0 or len(points) < STRAY_COMPANY:
        return np.ones(len(points), np.bool_)
    edge = STRAY_REACH * spacing.high
    while True:
        kept: Flags = crowding(points, edge, STRAY_COMPANY) >= STRAY_COMPANY
        if len(points) - kept.sum() <= max(STRAY_COMPANY, STRAYS_AT_MOST * len(points)):
            return kept
        edge *= 2


def crowding(points: Points, edge: float, enough: int | None = None) -> npt.NDArray[np.int64]:
    """Counts the points in each point's cell and the 26 around it (n,), cells being cubes of length ``edge``.

    Args:
        points: (n, 3).
        edge: in the cloud's units; more where a million cells in a row would not span the cloud.
        enough: counting stops where a cell alone holds as many.
    """
    key, _, row = _cells(points, edge)
    cells, where, counts = np.unique(key, return_inverse=True, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)])
    asked = np.flatnonzero(counts < enough) if enough is not None else np.arange(len(cells))
    around = counts.astype(np.int64)
    around[asked] = 0
    for aside in (-row[0], 0, row[0]):
        for along in (-row[1], 0, row[1]):
            middle = cells[asked] + aside + along  # three cells along z are numbered one after the other
            first, last = np.searchsorted(cells, middle - 1, "left"), np.searchsorted(cells, middle + 1, "right")
            around[asked] += before[last] - before[first]
    return around[where.reshape(-1)]


def _cells(points: Points, edge: float) -> tuple[npt.NDArray[np.int64], float, tuple[int, int]]:
    """Numbers the cells that points lie in (n,), with an empty one around the cloud; the edge used, and what a step along x and y adds."""
    low, high = _bounds(points)
    edge = max(edge, float((high - low).max()) / _LONGEST_ROW)
    places = np.floor((points.astype(np.float64) - low) / edge).astype(np.int64) + 1
    _, rows, columns = (int(column.max()) + 2 for column in places.T)
    key: npt.NDArray[np.int64] = (places[:, 0] * rows + places[:, 1]) * columns + places[:, 2]
    return key, edge, (rows * columns, columns)


def evenly(points: Points, spacing: Spacing | None = None) -> Flags:
    """Tells which points (n, 3) to keep for an even density (n,): the first in each cell of a grid.

    A cell is as long as the spacing in the middle of the places, or the wide one if that is more; it is halved until at least
    ``FEWEST_EVEN`` points stay, or all.
    """
    spacing = measure_spacing(points) if spacing is None else spacing
    edge = max(spacing.high, spacing.places)
    fewest = min(FEWEST_EVEN, len(points))
    kept = np.ones(len(points), np.bool_)
    for _ in range(20):
        if edge <= 0:
            break
        key, used, _ = _cells(points, edge)
        _, first = np.unique(key, return_index=True)
        if len(first) >= fewest or used > edge:
            kept[:] = False
            kept[first] = True
            break
        edge /= 2
    return kept


def inside(points: Points, low: Vector, high: Vector) -> Flags:
    """Tells which points (n, 3) lie in a box, its faces included (n,)."""
    x, y, z = ((column >= least) & (column <= most) for column, least, most in zip(points.T, low, high, strict=True))
    kept: Flags = x & y & z
    return kept


# ---------------------------------------------------------------- floors


def find_floor(points: Points, up: Vector, spacing: Spacing | None = None) -> Plane | None:
    """Finds the plane that everything else stands on, if there is one.

    Planes through the neighbourhoods of ``_FLOOR_TRIES`` points (seed 0) of at most ``_FLOOR_POINTS`` evenly spaced ones are tried. A
    floor holds ``FLOOR_SHARE`` of the points, has all others but for noise on one side, and reaches further than they do: a table's top
    or a cupboard's bottom does not.

    Args:
        points: (n, 3).
        up: the floor lies beneath what stands on it, and is tilted by at most 45 degrees.
        spacing: of the points, which are distinct then; those in one place count once, too, when it is measured.
    """
    if spacing is None:
        points = points[distinct(points)]
        spacing = _neighbourhood(points, None)[0]
    if len(points) < 4 * _FLOOR_NEIGHBOURS:
        return None
    some = points[np.linspace(0, len(points) - 1, min(len(points), _FLOOR_POINTS)).astype(np.intp)].astype(np.float64)
    thickness = max(1.5 * spacing.high, 0.005 * float(np.linalg.norm(np.subtract(*_bounds(some)))))
    normals, offsets = _local_planes(some)
    heights = some @ normals.T - offsets  # (n, tries)
    above, beneath = (heights > thickness).sum(0), (heights < -thickness).sum(0)
    held = len(some) - above - beneath
    for place in np.argsort(-held, kind="stable")[:32]:
        if held[place] < 0.5 * FLOOR_SHARE * len(some):
            return None
        found = _settled(some, normals[place], float(offsets[place]), thickness)
        if _is_floor(some, found, up):
            return found
    return None


def _local_planes(points: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Unit normals (t, 3) and offsets (t,) of planes through the neighbourhoods of some points."""
    from scipy.spatial import cKDTree

    rows = np.random.default_rng(0).choice(len(points), min(_FLOOR_TRIES, len(points)), replace=False)
    near = points[cKDTree(points).query(points[rows], k=_FLOOR_NEIGHBOURS)[1]]  # (t, k, 3)
    middles = near.mean(1)
    spread = near - middles[:, None]
    normals = np.linalg.eigh(np.einsum("tki,tkj->tij", spread, spread))[1][:, :, 0]
    return normals, np.einsum("ti,ti->t", normals, middles)


def _settled(points: npt.NDArray[np.float64], normal: npt.NDArray[np.float64], offset: float, thickness: float) -> Plane:
    """Fits a plane to the points it holds, three times over, and turns it so that most of the others lie above."""
    plane = Plane(normal, offset, thickness)
    for _ in range(3):
        held = points[plane.within(points)]
        if len(held) < 3:
            break
        middle = held.mean(0)
        normal = np.linalg.eigh((held - middle).T @ (held - middle))[1][:, 0]
        plane = Plane(normal, float(normal @ middle), thickness)
    heights = points @ plane.normal - plane.offset
    # As thin as its own noise allows: what stands on it is not to lose its feet.
    noise = 1.4826 * float(np.median(np.abs(heights[np.abs(heights) <= thickness])))
    thin = float(np.clip(4 * noise, 0.2 * thickness, thickness))
    sign = -1.0 if (heights < -thickness).sum() > (heights > thickness).sum() else 1.0
    return Plane(sign * plane.normal, sign * plane.offset, thin)


def _is_floor(points: npt.NDArray[np.float64], plane: Plane, up: Vector) -> bool:
    heights = points @ plane.normal - plane.offset
    above, beneath = heights > plane.thickness, heights < -plane.thickness
    held = ~above & ~beneath
    if held.mean() < FLOOR_SHARE or beneath.mean() > _ASTRAY or above.mean() < FLOOR_SHARE:
        return False
    if float(plane.normal @ np.asarray(up)) < np.sqrt(0.5):
        return False
    flat = points @ np.linalg.svd(plane.normal[None])[2][1:].T  # (n, 2) within the plane
    sides = [np.subtract(*np.quantile(flat[rows], (0.98, 0.02), axis=0)) for rows in (held, above)]
    return bool(np.prod(sides[0]) >= FLOOR_REACH * np.prod(sides[1]))


def _bounds(points: Points) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    # Column by column: along the first axis of an array of a million rows numpy takes ten times as long.
    return np.array([float(column.min()) for column in points.T]), np.array([float(column.max()) for column in points.T])
