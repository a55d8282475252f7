"""The drawer's plots: leave one out, curves, ratios, relevance beside occlusion. Each draws one answer and knows it as a table."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from recon_model.counts import counted
from recon_studio.scene.colours import apply_map, diverging_map
from recon_studio.scene.explain import rank_correlation
from recon_studio.state.app_state import AppState, Flags, Floats, Indices, Theme
from recon_studio.state.explain import Curves, Occlusion, Ratios, Relevance
from recon_studio.views.plots import (
    DASHES,
    banded,
    dress_figure,
    legend_text,
    make_figure,
    make_plot,
    name_axes,
    series_colours,
    tenfold,
)
from recon_studio.views.theme import COLOURS
from recon_studio.views.walked import Cell, Cells

Columns = Mapping[str, Sequence[Any]]


class Figure(Cells):
    """One page's plots, drawn from an answer; made when first drawn. Bars of patches are its cells, a row a plot.

    Args:
        plots: how many, side by side.
        called: what those who hear it call the bars.
    """

    patchHovered = Signal(object)  # int, or None
    patchPicked = Signal(int)
    told = Signal(str)  # what is pointed at, in words

    def __init__(self, plots: int = 1, called: str = "Plots") -> None:
        super().__init__(called)
        self._count = plots
        self.canvas: Any = None
        self.plots: list[Any] = []
        self.bars: list[Bars] = []  # of the plots that draw patches
        self.answer: Any = None
        self._selected: int | None = None
        self._cursor = _Cursor(self)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.theme: Theme = "light"
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)

    def prepare(self, module: Any) -> None:
        """Makes the empty plots, once; half of what it takes to draw the first answer."""
        if self.canvas is None:
            self.canvas = make_figure(module)
            self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard is for what is walked through
            self.plots = [make_plot(self.canvas, place) for place in range(self._count)]
            for plot in self.plots:
                plot.vb.sigResized.connect(self._cursor.update)
            self._legend = self.canvas.addLabel("", row=0, col=self._count)
            self.canvas.scene().sigMouseMoved.connect(self._moved)
            self.canvas.scene().sigMouseClicked.connect(self._clicked)
            layout = self.layout()
            assert layout is not None
            layout.addWidget(self.canvas)
            self._cursor.raise_()

    def draw_answer(self, module: Any, answer: Any, state: AppState) -> None:
        """Draws an answer from the beginning."""
        self.prepare(module)
        self.theme, self.answer, self._selected = state.theme, answer, state.selected_patch
        self._legend.setText("")
        self.bars = []
        for plot in self.plots:
            plot.clear()
        self.fill(module, answer, state)
        dress_figure(self.canvas, self.plots, state.theme)
        self.setToolTip("Arrows go from bar to bar and from plot to plot; Enter selects the patch, as a click does." if self.bars else "")
        self.settle()

    def fill(self, module: Any, answer: Any, state: AppState) -> None:
        """Puts the answer into the empty plots."""
        raise NotImplementedError

    def columns(self, answer: Any) -> Columns:
        """Returns the answer as a table."""
        raise NotImplementedError

    def words(self, answer: Any) -> str:
        """Says in one line what is seen, and how it was found."""
        raise NotImplementedError

    def numbers(self, answer: Any) -> str:
        """Says what a pointer would find first: the answer's foremost numbers, in their own unit."""
        raise NotImplementedError

    def value_words(self, plot: int, patch: int) -> str:
        """Says what the bar of a patch measures; asked only of plots that draw patches."""
        raise NotImplementedError

    def patch_at(self, plot: int, x: float) -> int | None:
        """Returns the patch drawn at a place of a plot's bottom axis; None in plots that draw none."""
        return self.bars[plot].patch_at(x) if plot < len(self.bars) else None

    def set_hover(self, patch: int | None) -> None:
        """Marks the bars of a patch under the pointer elsewhere."""
        for bars in self.bars:
            bars.set_hover(patch)

    def legend(self, entries: Sequence[tuple[str, QColor, str]], head: str = "") -> None:
        """Names the lines, beside the plots: (dash, colour, words)."""
        self._legend.setText(legend_text(entries, self.theme, head))

    # ------------------------------------------------------------ pointer and keyboard
    def leaveEvent(self, _event: object) -> None:
        """Marks nothing any more, or what is current."""
        if self.walking:
            self.point()
        else:
            self._mark(None)

    def _moved(self, place: QPointF) -> None:
        self._mark(self._cell_under(place))

    def _clicked(self, event: Any) -> None:
        self.rest()
        cell = self._cell_under(event.scenePos())
        if cell is not None:
            self.pick_cell(*cell)

    def _cell_under(self, place: QPointF) -> Cell | None:
        for row, (plot, bars) in enumerate(zip(self.plots, self.bars, strict=False)):
            if plot.vb.sceneBoundingRect().contains(place):
                patch = bars.patch_at(float(plot.vb.mapSceneToView(place).x()))
                column = bars.place(patch)
                return None if column is None else (row, column)
        return None

    def _mark(self, cell: Cell | None) -> None:
        """Marks a bar here and its patch in the views, and says what it is."""
        patch = None if cell is None else int(self.bars[cell[0]].order[cell[1]])
        self.set_hover(patch)
        self.patchHovered.emit(patch)
        self.told.emit("" if cell is None else self.words_of(*cell))

    def has(self, row: int, column: int) -> bool:
        """Whether there is such a bar."""
        return 0 <= row < len(self.bars) and 0 <= column < len(self.bars[row].order)

    def start(self) -> Cell:
        """Begins with the selected patch."""
        row, column = self.current
        chosen = self.bars[row].place(self._selected) if row < len(self.bars) else None
        return row, column if chosen is None else chosen

    def place_of(self, row: int, column: int) -> QRectF:
        """Returns where a bar can be, from the bottom of its plot to the top."""
        _, (low, high) = self.plots[row].vb.viewRange()
        corners = (self.plots[row].vb.mapViewToScene(QPointF(column + side, end)) for side, end in ((-0.5, high), (0.5, low)))
        top_left, bottom_right = (QPointF(self.canvas.mapTo(self, self.canvas.mapFromScene(corner))) for corner in corners)
        return QRectF(top_left, bottom_right)

    def words_of(self, row: int, column: int) -> str:
        """Says which patch a bar is of, and what it measures."""
        patch = int(self.bars[row].order[column])
        return f"patch {patch}: {self.value_words(row, patch)}"

    def pick_cell(self, row: int, column: int) -> None:
        """Selects the patch."""
        self.patchPicked.emit(int(self.bars[row].order[column]))

    def point(self) -> None:
        """Marks the current bar as the pointer's is marked."""
        super().point()
        if self.has(*self.current):
            self._mark(self.current)
            self._cursor.update()

    def unpoint(self) -> None:
        """Marks nothing any more."""
        self._mark(None)
        self._cursor.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the frame's sheet as large as the plots."""
        super().resizeEvent(event)
        self._cursor.setGeometry(self.rect())


class _Cursor(QWidget):
    """Lies over the plots and frames the current bar; files are drawn from the plots alone."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        self._figure = figure
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the frame while the keyboard is at work."""
        if self._figure.walking:
            painter = QPainter(self)
            self._figure.paint_cursor(painter, self._figure.theme)
            painter.end()


class Bars:
    """One bar a patch, in a given order, coloured by value about zero; the selected and the hovered one marked."""

    def __init__(self, module: Any, plot: Any, values: Floats, order: Indices, state: AppState) -> None:
        self.order = order
        shades, heights = COLOURS[state.theme], values[order]
        far = float(np.abs(heights).max()) if len(heights) else 0.0
        colours = apply_map(heights, -far, far, diverging_map(state.theme))
        brushes = [module.mkBrush(*(int(part) for part in colour)) for colour in colours]
        plot.addItem(module.BarGraphItem(x=np.arange(len(order)), height=heights, width=0.8, brushes=brushes, pen=module.mkPen(None)))
        plot.addItem(module.InfiniteLine(0, angle=0, pen=module.mkPen(shades.line)))
        self._hover = module.InfiniteLine(0, pen=module.mkPen(shades.text, width=1))
        self._hover.hide()
        plot.addItem(self._hover)
        if state.selected_patch is not None and (place := self.place(state.selected_patch)) is not None:
            chosen = module.InfiniteLine(place, pen=module.mkPen(shades.accent, width=1.5, style=Qt.PenStyle.DashLine))
            plot.addItem(chosen)
        plot.setXRange(-0.5, max(len(order) - 0.5, 0.5), padding=0)

    def place(self, patch: int | None) -> int | None:
        """Returns where a patch's bar is."""
        found = np.flatnonzero(self.order == patch)
        return int(found[0]) if len(found) else None

    def patch_at(self, x: float) -> int | None:
        """Returns the patch whose bar is at a place."""
        place = round(x)
        return int(self.order[place]) if 0 <= place < len(self.order) else None

    def set_hover(self, patch: int | None) -> None:
        """Marks a patch's bar."""
        place = self.place(patch)
        self._hover.setVisible(place is not None)
        if place is not None:
            self._hover.setValue(place)


class OcclusionFigure(Figure):
    """What each visible patch helps to rebuild the hidden ones, most helpful first."""

    def __init__(self) -> None:
        super().__init__(called="Leave one out")

    def fill(self, module: Any, answer: Occlusion, state: AppState) -> None:
        """Draws a bar a visible patch."""
        times, unit = tenfold(answer.effect)
        name_axes(self.plots[0], "visible patches, most helpful first", f"Δ sq. Chamfer{unit}", state.theme)
        self.bars = [Bars(module, self.plots[0], times * answer.effect, _visible_by_effect(answer), state)]

    def value_words(self, plot: int, patch: int) -> str:
        """Says what becomes of the error without the patch."""
        del plot
        return f"without it the error changes by {self.answer.effect[patch]:+.2g}".replace("-", "−")

    def columns(self, answer: Occlusion) -> Columns:
        """A row a visible patch."""
        order = _visible_by_effect(answer)
        return {"patch": order.tolist(), "error_growth": answer.effect[order].tolist()}

    def words(self, answer: Occlusion) -> str:
        """Says how many patches help."""
        order = _visible_by_effect(answer)
        helps = int((answer.effect[order] > 0).sum())
        return (
            f"Mean error {answer.whole:.2g} with all {len(order)} visible patches; leaving out any one of {helps} of them makes it grow, "
            "of the others fall. Leave-one-patch-out after Zeiler & Fergus (2014), patches truly absent."
        )

    def numbers(self, answer: Occlusion) -> str:
        """Names the patch that helps most."""
        best = int(_visible_by_effect(answer)[0])
        return f"Most is lost without patch {best}: {answer.effect[best]:+.2g}."


def _hidden(answer: Occlusion) -> Flags:
    return np.frombuffer(answer.asked.hidden, dtype=np.bool_)


def _visible_by_effect(answer: Occlusion) -> Indices:
    visible = np.flatnonzero(~_hidden(answer))
    ordered: Indices = visible[np.argsort(-answer.effect[visible], kind="stable")]
    return ordered


class CurvesFigure(Figure):
    """Deletion at the left, insertion at the right, each in several orders; the random one with the band of its runs."""

    def __init__(self) -> None:
        super().__init__(2)

    def fill(self, module: Any, answer: Curves, state: AppState) -> None:
        """Draws a line an order."""
        times, unit = tenfold(np.concatenate([curve.deletion.ravel() for curve in answer.curves]))
        measured = f"score of '{escape(answer.asked.names[0])}'{unit}" if answer.asked.names else f"sq. Chamfer{unit}"
        for plot, words in zip(self.plots, ("Deletion: patches taken away (%)", "Insertion: patches shown (%)"), strict=True):
            name_axes(plot, words, measured, state.theme)
        entries = []
        for place, curve in enumerate(answer.curves):
            colour, (style, dash) = series_colours(state.theme)[place], DASHES[place]
            pen = module.mkPen(colour, width=2, style=style)
            sides = ((self.plots[0], curve.removed, curve.deletion), (self.plots[1], curve.shown, curve.insertion))
            for plot, x, runs in sides:
                if len(runs) > 1:
                    banded(module, plot, 100 * x, times * runs.min(0), times * runs.max(0), colour)
                plot.plot(100 * x, times * runs.mean(0), pen=pen)
            areas = f"{times * curve.deletion_area:.2f} · {times * curve.insertion_area:.2f}"
            entries.append((dash, colour, f"{curve.order}<br>&nbsp;&nbsp;{areas}"))
        self.legend(entries, "order<br>mean del. · ins.")

    def columns(self, answer: Curves) -> Columns:
        """A row an order, run and step."""
        rows = [
            (curve.order, run, *values)
            for curve in answer.curves
            for run in range(len(curve.deletion))
            for values in zip(curve.removed, curve.deletion[run], curve.shown, curve.insertion[run], strict=True)
        ]
        names = ("order", "run", "removed", "deletion", "shown", "insertion")
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}

    def words(self, answer: Curves) -> str:
        """Says whether attention is a better order than chance."""
        by_order = {curve.order: curve for curve in answer.curves}
        attention, chance = by_order["attention"], by_order["random"]
        # Taking away what matters first spoils the answer soon: the error rises, a score falls.
        apart = attention.deletion_area - chance.deletion_area
        better = apart < 0 if answer.asked.names else apart > 0
        verdict = "sooner than" if better else "no sooner than"
        return (
            f"Taking away what attention names first spoils the answer {verdict} chance. Deletion and insertion after Petsiuk et al. "
            f"(2018), patches truly absent; the band holds {len(chance.deletion)} random orders, the numbers are means along the curves."
        )

    def numbers(self, answer: Curves) -> str:
        """Tells the means along the curves."""
        areas = (f"{curve.order} {curve.deletion_area:.3g} and {curve.insertion_area:.3g}" for curve in answer.curves)
        return f"Means along deletion and insertion: {', '.join(areas)}."


class RatiosFigure(Figure):
    """Error against mask ratio for each strategy, with the band of its seeds."""

    def __init__(self) -> None:
        super().__init__()

    def fill(self, module: Any, answer: Ratios, state: AppState) -> None:
        """Draws a line a strategy, and where the mask is now."""
        (plot,) = self.plots
        times, unit = tenfold(answer.errors)
        name_axes(plot, "mask ratio (%)", f"sq. Chamfer{unit}", state.theme)
        x, entries = 100 * np.asarray(answer.ratios), []
        for place, strategy in enumerate(answer.strategies):
            colour, errors, (style, dash) = series_colours(state.theme)[place], times * answer.errors[place], DASHES[place]
            banded(module, plot, x, errors.min(1), errors.max(1), colour)
            pen = module.mkPen(colour, width=2, style=style)
            plot.plot(x, errors.mean(1), pen=pen, symbol="o", symbolSize=5, symbolBrush=colour, symbolPen=None)
            entries.append((dash, colour, f"{strategy}, mean"))
        text = QColor(COLOURS[state.theme].text)
        if state.reconstruction is not None and len(state.reconstruction.chamfer):
            share, error = 100 * float(state.reconstruction.hidden.mean()), times * float(state.reconstruction.chamfer.mean())
            here = module.ScatterPlotItem([share], [error], symbol="+", size=13, brush=module.mkBrush(text), pen=module.mkPen(text))
            plot.addItem(here)
            entries.append(("+", text, "this mask"))
        self.legend(entries, f"band: {len(answer.seeds)} draws")

    def columns(self, answer: Ratios) -> Columns:
        """A row a strategy, ratio and seed."""
        rows = [
            (strategy, ratio, count, seed, answer.errors[first, second, third])
            for first, strategy in enumerate(answer.strategies)
            for second, (ratio, count) in enumerate(zip(answer.ratios, answer.hidden, strict=True))
            for third, seed in enumerate(answer.seeds)
        ]
        return {name: [row[place] for row in rows] for place, name in enumerate(("strategy", "mask_ratio", "hidden", "seed", "error"))}

    def words(self, answer: Ratios) -> str:
        """Says what the band is."""
        return (
            f"Error of the hidden patches as more is hidden, at random or as one block: mean and range over {len(answer.seeds)} draws "
            f"(seeds {answer.seeds[0]} to {answer.seeds[-1]}). The cross is the mask in the views."
        )

    def numbers(self, answer: Ratios) -> str:
        """Tells the mean errors at both ends."""
        means, (low, high) = answer.errors.mean(2), (100 * answer.ratios[0], 100 * answer.ratios[-1])
        ends = zip(answer.strategies, means[:, 0], means[:, -1], strict=True)
        errors = (f"{strategy} {first:.3g} at {low:.0f} % to {last:.3g} at {high:.0f} %" for strategy, first, last in ends)
        return f"Mean errors: {', '.join(errors)} hidden."


class PhraseFigure(Figure):
    """Relevance by gradient beside leave-one-out of the same score, both in the order of relevance."""

    def __init__(self) -> None:
        super().__init__(2, "Relevance to the phrase")

    def fill(self, module: Any, answer: Relevance, state: AppState) -> None:
        """Draws a bar a patch, twice."""
        order = _by_relevance(answer)
        for plot, values, bottom, left in zip(
            self.plots,
            (answer.relevance, answer.occlusion),
            ("By gradient: patches, most relevant first", "Left out: patches in the same order"),
            ("part of the score", "fall of the score"),
            strict=True,
        ):
            times, unit = tenfold(values)
            name_axes(plot, bottom, f"{left}{unit}", state.theme)
            self.bars.append(Bars(module, plot, times * values, order, state))

    def value_words(self, plot: int, patch: int) -> str:
        """Says the patch's part of the score, or what is lost of it without the patch."""
        if plot == 0:
            return f"{self.answer.relevance[patch]:+.2g} of the score, by gradient".replace("-", "−")
        return f"left out, the score changes by {-self.answer.occlusion[patch]:+.2g}".replace("-", "−")

    def columns(self, answer: Relevance) -> Columns:
        """A row a patch."""
        order = _by_relevance(answer)
        return {
            "patch": order.tolist(),
            f"relevance_{answer.asked.method}": answer.relevance[order].tolist(),
            "occlusion": answer.occlusion[order].tolist(),
        }

    def words(self, answer: Relevance) -> str:
        """Says what the score is, and how far the two agree."""
        phrase, *others = answer.asked.names
        rest = counted(len(others), "other name")
        score = f"Margin of '{phrase}' over {rest}" if others else f"Cosine with '{phrase}'"
        agree = rank_correlation(answer.relevance, answer.occlusion)
        return f"Rank correlation of the two: {agree:.2f}. {score}: {answer.score:.3f}. By {answer.method}."

    def numbers(self, answer: Relevance) -> str:
        """Names the patch that speaks for the phrase most, by either way."""
        gradient, left_out = int(answer.relevance.argmax()), int(answer.occlusion.argmax())
        return (
            f"By gradient patch {gradient} speaks for it most, {answer.relevance[gradient]:+.2g}; "
            f"left out, the score falls most without patch {left_out}, by {answer.occlusion[left_out]:.2g}."
        )


def _by_relevance(answer: Relevance) -> Indices:
    ordered: Indices = np.argsort(-answer.relevance, kind="stable")
    return ordered
