"""How long the engine takes for one cloud, and for many: ``python -m benchmarks.bench_inference [--device cuda] [--json]``.

Medians over fresh clouds and masks, so that nothing is answered from memory. Sizes without a checkpoint have random weights: time
does not depend on them. The first keys are for the base size on all cores: one prepared cloud under a fresh mask, how many times longer
the plain twin takes from the same points (in turns with it, in one run), and 1024 farthest points of a million. The fast path answers in
the precision that this device gets by default, and once more in float32; the twin and the farthest points are float32. On a GPU the
twin runs there, too, and its farthest points of a million are a figure of their own. Every answer is read on the CPU, so that nothing is
still being computed when the clock stops.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from recon_model.devices import device_in_words, find_device
from recon_model.errors import InputError
from recon_model.geometry.preparation import farthest
from recon_model.geometry.sampling import farthest_points
from recon_model.models.pretraining import Pretraining
from recon_model.predictor import Predictor
from recon_model.presets import preset
from recon_model.serve.service import worker_threads
from recon_model.versions import versions
from tests import naive

POINTS, PICKS = 8192, 1024
SIZES = ("default", "tiny", "small", "base")
BATCH = 64
BATCH_ROUNDS = 3
"""A batch is many clouds already."""


def predictor_of(size: str, device: torch.device) -> Predictor | None:
    if size != "default":
        return Predictor(Pretraining(preset(size)), {"name": size}, device=device)
    try:
        return Predictor.load("default", str(device))
    except InputError:
        return None  # none ships with this checkout yet


def median_ms(work: Callable[[int], object], rounds: int) -> float:
    work(-1)  # warm-up
    taken = []
    for number in range(rounds):
        start = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - start) * 1e3)
    return round(statistics.median(taken), 2)


def measure(predictor: Predictor, rounds: int) -> dict[str, float]:
    clouds = [np.random.default_rng(number + 1).standard_normal((POINTS, 3)).astype(np.float32) for number in range(-1, rounds)]
    prepared = [predictor.prepare(cloud * 2) for cloud in clouds]  # other bytes than those timed below
    hidden = predictor.reconstruct(prepared[0]).hidden
    result = {
        f"prepare_{POINTS}_points_ms": median_ms(lambda number: predictor.prepare(clouds[number + 1] + number), rounds),
        "reconstruct_ms": median_ms(lambda number: predictor.reconstruct(prepared[0], seed=number + 1), rounds),
        "attend_ms": median_ms(lambda number: predictor.attend(prepared[number + 1], hidden), rounds),
        "embed_ms": median_ms(lambda number: predictor.embed([prepared[number + 1]]), rounds),
    }
    batch = [prepared[number % len(prepared)] for number in range(BATCH)]  # embedding remembers no cloud
    result[f"embed_{BATCH}_clouds_per_s"] = round(BATCH / median_ms(lambda _: predictor.embed(batch), BATCH_ROUNDS) * 1e3, 1)
    if predictor.card.get("teacher"):
        names = ("chair", "table", "sofa", "bed", "desk", "toilet", "monitor", "bathtub", "dresser", "night stand")
        predictor.vocabulary.rows(names)
        result["classify_10_names_ms"] = median_ms(lambda number: predictor.classify(prepared[number + 1], names), rounds)
    return result


def measure_base(rounds: int, device: torch.device) -> dict[str, float | str]:
    """The fast path in turns with its naive twin, which cuts, embeds and attends anew as the paper reads."""
    predictor = predictor_of("base", device)
    assert predictor is not None
    exact = Predictor(predictor.model, {"name": "base"}, device=device, precision="float32")
    prepared = predictor.prepare(np.random.default_rng(0).standard_normal((POINTS, 3)))
    points = torch.from_numpy(prepared.points).to(device)
    masks = [torch.from_numpy(predictor.reconstruct(prepared, seed=number).hidden).to(device) for number in range(rounds)]
    fast, full, plain = [], [], []
    for number, hidden in enumerate(masks):
        fast.append(median_ms(lambda _, seed=number: predictor.reconstruct(prepared, seed=seed), 1))
        full.append(median_ms(lambda _, seed=number: exact.reconstruct(prepared, seed=seed), 1))
        with torch.inference_mode():
            plain.append(median_ms(lambda _, hidden=hidden: naive.rebuild(predictor.model, points, hidden).cpu(), 1))
    scan = np.random.default_rng(0).standard_normal((1_000_000, 3)).astype(np.float32)
    result: dict[str, float | str] = {
        "base_one_cloud_ms": round(statistics.median(fast), 2),
        "base_precision": predictor.precision,
        "base_one_cloud_float32_ms": round(statistics.median(full), 2),
        "naive_one_cloud_ms": round(statistics.median(plain), 2),
        "naive_precision": "float32",
        "speedup_over_naive": round(statistics.median(slow / quick for slow, quick in zip(plain, fast, strict=True)), 2),
        "fps_1m_ms": median_ms(lambda _: farthest(scan, PICKS), 5),
    }
    if device.type != "cpu":
        there = torch.from_numpy(scan).unsqueeze(0).to(device)
        result["fps_1m_on_device_ms"] = median_ms(lambda _: farthest_points(there, PICKS).cpu(), 3)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--device", default="cpu", help="auto, cpu, cuda, cuda:N or mps")
    parser.add_argument("--rounds", type=int, default=20, help="clouds per figure")
    parser.add_argument(
        "--threads", type=int, default=worker_threads(), help="threads torch may use (default: as many as the model process takes)"
    )
    args = parser.parse_args()
    device = find_device(args.device)
    torch.set_num_threads(os.cpu_count() or 1)
    base = measure_base(args.rounds, device)
    torch.set_num_threads(args.threads)
    found = {}
    for size in SIZES:
        predictor = predictor_of(size, device)
        if predictor is not None:
            found[size] = {"parameters": predictor.about.parameters, "precision": predictor.precision, **measure(predictor, args.rounds)}
    document = {
        **base,
        "base_threads": os.cpu_count(),
        "device": device_in_words(device),
        "threads": args.threads,
        "rounds": args.rounds,
        "versions": versions(),
        "sizes": found,
    }
    if args.json:
        print(json.dumps(document, indent=2))
    else:
        print(", ".join(f"{name} {value}" for name, value in base.items()))
        for size, figures in found.items():
            print(size, ", ".join(f"{name} {value}" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
