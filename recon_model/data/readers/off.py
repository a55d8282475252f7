"""OFF (Geomview object file): any of its variants with colours, normals or texture coordinates, with counts on the first line too.

Source: Geomview manual, "OFF Files". ModelNet writes ``OFF8 6 0`` without a blank, which is read as well.
"""

import re

import numpy as np

from recon_model.counts import counted, grouped, were
from recon_model.data.readers import numbers
from recon_model.data.readers.found import Array, Found, Source, fan
from recon_model.data.readers.text import text_lines

_KEYWORD = re.compile(rb"\s*(ST)?(C)?(N)?(4)?(n)?OFF(?P<rest>[^\r\n]*)")


def looks_like_off(head: bytes) -> bool:
    """Says whether a text begins with one of the OFF keywords."""
    match = _KEYWORD.match(head.removeprefix(b"\xef\xbb\xbf"))
    return match is not None and not match["rest"].strip()[:1].isalpha()


def read(source: Source) -> Found:
    """Reads an OFF file; see ``clouds.read``.

    Raises:
        InputError: no OFF keyword, counts larger than the file, or vertex lines that are no coordinates.
    """
    lines = _content(source)
    match = _KEYWORD.match(lines[0]) if lines else None
    if match is None:
        raise source.refuse("it does not begin with the word OFF, so it is not an OFF file.")
    if match["rest"].strip().upper().startswith(b"BINARY"):
        raise source.refuse("it is a binary OFF file, which few programs write; save it as PLY or as text OFF.")
    if match[4] or match[5]:
        raise source.refuse("it holds vertices of another dimension than 3 (4OFF or nOFF), which cannot be shown.")
    start = 1
    counts = numbers.numbers(match["rest"])
    if not counts and len(lines) > 1:
        counts, start = numbers.numbers(lines[1]), 2
    if len(counts) < 2 or not all(0 <= count < 2**63 and count == int(count) for count in counts[:2]):
        raise source.refuse("the line after OFF should hold the numbers of vertices and faces, but does not.")
    vertices, faces = int(counts[0]), int(counts[1])
    if vertices == 0:
        raise source.refuse("the OFF header promises 0 vertices, so there is nothing to show.")
    source.require_bytes(vertices * 6, len(source.data), counted(vertices, "vertex", "vertices"))
    if len(lines) - start < vertices:
        raise source.refuse(
            f"the header promises {counted(vertices, 'vertex', 'vertices')}, but the file ends after {grouped(len(lines) - start)} lines; "
            "it is damaged or cut short."
        )
    table, skipped = numbers.table(lines[start : start + vertices], width=3)
    if skipped:
        raise source.refuse(f"{grouped(skipped)} of its {counted(vertices, 'vertex line')} are not 3 numbers; it is damaged.")
    triangles, seen = _faces(source, lines[start + vertices :], faces)
    colours, normals = _extras(table[:, 3:], has_colours=bool(match[2]), has_normals=bool(match[3]))
    return Found(
        format="off",
        positions=table[:, :3],
        vertex_count=vertices,
        face_count=seen,
        triangles=triangles,
        colours=colours,
        normals=normals,
    )


def _content(source: Source) -> list[bytes]:
    lines = text_lines(source)
    if any(b"#" in line for line in lines):
        lines = [bare for line in lines if (bare := line.split(b"#", 1)[0]) and not bare.isspace()]
    return lines


def _extras(table: Array, *, has_colours: bool, has_normals: bool) -> tuple[Array | None, Array | None]:
    """Normals come first, then colours; a plain OFF with extra columns is taken for COFF, as MeshLab writes it."""
    normals = table[:, :3] if has_normals and table.shape[1] >= 3 else None
    rest = table[:, 3:] if normals is not None else table
    colours = rest[:, :3] if (has_colours or (not has_normals and rest.shape[1] in (3, 4))) and rest.shape[1] >= 3 else None
    return colours, normals


def _faces(source: Source, lines: list[bytes], promised: int) -> tuple[Array | None, int]:
    """Returns triangles and how many faces were really there; colours behind a face's corners are passed over."""
    if promised == 0:
        return None, 0
    rows, bad = _face_rows(lines[:promised])
    seen = sum(len(polygons) for polygons in rows)
    if bad:
        source.notes.append(f"{counted(bad, 'face line')} could not be read and {were(bad)} left out.")
    if len(lines) < promised:
        source.notes.append(f"The header promises {counted(promised, 'face')}, but the file holds {grouped(len(lines))}.")
    triangles = [fan(polygons) for polygons in rows]
    return (np.concatenate(triangles) if triangles else None), seen


def _face_rows(lines: list[bytes]) -> tuple[list[Array], int]:
    """Groups faces by their number of corners: (m, c) int64 each, and the number of lines that were no face."""
    values = numbers.flat(b" ".join(lines))
    if values is not None and lines and len(values) % len(lines) == 0:
        grid = values.reshape(len(lines), -1)
        corners = int(grid[0, 0]) if grid.shape[1] and 3 <= grid[0, 0] < grid.shape[1] else 0
        if corners and (grid[:, 0] == corners).all():
            return [grid[:, 1 : corners + 1].astype(np.int64)], 0
    groups: dict[int, list[list[float]]] = {}
    bad = 0
    for line in lines:
        row = numbers.numbers(line)
        corners = int(row[0]) if row and 1 <= row[0] < len(row) else 0
        if corners >= 3:
            groups.setdefault(corners, []).append(row[1 : corners + 1])
        elif not corners:
            bad += 1
    return [np.array(group).astype(np.int64) for group in groups.values()], bad
