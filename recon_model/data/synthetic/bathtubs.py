"""Bathtubs: free-standing, built in, in corners and let into platforms."""

import numpy as np

from recon_model.data.synthetic.primitives import (
    Triangles,
    circle,
    ellipsoid,
    loft,
    revolve,
    rings_of,
    rod,
    rotation,
    rounded_box,
    slab,
    superellipse,
    tube,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

BATHTUB = category("bathtub", "body basin rim leg faucet wall")

_RAYS = 40
"""Points of outlines that a rim is stretched between."""


def basin_wall(dice: Dice, outline: Triangles, level: float, deep: float, slope: float) -> Triangles:
    """The inner wall of a tub: from the rim at ``level`` down by ``deep``, narrowing by ``slope``."""
    lean = dice.uniform(-0.5, 0.5) * slope * float(outline[:, 0].max())
    scales = [1.0, 1 - slope * 0.3, 1 - slope * 0.7, 1 - slope * 1.3]
    rings = rings_of(
        outline,
        scales,
        [level, level - deep * 0.5, level - deep * 0.9, level - deep],
        [(0, 0), (0.3 * lean, 0), (0.7 * lean, 0), (lean, 0)],
    )
    return loft(rings, bottom=False)


def flat_rim(outer: Triangles, inner: Triangles, level: float) -> Triangles:
    """A flat ring between two outlines of equally many points."""
    rings = np.stack([np.column_stack([line[:, 0], np.full(len(line), level), line[:, 1]]) for line in (outer, inner)])
    return loft(rings, bottom=False, top=False)


def _faucet(dice: Dice, draft: Draft, x: float, level: float, towards: float) -> str:
    """A spout at (x, level), bent towards +x or -x, with two taps; absent more often than not."""
    if dice.chance(0.55):
        return ""
    size, radius = dice.uniform(0.06, 0.16), dice.uniform(0.008, 0.02)
    path = [
        (x, level, 0),
        (x, level + size, 0),
        (x + towards * size * 0.5, level + size * 1.2, 0),
        (x + towards * size, level + size * 0.9, 0),
    ]
    draft.add("faucet", tube(path, radius, 6))
    draft.add("faucet", *[ellipsoid((radius * 2, radius * 2.5, radius * 2), (x, level + 0.03, s * 0.1), 6) for s in (-1, 1)])
    return "a faucet"


def _slipper(dice: Dice, draft: Draft, length: float) -> None:
    """Raises one end or both, more often than not."""
    one, other = dice.pick(0.0, 0.0, dice.uniform(0.05, 0.5)), dice.pick(0.0, 0.0, dice.uniform(0.05, 0.6))

    def raised(piece: Triangles) -> Triangles:
        along = 2 * piece[..., 0] / length
        lift = np.where(along < 0, one, other) * along**2
        return np.stack([piece[..., 0], piece[..., 1] * (1 + lift), piece[..., 2]], -1)

    draft.change(raised)


@BATHTUB.style("free-standing", 3.0)
def _free_standing(dice: Dice, draft: Draft) -> str:
    length, width, level = dice.uniform(1.4, 1.9), dice.uniform(0.65, 0.95), dice.uniform(0.42, 0.7)
    exponent, lip, taper = dice.uniform(2.0, 5.0), dice.uniform(0.015, 0.07), dice.uniform(0.65, 0.98)
    outer = superellipse(length, width, exponent, 28)
    inner = superellipse(length - 2 * lip, width - 2 * lip, exponent, 28)
    belly = (1 + taper) / 2 + dice.uniform(0.0, 0.04)
    draft.add("body", loft(rings_of(outer, [taper, belly, 1.0], [0.0, level * 0.5, level]), top=False))
    draft.add("basin", basin_wall(dice, inner, level, level * dice.uniform(0.5, 0.92), dice.uniform(0.1, 0.3)))
    draft.add("rim", flat_rim(outer, inner, level))
    if dice.chance(0.3):
        ring = np.column_stack([outer[:, 0], np.full(28, level), outer[:, 1]])
        draft.add("rim", tube(ring, dice.uniform(0.015, 0.035), 6, closed=True))
    _slipper(dice, draft, length)
    tap = _faucet(dice, draft, -length / 2 + lip, level, 1)
    return describe("bathtub", ["free-standing", size_word(exponent, 2.8, 4, "oval", "rectangular")], ["a thin rim", tap])


@BATHTUB.style("built-in", 3.0)
def _built_in(dice: Dice, draft: Draft) -> str:
    length, width, level = dice.uniform(1.4, 1.95), dice.uniform(0.65, 1.0), dice.uniform(0.35, 0.62)
    outer = superellipse(length, width, 60.0, 28)
    lip, exponent = dice.uniform(0.04, 0.14), dice.uniform(2.2, 8.0)
    inner = superellipse(length - 2 * lip, width - 2 * lip, exponent, 28)
    draft.add("body", loft(rings_of(outer, [1.0, 1.0], [0.0, level]), top=False, bottom=dice.chance(0.7)))
    draft.add("basin", basin_wall(dice, inner, level, level * dice.uniform(0.4, 0.95), dice.uniform(0.08, 0.3)))
    draft.add("rim", flat_rim(outer, inner, level))
    if dice.chance(0.3):
        _slipper(dice, draft, length)
    if dice.chance(0.3):
        rest, deep = dice.uniform(0.05, 0.3), dice.uniform(0.08, 0.3)
        draft.add("rim", rounded_box((deep, rest, width * dice.uniform(0.5, 1.0)), 0.04, (length / 2 - deep / 2, level + rest / 2, 0)))
    tap = _faucet(dice, draft, -length / 2 + lip * 0.5, level, 1)
    return describe("bathtub", ["built-in", "rectangular"], ["an oval basin" if exponent < 3.5 else "a rounded basin", tap])


@BATHTUB.style("claw foot", 1.2)
def _claw_foot(dice: Dice, draft: Draft) -> str:
    length, width, level, foot = dice.uniform(1.35, 1.8), dice.uniform(0.65, 0.85), dice.uniform(0.5, 0.68), dice.uniform(0.08, 0.2)
    outer = superellipse(length, width, dice.uniform(2.2, 3.2), 28)
    deep = level - foot
    draft.add("body", loft(rings_of(outer, [0.5, 0.78, 0.9, 1.0], [foot, foot + deep * 0.15, foot + deep * 0.5, level]), top=False))
    draft.add(
        "basin", loft(rings_of(outer * 0.95, [0.5, 0.78, 0.9, 1.0], [foot + 0.04, foot + deep * 0.2, foot + deep * 0.5, level]), top=False)
    )
    ring = np.column_stack([outer[:, 0], np.full(28, level), outer[:, 1]])
    draft.add("rim", tube(ring, dice.uniform(0.015, 0.035), 6, closed=True))
    for x in (-0.3, 0.3):
        for z in (-0.26, 0.26):
            draft.add(
                "leg",
                tube(
                    [
                        (x * length, foot * 1.6, z * width),
                        (x * length * 1.15, foot, z * width * 1.2),
                        (x * length * 1.1, 0, z * width * 1.25),
                    ],
                    0.03,
                    5,
                ),
            )
    _slipper(dice, draft, length)
    tap = _faucet(dice, draft, -length / 2, level, 1)
    return describe("bathtub", ["claw-foot"], ["four curved feet", "a rolled rim", tap])


def _seen_from(outline: Triangles) -> Triangles:
    """Where rays from the origin, in the directions of a circle, leave a polygon (k, 2) around it: (n, 2)."""
    rays, along = circle(_RAYS)[:, None], np.roll(outline, -1, 0) - outline
    across = rays[..., 0] * along[:, 1] - rays[..., 1] * along[:, 0]
    across = np.where(np.abs(across) < 1e-9, 1e-9, across)
    far = (outline[:, 0] * along[:, 1] - outline[:, 1] * along[:, 0]) / across
    share = (outline[:, 0] * rays[..., 1] - outline[:, 1] * rays[..., 0]) / across
    reach = np.where((share >= -1e-6) & (share <= 1 + 1e-6) & (far > 0), far, np.inf).min(1)
    seen: Triangles = circle(_RAYS) * reach[:, None]
    return seen


def _tub(dice: Dice, draft: Draft, outer: Triangles, inner: Triangles, level: float) -> None:
    """A basin in a body that stands on the floor all around it; both outlines are seen from the basin's middle."""
    foot = dice.pick(1.0, 1.0, dice.uniform(0.75, 0.98))
    draft.add("body", loft(rings_of(outer, [foot, 1.0], [0.0, level]), top=False, bottom=dice.chance(0.6)))
    if dice.chance(0.25):  # a rim that stands out
        wide, thick = outer * dice.uniform(1.02, 1.08), dice.uniform(0.03, 0.12)
        draft.add("rim", loft(rings_of(wide, [1.0, 1.0], [level - thick, level]), bottom=False, top=False), flat_rim(wide, inner, level))
    else:
        draft.add("rim", flat_rim(outer, inner, level))
    draft.add("basin", basin_wall(dice, inner, level, level * dice.uniform(0.3, 0.95), dice.uniform(0.05, 0.25)))


@BATHTUB.style("corner", 1.2)
def _corner(dice: Dice, draft: Draft) -> str:
    """Two straight sides along the walls and a front that is round, cut off or both; the basin is oval or follows the outline."""
    size, level, lip = dice.uniform(1.2, 1.7), dice.uniform(0.35, 0.8), dice.uniform(0.05, 0.3)
    other, front = size * dice.pick(1.0, 1.0, dice.uniform(0.6, 1.0)), dice.pick("round", "round", "cut-off", "bowed")
    if front == "round":
        bend = np.deg2rad(np.linspace(0, 90, 14))
        edge = np.column_stack([np.cos(bend), np.sin(bend)]) ** dice.uniform(0.6, 1.0)
    else:
        short, bow = dice.uniform(0.25, 0.7), 0.0 if front == "cut-off" else dice.uniform(0.1, 0.5)
        along = np.linspace(0, 1, 9)[:, None]
        edge = np.array([1.0, short]) * (1 - along) + np.array([short, 1.0]) * along + bow * along * (1 - along)
    outline = np.concatenate([[(0.0, 0.0), (1.0, 0.0)], edge, [(0.0, 1.0)]]) * np.array([size, other])
    outline -= outline.max(0) * dice.uniform(0.4, 0.48)
    outer = _seen_from(outline)
    oval = dice.chance(0.6)
    if oval:
        round_one = superellipse(1.0, dice.uniform(0.6, 1.0), dice.uniform(2.0, 3.5), _RAYS)
        inner = _seen_from(round_one @ rotation("y", dice.pick(45, 45, 45, 0))[::2, ::2])
        inner *= (1 - lip) * (np.linalg.norm(outer, axis=1) / np.linalg.norm(inner, axis=1)).min()
    else:
        inner = outer * (1 - lip)
    _tub(dice, draft, outer, inner, level)
    if dice.chance(0.25):  # tiles or a ledge along the walls
        (x, z), high = outline.min(0), level + dice.pick(dice.uniform(0.05, 0.3), dice.uniform(0.05, 0.3), dice.uniform(0.5, 1.5))
        draft.add("wall", slab((x - 0.03, 0, z), (x, high, outline[:, 1].max())), slab((x, 0, z - 0.03), (outline[:, 0].max(), high, z)))
    if dice.chance(0.3):
        draft.add("leg", slab((-0.35, 0, size * 0.3), (0.35, level * 0.45, size * 0.3 + 0.4)))
    tap = _faucet(dice, draft, float(outline[:, 0].min()) + lip * 0.5, level, 1)
    if dice.chance(0.5):
        draft.change(lambda piece: piece * np.array([-1.0, 1.0, 1.0]))
    return describe("bathtub", ["corner"], [f"a {front} front", "an oval basin" if oval else "", tap])


@BATHTUB.style("round", 0.5)
def _round(dice: Dice, draft: Draft) -> str:
    radius, level = dice.uniform(0.65, 1.0), dice.uniform(0.45, 0.8)
    lip = dice.uniform(0.03, 0.2)
    draft.add("body", revolve([(radius * dice.uniform(0.8, 1.0), 0), (radius, level)], segments=24, closed=False))
    draft.add("rim", revolve([(radius, level), (radius - lip, level)], segments=24, closed=False))
    draft.add(
        "basin",
        revolve(
            [(radius - lip, level), ((radius - lip) * 0.95, level * 0.45), ((radius - lip) * 0.8, level * 0.15), (0.0, level * 0.12)],
            segments=24,
        ),
    )
    if dice.chance(0.4):
        draft.add(
            "body",
            revolve(
                [((radius - lip) * 0.95, level * 0.45), (radius * 0.6, level * 0.45), (radius * 0.6, level * 0.15)],
                segments=24,
                closed=False,
            ),
        )
    return describe("bathtub", ["round"], ["a bench inside" if len(draft.pieces) > 3 else "a deep basin"])


@BATHTUB.style("surround", 0.8)
def _surround(dice: Dice, draft: Draft) -> str:
    text = _built_in(dice, draft)
    whole = np.concatenate(draft.pieces).reshape(-1, 3)
    (x0, _, z0), (x1, _, z1) = whole.min(0), whole.max(0)
    high = dice.uniform(0.7, 2.0)
    draft.add("wall", slab((x0, 0, z0 - 0.03), (x1, high, z0)))
    for x in [x for x in (x0, x1) if dice.chance(0.5)]:
        draft.add("wall", slab((x - 0.015, 0, z0), (x + 0.015, high, z1)))
    if dice.chance(0.5):
        draft.add(
            "faucet",
            rod((x0 + 0.1, 0.6, z0 + 0.02), (x0 + 0.1, high, z0 + 0.02), 0.015),
            ellipsoid((0.06, 0.02, 0.06), (x0 + 0.14, high, z0 + 0.08)),
        )
    return text + " and walls around it"


@BATHTUB.style("deck", 1.0)
def _deck(dice: Dice, draft: Draft) -> str:
    """A basin let into a wide platform, sometimes with steps or a raised back."""
    length, width, level = dice.uniform(1.6, 2.5), dice.uniform(1.0, 1.9), dice.uniform(0.25, 0.75)
    kind = dice.pick("rectangular", "rectangular", "rounded", "oval", "eight-sided")
    if kind == "eight-sided":
        x, z, cut = length / 2, width / 2, dice.uniform(0.15, 0.35) * width
        half = np.array([(x, cut - z), (x, z - cut), (x - cut, z), (cut - x, z)])
        outline = np.concatenate([half, -half])
    else:
        exponent = {"rectangular": 60.0, "rounded": dice.uniform(5.0, 12.0), "oval": 2.2}[kind]
        outline = superellipse(length, width, exponent, _RAYS)
    share = dice.uniform(0.5, 0.9)
    basin = superellipse(length * share, width * min(share * dice.uniform(0.8, 1.1), 0.92), dice.uniform(2.0, 8.0), _RAYS)
    outer, inner = _seen_from(outline), _seen_from(basin)
    inner *= min(1.0, 0.95 * float((np.linalg.norm(outer, axis=1) / np.linalg.norm(inner, axis=1)).min()))
    _tub(dice, draft, outer, inner, level)
    if dice.chance(0.4):
        draft.add("leg", slab((-length * 0.3, 0, width / 2), (length * 0.3, level / 2, width / 2 + 0.3)))
    if dice.chance(0.25):
        draft.add("wall", slab((-length / 2, 0, -width / 2 - 0.1), (length / 2, level + dice.uniform(0.1, 0.5), -width / 2)))
    tap = _faucet(dice, draft, -length / 2 + 0.1, level, 1)
    return describe("bathtub", ["large", "sunken"], [f"a wide {kind} platform around the basin", tap])
