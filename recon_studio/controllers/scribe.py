"""What has to be on the disk is written by a thread: a disk that is busy keeps a rename for a second, which the window does not have."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

Outcome = TypeVar("Outcome")


class Scribe(QObject):
    """Does one job after the other, in the order in which they were given."""

    _done = Signal(object, object)  # a job that is done, whom to tell of it

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hand: ThreadPoolExecutor | None = ThreadPoolExecutor(1, "scribe")  # its thread begins with the first job
        self._done.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def write(self, job: Callable[[], Outcome], told: Callable[[Outcome], object] = lambda _: None) -> None:
        """Has a job done; what it returns is told on the window's thread, from the event loop. Once closed, both happen at once."""
        if self._hand is None:
            told(job())
        else:
            self._hand.submit(job).add_done_callback(lambda done: self._done.emit(done, told))

    def flush(self) -> None:
        """Waits until everything given so far is written."""
        if self._hand is not None:
            self._hand.submit(str).result()

    def close(self) -> None:
        """Waits until everything is written, and ends the thread."""
        hand, self._hand = self._hand, None
        if hand is not None:
            hand.shutdown()

    def _tell(self, done: Future[Any], told: Callable[[Any], object]) -> None:
        told(done.result())
