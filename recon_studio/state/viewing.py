"""What can happen to the views: pure functions from one AppState to the next."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from recon_studio.state.app_state import AppState
from recon_studio.state.camera import Camera
from recon_studio.state.view_state import (
    COLOURS_OF,
    IN_FILE_UNITS,
    LARGEST_POINT,
    LAYOUTS,
    MOST_TILES,
    SMALLEST_POINT,
    ColourBy,
    Layout,
    Range,
    Shading,
    Show,
    TileChoice,
    choices,
)

_NEXT: tuple[Show, ...] = ("input", "seen", "rebuilt", "attention", "difference", "overlay")  # what a further view shows


def _with(state: AppState, **changes: Any) -> AppState:
    return replace(state, views=replace(state.views, **changes))


def lay_out(state: AppState, layout: Layout) -> AppState:
    """Shows one of the named layouts."""
    return _with(state, tiles=LAYOUTS[layout])


def set_show(state: AppState, tile: int, show: Show) -> AppState:
    """Lets a view show something else, coloured as it was where that is possible."""
    colour = state.views.tiles[tile].colour
    possible = COLOURS_OF[show]
    # A view of its own kind of colour must not carry a chance one along: patches in the input, errors in what was rebuilt.
    kept = colour if colour in possible and colour in ("height", "normal", "rgb", "part") else possible[0]
    return _with(state, tiles=_put(state, tile, TileChoice(show, kept)))


def set_colour(state: AppState, tile: int, colour: ColourBy) -> AppState:
    """Colours a view by something else."""
    return _with(state, tiles=_put(state, tile, TileChoice(state.views.tiles[tile].show, colour)))


def _put(state: AppState, tile: int, choice: TileChoice) -> tuple[TileChoice, ...]:
    return tuple(choice if place == tile else each for place, each in enumerate(state.views.tiles))


def add_tile(state: AppState) -> AppState:
    """Adds a view of what no view shows yet; nothing where there are ``MOST_TILES``."""
    tiles = state.views.tiles
    if len(tiles) == MOST_TILES:
        return state
    shown = {tile.show for tile in tiles}
    fresh: Show = next((show for show in _NEXT if show not in shown), "input")
    return _with(state, tiles=(*tiles, *choices(fresh)))


def close_tile(state: AppState, tile: int) -> AppState:
    """Takes a view away; the last one stays. Unlinked cameras go with their views."""
    views = state.views
    if len(views.tiles) == 1:
        return state
    cameras = views.cameras if views.linked else (*views.cameras[:tile], *views.cameras[tile + 1 :], views.cameras[tile])
    return _with(state, tiles=(*views.tiles[:tile], *views.tiles[tile + 1 :]), cameras=cameras)


def move_cameras(state: AppState, cameras: Iterable[Camera]) -> AppState:
    """Puts the cameras somewhere else."""
    return _with(state, cameras=tuple(cameras))


def frame(state: AppState, cameras: Iterable[Camera], framed: str) -> AppState:
    """Puts the cameras where they fit a cloud, and notes which one that was. Of another cloud, ranges in the file's units are forgotten."""
    views = state.views
    same = framed.rpartition(":")[0] == views.framed.rpartition(":")[0]
    ranges = views.ranges if same else tuple(each for each in views.ranges if each.quantity not in IN_FILE_UNITS)
    return _with(state, cameras=tuple(cameras), framed=framed, ranges=ranges)


def link_cameras(state: AppState, tile: int) -> AppState:
    """Lets all views share the camera of one of them, or where they do already, gives each its own."""
    views = state.views
    return _with(state, cameras=views.cameras * MOST_TILES if views.linked else (views.camera(tile),))


def set_range(state: AppState, quantity: ColourBy, low: float, high: float) -> AppState:
    """Sets both ends of a colour scale by hand.

    Raises:
        ValueError: ``low`` is not smaller than ``high``.
    """
    others = tuple(each for each in state.views.ranges if each.quantity != quantity)
    return _with(state, ranges=(*others, Range(quantity, low, high)))


def reset_range(state: AppState, quantity: ColourBy) -> AppState:
    """Lets a colour scale follow the values again."""
    return _with(state, ranges=tuple(each for each in state.views.ranges if each.quantity != quantity))


def set_point_size(state: AppState, size: float) -> AppState:
    """Draws points this many times as large as fits the cloud's density, within what is allowed."""
    return _with(state, point_size=min(max(size, SMALLEST_POINT), LARGEST_POINT))


def set_shading(state: AppState, shading: Shading) -> AppState:
    """Shades points another way."""
    return _with(state, shading=shading)


def flip(state: AppState, flipped: bool) -> AppState:
    """Puts the truth where reconstructions stand, or takes it away again."""
    return _with(state, flipped=flipped) if flipped != state.views.flipped else state


def turn(state: AppState, turning: bool) -> AppState:
    """Starts or stops the turntable."""
    return _with(state, turning=turning) if turning != state.views.turning else state
