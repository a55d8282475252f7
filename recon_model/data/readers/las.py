"""LAS 1.0 to 1.4, and LAZ through lazrs (the "las" extra).

Source: ASPRS, "LAS Specification 1.4 - R15"; the LASzip record: Isenburg, "LASzip: lossless compression of lidar data" (2013).
"""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from recon_model.counts import counted, grouped
from recon_model.data.readers.found import Array, Found, Source, within

_SMALLEST_HEADER = 227
_SMALLEST_RECORD = (20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67)  # bytes by point format
_COLOURS_AT = {2: 20, 3: 28, 5: 28, 7: 30, 8: 30, 10: 30}
_LASZIP = (b"laszip encoded", 22204)
_BLOCK = 1 << 16


@dataclass(frozen=True)
class _Header:
    point_format: int
    record: int
    count: int
    start: int
    scale: tuple[float, float, float]
    offset: tuple[float, float, float]
    compressed: bool


def read(source: Source) -> Found:
    """Reads a LAS or LAZ file; see ``clouds.read``.

    Raises:
        InputError: the header makes no sense or promises more than the file holds, or LAZ cannot be unpacked here.
    """
    header = _header(source)
    if header.count == 0:
        raise source.refuse("the LAS header promises 0 points, so there is nothing to show.")
    records = _unpacked(source, header) if header.compressed else _plain(source, header)
    raw = np.ascontiguousarray(records[:, :12]).view("<i4")  # (n, 3)
    colours = None
    at = _COLOURS_AT.get(header.point_format)
    if at is not None:
        colours = np.ascontiguousarray(records[:, at : at + 6]).view("<u2")
        if not colours.any():
            colours = None  # the fields are there, but nothing was ever written to them
    # Five bits of a byte that also holds flags, or a byte of their own (specification, tables 8 and 15).
    classes = records[:, 15] & 31 if header.point_format < 6 else records[:, 16]
    return Found(
        format="laz" if header.compressed else "las",
        positions=raw * np.array(header.scale) + np.array(header.offset),
        vertex_count=header.count,
        colours=colours,
        parts=classes if len(classes) and (classes != classes[0]).any() else None,  # one class for all says nothing
    )


def _header(source: Source) -> _Header:
    data = source.data
    if len(data) < _SMALLEST_HEADER:
        raise source.refuse(
            f"a LAS header has at least {_SMALLEST_HEADER} bytes, but the file holds {grouped(len(data))}; it is damaged or cut short."
        )
    major, minor = data[24], data[25]
    size, start, _, point_format, record, count = struct.unpack_from("<HIIBHI", data, 94)
    if major != 1 or minor > 9:
        raise source.refuse(f"its LAS version {major}.{minor} is unknown (1.0 to 1.4 are read); it is damaged.")
    if minor >= 4 and size >= 255 and len(data) >= 255:
        count = struct.unpack_from("<Q", data, 247)[0] or count
    kind = point_format & 0x3F
    if kind >= len(_SMALLEST_RECORD) or record < _SMALLEST_RECORD[kind]:
        raise source.refuse(f"its point format {kind} with records of {record} bytes is unknown; it is damaged.")
    if not _SMALLEST_HEADER <= start <= len(data):
        raise source.refuse(
            f"its points should begin at byte {grouped(start)}, but the file holds {grouped(len(data))} bytes; it is damaged."
        )
    scale, offset = struct.unpack_from("<3d", data, 131), struct.unpack_from("<3d", data, 155)
    return _Header(kind, record, count, start, scale, offset, bool(point_format & 0xC0))


def _plain(source: Source, header: _Header) -> Array:
    source.require_bytes(header.count * header.record, len(source.data) - header.start, counted(header.count, "point"))
    flat = np.frombuffer(source.data, np.uint8, header.count * header.record, header.start)
    records: Array = flat.reshape(header.count, header.record)[source.rows(header.count)]
    return records


def _unpacked(source: Source, header: _Header) -> Array:
    try:
        import lazrs
    except ImportError:
        raise source.refuse("reading .laz needs the las extra: pip install 'recon-studio[las]'.") from None
    stream = io.BytesIO(source.data)
    stream.seek(header.start)
    record = _laszip_record(source, header)
    decompressor = _guarded(source, lambda: lazrs.LasZipDecompressor(stream, record), 0)
    rows = source.rows(header.count)
    blocks: list[Array] = []
    for start in range(0, header.count, _BLOCK):
        length = min(_BLOCK, header.count - start)
        block = np.zeros(length * header.record, np.uint8)
        _guarded(source, partial(decompressor.decompress_many, block), start)
        blocks.append(block.reshape(length, header.record)[within(rows, start, start + length)])
    return np.concatenate(blocks)


def _guarded(source: Source, work: Callable[[], Any], done: int) -> Any:
    """Runs a step of lazrs. Its panics are no ``Exception``, and whatever it raises means a file it cannot unpack."""
    try:
        return work()
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:100]
        raise source.refuse(f"its points cannot be unpacked beyond {grouped(done)} ({first}); it is damaged, or save it as LAS.") from None


def _laszip_record(source: Source, header: _Header) -> bytes:
    """Finds, among the variable length records between header and points, the one that says how the points are packed."""
    at, _, many = struct.unpack_from("<HII", source.data, 94)
    for _ in range(many):
        if at + 54 > header.start:
            break
        user, number, length = struct.unpack_from("<2x16sHH", source.data, at)
        if (user.rstrip(b"\0"), number) == _LASZIP and at + 54 + length <= len(source.data):
            return bytes(source.data[at + 54 : at + 54 + length])
        at += 54 + length
    raise source.refuse("its points are compressed, but the LASzip record that says how is missing; it is damaged.")
