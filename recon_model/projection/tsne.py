"""t-SNE that can be watched, paused and stopped, and that takes new points in afterwards (openTSNE; Poličar et al. 2019).

One thread and a seed: the same call gives the same map, to the last bit, on the same machine.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from openTSNE import TSNEEmbedding
from openTSNE.affinity import PerplexityBasedNN, PrecomputedAffinities, joint_probabilities_nn
from openTSNE.nearest_neighbors import PrecomputedNeighbors
from openTSNE.tsne import OptimizationInterrupt, PartialTSNEEmbedding
from scipy.sparse import csr_matrix

from recon_model.errors import ConfigError, InputError
from recon_model.projection.neighbours import Floats, Indices, nearest, neighbours_of_all
from recon_model.projection.plane import Plane

FEWEST = 4
"""Fewer points have no perplexity to speak of."""
EXAGGERATED_SHARE = 1 / 3
"""Of the iterations, with attraction times ``EXAGGERATION`` (van der Maaten & Hinton 2008)."""
EXAGGERATION = 12.0
_OFTEN, _RARELY = 5, 1  # iterations between two calls of the watcher, for up to and beyond _MANY points
_MANY = 8000
_PLACING_PERPLEXITY, _PLACING_NEIGHBOURS, _PLACING_ITERATIONS = 5, 25, 100

Watcher = Callable[[int, float, npt.NDArray[np.float64]], bool]
"""Hears iteration, Kullback-Leibler divergence and coordinates (n, 2); True stops."""


@dataclass(frozen=True)
class TsneSettings:
    """How a map is made."""

    perplexity: float = 30.0
    iterations: int = 750
    seed: int = 0
    start: str = "pca"
    """"pca" or "random"."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ConfigError: a setting is outside its range.
        """
        if not 2.0 <= self.perplexity <= 500.0:
            raise ConfigError(f"perplexity ({self.perplexity:g}) must be between 2 and 500.")
        if not 10 <= self.iterations <= 10_000:
            raise ConfigError(f"iterations ({self.iterations}) must be between 10 and 10000.")
        if not 0 <= self.seed < 2**31:
            raise ConfigError(f"seed ({self.seed}) must be at least 0 and below {2**31}.")
        if self.start not in ("pca", "random"):
            raise ConfigError(f"start ({self.start!r}) must be pca or random.")


@dataclass(frozen=True, eq=False)
class Map:
    """Coordinates and how good they are."""

    coordinates: Floats
    """(n, 2)."""
    divergence: float
    """Kullback-Leibler divergence of the map from the affinities."""
    iterations: int
    """Really done."""


def project(features: Floats, settings: TsneSettings, watch: Watcher, initial: Floats | None = None) -> Map:
    """Lays features out in a plane.

    Args:
        features: (n, d).
        settings: perplexity, iterations, seed, start; the perplexity is lowered where there are too few points for it.
        watch: called every few iterations.
        initial: (n, 2) where to start from, such as the map of an earlier checkpoint; then nothing is exaggerated.

    Raises:
        InputError: there are fewer than ``FEWEST`` points.
    """
    count = len(features)
    if count < FEWEST:
        raise InputError(f"clouds ({count}) must be at least {FEWEST} to be laid out by t-SNE.")
    k = min(count - 1, int(3 * settings.perplexity))
    found = neighbours_of_all(features, k, settings.seed)
    affinities = PerplexityBasedNN(perplexity=min(settings.perplexity, k / 3), knn_index=PrecomputedNeighbors(found.rows, found.distance))
    start = _start(features, settings) if initial is None else np.array(initial, np.float64)
    embedding = TSNEEmbedding(start, affinities, n_jobs=1, random_state=settings.seed, negative_gradient_method=_gradient(count))
    early = round(settings.iterations * EXAGGERATED_SHARE) if initial is None else 0
    done = 0
    try:
        for iterations, exaggeration in ((early, EXAGGERATION), (settings.iterations - early, None)):
            embedding.optimize(
                n_iter=iterations,
                exaggeration=exaggeration,
                momentum=0.8,
                inplace=True,
                propagate_exception=True,
                callbacks=lambda at, error, now, before=done: watch(before + at, float(error), np.asarray(now)),
                callbacks_every_iters=_OFTEN if count <= _MANY else _RARELY,
            )
            done += iterations
    except OptimizationInterrupt as stopped:
        return Map(_plain(stopped.final_embedding), float(stopped.error), done)
    return Map(_plain(embedding), float(embedding.kl_divergence), done)


def place(features: Floats, reference: Floats, coordinates: Floats) -> tuple[Floats, Indices]:
    """Places new features among those of a finished map, which does not move; each on its own, whatever the others are.

    Args:
        features: (m, d) new.
        reference: (n, d) of the map.
        coordinates: (n, 2) of the map.

    Returns:
        Coordinates (m, 2), and the neighbours (m, k) each was placed by, nearest first.
    """
    k = min(_PLACING_NEIGHBOURS, len(reference))
    found = nearest(features, reference, k)
    perplexity = min(float(_PLACING_PERPLEXITY), k / 3)
    if perplexity < 1.0:
        return coordinates[found.rows[:, 0]], found.rows
    affinities = joint_probabilities_nn(
        found.rows,
        found.distance,
        [perplexity],
        symmetrize=False,
        normalization="point-wise",
        n_reference_samples=len(reference),
        n_jobs=1,
    )
    middle = (coordinates.max(0) + coordinates.min(0)) / 2
    method = _gradient(len(reference))
    none = PrecomputedAffinities(csr_matrix((len(reference), len(reference))), normalize=False)  # what is fixed has no forces of its own
    fixed = TSNEEmbedding((coordinates - middle).astype(np.float64), none, n_jobs=1, negative_gradient_method=method)
    weights = np.asarray(affinities.todense())
    start = weights @ np.asarray(fixed) / weights.sum(1, keepdims=True)
    placed = PartialTSNEEmbedding(start, fixed, P=affinities, n_jobs=1, negative_gradient_method=method)
    placed.optimize(
        n_iter=_PLACING_ITERATIONS, learning_rate=0.1, exaggeration=1.5, momentum=0.8, max_grad_norm=0.25, max_step_norm=None, inplace=True
    )
    return _plain(np.asarray(placed) + middle), found.rows


def _start(features: Floats, settings: TsneSettings) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(settings.seed)
    noise = rng.standard_normal((len(features), 2))
    if settings.start == "random":
        return noise * 1e-4
    placed = Plane.of(features).place(features).astype(np.float64)
    spread = placed[:, 0].std()
    # A hundredth of noise parts clouds that coincide.
    return placed / (spread if spread > 0 else 1.0) * 1e-4 + noise * 1e-6


def _gradient(count: int) -> str:
    return "bh" if count < 1000 else "fft"


def _plain(embedding: npt.ArrayLike) -> Floats:
    return np.array(embedding, dtype=np.float32)
