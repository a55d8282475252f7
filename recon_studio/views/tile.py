"""One of the four views: a title, an image somebody else renders, a caption, and what is written over the image."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolButton, QWidget

from recon_studio.scene.picture import ColourBar, ViewPicture
from recon_studio.state.app_state import Theme
from recon_studio.views.theme import COLOURS, GRID, SMALL, icon, pixmap, text_font

TITLE = 4 * GRID
CAPTION = 3 * GRID + 4


class Tile(QWidget):
    """Shows one view; reports the pointer's doings in pixels of its image."""

    pressed = Signal(object)  # QMouseEvent
    moved = Signal(object)
    released = Signal(object)
    wheeled = Signal(object)  # QWheelEvent
    left = Signal()
    expandRequested = Signal()
    resized = Signal()

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = ViewPicture("input", title, "", hint="Starting the 3D views…")
        self._theme: Theme = "light"
        self._ground = QColor("#ffffff")
        self._image: QImage | None = None
        self._source = QRect()
        self._rings: tuple[tuple[QPointF, str, bool], ...] = ()
        self._outline: tuple[QPointF, ...] = ()
        self.setAccessibleName(title)
        self.setMinimumSize(QSize(20 * GRID, 16 * GRID))
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
        self._expand = QToolButton(self)
        self._expand.setIconSize(QSize(16, 16))
        self._expand.setFixedSize(28, 28)
        self._expand.clicked.connect(self.expandRequested)
        self.set_expanded(False)

    def set_expanded(self, expanded: bool) -> None:
        """Says on the button which way it goes."""
        self._expanded = expanded
        words = "Show all four views" if expanded else f"Show only '{self._view.title}'"
        self._expand.setToolTip(words)
        self._expand.setAccessibleName(words)
        self._expand.setIcon(icon("shrink" if expanded else "expand", self._theme, colour=COLOURS[self._theme].muted))

    def set_view(self, view: ViewPicture, theme: Theme, ground: tuple[int, int, int]) -> None:
        """Takes the words and the colour bar of a view; the image follows by ``set_image``."""
        changed = theme != self._theme
        self._view, self._theme, self._ground = view, theme, QColor(*ground)
        self.setAccessibleDescription(view.caption or view.hint)
        if changed:
            self.set_expanded(self._expanded)
        self.update()

    def set_image(self, image: QImage, source: QRect) -> None:
        """Shows the part ``source`` of an image that holds several views."""
        self._image, self._source = image, source
        self.update()

    def set_rings(self, rings: tuple[tuple[QPointF, str, bool], ...]) -> None:
        """Rings places of the image: (pixel, label, whether it is the selected one)."""
        if rings != self._rings:
            self._rings = rings
            self.update()

    def set_outline(self, outline: tuple[QPointF, ...]) -> None:
        """Draws the lasso through these places of the widget; none take it away."""
        self._outline = outline
        self.update()

    @property
    def view(self) -> ViewPicture:
        """What is shown."""
        return self._view

    def image_rect(self) -> QRect:
        """Where the image lies in this widget, in logical pixels."""
        return QRect(1, TITLE, max(8, self.width() - 2), max(8, self.height() - TITLE - CAPTION))

    # ------------------------------------------------------------ painting
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints card, image, rings, colour bar and words, in this order."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = COLOURS[self._theme]
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(self._ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        area = self.image_rect()
        if self._view.layers and self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self._image, self._source)
            painter.setClipRect(area)
            for place, label, selected in self._rings:
                self._paint_ring(painter, place + QPointF(area.topLeft()), label, selected)
            self._paint_outline(painter)
            painter.setClipping(False)
        else:
            self._paint_hint(painter, area)
        if self._view.bar is not None:
            self._paint_bar(painter, area, self._view.bar)
        painter.setPen(QColor(colours.text))
        painter.setFont(text_font(strong=True))
        painter.drawText(QRectF(12, 2, self.width() - 56, TITLE - 2), Qt.AlignmentFlag.AlignVCenter, self._view.title)
        painter.setPen(QColor(colours.muted))
        painter.setFont(text_font(SMALL))
        room = self.width() - 24
        caption = QFontMetricsF(painter.font()).elidedText(self._view.caption, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(12, self.height() - CAPTION, room, CAPTION - 4), Qt.AlignmentFlag.AlignVCenter, caption)
        painter.end()

    def _paint_hint(self, painter: QPainter, area: QRect) -> None:
        colours = COLOURS[self._theme]
        painter.setFont(text_font())
        painter.setPen(QColor(colours.muted))
        middle = area.center()
        if self._view.name == "input":
            painter.drawPixmap(middle.x() - 16, middle.y() - 40, pixmap("cloud", colours.muted, 32, self.devicePixelRatioF()))
        place = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRect(area.x() + 24, middle.y(), area.width() - 48, 48), place, self._view.hint)

    def _paint_ring(self, painter: QPainter, place: QPointF, label: str, selected: bool) -> None:
        colours = COLOURS[self._theme]
        radius = 11.0 if selected else 8.0
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._ground, 4.5 if selected else 3.5))
        painter.drawEllipse(place, radius, radius)
        painter.setPen(QPen(QColor(colours.accent), 2.5 if selected else 1.5))
        painter.drawEllipse(place, radius, radius)
        if not label:
            return
        painter.setFont(text_font(SMALL, strong=True))
        wide = QFontMetricsF(painter.font()).horizontalAdvance(label) + 10
        chip = QRectF(place.x() + radius + 3, place.y() - 9, wide, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(chip, 9, 9)
        painter.setPen(QColor(colours.on_accent))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, label)

    def _paint_outline(self, painter: QPainter) -> None:
        if len(self._outline) > 1:
            accent = QColor(COLOURS[self._theme].accent)
            painter.setPen(QPen(accent, 1.5))
            accent.setAlphaF(0.12)
            painter.setBrush(accent)
            painter.drawPolygon(self._outline)

    def _paint_bar(self, painter: QPainter, area: QRect, bar: ColourBar) -> None:
        """Paints the scale upright at the right edge, its title along it."""
        colours = COLOURS[self._theme]
        tall = min(176.0, area.height() * 0.6)
        strip = QRectF(area.right() - 22, area.center().y() - tall / 2, 8, tall)
        veil = QColor(self._ground)  # points may pass behind the words
        veil.setAlphaF(0.8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(veil)
        painter.drawRoundedRect(strip.adjusted(-24, -22, 12, 22), 6, 6)
        gradient = QLinearGradient(strip.bottomLeft(), strip.topLeft())
        for step in range(0, 256, 15):
            gradient.setColorAt(step / 255, QColor(*(int(channel) for channel in bar.colours[step])))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(strip, 3, 3)
        painter.setFont(text_font(SMALL))
        painter.setPen(QColor(colours.text))
        right = Qt.AlignmentFlag.AlignRight
        edge = QRectF(strip.right() - 80, 0, 80, 16)
        painter.drawText(edge.translated(0, strip.top() - 19), right | Qt.AlignmentFlag.AlignVCenter, bar.high)
        painter.drawText(edge.translated(0, strip.bottom() + 3), right | Qt.AlignmentFlag.AlignVCenter, bar.low)
        painter.setPen(QColor(colours.muted))
        painter.save()
        painter.translate(strip.left() - 4, strip.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-tall / 2, -16, tall, 16), Qt.AlignmentFlag.AlignCenter, bar.title)
        painter.restore()

    # ------------------------------------------------------------ events
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the button in its corner and asks for an image of the new size."""
        self._expand.move(self.width() - 34, 3)
        self.resized.emit()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Passes on."""
        self.pressed.emit(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Passes on."""
        self.moved.emit(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Passes on."""
        self.released.emit(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Passes on."""
        self.wheeled.emit(event)

    def leaveEvent(self, _event: object) -> None:
        """Passes on."""
        self.left.emit()
