"""What is to be drawn, as frozen values: plain arrays and words, no Qt and no VTK."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from recon_studio.state.app_state import Floats, Indices

Bytes = npt.NDArray[np.uint8]
ViewName = Literal["input", "seen", "rebuilt", "attention"]
VIEW_NAMES: tuple[ViewName, ...] = ("input", "seen", "rebuilt", "attention")


# Values that hold arrays compare by identity, like those of the state.
@dataclass(frozen=True, eq=False)
class PointLayer:
    """Points drawn alike."""

    points: Floats  # (n, 3) prepared coordinates
    colours: Bytes  # (n, 3)
    diameter: float  # of one point, in prepared coordinates
    solid: bool = True  # shaded as little spheres where the number of points allows; ghosts stay flat


@dataclass(frozen=True, eq=False)
class ColourBar:
    """The scale that a view's colours are read by."""

    title: str  # with its unit
    colours: Bytes  # (256, 3) from low to high
    low: str
    high: str


@dataclass(frozen=True, eq=False)
class Pickable:
    """What a click can hit: points and the patch each belongs to."""

    points: Floats  # (n, 3)
    patches: Indices  # (n,)


@dataclass(frozen=True, eq=False)
class ViewPicture:
    """One view."""

    name: ViewName
    title: str
    caption: str
    layers: tuple[PointLayer, ...] = ()
    bar: ColourBar | None = None
    pickable: Pickable | None = None
    hint: str = ""  # stands in the middle while there is nothing to draw


@dataclass(frozen=True)
class Marker:
    """The selected patch, ringed in every view."""

    patch: int
    position: tuple[float, float, float]
    hidden: bool


@dataclass(frozen=True, eq=False)
class BenchPicture:
    """The four views, in the order of ``VIEW_NAMES``."""

    views: tuple[ViewPicture, ...]
    background: tuple[int, int, int]
    marker: Marker | None = None
    centres: Floats | None = None  # (G, 3), to ring a patch under the pointer
