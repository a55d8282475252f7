"""The bench: linked views of one cloud, and beside them what is known of a patch, its attention and its names."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from recon_studio.scene.resolve import Resolver
from recon_studio.state.app_state import AppState
from recon_studio.views.attention_panel import AttentionPanel
from recon_studio.views.bench_view import BenchView
from recon_studio.views.doubt import Drawer
from recon_studio.views.inspector import Inspector
from recon_studio.views.theme import GRID
from recon_studio.views.view_actions import ViewActions
from recon_studio.views.words import Words

if TYPE_CHECKING:
    from recon_studio.views.main_window import MainWindow

RIGHT = 38 * GRID
DRAWER = 32 * GRID


class BenchRoom(QWidget):
    """Lays out the views, the drawer under them and the cards; passes what they emit to the window's signals, and what concerns
    explanations to its own."""

    drawerToggled = Signal(bool)
    pageTurned = Signal(str)  # Page
    colouringChosen = Signal(str)  # Colouring
    phraseEdited = Signal(str)
    methodChosen = Signal(str)  # Method
    measuredChosen = Signal(str)  # Measured
    askedAgain = Signal(str)  # Topic

    def __init__(self, window: "MainWindow") -> None:
        super().__init__()
        self._resolve = Resolver()
        self.bench = BenchView(self)
        self.view_actions = ViewActions(window.actions_by_name, self.bench, self)
        self.inspector, self.attention, self.words = Inspector(), AttentionPanel(), Words()
        self.drawer = Drawer()
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
        self._right.setAccessibleName("What is known of a patch, its attention and its names")
        self._right.setFrameShape(QFrame.Shape.NoFrame)
        self._right.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._with_drawer(), 1)
        row.addWidget(self._right)
        for panel, names in (
            (self.bench, ("patchPicked", "patchToggled", "strokePainted")),
            (self.inspector, ("patchToggled",)),
            (self.attention, ("queryChanged",)),
            (self.drawer, ("queryChanged", "patchPicked")),
            (self.words, ("namesEdited",)),
        ):
            for name in names:
                getattr(panel, name).connect(getattr(window, name))
        self.bench.ready.connect(window.viewsReady)
        self._link()

    def _with_drawer(self) -> QSplitter:
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(GRID)
        split.addWidget(self.bench)
        split.addWidget(self.drawer)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setSizes([70 * GRID, DRAWER])
        return split

    def _link(self) -> None:
        """Lets views, cards and drawer follow each other's pointer, and passes on what is asked of explanations."""
        self.attention.colouringChosen.connect(self.colouringChosen)
        for name in ("drawerToggled", "pageTurned", "colouringChosen", "phraseEdited", "methodChosen", "measuredChosen", "askedAgain"):
            getattr(self.drawer, name).connect(getattr(self, name))
        pointed = ((self.bench, self.drawer), (self.drawer, self.bench))
        for emitter, other in pointed:
            emitter.patchHovered.connect(other.set_hover)
            emitter.patchHovered.connect(self.inspector.set_hover)
        self.bench.drawn.connect(lambda: self.attention.strip.set_camera(self.bench.camera))

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws what differs between two states."""
        for panel in (self.inspector, self.attention, self.words, self.drawer, self.view_actions):
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
        self.drawer.stop()
        self.bench.shut()
