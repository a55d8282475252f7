"""HDF5 through h5py (the "hdf5" extra): the data set with the shape of a cloud, wherever it lies in the file.

Links out of the file and data stored outside it are never followed: a file must not be able to name others of the user's files.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from recon_model.counts import counted, in_bytes
from recon_model.data.readers.arrays import KEYS, as_cloud, fits
from recon_model.data.readers.found import Found, Source, has_names, part_column, stack

_MOST_OBJECTS = 20_000
_LARGEST = 1 << 29


def read(source: Source) -> Found:
    """Reads the most telling data set of an HDF5 file; see ``clouds.read``.

    Raises:
        InputError: damaged, nothing in it has the shape of a cloud, or the extra is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise source.refuse("reading .h5 needs the hdf5 extra: pip install 'recon-studio[hdf5]'.") from None
    try:
        with h5py.File(source.path, "r") as file:
            return _read_file(source, h5py, file)
    except (OSError, RuntimeError, KeyError) as error:
        first = (str(error).strip("'\" ").splitlines() or [type(error).__name__])[0]
        raise source.refuse(f"the HDF5 file is damaged or holds something h5py cannot read ({first[:120]}).") from None


def _read_file(source: Source, h5py: Any, file: Any) -> Found:
    sets, outside = _data_sets(h5py, file)
    usable = {path: item for path, item in sets.items() if fits(item.dtype, item.shape, named=_bare(path) in KEYS)}
    if usable:
        path = min(usable, key=lambda name: (_preference(name), -usable[name].size, name))
        if len(sets) > 1:
            source.notes.append(f"The coordinates are those of the data set '{path}', one of {len(sets)} in the file.")
        found = as_cloud(source, _loaded(source, path, usable[path]), "hdf5", named=_bare(path) in KEYS)
        return replace(found, clouds=usable[path].shape[0]) if usable[path].ndim == 3 else found
    columns = _columns(source, sets)
    if columns is not None:
        return columns
    if outside and not sets:
        raise source.refuse(
            f"its data lie in other files ({counted(outside, 'link')} outward), which are not followed; open those files instead."
        )
    listed = ", ".join(f"{path} {item.shape}" for path, item in list(sets.items())[:4]) + (", …" if len(sets) > 4 else "")
    raise source.refuse(
        f"none of its data sets has the shape of a cloud, (points, 3){f': it holds {listed}' if listed else ', and none has any shape'}."
    )


def _data_sets(h5py: Any, file: Any) -> tuple[dict[str, Any], int]:
    """Lists the data sets inside this file by their paths, and counts what points out of it. Each object is visited once."""
    found: dict[str, Any] = {}
    outside = 0
    seen: set[Any] = set()
    waiting: list[tuple[str, Any]] = [("", file)]
    while waiting and len(seen) < _MOST_OBJECTS:
        path, group = waiting.pop(0)
        for name in group:
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                outside += isinstance(link, h5py.ExternalLink)
                continue
            item = group[name]
            mark = h5py.h5o.get_info(item.id).addr
            if mark in seen:
                continue
            seen.add(mark)
            if isinstance(item, h5py.Group):
                waiting.append((f"{path}{name}/", item))
            elif isinstance(item, h5py.Dataset) and item.shape is not None:
                if item.is_virtual or item.external:
                    outside += 1
                else:
                    found[f"{path}{name}"] = item
    return found, outside


def _bare(path: str) -> str:
    return path.rsplit("/", 1)[-1].lower()


def _preference(path: str) -> int:
    return KEYS.index(_bare(path)) if _bare(path) in KEYS else len(KEYS)


def _loaded(source: Source, path: str, item: Any) -> np.ndarray[Any, np.dtype[Any]]:
    if item.ndim == 3:  # one cloud after another: only one is read
        clouds = item.shape[0]
        at = source.choose_member(clouds)
        return np.asarray(_within_limit(source, path, item, item[:1].nbytes if item.size < 1_000_000 else _bytes(item) // clouds)[at])
    return np.asarray(_within_limit(source, path, item, _bytes(item))[()])


def _bytes(item: Any) -> int:
    return int(item.size) * int(item.dtype.itemsize)


def _within_limit(source: Source, path: str, item: Any, size: int) -> Any:
    if size > _LARGEST:
        raise source.refuse(f"the data set '{path}' takes {in_bytes(size)} unpacked, but at most {in_bytes(_LARGEST)} are opened.")
    return item


def _columns(source: Source, sets: dict[str, Any]) -> Found | None:
    """Takes x, y and z kept as three lists of one length in one group."""
    groups: dict[str, dict[str, Any]] = {}
    for path, item in sets.items():
        if item.ndim == 1 and item.dtype.kind in "fiu":
            folder, _, name = path.rpartition("/")
            groups.setdefault(folder, {})[name] = item
    for members in groups.values():
        for length in {item.shape[0] for item in members.values()} - {0}:
            same = {name: item for name, item in members.items() if item.shape[0] == length}
            if has_names(list(same), "positions"):
                rows = source.rows(length)
                loaded = {name: _within_limit(source, name, item, _bytes(item))[()][rows] for name, item in same.items()}
                positions = stack(loaded, "positions")
                assert positions is not None
                return Found(
                    format="hdf5",
                    positions=positions,
                    vertex_count=length,
                    colours=stack(loaded, "colours"),
                    normals=stack(loaded, "normals"),
                    parts=part_column(loaded),
                )
    return None
