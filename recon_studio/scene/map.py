"""The map as a picture: which colour and shape each cloud has and what the legend says of it. Pure, no Qt.

Groups are told apart by eight colours (after Okabe & Ito 2008, which every kind of colour vision tells apart) times five shapes; what is
left after forty groups is grey and called other.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from weakref import ref

import numpy as np

from recon_model.counts import grouped
from recon_studio.scene.colours import Bytes, attention_map, error_map
from recon_studio.state.app_state import Flags, Floats, Indices, Theme
from recon_studio.state.embeddings import CloudKey, Embeddings
from recon_studio.state.map import CATEGORIES, COLOURS_BY, FEATURES, METHODS, ColourBy, MapState, Predictions, Projection

Colour = tuple[int, int, int]

PALETTE: dict[Theme, tuple[Colour, ...]] = {
    "light": ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (230, 159, 0), (60, 64, 72), (88, 8, 30)),
    "dark": (
        (64, 150, 214),
        (232, 122, 44),
        (38, 186, 144),
        (222, 146, 190),
        (134, 208, 250),
        (246, 186, 62),
        (226, 229, 234),
        (240, 228, 90),
    ),
}
OTHER: dict[Theme, Colour] = {"light": (170, 176, 184), "dark": (92, 99, 110)}
SHAPES = ("circle", "square", "triangle", "diamond", "cross")
MOST_GROUPS = len(PALETTE["light"]) * len(SHAPES)
STEPS = 64
"""Colours of a continuous scale that are told apart."""
UNNAMED = "unlabelled"
THE_REST = "other"


@dataclass(frozen=True)
class Group:
    """One line of the legend."""

    name: str
    count: int
    colour: Colour
    shape: str


@dataclass(frozen=True, eq=False)
class Colouring:
    """How every cloud is drawn."""

    title: str
    styles: tuple[tuple[Colour, str], ...]
    """What kinds of mark there are: colour and shape."""
    style: Indices
    """(n,) into ``styles``."""
    groups: tuple[Group, ...] = ()
    """Of categories, the largest first."""
    group: Indices | None = None
    """(n,) into ``groups``."""
    low: float = 0.0
    high: float = 1.0
    """Ends of a continuous scale."""
    unit: str = ""
    values: Floats | None = None
    """(n,) on that scale; NaN where unknown."""


def colouring(state: MapState, theme: Theme) -> Colouring | None:
    """Returns how the map's clouds are drawn; None without a map."""
    if state.projection is None:
        return None
    # By value of what matters: a frame moves clouds and recolours none. Clouds that are let go must not stay for their colours' sake.
    return _colouring(ref(state.projection.clouds), _Key(state.projection.clusters), _Key(state.predictions), state.colour_by, theme)


class _Key:
    """Lets a value without a hash of its own take part in a cache, by identity."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(maxsize=4)
def _colouring(embedded: "ref[Embeddings]", clusters: _Key, predicted: _Key, by: ColourBy, theme: Theme) -> Colouring:
    clouds = embedded()
    assert clouds is not None
    found = predicted.value if isinstance(predicted.value, Predictions) else None
    if by == "label":
        return categories(clouds.labels, COLOURS_BY[by], theme)
    if by == "set":
        return categories(clouds.sets, COLOURS_BY[by], theme)
    if by == "prediction":
        names = [found.names[row] if row >= 0 else "" for row in found.best] if found is not None else [""] * len(clouds)
        return categories(names, COLOURS_BY[by], theme, none="not predicted yet")
    if by == "head":
        return categories(clouds.labelled(), COLOURS_BY[by], theme, none="no fine-tuned head")
    if by == "cluster":
        numbers = clusters.value
        names = [f"cluster {number + 1}" for number in numbers] if isinstance(numbers, np.ndarray) else [""] * len(clouds)
        return categories(names, COLOURS_BY[by], theme, none="not grouped yet")
    if by == "confidence":
        shares = found.share if found is not None else np.full(len(clouds), np.nan, np.float32)
        return continuous(shares * np.float32(100), COLOURS_BY[by], "% share of the best name", attention_map(theme), theme, (0.0, 100.0))
    errors = clouds.errors if clouds.errors is not None else np.full(len(clouds), np.nan, np.float32)
    return continuous(errors, COLOURS_BY[by], "squared Chamfer distance", error_map(theme), theme)


def categories(names: "tuple[str, ...] | list[str]", title: str, theme: Theme, none: str = UNNAMED) -> Colouring:
    """Gives each name a colour and a shape, the most frequent first; "" is grey, and so is what is beyond ``MOST_GROUPS``."""
    unique, inverse, counts = np.unique(np.asarray(names, dtype=np.str_), return_inverse=True, return_counts=True)
    order = sorted(range(len(unique)), key=lambda at: (-counts[at], unique[at]))
    named = [at for at in order if unique[at]]
    kept, beyond = (named, []) if len(named) <= MOST_GROUPS else (named[: MOST_GROUPS - 1], named[MOST_GROUPS - 1 :])
    palette = PALETTE[theme]
    groups = [Group(str(unique[at]), int(counts[at]), palette[place % 8], SHAPES[place // 8]) for place, at in enumerate(kept)]
    place_of = np.zeros(len(unique), np.int64)
    place_of[kept] = np.arange(len(kept))
    for rest, name in ((beyond, THE_REST), ([at for at in order if not unique[at]], none)):
        if rest:
            place_of[rest] = len(groups)
            groups.append(Group(name, int(counts[rest].sum()), OTHER[theme], "circle"))
    group = place_of[inverse]
    return Colouring(title, tuple((each.colour, each.shape) for each in groups), group, tuple(groups), group)


def continuous(values: Floats, title: str, unit: str, scale: Bytes, theme: Theme, ends: tuple[float, float] | None = None) -> Colouring:
    """Colours values (n,) along a scale, from the 2nd to the 98th percentile unless the ends are given; unknown ones are grey."""
    known = np.isfinite(values)
    low, high = ends if ends is not None else ((float(v) for v in np.percentile(values[known], (2, 98))) if known.any() else (0.0, 1.0))
    share = (np.nan_to_num(values, nan=low) - low) / (high - low if high > low else 1.0)
    style = np.clip(share * (STEPS - 1), 0, STEPS - 1).round().astype(np.int64)
    style[~known] = STEPS
    picked = scale[np.linspace(0, len(scale) - 1, STEPS).astype(np.int64)]
    styles = tuple(((int(r), int(g), int(b)), "circle") for r, g, b in picked)
    return Colouring(title, (*styles, (OTHER[theme], "circle")), style, low=low, high=high, unit=unit, values=values)


def shown_rows(state: MapState, coloured: Colouring) -> Flags:
    """Returns which clouds are in the picture (n,): those of groups that were not taken out of the legend."""
    if coloured.group is None or not state.hidden:
        return np.ones(len(coloured.style), np.bool_)
    kept = np.array([group.name not in state.hidden for group in coloured.groups])
    shown: Flags = kept[coloured.group]
    return shown


def captions(coordinates: Floats, coloured: Colouring, shown: Flags) -> tuple[tuple[str, float, float], ...]:
    """Returns where on the map each group's name stands: above the core about its middlemost member, the largest group first."""
    if coloured.group is None:
        return ()
    found = []
    for number, group in enumerate(coloured.groups):
        rows = np.flatnonzero((coloured.group == number) & shown)
        if len(rows) and group.colour not in OTHER.values():
            places = coordinates[rows[:: max(1, len(rows) // 400)]]
            apart = np.linalg.norm(places - np.median(places, axis=0), axis=1)
            middle = places[apart.argmin()]
            core = places[np.linalg.norm(places - middle, axis=1) <= 1.5 * np.median(apart)]
            found.append((group.name, float(middle[0]), float(core[:, 1].max() if len(core) else middle[1])))
    return tuple(found)


def count_in_words(state: MapState, shown: Flags) -> str:
    """Says how many of the clouds in the picture are selected: "47 / 412"."""
    selected = int((state.selected & shown).sum()) if state.selected is not None else 0
    return f"{grouped(selected)} / {grouped(int(shown.sum()))}"


def selection_in_words(state: MapState, coloured: Colouring) -> str:
    """Says what the selected clouds are, the most frequent group first; empty where nothing is selected."""
    if state.selected is None:
        return ""
    rows = np.flatnonzero(state.selected)
    if coloured.group is None:
        known = coloured.values[rows] if coloured.values is not None else np.zeros(0)
        known = known[np.isfinite(known)]
        return f"{coloured.title.lower()} {known.mean():.3g} on average" if len(known) else ""
    counts = np.bincount(coloured.group[rows], minlength=len(coloured.groups))
    order = [place for place in np.argsort(-counts, kind="stable") if counts[place]]
    words = [f"{coloured.groups[place].name} {grouped(counts[place])}" for place in order[:4]]
    return ", ".join(words) + (f", {grouped(len(order) - 4)} more" if len(order) > 4 else "")


def title(projection: Projection) -> str:
    """Says in a few words what the map shows."""
    settings = projection.settings
    return f"{METHODS[settings.method]} of {FEATURES[settings.feature].lower()}, {grouped(len(projection.coordinates))} clouds"


def name_of(key: str) -> str:
    """Returns what to call a cloud: its file's name, and its number where the file holds several."""
    cloud = CloudKey.parse(key)
    name = PurePath(cloud.path).name
    return name if cloud.member < 0 else f"{name} · {cloud.member + 1}"


def recipe(projection: Projection) -> str:
    """Says in one line how the map was made, so that it can be made again."""
    made, how = projection.settings, METHODS[projection.settings.method]
    parts = [f"{FEATURES[made.feature].lower()} of {grouped(projection.fitted)} clouds by model {projection.clouds.model[:12]}", how]
    if made.method == "tsne":
        parts.append(
            f"perplexity {made.perplexity:g}, {grouped(projection.iteration)} of {grouped(made.iterations)} iterations, "
            f"start {made.start}, seed {made.seed}"
        )
    if len(projection.coordinates) > projection.fitted:
        parts.append(f"{grouped(len(projection.coordinates) - projection.fitted)} placed later")
    return "; ".join(parts)


def describe(state: MapState, row: int) -> tuple[str, ...]:
    """Returns what is known of one cloud, a line each."""
    projection = state.projection
    if projection is None:
        return ()
    clouds = projection.clouds
    lines = [clouds.labels[row] or UNNAMED, clouds.sets[row]][: 1 if "#" in clouds.keys[row] else 2]
    found = state.predictions
    if found is not None and found.best[row] >= 0:
        lines.append(f"predicted {found.names[found.best[row]]}, {100 * found.share[row]:.0f}\u00a0%")
    if clouds.head is not None:
        best = int(clouds.head[row].argmax())
        lines.append(f"head: {clouds.head_labels[best]}, {100 * clouds.head[row, best]:.0f}\u00a0%")
    if clouds.errors is not None and np.isfinite(clouds.errors[row]):
        lines.append(f"error {clouds.errors[row]:.4f}")
    if row >= projection.fitted:
        lines.append("placed later")
    return tuple(lines)


def is_category(by: ColourBy) -> bool:
    """Whether colours stand for groups rather than for numbers."""
    return by in CATEGORIES


def ring_of(projection: Projection, key: str | None) -> int | None:
    """Returns the row of the cloud that is open on the bench, if it is on the map."""
    if key is None:
        return None
    for text in (key, f"{key}#0"):  # of a data set's file the first cloud is shown
        if text in projection.clouds.keys:
            return projection.clouds.keys.index(text)
    return None
