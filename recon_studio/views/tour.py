"""Two minutes around the window: a few hints, each beside what it speaks of; by pointer or keys, left at any time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from recon_studio.state.app_state import Theme
from recon_studio.views.parts import label, restate
from recon_studio.views.theme import COLOURS, GRID

if TYPE_CHECKING:
    from recon_studio.views.main_window import MainWindow

WIDTH = 44 * GRID


@dataclass(frozen=True)
class Stop:
    """One hint: what it is beside, and what it says."""

    beside: Callable[[], QWidget]
    title: str
    words: str


def stops(window: "MainWindow") -> tuple[Stop, ...]:
    """Returns the hints in their order; all are about the bench, where everything begins."""
    return (
        Stop(
            lambda: window.library,
            "Your clouds",
            "Drop files or a folder anywhere on the window. Search by name, label or #tag; N and P step through what is listed.",
        ),
        Stop(
            lambda: window.toolbar.ratio,
            "Hide part of the cloud",
            "The model sees a cloud as patches. This share of them is hidden from its encoder; move it and everything follows.",
        ),
        Stop(
            lambda: window.bench,
            "What the model sees and imagines",
            "The views share one camera: what was put in, what the encoder was shown, what the decoder made of the rest, and where a token "
            "looks. Each title is a menu of what else a view can show.",
        ),
        Stop(
            lambda: window.bench.tiles[min(1, len(window.bench.tiles) - 1)],
            "Touch it",
            "Click a patch to select it, Ctrl+click or H hides it. B is a brush and L a lasso; with Shift they show what they touch. "
            "Ctrl+Z takes anything back.",
        ),
        Stop(
            lambda: window.attention,
            "Where a token looks",
            "Ask the cls, image or text query, or the patch you selected, in any layer and head. Hidden patches were not there to be "
            "looked at.",
        ),
        Stop(
            lambda: window.words,
            "Name it",
            "Type names, one a line or separated by commas; they are ranked as you type, with the share of each and how sure that is.",
        ),
        Stop(
            lambda: window.activity,
            "What is going on",
            "What runs, how far it is and how to stop it; notices; how the two helper processes fare. Should one die, it is started again.",
        ),
        Stop(
            lambda: window.menuBar(),
            "Everything by name",
            "Ctrl+Shift+P finds any action by a few letters. Nothing needs saving: the session is kept as you work, and comes back after "
            "a crash. Help › Take the tour shows this again.",
        ),
    )


class Tour(QWidget):
    """Lies over the window, dims all but what the hint is about, and goes on by buttons or keys."""

    left = Signal()  # at the end, or before it

    def __init__(self, window: "MainWindow", theme: Theme) -> None:
        super().__init__(window)
        self.setAccessibleName("Tour")
        self._window, self._theme = window, theme
        self._stops = stops(window)
        self._before = window.focusWidget()  # who gets the keyboard back
        self.place = 0
        self.card = QFrame(self)
        self.card.setProperty("card", "true")
        self.card.setFixedWidth(WIDTH)
        column = QVBoxLayout(self.card)
        column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        column.setSpacing(GRID)
        self.title, self.words, self._count = label("", "title"), QLabel(""), label("", "small")
        self.words.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._count)
        row.addStretch(1)
        self.skip, self.back, self.next = QPushButton("Skip"), QPushButton("Back"), QPushButton("Next")
        for button, tip, way in (
            (self.skip, "Leave the tour (Esc)", self.leave),
            (self.back, "The hint before (Left)", lambda: self.go(-1)),
            (self.next, "The next hint (Right or Enter)", lambda: self.go(1)),
        ):
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(way)
            button.installEventFilter(self)
            row.addWidget(button)
        for widget in (self.title, self.words):
            column.addWidget(widget)
        column.addLayout(row)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        window.installEventFilter(self)
        self._show_stop()
        self.show()
        self.raise_()
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def go(self, by: int) -> None:
        """Goes to another hint; beyond the last the tour ends."""
        if self.place + by >= len(self._stops):
            self.leave()
            return
        self.place = max(0, self.place + by)
        self._show_stop()

    def leave(self) -> None:
        """Ends the tour."""
        self._window.removeEventFilter(self)
        if self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self.left.emit()
        self.deleteLater()

    def hole(self) -> QRect:
        """Returns where the widget lies that the hint is about."""
        beside = self._stops[self.place].beside()
        corner = beside.mapTo(self._window, QPoint(0, 0))
        return QRect(corner, beside.size()).adjusted(-4, -4, 4, 4).intersected(self.rect())

    def _show_stop(self) -> None:
        stop = self._stops[self.place]
        self.setGeometry(self._window.rect())
        self.title.setText(stop.title)
        self.words.setText(stop.words)
        self.setAccessibleDescription(f"{stop.title}. {stop.words}")
        self._count.setText(f"{self.place + 1} of {len(self._stops)}")
        restate(self.back, self.place > 0, "The hint before (Left)", "This is the first one.")
        self.next.setText("Done" if self.place == len(self._stops) - 1 else "Next")
        self.card.adjustSize()
        self._place_card()
        self.update()

    def _place_card(self) -> None:
        """Puts the card beside the hole where there is room: right, left, below, above, else in its middle."""
        hole, size, gap = self.hole(), self.card.size(), 2 * GRID
        room = self.rect().adjusted(gap, gap, -gap, -gap)
        across = min(max(hole.center().x() - size.width() // 2, room.left()), room.right() - size.width())
        down = min(max(hole.top(), room.top()), room.bottom() - size.height())
        for corner in (
            QPoint(hole.right() + gap, down),
            QPoint(hole.left() - gap - size.width(), down),
            QPoint(across, hole.bottom() + gap),
            QPoint(across, hole.top() - gap - size.height()),
        ):
            if room.contains(QRect(corner, size)):
                self.card.move(corner)
                return
        self.card.move(hole.center() - QPoint(size.width() // 2, size.height() // 2))

    # ------------------------------------------------------------ events

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dims the window but for the hole."""
        colours = COLOURS[self._theme]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil, hole = QPainterPath(), QPainterPath()
        veil.addRect(QRectF(self.rect()))
        hole.addRoundedRect(QRectF(self.hole()), 8, 8)
        shade = QColor("#0b0d10")
        shade.setAlphaF(0.45 if self._theme == "light" else 0.6)
        painter.fillPath(veil.subtracted(hole), shade)
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawPath(hole)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Goes on, back, or leaves."""
        ways = {Qt.Key.Key_Right: 1, Qt.Key.Key_Return: 1, Qt.Key.Key_Enter: 1, Qt.Key.Key_Left: -1}
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in ways:
            self.go(ways[key])
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keeps Tab among the buttons: what lies under the veil cannot be seen."""
        buttons = [button for button in (self.skip, self.back, self.next) if button.isEnabled()]
        held = next((place for place, button in enumerate(buttons) if button.hasFocus()), -1 if forward else 0)
        buttons[(held + (1 if forward else -1)) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def event(self, event: QEvent) -> bool:
        """Keeps the window's keys to itself while it is there."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the card goes on."""
        self.go(1)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the card beside its place."""
        super().resizeEvent(event)
        self._place_card()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the window's size; takes the arrows, by which buttons would pass the keyboard on."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is not self._window:
            if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
                self.keyPressEvent(event)
                return True
        elif watched is self._window and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
            self._place_card()
        return super().eventFilter(watched, event)


class TourOffer(QFrame):
    """Asks a newcomer once, without being in the way."""

    answered = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.setAccessibleName("Tour offered")
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(label("New here? A tour of two minutes shows you around."))
        self.take, self.later = QPushButton("Take the tour"), QPushButton("Not now")
        for button, answer in ((self.take, True), (self.later, False)):
            button.setAccessibleName(button.text())
            button.clicked.connect(lambda _checked=False, answer=answer: self._answer(answer))
            row.addWidget(button)
        self.take.setToolTip("A few hints, each beside what it speaks of; Esc leaves them.")
        self.later.setToolTip("Help › Take the tour is there whenever you like.")
        self.adjustSize()

    def _answer(self, answer: bool) -> None:
        self.hide()
        self.answered.emit(answer)
        self.deleteLater()


class Guide(QObject):
    """Offers the tour and takes it."""

    settled = Signal()  # it was taken or declined

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.tour: Tour | None = None
        self.offered: TourOffer | None = None

    def take(self) -> None:
        """Goes to the bench and shows it by a few hints."""
        if self.offered is not None:
            self.offered.hide()
        if self.tour is None:
            self._window.roomEntered.emit("bench")
            self.tour = Tour(self._window, self._window.theme)
            self.tour.left.connect(self._leave)

    def _leave(self) -> None:
        self.tour = None
        self.settled.emit()

    def offer(self) -> None:
        """Asks a newcomer whether to be shown around."""
        self.offered = offer = TourOffer(self._window)
        offer.answered.connect(self._answered)
        bench = self._window.bench
        offer.move(bench.mapTo(self._window, QPoint((bench.width() - offer.width()) // 2, 5 * GRID)))
        offer.show()
        offer.raise_()

    def _answered(self, taken: bool) -> None:
        self.offered = None
        if taken:
            self.take()
        else:
            self.settled.emit()
