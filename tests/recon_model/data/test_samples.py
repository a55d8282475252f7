import numpy as np
import pytest

from recon_model.assets import asset_path
from recon_model.data import samples
from recon_model.data.clouds import read
from recon_model.data.samples import POINTS, SAMPLES, ply_bytes, write_samples
from recon_model.errors import InputError


def test_samples_can_be_made_again(tmp_path):
    written = write_samples(tmp_path)
    assert sorted(path.stem for path in written) == sorted(SAMPLES)
    for path in written:
        cloud = read(path)
        assert np.asarray(cloud.points).shape == (POINTS, 3)
        assert path.stat().st_size < 150_000


@pytest.mark.parametrize("stem", SAMPLES)
def test_every_sample_ships(stem):
    cloud = read(asset_path("clouds", f"{stem}.ply"))
    points = np.asarray(cloud.points)
    assert points.shape == (POINTS, 3)
    assert np.sqrt((points**2).sum(1)).max() == pytest.approx(1, abs=0.3)  # the reader moves the middle of the box to the origin


def test_a_ply_says_what_it_holds():
    points = np.array([[0, 1, 2]], np.float32)
    body = ply_bytes(points, np.array([[9, 8, 7]], np.uint8))
    header, data = body.split(b"end_header\n")
    assert header.startswith(b"ply\nformat binary_little_endian 1.0\n")
    assert data == points.tobytes() + bytes([9, 8, 7])


def test_a_missing_category_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "SAMPLES", {"dragon": ("dragon", 0, False)})
    with pytest.raises(InputError, match="categories that do not exist: dragon"):
        write_samples(tmp_path)
