"""The fine-tuning recipe (ReCon §4.1, Table 10): a classifier on the encoder's features, in the same loop as pretraining."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from recon_model.checkpoint.loading import transfer
from recon_model.checkpoint.opening import PARTS, open_pretraining
from recon_model.config import ModelConfig, require, require_choice
from recon_model.data.labelled import load_labelled
from recon_model.errors import ConfigError
from recon_model.geometry.patches import Patches
from recon_model.models.classifier import Classifier
from recon_model.models.pretraining import Pretraining
from recon_model.train.labelled_source import Augment, LabelledSource
from recon_model.train.launch import conduct, make_fabric
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
    """The paper's recipe: 2e-5 for the whole model, 1e-4 on a frozen encoder."""
    ours: dict[str, object] = {
        "mode": mode,
        "learning_rate": 2e-5 if mode == "full" else 1e-4,
        "batch_size": 32,
        "clip_norm": 10.0,
        "probe_every": 0,
        "log_every": 1,
    }
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
    """

    rebuild: Rebuild | None = None

    def __init__(self, start: Pretraining, recipe: FinetuneConfig, classes: int) -> None:
        self.recipe = recipe
        frozen = recipe.mode != "full"
        config = start.config if frozen else replace(start.config, drop_path=recipe.drop_path)
        self.model = Classifier(config, classes, "linear" if recipe.mode == "linear" else "mlp", recipe.dropout)
        transfer(self.model, start.state_dict(), "start")
        if frozen:
            self.model.encoder.requires_grad_(False)
            # The encoder stays what it was, so what rebuilds and names with it goes along, to be tried on the bench.
            for name in PARTS:
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
    asked = _taken_up(request) if request.resume else _begun(request)
    recipe = FinetuneConfig.from_dict(asked["recipe"])
    if request.resume:
        model = ModelConfig.from_dict(asked["model"])
    else:
        opened = open_pretraining(asked["init"])
        model = ModelConfig.from_dict({**opened.model.config.to_dict(), **request.model_changes})
        asked |= {"model": model.to_dict(), "from": {key: opened.card.get(key) for key in ("name", "teacher", "templates", "temperature")}}
    clouds = load_labelled(Path(asked["data"]), recipe.seed)
    source = LabelledSource(clouds, model, recipe, recipe.augment)
    if recipe.batch_size > source.size:
        recipe = replace(recipe, batch_size=source.size)
        source = LabelledSource(clouds, model, recipe, recipe.augment)
        asked["recipe"] = recipe.to_dict()
    fabric = make_fabric(request.device, recipe.precision)
    folder = RunFolder(request.out, quiet=fabric.global_rank != 0, heard_by=[Teller(say)])

    def make() -> Loop:
        def task() -> FinetuningTask:
            start = Pretraining(model)
            if not request.resume:
                start.load_state_dict(opened.model.state_dict())
            return FinetuningTask(start, recipe, len(source.names))

        return Loop(fabric, recipe, source, folder, _card(asked, source), task)

    return conduct(fabric, folder, source, None if request.resume else asked, make)


def _begun(request: FinetuneRequest) -> dict[str, Any]:
    if request.data is None:
        raise ConfigError("data (None) must be an .npz, a .csv of files and labels, or a folder of clouds to fine-tune on.")
    recipe = finetuning(request.mode or "full", **request.recipe_changes)
    init = request.init or "default"
    return {
        "task": TASK,
        "preset": f"classifier, {recipe.mode}",
        "data": str(Path(request.data).expanduser().resolve()),
        "init": init if init == "default" else str(Path(init).expanduser().resolve()),
        "recipe": recipe.to_dict(),
    }


def _taken_up(request: FinetuneRequest) -> dict[str, Any]:
    config = RunFolder(request.out).config()
    if config.get("task") != TASK:
        raise ConfigError(f"'{request.out}' holds a run of recon pretrain; resume it with that.")
    given = {**request.recipe_changes, **({"mode": request.mode} if request.mode else {})}
    for key, value in given.items():
        if value != config["recipe"][key]:
            raise ConfigError(f"{key} ({value}) must be {config['recipe'][key]}, as the run was begun, or be left out, to resume.")
    return config


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
