"""Curves of a run: each part of the loss raw and smoothed, held-out clouds, the best epoch; over it the share named right."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSignalBlocker, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from recon_model.counts import grouped
from recon_model.runs.log import RunLog
from recon_studio.scene.colours import Bytes, patch_palette
from recon_studio.state import training
from recon_studio.state.app_state import Theme
from recon_studio.views.parts import Card, label
from recon_studio.views.theme import COLOURS, GRID, SMALL, text_font

_FAINT = 90  # of 255, the raw curves
_MOST_PARTS = 7


class _Axis(pg.AxisItem):
    """Names 1, 2 and 5 of each power of ten on a logarithmic scale; the others would stand on each other."""

    def logTickStrings(self, values: list[float], scale: float, spacing: float | None) -> list[str]:
        del scale, spacing
        return [f"{10**value:.4g}" if round(10 ** (value - math.floor(value + 1e-9))) in (1, 2, 5, 10) else "" for value in values]


class CurvesCard(Card):
    """Draws a run's log; what is shown of it (parts, scale, smoothing) is a matter of looking and stays here."""

    def __init__(self) -> None:
        super().__init__("Curves")
        self._log: RunLog | None = None
        self._theme: Theme = "light"
        self._hidden: set[str] = set()
        self.value = label("", "small")
        self.head.addWidget(self.value)
        self.log_scale = QToolButton()
        self.log_scale.setText("log")
        self.log_scale.setCheckable(True)
        self.log_scale.setChecked(True)
        self.log_scale.setToolTip("Draw the loss on a logarithmic scale.")
        self.log_scale.setAccessibleName("Logarithmic scale")
        self.log_scale.toggled.connect(self._rescale)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 99)
        self.smoothing.setValue(80)
        self.smoothing.setFixedWidth(9 * GRID)
        self.smoothing.setAccessibleName("Smoothing in percent")
        self.smoothing.setToolTip("Smoothing: how much of the past each point of a bold curve holds. The faint curves are as measured.")
        self.smoothing.valueChanged.connect(self._draw)
        for widget in (self.log_scale, label("smooth", "small"), self.smoothing):
            self.head.addWidget(widget)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(4)
        row = QWidget()
        row.setLayout(self._chips)
        self._chips.setContentsMargins(0, 0, 0, 0)
        self._chips.addStretch(1)
        self.body.addWidget(row)
        self._buttons: dict[str, QToolButton] = {}
        plots = QVBoxLayout()
        plots.setSpacing(0)
        self.right = self._make_plot("named right", plots, 2)
        self.loss = self._make_plot("loss", plots, 5)
        self.right.setXLink(self.loss)
        self.right.getAxis("bottom").setStyle(showValues=False)
        self.right.getViewBox().setLimits(yMin=-0.02, yMax=1.04)
        self.loss.setLabel("bottom", "step")
        self.loss.setLogMode(y=True)
        self.body.addLayout(plots, 1)
        self._items: dict[str, tuple[pg.PlotDataItem, pg.PlotDataItem, pg.PlotDataItem]] = {}
        self._accuracy = pg.PlotDataItem(symbol="o", symbolSize=5)
        self._star = pg.ScatterPlotItem(symbol="star", size=15)
        self._best = [pg.InfiniteLine(angle=90, movable=False) for _ in range(2)]
        self.right.addItem(self._accuracy)
        self.right.addItem(self._star)
        for plot, line in zip((self.right, self.loss), self._best, strict=True):
            plot.addItem(line, ignoreBounds=True)
        self.loss.scene().sigMouseMoved.connect(self._read_off)

    def _make_plot(self, title: str, into: QVBoxLayout, stretch: int) -> pg.PlotWidget:
        plot = pg.PlotWidget(axisItems={"left": _Axis("left")}, enableMenu=False)
        plot.plotItem.ctrlMenu.setParent(plot, Qt.WindowType.Popup)  # it is made all the same, and nobody else would free it
        plot.hideButtons()
        plot.setMouseEnabled(x=True, y=False)
        plot.setLabel("left", title)
        for side in ("left", "bottom"):
            plot.getAxis(side).enableAutoSIPrefix(False)
        plot.getAxis("left").setWidth(7 * GRID)
        plot.showGrid(x=False, y=True, alpha=0.18)
        plot.setMinimumHeight(8 * GRID)
        plot.setAccessibleName(f"Curve: {title}")
        into.addWidget(plot, stretch)
        return plot

    # ---------------------------------------------------------------- showing
    def show_log(self, log: RunLog | None, theme: Theme) -> None:
        """Draws a run, or nothing."""
        if theme != self._theme or not self._items:
            self._dress(theme)
        if log is self._log and theme == self._theme:
            return
        another = log is None or self._log is None or log.began != self._log.began
        self._log, self._theme = log, theme
        self._draw()
        if another:
            for plot in (self.right, self.loss):
                plot.enableAutoRange()

    def _draw(self) -> None:
        log = self._log if self._log is not None else RunLog()
        shown = training.curves(log, self.smoothing.value() / 100)[:_MOST_PARTS]
        self._show_chips([curve.part for curve in shown])
        for part in [part for part in self._items if part not in {curve.part for curve in shown}]:
            for item in self._items.pop(part):
                self.loss.removeItem(item)
        for place, curve in enumerate(shown):
            raw, smooth, judged = self._items_of(curve.part)
            colour = QColor(*(int(channel) for channel in self._colours()[place]))
            faint = QColor(colour)
            faint.setAlpha(_FAINT)
            visible = curve.part not in self._hidden
            width = 2.5 if place == 0 else 1.8
            for item, x, y, pen in (
                (raw, curve.steps, curve.raw, pg.mkPen(faint, width=1)),
                (smooth, curve.steps, curve.smooth, pg.mkPen(colour, width=width)),
                (judged, *training.validation(log, curve.part), pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine)),
            ):
                item.setData(x, np.maximum(y, 1e-9), pen=pen)
                item.setVisible(visible)
            judged.setSymbolBrush(colour)
            judged.setSymbolPen(None)
        self._draw_accuracy(log)

    def _draw_accuracy(self, log: RunLog) -> None:
        x, y = training.accuracy(log)
        accent = QColor(COLOURS[self._theme].accent)
        self.right.setVisible(bool(len(x)))
        self._accuracy.setData(x, y, pen=pg.mkPen(accent, width=1.8), symbolBrush=accent, symbolPen=None)
        best = log.best
        for line in self._best:
            line.setVisible(best is not None)
        self._star.setData([], [])
        if best is not None:
            good = QColor(COLOURS[self._theme].good)
            for line in self._best:
                line.setPos(best.step)
                line.setPen(pg.mkPen(good, width=1, style=Qt.PenStyle.DotLine))
            if best.top1 is not None:
                self._star.setData([best.step], [best.top1], brush=good, pen=None)
        self._say()

    def _say(self) -> None:
        best = self._log.best if self._log is not None else None
        self.value.setText("" if best is None else f"★ best: {training.metric(best)} in epoch {best.epoch}")
        self.value.setToolTip(
            "The epoch that did best on clouds held out from training: the share named right or, without names, the loss."
        )

    # ---------------------------------------------------------------- parts
    def _show_chips(self, parts: list[str]) -> None:
        if list(self._buttons) == parts:
            return
        for button in self._buttons.values():
            self._chips.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        for place, part in enumerate(parts):
            button = QToolButton()
            button.setText(training.PARTS.get(part, part))
            button.setCheckable(True)
            button.setChecked(part not in self._hidden)
            button.setToolTip(f"Show or hide '{part}'. Bold: smoothed; faint: as measured; dashed with dots: on held-out clouds.")
            button.toggled.connect(lambda on, part=part: self._toggle(part, on))
            self._buttons[part] = button
            self._chips.insertWidget(place, button)
        self._dress_chips()

    def _dress_chips(self) -> None:
        colours = COLOURS[self._theme]
        for place, button in enumerate(self._buttons.values()):
            r, g, b = (int(channel) for channel in self._colours()[place])
            button.setStyleSheet(
                f"QToolButton {{ font-size: {SMALL}px; padding: 2px 8px; color: {colours.muted}; border: 1px solid {colours.line}; }}"
                f"QToolButton:checked {{ color: {colours.text}; background: {colours.panel}; border: 1px solid {colours.line};"
                f" border-bottom: 3px solid rgb({r}, {g}, {b}); }}"
            )

    def _toggle(self, part: str, on: bool) -> None:
        (self._hidden.discard if on else self._hidden.add)(part)
        for item in self._items.get(part, ()):
            item.setVisible(on)

    def _items_of(self, part: str) -> tuple[pg.PlotDataItem, pg.PlotDataItem, pg.PlotDataItem]:
        if part not in self._items:
            made = (pg.PlotDataItem(), pg.PlotDataItem(), pg.PlotDataItem(symbol="o", symbolSize=5))
            for item in made:
                item.setLogMode(False, self.log_scale.isChecked())
                self.loss.addItem(item)
            self._items[part] = made
        return self._items[part]

    def _colours(self) -> Bytes:
        return patch_palette(_MOST_PARTS, self._theme)

    # ---------------------------------------------------------------- looks
    def _rescale(self, on: bool) -> None:
        self.loss.setLogMode(y=on)
        self.loss.enableAutoRange()

    def _dress(self, theme: Theme) -> None:
        self._theme = theme
        colours = COLOURS[theme]
        for plot in (self.right, self.loss):
            plot.setBackground(colours.panel)
            for name in ("left", "bottom"):
                axis = plot.getAxis(name)
                axis.setPen(pg.mkPen(colours.line))
                axis.setTextPen(pg.mkPen(colours.muted))
                axis.setTickFont(text_font(SMALL))
                axis.label.setFont(text_font(SMALL))
        self._dress_chips()
        self._draw()

    def _read_off(self, place: QPointF) -> None:
        """Says the values under the pointer."""
        if self._log is None or not self._log.steps or not self.loss.sceneBoundingRect().contains(place):
            self._say()
            return
        step = self.loss.getViewBox().mapSceneToView(place).x()
        steps = np.asarray(self._log.steps)
        at = int(np.abs(steps - step).argmin())
        told = [f"{training.PARTS.get(part, part)} {values[at]:.4f}" for part, values in self._log.losses.items()]
        shown = [words for words, values in zip(told, self._log.losses.values(), strict=True) if not math.isnan(values[at])]
        self.value.setText(f"step {grouped(steps[at])}: " + ", ".join(shown))

    def set_smoothing(self, percent: int) -> None:
        """Sets the smoothing without a signal; for pictures."""
        with QSignalBlocker(self.smoothing):
            self.smoothing.setValue(percent)
        self._draw()
