"""The card at the left: every cloud opened with a small picture of it; searched, tagged, folded, stepped through."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from recon_model.counts import counted, grouped
from recon_studio.state.app_state import AppState, Item
from recon_studio.state.library import rows, tags
from recon_studio.views.dialogs import ask_tag
from recon_studio.views.library_list import PICTURE, RowList
from recon_studio.views.parts import Card, as_it_is, label
from recon_studio.views.theme import COLOURS, GRID, icon


class Library(Card):
    """Emits which item was chosen, removed or tagged, what is searched for, what was folded, and which pictures are lacking."""

    itemChosen = Signal(str)
    itemRemoved = Signal(str)
    searchChanged = Signal(str)
    rowToggled = Signal(str)
    tagged = Signal(tuple, str, bool)  # keys, tag, whether it is given or taken
    picturesWanted = Signal(tuple, int)  # keys, side in pixels

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__("Library")
        self._items: tuple[Item, ...] = ()
        self._current: str | None = None
        self._actions = actions
        self.count = label("", "small")
        self.head.addWidget(self.count)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Name, label, #tag")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search the library")
        self.search.setToolTip("Shows only clouds whose name, label or folder holds each of these words; #word finds a tag.")
        self.search.textChanged.connect(self.searchChanged)
        self._glass = self.search.addAction(icon("search", "light"), QLineEdit.ActionPosition.LeadingPosition)
        self.tags = QToolButton()
        self.tags.setAccessibleName("Tags to search for")
        self.tags.clicked.connect(self._open_tags)
        self._search_row = QWidget()
        row = QHBoxLayout(self._search_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.search, 1)
        row.addWidget(self.tags)
        self.list = RowList()
        self.list.setAccessibleName("Clouds")
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.list.entered_item.connect(self.itemChosen)
        self.list.removed.connect(self.itemRemoved)
        self.list.toggled.connect(self.rowToggled)
        self.list.lacking.connect(lambda keys: self.picturesWanted.emit(keys, round(PICTURE * self.devicePixelRatioF())))
        self.body.addWidget(self._search_row)
        self.stack = QStackedLayout()
        self.stack.addWidget(self._make_empty())
        self.stack.addWidget(self.list)
        self.nothing = label("", "small")
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.stack.addWidget(self.nothing)
        self.body.addLayout(self.stack, 1)

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(0, 2 * GRID, 0, 0)
        column.setSpacing(GRID)
        for text, kind in (
            ("Drop a point cloud here", "title"),
            (
                "One file, many, or a folder: PLY, PCD, XYZ, CSV, NPY, OFF, OBJ, STL, GLB, LAS, E57, HDF5. A labelled .npz opens as a set.",
                "small",
            ),
        ):
            line = label(text, kind)
            line.setWordWrap(True)
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(line)
        for name in ("open", "open_samples"):
            action = self._actions[name]
            button = QPushButton(action.text())
            button.setToolTip(action.toolTip())
            button.setAccessibleName(action.text())
            button.clicked.connect(action.trigger)
            column.addWidget(button)
        column.addStretch(1)
        return empty

    # ------------------------------------------------------------ showing

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        self._current = new.current
        if old is None or old.theme != new.theme:
            self.list.painter.theme = new.theme
            self.list.painter.forget()
            self._glass.setIcon(icon("search", new.theme, colour=COLOURS[new.theme].muted))
            self.tags.setIcon(icon("tag", new.theme))
            self.list.viewport().update()
        if old is None or old.items is not new.items or old.listing != new.listing:
            self._show_rows(new)
        if old is None or old.current != new.current:
            self.list.set_current(new.current)
            self.list.scrollTo(self.list.currentIndex())

    def _show_rows(self, new: AppState) -> None:
        self._items = new.items
        shown = rows(new.items, new.listing)
        self.list.show_rows(shown, new.current)
        self.stack.setCurrentIndex(0 if not new.items else 1 if shown else 2)
        self.nothing.setText(f"Nothing here is called “{new.listing.search}”. Clear the search to see all {grouped(len(new.items))} again.")
        self._search_row.setVisible(len(new.items) > 1 or bool(new.listing.search))
        found = sum(row.item is not None for row in shown)
        self.count.setText(
            "" if not new.items else f"{grouped(found)} of {grouped(len(new.items))}" if new.listing.search else grouped(len(new.items))
        )
        known = tags(new.items)
        self.tags.setEnabled(bool(known))
        self.tags.setToolTip("Search by tag." if known else "Search by tag.\nNothing is tagged yet: press Ctrl+T on a cloud.")
        if self.search.text() != new.listing.search:
            with QSignalBlocker(self.search):
                self.search.setText(new.listing.search)

    def take_picture(self, key: str, picture: npt.NDArray[np.uint8]) -> None:
        """Shows the picture (side, side, 3) of an item in its row."""
        self.list.take_picture(key, picture)

    def shown_items(self) -> tuple[str, ...]:
        """Returns the keys of the items in the list, whether in sight or not."""
        return tuple(row.key for row in self.list.rows.rows if row.item is not None)

    # ------------------------------------------------------------ menus

    def _open_menu(self, place: QPoint) -> None:
        row = self.list.row(self.list.indexAt(place))
        if row is None or row.item is None:
            return
        key = row.key
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        self._add_tags(menu.addMenu("Tags"), row.item)
        remove = menu.addAction("Remove from the library")
        remove.setToolTip("The file itself stays where it is.")
        remove.triggered.connect(lambda: self.itemRemoved.emit(key))
        menu.popup(self.list.viewport().mapToGlobal(place))

    def open_tagging(self) -> None:
        """Opens the menu of tags of the current cloud, beside its row where the search leaves that."""
        item = next((item for item in self._items if item.key == self._current), None)
        if item is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        self._add_tags(menu, item)
        place = self.list.visualRect(self.list.currentIndex()).bottomLeft() + QPoint(6 * GRID, 0)
        menu.popup(self.list.viewport().mapToGlobal(place))

    def _add_tags(self, menu: QMenu, item: Item) -> None:
        for tag in tags(self._items):
            action = menu.addAction(as_it_is(f"#{tag}"))
            action.setCheckable(True)
            action.setChecked(tag in item.tags)
            action.toggled.connect(lambda given, tag=tag: self.tagged.emit((item.key,), tag, given))
        if not menu.isEmpty():
            menu.addSeparator()
        menu.addAction("New tag…").triggered.connect(lambda: self._ask_tag((item.key,), f"A tag for {item.name}, one word:"))
        found = self.shown_items()
        every = menu.addAction(f"Tag all {grouped(len(found))} listed…")
        every.setEnabled(len(found) > 1)
        every.setToolTip("One tag for everything that is listed now." if len(found) > 1 else "There is one cloud only.")
        every.triggered.connect(lambda: self._ask_tag(found, f"A tag for all {counted(len(found), 'cloud')} listed, one word:"))

    def _ask_tag(self, keys: tuple[str, ...], words: str) -> None:
        ask_tag(self, words, lambda tag: self.tagged.emit(keys, tag, True))

    def _open_tags(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = self.search.text().split()
        for tag, count in tags(self._items).items():
            action = menu.addAction(as_it_is(f"#{tag}   {grouped(count)}"))
            action.setCheckable(True)
            action.setChecked(f"#{tag}" in words)
            others = [word for word in words if word != f"#{tag}"]
            wanted = others if f"#{tag}" in words else [*words, f"#{tag}"]
            action.triggered.connect(lambda _checked, wanted=wanted: self.search.setText(" ".join(wanted)))
        menu.popup(self.tags.mapToGlobal(QPoint(0, self.tags.height())))
