"""The drawer's page on what a name withstands: sliders that damage the cloud, its names before and after, and a curve against strength."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from recon_model.config import HARMLESS, DamageKind
from recon_studio.state import trying
from recon_studio.state.app_state import AppState, Theme
from recon_studio.state.explain import Withstanding, Withstood
from recon_studio.views.doubt_plots import Columns, Figure
from recon_studio.views.parts import decimals, indented, label, restate
from recon_studio.views.plots import DASHES, banded, legend_text, name_axes, series_colours
from recon_studio.views.theme import COLOURS, GRID, SMALL, icon, text_font


@dataclass(frozen=True)
class Control:
    """A slider: what it is called, what it does, its largest step, and what a step and its value are worth."""

    name: str
    tip: str
    most: int
    step: float
    words: str  # of a value times ``times``
    times: float = 1.0
    unit: str = ""  # along the curve


CONTROLS: dict[DamageKind, Control] = {
    "drop": Control("Drop", "Share of the points removed, drawn at random.", 98, 0.01, "{:.0f} %", 100, "points dropped (%)"),
    "jitter": Control(
        "Jitter",
        "Gaussian noise on every coordinate: its standard deviation, where r is the cloud's radius.",
        100,
        0.002,
        "{:.3f} r",
        1,
        "noise (radii)",
    ),
    "turn": Control("Turn", "Degrees turned about the way up.", 180, 1.0, "{:.0f}°", 1, "turned (°)"),
    "tilt": Control("Tilt", "Degrees its top leans towards the side below.", 180, 1.0, "{:.0f}°", 1, "tilted (°)"),
    "occlude": Control("Occlude", "Share of a part removed, see the side below.", 100, 0.01, "{:.0f} %", 100, "occluded (%)"),
}
PARTS = (
    ("unseen", "unseen", "Occlusion takes what a viewer at that side does not see, the farthest first."),
    ("side", "facing", "Occlusion cuts away the points towards that side."),
)
ROWS = 6
"""Names whose change is shown."""


class Changes(QWidget):
    """A row for each name: its score before as a line, after as a bar, and the difference."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[tuple[str, float, float], ...] = ()
        self._theme: Theme = "light"
        self.setAccessibleName("Names before and after the damage")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_changes(self, rows: tuple[tuple[str, float, float], ...], theme: Theme) -> None:
        """Shows (name, cosine before, cosine after), in this order."""
        self._rows, self._theme = rows, theme
        words = "; ".join(f"{name} {decimals(before)}, now {decimals(after)}" for name, before, after in rows)
        self.setAccessibleDescription(words)
        self.setToolTip("Cosines of the names: a line at what the untouched cloud gives, a bar for the damaged one.\n" + words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Returns the height of its rows."""
        return QSize(24 * GRID, 18 * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        """Returns the least width that can be read."""
        return QSize(20 * GRID, 18 * len(self._rows))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the rows."""
        painter, colours = QPainter(self), COLOURS[self._theme]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(SMALL))
        metrics = QFontMetricsF(painter.font())
        names = min(0.36 * self.width(), max((metrics.horizontalAdvance(name) for name, *_ in self._rows), default=0.0) + 4)
        figures, deltas = metrics.horizontalAdvance("−0.00"), metrics.horizontalAdvance("−0.00")
        track = self.width() - names - figures - deltas - 3 * GRID
        for place, (name, before, after) in enumerate(self._rows):
            row = QRectF(0, 18 * place, self.width(), 18)
            painter.setPen(QColor(colours.text))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, names)
            painter.drawText(QRectF(0, row.top(), names, 18), Qt.AlignmentFlag.AlignVCenter, shown)
            painter.setPen(Qt.PenStyle.NoPen)
            bar = QRectF(names + GRID, row.top() + 5, track, 8)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(bar, 4, 4)
            painter.setBrush(QColor(colours.accent if place == 0 else colours.muted))
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), float(np.clip(after, 0.02, 1)) * track, 8), 4, 4)
            painter.setBrush(QColor(colours.text))
            painter.drawRect(QRectF(bar.left() + float(np.clip(before, 0, 1)) * (track - 2), bar.top() - 3, 2, 14))
            change = after - before
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.setPen(QColor(colours.text))
            painter.drawText(QRectF(bar.right() + GRID, row.top(), figures, 18), right, decimals(after))
            painter.setPen(QColor(colours.error if change <= -0.1 else colours.muted))
            delta = "±0" if abs(change) < 0.005 else f"{'+' if change > 0 else ''}{decimals(change)}"
            painter.drawText(QRectF(self.width() - deltas - 2, row.top(), deltas + 2, 18), right, delta)
        painter.end()


class WithstandingFigure(Figure):
    """The score of the name that the untouched cloud has, and of its strongest rival, as one kind of damage grows."""

    def __init__(self) -> None:
        super().__init__()
        self._here: Any = None

    def fill(self, module: Any, answer: Withstanding, state: AppState) -> None:
        """Draws a line a name, and where the slider stands."""
        (plot,) = self.plots
        control = CONTROLS[answer.asked.method]  # type: ignore[index]
        name_axes(plot, control.unit, "cosine", state.theme)
        x, entries = control.times * np.asarray(answer.strengths), []
        for place, column in enumerate(leaders(answer)):
            colour, (style, dash) = series_colours(state.theme)[place], DASHES[place]
            runs = answer.similarities[:, :, column]
            if runs.shape[1] > 1:
                banded(module, plot, x, runs.min(1), runs.max(1), colour)
            pen = module.mkPen(colour, width=2, style=style)
            plot.plot(x, runs.mean(1), pen=pen, symbol="o", symbolSize=4, symbolBrush=colour, symbolPen=None)
            entries.append((dash, colour, escape(answer.names[column])))
        self._here = module.InfiniteLine(0, pen=module.mkPen(COLOURS[state.theme].muted, width=1, style=Qt.PenStyle.DashLine))
        plot.addItem(self._here)
        self.show_strength(state)
        plot.setTitle(" &nbsp; ".join(legend_text([entry], state.theme) for entry in entries))  # beside it, it would take half the room

    def show_strength(self, state: AppState) -> None:
        """Marks where the slider stands."""
        if self._here is not None:
            kind = state.explain.varied
            self._here.setValue(CONTROLS[kind].times * getattr(state.explain.damage, kind))

    def columns(self, answer: Withstanding) -> Columns:
        """A row a strength, draw and name."""
        rows = [
            (answer.asked.method, strength, seed, name, answer.shares[first, second, third], answer.similarities[first, second, third])
            for first, strength in enumerate(answer.strengths)
            for second, seed in enumerate(answer.seeds)
            for third, name in enumerate(answer.names)
        ]
        return {name: [row[place] for row in rows] for place, name in enumerate(("damage", "strength", "seed", "name", "share", "cosine"))}

    def words(self, answer: Withstanding) -> str:
        """Says how far the name holds."""
        first = leaders(answer)[0]
        means = answer.similarities.mean(1)
        holds = [strength for strength, row in zip(answer.strengths, means, strict=True) if int(row.argmax()) == first]
        control = CONTROLS[answer.asked.method]  # type: ignore[index]
        until = next((s for s in answer.strengths if s not in holds), None)
        name = answer.names[first]
        held = f"'{name}' stays first all along" if until is None else f"'{name}' is no longer first at {_said(control, until)}"
        others = trying.in_words(replace(answer.asked.damage, seed=0)).removesuffix(", seed 0")
        draws = f"mean and range over {len(answer.seeds)} draws" if len(answer.seeds) > 1 else "nothing is drawn"
        fixed = f"; besides, {others}" if others else ""
        return f"{control.name}: {held} ({draws}{fixed}). Damaged clouds are sampled, scaled and stood up anew, as a file would be."

    def numbers(self, answer: Withstanding) -> str:
        """Tells the cosines at both ends."""
        means, control = answer.similarities.mean(1), CONTROLS[answer.asked.method]  # type: ignore[index]
        low, high = (_said(control, answer.strengths[end]) for end in (0, -1))
        ends = (f"'{answer.names[column]}' {means[0, column]:.2f} and {means[-1, column]:.2f}" for column in leaders(answer))
        return f"Cosines at {low} and at {high}: {', '.join(ends)}."


def leaders(answer: Withstanding) -> tuple[int, ...]:
    """Returns the place of the name that leads while nothing is damaged, and of the one that comes nearest to it or beyond."""
    means = answer.similarities.mean(1)
    first = int(means[0].argmax())
    others = means.max(0)
    others[first] = -np.inf
    return (first,) if len(others) == 1 else (first, int(others.argmax()))


def _said(control: Control, strength: float) -> str:
    return control.words.format(control.times * strength)


class RobustnessPage(QWidget):
    """Shows the damage, what came of it, and the curve; emits what else the cloud is to be put through."""

    damageSet = Signal(object, str)  # Damage, what changed in words
    variedChosen = Signal(str)  # DamageKind
    hereAsked = Signal()  # the side is to be where the views are looked at from

    def __init__(self, figure: WithstandingFigure) -> None:
        super().__init__()
        self._state: AppState | None = None
        self.figure = figure
        self.sliders: dict[DamageKind, QSlider] = {}
        self.kinds: dict[DamageKind, QToolButton] = {}
        self._values: dict[DamageKind, QLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        left = QWidget()
        left.setLayout(self._make_controls())
        left.setFixedWidth(31 * GRID)
        row.addWidget(left)
        self.verdict, self.changes = label("", "small"), Changes()
        self.verdict.setWordWrap(True)
        self.verdict.setAccessibleName("What came of the damage")
        middle = QVBoxLayout()
        middle.setSpacing(4)
        middle.addWidget(self.verdict)
        middle.addWidget(self.changes)
        middle.addStretch(1)
        middle.addLayout(self._make_foot())
        row.addLayout(middle, 5)
        self.hint = label("", "small")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.hint, 1)
        right.addWidget(figure, 1)
        row.addLayout(right, 5)

    def _make_controls(self) -> QVBoxLayout:
        grid, group = QGridLayout(), QButtonGroup(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(0)
        for line, (kind, control) in enumerate(CONTROLS.items()):
            button, slider, value = QToolButton(), QSlider(Qt.Orientation.Horizontal), label("", "small")
            button.setText(control.name)
            button.setProperty("kind", "tab")
            button.setCheckable(True)
            button.setAccessibleName(f"Curve against {control.name.lower()}")
            button.setToolTip(f"{control.tip}\nClick to draw the curve against it.")
            button.clicked.connect(partial(self.variedChosen.emit, kind))
            group.addButton(button)
            slider.setRange(0, control.most)
            slider.setPageStep(max(1, control.most // 10))
            slider.setAccessibleName(control.name)
            slider.valueChanged.connect(partial(self._slide, kind))
            value.setFixedWidth(6 * GRID)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, widget in enumerate((button, slider, value)):
                grid.addWidget(widget, line, column)
            self.kinds[kind], self.sliders[kind], self._values[kind] = button, slider, value
        stack = QVBoxLayout()
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(4)
        stack.addLayout(grid)
        stack.addLayout(self._make_side())
        stack.addStretch(1)
        return stack

    def _make_side(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        self.part, self.side, self.here = QComboBox(), indented(QSpinBox()), QPushButton("Here")
        for part, words, tip in PARTS:
            self.part.addItem(words, part)
            self.part.setItemData(self.part.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.part.setAccessibleName("Which part is occluded")
        self.part.setToolTip("\n".join(f"{words}: {tip}" for _, words, tip in PARTS))
        self.part.activated.connect(lambda: self._set("occluded part", part=self.part.currentData()))
        self.side.setRange(0, 345)
        self.side.setFixedWidth(8 * GRID)
        self.side.setSingleStep(15)
        self.side.setWrapping(True)
        self.side.setSuffix("°")
        self.side.setAccessibleName("Side of occlusion and tilt")
        self.side.setToolTip("Degrees about the way up, from +z towards +x: where the viewer stands, what is cut, where the top leans.")
        self.side.valueChanged.connect(lambda value: self._set("damaged side", side=float(value)))
        self.here.setProperty("kind", "small")
        self.here.setAccessibleName("Take the side looked at now")
        self.here.setToolTip("Take the side from which the views are looked at now.")
        self.here.clicked.connect(self.hereAsked)
        for widget, stretch in ((self.part, 1), (self.side, 0), (self.here, 0)):
            row.addWidget(widget, stretch)
        return row

    def _make_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        self.seed, self.dice, self.reset = indented(QSpinBox()), QToolButton(), QPushButton("Reset")
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setFixedWidth(8 * GRID)
        self.seed.setAccessibleName("Seed of the damage")
        self.seed.setToolTip("The same seed drops the same points and draws the same noise again.")
        self.seed.valueChanged.connect(lambda value: self._set("seed of the damage", seed=value))
        self.dice.setIconSize(QSize(18, 18))
        self.dice.setAccessibleName("Another draw")
        self.dice.setToolTip("Another draw of what is dropped, and of the noise.")
        self.dice.clicked.connect(lambda: self.seed.setValue(self.seed.value() + 1))
        self.reset.setProperty("kind", "small")
        self.reset.clicked.connect(lambda: self.damageSet.emit(HARMLESS, "no damage"))
        row.addWidget(label("Seed", "small"))
        for widget in (self.seed, self.dice):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.reset)
        return row

    # ------------------------------------------------------------ asking

    def _slide(self, kind: DamageKind, value: int) -> None:
        self._set(f"{CONTROLS[kind].name.lower()} of the cloud", **{kind: round(value * CONTROLS[kind].step, 4)})

    def _set(self, label_: str, **changes: Any) -> None:
        if self._state is not None:
            self.damageSet.emit(replace(self._state.explain.damage, **changes), label_)

    def take_side(self, eye: Sequence[float]) -> None:
        """Takes the side where an eye in this direction is."""
        degrees = round(float(np.rad2deg(np.arctan2(eye[0], eye[2]))) / 15) * 15 % 360
        self._set("damaged side", side=float(degrees))

    # ------------------------------------------------------------ showing

    def show_state(self, new: AppState) -> None:
        """Shows damage and outcome; the curve is the drawer's to draw."""
        before, self._state = self._state, new
        damage = new.explain.damage
        for kind, control in CONTROLS.items():
            slider, strength = self.sliders[kind], getattr(damage, kind)
            with QSignalBlocker(slider):
                slider.setValue(round(strength / control.step))
            self._values[kind].setText(_said(control, strength))
            self.kinds[kind].setChecked(kind == new.explain.varied)
            restate(slider, new.prepared is not None, control.tip, "Open a cloud first.")
        with QSignalBlocker(self.part), QSignalBlocker(self.side), QSignalBlocker(self.seed):
            self.part.setCurrentIndex(self.part.findData(damage.part))
            self.side.setValue(round(damage.side) % 360)
            self.seed.setValue(damage.seed)
        restate(self.reset, not damage.harmless, "Take all damage back.", "Nothing is damaged.")
        if before is None or before.theme != new.theme:
            self.dice.setIcon(icon("dice", new.theme))
        found = trying.withstood(new)
        self.verdict.setText(_verdict(new, found))
        self.changes.show_changes(changes(new, found), new.theme)
        self.figure.show_strength(new)

    def show_hint(self, words: str) -> None:
        """Says why there is no curve; nothing shows it."""
        self.hint.setText(words)
        self.hint.setVisible(bool(words))
        self.figure.setVisible(not words)


def changes(state: AppState, found: Withstood | None) -> tuple[tuple[str, float, float], ...]:
    """Returns names with their cosines before and after, the best before first; both the same while nothing came of it yet."""
    before = {score.name: score.similarity for score in state.scores}
    after: Mapping[str, float] = before if found is None else dict(zip(found.names, found.similarities.tolist(), strict=True))
    names = [name for name in before if name in after]
    top = sorted(names, key=lambda name: -max(before[name], after[name]))[:ROWS]
    return tuple((name, before[name], after[name]) for name in names if name in top)


def _verdict(state: AppState, found: Withstood | None) -> str:
    """Says in a sentence or two what came of the damage."""
    if state.prepared is None or not state.scores:
        return "Open a cloud, and write names under Words." if state.prepared is None else "Waits for the names to be ranked."
    best = state.scores[0].name
    if state.explain.damage.harmless:
        return f"Move a slider: the cloud is damaged in the Input view, and '{best}' may or may not survive it."
    if found is None:
        return "Damaging the cloud…"
    now = found.names[0]
    share = float(found.shares[0])
    kept = f"Still '{now}', {share:.0%}." if now == best else f"Now '{now}', {share:.0%}; it was '{best}'."
    stood = next((f" Taken for lying: {note.split(': ', 1)[-1]}" for note in found.notes if note.startswith("The cloud was stood up")), "")
    return kept + stood
