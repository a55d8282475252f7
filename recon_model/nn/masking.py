"""Which patches are hidden, and picking the visible or hidden ones out of a batch whose clouds may hide different numbers."""

from dataclasses import dataclass

import torch
from torch import Tensor

from recon_model.config import MaskStrategy, require_choice
from recon_model.errors import ConfigError, InputError


def hidden_count(num_groups: int, ratio: float) -> int:
    """Patches hidden at a ratio: ``int(ratio * G)``, 38 of 64 at 0.6.

    Raises:
        ConfigError: the ratio is not in [0, 1).
    """
    if not 0.0 <= ratio < 1.0:
        raise ConfigError(f"mask_ratio ({ratio}) must be at least 0 and below 1.")
    return int(ratio * num_groups)


def random_mask(centres: Tensor, ratio: float, generator: torch.Generator) -> Tensor:
    """Hides patches uniformly without replacement, each cloud on its own: centres (B, G, 3) -> (B, G) bool, True = hidden."""
    batch, groups, _ = centres.shape
    order = torch.rand(batch, groups, generator=generator, device=generator.device).argsort(1).to(centres.device)
    return _hide(order[:, : hidden_count(groups, ratio)], groups)


def block_mask(centres: Tensor, ratio: float, generator: torch.Generator) -> Tensor:
    """Hides the patches nearest to one centre drawn per cloud: centres (B, G, 3) -> (B, G) bool, True = hidden."""
    batch, groups, _ = centres.shape
    seed = torch.randint(groups, (batch, 1, 1), generator=generator, device=generator.device).to(centres.device)
    distance = (centres - centres.gather(1, seed.expand(-1, -1, 3))).square().sum(-1)
    return _hide(distance.argsort(1)[:, : hidden_count(groups, ratio)], groups)


def draw_mask(centres: Tensor, ratio: float, strategy: MaskStrategy, generator: torch.Generator) -> Tensor:
    """Hides patches by the named strategy ("random" or "block"): centres (B, G, 3) -> (B, G) bool, True = hidden.

    Raises:
        ConfigError: strategy unknown, or ratio outside [0, 1).
    """
    strategies = {"random": random_mask, "block": block_mask}
    require_choice("mask_strategy", strategy, tuple(strategies))
    return strategies[strategy](centres, ratio, generator)


def _hide(index: Tensor, groups: int) -> Tensor:
    mask = torch.zeros(index.shape[0], groups, dtype=torch.bool, device=index.device)
    return mask.scatter_(1, index, True)


@dataclass(frozen=True, eq=False)
class Selection:
    """Patches picked per cloud, in ascending order; clouds that pick fewer are padded."""

    index: Tensor
    """(B, S) int64 into the patches; padding points at some other patch."""
    padding: Tensor | None
    """(B, S) bool, True = padding; None when every cloud picks the same number."""

    def take(self, values: Tensor) -> Tensor:
        """Picks (B, S, ...) out of values (B, G, ...)."""
        index = self.index.reshape(*self.index.shape, *[1] * (values.ndim - 2)).expand(-1, -1, *values.shape[2:])
        return values.gather(1, index)

    def flatten(self, values: Tensor) -> Tensor:
        """Joins values (B, S, ...) of all clouds to (P, ...), leaving the padding out."""
        return values.flatten(0, 1) if self.padding is None else values[~self.padding]


def select(picked: Tensor) -> Selection:
    """Lists the True entries of each row of a mask (B, G) bool."""
    counts = picked.sum(1)
    most, fewest = (int(value) for value in torch.stack([counts.max(), counts.min()]).tolist())
    index = torch.argsort(picked.logical_not().to(torch.uint8), dim=1, stable=True)[:, :most]
    if most == fewest:
        return Selection(index, None)
    return Selection(index, torch.arange(most, device=picked.device) >= counts.unsqueeze(1))


def select_visible(hidden: Tensor | None, centres: Tensor) -> Selection:
    """Lists the patches a mask (B, G) leaves visible; all of them without a mask.

    Raises:
        InputError: the mask is not (B, G) bool, or hides every patch of a cloud.
    """
    batch, groups, _ = centres.shape
    if hidden is None:
        return Selection(torch.arange(groups, device=centres.device).expand(batch, -1), None)
    if hidden.shape != (batch, groups) or hidden.dtype != torch.bool:
        raise InputError(f"hidden ({tuple(hidden.shape)}, {hidden.dtype}) must be {(batch, groups)} of torch.bool.")
    if bool(hidden.all(1).any()):
        raise InputError(f"hidden ({groups} of {groups} patches) must leave at least one patch of every cloud visible.")
    return select(~hidden)
