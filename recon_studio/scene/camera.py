"""The one camera of all views: a turntable about the up axis (y), as a frozen value with its own projection."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from recon_studio.state.app_state import Flags, Floats, Indices

Doubles = npt.NDArray[np.float64]

VIEW_ANGLE = 30.0  # degrees, vertical
_STEEPEST = 89.0


@dataclass(frozen=True)
class Camera:
    """Angles in degrees, lengths in prepared coordinates (the cloud fills the unit sphere)."""

    azimuth: float = 35.0
    elevation: float = 22.0
    distance: float = 3.9
    target: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def axes(self) -> Doubles:
        """Right, up and backward (from target to eye) unit vectors, as rows (3, 3)."""
        a, e = np.deg2rad([self.azimuth, self.elevation])
        back = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
        right = np.array([np.cos(a), 0.0, -np.sin(a)])
        rows: Doubles = np.stack([right, np.cross(back, right), back])
        return rows

    @property
    def position(self) -> Doubles:
        """Where the eye is (3,)."""
        place: Doubles = np.asarray(self.target) + self.distance * self.axes[2]
        return place

    def orbited(self, right: float, down: float) -> "Camera":
        """Turns by degrees, following a drag to the right and down."""
        elevation = float(np.clip(self.elevation + down, -_STEEPEST, _STEEPEST))
        return replace(self, azimuth=(self.azimuth - right) % 360.0, elevation=elevation)

    def panned(self, right: float, down: float, height: int) -> "Camera":
        """Moves the target so that the scene follows a drag of so many pixels in a view ``height`` pixels tall."""
        unit = 1.0 / self.pixels_per_unit(height)
        axes = self.axes
        moved = np.asarray(self.target) + (-right * axes[0] + down * axes[1]) * unit
        return replace(self, target=(float(moved[0]), float(moved[1]), float(moved[2])))

    def zoomed(self, factor: float) -> "Camera":
        """Comes nearer for factors above 1."""
        return replace(self, distance=float(np.clip(self.distance / factor, 0.15, 40.0)))

    def framed(self, points: Floats, aspect: float = 1.0) -> "Camera":
        """Looks at the middle of points (n, 3) from the same side as before, near enough to fill the view.

        A view ``aspect`` times as wide as tall goes on holding them all while the camera turns about the up axis.
        """
        if not len(points):
            return self
        low, high = points.min(axis=0), points.max(axis=0)
        middle = (low + high) / 2
        tilt, half_view = np.deg2rad(abs(self.elevation)), np.tan(np.deg2rad(VIEW_ANGLE) / 2)
        around, above = np.hypot(points[:, 0] - middle[0], points[:, 2] - middle[2]), np.abs(points[:, 1] - middle[1])
        # Each point at its highest on the screen, at its farthest aside, and then as near to the eye as it comes.
        tall = (above * np.cos(tilt) + around * np.sin(tilt)) / half_view
        wide = around / (aspect * half_view)
        near = around * np.cos(tilt) + above * np.sin(tilt)
        distance = max(float((np.maximum(tall, wide) + 0.6 * near).max()), 1e-3)
        return replace(self, target=(float(middle[0]), float(middle[1]), float(middle[2])), distance=distance)

    def pixels_per_unit(self, height: int) -> float:
        """How many pixels one unit covers at the target, in a view ``height`` pixels tall."""
        return float(height / (2.0 * self.distance * np.tan(np.deg2rad(VIEW_ANGLE) / 2.0)))

    def project(self, points: Floats, width: int, height: int) -> tuple[Floats, Floats]:
        """Returns pixel positions (n, 2), x right and y down from the top left corner, and depths (n,) along the view.

        A depth of 0 or less lies behind the eye; its pixel means nothing.
        """
        axes = self.axes.astype(np.float32)
        right, up, back = axes @ points.T - (axes @ self.position.astype(np.float32))[:, None]  # each (n,)
        depth = -back
        scale = np.float32(height / (2.0 * np.tan(np.deg2rad(VIEW_ANGLE) / 2.0))) / np.where(np.abs(depth) < 1e-6, np.float32(1e-6), depth)
        pixels = np.stack([np.float32(width / 2) + right * scale, np.float32(height / 2) - up * scale], axis=-1)
        return pixels, depth


PRESETS: dict[str, Camera] = {
    "iso": Camera(),
    "front": Camera(azimuth=0.0, elevation=0.0),
    "top": Camera(azimuth=0.0, elevation=_STEEPEST),
}


@dataclass(frozen=True, eq=False)
class Projected:
    """Points (n, 3) as one camera sees them in a view: made once, asked often."""

    pixels: Floats  # (n, 2) from the top left corner
    depth: Floats  # (n,)
    distance: float  # from the eye to the target

    @classmethod
    def of(cls, camera: Camera, points: Floats, size: tuple[int, int]) -> "Projected":
        """Projects points (n, 3) into a view of ``size`` (width, height)."""
        return cls(*camera.project(points, *size), camera.distance)

    def foremost(self, at: tuple[float, float], reach: float) -> int | None:
        """Returns the index of the foremost point within ``reach`` pixels of ``at`` (x, y), or None where there is none."""
        aside, below = np.abs(self.pixels[:, 0] - np.float32(at[0])), np.abs(self.pixels[:, 1] - np.float32(at[1]))
        near = np.flatnonzero((aside <= reach) & (below <= reach) & (self.depth > 0))
        beside = np.hypot(aside[near], below[near])
        near, beside = near[beside <= reach], beside[beside <= reach]
        if not len(near):
            return None
        # The back of a thin cloud shows between its front points: one pixel aside costs as much as a small step in depth.
        cost = self.depth[near] / self.distance + 0.02 * beside
        return int(near[np.argmin(cost)])

    def along(self, start: tuple[float, float], end: tuple[float, float], reach: float) -> tuple[int, ...]:
        """Returns the foremost points met on the way from ``start`` (left out) to ``end``: a fast pointer skips nothing."""
        steps = max(1, int(np.ceil(np.hypot(end[0] - start[0], end[1] - start[1]) / reach)))
        places = [
            (start[0] + (end[0] - start[0]) * step / steps, start[1] + (end[1] - start[1]) * step / steps) for step in range(1, steps + 1)
        ]
        met = (self.foremost(place, reach) for place in places)
        return tuple(dict.fromkeys(hit for hit in met if hit is not None))

    def in_front(self, cell: float, tolerance: float) -> Flags:
        """Tells which points (n,) nothing covers: none drawn within the same ``cell`` pixels is nearer by more than ``tolerance``."""
        places = np.floor(self.pixels / np.float32(cell)).astype(np.int64)
        _, where = np.unique(places, axis=0, return_inverse=True)
        nearest = np.full(len(places), np.inf, dtype=np.float32)
        depth = np.where(self.depth > 0, self.depth, np.float32(np.inf)).astype(np.float32)
        np.minimum.at(nearest, where.ravel(), depth)
        front: Flags = np.isfinite(depth) & (depth <= nearest[where.ravel()] + tolerance)
        return front


def inside(places: Floats, outline: Floats) -> Flags:
    """Tells which places (n, 2) lie inside a closed outline (m, 2), by counting crossings to the right of each (even-odd rule)."""
    odd = np.zeros(len(places), dtype=np.bool_)
    x, y = places[:, 0], places[:, 1]
    for (ax, ay), (bx, by) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if ay != by:
            odd ^= ((y < ay) != (y < by)) & (x < ax + (y - ay) * (bx - ax) / (by - ay))
    return odd


def enclosed(patches: Indices, counted: Flags, taken: Flags) -> tuple[int, ...]:
    """Returns the patches that lie mostly inside a lasso: half of their points (n,) that count, or else those with any.

    Args:
        patches: (n,) the patch each point belongs to.
        counted: (n,) points that are to be seen.
        taken: (n,) points inside.
    """
    size = int(patches.max()) + 1 if len(patches) else 0
    of_patch = np.bincount(patches[counted], minlength=size)
    within = np.bincount(patches[counted & taken], minlength=size)
    mostly = np.flatnonzero((within > 0) & (2 * within >= of_patch))
    return tuple(int(patch) for patch in (mostly if len(mostly) else np.flatnonzero(within)))


def pick(camera: Camera, points: Floats, at: tuple[float, float], size: tuple[int, int], reach: float = 10.0) -> int | None:
    """Returns the index of the foremost of points (n, 3) drawn within ``reach`` pixels of ``at``, in a view of ``size``; or None."""
    return Projected.of(camera, points, size).foremost(at, reach) if len(points) else None
