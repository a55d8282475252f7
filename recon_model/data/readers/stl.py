"""STL (stereolithography): ASCII and binary, told apart by what fits the file's length, not by the word "solid".

Source: 3D Systems, "StereoLithography Interface Specification" (1988).
"""

import re

import numpy as np

from recon_model.counts import counted, grouped
from recon_model.data.readers import numbers
from recon_model.data.readers.found import Found, Source

_HEADER = 80
_RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_VERTEX = re.compile(rb"vertex((?:[ \t\r\n]+[^\s]+){3})", re.IGNORECASE)
_FACET = re.compile(rb"\bfacet\b|\bendsolid\b", re.IGNORECASE)


def binary_triangles(data: memoryview) -> int | None:
    """Returns the number of triangles of a binary STL, or None where the count does not fit the length of the data."""
    if len(data) < _HEADER + 4:
        return None
    count = int.from_bytes(data[_HEADER : _HEADER + 4], "little")
    return count if len(data) == _HEADER + 4 + count * _RECORD.itemsize else None


def looks_like_text(head: bytes) -> bool:
    """Says whether the first kilobytes read like an ASCII STL."""
    return head.lstrip()[:5].lower() == b"solid" and _FACET.search(head) is not None and b"\x00" not in head


def read(source: Source) -> Found:
    """Reads an STL file; see ``clouds.read``. Every triangle has three vertices of its own, so they are counted that way.

    Raises:
        InputError: neither kind of STL, no triangles, or more promised than the file holds.
    """
    if binary_triangles(source.data) is None and looks_like_text(bytes(source.data[:4096])):
        return _read_text(source)
    return _read_binary(source)


def _read_binary(source: Source) -> Found:
    if len(source.data) < _HEADER + 4:
        raise source.refuse(
            f"an STL file has at least 84 bytes, but this one holds {grouped(len(source.data))}; it is damaged or cut short."
        )
    count = int.from_bytes(source.data[_HEADER : _HEADER + 4], "little")
    if count == 0:
        raise source.refuse("the STL header promises 0 triangles, so there is nothing to show.")
    have = (len(source.data) - _HEADER - 4) // _RECORD.itemsize
    if have < count:
        raise source.refuse(
            f"the header promises {counted(count, 'triangle')}, but the file holds {grouped(have)}; "
            "it is damaged, cut short, or no STL file."
        )
    if len(source.data) > _HEADER + 4 + count * _RECORD.itemsize:
        source.notes.append("There are more bytes behind the last triangle; they were ignored.")
    records = np.frombuffer(source.data, _RECORD, count, _HEADER + 4)
    return _found("stl", records["corners"].reshape(-1, 3), count)


def _read_text(source: Source) -> Found:
    data = bytes(source.data)
    facets = len(re.findall(rb"endfacet", data, re.IGNORECASE))
    vertices = _VERTEX.findall(data)
    if not vertices:
        raise source.refuse("it is an STL file without triangles, so there is nothing to show.")
    table, skipped = numbers.table([b" ".join(vertex.split()) for vertex in vertices], width=3)
    whole = len(table) // 3
    if skipped or len(table) != whole * 3 or whole != facets:
        raise source.refuse(f"its {counted(facets, 'facet')} do not have three readable vertices each; it is damaged or cut short.")
    return _found("stl", table[:, :3], whole)


def _found(format_name: str, positions: np.ndarray[tuple[int, ...], np.dtype[np.floating]], count: int) -> Found:
    triangles = np.arange(count * 3, dtype=np.int64).reshape(count, 3)
    return Found(format=format_name, positions=positions, vertex_count=count * 3, face_count=count, triangles=triangles)
