"""What the text teacher says, computed once: every name in every template, and captions as they are met."""

from collections.abc import Callable, Sequence, Set

import torch
from torch import Tensor

from recon_model.templates import fill

Encode = Callable[[list[str]], Tensor]
"""Sentences to their raw features (n, D), as the teacher's text tower gives them."""


class TextTargets:
    """Features of the texts that clouds are taught by.

    Args:
        encode: the teacher's text tower.
        names: class names, in the order of the labels.
        templates: formats with ``{}`` for the name.
    """

    def __init__(self, encode: Encode, names: Sequence[str], templates: Sequence[str]) -> None:
        self._encode = encode
        sentences = [fill(template, name) for name in names for template in templates]
        features = encode(sentences).float()
        self.features = features.view(len(names), len(templates), -1)
        """(names, templates, D) raw features."""
        self.classifier = self.features.sum(1)
        """(names, D) summed prompt features, what zero-shot compares with (recon.md §4)."""
        self._captions: dict[str, Tensor] = {}

    def draw(self, labels: Tensor, captions: Sequence[str], caption_share: float, generator: torch.Generator) -> Tensor:
        """Returns one text feature a cloud, (B, D): its name in a random template or, for a share of them, its caption.

        Args:
            labels: (B,) index into the names.
            captions: one sentence a cloud; "" has none.
            caption_share: probability that a caption is taken where there is one.
            generator: on the CPU.
        """
        templates = torch.randint(self.features.shape[1], (len(labels),), generator=generator)
        drawn = self.features[labels, templates].clone()
        by_caption = torch.rand(len(labels), generator=generator) < caption_share
        rows = [row for row, taken in enumerate(by_caption.tolist()) if taken and captions[row]]
        self._learn({captions[row] for row in rows})
        for row in rows:
            drawn[row] = self._captions[captions[row]]
        return drawn

    def _learn(self, captions: Set[str]) -> None:
        """Encodes the captions not met before."""
        new = sorted(captions - set(self._captions))
        if new:
            self._captions.update(zip(new, self._encode(new).float(), strict=True))
