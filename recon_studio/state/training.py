"""The training room: runs that are followed, curves, checkpoints, and a run about to be started. Pure: no file is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from recon_model.counts import counted, duration, grouped, in_bytes
from recon_model.presets import MILLIONS
from recon_model.runs import options
from recon_model.runs.log import Evaluation, RunLog, Shot, Status
from recon_model.serve.messages.training import Device

Floats = npt.NDArray[np.float64]
Recipe = Literal["quick", "studio", "published"]

RESUMABLE: tuple[Status, ...] = ("stopped", "broken off", "failed", "out of memory")
ENDED: tuple[Status, ...] = ("stopped", "done", "failed", "out of memory")
AT_WORK: tuple[Status, ...] = ("starting", "data", "training", "paused")
WORDS: dict[Status, str] = {
    "starting": "starting", "data": "preparing data", "training": "training", "paused": "paused", "stopped": "stopped",
    "done": "done", "failed": "failed", "out of memory": "out of memory", "broken off": "broken off",
}  # fmt: skip
PARTS = {
    "total": "all together",
    "reconstruction": "reconstruction",
    "csc_img": "image teacher",
    "csc_text": "text teacher",
    "text_contrast": "contrast of names",
    "smc": "self-contrast",
    "classification": "classification",
}
"""Parts of the loss as people call them."""


@dataclass(frozen=True)
class Stored:
    """One model file of a run."""

    path: str
    title: str  # "best", "last", "epoch 10"
    size: int  # bytes
    epoch: int | None = None
    evaluation: Evaluation | None = None
    pinned: bool = False
    spare: bool = False  # whether it is one of those that may be pinned and deleted


@dataclass(frozen=True, eq=False)
class Probe:
    """The probe clouds as they were rebuilt after one epoch; all (P, patches, k, 3)."""

    epoch: int
    names: tuple[str, ...]
    chamfer: tuple[float, ...]
    visible: npt.NDArray[np.float32]
    hidden: npt.NDArray[np.float32]
    rebuilt: npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FollowedRun:
    """One run folder as it was last seen."""

    path: str
    config: Mapping[str, Any] = field(default_factory=dict)
    log: RunLog = field(default_factory=RunLog)
    running: bool = False
    stored: tuple[Stored, ...] = ()
    problem: str = ""  # why there is nothing to follow
    asked: Literal["", "pause", "continue", "stop", "discard"] = ""  # what the trainer was asked and has not yet done
    starting: bool = False  # started here, and nothing heard of it yet

    @property
    def name(self) -> str:
        """The folder's name."""
        return PurePath(self.path).name

    @property
    def status(self) -> Status:
        """What to call it."""
        if self.problem:
            return "failed"
        return self.log.status(self.running or self.starting)

    @property
    def finetunes(self) -> bool:
        """Whether it teaches a classifier."""
        return self.config.get("task") == "finetune"


@dataclass(frozen=True)
class NewRun:
    """A pretraining run as it is asked for."""

    out: str
    recipe: Recipe = "quick"
    size: str = "tiny"  # of a published recipe
    data: str = "synthetic"
    device: str = "auto"
    epochs: int = 0  # 0: the recipe's own
    batch_size: int = 0
    seed: int = 0

    @property
    def preset(self) -> str:
        """What --preset takes."""
        return self.size if self.recipe == "published" else self.recipe

    def arguments(self) -> tuple[str, ...]:
        """Returns the words behind ``recon``."""
        words = ["pretrain", "--preset", self.preset, "--data", self.data, "--out", self.out]
        words += ["--device", self.device, "--seed", str(self.seed)]
        for option, value in (("--epochs", self.epochs), ("--batch-size", self.batch_size)):
            words += [option, str(value)] if value else []
        return tuple(words)


@dataclass(frozen=True)
class TrainingState:
    """Everything the training room shows."""

    runs: tuple[FollowedRun, ...] = ()  # the newest first
    current: str | None = None  # path of the run looked at
    planning: bool = False  # whether the form of a new run is shown
    devices: tuple[Device, ...] = ()
    probe: Probe | None = None  # of the run looked at
    shot: int | None = None  # epoch of the probe asked for; None follows the newest
    home: str = ""  # folder that new runs are put into

    @property
    def known(self) -> tuple[str, ...]:
        """Paths of all runs, to be remembered."""
        return tuple(run.path for run in self.runs)

    @property
    def run(self) -> FollowedRun | None:
        """The run looked at."""
        return find(self, self.current)


# ---------------------------------------------------------------- actions


def find(state: TrainingState, path: str | None) -> FollowedRun | None:
    """Returns the run of that path, or None."""
    return next((run for run in state.runs if run.path == path), None)


def put(state: TrainingState, run: FollowedRun) -> TrainingState:
    """Adds a run in front, or puts it in the place of the one with its path."""
    if find(state, run.path) is None:
        return replace(state, runs=(run, *state.runs))
    return replace(state, runs=tuple(run if each.path == run.path else each for each in state.runs))


def forget(state: TrainingState, path: str) -> TrainingState:
    """Takes a run out of the list."""
    runs = tuple(run for run in state.runs if run.path != path)
    current = state.current if state.current != path else (runs[0].path if runs else None)
    state = replace(state, runs=runs)
    return choose(state, current) if current != state.current else state


def choose(state: TrainingState, path: str | None) -> TrainingState:
    """Looks at a run."""
    return replace(state, current=path, planning=False, probe=None, shot=None)


def plan(state: TrainingState, planning: bool) -> TrainingState:
    """Shows the form of a new run, or takes it away."""
    return replace(state, planning=planning)


def again(config: Mapping[str, Any], out: str, batch_size: int) -> tuple[str, ...]:
    """Returns the words behind ``recon`` that start a run once more, in another folder and with another batch."""
    recipe = {**config["recipe"], "batch_size": batch_size}
    words = ["--out", out, "--device", str(config.get("device", "auto")), "--data", str(config["data"])]
    words += ["--init", str(config["init"])] if config.get("init") else []
    if config.get("task") == "finetune":
        words += ["--mode", str(recipe["mode"]), *options.words(config["model"], options.CUTTING)]
        return ("finetune", *words, *options.words(recipe, options.FINETUNE))
    words += ["--preset", str(config["preset"]), "--teacher", str(config["teacher"]["source"])]
    return ("pretrain", *words, *options.words(recipe, options.PRETRAIN))


# ---------------------------------------------------------------- curves


def smoothed(values: Floats, weight: float) -> Floats:
    """Returns an exponential moving average of values (n,) that is not drawn to zero at its start; NaN are passed over.

    Args:
        values: (n,)
        weight: share of the past in each value, in [0, 1).
    """
    answer = np.full(len(values), np.nan)
    mean, mass = 0.0, 0.0
    for place, value in enumerate(values):
        if np.isfinite(value):
            mean, mass = weight * mean + (1 - weight) * value, weight * mass + (1 - weight)
        if mass:
            answer[place] = mean / mass
    return answer


@dataclass(frozen=True, eq=False)
class Curve:
    """One part of the loss over the steps."""

    part: str
    steps: Floats  # (n,)
    raw: Floats  # (n,)
    smooth: Floats  # (n,)


def curves(log: RunLog, weight: float) -> tuple[Curve, ...]:
    """Returns the parts of the loss, all together first; each at the steps that had it."""
    steps = np.asarray(log.steps, float)
    made = []
    for part in sorted(log.losses, key=lambda name: (name != "total", list(PARTS).index(name) if name in PARTS else len(PARTS), name)):
        values = np.asarray(log.losses[part], float)
        there = np.isfinite(values)
        made.append(Curve(part, steps[there], values[there], smoothed(values[there], weight)))
    if len(made) == 2 and np.array_equal(made[0].raw, made[1].raw):  # one part is the whole
        made = [curve for curve in made if curve.part != "total"]
    return tuple(made)


def validation(log: RunLog, part: str) -> tuple[Floats, Floats]:
    """Returns steps and values of a part on held-out clouds."""
    seen = [(each.step, each.validation[part]) for each in log.evaluations if part in each.validation]
    return np.array([step for step, _ in seen], float), np.array([value for _, value in seen], float)


def accuracy(log: RunLog) -> tuple[Floats, Floats]:
    """Returns steps and shares of held-out clouds named right."""
    seen = [(each.step, each.top1) for each in log.evaluations if each.top1 is not None]
    return np.array([step for step, _ in seen], float), np.array([value for _, value in seen], float)


# ---------------------------------------------------------------- words


def metric(evaluation: Evaluation | None) -> str:
    """Says how good an epoch was."""
    return "–" if evaluation is None else evaluation.words


def doing(run: FollowedRun) -> str:
    """Says in one line what a run does, or how it ended."""
    log = run.log
    if run.problem:
        return run.problem
    if run.asked and run.running:
        return {
            "pause": "Pausing after this step…",
            "continue": "Going on…",
            "stop": "Stopping after this step…",
            "discard": "Stopping, to be discarded…",
        }[run.asked]
    match run.status:
        case "starting":
            return f"{log.text}…" if log.text else "Starting the trainer…"
        case "data":
            return f"Preparing data {100 * log.made / max(log.wanted, 1):.0f} %"
        case "training":
            return f"Epoch {grouped(min(log.epoch + 1, log.epochs))} of {grouped(log.epochs)}"
        case "paused":
            return f"Paused in epoch {log.epoch + 1}; its model is kept"
        case "stopped":
            return f"Stopped after {counted(log.step, 'step')}; its model is kept"
        case "done":
            took = f" in {duration(log.seconds)} of training" if log.seconds else ""
            return f"Done: {counted(log.epochs, 'epoch')}{took}"
        case "broken off":
            return f"Broken off after {counted(log.step, 'step')}; it goes on from its last checkpoint"
    return log.text


def fraction(run: FollowedRun) -> float:
    """Returns how far a run is, in 0..1; of the data while that is prepared and no step was done."""
    log = run.log
    return log.made / max(log.wanted, 1) if run.status == "data" and not log.step else log.fraction


# ---------------------------------------------------------------- what a new run will cost


def estimate(new: NewRun, runs: Sequence[FollowedRun]) -> str:
    """Says what will be written, and how long it may take where an earlier run tells."""
    millions = MILLIONS.get(new.preset, 0.0)
    model, kept = 4e6 * millions, 5  # last, best and the three newest
    disk = f"About {in_bytes(model)} a checkpoint, at most {in_bytes(model * kept + 3 * model)} in all."
    like = next((run for run in runs if run.config.get("preset") == new.preset and run.log.clouds_per_s), None)
    if like is not None:
        epochs, size = new.epochs or like.log.epochs, new.batch_size or like.log.batch_size
        seconds = epochs * like.log.steps_per_epoch * size / like.log.clouds_per_s
        pace = f"{counted(round(like.log.clouds_per_s), 'cloud')} a second"
        return f"{disk} About {duration(seconds)} of training, going by '{like.name}' ({pace})."
    if new.recipe == "quick":
        return f"{disk} About two minutes on two cores."
    return f"{disk} How long it takes is known after the first steps."


def table(folder: str, files: Mapping[str, int], pinned: frozenset[str], log: RunLog) -> tuple[Stored, ...]:
    """Returns the rows of the checkpoint table, the best first, then the last, then the kept ones from new to old.

    Args:
        folder: of the run.
        files: sizes in bytes of model files by name inside the folder.
        pinned: names of those that are pinned.
        log: what the run told.
    """
    by_epoch = {each.epoch: each for each in log.evaluations}
    last = log.evaluations[-1] if log.evaluations else None
    rows = []
    for name, title, judged in (("best.safetensors", "best", log.best), ("last.safetensors", "last", last)):
        if name in files:
            rows.append(Stored(f"{folder}/{name}", title, files[name], judged.epoch if judged else None, judged))
    for name in sorted((name for name in files if name.startswith("checkpoints/")), reverse=True):
        digits = PurePath(name).stem.rpartition("-")[2]
        if digits.isdigit():
            epoch = int(digits)
            judged = by_epoch.get(epoch)
            rows.append(Stored(f"{folder}/{name}", f"epoch {epoch}", files[name], epoch, judged, name in pinned, spare=True))
    return tuple(rows)


def shot_of(log: RunLog, epoch: int | None) -> Shot | None:
    """Returns the probe's reconstruction of an epoch, or the newest."""
    if epoch is None:
        return log.shots[-1] if log.shots else None
    return next((shot for shot in log.shots if shot.epoch == epoch), None)
