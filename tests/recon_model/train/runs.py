"""Small runs for the tests of training: a tiny model, two kinds of clouds, and a teacher that is a table of random vectors."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from recon_model.config import ModelConfig
from recon_model.data.labelled import LabelledClouds
from recon_model.runs.files import at_work
from recon_model.train.launch import make_fabric
from recon_model.train.loop import Loop
from recon_model.train.pretrain import pretrainer as make_pretrainer
from recon_model.train.run_folder import RunFolder
from recon_model.train.settings import RecipeConfig
from recon_model.train.sources import Batch, CloudSource
from recon_model.train.targets import TextTargets

DIM = 12
CARD = {"name": "tiny"}


def model_config(**changes: object) -> ModelConfig:
    return ModelConfig.from_dict(
        {
            "width": 16,
            "depth": 2,
            "heads": 2,
            "decoder_depth": 1,
            "decoder_heads": 2,
            "num_points": 64,
            "num_groups": 8,
            "group_size": 6,
            "patch_widths": (8, 8, 16),
            "position_width": 8,
            "patch_scale": 3.0,
            "centre_scale": 2.0,
            "stop_gradient": False,
            "image_dim": DIM,
            "text_dim": DIM,
            "zero_shot_ratio": 1.0,
            **changes,
        }
    )


def recipe_config(**changes: object) -> RecipeConfig:
    ours: dict[str, object] = {
        "epochs": 3,
        "steps_per_epoch": 4,
        "batch_size": 8,
        "warmup_epochs": 0.5,
        "learning_rate": 3e-3,
        "log_every": 2,
    }
    return RecipeConfig.from_dict({**ours, "contrast_weight": 1.0, "validation_shapes": 6, **changes})


def clouds(count: int = 40) -> LabelledClouds:
    """Half long rods along y, half flat discs."""
    rng = np.random.default_rng(5)
    points = rng.normal(size=(count, 96, 3)).astype(np.float32)
    labels = np.arange(count) % 2
    points *= np.where(labels == 0, 1.0, 0.0)[:, None, None] * [0.1, 1, 0.1] + np.where(labels == 1, 1.0, 0.0)[:, None, None] * [1, 0.1, 1]
    return LabelledClouds(points.astype(np.float32), labels, ("rod", "disc"))


def encode(texts: list[str]) -> torch.Tensor:
    """A teacher: one fixed random vector for each of the two words."""
    table = torch.randn(2, DIM, generator=torch.Generator().manual_seed(1))
    return torch.stack([table[0 if "rod" in text else 1] for text in texts])


def pretrainer(
    folder: Path, *, tell: Callable[[int, int], None] | None = None, model: dict[str, object] | None = None, **recipe: object
) -> Loop:
    """A run that tells before each step which one comes."""
    config, settings = model_config(**(model or {})), recipe_config(**recipe)
    source = CloudSource(clouds(), config, settings)
    targets = TextTargets(encode, source.names, ("a {}", "the {}."))
    fabric = make_fabric("cpu", settings.precision)
    loop = make_pretrainer(fabric, config, settings, source, targets, RunFolder(folder), CARD)
    step = loop._step

    def told(batch: Batch) -> dict[str, Tensor]:
        if tell is not None:
            tell(*divmod(loop.progress.step, loop.steps_per_epoch))
        return step(batch)

    loop._step = told  # type: ignore[method-assign]
    return loop


def begin(folder: Path, *, tell: Callable[[int, int], None] | None = None, model: dict[str, object] | None = None, **recipe: object) -> str:
    """Starts and runs a new run."""
    made = pretrainer(folder, tell=tell, model=model, **recipe)
    made.folder.start({"recipe": made.recipe.to_dict()})
    return made.run()


def go_on(folder: Path, *, model: dict[str, object] | None = None, **recipe: object) -> str:
    """Resumes a run."""
    made = pretrainer(folder, model=model, **recipe)
    made.resume()
    with at_work(folder):
        return made.run()
