"""Opening users' files at arm's length: a helper process parses them, and its crash, hang or hunger ends in one sentence here."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import BinaryIO, Self, cast

from recon_model.counts import in_bytes
from recon_model.data.clouds import Cloud
from recon_model.data.readers.found import shown_name
from recon_model.errors import InputError, ServeError
from recon_model.serve.framing import pack, read_frame
from recon_model.serve.messages import CloudRead, DataSet, Failed, Glance, ReadCloud, ReadMembers, ReadPicture, decode_reply, encode

TIMEOUT_S = 8.0
"""Seconds a file may take. Below the 10 s promised to users, so that a restart and the way through the pipes fit in as well."""
MEMORY = 2 << 30
"""Bytes of address space the helper may use."""
CRASHED = "crashed the reader"
"""What the sentence says when the helper died on a file."""

_START_S = 60.0  # for Python and numpy to be loaded from a cold, slow disk


class ReaderProcess:
    """One helper process that opens files; it is started ahead, killed when a file takes too long, and replaced when it died.

    Not safe for use from several threads, but for ``call_off``. Close it, or use it in a ``with`` statement.
    """

    def __init__(
        self, *, timeout_s: float = TIMEOUT_S, memory: int = MEMORY, background: bool = False, command: Sequence[str] | None = None
    ) -> None:
        """Starts the helper without waiting for it.

        Args:
            timeout_s: wall time a file may take, in seconds.
            memory: bytes of address space the helper may use (where the system can limit it).
            background: whether everything else on the machine comes first.
            command: another helper that speaks the same messages, such as ``recon serve --role reader`` elsewhere.
        """
        self._timeout_s = timeout_s
        self._memory = memory
        own = [sys.executable, "-P", "-m", "recon_model.serve.parser", str(memory), *(["background"] if background else [])]
        self._command = list(command) if command is not None else own
        self._number = 0
        self._closed = False
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id of the helper that will open the next file."""
        return self._process.pid

    def read(self, path: str | os.PathLike[str], *, max_points: int = 1_000_000, seed: int = 0, member: int = 0) -> Cloud:
        """Opens a file in the helper; parameters and result are those of ``clouds.read``.

        Raises:
            InputError: the file cannot be opened, took too long, needed too much memory, or crashed the helper.
        """
        self._number += 1
        request = ReadCloud(id=self._number, path=os.path.abspath(path), max_points=max_points, seed=seed, member=member)  # noqa: PTH100
        reply = decode_reply(self.answer(request))
        if isinstance(reply, CloudRead):
            return _cloud(reply)
        if isinstance(reply, Failed):
            raise InputError(reply.sentence)
        raise ServeError(f"the reader answered with {type(reply).__name__}.")

    def answer(self, request: ReadCloud | Glance | ReadMembers | ReadPicture) -> bytes:
        """Passes a request to the helper and returns the body of its reply. There always is one: ``Failed`` when the helper is lost."""
        try:
            frame = pack(encode(request))
        except UnicodeEncodeError:
            return self._failed(request, "the file's name is not written in Unicode; rename it.")
        if self._process.poll() is not None or not self._ready:
            self._await_ready()
        overrun = False

        def stop() -> None:
            nonlocal overrun
            overrun = True
            self._process.kill()

        timer = Timer(self._timeout_s, stop)
        timer.start()
        try:
            body = self._exchange(frame)
        finally:
            timer.cancel()
            timer.join()
        if body is not None:
            return body
        if self._closed:
            return self._failed(request, "opening it was called off.")
        status = self._restart()
        if overrun:
            reason = f"opening it took longer than {self._timeout_s:g} s and was stopped; it is damaged, or too large: thin it first."
            return self._failed(request, reason)
        return self._failed(request, self._obituary(status))

    def close(self) -> None:
        """Ends the helper."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._incoming, self._outgoing):
            with suppress(OSError):  # what was still to be written has nowhere to go
                pipe.close()

    def call_off(self) -> None:
        """Ends what another thread is asking, and lets no helper be started again; that thread then closes."""
        self._closed = True
        self._process.kill()

    def _exchange(self, frame: bytes) -> bytes | None:
        try:
            self._incoming.write(frame)
            self._incoming.flush()
            return read_frame(self._outgoing)
        except (OSError, ServeError):
            return None

    def _start(self) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        # One thread each: thread pools would take address space and the user's other cores.
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
        # HDF5 would load a decompressor that a file asks for from its plugin folder: "::" forbids it. Nor need we lock what we only read.
        hdf5 = {"HDF5_PLUGIN_PRELOAD": "::", "HDF5_USE_FILE_LOCKING": "FALSE"}
        environment = {**os.environ, **threads, **hdf5, "PYTHONPATH": os.pathsep.join(paths)}
        self._ready = False
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        self._incoming = cast(BinaryIO, self._process.stdin)
        self._outgoing = cast(BinaryIO, self._process.stdout)

    def _restart(self) -> int:
        self._process.kill()
        status = self._process.wait()
        self.close()
        self._start()
        return status

    def _await_ready(self) -> None:
        """Waits for the helper's first word, starting another once where it has died meanwhile.

        Raises:
            ServeError: the helper cannot be started.
        """
        for _ in range(2):
            if self._closed:
                break
            if self._process.poll() is not None:
                self._restart()
            timer = Timer(_START_S, self._process.kill)
            timer.start()
            try:
                self._ready = read_frame(self._outgoing) is not None
            except (OSError, ServeError):
                self._ready = False
            finally:
                timer.cancel()
                timer.join()
            if self._ready:
                return
        raise ServeError(f"the process that opens files cannot be started ({' '.join(self._command[:4])}); reinstall ReCon Studio.")

    def _obituary(self, status: int) -> str:
        if status == -getattr(signal, "SIGKILL", 9):
            return f"opening it needed more than the {in_bytes(self._memory)} a reader may use; thin it first."
        cause = signal.Signals(-status).name if -status in set(signal.Signals) else f"exit status {status}"
        return f"opening it {CRASHED} ({cause}), which has been restarted; the file is damaged."

    def _failed(self, request: ReadCloud | Glance | ReadMembers | ReadPicture, reason: str) -> bytes:
        return encode(Failed(id=request.id, sentence=f"{shown_name(Path(request.path))}: {reason}"))


def _cloud(reply: CloudRead) -> Cloud:
    of = reply.dataset or DataSet(clouds=1)
    return Cloud(
        path=reply.path,
        format=reply.format,
        kind=reply.kind,
        vertex_count=reply.vertex_count,
        face_count=reply.face_count,
        points=reply.points.numpy(),
        origin=reply.origin,
        colours=None if reply.colours is None else reply.colours.numpy(),
        normals=None if reply.normals is None else reply.normals.numpy(),
        parts=None if reply.parts is None else reply.parts.numpy(),
        notes=reply.notes,
        seconds=reply.seconds,
        clouds=of.clouds,
        labels=None if of.labels is None else of.labels.numpy(),
        names=of.names,
    )
