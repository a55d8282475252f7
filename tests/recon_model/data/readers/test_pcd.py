import struct
from pathlib import Path

import numpy as np
import pytest

from recon_model.data.clouds import read
from recon_model.data.readers.pcd import lzf
from recon_model.errors import InputError

POINTS = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
PACKED = (np.arange(50, dtype=np.uint32) << 16) | (7 << 8) | 200


def header(data: str, count: int = 50) -> bytes:
    lines = ["# .PCD v0.7", "VERSION 0.7", "FIELDS x y z rgb _", "SIZE 4 4 4 4 1", "TYPE F F F U U", "COUNT 1 1 1 1 3"]
    return "\n".join([*lines, f"WIDTH {count}", "HEIGHT 1", "VIEWPOINT 0 0 0 1 0 0 0", f"POINTS {count}", f"DATA {data}", ""]).encode()


def lzf_literals(data: bytes) -> bytes:
    """Packs without compressing: runs of at most 32 bytes as they are."""
    runs = [data[at : at + 32] for at in range(0, len(data), 32)]
    return b"".join(bytes([len(run) - 1]) + run for run in runs)


def content(data: str) -> bytes:
    if data == "ascii":
        rows = [f"{x:.9g} {y:.9g} {z:.9g} {c} 1 2 3" for (x, y, z), c in zip(POINTS, PACKED, strict=True)]
        return header(data) + "\n".join(rows).encode()
    if data == "binary":
        rows = [struct.pack("<3fI3B", *point, int(c), 1, 2, 3) for point, c in zip(POINTS, PACKED, strict=True)]
        return header(data) + b"".join(rows)
    fields = POINTS.T.copy().tobytes() + PACKED.tobytes() + b"\1" * 150
    packed = lzf_literals(fields)
    return header(data) + struct.pack("<II", len(packed), len(fields)) + packed


@pytest.mark.parametrize("data", ["ascii", "binary", "binary_compressed"])
def test_each_kind_of_data(tmp_path: Path, data: str) -> None:
    file = tmp_path / "a.pcd"
    file.write_bytes(content(data))
    cloud = read(file)
    np.testing.assert_allclose(cloud.points + cloud.origin, POINTS, atol=1e-6)
    assert cloud.colours is not None
    np.testing.assert_array_equal(cloud.colours, np.stack([np.arange(50), np.full(50, 7), np.full(50, 200)], axis=1))


def test_lzf_copies_that_overlap_repeat() -> None:
    # one literal "ab", then a copy of 7 from 2 back, then a copy of 9 + 255 from 1 back
    packed = bytes([1]) + b"ab" + bytes([5 << 5, 1]) + bytes([7 << 5, 255, 0])
    assert lzf(packed, 2 + 7 + 264) == b"ab" + b"abababa" + b"a" * 264


@pytest.mark.parametrize("packed", [b"\x20\x05", b"\xe0", b"\xe0\xff", b"\x1fabc", b""])
def test_damaged_lzf_is_refused(packed: bytes) -> None:
    assert lzf(packed, 400) is None


def test_rows_without_a_measurement_are_dropped_with_a_note(tmp_path: Path) -> None:
    file = tmp_path / "a.pcd"
    bare = "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 4\nHEIGHT 1\nPOINTS 4\nDATA ascii\n"
    file.write_text(bare + "0 0 0\nnan nan nan\n2 0 0\n0 2 0\n")
    cloud = read(file)
    assert cloud.vertex_count == 4
    assert len(cloud.points) == 3
    assert any(note.startswith("1 point of 4 had no finite coordinates") for note in cloud.notes)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((b"POINTS 50", b"POINTS 5000000000"), "promises 5,000,000,000 points"),
        ((b"FIELDS x y z", b"FIELDS a b c"), "no x, y and z"),
        ((b"TYPE F F F", b"TYPE F F Q"), "make no sense"),
        ((b"COUNT 1 1 1 1 3", b"COUNT 1 1"), "different numbers"),
    ],
)
def test_broken_headers_say_what_is_wrong(tmp_path: Path, change: tuple[bytes, bytes], says: str) -> None:
    file = tmp_path / "a.pcd"
    file.write_bytes(content("binary").replace(*change))
    with pytest.raises(InputError, match=says):
        read(file)


def test_a_promise_no_compression_could_keep_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "a.pcd"
    file.write_bytes(header("binary_compressed", 20_000_000) + struct.pack("<II", 100, 19 * 20_000_000) + b"\0" * 100)
    with pytest.raises(InputError, match="cannot hold the 20,000,000 points"):
        read(file)
