"""The time-lapse of the bench: a bar under the views with a slider over a run's checkpoints, and its films."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QProgressBar, QPushButton, QSlider, QToolButton

from recon_studio.state import replay as replaying
from recon_studio.state.app_state import AppState, Mask
from recon_studio.views.bench_view import BenchView
from recon_studio.views.film import PACE_MS, Film, ask_film
from recon_studio.views.parts import label, restate
from recon_studio.views.theme import GRID, icon

CHANGED = "The time-lapse changed while its film was being made; nothing was written."


class ReplayBar(QFrame):
    """Emits what is asked; hidden while there is no time-lapse."""

    runChosen = Signal(str)
    takeChosen = Signal(int)
    closed = Signal()
    saved = Signal(str, str)  # path, and a sentence where it failed

    def __init__(self, bench: BenchView) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.setAccessibleName("Time-lapse")
        self._bench = bench
        self._state: AppState | None = None
        self._film: Film | None = None
        self._filmed: tuple[tuple[replaying.Take, ...], Mask] = ((), Mask())
        self.play = QToolButton()
        self.play.setIconSize(QSize(16, 16))
        self.play.setAccessibleName("Play the time-lapse")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName("Checkpoint shown")
        self.words = label("", "small")
        self.words.setMinimumWidth(33 * GRID)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedWidth(10 * GRID)
        self.export = QPushButton("Save…")
        self.export.setAccessibleName("Save the time-lapse as a film")
        self.end = QToolButton()
        self.end.setIconSize(QSize(14, 14))
        self.end.setAccessibleName("Close the time-lapse")
        self.end.setToolTip("Go back to what the model on the bench makes of the cloud.")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(GRID)
        for widget, stretch in ((label("Time-lapse", "title"), 0), (self.play, 0), (self.slider, 1), (self.words, 0), (self.bar, 0)):
            row.addWidget(widget, stretch)
        row.addWidget(self.export)
        row.addWidget(self.end)
        self._clock = QTimer(self, interval=PACE_MS)
        self._clock.timeout.connect(self._advance)
        self.play.clicked.connect(self._toggle)
        self.slider.valueChanged.connect(self.takeChosen)
        self.export.clicked.connect(self._ask_film)
        self.end.clicked.connect(self.closed)
        self.hide()

    # ------------------------------------------------------------ showing

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        self._state = new
        if old is not None and old.replay is new.replay and old.theme == new.theme:
            return
        replay = new.replay
        self.setVisible(replay is not None)
        self.end.setIcon(icon("close", new.theme))
        if replay is None:
            self.stop()
            return
        takes, busy = len(replay.takes), bool(replay.doing)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(takes - 1, 0))
            self.slider.setValue(replay.at)
        words, tip = replaying.in_words(replay)
        self.words.setText(words)
        self.words.setToolTip(tip)
        self.bar.setVisible(busy)
        self.bar.setRange(0, len(replay.checkpoints))
        self.bar.setValue(takes)
        which = "Which checkpoint of the run rebuilds the cloud and says where its tokens look; all views follow."
        for control, tip in ((self.slider, which), (self.play, "Show one checkpoint after another, or stop.")):
            restate(control, takes > 1, tip, "There is one take at most yet.")
        self._show_export()
        self._show_icon()

    def _show_export(self) -> None:
        replay = self._state.replay if self._state is not None else None
        there = replay is not None and len(replay.takes) > 1 and not replay.doing
        why = "Not all checkpoints are there yet." if self._film is None else "A film is being made."
        restate(self.export, there and self._film is None, "Save the views at every checkpoint as GIF or MP4.", why)

    def _show_icon(self) -> None:
        if self._state is not None:
            self.play.setIcon(icon("pause" if self._clock.isActive() else "play", self._state.theme))

    def _toggle(self) -> None:
        if self._clock.isActive():
            self._clock.stop()
        else:
            self._clock.start()
        self._show_icon()

    def _advance(self) -> None:
        self.slider.setValue(0 if self.slider.value() == self.slider.maximum() else self.slider.value() + 1)

    def stop(self) -> None:
        """Plays no longer."""
        self._clock.stop()
        self._show_icon()

    # ------------------------------------------------------------ asking

    def ask_run(self) -> None:
        """Lets the user choose a run, the one followed in the training room first."""
        state = self._state
        run = state.training.run if state is not None else None
        folder = QFileDialog.getExistingDirectory(self, "Open a run's folder", run.path if run is not None else "")
        if folder:
            self.runChosen.emit(folder)

    def _ask_film(self) -> None:
        path = ask_film(self, "Save the time-lapse")
        if path:
            self.save_film(path)

    def save_film(self, path: str) -> None:
        """Shows take after take, grabs the views when each is drawn, and has them written."""
        state = self._state
        replay = state.replay if state is not None else None
        if state is None or replay is None or not replay.takes or self._film is not None:
            return
        self.stop()
        before = replay.at
        self._filmed = (replay.takes, state.mask)
        self._film = Film(path, len(replay.takes), self._taken, lambda: self.takeChosen.emit(before), self)
        self._film.finished.connect(self._film_saved)
        self._show_export()

    def _taken(self, at: int) -> QImage | None:
        state, film = self._state, self._film
        replay = state.replay if state is not None else None
        assert state is not None
        assert film is not None
        if replay is None or replay.cloud is not state.cloud or (replay.takes, state.mask) != self._filmed:
            film.give_up(CHANGED)
            return None
        if replay.at != at:
            self.takeChosen.emit(at)
            return None
        return self._bench.grab().toImage() if self._bench.complete else None

    def _film_saved(self, path: str, complaint: str) -> None:
        self.shut()
        self.saved.emit(path, complaint)
        if self._state is not None:
            self.show_state(None, self._state)

    def shut(self) -> None:
        """Stops what runs by itself."""
        film, self._film = self._film, None
        self._clock.stop()
        if film is not None:
            film.join()
            film.deleteLater()
