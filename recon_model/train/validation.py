"""How a model in training is judged: on held-out clouds, by the same losses and by zero-shot names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from recon_model.geometry.preparation import Floats
from recon_model.models.pretraining import Pretraining
from recon_model.nn.masking import random_mask
from recon_model.train.sources import Batch

RATIOS = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Weights of the text query that ``calibrate`` tries."""

TEMPERATURES = tuple(0.01 * 1.15**power for power in range(31))
"""Temperatures that ``calibrate`` tries, 0.01 to 0.66."""


@dataclass(frozen=True)
class Validation:
    """Figures of one epoch."""

    top1: float | None
    """Share of held-out clouds named right among all names; None where there is only one name."""
    parts: dict[str, float] = field(default_factory=dict)
    """Mean of each loss."""

    def score(self) -> float:
        """What the best checkpoint has most of: accuracy or, without names to tell apart, the negative loss."""
        return -sum(self.parts.values()) if self.top1 is None else self.top1

    def rounded(self) -> dict[str, object]:
        """Returns the figures for a log."""
        return {"top1": None if self.top1 is None else round(self.top1, 4), "validation": {k: round(v, 6) for k, v in self.parts.items()}}


@dataclass(frozen=True)
class Calibration:
    """Settings of the zero-shot head that held-out clouds chose."""

    ratio: float
    temperature: float
    top1: float
    similarities: Floats = field(compare=False)
    """(K, n) cosines of the held-out clouds with the names, at that ratio."""


@torch.no_grad()
def validate(model: Pretraining, batches: Sequence[Batch], classifier: Tensor, mask_ratio: float, seed: int) -> Validation:
    """Measures a model; masks are the same at every call. The model is left in training mode."""
    model.eval()
    device = next(model.parameters()).device
    bank, right, count = normalize(classifier.to(device), dim=-1), 0, 0
    sums: dict[str, float] = {}
    generator = torch.Generator().manual_seed(seed)
    for batch in batches:
        patches = batch.patches._replace(centres=batch.patches.centres.to(device), relative=batch.patches.relative.to(device))
        hidden = random_mask(patches.centres.cpu(), mask_ratio, generator).to(device)
        rebuilt = model.losses(patches, hidden, text_ids=batch.labels.to(device))
        size = len(batch.labels)
        for name, value in rebuilt.items():
            sums[name] = sums.get(name, 0.0) + float(value) * size
        if len(bank) > 1:
            scores = normalize(model.zero_shot_feature(patches), dim=-1) @ bank.T
            right += int((scores.argmax(1).cpu() == batch.labels).sum())
        count += size
    model.train()
    return Validation(right / count if len(bank) > 1 else None, {name: value / count for name, value in sums.items()})


@torch.no_grad()
def calibrate(model: Pretraining, batches: Sequence[Batch], classifier: Tensor) -> Calibration:
    """Chooses the text query's weight by accuracy, and then the temperature by likelihood, on held-out clouds."""
    model.eval()
    features = [model.teacher_features(batch.patches) for batch in batches]
    labels = torch.cat([batch.labels for batch in batches])
    bank = normalize(classifier, dim=-1)

    def scores(ratio: float) -> Tensor:
        return torch.cat([normalize(feature.mix(ratio), dim=-1) for feature in features]) @ bank.T

    def accuracy(ratio: float) -> float:
        return float((scores(ratio).argmax(1) == labels).float().mean())

    found = {value: accuracy(value) for value in RATIOS}
    best = max(found.values())
    # What lies within one standard error of the best is as good; of those, the one closest to the mix the model was trained with.
    error = (best * (1 - best) / len(labels)) ** 0.5
    ratio = min((value for value in RATIOS if found[value] >= best - error), key=lambda value: abs(value - model.config.zero_shot_ratio))
    chosen = scores(ratio)
    temperature = min(TEMPERATURES, key=lambda value: float(cross_entropy(chosen / value, labels)))
    return Calibration(ratio, temperature, accuracy(ratio), chosen.cpu().float().numpy())
