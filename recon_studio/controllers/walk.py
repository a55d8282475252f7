"""Which files of a drop are worth listing: everything named outright, and known kinds inside folders."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

EXTENSIONS = frozenset((
    "ply", "pcd", "xyz", "xyzn", "xyzrgb", "xyzrgba", "txt", "asc", "csv", "tsv", "dat", "neu", "pts", "npy", "npz",
    "off", "obj", "stl", "glb", "gltf", "las", "laz", "e57", "h5", "hdf5", "hdf", "he5",
))  # fmt: skip
"""Endings looked for inside folders; a test holds them against the readers."""


def cloud_files(paths: Iterable[str]) -> Iterator[str | None]:
    """Yields absolute paths in the order a person would expect, or None after a folder without any (yet).

    A file named outright is always yielded, whatever it is called, so that its reader can say what is wrong with it.
    Hidden folders and links to folders are not entered. Yielding None lets a caller on a time budget breathe.
    """
    for path in paths:
        absolute = os.path.abspath(path)  # noqa: PTH100 - links stay as the user named them
        if Path(absolute).is_dir():
            yield from _inside(absolute)
        else:
            yield absolute


def _inside(folder: str) -> Iterator[str | None]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.rpartition(".")[2].lower() in EXTENSIONS and not name.startswith("."):
                yield os.path.join(root, name)  # noqa: PTH118 - thousands of them, on a time budget
        yield None
