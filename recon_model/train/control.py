"""How a running training hears that it should stop or pause: by signal, or by a file in its folder."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from recon_model.runs.files import PAUSE, STOP

POLL_SECONDS = 0.2


class Control:
    """Asked once a step. ``stop`` and ``pause`` are files that anyone may put into the run folder."""

    def __init__(self, folder: Path) -> None:
        self._stop_file, self._pause_file = folder / STOP, folder / PAUSE
        self._signal = threading.Event()
        self.reason = ""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Answers SIGINT and SIGTERM by asking for a stop; a second signal ends the process as usual.

        Outside the main thread, where Python allows no handler, only the files are heard.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {int(number): signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def hear(number: int, frame: FrameType | None) -> None:
            del frame
            self.reason = signal.Signals(number).name
            self._signal.set()
            signal.signal(number, before[number])

        for number in before:
            signal.signal(number, hear)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def should_stop(self) -> bool:
        """Whether a signal came or the file ``stop`` is there."""
        if self._signal.is_set():
            return True
        if self._stop_file.exists():
            self.reason = "stop file"
            return True
        return False

    def should_pause(self) -> bool:
        """Whether the file ``pause`` is there."""
        return self._pause_file.exists()

    def wait_while_paused(self) -> None:
        """Returns when ``pause`` is gone or a stop is asked for."""
        while self.should_pause() and not self.should_stop():
            self._signal.wait(POLL_SECONDS)
