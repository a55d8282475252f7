"""PLY (Stanford polygon file): ASCII and both binary byte orders, any properties, lists included.

Source: Greg Turk, "The PLY Polygon File Format" (1994), and the type names later writers added.
"""

import struct
from dataclasses import dataclass

import numpy as np

from recon_model.counts import counted, grouped
from recon_model.data.readers import numbers
from recon_model.data.readers.found import Array, Found, Source, fan, has_names, part_column, stack

_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "i2"),
    **dict.fromkeys(("ushort", "uint16"), "u2"),
    **dict.fromkeys(("int", "int32"), "i4"),
    **dict.fromkeys(("uint", "uint32"), "u4"),
    **dict.fromkeys(("long", "int64"), "i8"),
    **dict.fromkeys(("ulong", "uint64"), "u8"),
    **dict.fromkeys(("float", "float32"), "f4"),
    **dict.fromkeys(("double", "float64"), "f8"),
}
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_CORNERS = ("vertex_indices", "vertex_index")
_LONGEST_HEADER = 1 << 20


@dataclass(frozen=True)
class _Property:
    name: str
    type: str
    count_type: str = ""  # of a list; empty for a single value


@dataclass(frozen=True)
class _Element:
    name: str
    count: int
    properties: tuple[_Property, ...]

    @property
    def lists(self) -> tuple[_Property, ...]:
        return tuple(item for item in self.properties if item.count_type)

    def least_bytes(self, ascii_text: bool) -> int:
        """The fewest bytes one row can take: lists may be empty."""
        if ascii_text:
            return 2 * len(self.properties)
        return sum(np.dtype(item.count_type or item.type).itemsize for item in self.properties)


@dataclass(frozen=True)
class _Rows:
    """Columns of one element; a list is its row lengths (n,) and all its values one after another."""

    columns: dict[str, Array]
    lists: dict[str, tuple[Array, Array]]


def read(source: Source) -> Found:
    """Reads a PLY file; see ``clouds.read``.

    Raises:
        InputError: the header is not PLY, promises more than the file holds, or names no vertices.
    """
    order, elements, start = _header(source)
    vertex = next((element for element in elements if element.name in ("vertex", "vertices", "point")), None)
    if vertex is None or not has_names([item.name for item in vertex.properties if not item.count_type], "positions"):
        raise source.refuse("the PLY header describes no vertices with x, y and z, so there is nothing to show.")
    if vertex.count == 0:
        raise source.refuse("the PLY header promises 0 vertices, so there is nothing to show.")
    _check_claims(source, elements, order, start)
    has_faces = any(element.name == "face" and element.count for element in elements)
    rows = _binary_rows if order else _text_rows
    parts = rows(source, elements, order, start, subsample=not has_faces)
    vertices = parts[vertex.name].columns
    positions = stack(vertices, "positions")
    assert positions is not None
    triangles, face_count, face_colours = _triangles(parts.get("face"), source, elements)
    return Found(
        format="ply",
        positions=positions,
        vertex_count=vertex.count,
        face_count=face_count,
        triangles=triangles,
        triangle_colours=face_colours,
        colours=stack(vertices, "colours"),
        normals=stack(vertices, "normals"),
        parts=part_column(vertices),
    )


# ---------------------------------------------------------------- header


def _header(source: Source) -> tuple[str, list[_Element], int]:
    head = bytes(source.data[:_LONGEST_HEADER])
    end = head.find(b"end_header")
    if end < 0:
        raise source.refuse("the PLY header has no end (no 'end_header' line); the file is damaged or cut short.")
    start = end + len(b"end_header")
    line_end = head.find(b"\n", start)
    if head[start : start + 1] == b"\r" and line_end != start + 1:
        line_end = start  # line ends of old Macs
    start = len(head) if line_end < 0 else line_end + 1
    order: str | None = None
    found: list[tuple[str, int, list[_Property]]] = []
    for line in head[:end].replace(b"\r", b"\n").decode("latin-1").split("\n")[1:]:
        words = line.split()
        if not words or words[0] in ("comment", "obj_info"):
            continue
        if words[0] == "format" and len(words) > 1 and words[1] in _ORDERS:
            order = _ORDERS[words[1]]
        elif words[0] == "element" and len(words) == 3 and words[2].isascii() and words[2].isdigit():
            found.append((words[1], int(words[2]), []))
        elif words[0] == "property" and found and (item := _property(words)):
            found[-1][2].append(item)
        else:
            raise source.refuse(f"the PLY header line {_quoted(line)} makes no sense; the file is damaged.")
    if order is None:
        raise source.refuse("the PLY header names no known format (ascii, binary_little_endian or binary_big_endian).")
    return order, [_Element(name, count, tuple(items)) for name, count, items in found], start


def _property(words: list[str]) -> _Property | None:
    if len(words) == 3 and words[1] in _TYPES:
        return _Property(words[2], _TYPES[words[1]])
    if len(words) == 5 and words[1] == "list" and words[2] in _TYPES and words[3] in _TYPES and _TYPES[words[2]][0] != "f":
        return _Property(words[4], _TYPES[words[3]], _TYPES[words[2]])
    return None


def _quoted(line: str) -> str:
    clean = "".join(letter if letter.isprintable() else "?" for letter in line.strip())
    return f"'{clean if len(clean) <= 40 else clean[:39] + '…'}'"


def _check_claims(source: Source, elements: list[_Element], order: str, start: int) -> None:
    left = len(source.data) - start + 1  # the last line of a text may lack its line end
    for element in elements:
        needed = element.count * element.least_bytes(not order)
        if element.name != "face":
            many = "vertices" if element.name in ("vertex", "vertices") else f"rows of '{element.name}'"
            source.require_bytes(needed, left, f"{grouped(element.count)} {many}")
        left -= min(needed, left)


# ---------------------------------------------------------------- rows


def _text_rows(source: Source, elements: list[_Element], order: str, start: int, subsample: bool) -> dict[str, _Rows]:
    del order, subsample
    lines = [line for line in bytes(source.data[start:]).replace(b"\r", b"\n").split(b"\n") if line and not line.isspace()]
    parts: dict[str, _Rows] = {}
    at = 0
    for element in elements:
        mine = lines[at : at + element.count]
        at += len(mine)
        if len(mine) < element.count and element.name != "face":
            raise source.refuse(
                f"the header promises {grouped(element.count)} rows of '{element.name}', but the file ends after "
                f"{grouped(len(mine))}; it is damaged or cut short."
            )
        parts.setdefault(element.name, _text_lists(source, element, mine) if element.lists else _text_table(source, element, mine))
    return parts


def _text_table(source: Source, element: _Element, lines: list[bytes]) -> _Rows:
    values, skipped = numbers.table(lines, width=len(element.properties))
    if skipped:
        raise source.refuse(
            f"{counted(skipped, 'line')} of its '{element.name}' rows are not {len(element.properties)} numbers; it is damaged."
        )
    return _Rows({item.name: values[:, column] for column, item in enumerate(element.properties)}, {})


def _text_lists(source: Source, element: _Element, lines: list[bytes]) -> _Rows:
    values = numbers.flat(b" ".join(lines))
    rows = _walk_text(element, values, len(lines)) if values is not None else None
    if rows is None:
        if element.name != "face":
            raise source.refuse(f"its '{element.name}' rows do not hold the properties the header names; it is damaged.")
        source.notes.append("The faces could not be read, so only the vertices are shown.")
        return _Rows({}, {})
    return rows


def _walk_text(element: _Element, values: Array, count: int) -> _Rows | None:
    uniform = _uniform_text(element, values, count)
    if uniform is not None:
        return uniform
    columns: dict[str, list[float]] = {item.name: [] for item in element.properties if not item.count_type}
    lengths: dict[str, list[int]] = {item.name: [] for item in element.lists}
    inside: dict[str, list[Array]] = {item.name: [] for item in element.lists}
    at = 0
    for _ in range(count):
        for item in element.properties:
            if at >= len(values):
                return None
            if not item.count_type:
                columns[item.name].append(values[at])
                at += 1
                continue
            length = int(values[at]) if 0 <= values[at] <= len(values) else -1
            if length < 0 or at + 1 + length > len(values):
                return None
            lengths[item.name].append(length)
            inside[item.name].append(values[at + 1 : at + 1 + length])
            at += 1 + length
    lists = {name: (np.array(lengths[name], dtype=np.int64), np.concatenate([*inside[name], np.empty(0)])) for name in lengths}
    return _Rows({name: np.array(column) for name, column in columns.items()}, lists)


def _uniform_text(element: _Element, values: Array, count: int) -> _Rows | None:
    """All rows alike, as in a mesh of triangles: one reshape instead of a walk."""
    if len(element.lists) != 1 or count == 0 or len(values) % count:
        return None
    grid = values.reshape(count, -1)
    before = next(place for place, item in enumerate(element.properties) if item.count_type)
    length = grid.shape[1] - len(element.properties)
    if length < 0 or not (grid[:, before] == length).all():
        return None
    columns = {}
    for place, item in enumerate(element.properties):
        if not item.count_type:
            columns[item.name] = grid[:, place if place < before else place + length]
    inside = grid[:, before + 1 : before + 1 + length].reshape(-1)
    return _Rows(columns, {element.lists[0].name: (np.full(count, length), inside)})


def _binary_rows(source: Source, elements: list[_Element], order: str, start: int, subsample: bool) -> dict[str, _Rows]:
    parts: dict[str, _Rows] = {}
    at = start
    for element in elements:
        if element.lists:
            rows, at = _binary_lists(source, element, order, at)
        else:
            dtype = np.dtype([(f"p{place}", order + item.type) for place, item in enumerate(element.properties)])
            end = at + element.count * dtype.itemsize
            if end > len(source.data):
                raise source.refuse(
                    f"the header promises {grouped(element.count)} rows of '{element.name}', but the file ends after "
                    f"{grouped((len(source.data) - at) // dtype.itemsize)}; it is damaged or cut short."
                )
            records = np.frombuffer(source.data, dtype, element.count, at) if element.properties and element.count else np.empty(0, dtype)
            if subsample and element.properties:
                records = records[source.rows(element.count)]
            rows, at = _Rows({item.name: records[f"p{place}"] for place, item in enumerate(element.properties)}, {}), end
        parts.setdefault(element.name, rows)
        if at > len(source.data):
            break
    return parts


def _binary_lists(source: Source, element: _Element, order: str, at: int) -> tuple[_Rows, int]:
    uniform = _uniform_binary(source, element, order, at)
    if uniform is not None:
        return uniform
    codes = [(item, struct.Struct(order + np.dtype(item.count_type or item.type).char)) for item in element.properties]
    columns: dict[str, list[float]] = {item.name: [] for item in element.properties if not item.count_type}
    lengths: dict[str, list[int]] = {item.name: [] for item in element.lists}
    inside: dict[str, list[Array]] = {item.name: [] for item in element.lists}
    done = 0
    try:
        while done < element.count:
            for item, code in codes:
                (value,) = code.unpack_from(source.data, at)
                at += code.size
                if not item.count_type:
                    columns[item.name].append(value)
                    continue
                inside[item.name].append(np.frombuffer(source.data, order + item.type, value, at) if value else np.empty(0))
                lengths[item.name].append(value)
                at += value * np.dtype(item.type).itemsize
            done += 1
    except (struct.error, ValueError):
        if element.name != "face":
            raise source.refuse(f"its rows of '{element.name}' run past the end of the file; it is damaged or cut short.") from None
        source.notes.append(f"The file ends after {grouped(done)} of {counted(element.count, 'face')}; the rest is missing.")
        at = len(source.data) + 1
    lists = {
        name: (np.array(lengths[name][:done], dtype=np.int64), np.concatenate([*inside[name][:done], np.empty(0)])) for name in lengths
    }
    return _Rows({name: np.array(column[:done]) for name, column in columns.items()}, lists), at


def _uniform_binary(source: Source, element: _Element, order: str, at: int) -> tuple[_Rows, int] | None:
    """All rows alike: the lists' lengths are guessed from the first row and then checked in every row."""
    fields: list[tuple[str, str, tuple[int, ...]]] = []
    probe = at
    first: dict[str, int] = {}
    for place, item in enumerate(element.properties):
        if item.count_type:
            size = np.dtype(item.count_type).itemsize
            if probe + size > len(source.data):
                return None
            length = int(np.frombuffer(source.data, order + item.count_type, 1, probe)[0])
            if not 0 <= length <= 64:
                return None
            first[f"c{place}"] = length
            fields += [(f"c{place}", order + item.count_type, ()), (f"p{place}", order + item.type, (length,))]
            probe += size + length * np.dtype(item.type).itemsize
        else:
            fields.append((f"p{place}", order + item.type, ()))
            probe += np.dtype(item.type).itemsize
    dtype = np.dtype(fields)
    end = at + element.count * dtype.itemsize
    if element.count == 0 or end > len(source.data):
        return None
    records = np.frombuffer(source.data, dtype, element.count, at)
    if any((records[name] != length).any() for name, length in first.items()):
        return None
    columns = {item.name: records[f"p{place}"] for place, item in enumerate(element.properties) if not item.count_type}
    lists = {
        item.name: (records[f"c{place}"].astype(np.int64), records[f"p{place}"].reshape(-1))
        for place, item in enumerate(element.properties)
        if item.count_type
    }
    return _Rows(columns, lists), end


# ---------------------------------------------------------------- faces


def _triangles(rows: _Rows | None, source: Source, elements: list[_Element]) -> tuple[Array | None, int, Array | None]:
    face_count = next((element.count for element in elements if element.name == "face"), 0)
    corners = next((rows.lists[name] for name in _CORNERS if name in rows.lists), None) if rows else None
    if rows is None or corners is None:
        if face_count:
            source.notes.append("The faces name no vertices, so only the vertices are shown.")
        return None, 0, None
    colours = stack(rows.columns, "colours")
    triangles, owners = polygons_to_triangles(*corners)
    return triangles, len(corners[0]), None if colours is None else colours[owners]


def polygons_to_triangles(lengths: Array, corners: Array) -> tuple[Array, Array]:
    """Splits polygons given by their lengths (m,) and all corners in a row into triangles.

    Returns:
        Triangles (t, 3) int64, and for each the index of the polygon it came from (t,). Polygons of fewer than 3 corners give none.
    """
    starts = np.cumsum(lengths) - lengths
    triangles: list[Array] = [np.empty((0, 3), np.int64)]
    owners: list[Array] = [np.empty(0, np.int64)]
    for length in np.unique(lengths):
        if length < 3:
            continue
        mine = np.flatnonzero(lengths == length)
        polygons = corners[starts[mine][:, None] + np.arange(length)]
        triangles.append(fan(polygons))
        owners.append(np.repeat(mine, length - 2))
    return np.concatenate(triangles), np.concatenate(owners)
