"""A state to look at: eight patches far apart, at the corners of a cube, so that a pixel belongs to one of them only."""

from dataclasses import replace

import numpy as np

from recon_model.config import HARMLESS, Damage
from recon_model.serve.messages import Overlap
from recon_studio.state import explaining, trying
from recon_studio.state.app_state import AppState, Attention, AttentionQuery, Cloud, Item, Mask, Model, Prepared, Reconstruction, Score
from recon_studio.state.explain import Curve, Curves, Maps, Occlusion, Ratios, Relevance, Withstanding
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


def explained_state() -> AppState:
    """The same with all attention: 6 layers of 4 heads in the encoder, 2 of 4 in the decoder. Patch p looks most at patch p."""
    state = answered_state()
    visible, masked = np.flatnonzero(~HIDDEN), np.flatnonzero(HIDDEN)
    sharp = np.eye(GROUPS, dtype=np.float32) * 4 + np.linspace(1, 2, GROUPS, dtype=np.float32)

    def blocks(layers: int, askers: np.ndarray, looked: np.ndarray) -> np.ndarray:
        chosen = np.stack(
            [np.stack([sharp[askers][:, looked] ** (1 + (layer + head) / 8) for head in range(4)]) for layer in range(layers)]
        )
        shares: np.ndarray = (chosen / chosen.sum(-1, keepdims=True)).astype(np.float32)
        return shares

    everyone = np.append(visible, masked)
    rolled = np.where(HIDDEN, 0, sharp) / np.where(HIDDEN, 0, sharp).sum(1, keepdims=True)
    maps = Maps(
        KEY,
        HIDDEN,
        blocks(6, np.arange(3), visible),
        blocks(6, visible, visible),
        blocks(2, everyone, everyone),
        visible,
        masked,
        rolled[:3].astype(np.float32),
        np.where(HIDDEN[:, None], 0, rolled).astype(np.float32),
        np.where(HIDDEN[:, None], rolled, 0).astype(np.float32),
        Overlap(120, 10, 60, 12, 72, "Three hidden patches of 24 points are rebuilt to 72 points."),
    )
    return explaining.show_maps(state, maps)


def known_state() -> AppState:
    """The same with an answer to every long question."""
    state = explained_state()
    steps = np.linspace(0, 0.75, 4, dtype=np.float32)
    orders = (("attention", 3, 1), ("error", 2, 1), ("random", 1, 3))
    lines = {order: np.stack([steps * slope + run for run in range(runs)]) for order, slope, runs in orders}
    curves = tuple(Curve(order, steps, lines[order], 1 - steps[::-1], lines[order], 0.1 * slope, 0.2) for order, slope, _ in orders)
    effect = np.where(HIDDEN, 0, np.arange(GROUPS) - 3).astype(np.float32) / 1000
    relevance = np.linspace(0.5, -0.2, GROUPS).astype(np.float32)
    for topic in ("occlusion", "curves", "ratios", "phrase"):
        asked = explaining.question(state, topic)
        assert asked is not None
        answer = {
            "occlusion": lambda asked: Occlusion(asked, 0.004, effect),
            "curves": lambda asked: Curves(asked, curves),
            "ratios": lambda asked: Ratios(
                asked, ("random", "block"), (0.25, 0.5), (2, 4), (0, 1, 2), np.arange(12, dtype=np.float32).reshape(2, 2, 3) / 1000
            ),
            "phrase": lambda asked: Relevance(asked, 0.4, relevance, "integrated gradients of a test", relevance[::-1]),
        }[topic](asked)
        state = explaining.put_answer(state, answer)
    return state


def withstanding_state(damage: Damage = HARMLESS) -> AppState:
    """The same with the drawer open at robustness, and what the names withstand as points are dropped: the first falls, the other rises."""
    state = trying.set_damage(explaining.turn_to(known_state(), "robustness"), damage)
    asked = explaining.question(state, "robustness")
    assert asked is not None
    shares = np.array([[[0.9, 0.1]], [[0.4, 0.6]], [[0.1, 0.9]]], np.float32)
    names = tuple(score.name for score in state.scores)
    return explaining.put_answer(state, Withstanding(asked, (0.0, 0.5, 1.0), (0,), names, shares, shares))
