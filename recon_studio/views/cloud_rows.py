"""The ranked library as rows: a model over numpy columns, small pictures painted as they come into sight, and the table itself."""

from collections import OrderedDict
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableView, QWidget
from PySide6.QtWidgets import QStyleOptionViewItem as Option

from recon_studio.scene.thumbnail import thumbnail
from recon_studio.state.app_state import Theme
from recon_studio.state.cloud_table import NUMBERS, WORDS, CloudTable, Indices
from recon_studio.views.parts import decimals
from recon_studio.views.theme import COLOURS, GRID

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("cloud", "match", "label", "name", "head", "score", "share", "margin", "entropy", "unlike")
HEADINGS = {
    "cloud": ("Cloud", "The cloud; double-click opens it on the bench."),
    "match": ("Match", "Cosine similarity with what is looked for."),
    "label": ("Label", "What the data set, the folder or the file's name says it is."),
    "name": ("Best name", "The name that fits best; in red where the label says another one."),
    "head": ("Head", "What the fine-tuned head calls it: of the labels it was taught, not of the names under Words."),
    "score": ("Score", "Cosine similarity of the best name."),
    "share": ("Share", "Softmax over the names, of the best one."),
    "margin": ("Margin", "How far the best share leads the next, in percentage points."),
    "entropy": ("Entropy", "Of the shares, in bits: 0 is sure."),
    "unlike": ("Unlike", "Share of known clouds that fit the taught names better; from 95 % on, unlike anything the model knows."),
}
WIDTHS = {"cloud": 23 * GRID, "label": 11 * GRID, "name": 11 * GRID, "head": 11 * GRID}
PICTURE = 4 * GRID
MOST_PICTURES = 600


class CloudRows(QAbstractTableModel):
    """Shows a ``CloudTable`` in some order; sorting and narrowing replace the order and nothing else."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.table: CloudTable | None = None
        self.order: Indices = np.zeros(0, np.int64)
        self.theme: Theme = "light"

    def show(self, table: CloudTable | None, order: Indices) -> None:
        """Replaces everything."""
        self.beginResetModel()
        self.table, self.order = table, order
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Returns the number of rows shown."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Returns the number of columns, hidden ones included."""
        return 0 if parent.isValid() else len(COLUMNS)

    def key(self, index: Index) -> str:
        """Returns the key of a row's cloud."""
        return self.table.embeddings.keys[self.order[index.row()]] if self.table is not None and index.isValid() else ""

    def row_of(self, key: str) -> int:
        """Returns where a cloud stands now, -1 where it is not shown."""
        keys = self.table.embeddings.keys if self.table is not None else ()
        return next((row for row, place in enumerate(self.order) if keys[place] == key), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Returns a cell's text, colour, alignment or tooltip."""
        if self.table is None or not index.isValid():
            return None
        row, column = int(self.order[index.row()]), COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column in NUMBERS else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole and column == "name" and self.table.wrong[row]:
            return QColor(COLOURS[self.theme].error)
        if role == Qt.ItemDataRole.ForegroundRole and column == "unlike" and self.table.unlike[row]:
            return QColor(COLOURS[self.theme].warning)
        if role == Qt.ItemDataRole.ToolTipRole:
            words = self.table.words
            wrong = f"\nlabelled {words['label'][row]}, called {words['name'][row]}" if self.table.wrong[row] else ""
            return f"{self.table.embeddings.keys[row]}{wrong}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Returns a column's heading or tooltip."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        heading, tip = HEADINGS[COLUMNS[section]]
        if role == Qt.ItemDataRole.DisplayRole:
            return heading
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{tip}\nClick sorts by it."
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if COLUMNS[section] in NUMBERS else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, row: int, column: str) -> str:
        assert self.table is not None
        if column in WORDS:
            return self.table.words[column][row]
        values = self.table.numbers.get(column)
        if values is None or np.isnan(values[row]):
            return ""
        value = float(values[row])
        if column in ("share", "unlike"):
            return f"{100 * value:.0f} %"
        return f"{100 * value:.1f}" if column == "margin" else decimals(value)


class _Pictured(QStyledItemDelegate):
    """Paints the first column: a small picture before the name."""

    def __init__(self, rows: CloudRows, view: QWidget) -> None:
        super().__init__(rows)
        self._rows, self._view = rows, view
        self._pictures: OrderedDict[tuple[str, Theme], QPixmap] = OrderedDict()

    def initStyleOption(self, option: Option, index: Index) -> None:
        """Adds the picture."""
        super().initStyleOption(option, index)
        table = self._rows.table
        if table is None:
            return
        key = (self._rows.key(index), self._rows.theme)
        drawn = self._pictures.get(key)
        if drawn is None:
            ratio = self._view.devicePixelRatioF()
            side = round(PICTURE * ratio)
            picture = thumbnail(table.embeddings.preview(int(self._rows.order[index.row()])), side=side, theme=self._rows.theme)
            drawn = QPixmap.fromImage(QImage(picture.data, side, side, 3 * side, QImage.Format.Format_RGB888))
            drawn.setDevicePixelRatio(ratio)
            self._pictures[key] = drawn
            if len(self._pictures) > MOST_PICTURES:
                self._pictures.popitem(last=False)
        option.features |= Option.ViewItemFeature.HasDecoration
        option.icon = QIcon(drawn)
        option.decorationSize = QSize(PICTURE, PICTURE)


class CloudTableView(QTableView):
    """The table. Emits which cloud is opened, and by which column it is to be sorted."""

    opened = Signal(str)
    sorted = Signal(str, bool)  # column, whether the largest stands first

    def __init__(self) -> None:
        super().__init__()
        self.rows = CloudRows(self)
        self._asked: object = None
        self.setModel(self.rows)
        self.setAccessibleName("Clouds of the library with their best names")
        self.setTabKeyNavigation(False)  # Tab goes on to the next control; arrows go through the rows
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(PICTURE + 4)
        heading = self.horizontalHeader()
        heading.setHighlightSections(False)
        heading.setSortIndicatorShown(True)
        heading.setSortIndicatorClearable(True)
        heading.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        heading.setSectionsClickable(True)
        heading.setMinimumSectionSize(6 * GRID)
        for section, column in enumerate(COLUMNS):
            self.setColumnWidth(section, WIDTHS.get(column, 7 * GRID + 4))
        heading.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        heading.sortIndicatorChanged.connect(self._sort)
        self.setItemDelegateForColumn(0, _Pictured(self.rows, self))
        self.doubleClicked.connect(lambda index: self.opened.emit(self.rows.key(index)))

    def show_table(self, table: CloudTable | None, order: Indices, theme: Theme, asked: object) -> None:
        """Shows rows in an order; the selected cloud stays selected while it is there.

        Args:
            asked: what the order answers: while it stays the same so does the place that is looked at, though the library grows.
        """
        kept, self._asked = asked == self._asked, asked
        if table is self.rows.table and theme == self.rows.theme and np.array_equal(order, self.rows.order):
            return
        selected, place = self.selected(), self.verticalScrollBar().value()
        self.rows.theme = theme
        self.rows.show(table, order)
        for section, column in enumerate(COLUMNS):
            known = table is not None and _known(table, column)
            self.setColumnHidden(section, not known)
        if selected and (row := self.rows.row_of(selected)) >= 0:
            self.selectRow(row)
        elif not kept:
            self.scrollToTop()
        if kept:
            self.verticalScrollBar().setValue(place)

    def selected(self) -> str:
        """Returns the key of the selected cloud, "" where none is."""
        chosen = self.selectionModel().selectedRows() if self.rows.rowCount() else []
        return self.rows.key(chosen[0]) if chosen else ""

    def sorting(self) -> tuple[str, bool]:
        """Returns the column sorted by, "" for none, and whether the largest stands first."""
        heading = self.horizontalHeader()
        section = heading.sortIndicatorSection()
        return (COLUMNS[section] if 0 <= section < len(COLUMNS) else ""), heading.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder

    def _sort(self, _section: int, _order: Qt.SortOrder) -> None:
        self.sorted.emit(*self.sorting())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Takes Return as a wish to open the selected cloud."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected():
            self.opened.emit(self.selected())
            return
        super().keyPressEvent(event)


def _known(table: CloudTable, column: str) -> bool:
    """Whether there is anything to say in a column."""
    if column == "name":
        return bool(table.numbers)
    return column in table.numbers or column in ("cloud", "label") or (column == "head" and table.embeddings.head is not None)
