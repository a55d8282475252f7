"""The words panel: names to choose among, and how well each fits the cloud."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QSizePolicy, QToolTip, QWidget

from recon_model.lexicon import by_words_alone
from recon_studio.state.app_state import AppState, Score, Theme
from recon_studio.state.wording import Verdict
from recon_studio.state.words import better_name, unlike_from, untaught, verdict
from recon_studio.views.parts import Card, decimals, label
from recon_studio.views.theme import COLOURS, GRID, SMALL, text_font

_ROW = 22  # pixels
NO_SCALE = "The card of this model holds no scale for what is unlike anything it knows."
_PAUSE = 350  # milliseconds after the last key before the names are sent


def parse_names(text: str) -> tuple[str, ...]:
    """Returns the names in a text, one a line or between commas, each once, in order."""
    names = (" ".join(part.split()) for part in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(name for name in names if name))


class _Names(QPlainTextEdit):
    finished = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field sends what was typed at once."""
        self.finished.emit()
        super().focusOutEvent(event)


class Bars(QWidget):
    """Ranked names: a bar for the share, the share in percent, the cosine similarity.

    Args:
        detailed: whether which phrase decided stands beside the name, too.
        cosines: whether a column tells the cosine similarity.
    """

    def __init__(self, *, detailed: bool = False, cosines: bool = True) -> None:
        super().__init__()
        self.setProperty("plot", "Names ranked")
        self._detailed, self._cosines = detailed, cosines
        self._scores: tuple[Score, ...] = ()
        self._theme: Theme = "light"
        self._longest = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Ranked names")

    def set_scores(self, scores: tuple[Score, ...], theme: Theme) -> None:
        """Shows scores, best first."""
        self._scores, self._theme = scores, theme
        measure = QFontMetrics(text_font(strong=True))
        self._longest = max((measure.horizontalAdvance(_title(score, detailed=self._detailed)) for score in scores), default=0)
        self.setAccessibleDescription(", ".join(f"{score.name} {100 * score.probability:.1f} %" for score in scores))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Returns a heading and a row for each name."""
        return QSize(20 * GRID, 18 + _ROW * len(self._scores) if self._scores else 0)

    def minimumSizeHint(self) -> QSize:
        """Returns the same: rows are never squeezed."""
        return QSize(10 * GRID, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the rows in sight."""
        if not self._scores:
            return
        colours = COLOURS[self._theme]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width()
        longest = self._longest + 2 * GRID
        name_end, share_start, cosine_start = (
            min(max(longest, round(width * 0.32)), round(width * 0.5)),
            width - (98 if self._cosines else 54),
            width - 40,
        )
        small = text_font(SMALL)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(small)
        painter.setPen(QColor(colours.muted))
        painter.drawText(QRect(share_start, 0, 54, 16), right, "share")
        if self._cosines:
            painter.drawText(QRect(cosine_start, 0, 40, 16), right, "cos")
        first, last = (event.rect().top() - 18) // _ROW, (event.rect().bottom() - 18) // _ROW
        for row in range(max(first, 0), min(last + 1, len(self._scores))):
            score = self._scores[row]
            top = 18 + row * _ROW
            painter.setFont(text_font(strong=row == 0))
            painter.setPen(QColor(colours.text))
            title = _title(score, detailed=self._detailed)
            name = QFontMetrics(painter.font()).elidedText(title, Qt.TextElideMode.ElideRight, name_end - 8)
            painter.drawText(QRect(0, top, name_end - 4, _ROW), Qt.AlignmentFlag.AlignVCenter, name)
            track = QRectF(name_end, top + _ROW / 2 - 4, max(8, share_start - name_end - 2), 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(track, 4, 4)
            painter.setBrush(QColor(colours.accent if row == 0 else colours.muted))
            full = track.width() * min(1.0, max(0.0, score.probability))
            painter.drawRoundedRect(QRectF(track.x(), track.y(), max(full, 3.0), track.height()), min(4.0, max(full, 3.0) / 2), 4)
            painter.setPen(QColor(colours.text if row == 0 else colours.muted))
            painter.setFont(small)
            painter.drawText(QRect(share_start, top, 54, _ROW), right, f"{100 * score.probability:.1f} %")
            if self._cosines:
                painter.drawText(QRect(cosine_start, top, 40, _ROW), right, decimals(score.similarity))
        painter.end()

    def event(self, event: object) -> bool:
        """Shows the whole row under the pointer as a tooltip."""
        if isinstance(event, QHelpEvent) and self._cosines:
            row = (event.pos().y() - 18) // _ROW
            if 0 <= row < len(self._scores):
                score = self._scores[row]
                QToolTip.showText(event.globalPos(), in_words(score), self)
                return True
        return super().event(event)  # type: ignore[arg-type]


def _title(score: Score, *, detailed: bool) -> str:
    """The name, and what decided where that was not the name itself."""
    if not detailed:
        return score.name
    phrase = f"  “{score.phrase}”" if score.phrase not in ("", score.name) else ""
    return f"{score.name}{phrase}" + (f"  − {score.negative}" if score.lowered > 0 else "")


def in_words(score: Score) -> str:
    """Says everything about one name's rank."""
    lines = [f"{score.name}: {100 * score.probability:.2f} % of the share, cosine similarity {score.similarity:.4f}"]
    if score.phrase not in ("", score.name):
        lines.append(f"“{score.phrase}” fits best of its words.")
    if score.lowered > 0:
        lines.append(f"Lowered by {score.lowered:.4f}: “{score.negative}” fits better by that much.")
    return "\n".join(lines)


def doubt_in_words(found: Verdict, limit: float | None, by_words: Sequence[str]) -> str:
    """Says calmly what speaks against the ranking: lying, unlike all that was taught or a better name, known by words only; or ""."""
    told = []
    if found.rather is not None:
        up, sure = found.rather
        told.append(f"Named as if {up} of the file were up ({100 * sure:.0f} % sure, given these names).")
    if found.unlike is not None and limit is not None and found.unlike >= limit:
        share = 100 * found.unlike
        told.append(f"Unlike anything this model was taught: {share:.0f} % of known shapes fit its names better. A name is a guess here.")
    elif (better := better_name(found)) is not None:
        told.append(f"Of all the names it was taught, “{better[0]}” fits clearly better: cosine {better[1]:.2f}.")
    return " ".join(told) or by_words_alone(by_words)


class Words(Card):
    """Emits the names after a pause in typing."""

    namesEdited = Signal(tuple)
    upChosen = Signal(str)  # which direction of the file is to be up

    def __init__(self) -> None:
        super().__init__("Words")
        self._names: tuple[str, ...] = ()
        self.margin = label("", "small")
        self.head.addWidget(self.margin)
        self.editor = _Names()
        self.editor.setAccessibleName("Names to choose among")
        self.editor.setToolTip("Names or phrases to choose among, one a line or separated by commas.")
        self.editor.setPlaceholderText("chair, table, a lamp with a round foot")
        self.editor.setTabChangesFocus(True)
        self.editor.setFixedHeight(8 * GRID)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self.send)
        self.editor.textChanged.connect(self._pause.start)
        self.editor.finished.connect(self.send)
        self.bars = Bars()
        self.hint = label("", "small")
        self.hint.setWordWrap(True)
        self.unlike = label("", "small")
        self.unlike.setWordWrap(True)
        self.body.addWidget(self.editor)
        self._rather = ""
        self.stand = QPushButton()
        self.stand.clicked.connect(lambda: self.upChosen.emit(self._rather))
        self.body.addWidget(self.unlike)  # above the bars: what speaks against the first of them must not need scrolling
        self.body.addWidget(self.stand, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.bars)
        self.body.addWidget(self.hint)

    def send(self) -> None:
        """Emits the names now if they differ from the state's."""
        self._pause.stop()
        names = parse_names(self.editor.toPlainText())
        if names != self._names:
            self._names = names
            self.namesEdited.emit(names)

    def stop(self) -> None:
        """Forgets what was not sent yet."""
        self._pause.stop()

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        self._names = new.names
        if (old is None or old.names != new.names) and parse_names(self.editor.toPlainText()) != new.names:
            blocked = self.editor.blockSignals(True)
            self.editor.setPlainText(", ".join(new.names))
            self.editor.blockSignals(blocked)
        watched = ("scores", "words", "cloud", "theme", "names")
        if old is not None and all(getattr(old, name) is getattr(new, name) for name in watched):
            return
        self.bars.set_scores(new.scores, new.theme)
        self.bars.setVisible(bool(new.scores))
        found, limit = verdict(new), unlike_from(new)
        doubt = "" if found is None else doubt_in_words(found, limit, untaught(new))
        self.unlike.setText(doubt)
        self.unlike.setVisible(bool(doubt))
        self._rather = found.rather[0] if found is not None and found.rather is not None else ""
        self.stand.setText(f"Take {self._rather} for up")
        self.stand.setToolTip(f"Shows and names the cloud with {self._rather} of the file up, as choosing it beside Up does.")
        self.stand.setVisible(bool(self._rather))
        self.margin.setText("")
        if len(new.scores) > 1:
            first, second = new.scores[:2]
            self.margin.setText(f"margin {100 * (first.probability - second.probability):.1f} points")
            self.margin.setToolTip(f"How far {first.name} leads {second.name}, in percentage points of the share.")
        waiting = "Open a cloud to rank these names for it." if new.cloud is None else "Ranking these names…"
        self.hint.setText("" if new.scores else new.words.failure or (waiting if new.names else "Type at least one name."))
        self.hint.setVisible(not new.scores)
        tip = "Share: softmax over these names at the model's temperature. cos: cosine similarity of cloud and name."
        self.bars.setToolTip(tip)
