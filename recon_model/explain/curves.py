"""Deletion and insertion: whether an order of importance is worth believing."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recon_model.errors import ConfigError, InputError
from recon_model.explain.arrays import Floats, Indices, floats
from recon_model.explain.probe import Measure


@dataclass(frozen=True, eq=False)
class Curves:
    """What is measured while patches go or come in one order; K runs (one, or as many as there are seeds) of S steps over V patches."""

    order: str
    """What the patches were ordered by."""
    patches: Indices
    """(K, V): the patches, first removed and first shown ones first."""
    removed: Floats
    """(S,): share of the visible patches taken away, from 0; never all of them, for a model that sees nothing has no answer."""
    deletion: Floats
    """(K, S): measured after taking that share away."""
    shown: Floats
    """(S,): share of the visible patches shown, up to 1; never none of them."""
    insertion: Floats
    """(K, S): measured with that share shown and nothing else."""

    @property
    def deletion_area(self) -> Floats:
        """(K,): area under the deletion curve over its length: the mean measured on the way. For a score, small is a good order."""
        return _area(self.removed, self.deletion)

    @property
    def insertion_area(self) -> Floats:
        """(K,): area under the insertion curve over its length. For a score, large is a good order."""
        return _area(self.shown, self.insertion)


def random_orders(unseen: Tensor, seeds: npt.ArrayLike) -> Indices:
    """The visible patches of a mask (G,), shuffled by numpy's default generator of each seed: (K, V).

    Raises:
        ConfigError: there is no seed, or one is negative.
    """
    chosen = [int(seed) for seed in np.atleast_1d(seeds)]
    if not chosen or min(chosen) < 0:
        raise ConfigError(f"seeds ({chosen}) must hold at least one seed, and none may be negative.")
    visible = np.flatnonzero(~unseen.cpu().numpy())
    return np.stack([np.random.default_rng(seed).permutation(visible) for seed in chosen])


def by_value(values: npt.ArrayLike, unseen: Tensor) -> Indices:
    """The visible patches of a mask (G,), largest value (G,) first, ties by index: (1, V)."""
    visible = np.flatnonzero(~unseen.cpu().numpy())
    return visible[np.argsort(-np.asarray(values)[visible], kind="stable")][None]


def trace(measure: Measure, unseen: Tensor, orders: Mapping[str, Indices], steps: int) -> tuple[Curves, ...]:
    """Takes patches away, and shows them, in each order, and measures (Petsiuk et al., *RISE*, BMVC 2018, §4.2, with patches for pixels).

    Departure: patches are truly absent instead of greyed or blurred, so the curves stop at one visible patch.

    Args:
        measure: what to measure; asked once, for the different masks of all orders together.
        unseen: (G,) bool, patches hidden throughout.
        orders: by name, (K, V) permutations of the visible patches.
        steps: how many intervals a curve has, at most; V - 1 or more takes every patch singly.

    Raises:
        ConfigError: steps is below 1.
        InputError: an order is no permutation of the visible patches, or fewer than two are visible.
    """
    if steps < 1:
        raise ConfigError(f"steps ({steps}) must be at least 1.")
    visible = np.flatnonzero(~unseen.cpu().numpy())
    if len(visible) < 2:
        raise InputError(f"hidden ({int(unseen.sum())} of {len(unseen)} patches) must leave at least two patches visible for a curve.")
    counts = np.unique(np.linspace(0, len(visible) - 1, steps + 1).round().astype(np.int64))
    for name, order in orders.items():
        if order.ndim != 2 or order.shape[1] != len(visible) or (np.sort(order, 1) != visible).any():
            raise InputError(f"the order '{name}' {order.shape} must hold each of the {len(visible)} visible patches once.")
    stacked = np.concatenate(list(orders.values()))
    masks = np.stack([_masks(order, counts, len(unseen)) for order in stacked])  # (runs, 2, S, G)
    different, place = np.unique(masks.reshape(-1, len(unseen)), axis=0, return_inverse=True)
    values = floats(measure(torch.from_numpy(different).to(unseen.device)))[place.reshape(masks.shape[:3])]
    removed, shown = (counts / len(visible)).astype(np.float32), ((len(visible) - counts[::-1]) / len(visible)).astype(np.float32)
    found, start = [], 0
    for name, order in orders.items():
        runs = values[start : start + len(order)]
        found.append(Curves(name, order, removed, runs[:, 0], shown, runs[:, 1]))
        start += len(order)
    return tuple(found)


def _masks(order: Indices, counts: Indices, groups: int) -> npt.NDArray[np.bool_]:
    """Masks (2, S, G) of one order: after removing ``counts`` patches; with only the first V - counts shown, fewest first."""
    masks = np.ones((2, len(counts), groups), np.bool_)
    for step, count in enumerate(counts):
        masks[0, step, order[count:]] = False
    for step, count in enumerate(counts[::-1]):
        masks[1, step, order[: len(order) - count]] = False
    return masks


def _area(positions: Floats, values: Floats) -> Floats:
    """Trapezoids under values (K, S), over the length of the curve."""
    heights = (values[:, 1:].astype(np.float64) + values[:, :-1]) / 2
    return (heights @ np.diff(positions.astype(np.float64)) / float(positions[-1] - positions[0])).astype(np.float32)
