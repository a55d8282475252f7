"""The cards beside the map: what is laid out and how, what colours mean, where a phrase would be."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetrics, QHelpEvent, QLinearGradient, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QToolTip,
)

from recon_model.counts import counted, duration, grouped
from recon_studio.scene.map import Colouring
from recon_studio.state.app_state import AppState, Theme
from recon_studio.state.map import COLOURS_BY, FEATURES, METHODS, ColourBy, MapSettings, gap_in_words
from recon_studio.views.marks import path_of
from recon_studio.views.parts import Card, label, restate
from recon_studio.views.theme import COLOURS, GRID, SMALL, text_font
from recon_studio.views.walked import Cells

ROW = 20
FEWEST_ROWS, MOST_ROWS = 7, 40
"""Rows of the legend in sight, as there is room; more are scrolled to."""


class ActionButton(QPushButton):
    """A button that is an action: its words, whether it works, and why not."""

    def __init__(self, action: QAction, text: str = "") -> None:
        super().__init__(text or action.text())
        self._action, self._fixed = action, bool(text)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        if not self._fixed:
            self.setText(self._action.text())
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())


class SettingsCard(Card):
    """What is chosen before a projection starts, and how far it has got."""

    settingsChanged = Signal(object)  # MapSettings

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__("Projection")
        self._settings = MapSettings()
        self.feature = _choice(FEATURES, "Which features of the clouds are laid out.")
        self.method = _choice(METHODS, "t-SNE keeps neighbours together and shows how it gets there; PCA is one flat view, at once.")
        self.perplexity = QSpinBox(minimum=2, maximum=500, singleStep=5)
        self.iterations = QSpinBox(minimum=10, maximum=10_000, singleStep=250)
        self.origin = _choice({"pca": "PCA", "random": "Random"}, "")
        self.seed = QSpinBox(minimum=0, maximum=2**31 - 1)
        self.clusters = QSpinBox(minimum=2, maximum=40)
        self._tips = {
            self.feature: "Which features are laid out: the max over the queries, the pooled patches, or what is compared with words.",
            self.method: "t-SNE keeps neighbours together and can be watched; PCA is one flat view, there at once.",
            self.perplexity: "About how many neighbours each cloud is held to. Fewer show finer groups. Lowered where clouds are few.",
            self.iterations: "How long it runs; the first third pulls groups together.",
            self.origin: "Where the clouds start: on the plane of PCA, or anywhere.",
            self.seed: "The same seed brings the same map back.",
            self.clusters: "How many groups k-means finds in the features, for the colour “Cluster”.",
        }
        self.body.addLayout(self._laid_out())
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        self.start = ActionButton(actions["map_start"], "Start")
        self.pause = ActionButton(actions["map_pause"], "Pause")
        self.stop = ActionButton(actions["map_stop"], "Stop")
        for button in (self.start, self.pause, self.stop):
            buttons.addWidget(button, 1)
        self.body.addLayout(buttons)
        self.bar = QProgressBar(textVisible=False)
        self.status = label("", "small")
        self.status.setWordWrap(True)
        self.more = ActionButton(actions["map_embed"])
        for widget in (self.bar, self.status, self.more):
            self.body.addWidget(widget)
        for control in (self.feature, self.method, self.origin):
            control.currentIndexChanged.connect(self._send)
        for number in (self.perplexity, self.iterations, self.seed, self.clusters):
            number.setKeyboardTracking(False)
            number.valueChanged.connect(self._send)

    def _laid_out(self) -> QGridLayout:
        """Returns the controls in two columns, each under its name."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(2)
        rows = (
            (("Feature", self.feature),),
            (("Method", self.method), ("Start", self.origin)),
            (("Perplexity", self.perplexity), ("Iterations", self.iterations)),
            (("Seed", self.seed), ("Clusters", self.clusters)),
        )
        for line, pairs in enumerate(rows):
            for place, (name, control) in enumerate(pairs):
                grid.setColumnStretch(place, 1)
                caption = label(name, "small")
                caption.setToolTip(self._tips[control])
                control.setAccessibleName(name)
                control.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                wide = 2 if len(pairs) == 1 else 1
                grid.addWidget(caption, 2 * line, place, 1, wide)
                grid.addWidget(control, 2 * line + 1, place, 1, wide)
        return grid

    def _send(self) -> None:
        settings = MapSettings(
            feature=self.feature.currentData(),
            method=self.method.currentData(),
            perplexity=float(self.perplexity.value()),
            iterations=self.iterations.value(),
            start=self.origin.currentData(),
            seed=self.seed.value(),
            clusters=self.clusters.value(),
        )
        if settings != self._settings:
            self.settingsChanged.emit(settings)

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        if old is not None and old.map is new.map and old.embeddings is new.embeddings and old.embedding is new.embedding:
            return
        settings = self._settings = new.map.settings
        controls: tuple[tuple[QComboBox | QSpinBox, object], ...] = (
            (self.feature, settings.feature),
            (self.method, settings.method),
            (self.origin, settings.start),
            (self.perplexity, settings.perplexity),
            (self.iterations, settings.iterations),
            (self.seed, settings.seed),
            (self.clusters, settings.clusters),
        )
        for control, value in controls:
            with QSignalBlocker(control):
                if isinstance(control, QComboBox):
                    control.setCurrentIndex(control.findData(value))
                else:
                    control.setValue(round(value))  # type: ignore[call-overload]
        shaped = settings.method == "tsne"
        for setting, tip in self._tips.items():
            only = setting in (self.perplexity, self.iterations, self.origin)
            restate(setting, shaped or not only, tip, "PCA has no such setting.")
        self.pause.setText("Go on" if new.map.phase == "paused" else "Pause")
        self._show_status(new)

    def _show_status(self, new: AppState) -> None:
        work, projection, running = new.embedding, new.map.projection, new.map.phase != "idle"
        self.bar.setVisible(running or work is not None)
        if work is not None:
            self.bar.setRange(0, max(work.total, 1))
            self.bar.setValue(work.done)
            left = f", {duration(work.seconds_left)} left" if work.seconds_left is not None else ""
            self.status.setText(f"Embedding: {grouped(work.done)} of {grouped(work.total)} clouds{left}.")
        elif running and projection is not None and projection.iterations:
            self.bar.setRange(0, projection.iterations)
            self.bar.setValue(projection.iteration)
            paused = "Paused at" if new.map.phase == "paused" else "Iteration"
            self.status.setText(f"{paused} {grouped(projection.iteration)} of {grouped(projection.iterations)}.")
        elif running:
            self.bar.setRange(0, 0)
            self.status.setText("Finding neighbours…")
        elif projection is not None and projection.quality is not None:
            stopped = projection.iteration < projection.iterations
            how = f"stopped at iteration {grouped(projection.iteration)} of {grouped(projection.iterations)}" if stopped else "finished"
            if projection.settings.method == "pca":
                how = f"{100 * projection.quality.explained:.0f} % of the variance is in this plane"
            self.status.setText(f"{METHODS[projection.settings.method]} of {counted(projection.fitted, 'cloud')}: {how}.")
        else:
            self.status.setText("")
        self.status.setVisible(bool(self.status.text()))


class Legend(Cells):
    """What the colours mean: a line a group, clicked, or picked by key, to take it out of the picture; or a scale."""

    groupToggled = Signal(str)

    def __init__(self) -> None:
        super().__init__("Legend")
        self._colouring: Colouring | None = None
        self._hidden: frozenset[str] = frozenset()
        self._theme: Theme = "light"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_colouring(self, colouring: Colouring | None, hidden: frozenset[str], theme: Theme) -> None:
        """Shows another one."""
        self._colouring, self._hidden, self._theme = colouring, hidden, theme
        groups = colouring.groups if colouring is not None else ()
        self.setCursor(Qt.CursorShape.PointingHandCursor if groups else Qt.CursorShape.ArrowCursor)
        self.setAccessibleDescription(", ".join(f"{group.name} {group.count}" for group in groups))
        self.setFixedHeight(self.sizeHint().height())
        self.settle()
        self.update()

    def sizeHint(self) -> QSize:
        """Returns a row for each group, or the height of a scale."""
        if self._colouring is None:
            return QSize(160, 0)
        return QSize(160, ROW * len(self._colouring.groups) if self._colouring.groups else 44)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints rows or scale."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._colouring is not None and self._colouring.groups:
            self._paint_groups(painter, self._colouring)
            self.paint_cursor(painter, self._theme)
        elif self._colouring is not None:
            paint_scale(painter, QRectF(1, 4, self.width() - 2, 10), self._colouring, self._theme)
        painter.end()

    def _paint_groups(self, painter: QPainter, colouring: Colouring) -> None:
        colours = COLOURS[self._theme]
        painter.setFont(text_font(SMALL))
        measure = QFontMetrics(painter.font())
        for row, group in enumerate(colouring.groups):
            middle = row * ROW + ROW / 2
            gone = group.name in self._hidden
            painter.setOpacity(0.35 if gone else 1.0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(*group.colour))
            painter.drawPath(path_of(group.shape, 8, middle, 4.6))
            painter.setPen(QColor(colours.text))
            count = grouped(group.count)
            wide = measure.horizontalAdvance(count)
            room = self.width() - 20 - wide - 12
            font = text_font(SMALL)
            font.setStrikeOut(gone)
            painter.setFont(font)
            name = measure.elidedText(group.name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(20, row * ROW, room, ROW), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(text_font(SMALL))
            painter.setPen(QColor(colours.muted))
            painter.drawText(
                QRect(self.width() - wide - 4, row * ROW, wide + 4, ROW), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count
            )
        painter.setOpacity(1.0)

    def has(self, row: int, column: int) -> bool:
        """Whether there is such a line."""
        return self._colouring is not None and 0 <= row < len(self._colouring.groups) and column == 0

    def place_of(self, row: int, _column: int) -> QRectF:
        """Returns where a line lies."""
        return QRectF(2, row * ROW + 2, self.width() - 4, ROW - 4)

    def words_of(self, row: int, _column: int) -> str:
        """Says what a line stands for."""
        assert self._colouring is not None
        group = self._colouring.groups[row]
        return f"{group.name}, {grouped(group.count)}{', taken out of the picture' if group.name in self._hidden else ''}"

    def pick_cell(self, row: int, _column: int) -> None:
        """Takes a group out of the picture, or brings it back."""
        assert self._colouring is not None
        self.groupToggled.emit(self._colouring.groups[row].name)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Leaves all to the pointer."""
        self.rest()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Picks the line under the pointer."""
        row = event.position().toPoint().y() // ROW
        if self.has(row, 0):
            self.pick_cell(row, 0)

    def event(self, event: object) -> bool:
        """Shows a long name whole as a tooltip, and what a click does."""
        if isinstance(event, QHelpEvent):
            name = self._name_at(event.pos())
            if name:
                does = "brings it back" if name in self._hidden else "takes it out of the picture"
                QToolTip.showText(event.globalPos(), f"{name}\nA click, or Space after going there by arrows, {does}.", self)
                return True
        return super().event(event)  # type: ignore[arg-type]

    def _name_at(self, place: QPoint) -> str:
        groups = self._colouring.groups if self._colouring is not None else ()
        row = place.y() // ROW
        return groups[row].name if 0 <= row < len(groups) else ""


class ColourCard(Card):
    """What the clouds are coloured by, and the legend."""

    colourChosen = Signal(str)  # ColourBy
    groupToggled = Signal(str)

    def __init__(self) -> None:
        super().__init__("Colour")
        self._rows = FEWEST_ROWS
        self.by = _choice(COLOURS_BY, "What the colours of the clouds stand for.")
        self.by.setAccessibleName("Colour by")
        self.by.currentIndexChanged.connect(lambda: self.colourChosen.emit(self.by.currentData()))
        self.head.addWidget(self.by)
        self.legend = Legend()
        self.legend.groupToggled.connect(self.groupToggled)
        self.area = QScrollArea()
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the legend in it takes the keyboard, and scrolls
        self.area.setWidget(self.legend)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.note = label("", "small")
        self.note.setWordWrap(True)
        self.body.addWidget(self.area)
        self.body.addWidget(self.note)

    def set_rows(self, rows: int) -> None:
        """Says how many rows of the legend there is room for."""
        self._rows = min(max(rows, FEWEST_ROWS), MOST_ROWS)
        self._fit()

    def _fit(self) -> None:
        self.area.setFixedHeight(min(self.legend.sizeHint().height(), ROW * self._rows))

    def show_colouring(self, colouring: Colouring | None, new: AppState) -> None:
        """Shows another legend."""
        with QSignalBlocker(self.by):
            self.by.setCurrentIndex(self.by.findData(new.map.colour_by))
        self.legend.show_colouring(colouring, new.map.hidden, new.theme)
        self._fit()
        self.area.setVisible(colouring is not None)
        notes: dict[ColourBy, str] = {
            "prediction": f"The best of the {counted(len(new.names), 'name')} under Words, synonyms and negatives counted.",
            "head": "What the fine-tuned head of this model calls each cloud."
            if new.embeddings is not None and new.embeddings.head is not None
            else "This model has no fine-tuned head: Training › Teach names… makes one.",
            "confidence": f"Share of the best of the {counted(len(new.names), 'name')} under Words.",
            "error": "Mean over the patches that the mask 60 %, random, seed 0 hides.",
            "cluster": "Groups that k-means finds in the features, not on the map.",
        }
        self.note.setText(notes.get(new.map.colour_by, "") if colouring is not None else "")
        self.note.setVisible(bool(self.note.text()))


class PhraseCard(Card):
    """A phrase to be placed, and the honest sentence about it."""

    phraseEntered = Signal(str)

    def __init__(self) -> None:
        super().__init__("Phrase")
        self.field = QLineEdit()
        self.field.setPlaceholderText("something to sit on")
        self.field.setClearButtonEnabled(True)
        self.field.setAccessibleName("Phrase to place on the map")
        self.field.setToolTip("Return shows the shapes nearest to this phrase; an empty field takes it away.")
        self.field.returnPressed.connect(lambda: self.phraseEntered.emit(self.field.text()))
        self.field.textChanged.connect(lambda text: None if text else self.phraseEntered.emit(""))
        self.said = label("", "small")
        self.said.setWordWrap(True)
        self.body.addWidget(self.field)
        self.body.addWidget(self.said)

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        if old is not None and old.map.phrase is new.map.phrase and old.map.phrase_note == new.map.phrase_note:
            return
        phrase = new.map.phrase
        self.said.setText(gap_in_words(phrase) if phrase is not None else new.map.phrase_note)
        self.said.setVisible(bool(self.said.text()))


def paint_scale(painter: QPainter, strip: QRectF, colouring: Colouring, theme: Theme) -> None:
    """Paints a continuous scale with its ends and unit."""
    colours = COLOURS[theme]
    known = colouring.styles[:-1]
    gradient = QLinearGradient(strip.topLeft(), strip.topRight())
    for place in range(0, len(known), 7):
        gradient.setColorAt(place / (len(known) - 1), QColor(*known[place][0]))
    gradient.setColorAt(1.0, QColor(*known[-1][0]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(strip, 3, 3)
    painter.setFont(text_font(SMALL))
    below = QRectF(strip.left(), strip.bottom() + 4, strip.width(), 16)
    painter.setPen(QColor(colours.text))
    painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"{colouring.low:.3g}")
    painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{colouring.high:.3g}")
    painter.setPen(QColor(colours.muted))
    painter.drawText(below, Qt.AlignmentFlag.AlignCenter, colouring.unit)


def _choice(names: Mapping[Any, str], tip: str) -> QComboBox:
    box = QComboBox()
    for value, words in names.items():
        box.addItem(words, value)
    box.setToolTip(tip)
    return box
