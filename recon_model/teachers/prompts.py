"""Sentences a name is put into before a text tower reads it, and the classifier that is made of them."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from recon_model.errors import ConfigError

_KINDS = (
    "model",
    "image",
    "3D model",
    "rendering model",
    "point cloud",
    "point cloud model",
    "3D rendering model",
    "rendering image",
    "3D rendering image",
)
_PREFIXES = ("", "A ", *(f"A {kind} of {article}" for kind in _KINDS for article in ("", "a ")))
_SUFFIXES = (".", " with white background.", " with black context.")

PUBLISHED: tuple[str, ...] = tuple(f"{prefix}{{}}{suffix}" for suffix in _SUFFIXES for prefix in _PREFIXES)
"""The 60 templates ReCon was pretrained and tested with; number j is prefix ``j % 20`` before and suffix ``j // 20`` behind the name."""

PLAIN: tuple[str, ...] = ("{}",)
"""The name by itself."""

EVERYDAY: tuple[str, ...] = (
    "{}",
    "a {}",
    "the {}",
    "a photo of a {}",
    "a picture of a {}",
    "a 3D model of a {}",
    "a 3D scan of a {}",
    "a point cloud of a {}",
    "a rendering of a {}",
    "a depth map of a {}",
    "the shape of a {}",
    "this is a {}",
)
"""A dozen sentences a person might write."""

SETS: dict[str, tuple[str, ...]] = {"plain": PLAIN, "everyday": EVERYDAY, "published": PUBLISHED}
"""Template sets by the name the window and the command line know them by."""

Templates = str | Sequence[str]
"""A set by its name, or templates themselves."""

MAX_TEMPLATES = 200


class TextTower(Protocol):
    """All a classifier needs of a teacher."""

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Returns (n, D) raw features."""


@runtime_checkable
class RemembersPrompts(Protocol):
    """A tower that knows some rows of a classifier already."""

    def remembered(self, name: str, templates: Sequence[str]) -> Tensor | None:
        """Returns the (D,) row of a name, or None."""


def template_set(name: str) -> tuple[str, ...]:
    """Returns the named set of templates.

    Raises:
        ConfigError: the name is unknown; the known ones are listed.
    """
    if name not in SETS:
        raise ConfigError(f"templates ({name!r}) must be one of {', '.join(SETS)}.")
    return SETS[name]


def own_templates(templates: Sequence[str]) -> tuple[str, ...]:
    """Returns templates that a person wrote: blanks tidied, blank ones and repetitions left out.

    Raises:
        ConfigError: none is left, they are too many, or one holds no ``{}`` where the name goes.
    """
    kept = tuple(dict.fromkeys(filter(None, (" ".join(each.split()) for each in templates))))
    if not 1 <= len(kept) <= MAX_TEMPLATES:
        raise ConfigError(f"templates ({len(kept)}) must be at least one and at most {MAX_TEMPLATES}.")
    for template in kept:
        fill(template, "")
    return kept


def clean(name: str) -> str:
    """Returns a name as a sentence wants it: underscores as blanks, no blanks at the ends or doubled."""
    return " ".join(name.replace("_", " ").split())


def fill(template: str, name: str) -> str:
    """Puts a cleaned name into a template. Only ``{}`` is special, so that a name may hold braces itself.

    Raises:
        ConfigError: the template has no place for the name.
    """
    if "{}" not in template:
        raise ConfigError(f"template ({template!r}) must hold {{}} where the name goes.")
    return template.replace("{}", clean(name))


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
