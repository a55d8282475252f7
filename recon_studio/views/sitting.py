"""Draws portraits a little at a time and develops them on a thread, so that the window is not held up, whatever their size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from recon_studio.views.portrait import Exposure, Pose

if TYPE_CHECKING:
    from recon_studio.scene.bench import Bench
    from recon_studio.scene.picture import Bytes
    from recon_studio.scene.shading import Floats

_SLICE = 0.02
"""Seconds at a time for the parts of a large cloud."""


class Sitting(QObject):
    """Draws some poses with a renderer of its own: what the window shows meanwhile is neither held up nor drawn.

    Args:
        poses: what to draw; the same picture for all of them.
        bind: makes of the images, in the order of the poses, what is wanted; on a thread.
        parent: who it goes with.
    """

    progressed = Signal(int)  # percent
    finished = Signal(object)  # what ``bind`` returned; None where the sitting was broken off
    _developed = Signal()

    def __init__(self, poses: Sequence[Pose], bind: Callable[[list[QImage]], object], parent: QObject) -> None:
        """Begins in the next turn of the event loop."""
        super().__init__(parent)
        self._poses, self._bind = tuple(poses), bind
        self._place = 0  # of the pose that is drawn
        self._top = 0  # of the band of it that is drawn
        self._begun = False  # whether a part of that band is drawn
        self._pixels: list[Bytes] = []  # of the bands before
        self._depths: list[Floats] = []
        self._range: list[float] = []  # distances of the depths 0 and 1
        self._bench: Bench | None = None
        self._darkroom = ThreadPoolExecutor(1, "portraits")
        self._work: list[Future[Any]] = []  # the images, and what binds them
        self._over = False
        self._developed.connect(self._step_on)
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._some)
        self._turn.start()

    def _some(self) -> None:
        """Draws some more."""
        from recon_studio.scene.bench import Bench, Rect

        if self._place == len(self._poses):
            self._turn.stop()
            self._close()
            images = tuple(self._work)
            self._send(lambda: self._bind([image.result() for image in images]))
        elif self._bench is None:
            self._bench = Bench(shades=False)
            first = self._poses[0]
            self._bench.show(first.picture)
            # A few pixels: the shaders are made for them, in a turn of its own.
            self._bench.render({first.index: first.camera}, {first.index: Rect(0, 0, 2, 2)}, 1, coarse=True)
        else:
            self._draw(self._bench, self._poses[self._place])

    def _draw(self, bench: Bench, pose: Pose) -> None:
        """Draws some more of a band of the pose."""
        from recon_studio.scene.bench import AT_ONCE, EDGE, Band, Rect

        width, height = pose.size
        times = pose.oversampling
        rows = max(2 * EDGE, AT_ONCE // (width * times**2) - 2 * EDGE)
        low, high = max(0, self._top - EDGE), min(height, self._top + rows + EDGE)
        if self._begun:
            pixels = bench.refine(_SLICE)
        else:
            place = {pose.index: Rect(0, 0, width, high - low)}
            pixels = bench.render({pose.index: pose.camera}, place, times, coarse=True, band=Band(low, height))
        self._begun = bench.unfinished
        if self._begun:
            return
        seen = slice((self._top - low) * times, (min(height, self._top + rows) - low) * times)
        self._pixels.append(pixels[seen])
        if pose.picture.shading == "eye_dome":
            depths, *self._range = bench.depths(pose.index)
            self._depths.append(depths[seen])
        self._top += rows
        if self._top >= height:
            self._expose(pose)

    def _expose(self, pose: Pose) -> None:
        """Leaves all bands of a pose to the thread, and goes on to the next one."""
        pixels, depths, between = self._pixels, self._depths, self._range
        self._pixels, self._depths, self._top = [], [], 0
        self._place += 1

        def developed() -> QImage:
            shades = (np.concatenate(depths), between[0], between[1]) if depths else None
            return Exposure(pose, np.concatenate(pixels), shades).developed()

        self._send(developed)

    def _send(self, work: Callable[[], object]) -> None:
        """Leaves something to the thread."""
        self._work.append(self._darkroom.submit(work))
        self._work[-1].add_done_callback(lambda _: self._developed.emit())

    def _step_on(self) -> None:
        """Hears of the thread's work, on the window's."""
        done = sum(each.done() for each in self._work)
        if self._over:
            if done == len(self._work):
                self._darkroom.shutdown()  # done is not told: what tells of it would find nobody to speak for
                self.deleteLater()
        elif done > len(self._poses):
            self._end(self._work[-1].result())
        else:
            self.progressed.emit(round(100 * (self._place + done) / (2 * len(self._poses) + 1)))

    def cancel(self) -> None:
        """Breaks it off; ``finished`` is heard at once."""
        if not self._over:
            self._end(None)

    def shut(self) -> None:
        """Breaks it off and waits for the thread."""
        self.cancel()
        self._darkroom.shutdown()

    def _end(self, made: object) -> None:
        self._over = True
        self._turn.stop()
        self._close()
        self._darkroom.shutdown(wait=False, cancel_futures=True)
        self.finished.emit(made)
        self._step_on()  # what the thread is still at is waited for, but by nobody

    def _close(self) -> None:
        if self._bench is not None:
            self._bench.close()
            self._bench = None
