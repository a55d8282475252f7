"""The names ranked for the cloud shown, and what that ranking is worth."""

import math

from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from recon_studio.state.app_state import AppState
from recon_studio.state.cloud_table import cloud_name
from recon_studio.state.words import unlike_from, untaught, verdict
from recon_studio.views.parts import Card, ElidedLabel, Facts, label
from recon_studio.views.theme import GRID
from recon_studio.views.words import NO_SCALE, Bars, doubt_in_words

LEAST = 22 * GRID


class RankingCard(Card):
    """Shows bars, and beside them margin, entropy and how unlike anything known the cloud is."""

    def __init__(self) -> None:
        super().__init__("This cloud")
        self.cloud = ElidedLabel()
        self.cloud.setProperty("kind", "small")
        self.head.insertWidget(1, self.cloud, 100)
        self.bars = Bars(detailed=True)
        scroll = QScrollArea()
        scroll.setWidget(self.bars)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.area = scroll
        self.hint = label("", "small")
        self.hint.setWordWrap(True)
        self.facts = Facts(
            (
                ("Margin", "How far the best name's share leads the next, in percentage points."),
                ("Entropy", "Of the shares, in bits: 0 is sure; the most there can be is an even guess among all names."),
                (
                    "Unlike",
                    "Share of known clouds that fit the names the model was taught better than this one does, whatever names are on offer. "
                    "Read off synthetic clouds held out from training.",
                ),
            )
        )
        self.facts.setFixedWidth(22 * GRID)
        self.unlike = label("", "small")
        self.unlike.setWordWrap(True)
        self.unlike.setAccessibleName("Whether the cloud is unlike anything the model knows")
        side = QVBoxLayout()
        side.setSpacing(GRID)
        side.addWidget(self.facts)
        side.addWidget(self.unlike)
        side.addStretch(1)
        self._side = QWidget()
        self._side.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        self._side.setFixedWidth(22 * GRID)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(scroll, 1)
        row.addWidget(self._side)
        self.body.addWidget(self.hint)
        self.body.addLayout(row, 1)

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        watched = ("scores", "words", "cloud", "theme", "model", "names", "items")
        if old is not None and all(getattr(old, name) is getattr(new, name) for name in watched):
            return
        self.cloud.setText("" if new.cloud is None else cloud_name(new.cloud.key, {item.key: item.name for item in new.items}))
        self.bars.set_scores(new.scores, new.theme)
        self.setMaximumHeight(max(LEAST, 7 * GRID + self.bars.sizeHint().height()))
        self.area.setVisible(bool(new.scores))
        self._side.setVisible(bool(new.scores))
        self.hint.setText("" if new.scores else _why_nothing(new))
        self.hint.setVisible(not new.scores)
        self._show_verdict(new)

    def _show_verdict(self, new: AppState) -> None:
        found = verdict(new)
        if found is None:
            self.facts.clear()
            self.unlike.setText("")
            return
        self.facts.set_value("Margin", "" if found.margin is None else f"{100 * found.margin:.1f} points")
        most = math.log2(max(len(found.scores), 1))
        self.facts.set_value("Entropy", f"{found.entropy:.2f} of {most:.2f} bits" if most else "one name")
        limit = unlike_from(new)
        self.facts.set_value("Unlike", "" if found.unlike is None else f"{100 * found.unlike:.0f} %")
        self.unlike.setText(NO_SCALE if found.unlike is None or limit is None else doubt_in_words(found, limit, untaught(new)))


def _why_nothing(state: AppState) -> str:
    if state.words.failure:
        return state.words.failure
    if not state.names:
        return "Write at least one name."
    return "Open a cloud to rank these names for it." if state.cloud is None else "Ranking these names…"
