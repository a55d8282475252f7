"""One of the views: a title with a menu, an image somebody else renders, a caption, and what is written over the image."""

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QToolButton, QToolTip, QWidget

from recon_studio.scene.digits import told_apart
from recon_studio.scene.picture import ViewPicture
from recon_studio.state.app_state import Theme
from recon_studio.views.colour_bar import COLUMN, TIP, BarPlace, End, EndField, paint_bar
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
    entered = Signal()  # by the keyboard, or a click
    expandRequested = Signal()
    menuRequested = Signal(object)  # QMenu, to be filled
    rangeSet = Signal(str, float, float)  # quantity, low, high
    rangeReset = Signal(str)
    resized = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = ViewPicture("input", "Input", "", hint="Starting the 3D views…")
        self._theme: Theme = "light"
        self._ground = QColor("#ffffff")
        self._image: QImage | None = None
        self._rings: tuple[tuple[QPointF, str, bool], ...] = ()
        self._outline: tuple[QPointF, ...] = ()
        self._ruler: tuple[float, str] | None = None
        self.setAccessibleName(self._view.title)
        self.setMinimumSize(QSize(20 * GRID, 16 * GRID))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
        self._expand = QToolButton(self)
        self._expand.setIconSize(QSize(16, 16))
        self._expand.setFixedSize(28, 28)
        self._expand.clicked.connect(self.expandRequested)
        self._field = EndField(self)
        self._field.taken.connect(self._take_end)
        self.title = QToolButton(self)  # after the field: once that is left, the keyboard is here
        self.title.setProperty("kind", "tile")
        self.title.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the words
        self.title.setIconSize(QSize(10, 10))
        self.title.setToolTip("Choose what this view shows, and by what it is coloured.")
        self._menu = QMenu(self.title)
        self._menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(lambda: self.menuRequested.emit(self._menu))
        self.title.setMenu(self._menu)
        for button in (self.title, self._expand):
            button.installEventFilter(self)
        self.set_expanded(False)
        self._write_title()

    def set_expanded(self, expanded: bool, *, alone: bool = False) -> None:
        """Says on the button which way it goes; a view that is ``alone`` needs none."""
        self._expanded = expanded
        self._expand.setVisible(not alone)
        words = "Show all views" if expanded else f"Show only '{self._view.title}'"
        self._expand.setToolTip(words)
        self._expand.setAccessibleName(words)
        self._expand.setIcon(icon("shrink" if expanded else "expand", self._theme, colour=COLOURS[self._theme].muted))

    def set_view(self, view: ViewPicture, theme: Theme, ground: tuple[int, int, int]) -> None:
        """Takes the words and the colour bar of a view; the image follows by ``set_image``."""
        renamed = (view.title, theme) != (self._view.title, self._theme)
        if view.bar is None or self._view.bar is None or view.bar.quantity != self._view.bar.quantity:
            self._field.hide()
        self._view, self._theme, self._ground = view, theme, QColor(*ground)
        self.setAccessibleName(view.title)
        self.setAccessibleDescription(view.caption or view.hint)
        if renamed:
            self.set_expanded(self._expanded, alone=self._expand.isHidden())
        self._write_title()
        self.update()

    def _write_title(self) -> None:
        """Writes title and colouring on the button, as far as there is room."""
        words = f"{self._view.title} · {self._view.coloured}" if self._view.coloured else self._view.title
        self.title.setFont(text_font(strong=True))
        room = max(8, self.width() - 76)
        if QFontMetricsF(self.title.font()).horizontalAdvance(words) > room:
            words = self._view.title  # the caption and the bar tell the rest
        self.title.setText(QFontMetricsF(self.title.font()).elidedText(words, Qt.TextElideMode.ElideRight, room))
        self.title.setAccessibleName(f"View: {words}")
        self.title.setIcon(icon("arrow-down", self._theme, colour=COLOURS[self._theme].muted))
        self.title.adjustSize()
        self.title.move(4, 3)

    def set_ruler(self, ruler: tuple[float, str] | None) -> None:
        """Draws a length of so many pixels with its words; None takes it away."""
        if ruler != self._ruler:
            self._ruler = ruler
            self.update()

    def set_image(self, image: QImage) -> None:
        """Shows the view as it was drawn."""
        self._image = image
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
        """Where the image lies in this widget, in logical pixels: beside the colour bar where there is one."""
        return self.inner_rect().adjusted(0, 0, -COLUMN if self._view.bar is not None else 0, 0)

    def inner_rect(self) -> QRect:
        """Where image and colour bar lie."""
        return QRect(1, TITLE, max(COLUMN + 8, self.width() - 2), max(8, self.height() - TITLE - CAPTION))

    # ------------------------------------------------------------ painting
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints card, image, rings, colour bar and words, in this order."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = COLOURS[self._theme]
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.line), 1))
        painter.setBrush(self._ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        area = self.image_rect()
        if self._view.layers and self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self._image)
            painter.setClipRect(area)
            for place, label, selected in self._rings:
                self._paint_ring(painter, place + QPointF(area.topLeft()), label, selected)
            self._paint_outline(painter)
            painter.setClipping(False)
        else:
            self._paint_hint(painter, area)
        if self._view.bar is not None:
            paint_bar(painter, BarPlace(self.inner_rect()), self._view.bar, self._theme, self._ground)
        if self._ruler is not None and self._view.layers:
            self._paint_ruler(painter, area, *self._ruler)
        painter.setPen(QColor(colours.muted))
        painter.setFont(text_font(SMALL))
        room = self.width() - 24
        caption = caption_within(self._view, QFontMetricsF(painter.font()), room)
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

    def _paint_ruler(self, painter: QPainter, area: QRect, pixels: float, words: str) -> None:
        """Paints a length to scale at the lower left."""
        colours = COLOURS[self._theme]
        painter.setFont(text_font(SMALL))
        metrics = QFontMetricsF(painter.font())
        x, y = area.left() + 12.0, area.bottom() - 8.0
        veil = QColor(self._ground)
        veil.setAlphaF(0.8)
        painter.fillRect(QRectF(x - 4, y - 20, max(pixels, metrics.horizontalAdvance(words)) + 8, 24), veil)
        painter.setPen(QPen(QColor(colours.muted), 1))
        painter.drawPolyline([QPointF(x, y - 4), QPointF(x, y), QPointF(x + pixels, y), QPointF(x + pixels, y - 4)])
        painter.drawText(QPointF(x, y - 7), words)

    # ------------------------------------------------------------ events
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the buttons in their corners and asks for an image of the new size."""
        self._expand.move(self.width() - 34, 3)
        self._write_title()
        self._field.hide()
        self.resized.emit()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Explains the bar, or tells the whole caption, where the pointer rests on it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = TIP if self._bar_place(event.pos()) is not None else ""
            if event.pos().y() > self.height() - CAPTION:
                words = self._view.caption  # which may have been too long for its line
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _bar_place(self, at: QPoint) -> BarPlace | None:
        """Returns where the bar is when its ends can be set and the pointer is on it."""
        bar = self._view.bar
        place = BarPlace(self.inner_rect())
        return place if bar is not None and bar.quantity is not None and place.holds(at) else None

    def eventFilter(self, _button: QObject, event: QEvent) -> bool:
        """Leaves the space bar to the buttons; elsewhere in a view it hides the selected patch."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.accept()
            return True
        return False

    def open_end(self, end: End) -> None:
        """Lets a number be typed for one end of the bar."""
        if (bar := self._view.bar) is not None:
            low, high = bar.span
            words = told_apart(low if end == "low" else high, abs(high - low), digits=4)
            self._field.open(end, words, BarPlace(self.inner_rect()).ends[end])

    def _take_end(self, end: End, value: float) -> None:
        bar = self._view.bar
        if bar is not None and bar.quantity is not None:
            low, high = bar.span
            low, high = (value, high) if end == "low" else (low, value)
            self.rangeSet.emit(bar.quantity, low, high)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Lets an end of the bar be set, or passes on."""
        self._field.hide()
        place = self._bar_place(event.position().toPoint())
        if place is None or event.button() != Qt.MouseButton.LeftButton:
            self.pressed.emit(event)
        elif (end := place.end_at(event.position().toPoint())) is not None:
            self.open_end(end)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Lets the bar follow the values again; elsewhere the second click is one like the first."""
        bar = self._view.bar
        if self._bar_place(event.position().toPoint()) is not None and bar is not None and bar.quantity is not None:
            self._field.hide()
            self.rangeReset.emit(bar.quantity)
        else:
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Passes on."""
        self.moved.emit(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Passes on."""
        self.released.emit(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Passes on."""
        self.wheeled.emit(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Says that keys are meant for this view now."""
        super().focusInEvent(event)
        self.entered.emit()

    def leaveEvent(self, _event: object) -> None:
        """Passes on."""
        self.left.emit()


def caption_within(view: ViewPicture, metrics: QFontMetricsF, room: float) -> str:
    """Returns a view's caption as far as there is room: whole, then brief, then without its last parts, clauses and words."""
    forms, rest = [view.caption], view.brief or view.caption
    for mark, end in ((" · ", ""), (", ", ""), (" ", "…")):
        parts = rest.split(mark)
        forms += [mark.join(parts[:count]) + (end if count < len(parts) else "") for count in range(len(parts), 0, -1)]
        rest = parts[0]
    return next((form for form in forms if metrics.horizontalAdvance(form) <= room), "")
