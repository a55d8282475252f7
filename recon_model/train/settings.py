"""The settings of a training run: everything besides the model's shape that changes what is learned."""

from dataclasses import dataclass
from typing import Literal, get_args

from recon_model.config import Settings, require, require_choice

Schedule = Literal["cosine", "release"]
Precision = Literal["32-true", "bf16-mixed"]


@dataclass(frozen=True, kw_only=True)
class LoopConfig(Settings):
    """How long and how fast any recipe learns, and what is kept of it (defaults: ReCon §4, Table 10, unless a line says otherwise)."""

    epochs: int = 300
    """Passes; with ``steps_per_epoch`` set, an epoch is that many steps."""
    steps_per_epoch: int = 0
    """Steps in an epoch; 0 is one pass over the data."""
    batch_size: int = 128
    """Clouds per step, over all devices."""
    seed: int = 0
    """Seed of the weights, the data, the masks and the augmentation."""
    learning_rate: float = 5e-4
    """Peak learning rate of AdamW."""
    final_learning_rate: float = 1e-6
    """Learning rate that warm-up starts from and the cosine ends at."""
    warmup_epochs: float = 10.0
    """Epochs of linear warm-up."""
    schedule: Schedule = "cosine"
    """"cosine" moves at every step; "release" at the end of an epoch, as the authors' code does: epochs 0 and 1 are both at the lowest."""
    weight_decay: float = 0.05
    """Weight decay; none on 1-D parameters, biases, and names that hold "token"."""
    clip_norm: float = 0.0
    """Largest norm of the gradient; 0 does not clip."""
    precision: Precision = "32-true"
    """Arithmetic of forward and backward pass; "bf16-mixed" keeps the weights in float32. Pretraining judges held-out clouds in it, too."""
    validation_shapes: int = 512
    """Held-out clouds that each epoch is judged by."""
    log_every: int = 10
    """Steps between two lines of losses in events.jsonl."""
    keep: int = 3
    """Newest checkpoints kept beside the last and the best one; pinned ones are kept besides. 0 keeps none."""
    keep_every: int = 10
    """Epochs between two checkpoints to keep."""
    probe_every: int = 5
    """Epochs between two reconstructions of the probe clouds; 0 rebuilds none."""

    def __post_init__(self) -> None:
        for name in ("epochs", "validation_shapes", "log_every", "keep_every"):
            require(getattr(self, name) >= 1, f"{name} ({getattr(self, name)}) must be at least 1.")
        require(self.batch_size >= 2, f"batch_size ({self.batch_size}) must be at least 2, for BatchNorm has no variance of one cloud.")
        for name in ("steps_per_epoch", "seed", "warmup_epochs", "weight_decay", "clip_norm", "keep", "probe_every"):
            require(getattr(self, name) >= 0, f"{name} ({getattr(self, name)}) must be at least 0.")
        require(self.learning_rate > 0, f"learning_rate ({self.learning_rate}) must be above 0.")
        require_choice("schedule", self.schedule, get_args(Schedule))
        require_choice("precision", self.precision, get_args(Precision))


@dataclass(frozen=True, kw_only=True)
class RecipeConfig(LoopConfig):
    """How one pretraining run learns."""

    templates: str = "published"
    """Template set that names are put into, one drawn at random per cloud."""
    caption_share: float = 0.0
    """Share of clouds whose text is their caption instead of their name (not in the paper)."""
    wrong_ups: int = 0
    """Looks at every cloud lying down, beside the one standing up, in which ``text_contrast`` wants its name not to be found."""
    frozen_norm: bool = False
    """Whether BatchNorm keeps the figures that the run begins with."""
    reconstruction_weight: float = 1.0
    """Weight of the reconstruction loss."""
    teacher_weight: float = 1.0
    """Weight of the two losses against the teachers' features."""
    contrast_weight: float = 0.0
    """Weight of ``text_contrast``: cross-entropy of the zero-shot feature against every class name (not in the paper)."""
    contrast_temperature: float = 0.07
    """Temperature of ``text_contrast``."""
    reconstruct_share: float = 1.0
    """Share of steps that also reconstruct; the others leave the decoder out and cost a bit more than half (1 as published)."""
    show_whole: bool = False
    """Whether the steps that do not reconstruct hide nothing either (not in the paper): names will be asked of whole clouds."""
    image_teacher: bool = True
    """Whether synthetic shapes are also taught by the image teacher's feature of a depth view."""
    shapes: int = 20_000
    """Synthetic shapes in the pool, counting every shape's one augmented pose (synthetic data only)."""
    names: tuple[str, ...] = ()
    """Categories of synthetic shapes; none stands for all there are."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.shapes >= 1, f"shapes ({self.shapes}) must be at least 1.")
        require(self.contrast_weight >= 0, f"contrast_weight ({self.contrast_weight}) must be at least 0.")
        require(self.contrast_temperature > 0, f"contrast_temperature ({self.contrast_temperature}) must be above 0.")
        require(0 <= self.wrong_ups <= 5, f"wrong_ups ({self.wrong_ups}) must be between 0 and 5, the directions that are not up.")
        for name in ("caption_share", "reconstruct_share"):
            require(0 <= getattr(self, name) <= 1, f"{name} ({getattr(self, name)}) must be between 0 and 1.")


def published(**changes: object) -> RecipeConfig:
    """The paper's recipe, with the release's schedule."""
    return RecipeConfig.from_dict({"schedule": "release", "epochs": 301, **changes})


def studio(**changes: object) -> RecipeConfig:
    """The recipe of the model that ships inside: an hour or so on two cores instead of days on a GPU."""
    ours: dict[str, object] = {
        "epochs": 75,
        "steps_per_epoch": 100,
        "batch_size": 64,
        "learning_rate": 1.2e-3,
        "warmup_epochs": 1.0,
        "clip_norm": 1.0,
        "precision": "bf16-mixed",
        "templates": "everyday",
        "caption_share": 0.2,
        "contrast_weight": 1.0,
        "reconstruct_share": 0.35,
        "shapes": 50_176,
        "probe_every": 2,
    }
    return RecipeConfig.from_dict({**ours, **changes})


SETTLING: dict[str, object] = {"epochs": 6, "learning_rate": 4e-4, "wrong_ups": 2, "frozen_norm": True}
"""What differs in the run that follows on the studio's recipe: the model learns to tell lying clouds from standing ones."""


SETTLING_ANEW: dict[str, object] = {**SETTLING, "epochs": 16, "learning_rate": 2e-4, "show_whole": True}
"""What differs where a finished model meets new shapes or words: about an hour on two cores."""


AMPLE: dict[str, object] = {"epochs": 20, "steps_per_epoch": 200, "batch_size": 512, "learning_rate": 2e-3, "shapes": 102_400}
"""What differs where a GPU teaches the studio's model: four times as many clouds, in an eighth of the time."""

AMPLY_SETTLING: dict[str, object] = {**AMPLE, **SETTLING, "epochs": 4, "batch_size": 256, "learning_rate": 8e-4, "show_whole": True}
"""The run that follows there; seeing clouds whole more than doubles its time, which only a GPU has."""


QUICK_NAMES = ("airplane", "bed", "car", "chair", "guitar", "lamp", "mug", "person", "sofa", "table")
"""What a quick look is taught."""


def quick(**changes: object) -> RecipeConfig:
    """A first look at training: few shapes, few names, two minutes on two cores."""
    ours: dict[str, object] = {
        "epochs": 12,
        "steps_per_epoch": 40,
        "batch_size": 32,
        "learning_rate": 1.5e-3,
        "shapes": 2048,
        "validation_shapes": 256,
        "image_teacher": False,
        "caption_share": 0.0,
        "names": QUICK_NAMES,
        "reconstruct_share": 1.0,
        "keep_every": 4,
        "probe_every": 1,
        "log_every": 4,
    }
    return studio(**{**ours, **changes})


RECIPES = {"published": published, "studio": studio, "quick": quick}
"""Recipes by name; presets that are not named like a recipe train as published."""
