"""The probe of a run: a held-out cloud as each epoch rebuilt it, turned by hand, and run through like a film."""

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QToolButton, QWidget

from recon_model.runs.log import Shot
from recon_studio.scene.camera import PRESETS, Camera
from recon_studio.scene.colours import GROUNDS, Bytes
from recon_studio.scene.thumbnail import thumbnail
from recon_studio.state.app_state import Floats, Theme
from recon_studio.state.training import Probe
from recon_studio.views.parts import Card, label, restate
from recon_studio.views.theme import COLOURS, GRID, icon
from recon_studio.views.walked import ARROWS, PICKS, paint_frame

FRAME_MS = 350
TURN = 7.5  # degrees that an arrow turns the picture by


class ProbePicture(QWidget):
    """Paints one probe cloud: what the model saw in grey, what it rebuilt (or the truth) in the accent colour."""

    clicked = Signal()

    def __init__(self, *, turns: bool) -> None:
        super().__init__()
        self._points: Floats | None = None  # (n, 3)
        self._colours: Bytes | None = None  # (n, 3)
        self._frame: Floats | None = None  # (m, 3), what fills the picture
        self._theme: Theme = "light"
        self._image: QImage | None = None
        self._last: QPoint | None = None
        self._turns = turns
        self.selected = False
        self.camera: Camera = PRESETS["iso"]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if turns:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            self.setToolTip("Drag or press the arrows to turn. Grey: the patches the model saw. Blue: the hidden ones as it rebuilt them.")

    def show_probe(self, probe: Probe | None, index: int, theme: Theme, *, truth: bool) -> None:
        """Shows one of the clouds; None clears the picture."""
        self._theme, self._image = theme, None
        if probe is None or index >= len(probe.names):
            self._points = None
        else:
            visible = probe.visible[index].reshape(-1, 3)
            hidden = (probe.hidden if truth else probe.rebuilt)[index].reshape(-1, 3)
            ground = GROUNDS[theme]
            self._points = np.concatenate([visible, hidden])
            # Framed by the truth, so that the picture stands still while points fly in.
            self._frame = np.concatenate([visible, probe.hidden[index].reshape(-1, 3)])
            self._colours = np.concatenate(
                [
                    np.tile(np.array(colour, np.uint8), (len(part), 1))
                    for colour, part in ((ground.context, visible), (ground.withheld, hidden))
                ]
            )
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the cloud into the largest square there is room for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        colours = COLOURS[self._theme]
        side = min(self.width(), self.height())
        left, top = (self.width() - side) // 2, (self.height() - side) // 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(*GROUNDS[self._theme].background))
        painter.drawRoundedRect(self.rect(), 6, 6)
        if self._points is not None:
            pixels = max(round(side * self.devicePixelRatioF()), 8)
            if self._image is None or self._image.width() != pixels:
                drawn = thumbnail(
                    self._points, self._colours, side=pixels, theme=self._theme, camera=self.camera, frame=self._frame, coverage=0.5
                )
                self._image = QImage(drawn.tobytes(), pixels, pixels, 3 * pixels, QImage.Format.Format_RGB888).copy()
            painter.drawImage(self.rect().adjusted(left, top, left + side - self.width(), top + side - self.height()), self._image)
        if self.selected:
            painter.setPen(QColor(colours.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        if self.hasFocus():
            paint_frame(painter, QRectF(self.rect()).adjusted(2, 2, -2, -2), self._theme)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins to turn."""
        self._last = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turns."""
        if self._turns and self._last is not None:
            step = event.position().toPoint() - self._last
            self._last = event.position().toPoint()
            self._turn(0.6 * step.x(), 0.6 * step.y())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Ends the turn; a small picture was chosen."""
        self._last = None
        self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turns by the arrows as a view does; the space bar and Enter choose as a click does."""
        key = Qt.Key(event.key())
        if self._turns and key in ARROWS:
            down, right = ARROWS[key]
            self._turn(TURN * right, TURN * down)
        elif key in PICKS:
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def _turn(self, right: float, down: float) -> None:
        self.camera = self.camera.orbited(right, down)
        self._image = None
        self.update()


class ProbeCard(Card):
    """Emits which epoch's reconstruction is wanted."""

    shotChosen = Signal(object)  # epoch, or None for the newest

    def __init__(self) -> None:
        super().__init__("Taking shape")
        self._probe: Probe | None = None
        self._shots: tuple[Shot, ...] = ()
        self._index = 0
        self._theme: Theme = "light"
        self.truth = QToolButton()
        self.truth.setText("Truth")
        self.truth.setCheckable(True)
        self.truth.setToolTip("Show the hidden patches as they really are.")
        self.truth.toggled.connect(self._draw)
        self.head.addWidget(self.truth)
        self.picture = ProbePicture(turns=True)
        self.picture.setMinimumHeight(14 * GRID)
        self.picture.setAccessibleName("Reconstruction of the probe cloud")
        self.body.addWidget(self.picture, 1)
        self.small = [ProbePicture(turns=False) for _ in range(3)]
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for place, picture in enumerate(self.small):
            picture.setFixedSize(QSize(9 * GRID, 9 * GRID))
            picture.clicked.connect(lambda place=place: self._choose(place))
            row.addWidget(picture)
        row.addStretch(1)
        self.body.addLayout(row)
        self.words = label("", "small")
        self.words.setWordWrap(True)
        self.body.addWidget(self.words)
        film = QHBoxLayout()
        film.setSpacing(GRID)
        self.play = QToolButton()
        self.play.setIconSize(QSize(18, 18))
        self.play.setCheckable(True)
        self.play.setAccessibleName("Play the epochs")
        self.play.toggled.connect(self._play)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Epoch of the reconstruction")
        self.slider.valueChanged.connect(self._slid)
        film.addWidget(self.play)
        film.addWidget(self.slider, 1)
        self.body.addLayout(film)
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._next)

    def show_probe(self, probe: Probe | None, shots: tuple[Shot, ...], chosen: int | None, theme: Theme) -> None:
        """Shows the probe as one epoch rebuilt it, of all the epochs that did."""
        self._probe, self._shots, self._theme = probe, shots, theme
        self.play.setIcon(icon("pause" if self._timer.isActive() else "play", theme))
        places = [shot.epoch for shot in shots]
        blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, max(len(shots) - 1, 0))
        self.slider.setValue(places.index(chosen) if chosen in places else len(shots) - 1)
        self.slider.blockSignals(blocked)
        follows = "Which epoch's reconstruction is shown; at the right end the newest is followed."
        for control, tip in ((self.slider, follows), (self.play, "Run through the epochs.")):
            restate(control, len(shots) > 1, tip, "There is only one reconstruction yet.")
        self._draw()

    def _draw(self) -> None:
        probe, truth = self._probe, self.truth.isChecked()
        self._index = min(self._index, len(probe.names) - 1) if probe is not None else 0
        self.picture.show_probe(probe, self._index, self._theme, truth=truth)
        for place, picture in enumerate(self.small):
            picture.selected = probe is not None and place == self._index
            picture.setVisible(probe is not None and place < len(probe.names))
            picture.show_probe(probe, place, self._theme, truth=truth)
            if probe is not None and place < len(probe.names):
                picture.setToolTip(probe.names[place])
                picture.setAccessibleName(f"Show the {probe.names[place]}")
        if probe is None:
            self.words.setText("Held-out clouds are rebuilt here every few epochs.")
            return
        when = "before training" if probe.epoch == 0 else f"after epoch {probe.epoch}"
        shown = "its hidden patches as they are" if truth else f"{when} · squared Chamfer {probe.chamfer[self._index]:.4f}"
        self.words.setText(f"{probe.names[self._index]}, {shown}")

    def _choose(self, place: int) -> None:
        self._index = place
        self._draw()

    def _slid(self, place: int) -> None:
        newest = place >= len(self._shots) - 1
        self.shotChosen.emit(None if newest else self._shots[place].epoch)

    def _play(self, on: bool) -> None:
        self.play.setIcon(icon("pause" if on else "play", self._theme))
        if on:
            if self.slider.value() == self.slider.maximum():
                self.slider.setValue(0)
            self._timer.start()
        else:
            self._timer.stop()

    def _next(self) -> None:
        if self.slider.value() >= self.slider.maximum():
            self.play.setChecked(False)
        else:
            self.slider.setValue(self.slider.value() + 1)

    def stop(self) -> None:
        """Stops the film."""
        self._timer.stop()
