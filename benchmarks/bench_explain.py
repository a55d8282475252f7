"""How long the questions why take for one cloud: ``python -m benchmarks.bench_explain [--json]``.

Medians for the model that ships, each question asked of an object that remembers nothing.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from recon_model.assets import asset_path
from recon_model.data.clouds import read
from recon_model.explain.explainer import PHRASE_ORDERS, Explainer
from recon_model.predictor import Predictor
from recon_model.serve.service import worker_threads
from recon_model.versions import versions

NAME, OTHERS = "chair", ("table", "lamp", "airplane")


def questions() -> dict[str, Callable[[Explainer, Explainer], object]]:
    """What is asked, of the whole cloud and of the masked one."""
    return {
        "attention_with_decoder_ms": lambda _, masked: masked.attention(decoder=True),
        "rollout_ms": lambda _, masked: masked.rollout(),
        "occlusion_of_phrase_ms": lambda whole, _: whole.occlusion(NAME, against=OTHERS),
        "occlusion_of_error_ms": lambda _, masked: masked.occlusion(),
        "errors_alone_ms": lambda whole, _: whole.errors_alone(),
        "relevance_gradient_ms": lambda whole, _: whole.relevance(NAME, method="gradient"),
        "relevance_integrated_ms": lambda whole, _: whole.relevance(NAME),
        "curves_of_phrase_ms": lambda whole, _: whole.curves(NAME, orders=PHRASE_ORDERS),
        "curves_of_error_ms": lambda _, masked: masked.curves(),
        "errors_by_ratio_ms": lambda whole, _: whole.errors_by_ratio(),
    }


def median_ms(ask: Callable[[Explainer, Explainer], object], predictor: Predictor, points: np.ndarray, rounds: int) -> float:
    """Median over clouds that differ in their last digits, so that nothing is answered from memory; the first is warm-up."""
    taken = []
    for number in range(rounds + 1):
        prepared = predictor.prepare(points * (1 + 0.01 * number) + np.random.default_rng(number).normal(0, 1e-4, points.shape))
        hidden = predictor.reconstruct(prepared).hidden
        whole, masked = predictor.explain(prepared), predictor.explain(prepared, hidden)
        start = time.perf_counter()
        ask(whole, masked)
        taken.append((time.perf_counter() - start) * 1e3)
    return round(statistics.median(taken[1:]), 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--rounds", type=int, default=7, help="clouds per figure")
    parser.add_argument(
        "--threads", type=int, default=worker_threads(), help="threads torch may use (default: as many as the model process takes)"
    )
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    predictor = Predictor.load("default", "cpu")
    points = read(asset_path("clouds") / "chair.ply").points
    predictor.vocabulary.rows([NAME, *OTHERS])
    figures = {name: median_ms(ask, predictor, points, args.rounds) for name, ask in questions().items()}
    document = {"threads": args.threads, "rounds": args.rounds, "versions": versions(), **figures}
    if args.json:
        print(json.dumps(document, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name.removesuffix('_ms'):24} {value:7.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
