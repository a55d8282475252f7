from pathlib import Path

import numpy as np
import pytest

from recon_model.data.clouds import read
from recon_model.data.writers import write_ply
from recon_model.errors import InputError


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    points = generator.normal(size=(50, 3)).astype(np.float32)
    colours = generator.integers(0, 256, (50, 3), dtype=np.uint8)
    write_ply(tmp_path / "a.ply", points, colours, {"attention": generator.random(50), "patch": np.arange(50)})
    cloud = read(tmp_path / "a.ply")
    np.testing.assert_allclose(cloud.points + cloud.origin, points, atol=1e-6)
    np.testing.assert_array_equal(cloud.colours, colours)
    header = (tmp_path / "a.ply").read_bytes().split(b"end_header")[0].decode()
    assert "property float attention\nproperty int patch\n" in header


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.ply", np.zeros((3, 3)))
    with pytest.raises(InputError, match="cannot be written"):
        write_ply(tmp_path / "none" / "a.ply", np.zeros((3, 3)))
    (tmp_path / "taken.ply").mkdir()
    with pytest.raises(InputError, match=r"^taken\.ply: the file cannot be written"):
        write_ply(tmp_path / "taken.ply", np.zeros((3, 3)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ply", "taken.ply"]


@pytest.mark.parametrize(
    ("points", "colours", "scalars", "says"),
    [
        (np.zeros((3, 2)), None, None, r"points \(3, 2\)"),
        (np.zeros((3, 3)), np.zeros((3, 3)), None, "must be uint8"),
        (np.zeros((3, 3)), None, {"a": np.zeros(4)}, r"scalar 'a' \(4,\)"),
        (np.zeros((3, 3)), None, {"two words": np.zeros(3)}, "one plain word"),
        (np.zeros((3, 3)), None, {"x": np.zeros(3)}, "not taken yet"),
    ],
)
def test_shapes_are_checked(tmp_path: Path, points: object, colours: object, scalars: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        write_ply(tmp_path / "a.ply", points, colours, scalars)  # type: ignore[arg-type]
