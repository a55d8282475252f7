"""Clouds that have unlike numbers of sides, and whether two lots of them are the same."""

from collections.abc import Sequence

import numpy as np

from recon_model.sides import Sides


def ragged(counts: Sequence[int], width: int = 4, seed: int = 0) -> Sides:
    """Returns clouds of so many sides each; no two numbers are alike."""
    rng = np.random.default_rng(seed)
    rows = sum(counts)
    chances = rng.uniform(0.1, 1.0, rows)
    owner = np.repeat(np.arange(len(counts)), counts)
    chances /= np.bincount(owner, chances)[owner]
    known = rng.standard_normal(rows).astype(np.float32)
    features = rng.standard_normal((rows, width)).astype(np.float32)
    return Sides(features, np.array(counts, np.int64), chances.astype(np.float32), known)


def assert_same(found: Sides | None, expected: Sides | None) -> None:
    """Every number and every type must agree."""
    assert found is not None
    assert expected is not None
    for name in ("features", "counts", "chances", "known"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
        assert getattr(found, name).dtype == getattr(expected, name).dtype
