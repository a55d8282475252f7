"""The bench: linked views of one cloud, and beside them what is known of a patch, its attention and its names."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from recon_studio.scene.picture import BenchPicture
from recon_studio.scene.resolve import Resolver
from recon_studio.state.app_state import AppState
from recon_studio.state.explaining import PAGE_TOPIC
from recon_studio.state.replay import seen
from recon_studio.views.attention_panel import AttentionPanel
from recon_studio.views.bench_view import BenchView
from recon_studio.views.inspector import Inspector
from recon_studio.views.labels_card import LabelsCard
from recon_studio.views.parts import relay
from recon_studio.views.replay_bar import ReplayBar
from recon_studio.views.theme import GRID
from recon_studio.views.view_actions import ViewActions
from recon_studio.views.words import Words

if TYPE_CHECKING:
    from recon_studio.views.doubt import Drawer
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
    writeFailed = Signal(str)  # why
    damageSet = Signal(object, str)  # Damage, what changed in words
    variedChosen = Signal(str)  # DamageKind

    def __init__(self, window: "MainWindow") -> None:
        super().__init__()
        self._resolve = Resolver()
        self.bench = BenchView(self)
        self.view_actions = ViewActions(window.actions_by_name, self.bench, self)
        self.inspector, self.attention, self.words, self.labels = Inspector(), AttentionPanel(), Words(), LabelsCard()
        self._window = window
        column = QWidget()
        right = QVBoxLayout(column)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(GRID)
        for card in (self.inspector, self.attention, self.labels, self.words):
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
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(GRID)
        self._split.addWidget(self.bench)
        self._split.setStretchFactor(0, 1)
        self.replay = ReplayBar(self.bench)
        middle = QVBoxLayout()
        middle.setSpacing(GRID)
        middle.addWidget(self._split, 1)
        middle.addWidget(self.replay)
        row.addLayout(middle, 1)
        row.addWidget(self._right)
        for panel in (self.bench, self.inspector, self.attention, self.words):
            relay(panel, window)
        relay(self.attention, self)
        self.bench.ready.connect(window.viewsReady)
        self.bench.patchHovered.connect(self.inspector.set_hover)
        self.bench.drawn.connect(lambda: self.attention.strip.set_camera(self.bench.camera))

    @cached_property
    def drawer(self) -> "Drawer":
        """The drawer; made, and joined to views and cards, when it is first opened."""
        from recon_studio.views.doubt import Drawer

        made = Drawer()
        self._split.addWidget(made)
        self._split.setStretchFactor(1, 0)
        self._split.setSizes([self._split.height() - DRAWER, DRAWER])
        relay(made, self)
        relay(made, self._window)
        self.bench.patchHovered.connect(made.set_hover)
        made.robustness.hereAsked.connect(lambda: made.robustness.take_side(self.bench.camera.axes[2]))
        made.patchHovered.connect(self.bench.set_hover)
        made.patchHovered.connect(self.inspector.set_hover)
        return made

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws what differs between two states."""
        # While a time-lapse is shown, a checkpoint's answers stand in place of the model's.
        before, shown = None if old is None else seen(old), seen(new)
        for panel in (self.words, self.labels, self.view_actions, self.replay):
            panel.show_state(old, new)
        for looking in (self.inspector, self.attention):
            looking.show_state(before, shown)
        if new.explain.open or "drawer" in self.__dict__:
            asks = new.explain.page in PAGE_TOPIC  # of the model on the bench
            self.drawer.show_state(old if asks else before, new if asks else shown)
        self.bench.show_state(shown, self._resolve(shown))
        if old is None or (old.tool, old.theme) != (new.tool, new.theme):
            self.bench.set_tool(new.tool, new.theme)

    def on_paper(self, state: AppState) -> BenchPicture:
        """Returns what the views show of this state, in the light theme's colours; they themselves hear nothing of it."""
        return self._resolve.beside()(replace(seen(state), theme="light"))

    def widen(self, more: int) -> None:
        """Gives the cards this many pixels more than they need."""
        self._right.setFixedWidth(RIGHT + more)

    def shut(self) -> None:
        """Stops what runs by itself."""
        self.words.stop()
        self.replay.shut()
        if "drawer" in self.__dict__:
            self.drawer.stop()
        self.bench.shut()
