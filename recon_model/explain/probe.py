"""One cloud asked many times, each time with other patches hidden, in few forward passes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from recon_model.errors import InputError
from recon_model.geometry.chamfer import chamfer
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import Encoded
from recon_model.models.pretraining import Pretraining
from recon_model.models.zero_shot import project
from recon_model.nn.masking import select, select_visible

TOKENS_AT_ONCE = 512
"""Tokens in one forward pass: more of them make a brush wait longer for its end (and leave the cache of a small processor), fewer waste
calls: half as many would take a fifth longer in all."""

Measure = Callable[[Tensor], Tensor]
"""Takes masks (B, G) bool, True = not seen; returns one number (B,) for each."""


@dataclass(frozen=True, eq=False)
class PhraseScore:
    """How well a cloud's feature fits a phrase: their cosine c, or with other phrases beside it its margin over them.

    The margin is c - T log sum exp(c_other / T), a soft c - max(c_other). Over T it is the log-odds of the phrase's softmax share, so it
    is above 0 where the share is above one half. The share itself would not do: near 1 it is flat, and no patch would seem to matter.
    """

    rows: Tensor
    """(1 + n, D) of length 1: the phrase, then those it stands against."""
    temperature: float
    """T: divides the cosines under the softmax."""

    def __call__(self, features: Tensor) -> Tensor:
        """Maps features (B, D) to scores (B,)."""
        cosines = normalize(features.float(), dim=-1) @ self.rows.T
        if len(self.rows) == 1:
            return cosines[:, 0]
        return cosines[:, 0] - self.temperature * torch.logsumexp(cosines[:, 1:] / self.temperature, -1)


class Probe:
    """Embeds the patches of one cloud once and answers for any masks of it.

    Args:
        model: in evaluation mode.
        patches: one cut cloud (a batch of 1).
        between: called before every forward pass of many with the share of them that is done; what it raises ends the question.

    Raises:
        InputError: there is more than one cloud.
    """

    def __init__(self, model: Pretraining, patches: Patches, between: Callable[[float], None] | None = None) -> None:
        if len(patches.centres) != 1:
            raise InputError(f"patches (of {len(patches.centres)} clouds) must be those of one cloud.")
        self.model = model
        self.patches = patches
        self._between = between
        with torch.inference_mode():
            self.embedded: Tensor = model.encoder.embed(patches, select_visible(None, patches.centres))  # (1, G, C)

    @property
    def rows_with_gradient(self) -> int:
        """Masks in one pass that is gone back as well, which takes longer."""
        return max(1, TOKENS_AT_ONCE // (2 * self.embedded.shape[1]))

    def encode(self, unseen: Tensor, embedded: Tensor | None = None) -> Encoded:
        """Encodes the cloud under B masks in one pass; gradients flow to ``embedded`` (B or 1, G, C), also through the queries' reading."""
        batch = len(unseen)
        tokens = (self.embedded if embedded is None else embedded).expand(batch, -1, -1)
        return self.model.encoder(self._repeated(batch), unseen, stop_gradient=False, embedded=tokens)  # type: ignore[no-any-return]

    def feature(self, encoded: Encoded) -> Tensor:
        """The zero-shot feature (B, D) of encoded clouds."""
        return project(encoded, self.model.image_proj, self.model.text_proj).mix(self.model.config.zero_shot_ratio)

    @torch.inference_mode()
    def features(self, unseen: Tensor) -> Tensor:
        """The zero-shot feature (B, D) under each mask (B, G)."""
        found = unseen.new_empty(len(unseen), self.model.config.text_dim, dtype=self.embedded.dtype)
        for rows in self._parts((~unseen).sum(1)):
            found[rows] = self.feature(self.encode(unseen[rows]))
        return found

    @torch.inference_mode()
    def errors(self, unseen: Tensor, wanted: Tensor) -> Tensor:
        """Squared Chamfer distance, mean both ways, of every patch that is rebuilt: (B, G), 0 for the others.

        Args:
            unseen: (B, G) bool, True = the encoder does not see it.
            wanted: (B, G) bool, True = rebuilt and measured; must be among the unseen. A patch unseen but not wanted is not even given
                to the decoder as a place.
        """
        found = unseen.new_zeros(unseen.shape, dtype=torch.float32)
        for rows in self._parts((~unseen).sum(1) + wanted.sum(1)):
            chosen, patches = select(wanted[rows]), self._repeated(len(rows))
            tokens = self.embedded.expand(len(rows), -1, -1)
            seen, visible = self.model.encoder.patches_alone(patches, unseen[rows], embedded=tokens)
            rebuilt = self.model.decoder(seen, patches.centres, visible, chosen) / self.model.config.patch_scale
            distances = chamfer(chosen.flatten(rebuilt), chosen.flatten(chosen.take(patches.relative))).per_set()
            found[rows] = found[rows].masked_scatter(wanted[rows], distances.float())
        return found

    def pause(self, share: float) -> None:
        """Lets whoever asked come between two forward passes, of which this share is done."""
        if self._between is not None:
            self._between(share)

    def of_phrase(self, score: PhraseScore) -> Measure:
        """Measures the score of a phrase."""
        return lambda unseen: score(self.features(unseen))

    def of_error(self, wanted: Tensor) -> Measure:
        """Measures the mean error of rebuilding the patches of one mask (G,), whatever else is not seen."""

        def measure(unseen: Tensor) -> Tensor:
            every = wanted.expand(len(unseen), -1)
            return self.errors(unseen, every).sum(1) / wanted.sum()

        return measure

    def _repeated(self, batch: int) -> Patches:
        centres, members, relative = (part.expand(batch, *part.shape[1:]) for part in self.patches)
        return Patches(centres, members, relative)

    def _parts(self, tokens: Tensor) -> Iterator[Tensor]:
        """Yields rows to be computed together: rows of like length, so that little is padding."""
        order, counts = tokens.argsort(stable=True), sorted(tokens.tolist())
        start, done, total = 0, 0, max(1, sum(counts))
        while start < len(counts):
            end = start + 1
            while end < len(counts) and (end + 1 - start) * counts[end] <= TOKENS_AT_ONCE:
                end += 1
            self.pause(done / total)
            yield order[start:end]
            done += sum(counts[start:end])
            start = end
