"""Sentences a name is put into before a text tower reads it. Pure text: the window shows them, the teachers read them."""

from collections.abc import Sequence

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
