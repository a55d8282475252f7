"""Our own shapes: parametric everyday objects with part labels and captions, made from nothing but numpy."""

from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from recon_model.data.synthetic.shape import CATEGORIES, Category, Shape
from recon_model.data.synthetic.views import depth_views
from recon_model.errors import InputError

__all__ = ["CATEGORIES", "Category", "Shape", "depth_views", "sample_cloud", "sample_shape"]

_THEMES = (
    "aircraft animals appliances bathroom bathtubs boats body buildings cabinets cars chairs containers cycles devices electronics "
    "grounds hardware household keepsakes kitchen leisure music outdoors plants seating storage street tables textiles tools vehicles "
    "vessels wildlife"
)

for _theme in _THEMES.split():
    import_module(f"{__name__}.{_theme}")


def sample_shape(name: str, rng: np.random.Generator, style: str | None = None) -> Shape:
    """Builds one object of a category; the same generator state gives the same object.

    Raises:
        InputError: the category or the style is unknown.
    """
    if name not in CATEGORIES:
        raise InputError(f"category ({name!r}) must be one of {', '.join(sorted(CATEGORIES))}.")
    return CATEGORIES[name].make(rng, style)


def sample_cloud(name: str, count: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """A fresh object of a category as points (count, 3) in the unit sphere, y up, and the part of each point (count,)."""
    return sample_shape(name, rng).sample(count, rng)
