"""The card of the time-lapse: a run's checkpoints, one frame each, with a slider."""

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSlider

from recon_studio.state.app_state import AppState
from recon_studio.views.film import PACE_MS
from recon_studio.views.parts import Card, label, restate


class LapseCard(Card):
    """Emits what is asked; shows the frames there are."""

    runWanted = Signal()
    frameChosen = Signal(int)
    closed = Signal()
    filmWanted = Signal()

    def __init__(self) -> None:
        super().__init__("Time-lapse")
        self.words = label("", "small")
        self.words.setWordWrap(True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Checkpoint shown")
        self.slider.valueChanged.connect(self.frameChosen)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setRange(0, 1000)
        row = QHBoxLayout()
        self.open, self.play = QPushButton("Open a run…"), QPushButton("Play")
        self.film, self.back = QPushButton("Save…"), QPushButton("Close")
        for button, signal in ((self.open, self.runWanted), (self.film, self.filmWanted), (self.back, self.closed)):
            button.clicked.connect(signal)
        self.play.clicked.connect(self._toggle)
        for button in (self.open, self.play, self.film, self.back):
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
        for widget in (self.slider, self.play, self.film, self.back):
            widget.setVisible(lapse is not None)
        self.open.setVisible(lapse is None)
        self.bar.setVisible(busy)
        why = "Embed the library first." if few else "A projection is running."
        restate(self.open, not few and new.map.phase == "idle", "Choose a run's folder that keeps checkpoints.", why)
        which = "Which checkpoint of the run arranges the clouds; each starts from where the last one left them."
        for control, tip in ((self.slider, which), (self.play, "Show one checkpoint after another.")):
            restate(control, len(frames) > 1, tip, "There is one frame at most yet.")
        restate(self.film, len(frames) > 1 and not busy, "Save the frames as an animated GIF, or as MP4.", "Not all frames are there yet.")
        self.back.setToolTip("Go back to the map.")
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(len(frames) - 1, 0))
            self.slider.setValue(lapse.at if lapse is not None else 0)
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
