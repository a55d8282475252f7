"""By what points are coloured: each kind of colouring with its words and its bar, for any piece of a cloud."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from recon_studio.scene.colours import GROUNDS, apply_map, error_map, height_map, patch_palette
from recon_studio.scene.digits import told_apart
from recon_studio.scene.explain import Explained
from recon_studio.scene.picture import Bytes, ColourBar
from recon_studio.scene.pieces import Piece, Shown
from recon_studio.state.app_state import Cloud, Floats, Reconstruction, Theme
from recon_studio.state.view_state import ColourBy, Range

IN_WORDS: dict[ColourBy, str] = {
    "patch": "patch",
    "height": "height",
    "normal": "normal",
    "rgb": "the file's colours",
    "error": "error",
    "attention": "attention",
    "part": "part",
    "role": "truth and rebuilt",
    "missing": "truth → rebuilt",
    "invented": "rebuilt → truth",
    "advantage": "which is better",
}


@dataclass(frozen=True, eq=False)
class Paint:
    """One kind of colouring."""

    quantity: ColourBy
    words: str  # for a caption
    colours: Callable[[Piece], Bytes]
    bar: ColourBar | None = None


def flat(colour: tuple[int, int, int], count: int) -> Bytes:
    """Returns one colour for (count, 3) points."""
    return np.broadcast_to(np.array(colour, dtype=np.uint8), (count, 3))


def scale_bar(title: str, colours: Bytes, quantity: ColourBy, low: float, high: float, edited: Range | None) -> ColourBar:
    """Returns a bar from ``low`` to ``high``, or between the ends set by hand."""
    if edited is not None:
        low, high = edited.low, edited.high
    digits = 3 if edited is not None or quantity == "height" else 2
    shown = [told_apart(end, high - low, digits) for end in (low, high)]
    return ColourBar(title, colours, shown[0], shown[1], quantity, (low, high), edited is not None)


def by_patch(count: int, theme: Theme) -> Paint:
    """Colours each point as its patch."""

    def colours(piece: Piece) -> Bytes:
        assert piece.patches is not None
        chosen: Bytes = patch_palette(count, theme)[piece.patches]
        return chosen

    return Paint("patch", f"coloured by nearest of {count} patches", colours)


def by_height(cloud: Cloud, shown: Shown, theme: Theme, edited: Range | None) -> Paint:
    """Colours by the coordinate that is up, y unless the cloud was stood up, in the file's own units."""
    upwards = np.array([0.0, 1.0, 0.0]) if shown.rotation is None else shown.rotation[1].astype(np.float64)  # an axis of the file
    base = float(upwards @ np.asarray(cloud.origin))
    lift = float(upwards @ np.asarray(shown.middle)) + base
    low, high = sorted(float(upwards @ np.asarray(corner)) + base for corner in cloud.bounds)
    bar = scale_bar("height, file's units", height_map(theme), "height", low, high, edited)

    def colours(piece: Piece) -> Bytes:
        # In prepared coordinates: heights far from 0 would lose their digits in float32.
        low, high = ((end - lift) / shown.unit for end in bar.span)
        return apply_map(piece.points[:, 1], low, high, bar.colours)

    return Paint("height", "coloured by height (y)" if shown.rotation is None else "coloured by height", colours, bar)


def by_normal() -> Paint:
    """Colours by the direction of the file's normals: x, y and z as red, green and blue."""

    def colours(piece: Piece) -> Bytes:
        assert piece.normals is not None
        return np.round(127.5 * (piece.normals + 1.0)).astype(np.uint8)

    return Paint("normal", "normals: x, y, z as red, green, blue", colours)


def by_rgb() -> Paint:
    """Colours as the file does."""

    def colours(piece: Piece) -> Bytes:
        assert piece.rgb is not None
        return piece.rgb

    return Paint("rgb", "as the file colours them", colours)


def by_part(parts: npt.NDArray[np.int32], theme: Theme) -> Paint:
    """Colours by the parts (n,) that the file tells of all its points."""
    numbers = np.unique(parts)
    palette = patch_palette(len(numbers), theme)
    steps = palette[np.arange(256) * len(numbers) // 256]
    bar = ColourBar("part, as the file numbers it", steps, str(numbers[0]), str(numbers[-1]))

    def colours(piece: Piece) -> Bytes:
        assert piece.parts is not None
        chosen: Bytes = palette[np.searchsorted(numbers, piece.parts)]
        return chosen

    return Paint("part", f"{len(numbers)} parts", colours, bar)


def by_error(rebuilt: Reconstruction, others: float, theme: Theme, edited: Range | None) -> Paint:
    """Colours hidden patches by their Chamfer error; ``others`` is the largest error that another view shows on the same scale."""
    high = max(float(np.max(rebuilt.chamfer, initial=0.0)), others)
    bar = scale_bar("squared Chamfer", error_map(theme), "error", 0.0, high, edited)
    if edited is None:
        bar = ColourBar(bar.title, bar.colours, "0", bar.high, bar.quantity, bar.span)
    values = np.full(len(rebuilt.hidden), np.nan, dtype=np.float32)
    values[rebuilt.hidden] = rebuilt.chamfer
    return Paint("error", "hidden patches coloured by error", _of_patches(values, bar, GROUNDS[theme].context), bar)


def by_explanation(explanation: Explained, theme: Theme, edited: Range | None) -> Paint:
    """Colours patches by what the attention view shows; a scale set by hand is one of attention as it is."""
    (low, high), table = explanation.span, explanation.table(theme)
    if explanation.plain:
        bar = scale_bar(explanation.unit, table, "attention", low, high, edited)
    else:
        bar = ColourBar(explanation.unit, table, f"{low:.2g}", f"{high:.2g}", span=(low, high))
    if abs(bar.span[0]) < 1e-6 * abs(bar.span[1]):
        bar = replace(bar, low="0")  # what softmax leaves over
    return Paint(
        "attention",
        f"coloured by {explanation.title[0].lower()}{explanation.title[1:]}",
        _of_patches(explanation.values, bar, GROUNDS[theme].ghost),
        bar,
    )


def _of_patches(values: Floats, bar: ColourBar, blank: tuple[int, int, int]) -> Callable[[Piece], Bytes]:
    """Colours patches by their values (G,); those that have none (NaN) are left in a quiet colour."""
    table = apply_map(values, *bar.span, bar.colours)
    table[np.isnan(values)] = blank

    def colours(piece: Piece) -> Bytes:
        assert piece.patches is not None
        chosen: Bytes = table[piece.patches]
        return chosen

    return colours
