"""Draws a page with a few shapes of every category: ``python -m recon_model.data.synthetic.contact_sheet --out sheet.png``."""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from recon_model.data.synthetic import CATEGORIES, sample_shape
from recon_model.data.synthetic.primitives import rotation
from recon_model.errors import InputError, ReconError

_CAPTION = 14
"""Pixels kept under each group for its name."""


def picture(points: NDArray[np.float32], size: int, azimuth: float = 35.0, elevation: float = 25.0) -> NDArray[np.uint8]:
    """A cloud (N, 3) seen from three quarters: (size, size, 3) on white, nearer points darker, framed by its own extent."""
    seen = points @ (rotation("x", elevation) @ rotation("y", -azimuth)).T
    seen = seen - (seen.max(0) + seen.min(0)) / 2
    seen = seen[np.argsort(seen[:, 2])] / (np.abs(seen[:, :2]).max() + 1e-9)
    column = ((seen[:, 0] * 0.92 + 1) / 2 * (size - 2)).astype(int)
    row = ((1 - seen[:, 1] * 0.92) / 2 * (size - 2)).astype(int)
    shade = (seen[:, 2] - seen[:, 2].min()) / (np.ptp(seen[:, 2]) + 1e-9)
    colour = np.stack([190 - 170 * shade, 205 - 150 * shade, 235 - 70 * shade], -1).astype(np.uint8)
    image = np.full((size, size, 3), 255, np.uint8)
    for down in (0, 1):
        for right in (0, 1):
            image[row + down, column + right] = colour
    return image


def sheet(names: list[str], variants: int = 3, size: int = 88, columns: int = 5, seed: int = 0) -> Image.Image:
    """Groups of ``variants`` pictures with their name underneath, ``columns`` groups to a row.

    Raises:
        InputError: a name is unknown.
    """
    rows = -(-len(names) // columns)
    page = Image.new("RGB", (columns * (variants * size + 8), rows * (size + _CAPTION + 4)), "white")
    pen = ImageDraw.Draw(page)
    for place, name in enumerate(names):
        rng = np.random.default_rng([seed, *name.encode()])
        left, top = place % columns * (variants * size + 8), place // columns * (size + _CAPTION + 4)
        for variant in range(variants):
            points, _ = sample_shape(name, rng).sample(1500, rng)
            page.paste(Image.fromarray(picture(points, size)), (left + variant * size, top))
        pen.text((left + 4, top + size), name, fill="black")
    return page


def main(arguments: list[str] | None = None) -> int:
    """Writes the page; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="PNG file to write")
    parser.add_argument("--names", nargs="+", default=sorted(CATEGORIES), help="categories to draw (all)")
    parser.add_argument("--variants", type=int, default=3, help="shapes of each category")
    parser.add_argument("--seed", type=int, default=0, help="seed of the shapes")
    given = parser.parse_args(arguments)
    try:
        if given.variants < 1:
            raise InputError(f"variants ({given.variants}) must be at least 1.")
        if given.out.suffix.lower() != ".png":
            raise InputError(f"out ({given.out}) must end in .png.")
        page = sheet(given.names, given.variants, seed=given.seed)
    except ReconError as error:
        parser.error(str(error))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    page.save(given.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
