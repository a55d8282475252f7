"""What lies over the window while files are dragged across it."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from recon_studio.state.app_state import Theme
from recon_studio.views.theme import COLOURS, pixmap, text_font


class DropHint(QWidget):
    """A frame with one line of words; the pointer goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme: Theme = "light"
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Drop to open")
        self.hide()

    def cover(self, area: QRect, theme: Theme) -> None:
        """Shows the hint over an area of the parent."""
        self._theme = theme
        self.setGeometry(area)
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints veil, frame, symbol and words."""
        colours = COLOURS[self._theme]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(colours.window)
        veil.setAlphaF(0.86)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(colours.accent), 2, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), 12, 12)
        middle = self.rect().center()
        painter.drawPixmap(middle.x() - 24, middle.y() - 56, pixmap("drop", colours.accent, 48, self.devicePixelRatioF()))
        painter.setPen(QColor(colours.text))
        painter.setFont(text_font(strong=True))
        painter.drawText(QRect(0, middle.y() + 4, self.width(), 24), Qt.AlignmentFlag.AlignHCenter, "Drop to open")
        painter.setFont(text_font())
        painter.setPen(QColor(colours.muted))
        painter.drawText(QRect(0, middle.y() + 28, self.width(), 24), Qt.AlignmentFlag.AlignHCenter, "one file, many, or a folder")
        painter.end()
