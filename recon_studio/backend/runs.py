"""Run folders as the window sees them: new lines of a log, the files there are, the probe's pictures, a trainer set going.

What a run folder holds is our own trainer's, yet it may come from anywhere: lines are decoded by type, arrays are read without
unpickling and only up to a size, and only files of known names are ever deleted.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recon_model.errors import InputError
from recon_model.runs.files import CHECKPOINTS, CONFIG, EVENTS, LOCK, LOG, PAUSE, PINNED, PROBES, RESUME, STOP
from recon_model.runs.log import Shot
from recon_studio.backend.launch import helper_environment
from recon_studio.state.training import Probe

LABELS = "labels.csv"
"""The files and labels a classifier started here is taught by."""
_AT_ONCE = 256_000  # bytes of a log read at a time, so that the window is never held up
_LARGEST_PROBE = 8_000_000  # bytes
_LARGEST_REASON = 4_000
_MODELS = ("last.safetensors", "best.safetensors")
_OWN = (CONFIG, EVENTS, RESUME, LOCK, LOG, LABELS, STOP, PAUSE, *_MODELS)


class LogTail:
    """The lines of one log, each once."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / EVENTS
        self._offset = 0
        self._rest = b""
        self.begun_again = False  # whether the file was replaced by a shorter one since the last look
        self.more = False  # whether there was more than is read at a time

    def lines(self) -> list[bytes]:
        """Returns the whole lines that are new."""
        try:
            size = self._file.stat().st_size
        except OSError:
            size = 0
        self.begun_again = size < self._offset
        if self.begun_again:
            self._offset, self._rest = 0, b""
        if size == self._offset:
            self.more = False
            return []
        with self._file.open("rb") as file:
            file.seek(self._offset)
            new = file.read(_AT_ONCE)
        self._offset += len(new)
        self.more = self._offset < size
        *whole, self._rest = (self._rest + new).split(b"\n")
        return whole


def models(folder: Path) -> tuple[dict[str, int], frozenset[str]]:
    """Returns the sizes of a run's model files by name inside the folder, and the names of those that are pinned."""
    sizes, pinned = {}, set()
    for file in (*(folder / name for name in _MODELS), *(folder / CHECKPOINTS).glob("epoch-*.safetensors")):
        with contextlib.suppress(OSError):
            name = file.relative_to(folder).as_posix()
            sizes[name] = file.stat().st_size
            if file.with_suffix(PINNED).exists():
                pinned.add(name)
    return sizes, frozenset(pinned)


def probe(folder: Path, shot: Shot) -> Probe | None:
    """Reads the probe clouds as one epoch rebuilt them; None where a file is missing, damaged or far too large."""
    try:
        hidden, visible = (_array(folder / PROBES / f"{name}.npy") for name in ("hidden", "visible"))
        rebuilt = _array(folder / PROBES / Path(shot.file).name)
    except (OSError, ValueError, EOFError):
        return None
    if rebuilt.shape != hidden.shape or len(visible) != len(hidden) or len(shot.names) != len(hidden) != len(shot.chamfer):
        return None
    return Probe(shot.epoch, shot.names, shot.chamfer, visible, hidden, rebuilt)


def _array(file: Path) -> npt.NDArray[np.float32]:
    if file.stat().st_size > _LARGEST_PROBE:
        raise ValueError("far too large for a probe")
    values = np.load(file, allow_pickle=False)
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or values.ndim != 4 or values.shape[3] != 3:
        raise ValueError("no probe")
    return np.nan_to_num(values.astype(np.float32))


def last_words(folder: Path) -> str:
    """Returns the last line a trainer complained in, empty where it did not."""
    try:
        with (folder / LOG).open("rb") as file:
            file.seek(max(0, (folder / LOG).stat().st_size - _LARGEST_REASON))
            lines = [line.strip() for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        return ""
    return lines[-1] if lines else ""


def is_run(path: str) -> bool:
    """Whether a folder looks like a run."""
    return (Path(path) / CONFIG).is_file() and (Path(path) / EVENTS).is_file()


def delete(folder: Path) -> None:
    """Deletes a run's own files, and its folder if nothing else lies in it.

    Raises:
        OSError: a file cannot be deleted.
    """
    for inner, patterns in ((CHECKPOINTS, ("epoch-*.safetensors", f"epoch-*{PINNED}")), (PROBES, ("*.npy",))):
        for pattern in patterns:
            for file in (folder / inner).glob(pattern):
                file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            (folder / inner).rmdir()
    for name in _OWN:
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something of someone else's lies in it
        folder.rmdir()


def free_folder(home: Path, name: str) -> Path:
    """Returns a folder of that name that is not there yet, numbered where it must be."""
    candidate, number = home / name, 2
    while candidate.exists():
        candidate, number = home / f"{name}-{number}", number + 1
    return candidate


def start_trainer(folder: Path, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Sets ``recon`` going on its own: it lives on when the window closes. What it complains of goes into the folder.

    Args:
        folder: of the run; made here.
        arguments: the words behind ``recon``.

    Returns:
        The process; see ``let_go``.

    Raises:
        InputError: the folder cannot be made, or no process started.
    """
    command = [sys.executable, "-P", "-m", "recon_model.cli.main", *arguments]
    nice = shutil.which("nice")
    if nice is not None:  # the window stays quick while a model trains
        command = [nice, "-n", "5", *command]
    # Not QProcess: detached, it does not tell Python the process id.
    apart: dict[str, Any] = {"start_new_session": True} if os.name == "posix" else {"creationflags": 0x00000208}  # detached, own group
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOG).open("wb") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # how it fares is in its log of events, too
                stderr=log,
                env={**os.environ, **helper_environment()},
                **apart,
            )
    except OSError as error:
        raise InputError(f"The run in '{folder}' cannot be started ({error.strerror}).") from error


def let_go(trainer: "subprocess.Popen[bytes]") -> None:
    """Forgets a process that is to go on without us; Python would otherwise complain of it."""
    if trainer.poll() is None:
        trainer.returncode = 0
