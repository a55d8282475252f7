"""How long a brush stroke waits for a long question that is being worked on: ``python -m benchmarks.bench_patience [--json]``.

A real model process over its pipes, on any device (``--device``), with the shipped model or one of the published base size with random
weights (``--model base``). A long question is asked; some time into it a reconstruction under another mask is. Told are the
medians and worst cases of the milliseconds until the reconstruction is there, beside those with nothing else asked, and how long all
attention takes and how many bytes it has.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np

from recon_model.assets import asset_path
from recon_model.checkpoint import format as checkpoint
from recon_model.data.clouds import read
from recon_model.models.pretraining import Pretraining
from recon_model.presets import preset
from recon_model.serve.framing import pack, read_frame
from recon_model.serve.messages import (
    Array,
    AttendAll,
    CloudPrepared,
    LoadModel,
    ModelLoaded,
    Occlude,
    PrepareCloud,
    Progress,
    Reconstruct,
    Reconstructed,
    Relate,
    Reply,
    Request,
    SweepRatios,
    TraceCurves,
    decode_reply,
    encode,
)
from recon_model.versions import versions

REST_S = 0.2
"""Longer than the service rests before it takes a long question up."""


class Model:
    """A model process that has one cloud cut."""

    def __init__(self, source: str, device: str) -> None:
        command = [sys.executable, "-P", "-m", "recon_model.serve", "--role", "model"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._number = 0
        self.bytes = 0
        self.receive()
        self.send(LoadModel(id=0, source=source, device=device))
        self.loaded = cast(ModelLoaded, self.receive())
        points = read(asset_path("clouds") / "chair.ply").points
        self.send(PrepareCloud(id=0, points=Array.of(points)))
        self.prepared = cast(CloudPrepared, self.receive())

    def send(self, request: Request) -> None:
        """Writes a request."""
        assert self._process.stdin is not None
        self._process.stdin.write(pack(encode(request)))
        self._process.stdin.flush()

    def receive(self) -> Reply:
        """Waits for a reply."""
        assert self._process.stdout is not None
        body = read_frame(self._process.stdout)  # type: ignore[arg-type]
        assert body is not None
        self.bytes = len(body)
        return decode_reply(body)

    def ask_during(self, question: Request | None, later_s: float, seed: int) -> float | None:
        """Asks a question and a little later for a reconstruction; returns the milliseconds that took, once both are answered.

        None where the question was answered before the reconstruction was asked for.
        """
        if question is not None:
            self.send(question)
            time.sleep(later_s)
        begun = time.perf_counter()
        self.send(Reconstruct(id=seed, points=self.prepared.points, seed=seed))
        taken, waiting, first = 0.0, 1 if question is None else 2, None
        while waiting:
            reply = self.receive()
            if isinstance(reply, Progress):
                continue
            first = first or reply
            waiting -= 1
            if isinstance(reply, Reconstructed):
                taken = (time.perf_counter() - begun) * 1e3
        return taken if isinstance(first, Reconstructed) else None

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def another(hidden: Array, number: int) -> Array:
    """Another mask each time, so that nothing is answered from memory."""
    return Array.of(np.roll(hidden.numpy(), number))


def partly(number: int, groups: int) -> Array:
    """Two patches hidden, other ones each time."""
    return another(Array.of(np.arange(groups) < 2), number)


def untaught(size: str, folder: Path) -> str:
    """Writes a model of a published size with random weights; returns the folder."""
    model = Pretraining(preset(size))
    checkpoint.save(folder, model.state_dict(), {"name": size, "config": model.config.to_dict()})
    return str(folder)


def measure(rounds: int, source: str, device: str) -> dict[str, Any]:
    """Returns what is told, in milliseconds and bytes."""
    model = Model(source, device)
    points, groups = model.prepared.points, len(model.prepared.centres.numpy())
    model.send(Reconstruct(id=1, points=points))
    rebuilt = model.receive()
    assert isinstance(rebuilt, Reconstructed)
    questions: dict[str, Callable[[int], Request | None]] = {
        "alone": lambda _: None,
        "during_occlusion": lambda number: Occlude(id=number, points=points, hidden=another(rebuilt.hidden, number)),
        "during_curves": lambda number: TraceCurves(id=number, points=points, hidden=another(rebuilt.hidden, number)),
        "during_ratios": lambda number: SweepRatios(id=number, points=points, seeds=(number, number + 1, number + 2)),
        "during_phrase": lambda number: Relate(id=number, points=points, hidden=partly(number, groups), names=("chair", "table", "lamp")),
    }
    if source != "default":
        del questions["during_phrase"]  # nobody taught it to speak
    found: dict[str, Any] = {"on": model.loaded.device}
    for name, question in questions.items():
        waited = []
        for number in range(rounds):
            time.sleep(REST_S)
            waited.append(model.ask_during(question(1000 + number), 0.01 + 0.002 * (number % 15), number))
        found[name] = told([each for each in waited if each is not None])
    taken = []
    for number in range(rounds):
        begun = time.perf_counter()
        model.send(AttendAll(id=5000 + number, points=points, hidden=another(rebuilt.hidden, number)))
        model.receive()
        taken.append((time.perf_counter() - begun) * 1e3)
    found["all_attention"] = told(taken)
    found["all_attention"]["bytes"] = model.bytes
    model.close()
    return found


def told(milliseconds: list[float]) -> dict[str, float]:
    """Median, worst and number."""
    return {"p50_ms": round(statistics.median(milliseconds), 1), "worst_ms": round(max(milliseconds), 1), "n": len(milliseconds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="reconstructions for each question")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.add_argument("--model", choices=("default", "base"), default="default", help="the shipped one, or base with random weights")
    parser.add_argument("--device", default="cpu", help="auto, cpu, cuda, cuda:N or mps")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = options.model if options.model == "default" else untaught(options.model, Path(folder))
        found = measure(options.rounds, source, options.device)
    if options.json:
        machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
        print(json.dumps({"device": machine, "load": round(os.getloadavg()[0], 2), "versions": versions(), **found}))
    else:
        print(options.model, found.pop("on"))
        for name, figures in found.items():
            print(f"{name:18} {figures['p50_ms']:6.1f} ms, worst {figures['worst_ms']:6.1f} ms")


if __name__ == "__main__":
    main()
