"""The colour bar of a view: painted upright at its right edge; its ends can be set by hand."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QLinearGradient, QPainter
from PySide6.QtWidgets import QLineEdit, QWidget

from recon_studio.scene.picture import ColourBar
from recon_studio.state.app_state import Theme
from recon_studio.views.theme import COLOURS, SMALL, text_font

End = Literal["low", "high"]
COLUMN = 48  # logical pixels that a bar takes with its title
TIP = "Click an end to set it; double-click the bar to let it follow the values again."


class BarPlace:
    """Where a bar lies in the image of a view, and what a click on it means."""

    def __init__(self, area: QRect) -> None:
        self.tall = min(176.0, max(area.height() * 0.6, area.height() - 56.0))
        self.strip = QRectF(area.right() - 22, area.center().y() - self.tall / 2, 8, self.tall)
        self.veil = self.strip.adjusted(-24, -22, 12, 22)
        edge = QRectF(self.strip.right() - 80, 0, 80, 16)
        self.ends: dict[End, QRectF] = {
            "high": edge.translated(0, self.strip.top() - 19),
            "low": edge.translated(0, self.strip.bottom() + 3),
        }

    def end_at(self, place: QPoint) -> End | None:
        """Returns the end whose number lies there, or None."""
        return next((end for end, rect in self.ends.items() if rect.adjusted(28, -2, 6, 4).contains(place)), None)

    def holds(self, place: QPoint) -> bool:
        """Whether the bar or one of its numbers lies there."""
        return self.veil.contains(place) or self.end_at(place) is not None


def paint_bar(painter: QPainter, place: BarPlace, bar: ColourBar, theme: Theme, ground: QColor) -> None:
    """Paints the scale, its ends, and its title along it; ends set by hand are underlined."""
    colours, strip = COLOURS[theme], place.strip
    metrics = QFontMetricsF(text_font(SMALL))
    title = lines_of(bar.title, place.tall, metrics.horizontalAdvance)
    veil = QColor(ground)  # points may pass behind the words
    veil.setAlphaF(0.8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil)
    painter.drawRoundedRect(place.veil.adjusted(13 - 13 * len(title), 0, 0, 0), 6, 6)
    gradient = QLinearGradient(strip.bottomLeft(), strip.topLeft())
    for step in range(0, 256, 15):
        gradient.setColorAt(step / 255, QColor(*(int(channel) for channel in bar.colours[step])))
    painter.setBrush(gradient)
    painter.drawRoundedRect(strip, 3, 3)
    font = text_font(SMALL)
    font.setUnderline(bar.edited)
    painter.setFont(font)
    painter.setPen(QColor(colours.accent if bar.edited else colours.text))
    for end, words in (("high", bar.high), ("low", bar.low)):
        painter.drawText(place.ends[end], Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)  # type: ignore[index]
    painter.setFont(text_font(SMALL))
    painter.setPen(QColor(colours.muted))
    painter.save()
    painter.translate(strip.left() - 4, strip.center().y())
    painter.rotate(-90)
    for line, words in enumerate(reversed(title)):
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, place.tall)
        painter.drawText(QRectF(-place.tall / 2, -16 - 13 * line, place.tall, 16), Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()


def lines_of(title: str, room: float, width: Callable[[str], float]) -> tuple[str, ...]:
    """Returns a title in one line where it fits, else broken in two at the blank that leaves them most alike."""
    blanks = [at for at, letter in enumerate(title) if letter == " "]
    if width(title) <= room or not blanks:
        return (title,)
    at = min(blanks, key=lambda at: max(width(title[:at]), width(title[at + 1 :])))
    return title[:at], title[at + 1 :]


class EndField(QLineEdit):
    """A field over one end of a bar: Return takes the number, Esc or a click elsewhere leaves it."""

    taken = Signal(str, float)  # End, its new value

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._end: End = "high"
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setToolTip("The end of the colour scale: Return takes it, Esc leaves it.")
        self.setAccessibleName("End of the colour scale")
        self.setAcceptDrops(False)
        self.returnPressed.connect(self._take)
        self.hide()

    def open(self, end: End, number: str, where: QRectF) -> None:
        """Lets a number be typed where the end is written."""
        self._end = end
        self.setText(number)
        self.setGeometry(QRect(round(where.right()) - 84, round(where.center().y()) - 13, 92, 26))
        self.show()
        self.selectAll()
        self.setFocus()

    def _take(self) -> None:
        try:
            value = float(self.text().replace(",", "."))
        except ValueError:
            self.selectAll()  # no number: it can be mended
            return
        self.hide()
        if self.isModified():  # what nobody typed is the end as it is written, not as it is
            self.taken.emit(self._end, value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leaves the field by Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaves the field."""
        self.hide()
        super().focusOutEvent(event)
