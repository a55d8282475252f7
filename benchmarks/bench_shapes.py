"""How fast the synthetic world is made: ``python -m benchmarks.bench_shapes [--json]``.

Clouds of 1,024 points of all categories in turn, plainly sampled; and as a pool keeps them for the studio's model: spoilt as sensors
do, cut into patches, and drawn for the image teacher. As many processes as asked make them side by side, each of its own seed.
"""

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from operator import itemgetter

import numpy as np

from benchmarks.figures import show
from recon_model.data.pool import SHARD, PoolSettings, make_shard
from recon_model.data.synthetic import CATEGORIES, sample_cloud
from recon_model.presets import preset
from recon_model.teachers.distillation.folder import IMAGE_SIZE
from recon_model.versions import versions

MODEL = preset("studio")


def sampled(seed: int) -> int:
    """Makes two clouds of each category; returns how many that were."""
    rng = np.random.default_rng(seed)
    for name in (*CATEGORIES, *CATEGORIES):
        sample_cloud(name, MODEL.num_points, rng)
    return 2 * len(CATEGORIES)


def kept(seed: int) -> int:
    """Makes a portion of a pool; returns how many clouds it holds."""
    sizes = {"num_points": MODEL.num_points, "num_groups": MODEL.num_groups, "group_size": MODEL.group_size}
    make_shard(PoolSettings(seed=seed, view_size=IMAGE_SIZE, **sizes), 0)
    return SHARD


def per_second(pool: ProcessPoolExecutor, make: Callable[[int], int], processes: int, rounds: int) -> dict[str, float]:
    """Clouds a second of all processes together: the median, the slowest and the fastest round."""
    list(pool.map(make, range(processes)))  # each has imported what it needs
    found = []
    for number in range(1, rounds + 1):
        start = time.perf_counter()
        clouds = sum(pool.map(make, range(number * processes, (number + 1) * processes)))
        found.append(clouds / (time.perf_counter() - start))
    return {"median": round(statistics.median(found)), "slowest": round(min(found)), "fastest": round(max(found))}


def slowest_categories(count: int) -> dict[str, float]:
    """Milliseconds a cloud of the categories that take longest, here in this process."""
    rng, taken = np.random.default_rng(0), {}
    for name in CATEGORIES:
        start = time.perf_counter()
        for _ in range(10):
            sample_cloud(name, MODEL.num_points, rng)
        taken[name] = round((time.perf_counter() - start) * 1e2, 2)
    return dict(islice(sorted(taken.items(), key=itemgetter(1), reverse=True), count))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--rounds", type=int, default=9, help="rounds per figure")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="processes that make shapes")
    args = parser.parse_args()
    with ProcessPoolExecutor(args.processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        result = {
            "sampled_clouds_per_s": per_second(pool, sampled, args.processes, args.rounds),
            "kept_clouds_per_s": per_second(pool, kept, args.processes, args.rounds),
            "slowest_ms": slowest_categories(5),
            "categories": len(CATEGORIES),
            "processes": args.processes,
            "versions": versions(),
        }
    show(result, as_json=args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
