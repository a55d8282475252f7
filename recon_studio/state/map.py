"""The map: which features are laid out and how, where the clouds lie, what is chosen of them, and where a phrase would be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from recon_model.sides import Sides
from recon_studio.state.app_state import AppState, Flags, Floats, Indices
from recon_studio.state.embeddings import Embeddings
from recon_studio.state.wording import LibraryRanking

if TYPE_CHECKING:
    from recon_studio.state.lapse import Lapse

Feature = Literal["queries", "patches", "projected"]
Method = Literal["tsne", "pca"]
ColourBy = Literal["label", "set", "prediction", "confidence", "head", "error", "cluster"]
Phase = Literal["idle", "running", "paused"]
MapTool = Literal["move", "rectangle", "lasso"]
SelectMode = Literal["replace", "add", "remove"]

FEATURES: dict[Feature, str] = {"queries": "Queries", "patches": "Pooled patches", "projected": "Projected image and text"}
METHODS: dict[Method, str] = {"tsne": "t-SNE", "pca": "PCA"}
COLOURS_BY: dict[ColourBy, str] = {
    "label": "Label",
    "set": "Data set",
    "prediction": "Prediction",
    "confidence": "Confidence",
    "head": "Fine-tuned head",
    "error": "Reconstruction error",
    "cluster": "Cluster",
}
CATEGORIES: frozenset[ColourBy] = frozenset({"label", "set", "prediction", "head", "cluster"})
NEEDS_WORDS: frozenset[ColourBy] = frozenset({"prediction", "confidence"})
PHRASE_NEIGHBOURS = 5
FEWEST = 4
"""Clouds that make a map."""


@dataclass(frozen=True)
class MapSettings:
    """What is chosen before a projection starts."""

    feature: Feature = "queries"
    method: Method = "tsne"
    perplexity: float = 30.0
    iterations: int = 750
    start: str = "pca"
    seed: int = 0
    clusters: int = 10


@dataclass(frozen=True)
class Quality:
    """What the picture is worth; NaN where a number has no meaning."""

    trustworthiness: float
    features_accuracy: float
    map_accuracy: float
    neighbours: int
    divergence: float
    explained: float
    seconds: float


@dataclass(frozen=True)
class Chosen:
    """A selection that can be compared and kept: of which clouds, how many they are, and a bit for each."""

    clouds: str
    count: int
    bits: bytes


# Values that hold arrays compare by identity: a new array is always a new value.
@dataclass(frozen=True, eq=False)
class Projection:
    """Where clouds lie."""

    clouds: Embeddings
    settings: MapSettings
    coordinates: Floats
    """(n, 2)."""
    fitted: int
    """The first so many rows were laid out together; the others were placed among them later."""
    iteration: int = 0
    iterations: int = 0
    finished: bool = False
    quality: Quality | None = None
    clusters: npt.NDArray[np.int32] | None = None
    """(n,)."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """What the names on offer make of each cloud of the map, synonyms and negatives counted."""

    names: tuple[str, ...]
    best: Indices
    """(n,) the name that fits best; -1 where it is not known yet."""
    share: Floats
    """(n,) of that name; NaN where it is not known yet."""


@dataclass(frozen=True, eq=False)
class PhrasePlace:
    """Where a phrase would be: by the shapes nearest to it."""

    text: str
    rows: Indices
    """(k,) rows of the projection, nearest first."""
    cosines: Floats
    """(k,)."""
    place: tuple[float, float]
    shape_cosine: float
    """Median cosine of a shape with the shape nearest to it: what near means among shapes."""


@dataclass(frozen=True, eq=False)
class MapState:
    """Everything the map shows."""

    settings: MapSettings = MapSettings()
    phase: Phase = "idle"
    projection: Projection | None = None
    colour_by: ColourBy = "label"
    hidden: frozenset[str] = frozenset()
    """Names of groups taken out of the picture."""
    names_shown: bool = True
    tool: MapTool = "move"
    selected: Flags | None = None
    """(n,) rows of the projection."""
    recalled: frozenset[str] = frozenset()
    """Keys of the clouds that a session had selected: they are selected on the next map."""
    predictions: Predictions | None = None
    phrase: PhrasePlace | None = None
    phrase_note: str = ""
    """What there is to say of the phrase instead of a place."""
    lapse: "Lapse | None" = None
    """A run's checkpoints, one frame each, while they are looked at."""


def change(state: AppState, **changes: object) -> AppState:
    """Replaces parts of the map."""
    return replace(state, map=replace(state.map, **changes))  # type: ignore[arg-type]


def show_projection(state: AppState, projection: Projection | None) -> AppState:
    """Shows where clouds lie now; a selection goes with the rows it was made of."""
    old = state.map.projection
    same = projection is not None and old is not None and projection.clouds is old.clouds
    phrase = state.map.phrase
    if phrase is not None:
        phrase = replace(phrase, place=_middle(projection.coordinates, phrase)) if same and projection is not None else None
    selected, recalled = state.map.selected if same else None, state.map.recalled
    if projection is not None and recalled:
        known = np.array([key in recalled for key in projection.clouds.keys], np.bool_)
        selected, recalled = (known if known.any() else None), frozenset()
    found = state.map.predictions if same else _predicted(state, projection)
    return change(state, projection=projection, selected=selected, recalled=recalled, phrase=phrase, predictions=found)


def selected_keys(shown: MapState) -> tuple[str, ...]:
    """Returns the keys of the clouds selected, or of those that are to be."""
    projection, selected = shown.projection, shown.selected
    if projection is None or selected is None:
        return tuple(sorted(shown.recalled))
    return tuple(sorted(key for key, chosen in zip(projection.clouds.keys, selected, strict=False) if chosen))


def predict(state: AppState) -> AppState:
    """Takes over what the library's ranking says of the clouds on the map."""
    return change(state, predictions=_predicted(state, state.map.projection))


def _predicted(state: AppState, projection: Projection | None) -> Predictions | None:
    ranking = state.words.ranking
    return None if projection is None or ranking is None else predictions(projection.clouds, ranking)


def select(state: AppState, rows: Iterable[int], mode: SelectMode) -> AppState:
    """Selects rows of the projection, adds to or takes from the selection."""
    projection = state.map.projection
    if projection is None:
        return state
    count = len(projection.coordinates)
    chosen = np.zeros(count, np.bool_)
    chosen[np.asarray(list(rows), np.int64)] = True
    before = state.map.selected if state.map.selected is not None else np.zeros(count, np.bool_)
    after = {"replace": chosen, "add": before | chosen, "remove": before & ~chosen}[mode]
    return change(state, selected=after if after.any() else None)


def chosen(state: AppState) -> Chosen | None:
    """Returns the selection as undo keeps it; None where nothing is selected."""
    projection, selected = state.map.projection, state.map.selected
    if projection is None or selected is None:
        return None
    return Chosen(projection.clouds.fingerprint, len(selected), np.packbits(selected).tobytes())


def choose(state: AppState, selection: Chosen | None) -> AppState:
    """Puts a selection back; one of other clouds than those on the map means nothing."""
    projection = state.map.projection
    if selection is None or projection is None:
        return change(state, selected=None)
    if (projection.clouds.fingerprint, len(projection.coordinates)) != (selection.clouds, selection.count):
        return state
    bits = np.unpackbits(np.frombuffer(selection.bits, np.uint8), count=selection.count)
    return change(state, selected=bits.astype(np.bool_))


def toggle_group(state: AppState, name: str) -> AppState:
    """Takes a group of the legend out of the picture, or brings it back."""
    return change(state, hidden=state.map.hidden ^ {name})


def colour_by(state: AppState, by: ColourBy) -> AppState:
    """Colours the clouds another way; groups taken out come back, for they are of the old way."""
    return change(state, colour_by=by, hidden=frozenset())


def features_of(clouds: Embeddings, feature: Feature) -> Floats | None:
    """Returns the (n, d) features to lay out; projected ones have length 1, as they are compared by angle. None where there are none."""
    if feature == "projected":
        return None if clouds.projected is None else _unit(clouds.projected)
    return np.ascontiguousarray(clouds.queries if feature == "queries" else clouds.patches)


def label_numbers(labels: Sequence[str]) -> Indices | None:
    """Returns a number for each label, -1 for none; None where fewer than two differ."""
    names = sorted(set(labels) - {""})
    if len(names) < 2:
        return None
    places = {name: number for number, name in enumerate(names)}
    return np.array([places.get(label, -1) for label in labels], np.int64)


def new_rows(projection: Projection, clouds: Embeddings) -> Indices:
    """Returns the rows of the embeddings that are not on the map."""
    known = set(projection.clouds.keys)
    return np.array([row for row, key in enumerate(clouds.keys) if key not in known], np.int64)


def rows_of(clouds: Embeddings, rows: Indices) -> Embeddings:
    """Returns some rows of embeddings."""

    def some(values: npt.NDArray[np.float32] | None) -> npt.NDArray[np.float32] | None:
        return None if values is None else values[rows]

    return replace(
        clouds,
        keys=tuple(clouds.keys[row] for row in rows),
        labels=tuple(clouds.labels[row] for row in rows),
        sets=tuple(clouds.sets[row] for row in rows),
        features=clouds.features[rows],
        sides=None if clouds.sides is None else clouds.sides.of(rows),
        images=some(clouds.images),
        errors=some(clouds.errors),
        head=some(clouds.head),
        previews=clouds.previews[rows],
    )


def with_rows(clouds: Embeddings, more: Embeddings, rows: Indices) -> Embeddings:
    """Returns embeddings with rows of others behind them."""

    def joined(one: npt.NDArray[np.float32] | None, two: npt.NDArray[np.float32] | None) -> npt.NDArray[np.float32] | None:
        return None if one is None or two is None else np.concatenate([one, two[rows]])

    return replace(
        clouds,
        keys=(*clouds.keys, *(more.keys[row] for row in rows)),
        labels=(*clouds.labels, *(more.labels[row] for row in rows)),
        sets=(*clouds.sets, *(more.sets[row] for row in rows)),
        features=np.concatenate([clouds.features, more.features[rows]]),
        sides=None if clouds.sides is None or more.sides is None else Sides.joined([clouds.sides, more.sides.of(rows)]),
        images=joined(clouds.images, more.images),
        errors=joined(clouds.errors, more.errors),
        head=joined(clouds.head, more.head),
        previews=np.concatenate([clouds.previews, more.previews[rows]]),
    )


def predictions(clouds: Embeddings, ranking: LibraryRanking) -> Predictions:
    """Returns what a ranking of the library says of some clouds, those it does not know included."""
    if clouds is ranking.embeddings:
        return Predictions(ranking.names, ranking.best, ranking.share)
    place = {key: row for row, key in enumerate(ranking.embeddings.keys)}
    rows = np.array([place.get(key, -1) for key in clouds.keys], np.int64)
    known = rows >= 0
    best, share = np.full(len(rows), -1, np.int64), np.full(len(rows), np.nan, np.float32)
    best[known], share[known] = ranking.best[rows[known]], ranking.share[rows[known]]
    return Predictions(ranking.names, best, share)


def place_phrase(projection: Projection, text: str, feature: Floats) -> PhrasePlace | None:
    """Finds the shapes nearest to a phrase, and the middle of them on the map; None where shapes and words share no space.

    Args:
        projection: the map.
        text: the phrase.
        feature: (D,) of length 1.
    """
    projected = projection.clouds.projected
    if projected is None or projected.shape[1] != len(feature):
        return None
    unit = _unit(projected)
    cosines = unit @ feature
    count = min(PHRASE_NEIGHBOURS, len(cosines))
    rows = np.argsort(-cosines, kind="stable")[:count]
    sample = np.unique(np.linspace(0, len(unit) - 1, min(len(unit), 500)).astype(np.int64))
    among = unit[sample] @ unit.T
    among[np.arange(len(sample)), sample] = -np.inf
    found = PhrasePlace(text, rows, cosines[rows].astype(np.float32), (0.0, 0.0), float(np.median(among.max(1))))
    return replace(found, place=_middle(projection.coordinates, found))


def gap_in_words(phrase: PhrasePlace) -> str:
    """Says how far words lie from shapes, in one sentence."""
    return (
        f"Words and shapes lie apart: “{phrase.text}” has a cosine of {phrase.cosines[0]:.2f} with its nearest shape, "
        f"while a shape has {phrase.shape_cosine:.2f} with its own nearest. The phrase is drawn amid its {len(phrase.rows)} nearest "
        "shapes and linked to them; its place says nothing else."
    )


def _middle(coordinates: Floats, phrase: PhrasePlace) -> tuple[float, float]:
    # The nearest shape counts most, by rank: an average would lie in no-man's-land between two groups.
    weights = 1.0 / np.arange(1, len(phrase.rows) + 1)
    x, y = weights @ coordinates[phrase.rows] / weights.sum()
    return float(x), float(y)


def _unit(values: Floats) -> Floats:
    unit: Floats = (values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)).astype(np.float32)
    return unit
