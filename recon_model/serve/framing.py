"""Frames on a byte pipe: four bytes of little-endian length, then a msgpack body."""

from collections.abc import Iterator
from typing import BinaryIO

from recon_model.errors import ServeError

MAX_FRAME = 1 << 30
_PREFIX = 4


def pack(body: bytes) -> bytes:
    """Returns one frame holding the body."""
    if len(body) > MAX_FRAME:
        raise ServeError(f"frame ({len(body)} bytes) must not exceed {MAX_FRAME} bytes.")
    return len(body).to_bytes(_PREFIX, "little") + body


def read_frame(stream: BinaryIO) -> bytes | None:
    """Blocks for one frame's body; None when the other side has closed the pipe between frames."""
    prefix = _read_exactly(stream, _PREFIX)
    if not prefix:
        return None
    return _read_exactly(stream, _length(prefix), required=True)


class FrameBuffer:
    """Collects bytes as they arrive and yields whole frames, for a reader that must not block."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Adds bytes; yields the body of every frame they complete."""
        self._bytes += data
        start = 0
        while len(self._bytes) - start >= _PREFIX:
            end = start + _PREFIX + _length(self._bytes[start : start + _PREFIX])
            if len(self._bytes) < end:
                break
            yield bytes(self._bytes[start + _PREFIX : end])
            start = end
        del self._bytes[:start]


def _length(prefix: bytes | bytearray) -> int:
    length = int.from_bytes(prefix, "little")
    if length > MAX_FRAME:
        raise ServeError(f"frame ({length} bytes) must not exceed {MAX_FRAME} bytes.")
    return length


def _read_exactly(stream: BinaryIO, count: int, *, required: bool = False) -> bytes:
    chunks: list[bytes] = []
    missing = count
    while missing:
        chunk = stream.read(missing)
        if not chunk:
            if chunks or required:
                raise ServeError(f"the pipe closed {missing} bytes before the end of a frame.")
            return b""
        chunks.append(chunk)
        missing -= len(chunk)
    return b"".join(chunks)
