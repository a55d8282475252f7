"""Writes long texts a little at a time, so that the window is never held up, and whole or not at all."""

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from PySide6.QtCore import QObject, QTimer, Signal

SLICE_SECONDS = 0.012


class LineWriter(QObject):
    """One file being written; under a temporary name until it is whole."""

    finished = Signal(str, str)  # path, and a sentence where it failed

    def __init__(self, path: str, lines: Iterable[str], parent: QObject | None = None) -> None:
        """Begins at once, in the next turn of the event loop."""
        super().__init__(parent)
        self._path, self._lines = Path(path), iter(lines)
        self._temporary = self._path.with_name(f".{self._path.name}.{uuid4().hex}")
        self._stream: TextIO | None = None
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._some)
        self._turn.start()

    def cancel(self) -> None:
        """Leaves it; nothing remains."""
        self._close()
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def _some(self) -> None:
        deadline = time.monotonic() + SLICE_SECONDS
        try:
            if self._stream is None:
                self._stream = self._temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="\n")
            for line in self._lines:
                self._stream.write(f"{line}\n")
                if time.monotonic() > deadline:
                    return
            self._close()
            self._temporary.replace(self._path)
        except OSError as error:
            self.cancel()
            self.finished.emit(str(self._path), f"'{self._path}' could not be written ({error.strerror}).")
            return
        self.finished.emit(str(self._path), "")

    def _close(self) -> None:
        self._turn.stop()
        stream, self._stream = self._stream, None
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
