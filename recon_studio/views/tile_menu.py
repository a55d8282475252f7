"""The menu in a view's title: what it shows, by what it is coloured, one view more or less."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidgetAction

from recon_studio.scene.choices import TITLES, why_not_coloured, why_not_shown
from recon_studio.scene.paint import IN_WORDS
from recon_studio.state.app_state import AppState
from recon_studio.state.view_state import COLOURS_OF, MOST_TILES, Show
from recon_studio.views.parts import label

if TYPE_CHECKING:
    from recon_studio.views.bench_view import BenchView
    from recon_studio.views.tile import Tile

_TIPS: dict[Show, str] = {
    "input": "The cloud as its file holds it",
    "seen": "The visible patches; hidden ones as ghosts",
    "rebuilt": "The hidden patches as the model rebuilds them; hold F to see the truth in their place",
    "overlay": "Rebuilt points over the true ones, told apart by colour",
    "difference": "How far rebuilt points lie from true ones, and true ones from rebuilt ones",
    "attention": "Where a token looks",
    "rebuilt_b": "The same hidden patches as model B rebuilds them",
    "contest": "Which model rebuilds each hidden patch better",
}


class TileMenu:
    """Fills the menus of all views when they are opened, by the state of that moment."""

    def __init__(self, bench: BenchView) -> None:
        self._bench = bench
        self.state = AppState()

    def fill(self, menu: QMenu, tile: int) -> None:
        """Writes the menu of one view anew."""
        menu.clear()
        for group in menu.findChildren(QActionGroup):  # a menu that is cleared keeps them
            group.deleteLater()
        state, bench = self.state, self._bench
        choice = state.views.tiles[tile]
        _heading(menu, "Show")
        group = QActionGroup(menu)
        for show in get_args(Show):
            action = _radio(menu, group, TITLES[show], _TIPS[show], show == choice.show, why_not_shown(state, show))
            action.triggered.connect(lambda _checked=False, show=show: bench.showChosen.emit(tile, show))
        menu.addSeparator()
        _heading(menu, "Colour by")
        group = QActionGroup(menu)
        for colour in COLOURS_OF[choice.show]:
            why_not = why_not_coloured(state, choice.show, colour)
            action = _radio(menu, group, IN_WORDS[colour].capitalize(), "", colour == choice.colour, why_not)
            action.triggered.connect(lambda _checked=False, colour=colour: bench.colourChosen.emit(tile, colour))
        menu.addSeparator()
        self._add_ends(menu, bench.tiles[tile])
        count = len(state.views.tiles)
        more = _plain(menu, "Add a view", "" if count < MOST_TILES else f"There are {MOST_TILES} views already.")
        more.triggered.connect(lambda _checked=False: bench.tileAdded.emit())
        less = _plain(menu, "Close this view", "" if count > 1 else "The last view stays.")
        less.triggered.connect(lambda _checked=False: bench.tileClosed.emit(tile))

    def _add_ends(self, menu: QMenu, tile: Tile) -> None:
        """Offers what the pointer does to a colour bar, where there is one."""
        bar = tile.view.bar
        if bar is None or (quantity := bar.quantity) is None:
            return
        _heading(menu, "Colour bar")
        _plain(menu, "Set the upper end…", "").triggered.connect(lambda: tile.open_end("high"))
        _plain(menu, "Set the lower end…", "").triggered.connect(lambda: tile.open_end("low"))
        follows = _plain(menu, "Follow the values", "" if bar.edited else "It follows them already.")
        follows.triggered.connect(lambda: self._bench.rangeReset.emit(quantity))
        menu.addSeparator()


def _heading(menu: QMenu, text: str) -> None:
    words = label(text, "small")
    words.setContentsMargins(12, 4, 12, 2)
    action = QWidgetAction(menu)
    action.setDefaultWidget(words)
    action.setEnabled(False)
    menu.addAction(action)


def _radio(menu: QMenu, group: QActionGroup, text: str, tip: str, checked: bool, why_not: str) -> QAction:
    action = _plain(menu, text, why_not)
    action.setToolTip("\n".join(part for part in (tip, why_not) if part) or text)
    action.setCheckable(True)
    action.setChecked(checked)
    group.addAction(action)
    return action


def _plain(menu: QMenu, text: str, why_not: str) -> QAction:
    action = menu.addAction(text)
    action.setToolTip(f"{text}\n{why_not}" if why_not else text)
    action.setEnabled(not why_not)
    return action
