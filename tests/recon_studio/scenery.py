"""A state to look at: eight patches far apart, at the corners of a cube, so that a pixel belongs to one of them only."""

from dataclasses import replace

import numpy as np

from recon_studio.state.app_state import AppState, Attention, AttentionQuery, Cloud, Item, Mask, Model, Prepared, Reconstruction, Score
from recon_studio.state.wording import Wording, WordsState

KEY = "/clouds/corners.ply"
GROUPS, SIZE = 8, 24
CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=np.float32) * np.float32(0.55)
HIDDEN = np.array([True, False, False, True, False, True, False, False])


def corner_points() -> np.ndarray:
    """(GROUPS * SIZE, 3): a small ball about each corner, patch by patch; each begins with its centre."""
    offsets = np.random.default_rng(7).uniform(-0.03, 0.03, (GROUPS, SIZE, 3)).astype(np.float32)
    offsets[:, 0] = 0.0
    return (CORNERS[:, None] + offsets).reshape(-1, 3)


def opened_state() -> AppState:
    """A cloud read and prepared, nothing asked of the model yet. File units are metres, ten to the model's one, about (5, 6, 7)."""
    points = corner_points()
    centre, scale = (1.0, 2.0, 3.0), 10.0
    raw = (points * np.float32(scale) + np.array(centre, dtype=np.float32)).astype(np.float32)
    cloud = Cloud(KEY, "PLY", "points", len(raw), 0, raw, (4.0, 4.0, 4.0), None, None, ("Two points were dropped.",))
    prepared = Prepared(
        KEY, points, np.arange(len(points)), centre, scale, CORNERS, np.arange(len(points), dtype=np.int64).reshape(GROUPS, SIZE)
    )
    model = Model("default", "CPU", 4_800_000, depth=6, heads=4, num_groups=GROUPS, card={"name": "default", "seed": 3})
    return AppState(
        items=(Item(KEY, "corners.ply", "ready"),), current=KEY, cloud=cloud, prepared=prepared, model=model, reader="ready", engine="ready"
    )


def answered_state() -> AppState:
    """The same with a reconstruction (moved by a quarter along x), attention and scores."""
    state = opened_state()
    assert state.prepared is not None
    members = state.prepared.members[HIDDEN]
    rebuilt = state.prepared.points[members] + np.array([0.25, 0, 0], dtype=np.float32)
    chamfer = np.array([0.001, 0.004, 0.002], dtype=np.float32)
    weights = np.where(HIDDEN, 0.0, np.arange(GROUPS)).astype(np.float32)
    return replace(
        state,
        mask=Mask(ratio=0.4, seed=2),
        reconstruction=Reconstruction(KEY, HIDDEN, rebuilt, chamfer, 12.0),
        attention=Attention(KEY, AttentionQuery(), weights / weights.sum(), HIDDEN),
        scores=(Score("chair", 0.31, 0.71), Score("table", 0.27, 0.29)),
        names=("chair", "table"),
        words=WordsState(Wording("chair\ntable")),
        last_milliseconds=12.0,
    )
