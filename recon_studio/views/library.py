"""The list at the left: every cloud opened, its state, a filter."""

from pathlib import PurePath

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)
from PySide6.QtWidgets import QStyleOptionViewItem as Option

from recon_studio.state.app_state import AppState, Item, Theme
from recon_studio.views.parts import Card, label
from recon_studio.views.theme import COLOURS, GRID, SMALL, icon, pixmap, text_font

KEY = Qt.ItemDataRole.UserRole
ITEM = Qt.ItemDataRole.UserRole + 1
_SYMBOL = {"queued": "waiting", "reading": "waiting", "ready": "cloud", "failed": "warning"}
_WORDS = {"queued": "waiting", "reading": "reading…", "ready": "", "failed": "could not be opened"}


class _Row(QStyledItemDelegate):
    """Paints one row: symbol, name, and beneath it what is known."""

    theme: Theme = "light"

    def sizeHint(self, _option: Option, _index: object) -> QSize:
        """Every row is five grid steps tall."""
        return QSize(0, 5 * GRID)

    def paint(self, painter: QPainter, option: Option, index: QModelIndex | QPersistentModelIndex) -> None:
        """Paints the row."""
        item: Item = index.data(ITEM)
        colours = COLOURS[self.theme]
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.soft if selected else colours.hover))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), 6, 6)
        tint = {"failed": colours.error, "ready": colours.accent if selected else colours.muted}.get(item.status, colours.muted)
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(area.x() + 8, area.center().y() - 9, pixmap(_SYMBOL[item.status], tint, 18, ratio))
        room = area.width() - 42
        painter.setFont(text_font(strong=selected))
        painter.setPen(QColor(colours.text if item.status in ("ready", "failed") else colours.muted))
        name = QFontMetrics(painter.font()).elidedText(item.name, Qt.TextElideMode.ElideMiddle, room)
        more = _WORDS[item.status] or item.sentence
        line = QRect(area.x() + 34, area.y() + 4, room, 18) if more else QRect(area.x() + 34, area.y(), room, area.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(text_font(SMALL))
        painter.setPen(QColor(colours.error if item.status == "failed" else colours.muted))
        words = QFontMetrics(painter.font()).elidedText(more, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(area.x() + 34, area.y() + 21, room, 15), Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


class _List(QListWidget):
    removed = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Takes Delete as a wish to remove the row."""
        if event.key() == Qt.Key.Key_Delete and self.currentItem() is not None:
            self.removed.emit(self.currentItem().data(KEY))
            return
        super().keyPressEvent(event)


class Library(Card):
    """Emits which item was chosen or removed."""

    itemChosen = Signal(str)
    itemRemoved = Signal(str)

    def __init__(self, open_action: QAction) -> None:
        super().__init__("Library")
        self._items: tuple[Item, ...] = ()
        self.count = label("", "small")
        self.head.addWidget(self.count)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Filter by name")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Filter the library by name")
        self.search.setToolTip("Shows only clouds whose name holds this text.")
        self.search.textChanged.connect(self._filter)
        self._glass = self.search.addAction(icon("search", "light"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = _List()
        self.list.setAccessibleName("Clouds")
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self._row = _Row(self.list)
        self.list.setItemDelegate(self._row)
        self.list.currentItemChanged.connect(self._choose)
        self.list.removed.connect(self.itemRemoved)
        self.body.addWidget(self.search)
        self.stack = QStackedLayout()
        self.stack.addWidget(self._make_empty(open_action))
        self.stack.addWidget(self.list)
        self.body.addLayout(self.stack, 1)

    def _choose(self, now: QListWidgetItem | None) -> None:
        if now is not None:
            self.itemChosen.emit(now.data(KEY))

    def _make_empty(self, open_action: QAction) -> QWidget:
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(0, 2 * GRID, 0, 0)
        words = label("Drop a point cloud here", "title")
        more = label("One file, many, or a folder: PLY, PCD, XYZ, CSV, NPY, OFF, OBJ, STL, GLB, LAS, E57, HDF5.", "small")
        for line in (words, more):
            line.setWordWrap(True)
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(line)
        column.addStretch(1)
        empty.setToolTip(open_action.toolTip())
        return empty

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        if old is None or old.theme != new.theme:
            self._row.theme = new.theme
            self._glass.setIcon(icon("search", new.theme, colour=COLOURS[new.theme].muted))
            self.list.viewport().update()
        if old is None or old.items != new.items:
            self._show_items(new.items)
        if old is None or old.current != new.current or old.items != new.items:
            with QSignalBlocker(self.list):
                row = next((row for row, item in enumerate(new.items) if item.key == new.current), -1)
                self.list.setCurrentRow(row)

    def _show_items(self, items: tuple[Item, ...]) -> None:
        self._items = items
        with QSignalBlocker(self.list):
            while self.list.count() > len(items):
                self.list.takeItem(self.list.count() - 1)
            while self.list.count() < len(items):
                self.list.addItem(QListWidgetItem())
            for row, item in enumerate(items):
                shown = self.list.item(row)
                if shown.data(ITEM) != item:
                    shown.setData(KEY, item.key)
                    shown.setData(ITEM, item)
                    shown.setText(item.name)
                    shown.setToolTip("\n".join(part for part in (item.key, _WORDS[item.status], item.sentence) if part))
        self.stack.setCurrentIndex(1 if items else 0)
        self.search.setVisible(len(items) > 1)
        self.count.setText(f"{len(items)}" if items else "")
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        for row, item in enumerate(self._items):
            self.list.item(row).setHidden(text.lower() not in PurePath(item.key).name.lower() and text.lower() not in item.name.lower())

    def _menu(self, place: QPoint) -> None:
        item = self.list.itemAt(place)
        if item is None:
            return
        key = item.data(KEY)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        remove = menu.addAction("Remove from the library")
        remove.setToolTip("The file itself stays where it is.")
        remove.triggered.connect(lambda: self.itemRemoved.emit(key))
        menu.popup(self.list.viewport().mapToGlobal(place))
