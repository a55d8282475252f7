"""Parts of the input card that do something: which way is up, what was found and mends it, what was done."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from recon_model.counts import grouped
from recon_model.serve.messages import Finding, Fix
from recon_studio.state.app_state import UPS, Floats, Theme
from recon_studio.state.doctor import AUTO
from recon_studio.views.parts import explain_buttons, indented, label, restate
from recon_studio.views.theme import COLOURS, GRID, icon

DONE = {"duplicates": "duplicates", "strays": "strays", "floor": "floor", "density": "resampled", "crop": "cropped"}
NO_JUDGE = "The loaded model brings no network that judges which way is up."


class Chances(QWidget):
    """A bar for each of the six directions: how likely it is up, as the model sees it."""

    def __init__(self) -> None:
        super().__init__()
        self._chances: Floats | None = None
        self._up = UPS[0]
        self._theme: Theme = "light"
        self.setAccessibleName("Chances of each way up")
        self.setFixedSize(8 * GRID, 3 * GRID)

    def set_chances(self, chances: Floats | None, up: str, theme: Theme) -> None:
        """Shows the chances, the direction taken in the accent's colour."""
        self._chances, self._up, self._theme = chances, up, theme
        self.setVisible(chances is not None)
        self.setAccessibleDescription(self.in_words())
        self.update()

    def in_words(self) -> str:
        """Says the chances, likeliest first."""
        if self._chances is None:
            return NO_JUDGE
        order = np.argsort(-self._chances, kind="stable")
        return ", ".join(f"{UPS[place]} {float(self._chances[place]):.0%}" for place in order)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints six bars that stand on one line."""
        if self._chances is None:
            return
        colours, painter = COLOURS[self._theme], QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        step, ground = self.width() / len(UPS), self.height() - 3
        for place, name in enumerate(UPS):
            tall = max(1.5, float(self._chances[place]) * (ground - 2))
            painter.setBrush(QColor(colours.hover))
            painter.drawRect(QRectF(place * step + 1, 2, step - 3, ground - 2))
            painter.setBrush(QColor(colours.accent if name == self._up else colours.muted))
            painter.drawRect(QRectF(place * step + 1, ground - tall, step - 3, tall))
        painter.end()

    def event(self, event: object) -> bool:
        """Says all six in a tooltip."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), f"Which way is up, as the model sees it: {self.in_words()}.", self)
            return True
        return super().event(event)  # type: ignore[arg-type]


class UpChoice(QWidget):
    """Which way is up in the file: told, or left to the model."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        caption = label("Up", "small")
        caption.setToolTip("Which direction of the file is up; the cloud is stood up accordingly before the model sees it.")
        self.box = QComboBox()
        self.box.setAccessibleName("Which way is up in the file")
        self.box.setMinimumWidth(14 * GRID)
        self.box.addItem("Auto", AUTO)
        for name in UPS:
            self.box.addItem(name, name)
        self.box.activated.connect(lambda _index: self.chosen.emit(self.box.currentData()))
        self.chances = Chances()
        row.addWidget(caption)
        row.addStretch(1)
        row.addWidget(self.chances)
        row.addWidget(self.box)

    def set_up(self, wanted: str, taken: str, chances: Floats | None, theme: Theme) -> None:
        """Shows what is asked for, what was taken for up, and the chances."""
        with QSignalBlocker(self.box):
            self.box.setItemText(0, f"Auto: {taken}" if wanted == AUTO and taken else "Auto")
            self.box.setCurrentIndex(self.box.findData(wanted))
        self.chances.set_chances(chances, taken, theme)
        tip = "Which direction of the file is up. Auto leaves it to the model"
        self.box.setToolTip(f"{tip}: {self.chances.in_words()}." if chances is not None else f"{tip}.\n{NO_JUDGE}")


class Findings(QWidget):
    """A line for each thing found, and a button that mends it."""

    fixChosen = Signal(object)  # Fix

    def __init__(self) -> None:
        super().__init__()
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(GRID)
        self._shown: tuple[Finding, ...] = ()
        self.buttons: dict[str, QPushButton] = {}

    def show_findings(self, findings: tuple[Finding, ...], working: bool) -> None:
        """Shows what was found; buttons rest while a fix is being applied."""
        if findings != self._shown:
            self._shown = findings
            _empty(self._lines)
            self.buttons = {}
            for finding in findings:
                self._lines.addWidget(self._line(finding))
        for finding in findings:
            if finding.fix is not None:
                restate(self.buttons[finding.fix.kind], not working, f"{finding.verb}. {finding.more}", "A fix is being applied.")

    def _line(self, finding: Finding) -> QWidget:
        line = QWidget()
        box = QVBoxLayout(line)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        words = label(finding.sentence, "small")
        words.setWordWrap(True)
        words.setToolTip(finding.more)
        box.addWidget(words)
        if finding.fix is not None:
            button = QPushButton(finding.verb)
            button.setProperty("kind", "small")
            button.setAccessibleName(finding.verb)
            button.clicked.connect(partial(self.fixChosen.emit, finding.fix))
            self.buttons[finding.fix.kind] = button
            box.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return line


class Chips(QWidget):
    """What was done, in order; a click on one takes it back."""

    dropped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self._shown: object = None
        self.chips: list[QToolButton] = []

    def show_fixes(self, fixes: tuple[Fix, ...], removed: Sequence[int] | None, theme: Theme) -> None:
        """Shows a chip for each fix, with how many points it took; without that while it is being applied."""
        self.setVisible(bool(fixes))
        shown = (fixes, None if removed is None else tuple(removed), theme)
        if shown == self._shown:
            return
        self._shown = shown
        _empty(self._rows)
        self.chips = []
        for place, fix in enumerate(fixes):
            chip = QToolButton()
            chip.setProperty("kind", "chip")
            count = "…" if removed is None else f"  −{grouped(removed[place])}"
            chip.setText(f"{place + 1}. {DONE[fix.kind]}{count}")
            chip.setIcon(icon("close", theme))
            chip.setIconSize(QSize(12, 12))
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            chip.setAccessibleName(f"Take back fix {place + 1}, {DONE[fix.kind]}")
            box = "" if fix.low is None or fix.high is None else f" To {_box(fix)}."
            chip.setToolTip(f"Click to take this fix back; those after it are applied without it.{box}")
            chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            chip.clicked.connect(partial(self.dropped.emit, place))
            self.chips.append(chip)
            self._rows.addWidget(chip, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)


class CropDialog(QDialog):
    """Asks for the box that a crop keeps, in the file's own coordinates."""

    def __init__(self, low: Sequence[float], high: Sequence[float], origin: Sequence[float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Crop to a box")
        self._origin = origin
        grid = QGridLayout(self)
        grid.setSpacing(GRID)
        hint = label("Only points inside stay. Coordinates are the file's own, and so is their unit.", "small")
        grid.addWidget(hint, 0, 0, 1, 3)
        for column, end in enumerate(("from", "to")):
            grid.addWidget(label(end, "small"), 1, column + 1)
        self.fields: list[tuple[QDoubleSpinBox, QDoubleSpinBox]] = []
        for axis, name in enumerate("xyz"):
            extent = high[axis] - low[axis]
            pair = (self._field(low[axis], origin[axis], extent), self._field(high[axis], origin[axis], extent))
            grid.addWidget(label(name), axis + 2, 0)
            for column, (field, end) in enumerate(zip(pair, ("from", "to"), strict=True)):
                field.setAccessibleName(f"{name} {end}")
                field.setToolTip(f"Where the box {'begins' if end == 'from' else 'ends'} along {name}, in the file's coordinates.")
                grid.addWidget(field, axis + 2, column + 1)
            self.fields.append(pair)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Crop")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        explain_buttons(buttons, "Keeps the points inside the box; the fix can be taken back.")
        grid.addWidget(buttons, 5, 0, 1, 3)

    @staticmethod
    def _field(value: float, origin: float, extent: float) -> QDoubleSpinBox:
        field = indented(QDoubleSpinBox())
        decimals = int(np.clip(4 - np.floor(np.log10(max(extent, 1e-9))), 0, 9))
        field.setDecimals(decimals)
        field.setRange(value + origin - 10 * extent - 1e-9, value + origin + 10 * extent + 1e-9)
        field.setSingleStep(max(extent / 50, 10.0**-decimals))
        field.setValue(value + origin)
        return field

    def fix(self) -> Fix:
        """Returns the crop to this box, half a last digit wider, so that a face left alone cuts nothing off."""
        low, high = [], []
        for (first, last), origin in zip(self.fields, self._origin, strict=True):
            slack = 0.6 * 10.0 ** -first.decimals()
            least, most = sorted((first.value(), last.value()))
            low.append(least - origin - slack)
            high.append(most - origin + slack)
        return Fix("crop", low=(low[0], low[1], low[2]), high=(high[0], high[1], high[2]))


def _box(fix: Fix) -> str:
    assert fix.low is not None
    assert fix.high is not None
    return " × ".join(f"{high - low:.3g}" for low, high in zip(fix.low, fix.high, strict=True))


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
