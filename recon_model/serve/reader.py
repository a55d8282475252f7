"""The reader role: it takes requests to open files and answers each, come what may.

It parses nothing itself. A process of its own does (``parser``), so a file that crashes a native library, never ends or asks for
all memory costs that process its life, and the window one sentence. Glances at files for a list are another such process's work, so
that a file someone waits for never waits for them.

Clouds are examined here, on a thread: this process has nothing else to do once a file is open, while the model process, which has the
brush to follow, would be held up for a second by a large one. They come as points, so nothing is parsed for it.
"""

import sys
import traceback
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, BinaryIO

import numpy as np

from recon_model.data.writers import write_ply
from recon_model.errors import ReconError, ServeError, sentence
from recon_model.serve.client import ReaderProcess
from recon_model.serve.examining import examine
from recon_model.serve.framing import pack, read_frame
from recon_model.serve.messages import (
    CloudWritten,
    ExamineCloud,
    Failed,
    Glance,
    ReadCloud,
    ReadMembers,
    ReadPicture,
    Ready,
    Reply,
    Shutdown,
    WriteCloud,
    decode_request,
    encode,
)
from recon_model.versions import versions

GLANCE_S = 5.0
"""Seconds a glance may take."""
GLANCE_MEMORY = 1 << 30


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> int:
    """Answers requests until a ``Shutdown`` or the end of the pipe; glances when they are ready, all others in the order they come.

    Returns:
        The exit status, 0.

    Raises:
        ServeError: the bytes on the pipe are no requests.
    """
    mouth = _Mouth(outgoing)
    glances, examinations = _Glances(mouth), _Examinations(mouth)
    with ReaderProcess() as process:
        mouth.say(encode(Ready(id=0, role="reader", versions=versions())))
        finished = False
        try:
            while (body := read_frame(incoming)) is not None:
                request = decode_request(body)
                if isinstance(request, Shutdown):
                    break
                if isinstance(request, Glance | ReadMembers):
                    glances.put(request)
                elif isinstance(request, ExamineCloud):
                    examinations.put(request)
                elif isinstance(request, ReadCloud | ReadPicture):
                    mouth.say(process.answer(request))
                elif isinstance(request, WriteCloud):
                    mouth.say(encode(_written(request)))
                else:
                    wrong = f"the reader opens files and knows nothing of {type(request).__name__}."
                    mouth.say(encode(Failed(id=request.id, sentence=wrong, fault=True)))
            finished = body is None
        finally:
            glances.end(wait=finished)
            examinations.end()
    return 0


class _Mouth:
    """Says one frame at a time, from whatever thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = Lock()

    def say(self, body: bytes) -> None:
        with self._lock:
            self._stream.write(pack(body))
            self._stream.flush()


class _Glances:
    """Answers glances, and reads of many clouds, on a thread of its own, which begins with the first of them."""

    def __init__(self, mouth: _Mouth) -> None:
        self._mouth = mouth
        self._waiting: SimpleQueue[Glance | ReadMembers | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._process: ReaderProcess | None = None

    def put(self, request: Glance | ReadMembers) -> None:
        self._waiting.put(request)
        if self._thread is None:
            self._process = ReaderProcess(timeout_s=GLANCE_S, memory=GLANCE_MEMORY, background=True)
            self._thread = Thread(target=self._work, args=(self._process,), name="glances", daemon=True)
            self._thread.start()

    def end(self, *, wait: bool) -> None:
        """Ends the thread: after all that was asked, or at once."""
        if self._thread is None or self._process is None:
            return
        self._waiting.put(None)
        if not wait:
            self._process.call_off()
        self._thread.join()

    def _work(self, process: ReaderProcess) -> None:
        with process:
            while (request := self._waiting.get()) is not None:
                try:
                    self._mouth.say(process.answer(request))
                except (ServeError, OSError):
                    return  # called off, or nobody listens any more


class _Examinations:
    """Examines clouds on a thread of its own, which begins with the first of them. The window sends the next when one is answered."""

    def __init__(self, mouth: _Mouth) -> None:
        self._mouth = mouth
        self._waiting: SimpleQueue[ExamineCloud | None] = SimpleQueue()
        self._thread: Thread | None = None

    def put(self, request: ExamineCloud) -> None:
        self._waiting.put(request)
        if self._thread is None:
            self._thread = Thread(target=self._work, name="examinations", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Ends the thread when it has answered what it was asked."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

    def _work(self) -> None:
        while (request := self._waiting.get()) is not None:
            try:
                self._mouth.say(encode(_examined(request)))
            except OSError:
                return  # nobody listens any more


def _examined(request: ExamineCloud) -> Reply:
    try:
        return examine(request)
    except ReconError as error:
        return Failed(id=request.id, sentence=sentence(error))
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        return Failed(id=request.id, sentence=sentence(error), fault=True)


def _written(request: WriteCloud) -> Reply:
    try:
        points = request.points.numpy()
        scalars = {name: values.numpy() for name, values in request.scalars.items()}
        if request.normals is not None:
            scalars |= dict(zip(("nx", "ny", "nz"), request.normals.numpy().T, strict=True))
        if request.centres is not None:
            patch = nearest(points, request.centres.numpy())
            scalars |= {"patch": patch} | {name: values.numpy()[patch] for name, values in request.of_patches.items()}
        placed = points if request.origin == (0.0, 0.0, 0.0) else points.astype(np.float64) + request.origin
        size = write_ply(request.path, placed, None if request.colours is None else request.colours.numpy(), scalars)
    except ReconError as error:
        return Failed(id=request.id, sentence=sentence(error))
    return CloudWritten(id=request.id, path=request.path, bytes=size)


def nearest(points: "np.ndarray[Any, Any]", centres: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Returns, for each of (n, 3) points, the index of the nearest of (G, 3) centres."""
    answer = np.empty(len(points), dtype=np.int32)
    half = 0.5 * (centres * centres).sum(axis=1)
    for start in range(0, len(points), 2048):  # a block's distances stay in the cache
        answer[start : start + 2048] = (half - points[start : start + 2048] @ centres.T).argmin(axis=1)
    return answer
