"""The library in the Words room: its clouds with their best names, what is looked for, and which labels were called what."""

from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from recon_model.counts import counted, grouped
from recon_studio.state.app_state import AppState
from recon_studio.state.cloud_table import CloudTable, as_csv, cloud_name, table
from recon_studio.state.wording import Picture
from recon_studio.state.words import Confusion, asked_names, confusion
from recon_studio.views.cloud_rows import CloudTableView
from recon_studio.views.confusion import ConfusionView
from recon_studio.views.dialogs import ask_target
from recon_studio.views.parts import Card, ElidedLabel, label, restate
from recon_studio.views.theme import GRID, icon

PICTURE_KINDS = (
    "The image tower inside learnt from 64-pixel depth views: it understands one thing on a plain ground, best a depth picture, "
    "nearer parts brighter; of a photograph little but the outline counts."
)
LEGEND = (
    "Rows are labels, columns the names their clouds were given; the colour is the share of the row. Blue is right, red is not. "
    "Labels in grey are not among the names. A click on a cell shows its clouds."
)
SEEN = 5 * GRID


class WordsLibrary(Card):
    """Emits what is looked for, what is opened, and which cell of the matrix the table is narrowed to."""

    embedRequested = Signal()
    phraseSearched = Signal(str)
    alikeSearched = Signal(str)  # key of a cloud
    pictureSearched = Signal(str)  # path
    searchCleared = Signal()
    cellChosen = Signal(object)
    cloudOpened = Signal(str)
    tableExported = Signal(str, object)  # path, what makes the text to write there

    def __init__(self) -> None:
        super().__init__("Library")
        self._state: AppState | None = None
        self._table: CloudTable | None = None
        self._counted: tuple[tuple[Any, ...], Confusion | None] = ((), None)
        self.count = ElidedLabel()
        self.count.setProperty("kind", "small")
        self.head.insertWidget(1, self.count, 100)
        self._make_head()
        self.body.addLayout(self._make_search())
        self.body.addWidget(self._make_wanted())
        self.stack = QStackedLayout()
        self.rows = CloudTableView()
        self.rows.opened.connect(self.cloudOpened)
        self.rows.sorted.connect(lambda _column, _descending: self._arrange())
        self.rows.selectionModel().selectionChanged.connect(lambda: self._restate())
        self.matrix = ConfusionView()
        self.matrix.cellChosen.connect(self._choose_cell)
        around = QScrollArea()
        around.setWidget(self._make_matrix())
        around.setWidgetResizable(True)
        around.setFrameShape(QFrame.Shape.NoFrame)
        for page in (self._make_empty(), self.rows, around):
            self.stack.addWidget(page)
        self.body.addLayout(self.stack, 1)

    # ------------------------------------------------------------ making

    def _make_head(self) -> None:
        self.as_table, self.as_matrix = QToolButton(), QToolButton()
        group = QButtonGroup(self)
        for button, text, tip in (
            (self.as_table, "Table", "One row a cloud."),
            (self.as_matrix, "Confusion", "Labels against the names they were given."),
        ):
            button.setText(text)
            button.setAccessibleName(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setProperty("kind", "tile")
            group.addButton(button)
            self.head.addWidget(button)
        self.as_table.setChecked(True)
        group.buttonClicked.connect(lambda: self._arrange())
        self.export = QPushButton("Export…")
        self.export.setAccessibleName("Export the table")
        self.export.clicked.connect(self._ask_export)
        self.head.addWidget(self.export)

    def _make_search(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        self.phrase = QLineEdit()
        self.phrase.setPlaceholderText("Find by words: a chair with no arms, - sofa")
        self.phrase.setAccessibleName("Find clouds by words")
        self.phrase.setClearButtonEnabled(True)
        self.phrase.returnPressed.connect(lambda: self.phraseSearched.emit(self.phrase.text()))
        self.phrase.textChanged.connect(self._cleared)
        self._glass = self.phrase.addAction(icon("search", "light"), QLineEdit.ActionPosition.LeadingPosition)
        self.alike = QPushButton("Like this cloud")
        self.alike.setAccessibleName("Find clouds like the selected one")
        self.alike.clicked.connect(lambda: self.alikeSearched.emit(self.alike_key()))
        self.by_picture = QPushButton("By a picture…")
        self.by_picture.setAccessibleName("Find clouds by a picture")
        self.by_picture.clicked.connect(lambda: self.pictureSearched.emit(self.ask_picture()))
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Filter the table")
        self.filter.setToolTip("Shows only rows whose cloud, label or name holds this text.")
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(14 * GRID)
        self.filter.textChanged.connect(lambda: self._arrange())
        row.addWidget(self.phrase, 1)
        for widget in (self.alike, self.by_picture, self.filter):
            row.addWidget(widget)
        return row

    def _make_wanted(self) -> QWidget:
        """The line that says what is looked for, and what the table is narrowed to."""
        self.wanted = QWidget()
        row = QHBoxLayout(self.wanted)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self.picture = QLabel()
        self.picture.setFixedSize(SEEN, SEEN)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName("The picture that is looked for")
        self.wanted_words = label("", "small")
        self.wanted_words.setWordWrap(True)
        self.forget = QToolButton()
        self.forget.setAccessibleName("Look for nothing any more")
        self.forget.setIconSize(QSize(14, 14))
        self.forget.clicked.connect(self._forget)
        row.addWidget(self.picture)
        row.addWidget(self.wanted_words, 1)
        row.addWidget(self.forget)
        return self.wanted

    def _make_matrix(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        self.said = legend = label(LEGEND, "small")
        legend.setWordWrap(True)
        legend.setMinimumHeight(5 * GRID)  # two lines: the matrix stays where it is, whatever is said
        self.matrix.told.connect(lambda words: legend.setText(words or LEGEND))
        column.addWidget(legend)
        column.addWidget(self.matrix, 1)
        return page

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.addStretch(1)
        self.why_empty = label("", "small")
        self.why_empty.setWordWrap(True)
        self.why_empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.embed = QPushButton("Embed the library")
        self.embed.clicked.connect(self.embedRequested)
        column.addWidget(self.why_empty)
        column.addWidget(self.embed, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        return empty

    # ------------------------------------------------------------ showing

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        self._state = new
        if old is None or old.theme != new.theme:
            self._glass.setIcon(icon("search", new.theme))
            self.forget.setIcon(icon("close", new.theme))
        watched = ("words", "embeddings", "embedding", "items", "theme", "model", "cloud", "current")
        if old is not None and all(getattr(old, name) is getattr(new, name) for name in watched):
            return
        if old is None or any(getattr(old, name) is not getattr(new, name) for name in ("words", "embeddings", "items")):
            self._table = table(new)
        if old is not None and old.words.search is not new.words.search and new.words.search is not None:
            self.as_table.setChecked(True)
            with QSignalBlocker(self.rows):
                self.rows.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        wanted = new.words.search
        if (old is None or old.words.search is not wanted) and wanted is not None and wanted.kind == "words":
            with QSignalBlocker(self.phrase):
                self.phrase.setText(wanted.what)  # a session may have brought it back
        self._arrange()
        self._show_wanted(new)

    def _arrange(self) -> None:
        """Puts the rows in order, and what belongs in sight in sight."""
        state = self._state
        if state is None:
            return
        found = self._confusion(state)
        restate(self.as_matrix, found is not None, "Labels against the names they were given.", _why_no_matrix(state))
        if found is None and self.as_matrix.isChecked():
            self.as_table.setChecked(True)
        shown = self._table
        if shown is not None:
            column, descending = self.rows.sorting()
            order = shown.order(column, descending, self.filter.text(), state.words.cell)
            asked = (column, descending, self.filter.text(), state.words.cell, state.words.search, shown.best_first)
            self.rows.show_table(shown, order, state.theme, asked)
        else:
            self.rows.show_table(None, np.zeros(0, np.int64), state.theme, None)
        self.matrix.show_matrix(found, state.words.cell, state.theme)
        self.stack.setCurrentIndex(0 if shown is None else 2 if self.as_matrix.isChecked() else 1)
        self._show_count(state, found.right / found.clouds if found is not None and found.clouds else None, found.clouds if found else 0)
        self._show_empty(state)
        self._restate()

    def _confusion(self, state: AppState) -> Confusion | None:
        """Counts again only where ranking or names are others."""
        of = (state.words.ranking, asked_names(state))
        if of != self._counted[0]:
            self._counted = (of, confusion(of[0], of[1]) if of[0] is not None else None)
        return self._counted[1]

    def _show_count(self, state: AppState, accuracy: float | None, labelled: int) -> None:
        if self._table is None:
            self.count.setText("")
            return
        total, shown = len(self._table), self.rows.rows.rowCount()
        parts = [f"{grouped(shown)} of {counted(total, 'cloud')}" if shown != total else counted(total, "cloud")]
        if accuracy is not None:
            parts.append(f"right name first for {100 * accuracy:.1f} % of {grouped(labelled)} labelled")
        if state.embedding is not None:
            parts.append(f"embedding {grouped(state.embedding.done)} of {grouped(state.embedding.total)}")
        self.count.setText(" · ".join(parts))
        self.count.setToolTip("Top-1: how often the best name is the one the label means, of clouds whose label is on offer.")

    def _show_empty(self, state: AppState) -> None:
        files = len({item.path for item in state.items})
        work = state.embedding
        if state.model is None:
            words = "Waits for the model to load."
        elif not files:
            words = "The library is empty: open a file, many, or a folder."
        elif work is not None:
            done = f"{grouped(work.done)} of {counted(work.total, 'cloud')}"
            words = f"Embedding the library: {done}. The line below can stop it; what is done is kept."
        else:
            words = f"To rank {counted(files, 'file')} by these names, the model must embed each cloud once."
        self.why_empty.setText(words)
        restate(self.embed, bool(state.model is not None and files and work is None), "Embeds every cloud that is not embedded yet.", words)

    def _show_wanted(self, state: AppState) -> None:
        wanted, cell, found = state.words.search, state.words.cell, state.words.found
        parts = []
        if wanted is not None:
            names = {item.key: item.name for item in state.items}
            what = {"words": f"“{wanted.what}”", "shape": cloud_name(wanted.what, names), "picture": PurePath(wanted.what).name}[
                wanted.kind
            ]
            parts.append(f"Most like {what} first." if found is not None else f"Looking for what is like {what}…")
            parts += [PICTURE_KINDS] if wanted.kind == "picture" and _is_ours(state) else []
            parts += [found.note] if found is not None and found.note else []
        if cell is not None:
            parts.append(f"Only clouds labelled {cell[0]} that were called {cell[1]}.")
        self.wanted_words.setText(" ".join(parts))
        self.wanted.setVisible(bool(parts))
        self.forget.setToolTip("Show the whole library again." if cell is None else "Show the whole table again.")
        self.picture.setVisible(state.words.picture is not None)
        if state.words.picture is not None:
            self.picture.setPixmap(_pixmap(state.words.picture, SEEN, self.devicePixelRatioF()))
        if wanted is None or wanted.kind != "words":
            self.phrase.clear()
        elif self.phrase.text() != wanted.what and not self.phrase.hasFocus():
            self.phrase.setText(wanted.what)

    def _restate(self) -> None:
        state = self._state
        if state is None:
            return
        why_not = "Nothing is embedded yet."
        words = state.embeddings is None or state.embeddings.sides is not None
        mute = "This model cannot compare clouds with words or pictures."
        restate(self.phrase, words, "A phrase, then Enter; after commas other words for it, and after '-' words against it.", mute)
        key = self.alike_key()
        named = cloud_name(key, {item.key: item.name for item in state.items}) if key else ""
        tip = "Find the nearest neighbours of the selected row, or else of the current cloud."
        restate(self.alike, bool(key), f"{tip}\nNow: {named}" if key else tip, "No cloud is open.")
        restate(self.by_picture, words, f"Choose a picture, or drop one on the window. {PICTURE_KINDS}", mute)
        restate(self.export, self._table is not None, "Save the rows shown, and every name's score, as CSV.", why_not)

    # ------------------------------------------------------------ doing

    def alike_key(self) -> str:
        """Returns the cloud that neighbours are looked for of: the selected row's, else the current one."""
        return self.rows.selected() or (self._state.current or "" if self._state is not None else "")

    def ask_picture(self) -> str:
        """Lets the user choose a picture; empty when they change their mind."""
        kinds = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"
        return QFileDialog.getOpenFileName(self, "Find clouds by a picture", "", kinds)[0]

    def _choose_cell(self, cell: tuple[str, str] | None) -> None:
        self.as_table.setChecked(True)
        self.cellChosen.emit(cell)

    def _cleared(self, text: str) -> None:
        """An emptied field looks for nothing any more."""
        if not text and self._state is not None and self._state.words.search is not None and self._state.words.search.kind == "words":
            self.searchCleared.emit()

    def _forget(self) -> None:
        if self._state is not None and self._state.words.cell is not None:
            self.cellChosen.emit(None)
        else:
            self.searchCleared.emit()

    def _ask_export(self) -> None:
        path = ask_target(self, "Export the table", "ranking.csv", "Comma-separated values (*.csv)")
        if path:
            self.tableExported.emit(path, self.csv())

    def csv(self) -> Callable[[], str]:
        """Returns what makes the rows shown now, in their order, into CSV; for thousands of clouds that takes a while."""
        assert self._table is not None
        assert self._state is not None
        return partial(as_csv, self._table, self.rows.rows.order, self._state.words.ranking)


def _why_no_matrix(state: AppState) -> str:
    if state.words.ranking is None:
        return "Nothing is ranked yet."
    return "No cloud's label is among the names. Labels come from data sets, from folders and from names such as chair_12.ply."


def _is_ours(state: AppState) -> bool:
    """Whether the model's image teacher is the small one that ships inside."""
    card = state.model.card if state.model is not None else {}
    return "/" not in str((card.get("teacher") or {}).get("name", "/"))


def _pixmap(picture: Picture, side: int, ratio: float) -> QPixmap:
    height, width = picture.pixels.shape[:2]
    pixels = np.ascontiguousarray(picture.pixels)
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    size = QSize(round(side * ratio), round(side * ratio))
    shrunk = image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    shrunk.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(shrunk)
