"""Files that a person might drop, written by hand: a chair made of six boxes, and what is left of a broken download."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

# Centre and half extent of seat, back and four legs, y up, in metres.
_BOXES = [((0.0, 0.45, 0.0), (0.25, 0.02, 0.25)), ((0.0, 0.75, -0.23), (0.25, 0.28, 0.02))] + [
    ((x, 0.22, z), (0.02, 0.22, 0.02)) for x in (-0.22, 0.22) for z in (-0.22, 0.22)
]


def chair(count: int = 3000) -> npt.NDArray[np.float32]:
    """Returns points on a chair's surface (count, 3), spread by area."""
    rng = np.random.default_rng(7)
    halves = np.array([half for _, half in _BOXES])
    centres = np.array([centre for centre, _ in _BOXES])
    areas = np.array([[y * z, x * z, x * y] for x, y, z in halves])
    pick = rng.choice(areas.size, size=count, p=(areas / areas.sum()).ravel())
    box, axis = pick // 3, pick % 3
    points = rng.uniform(-1.0, 1.0, size=(count, 3))
    points[np.arange(count), axis] = rng.choice([-1.0, 1.0], size=count)
    return (centres[box] + points * halves[box]).astype(np.float32)


def write_ply(path: Path, points: npt.NDArray[np.float32]) -> Path:
    """Writes a binary PLY."""
    header = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(points)}\n"
    header += "".join(f"property float {axis}\n" for axis in "xyz") + "end_header\n"
    path.write_bytes(header.encode() + points.astype("<f4").tobytes())
    return path


def write_broken_ply(path: Path) -> Path:
    """Writes a PLY whose body ends long before its header says."""
    whole = write_ply(path, chair(500)).read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    return path
