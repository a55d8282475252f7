"""Frames on a byte pipe: four bytes of little-endian length, then a msgpack body."""

import os
from collections.abc import Iterator
from typing import BinaryIO

from recon_model.counts import counted, grouped
from recon_model.errors import ServeError

MAX_FRAME = 1 << 30
_PREFIX = 4


def pack(body: bytes) -> bytes:
    """Returns one frame holding the body."""
    if len(body) > MAX_FRAME:
        raise ServeError(f"frame ({grouped(len(body))} bytes) must not exceed {grouped(MAX_FRAME)} bytes.")
    return len(body).to_bytes(_PREFIX, "little") + body


def read_frame(stream: BinaryIO) -> bytes | None:
    """Blocks for one frame's body; None when the other side has closed the pipe between frames."""
    prefix = _read_exactly(stream, _PREFIX)
    if not prefix:
        return None
    return _read_exactly(stream, _length(prefix), required=True)


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keeps the protocol's two descriptors to ourselves: whatever a library prints goes to stderr, whatever it reads is empty."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")


class FrameBuffer:
    """Collects bytes as they arrive and yields whole frames, for a reader that must not block.

    Chunks are joined once, when a frame is complete, and bodies are views of that: a cloud of a million points
    (27 MB) would otherwise be copied often enough to freeze a window.
    """

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._held = 0
        self._needed = _PREFIX

    def feed(self, data: bytes) -> Iterator[memoryview]:
        """Adds bytes; yields the body of every frame they complete.

        Raises:
            ServeError: a length prefix exceeds ``MAX_FRAME``.
        """
        self._chunks.append(data)
        self._held += len(data)
        while self._held >= self._needed:
            joined = memoryview(b"".join(self._chunks))
            end = _PREFIX + _length(joined[:_PREFIX])
            whole = self._held >= end
            start = end if whole else 0
            self._chunks = [bytes(joined[start:])] if whole else [bytes(joined)]
            self._held -= start
            self._needed = _PREFIX if whole else end
            if whole:
                yield joined[_PREFIX:end]


def _length(prefix: bytes | memoryview) -> int:
    length = int.from_bytes(prefix, "little")
    if length > MAX_FRAME:
        raise ServeError(f"frame ({grouped(length)} bytes) must not exceed {grouped(MAX_FRAME)} bytes.")
    return length


def _read_exactly(stream: BinaryIO, count: int, *, required: bool = False) -> bytes:
    chunks: list[bytes] = []
    missing = count
    while missing:
        chunk = stream.read(missing)
        if not chunk:
            if chunks or required:
                raise ServeError(f"the pipe closed {counted(missing, 'byte')} before the end of a frame.")
            return b""
        chunks.append(chunk)
        missing -= len(chunk)
    return b"".join(chunks)
