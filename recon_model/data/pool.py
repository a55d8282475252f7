"""A pool of synthetic clouds, cut into patches ahead of training: farthest points and neighbours cost as much as a training step.

The pool is made shard by shard, each a pure function of its settings and number, and kept in a cache folder named after
the settings and the code that made it. Helper processes make shards ahead while training runs on those already there.
"""

import hashlib
import json
import multiprocessing
import os
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import NamedTuple

import fpsample
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

import recon_model.data.synthetic
import recon_model.geometry.augment
from recon_model.config import Settings, require
from recon_model.data.synthetic import CATEGORIES, Shape, depth_views, sample_shape
from recon_model.geometry.augment import Augmentation, Points, augment, solid_surface

SHARD = 256
"""Clouds in one shard."""

OVERSAMPLE = 3
"""Points drawn of a shape for each that is kept, so that views and crops have something to leave out."""

UNEVEN, UNEVEN_SHARE = 0.7, 0.6
"""How differently dense the parts of some shapes are, see ``Shape.sample``, and of how many."""

SOLID_SHARE, SOLID_CELLS, SOLID_POINTS, SOLID_FILLED = 0.3, (16, 28), 12_288, 2 / 3
"""How many shapes are taken for solids first, see ``solid_surface``; cells along their longest edge; points that say which are met;
how many of the solids have their cavities filled."""

RANDOM_SHARE, FARTHEST_SHARE = 0.45, 0.45
"""Shares of the clouds that are sampled at random and by farthest points; the rest holds too few points and repeats them."""

WAIT_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class PoolSettings(Settings):
    """What the clouds of a pool depend on."""

    seed: int = 0
    """Seed; pools of different seeds share no cloud."""
    names: tuple[str, ...] = ()
    """Categories, in the order of the labels; none stands for all there are."""
    num_points: int = 1024
    """Points each cloud is sampled to before it is cut."""
    num_groups: int = 64
    """Patches per cloud."""
    group_size: int = 32
    """Points per patch."""
    view_size: int = 0
    """Side of the depth view kept of each shape, in pixels; 0 keeps none."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.names) - set(CATEGORIES))
        require(not unknown, f"names ({', '.join(unknown)}) are no synthetic categories; known are {', '.join(sorted(CATEGORIES))}.")
        if not self.names:
            object.__setattr__(self, "names", tuple(sorted(CATEGORIES)))

    def key(self) -> str:
        """Returns the name of the cache folder: a hash of the settings and of the code that makes the shapes."""
        digest = hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode())
        sources = sorted(Path(recon_model.data.synthetic.__file__).parent.glob("*.py"))
        for file in [*sources, Path(recon_model.geometry.augment.__file__), Path(__file__)]:
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]


class Shard(NamedTuple):
    """Some clouds of a pool, cut into patches."""

    centres: NDArray[np.float16]
    """(n, G, 3)"""
    relative: NDArray[np.float16]
    """(n, G, k, 3), each point minus its patch's centre."""
    labels: NDArray[np.int64]
    """(n,) index into the settings' names."""
    captions: NDArray[np.str_]
    """(n,) one sentence a cloud."""
    views: NDArray[np.uint8]
    """(n, S, S) one depth view of each whole, upright shape; S = 0 without views."""


def default_cache() -> Path:
    """Returns the user's cache folder for pools."""
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "recon-studio" / "pools"


def cut(points: NDArray[np.float32], num_groups: int, group_size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cuts one cloud as ``geometry.patches.cut`` does, with kernels made for single clouds on a CPU.

    Args:
        points: (N, 3).
        num_groups: patches G.
        group_size: points per patch k.

    Returns:
        centres (G, 3) and points relative to them (G, k, 3), nearest first.
    """
    centres = points[fpsample.fps_sampling(points, num_groups, start_idx=0).astype(np.int64)]
    _, members = cKDTree(points).query(centres, k=group_size)
    return centres, points[members.reshape(num_groups, group_size)] - centres[:, None]


def make_shard(settings: PoolSettings, index: int) -> Shard:
    """Makes one shard; the categories take turns, so every stretch of a pool is balanced."""
    rng = np.random.default_rng((settings.seed, index))
    size = settings.view_size
    labels = (np.arange(SHARD) + index * SHARD) % len(settings.names)
    shard = Shard(
        np.empty((SHARD, settings.num_groups, 3), np.float16),
        np.empty((SHARD, settings.num_groups, settings.group_size, 3), np.float16),
        labels,
        np.empty(SHARD, "<U160"),
        np.zeros((SHARD, size, size), np.uint8),
    )
    for row, label in enumerate(labels):
        shape = sample_shape(settings.names[label], rng)
        points = _sampled(shape, settings.num_points, rng)
        shard.centres[row], shard.relative[row] = cut(points, settings.num_groups, settings.group_size)
        shard.captions[row] = shape.caption
        if size:
            shard.views[row] = np.round(depth_views(shape, 1, size, rng)[0] * 255)
    return shard


def _sampled(shape: Shape, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Spoils a shape as sensors do, then samples it in one of the three ways in which clouds reach the model.

    Random points come from clouds that already have the wanted size, farthest points from larger ones, and repeats from smaller ones.
    """
    way = rng.random()
    points: Points
    points, settings = _drawn(shape, OVERSAMPLE * count, rng)
    if way < RANDOM_SHARE:
        return augment(points, rng, settings, count)
    if way < RANDOM_SHARE + FARTHEST_SHARE:
        dense = augment(points, rng, settings, 2 * count)
        points = dense[fpsample.bucket_fps_kdline_sampling(dense, count, h=5, start_idx=0).astype(np.int64)]
    else:
        few = augment(points, rng, settings, int(rng.integers(count // 4, count)))
        points = np.resize(few, (count, 3))
    points = points - points.mean(0)
    points /= np.sqrt((points**2).sum(1).max()) + 1e-12
    return points


def _drawn(shape: Shape, count: int, rng: np.random.Generator) -> tuple[Points, Augmentation]:
    """Points of a shape, at least ``count``, and how to spoil them."""
    if rng.random() < SOLID_SHARE:
        surface = shape.sample(SOLID_POINTS, rng)[0]
        cells, axes = int(rng.integers(SOLID_CELLS[0], SOLID_CELLS[1] + 1)), 2 if rng.random() < SOLID_FILLED else 3
        return solid_surface(surface, cells, axes, count, rng), Augmentation(voxels=0.0)
    uneven = UNEVEN if rng.random() < UNEVEN_SHARE else 0.0
    return shape.sample(count, rng, uneven)[0], Augmentation()


def _write(settings: PoolSettings, folder: Path, index: int) -> None:
    if not _file(folder, index).exists():
        _keep(make_shard(settings, index), folder, index)


def _keep(shard: Shard, folder: Path, index: int) -> None:
    waiting = folder / f".{index:06d}.{os.getpid()}.npz"
    with waiting.open("wb") as stream:
        np.savez(stream, **shard._asdict())
        stream.flush()
        os.fsync(stream.fileno())  # or a power cut leaves a name without its content
    waiting.replace(_file(folder, index))


def _file(folder: Path, index: int) -> Path:
    return folder / f"{index:06d}.npz"


def _make_ahead(settings: PoolSettings, folder: Path, indices: range, parent: int) -> None:
    """Body of a helper process; it ends with the pool, or with the process that wanted it."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(1)
    for index in indices:
        if os.getppid() != parent:
            return
        _write(settings, folder, index)


class Pool:
    """The shards of one pool, made when they are first wanted.

    Args:
        settings: what to make.
        count: number of shards in the pool.
        cache: folder that holds pools; this one gets its own inside.
    """

    def __init__(self, settings: PoolSettings, count: int, cache: Path) -> None:
        self.settings, self.count = settings, count
        self.folder = cache / settings.key()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._helpers: list[SpawnProcess] = []

    def made(self) -> int:
        """Number of shards that are ready, counted from the first without a gap."""
        return next((index for index in range(self.count) if not _file(self.folder, index).exists()), self.count)

    def start(self) -> None:
        """Starts helper processes on all cores but two, at least one, unless everything is made; they take turns.

        Trainers that torchrun starts side by side share the cores and the shards.
        """
        if self._helpers or self.made() == self.count:
            return
        trainers, own = int(os.environ.get("LOCAL_WORLD_SIZE", "1")), int(os.environ.get("LOCAL_RANK", "0"))
        count = max(((os.cpu_count() or 1) - 2) // trainers, 1)
        for first in range(own * count, (own + 1) * count):
            arguments = (self.settings, self.folder, range(first, self.count, count * trainers), os.getpid())
            helper = multiprocessing.get_context("spawn").Process(target=_make_ahead, args=arguments, daemon=True)
            helper.start()
            self._helpers.append(helper)

    def close(self) -> None:
        """Ends the helper processes; what they have made stays."""
        for helper in self._helpers:
            helper.terminate()
        for helper in self._helpers:
            helper.join()
            helper.close()
        self._helpers = []

    def shard(self, index: int, waiting: Callable[[int], bool]) -> Shard | None:
        """Returns a shard, waiting for the helpers where they run and making it here where none does.

        Args:
            index: which one.
            waiting: told how many shards are ready about once a second while waiting; returning True gives up.

        Returns:
            The shard, or None if ``waiting`` gave up. One whose file is damaged is made again.
        """
        file = _file(self.folder, index)
        while not file.exists():
            if waiting(self.made()):
                return None
            at_work = [helper for helper in self._helpers if helper.is_alive()]
            if at_work:
                at_work[index % len(at_work)].join(WAIT_SECONDS)
            else:
                _write(self.settings, self.folder, index)
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                return Shard(*(arrays[name] for name in Shard._fields))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            shard = make_shard(self.settings, index)
            with suppress(OSError):  # where it cannot be kept it is made once more
                _keep(shard, self.folder, index)
            return shard
