"""Run folders made by hand, for the training room to look at: what a trainer writes, without a trainer."""

import json
from pathlib import Path

import numpy as np

from tests.recon_model.runs.test_log import BEGIN, epoch, line, step

CONFIG = {
    "preset": "quick",
    "data": "synthetic",
    "device": "cpu",
    "init": "",
    "teacher": {"source": "default"},
    "recipe": {
        **{"epochs": 3, "batch_size": 8, "seed": 0, "learning_rate": 1e-3, "keep": 3, "shapes": 256, "steps_per_epoch": 4},
        **{"precision": "32-true", "image_teacher": False},
    },
}
LINES = (BEGIN, step(2, total=3.0, reconstruction=2.0), step(4, total=2.0, reconstruction=1.5), epoch(1, 0.5, best=True))


def write_run(folder: Path, *lines: str) -> Path:
    """Makes a folder with settings and these lines."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    tell(folder, *lines)
    return folder


def tell(folder: Path, *lines: str) -> None:
    """Appends lines to a run's log."""
    with (folder / "events.jsonl").open("a") as log:
        log.writelines(f"{each}\n" for each in lines)


def add_checkpoints(folder: Path, *epochs: int) -> None:
    """Puts model files there, of 1000 bytes each."""
    (folder / "checkpoints").mkdir(exist_ok=True)
    names = ["last", "best", *(f"checkpoints/epoch-{each:04d}" for each in epochs)]
    for name in names:
        (folder / f"{name}.safetensors").write_bytes(b"x" * 1000)


def add_shot(folder: Path, epoch: int, *, names: tuple[str, ...] = ("chair", "lamp")) -> np.ndarray:
    """Lets the probe be rebuilt after an epoch, and tells of it; returns the rebuilt points."""
    rng = np.random.default_rng(epoch)
    (folder / "probes").mkdir(exist_ok=True)
    count = len(names)
    for name, patches in (("visible", 4), ("hidden", 6)):
        np.save(folder / "probes" / f"{name}.npy", np.random.default_rng(patches).normal(size=(count, patches, 8, 3)).astype(np.float16))
    rebuilt = rng.normal(size=(count, 6, 8, 3)).astype(np.float16)
    file = f"probes/epoch-{epoch:04d}.npy"
    np.save(folder / file, rebuilt)
    tell(folder, line("probe", epoch=epoch, file=file, names=list(names), chamfer=[0.25 / (epoch + 1)] * count))
    return rebuilt
