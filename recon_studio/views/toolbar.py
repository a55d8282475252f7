"""The bar at the top: open, undo, redo; the mask; the model and its device."""

from typing import get_args

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QSpinBox, QToolButton, QWidget

from recon_model.config import MaskStrategy
from recon_studio.state.app_state import AppState
from recon_studio.views.parts import as_it_is, indented, label, restate, rule
from recon_studio.views.theme import COLOURS, GRID, icon

HIGHEST_RATIO = 99  # percent; the encoder needs something to see
TOOLS = ("brush", "lasso")


class Toolbar(QWidget):
    """Emits what the user asks for; shows what the state says."""

    ratioChanged = Signal(float)
    strategyChanged = Signal(str)
    seedChanged = Signal(int)
    modelCardRequested = Signal()

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID)
        for name in ("open", "undo", "redo"):
            row.addWidget(_button(actions[name]))
        self.mask_bar = QWidget()  # of the bench; other rooms have no use for it
        bar = QHBoxLayout(self.mask_bar)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(GRID)
        bar.addWidget(rule())
        self._make_mask(bar)
        for name in TOOLS:
            bar.addWidget(_button(actions[name]))
        row.addWidget(self.mask_bar)
        row.addStretch(1)
        self._make_model(row)

    def _make_mask(self, row: QHBoxLayout) -> None:
        self.ratio = QSlider(Qt.Orientation.Horizontal)
        self.ratio.setRange(0, HIGHEST_RATIO)
        self.ratio.setFixedWidth(15 * GRID)
        self.ratio.setAccessibleName("Mask ratio in percent")
        self.ratio.valueChanged.connect(lambda value: self.ratioChanged.emit(value / 100))
        self.percent = indented(QSpinBox())
        self.percent.setRange(0, HIGHEST_RATIO)
        self.percent.setSuffix(" %")
        self.percent.setKeyboardTracking(False)
        self.percent.setFixedWidth(9 * GRID)
        self.percent.setAccessibleName("Mask ratio in percent, as a number")
        self.percent.valueChanged.connect(self.ratio.setValue)
        self.ratio.valueChanged.connect(self._echo)
        self.strategy = QComboBox()
        self.strategy.addItems(list(get_args(MaskStrategy)))
        self.strategy.setPlaceholderText("by hand")
        self.strategy.setAccessibleName("Mask strategy")
        self.strategy.currentTextChanged.connect(self.strategyChanged)
        self.seed = indented(QSpinBox())
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setFixedWidth(10 * GRID)
        self.seed.setAccessibleName("Seed of the mask")
        self.seed.valueChanged.connect(self.seedChanged)
        self.dice = QToolButton()
        self.dice.setIconSize(QSize(20, 20))
        self.dice.setAccessibleName("New random mask")
        self.dice.clicked.connect(lambda: self.seed.setValue(self.seed.value() + 1))
        for text, widgets in (("Mask", (self.ratio, self.percent)), ("Strategy", (self.strategy,)), ("Seed", (self.seed, self.dice))):
            row.addWidget(label(text, "small"))
            for control in widgets:
                row.addWidget(control)

    def _make_model(self, row: QHBoxLayout) -> None:
        self.model = QToolButton()
        self.model.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.model.setIconSize(QSize(18, 18))
        self.model.setAccessibleName("Model card")
        self.model.clicked.connect(self.modelCardRequested)
        row.addWidget(self.model)
        self.device = QLabel()
        self.device.setProperty("kind", "small")
        row.addWidget(self.device)

    def _echo(self, value: int) -> None:
        with QSignalBlocker(self.percent):
            self.percent.setValue(value)

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        self.mask_bar.setVisible(new.room == "bench")
        if old is None or old.mask != new.mask:
            by_hand = new.mask.hidden
            share = new.mask.ratio if by_hand is None else sum(by_hand) / len(by_hand)
            for widget in (self.ratio, self.percent):
                with QSignalBlocker(widget):
                    widget.setValue(round(share * 100))
            with QSignalBlocker(self.strategy):
                self.strategy.setCurrentIndex(self.strategy.findText(new.mask.strategy) if by_hand is None else -1)
            with QSignalBlocker(self.seed):
                self.seed.setValue(new.mask.seed)
        if old is None or old.theme != new.theme:
            self.dice.setIcon(icon("dice", new.theme))
            self.model.setIcon(icon("model", new.theme, colour=COLOURS[new.theme].accent))
        if old is None or old.model is not new.model or old.engine != new.engine:
            self._show_model(new)
        enabled = new.model is not None
        why_not = "Waits for the model to load."
        tips = {
            self.ratio: "Share of patches hidden from the encoder.",
            self.percent: "Share of patches hidden from the encoder.",
            self.strategy: "random hides patches anywhere; block hides those nearest a random centre.",
            self.seed: "The same seed hides the same patches again.",
            self.dice: "Another random mask (Ctrl+R).",
        }
        for control, tip in tips.items():
            more = "\nThis mask was edited by hand; a change here draws a new one." if new.mask.hidden is not None else ""
            restate(control, enabled, tip + more, why_not)

    def _show_model(self, new: AppState) -> None:
        if new.model is None:
            words = {"failed": "No model", "restarting": "Model restarting…"}.get(new.engine, "Loading model…")
            self.model.setText(words)
            self.device.setText("")
        else:
            self.model.setText(as_it_is(f"{new.model.name} · {new.model.parameters / 1e6:.1f} M"))
            self.device.setText(new.model.device)
            self.device.setToolTip("The device the model runs on.")
        restate(self.model, new.model is not None, "Open the model card (F2).", "No model is loaded yet.")


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(20, 20))
    button.setAccessibleName(action.text())
    if action.objectName() == "open":
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
