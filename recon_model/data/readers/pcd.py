"""PCD (Point Cloud Library): ascii, binary and LZF-compressed binary, of any fields.

Source: PCL, "The PCD (Point Cloud Data) file format"; compression: Marc Lehmann's LZF.
"""

from dataclasses import dataclass

import numpy as np

from recon_model.counts import counted, grouped, in_bytes
from recon_model.data.readers import numbers
from recon_model.data.readers.found import Array, Found, Source, has_names, part_column, stack

_WORDS = ("VERSION", "FIELDS", "COLUMNS", "SIZE", "TYPE", "COUNT", "WIDTH", "HEIGHT", "VIEWPOINT", "POINTS", "DATA")
_KINDS = {("F", 4): "<f4", ("F", 8): "<f8", ("F", 2): "<f2"} | {
    (letter, size): f"<{letter.lower()}{size}" for letter in "IU" for size in (1, 2, 4, 8)
}
_LONGEST_HEADER = 1 << 16
_LARGEST = 1 << 29


@dataclass(frozen=True)
class _Header:
    names: tuple[str, ...]
    types: tuple[str, ...]
    counts: tuple[int, ...]
    points: int
    data: str
    start: int

    def record(self) -> np.dtype[np.void]:
        fields = [(f"f{place}", kind, (count,)) for place, (kind, count) in enumerate(zip(self.types, self.counts, strict=True))]
        return np.dtype(fields)


def looks_like_pcd(head: bytes) -> bool:
    """Says whether a file begins with a PCD header."""
    for line in head[:4096].replace(b"\r", b"\n").split(b"\n"):
        words = line.split()
        if words and not words[0].startswith(b"#"):
            return words[0] in (b"VERSION", b"FIELDS", b"COLUMNS")
    return False


def read(source: Source) -> Found:
    """Reads a PCD file; see ``clouds.read``. Rows of an organised cloud without a measurement are non-finite and dropped later.

    Raises:
        InputError: no PCD header, no x, y and z, or more promised than the file holds.
    """
    header = _header(source)
    if header.points == 0:
        raise source.refuse("the PCD header promises 0 points, so there is nothing to show.")
    if header.data == "ascii":
        columns = _ascii(source, header)
    elif header.data == "binary":
        columns = _binary(source, header)
    else:
        columns = _compressed(source, header)
    positions = stack(columns, "positions")
    assert positions is not None
    return Found(
        format="pcd",
        positions=positions,
        vertex_count=header.points,
        colours=stack(columns, "colours") if has_names(list(columns), "colours") else _packed_colours(columns),
        normals=stack(columns, "normals"),
        parts=part_column(columns),
    )


def _header(source: Source) -> _Header:
    head = bytes(source.data[:_LONGEST_HEADER])
    words: dict[str, list[str]] = {}
    at = 0
    while "DATA" not in words and at < len(head):
        end = head.find(b"\n", at)
        end = len(head) if end < 0 else end
        line = head[at:end].decode("latin-1").split()
        if line and line[0].upper() in _WORDS:
            words[line[0].upper()] = line[1:]
        elif line and not line[0].startswith("#"):
            break
        at = end + 1
    fields = words.get("FIELDS") or words.get("COLUMNS") or []
    if "DATA" not in words or not fields or words["DATA"][:1] not in (["ascii"], ["binary"], ["binary_compressed"]):
        raise source.refuse("the PCD header is not complete (FIELDS, SIZE, TYPE, POINTS and DATA are needed); it is damaged.")
    try:
        sizes = [int(size) for size in words["SIZE"]]
        counts = tuple(int(count) for count in words.get("COUNT", ["1"] * len(fields)))
        points = int(words["POINTS"][0]) if words.get("POINTS") else int(words["WIDTH"][0]) * int(words["HEIGHT"][0])
        types = tuple(_KINDS[letter.upper(), size] for letter, size in zip(words["TYPE"], sizes, strict=True))
    except (KeyError, IndexError, ValueError):
        raise source.refuse("the PCD header's SIZE, TYPE, COUNT or POINTS make no sense; it is damaged.") from None
    if not len(fields) == len(types) == len(counts) or points < 0 or not all(0 <= count <= 4096 for count in counts):
        raise source.refuse("the PCD header names different numbers of fields, sizes, types and counts; it is damaged.")
    if not has_names([name for name, count in zip(fields, counts, strict=True) if count == 1], "positions"):
        raise source.refuse(f"the PCD header names no x, y and z, only {', '.join(fields[:8])}.")
    return _Header(tuple(fields), types, counts, points, words["DATA"][0], at)


def _ascii(source: Source, header: _Header) -> dict[str, Array]:
    width = sum(header.counts)
    source.require_bytes(header.points * 2 * width - 1, len(source.data) - header.start, counted(header.points, "point"))
    body = bytes(source.data[header.start :]).replace(b"\r", b"\n")
    if b"," in body:
        source.notes.append("Commas stand between the numbers; they were read as blanks.")
        body = body.replace(b",", b" ")
    lines = [line for line in body.split(b"\n") if line and not line.isspace()]
    values, skipped = numbers.table(lines[: header.points], width=width)
    if skipped or len(values) != header.points:
        raise source.refuse(
            f"the header promises {counted(header.points, 'point')} of {width} numbers, but the file holds {grouped(len(values))}; "
            "it is damaged or cut short."
        )
    starts = np.cumsum(header.counts) - header.counts
    places = zip(header.names, starts, header.counts, header.types, strict=True)
    # A packed colour is written as the float whose bits it is, or as the whole number itself: both are kept by the declared type.
    return {
        name: values[:, at].astype(kind) if name in ("rgb", "rgba") else values[:, at] for name, at, count, kind in places if count == 1
    }


def _binary(source: Source, header: _Header) -> dict[str, Array]:
    record = header.record()
    source.require_bytes(header.points * record.itemsize, len(source.data) - header.start, counted(header.points, "point"))
    records = np.frombuffer(source.data, record, header.points, header.start)[source.rows(header.points)]
    return {name: records[f"f{place}"][:, 0] for place, name in enumerate(header.names) if header.counts[place] == 1}


def _compressed(source: Source, header: _Header) -> dict[str, Array]:
    """Fields come one after another here (all x, then all y, …), not point by point."""
    if len(source.data) < header.start + 8:
        raise source.refuse("it ends before its compressed points begin; it is cut short.")
    packed, unpacked = (int(size) for size in np.frombuffer(source.data, "<u4", 2, header.start))
    needed = header.points * header.record().itemsize
    source.require_bytes(header.start + 8 + packed, len(source.data), f"{in_bytes(packed)} of compressed points")
    # LZF cannot shrink by more than a factor of 132 (264 bytes out of 2 to 3): a larger promise is a lie or a bomb.
    if unpacked < needed or unpacked > _LARGEST or unpacked > 132 * packed + 264:
        raise source.refuse(
            f"its {in_bytes(packed)} of compressed points cannot hold the {counted(header.points, 'point')} promised; it is damaged."
        )
    data = lzf(bytes(source.data[header.start + 8 : header.start + 8 + packed]), unpacked)
    if data is None:
        raise source.refuse("its compressed points cannot be unpacked; it is damaged.")
    columns: dict[str, Array] = {}
    at = 0
    rows = source.rows(header.points)
    for name, kind, count in zip(header.names, header.types, header.counts, strict=True):
        if count == 1:
            columns[name] = np.frombuffer(data, kind, header.points, at)[rows]
        at += header.points * count * np.dtype(kind).itemsize
    return columns


def lzf(packed: bytes, size: int) -> bytes | None:
    """Unpacks LZF data to ``size`` bytes, or None where it is damaged."""
    out = bytearray()
    at, end = 0, len(packed)
    while at < end and len(out) < size:
        control = packed[at]
        at += 1
        if control < 32:  # a run of bytes as they are
            out += packed[at : at + control + 1]
            at += control + 1
            continue
        length = control >> 5
        if length == 7:
            if at >= end:
                return None
            length += packed[at]
            at += 1
        if at >= end:
            return None
        distance = ((control & 31) << 8 | packed[at]) + 1
        at += 1
        start = len(out) - distance
        if start < 0:
            return None
        length += 2
        if distance >= length:
            out += out[start : start + length]
        else:  # the copy overlaps what it writes: its bytes repeat
            run = bytes(out[start:])
            out += (run * (length // distance + 1))[:length]
    return bytes(out) if len(out) == size else None


def _packed_colours(columns: dict[str, Array]) -> Array | None:
    packed = columns.get("rgb", columns.get("rgba"))
    if packed is None:
        return None
    bits = np.ascontiguousarray(packed).view("<u4") if packed.dtype.itemsize == 4 else packed.astype("<u4")
    return np.stack([bits >> 16 & 255, bits >> 8 & 255, bits & 255], axis=1).astype(np.uint8)
