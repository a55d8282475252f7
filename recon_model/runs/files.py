"""A run folder by name: its files, who is at work in it, and how it is asked to pause or stop. No torch, so that a window can follow it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from recon_model.errors import InputError

CONFIG, EVENTS, RESUME = "config.json", "events.jsonl", "resume.safetensors"
STOP, PAUSE, LOCK = "stop", "pause", "lock"
LOG = "trainer.log"
"""What a trainer started by the window complained of."""
CHECKPOINTS, PROBES, PINNED = "checkpoints", "probes", ".pinned"
"""Folders inside a run, and what a pinned checkpoint's marker file ends in."""

_PATIENCE_S = 2.0  # someone who only looks holds the lock for a moment


def pin_of(checkpoint: Path) -> Path:
    """Returns the file whose presence pins a checkpoint."""
    return checkpoint.with_suffix(PINNED)


def is_running(folder: Path) -> bool:
    """Whether a trainer is at work in a folder; true also of a paused one. It ends with the trainer's process, however that ends."""
    try:
        with (folder / LOCK).open("rb") as file:
            if _take(file):
                _release(file)
                return False
            return True
    except OSError:
        return False


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Holds a folder for one trainer; what was asked of an earlier one is forgotten, what is asked from now on is not.

    Raises:
        InputError: another trainer is at work in it, or it cannot be written.
    """
    try:
        file = (folder / LOCK).open("ab")
    except OSError as error:
        raise InputError(f"'{folder}' cannot be written ({error.strerror}).") from error
    with file:
        deadline = time.monotonic() + _PATIENCE_S
        while not _take(file):
            if time.monotonic() > deadline:
                raise InputError(f"'{folder}' already has a trainer at work; stop it first.")
            time.sleep(0.02)
        for what in (STOP, PAUSE):
            withdraw(folder, what)
        yield  # closing the file lets go of it


def request(folder: Path, what: str) -> None:
    """Asks the trainer in a folder to do something by leaving it an empty file: ``STOP`` or ``PAUSE``."""
    (folder / what).touch()


def withdraw(folder: Path, what: str) -> None:
    """Takes such a request back."""
    (folder / what).unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _release(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
