"""Embeddings kept on disk, so that no cloud is embedded twice by the same model. Plain arrays, written whole, never unpickled.

A shelf is a folder of .npz files. Each holds some rows: of which file (path, size, time of change), which of its clouds, and what the
model made of it. A file that is damaged, foreign or half written is passed over: its clouds are embedded again.
"""

import contextlib
import os
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from recon_model.serve.messages.embedding import PREVIEW_POINTS
from recon_model.sides import Sides

FORMAT = 4


class Source(NamedTuple):
    """A cloud's file as it was when it was embedded, and which of its clouds."""

    path: str
    size: int
    changed: int
    """Nanoseconds."""
    member: int
    """-1 where the file is one cloud."""


@dataclass(frozen=True, eq=False)
class Row:
    """What is kept of one cloud."""

    source: Source
    total: int
    """Clouds the file holds."""
    label: str
    """As the file says; "" where it does not."""
    feature: npt.NDArray[np.float32]
    sides: Sides | None
    """Of this one cloud."""
    image: npt.NDArray[np.float32] | None
    error: float
    """NaN where unknown."""
    preview: npt.NDArray[np.uint8]
    head: npt.NDArray[np.float32] | None = None


class Shelf:
    """The rows one model made."""

    def __init__(self, root: Path, model: str) -> None:
        self.folder = root / (re.sub(r"[^0-9a-zA-Z]+", "-", model)[:96] or "unnamed")

    def files(self) -> list[Path]:
        """Returns the files that hold rows, oldest first."""
        try:
            found = [(path.stat().st_mtime_ns, path) for path in self.folder.glob("*.npz")]
        except OSError:
            return []
        return [path for _, path in sorted(found)]

    def load(self, file: Path) -> list[Row]:
        """Reads one file's rows; none when it is damaged or of another format."""
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                return _rows({name: arrays[name] for name in arrays.files})
        except (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, zipfile.BadZipFile):
            return []

    def save(self, rows: Iterable[Row]) -> str:
        """Writes rows as a file of their own; returns a sentence when that fails, else nothing."""
        kept = list(rows)
        if not kept:
            return ""
        target = self.folder / f"{uuid4().hex}.npz"
        temporary = target.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as stream:
                np.savez(stream, **_arrays(kept))  # type: ignore[arg-type]
            os.replace(temporary, target)  # noqa: PTH105
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            return f"Embeddings could not be kept in {self.folder} ({error.strerror}); they are computed again next time."
        return ""


def _arrays(rows: list[Row]) -> dict[str, npt.NDArray[Any]]:
    arrays = {
        "format": np.array(FORMAT),
        "paths": np.array([os.fsencode(row.source.path) for row in rows]),
        "numbers": np.array([(*row.source[1:], row.total) for row in rows], np.int64),
        "labels": np.array([row.label for row in rows]),
        "features": np.stack([row.feature for row in rows]),
        "errors": np.array([row.error for row in rows], np.float32),
        "previews": np.stack([row.preview for row in rows]),
    }
    for name, found in (
        ("images", [row.image for row in rows]),
        ("heads", [row.head for row in rows]),
    ):
        kept = [values for values in found if values is not None]
        if len(kept) == len(rows):
            arrays[name] = np.stack(kept)
    sides = [row.sides for row in rows if row.sides is not None]
    if len(sides) == len(rows):
        joined = Sides.joined(sides)
        arrays |= {"sides": joined.features, "counts": joined.counts, "chances": joined.chances, "known": joined.known}
    return arrays


def _rows(arrays: dict[str, npt.NDArray[Any]]) -> list[Row]:
    """Makes rows of a file's arrays.

    Raises:
        ValueError: the file is of another format, or its arrays do not belong together.
    """
    if int(arrays["format"]) != FORMAT:
        raise ValueError("format")
    count = len(arrays["paths"])
    images, heads, sides = arrays.get("images"), arrays.get("heads"), _sides(arrays)
    shapes = {"numbers": (count, 4), "labels": (count,), "errors": (count,), "previews": (count, PREVIEW_POINTS, 3)}
    if any(arrays[name].shape != shape for name, shape in shapes.items()) or arrays["features"].shape[:1] != (count,):
        raise ValueError("shape")
    if arrays["features"].ndim != 2 or any(each is not None and (each.ndim != 2 or len(each) != count) for each in (images, heads)):
        raise ValueError("shape")
    if sides is not None and not (sides.fits() and len(sides) == count):
        raise ValueError("sides")
    return [
        Row(
            source=Source(os.fsdecode(bytes(arrays["paths"][row])), *map(int, arrays["numbers"][row, :3])),
            total=int(arrays["numbers"][row, 3]),
            label=str(arrays["labels"][row]),
            feature=arrays["features"][row],
            sides=None if sides is None else sides.of([row]),
            image=None if images is None else images[row],
            error=float(arrays["errors"][row]),
            preview=arrays["previews"][row],
            head=None if heads is None else heads[row],
        )
        for row in range(count)
    ]


def _sides(arrays: dict[str, npt.NDArray[Any]]) -> Sides | None:
    if "sides" not in arrays:
        return None
    return Sides(arrays["sides"], arrays["counts"], arrays["chances"], arrays["known"])
