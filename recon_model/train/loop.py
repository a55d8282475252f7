"""The loop every recipe shares: steps, losses in the log, validation, checkpoints, pause and stop, and going on exactly.

A recipe brings a ``Task``: its model, its losses and its judgement. What a run writes is described in ``run_folder``.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from recon_model.errors import ConfigError, MemoryShortError
from recon_model.train.control import Control
from recon_model.train.probe import Probe, Rebuild
from recon_model.train.run_folder import RunFolder
from recon_model.train.schedule import learning_rate
from recon_model.train.settings import LoopConfig
from recon_model.train.sources import Batch, Source

DATA_EVENT_SECONDS = 1.0


class Judged(NamedTuple):
    """What held-out clouds say of a model."""

    score: float
    """What the best checkpoint has most of."""
    figures: dict[str, Any]
    """Figures for the log and the card: "top1" (a share or None) and "validation" (losses by name)."""


class Task(Protocol):
    """What a recipe brings to the loop."""

    @property
    def model(self) -> nn.Module:
        """What checkpoints hold."""
        ...

    @property
    def objective(self) -> nn.Module:
        """Holds the model; called with what ``inputs`` returns, it gives losses by name and "total", what is learned from."""
        ...

    @property
    def rebuild(self) -> Rebuild | None:
        """Rebuilds hidden patches for the probe; None where the model cannot."""
        ...

    def optimiser(self) -> torch.optim.Optimizer:
        """Returns the optimiser; a group's "factor" multiplies the schedule's learning rate."""
        ...

    def inputs(self, batch: Batch, step: int, mine: Callable[[Tensor], Tensor]) -> dict[str, Any]:
        """Returns keyword arguments of the objective for one step, ``mine`` taking this process's share of a tensor to its device."""
        ...

    def judge(self, held_out: list[Batch]) -> Judged:
        """Measures the model as it is; it is left in training mode."""
        ...


@dataclass
class Progress:
    """Where a run stands; saved with every checkpoint."""

    epoch: int = 0
    step: int = 0
    best: float = -math.inf
    seconds: float = 0.0


@dataclass
class Meter:
    """Losses and time since the last line in the log."""

    sums: dict[str, Tensor] = field(default_factory=dict)
    """Where the losses are: to read one would make a GPU wait for the CPU at every step."""
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    steps: int = 0

    def add(self, losses: Mapping[str, Tensor], seconds: float) -> None:
        """Adds one step."""
        self.seconds += seconds
        self.steps += 1
        for name, value in losses.items():
            self.sums[name] = self.sums[name] + value.detach() if name in self.sums else value.detach()
            self.counts[name] = self.counts.get(name, 0) + 1

    def total(self) -> float:
        """Returns the sum of what is learned from, 0 before the first step; it waits for a GPU."""
        return float(self.sums.get("total", 0.0))

    def means(self) -> dict[str, float]:
        """Returns the mean of each part over the steps that had it."""
        return {name: float(value) / self.counts[name] for name, value in self.sums.items()}


class Stopped(Exception):
    """Raised inside the loop when a stop was asked for; the checkpoint is written before it leaves the recipe."""


class Loop:
    """One run, from its first or its resumed step to its last.

    Args:
        fabric: device, precision and processes.
        recipe: how long, how fast, what is kept.
        source: clouds.
        folder: where the run is written.
        card: what every checkpoint says about itself.
        make_task: makes the model and its losses; called once, with torch's generator at the run's seed.
    """

    def __init__(
        self,
        fabric: Fabric,
        recipe: LoopConfig,
        source: Source,
        folder: RunFolder,
        card: Mapping[str, Any],
        make_task: Callable[[], Task],
    ) -> None:
        self.fabric, self.recipe, self.source, self.folder = fabric, recipe, source, folder
        self.card = dict(card)
        self.control = Control(folder.path)
        self.progress = Progress()
        self.steps_per_epoch = recipe.steps_per_epoch or max(source.size // recipe.batch_size, 1)
        self._gpus = [fabric.device] if fabric.device.type == "cuda" else []
        with torch.random.fork_rng(self._gpus):
            torch.manual_seed(recipe.seed)
            self.task = make_task()
            self._random = self._random_state()
        self.model = self.task.model
        self.objective, self.optimiser = fabric.setup(self.task.objective, self.task.optimiser())
        self._meter = Meter()
        self._speed = 0.0  # clouds a second over the last stretch
        self._last_data_event = 0.0
        self._probe: Probe | None = None

    def run(self) -> str:
        """Trains to the end, or until asked to stop.

        Returns:
            "done" or "stopped".

        Raises:
            MemoryShortError: the device has too little memory for a step.
            ConfigError: the loss is no number any more.
        """
        self.folder.event("begin", epochs=self.recipe.epochs, steps_per_epoch=self.steps_per_epoch, batch_size=self.recipe.batch_size)
        with self.control.listening(), torch.random.fork_rng(self._gpus):
            self._set_random_state(self._random)
            try:
                self._train()
            except Stopped:
                self._checkpoint()
                self.folder.event("stop", reason=self.control.reason, epoch=self.progress.epoch, step=self.progress.step)
                return "stopped"
            except (MemoryError, RuntimeError) as error:
                if not _is_memory_short(error):
                    raise
                raise self._memory_short() from error
            finally:
                self._random = self._random_state()
        self.folder.event("done", epoch=self.progress.epoch, step=self.progress.step, seconds=round(self.progress.seconds, 1))
        return "done"

    def resume(self) -> None:
        """Takes over everything from the folder's last checkpoint; a run without one starts afresh."""
        loaded = self.folder.load_resume()
        if loaded is not None:
            tensors, numbers = loaded
            self.model.load_state_dict({key[6:]: value for key, value in tensors.items() if key.startswith("model.")})
            self._random = {key: value for key, value in tensors.items() if key.startswith("rng")}
            state = self.optimiser.state_dict()
            for key, value in tensors.items():
                if key.startswith("optimiser."):
                    _, index, name = key.split(".")
                    state["state"].setdefault(int(index), {})[name] = value
            self.optimiser.load_state_dict(state)
            self.progress = Progress(**numbers)
        self.folder.event("resume", epoch=self.progress.epoch, step=self.progress.step)

    # ---------------------------------------------------------------- one epoch

    def _train(self) -> None:
        held_out = self.source.validation(self._wait_for_data)
        self._make_probe(held_out)
        while self.progress.epoch < self.recipe.epochs:
            self._epoch()
            self._finish_epoch(held_out)

    def _epoch(self) -> None:
        epoch = self.progress.epoch
        first = self.progress.step - epoch * self.steps_per_epoch
        if not self.source.prepare(epoch, self._wait_for_data):
            raise Stopped
        self.objective.train()
        self._meter = Meter()
        started = time.perf_counter()
        for batch in self._batches(epoch, first):
            losses = self._step(batch)
            spent = time.perf_counter() - started
            self._meter.add(losses, spent)
            self.progress.step += 1
            self.progress.seconds += spent
            if self.progress.step % self.recipe.log_every == 0:
                self._log_step()
            self._obey()
            started = time.perf_counter()

    def _batches(self, epoch: int, first: int) -> Iterator[Batch]:
        """The batches of an epoch from a step on; each is made while the one before is learnt from."""
        with ThreadPoolExecutor(1) as maker:
            ahead: Future[Batch] | None = None
            for step in range(first, self.steps_per_epoch):
                batch = ahead or maker.submit(self.source.batch, epoch, step)
                ahead = maker.submit(self.source.batch, epoch, step + 1) if step + 1 < self.steps_per_epoch else None
                yield batch.result()

    def _step(self, batch: Batch) -> dict[str, Tensor]:
        rate = learning_rate(self.recipe, self.progress.step, self.steps_per_epoch)
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group.get("factor", 1.0)
        inputs = self.task.inputs(batch, self.progress.step, self._mine)
        with self._attention():
            losses: dict[str, Tensor] = self.objective(**inputs)
            self.fabric.backward(losses["total"])
        if self.recipe.clip_norm:
            self.fabric.clip_gradients(self.objective, self.optimiser, max_norm=self.recipe.clip_norm)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return losses

    def _attention(self) -> AbstractContextManager[Any]:
        """On a CPU, torch's fused attention in bf16 is five times slower than plain matrix products at these sizes."""
        plain = self.fabric.device.type == "cpu" and self.recipe.precision == "bf16-mixed"
        return sdpa_kernel(SDPBackend.MATH) if plain else nullcontext()

    def _mine(self, values: Tensor) -> Tensor:
        """This process's share of a batch, on its device."""
        return values[self.fabric.global_rank :: self.fabric.world_size].to(self.fabric.device)

    def _finish_epoch(self, held_out: list[Batch]) -> None:
        self._require_a_number(self._meter.total())
        started = time.perf_counter()
        judged = self.task.judge(held_out)
        self._require_a_number(judged.score)
        self.progress.seconds += time.perf_counter() - started
        self.progress.epoch += 1
        is_best = judged.score > self.progress.best
        self.progress.best = max(judged.score, self.progress.best)
        place = {"epoch": self.progress.epoch, "step": self.progress.step}
        self.folder.event("epoch", **place, **judged.figures, best=is_best, **self._rates())
        if self._probe is not None and (self.progress.epoch % self.recipe.probe_every == 0 or self.progress.epoch == self.recipe.epochs):
            self._probe.show(self.progress.epoch)
        self._checkpoint(judged, is_best=is_best)

    def _make_probe(self, held_out: list[Batch]) -> None:
        if self.task.rebuild is None or not self.recipe.probe_every or not held_out or self.fabric.global_rank != 0:
            return
        self._probe = Probe(held_out[0], self.source.names, self.task.rebuild, self.folder, self.fabric.device)
        if self.progress.step == 0:
            self._probe.show(0)  # what chance makes of it, to see it take shape from

    # ---------------------------------------------------------------- the folder

    def _checkpoint(self, judged: Judged | None = None, *, is_best: bool = False) -> None:
        self._require_a_number(self._meter.total())
        kept = ""
        if self.fabric.global_rank == 0:
            weights = self.model.state_dict()
            card = {**self.card, "epoch": self.progress.epoch, "step": self.progress.step}
            if judged is not None:
                card["validation"] = judged.figures
            # The resume state goes last: a run killed in between does this epoch again, and writes the same models again.
            for name in ("last", "best") if is_best else ("last",):
                self.folder.save_model(name, weights, card)
            if judged is not None and self.recipe.keep and self.progress.epoch % self.recipe.keep_every == 0:
                kept = self.folder.keep_model(self.progress.epoch, weights, card, self.recipe.keep)
            tensors = {f"model.{key}": value for key, value in weights.items()}
            for index, state in self.optimiser.state_dict()["state"].items():
                tensors.update({f"optimiser.{index}.{name}": torch.as_tensor(value) for name, value in state.items()})
            tensors.update(self._random_state())
            self.folder.save_resume(tensors, vars(self.progress))
        more = {"kept": kept} if kept else {}
        self.folder.event("checkpoint", epoch=self.progress.epoch, step=self.progress.step, best=is_best, **more)

    def _log_step(self) -> None:
        means = self._meter.means()
        self._require_a_number(means["total"])
        self._speed = self.recipe.batch_size * self._meter.steps / max(self._meter.seconds, 1e-9)
        losses = {name: round(value, 6) for name, value in means.items()}
        self.folder.event("step", epoch=self.progress.epoch, step=self.progress.step, losses=losses, **self._rates())
        self._meter = Meter()

    def _require_a_number(self, value: float) -> None:
        """What comes of a loss that is none must reach neither the log nor a checkpoint."""
        if not math.isfinite(value):
            raise ConfigError(
                f"The loss at step {self.progress.step} is no number any more; "
                f"learning_rate ({self.recipe.learning_rate}) must be lower for this recipe."
            )

    def _rates(self) -> dict[str, float]:
        rate = learning_rate(self.recipe, max(self.progress.step - 1, 0), self.steps_per_epoch)
        per_step = self.progress.seconds / max(self.progress.step, 1)
        left = self.recipe.epochs * self.steps_per_epoch - self.progress.step
        speed = self._speed or (self.recipe.batch_size / per_step if per_step else 0.0)
        return {"learning_rate": rate, "clouds_per_s": round(speed, 1), "eta_s": round(left * per_step, 1)}

    def _memory_short(self) -> MemoryShortError:
        size, device = self.recipe.batch_size, str(self.fabric.device)
        self.folder.event("out_of_memory", batch_size=size, device=device)
        return MemoryShortError(f"batch_size ({size}) needs more memory than {device} has free; {max(size // 2, 2)} needs about half.")

    # ---------------------------------------------------------------- chance

    def _random_state(self) -> dict[str, Tensor]:
        """The generators' states: the CPU's and the GPU's, from which stochastic depth draws there."""
        return {"rng": torch.get_rng_state()} | ({"rng_gpu": torch.cuda.get_rng_state(self._gpus[0])} if self._gpus else {})

    def _set_random_state(self, state: Mapping[str, Tensor]) -> None:
        torch.set_rng_state(state["rng"])
        if self._gpus and "rng_gpu" in state:  # a run may be taken up on another device
            torch.cuda.set_rng_state(state["rng_gpu"], self._gpus[0])

    # ---------------------------------------------------------------- stop and pause

    def _obey(self) -> None:
        # One process may see a file before another does; all do as the first one says, or they would wait for each other for ever.
        stop, pause = self.control.should_stop(), self.control.should_pause()
        if self.fabric.world_size > 1:
            stop, pause = self.fabric.broadcast((stop, pause))
        if pause and not stop:
            self._checkpoint()
            self.folder.event("pause", epoch=self.progress.epoch, step=self.progress.step)
            self.control.wait_while_paused()
            self.folder.event("continue", epoch=self.progress.epoch, step=self.progress.step)
            stop = self.control.should_stop()
            if self.fabric.world_size > 1:
                stop = self.fabric.broadcast(stop)
        if stop:
            raise Stopped

    def _wait_for_data(self, made: int, wanted: int) -> bool:
        if time.monotonic() - self._last_data_event >= DATA_EVENT_SECONDS:
            self._last_data_event = time.monotonic()
            self.folder.event("data", made=made, wanted=wanted)
        return self.control.should_stop()


def _is_memory_short(error: BaseException) -> bool:
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "can't allocate memory" in str(error)
