"""Which way is up: a small judge of looks and footing that stands clouds up before the model looks at them (not in the paper).

Files disagree about the up axis and objects lie on their sides, while a model that names shapes knows chairs by their standing. A cloud
is looked at from six sides, each of which could be up; each look gets a score for how upright it seems, and the softmax of the six
is the answer. The scorer is the same for all sides, so the answer turns with the cloud.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from recon_model.geometry.footing import FOOTING, footing
from recon_model.geometry.orientation import STANDING, UPS, turned
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import Encoded
from recon_model.models.pretraining import Pretraining
from recon_model.models.zero_shot import project

ALWAYS_LOOK = 9.0
"""More than cosines can give: every cloud is looked at from six sides."""


class UprightShape(NamedTuple):
    """Sizes of the judge."""

    width: int
    """Channels of the model's tokens (C)."""
    dim: int
    """Channels of the teacher's features (D)."""
    names: int
    """Names whose fit is looked at: upright things look like something."""
    hidden: int = 128

    @property
    def inputs(self) -> int:
        """Numbers seen of a look: three queries, the patches' maximum and mean, the footing, and how well the names fit (two numbers)."""
        return 5 * self.width + FOOTING + 2


class Judged(NamedTuple):
    """What a judge says of B clouds, and the K looks at them it was judged by, which whoever asked need not encode again."""

    chances: Tensor
    """(B, 6) of each of ``UPS`` to be up."""
    queries: Tensor
    """(K, 3, C), see ``Encoded``."""
    patches: Tensor
    """(K, G, C)"""
    place: Tensor
    """(B, 6) int64: which look is at a cloud with that direction up, as ``STANDING`` turns it; -1 where none was taken."""


class Upright(nn.Module):
    """Scores how upright a cloud seems to a model.

    Args:
        shape: sizes.
        temperature: of the energy over the names' cosines.
        ratio: weight of the text query in the feature that is compared with the names.
        prior: odds of the pose given over each other one; above 1 a cloud is turned only where that is clearly better.
        enough: how well a cloud must fit some name, as it stands, for the other five looks to be spared; they cost five times the first.
    """

    mean: Tensor
    spread: Tensor
    bank: Tensor

    def __init__(
        self, shape: UprightShape, *, temperature: float = 0.07, ratio: float = 1.0, prior: float = 1.0, enough: float = ALWAYS_LOOK
    ) -> None:
        super().__init__()
        self.shape, self.temperature, self.ratio, self.prior, self.enough = shape, temperature, ratio, prior, enough
        self.register_buffer("mean", torch.zeros(shape.inputs))
        self.register_buffer("spread", torch.ones(shape.inputs))
        self.register_buffer("bank", torch.zeros(shape.names, shape.dim))
        self.net = nn.Sequential(
            nn.Dropout(0.5), nn.Linear(shape.inputs, shape.hidden), nn.GELU(), nn.Dropout(0.5), nn.Linear(shape.hidden, 1)
        )

    @torch.no_grad()
    def look(self, model: Pretraining, patches: Patches) -> Tensor:
        """Returns what is seen of clouds as they stand, (B, inputs)."""
        return self._inputs(model, patches, model.encode(patches))

    def _inputs(self, model: Pretraining, patches: Patches, encoded: Encoded) -> Tensor:
        cosines = normalize(project(encoded, model.image_proj, model.text_proj).mix(self.ratio), dim=-1) @ self.bank.T
        fit = torch.stack([torch.logsumexp(cosines / self.temperature, 1) * self.temperature, cosines.amax(1)], 1)
        tokens, stand = encoded.patches, footing((patches.centres.unsqueeze(2) + patches.relative).flatten(1, 2))
        return torch.cat([encoded.queries.flatten(1), tokens.amax(1), tokens.mean(1), stand, fit], 1)

    def looks(self, model: Pretraining, patches: Patches, first: int = 0) -> Tensor:
        """Returns what is seen of clouds from each of ``UPS`` as up, those before ``first`` left out: (B, 6 - first, inputs)."""
        return self._looks(model, patches, first)[0]

    @torch.no_grad()
    def _looks(self, model: Pretraining, patches: Patches, first: int) -> tuple[Tensor, Encoded]:
        sides = [turned(patches, torch.from_numpy(matrix)) for matrix in STANDING[first:]]
        centres = torch.cat([side.centres for side in sides])
        relative = torch.cat([side.relative for side in sides])
        laid = Patches(centres, patches.members, relative)
        encoded = model.encode(laid)
        return self._inputs(model, laid, encoded).view(len(sides), len(patches.centres), -1).transpose(0, 1), encoded

    @staticmethod
    def fit(looks: Tensor) -> Tensor:
        """How well clouds fit the names they fit best, of looks (..., inputs): a smooth maximum of cosines."""
        return looks[..., -2]

    def forward(self, looks: Tensor) -> Tensor:
        """Scores looks (..., inputs) to (...,)."""
        scores: Tensor = self.net((looks - self.mean) / self.spread).squeeze(-1)
        return scores

    @torch.no_grad()
    def judge(self, model: Pretraining, patches: Patches) -> Judged:
        """Tells how likely each of ``UPS`` is to be up, the pose given favoured by the prior; 1 where it is enough."""
        encoded = model.encode(patches)
        given, queries, tokens = self._inputs(model, patches, encoded), encoded.queries, encoded.patches
        count = len(given)
        chances = torch.eye(1, len(UPS), device=given.device).repeat(count, 1)
        place = torch.full((count, len(UPS)), -1, device=given.device)
        place[:, 0] = torch.arange(count, device=given.device)
        doubtful = self.fit(given) < self.enough
        if doubtful.any():
            some = Patches(patches.centres[doubtful], patches.members, patches.relative[doubtful])
            more, laid = self._looks(model, some, first=1)
            scores = self(torch.cat([given[doubtful].unsqueeze(1), more], 1))
            scores[:, 0] += math.log(self.prior)
            chances[doubtful] = scores.softmax(1)
            place[doubtful, 1:] = count + torch.arange(len(laid.queries), device=given.device).view(len(UPS) - 1, -1).T
            queries, tokens = torch.cat([queries, laid.queries]), torch.cat([tokens, laid.patches])
        return Judged(chances, queries, tokens, place)
