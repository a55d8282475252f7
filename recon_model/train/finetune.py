"""The fine-tuning recipe (ReCon §4.1, Table 10): a classifier on the encoder's features, in the same loop as pretraining."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from recon_model.checkpoint.loading import transfer
from recon_model.checkpoint.opening import PARTS, Opened, open_pretraining
from recon_model.config import ModelConfig, require, require_choice
from recon_model.counts import counted
from recon_model.data.labelled import load_labelled
from recon_model.errors import ConfigError
from recon_model.geometry.patches import Patches
from recon_model.models.classifier import Classifier
from recon_model.models.pretraining import Pretraining
from recon_model.runs.files import RESUME
from recon_model.train.labelled_source import Augment, LabelledSource
from recon_model.train.launch import DEFAULT, absolute, agree, conduct, make_fabric
from recon_model.train.loop import Judged, Loop
from recon_model.train.optimiser import parameter_groups
from recon_model.train.probe import Rebuild
from recon_model.train.run_folder import RunFolder
from recon_model.train.settings import LoopConfig
from recon_model.train.sources import Batch
from recon_model.train.telling import Teller, silent

Mode = Literal["full", "mlp3", "linear"]
TASK = "finetune"
"""What ``config.json`` calls such a run."""


@dataclass(frozen=True, kw_only=True)
class FinetuneConfig(LoopConfig):
    """How a classifier learns."""

    mode: Mode = "full"
    """"full" trains everything, "mlp3" a head of three layers and "linear" one of a single layer on a frozen encoder."""
    head_factor: float = 10.0
    """The head's learning rate, as a multiple."""
    drop_path: float = 0.2
    """Stochastic depth of the encoder, where it is trained."""
    dropout: float = 0.5
    """Dropout in the head of three layers."""
    augment: Augment = "turn"
    """"turn" about the up axis (ScanObjectNN), or "scale" and shift each axis (ModelNet)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_choice("mode", self.mode, get_args(Mode))
        require_choice("augment", self.augment, get_args(Augment))
        require(self.head_factor > 0, f"head_factor ({self.head_factor}) must be above 0.")
        for name in ("drop_path", "dropout"):
            require(0 <= getattr(self, name) < 1, f"{name} ({getattr(self, name)}) must be at least 0 and below 1.")


def finetuning(mode: Mode = "full", **changes: object) -> FinetuneConfig:
    """The paper's recipe: 2e-5 for the whole model, 1e-4 on a frozen encoder; of few epochs a tenth warms up."""
    ours: dict[str, object] = {
        "mode": mode,
        "learning_rate": 2e-5 if mode == "full" else 1e-4,
        "batch_size": 32,
        "clip_norm": 10.0,
        "probe_every": 0,
        "log_every": 1,
    }
    if isinstance(epochs := changes.get("epochs"), int):
        ours["warmup_epochs"] = min(FinetuneConfig.warmup_epochs, epochs / 10)  # or they might be over before the rate is up
    return FinetuneConfig.from_dict({**ours, **changes})


class _Objective(nn.Module):
    """The classifier with its cross-entropy. A frozen encoder stays as it is used: no dropout, no statistics that move."""

    def __init__(self, model: Classifier, *, frozen: bool) -> None:
        super().__init__()
        self.model, self._frozen = model, frozen

    def train(self, mode: bool = True) -> "_Objective":
        super().train(mode)
        if self._frozen:
            self.model.encoder.eval()
        return self

    def forward(self, patches: Patches, labels: Tensor) -> dict[str, Tensor]:
        loss = cross_entropy(self.model(patches), labels)
        return {"classification": loss, "total": loss}


class FinetuningTask:
    """Name clouds as one of the classes at hand.

    Args:
        start: the model whose encoder is taken.
        recipe: the run's settings.
        classes: how many there are.
        parts: those of ``PARTS`` that the model has; a frozen encoder takes them along.
    """

    rebuild: Rebuild | None = None

    def __init__(self, start: Pretraining, recipe: FinetuneConfig, classes: int, parts: Sequence[str] = PARTS) -> None:
        self.recipe = recipe
        frozen = recipe.mode != "full"
        config = start.config if frozen else replace(start.config, drop_path=recipe.drop_path)
        self.model = Classifier(config, classes, "linear" if recipe.mode == "linear" else "mlp", recipe.dropout)
        transfer(self.model, start.state_dict(), "start")
        if frozen:
            self.model.encoder.requires_grad_(False)
            # The encoder stays what it was, so what rebuilds and names with it goes along, to be tried on the bench.
            for name in parts:
                self.model.add_module(name, getattr(start, name).requires_grad_(False))
        self.objective = _Objective(self.model, frozen=frozen)

    def optimiser(self) -> torch.optim.Optimizer:
        """AdamW with the paper's groups, the head learning faster."""
        recipe = self.recipe
        groups = [{**group, "factor": recipe.head_factor} for group in parameter_groups(self.model.head, recipe.weight_decay)]
        if recipe.mode == "full":
            groups += [{**group, "factor": 1.0} for group in parameter_groups(self.model.encoder, recipe.weight_decay)]
        return torch.optim.AdamW([group for group in groups if group["params"]], lr=recipe.learning_rate, fused=True)

    def inputs(self, batch: Batch, step: int, mine: Callable[[Tensor], Tensor]) -> dict[str, Any]:
        """Clouds and labels."""
        del step
        patches = batch.patches._replace(centres=mine(batch.patches.centres), relative=mine(batch.patches.relative))
        return {"patches": patches, "labels": mine(batch.labels)}

    @torch.no_grad()
    def judge(self, held_out: list[Batch]) -> Judged:
        """Measures accuracy and cross-entropy in one pass; of two equally accurate epochs the surer one is better."""
        self.objective.eval()
        device = next(self.model.parameters()).device
        right, loss, count = 0, 0.0, 0
        for batch in held_out:
            patches = batch.patches._replace(centres=batch.patches.centres.to(device), relative=batch.patches.relative.to(device))
            logits = self.model(patches).float().cpu()
            right += int((logits.argmax(1) == batch.labels).sum())
            loss += float(cross_entropy(logits, batch.labels, reduction="sum"))
            count += len(batch.labels)
        self.objective.train()
        top1, loss = right / count, loss / count
        return Judged(top1 - 1e-6 * min(loss, 100.0), {"top1": round(top1, 4), "validation": {"classification": round(loss, 6)}})


@dataclass(frozen=True, kw_only=True)
class FinetuneRequest:
    """A classifier as it is asked for; None stands for the recipe's own, or the run's to resume."""

    out: Path
    data: str | None = None
    init: str | None = None
    """"default", or a model's or run's folder or file."""
    mode: Mode | None = None
    device: str = "auto"
    resume: bool = False
    recipe_changes: Mapping[str, Any] = field(default_factory=dict)
    model_changes: Mapping[str, Any] = field(default_factory=dict)
    """How clouds are cut: num_points, num_groups, group_size."""


def finetune(request: FinetuneRequest, say: Callable[[str], None] = silent) -> str:
    """Trains a classifier from its beginning, or from its last checkpoint, to its end.

    Args:
        request: what is asked for.
        say: is told in words how the run fares, see ``Teller``.

    Returns:
        "done" or "stopped".

    Raises:
        ConfigError: a setting is unknown or out of range, or the run to resume is of another kind.
        InputError: the data or the folder cannot be used.
        CheckpointError: the model to start from, or the run's resume state, is damaged or foreign.
    """
    asked, opened = _taken_up(request) if request.resume else _begun(request)
    recipe, model = FinetuneConfig.from_dict(asked["recipe"]), ModelConfig.from_dict(asked["model"])
    clouds = load_labelled(Path(asked["data"]), recipe.seed)
    source = LabelledSource(clouds, model, recipe, recipe.augment)
    fabric = make_fabric(request.device, recipe.precision)
    folder = RunFolder(request.out, quiet=fabric.global_rank != 0, heard_by=[Teller(say)])
    teller = say if fabric.global_rank == 0 else silent
    if clouds.left_out:
        teller(clouds.told())
    if recipe.batch_size > source.size:
        teller(f"{counted(source.size, 'cloud')} to learn from make no batch of {recipe.batch_size}; a step takes them all.")
        recipe = replace(recipe, batch_size=source.size)
        source = LabelledSource(clouds, model, recipe, recipe.augment)

    def make() -> Loop:
        def task() -> FinetuningTask:
            start = Pretraining(model)
            if opened is not None:
                transfer(start, opened.model.state_dict(), asked["init"])
            return FinetuningTask(start, recipe, len(source.names), asked.get("parts", PARTS))  # older runs did not say

        return Loop(fabric, recipe, source, folder, _card({**asked, "recipe": recipe.to_dict()}, source), task)

    return conduct(fabric, folder, source, None if request.resume else asked, make)


def _begun(request: FinetuneRequest) -> tuple[dict[str, Any], Opened | None]:
    """Settings of a new run, and the model it starts from."""
    if request.data is None:
        raise ConfigError("data (None) must be an .npz, a .csv of files and labels, or a folder of clouds to fine-tune on.")
    recipe = finetuning(request.mode or "full", **request.recipe_changes)
    init = absolute(request.init or DEFAULT, DEFAULT)
    opened = open_pretraining(init)
    model = ModelConfig.from_dict({**opened.model.config.to_dict(), **request.model_changes})
    lost = set(opened.lacking)
    if model.group_size != opened.model.config.group_size:
        lost.add("decoder")  # which rebuilds patches of the size it was taught
    return {
        "task": TASK,
        "preset": f"classifier, {recipe.mode}",
        "data": absolute(request.data, ""),
        "init": init,
        "recipe": recipe.to_dict(),
        "model": model.to_dict(),
        "parts": [part for part in PARTS if part not in lost],
        "from": {key: opened.card[key] for key in ("name", "teacher", "templates", "temperature") if key in opened.card},
    }, opened


def _taken_up(request: FinetuneRequest) -> tuple[dict[str, Any], Opened | None]:
    """Settings of a run to resume, and the model it starts from where it ended before its first checkpoint."""
    config = RunFolder(request.out).config()
    if config.get("task") != TASK:
        raise ConfigError(f"'{request.out}' holds a run of recon pretrain; resume it with that.")
    given = {
        "data": request.data and absolute(request.data, ""),
        "init": request.init and absolute(request.init, DEFAULT),
        "mode": request.mode,
    }
    agree({**given, **request.recipe_changes, **request.model_changes}, {**config, **config["model"], **config["recipe"]})
    return config, None if (request.out / RESUME).exists() else open_pretraining(config["init"])


def _card(asked: Mapping[str, Any], source: LabelledSource) -> dict[str, Any]:
    return {
        **asked["from"],
        "name": f"{asked['from'].get('name') or 'model'}, {asked['recipe']['mode']} on {Path(asked['data']).stem}",
        "kind": "classifier",
        "config": asked["model"],
        "recipe": asked["recipe"],
        "classes": list(source.names),
        "data": {"source": asked["data"], "names": list(source.names), "clouds": source.size, "seed": asked["recipe"]["seed"]},
        "results": [],
    }
