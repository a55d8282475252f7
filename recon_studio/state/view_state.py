"""What the views of the bench show and how: layout, colours, cameras, ranges. Frozen, and made of what JSON can hold."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from recon_studio.state.camera import Camera

Show = Literal["input", "seen", "rebuilt", "overlay", "difference", "attention", "rebuilt_b", "contest"]
"""What a view shows; ``rebuilt_b`` and ``contest`` (A minus B) need a second model."""
ColourBy = Literal["patch", "height", "normal", "rgb", "error", "attention", "part", "role", "missing", "invented", "advantage"]
"""By what a view's points are coloured; ``missing`` and ``invented`` are the two directions of the difference."""
Shading = Literal["lit", "flat", "eye_dome"]
Layout = Literal["one", "two", "four", "six", "versus"]

OF_MODEL_B: tuple[Show, ...] = ("rebuilt_b", "contest")
IN_FILE_UNITS: tuple[ColourBy, ...] = ("height", "missing", "invented")
"""Colourings whose values mean nothing for another cloud."""
MOST_TILES = 6
SMALLEST_POINT, LARGEST_POINT = 0.25, 4.0

COLOURS_OF: dict[Show, tuple[ColourBy, ...]] = {
    "input": ("patch", "height", "normal", "rgb", "part", "error", "attention"),
    "seen": ("patch", "height", "normal", "rgb", "part", "attention"),
    "rebuilt": ("error", "patch", "height"),
    "overlay": ("role",),
    "difference": ("missing", "invented"),
    "attention": ("attention",),
    "rebuilt_b": ("error", "patch", "height"),
    "contest": ("advantage",),
}
"""What each view can be coloured by, its usual one first."""


@dataclass(frozen=True)
class TileChoice:
    """What one view shows, and by what it is coloured."""

    show: Show = "input"
    colour: ColourBy = "patch"

    def __post_init__(self) -> None:
        """Raises ValueError where the view cannot be coloured that way."""
        if self.colour not in COLOURS_OF[self.show]:
            raise ValueError(f"colour ({self.colour}) of a view of '{self.show}' must be one of {', '.join(COLOURS_OF[self.show])}.")


@dataclass(frozen=True)
class Range:
    """A colour scale whose ends were set by hand, in the unit that its bar shows."""

    quantity: ColourBy
    low: float
    high: float

    def __post_init__(self) -> None:
        """Raises ValueError where the scale is empty or upside down."""
        if not self.low < self.high:
            raise ValueError(f"low ({self.low:g}) of a range must be smaller than high ({self.high:g}).")


def choices(*shows: Show) -> tuple[TileChoice, ...]:
    """Returns views in their usual colours."""
    return tuple(TileChoice(show, COLOURS_OF[show][0]) for show in shows)


LAYOUTS: dict[Layout, tuple[TileChoice, ...]] = {
    "one": choices("rebuilt"),
    "two": choices("seen", "rebuilt"),
    "four": choices("input", "seen", "rebuilt", "attention"),
    "six": choices("input", "seen", "attention", "rebuilt", "overlay", "difference"),
    "versus": choices("seen", "rebuilt", "rebuilt_b", "contest"),
}
assert tuple(LAYOUTS) == get_args(Layout)


@dataclass(frozen=True)
class ViewState:
    """The views of the bench. ``cameras`` holds one camera that all share, or one for each of ``MOST_TILES`` places."""

    tiles: tuple[TileChoice, ...] = LAYOUTS["four"]
    cameras: tuple[Camera, ...] = (Camera(),)
    framed: str = ""  # the cloud that the cameras were last made to fit, and whether it was prepared: not fitted again
    point_size: float = 1.0  # times the size that fits the cloud's density
    shading: Shading = "lit"
    ranges: tuple[Range, ...] = ()
    flipped: bool = False  # the truth stands where reconstructions stood
    turning: bool = False  # the turntable

    def __post_init__(self) -> None:
        """Raises ValueError where there are too few or too many views, or cameras for some of them only."""
        if not 1 <= len(self.tiles) <= MOST_TILES:
            raise ValueError(f"tiles ({len(self.tiles)}) must be 1 to {MOST_TILES}.")
        if len(self.cameras) not in (1, MOST_TILES):
            raise ValueError(f"cameras ({len(self.cameras)}) must be 1 or {MOST_TILES}.")
        if not SMALLEST_POINT <= self.point_size <= LARGEST_POINT:
            raise ValueError(f"point_size ({self.point_size:g}) must be between {SMALLEST_POINT:g} and {LARGEST_POINT:g}.")

    @property
    def linked(self) -> bool:
        """Whether all views share one camera."""
        return len(self.cameras) == 1

    def camera(self, tile: int) -> Camera:
        """Returns the camera of one view."""
        return self.cameras[0 if self.linked else tile]

    def range_of(self, quantity: ColourBy) -> Range | None:
        """Returns the ends set by hand for a colour scale, or None where they follow the values."""
        return next((each for each in self.ranges if each.quantity == quantity), None)

    @property
    def remembered(self) -> "ViewState":
        """What is worth keeping from one run to the next: how things are shown, not what was looked at."""
        # The next run begins without a model B, so views of it would stay empty.
        tiles = LAYOUTS["four"] if any(tile.show in OF_MODEL_B for tile in self.tiles) else self.tiles
        return replace(ViewState(), tiles=tiles, point_size=self.point_size, shading=self.shading)
