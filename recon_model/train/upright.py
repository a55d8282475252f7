"""Teaches the small network that tells which way is up, on our own shapes laid into every orientation."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from recon_model.config import ModelConfig
from recon_model.geometry.orientation import draw_poses, turned
from recon_model.models.upright import Upright
from recon_model.nn.masking import random_mask
from recon_model.train.optimiser import adamw
from recon_model.train.schedule import learning_rate
from recon_model.train.settings import RecipeConfig
from recon_model.train.sources import Batch, Source

HIDDEN_SHARE = 0.5
"""Patches hidden at every step: half the work, and incomplete clouds are understood, too."""


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    step: int
    steps: int
    loss: float


def train(model: ModelConfig, recipe: RecipeConfig, source: Source) -> Iterator[Progress | Upright]:
    """Trains one, yielding progress now and then and at last the network.

    Args:
        model: its shape; points and patches as the source has them.
        recipe: ``epochs``, ``steps_per_epoch``, ``batch_size``, rate, decay, clipping and seed are read.
        source: upright clouds; names and teachers are not used.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        upright = Upright(model)
    optimiser = adamw(upright, recipe.weight_decay, recipe.learning_rate)
    steps, running = recipe.epochs * recipe.steps_per_epoch, 0.0
    for step in range(steps):
        epoch, place = divmod(step, recipe.steps_per_epoch)
        if place == 0:
            source.prepare(epoch, lambda _made, _wanted: False)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(recipe, step, recipe.steps_per_epoch)
        loss = _loss(upright, source.batch(epoch, place), np.random.default_rng((recipe.seed, 4, step)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(upright.parameters(), recipe.clip_norm or torch.inf)
        optimiser.step()
        running += (float(loss.detach()) - running) / min(step + 1, 100)
        if (step + 1) % recipe.log_every == 0:
            yield Progress(step + 1, steps, running)
    yield upright.eval()


def _loss(upright: Upright, batch: Batch, rng: np.random.Generator) -> torch.Tensor:
    poses, ups = draw_poses(len(batch.labels), rng, lying_share=1.0)
    hidden = random_mask(batch.patches.centres, HIDDEN_SHARE, torch.Generator().manual_seed(int(rng.integers(2**62))))
    with torch.autocast("cpu", torch.bfloat16):
        logits = upright(turned(batch.patches, poses), hidden)
    return cross_entropy(logits.float(), ups)


def accuracy(upright: Upright, batches: list[Batch], seed: int) -> float:
    """Share of held-out clouds, each laid into a random orientation, whose up is found."""
    right = count = 0
    for number, batch in enumerate(batches):
        poses, ups = draw_poses(len(batch.labels), np.random.default_rng((seed, 5, number)), lying_share=1.0)
        right += int((upright.distribution(turned(batch.patches, poses)).argmax(1) == ups).sum())
        count += len(ups)
    return right / count
