"""The Words room: names and templates, their ranking for the current cloud, and the same names over the whole library."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from recon_studio.state.app_state import AppState
from recon_studio.views.names_card import NamesCard
from recon_studio.views.ranking_card import RankingCard
from recon_studio.views.theme import GRID
from recon_studio.views.words_library import WordsLibrary

LEFT = 35 * GRID


class WordsRoom(QWidget):
    """Lays out the cards; emits what they emit."""

    textEdited = Signal(str)
    templatesChosen = Signal(str)
    ownEdited = Signal(str)
    embedRequested = Signal()
    phraseSearched = Signal(str)
    alikeSearched = Signal(str)
    pictureSearched = Signal(str)
    searchCleared = Signal()
    cellChosen = Signal(object)
    cloudOpened = Signal(str)
    tableExported = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.names, self.ranking, self.library = NamesCard(), RankingCard(), WordsLibrary()
        self.names.setFixedWidth(LEFT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        column = QVBoxLayout()
        column.setSpacing(GRID)
        column.addWidget(self.ranking, 2)
        column.addWidget(self.library, 3)
        row.addWidget(self.names)
        row.addLayout(column, 1)
        for panel, names in (
            (self.names, ("textEdited", "templatesChosen", "ownEdited")),
            (
                self.library,
                (
                    "embedRequested",
                    "phraseSearched",
                    "alikeSearched",
                    "pictureSearched",
                    "searchCleared",
                    "cellChosen",
                    "cloudOpened",
                    "tableExported",
                ),
            ),
        ):
            for name in names:
                getattr(panel, name).connect(getattr(self, name))

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws what differs between two states."""
        for panel in (self.names, self.ranking, self.library):
            panel.show_state(old, new)

    def shut(self) -> None:
        """Stops what runs by itself."""
        self.names.stop()
