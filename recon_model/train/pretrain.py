"""The pretraining recipe (ReCon §3.2), top to bottom: data, teacher, model, steps, validation, checkpoints."""

import math
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from recon_model.config import ModelConfig
from recon_model.models.pretraining import Pretraining
from recon_model.nn.masking import draw_mask
from recon_model.train.control import Control
from recon_model.train.objective import Objective
from recon_model.train.optimiser import adamw
from recon_model.train.run_folder import RunFolder
from recon_model.train.schedule import learning_rate
from recon_model.train.settings import RecipeConfig
from recon_model.train.sources import Batch, Source
from recon_model.train.targets import TextTargets
from recon_model.train.validation import Validation, validate

DATA_EVENT_SECONDS = 1.0


@dataclass
class Progress:
    """Where a run stands; saved with every checkpoint."""

    epoch: int = 0
    step: int = 0
    best: float = -math.inf
    seconds: float = 0.0


@dataclass
class Meter:
    """Losses since the last line in the log."""

    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, losses: Mapping[str, Tensor]) -> None:
        """Adds one step."""
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value.detach())
            self.counts[name] = self.counts.get(name, 0) + 1

    def means(self) -> dict[str, float]:
        """Returns the mean of each part over the steps that had it."""
        return {name: value / self.counts[name] for name, value in self.sums.items()}


class Stopped(Exception):
    """Raised inside the loop when a stop was asked for; the checkpoint is written before it leaves the recipe."""


class Pretrainer:
    """One run, from its first or its resumed step to its last.

    Args:
        fabric: device, precision and processes.
        model: the model's settings.
        recipe: the run's settings.
        source: clouds.
        targets: texts.
        folder: where the run is written.
        card: what every checkpoint says about itself.
    """

    def __init__(
        self,
        fabric: Fabric,
        model: ModelConfig,
        recipe: RecipeConfig,
        source: Source,
        targets: TextTargets,
        folder: RunFolder,
        card: Mapping[str, Any],
    ) -> None:
        self.fabric, self.recipe, self.config, self.source, self.targets, self.folder = fabric, recipe, model, source, targets, folder
        self.card = dict(card)
        self.control = Control(folder.path)
        self.progress = Progress()
        self.steps_per_epoch = recipe.steps_per_epoch or max(source.size // recipe.batch_size, 1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            self.model = Pretraining(model)
            self._rng_state = torch.get_rng_state()
        objective = Objective(self.model, recipe, targets.classifier)
        self.objective, self.optimiser = fabric.setup(objective, adamw(objective, recipe.weight_decay, recipe.learning_rate))
        self._meter = Meter()
        self._last_data_event = 0.0

    def run(self) -> str:
        """Trains to the end, or until asked to stop.

        Returns:
            "done" or "stopped".
        """
        self.control.clear()
        with self.control.listening(), torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._rng_state)
            try:
                held_out = self.source.validation(self._wait_for_data)
                while self.progress.epoch < self.recipe.epochs:
                    self._epoch()
                    self._finish_epoch(held_out)
            except Stopped:
                self._checkpoint()
                self.folder.event("stop", reason=self.control.reason, epoch=self.progress.epoch, step=self.progress.step)
                return "stopped"
            finally:
                self._rng_state = torch.get_rng_state()
        self.folder.event("done", epoch=self.progress.epoch, step=self.progress.step, seconds=round(self.progress.seconds, 1))
        return "done"

    def resume(self) -> None:
        """Takes over everything from the folder's last checkpoint; a run without one starts afresh."""
        loaded = self.folder.load_resume()
        if loaded is None:
            return
        tensors, numbers = loaded
        self.model.load_state_dict({key[6:]: value for key, value in tensors.items() if key.startswith("model.")})
        self._rng_state = tensors["rng"]
        state = self.optimiser.state_dict()
        for key, value in tensors.items():
            if key.startswith("optimiser."):
                _, index, name = key.split(".")
                state["state"].setdefault(int(index), {})[name] = value
        self.optimiser.load_state_dict(state)
        self.progress = Progress(**numbers)
        self.folder.event("resume", epoch=self.progress.epoch, step=self.progress.step)

    # ---------------------------------------------------------------- one epoch

    def _epoch(self) -> None:
        epoch = self.progress.epoch
        first = self.progress.step - epoch * self.steps_per_epoch
        if not self.source.prepare(epoch, self._wait_for_data):
            raise Stopped
        self.objective.train()
        self._meter = Meter()
        for step in range(first, self.steps_per_epoch):
            started = time.perf_counter()
            self._meter.add(self._step(self.source.batch(epoch, step)))
            self.progress.step += 1
            self.progress.seconds += time.perf_counter() - started
            if self.progress.step % self.recipe.log_every == 0:
                self._log_step()
            self._obey()

    def _step(self, batch: Batch) -> dict[str, Tensor]:
        rate = learning_rate(self.recipe, self.progress.step, self.steps_per_epoch)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        generator = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + self.progress.step)
        hidden = draw_mask(batch.patches.centres, self.config.mask_ratio, self.config.mask_strategy, generator)
        if self.recipe.caption_share:
            self.targets.learn_captions(batch.captions)
        text = self.targets.draw(batch.labels, batch.captions, self.recipe.caption_share, generator)
        batch, hidden, text = self._mine(batch, hidden, text)
        share, step = self.recipe.reconstruct_share, self.progress.step
        reconstruct = int(share * (step + 1)) > int(share * step)
        with self._attention():
            losses: dict[str, Tensor] = self.objective(
                batch.patches, hidden, labels=batch.labels, text=text, images=batch.images, reconstruct=reconstruct
            )
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

    def _mine(self, batch: Batch, hidden: Tensor, text: Tensor) -> tuple[Batch, Tensor, Tensor]:
        """This process's share of a batch, on its device."""
        device, part = self.fabric.device, slice(self.fabric.global_rank, None, self.fabric.world_size)
        centres, relative = batch.patches.centres[part].to(device), batch.patches.relative[part].to(device)
        images = None if batch.images is None else batch.images[part].to(device)
        patches = batch.patches._replace(centres=centres, relative=relative)
        mine = batch._replace(patches=patches, labels=batch.labels[part].to(device), images=images)
        return mine, hidden[part].to(device), text[part].to(device)

    def _finish_epoch(self, held_out: list[Batch]) -> None:
        result = validate(self.model, held_out, self.targets.classifier, self.config.mask_ratio, self.recipe.seed)
        self.progress.epoch += 1
        score = result.score()
        is_best = score > self.progress.best
        self.progress.best = max(score, self.progress.best)
        self.folder.event("epoch", epoch=self.progress.epoch, step=self.progress.step, **result.rounded(), best=is_best, **self._rates())
        self._checkpoint(result, is_best=is_best)

    # ---------------------------------------------------------------- the folder

    def _checkpoint(self, result: Validation | None = None, *, is_best: bool = False) -> None:
        if self.fabric.global_rank == 0:
            weights = self.model.state_dict()
            card = {**self.card, "epoch": self.progress.epoch, "step": self.progress.step}
            if result is not None:
                card["validation"] = result.rounded()
            tensors = {f"model.{key}": value for key, value in weights.items()}
            for index, state in self.optimiser.state_dict()["state"].items():
                tensors.update({f"optimiser.{index}.{name}": torch.as_tensor(value) for name, value in state.items()})
            tensors["rng"] = torch.get_rng_state()
            self.folder.save_resume(tensors, vars(self.progress))
            for name in ("last", "best") if is_best else ("last",):
                self.folder.save_model(name, weights, card)
        self.folder.event("checkpoint", epoch=self.progress.epoch, step=self.progress.step, best=is_best)

    def _log_step(self) -> None:
        rates, losses = self._rates(), {name: round(value, 6) for name, value in self._meter.means().items()}
        self.folder.event("step", epoch=self.progress.epoch, step=self.progress.step, losses=losses, **rates)
        self._meter = Meter()

    def _rates(self) -> dict[str, float]:
        rate = learning_rate(self.recipe, max(self.progress.step - 1, 0), self.steps_per_epoch)
        per_step = self.progress.seconds / max(self.progress.step, 1)
        left = self.recipe.epochs * self.steps_per_epoch - self.progress.step
        speed = self.recipe.batch_size / per_step if per_step else 0.0
        return {"learning_rate": rate, "clouds_per_s": round(speed, 1), "eta_s": round(left * per_step, 1)}

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


def parameters(model: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(parameter.numel() for parameter in model.parameters())
