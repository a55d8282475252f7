"""glTF 2.0, as GLB or as JSON with its buffers beside it: the triangles and points of its scene, where the scene puts them.

Source: Khronos, "glTF 2.0 Specification". Materials, textures, skins and animations are passed over.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from recon_model.counts import counted, grouped, in_bytes
from recon_model.data.readers.found import Array, Found, Source
from recon_model.errors import InputError

_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_POINTS, _TRIANGLES, _STRIP, _FAN = 0, 4, 5, 6
_JSON_CHUNK, _BINARY_CHUNK = 0x4E4F534A, 0x004E4942
_MOST_VERTICES = 20_000_000
_LARGEST_BUFFER = 1 << 29
_COMPRESSED = ("KHR_draco_mesh_compression", "EXT_meshopt_compression")

Matrix = npt.NDArray[np.float64]


@dataclass
class _Asset:
    """One parsed file: its JSON, and its buffers once they are needed."""

    source: Source
    tree: dict[str, Any]
    binary: memoryview | None
    buffers: dict[int, memoryview] = field(default_factory=dict)

    def item(self, kind: str, place: object) -> dict[str, Any]:
        """Returns one object of the file's lists."""
        items = self.tree.get(kind, [])
        if not isinstance(items, list) or not isinstance(place, int) or not 0 <= place < len(items) or not isinstance(items[place], dict):
            raise self.source.refuse(f"it refers to {kind}[{place}], which is not there; the file is damaged.")
        chosen: dict[str, Any] = items[place]
        return chosen


@dataclass
class _Scene:
    """What the walk through the scene has gathered so far."""

    positions: list[Array] = field(default_factory=list)
    triangles: list[Array] = field(default_factory=list)
    colours: list[Array | None] = field(default_factory=list)
    normals: list[Array | None] = field(default_factory=list)
    vertices: int = 0
    stored: dict[int, int] = field(default_factory=dict)  # vertices by accessor: parts shown several times are stored once
    loose: int = 0
    lines: int = 0


def read(source: Source) -> Found:
    """Reads a GLB or glTF file; see ``clouds.read``.

    Raises:
        InputError: damaged, compressed in a way not read here, or without vertices.
    """
    asset = _asset(source)
    scene = _Scene()
    for mesh, placing in _placed_meshes(asset):
        for primitive in mesh.get("primitives", []):
            _add(asset, scene, primitive, placing)
    if not scene.vertices:
        why = "only lines" if scene.lines else "no triangles and no points"
        raise source.refuse(f"its scene holds {why}, so there is nothing to show.")
    if scene.triangles and scene.loose:
        source.notes.append(f"{counted(scene.loose, 'loose point')} beside the triangles were left out.")
    if scene.vertices > sum(scene.stored.values()):
        source.notes.append(f"The scene shows some of its parts more than once: {grouped(scene.vertices)} vertices in all.")
    triangles = np.concatenate(scene.triangles) if scene.triangles else None
    return Found(
        format="glb" if bytes(source.data[:4]) == b"glTF" else "gltf",
        positions=np.concatenate(scene.positions),
        vertex_count=sum(scene.stored.values()),
        face_count=0 if triangles is None else len(triangles),
        triangles=triangles,
        colours=_all(scene.colours),
        normals=_all(scene.normals) if triangles is None else None,
    )


def _all(parts: list[Array | None]) -> Array | None:
    present = [part for part in parts if part is not None]
    return np.concatenate(present) if len(present) == len(parts) else None


# ---------------------------------------------------------------- the file


def _asset(source: Source) -> _Asset:
    text, binary = source.data, None
    if bytes(source.data[:4]) == b"glTF":
        text, binary = _chunks(source)
    try:
        tree = json.loads(bytes(text).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise source.refuse("its JSON part cannot be read; the file is damaged or cut short.") from None
    version = str(tree.get("asset", {}).get("version", "")) if isinstance(tree, dict) and isinstance(tree.get("asset"), dict) else ""
    if not version.startswith("2"):
        raise source.refuse(f"its glTF version '{version[:10]}' is not 2.0; export it again with a current program.")
    return _Asset(source, tree, binary)


def _chunks(source: Source) -> tuple[memoryview, memoryview | None]:
    data = source.data
    if len(data) < 20:
        raise source.refuse(f"a GLB file has at least 20 bytes, but this one holds {grouped(len(data))}; it is cut short.")
    _, version, length = (int(word) for word in np.frombuffer(data, "<u4", 3))
    if version != 2:
        raise source.refuse(f"its GLB version {version} is not 2; export it again with a current program.")
    source.require_bytes(length, len(data), in_bytes(length))
    text: memoryview | None = None
    binary: memoryview | None = None
    at = 12
    while at + 8 <= length:
        size, kind = (int(word) for word in np.frombuffer(data, "<u4", 2, at))
        source.require_bytes(at + 8 + size, len(data), f"a part of {in_bytes(size)}")
        if kind == _JSON_CHUNK and text is None:
            text = data[at + 8 : at + 8 + size]
        elif kind == _BINARY_CHUNK and binary is None:
            binary = data[at + 8 : at + 8 + size]
        at += 8 + size
    if text is None:
        raise source.refuse("it has no JSON part; the file is damaged.")
    return text, binary


def _buffer(asset: _Asset, place: int) -> memoryview:
    if place not in asset.buffers:
        uri = asset.item("buffers", place).get("uri")
        if uri is None:
            if asset.binary is None or place != 0:
                raise asset.source.refuse(f"its buffer {place} has no content; the file is damaged.")
            asset.buffers[place] = asset.binary
        else:
            asset.buffers[place] = memoryview(_fetched(asset.source, str(uri)))
    return asset.buffers[place]


def _fetched(source: Source, uri: str) -> bytes:
    """Decodes a data URI, or reads a file that lies beside or below this one; nothing else is ever opened."""
    if uri.startswith("data:"):
        try:
            return base64.b64decode(uri.partition(",")[2], validate=True)
        except (binascii.Error, ValueError):
            raise source.refuse("a buffer written into it cannot be decoded; the file is damaged.") from None
    relative = PurePosixPath(unquote(uri))
    shown = relative.name[:60] if relative.name.isprintable() else "?"
    folder = source.path.parent.resolve()
    try:
        where = (folder / Path(*relative.parts)).resolve()
        if "://" in uri or not where.is_relative_to(folder):
            raise source.refuse(f"its data lie outside its own folder ('{shown}'), which are not followed; export it as GLB.")
        if not where.is_file():
            raise source.refuse(f"the file '{shown}' that holds its data is missing; put it beside this one, or export it as GLB.")
        if where.stat().st_size > _LARGEST_BUFFER:
            raise source.refuse(f"the file '{shown}' that holds its data is larger than {in_bytes(_LARGEST_BUFFER)}.")
        return where.read_bytes()
    except (OSError, ValueError) as error:
        raise source.refuse(f"the file '{shown}' that holds its data cannot be read ({type(error).__name__}).") from None


# ---------------------------------------------------------------- accessors


def _accessor(asset: _Asset, place: object) -> Array:
    """Returns the values of an accessor, (count, width), as they are stored; normalised whole numbers become fractions."""
    accessor = asset.item("accessors", place)
    count, kind, width = accessor.get("count"), _COMPONENTS.get(accessor.get("componentType", 0)), _WIDTHS.get(str(accessor.get("type")))
    if not isinstance(count, int) or not 0 <= count <= _MOST_VERTICES or kind is None or width is None:
        raise asset.source.refuse(
            f"accessors[{place}] makes no sense or promises more than {grouped(_MOST_VERTICES)} values; the file is damaged."
        )
    dtype = np.dtype(kind)
    if "bufferView" in accessor:
        values = _view(asset, accessor["bufferView"], accessor.get("byteOffset", 0), dtype, width, count)
    else:
        values = np.zeros((count, width), dtype)
    if isinstance(accessor.get("sparse"), dict):
        values = _overwritten(asset, accessor["sparse"], values)
    if accessor.get("normalized") and dtype.kind != "f":
        return np.maximum(values / np.float64(np.iinfo(dtype).max), -1.0)
    return values


def _overwritten(asset: _Asset, sparse: dict[str, Any], values: Array) -> Array:
    count = int(sparse["count"])
    at, new = sparse["indices"], sparse["values"]
    indices = _view(asset, at["bufferView"], at.get("byteOffset", 0), np.dtype(_COMPONENTS[at["componentType"]]), 1, count)[:, 0]
    changed = values.copy()
    changed[indices] = _view(asset, new["bufferView"], new.get("byteOffset", 0), values.dtype, values.shape[1], count)
    return changed


def _view(asset: _Asset, place: object, offset: object, dtype: np.dtype[Any], width: int, count: int) -> Array:
    view = asset.item("bufferViews", place)
    if any(name in _COMPRESSED for name in view.get("extensions", {})):
        raise asset.source.refuse("its geometry is compressed (meshopt), which is not read here; export it without compression.")
    start, length, row = view.get("byteOffset", 0), view.get("byteLength", 0), dtype.itemsize * width
    stride = view.get("byteStride") or row
    if not all(isinstance(number, int) and number >= 0 for number in (offset, start, length, stride)) or stride < row:
        raise asset.source.refuse(f"bufferViews[{place}] makes no sense; the file is damaged.")
    assert isinstance(offset, int)
    data = _buffer(asset, view.get("buffer", 0))
    needed = offset + (stride * (count - 1) + row if count else 0)
    if needed > length or start + needed > len(data):
        raise asset.source.refuse(
            f"bufferViews[{place}] promises {in_bytes(needed)}, but holds {in_bytes(max(0, min(length, len(data) - start)))}."
        )
    grid = np.ndarray((count, width), dtype, data, start + offset, (stride, dtype.itemsize))
    return np.ascontiguousarray(grid)


# ---------------------------------------------------------------- the scene


def _placed_meshes(asset: _Asset) -> list[tuple[dict[str, Any], Matrix]]:
    """Walks the scene and returns every mesh with the matrix (4, 4) that places it. A node met twice is damage, and passed over."""
    scenes, nodes = asset.tree.get("scenes") or [], asset.tree.get("nodes") or []
    if scenes:
        roots = asset.item("scenes", asset.tree.get("scene", 0)).get("nodes", [])
    else:
        children = {child for node in nodes if isinstance(node, dict) for child in node.get("children", [])}
        roots = [place for place in range(len(nodes)) if place not in children]
    if not nodes:
        return [(asset.item("meshes", place), np.eye(4)) for place in range(len(asset.tree.get("meshes") or []))]
    placed: list[tuple[dict[str, Any], Matrix]] = []
    seen: set[int] = set()
    waiting = [(place, np.eye(4)) for place in reversed(roots)]
    while waiting:
        place, above = waiting.pop()
        node = asset.item("nodes", place)
        if place in seen:
            continue
        seen.add(place)
        placing = above @ _local(node)
        if "mesh" in node:
            placed.append((asset.item("meshes", node["mesh"]), placing))
        waiting += [(child, placing) for child in reversed(node.get("children", []))]
    return placed


def _local(node: dict[str, Any]) -> Matrix:
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T  # written column by column
    placing = np.eye(4)
    x, y, z, w = (float(part) for part in node.get("rotation", (0, 0, 0, 1)))
    placing[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    placing[:3, :3] *= np.array(node.get("scale", (1, 1, 1)), dtype=np.float64)
    placing[:3, 3] = node.get("translation", (0, 0, 0))
    return placing


def _add(asset: _Asset, scene: _Scene, primitive: dict[str, Any], placing: Matrix) -> None:
    if any(name in _COMPRESSED for name in primitive.get("extensions", {})):
        raise asset.source.refuse("its geometry is compressed (Draco), which is not read here; export it without compression.")
    mode = primitive.get("mode", _TRIANGLES)
    attributes = primitive.get("attributes", {})
    if mode not in (_POINTS, _TRIANGLES, _STRIP, _FAN) or "POSITION" not in attributes:
        scene.lines += 1
        return
    positions = _accessor(asset, attributes["POSITION"])
    if positions.shape[1] != 3:
        raise asset.source.refuse("its positions do not have 3 coordinates each; the file is damaged.")
    if mode == _POINTS:
        scene.loose += len(positions)
    else:
        indices = _accessor(asset, primitive["indices"])[:, 0].astype(np.int64) if "indices" in primitive else np.arange(len(positions))
        corners = _corners(indices, mode)
        inside = ((corners >= 0) & (corners < len(positions))).all(axis=1)
        if not inside.all():
            asset.source.notes.append(
                f"{counted(int((~inside).sum()), 'triangle')} named vertices that are not there, and had to be left out."
            )
        scene.triangles.append(corners[inside] + scene.vertices)
    scene.stored[attributes["POSITION"]] = len(positions)
    scene.vertices += len(positions)
    if scene.vertices > _MOST_VERTICES:
        raise InputError(
            f"{asset.source.name}: its scene repeats its parts to more than {grouped(_MOST_VERTICES)} vertices; export less of it."
        )
    scene.positions.append(positions.astype(np.float64) @ placing[:3, :3].T + placing[:3, 3])
    scene.colours.append(_colours(asset, attributes, len(positions)))
    normals = _accessor(asset, attributes["NORMAL"]) if mode == _POINTS and "NORMAL" in attributes else None
    scene.normals.append(None if normals is None or normals.shape != positions.shape else normals @ placing[:3, :3].T)


def _corners(indices: Array, mode: int) -> Array:
    """Returns triangles (m, 3) from a list, a strip or a fan of corners."""
    if mode == _TRIANGLES:
        return indices[: len(indices) // 3 * 3].reshape(-1, 3)
    if len(indices) < 3:
        return np.empty((0, 3), np.int64)
    if mode == _FAN:
        return np.stack([np.broadcast_to(indices[0], len(indices) - 2), indices[1:-1], indices[2:]], axis=1)
    strip = np.stack([indices[:-2], indices[1:-1], indices[2:]], axis=1)
    strip[1::2] = strip[1::2, ::-1]  # every other triangle of a strip runs the other way round
    return strip


def _colours(asset: _Asset, attributes: dict[str, Any], count: int) -> Array | None:
    if "COLOR_0" not in attributes:
        return None
    colours = _accessor(asset, attributes["COLOR_0"])[:, :3]
    if len(colours) != count or colours.shape[1] != 3:
        return None
    if colours.dtype.kind == "f":
        return np.asarray(np.rint(np.clip(np.nan_to_num(colours), 0, 1) * 255), dtype=np.uint8)
    return np.asarray(colours if colours.dtype == np.uint8 else colours >> 8, dtype=np.uint8)
