"""Nearest neighbours among many features: exact by blocks of distances, approximate where that would take minutes."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

EXACT_MOST = 20_000
"""Points among which neighbours are found exactly: some seconds on one core."""
_BLOCK = 512


class Neighbours(NamedTuple):
    """The k nearest of each row, nearest first."""

    rows: Indices
    """(m, k)."""
    distance: npt.NDArray[np.float64]
    """(m, k)."""


def squared(rows: Floats, others: Floats) -> npt.NDArray[np.float64]:
    """Returns squared distances (m, n) of rows (m, d) to others (n, d), in float64 where it matters."""
    first, second = rows.astype(np.float64), others.astype(np.float64)
    distances: npt.NDArray[np.float64] = (first**2).sum(1)[:, None] - 2.0 * (first @ second.T) + (second**2).sum(1)
    return np.maximum(distances, 0.0, out=distances)


def nearest(queries: Floats, among: Floats, k: int, *, skip: Indices | None = None) -> Neighbours:
    """Finds the k nearest of ``among`` (n, d) to each query (m, d), exactly; the lower index wins a tie.

    Args:
        queries: (m, d).
        among: (n, d).
        k: how many, at most n (n - 1 with ``skip``).
        skip: (m,) for each query a row of ``among`` that does not count, such as the query itself.
    """
    index = np.empty((len(queries), k), np.int64)
    distance = np.empty((len(queries), k), np.float64)
    for start in range(0, len(queries), _BLOCK):
        rows = slice(start, start + _BLOCK)
        apart = squared(queries[rows], among)
        if skip is not None:
            apart[np.arange(len(apart)), skip[rows]] = np.inf
        chosen = np.argpartition(apart, k - 1, axis=1)[:, :k] if k < apart.shape[1] else np.argsort(apart, axis=1)[:, :k]
        chosen.sort(axis=1)
        order = np.argsort(np.take_along_axis(apart, chosen, 1), axis=1, kind="stable")
        index[rows] = np.take_along_axis(chosen, order, 1)
        distance[rows] = np.sqrt(np.take_along_axis(apart, index[rows], 1))
    return Neighbours(index, distance)


def neighbours_of_all(features: Floats, k: int, seed: int) -> Neighbours:
    """Finds the k nearest others of every row (n, d): exactly, or for more than ``EXACT_MOST`` rows by random trees (Annoy)."""
    if len(features) <= EXACT_MOST:
        return nearest(features, features, k, skip=np.arange(len(features)))
    from openTSNE.nearest_neighbors import Annoy

    index, distance = Annoy(features, k, random_state=seed, n_jobs=1).build()
    return Neighbours(np.asarray(index, np.int64), np.asarray(distance, np.float64))
