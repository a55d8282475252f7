"""How the error grows as more is hidden, for each way of hiding, over many draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from recon_model.config import MaskStrategy
from recon_model.errors import ConfigError
from recon_model.explain.arrays import Floats, floats
from recon_model.explain.probe import Probe
from recon_model.nn.masking import draw_mask, hidden_count

RATIOS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
STRATEGIES: tuple[MaskStrategy, ...] = ("random", "block")


@dataclass(frozen=True, eq=False)
class RatioErrors:
    """Mean error of the hidden patches for S strategies, R ratios and K seeds of the draw."""

    strategies: tuple[str, ...]
    ratios: tuple[float, ...]
    seeds: tuple[int, ...]
    hidden: tuple[int, ...]
    """(R,): patches hidden at each ratio."""
    errors: Floats
    """(S, R, K): squared Chamfer distance, mean both ways, mean over the hidden patches; each draw is that of ``Predictor.reconstruct``."""

    @property
    def mean(self) -> Floats:
        """(S, R): mean over the seeds."""
        mean: Floats = self.errors.mean(-1)
        return mean

    @property
    def band(self) -> tuple[Floats, Floats]:
        """Least and largest error over the seeds, (S, R) each."""
        return self.errors.min(-1), self.errors.max(-1)


def errors_by_ratio(probe: Probe, ratios: Sequence[float], strategies: Sequence[MaskStrategy], seeds: Sequence[int]) -> RatioErrors:
    """Hides patches by every strategy, ratio and seed and rebuilds them (after the ratio study of He et al., *Masked Autoencoders*, CVPR
    2022, fig. 5; here one cloud and a trained model, so it says how much the model needs to see, not how best to train it).

    Raises:
        ConfigError: a ratio is not in [0, 1) or hides nothing, a strategy is unknown, a seed is negative, or a list is empty.
    """
    groups = probe.embedded.shape[1]
    for name, given in (("ratios", ratios), ("strategies", strategies), ("seeds", seeds)):
        if not len(given):
            raise ConfigError(f"{name} (none) must hold at least one.")
    for ratio in ratios:
        if not hidden_count(groups, ratio):
            raise ConfigError(f"mask_ratio ({ratio}) must hide at least one of {groups} patches.")
    if min(seeds) < 0 or max(seeds) >= 2**63:
        raise ConfigError(f"seeds ({', '.join(map(str, seeds))}) must be at least 0 and below 2^63.")
    centres = probe.patches.centres
    masks = torch.cat(
        [
            draw_mask(centres, ratio, strategy, torch.Generator().manual_seed(seed))
            for strategy in strategies
            for ratio in ratios
            for seed in seeds
        ]
    )
    errors = probe.errors(masks, masks).sum(1) / masks.sum(1)
    return RatioErrors(
        tuple(strategies),
        tuple(ratios),
        tuple(seeds),
        tuple(hidden_count(groups, ratio) for ratio in ratios),
        floats(errors).reshape(len(strategies), len(ratios), len(seeds)),
    )
