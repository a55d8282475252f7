"""A small embedded library to look at: six clouds of two labels, and how four names rank them."""

from dataclasses import replace

import numpy as np

from recon_model.serve.messages.embedding import PREVIEW_POINTS
from recon_model.sides import Sides
from recon_studio.state import words
from recon_studio.state.app_state import AppState, Item, Model
from recon_studio.state.embeddings import Embeddings
from recon_studio.state.wording import LibraryRanking

KEYS = ("/x/a.ply", "/x/b.ply", "/x/set.npz#0", "/x/set.npz#1", "/x/set.npz#2", "/x/c.ply")
LABELS = ("chair", "Night_Stand", "chair", "table", "night stand", "spaceship")
TEXT = "chair\nnight stand = bedside table\nlamp\nsofa"
BEST = (0, 1, 3, 0, 2, 2)  # of the names above
SCALE = {"score": "energy", "threshold": 0.95, "energies": [0.0, 1.0]}


def embeddings(count: int = len(KEYS)) -> Embeddings:
    rng = np.random.default_rng(1)
    return Embeddings(
        model="m",
        keys=KEYS[:count],
        labels=LABELS[:count],
        sets=("x",) * count,
        features=rng.standard_normal((count, 4)).astype(np.float32),
        sides=Sides.single(rng.standard_normal((count, 2)).astype(np.float32)),
        images=rng.standard_normal((count, 2)).astype(np.float32),
        errors=None,
        previews=rng.integers(0, 255, (count, PREVIEW_POINTS, 3)).astype(np.uint8),
    )


def ranking(of: Embeddings) -> LibraryRanking:
    count = len(of)
    scores = np.full((count, 4), 0.1, np.float32)
    scores[np.arange(count), BEST[:count]] = np.linspace(0.9, 0.4, count)
    return LibraryRanking(
        embeddings=of,
        names=("chair", "night stand", "lamp", "sofa"),
        scores=scores,
        best=np.array(BEST[:count]),
        share=np.linspace(0.2, 0.9, count, dtype=np.float32),
        margin=np.full(count, 0.5, np.float32),
        entropy=np.full(count, 1.5, np.float32),
        unlike=np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.97], np.float32)[:count],
        milliseconds=3.0,
    )


def ranked_state() -> AppState:
    """The library embedded and ranked, in the Words room."""
    found = embeddings()
    model = Model("small", "CPU", 1000, depth=2, heads=2, num_groups=8, card={"unlike": SCALE, "templates": ["{}", "a {}"]})
    items = tuple(Item(key, key.rpartition("/")[2], "ready") for key in KEYS if "#" not in key)
    state = words.edit(AppState(items=items, model=model, room="words", embeddings=found), TEXT)
    return words.show_ranking(replace(state, current="/x/a.ply"), ranking(found))
