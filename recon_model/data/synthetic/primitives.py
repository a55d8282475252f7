"""Triangles of simple solids: every function returns ``(T, 3, 3)`` float64, y up, centred where its docstring says."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Triangles = NDArray[np.float64]
Vector = ArrayLike

_CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_BOX_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
)
_UNIT_BOX = _CORNERS[_BOX_FACES]


@lru_cache(maxsize=512)
def _grid_faces(rows: int, columns: int, wrap: bool) -> NDArray[np.intp]:
    """Two triangles per cell of a rows x columns lattice; ``wrap`` joins the last column to the first."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns if wrap else columns - 1), indexing="ij")
    k = (j + 1) % columns
    a, b, c, d = i * columns + j, i * columns + k, (i + 1) * columns + k, (i + 1) * columns + j
    return np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])


@lru_cache(maxsize=64)
def circle(segments: int) -> NDArray[np.float64]:
    """Unit circle as (segments, 2) columns cos, sin; read-only."""
    angles = np.arange(segments) * (2 * np.pi / segments)
    ring = np.stack([np.cos(angles), np.sin(angles)], -1)
    ring.flags.writeable = False
    return ring


def ring(count: int, radius: float, y: float) -> NDArray[np.float64]:
    """Places (count, 3) around a level circle; four of them are the corners of a square along the axes."""
    way = np.arange(count) * 2 * np.pi / count + np.pi / 4
    return np.column_stack([radius * np.cos(way), np.full(count, y), radius * np.sin(way)])


def fan(ring: NDArray[np.float64]) -> Triangles:
    """Fills a closed ring (n, 3), star-shaped about its mean, with n triangles."""
    centre = np.broadcast_to(ring.mean(0), ring.shape)
    return np.stack([centre, ring, np.roll(ring, -1, 0)], 1)


def surface(lattice: NDArray[np.float64], wrap: bool = False) -> Triangles:
    """Triangulates a lattice of positions (rows, columns, 3)."""
    rows, columns = lattice.shape[:2]
    return lattice.reshape(-1, 3)[_grid_faces(rows, columns, wrap)]


def loft(rings: NDArray[np.float64], bottom: bool = True, top: bool = True) -> Triangles:
    """Joins closed rings (k, n, 3) in order; the first and last are filled where asked."""
    pieces = [surface(rings, wrap=True)]
    if bottom:
        pieces.append(fan(rings[0]))
    if top:
        pieces.append(fan(rings[-1]))
    return np.concatenate(pieces)


def box(size: Vector, centre: Vector = (0, 0, 0)) -> Triangles:
    """Box of edge lengths ``size`` (3,) around ``centre``."""
    triangles: NDArray[np.float64] = _UNIT_BOX * np.asarray(size, float) + np.asarray(centre, float)
    return triangles


def slab(low: Vector, high: Vector) -> Triangles:
    """Box between two opposite corners."""
    a, b = np.asarray(low, float), np.asarray(high, float)
    triangles: NDArray[np.float64] = _UNIT_BOX * (b - a) + (a + b) / 2
    return triangles


def ellipsoid(radii: Vector, centre: Vector = (0, 0, 0), segments: int = 12) -> Triangles:
    """Ellipsoid of half axes ``radii`` (3,)."""
    return superquadric(radii, 1.0, 1.0, centre, segments)


def _power(values: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    return values if exponent == 1.0 else np.sign(values) * np.abs(values) ** exponent


def superquadric(radii: Vector, north: float, east: float, centre: Vector = (0, 0, 0), segments: int = 12) -> Triangles:
    """Superellipsoid (Barr 1981): exponents 1 give an ellipsoid, towards 0 a box, 2 an octahedron; ``north`` acts along y."""
    latitudes = np.linspace(-np.pi / 2, np.pi / 2, max(segments // 2 + 1, 4))
    ring = _power(circle(segments), east)
    radius = _power(np.cos(latitudes).clip(0), north)
    height = _power(np.sin(latitudes), north)
    lattice = np.empty((len(latitudes), segments, 3))
    lattice[..., 0] = radius[:, None] * ring[:, 0]
    lattice[..., 1] = height[:, None]
    lattice[..., 2] = radius[:, None] * ring[:, 1]
    return surface(lattice * np.asarray(radii, float) + np.asarray(centre, float), wrap=True)


def rounded_box(size: Vector, radius: float, centre: Vector = (0, 0, 0)) -> Triangles:
    """Box whose edges and corners are rounded by ``radius`` (cut to half the shortest edge)."""
    half = np.asarray(size, float) / 2
    radius = min(radius, 0.999 * float(half.min()))
    lattice = _octants()
    positions = np.sign(lattice) * (half - radius) + radius * lattice
    return loft(positions + np.asarray(centre, float))


@lru_cache(maxsize=1)
def _octants() -> NDArray[np.float64]:
    # Rows and columns straddle the coordinate planes, so that each octant of the sphere can be moved to its own corner.
    quarter = np.deg2rad([2.0, 45.0, 88.0])
    longitudes = np.concatenate([quarter + k * np.pi / 2 for k in range(4)])
    latitudes = np.concatenate([[-np.pi / 2 + 1e-9], -quarter[1::-1], quarter[:2], [np.pi / 2 - 1e-9]])
    cos, sin = np.cos(latitudes)[:, None], np.sin(latitudes)[:, None]
    return np.stack([cos * np.cos(longitudes), np.broadcast_to(sin, (6, 12)), cos * np.sin(longitudes)], -1)


def revolve(profile: ArrayLike, centre: Vector = (0, 0, 0), segments: int = 16, closed: bool = True) -> Triangles:
    """Turns a profile (k, 2) of (radius, height) about y; ``closed`` fills the two ends."""
    line = np.asarray(profile, float)
    ring = circle(segments)
    lattice = np.empty((len(line), segments, 3))
    lattice[..., 0] = line[:, :1] * ring[:, 0]
    lattice[..., 1] = line[:, 1:]
    lattice[..., 2] = line[:, :1] * ring[:, 1]
    lattice += np.asarray(centre, float)
    return loft(lattice, closed and line[0, 0] > 1e-6, closed and line[-1, 0] > 1e-6)


def cylinder(radius: float, height: float, centre: Vector = (0, 0, 0), segments: int = 14) -> Triangles:
    """Upright cylinder around ``centre``."""
    return revolve([(radius, -height / 2), (radius, height / 2)], centre, segments)


def cone(bottom: float, top: float, height: float, centre: Vector = (0, 0, 0), segments: int = 14) -> Triangles:
    """Upright cone or frustum with its base at ``centre``."""
    return revolve([(bottom, 0.0), (max(top, 1e-7), height)], centre, segments)


def prism(outline: NDArray[np.float64], low: float, high: float) -> Triangles:
    """Extrudes an outline (n, 2) in (x, z), star-shaped about its mean, along y."""
    rings = np.empty((2, len(outline), 3))
    rings[..., 0], rings[..., 2] = outline[:, 0], outline[:, 1]
    rings[0, :, 1], rings[1, :, 1] = low, high
    return loft(rings)


def ribbon(left: ArrayLike, right: ArrayLike, thickness: float) -> Triangles:
    """Plate of ``thickness`` along z between two polylines (k, 2) of (x, y) with equally many points: any strip-like outline."""
    a, b = np.asarray(left, float), np.asarray(right, float)
    z = np.full(len(a), thickness / 2)
    rings = np.stack([np.column_stack([a, -z]), np.column_stack([b, -z]), np.column_stack([b, z]), np.column_stack([a, z])], 1)
    return loft(rings)


def superellipse(width: float, depth: float, exponent: float = 2.0, segments: int = 20) -> NDArray[np.float64]:
    """Closed outline (segments, 2) in (x, z): 2 is an ellipse, larger is squarer."""
    outline: NDArray[np.float64] = _power(circle(segments), 2.0 / exponent) * np.array([width / 2, depth / 2])
    return outline


def rings_of(outline: NDArray[np.float64], scales: ArrayLike, heights: ArrayLike, offsets: ArrayLike | None = None) -> NDArray[np.float64]:
    """Stacks an (x, z) outline: ``scales`` (k,) or (k, 2), ``heights`` (k,), optional ``offsets`` (k, 2); gives (k, n, 3) for ``loft``."""
    factor, level = np.asarray(scales, float), np.asarray(heights, float)
    factor = factor[:, None] if factor.ndim == 1 else factor
    flat = outline[None] * (factor[:, None] if factor.shape[1] == 2 else factor[:, None, :])
    if offsets is not None:
        flat = flat + np.asarray(offsets, float)[:, None]
    rings = np.empty((len(level), len(outline), 3))
    rings[..., 0], rings[..., 1], rings[..., 2] = flat[..., 0], level[:, None], flat[..., 1]
    return rings


def tube(path: ArrayLike, radius: float | Sequence[float] | NDArray[np.float64], segments: int = 7, closed: bool = False) -> Triangles:
    """Sweeps a circle along a polyline (k, 3); ``radius`` may vary along it; ``closed`` joins the ends."""
    line = np.asarray(path, float)
    ahead = np.roll(line, -1, 0) - line
    behind = line - np.roll(line, 1, 0)
    if not closed:
        ahead[-1], behind[0] = behind[-1], ahead[0]
    tangent = ahead + behind
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-12
    # One fixed helper direction, the axis the path moves least along, keeps the frame from flipping at bends.
    helper = np.eye(3)[int(np.abs(tangent).sum(0).argmin())]
    side = np.cross(tangent, helper)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-12
    up = np.cross(side, tangent)
    ring, widths = circle(segments), np.broadcast_to(np.asarray(radius, float), (len(line),))[:, None, None]
    rings = line[:, None] + widths * (ring[None, :, :1] * side[:, None] + ring[None, :, 1:] * up[:, None])
    if closed:
        return loft(np.concatenate([rings, rings[:1]]), bottom=False, top=False)
    return loft(rings)


def sticks(starts: ArrayLike, ends: ArrayLike, start_radius: ArrayLike, end_radius: ArrayLike, segments: int = 5) -> Triangles:
    """Many straight tapered rods at once: (n, 3) starts and ends, radii scalar or (n,); their ends stay open."""
    a, b = np.atleast_2d(np.asarray(starts, float)), np.atleast_2d(np.asarray(ends, float))
    along = b - a
    along = along / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-12)
    helper = np.where(np.abs(along[:, 1:2]) > 0.9, np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 1.0, 0.0]]))
    side = np.cross(along, helper)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-12
    up = np.cross(side, along)
    ring = circle(segments)
    spoke = ring[None, :, :1] * side[:, None] + ring[None, :, 1:] * up[:, None]
    near = np.broadcast_to(np.asarray(start_radius, float), (len(a),))[:, None, None]
    far = np.broadcast_to(np.asarray(end_radius, float), (len(a),))[:, None, None]
    lattice = np.stack([a[:, None] + near * spoke, b[:, None] + far * spoke], 1)
    return lattice.reshape(len(a), -1, 3)[:, _grid_faces(2, segments, True)].reshape(-1, 3, 3)


def rod(start: Vector, end: Vector, radius: float, end_radius: float | None = None, segments: int = 7) -> Triangles:
    """One straight rod with filled ends."""
    ends = np.stack([np.asarray(start, float), np.asarray(end, float)])
    return tube(ends, [radius, radius if end_radius is None else end_radius], segments)


def copies(triangles: Triangles, offsets: ArrayLike) -> Triangles:
    """The same triangles at each of ``offsets`` (n, 3)."""
    copied: NDArray[np.float64] = (triangles[None] + np.asarray(offsets, float)[:, None, None]).reshape(-1, 3, 3)
    return copied


def arc(centre: Vector, radius: float, start: float, stop: float, plane: str = "xy", count: int = 10) -> NDArray[np.float64]:
    """Points (count, 3) of a circular arc, angles in degrees from the plane's first axis to its second."""
    angles = np.deg2rad(np.linspace(start, stop, count))
    line = np.zeros((count, 3))
    line[:, "xyz".index(plane[0])] = radius * np.cos(angles)
    line[:, "xyz".index(plane[1])] = radius * np.sin(angles)
    moved: NDArray[np.float64] = line + np.asarray(centre, float)
    return moved


def hoop(radius: float, thick: float, centre: Vector, plane: str = "yz", segments: int = 20) -> Triangles:
    """A round tube closed to a ring that lies in a plane such as "yz"."""
    return tube(arc(centre, radius, 0, 360 - 360 / segments, plane, segments), thick, 5, closed=True)


def bezier(controls: ArrayLike, count: int = 10) -> NDArray[np.float64]:
    """Points (count, d) of the Bezier curve with the given control points (n, d) (de Casteljau)."""
    points = np.repeat(np.asarray(controls, float)[:, None], count, 1)
    t = np.linspace(0.0, 1.0, count)[:, None]
    while len(points) > 1:
        points = points[:-1] * (1 - t) + points[1:] * t
    curve: NDArray[np.float64] = points[0]
    return curve


def rotation(axis: str, degrees: float) -> NDArray[np.float64]:
    """Right-handed rotation matrix (3, 3) about a coordinate axis."""
    angle = np.deg2rad(degrees)
    c, s = np.cos(angle), np.sin(angle)
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


def turn(triangles: Triangles, axis: str, degrees: float, about: Vector = (0, 0, 0)) -> Triangles:
    """Rotates about an axis through ``about``."""
    pivot = np.asarray(about, float)
    turned: NDArray[np.float64] = (triangles - pivot) @ rotation(axis, degrees).T + pivot
    return turned


def around(triangles: Triangles, count: int, axis: str = "z", start: float = 0.0) -> Triangles:
    """Repeats triangles evenly about an axis through the origin, the first turned by ``start`` degrees."""
    return np.concatenate([turn(triangles, axis, start + 360 * k / count) for k in range(count)])


def mirror(triangles: Triangles, axis: int = 0) -> Triangles:
    """The triangles together with their mirror image across the plane where that coordinate is 0."""
    other = triangles.copy()
    other[..., axis] *= -1
    return np.concatenate([triangles, other])


def hull(stations: ArrayLike, exponent: float = 2.0, segments: int = 14) -> Triangles:
    """A body along z: each station is (z, height of the centre, half width, half height) of a superelliptic cross-section."""
    rows = np.asarray(stations, float)
    outline = _power(circle(segments), 2.0 / exponent)
    rings = np.empty((len(rows), segments, 3))
    rings[..., 0] = rows[:, 2:3] * outline[:, 0]
    rings[..., 1] = rows[:, 1:2] + rows[:, 3:4] * outline[:, 1]
    rings[..., 2] = rows[:, :1]
    return loft(rings)


def wing(root: Vector, tip: Vector, root_chord: float, tip_chord: float, thickness: float) -> Triangles:
    """A tapering plate from ``root`` to ``tip`` (leading edges); the chord runs along -z."""
    a, b = np.asarray(root, float), np.asarray(tip, float)
    across = np.cross(b - a, [0.0, 0.0, 1.0])
    across *= thickness / 2 / (np.linalg.norm(across) + 1e-12)
    rings = []
    for place, chord in ((a, root_chord), (b, tip_chord)):
        middle, back = place - np.array([0, 0, chord * 0.35]), place - np.array([0, 0, chord])
        rings.append(np.stack([place, middle + across, back, middle - across]))
    return loft(np.stack(rings))
