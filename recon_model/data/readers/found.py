"""What every reader hands back, and the small questions they all ask of a file that nobody vouches for."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recon_model.counts import counted, grouped, in_bytes
from recon_model.errors import InputError

Array = npt.NDArray[Any]

_X = ("x", "x_", "coord_x", "px", "east", "easting", "cartesianx")
_Y = ("y", "y_", "coord_y", "py", "north", "northing", "cartesiany")
_Z = ("z", "z_", "coord_z", "pz", "height", "elevation", "cartesianz")
_TRIPLES = {
    "positions": tuple(zip(_X, _Y, _Z, strict=True)),
    "normals": (("nx", "ny", "nz"), ("normal_x", "normal_y", "normal_z"), ("normalx", "normaly", "normalz")),
    "colours": (("red", "green", "blue"), ("r", "g", "b"), ("diffuse_red", "diffuse_green", "diffuse_blue")),
}
_PARTS = ("part", "part_id", "pid", "label", "labels", "class", "classification", "segment", "segmentation", "category", "object_id")
# CloudCompare calls every column of its own "scalar_…".


@dataclass(frozen=True, kw_only=True)
class Found:
    """The content of one file, in the file's own numbers: no centring, no clean-up yet.

    ``positions`` holds ``vertex_count`` rows, or an even choice of them where the file holds more points than were asked for.
    """

    format: str
    positions: Array  # (n, 3) any real dtype
    vertex_count: int
    face_count: int = 0  # polygons as the file counts them
    triangles: Array | None = None  # (m, 3) int64 into positions
    colours: Array | None = None  # (n, 3) numbers of any scale
    normals: Array | None = None  # (n, 3)
    triangle_colours: Array | None = None  # (m, 3) numbers of any scale
    parts: Array | None = None  # (n,) whole numbers: the part or class each point belongs to
    notes: tuple[str, ...] = ()
    clouds: int = 1  # how many the file holds, of which this is one
    labels: Array | None = None  # (clouds,) int64 into names
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A file to read: its bytes, its name as users see it, how many points are wanted, and which cloud of a stack of them."""

    path: Path
    data: memoryview
    max_points: int
    seed: int
    member: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The file's name, fit for a sentence."""
        return shown_name(self.path)

    def refuse(self, reason: str) -> InputError:
        """Returns the error that says why this file cannot be opened; ``reason`` ends the sentence."""
        return InputError(f"{self.name}: {reason}")

    def rows(self, count: int) -> Array | slice:
        """Returns which of ``count`` rows to read: all of them, or an even random choice of ``max_points``, in order.

        One row is drawn from each of ``max_points`` equal stretches, so nothing as long as the file is ever allocated.
        """
        if count <= self.max_points:
            return slice(0, count)
        draws = np.random.default_rng(self.seed).random(self.max_points)
        chosen = ((np.arange(self.max_points) + draws) * (count / self.max_points)).astype(np.int64)
        return np.minimum(chosen, count - 1)

    def choose_member(self, clouds: int) -> int:
        """Returns which of several clouds of a file to read, and notes it.

        Raises:
            InputError: there are not that many.
        """
        if self.member >= clouds:
            raise self.refuse(f"cloud {self.member + 1} was asked for, but it holds {counted(clouds, 'cloud')}.")
        if clouds > 1:
            which = "the first" if self.member == 0 else f"number {grouped(self.member + 1)}"
            self.notes.append(f"The file holds {counted(clouds, 'cloud')}; this is {which} of them.")
        return self.member

    def require_bytes(self, needed: int, have: int, what: str) -> None:
        """Checks a header's claim against the bytes there are, before anything is allocated.

        Raises:
            InputError: the claim is larger than the file.
        """
        if needed > have:
            raise self.refuse(f"the header promises {what}, but the file holds {in_bytes(len(self.data))}; it is damaged or cut short.")


def within(rows: Array | slice, start: int, stop: int) -> Array | slice:
    """Returns which rows of the block ``start`` to ``stop`` are among those that ``Source.rows`` chose, counted from the block's start."""
    if isinstance(rows, slice):
        return slice(0, stop - start)
    first, last = np.searchsorted(rows, (start, stop))
    chosen: Array = rows[first:last] - start
    return chosen


def shown_name(path: Path) -> str:
    """Returns a file's name on one line of at most 80 characters, with unprintable characters replaced."""
    name = path.name or str(path)
    clean = "".join("?" if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter for letter in name)
    return clean if len(clean) <= 80 else f"{clean[:50]}…{clean[-26:]}"


def stack(columns: Mapping[str, Array], kind: str) -> Array | None:
    """Returns the (n, 3) array of ``kind`` ("positions", "normals" or "colours") among named columns, or None.

    Names are compared without regard to case.
    """
    lowered = {name.lower().strip(): name for name in reversed(list(columns))}
    for triple in _TRIPLES[kind]:
        if all(name in lowered for name in triple):
            return np.stack([columns[lowered[name]] for name in triple], axis=1)
    return None


def part_column(columns: Mapping[str, Array]) -> Array | None:
    """Returns the column (n,) that says to which part each point belongs, by its name, or None; names are compared as in ``stack``."""
    lowered = {name.lower().strip().removeprefix("scalar_"): name for name in reversed(list(columns))}
    found = next((lowered[name] for name in _PARTS if name in lowered), None)
    return None if found is None or not whole(columns[found]) else columns[found]


def whole(values: Array) -> bool:
    """Whether values (n,) are whole numbers that fit 32 bits."""
    if values.dtype.kind in "iu":
        return not len(values) or (int(values.min()) >= -(2**31) and int(values.max()) < 2**31)
    return values.dtype.kind == "f" and bool((np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**31)).all())


def has_names(names: Sequence[str], kind: str) -> bool:
    """Says whether the names hold a whole triple of ``kind``."""
    lowered = {name.lower().strip() for name in names}
    return any(lowered.issuperset(triple) for triple in _TRIPLES[kind])


def fan(polygons: Array) -> Array:
    """Splits polygons (m, c) into triangles ((c - 2) m, 3) around their first corner."""
    first = np.broadcast_to(polygons[:, :1], polygons[:, 2:].shape)
    return np.stack([first, polygons[:, 1:-1], polygons[:, 2:]], axis=-1).reshape(-1, 3).astype(np.int64)
