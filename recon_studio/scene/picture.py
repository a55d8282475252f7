"""What is to be drawn, as frozen values: plain arrays and words, no Qt and no VTK."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recon_studio.state.app_state import Floats, Indices
from recon_studio.state.view_state import ColourBy, Shading, Show

Bytes = npt.NDArray[np.uint8]


# Values that hold arrays compare by identity, like those of the state.
@dataclass(frozen=True, eq=False)
class PointLayer:
    """Points drawn alike."""

    points: Floats  # (n, 3) prepared coordinates
    colours: Bytes  # (n, 3)
    diameter: float  # of one point, in prepared coordinates
    solid: bool = True  # shaded as little spheres where the number of points allows; ghosts stay flat


class Later:
    """Layers of a large cloud that are made when they are first drawn, so that no one waits for all of it at once."""

    def __init__(self, make: Callable[[], tuple[PointLayer, ...]]) -> None:
        self._make: Callable[[], tuple[PointLayer, ...]] | None = make
        self._layers: tuple[PointLayer, ...] = ()

    @property
    def layers(self) -> tuple[PointLayer, ...]:
        """What is to be drawn."""
        if self._make is not None:
            self._layers, self._make = self._make(), None
        return self._layers


@dataclass(frozen=True, eq=False)
class ColourBar:
    """The scale that a view's colours are read by."""

    title: str  # with its unit
    colours: Bytes  # (256, 3) from low to high
    low: str
    high: str
    quantity: ColourBy | None = None  # whose ends can be set by hand
    span: tuple[float, float] = (0.0, 1.0)  # the ends as numbers
    edited: bool = False  # whether they were set by hand


@dataclass(frozen=True, eq=False)
class Pickable:
    """What a click can hit: points and the patch each belongs to."""

    points: Floats  # (n, 3)
    patches: Indices  # (n,)


@dataclass(frozen=True, eq=False)
class ViewPicture:
    """One view."""

    name: Show
    title: str
    caption: str
    layers: tuple[PointLayer, ...] = ()
    bar: ColourBar | None = None
    pickable: Pickable | None = None
    hint: str = ""  # stands in the middle while there is nothing to draw
    finer: tuple[Later, ...] = ()  # further parts of a large cloud, drawn when things rest
    coloured: str = ""  # by what, in a word or two
    brief: str = ""  # a caption for narrow views, the most important first; "" where the caption itself is that


@dataclass(frozen=True)
class Marker:
    """The selected patch, ringed in every view."""

    patch: int
    position: tuple[float, float, float]
    hidden: bool


@dataclass(frozen=True, eq=False)
class BenchPicture:
    """The views, in the order of the state's tiles."""

    views: tuple[ViewPicture, ...]
    background: tuple[int, int, int]
    marker: Marker | None = None
    centres: Floats | None = None  # (G, 3), to ring a patch under the pointer
    unit: float | None = None  # one unit of prepared coordinates, in the file's
    whole: Floats | None = None  # (n, 3) points that stand for the cloud where cameras are made to fit it
    point_size: float = 1.0
    shading: Shading = "lit"
