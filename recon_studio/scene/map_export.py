"""The map as a drawing (SVG) and as a table (CSV), line by line, so that fifty thousand clouds never hold a window up. Pure, no Qt."""

import csv
import io
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from recon_model.counts import grouped
from recon_studio.scene.map import Colour, Colouring, captions, colouring, recipe, shown_rows
from recon_studio.state.app_state import Theme
from recon_studio.state.map import MapState

WIDTH, HEIGHT, LEGEND = 1200.0, 900.0, 240.0
MARGIN, FOOT = 32.0, 28.0
_CORNERS = {
    "square": ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    "triangle": ((0, -1.3), (1.2, 0.85), (-1.2, 0.85)),
    "diamond": ((0, -1.28), (1.28, 0), (0, 1.28), (-1.28, 0)),
}
_PAPER: dict[Theme, tuple[str, str, str]] = {"light": ("#ffffff", "#1a1f26", "#5d6672"), "dark": ("#1c1f24", "#e7eaee", "#9aa4b0")}
FACE = "Inter, 'Noto Sans', 'Open Sans', 'DejaVu Sans', sans-serif"


def svg_lines(state: MapState, theme: Theme) -> Iterator[str]:
    """Yields an SVG document: marks in random order, names, the phrase, the legend, and how it was made.

    Raises:
        ValueError: there is no map.
    """
    projection, coloured = state.projection, colouring(state, theme)
    if projection is None or coloured is None:
        raise ValueError("there is no map to draw.")
    paper, ink, muted = _PAPER[theme]
    made = escape(recipe(projection))
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + LEGEND:g} {HEIGHT + FOOT:g}" font-family={quoteattr(FACE)}>'
    yield f"<title>Map of {grouped(len(projection.coordinates))} clouds</title><desc>{made}</desc>"
    yield f'<rect width="100%" height="100%" fill="{paper}"/>'
    shown = shown_rows(state, coloured)
    low, high = projection.coordinates.min(0), projection.coordinates.max(0)
    scale = float(((np.array([WIDTH, HEIGHT]) - 2 * MARGIN) / np.maximum(high - low, 1e-9)).min())
    centre = (low + high) / 2

    def at(place: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> tuple[float, float]:
        x, y = (np.asarray(place) - centre) * scale
        return round(float(WIDTH / 2 + x), 1), round(float(HEIGHT / 2 - y), 1)

    radius = round(min(max(16.0 / len(shown) ** 0.16, 1.6), 6.0), 2)
    yield f'<g stroke="{paper}" stroke-width="0.6">'
    for row in np.random.default_rng(0).permutation(len(shown)):
        if shown[row]:
            colour, shape = coloured.styles[coloured.style[row]]
            faint = ' opacity="0.15"' if state.selected is not None and not state.selected[row] else ""
            yield _mark(shape, *at(projection.coordinates[row]), radius, colour, faint)
    yield "</g>"
    if state.names_shown:
        halo = f'stroke="{paper}" stroke-width="3" paint-order="stroke"'
        yield f'<g font-size="13" font-weight="600" text-anchor="middle" fill="{ink}" {halo}>'
        for name, x, y in captions(projection.coordinates, coloured, shown):
            px, py = at(np.array([x, y], np.float32))
            yield f'<text x="{px}" y="{round(py - radius - 5, 1)}">{escape(name)}</text>'
        yield "</g>"
    if state.phrase is not None:
        px, py = at(np.array(state.phrase.place, np.float32))
        for row in state.phrase.rows:
            ex, ey = at(projection.coordinates[row])
            yield f'<line x1="{px}" y1="{py - 30}" x2="{ex}" y2="{ey}" stroke="{ink}" stroke-dasharray="5 4"/>'
        yield (
            f'<text x="{px}" y="{py - 34}" text-anchor="middle" font-size="15" font-weight="600" fill="{ink}" stroke="{paper}" '
            f'stroke-width="4" paint-order="stroke">“{escape(state.phrase.text)}”</text>'
        )
    yield from _legend(coloured, state.hidden, ink, muted)
    yield f'<text x="{MARGIN:g}" y="{HEIGHT + 10:g}" font-size="11" fill="{muted}">{made}</text>'
    yield "</svg>"


def csv_lines(state: MapState) -> Iterator[str]:
    """Yields a table with a line a cloud: key, label, set, what was predicted, coordinates, and the features laid out.

    The first line, after ``#``, says how the map was made.

    Raises:
        ValueError: there is no map.
    """
    projection = state.projection
    if projection is None:
        raise ValueError("there is no map to write.")
    clouds = projection.clouds
    found, labelled = state.predictions, clouds.labelled()
    head = ["cloud", "label", "set", "prediction", "confidence", "head", "error", "cluster", "x", "y", "selected", "placed"]
    width, words = clouds.features.shape[1], 0 if clouds.projected is None else clouds.projected.shape[1]
    names = (
        [f"query_{n}" for n in range(width // 2)]
        + [f"patch_{n}" for n in range(width - width // 2)]
        + [f"projected_{n}" for n in range(words)]
    )
    yield f"# {recipe(projection)}"
    yield _row([*head, *names])
    for row, key in enumerate(clouds.keys):
        predicted = ["", ""]
        if found is not None and found.best[row] >= 0:
            predicted = [found.names[found.best[row]], f"{found.share[row]:.6g}"]
        error = "" if clouds.errors is None or not np.isfinite(clouds.errors[row]) else f"{clouds.errors[row]:.6g}"
        cluster = "" if projection.clusters is None else str(int(projection.clusters[row]) + 1)
        x, y = projection.coordinates[row]
        flags = [str(int(state.selected is not None and bool(state.selected[row]))), str(int(row >= projection.fitted))]
        vector = clouds.features[row] if clouds.projected is None else np.concatenate([clouds.features[row], clouds.projected[row]])
        numbers = [f"{value:.7g}" for value in vector]
        yield _row(
            [key, clouds.labels[row], clouds.sets[row], *predicted, labelled[row], error, cluster, f"{x:.7g}", f"{y:.7g}", *flags, *numbers]
        )


def _row(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _mark(shape: str, x: float, y: float, radius: float, colour: Colour, more: str = "") -> str:
    fill = f'fill="#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}"{more}'
    if shape == "circle":
        return f'<circle cx="{x}" cy="{y}" r="{radius}" {fill}/>'
    if shape == "cross":
        arm, thick = radius * 1.2, radius * 0.43
        corners = [(-thick, -arm), (thick, -arm), (thick, -thick), (arm, -thick), (arm, thick), (thick, thick)]
        corners += [(-a, -b) for a, b in corners]
        return _polygon([(x + dx, y + dy) for dx, dy in corners], fill)
    return _polygon([(x + radius * dx, y + radius * dy) for dx, dy in _CORNERS[shape]], fill)


def _polygon(corners: list[tuple[float, float]], fill: str) -> str:
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}" {fill}/>'


def _legend(coloured: Colouring, hidden: frozenset[str], ink: str, muted: str) -> Iterator[str]:
    left, top = WIDTH + 12, MARGIN
    yield f'<text x="{left:g}" y="{top:g}" font-size="13" font-weight="600" fill="{ink}">{escape(coloured.title)}</text>'
    if coloured.groups:
        groups = [group for group in coloured.groups if group.name not in hidden]
        step = min(20.0, (HEIGHT - 2 * MARGIN - 20) / max(len(groups), 1))  # all may be hidden
        for place, group in enumerate(groups):
            y = top + 22 + place * step
            yield _mark(group.shape, left + 6, y - 4, 5.0, group.colour)
            yield f'<text x="{left + 20:g}" y="{y:g}" font-size="{min(12.0, step):g}" fill="{ink}">{escape(group.name)}'
            yield f'<tspan fill="{muted}"> {grouped(group.count)}</tspan></text>'
        return
    known = coloured.styles[:-1]
    for place, (colour, _) in enumerate(known):
        x = left + place * 200 / len(known)
        yield f'<rect x="{x:.2f}" y="{top + 12:g}" width="{200 / len(known) + 0.5:.2f}" height="10" fill="#{bytes(colour).hex()}"/>'
    for x, anchor, words in ((left, "start", f"{coloured.low:.3g}"), (left + 200, "end", f"{coloured.high:.3g}")):
        yield f'<text x="{x:g}" y="{top + 38:g}" font-size="11" text-anchor="{anchor}" fill="{ink}">{words}</text>'
    yield f'<text x="{left:g}" y="{top + 56:g}" font-size="11" fill="{muted}">{escape(coloured.unit)}</text>'
