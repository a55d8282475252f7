"""What travels: arrays as raw little-endian bytes with their dtype and shape, and the base of every message."""

from typing import Any, Self

import msgspec
import numpy as np
import numpy.typing as npt

from recon_model.counts import counted
from recon_model.errors import ServeError
from recon_model.sides import Sides

_DTYPES = ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1")


class Array(msgspec.Struct, frozen=True):
    """A numpy array on the wire."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    @classmethod
    def of(cls, values: npt.ArrayLike) -> Self:
        """Packs an array; integers, floats, uint8 and booleans only."""
        array = np.ascontiguousarray(values)
        if array.dtype.str not in _DTYPES:
            raise ServeError(f"dtype ({array.dtype.str}) must be one of {', '.join(_DTYPES)}.")
        return cls(dtype=array.dtype.str, shape=array.shape, data=array.tobytes())

    def numpy(self) -> npt.NDArray[Any]:
        """Unpacks to a read-only view of the received bytes.

        Raises:
            ServeError: dtype unknown, or the bytes do not fill the shape.
        """
        if self.dtype not in _DTYPES or any(side < 0 for side in self.shape):
            raise ServeError(f"array ({self.dtype}, {self.shape}) has a dtype or shape that is not allowed.")
        try:
            return np.frombuffer(self.data, dtype=self.dtype).reshape(self.shape)
        except ValueError as error:
            raise ServeError(f"array of {counted(len(self.data), 'byte')} does not fill {self.dtype} {self.shape}.") from error


class PackedSides(msgspec.Struct, frozen=True):
    """``Sides`` on the wire: B clouds from R sides."""

    features: Array  # (R, D) float32
    counts: Array  # (B,) int64
    chances: Array  # (R,) float32
    known: Array  # (R,) float32

    @classmethod
    def of(cls, sides: Sides) -> Self:
        """Packs them."""
        return cls(Array.of(sides.features), Array.of(sides.counts), Array.of(sides.chances), Array.of(sides.known))

    def sides(self) -> Sides:
        """Unpacks to read-only views of the received bytes.

        Raises:
            ServeError: an array is damaged, or they do not belong together.
        """
        found = Sides(self.features.numpy(), self.counts.numpy(), self.chances.numpy(), self.known.numpy())
        if not found.fits():
            raise ServeError(f"sides {self.features.shape} of {counted(len(found.counts), 'cloud')} do not belong together.")
        return found


class Message(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Base of everything on the wire; the class name is the tag."""

    id: int
