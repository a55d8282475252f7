"""E57 (ASTM E2807) through pye57 (the "e57" extra): Cartesian and spherical coordinates, several scans with their poses."""

from typing import Any

import numpy as np
import numpy.typing as npt

from recon_model.counts import counted, grouped, were
from recon_model.data.readers.found import Array, Found, Source, within

_CARTESIAN = ("cartesianX", "cartesianY", "cartesianZ")
_SPHERICAL = ("sphericalRange", "sphericalAzimuth", "sphericalElevation")
_COLOURS = ("colorRed", "colorGreen", "colorBlue")
_NORMALS = ("nor:normalX", "nor:normalY", "nor:normalZ")
_BLOCK = 1 << 16

Columns = dict[str, npt.NDArray[np.float64]]


def read(source: Source) -> Found:
    """Reads all scans of an E57 file into one cloud; see ``clouds.read``. Rows marked invalid are no points and are left out.

    Raises:
        InputError: damaged (every page has a checksum), without points, or the extra is not installed.
    """
    try:
        import pye57
    except ImportError:
        raise source.refuse("reading .e57 needs the e57 extra: pip install 'recon-studio[e57]'.") from None
    try:
        image = pye57.E57(str(source.path), mode="r")
    except pye57.libe57.E57Exception as error:
        raise source.refuse(f"the E57 file is damaged ({_first_line(error)}).") from None
    try:
        return _read_scans(source, pye57, image)
    except pye57.libe57.E57Exception as error:
        raise source.refuse(f"the E57 file is damaged ({_first_line(error)}).") from None
    finally:
        image.close()


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:120] if lines else type(error).__name__


def _read_scans(source: Source, pye57: Any, image: Any) -> Found:
    headers = [image.get_header(place) for place in range(image.scan_count)]
    counts = [int(header.point_count) for header in headers]
    total = sum(counts)
    if total <= 0:
        raise source.refuse(f"the E57 file holds {counted(len(headers), 'scan')} and no points, so there is nothing to show.")
    rows = source.rows(total)
    scans: list[tuple[Array, Array | None, Array | None]] = []
    invalid = start = 0
    for header, count in zip(headers, counts, strict=True):
        if count:
            columns = _columns(source, pye57, image, header, count, rows, start)
            scan, bad = _scan(source, header, columns)
            scans.append(scan)
            invalid += bad
        start += count
    if invalid:
        source.notes.append(f"{counted(invalid, 'row')} marked invalid by the scanner {were(invalid)} left out.")
    if len(scans) > 1:
        source.notes.append(f"{counted(len(scans), 'scan')} were joined, each moved by its pose.")
    positions = np.concatenate([positions for positions, _, _ in scans])
    if not len(positions):
        raise source.refuse(f"all of its {counted(total, 'row')} are marked invalid, so there is nothing to show.")
    return Found(
        format="e57",
        positions=positions,
        vertex_count=total - invalid if isinstance(rows, slice) else total,
        colours=_joined([colours for _, colours, _ in scans]),
        normals=_joined([normals for _, _, normals in scans]),
    )


def _joined(parts: list[Array | None]) -> Array | None:
    present = [part for part in parts if part is not None]
    return np.concatenate(present) if len(present) == len(parts) else None


def _columns(source: Source, pye57: Any, image: Any, header: Any, count: int, rows: Array | slice, start: int) -> Columns:
    """Reads the chosen rows of one scan block by block, so that a promised count allocates nothing."""
    wanted = [*_CARTESIAN, *_SPHERICAL, "cartesianInvalidState", "sphericalInvalidState", *_COLOURS, *_NORMALS]
    names = [name for name in wanted if name in header.point_fields]
    buffers = pye57.libe57.VectorSourceDestBuffer()
    arrays = {name: np.zeros(min(count, _BLOCK)) for name in names}
    for name, array in arrays.items():
        buffers.append(pye57.libe57.SourceDestBuffer(image.image_file, name, array, len(array), True, True))
    blocks: list[Columns] = []
    reader = header.points.reader(buffers)
    done = 0
    while done < count and (got := int(reader.read())):
        chosen = within(rows, start + done, start + done + got)
        blocks.append({name: array[:got][chosen].copy() for name, array in arrays.items()})
        done += got
    reader.close()
    if done < count:
        raise source.refuse(f"a scan promises {counted(count, 'point')}, but holds {grouped(done)}; it is damaged or cut short.")
    return {name: np.concatenate([block[name] for block in blocks]) for name in names}


def _scan(source: Source, header: Any, columns: Columns) -> tuple[tuple[Array, Array | None, Array | None], int]:
    """Returns positions, colours and normals of the valid rows in the file's common frame, and the number of invalid rows."""
    if all(name in columns for name in _CARTESIAN):
        positions = _stacked(columns, _CARTESIAN)
        state = columns.get("cartesianInvalidState")
    elif all(name in columns for name in _SPHERICAL):
        distance, azimuth, elevation = (columns[name] for name in _SPHERICAL)
        flat = distance * np.cos(elevation)
        positions = np.stack([flat * np.cos(azimuth), flat * np.sin(azimuth), distance * np.sin(elevation)], axis=1)
        state = columns.get("sphericalInvalidState")
    else:
        raise source.refuse("a scan has neither Cartesian nor spherical coordinates, so there is nothing to show.")
    valid = np.ones(len(positions), bool) if state is None else state == 0
    rotation, translation = _pose(header)
    colours = _stacked(columns, _COLOURS)[valid] if all(name in columns for name in _COLOURS) else None
    normals = _stacked(columns, _NORMALS)[valid] @ rotation.T if all(name in columns for name in _NORMALS) else None
    return (positions[valid] @ rotation.T + translation, colours, normals), int((~valid).sum())


def _stacked(columns: Columns, names: tuple[str, str, str]) -> npt.NDArray[np.float64]:
    return np.stack([columns[name] for name in names], axis=1)


def _pose(header: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Returns the scan's rotation (3, 3), from a unit quaternion, and translation (3,)."""
    rotation, translation = np.eye(3), np.zeros(3)
    if not header.has_pose():
        return rotation, translation
    pose = header.node["pose"]
    if pose.isDefined("translation"):
        translation = np.array([float(pose["translation"][axis].value()) for axis in "xyz"])
    if pose.isDefined("rotation"):
        quaternion = np.array([float(pose["rotation"][part].value()) for part in "wxyz"])
        length = np.linalg.norm(quaternion)
        if length > 0:
            w, x, y, z = quaternion / length
            rotation = np.array(
                [
                    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
                ]
            )
    return rotation, translation
