"""A user's picture comes out small, upright and on white, and what is no picture is one sentence."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recon_model.data import pictures
from recon_model.data.pictures import read_picture
from recon_model.errors import InputError


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp", "gif", "tiff"])
def test_every_kind_is_read_and_shrunk(tmp_path: Path, ending: str) -> None:
    colours = np.zeros((60, 200, 3), np.uint8)
    colours[:, :100] = (250, 10, 10)
    Image.fromarray(colours).save(tmp_path / f"x.{ending}")
    picture = read_picture(tmp_path / f"x.{ending}", 100)
    assert (picture.width, picture.height) == (200, 60)
    assert picture.pixels.shape == (30, 100, 3)
    assert picture.pixels[15, 20, 0] > 200
    assert picture.pixels[15, 80].max() < 60


def test_what_is_transparent_becomes_white_and_what_lies_is_stood_up(tmp_path: Path) -> None:
    glass = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    glass.putpixel((3, 3), (10, 20, 30, 255))
    glass.save(tmp_path / "glass.png")
    pixels = read_picture(tmp_path / "glass.png").pixels
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[3, 3].tolist() == [10, 20, 30]
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (40, 20)).save(tmp_path / "lying.jpg", exif=exif)
    assert read_picture(tmp_path / "lying.jpg").pixels.shape == (40, 20, 3)


def test_sixteen_bits_of_depth_use_the_whole_range(tmp_path: Path) -> None:
    depth = np.linspace(1000, 3000, 64).reshape(8, 8).astype(np.uint16)
    Image.fromarray(depth).save(tmp_path / "depth.png")
    pixels = read_picture(tmp_path / "depth.png").pixels
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_sixteen_bits_in_the_other_order_and_numbers_that_are_none_too(tmp_path: Path) -> None:
    depth = np.linspace(1000, 3000, 800 * 600).reshape(600, 800)
    tags = [
        (256, 3, 800),
        (257, 3, 600),
        (258, 3, 16),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 122),
        (277, 3, 1),
        (278, 3, 600),
        (279, 4, 960_000),
    ]
    fields = b"".join(struct.pack(">HHIHH" if kind == 3 else ">HHII", tag, kind, 1, value, *[0] * (kind == 3)) for tag, kind, value in tags)
    head = b"MM\0*" + struct.pack(">IH", 8, len(tags)) + fields + struct.pack(">I", 0)
    (tmp_path / "other.tif").write_bytes(head + depth.astype(">u2").tobytes())
    gaps = depth.astype(np.float32)
    gaps[0, 0], gaps[0, 1] = np.nan, np.inf
    Image.fromarray(gaps).save(tmp_path / "gaps.tif")
    for name in ("other.tif", "gaps.tif"):
        for side in (512, 1000):
            pixels = read_picture(tmp_path / name, side).pixels
            assert (pixels.min(), pixels.max()) == (0, 255)
            assert pixels.mean() == pytest.approx(127.5, abs=3)
    Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(tmp_path / "none.tif")
    assert read_picture(tmp_path / "none.tif").pixels.max() == 0


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.png").write_text("no picture")
    Image.new("RGB", (50, 50)).save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:60])
    for name in ("text.png", "cut.png"):
        with pytest.raises(InputError, match=rf"{name}: it is no picture that can be read \(PNG, JPEG"):
            read_picture(tmp_path / name)
    with pytest.raises(InputError, match=r"gone\.png: there is no such picture"):
        read_picture(tmp_path / "gone.png")
    Image.new("L", (300, 200)).save(tmp_path / "wide.png")
    monkeypatch.setattr(pictures, "MOST_PIXELS", 59_999)
    with pytest.raises(InputError, match=r"wide\.png: the picture has 300 x 200 pixels; at most 0 million"):
        read_picture(tmp_path / "wide.png")
    monkeypatch.setattr(pictures, "MOST_BYTES", 10)
    with pytest.raises(InputError, match=r"wide\.png: the picture has \d+ bytes; at most 10 bytes"):
        read_picture(tmp_path / "wide.png")
