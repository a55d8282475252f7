"""The card of the time-lapse: a run's checkpoints, one frame each, with a slider; and its export as a GIF."""

from threading import Thread

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSlider

from recon_studio.state.app_state import AppState
from recon_studio.views.parts import Card, label, restate

PACE_MS = 700
"""Between two frames while it plays, and in the GIF."""


class LapseCard(Card):
    """Emits what is asked; shows the frames there are."""

    runWanted = Signal()
    frameChosen = Signal(int)
    closed = Signal()
    gifWanted = Signal()

    def __init__(self) -> None:
        super().__init__("Time-lapse")
        self.words = label("", "small")
        self.words.setWordWrap(True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Checkpoint shown")
        self.slider.setToolTip("Which checkpoint of the run arranges the clouds; each starts from where the last one left them.")
        self.slider.valueChanged.connect(self.frameChosen)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setRange(0, 1000)
        row = QHBoxLayout()
        self.open, self.play = QPushButton("Open a run…"), QPushButton("Play")
        self.gif, self.back = QPushButton("GIF…"), QPushButton("Close")
        for button, signal in ((self.open, self.runWanted), (self.gif, self.gifWanted), (self.back, self.closed)):
            button.clicked.connect(signal)
        self.play.clicked.connect(self._toggle)
        for button in (self.open, self.play, self.gif, self.back):
            row.addWidget(button, 1)
        for widget in (self.words, self.slider, self.bar):
            self.body.addWidget(widget)
        self.body.addLayout(row)
        self._clock = QTimer(self, interval=PACE_MS)
        self._clock.timeout.connect(self._advance)

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        if old is not None and old.map is new.map and old.embeddings is new.embeddings:
            return
        lapse, few = new.map.lapse, new.embeddings is None
        frames = lapse.frames if lapse is not None else ()
        busy = lapse is not None and bool(lapse.doing)
        for widget in (self.slider, self.play, self.gif, self.back):
            widget.setVisible(lapse is not None)
        self.open.setVisible(lapse is None)
        self.bar.setVisible(busy)
        why = "Embed the library first." if few else "A projection is running."
        restate(self.open, not few and new.map.phase == "idle", "Choose a run's folder that keeps checkpoints.", why)
        restate(self.play, len(frames) > 1, "Show one checkpoint after another.", "There is one frame at most yet.")
        restate(self.gif, len(frames) > 1 and not busy, "Save the frames as an animated GIF.", "Not all frames are there yet.")
        self.back.setToolTip("Go back to the map.")
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(len(frames) - 1, 0))
            self.slider.setValue(lapse.at if lapse is not None else 0)
        self.slider.setEnabled(len(frames) > 1)
        if lapse is None:
            self._stop()
            self.words.setText("Follow the same clouds through the checkpoints a training run keeps.")
            return
        self.bar.setValue(round(1000 * len(frames) / len(lapse.checkpoints)))
        shown = f"{frames[lapse.at].name} · {lapse.at + 1} of {len(lapse.checkpoints)}" if frames else ""
        self.words.setText("\n".join(part for part in (shown, lapse.doing) if part))

    def stop(self) -> None:
        """Plays no longer."""
        self._stop()

    def _toggle(self) -> None:
        if self._clock.isActive():
            self._stop()
        else:
            self._clock.start()
            self.play.setText("Pause")

    def _stop(self) -> None:
        self._clock.stop()
        self.play.setText("Play")

    def _advance(self) -> None:
        self.slider.setValue(0 if self.slider.value() == self.slider.maximum() else self.slider.value() + 1)


class GifWriter(QObject):
    """Writes frames as an animated GIF on a thread of its own: finding colours for them takes a second."""

    finished = Signal(str, str)  # path, and a sentence where it failed

    def __init__(self, path: str, frames: list[QImage], parent: QObject | None = None) -> None:
        """Begins at once."""
        super().__init__(parent)
        self._path = path
        self._frames = [_pixels(frame) for frame in frames]
        self._thread = Thread(target=self._write, name="gif", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Waits until it is written."""
        self._thread.join()

    def _write(self) -> None:
        from pathlib import Path
        from uuid import uuid4

        from PIL import Image

        target = Path(self._path)
        temporary = target.with_name(f".{target.name}.{uuid4().hex}")
        try:
            first, *others = (Image.fromarray(frame).quantize(128) for frame in self._frames)
            first.save(temporary, "GIF", save_all=True, append_images=others, duration=PACE_MS, loop=0)
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            self.finished.emit(self._path, f"'{self._path}' could not be written ({error.strerror}).")
            return
        self.finished.emit(self._path, "")


def _pixels(image: QImage) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()
