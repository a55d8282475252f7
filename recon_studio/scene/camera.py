"""What a camera sees of points: projection, picking, what a brush meets and a lasso encloses."""

from dataclasses import dataclass

import numpy as np

from recon_studio.state.app_state import Flags, Floats, Indices
from recon_studio.state.camera import PRESETS, VIEW_ANGLE, Camera

__all__ = ["PRESETS", "VIEW_ANGLE", "Camera", "Projected", "beside", "enclosed", "inside", "pick"]


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


def beside(places: Floats, start: int | None, way: tuple[int, int], middle: tuple[float, float]) -> int | None:
    """Returns the place that a step to one side leads to, or None where there is none.

    Args:
        places: (n, 2) pixels, x right and y down.
        start: the one stepped from; without one, the place nearest the ``middle`` is found.
        way: (1, 0) to the right, (0, 1) down, and so on: what lies within 45 degrees of it counts.
        middle: (x, y) of the view.
    """
    if start is None:
        return int(np.argmin(np.hypot(*(places - np.asarray(middle, np.float32)).T))) if len(places) else None
    apart = places - places[start]
    ahead, aside = apart @ np.asarray(way, np.float32), np.abs(apart @ np.asarray(way[::-1], np.float32))
    near = np.flatnonzero((ahead > 0) & (aside <= ahead))
    return int(near[np.argmin(np.hypot(ahead[near], aside[near]))]) if len(near) else None


def pick(camera: Camera, points: Floats, at: tuple[float, float], size: tuple[int, int], reach: float = 10.0) -> int | None:
    """Returns the index of the foremost of points (n, 3) drawn within ``reach`` pixels of ``at``, in a view of ``size``; or None."""
    return Projected.of(camera, points, size).foremost(at, reach) if len(points) else None
