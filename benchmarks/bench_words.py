"""How long 100 names take: ``python -m benchmarks.bench_words [--json]``.

Medians for the model that ships, with the text tower open: names ranked for one prepared cloud with their classifier at hand (as when
clouds are stepped through), with names the tower has never read (every name is new in every round), and for a thousand embedded clouds.
"""

import argparse
import json
import sys

import numpy as np
import torch

from benchmarks.bench_inference import median_ms
from recon_model.assets import asset_path
from recon_model.data.clouds import read
from recon_model.predictor import Predictor
from recon_model.serve.service import worker_threads
from recon_model.sides import Sides
from recon_model.versions import versions

NAMES = 100
CLOUDS = 1000
KINDS = ("chair", "table", "lamp", "vase", "boat", "tower", "glove", "hammer", "piano", "kettle")
WAYS = ("tall", "low", "round", "broken", "folded", "wooden", "iron", "striped", "hollow", "narrow")


def names(number: int) -> tuple[str, ...]:
    """Returns 100 names that no other round asks."""
    return tuple(f"{way} {kind} {number}" for way in WAYS for kind in KINDS)


def measure(predictor: Predictor, rounds: int) -> dict[str, float]:
    """Measures what is asked of clouds that are prepared, but that nothing else was asked of."""
    points = read(asset_path("clouds") / "chair.ply").points
    clouds = [predictor.prepare(points * (1 + 0.01 * number)) for number in range(-1, rounds)]
    fresh = lambda number: clouds[number + 1].points + np.float32(1e-6 * (number + 2))  # noqa: E731 - not the bytes that prepare has cut
    known = names(10_000)
    predictor.classify(clouds[0], known)
    sides = Sides.single(np.random.default_rng(0).standard_normal((CLOUDS, predictor.config.text_dim)).astype(np.float32))
    return {
        "ms_100_names": median_ms(lambda number: predictor.classify(fresh(number), known), rounds),
        "ms_100_new_names": median_ms(lambda number: predictor.classify(fresh(number), names(number)), rounds),
        "ms_100_new_names_plain": median_ms(lambda number: predictor.classify(fresh(number), names(number), "plain"), rounds),
        "ms_100_names_1000_clouds": median_ms(lambda _: predictor.rank(sides, known), rounds),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--rounds", type=int, default=11, help="rounds per figure")
    parser.add_argument(
        "--threads", type=int, default=worker_threads(), help="threads torch may use (default: as many as the model process takes)"
    )
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    predictor = Predictor.load("default", "cpu")
    predictor.vocabulary.settle()
    figures = measure(predictor, args.rounds)
    document = {
        **figures,
        "names": NAMES,
        "templates": len(predictor.vocabulary.templates("default")),
        "device": predictor.about.device,
        "precision": predictor.precision,
        "threads": args.threads,
        "rounds": args.rounds,
        "versions": versions(),
    }
    if args.json:
        print(json.dumps(document, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:26} {value:7.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
