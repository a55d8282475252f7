import os
import re
from pathlib import Path

import numpy as np
import pytest

from recon_model.data.clouds import read
from recon_model.data.readers.found import shown_name
from recon_model.data.writers import write_ply
from recon_model.errors import InputError


def test_coordinates_far_from_zero_keep_their_millimetres(tmp_path: Path) -> None:
    points = np.array([500_000.123, 5_400_000.456, 300.789]) + np.round(np.random.default_rng(0).random((500, 3)) * 50, 3)
    np.savetxt(tmp_path / "utm.xyz", points, fmt="%.3f")
    write_ply(tmp_path / "utm.ply", points)
    for name in ("utm.xyz", "utm.ply"):
        cloud = read(tmp_path / name)
        np.testing.assert_allclose(cloud.points.astype(np.float64) + cloud.origin, points, atol=1e-5)
        np.testing.assert_allclose(cloud.points.max(axis=0), -cloud.points.min(axis=0), atol=1e-5)


def test_thinning_is_even_seeded_and_noted(tmp_path: Path) -> None:
    points = np.zeros((10_000, 3), np.float32)
    points[:, 0] = np.arange(10_000)
    write_ply(tmp_path / "a.ply", points)
    first, again, other = (read(tmp_path / "a.ply", max_points=100, seed=seed) for seed in (1, 1, 2))
    x = first.points[:, 0] + first.origin[0]
    assert (np.floor(x / 100) == np.arange(100)).all()
    np.testing.assert_array_equal(first.points, again.points)
    assert not np.array_equal(first.points, other.points)
    assert first.vertex_count == 10_000
    assert "The file holds 10,000 points; 100 of them were chosen evenly at random." in first.notes


def test_what_is_done_to_points_is_noted(tmp_path: Path) -> None:
    points = np.arange(300, dtype=np.float32).reshape(100, 3)
    points[3, 1], points[4, 0], points[5] = np.nan, np.inf, points[6]
    colours = np.arange(300).reshape(100, 3).astype(np.uint8)
    write_ply(tmp_path / "a.ply", points, colours)
    cloud = read(tmp_path / "a.ply")
    assert cloud.vertex_count == 100
    np.testing.assert_allclose(cloud.points + cloud.origin, np.delete(points, (3, 4), axis=0))
    np.testing.assert_array_equal(cloud.colours, np.delete(colours, (3, 4), axis=0))
    assert "2 points of 100 had no finite coordinates and were dropped." in cloud.notes
    assert "1 point of 98 lies exactly on another one." in cloud.notes


def test_one_point_opens_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("1 2 3\n")
    cloud = read(tmp_path / "a.xyz")
    assert cloud.points.tolist() == [[0, 0, 0]]
    assert cloud.origin == (1.0, 2.0, 3.0)
    assert any("1 point was found, which is very few" in note for note in cloud.notes)


def test_a_foreign_name_is_noted(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.xyz", np.eye(3))
    cloud = read(tmp_path / "a.xyz")
    assert cloud.format == "ply"
    assert "The name ends in .xyz, but the content is PLY and was read as that." in cloud.notes


@pytest.mark.parametrize("name", ["noend", "a.dat", "name with spaces ümläut 🐘.ply", "A.PLY"])
def test_the_name_hardly_matters(tmp_path: Path, name: str) -> None:
    write_ply(tmp_path / name, np.eye(3))
    assert read(tmp_path / name).format == "ply"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\x1f\x8b\x08", "a gzip archive; unpack it"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "git lfs pull"),
        (b"\0" * 500, "does not begin as PLY does"),
        (b"words, only words\n", "does not begin as PLY does"),
    ],
)
def test_what_is_no_cloud_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.ply").write_bytes(content)
    with pytest.raises(InputError, match=rf"^a\.ply: .*{says}"):
        read(tmp_path / "a.ply")


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ply")
    (tmp_path / "folder.ply").mkdir()
    (tmp_path / "loop.ply").symlink_to("loop.ply")
    (tmp_path / "lost.ply").symlink_to("nowhere")
    cases = {
        "pipe.ply": "a pipe",
        "folder.ply": "a folder",
        "loop.ply": "in a circle",
        "lost.ply": "leads nowhere",
        "none.ply": "no such file",
    }
    for name, says in cases.items():
        with pytest.raises(InputError, match=f"^{re.escape(name)}: .*{says}"):
            read(tmp_path / name)
    with pytest.raises(InputError, match=r"^null: it is a device"):
        read("/dev/null")
    with pytest.raises(InputError, match="not allowed"):
        read(f"{tmp_path}/a\0b.ply")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.ply").write_bytes(b"ply\n")
    (tmp_path / "a.ply").chmod(0)
    with pytest.raises(InputError, match="no permission"):
        read(tmp_path / "a.ply")


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.ply").open("wb") as stream:
        stream.truncate(5_000_000_000)
    with pytest.raises(InputError, match=r"holds 5\.0 GB, but at most 1\.0 GB"):
        read(tmp_path / "a.ply")


def outcome(path: Path) -> tuple[bool, str]:
    """Whether a file opens with finite points, and else the sentence."""
    try:
        return bool(np.isfinite(read(path).points).all()), "points that are not finite"
    except InputError as error:
        return False, str(error)


@pytest.mark.parametrize("seed", range(3))
def test_bytes_turned_at_random_end_in_a_cloud_or_a_sentence(tmp_path: Path, seed: int) -> None:
    generator = np.random.default_rng(seed)
    write_ply(tmp_path / "whole.ply", generator.random((20, 3)), np.zeros((20, 3), np.uint8))
    np.savez(tmp_path / "whole.npz", points=generator.random((20, 3)))
    (tmp_path / "whole.off").write_text("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n")
    (tmp_path / "whole.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    for whole in sorted(tmp_path.glob("whole.*")):
        for _ in range(40):
            data = bytearray(whole.read_bytes())
            for place in generator.integers(0, len(data), generator.integers(1, 6)):
                data[place] = generator.integers(0, 256)
            changed = tmp_path / f"changed{whole.suffix}"
            changed.write_bytes(data[: generator.integers(len(data) // 2, len(data) + 1)])
            came, words = outcome(changed)
            assert came or re.fullmatch(r"changed\.\w+: [^\n]+\.", words), words


def test_a_files_name_fits_a_sentence() -> None:
    assert shown_name(Path("a\nb\udcff.ply")) == "a?b?.ply"
    assert len(shown_name(Path("x" * 200 + ".ply"))) <= 80
