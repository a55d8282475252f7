"""Settings of a run that are options of the command line, too: as the commands read them, and as cards and the window write them down."""

from collections.abc import Mapping
from typing import Any

PRETRAIN = (
    "epochs", "steps_per_epoch", "batch_size", "seed", "learning_rate", "shapes", "names", "image_teacher", "wrong_ups",
    "frozen_norm", "show_whole", "precision",
)  # fmt: skip
"""Settings of the recipe of ``recon pretrain``."""

FINETUNE = ("epochs", "batch_size", "seed", "learning_rate", "augment")
"""Settings of the recipe of ``recon finetune``."""

CUTTING = ("num_points", "num_groups", "group_size")
"""Settings of the model that ``recon finetune`` takes."""


def words(settings: Mapping[str, Any], options: tuple[str, ...]) -> list[str]:
    """Returns the words of a command line that set these options, as far as the settings hold them (older runs did not know them all)."""
    said: list[str] = []
    for option in (known for known in options if known in settings):
        value, flag = settings[option], option.replace("_", "-")
        if isinstance(value, bool):
            said.append(f"--{flag}" if value else f"--no-{flag}")
        elif isinstance(value, (list, tuple)):
            said += [f"--{flag}", ",".join(value)] if value else []
        else:
            said += [f"--{flag}", str(value)]
    return said
