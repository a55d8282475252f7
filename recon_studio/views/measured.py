"""A window of its own for one cloud as its file measures it, drawn straight by the graphics card through pyvistaqt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from recon_model.counts import counted
from recon_studio.state.app_state import Cloud, Theme
from recon_studio.views.bring import Bring
from recon_studio.views.theme import GRID

_OVER = object()


class MeasuredView(QWidget):
    """Made once and hidden when closed: each pyvistaqt interactor that is made keeps some 18 MB for good.

    PyVista takes longer to import than the studio takes to open, so it comes in beside the event loop when first asked for.
    """

    drawn = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.resize(900, 700)
        self.plotter: Any = None
        self._wanted: tuple[Cloud, Theme] | None = None
        self._steps: Iterator[None] = iter(())
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._some)
        self._known: set[bool] = set()  # whether clouds with colours of their own, and those without, were drawn before
        self._caption = QLabel("Opening…", self)
        self._caption.setWordWrap(True)
        self._caption.setContentsMargins(GRID, GRID, GRID, GRID)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._column.addWidget(self._caption)
        QShortcut(QKeySequence("Esc"), self, self.close)
        self._inside = Bring("pyvistaqt", self)
        self._inside.ready.connect(self._start)
        self._inside.want()

    def show_cloud(self, cloud: Cloud, theme: Theme) -> None:
        """Draws the cloud and brings the window to the front; emits ``drawn`` when it is there."""
        self._wanted = cloud, theme
        name = cloud.key.replace("\\", "/").rsplit("/", 1)[-1]
        self.setWindowTitle(f"{name} – in its own units")
        if self._known:
            self.plotter.setUpdatesEnabled(False)  # neither the cloud before nor one that is half made is for the screen
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        self._go_on()

    def _start(self) -> None:
        self.plotter = self._inside.module.QtInteractor(self, auto_update=False, multi_samples=0)
        self.plotter.setAcceptDrops(False)
        self.plotter.setAccessibleName("The cloud in its file's units")
        self.plotter.reset_key_events()  # its default keys quit, pick and fly
        self.plotter.iren.interactor.RemoveObservers("CharEvent")  # and VTK's own turn points to wires, switch to stereo or end it all
        self._column.takeAt(0)
        self._column.insertWidget(0, self.plotter, stretch=1)
        self._go_on()

    def _go_on(self) -> None:
        """Every step of a drawing takes long enough, so that other things have their turn between them.

        What is drawn before the screen has the window is drawn again, and twice, when it has.
        """
        if self.plotter is not None and self.windowHandle().isExposed():
            self._turn.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws what was wished before the screen had the window."""
        super().paintEvent(event)
        if self._wanted is not None:
            self._go_on()

    def _some(self) -> None:
        if self._wanted is not None:  # a newer wish takes the place of one that is half drawn
            self._steps, self._wanted = self._drawing(*self._wanted), None
        if next(self._steps, _OVER) is _OVER:
            self._turn.stop()

    def _drawing(self, cloud: Cloud, theme: Theme) -> Iterator[None]:
        from recon_studio.scene.measured import MOST_POINTS, draw_measured

        sides = " × ".join(f"{high - low:.4g}" for low, high in zip(*cloud.bounds, strict=True))
        origin = ", ".join(f"{place:.10g}" for place in cloud.origin)
        drawn = "" if len(cloud.points) <= MOST_POINTS else f", every {-(-len(cloud.points) // MOST_POINTS)}th drawn"
        self._caption.setText(
            f"{counted(len(cloud.points), 'point')}{drawn} · {sides} file units (x × y × z) · ticks count from ({origin})"
        )
        fresh = (cloud.colours is not None) not in self._known
        if not self._known:
            self.plotter.render()  # empty: it opens its OpenGL
            yield
        for _ in draw_measured(self.plotter, cloud, theme):
            yield
            if fresh:  # a first image of its kind takes several times as long as those that find what it made
                self._paint()
                yield
        if not fresh:
            self._paint()
        self._known.add(cloud.colours is not None)
        self.drawn.emit()

    def _paint(self) -> None:
        self.plotter.setUpdatesEnabled(True)
        self.plotter.repaint()  # Qt draws it anyway: the plotter's own render() would be a second image of the same

    def shut(self) -> None:
        """Ends the import and frees VTK, before the application ends."""
        self._inside.stop()
        self._turn.stop()
        if self.plotter is not None:
            self.plotter.close()
            self.plotter = None
        self.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hides only."""
        self.hide()
        event.accept()
