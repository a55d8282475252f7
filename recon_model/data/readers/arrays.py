"""NPY and NPZ: numpy arrays, read without ever unpickling anything.

Source: numpy.lib.format, versions 1.0 to 3.0.
"""

import io
import zipfile
from dataclasses import dataclass, replace
from tokenize import TokenError

import numpy as np

from recon_model.counts import grouped, in_bytes
from recon_model.data.readers import columns
from recon_model.data.readers.found import Array, Found, Source, has_names, part_column, stack

KEYS = (
    "points",
    "xyz",
    "pos",
    "positions",
    "coords",
    "coordinates",
    "vertices",
    "point_cloud",
    "pointcloud",
    "pc",
    "cloud",
    "data",
    "arr_0",
)
"""Names under which data sets keep their coordinates, most telling first."""
_LARGEST = 1 << 29
_KEPT = 1 << 28  # bytes of the stack unpacked last, of which one cloud after another is asked for
_last: dict[tuple[str, str, int, int], Array] = {}  # that one, by path, name, size and checksum
_WIDTHS = (3, 4, 6, 7, 9)


def read(source: Source) -> Found:
    """Reads an NPY file, or the coordinates among the arrays of an NPZ; see ``clouds.read``.

    Raises:
        InputError: damaged, pickled, too large, or no array has the shape of a cloud.
    """
    if bytes(source.data[:2]) == b"PK":
        return _read_zip(source)
    header = _header(source, bytes(source.data[:12_000]), "the array")
    source.require_bytes(header.start + header.bytes, len(source.data), f"an array of shape {header.shape}")
    count = int(np.prod(header.shape, dtype=object))
    flat = np.frombuffer(source.data, header.dtype, count, header.start) if header.bytes else np.empty(0, header.dtype)
    return as_cloud(source, flat.reshape(header.shape, order="F" if header.fortran else "C"), "npy", named=False)


@dataclass(frozen=True)
class _Header:
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    fortran: bool
    start: int

    @property
    def bytes(self) -> int:
        return int(np.prod(self.shape, dtype=object)) * self.dtype.itemsize


def _header(source: Source, head: bytes, what: str) -> _Header:
    stream = io.BytesIO(head)
    try:
        version = np.lib.format.read_magic(stream)
        parse = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = parse(stream)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError, EOFError, TokenError):
        raise source.refuse(f"the header of {what} cannot be read; it is damaged or cut short.") from None
    if dtype.hasobject:
        raise source.refuse(
            f"{what} holds pickled Python objects, which could run a program and are never loaded; save plain numbers instead."
        )
    if any(side < 0 for side in shape):
        raise source.refuse(f"{what} claims the impossible shape {shape}; it is damaged.")
    return _Header(dtype, shape, fortran, stream.tell())


def _read_zip(source: Source) -> Found:
    try:
        archive = zipfile.ZipFile(io.BytesIO(source.data))
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist() if info.filename.endswith(".npy")}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise source.refuse("it begins like an NPZ archive, but the archive is damaged or cut short.") from None
    if not members:
        raise source.refuse("it is a zip archive without numpy arrays; unpack it and open what is inside.")
    shapes: list[str] = []
    for key in sorted(members, key=_preference):
        info = members[key]
        header = _member_header(source, archive, info)
        shapes.append(f"{_short(key)} {header.shape}")
        if not fits(header.dtype, header.shape, named=_bare(key) in KEYS):
            continue
        if len(members) > 1:
            source.notes.append(f"The coordinates are those of the array '{_short(key)}', one of {len(members)} in the file.")
        unpack = _kept_member if len(header.shape) == 3 and header.bytes <= _KEPT else _member
        found = as_cloud(source, unpack(source, archive, info, header), "npz", named=_bare(key) in KEYS)
        return _labelled(source, archive, members, found) if found.clouds > 1 else found
    listed = ", ".join(shapes[:6]) + (", …" if len(shapes) > 6 else "")
    raise source.refuse(f"none of its arrays has the shape of a cloud, (points, 3): it holds {listed}.")


def _labelled(source: Source, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], found: Found) -> Found:
    """Adds what each cloud of a labelled set is called, where arrays ``labels`` and ``names`` say so and agree with the clouds."""
    if not {"labels", "names"} <= members.keys():
        return found
    headers = {key: _member_header(source, archive, members[key]) for key in ("labels", "names")}
    shapes, kinds = ({key: getattr(header, part) for key, header in headers.items()} for part in ("shape", "dtype"))
    if (
        shapes["labels"] != (found.clouds,)
        or len(shapes["names"]) != 1
        or kinds["labels"].kind not in "iu"
        or kinds["names"].kind not in "US"
    ):
        return found
    labels, names = (_member(source, archive, members[key], headers[key]) for key in ("labels", "names"))
    if not len(names) or labels.min() < 0 or labels.max() >= len(names):
        return found
    words = np.char.decode(names, "utf-8", "replace") if names.dtype.kind == "S" else names
    return replace(found, labels=labels.astype(np.int64), names=tuple(_short(str(name)) for name in words))


def _bare(key: str) -> str:
    return key.rsplit("/", 1)[-1].lower()


def _preference(key: str) -> int:
    return KEYS.index(_bare(key)) if _bare(key) in KEYS else len(KEYS)


def _short(text: str) -> str:
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean if len(clean) <= 40 else clean[:39] + "…"


def _member_header(source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Header:
    what = f"the array '{_short(info.filename)}'"
    try:
        with archive.open(info) as stream:
            header = _header(source, stream.read(12_000), what)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zipfile.zlib.error):  # type: ignore[attr-defined]
        raise source.refuse(f"{what} cannot be unpacked; the archive is damaged, encrypted, or packed in an unusual way.") from None
    if header.start + header.bytes > info.file_size:
        raise source.refuse(f"{what} claims the shape {header.shape}, but only {in_bytes(info.file_size)} are packed; it is damaged.")
    return header


def _member(source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo, header: _Header) -> Array:
    if header.bytes > _LARGEST:
        raise source.refuse(
            f"the array '{_short(info.filename)}' unpacks to {in_bytes(header.bytes)}; at most {in_bytes(_LARGEST)} are opened."
        )
    try:
        with archive.open(info) as stream:
            stream.read(header.start)
            data = stream.read(header.bytes)
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, zipfile.zlib.error):  # type: ignore[attr-defined]
        raise source.refuse(f"the array '{_short(info.filename)}' cannot be unpacked; the archive is damaged.") from None
    if len(data) < header.bytes:
        raise source.refuse(f"the array '{_short(info.filename)}' ends early; the archive is damaged or cut short.")
    return np.frombuffer(data, header.dtype).reshape(header.shape, order="F" if header.fortran else "C")


def _kept_member(source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo, header: _Header) -> Array:
    key = (str(source.path), info.filename, info.file_size, info.CRC)
    if key not in _last:
        _last.clear()  # before there is another
        _last[key] = _member(source, archive, info, header)
    return _last[key]


def fits(dtype: np.dtype[np.generic], shape: tuple[int, ...], *, named: bool) -> bool:
    """Says whether an array can be one cloud, or several stacked.

    Args:
        dtype: plain numbers, or records with x, y and z.
        shape: (n, 3), (3, n), (n, w) or (clouds, n, w); records (n,).
        named: the array is called "points" or the like, so that any number of further columns is plausible.
    """
    if dtype.names:
        return has_names(dtype.names, "positions") and len(shape) == 1 and shape[0] > 0
    if dtype.kind not in "fiu" or 0 in shape:
        return False
    if len(shape) == 2 and shape[0] == 3 and shape[1] > 9:
        return True
    wide = 3 <= shape[-1] <= 16 if named else bool(shape) and shape[-1] in _WIDTHS
    return len(shape) in (2, 3) and wide


def as_cloud(source: Source, array: Array, format_name: str, *, named: bool) -> Found:
    """Takes an array for one cloud: the first of a stack, the columns of records, or the transpose of (3, n).

    Raises:
        InputError: the array cannot be a cloud; the sentence names its shape.
    """
    if not fits(array.dtype, array.shape, named=named):
        inside = f"records of {', '.join(_short(name) for name in array.dtype.names[:8])}" if array.dtype.names else str(array.dtype)
        raise source.refuse(f"its array of shape {array.shape} ({inside}) is no cloud; (points, 3) is needed, or records with x, y and z.")
    if array.dtype.names:
        return _records(source, array, format_name)
    clouds = 1
    if array.ndim == 3:
        clouds = len(array)
        array = array[source.choose_member(clouds)]
    if array.shape[0] == 3 and array.shape[1] > 9:
        source.notes.append(f"The array of shape (3, {grouped(array.shape[1])}) was turned around.")
        array = array.T
    count = len(array)
    found = columns.assign(array[source.rows(count)])
    return Found(
        format=format_name,
        positions=found.positions,
        vertex_count=count,
        colours=found.colours,
        normals=found.normals,
        parts=found.parts,
        notes=found.notes,
        clouds=clouds,
    )


def _records(source: Source, array: Array, format_name: str) -> Found:
    count = len(array)
    chosen = array[source.rows(count)]
    parts = {name: chosen[name] for name in array.dtype.names or () if chosen[name].ndim == 1 and chosen[name].dtype.kind in "fiu"}
    positions = stack(parts, "positions")
    if positions is None:
        raise source.refuse("its x, y and z are not plain numbers.")
    if positions.dtype.kind in "iu":
        source.notes.append("The coordinates are whole numbers, perhaps scaled; they were taken as they are.")
    return Found(
        format=format_name,
        positions=positions,
        vertex_count=count,
        colours=stack(parts, "colours"),
        normals=stack(parts, "normals"),
        parts=part_column(parts),
    )
