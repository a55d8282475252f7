"""A window of its own for one cloud as its file measures it, drawn straight by the graphics card through pyvistaqt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from recon_model.counts import counted
from recon_studio.state.app_state import Cloud, Theme
from recon_studio.views.bring import Bring
from recon_studio.views.theme import GRID


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
        self.show()
        self.raise_()
        self.activateWindow()
        self._later(self._arrange_wanted)

    def _start(self) -> None:
        self.plotter = self._inside.module.QtInteractor(self, auto_update=False, multi_samples=0)
        self.plotter.setAcceptDrops(False)
        self.plotter.setAccessibleName("The cloud in its file's units")
        self.plotter.reset_key_events()  # its default keys quit, pick and fly
        self.plotter.iren.interactor.RemoveObservers("CharEvent")  # and VTK's own turn points to wires, switch to stereo or end it all
        self._column.takeAt(0)
        self._column.insertWidget(0, self.plotter, stretch=1)
        self._later(self._open)

    def _later(self, step: Callable[[], None]) -> None:
        """Every step of a drawing takes long enough, so that other things have their turn between them."""
        QTimer.singleShot(0, self, lambda: step() if self.plotter is not None else None)

    def _open(self) -> None:
        self.plotter.render()  # empty: it opens its OpenGL
        self._later(self._arrange_wanted)

    def _arrange_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:  # else a newer wish was drawn in its place
            self._arrange(*wanted)
            self._later(self._render)

    def _arrange(self, cloud: Cloud, theme: Theme) -> None:
        from recon_studio.scene.measured import MOST_POINTS, draw_measured

        sides = " × ".join(f"{high - low:.4g}" for low, high in zip(*cloud.bounds, strict=True))
        origin = ", ".join(f"{place:.10g}" for place in cloud.origin)
        drawn = "" if len(cloud.points) <= MOST_POINTS else f", every {-(-len(cloud.points) // MOST_POINTS)}th drawn"
        self._caption.setText(
            f"{counted(len(cloud.points), 'point')}{drawn} · {sides} file units (x × y × z) · ticks count from ({origin})"
        )
        draw_measured(self.plotter, cloud, theme)

    def _render(self) -> None:
        self.plotter.repaint()  # Qt draws it anyway: the plotter's own render() would be a second image of the same
        self.drawn.emit()

    def shut(self) -> None:
        """Ends the import and frees VTK, before the application ends."""
        self._inside.stop()
        if self.plotter is not None:
            self.plotter.close()
            self.plotter = None
        self.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hides only."""
        self.hide()
        event.accept()
