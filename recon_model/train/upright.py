"""Teaches the judge of what stands upright, on fresh shapes of our own as a finished model sees them from six sides."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from recon_model.geometry.orientation import UPS
from recon_model.geometry.patches import Patches
from recon_model.models.pretraining import Pretraining
from recon_model.models.upright import Upright, UprightShape
from recon_model.train.sources import Batch

EPOCHS, BATCH, RATE, DECAY = 15, 128, 1e-3, 0.1
LOST = 0.06
"""Share of upright clouds that may be turned wrongly for the sake of those that lie: the prior is the smallest that keeps to it.

It is asked of names that a judge was not taught, for what users bring is rarely quite like our shapes, and of those that have an up: a
ball or a spring that is turned has lost nothing. A turn costs less than it seems: where up is in doubt, a name is decided by all
likely ways together.
"""
HAS_UP = 0.5
"""Share of a name's clouds whose up a judge that was taught it must find for the name to have one."""
STRANGERS = 3
"""Groups of names, each scored by a judge that was taught the others."""
ENOUGH = 0.98
"""Share of lying clouds that fit no name as well as a standing one must for the other looks to be spared."""
PRIORS = tuple(float(2**power) for power in range(13))


def seen(model: Pretraining, upright: Upright, batches: Iterable[Batch]) -> Tensor:
    """Returns what upright clouds look like from six sides, (n, 6, inputs); the first side is the right one."""
    device = upright.mean.device

    def there(patches: Patches) -> Patches:
        return patches._replace(centres=patches.centres.to(device), relative=patches.relative.to(device))

    return torch.cat([upright.looks(model, there(batch.patches)) for batch in batches])


def train(model: Pretraining, bank: Tensor, temperature: float, batches: Sequence[Batch], seed: int) -> tuple[Upright, dict[str, float]]:
    """Trains a judge for a model, on the model's device.

    Args:
        model: in evaluation mode.
        bank: (names, D) unit features of the names it was taught.
        temperature: of its scores.
        batches: upright clouds that it has not seen, of two names or more; a fifth, every fifth batch, is kept to measure the judge by.
        seed: of weights, order and dropout.

    Returns:
        the judge, and its figures on the clouds kept: "up_found" when they lie in any of six ways, "kept_standing" when they stand.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        shape, ratio = UprightShape(model.config.width, model.config.text_dim, len(bank)), model.config.zero_shot_ratio
        upright = Upright(shape, temperature=temperature, ratio=ratio).to(next(model.parameters()).device)
        upright.bank.copy_(bank)
        taught = [batch for number, batch in enumerate(batches) if number % 5]
        looks, labels = seen(model, upright, taught), torch.cat([batch.labels for batch in taught])
        kept = seen(model, upright, (batch for number, batch in enumerate(batches) if not number % 5))
        upright.mean.copy_(looks.mean((0, 1)))
        upright.spread.copy_(looks.std((0, 1)).clamp_min(1e-3))
        _fit(upright, looks)
        strange = _of_strangers(upright, looks, labels.to(looks.device))
    with torch.no_grad():
        scores = upright(kept)
    strange = strange[_have_up(scores, torch.cat([batch.labels for batch in batches[::5]]), len(bank))[labels]]
    upright.prior = next((prior for prior in PRIORS if _turned_wrongly(strange, prior) <= LOST), PRIORS[-1])
    upright.enough = float(upright.fit(kept[:, 1:]).flatten().quantile(ENOUGH))
    return upright, {"up_found": _found(scores, upright.prior), "kept_standing": 1 - _turned_wrongly(scores, upright.prior)}


def _fit(upright: Upright, looks: Tensor) -> None:
    optimiser = torch.optim.AdamW(upright.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(looks) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    upright.train()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(looks)).to(looks.device).split(BATCH):
            loss = cross_entropy(upright(looks[rows]), torch.zeros(len(rows), dtype=torch.int64, device=looks.device))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(upright.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    upright.eval()


@torch.no_grad()
def _of_strangers(upright: Upright, looks: Tensor, labels: Tensor) -> Tensor:
    """Scores (n, 6) of looks (n, 6, inputs) by judges that were not taught the name, which are begun anew and thrown away."""
    scores = torch.empty(looks.shape[:2], device=looks.device)
    for names in torch.randperm(int(labels.max()) + 1).to(looks.device).chunk(STRANGERS):
        strangers = torch.isin(labels, names)
        judge = Upright(upright.shape).to(looks.device)
        judge.mean.copy_(upright.mean)
        judge.spread.copy_(upright.spread)
        with torch.enable_grad():
            _fit(judge, looks[~strangers])
        scores[strangers] = judge(looks[strangers])
    return scores


def _have_up(scores: Tensor, labels: Tensor, names: int) -> Tensor:
    """(names,) bool: whose up is found of most of the clouds that scores (n, 6) are of, no side favoured."""
    found = torch.zeros(names).index_add(0, labels, (scores.argmax(1) == 0).float().cpu())
    return found >= HAS_UP * torch.bincount(labels, minlength=names)


def _turned_wrongly(scores: Tensor, prior: float) -> float:
    """Share of upright clouds, given upright, that are turned all the same."""
    return float((scores[:, 0] + np.log(prior) < scores[:, 1:].amax(1)).float().mean())


def _found(scores: Tensor, prior: float) -> float:
    """Share of upright clouds, given in each of six ways, whose up is found."""
    favoured = scores.unsqueeze(1) + torch.eye(len(UPS), device=scores.device) * np.log(prior)  # (n, which side is given, 6)
    return float((favoured.argmax(2) == 0).float().mean())
