"""The cloud laid on each of its sides: 24 pictures in a grid, each with the name that fits best then. A click says which way is up."""

from functools import partial

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QProgressBar, QToolButton, QVBoxLayout, QWidget

from recon_studio.scene.thumbnail import thumbnail
from recon_studio.state import doctoring, words
from recon_studio.state.app_state import AppState, Floats, Prepared, Theme
from recon_studio.state.doctor import Sides
from recon_studio.views.parts import ElidedLabel, as_it_is, label, restate
from recon_studio.views.theme import GRID

ROWS, COLUMNS = 4, 6
PICTURE = 88  # pixels
INTRO = (
    "The present names, with the cloud laid on each of its 24 sides as if its file had it so. Click a picture to say that its top is up; "
    "pictures that differ by a turn about the vertical have the same."
)


class Orientations(QDialog):
    """Shows the best name of each side as the state knows it; asks through its signals."""

    upChosen = Signal(str)
    toggled = Signal(bool)  # whether it is looked at

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Orientations")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        outer.setSpacing(GRID)
        intro = label(INTRO, "small")
        intro.setWordWrap(True)
        outer.addWidget(intro)
        line = QHBoxLayout()
        self.verdict = ElidedLabel("")
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(20 * GRID)
        line.addWidget(self.verdict, 1)
        line.addWidget(self.progress)
        outer.addLayout(line)
        grid = QGridLayout()
        grid.setSpacing(GRID)
        self.sides: list[QToolButton] = []
        for place in range(ROWS * COLUMNS):
            side = QToolButton()
            side.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            side.setIconSize(QSize(PICTURE, PICTURE))
            side.setFixedSize(PICTURE + 4 * GRID, PICTURE + 4 * GRID)
            side.setCheckable(True)
            side.setAccessibleName(f"Side {place + 1}")
            side.clicked.connect(partial(self._click, place))
            self.sides.append(side)
            grid.addWidget(side, place // COLUMNS, place % COLUMNS)
        outer.addLayout(grid)
        self._ups: list[str] = []
        self._theme: Theme = "light"
        self._pictured: Prepared | None = None  # what the pictures show
        self._laid: list[Floats] = []  # its points, on each side
        self._missing: list[int] = []  # the places whose pictures are still to be drawn
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._draw_next)
        self._shown: tuple[object, ...] | None = None

    def show_state(self, new: AppState) -> None:
        """Draws what the state knows of the sides."""
        found = new.doctor.sides
        fresh = found is not None and found.prepared is new.prepared
        job = next((job for job in new.jobs if job.title.startswith("Looking from 24 sides")), None)
        self.progress.setVisible(not fresh and new.prepared is not None)
        if job is not None and job.fraction >= 0:
            self.progress.setRange(0, 100)
            self.progress.setValue(round(100 * job.fraction))
        elif not fresh:
            self.progress.setRange(0, 0)
        shown = (found, fresh, new.prepared, new.theme, new.words.wording)
        if shown == self._shown:
            return
        self._shown = shown
        for side in self.sides:
            restate(side, fresh, "What the cloud is called on this side.", "Waits for the model's answer.")
        if new.theme != self._theme:
            self._theme = new.theme
            self._draw_all()  # pictures that wait for an answer, or for names, are seen, too
        if new.prepared is None or not words.asked_names(new):
            self.verdict.setText("Open a cloud first." if new.prepared is None else "Write names to choose among first.")
            self.progress.hide()
        elif found is None or not fresh:
            self.verdict.setText("Looking at the cloud from 24 sides…")
        else:
            self._show(found, new.prepared)

    def _show(self, found: Sides, prepared: Prepared) -> None:
        if prepared is not self._pictured:
            points = prepared.points[:: max(1, len(prepared.points) // 1024)]
            self._pictured, self._laid = prepared, [points @ rotation.T for rotation in found.rotations]
            self._draw_all()
        self._ups = [doctoring.way_up(rotation, prepared.rotation) for rotation in found.rotations]
        for place, (side, rotation) in enumerate(zip(self.sides, found.rotations, strict=True)):
            name, share = found.names[int(found.best[place])], float(found.shares[place])
            here = bool(np.array_equal(rotation, np.eye(3)))
            side.setText(as_it_is(f"{_short(name)} {share:.0%}"))
            side.setChecked(here)
            now = "This is how the cloud stands now. " if here else ""
            side.setAccessibleName(f"{self._ups[place]} up: {name} {share:.0%}")
            side.setToolTip(
                f"{now}{name}: {share:.1%} of the share, {float(found.margins[place]):.1%} ahead of the next. "
                f"{self._ups[place]} of the file is up; click to choose that."
            )
        self.verdict.setText(self._in_words(found))

    def _draw_all(self) -> None:
        self._missing = list(range(len(self._laid)))
        if self._missing:
            self._turn.start()

    def _draw_next(self) -> None:
        """Draws one picture: all of them would hold the window up."""
        place = self._missing.pop(0)
        ratio = self.devicePixelRatioF()
        picture = thumbnail(self._laid[place], side=round(PICTURE * ratio), theme=self._theme)
        image = QImage(picture.tobytes(), picture.shape[1], picture.shape[0], 3 * picture.shape[1], QImage.Format.Format_RGB888)
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(ratio)
        self.sides[place].setIcon(QIcon(pixmap))
        if not self._missing:
            self._turn.stop()

    def _in_words(self, found: Sides) -> str:
        """Says how many sides agree with the present one."""
        here = next(place for place, rotation in enumerate(found.rotations) if np.array_equal(rotation, np.eye(3)))
        same = int((found.best == found.best[here]).sum())
        return f"Named {found.names[int(found.best[here])]} as it stands, and on {same} of the {len(found.best)} sides."

    def _click(self, place: int) -> None:
        self.sides[place].setChecked(not self.sides[place].isChecked())  # which one is marked is the state's to say
        self.upChosen.emit(self._ups[place])

    def done(self, result: int) -> None:
        """Tells that nobody looks any more."""
        super().done(result)
        self.toggled.emit(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tells that nobody looks any more."""
        super().closeEvent(event)
        self.toggled.emit(False)


def _short(name: str) -> str:
    return name if len(name) <= 10 else f"{name[:9]}…"
