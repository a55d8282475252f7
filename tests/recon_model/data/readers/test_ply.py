import struct
from pathlib import Path

import numpy as np
import pytest

from recon_model.data.clouds import read
from recon_model.data.readers.ply import polygons_to_triangles
from recon_model.errors import InputError

CORNERS = [(0.0, 0.0, 0.0), (2.0, 0.0, 0.0), (2.0, 2.0, 0.0), (0.0, 2.0, 0.0), (1.0, 1.0, 3.0)]


def header(order: str, *lines: str) -> bytes:
    return "\n".join(["ply", f"format {order} 1.0", "comment made by a test", *lines, "end_header", ""]).encode()


POINTS = ("element vertex 5", "property float x", "property double y", "property float z", "property uchar red", "property uchar green")


@pytest.mark.parametrize(("order", "mark"), [("binary_little_endian", "<"), ("binary_big_endian", ">")])
def test_binary_points_with_colours_and_normals(tmp_path: Path, order: str, mark: str) -> None:
    file = tmp_path / "a.ply"
    names = (*POINTS, "property uchar blue", "property short ring", "property float nx", "property float ny", "property float nz")
    rows = [struct.pack(f"{mark}fdf3Bh3f", x, y, z, i, 2 * i, 250, -7, 0, 0, 5) for i, (x, y, z) in enumerate(CORNERS)]
    file.write_bytes(header(order, *names) + b"".join(rows))
    cloud = read(file)
    assert (cloud.format, cloud.kind, cloud.vertex_count) == ("ply", "points", 5)
    np.testing.assert_allclose(cloud.points + cloud.origin, CORNERS)
    assert cloud.origin == (1.0, 1.0, 1.5)
    assert cloud.colours is not None
    assert cloud.colours[:, 2].tolist() == [250] * 5
    assert cloud.colours[:, 1].tolist() == [0, 2, 4, 6, 8]
    np.testing.assert_array_equal(cloud.normals, [[0, 0, 1]] * 5)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_ascii_points_with_any_line_ends(tmp_path: Path, ends: str) -> None:
    file = tmp_path / "a.ply"
    body = "".join(f"{x} {y} {z}\n" for x, y, z in CORNERS)
    text = header("ascii", "element vertex 5", "property float x", "property float y", "property float z").decode() + body
    file.write_bytes(text.replace("\n", ends).encode())
    np.testing.assert_allclose(read(file).points + read(file).origin, CORNERS)


FACES = ("element face 3", "property uchar kind", "property list uchar int vertex_indices", "property list uchar float texcoord")
POLYGONS = [(0, 1, 2, 3), (0, 1, 4), (1, 2, 4)]  # a square of area 4 and two triangles: the lists differ in length


@pytest.mark.parametrize("order", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_faces_of_mixed_length_before_the_vertices(tmp_path: Path, order: str) -> None:
    file = tmp_path / "a.ply"
    names = (*FACES, "element vertex 5", "property float x", "property float y", "property float z")
    mark = ">" if "big" in order else "<"
    if order == "ascii":
        faces = "".join(f"9 {len(p)} {' '.join(map(str, p))} 2 0.5 0.5\n" for p in POLYGONS).encode()
        vertices = "".join(f"{x} {y} {z}\n" for x, y, z in CORNERS).encode()
    else:
        faces = b"".join(struct.pack(f"{mark}BB{len(p)}iB2f", 9, len(p), *p, 2, 0.5, 0.5) for p in POLYGONS)
        vertices = b"".join(struct.pack(f"{mark}3f", *corner) for corner in CORNERS)
    file.write_bytes(header(order, *names) + faces + vertices)
    cloud = read(file)
    assert (cloud.kind, cloud.vertex_count, cloud.face_count) == ("mesh", 5, 3)
    on_square = np.isclose(cloud.points[:, 2] + cloud.origin[2], 0)
    side = np.sqrt(10)  # height of the two triangles over their bases of length 2
    assert on_square.mean() == pytest.approx(4 / (4 + 2 * side), abs=0.01)


def test_colours_of_faces_reach_the_samples(tmp_path: Path) -> None:
    file = tmp_path / "a.ply"
    names = ("element vertex 4", "property float x", "property float y", "property float z")
    face = ("element face 2", "property list uchar int vertex_index", "property uchar red", "property uchar green", "property uchar blue")
    vertices = b"".join(struct.pack("<3f", *corner) for corner in CORNERS[:4])
    faces = struct.pack("<B3i3B", 3, 0, 1, 2, 255, 0, 0) + struct.pack("<B3i3B", 3, 0, 2, 3, 0, 0, 255)
    file.write_bytes(header("binary_little_endian", *names, *face) + vertices + faces)
    cloud = read(file)
    below = cloud.points[:, 1] < cloud.points[:, 0]
    assert cloud.colours is not None
    assert (cloud.colours[below] == [255, 0, 0]).all()
    assert (cloud.colours[~below] == [0, 0, 255]).all()


def test_polygons_match_a_slow_twin() -> None:
    generator = np.random.default_rng(3)
    lengths = generator.integers(0, 7, 200)
    corners = generator.integers(0, 50, lengths.sum())
    expected, at = [], 0
    for owner, length in enumerate(lengths):
        polygon = corners[at : at + length]
        expected += [(owner, polygon[0], polygon[i], polygon[i + 1]) for i in range(1, length - 1)]
        at += length
    triangles, owners = polygons_to_triangles(lengths, corners)
    assert sorted(zip(owners, *triangles.T, strict=True)) == sorted(expected)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            header("binary_little_endian", "element vertex 353000000000", "property float x", "property float y", "property float z"),
            "353,000,000,000",
        ),
        (
            header("ascii", "element vertex 3", "property float x", "property float y", "property float z") + b"1 2 3\n4 5 6",
            "ends after 2|holds",
        ),
        (header("ascii", "element vertex 1", "property float x", "property float y", "property float z") + b"1 2 three\n", "not 3 numbers"),
        (header("ascii", "element vertex 0", "property float x", "property float y", "property float z"), "promises 0 vertices"),
        (header("ascii", "element vertex 2", "property float x", "property float y") + b"1 2\n3 4\n", "no vertices with x, y and z"),
        (header("ascii", "element vertex -2", "property float x"), "makes no sense"),
        (header("morse", "element vertex 2", "property float x"), "makes no sense"),
        (b"ply\nformat ascii 1.0\nelement vertex 2\n", "no end"),
    ],
)
def test_broken_files_say_what_is_wrong(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "broken.ply"
    file.write_bytes(content)
    with pytest.raises(InputError, match=rf"^broken\.ply: .*({says})"):
        read(file)


def test_faces_cut_short_leave_a_note(tmp_path: Path) -> None:
    file = tmp_path / "a.ply"
    names = ("element vertex 5", "property float x", "property float y", "property float z", "element face 1000000", FACES[2])
    vertices = b"".join(struct.pack("<3f", *corner) for corner in CORNERS)
    file.write_bytes(header("binary_little_endian", *names) + vertices + struct.pack("<B3i", 3, 0, 1, 4) + b"\x03\x00")
    cloud = read(file)
    assert (cloud.kind, cloud.face_count) == ("mesh", 1)
    assert any("ends after 1 of 1,000,000 faces" in note for note in cloud.notes)
