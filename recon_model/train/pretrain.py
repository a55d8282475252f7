"""The pretraining recipe (ReCon §3.2): what the loop is told of model, losses and judgement."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from recon_model.config import ModelConfig
from recon_model.geometry.orientation import draw_wrong
from recon_model.geometry.patches import Patches
from recon_model.models.inference import as_it_answers
from recon_model.models.pretraining import Pretraining
from recon_model.nn.masking import draw_mask
from recon_model.train.loop import Judged, Loop
from recon_model.train.objective import Objective
from recon_model.train.optimiser import adamw
from recon_model.train.run_folder import RunFolder
from recon_model.train.settings import RecipeConfig
from recon_model.train.sources import Batch, Source
from recon_model.train.targets import TextTargets
from recon_model.train.validation import validate


class PretrainingTask:
    """Rebuild what is hidden, and speak like the teachers.

    Args:
        config: the model's settings.
        recipe: the run's settings.
        targets: texts.
    """

    def __init__(self, config: ModelConfig, recipe: RecipeConfig, targets: TextTargets) -> None:
        self.config, self.recipe, self.targets = config, recipe, targets
        self.model = Pretraining(config)
        self.model.encoder.patch_embedding.frozen = recipe.frozen_norm
        self.objective = Objective(self.model, recipe, targets.classifier)
        self.rebuild = self._rebuild

    def optimiser(self) -> torch.optim.Optimizer:
        """AdamW with the paper's groups."""
        return adamw(self.objective, self.recipe.weight_decay, self.recipe.learning_rate)

    def inputs(self, batch: Batch, step: int, mine: Callable[[Tensor], Tensor]) -> dict[str, Any]:
        """Draws masks and texts for the whole batch, whatever share of it is this process's."""
        generator = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + step)
        hidden = draw_mask(batch.patches.centres, self.config.mask_ratio, self.config.mask_strategy, generator)
        text = self.targets.draw(batch.labels, batch.captions, self.recipe.caption_share, generator)
        share = self.recipe.reconstruct_share
        reconstruct = int(share * (step + 1)) > int(share * step)
        if self.recipe.show_whole and not reconstruct:
            hidden = torch.zeros_like(hidden)
        return {
            "patches": batch.patches._replace(centres=mine(batch.patches.centres), relative=mine(batch.patches.relative)),
            "hidden": mine(hidden),
            "labels": mine(batch.labels),
            "text": mine(text),
            "images": None if batch.images is None else mine(batch.images),
            "wrong": mine(draw_wrong(len(batch.labels), self.recipe.wrong_ups, generator)) if self.recipe.wrong_ups else None,
            "reconstruct": reconstruct,
        }

    def judge(self, held_out: list[Batch]) -> Judged:
        """Measures reconstruction and naming, see ``validate``; in bfloat16, of the model as it will answer."""
        model = as_it_answers(self.model) if self.recipe.precision == "bf16-mixed" else self.model
        result = validate(model, held_out, self.targets.classifier, self.config.mask_ratio, self.recipe.seed)
        return Judged(result.score(), result.rounded())

    @torch.no_grad()
    def _rebuild(self, patches: Patches, hidden: Tensor) -> Tensor:
        self.model.eval()
        rebuilt = self.model.reconstruct(patches, hidden).points
        self.model.train()
        return rebuilt


def pretrainer(
    fabric: Fabric,
    model: ModelConfig,
    recipe: RecipeConfig,
    source: Source,
    targets: TextTargets,
    folder: RunFolder,
    card: Mapping[str, Any],
) -> Loop:
    """Returns a pretraining run, ready to begin or to be resumed.

    Args:
        fabric: device, precision and processes.
        model: the model's settings.
        recipe: the run's settings.
        source: clouds.
        targets: texts.
        folder: where the run is written.
        card: what every checkpoint says about itself.
    """
    return Loop(fabric, recipe, source, folder, card, lambda: PretrainingTask(model, recipe, targets))


def parameters(model: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(parameter.numel() for parameter in model.parameters())
