"""How the reader role examines clouds: fixes in their order, then what is found, in sentences. Numpy alone; no file is opened."""

import time
from collections.abc import Callable, Iterable
from typing import cast

import numpy as np
import numpy.typing as npt

from recon_model.counts import counted, grouped
from recon_model.data import doctor
from recon_model.errors import InputError
from recon_model.serve.messages import Array, CloudExamined, ExamineCloud, Finding, Fix

Points = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
OPPOSED = 0.05
"""Share of normals that oppose their neighbour's from which it is worth a word."""


def examine(request: ExamineCloud) -> CloudExamined:
    """Applies the fixes and tells what the cloud is like then.

    Raises:
        InputError: there is no point, or a fix would leave none.
    """
    began = time.perf_counter()
    points = request.points.numpy()
    if points.ndim != 2 or points.shape[1] != 3 or not len(points):
        raise InputError(f"points {points.shape} must be (n, 3) with at least one point.")
    rows, removed = apply_fixes(points, request.fixes)
    left = points if rows is None else points[rows]
    normals = None if request.normals is None else request.normals.numpy()
    found = doctor.examine(left, normals if normals is None or rows is None else normals[rows], direction(request.up))
    units, why = doctor.guess_units(found.extent, found.radius, request.origin, request.format)
    return CloudExamined(
        id=request.id,
        kept=None if rows is None else Array.of(rows),
        removed=removed,
        count=found.count,
        extent=found.extent,
        spacing=(found.spacing.low, found.spacing.median, found.spacing.high),
        judged=found.spacing.judged,
        units=units,
        why_units=why,
        findings=tuple(findings(found, request.up)),
        milliseconds=(time.perf_counter() - began) * 1e3,
    )


def apply_fixes(points: Points, fixes: Iterable[Fix]) -> tuple[Rows | None, tuple[int, ...]]:
    """Returns the rows (m,) of points (n, 3) that the fixes leave, rising, None for all; and how many each took away.

    Raises:
        InputError: a fix would leave no point, or lacks what it needs.
    """
    rows: Rows | None = None
    removed: list[int] = []
    for fix in fixes:
        now = points if rows is None else points[rows]
        kept = _kept(now, fix)
        removed.append(int(len(now) - kept.sum()))
        if removed[-1] == len(now):
            raise InputError(f"The fix ({fix.kind}) would leave none of {counted(len(now), 'point')}.")
        if removed[-1]:
            rows = np.flatnonzero(kept).astype(np.int32) if rows is None else rows[kept]
    return rows, tuple(removed)


def _kept(points: Points, fix: Fix) -> doctor.Flags:
    if fix.kind == "crop":
        if fix.low is None or fix.high is None:
            raise InputError("A crop needs the low and the high corner of its box.")
        return doctor.inside(points, fix.low, fix.high)
    if fix.kind == "floor":
        up = direction(fix.up)
        floor = None if up is None else doctor.find_floor(points, up)
        return np.ones(len(points), np.bool_) if floor is None else ~floor.within(points)
    simple: dict[str, Callable[[Points], doctor.Flags]] = {
        "duplicates": doctor.distinct,
        "strays": doctor.without_strays,
        "density": doctor.evenly,
    }
    return simple[fix.kind](points)


def direction(up: str) -> doctor.Vector | None:
    """Returns the unit vector that "+y", "-z" and the like name; None for "".

    Raises:
        InputError: it names none.
    """
    if not up:
        return None
    if len(up) != 2 or up[0] not in "+-" or up[1] not in "xyz":
        raise InputError(f"up ({up}) must be +x, -x, +y, -y, +z or -z.")
    vector = [0.0, 0.0, 0.0]
    vector["xyz".index(up[1])] = 1.0 if up[0] == "+" else -1.0
    return cast(doctor.Vector, tuple(vector))


def findings(found: doctor.Examination, up: str) -> Iterable[Finding]:
    """Says what was found, worst first."""
    if found.strays:
        yield Finding(
            f"{counted(found.strays, 'stray point')} far from all others.",
            f"Radius outlier removal on a grid: points in fewer than {doctor.STRAY_COMPANY} places in the 27 cells around, "
            f"each {doctor.STRAY_REACH:g} times the 90 % quantile of the spacing long ({doctor.STRAY_REACH * found.spacing.high:.3g}), or "
            f"longer while more than {doctor.STRAYS_AT_MOST:.0%} would be strays. "
            "They stretch the unit sphere, so the object itself gets smaller for the model.",
            Fix("strays"),
            "Remove strays",
        )
    if found.floor:
        yield Finding(
            f"A floor of {counted(found.floor, 'point')} ({found.floor / found.count:.0%}).",
            "A plane with all other points on its upper side, that reaches beyond them; found from the planes of "
            "neighbourhoods, then fitted by least squares.",
            Fix("floor", up=up),
            "Remove floor",
        )
    if found.duplicates:
        yield Finding(
            f"{counted(found.duplicates, 'point')} exactly on another one.",
            "Equal coordinates, bit for bit. The model samples farthest points, so they rarely matter to it; they do to counts and "
            "densities.",
            Fix("duplicates"),
            "Drop duplicates",
        )
    if found.uneven:
        times = found.spacing.places / found.spacing.median
        yield Finding(
            f"Uneven: half the places are {times:.1f} times as sparse.",
            f"Median distance to the nearest point, over places spread evenly in space ({found.spacing.places:.3g}) and over points "
            f"({found.spacing.median:.3g}). Resampling keeps the first point in each cell of a grid.",
            Fix("density"),
            "Resample evenly",
        )
    if found.opposed is not None and found.opposed > OPPOSED:
        yield Finding(
            f"Normals are two-sided: {found.opposed:.0%} oppose their neighbour's.",
            f"Share of {grouped(found.spacing.judged)} points whose nearest neighbour's normal points the other way: thin walls, or "
            "normals that were never oriented. The model does not look at normals.",
        )
