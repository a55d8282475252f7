"""Painted things that the keyboard walks through: arrows go on to the next, Enter and Space do what a click does."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QScrollArea, QWidget

from recon_studio.state.app_state import Theme
from recon_studio.views.theme import COLOURS

Cell = tuple[int, int]
"""Row and column."""
ARROWS: dict[Qt.Key, Cell] = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
"""Steps down and to the right."""
_ENDS: dict[Qt.Key, Cell] = {Qt.Key.Key_Home: (0, -1), Qt.Key.Key_End: (0, 1)}
PICKS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_ELSEWHERE = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
_HELD = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class Walked(QWidget):
    """What is current is shown, as the pointer's is, while the keyboard is at work here: from Tab or a key to a click or leaving."""

    def __init__(self, called: str) -> None:
        super().__init__()
        self._called = called
        self.walking = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(called)

    # What a kind of it fills in.
    def begin(self) -> None:
        """Chooses what is current when the keyboard comes."""

    def go(self, down: int, right: int) -> None:
        """Makes the next one in a direction current."""
        raise NotImplementedError

    def pick(self, key: Qt.Key) -> None:
        """Does with the current one what a click does."""
        raise NotImplementedError

    def point(self) -> None:
        """Shows the current one as if the pointer were on it, and ``say``s it."""
        raise NotImplementedError

    def unpoint(self) -> None:
        """Shows it no longer."""
        raise NotImplementedError

    # What all of them have.
    def say(self, words: str) -> None:
        """Tells screen readers what is current: by the name, whose changes they read out."""
        if self.walking:
            self.setAccessibleName(f"{self._called}: {' '.join(words.split())}" if words else self._called)

    def walk(self) -> None:
        """Lets the keyboard be at work here."""
        if not self.walking:
            self.walking = True
            self.begin()
        self.point()
        self.update()

    def rest(self) -> None:
        """Leaves all to the pointer."""
        if self.walking:
            self.walking = False
            self.setAccessibleName(self._called)
            self.unpoint()
            self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows what is current, unless a click brought the keyboard here."""
        super().focusInEvent(event)
        if event.reason() not in (Qt.FocusReason.MouseFocusReason, *_ELSEWHERE):
            self.walk()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Shows it no longer; it stays while only the window or a menu is in between."""
        super().focusOutEvent(event)
        if event.reason() not in _ELSEWHERE:
            self.rest()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go on; Enter and Space pick."""
        key = Qt.Key(event.key())
        if event.modifiers() & _HELD or (key not in PICKS and key not in ARROWS):
            super().keyPressEvent(event)
            return
        if not self.walking:
            self.walk()
        if key in PICKS:
            self.pick(key)
        else:
            self.go(*ARROWS[key])
            self.walk()


class Cells(Walked):
    """Cells in rows and columns; Home and End go to the ends of a row."""

    def __init__(self, called: str) -> None:
        super().__init__(called)
        self.current: Cell = (0, 0)

    # What a kind of it fills in.
    def has(self, row: int, column: int) -> bool:
        """Whether there is such a cell."""
        raise NotImplementedError

    def place_of(self, row: int, column: int) -> QRectF:
        """Returns where a cell lies."""
        raise NotImplementedError

    def words_of(self, row: int, column: int) -> str:
        """Says what a cell is."""
        raise NotImplementedError

    def pick_cell(self, row: int, column: int) -> None:
        """Does what a click on a cell does."""
        raise NotImplementedError

    def start(self) -> Cell:
        """Returns the cell to begin with."""
        return self.current

    # What all of them have.
    def settle(self, first: Cell = (0, 0)) -> None:
        """Takes in that other cells are shown: nothing takes the keyboard where there is none, and the current one is among them."""
        there = self.has(*first)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if there else Qt.FocusPolicy.NoFocus)
        if not self.has(*self.current):
            self.current = first
        if self.walking:
            self.point()

    def begin(self) -> None:
        """Begins with the cell that is chosen, or was current before."""
        wanted = self.start()
        self.current = wanted if self.has(*wanted) else self.current

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Goes to the end of the row by Home and End."""
        key = Qt.Key(event.key())
        if key in _ENDS and not event.modifiers() & _HELD:
            down, right = _ENDS[key]
            if not self.walking:
                self.walk()
            row, column = self.current
            while self.has(row + down, column + right):
                row, column = row + down, column + right
            self.to(row, column)
            self.walk()
        else:
            super().keyPressEvent(event)

    def go(self, down: int, right: int) -> None:
        """Goes to the next cell, if there is one."""
        row, column = self.current[0] + down, self.current[1] + right
        if self.has(row, column):
            self.to(row, column)

    def to(self, row: int, column: int) -> None:
        """Makes a cell current."""
        self.current = (row, column)

    def pick(self, _key: Qt.Key) -> None:
        """Picks the current cell."""
        if self.has(*self.current):
            self.pick_cell(*self.current)

    def point(self) -> None:
        """Says the current cell, and scrolls to it."""
        if not self.has(*self.current):
            return
        self.say(self.words_of(*self.current))
        place = self.place_of(*self.current)
        above: QWidget | None = self.parentWidget()
        while above is not None:
            held = above.widget() if isinstance(above, QScrollArea) else None
            if isinstance(above, QScrollArea) and held is not None:
                middle = self.mapTo(held, place.center().toPoint())
                above.ensureVisible(middle.x(), middle.y(), round(place.width() / 2) + 8, round(place.height() / 2) + 8)
            above = above.parentWidget()

    def unpoint(self) -> None:
        """Nothing else shows it."""

    def paint_cursor(self, painter: QPainter, theme: Theme) -> None:
        """Frames the current cell while the keyboard is at work."""
        if self.walking and self.has(*self.current):
            paint_frame(painter, self.place_of(*self.current), theme)


def paint_frame(painter: QPainter, place: QRectF, theme: Theme) -> None:
    """Frames what is current: a rim in the colour of the paper parts it from any ground."""
    colours = COLOURS[theme]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, wide in ((colours.panel, 5.0), (colours.text, 2.0)):
        painter.setPen(QPen(QColor(colour), wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(place)
