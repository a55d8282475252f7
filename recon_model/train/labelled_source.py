"""A user's labelled clouds as fine-tuning takes them: farthest points, a random subset of them in training, every name held out in part."""

from typing import Literal

import fpsample
import numpy as np
import torch
from numpy.typing import NDArray

from recon_model.config import ModelConfig
from recon_model.data.labelled import LabelledClouds
from recon_model.errors import InputError
from recon_model.geometry.normalise import unit_sphere
from recon_model.geometry.patches import Patches, cut
from recon_model.train.settings import LoopConfig
from recon_model.train.sources import VALIDATION_BATCH, Batch, Waiting, posed, shuffled

Augment = Literal["turn", "scale"]

HELD_OUT = 5
"""One in so many clouds of each name is held out, at least one where there are two."""
_POOLS = ((1024, 1200), (2048, 2400), (4096, 4800))  # points kept by farthest point sampling, for so many wanted (ReCon's release)


class LabelledSource:
    """Clouds for ``recon finetune``.

    Args:
        clouds: points, labels, names.
        model: how clouds are cut.
        recipe: batch size, steps and seed.
        augment: what is done to a cloud in training.

    Raises:
        InputError: fewer than two names have two clouds.
    """

    def __init__(self, clouds: LabelledClouds, model: ModelConfig, recipe: LoopConfig, augment: Augment) -> None:
        self.names = clouds.names
        self._clouds, self._model, self._recipe, self._augment = clouds, model, recipe, augment
        self._held_out, self._train = _parted(clouds.labels, clouds.names, recipe)
        self.size = len(self._train)
        self._farthest: dict[int, NDArray[np.float32]] = {}

    def prepare(self, epoch: int, waiting: Waiting) -> bool:
        """Shuffles and, before the first epoch, picks every cloud's farthest points."""
        for done, pick in enumerate(self._train):
            if waiting(done, self.size):
                return False
            self._points(int(pick))
        size = self._recipe.batch_size
        wanted = (self._recipe.steps_per_epoch or max(self.size // size, 1)) * size
        self._epoch_order = shuffled(self.size, wanted, (self._recipe.seed, 1, epoch))
        return True

    def batch(self, epoch: int, step: int) -> Batch:
        """A random subset of each cloud's farthest points, augmented."""
        size = self._recipe.batch_size
        picks = self._train[self._epoch_order[step * size : (step + 1) * size]]
        seed = (self._recipe.seed, 2, epoch, step)
        rng, count = np.random.default_rng(seed), self._model.num_points
        drawn = [self._points(int(pick)) for pick in picks]
        batch = self._cut(np.stack([points[rng.choice(len(points), count, replace=False)] for points in drawn]), picks)
        if self._augment == "turn":
            return batch._replace(patches=posed(batch.patches, (*seed, 1)))
        return batch._replace(patches=_scaled(batch.patches, rng))

    def validation(self, waiting: Waiting) -> list[Batch]:
        """The farthest points of the clouds held out."""
        batches = []
        for start in range(0, len(self._held_out), VALIDATION_BATCH):
            if waiting(start, len(self._held_out)):
                return []
            picks = self._held_out[start : start + VALIDATION_BATCH]
            batches.append(self._cut(np.stack([self._points(int(pick))[: self._model.num_points] for pick in picks]), picks))
        return batches

    def close(self) -> None:
        """Nothing runs beside this source."""

    def _points(self, pick: int) -> NDArray[np.float32]:
        """A cloud's farthest points in the order of picking, at least as many as the model takes."""
        known = self._farthest.get(pick)
        if known is None:
            count = self._model.num_points
            pool = next((kept for wanted, kept in _POOLS if wanted == count), count)
            points = np.ascontiguousarray(self._clouds.points[pick], np.float32)
            if len(points) > count:
                points = points[fpsample.fps_sampling(points, min(pool, len(points)), start_idx=0).astype(np.int64)]
            known = self._farthest[pick] = np.resize(points, (max(len(points), count), 3))
        return known

    def _cut(self, points: NDArray[np.float32], picks: NDArray[np.int64]) -> Batch:
        clouds, _, _ = unit_sphere(torch.from_numpy(points))
        patches = cut(clouds, self._model.num_groups, self._model.group_size, self._model.skip_near_origin)
        return Batch(patches, torch.from_numpy(self._clouds.labels[picks]), [""] * len(picks), None)


def _scaled(patches: Patches, rng: np.random.Generator) -> Patches:
    """Scales each axis by 2/3 to 3/2 and shifts it by up to 0.2."""
    count = len(patches.centres)
    scale = torch.from_numpy(rng.uniform(2 / 3, 3 / 2, (count, 1, 3)).astype(np.float32))
    shift = torch.from_numpy(rng.uniform(-0.2, 0.2, (count, 1, 3)).astype(np.float32))
    return patches._replace(centres=patches.centres * scale + shift, relative=patches.relative * scale.unsqueeze(1))


def _parted(labels: NDArray[np.int64], names: tuple[str, ...], recipe: LoopConfig) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows held out and rows to train on, every name in both where it has two clouds."""
    rng = np.random.default_rng((recipe.seed, 0))
    drawn = [rng.permutation(np.flatnonzero(labels == label)) for label in range(len(names))]
    counts = [max(len(rows) // HELD_OUT, 1) if len(rows) >= 2 else 0 for rows in drawn]
    # Where that is more than is asked for, of every name the same share.
    share = min(1.0, recipe.validation_shapes / max(sum(counts), 1))
    parts = zip(drawn, counts, strict=True)
    held = sorted(int(row) for rows, count in parts for row in rows[: max(int(share * count), min(count, 1))])
    train = np.setdiff1d(np.arange(len(labels)), held)
    if len({int(labels[row]) for row in held}) < 2 or len(train) < 2:
        raise InputError("data must hold at least two names with two clouds each, for one of each is held out to judge by.")
    return np.array(held, np.int64), train
