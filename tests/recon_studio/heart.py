"""Watches the event loop of a window: how late its turns come, and what its thread was doing meanwhile."""

import faulthandler
import re
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass

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
        with tempfile.TemporaryFile("w+b") as stacks:
            while not self._over.wait(SAMPLED_MS / 1000):
                with self._lock:
                    if 1000 * (time.perf_counter() - self._last) < LATE_MS:
                        continue
                    # Not by the frames themselves: who holds one keeps its variables, and what is Qt's would then be freed on this thread.
                    stacks.seek(0)
                    stacks.truncate()
                    faulthandler.dump_traceback(stacks, all_threads=True)
                    stacks.seek(0)
                    self._seen[culprit(stacks.read().decode("utf-8", "replace"), self._watched)] += 1

    def forget(self) -> None:
        """Begins to count from now on."""
        with self._lock:
            self.stalls, self._last, self._worked = [], time.perf_counter(), time.thread_time()

    def stop(self) -> None:
        """Stops."""
        self._timer.stop()
        self._over.set()
        self._watcher.join()


def culprit(stacks: str, thread: int) -> str:
    """Returns where a thread is, from all threads' stacks as ``faulthandler`` writes them.

    Returns:
        'file:line function' of its innermost calls, innermost first, up to four of the packages' own.
    """
    told = re.search(rf"hread 0x0*{thread:x} .*\n((?:  .*\n?)*)", stacks)
    lines: list[str] = []
    ours = 0
    for path, line, name in re.findall(r'File "(.*)", line (\d+) in (.*)', told[1]) if told is not None else ():
        if path.endswith(NO_CULPRIT) or ours == 4:
            break
        own = any(part in path for part in OURS)
        ours += own
        if own or not lines:
            lines.append(f"{'/'.join(path.split('/')[-2:])}:{line} {name}")
    return " < ".join(lines)
