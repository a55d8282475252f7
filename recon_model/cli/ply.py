"""Writing points as PLY: any columns, binary little-endian."""

from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

_TYPES = {"f4": "float", "f8": "double", "i4": "int", "u1": "uchar"}


def write_ply(stream: BinaryIO, columns: Mapping[str, npt.NDArray[Any]], comment: str) -> None:
    """Writes one vertex for each row.

    Args:
        stream: takes the bytes.
        columns: arrays (n,) by property name, such as x, y, z; float32, float64, int32 or uint8.
        comment: one line for the header, without line breaks.
    """
    count = len(next(iter(columns.values())))
    fields = [(name, f"<{values.dtype.str[1:]}") for name, values in columns.items()]
    rows = np.empty(count, dtype=fields)
    lines = ["ply", "format binary_little_endian 1.0", f"comment {comment}", f"element vertex {count}"]
    for name, values in columns.items():
        rows[name] = values
        lines.append(f"property {_TYPES[values.dtype.str[1:]]} {name}")
    stream.write(("\n".join([*lines, "end_header"]) + "\n").encode("ascii", "replace"))
    stream.write(rows.tobytes())
