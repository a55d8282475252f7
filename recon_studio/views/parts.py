"""Small pieces every panel is made of: cards, rows of facts, labels that shorten themselves."""

from typing import TypeVar

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from recon_studio.views.theme import GRID

Box = TypeVar("Box", bound=QAbstractSpinBox)


class ElidedLabel(QLabel):
    """One line that ends in dots where there is no room; the whole text is in the tooltip then."""

    def __init__(self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__(text)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Returns a line's height and no width."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the text, shortened to the width."""
        painter = QPainter(self)
        shown = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


class Card(QFrame):
    """A titled panel; ``body`` takes the contents, ``head`` what stands beside the title."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.setAccessibleName(title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, GRID, 12, 12)
        outer.setSpacing(GRID)
        self.head = QHBoxLayout()
        self.head.setSpacing(GRID)
        self.title = label(title, "title")
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        outer.addLayout(self.head)
        self.body = QVBoxLayout()
        self.body.setSpacing(GRID)
        outer.addLayout(self.body)


class Facts(QWidget):
    """Rows of a name and a value with its unit."""

    def __init__(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Makes a row for each (name, what it means)."""
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._values: dict[str, ElidedLabel] = {}
        self._captions: dict[str, QLabel] = {}
        self._tips: dict[str, str] = {}
        for line, (name, tip) in enumerate(rows):
            caption = label(name, "small")
            caption.setToolTip(tip)
            value = ElidedLabel("–")
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            value.setAccessibleName(name)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            grid.addWidget(caption, line, 0)
            grid.addWidget(value, line, 1)
            self._values[name], self._captions[name], self._tips[name] = value, caption, tip

    def set_value(self, name: str, value: str, more: str = "") -> None:
        """Writes one value; ``more`` goes in front of the tooltip."""
        shown = self._values[name]
        shown.setText(value or "–")
        shown.setToolTip(f"{more or value}\n{self._tips[name]}" if value else self._tips[name])

    def show_row(self, name: str, *, shown: bool) -> None:
        """Shows a row, or takes it away where it would say nothing."""
        for widget in (self._captions[name], self._values[name]):
            widget.setVisible(shown)

    def value(self, name: str) -> str:
        """Returns what a row shows."""
        return self._values[name].text()

    def clear(self) -> None:
        """Empties every value."""
        for name in self._values:
            self.set_value(name, "")


def label(text: str, kind: str = "") -> QLabel:
    """Returns a label of one of the kinds the style sheet knows: title, small, value; the text is shown as it is."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)  # a name from outside may look like HTML
    if kind:
        made.setProperty("kind", kind)
    return made


def as_it_is(text: str) -> str:
    """Returns words from outside for a menu or a button, where Qt takes a single & for the mark of a key."""
    return text.replace("&", "&&")


def decimals(value: float, count: int = 2) -> str:
    """Returns a number with so many digits behind the point, a true minus, and never a zero with a sign."""
    return f"{round(value, count) + 0.0:.{count}f}".replace("-", "−")


def rule() -> QFrame:
    """Returns an upright hairline between groups of a bar."""
    line = QFrame()
    line.setProperty("rule", "true")
    line.setFixedSize(1, 3 * GRID)
    return line


def indented(box: Box) -> Box:
    """Returns a spin box whose text begins where that of other fields does: Qt leaves its padding on the left out."""
    line = box.findChild(QLineEdit)
    assert line is not None
    line.setTextMargins(GRID, 0, 0, 0)
    return box


def explain_buttons(box: QDialogButtonBox, does: str) -> None:
    """Says in tooltips what a dialog's buttons do: ``does``, or nothing."""
    for button in box.buttons():
        refuses = box.buttonRole(button) == QDialogButtonBox.ButtonRole.RejectRole
        button.setToolTip("Leaves everything as it is (Esc)." if refuses else does)


def restate(widget: QWidget, enabled: bool, tip: str, why_not: str) -> None:
    """Enables or disables a control; while disabled its tooltip says why."""
    widget.setEnabled(enabled)
    widget.setToolTip(tip if enabled else f"{tip}\n{why_not}")


def relay(part: QObject, whole: QObject) -> None:
    """Passes on every signal of a part that the whole has by the same name; of both, what their own classes name counts."""
    theirs = {name for name, value in vars(type(part)).items() if isinstance(value, Signal)}
    for name in sorted(theirs & vars(type(whole)).keys()):
        getattr(part, name).connect(getattr(whole, name))
