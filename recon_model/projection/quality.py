"""How much of the features' neighbourhoods a map keeps, and how well both tell labels apart."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recon_model.projection.neighbours import Floats, Indices, nearest, squared

NEIGHBOURS = 10
MOST_ROWS = 1000
"""Rows that are looked at; of more, an even choice stands for all."""
_BLOCK = 256


class Quality(NamedTuple):
    """Numbers to show beside a map; NaN where they have no meaning."""

    trustworthiness: float
    """1 where every neighbour on the map is one in the features (Venna & Kaski 2001)."""
    features: float
    """Share of labelled rows that the majority of their k nearest in the features would name rightly."""
    coordinates: float
    """The same for the map."""
    neighbours: int
    """k."""
    rows: int
    """Rows the shares were taken of."""


def measure(features: Floats, coordinates: Floats, labels: Indices | None, k: int = NEIGHBOURS) -> Quality:
    """Compares a map with the features it shows.

    Args:
        features: (n, d).
        coordinates: (n, 2).
        labels: (n,) int, negative where unknown; None where none is known.
        k: neighbours looked at; lowered to less than n / 2.
    """
    count = len(features)
    k = min(k, (count - 1) // 2)
    if k < 1:
        return Quality(float("nan"), float("nan"), float("nan"), 0, 0)
    rows = np.unique(np.linspace(0, count - 1, min(count, MOST_ROWS)).astype(np.int64))
    trust = trustworthiness(features, coordinates, k, rows)
    if labels is None or (labels >= 0).sum() <= k:
        return Quality(trust, float("nan"), float("nan"), k, 0)
    known = np.flatnonzero(labels >= 0)
    asked = known[np.unique(np.linspace(0, len(known) - 1, min(len(known), MOST_ROWS)).astype(np.int64))]
    shares = [neighbour_accuracy(values, labels, k, known, asked) for values in (features, coordinates)]
    return Quality(trust, shares[0], shares[1], k, len(asked))


def trustworthiness(features: Floats, coordinates: Floats, k: int, rows: Indices) -> float:
    """Returns how far the k nearest on the map of some rows are near in the features, too: 1 for all of them, about 0.5 for chance.

    With r(i, j) the rank of j among i's neighbours in the features and U(i) the k nearest on the map that are not among the k nearest
    in the features: ``1 - 2 / (m k (2n - 3k - 1)) * sum over i, j in U(i) of (r(i, j) - k)``, m rows i instead of all n.
    """
    count = len(features)
    on_map = nearest(coordinates[rows], coordinates, k, skip=rows).rows
    penalty = 0
    for start in range(0, len(rows), _BLOCK):
        part = rows[start : start + _BLOCK]
        apart = squared(features[part], features)
        apart[np.arange(len(part)), part] = -1.0  # itself: rank 0
        ranks = np.empty_like(apart, dtype=np.int64)
        np.put_along_axis(ranks, apart.argsort(axis=1, kind="stable"), np.arange(count)[None], 1)
        beyond = np.take_along_axis(ranks, on_map[start : start + _BLOCK], 1) - k
        penalty += int(beyond[beyond > 0].sum())
    return 1.0 - penalty * 2.0 / (len(rows) * k * (2.0 * count - 3.0 * k - 1.0))


def neighbour_accuracy(values: Floats, labels: Indices, k: int, known: Indices, asked: Indices) -> float:
    """Returns the share of rows ``asked`` named rightly by the majority of their k nearest ``known`` others; a nearer one wins a tie."""
    place = np.searchsorted(known, asked)
    found = nearest(values[asked], values[known], k, skip=place).rows
    votes = labels[known][found]  # (m, k), nearest first
    agreeing = (votes[:, :, None] == votes[:, None, :]).sum(2)
    named = np.take_along_axis(votes, agreeing.argmax(1)[:, None], 1)[:, 0]
    return float((named == labels[asked]).mean())


def clusters(features: Floats, count: int, seed: int) -> npt.NDArray[np.int32]:
    """Returns which of ``count`` groups each row (n, d) belongs to, by k-means in the features, the largest group first: (n,)."""
    from sklearn.cluster import KMeans, MiniBatchKMeans

    groups = min(count, len(np.unique(features, axis=0)))
    kind = KMeans if len(features) <= 10_000 else MiniBatchKMeans
    found = kind(n_clusters=groups, random_state=seed, n_init=3).fit_predict(features)
    order = np.argsort(-np.bincount(found, minlength=groups), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(groups)
    ranked: npt.NDArray[np.int32] = rank[found].astype(np.int32)
    return ranked
