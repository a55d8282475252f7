"""The learning rate as a pure function of where the run stands, so that nothing of it needs saving."""

import math

from recon_model.train.settings import LoopConfig


def learning_rate(recipe: LoopConfig, step: int, steps_per_epoch: int) -> float:
    """Returns the learning rate of one step (counted from 0).

    "release" is the authors' table: their scheduler is stepped at the end of each epoch, so an epoch trains at the rate
    meant for the one before it, and the first two are both at the lowest. "cosine" is the same curve without the lag, moved at every step.
    """
    position = step / steps_per_epoch
    total: float = recipe.epochs
    if recipe.schedule == "release":
        position = max(step // steps_per_epoch - 1, 0)
        total = max(recipe.epochs - 1, 1)
    low, high = recipe.final_learning_rate, recipe.learning_rate
    if position < recipe.warmup_epochs:
        return low + (high - low) * position / recipe.warmup_epochs
    return low + (high - low) * 0.5 * (1 + math.cos(math.pi * min(position / total, 1.0)))
