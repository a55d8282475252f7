import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from recon_model.data.clouds import read
from recon_model.data.readers import arrays
from recon_model.errors import InputError

POINTS = np.random.default_rng(0).normal(size=(40, 3))


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_of_any_number(tmp_path: Path, dtype: str, order: str) -> None:
    array = np.asarray((POINTS * 100).astype(dtype), order=order)
    np.save(tmp_path / "a.npy", array)
    cloud = read(tmp_path / "a.npy")
    np.testing.assert_allclose(cloud.points + cloud.origin, array, atol=1e-4)


def test_turned_array_is_turned_back(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", POINTS.T)
    cloud = read(tmp_path / "a.npy")
    np.testing.assert_allclose(cloud.points + cloud.origin, POINTS, atol=1e-6)
    assert any("turned around" in note for note in cloud.notes)


def test_records(tmp_path: Path) -> None:
    array = np.zeros(5, [("z", "f4"), ("X", "f8"), ("y", "f4"), ("red", "u2"), ("green", "u2"), ("blue", "u2")])
    array["X"], array["z"], array["red"] = np.arange(5), 2 * np.arange(5), 65535
    np.save(tmp_path / "a.npy", array)
    cloud = read(tmp_path / "a.npy")
    np.testing.assert_allclose((cloud.points + cloud.origin)[4], [4, 0, 8])
    assert cloud.colours is not None
    assert cloud.colours.tolist() == [[255, 0, 0]] * 5


def test_npz_of_many_clouds_opens_the_first_and_says_so(tmp_path: Path) -> None:
    clouds = np.stack([POINTS, POINTS + 1])
    np.savez_compressed(tmp_path / "a.npz", labels=np.arange(2), points=clouds, names=np.array(["a", "b"]))
    cloud = read(tmp_path / "a.npz")
    np.testing.assert_allclose(cloud.points + cloud.origin, POINTS, atol=1e-6)
    assert any("holds 2 clouds" in note for note in cloud.notes)
    assert any("'points', one of 3" in note for note in cloud.notes)


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{1: 2}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="pickled Python objects"):
        read(tmp_path / "a.npy")


def npy_header(shape: tuple[int, ...]) -> bytes:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (npy_header((10**11, 3)), "promises an array of shape"),
        (npy_header((-4, 3)) + b"\0" * 96, "impossible shape"),
        (npy_header((10, 10)) + b"\0" * 800, "is no cloud"),
        (b"\x93NUMPY\x01\x00\x76\x00{'descr': (((", "cannot be read"),
        (b"\x93NUMPY\x09\x00", "cannot be read"),
        (b"PK\x03\x04 and then nothing of the kind", "archive is damaged"),
    ],
)
def test_broken_files_say_what_is_wrong(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(InputError, match=says):
        read(tmp_path / "a.npy")


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "_LARGEST", 1_000_000)
    file = tmp_path / "a.npz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("points.npy", "w") as stream:
        stream.write(npy_header((100_000, 3)))
        stream.write(b"\0" * 2_400_000)
    with pytest.raises(InputError, match=r"unpacks to 2\.4 MB; at most 1\.0 MB"):
        read(file)


def test_an_archive_without_a_cloud_lists_what_it_holds(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", weights=np.zeros((5, 8)), bias=np.zeros(8))
    with pytest.raises(InputError, match=r"it holds weights \(5, 8\), bias \(8,\)"):
        read(tmp_path / "a.npz")
