"""Watches the event loop of a window: how late its turns come, and what its thread was doing meanwhile."""

import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5
SAMPLED_MS = 20
"""How often a thread that does not answer is looked at."""
LATE_MS = 60
"""From when on it is looked at."""
OURS = ("recon_studio/", "recon_model/")
NO_CULPRIT = ("tests/recon_studio/heart.py", "tests/recon_studio/monkey.py")


@dataclass(frozen=True)
class Stall:
    """One turn of the event loop that came late."""

    ms: float
    worked_ms: float  # of it the thread had the processor: the rest is waiting, for others on a busy machine too
    doing: str  # what the monkey was doing
    stack: str  # where the thread was seen most often, innermost first; empty where it was not looked at


class Heart(QObject):
    """Beats while the event loop turns; a beat that comes late is a stall of whatever was going on.

    A thread looks at the stack of the window's thread while a beat is overdue; what keeps the interpreter's lock is seen at its end.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.doing = "starting"
        self.stalls: list[Stall] = []
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()
        self._over = threading.Event()
        self._watched = threading.get_ident()
        self._watcher = threading.Thread(target=self._watch, name="heart", daemon=True)
        self._watcher.start()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        late, work = 1000 * (now - self._last) - BEAT_MS, 1000 * (worked - self._worked)
        self._worked = worked
        with self._lock:
            seen, self._seen, self._last = self._seen, Counter(), now
        if late > LATE_MS:
            self.stalls.append(Stall(late, work, self.doing, seen.most_common(1)[0][0] if seen else ""))

    def _watch(self) -> None:
        while not self._over.wait(SAMPLED_MS / 1000):
            with self._lock:
                if 1000 * (time.perf_counter() - self._last) < LATE_MS:
                    continue
                frame = sys._current_frames().get(self._watched)
                if frame is not None:
                    self._seen[culprit(frame)] += 1

    def forget(self) -> None:
        """Begins to count from now on."""
        with self._lock:
            self.stalls, self._last, self._worked = [], time.perf_counter(), time.thread_time()

    def stop(self) -> None:
        """Stops."""
        self._timer.stop()
        self._over.set()
        self._watcher.join()


def culprit(frame: FrameType) -> str:
    """Returns the innermost calls of a stack as 'file:line function', innermost first, up to four of the packages' own."""
    lines: list[str] = []
    ours = 0
    at: FrameType | None = frame
    while at is not None and ours < 4:
        path = at.f_code.co_filename
        if path.endswith(NO_CULPRIT):
            break
        own = any(part in path for part in OURS)
        ours += own
        if own or not lines:
            lines.append(f"{'/'.join(path.split('/')[-2:])}:{at.f_lineno} {at.f_code.co_name}")
        at = at.f_back
    return " < ".join(lines)
