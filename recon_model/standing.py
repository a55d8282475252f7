"""Standing clouds up: which of the six axis directions is up, asked of the judge that ships with a model or told by the user.

A cloud is shown standing as is likeliest. Where that is in doubt, what it is called is decided by all likely ways together (``sides``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import normalize

from recon_model.config import require_choice
from recon_model.geometry.orientation import STANDING, UPS, turned
from recon_model.geometry.patches import Patches
from recon_model.geometry.preparation import Floats
from recon_model.models.encoder import Encoded
from recon_model.models.pretraining import Pretraining
from recon_model.models.upright import Judged, Upright
from recon_model.nn.masking import select_visible
from recon_model.sides import Sides

AUTO = "auto"
CHOICES = (AUTO, *UPS)
"""What can be asked for: the model's judgement, or one of the six directions; "+y" leaves a cloud as it is."""
LIKELY = 0.003
"""Ways up below this chance are not looked at: names on offer may make one in a hundred the likeliest, but hardly less."""


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
    told: bool = False
    """Whether the user said so: then there is no doubt."""

    @property
    def doubt(self) -> Floats | None:
        """(6,) chance of each of ``UPS`` to be up in the cloud as it stands now; None where there is no doubt."""
        if self.told or self.chances is None or (self.chances >= LIKELY).sum() < 2:
            return None
        directions = STANDING[:, 1]  # (6, 3), of UPS
        in_file = (directions @ self.rotation @ directions.T).argmax(1)  # which of UPS in the file each one is of the cloud as it stands
        return np.asarray(self.chances[in_file], np.float32)

    def note(self) -> tuple[str, ...]:
        """Says what was done, where something was done."""
        if self.up == UPS[0]:
            return ()
        if self.told or self.chances is None:
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
    if upright is None:
        pick = 0 if up == AUTO else UPS.index(up)
        return [Stance(UPS[pick], STANDING[pick].astype(np.float32), None, up != AUTO)] * len(patches.centres)
    return taken(upright.judge(model, patches).chances, up)


def taken(chances: Tensor, up: str = AUTO) -> list[Stance]:
    """The stances that chances (B, 6) speak for, or the one that was told."""
    picks = chances.argmax(1).tolist() if up == AUTO else [UPS.index(up)] * len(chances)
    rows = list(chances.float().cpu().numpy())
    return [Stance(UPS[pick], STANDING[pick].astype(np.float32), row, up != AUTO) for pick, row in zip(picks, rows, strict=True)]


def rather(doubt: Floats | None, given: Floats, up: str) -> tuple[str, float] | None:
    """Tells whether names would have a cloud stand otherwise than it does.

    Args:
        doubt: see ``Stance.doubt``.
        given: (R,) the chance of each side that ``looks`` takes of the doubt, as ``Sides.given`` tells it of the names.
        up: which direction of the file is up now, one of ``UPS``.

    Returns:
        which direction of the file is likelier up than all others together, and its chance; None where that is the one that is up, or
        none is.
    """
    best = int(given.argmax())
    if doubt is None or best == 0 or given[best] <= 0.5:
        return None
    directions = STANDING[:, 1]  # of UPS
    side = directions[np.flatnonzero(doubt >= LIKELY)[best]] @ STANDING[UPS.index(up)]
    return UPS[int((directions @ side).argmax())], float(given[best])


def stand(patches: Patches, found: list[Stance]) -> Patches:
    """Turns cut clouds as their stances say."""
    if all(stance.up == UPS[0] for stance in found):
        return patches
    return turned(patches, torch.from_numpy(np.stack([stance.rotation for stance in found])))


def rotated(points: Floats, stance: Stance) -> npt.NDArray[np.float32]:
    """Turns points (n, 3) as a stance says; the rotation takes axes to axes, so this is exact."""
    return points if stance.up == UPS[0] else np.ascontiguousarray(points @ stance.rotation.T)


class Looks(NamedTuple):
    """Clouds of a batch from every side that is likely to be up: those of a cloud follow each other, first as it stands."""

    patches: Patches
    """Of L >= B looks."""
    clouds: Tensor
    """(L,) which cloud a look is at, ascending."""
    shares: Tensor
    """(L,) chance of that look; those of a cloud sum to 1."""
    ups: Tensor
    """(L,) which of ``UPS``, of the cloud as it stands, is up in that look."""

    def encoded(self, model: Pretraining, judged: Judged | None) -> Encoded:
        """What a model makes of the looks; those that a judge has taken already are not taken again.

        Args:
            model: the one that the judge looked through.
            judged: of the same clouds; ``place`` holds -1 for those that do not stand as they were given.
        """
        rows = torch.full_like(self.clouds, -1) if judged is None else judged.place[self.clouds, self.ups]
        fresh = rows < 0
        if judged is None or fresh.all():
            return model.encode(self.patches)
        queries, tokens = judged.queries[rows.clamp_min(0)], judged.patches[rows.clamp_min(0)]
        if fresh.any():
            some = self.patches._replace(centres=self.patches.centres[fresh], relative=self.patches.relative[fresh])
            made = model.encode(some)
            queries[fresh], tokens[fresh] = made.queries, made.patches
        return Encoded(queries, tokens, select_visible(None, self.patches.centres))

    def mean(self, values: Tensor) -> Tensor:
        """Expected value (B, ...) for each cloud of what looks give (L, ...)."""
        weighted = values * self.shares.to(values).view(-1, *[1] * (values.dim() - 1))
        return values.new_zeros((int(self.clouds[-1]) + 1, *values.shape[1:])).index_add_(0, self.clouds, weighted)

    def sides(self, features: Tensor, upright: Upright | None, temperature: float) -> Sides:
        """What looks give to compare with words (L, D), with how well each fits the names that the judge knows."""
        known = torch.zeros(len(features))
        if upright is not None:
            known = torch.logsumexp(normalize(features, dim=-1) @ upright.bank.to(features).T / temperature, 1)
        counts = np.bincount(self.clouds.cpu().numpy()).astype(np.int64)
        return Sides(_numpy(features), counts, _numpy(self.shares), _numpy(known))


def looks(patches: Patches, doubts: Sequence[Floats | None]) -> Looks:
    """Looks at clouds as they stand and, where that is in doubt, from the other likely sides.

    Args:
        patches: B clouds, standing.
        doubts: see ``Stance.doubt``, one a cloud.
    """
    device = patches.centres.device
    chances = np.stack([np.eye(len(UPS))[0] if doubt is None else np.where(doubt < LIKELY, 0, doubt) for doubt in doubts])
    chances /= chances.sum(1, keepdims=True)
    rows, ups = np.nonzero(chances)  # cloud by cloud; the way it stands is the likeliest and the first of UPS, so it always leads
    clouds = torch.from_numpy(rows).to(device)
    some = patches._replace(centres=patches.centres[clouds], relative=patches.relative[clouds])
    matrices = torch.from_numpy(STANDING[ups].astype(np.float32))
    shares = torch.from_numpy(chances[rows, ups].astype(np.float32)).to(device)
    return Looks(turned(some, matrices), clouds, shares, torch.from_numpy(ups).to(device))


def _numpy(values: Tensor) -> Floats:
    return values.detach().float().cpu().numpy()
