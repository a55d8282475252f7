"""What a glance at a file found, kept on disk from run to run: a few points for a small picture, and what to say of the file."""

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from recon_studio.state.app_state import Floats
from recon_studio.state.files import replace_file

MOST_KEPT = 20_000
"""Files in the cache; the oldest go first."""
_STEPS = 65_535  # coordinates are kept as 16-bit shares of the longest side: finer than any small picture shows


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """One cloud of one file, as that file was when it was looked at."""

    version: int = 1
    path: str
    member: int
    modified: int  # nanoseconds, as the file system tells
    size: int  # bytes
    kind: str
    vertices: int
    clouds: int = 1
    labels: bytes = b""  # little-endian int32, one for each cloud
    names: tuple[str, ...] = ()
    points: bytes  # little-endian uint16, (n, 3)
    colours: bytes = b""  # uint8, (n, 3)

    def cloud(self) -> tuple[Floats, npt.NDArray[np.uint8] | None]:
        """Returns its points (n, 3), each between 0 and 1, and their colours (n, 3) where it has any."""
        points = np.frombuffer(self.points, "<u2").reshape(-1, 3).astype(np.float32) / np.float32(_STEPS)
        colours = np.frombuffer(self.colours, np.uint8).reshape(-1, 3) if self.colours else None
        return points, colours if colours is not None and len(colours) == len(points) else None

    def class_numbers(self) -> Sequence[int] | None:
        """Returns the class of each cloud, an index into ``names``; None where the file does not say."""
        return np.frombuffer(self.labels, "<i4").tolist() if self.labels else None


def packed(points: npt.NDArray[np.floating]) -> bytes:
    """Returns finite points (n, 3) as ``Glance.points`` keeps them."""
    if not len(points):
        return b""
    low = points.min(axis=0)
    longest = max(float((points.max(axis=0) - low).max()), 1e-30)
    steps: npt.NDArray[np.uint16] = np.rint((points - low).astype(np.float64) / longest * _STEPS).astype("<u2")
    return steps.tobytes()


def stamp(path: str) -> tuple[int, int] | None:
    """Returns when a file was last modified (ns) and its size (bytes); None where it cannot be asked."""
    try:
        status = os.stat(path)  # noqa: PTH116 - thousands of them
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


class GlanceCache:
    """A folder of glances, one file each; nothing in it is trusted, and nothing that goes wrong with it is worth a word."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._decoder = msgspec.msgpack.Decoder(Glance)

    def load(self, path: str, member: int) -> Glance | None:
        """Returns what was kept of a cloud, unless its file has changed since."""
        now = stamp(path)
        try:
            found = self._decoder.decode(self._place(path, member).read_bytes())
        except (OSError, ValueError):
            return None
        sound = len(found.points) % 6 == 0 and len(found.colours) % 3 == 0 and len(found.labels) % 4 == 0
        same = (found.version, found.path, found.member, (found.modified, found.size)) == (1, path, member, now)
        return found if sound and same else None

    def save(self, glance: Glance) -> None:
        """Keeps a glance, in place of an older one at the same cloud."""
        with contextlib.suppress(OSError, UnicodeEncodeError):
            replace_file(self._place(glance.path, glance.member), msgspec.msgpack.encode(glance))

    def prune(self, most: int = MOST_KEPT) -> None:
        """Removes the oldest where there are too many."""
        with contextlib.suppress(OSError):
            entries = list(os.scandir(self._folder))
            if len(entries) > most:
                for entry in sorted(entries, key=lambda each: each.stat().st_mtime)[: len(entries) - most]:
                    Path(entry).unlink(missing_ok=True)

    def _place(self, path: str, member: int) -> Path:
        name = hashlib.sha256(f"{path}#{member}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return self._folder / f"{name}.glance"
