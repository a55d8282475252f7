"""The process in which users' files are parsed, and which a hostile one may crash: ``python -m recon_model.serve.parser``.

It is started, watched and restarted by ``client.ReaderProcess`` and never spoken to by the window itself. Limits are set before the
first byte is read: address space, no core dumps, and an alarm that ends the process even while native code does not return, should
whoever watches it be gone.
"""

import os
import signal
import sys
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from recon_model.data import clouds
from recon_model.data.labelled import LabelledClouds, is_data_set, load_labelled
from recon_model.data.pictures import read_picture
from recon_model.errors import InputError, ReconError, ServeError, sentence
from recon_model.serve.framing import pack, private_pipes, read_frame
from recon_model.serve.messages import (
    Array,
    CloudRead,
    DataSet,
    Failed,
    Glance,
    MembersRead,
    PictureRead,
    ReadCloud,
    ReadMembers,
    ReadPicture,
    Ready,
    Reply,
    decode_request,
    encode,
)

ALARM_S = 30.0
"""Seconds after which the process ends itself; whoever watches it stops it much earlier."""


STACKED = 8
"""Most clouds read at a time of a file that must be opened for each."""
STACKED_S = 2.0
"""Seconds that these may take, judging by the first."""


def limit(memory: int) -> None:
    """Takes from this process the right to more than ``memory`` bytes of address space, and to core dumps."""
    try:
        import resource
    except ImportError:  # Windows: only the time is limited there
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    except (ValueError, OSError):  # macOS knows the name but refuses
        return


def answer(request: ReadCloud | Glance | ReadMembers | ReadPicture) -> Reply:
    """Opens the file that is asked for; what is wrong with it comes back as ``Failed``."""
    try:
        if isinstance(request, ReadMembers):
            return members(request)
        if isinstance(request, ReadPicture):
            picture = read_picture(request.path, request.side)
            pixels = Array.of(picture.pixels)
            return PictureRead(id=request.id, path=request.path, pixels=pixels, width=picture.width, height=picture.height)
        return told(request.id, clouds.read(request.path, max_points=request.max_points, seed=request.seed, member=request.member))
    except ReconError as error:
        return Failed(id=request.id, sentence=sentence(error))
    except Exception as error:
        return Failed(id=request.id, sentence=sentence(error), fault=True)


def members(request: ReadMembers) -> MembersRead:
    """Returns some of the clouds of a file: of a labelled .npz as many as are asked for, of any other file its one cloud."""
    path = Path(request.path)
    data = None
    if is_data_set(path):
        status = path.stat()
        data = _data_set(request.path, status.st_size, status.st_mtime_ns)
    if data is None:
        return _stacked(request, path)
    rows = range(request.start, min(request.start + request.count, len(data.labels)))
    return MembersRead(
        id=request.id,
        path=request.path,
        total=len(data.labels),
        start=request.start,
        points=tuple(Array.of(np.asarray(data.points[row], np.float32)) for row in rows),
        labels=tuple(data.names[data.labels[row]] for row in rows),
    )


def _stacked(request: ReadMembers, path: Path) -> MembersRead:
    """Reads the one cloud of a file, or a few of a stack that is not a labelled .npz: each means opening the file."""
    first = clouds.read(path, max_points=request.max_points, seed=request.seed, member=request.start)
    several = max(1, min(request.count, STACKED, int(STACKED_S / max(first.seconds, 1e-9))))
    rows = range(request.start, min(request.start + several, first.clouds))
    others = [clouds.read(path, max_points=request.max_points, seed=request.seed, member=row) for row in rows[1:]]
    labels = ("",) * len(rows) if first.labels is None else tuple(first.names[first.labels[row]] for row in rows)
    points = tuple(Array.of(cloud.points) for cloud in (first, *others))
    return MembersRead(id=request.id, path=request.path, total=first.clouds, start=request.start, points=points, labels=labels)


@lru_cache(maxsize=1)  # a data set is asked for batch by batch, and unpacked once
def _data_set(path: str, _size: int, _changed: int) -> LabelledClouds | None:
    """A labelled set, or None where it is none to the letter, and is read as any stack: cloud by cloud, with the labels it has."""
    try:
        return load_labelled(Path(path))
    except InputError:
        return None


def told(number: int, cloud: clouds.Cloud) -> CloudRead:
    """Returns a cloud as a message answering request ``number``."""
    return CloudRead(
        id=number,
        path=cloud.path,
        format=cloud.format,
        kind=cloud.kind,
        vertex_count=cloud.vertex_count,
        face_count=cloud.face_count,
        points=Array.of(cloud.points),
        origin=cloud.origin,
        colours=None if cloud.colours is None else Array.of(cloud.colours),
        normals=None if cloud.normals is None else Array.of(cloud.normals),
        parts=None if cloud.parts is None else Array.of(cloud.parts),
        notes=cloud.notes,
        seconds=cloud.seconds,
        dataset=DataSet(cloud.clouds, None if cloud.labels is None else Array.of(cloud.labels), cloud.names) if cloud.clouds > 1 else None,
    )


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> int:
    """Answers requests one by one until the pipe closes; returns the exit status."""
    _send(outgoing, Ready(id=0, role="parser", versions={}))
    while (body := read_frame(incoming)) is not None:
        request = decode_request(body)
        if not isinstance(request, ReadCloud | Glance | ReadMembers | ReadPicture):
            raise ServeError(f"a parser opens files and knows nothing of {type(request).__name__}.")
        _alarm(ALARM_S)
        reply = answer(request)
        try:
            _send(outgoing, reply)
        except (ServeError, MemoryError):
            name = Path(request.path).name
            _send(outgoing, Failed(id=request.id, sentence=f"{name}: it holds too much to be passed on; ask for fewer points."))
        _alarm(0)
    return 0


def _alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)  # nobody handles the signal: it ends the process, native code or not


def _send(outgoing: BinaryIO, reply: Reply) -> None:
    outgoing.write(pack(encode(reply)))
    outgoing.flush()


def main(arguments: list[str]) -> int:
    """Serves on this process's own pipes: whatever a library prints goes to stderr, whatever it reads is empty.

    Args:
        arguments: the most bytes of memory to use, in decimal; then "background" where everything else comes first.
    """
    limit(int(arguments[0]))
    if "background" in arguments[1:] and hasattr(os, "nice"):
        os.nice(10)
    try:
        return serve(*private_pipes())
    except (InputError, ServeError, BrokenPipeError) as error:
        print(sentence(error), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
