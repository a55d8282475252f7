"""A map to look at: twelve clouds of three kinds, four at each corner of a triangle."""

from dataclasses import replace

import numpy as np

from recon_model.serve.messages.embedding import PREVIEW_POINTS
from recon_model.sides import Sides
from recon_studio.state.app_state import AppState
from recon_studio.state.embeddings import Embeddings
from recon_studio.state.map import MapSettings, Projection
from recon_studio.state.wording import LibraryRanking
from tests.recon_studio.scenery import answered_state

LABELS = ("chair", "table", "lamp")
CORNERS = np.array([[-10, -8], [10, -8], [0, 9]], np.float32)


def clouds(count: int = 12) -> Embeddings:
    """Clouds by turns chairs, tables and lamps; each kind has a direction of its own among words, and its own features."""
    rng = np.random.default_rng(4)
    kind = np.arange(count) % 3
    features = np.eye(3, dtype=np.float32)[kind].repeat(2, axis=1) * 5 + rng.normal(size=(count, 6)).astype(np.float32) * 0.1
    return Embeddings(
        model="abcdef",
        keys=tuple(f"/sets/things.npz#{row}" for row in range(count)),
        labels=tuple(LABELS[each] for each in kind),
        sets=("things.npz",) * count,
        features=features,
        sides=Sides.single((np.eye(3, 4, dtype=np.float32)[kind] * 2 + rng.normal(size=(count, 4)) * 0.05).astype(np.float32)),
        images=None,
        errors=np.linspace(0.001, 0.009, count).astype(np.float32),
        previews=rng.integers(0, 255, (count, PREVIEW_POINTS, 3)).astype(np.uint8),
    )


def laid_out(embedded: Embeddings) -> Projection:
    """Four clouds of a kind about each corner, half a unit apart."""
    count = len(embedded)
    kind, place = np.arange(count) % 3, np.arange(count) // 3
    around = np.stack([np.cos(place * np.pi / 2), np.sin(place * np.pi / 2)], axis=1) * 0.5
    coordinates = (CORNERS[kind] + around).astype(np.float32)
    groups = kind.astype(np.int32)
    return Projection(embedded, MapSettings(), coordinates, count, 750, 750, finished=True, clusters=groups)


def map_state(count: int = 12) -> AppState:
    """The room entered, everything embedded and laid out."""
    state = answered_state()
    embedded = clouds(count)
    return replace(state, room="map", embeddings=embedded, map=replace(state.map, projection=laid_out(embedded)))


def ranking(embedded: Embeddings) -> LibraryRanking:
    """Three names ranked: each cloud's place among the clouds, by turns."""
    count = len(embedded)
    best = np.arange(count) % 3
    share = np.linspace(0.5, 1, count).astype(np.float32)
    scores = np.eye(3, dtype=np.float32)[best]
    return LibraryRanking(embedded, LABELS, scores, best, share, share, share, None, 1.0)
