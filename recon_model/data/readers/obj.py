"""OBJ (Wavefront): vertices, their colours, and faces; materials, curves and surfaces are passed over.

Source: Wavefront, "Object Files (.obj)", appendix B1; colours behind coordinates are a common extension.
"""

import re

import numpy as np

from recon_model.counts import counted, grouped, were
from recon_model.data.readers import numbers
from recon_model.data.readers.found import Array, Found, Source, fan
from recon_model.data.readers.text import text_lines

_SLASHES = re.compile(rb"/\S*")


def looks_like_obj(head: bytes) -> bool:
    """Says whether the first kilobytes of a text hold OBJ vertex lines."""
    return re.search(rb"(^|[\r\n])[ \t]*v[ \t]+[-+.\d]", head) is not None


def read(source: Source) -> Found:
    """Reads an OBJ file; see ``clouds.read``.

    Raises:
        InputError: it holds no vertices, or vertex lines that are no coordinates.
    """
    lines = _joined(text_lines(source))
    first = [line.split(None, 1) for line in lines]
    vertices = [parts[1] for parts in first if parts[0] == b"v" and len(parts) == 2]
    normals = [parts[1] for parts in first if parts[0] == b"vn" and len(parts) == 2]
    if not vertices:
        raise source.refuse("it holds no vertices (no line that begins with 'v'), so there is nothing to show.")
    table, skipped = numbers.table(vertices, width=3)
    if skipped:
        raise source.refuse(f"{grouped(skipped)} of its {counted(len(vertices), 'vertex line')} are not 3 numbers; it is damaged.")
    triangles, faces = _faces(source, first)
    return Found(
        format="obj",
        positions=table[:, :3],
        vertex_count=len(vertices),
        face_count=faces,
        triangles=triangles,
        colours=table[:, 3:6] if table.shape[1] in (6, 7) else None,
        normals=_normals(normals, len(vertices)) if triangles is None else None,
    )


def _joined(lines: list[bytes]) -> list[bytes]:
    """Undoes the line continuations some exporters write."""
    if not any(line.endswith(b"\\") for line in lines):
        return lines
    return [line for line in b"\n".join(lines).replace(b"\\\n", b" ").split(b"\n") if line and not line.isspace()]


def _normals(lines: list[bytes], vertices: int) -> Array | None:
    """Normals belong to face corners in OBJ; in a cloud without faces, one a vertex in the same order is what is meant."""
    if len(lines) != vertices:
        return None
    table, skipped = numbers.table(lines, width=3)
    return None if skipped else table[:, :3]


def _faces(source: Source, lines: list[list[bytes]]) -> tuple[Array | None, int]:
    """Returns triangles (m, 3) counted from 0, and the number of faces. Negative corners count back from the latest vertex."""
    texts: dict[int, list[bytes]] = {}
    latest: dict[int, list[int]] = {}
    so_far = short = 0
    for parts in lines:
        if parts[0] == b"v":
            so_far += len(parts) == 2
        elif parts[0] == b"f":
            text = b"".join(parts[1:]).partition(b"#")[0]
            text = _SLASHES.sub(b"", text) if b"/" in text else text
            corners = len(text.split())
            if corners < 3:
                short += 1
                continue
            texts.setdefault(corners, []).append(text)
            latest.setdefault(corners, []).append(so_far)
    if short:
        source.notes.append(f"{counted(short, 'face')} with fewer than 3 corners {were(short)} left out.")
    triangles = [fan(polygons) for corners in texts if (polygons := _corners(source, texts[corners], latest[corners], corners)).size]
    return (np.concatenate(triangles) if triangles else None), sum(len(group) for group in texts.values())


def _corners(source: Source, texts: list[bytes], latest: list[int], corners: int) -> Array:
    values = numbers.flat(b" ".join(texts))
    if values is None or values.size != len(texts) * corners:
        rows = [(row, so_far) for text, so_far in zip(texts, latest, strict=True) if len(row := numbers.numbers(text)) == corners]
        source.notes.append(f"{counted(len(texts) - len(rows), 'face')} could not be read and had to be left out.")
        values, latest = np.array([row for row, _ in rows], dtype=np.float64), [so_far for _, so_far in rows]
    indices = values.reshape(-1, corners).astype(np.int64)
    return np.where(indices < 0, indices + np.array(latest, dtype=np.int64)[:, None], indices - 1)
