"""The part of each point, wherever a file tells it."""

from pathlib import Path

import numpy as np
import pytest

from recon_model.data.clouds import Cloud, read
from recon_model.serve.messages import CloudRead, decode_reply, encode
from recon_model.serve.parser import told

COUNT = 240
PLACES = np.random.default_rng(0).normal(size=(COUNT, 3))
PARTS = np.arange(COUNT) % 5 * 3


def opened(path: Path) -> Cloud:
    cloud = read(path)
    assert cloud.parts is not None
    return cloud


def table(*columns: np.ndarray) -> str:
    return "\n".join(" ".join(f"{value:.6g}" for value in row) for row in np.column_stack(columns)) + "\n"


def test_a_table_as_shapenetpart_has_it(tmp_path: Path) -> None:
    normals = PLACES / np.linalg.norm(PLACES, axis=1, keepdims=True)
    (tmp_path / "a.txt").write_text(table(PLACES, normals, PARTS))
    cloud = opened(tmp_path / "a.txt")
    np.testing.assert_array_equal(cloud.parts, PARTS)
    assert cloud.normals is not None
    assert "4-6 as normals, 7 as parts" in cloud.notes[0]


@pytest.mark.parametrize("last", [np.linspace(0, 1, COUNT), np.arange(COUNT), np.full(COUNT, 4), -PARTS])
def test_a_measurement_or_a_number_of_each_point_is_no_part(tmp_path: Path, last: np.ndarray) -> None:
    (tmp_path / "a.xyz").write_text(table(PLACES, last))
    assert read(tmp_path / "a.xyz").parts is None


def test_a_named_column_is_taken_at_its_word(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y,z,Label\n" + table(PLACES, np.arange(COUNT)).replace(" ", ","))
    np.testing.assert_array_equal(opened(tmp_path / "a.csv").parts, np.arange(COUNT))
    (tmp_path / "b.csv").write_text("x,y,z,Label\n" + table(PLACES, np.linspace(0, 1, COUNT)).replace(" ", ","))
    assert read(tmp_path / "b.csv").parts is None  # no whole numbers


def test_ply_pcd_and_records(tmp_path: Path) -> None:
    kind = [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("scalar_Classification", "<f4")]
    rows = np.empty(COUNT, dtype=kind)
    for place, name in enumerate("xyz"):
        rows[name] = PLACES[:, place]
    rows["scalar_Classification"] = PARTS
    header = f"ply\nformat binary_little_endian 1.0\nelement vertex {COUNT}\n" + "".join(f"property float {name}\n" for name, _ in kind)
    (tmp_path / "a.ply").write_bytes(header.encode() + b"end_header\n" + rows.tobytes())
    np.save(tmp_path / "a.npy", rows)
    body = table(PLACES, PARTS)
    top = f"FIELDS x y z label\nSIZE 4 4 4 4\nTYPE F F F U\nCOUNT 1 1 1 1\nWIDTH {COUNT}\nHEIGHT 1\nPOINTS {COUNT}\nDATA ascii\n"
    (tmp_path / "a.pcd").write_text("VERSION .7\n" + top + body)
    for name in ("a.ply", "a.npy", "a.pcd"):
        np.testing.assert_array_equal(opened(tmp_path / name).parts, PARTS, err_msg=name)


@pytest.mark.parametrize("point_format", [1, 6])
def test_classes_of_a_survey(tmp_path: Path, point_format: int) -> None:
    laspy = pytest.importorskip("laspy")
    file = laspy.create(point_format=point_format, file_version="1.4")
    file.x, file.y, file.z = PLACES.T
    file.classification = PARTS
    file.write(tmp_path / "a.las")
    np.testing.assert_array_equal(opened(tmp_path / "a.las").parts, PARTS)


def test_parts_follow_the_points_through_dropping_thinning_and_the_pipe(tmp_path: Path) -> None:
    places = PLACES.copy()
    places[::4] = np.nan
    np.savez(tmp_path / "a.npz", np.column_stack([places, PARTS]))
    cloud = opened(tmp_path / "a.npz")
    kept = np.isfinite(places[:, 0])
    np.testing.assert_array_equal(cloud.parts, PARTS[kept])
    few = read(tmp_path / "a.npz", max_points=50)
    assert few.parts is not None
    at = [int(np.flatnonzero(np.abs(places - place).max(axis=1) < 1e-5)[0]) for place in few.points + np.array(few.origin)]
    np.testing.assert_array_equal(few.parts, PARTS[at])
    reply = decode_reply(encode(told(3, few)))
    assert isinstance(reply, CloudRead)
    assert reply.parts is not None
    np.testing.assert_array_equal(reply.parts.numpy(), few.parts)


def test_a_sample_of_a_mesh_belongs_to_its_nearest_corner(tmp_path: Path) -> None:
    header = "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\nproperty uchar label\n"
    body = "0 0 0 7\n1 0 0 2\n1 1 0 7\n0 1 0 9\n3 0 1 2\n3 0 2 3\n"
    (tmp_path / "a.ply").write_text(header + "element face 2\nproperty list uchar int vertex_indices\nend_header\n" + body)
    cloud = opened(tmp_path / "a.ply")
    assert cloud.kind == "mesh"
    places = cloud.points + cloud.origin
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    away = np.sort(np.linalg.norm(places[:, None] - corners, axis=2), axis=1)
    clear = away[:, 0] < 0.3  # elsewhere the largest weight may be another corner's
    nearest = np.linalg.norm(places[:, None] - corners, axis=2).argmin(axis=1)
    np.testing.assert_array_equal(cloud.parts[clear], np.array([7, 2, 7, 9])[nearest[clear]])
