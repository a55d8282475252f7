"""Colours of the clouds: distinct hues for patches, sequential maps for weights and errors, and the grounds they stand on.

Everything is mixed in OKLab (Ottosson 2020), where equal steps look equally large; the sequential maps are monotone in
lightness, so they read the same with any kind of colour vision and in a grey print.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from recon_studio.state.app_state import Theme

Bytes = npt.NDArray[np.uint8]

_GOLDEN_ANGLE = 137.50776405003785
_PLASTIC = 1.324717957244746  # the golden ratio's kin for two dimensions (Roberts 2018)
_TO_LMS = np.array(
    [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]],
)
_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ],
)


@dataclass(frozen=True)
class Ground:
    """What a view is painted on: the paper, and the quiet colours of points that carry no value."""

    background: tuple[int, int, int]
    plain: tuple[int, int, int]  # points with nothing to say yet
    ghost: tuple[int, int, int]  # points the model does not see
    context: tuple[int, int, int]  # points shown only to place others
    withheld: tuple[int, int, int]  # points in no visible patch: blue
    leaked: tuple[int, int, int]  # points of hidden patches that lie in visible ones, too: orange


GROUNDS: dict[Theme, Ground] = {
    "light": Ground(
        background=(255, 255, 255),
        plain=(126, 140, 158),
        ghost=(218, 222, 229),
        context=(176, 184, 194),
        withheld=(47, 95, 208),
        leaked=(217, 108, 0),
    ),
    "dark": Ground(
        background=(17, 19, 23),
        plain=(142, 154, 171),
        ghost=(43, 48, 55),
        context=(88, 96, 107),
        withheld=(123, 164, 255),
        leaked=(243, 156, 61),
    ),
}

# Anchors (lightness, chroma, hue in degrees) from small to large: towards the paper's opposite, so that large values stand out.
_ATTENTION: dict[Theme, tuple[tuple[float, float, float], ...]] = {
    "light": ((0.90, 0.06, 100), (0.80, 0.125, 75), (0.66, 0.18, 45), (0.50, 0.18, 10), (0.32, 0.13, 330)),
    "dark": ((0.32, 0.09, 310), (0.46, 0.15, 350), (0.62, 0.18, 25), (0.78, 0.15, 65), (0.94, 0.10, 100)),
}
_ERROR: dict[Theme, tuple[tuple[float, float, float], ...]] = {
    "light": ((0.80, 0.10, 185), (0.66, 0.12, 220), (0.50, 0.15, 260), (0.33, 0.15, 290)),
    "dark": ((0.42, 0.10, 275), (0.56, 0.14, 250), (0.72, 0.12, 215), (0.91, 0.11, 180)),
}
_HEIGHT: dict[Theme, tuple[tuple[float, float, float], ...]] = {
    "light": ((0.34, 0.13, 290), (0.46, 0.11, 250), (0.58, 0.11, 195), (0.70, 0.14, 150), (0.82, 0.16, 118)),
    "dark": ((0.44, 0.14, 290), (0.56, 0.12, 250), (0.68, 0.11, 195), (0.80, 0.14, 150), (0.93, 0.15, 112)),
}
# Blue and orange are told apart with any common kind of colour vision; both ends are equally far from the grey between them.
_DIVERGING: dict[Theme, tuple[tuple[float, float, float], ...]] = {
    "light": ((0.44, 0.17, 258), (0.66, 0.11, 252), (0.87, 0.0, 0), (0.68, 0.13, 62), (0.48, 0.14, 50)),
    "dark": ((0.80, 0.12, 248), (0.58, 0.11, 252), (0.36, 0.0, 0), (0.60, 0.12, 60), (0.82, 0.14, 68)),
}


def oklch_to_rgb(lch: npt.ArrayLike) -> Bytes:
    """Returns sRGB bytes (..., 3) of lightness, chroma and hue in degrees (..., 3); colours outside sRGB are clipped."""
    values = np.asarray(lch, dtype=np.float64)
    hue = np.deg2rad(values[..., 2])
    lab = np.stack([values[..., 0], values[..., 1] * np.cos(hue), values[..., 1] * np.sin(hue)], axis=-1)
    return oklab_to_rgb(lab)


def oklab_to_rgb(lab: npt.ArrayLike) -> Bytes:
    """Returns sRGB bytes (..., 3) of OKLab values (..., 3); colours outside sRGB are clipped."""
    linear = np.clip((np.asarray(lab, dtype=np.float64) @ _TO_LMS.T) ** 3 @ _TO_RGB.T, 0.0, 1.0)
    gamma = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colours: Bytes = np.round(gamma * 255).astype(np.uint8)
    return colours


@lru_cache(maxsize=64)
def patch_palette(count: int, theme: Theme) -> Bytes:
    """Returns (count, 3) distinct colours: hue, lightness and chroma each step by an irrational share of their range."""
    index = np.arange(count)
    darkest, brightest = (0.52, 0.78) if theme == "light" else (0.60, 0.86)
    hue = (25 + index * _GOLDEN_ANGLE) % 360
    lightness = darkest + (brightest - darkest) * ((0.5 + index / _PLASTIC) % 1.0)
    chroma = 0.09 + 0.07 * ((0.5 + index / _PLASTIC**2) % 1.0)
    return _frozen(oklch_to_rgb(np.stack([lightness, chroma, hue], axis=-1)))


@cache
def attention_map(theme: Theme) -> Bytes:
    """Returns the (256, 3) colours of attention weights, from small to large."""
    return _sequential(_ATTENTION[theme])


@cache
def error_map(theme: Theme) -> Bytes:
    """Returns the (256, 3) colours of reconstruction errors, from small to large."""
    return _sequential(_ERROR[theme])


@cache
def height_map(theme: Theme) -> Bytes:
    """Returns the (256, 3) colours of heights, from low to high."""
    return _sequential(_HEIGHT[theme])


@cache
def diverging_map(theme: Theme) -> Bytes:
    """Returns the (256, 3) colours of differences: blue below zero, grey at it, orange above."""
    return _sequential(_DIVERGING[theme])


def apply_map(values: npt.NDArray[np.float32], low: float, high: float, colours: Bytes) -> Bytes:
    """Returns (n, 3) colours of values (n,), linear from ``low`` to ``high``; values beyond either end take its colour."""
    span = high - low if high > low else 1.0
    index = np.clip((values - low) / span * (len(colours) - 1), 0, len(colours) - 1)
    chosen: Bytes = colours[np.round(np.nan_to_num(index)).astype(np.intp)]
    return chosen


def _sequential(anchors: tuple[tuple[float, float, float], ...]) -> Bytes:
    lch = np.array(anchors)
    hue = np.deg2rad(lch[:, 2])
    lab = np.stack([lch[:, 0], lch[:, 1] * np.cos(hue), lch[:, 1] * np.sin(hue)], axis=-1)
    at = np.linspace(0, len(anchors) - 1, 256)
    mixed = np.stack([np.interp(at, np.arange(len(anchors)), lab[:, channel]) for channel in range(3)], axis=-1)
    return _frozen(oklab_to_rgb(mixed))


def _frozen(colours: Bytes) -> Bytes:
    colours.setflags(write=False)
    return colours
