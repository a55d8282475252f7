"""Small pictures of clouds: points splatted near over far, shaded by depth and at their edges. Numpy only; a few milliseconds."""

import numpy as np
import numpy.typing as npt

from recon_studio.scene.camera import PRESETS, Camera
from recon_studio.scene.colours import GROUNDS, Bytes
from recon_studio.state.app_state import Floats, Indices, Theme

MOST_POINTS = 4096
"""More do not show in so small a picture."""
_OVERSAMPLED = 2
_MARGIN = 0.06  # of the side, left free all around
_COVERAGE = 1.3  # share of the picture that all splats together would fill if none overlapped
_DEEPEST = 0.45  # how far the farthest points fade towards the paper
_EDGE = 2.2  # how strongly a step in depth darkens what lies behind it
_DARKEST = 0.45  # share of its colour that a point behind an edge keeps at least


def thumbnail(
    points: npt.NDArray[np.floating],
    colours: Bytes | None = None,
    *,
    side: int = 64,
    theme: Theme = "light",
    camera: Camera = PRESETS["iso"],
    frame: npt.NDArray[np.floating] | None = None,
    coverage: float = _COVERAGE,
) -> Bytes:
    """Returns a picture (side, side, 3) of points (n, 3) in any unit, y up, seen from a corner and filling the picture.

    Args:
        points: (n, 3); those that are not finite are left out, and of more than ``MOST_POINTS`` evenly spaced rows are drawn.
        colours: (n, 3) of the points; without them all have the theme's plain colour.
        side: width and height in pixels.
        theme: which paper the points lie on.
        camera: from which side they are seen; its distance and target do not matter.
        frame: (m, 3) points to fill the picture with in place of these, so that several pictures are framed alike.
        coverage: share of the picture that all points together would fill if none overlapped; less draws smaller ones.
    """
    ground = GROUNDS[theme]
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    rows = finite[np.linspace(0, len(finite) - 1, min(len(finite), MOST_POINTS)).astype(np.intp)]
    if not len(rows):
        return np.broadcast_to(np.array(ground.background, np.uint8), (side, side, 3)).copy()
    size = side * _OVERSAMPLED
    pixels, depth = _placed(points[rows], points[rows] if frame is None else frame, camera, size)
    diameter = int(np.clip(np.ceil(size * np.sqrt(coverage / len(rows))), _OVERSAMPLED, size // 8 + _OVERSAMPLED))
    front = splat(pixels, depth, diameter, size)  # (size, size) row of the foremost point, -1 where there is none
    inked = front >= 0
    chosen = colours[rows] if colours is not None else np.broadcast_to(np.array(ground.plain, np.uint8), (len(rows), 3))
    paper = np.array(ground.background, np.float32)
    colour = paper + (chosen.astype(np.float32) - paper) * (1.0 - _DEEPEST * depth[:, None])
    canvas = np.where(inked[..., None], colour[front] * _edges(np.where(inked, depth[front], 1.0))[..., None], paper)
    small = canvas.reshape(side, _OVERSAMPLED, side, _OVERSAMPLED, 3).mean(axis=(1, 3))
    picture: Bytes = np.rint(small).astype(np.uint8)
    return picture


def _placed(points: npt.NDArray[np.floating], frame: npt.NDArray[np.floating], camera: Camera, size: int) -> tuple[Floats, Floats]:
    """Returns pixels (n, 2), those of ``frame`` (m, 3) filling a square of ``size``, and depths (n,) from 0, the nearest, to 1."""
    low, high = frame.min(axis=0), frame.max(axis=0)
    middle, radius = (low + high) / 2, max(float(np.linalg.norm(high - low)) / 2, 1e-30)
    unit, held = (((each - middle) / radius).astype(np.float32) for each in (points, frame))
    look = camera.framed(held)
    pixels, depth = look.project(unit, size, size)
    outline, _ = look.project(held, size, size)
    first, last = outline.min(axis=0), outline.max(axis=0)
    scale = (1.0 - 2.0 * _MARGIN) * size / max(float((last - first).max()), 1e-6)
    placed = (pixels - (first + last) / 2) * min(scale, 1.5) + size / 2  # a single point is not blown up
    span = float(np.ptp(depth))
    return placed.astype(np.float32), ((depth - depth.min()) / (span if span > 1e-6 else 1.0)).astype(np.float32)


def splat(pixels: Floats, depth: Floats, diameter: int, size: int) -> Indices:
    """Returns which of the points (n,) is foremost at each pixel (size, size), -1 where there is none.

    Args:
        pixels: (n, 2) middles of the points, x right and y down.
        depth: (n,) the smaller the nearer.
        diameter: of the disc each point covers, in pixels.
        size: width and height of the picture in pixels.
    """
    front = np.full((size, size), -1, dtype=np.int64)
    order = np.argsort(-depth, kind="stable")  # painted from the farthest to the nearest: the last one stays
    corner = np.floor(pixels[order] - np.float32(diameter / 2 - 0.5)).astype(np.int64)
    aside = np.arange(diameter) - (diameter - 1) / 2
    down, right = np.nonzero(np.hypot(aside[:, None], aside[None]) <= diameter / 2)
    x, y = corner[:, :1] + right, corner[:, 1:] + down  # (n, pixels of a disc)
    within = (x >= 0) & (x < size) & (y >= 0) & (y < size)
    front[y[within], x[within]] = np.broadcast_to(order[:, None], x.shape)[within]
    return front


def _edges(depth: Floats) -> Floats:
    """Returns the share of its colour that each pixel keeps: less where a neighbour lies much nearer (eye-dome lighting, Boucheny 2009)."""
    padded = np.pad(depth, 1, mode="edge")
    nearer = np.zeros_like(depth)
    for beside in (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]):
        nearer += np.maximum(depth - beside, 0.0)
    kept: Floats = np.maximum(np.exp(-_EDGE * nearer), _DARKEST).astype(np.float32)
    return kept
