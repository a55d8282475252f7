"""Numbers written as text: fast where the lines are regular, patient where they are not."""

import io
import re

import numpy as np

from recon_model.data.readers.found import Array

_COMMENT = re.compile(rb"(#|//|%).*")


def table(lines: list[bytes], *, width: int | None = None) -> tuple[Array, int]:
    """Reads lines of numbers separated by blanks.

    Args:
        lines: one row each; empty lines are passed over.
        width: numbers every row must have at least; by default as many as most of the first rows have.

    Returns:
        The rows (n, w) float64 and the number of lines that were no such row. Numbers too large for float64 are infinite.
    """
    values = regular(lines)
    if values is not None and values.size and (width is None or values.shape[1] >= width):
        return values, 0
    return _patiently(lines, width)


def regular(lines: list[bytes]) -> Array | None:
    """Reads lines that hold as many numbers each, separated by blanks, and nothing else; None where they do not."""
    try:
        return np.loadtxt(io.BytesIO(b"\n".join(lines)), comments=None, ndmin=2, dtype=np.float64) if lines else np.empty((0, 0))
    except ValueError:
        return None


def flat(text: bytes) -> Array | None:
    """Reads numbers separated by blanks or line ends, or None where anything else stands among them."""
    try:
        return np.fromstring(text, dtype=np.float64, sep=" ")
    except ValueError:
        return None


def _patiently(lines: list[bytes], width: int | None) -> tuple[Array, int]:
    rows: list[list[float]] = []
    skipped = 0
    for line in lines:
        row = numbers(line)
        if row:
            rows.append(row)
        elif _COMMENT.sub(b"", line).strip():
            skipped += 1
    if width is None:
        lengths = [len(row) for row in rows[:1000]]
        width = max(set(lengths), key=lengths.count) if lengths else 0
    kept = [row[:width] for row in rows if len(row) >= width]
    skipped += len(rows) - len(kept)
    return np.array(kept, dtype=np.float64).reshape(len(kept), width), skipped


def numbers(line: bytes) -> list[float]:
    """Returns the numbers a line begins with, or none where it begins with something else or has stray words between them."""
    tokens = _COMMENT.sub(b"", line).split()
    try:
        return [float(token) for token in tokens if b"_" not in token]
    except ValueError:
        return _leading(tokens)


def number(text: str) -> float:
    """Returns the number a text is, or NaN where it is anything else."""
    try:
        return float(text) if "_" not in text else np.nan
    except ValueError:
        return np.nan


def _leading(tokens: list[bytes]) -> list[float]:
    row: list[float] = []
    for token in tokens:
        try:
            row.append(float(token))
        except ValueError:
            break
    return row
