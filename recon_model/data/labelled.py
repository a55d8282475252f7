"""Labelled clouds given by a user to train on or to measure with: one .npz, a folder of files, or a list of files with labels."""

import csv
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recon_model.counts import counted, were
from recon_model.data.clouds import middle, read
from recon_model.data.readers.sniff import EXTENSIONS
from recon_model.errors import InputError

FOLDER_POINTS = 8192
"""Points kept of each file of a folder."""
SPLITS = ("train", "test", "val")
"""Folders that part a published set, and name nothing."""
_TOLD = 3  # files left out whose reasons are told


class LabelledClouds(NamedTuple):
    """Clouds with class names."""

    points: Sequence[NDArray[np.float32]]
    """One (P, 3) array a cloud; P may differ."""
    labels: NDArray[np.int64]
    """(K,) index into ``names``."""
    names: tuple[str, ...]
    """Class names."""
    left_out: tuple[str, ...] = ()
    """Of each file of a folder that could not be read, why."""

    def told(self) -> str:
        """What was left out, in a line; "" where nothing was."""
        count = len(self.left_out)
        more = " …" if count > _TOLD else ""
        return f"{counted(count, 'file')} {were(count)} left out: {' '.join(self.left_out[:_TOLD])}{more}" if count else ""


def load_labelled(path: Path, seed: int = 0) -> LabelledClouds:
    """Reads labelled clouds from ``X.npz`` (points (K, P, 3), labels (K,), names (C,)) or from a folder of cloud files.

    In a folder a file is named by the subfolder it lies in or, at the top, by its own name without trailing numbers
    ("night_stand_0042.off"); subfolders named train, test or val, as in published sets, are passed over. What is hidden or has an ending
    that no cloud has is no data; what else cannot be read is left out, see ``LabelledClouds.left_out``. A ``.csv`` lists files and their
    labels in columns "file" and "label"; "set.npz#12" is the cloud 12 of a file that holds several. Clouds may come centred.

    Raises:
        InputError: the path is none of these, an array is missing or misshapen, a listed file cannot be read, or no file of a folder can.
    """
    try:
        kind = "folder" if path.is_dir() else path.suffix.lower() if path.is_file() else ""
    except OSError:  # too long to be a name
        kind = ""
    if kind == "folder":
        return _load_folder(path, seed)
    if kind == ".npz":
        return _load_npz(path)
    if kind == ".csv":
        return _load_list(path, seed)
    raise InputError(f"data ('{path}') must be 'synthetic', an .npz file, a .csv of files and labels, or a folder of clouds.")


def is_data_set(path: Path) -> bool:
    """Whether an .npz holds labelled clouds rather than one cloud; only its table of contents is read."""
    if path.suffix.lower() != ".npz" or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return {"points.npy", "labels.npy", "names.npy"} <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def _load_npz(path: Path) -> LabelledClouds:
    points, labels, names = _arrays(path)
    if names.dtype.kind == "S":
        names = np.char.decode(names, "utf-8", "replace")
    for name, values, kinds, rule in (
        ("points", points, "fiu", "numbers"),
        ("labels", labels, "iu", "whole numbers"),
        ("names", names, "U", "words"),
    ):
        if values.dtype.kind not in kinds:
            raise InputError(f"{name} in '{path}' ({values.dtype}) must be {rule}.")
    if points.ndim != 3 or points.shape[2] != 3 or labels.shape != points.shape[:1] or not points.size or names.ndim != 1:
        raise InputError(
            f"'{path}' must hold points (K, P, 3), labels (K,) and names (C,); it holds {points.shape}, {labels.shape} and {names.shape}."
        )
    if labels.min() < 0 or labels.max() >= len(names):
        raise InputError(f"labels in '{path}' must be between 0 and {len(names) - 1}; they reach from {labels.min()} to {labels.max()}.")
    if not np.isfinite(points).all():
        raise InputError(f"points in '{path}' must be finite numbers.")
    clouds = list(points.astype(np.float32)) if np.can_cast(points.dtype, np.float32) else [_centred(cloud) for cloud in points]
    return LabelledClouds(clouds, labels.astype(np.int64), tuple(str(name) for name in names))


def _centred(cloud: NDArray[Any]) -> NDArray[np.float32]:
    """A cloud as float32 that keeps its shape however far from zero it lies."""
    exact = cloud.astype(np.float64)
    return (exact - middle(exact)).astype(np.float32)


def _arrays(path: Path) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Reads points, labels and names as they are stored; pickled objects are refused."""
    if not zipfile.is_zipfile(path):
        raise InputError(f"'{path}' must be an .npz archive; it is not, or it is damaged.")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            missing = sorted({"points", "labels", "names"} - set(arrays.files))
            if missing:
                raise InputError(f"'{path}' must hold points, labels and names; {', '.join(missing)} is missing.")
            return arrays["points"], arrays["labels"], arrays["names"]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"'{path}' cannot be read as an .npz of arrays ({str(error).rstrip('.')}).") from error


def _load_folder(path: Path, seed: int) -> LabelledClouds:
    files = sorted(entry for entry in path.rglob("*") if entry.is_file() and _may_be_cloud(entry.relative_to(path)))
    clouds: list[tuple[NDArray[np.float32], str]] = []
    left_out: list[str] = []
    for file in files:
        try:
            clouds.append((_cloud(file, seed), _word(file, path)))
        except InputError as error:
            left_out.append(str(error))
    if not clouds:
        raise InputError(" ".join([f"'{path}' holds no file that can be read as a cloud.", *left_out[:1]]))
    return _named(clouds)._replace(left_out=tuple(left_out))


def _may_be_cloud(file: Path) -> bool:
    return file.suffix.lower().lstrip(".") in EXTENSIONS and not any(part.startswith(".") for part in file.parts)


def _word(file: Path, top: Path) -> str:
    """What a file of a folder is called: by its folder, that of a split aside, or by its own name."""
    folder = next((each for each in file.parents if each.name.lower() not in SPLITS), top)
    if folder == top or top not in folder.parents:
        return re.sub(r"[\W_]*\d+$", "", file.stem)
    return folder.name


def _load_list(path: Path, seed: int) -> LabelledClouds:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"'{path}' cannot be read as a table ({error}).") from error
    if not rows or not {"file", "label"} <= set(rows[0]):
        raise InputError(f"'{path}' must hold the columns file and label, and at least one row.")
    return _named([(_cloud(path.parent / str(row["file"]), seed), str(row["label"] or "")) for row in rows])


def _cloud(file: Path, seed: int) -> NDArray[np.float32]:
    plain, _, member = str(file).rpartition("#")
    several = bool(plain) and member.isdigit() and not file.exists()
    return read(plain if several else file, max_points=FOLDER_POINTS, seed=seed, member=int(member) if several else 0).points


def _named(clouds: Sequence[tuple[NDArray[np.float32], str]]) -> LabelledClouds:
    words = [re.sub(r"[\s_]+", " ", word).strip().lower() or "object" for _, word in clouds]
    names = sorted(set(words))
    return LabelledClouds([points for points, _ in clouds], np.array([names.index(word) for word in words]), tuple(names))
