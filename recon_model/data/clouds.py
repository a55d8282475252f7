"""A user's file → points, whatever the format: the one door through which files from outside come in.

What is promised for every file: it opens with the vertices it really has, and a note for everything done to them, or ``InputError``
says in one sentence what is wrong. Nothing is unpickled, nothing a header claims is allocated before it was held against the file's
size, and what a file *is* is decided by its content first and by its name second. Crashes of native libraries, endless loops and memory
bombs are caught one level up, by the process that calls ``read`` (``serve.parser``).

The number of points is nobody's business here: one point opens, with a note below ``FEW`` of them. A model that needs more repeats them.
"""

import errno
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from recon_model.counts import counted, grouped, in_bytes, were
from recon_model.data import surfaces
from recon_model.data.readers import sniff
from recon_model.data.readers.found import Array, Found, Source, shown_name
from recon_model.errors import InputError, ReconError

FEW = 32
"""Fewer points than this are too few to say anything about a shape; the file opens all the same, with a note."""
LARGEST_FILE = 1_000_000_000
"""Bytes of the largest file that is opened."""
_FARTHEST = 1e30  # coordinates beyond it overflow float32 in the squares that every distance needs

_T = TypeVar("_T")
Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """What a user's file holds. ``points + origin`` are the file's own coordinates."""

    path: str
    format: str
    kind: str
    """"points" or "mesh"."""
    vertex_count: int
    """Points or vertices really in the file."""
    face_count: int
    points: Float32
    """(n, 3); for a mesh, samples of its surface by area."""
    origin: tuple[float, float, float]
    """The centre of the bounding box, subtracted in float64 so that coordinates far from zero keep their precision."""
    colours: npt.NDArray[np.uint8] | None
    """(n, 3)."""
    normals: Float32 | None
    """(n, 3) of unit length; zero where the file gives no direction."""
    notes: tuple[str, ...]
    """One sentence for each thing done to the data."""
    seconds: float
    clouds: int = 1
    """How many clouds the file holds, of which this is one."""
    labels: npt.NDArray[np.int64] | None = None
    """(clouds,) class of each, an index into ``names``; None where the file does not say."""
    names: tuple[str, ...] = ()
    parts: npt.NDArray[np.int32] | None = None
    """(n,) the part or class each point belongs to, as the file numbers them."""


def read(path: str | os.PathLike[str], *, max_points: int = 1_000_000, seed: int = 0, member: int = 0) -> Cloud:
    """Opens a point cloud or mesh of any known format.

    Args:
        path: the file.
        max_points: clouds of more points are thinned evenly at random; meshes are never sampled more densely than this.
        seed: of that choice and of the samples on a mesh.
        member: which cloud, of a file that holds several.

    Returns:
        The cloud, centred. Points that are not finite are dropped; a note says how many.

    Raises:
        InputError: one sentence that names the file, what is wrong with it, and what helps.
    """
    began = time.perf_counter()
    if max_points < 1:
        raise InputError(f"max_points ({max_points}) must be at least 1.")
    if member < 0:
        raise InputError(f"member ({member}) must be at least 0.")
    where = Path(path)
    source = Source(where, _bytes_of(where), max_points, seed, member)
    if not len(source.data):
        raise source.refuse("the file is empty (0 bytes).")
    with np.errstate(all="ignore"):
        found = _guarded(source, lambda: sniff.reader_of(source)(source))
        if found.clouds == 1 and member:
            raise source.refuse(f"cloud {member + 1} was asked for, but it holds a single one.")
        return _guarded(source, lambda: _cloud(source, found, began))


# ---------------------------------------------------------------- the file itself


def _bytes_of(path: Path) -> memoryview:
    """Reads a regular file of at most ``LARGEST_FILE`` bytes."""
    name = shown_name(path)
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: {_why_not(path, error)}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{name}: {_what_instead(status.st_mode)}; choose a file.")
        if status.st_size > LARGEST_FILE:
            raise InputError(
                f"{name}: the file holds {in_bytes(status.st_size)}, but at most {in_bytes(LARGEST_FILE)} are opened; "
                "thin it first, for example with CloudCompare."
            )
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return memoryview(stream.read(status.st_size))
    except (OSError, MemoryError) as error:
        raise InputError(f"{name}: the file cannot be read ({getattr(error, 'strerror', None) or 'not enough memory'}).") from None
    finally:
        os.close(descriptor)


def _why_not(path: Path, error: OSError | ValueError) -> str:
    code = getattr(error, "errno", None)
    if code == errno.ENOENT:
        return "the link leads nowhere." if path.is_symlink() else "there is no such file."
    if code in (errno.EACCES, errno.EPERM):
        return "it is a folder; choose a file." if os.path.isdir(path) else "you have no permission to read this file."  # noqa: PTH112
    if code == errno.ELOOP:
        return "the link leads round in a circle."
    if code == errno.ENXIO:
        return "it is a socket or pipe, not a file; choose a file."
    return f"the file cannot be opened ({getattr(error, 'strerror', None) or 'its name is not allowed'})."


def _what_instead(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "it is a folder, not a file"
    return "it is a pipe, not a file" if stat.S_ISFIFO(mode) else "it is a device, not a file"


def _guarded(source: Source, work: Callable[[], _T]) -> _T:
    """Turns whatever a damaged file provokes into one sentence. Rust panics are no ``Exception``, so everything is caught but exits."""
    try:
        return work()
    except ReconError:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError:
        raise source.refuse("opening it needs more memory than the reader may use; thin it first, for example with CloudCompare.") from None
    except BaseException as error:
        first = (str(error).strip().splitlines() or [""])[0]
        clean = "".join(letter if letter.isprintable() else "?" for letter in first)[:120]
        raise source.refuse(
            f"the file is damaged or written in an unusual way ({type(error).__name__}{': ' * bool(clean)}{clean})."
        ) from error


# ---------------------------------------------------------------- from what was found to a cloud


def _cloud(source: Source, found: Found, began: float) -> Cloud:
    notes = [*source.notes, *found.notes]
    positions = np.asarray(found.positions, dtype=np.float64)
    x, y, z = (np.abs(column) < _FARTHEST for column in positions.T)  # false for NaN
    finite = x & y & z
    if not finite.any():
        raise source.refuse(f"it holds no finite coordinates ({counted(len(positions), 'point')} without), so there is nothing to show.")
    sound = positions if finite.all() else positions[finite]
    origin = middle(sound)
    mesh = _mesh(source, found, finite, origin, notes)
    kind = "mesh" if mesh is not None else "points"
    sampled = mesh if mesh is not None else _points(source, found, finite, origin, notes)
    normals = _unit(sampled.normals, notes)
    if kind == "points" and found.vertex_count < FEW:
        notes.append(f"{counted(found.vertex_count, 'point')} {were(found.vertex_count)} found, which is very few: a model repeats them.")
    return Cloud(
        path=str(source.path),
        format=found.format,
        kind=kind,
        vertex_count=found.vertex_count,
        face_count=found.face_count if mesh is not None else 0,
        points=sampled.points.astype(np.float32),
        origin=(float(origin[0]), float(origin[1]), float(origin[2])),
        colours=_bytes(sampled.colours, notes),
        normals=normals,
        notes=tuple(dict.fromkeys(notes)),
        seconds=time.perf_counter() - began,
        clouds=found.clouds,
        labels=found.labels,
        names=found.names,
        parts=None if sampled.parts is None else sampled.parts.astype(np.int32),
    )


def middle(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Returns the centre (3,) of the bounding box of points (n, 3)."""
    return np.array([(column.min() + column.max()) / 2 for column in points.T])


def _mesh(source: Source, found: Found, finite: Array, origin: Array, notes: list[str]) -> surfaces.Samples | None:
    if found.triangles is None or not len(found.triangles):
        return None
    triangles = found.triangles
    inside = ((triangles >= 0) & (triangles < len(finite))).all(axis=1)
    sound = np.array(inside)
    sound[inside] = finite[triangles[inside]].all(axis=1)
    if not sound.all():
        notes.append(f"{counted(int((~sound).sum()), 'triangle')} without three finite vertices {were(int((~sound).sum()))} left out.")
    corners = np.asarray(found.positions)[triangles[sound]].astype(np.float64) - origin  # (m, 3, 3)
    samples = surfaces.sample(
        corners,
        surfaces.sample_count(len(corners), source.max_points),
        np.random.default_rng(source.seed),
        vertex_colours=None if found.colours is None else found.colours[triangles[sound]],
        vertex_parts=None if found.parts is None else found.parts[triangles[sound]],
        triangle_colours=None if found.triangle_colours is None else found.triangle_colours[sound],
    )
    if samples is None:
        notes.append("Its faces have no area, so only the vertices are shown.")
        return None
    notes.append(f"{counted(len(samples.points), 'point')} were sampled on the surface, evenly by area.")
    return samples


def _points(source: Source, found: Found, finite: Array, origin: Array, notes: list[str]) -> surfaces.Samples:
    positions = np.asarray(found.positions)
    rows: Array | slice = source.rows(len(positions)) if len(positions) > source.max_points else slice(None)
    dropped = int((~finite).sum())
    if dropped:
        notes.append(f"{counted(dropped, 'point')} of {grouped(len(positions))} had no finite coordinates and {were(dropped)} dropped.")
        rows = np.flatnonzero(finite)[source.rows(len(positions) - dropped)]
    kept = positions[rows].astype(np.float64) - origin
    if len(positions) < found.vertex_count or len(kept) < len(positions) - dropped:
        notes.append(f"The file holds {counted(found.vertex_count, 'point')}; {grouped(len(kept))} of them were chosen evenly at random.")
    if twins := surfaces.duplicates(kept):
        notes.append(f"{counted(twins, 'point')} of {grouped(len(kept))} {'lies' if twins == 1 else 'lie'} exactly on another one.")
    colours, normals, parts = (None if part is None else np.asarray(part)[rows] for part in (found.colours, found.normals, found.parts))
    return surfaces.Samples(kept, colours, normals, parts)


def _unit(normals: Array | None, notes: list[str]) -> Float32 | None:
    if normals is None:
        return None
    directions = normals.astype(np.float64)
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    sound = (lengths[:, 0] > 1e-12) & np.isfinite(lengths[:, 0])
    if not sound.any():
        notes.append("The normals have no direction and were left out.")
        return None
    if not sound.all():
        notes.append(f"{counted(int((~sound).sum()), 'normal')} without a direction {were(int((~sound).sum()))} set to zero.")
    return np.where(sound[:, None], directions / np.where(lengths > 1e-12, lengths, 1.0), 0.0).astype(np.float32)


def _bytes(colours: Array | None, notes: list[str]) -> npt.NDArray[np.uint8] | None:
    """Brings colours to 0..255: they come as bytes, as 16-bit numbers or as fractions."""
    if colours is None:
        return None
    if colours.dtype == np.uint8:
        return np.ascontiguousarray(colours)
    values = colours.astype(np.float64)
    if not np.isfinite(values).all():
        notes.append("Colours that are no numbers were set to black.")
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    is_float = colours.dtype.kind == "f"
    if top > 255:
        values = values / 257.0
    elif is_float and top <= 1:
        values = values * 255.0
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
