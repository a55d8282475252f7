"""AppState -> BenchPicture: what each view shows, decided in one pure place.

``Resolver`` remembers the last value of each step and hands it out again while that step's inputs are the same objects, so that
moving the mask neither recolours the input nor touches the actors that show it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

from recon_studio.scene.colours import GROUNDS, apply_map, attention_map, error_map, patch_palette
from recon_studio.scene.picture import BenchPicture, ColourBar, Marker, Pickable, PointLayer, ViewPicture
from recon_studio.state.app_state import AppState, Attention, Cloud, Flags, Floats, Indices, Mask, Model, Prepared, Reconstruction, Theme

DISPLAY_LIMIT = 100_000  # points drawn per view; twice as many would hold the window up beyond 50 ms
_GHOST = 0.6  # of a point's diameter: ghosts must not cover what is there

_TITLES = {"input": "Input", "seen": "Seen by the encoder", "rebuilt": "Reconstruction", "attention": "Attention"}
_TEACHING = {  # while nothing is open, each view says what it is for
    "input": "Drop a point cloud here, or press Ctrl+O",
    "seen": "The patches left visible, the hidden ones as ghosts",
    "rebuilt": "The hidden patches as the model rebuilds them, coloured by error",
    "attention": "Where a token looks, by layer and head",
}

P = ParamSpec("P")
R = TypeVar("R")


class _Last(Generic[P, R]):
    """A function that returns its last value while it is called with the same objects."""

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function
        self._arguments: tuple[Any, ...] | None = None
        self._value: Any = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        arguments = (*args, *kwargs.values())
        if self._arguments is None or not all(map(_same, arguments, self._arguments)):
            self._value = self._function(*args, **kwargs)
            self._arguments = arguments
        return self._value  # type: ignore[no-any-return]


def _same(a: object, b: object) -> bool:
    return a is b or (isinstance(a, (str, int, float, tuple, Mask)) and type(a) is type(b) and a == b)


@dataclass(frozen=True, eq=False)
class _Shown:
    """The points of a cloud that are drawn, and the patch each lies nearest to."""

    points: Floats  # (n, 3) prepared coordinates
    patches: Indices | None  # (n,), None before the cloud is prepared
    colours: Any  # (n, 3) uint8 as the file has them, or None
    total: int
    diameter: float


class Resolver:
    """Turns states into pictures; two resolvers given the same state draw the same picture."""

    def __init__(self) -> None:
        self._shown = _Last(_shown)
        self._own_patches = _Last(_own_patches)
        self._hidden = _Last(hidden_patches)
        self._input = _Last(_input_view)
        self._seen = _Last(_seen_view)
        self._leaks = _Last(_leaks_view)
        self._rebuilt = _Last(_rebuilt_view)
        self._attention = _Last(_attention_view)
        self._picture = _Last(_picture)

    def __call__(self, state: AppState) -> BenchPicture:
        """Returns the picture of ``state``; parts of the last picture that still hold are the same objects."""
        cloud, theme = state.cloud, state.theme
        prepared = state.prepared if cloud and state.prepared and state.prepared.key == cloud.key else None
        rebuilt = state.reconstruction if prepared and state.reconstruction and state.reconstruction.key == prepared.key else None
        attention = state.attention if prepared and state.attention and state.attention.key == prepared.key else None
        wait = _waiting_for(state)
        rest = "" if cloud is None and _failure(state) else wait  # the sentence is said once
        shown = self._shown(cloud, prepared) if cloud else None
        own = self._own_patches(prepared) if prepared else None
        hidden = self._hidden(state.mask.hidden, prepared, rebuilt) if prepared else None
        views = (
            self._input(shown, prepared, theme, wait),
            self._leaks(prepared, own, hidden, theme)
            if state.leaks and prepared and own is not None and hidden is not None
            else self._seen(prepared, own, hidden, state.mask.hidden is not None, theme, rest),
            self._rebuilt(prepared, own, rebuilt, theme, rest),
            self._attention(shown, prepared, attention, state.model, theme, rest),
        )
        return self._picture(*views, prepared, state.selected_patch, hidden, theme)


def _waiting_for(state: AppState) -> str:
    """Says in one line why nothing is drawn yet; nothing where no cloud was asked for."""
    if state.current is None:
        return ""
    if state.cloud is None:
        return _failure(state) or "Reading the file…"
    if state.engine == "failed":
        return "The model is not running"
    if state.prepared is None:
        return "Loading the model…" if state.model is None else "Cutting the cloud into patches…"
    return "Computing…"


def _failure(state: AppState) -> str:
    """Says why the current file could not be opened; nothing where it could."""
    item = next((item for item in state.items if item.key == state.current), None)
    return (item.sentence or "This file could not be opened.") if item is not None and item.status == "failed" else ""


def _shown(cloud: Cloud, prepared: Prepared | None) -> _Shown:
    total = len(cloud.points)
    # Evenly spaced rows: the reader already shuffles what it samples, and a scan keeps its pattern.
    keep = np.linspace(0, total - 1, DISPLAY_LIMIT).astype(np.int64) if total > DISPLAY_LIMIT else slice(None)
    raw = cloud.points[keep]
    colours = None if cloud.colours is None else cloud.colours[keep]
    if prepared is None:
        low, high = raw.min(axis=0), raw.max(axis=0)
        centre, scale = (low + high) / 2, max(float(np.linalg.norm(high - low)) / 2, 1e-12)
        points = ((raw - centre) / scale).astype(np.float32)
        return _Shown(points, None, colours, total, point_diameter(points))
    points = ((raw - np.asarray(prepared.centre, dtype=np.float32)) / prepared.scale).astype(np.float32)
    return _Shown(points, nearest(points, prepared.centres), colours, total, point_diameter(points))


def nearest(points: Floats, centres: Floats) -> Indices:
    """Returns, for each of (n, 3) points, the index of the nearest of (G, 3) centres."""
    answer = np.empty(len(points), dtype=np.int64)
    half = 0.5 * (centres * centres).sum(axis=1)
    for start in range(0, len(points), 2048):  # a block's distances stay in the cache
        apart = points[start : start + 2048] @ -centres.T
        apart += half
        answer[start : start + 2048] = apart.argmin(axis=1)
    return answer


def point_diameter(points: Floats) -> float:
    """Returns how large points must be drawn for the surface to look closed yet grained: near twice their usual spacing."""
    if len(points) < 2:
        return 0.05
    queries = points[:: max(1, len(points) // 24)][:24]
    lengths = (queries * queries).sum(axis=1)[:, None]
    nearest_squares = np.full(len(queries), np.inf, dtype=np.float32)
    for start in range(0, len(points), 4096):
        block = points[start : start + 4096]
        squares = (-2 * queries) @ block.T
        squares += lengths
        squares += np.einsum("ij,ij->i", block, block)
        # Left out: the point itself, its twins, and what float32 cannot tell from them.
        np.copyto(squares, np.inf, where=squares < 1e-6)
        nearest_squares = np.minimum(nearest_squares, squares.min(axis=1))
    spacing = np.sqrt(np.median(nearest_squares))
    return float(np.clip(2.2 * spacing if np.isfinite(spacing) else 0.05, 0.006, 0.056))


def _own_patches(prepared: Prepared) -> Indices:
    return nearest(prepared.points, prepared.centres)


def hidden_patches(by_hand: tuple[bool, ...] | None, prepared: Prepared, rebuilt: Reconstruction | None) -> Flags | None:
    """Returns which patches are hidden (G,): those set by hand, else those of the reconstruction shown; None while unknown."""
    if by_hand is not None and len(by_hand) == len(prepared.centres):
        return np.array(by_hand, dtype=bool)
    return rebuilt.hidden if rebuilt is not None else None


def seen_points(prepared: Prepared, hidden: Flags) -> Flags:
    """Returns which prepared points (N,) the encoder sees: those of at least one visible patch, for patches overlap."""
    seen = np.zeros(len(prepared.points), dtype=bool)
    seen[prepared.members[~hidden].ravel()] = True
    return seen


def _input_view(shown: _Shown | None, prepared: Prepared | None, theme: Theme, wait: str) -> ViewPicture:
    if shown is None:
        return ViewPicture("input", _TITLES["input"], "", hint=wait or _TEACHING["input"])
    drawn = f"{len(shown.points):,} of {shown.total:,} points shown" if len(shown.points) < shown.total else f"{shown.total:,} points"
    if shown.patches is None or prepared is None:
        plain = np.broadcast_to(np.array(GROUNDS[theme].plain, dtype=np.uint8), shown.points.shape)
        colours = plain if shown.colours is None else shown.colours
        caption = f"{drawn} · {'as the file colours them' if shown.colours is not None else 'no colours in the file'}"
        return ViewPicture("input", _TITLES["input"], caption, (PointLayer(shown.points, colours, shown.diameter),))
    colours = patch_palette(len(prepared.centres), theme)[shown.patches]
    layer = PointLayer(shown.points, colours, shown.diameter)
    caption = f"{drawn} · coloured by nearest of {len(prepared.centres)} patches"
    return ViewPicture("input", _TITLES["input"], caption, (layer,), pickable=Pickable(shown.points, shown.patches))


def _seen_view(prepared: Prepared | None, own: Indices | None, hidden: Flags | None, by_hand: bool, theme: Theme, wait: str) -> ViewPicture:
    if prepared is None or own is None or hidden is None:
        return ViewPicture("seen", _TITLES["seen"], "", hint=wait or _TEACHING["seen"])
    seen = seen_points(prepared, hidden)
    diameter = point_diameter(prepared.points)
    # A point of several patches takes the colour of the nearest one the encoder has.
    visible = np.flatnonzero(~hidden)
    colours = (
        patch_palette(len(hidden), theme)[visible[nearest(prepared.points[seen], prepared.centres[visible])]] if len(visible) else None
    )
    layers = [PointLayer(prepared.points[~seen], _flat(GROUNDS[theme].ghost, int((~seen).sum())), _GHOST * diameter, solid=False)]
    if colours is not None:
        layers.append(PointLayer(prepared.points[seen], colours, diameter))
    caption = f"{len(visible)} of {len(hidden)} patches visible · {int(seen.sum()):,} of {len(seen):,} points"
    if by_hand:
        caption += " · by hand"
    return ViewPicture("seen", _TITLES["seen"], caption, tuple(layers), pickable=Pickable(prepared.points, own))


def _leaks_view(prepared: Prepared, own: Indices, hidden: Flags, theme: Theme) -> ViewPicture:
    """The Seen view as to what the mask really withholds: patches overlap, so a visible one shows points of hidden ones."""
    seen = seen_points(prepared, hidden)
    covered = seen_points(prepared, ~hidden)  # in at least one hidden patch
    ground, diameter = GROUNDS[theme], point_diameter(prepared.points)
    kinds = ((seen & ~covered, ground.context), (~seen, ground.withheld), (seen & covered, ground.leaked))
    layers = tuple(PointLayer(prepared.points[which], _flat(colour, int(which.sum())), diameter) for which, colour in kinds)
    caption = f"{int(kinds[1][0].sum()):,} truly hidden (blue) · {int(kinds[2][0].sum()):,} leaked by overlap (orange)"
    return ViewPicture("seen", _TITLES["seen"], caption, layers, pickable=Pickable(prepared.points, own))


def _rebuilt_view(prepared: Prepared | None, own: Indices | None, rebuilt: Reconstruction | None, theme: Theme, wait: str) -> ViewPicture:
    if prepared is None or own is None or rebuilt is None:
        return ViewPicture("rebuilt", _TITLES["rebuilt"], "", hint=wait or _TEACHING["rebuilt"])
    seen = seen_points(prepared, rebuilt.hidden)
    diameter = point_diameter(prepared.points)
    layers = [PointLayer(prepared.points[seen], _flat(GROUNDS[theme].context, int(seen.sum())), diameter)]
    points, patches = prepared.points[seen], own[seen]
    if not len(rebuilt.rebuilt):
        return ViewPicture(
            "rebuilt", _TITLES["rebuilt"], "Nothing is hidden, so nothing is rebuilt", tuple(layers), pickable=Pickable(points, patches)
        )
    high = float(np.max(rebuilt.chamfer))
    per_patch = apply_map(rebuilt.chamfer, 0.0, high, error_map(theme))
    size = rebuilt.rebuilt.shape[1]
    new_points = rebuilt.rebuilt.reshape(-1, 3)
    layers.append(PointLayer(new_points, np.repeat(per_patch, size, axis=0), diameter))
    bar = ColourBar("squared Chamfer", error_map(theme), "0", f"{high:.2g}")
    caption = f"{len(rebuilt.rebuilt)} hidden patches rebuilt · mean Chamfer {float(np.mean(rebuilt.chamfer)):.2g}"
    pickable = Pickable(np.concatenate([points, new_points]), np.concatenate([patches, np.repeat(np.flatnonzero(rebuilt.hidden), size)]))
    return ViewPicture("rebuilt", _TITLES["rebuilt"], caption, tuple(layers), bar, pickable)


def _attention_view(
    shown: _Shown | None,
    prepared: Prepared | None,
    attention: Attention | None,
    model: Model | None,
    theme: Theme,
    wait: str,
) -> ViewPicture:
    if shown is None or prepared is None or shown.patches is None or attention is None:
        return ViewPicture("attention", _TITLES["attention"], "", hint=wait or _TEACHING["attention"])
    looked_at = attention.weights[attention.weights > 0]  # hidden patches hold 0
    low, high = (float(looked_at.min()), float(looked_at.max())) if len(looked_at) else (0.0, 0.0)
    per_patch = apply_map(attention.weights, low, high, attention_map(theme))
    # A hidden patch was not there to be looked at; that is not the same as a small weight.
    absent = attention.hidden[shown.patches]
    layers = (
        PointLayer(shown.points[absent], _flat(GROUNDS[theme].ghost, int(absent.sum())), _GHOST * shown.diameter, solid=False),
        PointLayer(shown.points[~absent], per_patch[shown.patches[~absent]], shown.diameter),
    )
    bar = ColourBar("attention weight", attention_map(theme), f"{low:.2g}", f"{high:.2g}")
    return ViewPicture(
        "attention", _TITLES["attention"], describe_query(attention, model), layers, bar, Pickable(shown.points, shown.patches)
    )


def describe_query(attention: Attention, model: Model | None) -> str:
    """Says whose attention it is: token, layer counted from 1, head."""
    query = attention.query
    depth = model.depth if model is not None else None
    layer = query.layer % depth + 1 if depth else query.layer + 1
    of = f" of {depth}" if depth else ""
    who = f"patch {query.patch}" if query.token == "patch" else query.token
    return f"{who} · layer {layer}{of} · {'mean of heads' if query.head < 0 else f'head {query.head + 1}'}"


def _flat(colour: tuple[int, int, int], count: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.broadcast_to(np.array(colour, dtype=np.uint8), (count, 3))


def _picture(
    input_view: ViewPicture,
    seen: ViewPicture,
    rebuilt: ViewPicture,
    attention: ViewPicture,
    prepared: Prepared | None,
    selected: int | None,
    hidden: Flags | None,
    theme: Theme,
) -> BenchPicture:
    marker = None
    if prepared is not None and selected is not None and selected < len(prepared.centres):
        x, y, z = (float(value) for value in prepared.centres[selected])
        marker = Marker(selected, (x, y, z), bool(hidden is not None and hidden[selected]))
    centres = None if prepared is None else prepared.centres
    return BenchPicture((input_view, seen, rebuilt, attention), GROUNDS[theme].background, marker, centres)
