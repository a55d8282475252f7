"""The bench: linked views of one cloud, and beside them what is known of a patch, its attention and its names."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from recon_studio.scene.resolve import Resolver
from recon_studio.state.app_state import AppState
from recon_studio.views.bench_view import BenchView
from recon_studio.views.inspector import AttentionPanel, Inspector
from recon_studio.views.theme import GRID
from recon_studio.views.view_actions import ViewActions
from recon_studio.views.words import Words

if TYPE_CHECKING:
    from recon_studio.views.main_window import MainWindow

RIGHT = 38 * GRID


class BenchRoom(QWidget):
    """Lays out the views and the cards; passes what they emit to the window's signals."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__()
        self._resolve = Resolver()
        self.bench = BenchView(self)
        self.view_actions = ViewActions(window.actions_by_name, self.bench, self)
        self.inspector, self.attention, self.words = Inspector(), AttentionPanel(), Words()
        column = QWidget()
        right = QVBoxLayout(column)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(GRID)
        for card in (self.inspector, self.attention, self.words):
            right.addWidget(card)
        right.addStretch(1)
        self._right = QScrollArea()
        self._right.setWidget(column)
        self._right.setWidgetResizable(True)
        self._right.setFrameShape(QFrame.Shape.NoFrame)
        self._right.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.bench, 1)
        row.addWidget(self._right)
        for panel, names in (
            (self.bench, ("patchPicked", "patchToggled", "strokePainted")),
            (self.inspector, ("patchToggled",)),
            (self.attention, ("queryChanged",)),
            (self.words, ("namesEdited",)),
        ):
            for name in names:
                getattr(panel, name).connect(getattr(window, name))
        self.bench.ready.connect(window.viewsReady)

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws what differs between two states."""
        for panel in (self.inspector, self.attention, self.words, self.view_actions):
            panel.show_state(old, new)
        self.bench.show_state(new, self._resolve(new))
        if old is None or (old.tool, old.theme) != (new.tool, new.theme):
            self.bench.set_tool(new.tool, new.theme)

    def widen(self, more: int) -> None:
        """Gives the cards this many pixels more than they need."""
        self._right.setFixedWidth(RIGHT + more)

    def shut(self) -> None:
        """Stops what runs by itself."""
        self.words.stop()
        self.bench.shut()
