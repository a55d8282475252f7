"""Standing clouds up: which of the six axis directions is up, asked of the judge that ships with a model or told by the user."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from recon_model.config import require_choice
from recon_model.geometry.orientation import STANDING, UPS, turned
from recon_model.geometry.patches import Patches
from recon_model.geometry.preparation import Floats
from recon_model.models.pretraining import Pretraining
from recon_model.models.upright import Upright

AUTO = "auto"
CHOICES = (AUTO, *UPS)
"""What can be asked for: the model's judgement, or one of the six directions; "+y" leaves a cloud as it is."""


# Arrays compare by identity.
@dataclass(frozen=True, eq=False)
class Stance:
    """How a cloud was stood up."""

    up: str
    """Which direction of the file is up now, one of ``UPS``."""
    rotation: Floats
    """(3, 3): applied to centred points, p becomes rotation @ p."""
    chances: Floats | None
    """(6,) probability of each of ``UPS``, as the model sees it; None where it does not judge."""

    def note(self, told: bool) -> tuple[str, ...]:
        """Says what was done, where something was done."""
        if self.up == UPS[0]:
            return ()
        if told or self.chances is None:
            return (f"The cloud was stood up: {self.up} of the file is up, as you said.",)
        sure = float(self.chances[UPS.index(self.up)])
        return (f"The cloud was stood up: {self.up} of the file looks like up ({sure:.0%} sure).",)


AS_GIVEN = Stance(UPS[0], np.eye(3, dtype=np.float32), None)


def stances(model: Pretraining, upright: Upright | None, patches: Patches, up: str = AUTO) -> list[Stance]:
    """Decides how each cloud of a batch is to be stood up.

    Args:
        model: what is to look at them.
        upright: its judge, or None where the model takes clouds as they are.
        patches: the clouds as given, cut.
        up: one of ``CHOICES``.

    Raises:
        ConfigError: ``up`` is none of the choices.
    """
    require_choice("up", up, CHOICES)
    chances = None if upright is None else upright.distribution(model, patches)
    count = len(patches.centres)
    judged = [0] * count if chances is None else chances.argmax(1).tolist()
    picks = judged if up == AUTO else [UPS.index(up)] * count
    rows: list[Floats | None] = [None] * count if chances is None else list(chances.float().cpu().numpy())
    return [Stance(UPS[pick], STANDING[pick].astype(np.float32), row) for pick, row in zip(picks, rows, strict=True)]


def stand(patches: Patches, found: list[Stance]) -> Patches:
    """Turns cut clouds as their stances say."""
    if all(stance.up == UPS[0] for stance in found):
        return patches
    return turned(patches, torch.from_numpy(np.stack([stance.rotation for stance in found])))


def rotated(points: Floats, stance: Stance) -> npt.NDArray[np.float32]:
    """Turns points (n, 3) as a stance says; the rotation takes axes to axes, so this is exact."""
    return points if stance.up == UPS[0] else np.ascontiguousarray(points @ stance.rotation.T)
