"""Toilets, sinks and faucets."""

import numpy as np

from recon_model.data.synthetic.bathtubs import basin_wall, flat_rim
from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    box,
    copies,
    cylinder,
    ellipsoid,
    loft,
    prism,
    revolve,
    rings_of,
    rod,
    rounded_box,
    slab,
    superellipse,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

TOILET = category("toilet", "bowl seat lid tank base button")
SINK = category("sink", "basin counter faucet pedestal")
FAUCET = category("faucet", "base spout handle")


def _bowl_outline(width: float, length: float, points: int = 20) -> Triangles:
    """An egg: rounder at the front (+z), squarer at the back."""
    outline = superellipse(width, length, 2.3, points)
    back = outline[:, 1] < 0
    outline[back, 0] *= 1.0 - 0.15 * (outline[back, 1] / (length / 2)) ** 2
    return outline


def _bowl(dice: Dice, draft: Draft, width: float, length: float, level: float, foot: float, solid: bool) -> None:
    """Adds bowl, hollow and seat; ``foot`` is the share of the width at the floor."""
    outline, hang = _bowl_outline(width, length), 0.0 if solid else level * dice.uniform(0.25, 0.45)
    waist = foot * dice.uniform(0.7, 1.0)
    scales = np.array([(foot, foot * 1.05), (waist, waist), ((1 + waist) / 2, (1 + waist) / 2), (1.0, 1.0)])
    back = -length * 0.12
    offsets = [(0, back * (1 - foot)), (0, back), (0, back * 0.4), (0, 0)]
    draft.add(
        "bowl",
        loft(
            rings_of(outline, scales, np.array([hang, hang + (level - hang) * 0.35, hang + (level - hang) * 0.7, level]), offsets),
            top=False,
        ),
    )
    inner = outline * dice.uniform(0.65, 0.8)
    draft.add("bowl", loft(rings_of(inner, [1.0, 0.8, 0.4], [level, level * 0.7, level * 0.5]), bottom=False))
    rise = dice.uniform(0.015, 0.05)
    draft.add(
        "seat", flat_rim(outline * 1.02, inner, level + rise), loft(rings_of(outline * 1.02, [1, 1], [level, level + rise]), False, False)
    )


def _lid(dice: Dice, draft: Draft, width: float, length: float, level: float) -> str:
    if dice.chance(0.6):
        draft.add("lid", prism(_bowl_outline(width * 1.03, length * 1.03), level + 0.03, level + dice.uniform(0.05, 0.08)))
        return "a closed lid"
    if dice.chance(0.7):
        lid = prism(_bowl_outline(width, length), 0.0, 0.03)
        draft.add("lid", turn(lid, "x", -dice.uniform(80, 100), (0, 0, -length / 2)) + np.array([0, level + 0.04, 0.04]))
        return "a raised lid"
    return ""


@TOILET.style("tank", 4.0)
def _with_tank(dice: Dice, draft: Draft) -> str:
    width, length, level = dice.uniform(0.34, 0.44), dice.uniform(0.46, 0.64), dice.uniform(0.32, 0.44)
    _bowl(dice, draft, width, length, level, dice.uniform(0.5, 0.9), True)
    words = _lid(dice, draft, width, length, level)
    high, wide, deep = dice.uniform(0.22, 0.45), width * dice.uniform(0.95, 1.4), dice.uniform(0.15, 0.26)
    z, low = -length / 2 - deep * 0.4, level - dice.pick(0.0, 0.0, 0.08)
    body = box if dice.chance(0.5) else (lambda size, centre: rounded_box(size, 0.04, centre))
    draft.add("tank", body((wide, high, deep), (0, low + high / 2, z)))
    draft.add("tank", box((wide * 1.05, 0.035, deep * 1.1), (0, low + high + 0.015, z)))
    column = width * dice.uniform(0.5, 0.9)
    draft.add("base", slab((-column / 2, 0, z - deep * 0.3), (column / 2, low, -length * 0.15)))
    if dice.chance(0.5):
        draft.add("base", prism(superellipse(width * 0.75, length * 1.15, 3.0), 0.0, 0.05) + np.array([0, 0, -length * 0.15]))
    if dice.chance(0.5):
        draft.add(
            "button",
            rod((-wide * 0.35, low + high * 0.8, z + deep / 2), (-wide * 0.15, low + high * 0.8, z + deep / 2 + 0.03), 0.012, segments=5),
        )
    return describe("toilet", [size_word(high, 0.33, 0.44, "low", "tall")], ["a water tank behind the bowl", words])


@TOILET.style("one-piece", 1.5)
def _one_piece(dice: Dice, draft: Draft) -> str:
    width, length, level = dice.uniform(0.34, 0.42), dice.uniform(0.5, 0.62), dice.uniform(0.36, 0.42)
    _bowl(dice, draft, width, length, level, dice.uniform(0.75, 1.0), True)
    words, high = _lid(dice, draft, width, length, level), dice.uniform(0.12, 0.42)
    outline = superellipse(width, 0.24, 3.5)
    scales = np.array([(0.85, 1.0), (0.95, 1.2), (1.0, 1.0), (0.95, 0.85)])
    draft.add("tank", loft(rings_of(outline, scales, np.array([0, level * 0.7, level, level + high]), [(0, -length * 0.5)] * 4)))
    return describe("toilet", ["one-piece"], ["a skirted base", words])


@TOILET.style("wall-hung", 0.8)
def _wall_hung(dice: Dice, draft: Draft) -> str:
    width, length, level = dice.uniform(0.34, 0.4), dice.uniform(0.48, 0.58), dice.uniform(0.36, 0.44)
    _bowl(dice, draft, width, length, level, dice.uniform(0.5, 0.8), False)
    words = _lid(dice, draft, width, length, level)
    draft.add("base", slab((-width * 0.4, level * 0.35, -length * 0.55), (width * 0.4, level, -length * 0.3)))
    if dice.chance(0.5):
        high = dice.uniform(0.8, 1.1)
        draft.add("tank", slab((-width * 0.7, 0, -length * 0.55 - 0.12), (width * 0.7, high, -length * 0.55)))
    return describe("toilet", ["wall-hung"], ["a floating bowl", words])


@TOILET.style("high tank", 0.5)
def _high_tank(dice: Dice, draft: Draft) -> str:
    width, length, level = dice.uniform(0.34, 0.42), dice.uniform(0.45, 0.55), dice.uniform(0.38, 0.44)
    _bowl(dice, draft, width, length, level, dice.uniform(0.5, 0.75), True)
    words, high = _lid(dice, draft, width, length, level), dice.uniform(0.8, 1.6)
    z = -length / 2 - 0.06
    draft.add("base", rod((0, level * 0.7, z), (0, high, z), dice.uniform(0.02, 0.04)))
    draft.add("tank", box((width * 1.1, 0.26, 0.18), (0, high + 0.12, z)))
    return describe("toilet", ["old-fashioned"], ["a high tank on a pipe", words])


@TOILET.style("bare", 0.7)
def _bare(dice: Dice, draft: Draft) -> str:
    width, length, level = dice.uniform(0.34, 0.42), dice.uniform(0.45, 0.6), dice.uniform(0.34, 0.44)
    _bowl(dice, draft, width, length, level, dice.uniform(0.45, 0.8), True)
    words = _lid(dice, draft, width, length, level)
    draft.add("base", rod((0, level * 0.8, -length * 0.4), (0, level * dice.uniform(0.9, 1.8), -length * 0.55), 0.04))
    return describe("toilet", ["tankless"], ["a pipe behind the bowl", words])


def _sink_faucet(dice: Dice, draft: Draft, z: float, level: float) -> str:
    size = dice.uniform(0.08, 0.3)
    bend = arc((0, level + size, z + size * 0.3), size * 0.3, 180, 0, "zy", 7)
    draft.add("faucet", tube(np.concatenate([[(0, level, z)], bend]), dice.uniform(0.008, 0.016), 6))
    draft.add("faucet", *[cylinder(0.015, 0.05, (s * 0.09, level + 0.02, z), 6) for s in (-1, 1)])
    return "a tall faucet" if size > 0.2 else "a faucet"


@SINK.style("pedestal")
def _pedestal_sink(dice: Dice, draft: Draft) -> str:
    width, depth, level = dice.uniform(0.45, 0.65), dice.uniform(0.38, 0.5), dice.uniform(0.75, 0.9)
    outer = superellipse(width, depth, dice.uniform(2.0, 5.0), 24)
    draft.add("basin", loft(rings_of(outer, [0.45, 0.85, 1.0], [level - 0.2, level - 0.12, level]), top=False))
    draft.add("basin", flat_rim(outer, outer * 0.75, level), basin_wall(dice, outer * 0.75, level, 0.14, 0.3))
    draft.add("pedestal", revolve([(0.13, 0), (0.12, 0.05), (0.08, 0.3), (0.1, level - 0.18)]))
    return describe("sink", ["pedestal"], ["a column", _sink_faucet(dice, draft, -depth * 0.43, level)])


@SINK.style("counter", 1.5)
def _counter_sink(dice: Dice, draft: Draft) -> str:
    width, depth, level = dice.uniform(0.55, 1.4), dice.uniform(0.45, 0.65), dice.pick(0.0, dice.uniform(0.5, 0.8))
    count = 2 if width > 1.0 and dice.chance(0.6) else 1
    outer = superellipse(width / count, depth, 60.0, 28)
    inner = superellipse(width / count * 0.8, depth * 0.72, dice.uniform(2.0, 8.0), 28)
    for i in range(count):
        shift = np.array([(i - (count - 1) / 2) * width / count, level, 0.0])
        draft.add("counter", flat_rim(outer, inner, 0.2) + shift)
        draft.add("basin", basin_wall(dice, inner, 0.2, 0.17, 0.15) + shift)
    if level or dice.chance(0.3):
        draft.add("counter", slab((-width / 2, 0, -depth / 2), (width / 2, level + 0.01, depth / 2)))
    draft.add("counter", *[box((0.01, 0.2, depth), (s * width / 2, level + 0.1, 0)) for s in (-1, 1)])
    draft.add("counter", *[box((width, 0.2, 0.01), (0, level + 0.1, s * depth / 2)) for s in (-1, 1)])
    return describe("sink", ["double" if count == 2 else "", "counter"], [_sink_faucet(dice, draft, -depth * 0.42, level + 0.2)])


def _knobs(dice: Dice, draft: Draft, gap: float, y: float, z: float) -> str:
    """Two handles alike, to the left and right; returns words for them."""
    kind, reach, out = dice.pick("cross", "lever", "round"), dice.uniform(0.04, 0.08), dice.uniform(-0.02, 0.02)
    for s in (-1, 1):
        x = s * gap
        draft.add("handle", cylinder(0.016, 0.03, (x, y + 0.015, z), 10))
        if kind == "cross":
            bars = ((0.03, 0.0), (0.0, 0.03))
            draft.add("handle", *[rod((x - dx, y + 0.035, z - dz), (x + dx, y + 0.035, z + dz), 0.006) for dx, dz in bars])
        elif kind == "lever":
            draft.add("handle", rod((x, y + 0.035, z), (x + s * out, y + 0.05, z + reach), 0.008, 0.006))
        else:
            draft.add("handle", ellipsoid((0.025, 0.02, 0.025), (x, y + 0.035, z), 10))
    return f"two {kind} handles"


@FAUCET.style("arched", 2.0)
def _arched_faucet(dice: Dice, draft: Draft) -> str:
    high, reach, thick = dice.uniform(0.12, 0.36), dice.uniform(0.1, 0.22), dice.uniform(0.01, 0.018)
    draft.add("base", revolve([(0.03, 0), (0.03, 0.012), (0.02, 0.025), (0.018, 0.06)], segments=16))
    drop = dice.uniform(0.02, 0.1)
    bend = arc((0, high, reach / 2), reach / 2, 180, 0, "zy", 12)
    draft.add("spout", tube(np.concatenate([[(0, 0.04, 0)], bend, [(0, high - drop, reach)]]), thick, 8))
    pair = dice.chance(0.5)
    if pair:
        gap = dice.uniform(0.07, 0.13)
        words = _knobs(dice, draft, gap, 0.0, 0.0)
        if dice.chance(0.4):
            draft.add("base", tube([(-gap, 0.02, 0), (gap, 0.02, 0)], 0.014, 8))
    else:
        side = dice.pick(-1, 1)
        draft.add(
            "handle", rod((0, 0.05, 0), (side * 0.035, 0.055, 0), 0.014), rod((side * 0.035, 0.055, 0), (side * 0.06, 0.13, 0), 0.006)
        )
        words = "one lever at its side"
    draft.pose(dice, 0.9, ("x", 90))
    return describe("faucet", [size_word(high, 0.17, 0.28, "low", "tall"), "arched"], [words])


@FAUCET.style("basin", 1.5)
def _basin_faucet(dice: Dice, draft: Draft) -> str:
    high, reach = dice.uniform(0.07, 0.16), dice.uniform(0.09, 0.16)
    square = dice.chance(0.4)
    thick = dice.uniform(0.018, 0.028)
    if square:
        draft.add("base", slab((-thick, 0, -thick), (thick, high, thick)))
        draft.add("spout", slab((-thick, high * 0.7, 0), (thick, high * 0.7 + thick, reach)))
    else:
        draft.add("base", revolve([(thick * 1.4, 0), (thick, 0.015), (thick, high)], segments=16))
        draft.add(
            "spout",
            tube([(0, high * 0.6, 0), (0, high * 0.75, reach * 0.6), (0, high * 0.7, reach), (0, high * 0.6, reach)], thick * 0.7, 8),
        )
    lift = dice.uniform(10, 40)
    lever = rounded_box((thick * 1.2, 0.012, reach * dice.uniform(0.5, 0.9)), 0.004, (0, 0, reach * 0.25))
    draft.add("handle", turn(lever, "x", -lift) + np.array([0, high + 0.012, 0]))
    return describe("faucet", ["square" if square else "round"], ["a lever on top", "a straight spout"])


@FAUCET.style("wall", 1.0)
def _wall_faucet(dice: Dice, draft: Draft) -> str:
    gap, reach, hose = dice.uniform(0.06, 0.1), dice.uniform(0.1, 0.22), dice.chance(0.4)
    draft.add("base", turn(cylinder(0.022, 2 * gap, segments=12), "z", 90))
    for s in (-1, 1):
        draft.add(
            "base",
            turn(cylinder(0.032, 0.012, segments=14), "x", 90) + np.array([s * gap, 0, -0.06]),
            rod((s * gap, 0, -0.06), (s * gap, 0, 0), 0.014),
        )
    _knobs(dice, draft, gap, 0.0, 0.0)
    draft.add("spout", tube([(0, 0, 0), (0, -0.01, reach * 0.6), (0, -0.02, reach), (0, -0.05, reach)], 0.013, 8))
    if hose:
        line = arc((0.0, -0.15, 0.05), 0.14, 100, 400, "xy", 14)
        draft.add("spout", tube(line, 0.006, 5), rod(line[-1], line[-1] + np.array([0.02, 0.12, 0.03]), 0.012, 0.025))
    return describe("faucet", ["wall-mounted"], ["two handles", "a shower hose" if hose else "a long spout"])


@FAUCET.style("garden", 0.7)
def _garden_tap(dice: Dice, draft: Draft) -> str:
    long = dice.uniform(0.08, 0.13)
    draft.add(
        "base",
        turn(cylinder(0.014, long, segments=10), "x", 90) + np.array([0, 0, -long / 2]),
        turn(cylinder(0.03, 0.01, segments=14), "x", 90) + np.array([0, 0, -long]),
    )
    draft.add("base", ellipsoid((0.024, 0.022, 0.024), (0, 0, 0), 10), rod((0, 0, 0), (0, 0.06, 0), 0.01))
    draft.add("spout", tube(arc((0, -0.04, 0.0), 0.05, 90, 0, "zy", 8), 0.013, 8), cylinder(0.017, 0.03, (0, -0.055, 0.05), 10))
    wheel = dice.chance(0.5)
    if wheel:
        draft.add(
            "handle",
            tube(arc((0, 0.065, 0), 0.03, 0, 345, "xz", 14), 0.006, 6, closed=True),
            rod((-0.03, 0.065, 0), (0.03, 0.065, 0), 0.005),
        )
    else:
        draft.add("handle", rod((-0.045, 0.065, 0), (0.045, 0.065, 0), 0.009, segments=6))
    return describe("faucet", ["garden"], ["a small wheel" if wheel else "a cross bar", "a bent spout"])


@SINK.style("double", 0.7)
def _double_sink(dice: Dice, draft: Draft) -> str:
    """Two basins in one plate, of one size or a large and a small one, with one tap between them and perhaps a drainer."""
    basins, drained = dice.uniform(0.6, 0.95), dice.chance(0.45)
    depth, deep, share = dice.uniform(0.42, 0.6), dice.uniform(0.13, 0.24), dice.pick(0.5, 0.5, dice.uniform(0.58, 0.68))
    drainer, rim, soft = dice.uniform(0.3, 0.5) if drained else 0.0, dice.uniform(0.8, 0.92), dice.uniform(3.0, 20.0)
    width, level = basins + drainer, dice.pick(0.0, 0.0, dice.uniform(0.6, 0.75)) + deep + 0.02
    x, z, middle = width / 2, depth / 2, basins * share - width / 2
    for size, place in ((basins * share, middle - basins * share / 2), (basins * (1 - share), middle + basins * (1 - share) / 2)):
        shift = np.array([place, 0, 0.03])
        inner = superellipse(size * rim, depth * 0.76, soft, 28)
        # The plate's cell stays where it is while its opening sits forward, to leave room for the tap.
        outer = superellipse(size, depth, 60.0, 28) - np.array([0, 0.03])
        draft.add("counter", flat_rim(outer, inner, level) + shift)
        draft.add("basin", basin_wall(dice, inner, level, deep, 0.1) + shift, cylinder(0.04, 0.01, (place, level - deep + 0.005, 0.03), 10))
    if drained:
        edge = basins - x
        draft.add("counter", slab((edge, level - 0.01, -z), (x, level, z)))
        ridges = np.linspace(0.12, 0.88, dice.integer(5, 9)) * drainer + edge
        draft.add("counter", copies(box((0.012, 0.014, depth * 0.7)), [(ridge, level, 0.03) for ridge in ridges]))
    # A cabinet or a sink of stone is closed all round; a pressed one shows its basins from below.
    tall = level if level > deep + 0.1 or dice.chance(0.3) else 0.02
    draft.add("counter", *[box((0.015, tall, depth), (s * x, level - tall / 2, 0)) for s in (-1, 1)])
    draft.add("counter", *[box((width, tall, 0.015), (0, level - tall / 2, s * z)) for s in (-1, 1)])
    start = len(draft.pieces)
    words = _sink_faucet(dice, draft, -depth * 0.43, level)
    draft.move((middle, 0, 0), start)
    if drained and dice.chance(0.5):
        draft.change(lambda piece: piece * np.array([-1, 1, 1]))
    return describe("sink", ["double"], ["two basins", words, "a ribbed drainer" if drained else ""])
