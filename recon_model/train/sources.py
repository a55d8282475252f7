"""Where a training run's clouds come from: a batch is a pure function of (seed, epoch, step), so a resumed run sees what it would have."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recon_model.config import ModelConfig
from recon_model.counts import counted, grouped
from recon_model.data.labelled import LabelledClouds
from recon_model.data.pool import SHARD, Pool, PoolSettings, Shard
from recon_model.errors import InputError
from recon_model.geometry.normalise import unit_sphere
from recon_model.geometry.orientation import about_y, turned
from recon_model.geometry.patches import Patches, cut
from recon_model.train.settings import RecipeConfig

VALIDATION_SEED = 1_000_003
"""Added to a run's seed for the shapes it is judged by."""

VALIDATION_BATCH = 64

ALONG_AXES = 0.6
"""Share of the clouds that are turned by whole quarters only: files keep things along their axes, and what lies in one lies flat."""

Waiting = Callable[[int, int], bool]
"""Told (shards ready, shards wanted) while clouds are made; returning True gives up."""

EncodeViews = Callable[[NDArray[np.uint8]], Tensor]
"""Depth views (n, S, S) to the image teacher's raw features (n, D)."""


class Batch(NamedTuple):
    """Clouds of one step, on the CPU."""

    patches: Patches
    """centres (B, G, 3), relative (B, G, k, 3); ``members`` is empty, for training asks no patch which points it took."""
    labels: Tensor
    """(B,) index into the source's names."""
    captions: list[str]
    """One sentence a cloud, "" where there is none."""
    images: Tensor | None
    """(B, D) raw features of the image teacher, where the source has views."""


class Source(Protocol):
    """What the training loop asks of its data."""

    names: tuple[str, ...]
    size: int

    def prepare(self, epoch: int, waiting: Waiting) -> bool:
        """Gets an epoch's clouds ready; False if ``waiting`` gave up."""
        ...

    def batch(self, epoch: int, step: int) -> Batch:
        """Returns the clouds of one step."""
        ...

    def validation(self, waiting: Waiting) -> list[Batch]:
        """Returns held-out clouds, the same at every call; empty if ``waiting`` gave up."""
        ...

    def close(self) -> None:
        """Ends helper processes."""
        ...


def shuffled(count: int, wanted: int, seed: tuple[int, ...]) -> NDArray[np.int64]:
    """A shuffled order over ``count`` clouds, as often repeated (each time anew) as ``wanted`` needs."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(count) for _ in range(math.ceil(wanted / count))])[:wanted]


def posed(patches: Patches, seed: tuple[int, ...]) -> Patches:
    """Turns each cloud about y, drawn from the seed: some by any angle, ``ALONG_AXES`` of them by whole quarters."""
    turns, along = np.random.default_rng(seed).random((2, len(patches.centres)))
    turns = np.where(along < ALONG_AXES, np.floor(4 * turns) / 4, turns)
    return turned(patches, about_y(torch.from_numpy((turns * 2 * np.pi).astype(np.float32))))


class SyntheticSource:
    """Our own shapes, from a pool that grows by what an epoch uses until it is complete.

    Args:
        model: the model's settings, for points and patches.
        recipe: the run's settings.
        cache: folder that holds pools.
        encode_views: image teacher, or None for training by text alone.
        view_size: side of a depth view in pixels.
        names: categories; none stands for all there are.
    """

    def __init__(
        self,
        model: ModelConfig,
        recipe: RecipeConfig,
        cache: Path,
        encode_views: EncodeViews | None = None,
        view_size: int = 0,
        names: tuple[str, ...] = (),
    ) -> None:
        settings = PoolSettings(
            seed=recipe.seed,
            names=names,
            num_points=model.num_points,
            num_groups=model.num_groups,
            group_size=model.group_size,
            view_size=view_size,
        )
        self.names, self.size = settings.names, recipe.shapes
        self._recipe, self._encode_views = recipe, encode_views
        self._pool = Pool(settings, math.ceil(recipe.shapes / SHARD), cache)
        held_out = replace(settings, seed=recipe.seed + VALIDATION_SEED)
        self._held_out = Pool(held_out, math.ceil(recipe.validation_shapes / SHARD), cache)
        self._shards: list[Shard] = []
        self._images: list[Tensor] = []

    def _wanted(self) -> int:
        return (self._recipe.steps_per_epoch or math.ceil(self.size / self._recipe.batch_size)) * self._recipe.batch_size

    def start(self) -> None:
        """Has other processes make the shapes, ahead of their use."""
        self._pool.start()

    def prepare(self, epoch: int, waiting: Waiting) -> bool:
        """Waits for the shards of an epoch and keeps them in memory."""
        self.start()
        self._available = min(self._pool.count, (epoch + 1) * math.ceil(self._wanted() / SHARD))
        while len(self._shards) < self._available:
            shard = self._pool.shard(len(self._shards), lambda made: waiting(made, self._available))
            if shard is None:
                return False
            self._shards.append(shard)
            if self._encode_views is not None:
                self._images.append(self._encode_views(shard.views))
        self._epoch_order = shuffled(self._available * SHARD, self._wanted(), (self._recipe.seed, 1, epoch))
        return True

    def batch(self, epoch: int, step: int) -> Batch:
        """Draws from all shards that the epoch may use."""
        size = self._recipe.batch_size
        picks = self._epoch_order[step * size : (step + 1) * size]
        batch = _gather(self._shards, self._images, picks)
        seed = (self._recipe.seed, 2, epoch, step)
        return batch._replace(patches=posed(batch.patches, seed))

    def validation(self, waiting: Waiting) -> list[Batch]:
        """Shapes of another seed, each at one fixed angle."""
        self._held_out.start()
        batches = []
        for index in range(self._held_out.count):
            shard = self._held_out.shard(index, lambda made: waiting(made, self._held_out.count))
            if shard is None:
                return []
            images = [self._encode_views(shard.views)] if self._encode_views is not None else []
            for start in range(0, SHARD, VALIDATION_BATCH):
                picks = np.arange(start, min(start + VALIDATION_BATCH, SHARD))
                batch = _gather([shard], images, picks)
                batches.append(batch._replace(patches=posed(batch.patches, (self._recipe.seed, 3, index, start))))
        return batches

    def close(self) -> None:
        """Ends the helpers that make shapes."""
        self._pool.close()
        self._held_out.close()


def _gather(shards: list[Shard], images: list[Tensor], picks: NDArray[np.int64]) -> Batch:
    places = [divmod(int(pick), SHARD) for pick in picks]
    centres = np.stack([shards[shard].centres[row] for shard, row in places]).astype(np.float32)
    relative = np.stack([shards[shard].relative[row] for shard, row in places]).astype(np.float32)
    return Batch(
        patches=Patches(torch.from_numpy(centres), torch.empty(0, dtype=torch.int64), torch.from_numpy(relative)),
        labels=torch.tensor([int(shards[shard].labels[row]) for shard, row in places]),
        captions=[str(shards[shard].captions[row]) for shard, row in places],
        images=torch.stack([images[shard][row] for shard, row in places]) if images else None,
    )


class CloudSource:
    """A user's labelled clouds: sampled, centred, scaled, turned and cut as they are used; no images, no captions.

    A tenth of the clouds (at most ``validation_shapes``) is held out.

    Raises:
        InputError: fewer clouds than a batch holds remain to train on.
    """

    def __init__(self, clouds: LabelledClouds, model: ModelConfig, recipe: RecipeConfig) -> None:
        self.names = clouds.names
        self._clouds, self._model, self._recipe = clouds, model, recipe
        order = np.random.default_rng((recipe.seed, 0)).permutation(len(clouds.labels))
        held = min(recipe.validation_shapes, max(len(order) // 10, 1))
        self._held_out, self._train = order[:held], order[held:]
        self.size = len(self._train)
        if self.size < recipe.batch_size:
            raise InputError(
                f"batch_size ({recipe.batch_size}) must not exceed the {counted(self.size, 'cloud')} to train on "
                f"({grouped(held)} more are held out)."
            )

    def prepare(self, epoch: int, waiting: Waiting) -> bool:
        """Shuffles; there is nothing to wait for."""
        del waiting
        size = self._recipe.batch_size
        wanted = (self._recipe.steps_per_epoch or self.size // size) * size
        self._epoch_order = shuffled(self.size, wanted, (self._recipe.seed, 1, epoch))
        return True

    def batch(self, epoch: int, step: int) -> Batch:
        """Cuts one batch."""
        size = self._recipe.batch_size
        picks = self._train[self._epoch_order[step * size : (step + 1) * size]]
        return self._cut(picks, (self._recipe.seed, 2, epoch, step))

    def validation(self, waiting: Waiting) -> list[Batch]:
        """Cuts the held-out clouds, always the same way."""
        del waiting
        starts = range(0, len(self._held_out), VALIDATION_BATCH)
        return [self._cut(self._held_out[start : start + VALIDATION_BATCH], (self._recipe.seed, 3, start)) for start in starts]

    def close(self) -> None:
        """Nothing runs beside this source."""

    def _cut(self, picks: NDArray[np.int64], seed: tuple[int, ...]) -> Batch:
        rng, count = np.random.default_rng(seed), self._model.num_points
        drawn = []
        for pick in picks:
            points = np.asarray(self._clouds.points[pick], np.float32)
            drawn.append(points[rng.choice(len(points), count, replace=len(points) < count)])
        clouds, _, _ = unit_sphere(torch.from_numpy(np.stack(drawn)))
        patches = cut(clouds, self._model.num_groups, self._model.group_size, self._model.skip_near_origin)
        return Batch(posed(patches, (*seed, 1)), torch.from_numpy(self._clouds.labels[picks]), [""] * len(picks), None)
