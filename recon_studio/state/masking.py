"""Masks by hand: pure functions from the patches hidden now (G,) to those hidden next, and the actions that put them in place.

At least one patch always stays visible, for the encoder needs something to see: where everything would be hidden, one of those
visible before is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from recon_studio.state.app_state import AppState, Flags, Floats, Tool

NEIGHBOURS = 3
"""A mask grows to, and shrinks from, so many nearest patches of each; on a surface that is about one ring a step."""
MaskEdit = Literal["invert", "grow", "shrink", "show_all"]


@dataclass(frozen=True)
class Stroke:
    """What a drag with a tool has met since it was last told; all with one ``number`` are one thing to take back."""

    tool: Tool
    number: int
    patches: tuple[int, ...]
    hide: bool


def set_tool(state: AppState, tool: Tool) -> AppState:
    """Takes another tool in hand."""
    return replace(state, tool=tool)


def toggle_leaks(state: AppState) -> AppState:
    """Tells truly hidden points from leaked ones in the Seen view, or stops doing so."""
    return replace(state, leaks=not state.leaks)


def set_hidden(state: AppState, hidden: Flags) -> AppState:
    """Hides exactly these patches (G,); the mask is then by hand."""
    return replace(state, mask=replace(state.mask, hidden=tuple(bool(flag) for flag in hidden)))


def painted(hidden: Flags, patches: Iterable[int], hide: bool) -> Flags:
    """Returns the mask with some patches hidden or shown; numbers that are no patch are left out."""
    flags = hidden.copy()
    flags[[patch for patch in patches if 0 <= patch < len(hidden)]] = hide
    return flags


def edited(hidden: Flags, centres: Floats, edit: MaskEdit) -> Flags:
    """Returns the mask after one of the whole-mask edits; centres are (G, 3)."""
    if edit == "invert":
        return ~hidden
    if edit == "show_all":
        return np.zeros_like(hidden)
    if edit == "grow":
        return hidden | _beside(hidden, centres)
    return hidden & ~_beside(~hidden, centres)


def _beside(flags: Flags, centres: Floats) -> Flags:
    """Tells which patches are among the nearest ``NEIGHBOURS`` of a flagged one."""
    apart = np.linalg.norm(centres[flags][:, None] - centres[None], axis=-1)
    nearest = np.argsort(apart, axis=1, kind="stable")[:, : NEIGHBOURS + 1]  # the patch itself comes first
    beside = np.zeros_like(flags)
    beside[nearest.ravel()] = True
    return beside


def facing_half(centres: Floats, towards: tuple[float, float, float]) -> Flags:
    """Returns a mask of the half of the patches (rounded down) that lie farthest in one direction, that of the eye."""
    flags = np.zeros(len(centres), dtype=np.bool_)
    flags[np.argsort(-(centres @ np.asarray(towards, dtype=np.float32)), kind="stable")[: len(centres) // 2]] = True
    return flags


def hardest(hidden: Flags, chamfer: Floats, count: int) -> Flags:
    """Returns a mask of the ``count`` patches rebuilt worst: of those in ``hidden`` (G,), with their errors (M,) ascending by patch."""
    flags = np.zeros_like(hidden)
    flags[np.flatnonzero(hidden)[np.argsort(-chamfer, kind="stable")[:count]]] = True
    return flags


def keep_one(before: Flags, after: Flags) -> tuple[Flags, bool]:
    """Returns ``after`` with at least one patch visible, and whether one had to be kept: the last of those visible before."""
    if not after.all():
        return after, False
    flags = after.copy()
    flags[np.flatnonzero(~before)[-1] if not before.all() else -1] = False
    return flags, True
