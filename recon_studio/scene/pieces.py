"""Clouds as the views draw them: in prepared coordinates, with the patch of every point, large ones in parts that are made when needed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from recon_studio.state.app_state import UPS, Cloud, Floats, Indices, Prepared

PART = 25_000
"""Points drawn at once: a software renderer takes some 10 ms for them. Larger clouds are drawn in so many interleaved parts."""


class Piece:
    """Points with what is known of them. Everything but the number of points is made when first asked for.

    Args:
        raw: (n, 3) points in any coordinates.
        origin: what is subtracted from them.
        scale: what they are then divided by.
        centres: (G, 3) patch centres in the coordinates that result, or None before there are any.
        rotation: (3, 3) applied then, to normals too; None turns nothing.
        rgb: (n, 3) the file's colours.
        normals: (n, 3) the file's normals.
        parts: (n,) the file's parts.
    """

    def __init__(
        self,
        raw: Floats,
        origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
        scale: float = 1.0,
        centres: Floats | None = None,
        *,
        rotation: Floats | None = None,
        rgb: npt.NDArray[np.uint8] | None = None,
        normals: Floats | None = None,
        parts: npt.NDArray[np.int32] | None = None,
    ) -> None:
        self._raw, self._origin, self._scale, self._centres, self._rotation = raw, origin, scale, centres, rotation
        self._rgb, self._normals, self.parts = rgb, normals, parts

    @classmethod
    def of(
        cls,
        points: Floats,
        patches: Indices,
        *,
        rgb: npt.NDArray[np.uint8] | None = None,
        normals: Floats | None = None,
        parts: npt.NDArray[np.int32] | None = None,
    ) -> "Piece":
        """Returns points (n, 3) in prepared coordinates whose patches (n,) are known."""
        made = cls(points, rgb=rgb, normals=normals, parts=parts)
        made.__dict__["points"], made.__dict__["patches"] = points, patches
        return made

    def __len__(self) -> int:
        return len(self._raw)

    @cached_property
    def points(self) -> Floats:
        """(n, 3) in prepared coordinates."""
        placed: Floats = ((self._raw - np.asarray(self._origin, dtype=np.float32)) / np.float32(self._scale)).astype(np.float32)
        return self._turned(placed)

    @cached_property
    def patches(self) -> Indices | None:
        """(n,) the patch whose centre is nearest; None while there are none."""
        return None if self._centres is None else nearest(self.points, self._centres)

    @cached_property
    def rgb(self) -> npt.NDArray[np.uint8] | None:
        """(n, 3) the file's colours."""
        return None if self._rgb is None else np.ascontiguousarray(self._rgb)

    @cached_property
    def normals(self) -> Floats | None:
        """(n, 3) the file's normals, turned as the points are."""
        return None if self._normals is None else self._turned(np.ascontiguousarray(self._normals))

    def _turned(self, vectors: Floats) -> Floats:
        return vectors if self._rotation is None else vectors @ self._rotation.T


@dataclass(frozen=True, eq=False)
class Shown:
    """The cloud as its file holds it: in parts, the first of which stands for all while the camera moves."""

    parts: tuple[Piece, ...]
    total: int  # points in all parts
    in_file: int  # points in the file
    diameter: float  # to draw a point with
    unit: float  # one unit of the points' coordinates, in the file's
    middle: tuple[float, float, float]  # what was subtracted from the cloud's points
    rotation: Floats | None  # (3, 3) that stood the cloud up, or None
    prepared: bool  # whether the points are in prepared coordinates and have patches

    @property
    def first(self) -> Piece:
        """The part drawn at once."""
        return self.parts[0]


def shown(cloud: Cloud, prepared: Prepared | None) -> Shown:
    """Cuts a cloud into parts, in prepared coordinates, or centred and scaled by its extent before there are any."""
    total = len(cloud.points)
    rotation = None if prepared is None or prepared.up == UPS[0] else prepared.rotation
    if prepared is None:
        low, high = (np.array(ends) for ends in cloud.bounds)
        x, y, z = ((low + high) / 2).tolist()
        origin, scale, centres = (x, y, z), max(float(np.linalg.norm(high - low)) / 2, 1e-12), None
    else:
        origin, scale, centres = prepared.centre, prepared.scale, prepared.centres
    count = max(1, -(-total // PART))
    # Interleaved rows: the reader already shuffles what it samples, and a scan keeps its pattern in every part.
    rows = [slice(start, None, count) for start in range(count)]
    parts = tuple(
        Piece(
            cloud.points[each],
            origin,
            scale,
            centres,
            rotation=rotation,
            rgb=None if cloud.colours is None else cloud.colours[each],
            normals=None if cloud.normals is None else cloud.normals[each],
            parts=None if cloud.parts is None else cloud.parts[each],
        )
        for each in rows
    )
    in_file = max(total, cloud.vertex_count) if cloud.kind == "points" else total
    # Points lie the closer on a surface the more there are, as the root of their number.
    return Shown(parts, total, in_file, point_diameter(parts[0].points, among=total), scale, origin, rotation, prepared is not None)


def nearest(points: Floats, centres: Floats) -> Indices:
    """Returns, for each of (n, 3) points, the index of the nearest of (G, 3) centres."""
    answer = np.empty(len(points), dtype=np.int64)
    half = 0.5 * (centres * centres).sum(axis=1)
    for start in range(0, len(points), 2048):  # a block's distances stay in the cache
        apart = points[start : start + 2048] @ -centres.T
        apart += half
        answer[start : start + 2048] = apart.argmin(axis=1)
    return answer


def distances(points: Floats, others: Floats) -> Floats:
    """Returns, for each of (n, 3) points, how far the nearest of (m, 3) others is (n,); infinite where there is none."""
    answer = np.full(len(points), np.inf, dtype=np.float32)
    if len(others):
        for start in range(0, len(points), 1024):
            block = points[start : start + 1024]
            # By differences, for the shorter formula with products loses what little lies between close points.
            apart: Any = sum((block[:, axis, None] - others[None, :, axis]) ** 2 for axis in range(3))
            answer[start : start + 1024] = np.sqrt(apart.min(axis=1))
    return answer


def point_diameter(points: Floats, among: int = 0) -> float:
    """Returns how large points must be drawn for the surface to look closed yet grained: near twice their usual spacing.

    Args:
        points: (n, 3) the points, or an even choice of them.
        among: how many there are in all; 0 where none were left out.
    """
    if len(points) < 2:
        return 0.05
    queries = points[:: max(1, len(points) // 24)][:24]
    lengths = (queries * queries).sum(axis=1)[:, None]
    nearest_squares = np.full(len(queries), np.inf, dtype=np.float32)
    for start in range(0, len(points), 4096):
        block = points[start : start + 4096]
        squares = (-2 * queries) @ block.T
        squares += lengths
        squares += np.einsum("ij,ij->i", block, block)
        # Left out: the point itself, its twins, and what float32 cannot tell from them.
        np.copyto(squares, np.inf, where=squares < 1e-6)
        nearest_squares = np.minimum(nearest_squares, squares.min(axis=1))
    spacing = np.sqrt(np.median(nearest_squares)) * np.sqrt(len(points) / max(among, len(points)))
    return float(np.clip(2.2 * spacing if np.isfinite(spacing) else 0.05, 0.006, 0.056))
