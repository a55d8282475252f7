"""LAS, LAZ, E57 and HDF5: files are written by the libraries that define them, then read by ours."""

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recon_model.data.clouds import read
from recon_model.errors import InputError

UTM = np.array([500_000.0, 5_400_000.0, 300.0])


def las_file(path: Path, count: int = 70_000, version: str = "1.4", point_format: int = 7) -> np.ndarray[Any, Any]:
    laspy = pytest.importorskip("laspy")
    header = laspy.LasHeader(version=version, point_format=point_format)
    header.scales, header.offsets = [0.001] * 3, UTM
    las = laspy.LasData(header)
    points = UTM + np.round(np.random.default_rng(0).random((count, 3)) * 100, 3)
    las.x, las.y, las.z = points.T
    if point_format in (2, 3, 7, 8):
        las.red, las.green, las.blue = np.arange(count) % 65536, np.full(count, 32896), np.zeros(count)
    las.write(path)
    return points


@pytest.mark.parametrize(
    ("name", "version", "point_format"), [("a.las", "1.2", 3), ("a.las", "1.4", 7), ("a.laz", "1.2", 1), ("a.laz", "1.4", 7)]
)
def test_las_and_laz_keep_millimetres(tmp_path: Path, name: str, version: str, point_format: int) -> None:
    points = las_file(tmp_path / name, version=version, point_format=point_format)
    cloud = read(tmp_path / name)
    assert (cloud.format, cloud.vertex_count) == (name[2:], 70_000)
    np.testing.assert_allclose(cloud.points.astype(np.float64) + cloud.origin, points, atol=1e-5)
    assert (cloud.colours is not None) == (point_format != 1)
    if cloud.colours is not None:
        assert cloud.colours[60_000].tolist() == [233, 128, 0]


@pytest.mark.parametrize("name", ["a.las", "a.laz"])
def test_large_las_is_thinned(tmp_path: Path, name: str) -> None:
    points = las_file(tmp_path / name)
    cloud = read(tmp_path / name, max_points=1000, seed=4)
    assert (cloud.vertex_count, len(cloud.points)) == (70_000, 1000)
    rows = {tuple(row) for row in np.round(points, 3)}
    assert {tuple(row) for row in np.round(cloud.points.astype(np.float64) + cloud.origin, 3)} <= rows


@pytest.mark.parametrize("name", ["a.las", "a.laz"])
def test_las_cut_short(tmp_path: Path, name: str) -> None:
    las_file(tmp_path / name, 5000)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"promises 5,000 points|unpacked"):
        read(tmp_path / name)


def test_las_with_a_giant_count_allocates_nothing(tmp_path: Path) -> None:
    las_file(tmp_path / "a.las", 10, "1.2", 0)
    data = bytearray((tmp_path / "a.las").read_bytes())
    data[107:111] = b"\xff\xff\xff\xff"
    (tmp_path / "a.las").write_bytes(data)
    with pytest.raises(InputError, match="promises 4,294,967,295 points"):
        read(tmp_path / "a.las")


def test_e57_scans_are_joined_by_their_poses(tmp_path: Path) -> None:
    pye57 = pytest.importorskip("pye57")
    file = str(tmp_path / "a.e57")
    points = np.random.default_rng(0).random((100, 3))
    data = {"cartesianX": points[:, 0], "cartesianY": points[:, 1], "cartesianZ": points[:, 2]}
    data |= {f"color{name}": np.full(100, value) for name, value in (("Red", 9), ("Green", 8), ("Blue", 7))}
    quarter = np.array([np.sqrt(0.5), 0, 0, np.sqrt(0.5)])  # about z, as w x y z
    with pye57.E57(file, mode="w") as image:
        image.write_scan_raw(data)
        image.write_scan_raw(data, rotation=quarter, translation=UTM)
    cloud = read(file)
    turned = np.stack([-points[:, 1], points[:, 0], points[:, 2]], axis=1) + UTM
    assert cloud.vertex_count == 200
    np.testing.assert_allclose(cloud.points.astype(np.float64) + cloud.origin, np.concatenate([points, turned]), atol=0.3)
    assert cloud.colours is not None
    assert (cloud.colours == [9, 8, 7]).all()


def test_damaged_e57_names_the_checksum(tmp_path: Path) -> None:
    pye57 = pytest.importorskip("pye57")
    file = tmp_path / "a.e57"
    with pye57.E57(str(file), mode="w") as image:
        image.write_scan_raw({f"cartesian{axis}": np.zeros(10) for axis in "XYZ"})
    data = bytearray(file.read_bytes())
    data[100] ^= 255
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.e57: the E57 file is damaged"):
        read(file)


def test_hdf5_finds_the_cloud_and_says_which(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    clouds = np.random.default_rng(0).random((4, 50, 3)).astype(np.float32)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["label"] = np.arange(4)
        file["deep/down/data"] = clouds
        file["deep/again"] = file["deep"]  # a circle of hard links
    cloud = read(tmp_path / "a.h5")
    np.testing.assert_allclose(cloud.points + cloud.origin, clouds[0], atol=1e-6)
    assert any("'deep/down/data', one of 2" in note for note in cloud.notes)
    assert any("4 clouds; this is the first" in note for note in cloud.notes)


def test_hdf5_columns_of_one_group(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w", userblock_size=1024) as file:
        for place, axis in enumerate("xyz"):
            file[f"scan/{axis}"] = np.arange(5.0) * place
    assert read(tmp_path / "a.h5").vertex_count == 5


def test_hdf5_never_looks_outside_its_file(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["points"] = np.zeros((50, 3))
    (tmp_path / "raw.bin").write_bytes(b"\0" * 2400)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["points"] = h5py.ExternalLink("secret.h5", "points")
        file.create_dataset("xyz", (100, 3), "f8", external=[("raw.bin", 0, 2400)])
        layout = h5py.VirtualLayout((50, 3), "f8")
        layout[:] = h5py.VirtualSource("secret.h5", "points", (50, 3))
        file.create_virtual_dataset("pos", layout)
    with pytest.raises(InputError, match=r"in other files \(3 links outward\), which are not followed"):
        read(tmp_path / "a.h5")


@pytest.mark.parametrize(
    ("name", "content", "module", "extra"),
    [
        ("a.e57", b"ASTM-E57" + b"\0" * 100, "pye57", "e57"),
        ("a.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 100, "h5py", "hdf5"),
    ],
)
def test_a_missing_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, module: str, extra: str
) -> None:
    real = builtins.__import__

    def without(wanted: str, *rest: Any) -> Any:
        if wanted == module:
            raise ImportError(wanted)
        return real(wanted, *rest)

    (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=rf"needs the {extra} extra: pip install 'recon-studio\[{extra}\]'"):
        read(tmp_path / name)
