"""How long the sharp image of one large view holds the window up: ``python -m benchmarks.bench_sharp --json``.

A cloud of 8,192 points as spheres, at rest, 1400 x 950 pixels with twice as many along both axes: drawn in one piece, and in bands as the
window does, a band a turn of its event loop. Both in one run, plain and shaded by eye-dome; milliseconds of the longest turn, and of
all of them.
"""

import argparse
import json
import statistics
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.window import application, circumstances
from recon_studio.scene.bench import AT_ONCE, Bench, Rect
from recon_studio.scene.camera import Camera
from recon_studio.scene.picture import BenchPicture, PointLayer, ViewPicture

POINTS = 8192
PLACE = {0: Rect(0, 0, 1400, 950)}


def picture() -> BenchPicture:
    """A ball of coloured points."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(POINTS, 3))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    layer = PointLayer(points, rng.integers(0, 255, points.shape).astype(np.uint8), 0.03)
    return BenchPicture((ViewPicture("input", "Input", "", (layer,)),), (255, 255, 255))


def turns(bench: Bench, camera: Camera, most: int | None) -> list[float]:
    """Draws one sharp image of a cloud that has turned, and returns the milliseconds of every turn it took."""
    bench.render(camera, PLACE, 1)
    spent = []
    begun = perf_counter()
    bench.render(camera, PLACE, 2, most=most)
    spent.append(perf_counter() - begun)
    while bench.unfinished:
        begun = perf_counter()
        bench.refine(0.0)
        spent.append(perf_counter() - begun)
    return [1000 * each for each in spent]


def measure(trials: int) -> dict[str, Any]:
    """Returns medians with what they were measured on."""
    found: dict[str, Any] = {}
    bench = Bench()
    for shading in ("lit", "eye_dome"):
        bench.show(replace(picture(), shading=shading))
        every: dict[str, list[list[float]]] = {"whole": [], "bands": []}
        for trial in range(trials + 1):
            for name, most in (("whole", None), ("bands", AT_ONCE)):
                every[name].append(turns(bench, Camera(azimuth=10.0 * trial, elevation=15.0), most))
        for name, spent in every.items():
            later = spent[1:]  # the first makes shaders
            found[f"{shading}_{name}_turn_ms"] = round(statistics.median(max(each) for each in later), 1)
            found[f"{shading}_{name}_all_ms"] = round(statistics.median(sum(each) for each in later), 1)
    bench.close()
    return {**found, "trials": trials, **circumstances("cpu")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--trials", type=int, default=15)
    options = parser.parse_args()
    with application("bench_sharp"):
        result = measure(options.trials)
    print(json.dumps(result) if options.json else "\n".join(f"{key}: {value}" for key, value in result.items()))


if __name__ == "__main__":
    main()
