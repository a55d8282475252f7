"""The sample clouds that ship in ``assets/clouds``: made by our own generators, so that anyone can make them again.

python -m recon_model.data.samples assets/clouds
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recon_model.data.synthetic import CATEGORIES, sample_shape
from recon_model.errors import InputError

POINTS = 8192

SAMPLES: dict[str, tuple[str, int, bool]] = {
    "airplane": ("airplane", 7, True),
    "car": ("car", 3, True),
    "chair": ("chair", 5, True),
    "guitar": ("guitar", 5, True),
    "lamp": ("lamp", 5, False),
    "person": ("person", 1, False),
}
"""File stem -> (category, seed, whether its parts are coloured)."""

PART_COLOURS = np.array(
    [(86, 140, 196), (232, 153, 66), (108, 173, 111), (197, 96, 94), (150, 121, 190), (120, 120, 126), (214, 133, 178), (92, 178, 178)],
    np.uint8,
)
"""One colour a part, quiet enough for a light and a dark window."""


def ply_bytes(points: NDArray[np.float32], colours: NDArray[np.uint8] | None = None) -> bytes:
    """Returns a binary little-endian PLY file of points (n, 3) and, where given, colours (n, 3)."""
    fields = [(axis, "<f4") for axis in "xyz"]
    lines = ["ply", "format binary_little_endian 1.0", "comment made by recon_model.data.samples", f"element vertex {len(points)}"]
    lines += [f"property float {axis}" for axis in "xyz"]
    if colours is not None:
        fields += [(name, "u1") for name in ("red", "green", "blue")]
        lines += [f"property uchar {name}" for name in ("red", "green", "blue")]
    rows = np.empty(len(points), dtype=fields)
    for column, axis in enumerate("xyz"):
        rows[axis] = points[:, column]
    if colours is not None:
        for column, name in enumerate(("red", "green", "blue")):
            rows[name] = colours[:, column]
    return ("\n".join([*lines, "end_header"]) + "\n").encode("ascii") + rows.tobytes()


def write_samples(folder: Path) -> list[Path]:
    """Writes every sample cloud into a folder and returns the files.

    Raises:
        InputError: a sample's category does not exist.
    """
    missing = sorted({name for name, _, _ in SAMPLES.values()} - set(CATEGORIES))
    if missing:
        raise InputError(f"samples need categories that do not exist: {', '.join(missing)}.")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for stem, (name, seed, coloured) in SAMPLES.items():
        rng = np.random.default_rng((seed, 77))
        points, parts = sample_shape(name, rng).sample(POINTS, rng)
        colours = PART_COLOURS[parts % len(PART_COLOURS)] if coloured else None
        written.append(folder / f"{stem}.ply")
        written[-1].write_bytes(ply_bytes(points, colours))
    return written


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for path in write_samples(parser.parse_args().folder):
        print(f"{path}  {path.stat().st_size / 1000:.0f} kB")
