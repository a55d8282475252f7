"""Points → a PLY file that every viewer opens."""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recon_model.errors import InputError

_TYPES = {"f4": "float", "f8": "double", "u1": "uchar", "i4": "int"}


def write_ply(
    path: str | os.PathLike[str],
    points: npt.ArrayLike,
    colours: npt.ArrayLike | None = None,
    scalars: Mapping[str, npt.ArrayLike] | None = None,
) -> int:
    """Writes a little-endian binary PLY; the file appears whole or not at all.

    Args:
        path: where to write; an existing file is replaced.
        points: (n, 3), written as float32, or as float64 where they come as such.
        colours: (n, 3) uint8, written as red, green and blue.
        scalars: further properties by name, (n,) each: floats, or integers that fit into 32 bits.

    Returns:
        How many bytes were written.

    Raises:
        InputError: shapes do not agree, a name is no single word, or the file cannot be written.
    """
    where = Path(path)
    columns = _columns(points, colours, scalars or {})
    dtype = np.dtype([(name, values.dtype.newbyteorder("<")) for name, values in columns.items()])
    records = np.empty(len(columns["x"]), dtype)
    for name, values in columns.items():
        records[name] = values
    properties = "".join(f"property {_TYPES[values.dtype.str[1:]]} {name}\n" for name, values in columns.items())
    header = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(records)}\n{properties}end_header\n"
    data = header.encode() + records.tobytes()
    _replace(where, data)
    return len(data)


def _columns(
    points: npt.ArrayLike, colours: npt.ArrayLike | None, scalars: Mapping[str, npt.ArrayLike]
) -> dict[str, npt.NDArray[np.generic]]:
    xyz = np.asarray(points)
    if xyz.ndim != 2 or xyz.shape[1] != 3:
        raise InputError(f"points {xyz.shape} must have the shape (n, 3).")
    xyz = xyz.astype(np.float64 if xyz.dtype == np.float64 else np.float32)
    columns: dict[str, npt.NDArray[np.generic]] = dict(zip("xyz", xyz.T, strict=True))
    if colours is not None:
        rgb = np.asarray(colours)
        if rgb.shape != xyz.shape or rgb.dtype != np.uint8:
            raise InputError(f"colours {rgb.shape} {rgb.dtype} must be uint8 of the shape {xyz.shape}.")
        columns.update(zip(("red", "green", "blue"), rgb.T, strict=True))
    for name, given in scalars.items():
        values = np.asarray(given)
        if values.shape != (len(xyz),):
            raise InputError(f"scalar '{name}' {values.shape} must have the shape ({len(xyz)},).")
        if not name.isascii() or len(name.split()) != 1 or name in columns:
            raise InputError(f"scalar '{name}' must be named by one plain word that is not taken yet.")
        columns[name] = values.astype(np.float32) if values.dtype.kind == "f" else values.astype(np.int32)
    return columns


def _replace(where: Path, data: bytes) -> None:
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{where.name[:40]}.", dir=where.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)  # mkstemp gives no one else the right to read
        os.replace(temporary, where)  # noqa: PTH105
    except OSError as error:
        with contextlib.suppress(OSError):
            if temporary:
                os.unlink(temporary)  # noqa: PTH108
        raise InputError(f"{where.name}: the file cannot be written ({error.strerror}).") from None
