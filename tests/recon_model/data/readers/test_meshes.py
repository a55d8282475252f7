import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recon_model.data.clouds import Cloud, read
from recon_model.errors import InputError

CORNERS = np.array([(0, 0, 0), (3, 0, 0), (3, 2, 0), (0, 2, 0)], dtype=np.float32)
TRIANGLES = np.array([(0, 1, 2), (0, 2, 3)])


def opened(folder: Path, name: str, content: str | bytes) -> Cloud:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(file)


def is_rectangle(cloud: Cloud) -> None:
    """Every sample lies in the rectangle, the rectangle is covered, and the normals stand on it."""
    points = cloud.points + cloud.origin
    assert cloud.kind == "mesh"
    np.testing.assert_allclose(points.min(axis=0), [0, 0, 0], atol=0.02)
    np.testing.assert_allclose(points.max(axis=0), [3, 2, 0], atol=0.02)
    np.testing.assert_allclose(np.abs(cloud.normals), np.broadcast_to([0, 0, 1], points.shape), atol=1e-6)


VERTICES = "0 0 0\n3 0 0\n3 2 0\n0 2 0\n"


@pytest.mark.parametrize(
    "text",
    [
        f"OFF\n4 2 0\n{VERTICES}3 0 1 2\n3 0 2 3\n",
        f"OFF4 1 0\n{VERTICES}4 0 1 2 3\n",
        f"OFF 4 1 0\n{VERTICES}4 0 1 2 3 255 0 0\n",
        f"# made by hand\nOFF # here\n\n4 2\n{VERTICES}3 0 1 2\n3 0 2 3 1.0 0.5 0.5 # red\n".replace("# made by hand\n", ""),
        f"OFF\r\n4 2 0\r\n{VERTICES}3 0 1 2\r\n3 0 2 3".replace("\n", "\r\n").replace("\r\r", "\r"),
    ],
)
def test_off_dialects(tmp_path: Path, text: str) -> None:
    cloud = opened(tmp_path, "a.off", text)
    is_rectangle(cloud)
    assert (cloud.format, cloud.vertex_count) == ("off", 4)


def test_off_colours_and_normals(tmp_path: Path) -> None:
    both = opened(tmp_path, "a.off", "CNOFF\n2 0 0\n0 0 0 0 0 1 255 0 0 255\n1 0 0 0 1 0 0 0 128 255\n")
    assert both.colours is not None
    assert both.colours.tolist() == [[255, 0, 0], [0, 0, 128]]
    assert both.normals is not None
    assert both.normals.tolist() == [[0, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("OFF\n353535235358 6 0\n0 0 0\n", "promises 353,535,235,358 vertices"),
        ("OFF\n9 0 0\n" + VERTICES + "1 1 1\n# padding that makes the file long enough\n", "ends after 5 lines"),
        ("OFF\nmany few 0\n", "numbers of vertices and faces"),
        ("4OFF\n1 0 0\n0 0 0 0\n", "another dimension"),
        ("OFF BINARY\n\0\0", "binary OFF|neither text"),
        ("OFF\n0 0 0\n", "promises 0 vertices"),
    ],
)
def test_broken_off(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        opened(tmp_path, "a.off", text)


@pytest.mark.parametrize(
    "faces",
    ["f 1 2 3\nf 1 3 4\n", "f 1/1/1 2/2/2 3/3/3\nf 1//1 3//1 4//1\n", "f 1 2 3 4\n", "f -4 -3 -2 \\\n -1\n", "f 1/ 2/ 3/ 4/\n"],
)
def test_obj_dialects(tmp_path: Path, faces: str) -> None:
    text = "# by hand\nmtllib ../../secret.mtl\no thing\n" + "".join(f"  v {line}\n" for line in VERTICES.splitlines()) + "vt 0 0\n" + faces
    cloud = opened(tmp_path, "a.obj", text)
    is_rectangle(cloud)
    assert cloud.vertex_count == 4


@pytest.mark.parametrize("corners", ["1 2 3 4", "1/1 2/2 3/3 4/4"])
def test_obj_remarks_behind_corners_are_no_corners(tmp_path: Path, corners: str) -> None:
    square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0 # a/b\n"
    plain = opened(tmp_path, "a.obj", square + f"f {corners}\n")
    told = opened(tmp_path, "a.obj", square + f"f {corners} # a quad/4 5\nf # none\n")
    assert (told.face_count, plain.face_count) == (1, 1)
    np.testing.assert_array_equal(told.points, plain.points)
    assert not any("could not be read" in note for note in told.notes)


def test_obj_negative_corners_count_from_where_they_stand(tmp_path: Path) -> None:
    triangle = "v {0} 0 0\nv {1} 0 0\nv {1} 1 0\nf -3 -2 -1\n"
    cloud = opened(tmp_path, "a.obj", triangle.format(0, 1) + triangle.format(10, 11))
    x = cloud.points[:, 0] + cloud.origin[0]
    assert cloud.face_count == 2
    assert 0.49 < (x < 5).mean() < 0.51
    assert not ((x > 1.001) & (x < 9.999)).any()


def test_obj_points_with_colours_and_bad_corners(tmp_path: Path) -> None:
    cloud = opened(tmp_path, "a.obj", "v 0 0 0 1 0 0\nv 1 0 0 0 0.5 0\nf 1 2 99999999999999999999\nf 1\n")
    assert cloud.kind == "points"
    assert cloud.colours is not None
    assert cloud.colours.tolist() == [[255, 0, 0], [0, 128, 0]]


def stl(head: bytes) -> bytes:
    records = b"".join(struct.pack("<12fH", 0, 0, 1, *CORNERS[triangle].ravel(), 0) for triangle in TRIANGLES)
    return head.ljust(80, b"\0") + struct.pack("<I", 2) + records


def ascii_stl() -> str:
    loops = ["".join(f"vertex {x:e} {y:e} {z:e}\n" for x, y, z in CORNERS[triangle]) for triangle in TRIANGLES]
    return "solid a b\n" + "".join(f"facet normal 0 0 1\nouter loop\n{loop}endloop\nendfacet\n" for loop in loops) + "endsolid a b\n"


@pytest.mark.parametrize(
    "content", [stl(b"by hand"), stl(b"solid but binary, facet and all"), ascii_stl().encode(), ascii_stl().upper().encode()]
)
def test_stl_both_kinds(tmp_path: Path, content: bytes) -> None:
    cloud = opened(tmp_path, "a.stl", content)
    is_rectangle(cloud)
    assert (cloud.vertex_count, cloud.face_count) == (6, 2)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (stl(b"x")[:-1], "promises 2 triangles, but the file holds 1"),
        (stl(b"x")[:60], "at least 84 bytes"),
        (b"solid\nendsolid\n", "without triangles"),
        (ascii_stl().encode()[:-90], "three readable vertices"),
        (b"\0" * 84, "0 triangles"),
    ],
)
def test_broken_stl(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        opened(tmp_path, "a.stl", content)


def gltf(**changes: Any) -> dict[str, Any]:
    """A rectangle of 2 x 3 in x and y, stretched, turned and moved by its nodes into that of ``is_rectangle``."""
    data = np.array([(0, 0, 0), (0, 3, 0), (2, 3, 0), (2, 0, 0)], "<f4").tobytes() + np.array([0, 1, 2, 0, 2, 3], "<u2").tobytes()
    tree: dict[str, Any] = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        # a quarter turn about z takes (x, y) to (-y, x); the parent then mirrors x back by a matrix written column by column
        "nodes": [
            {"children": [1], "matrix": [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 0, 0, 1]},
            {"mesh": 0, "rotation": [0, 0, np.sqrt(0.5), np.sqrt(0.5)], "scale": [1, 1, 1], "translation": [5, 0, 0]},
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 6, "type": "SCALAR"},
        ],
        "bufferViews": [{"buffer": 0, "byteLength": 48}, {"buffer": 0, "byteOffset": 48, "byteLength": 12}],
        "buffers": [{"byteLength": 60, "uri": "data:application/octet-stream;base64," + base64.b64encode(data).decode()}],
    }
    return tree | changes


def test_gltf_scene_places_its_meshes(tmp_path: Path) -> None:
    cloud = opened(tmp_path, "a.gltf", json.dumps(gltf()))
    is_rectangle(cloud)
    assert (cloud.format, cloud.vertex_count, cloud.face_count) == ("gltf", 4, 2)


def glb(tree: dict[str, Any], binary: bytes) -> bytes:
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(binary), 0x004E4942) + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def test_glb_strips_colours_and_instances(tmp_path: Path) -> None:
    positions = np.array([(0, 0, 0), (3, 0, 0), (0, 2, 0), (3, 2, 0)], "<f4").tobytes()
    colours = np.full((4, 4), 65535, "<u2").tobytes()
    tree = gltf(
        nodes=[{"mesh": 0}, {"mesh": 0, "translation": [0, 0, 0]}],
        scenes=[{"nodes": [0, 1]}],
        meshes=[{"primitives": [{"attributes": {"POSITION": 0, "COLOR_0": 1}, "mode": 5}]}],
        accessors=[
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "normalized": True, "count": 4, "type": "VEC4"},
        ],
        bufferViews=[{"buffer": 0, "byteLength": 48}, {"buffer": 0, "byteOffset": 48, "byteLength": 32}],
        buffers=[{"byteLength": 80}],
    )
    cloud = opened(tmp_path, "a.glb", glb(tree, positions + colours))
    is_rectangle(cloud)
    assert (cloud.vertex_count, cloud.face_count) == (4, 4)
    assert any("more than once: 8 vertices" in note for note in cloud.notes)
    assert cloud.colours is not None
    assert (cloud.colours == 255).all()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"buffers": [{"uri": "../secret.bin", "byteLength": 60}]}, "outside its own folder"),
        ({"buffers": [{"uri": "/etc/passwd", "byteLength": 60}]}, "outside its own folder"),
        ({"buffers": [{"uri": "https://example.org/a.bin", "byteLength": 60}]}, "outside its own folder"),
        ({"buffers": [{"uri": "gone.bin", "byteLength": 60}]}, "'gone.bin' that holds its data is missing"),
        ({"accessors": [{"componentType": 5126, "count": 10**15, "type": "VEC3"}]}, "promises more than 20,000,000"),
        ({"nodes": [{"children": [0]}]}, "no triangles and no points"),
        ({"asset": {"version": "1.0"}}, "not 2.0"),
        ({"meshes": [{"primitives": [{"attributes": {"POSITION": 7}}]}]}, r"accessors\[7\], which is not there"),
        ({"meshes": [{"primitives": [{"attributes": {}, "extensions": {"KHR_draco_mesh_compression": {}}}]}]}, "Draco"),
        ({"bufferViews": [{"buffer": 0, "byteLength": 12}, {"buffer": 0, "byteLength": 12}]}, "promises 48 bytes, but holds 12"),
        ({"nodes": [{"mesh": 0, "scale": "huge"}, {}]}, "damaged"),
    ],
)
def test_broken_gltf(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        opened(tmp_path, "a.gltf", json.dumps(gltf(**changes)))


def test_json_nested_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="JSON part cannot be read"):
        opened(tmp_path, "a.gltf", b'{"asset":{"version":"2.0"},"x":' + b"[" * 100_000)
