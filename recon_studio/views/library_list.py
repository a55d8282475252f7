"""The library's list: a model of rows, how one row is painted, and the list that tells what is done to them. Made for thousands."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QWidget
from PySide6.QtWidgets import QStyleOptionViewItem as Option

from recon_model.counts import counted, grouped
from recon_studio.state.app_state import Theme
from recon_studio.state.library import Row
from recon_studio.views.theme import COLOURS, GRID, SMALL, Colours, pixmap, text_font

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole)
PICTURE = 5 * GRID  # pixels, the side of a row's picture
MOST_PICTURES = 600
"""Pictures kept in memory; others are asked for again when they come into sight."""
WORDS = {"queued": "waiting", "reading": "reading…", "ready": "", "failed": "could not be opened"}
_SYMBOLS = {"queued": "waiting", "reading": "waiting", "ready": "cloud", "failed": "warning"}


class RowModel(QAbstractListModel):
    """The rows as Qt wants them. It tells views of as little as has changed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()
        self._places: dict[str, int] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Returns the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Returns a row's name, tooltip, what a screen reader says, or the row itself."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.name}, {below(row)}" if below(row) else row.name
        return None

    def place(self, key: str | None) -> int:
        """Returns the number of the row with this key, -1 where none has it."""
        return self._places.get(key, -1) if key is not None else -1

    def show(self, rows: tuple[Row, ...]) -> None:
        """Replaces the rows: those that stayed in place stay selected, and rows only added at the end are only added."""
        old = self.rows
        same = len(old) <= len(rows) and all(a.key == b.key for a, b in zip(old, rows, strict=False))
        if not same:
            self.beginResetModel()
            self._take(rows)
            self.endResetModel()
            return
        changed = [at for at, (a, b) in enumerate(zip(old, rows, strict=False)) if a is not b and a != b]
        if len(rows) > len(old):
            self.beginInsertRows(QModelIndex(), len(old), len(rows) - 1)
            self._take(rows)
            self.endInsertRows()
        else:
            self._take(rows)
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def _take(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows
        self._places = {row.key: at for at, row in enumerate(rows)}


def below(row: Row) -> str:
    """Returns the second line of a row."""
    if row.item is None:
        return counted(row.count, "file")
    return WORDS[row.item.status] or row.item.sentence


def tooltip(row: Row) -> str:
    """Returns everything known of a row."""
    if row.item is None:
        return f"{row.key}\n{below(row)}; click, or Left and Right, folds it."
    item = row.item
    tags = " ".join(f"#{tag}" for tag in item.tags)
    several = f"{grouped(item.clouds)} clouds; the arrow, or Right, lists them." if item.clouds > 1 else ""
    return "\n".join(part for part in (item.path, item.label, WORDS[item.status], item.sentence, several, tags) if part)


class RowPainter(QStyledItemDelegate):
    """Paints rows, and tells when it lacked a picture while it did so."""

    lacking = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme: Theme = "light"
        self._pictures: dict[str, QPixmap] = {}

    def sizeHint(self, _option: Option, _index: Index) -> QSize:
        """Returns a row's height."""
        return QSize(0, PICTURE + GRID)

    def take(self, key: str, picture: npt.NDArray[np.uint8], ratio: float) -> None:
        """Keeps a picture (side, side, 3)."""
        side = len(picture)
        packed = np.ascontiguousarray(picture)
        image = QImage(packed.data, side, side, 3 * side, QImage.Format.Format_RGB888).copy()
        image.setDevicePixelRatio(ratio)
        while len(self._pictures) >= MOST_PICTURES:
            self._pictures.pop(next(iter(self._pictures)))
        self._pictures[key] = QPixmap.fromImage(image)

    def forget(self, key: str | None = None) -> None:
        """Forgets a picture, or all of them."""
        if key is None:
            self._pictures.clear()
        else:
            self._pictures.pop(key, None)

    def has(self, key: str) -> bool:
        """Says whether there is a picture of an item."""
        return key in self._pictures

    def paint(self, painter: QPainter, option: Option, index: Index) -> None:
        """Paints one row."""
        row: Row | None = index.data(ROW)
        if row is None:
            return
        colours = COLOURS[self.theme]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area: QRect = option.rect.adjusted(0, 1, 0, -1)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.soft if selected else colours.hover))
            painter.drawRoundedRect(area, 6, 6)
        ratio = painter.device().devicePixelRatioF()
        left = area.x() + 4 + 2 * GRID * row.depth
        if row.open is not None:
            painter.drawPixmap(left, area.center().y() - 7, pixmap("opened" if row.open else "closed", colours.muted, 14, ratio))
            left += 2 * GRID
        if row.item is None:
            painter.drawPixmap(left + 2, area.center().y() - 9, pixmap("folder", colours.muted, 18, ratio))
            self._words(painter, area, left + 3 * GRID + 2, row, colours, selected)
        else:
            self._picture(painter, QRect(left, area.center().y() - PICTURE // 2 + 1, PICTURE, PICTURE), row, colours, ratio)
            self._words(painter, area, left + PICTURE + GRID, row, colours, selected)
        painter.restore()

    def _picture(self, painter: QPainter, place: QRect, row: Row, colours: Colours, ratio: float) -> None:
        item = row.item
        assert item is not None
        shown = self._pictures.get(item.key)
        if shown is not None:
            painter.drawPixmap(place, shown)
            return
        if item.status != "failed":
            self.lacking.emit()
        tint = colours.error if item.status == "failed" else colours.muted
        symbol = "set" if item.clouds > 1 else _SYMBOLS[item.status]
        painter.drawPixmap(place.center().x() - 9, place.center().y() - 9, pixmap(symbol, tint, 18, ratio))

    def _words(self, painter: QPainter, area: QRect, left: int, row: Row, colours: Colours, selected: bool) -> None:
        item, room = row.item, area.right() - left - GRID
        painter.setFont(text_font(strong=selected or item is None))
        painter.setPen(QColor(colours.text if item is None or item.status in ("ready", "failed") else colours.muted))
        name = QFontMetrics(painter.font()).elidedText(row.name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRect(left, area.center().y() - 17, room, 18), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(text_font(SMALL))
        metrics = QFontMetrics(painter.font())
        right = left + room
        line = QRect(left, area.center().y() + 2, room, 15)
        tags = " ".join(f"#{tag}" for tag in item.tags) if item is not None else ""
        if tags:
            tags = metrics.elidedText(tags, Qt.TextElideMode.ElideRight, room * 3 // 5)
            painter.setPen(QColor(colours.accent))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, tags)
            right -= metrics.horizontalAdvance(tags) + GRID
        painter.setPen(QColor(colours.error if item is not None and item.status == "failed" else colours.muted))
        words = metrics.elidedText(below(row), Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)


class RowList(QListView):
    """Emits what is done to rows by pointer and keys, and which pictures are lacking of those in sight."""

    entered_item = Signal(str)  # the key of the item that became the current row
    toggled = Signal(str)
    removed = Signal(str)
    lacking = Signal(tuple)  # keys

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowModel(self)
        self.painter = RowPainter(self)
        self.setModel(self.rows)
        self.setItemDelegate(self.painter)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._soon = QTimer(self, singleShot=True, interval=30)
        self._soon.timeout.connect(self._tell_lacking)
        self.painter.lacking.connect(self._soon.start)

    def row(self, index: Index | None = None) -> Row | None:
        """Returns a row, the current one unless told which."""
        found: Row | None = (index if index is not None else self.currentIndex()).data(ROW)
        return found

    def set_current(self, key: str | None) -> None:
        """Makes a row the current one without a word."""
        place = self.rows.place(key)
        if place < 0:
            self.selectionModel().clear()
            return
        blocked = self.blockSignals(True)
        self.setCurrentIndex(self.rows.index(place))
        self.blockSignals(blocked)

    def show_rows(self, rows: tuple[Row, ...], current: str | None) -> None:
        """Replaces the rows; the row that was current stays so, and ``current`` becomes so where it is gone."""
        before = self.row()
        self.rows.show(rows)
        if self.row() is None:
            at = before.key if before is not None and self.rows.place(before.key) >= 0 else current
            self.set_current(at)

    def currentChanged(self, now: Index, before: Index) -> None:
        """Tells of an item that became current."""
        super().currentChanged(now, before)
        row = self.row(now)
        if row is not None and row.item is not None and not self.signalsBlocked():
            self.entered_item.emit(row.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes; Left, Right, Enter and Space open and shut what can be."""
        row, key = self.row(), event.key()
        if row is not None and key == Qt.Key.Key_Delete and row.item is not None:
            self.removed.emit(row.key)
        elif (
            row is not None
            and row.open is not None
            and (
                (key == Qt.Key.Key_Right and not row.open)
                or (key == Qt.Key.Key_Left and row.open)
                or key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
            )
        ):
            self.toggled.emit(row.key)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on an arrow, or anywhere on a folder, opens or shuts it."""
        row = self.row(self.indexAt(event.position().toPoint()))
        if row is not None and row.open is not None and event.button() == Qt.MouseButton.LeftButton:
            at_arrow = event.position().x() < 4 + 2 * GRID * (row.depth + 1) + 2
            if row.item is None or at_arrow:
                self.toggled.emit(row.key)
                return
        super().mousePressEvent(event)

    def in_sight(self) -> tuple[str, ...]:
        """Returns the keys of the items that are to be seen now, from the top down."""
        shown = self.viewport().rect()
        first = self.indexAt(shown.topLeft() + QPoint(1, 1)).row()
        if first < 0:
            return ()
        last = self.indexAt(QPoint(1, shown.bottom() - 1)).row()
        rows: Sequence[Row] = self.rows.rows[first : (last + 1) if last >= 0 else None]
        return tuple(row.key for row in rows if row.item is not None)

    def _tell_lacking(self) -> None:
        # All of them, though but one row was painted just now: what is asked for takes the place of what was.
        shown = (self.rows.rows[self.rows.place(key)].item for key in self.in_sight())
        keys = tuple(item.key for item in shown if item is not None and item.status != "failed" and not self.painter.has(item.key))
        if keys:
            self.lacking.emit(keys)

    def take_picture(self, key: str, picture: npt.NDArray[np.uint8]) -> None:
        """Shows the picture of an item in its row."""
        self.painter.take(key, picture, self.devicePixelRatioF())
        place = self.rows.place(key)
        if place >= 0:
            self.update(self.rows.index(place))
