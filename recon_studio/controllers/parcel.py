"""Large features on their way to a helper on this machine: computed and packed beside the window, which must not wait for either."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import numpy as np
from PySide6.QtCore import QObject, Signal

from recon_studio.state.app_state import Floats

INLINE_BYTES = 2 << 20
"""What goes in the message itself; fifty thousand clouds are forty times as much, and packing them took a second and more."""


class Parcel(QObject):
    """Calls ``then`` in the window's thread with the path of an .npy, when another thread has computed and written it.

    Args:
        make: computes the values; called on the thread.
        then: what takes the path.
        failed: what takes the reason, in words, where the file cannot be written.
    """

    _packed = Signal(str, str)  # path, why not

    def __init__(self, make: Callable[[], Floats], then: Callable[[str], None], failed: Callable[[str], None]) -> None:
        super().__init__()
        self._make, self._then, self._failed = make, then, failed
        self._path = ""
        self._cancelled = False
        self._packed.connect(self._hand_over)
        self._thread = Thread(target=self._pack, name="parcel", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Forgets it, and takes its file away; waits for its thread, which takes no longer than writing the file."""
        self._cancelled = True
        self._thread.join()
        if self._path:
            with suppress(OSError):
                Path(self._path).unlink(missing_ok=True)

    def _pack(self) -> None:
        values = self._make()
        if self._cancelled:
            return
        why = ""
        try:
            handle, self._path = tempfile.mkstemp(prefix="recon-features-", suffix=".npy")
            with os.fdopen(handle, "wb") as file:
                np.save(file, values, allow_pickle=False)
        except OSError as error:
            why = error.strerror or str(error)  # numpy's own has no strerror where a disk is full
        if not self._cancelled:
            self._packed.emit(self._path, why)

    def _hand_over(self, path: str, why: str) -> None:
        if self._cancelled:
            return
        if why:
            self._failed(why)
        else:
            self._then(path)
