"""The classifier that is made of names in templates, by a text tower."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from recon_model.errors import ConfigError
from recon_model.templates import fill


class TextTower(Protocol):
    """All a classifier needs of a teacher."""

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Returns (n, D) raw features."""


@runtime_checkable
class RemembersPrompts(Protocol):
    """A tower that knows some rows of a classifier already."""

    def remembered(self, name: str, templates: Sequence[str]) -> Tensor | None:
        """Returns the (D,) row of a name, or None."""


def classifier(clip: TextTower, names: Sequence[str], templates: Sequence[str]) -> Tensor:
    """Sums each name's prompt features, all prompts in one batch (ReCon's zero-shot head, paper §4.3).

    Rows the tower remembers are taken from there. The caller keeps the result: it depends on nothing else.

    Args:
        clip: a text tower.
        names: n names; order is kept.
        templates: t templates such as ``PUBLISHED``.

    Returns:
        (n, D) float32; rows are sums, not normalised.

    Raises:
        ConfigError: there is no name or no template, or a template has no place for the name.
    """
    if not names or not templates:
        raise ConfigError(f"a classifier needs names ({len(names)}) and templates ({len(templates)}), at least one of each.")
    rows = [clip.remembered(name, templates) if isinstance(clip, RemembersPrompts) else None for name in names]
    new = [name for name, row in zip(names, rows, strict=True) if row is None]
    features = clip.encode_text([fill(template, name) for name in new for template in templates])  # (n*t, D)
    sums = iter(features.view(len(new), len(templates), -1).sum(dim=1).to(torch.float32) if new else ())
    return torch.stack([next(sums) if row is None else row.to(features.device) for row in rows])
