"""Sofas, benches and beds."""

import numpy as np

from recon_model.data.synthetic.furniture import add_legs, add_stretchers, corners, cushion, leg
from recon_model.data.synthetic.primitives import (
    Triangles,
    box,
    copies,
    cylinder,
    ellipsoid,
    loft,
    prism,
    ribbon,
    rings_of,
    rod,
    rounded_box,
    slab,
    superellipse,
    surface,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

SOFA = category("sofa", "seat back arm leg cushion")
BENCH = category("bench", "seat back leg arm box")
BED = category("bed", "mattress frame headboard footboard leg pillow canopy")


def _feet(dice: Dice, draft: Draft, width: float, depth: float, height: float) -> None:
    if height > 0:
        kind, thickness = dice.pick("square", "round", "tapered"), dice.uniform(0.04, 0.08)
        for x, z in corners(width, depth, 0.07):
            draft.add("leg", leg(kind, height, thickness) + np.array([x, 0, z]))


def _seats(dice: Dice, draft: Draft, count: int, width: float, depth: float, level: float, thick: float, z: float) -> None:
    """Adds ``count`` seat cushions side by side whose upper face is near ``level``."""
    each = width / count
    for i in range(count):
        draft.add("cushion", cushion(dice, (each * 0.98, thick, depth), (-width / 2 + (i + 0.5) * each, level - thick / 2, z)))


def _arm(dice: Dice, side: float, height: float, foot: float, depth: float, kind: str) -> Triangles:
    """One arm from the floor up, centred at x = 0."""
    body = slab((-side / 2, foot, -depth / 2), (side / 2, height, depth / 2))
    if kind == "rolled":
        roll = turn(cylinder(side * dice.uniform(0.55, 0.75), depth), "x", 90) + np.array([0, height, 0])
        return np.concatenate([body, roll])
    if kind == "soft":
        return rounded_box((side, height - foot, depth), side * 0.4, (0, (height + foot) / 2, 0))
    if kind == "sloping":
        tilted = body.copy()
        low = (tilted[..., 2] > 0) & (tilted[..., 1] > (height + foot) / 2)
        tilted[..., 1] -= low * (height - foot) * 0.3
        return tilted
    return body


@SOFA.style("straight", 4.0)
def _straight(dice: Dice, draft: Draft) -> str:
    count = dice.pick(2, 2, 3, 3, 3, 4)
    depth, level = dice.uniform(0.7, 1.05), dice.uniform(0.32, 0.48)
    side, back, foot = dice.uniform(0.08, 0.3), dice.uniform(0.25, 0.6), dice.pick(0.0, 0.0, 0.05, 0.1, 0.18)
    width = count * dice.uniform(0.5, 0.75) + 2 * side
    thick, deep = dice.uniform(0.1, 0.22), dice.uniform(0.12, 0.3)
    arm = level + dice.uniform(0.05, min(back, 0.35))
    draft.add("seat", slab((-width / 2 + side * 0.5, foot, -depth / 2), (width / 2 - side * 0.5, level - thick, depth / 2 - 0.02)))
    _seats(dice, draft, dice.pick(count, count, 1), width - 2 * side, depth - deep, level, thick, deep / 2)
    kind = dice.pick("plain", "plain", "rolled", "soft", "sloping")
    one = _arm(dice, side, arm, foot, depth, kind)
    draft.add("arm", *[one + np.array([s * (width - side) / 2, 0, 0]) for s in (-1, 1)])
    start, inner = len(draft.pieces), width - dice.pick(0.0, 2 * side)
    draft.add("back", cushion(dice, (inner, level + back - foot, deep * 0.6), (0, (back - level + foot) / 2, -deep * 0.2)))
    if dice.chance(0.7):
        each = (width - 2 * side) / count
        for i in range(count):
            x = (i + 0.5) * each - (width - 2 * side) / 2
            draft.add("cushion", turn(cushion(dice, (each * 0.96, back * 0.95, deep * 0.7), (x, back * 0.5, deep * 0.3)), "x", -8))
    lean = dice.uniform(0, 10)
    draft.change(lambda piece: turn(piece, "x", -lean) + np.array([0, level, -depth / 2 + deep / 2]), start)
    _feet(dice, draft, width, depth, foot)
    seats = {2: "two-seat", 3: "three-seat", 4: "four-seat"}[count]
    return describe(
        "sofa", [size_word(back / level, 0.8, 1.3, "low", "high-backed"), seats], [f"{kind} arms", "legs" if foot > 0.08 else ""]
    )


@SOFA.style("L-shaped")
def _l_shaped(dice: Dice, draft: Draft) -> str:
    width, depth, level = dice.uniform(1.8, 3.0), dice.uniform(0.75, 1.0), dice.uniform(0.32, 0.46)
    reach, back, deep, foot = dice.uniform(0.5, 1.4), dice.uniform(0.25, 0.45), dice.uniform(0.14, 0.25), dice.pick(0.0, 0.06, 0.12)
    draft.add("seat", slab((-width / 2, foot, -depth / 2), (width / 2, level - 0.12, depth / 2)))
    draft.add("seat", slab((-width / 2, foot, depth / 2), (-width / 2 + depth, level - 0.12, depth / 2 + reach)))
    _seats(dice, draft, dice.integer(2, 3), width - 0.1, depth - deep, level, 0.12, deep / 2)
    draft.add("cushion", cushion(dice, (depth * 0.95, 0.12, reach), (-width / 2 + depth / 2, level - 0.06, depth / 2 + reach / 2)))
    draft.add("back", cushion(dice, (width, level + back, deep), (0, (level + back) / 2 + foot / 2, -depth / 2 + deep / 2)))
    if dice.chance(0.6):
        length = depth + reach * dice.pick(0.0, 1.0)
        draft.add("back", cushion(dice, (deep, level + back, length), (-width / 2 + deep / 2, (level + back) / 2, -depth / 2 + length / 2)))
    if dice.chance(0.7):
        draft.add("arm", _arm(dice, 0.18, level + 0.18, foot, depth, dice.pick("plain", "soft")) + np.array([width / 2 - 0.09, 0, 0]))
    _feet(dice, draft, width, depth, foot)
    if dice.chance(0.5):
        draft.change(lambda piece: piece * np.array([-1.0, 1.0, 1.0]))
    return describe("sofa", ["L-shaped corner"], ["a chaise" if reach < 0.9 else "two wings"])


@SOFA.style("curved", 1.0)
def _curved(dice: Dice, draft: Draft) -> str:
    inner, depth, level, back = dice.uniform(0.5, 1.5), dice.uniform(0.7, 0.9), dice.uniform(0.36, 0.46), dice.uniform(0.3, 0.45)
    half = np.deg2rad(dice.uniform(35, 80))
    angles = np.linspace(-half, half, 14)

    def sector(r0: float, r1: float, low: float, high: float) -> Triangles:
        profile = np.array([(r0, low), (r1, low), (r1, high), (r0, high), (r0, low)])
        lattice = np.empty((14, 5, 3))
        lattice[..., 0] = np.sin(angles)[:, None] * profile[:, 0]
        lattice[..., 1] = profile[:, 1]
        lattice[..., 2] = -np.cos(angles)[:, None] * profile[:, 0]
        return surface(lattice)

    draft.add("seat", sector(inner, inner + depth, 0.04, level))
    draft.add("back", sector(inner + depth - 0.2, inner + depth, level, level + back))
    return describe("sofa", ["curved"], ["a long bench seat"])


@SOFA.style("open-frame", 0.8)
def _open_frame(dice: Dice, draft: Draft) -> str:
    count, depth, level = dice.pick(2, 3), dice.uniform(0.6, 0.85), dice.uniform(0.36, 0.46)
    width, back, post = count * dice.uniform(0.5, 0.65), dice.uniform(0.32, 0.5), dice.uniform(0.03, 0.06)
    _seats(dice, draft, count, width, depth, level, dice.uniform(0.08, 0.15), 0.0)
    draft.add("seat", box((width, post, depth), (0, level - 0.16, 0)))
    for s in (-1, 1):
        x = s * (width + post) / 2
        for z in (-1, 1):
            draft.add("leg", rod((x, 0, z * depth * 0.45), (x, level + 0.2, z * depth * 0.45), post / 2, segments=5))
        draft.add("arm", box((post * 1.6, post, depth), (x, level + 0.2, 0)))
    draft.add("back", turn(cushion(dice, (width, back, 0.14), (0, back / 2, 0)), "x", -12) + np.array([0, level, -depth / 2 + 0.05]))
    return describe("sofa", [{2: "two-seat", 3: "three-seat"}[count]], ["an open frame", "loose cushions"])


@SOFA.style("chaise", 0.5)
def _chaise(dice: Dice, draft: Draft) -> str:
    width, depth, level, rise = dice.uniform(1.5, 2.0), dice.uniform(0.6, 0.8), dice.uniform(0.36, 0.45), dice.uniform(0.2, 0.4)
    draft.add("seat", cushion(dice, (width, level * 0.6, depth), (0, level * 0.7, 0)))
    add_legs(dice, draft, width, depth, level * 0.42, 0.06)
    for s in (-1, 1) if dice.chance(0.4) else (-1,):
        draft.add("arm", cushion(dice, (0.16, rise, depth), (s * (width / 2 - 0.08), level + rise / 2, 0)))
    tops = np.array([(-width / 2, level), (0, level), (width / 2, level)])
    drop = dice.uniform(0.2, 1.0)
    draft.add(
        "back", ribbon(tops, tops + np.array([(0, rise * 1.3), (0, rise), (0, rise * drop)]), 0.12) + np.array([0, 0, -depth / 2 + 0.06])
    )
    return describe("sofa", ["chaise"], ["a sloping back"])


@BENCH.style("plank")
def _plank_bench(dice: Dice, draft: Draft) -> str:
    width, depth, level, thick = dice.uniform(1.0, 2.2), dice.uniform(0.28, 0.45), dice.uniform(0.36, 0.5), dice.uniform(0.03, 0.09)
    draft.add("seat", box((width, thick, depth), (0, level, 0)))
    if dice.chance(0.5):
        for s in (-1, 1):
            draft.add("leg", box((0.06, level, depth * 0.9), (s * width * 0.4, level / 2, 0)))
        return describe("bench", ["long"], ["two slab supports"])
    kind = add_legs(dice, draft, width, depth, level, 0.06)
    return describe("bench", ["long", "backless"], [f"four {kind} legs"])


@BENCH.style("park", 1.5)
def _park_bench(dice: Dice, draft: Draft) -> str:
    width, depth, level, back = dice.uniform(1.1, 2.0), dice.uniform(0.38, 0.5), dice.uniform(0.4, 0.48), dice.uniform(0.32, 0.5)
    slats = dice.integer(3, 6)
    for i in range(slats):
        draft.add("seat", box((width, 0.025, depth / slats * 0.75), (0, level, -depth / 2 + (i + 0.5) * depth / slats)))
    start = len(draft.pieces)
    for i in range(slats - 1):
        draft.add("back", box((width, back / slats * 0.75, 0.025), (0, (i + 1) * back / (slats - 1), 0)))
    for s in (-1, 0, 1):
        draft.add("back", box((0.05, back, 0.04), (s * width * 0.42, back / 2, -0.03)))
    draft.change(lambda piece: turn(piece, "x", -14) + np.array([0, level, -depth / 2]), start)
    add_legs(dice, draft, width * 0.92, depth, level, 0.06, "square")
    if dice.chance(0.5):
        for s in (-1, 1):
            draft.add("arm", box((0.05, 0.03, depth), (s * width * 0.45, level + 0.2, 0)))
            draft.add("arm", box((0.05, 0.2, 0.05), (s * width * 0.45, level + 0.1, depth * 0.45)))
    return describe("bench", ["slatted", "park"], ["a leaning back"])


def _pillows(dice: Dice, draft: Draft, width: float, length: float, level: float, least: int = 0) -> str:
    count = max(least, dice.pick(0, 1, 2, 2) if width > 1.1 else dice.pick(0, 1, 1))
    for i in range(count):
        each = width / count
        size = (each * dice.uniform(0.65, 0.9), dice.uniform(0.08, 0.18), dice.uniform(0.3, 0.45))
        draft.add(
            "pillow", rounded_box(size, size[1] * 0.45, (-width / 2 + (i + 0.5) * each, level + size[1] / 2, -length / 2 + size[2] * 0.6))
        )
    return ("", "a pillow", "two pillows")[count]


def _board(dice: Dice, kind: str, width: float, height: float, thick: float, base: float) -> list[Triangles]:
    """A head- or footboard standing in the xy plane from ``base`` to ``height``."""
    if kind == "bars":
        xs = np.linspace(-0.5, 0.5, dice.integer(5, 11)) * (width - thick)
        bars = [rod((x, base, 0), (x, height * 0.97, 0), thick * 0.25, segments=5) for x in xs]
        posts = [box((thick, height, thick), (s * (width - thick) / 2, height / 2, 0)) for s in (-1, 1)]
        return [*bars, *posts, box((width, thick, thick), (0, height, 0))]
    if kind == "arched":
        xs = np.linspace(-0.5, 0.5, 11) * width
        rise = height * dice.uniform(0.7, 0.9)
        tops = np.column_stack([xs, rise + (height - rise) * np.sqrt(1 - (2 * xs / width) ** 2 + 1e-9)])
        return [ribbon(np.column_stack([xs, np.full(11, base)]), tops, thick)]
    if kind == "padded":
        return [rounded_box((width, height - base, thick * 2), thick * 0.7, (0, (height + base) / 2, 0))]
    return [box((width, height - base, thick), (0, (height + base) / 2, 0))]


def _mattress(dice: Dice, draft: Draft, width: float, length: float, low: float, thick: float) -> float:
    """Adds mattress, frame and sometimes a hanging blanket; returns the level of the upper face."""
    draft.add("mattress", cushion(dice, (width, thick, length), (0, low + thick / 2, 0)))
    if dice.chance(0.35):
        over, down = dice.uniform(0.01, 0.05), dice.uniform(0.3, 1.0) * (low + thick)
        x, top, z0, z1 = width / 2 + over, low + thick + 0.02, -length * dice.uniform(0.1, 0.35), length / 2 + over
        draft.add("mattress", slab((-x, top - 0.02, z0), (x, top, z1)))
        draft.add("mattress", *[slab((s * x - 0.01, top - down, z0), (s * x + 0.01, top, z1)) for s in (-1, 1)])
        draft.add("mattress", slab((-x, top - down, z1 - 0.02), (x, top, z1)))
    return low + thick


@BED.style("headboard", 4.0)
def _headboard_bed(dice: Dice, draft: Draft) -> str:
    width, length, low, thick = (
        dice.pick(dice.uniform(0.9, 1.4), dice.uniform(1.3, 2.0)),
        dice.uniform(1.9, 2.25),
        dice.uniform(0.12, 0.42),
        dice.uniform(0.12, 0.35),
    )
    level = _mattress(dice, draft, width, length, low, thick)
    kind, board, head = dice.pick("plain", "plain", "bars", "arched", "padded"), dice.uniform(0.03, 0.12), level + dice.uniform(0.12, 0.8)
    foot = dice.pick(0.0, low, level + dice.uniform(0.0, 0.35))
    outer = width + dice.uniform(0.02, 0.15)
    if dice.chance(0.5):
        draft.add("frame", slab((-outer / 2, 0.0, -length / 2), (outer / 2, low, length / 2)))
    else:
        frame = dice.uniform(0.4, 0.85) * low
        draft.add("frame", slab((-outer / 2, low - frame, -length / 2), (outer / 2, low + thick * dice.pick(0.0, 0.3), length / 2)))
        for x, z in corners(outer, length, 0.05):
            draft.add("leg", box((0.08, low, 0.08), (x, low / 2, z)))
    wide = outer * dice.pick(1.0, 1.0, 1.0, 1.6) if kind in ("plain", "padded") else outer
    base = dice.pick(0.0, low * 0.5)
    draft.add("headboard", *[piece + np.array([0, 0, -length / 2 - board / 2]) for piece in _board(dice, kind, wide, head, board, base)])
    if foot > low:
        draft.add(
            "footboard", *[piece + np.array([0, 0, length / 2 + board / 2]) for piece in _board(dice, kind, outer, foot, board, base)]
        )
    words = _pillows(dice, draft, width, length, level)
    if wide > outer * 1.3 and dice.chance(0.7):
        for s in (-1, 1):
            draft.add("frame", box((0.45, low + 0.15, 0.4), (s * (outer / 2 + 0.26), (low + 0.15) / 2, -length / 2 + 0.2)))
    size = size_word(width, 1.1, 1.45, "single", "double")
    return describe(
        "bed",
        [size],
        [f"{'an' if kind[0] == 'a' else 'a'} {kind if kind != 'bars' else 'barred'} headboard", "a footboard" if foot > low else "", words],
    )


@BED.style("low", 0.7)
def _low_bed(dice: Dice, draft: Draft) -> str:
    width, length, low, thick = dice.uniform(0.9, 2.0), dice.uniform(1.9, 2.2), dice.uniform(0.03, 0.3), dice.uniform(0.15, 0.35)
    level = _mattress(dice, draft, width, length, low, thick)
    margin = dice.uniform(0.0, 0.2)
    draft.add(
        "frame",
        slab((-width / 2 - margin, 0 if low < 0.15 else low * 0.5, -length / 2 - margin), (width / 2 + margin, low, length / 2 + margin)),
    )
    words = _pillows(dice, draft, width, length, level, least=1)  # a bare slab is many things, and seldom a bed
    if low > 0.15:
        add_legs(dice, draft, width, length, low * 0.5, 0.07, "square")
    return describe("bed", ["low", "platform" if margin > 0.08 else ""], ["a thick mattress", words])


@BED.style("canopy", 0.8)
def _canopy_bed(dice: Dice, draft: Draft) -> str:
    width, length, low, thick = dice.uniform(1.2, 2.0), dice.uniform(1.9, 2.2), dice.uniform(0.25, 0.45), dice.uniform(0.15, 0.3)
    level, high, post = _mattress(dice, draft, width, length, low, thick), dice.uniform(1.2, 2.1), dice.uniform(0.04, 0.1)
    places = corners(width + post, length + post)
    for x, z in places:
        draft.add("canopy", leg(dice.pick("square", "round", "turned"), high, post) + np.array([x, 0, z]))
    draft.add("frame", slab((-width / 2, low * 0.4, -length / 2), (width / 2, low, length / 2)))
    draft.add("headboard", box((width, level, 0.06), (0, level * 0.8, -length / 2)))
    top = dice.pick("bars", "bars", "roof", "posts")
    if top == "bars":
        for (x0, z0), (x1, z1) in zip(places, places[1:] + places[:1], strict=True):
            draft.add("canopy", rod((x0, high, z0), (x1, high, z1), post * 0.4, segments=5))
    elif top == "roof":
        draft.add("canopy", box((width + 2 * post, 0.04, length + 2 * post), (0, high, 0)))
    words = _pillows(dice, draft, width, length, level)
    return describe("bed", ["four-poster" if top == "posts" else "canopy"], ["tall corner posts", words])


@BED.style("bunk", 0.8)
def _bunk_bed(dice: Dice, draft: Draft) -> str:
    width, length, high, post = dice.uniform(0.8, 1.1), dice.uniform(1.9, 2.1), dice.uniform(1.3, 1.8), dice.uniform(0.05, 0.1)
    upper = high - dice.uniform(0.2, 0.4)
    loft = dice.chance(0.2)
    for level in (upper,) if loft else (dice.uniform(0.25, 0.45), upper):
        draft.add("mattress", cushion(dice, (width, 0.16, length), (0, level, 0)))
        draft.add("frame", slab((-width / 2, level - 0.15, -length / 2), (width / 2, level - 0.08, length / 2)))
        _pillows(dice, draft, width, length, level + 0.08)
    places = corners(width + post, length + post)
    for x, z in places:
        draft.add("leg", box((post, high, post), (x, high / 2, z)))
    for level in (high - 0.03, upper + 0.15):
        draft.add("frame", *[box((0.03, 0.07, length), (s * (width + post) / 2, level, 0)) for s in (-1, 1)])
        draft.add("frame", *[box((width, 0.07, 0.03), (0, level, s * (length + post) / 2)) for s in (-1, 1)])
    for y in np.arange(0.25, upper, 0.28):
        draft.add("frame", box((0.03, 0.03, 0.35), (width / 2 + post, y, length * 0.3)))
    draft.add("frame", *[box((0.03, upper, 0.03), (width / 2 + post, upper / 2, length * 0.3 + s * 0.18)) for s in (-1, 1)])
    return describe("bed", ["loft" if loft else "bunk"], ["a ladder", "one level" if loft else "two levels"])


@BED.style("day", 0.6)
def _day_bed(dice: Dice, draft: Draft) -> str:
    width, length, low, thick = dice.uniform(0.8, 1.1), dice.uniform(1.8, 2.1), dice.uniform(0.2, 0.4), dice.uniform(0.12, 0.22)
    level = _mattress(dice, draft, width, length, low, thick)
    high = level + dice.uniform(0.15, 0.45)
    kind = dice.pick("plain", "bars", "arched")
    for s in (-1, 1):
        draft.add(
            "headboard" if s < 0 else "footboard",
            *[piece + np.array([0, 0, s * length / 2]) for piece in _board(dice, kind, width, high, 0.05, low * 0.5)],
        )
    draft.add("frame", slab((-width / 2, low * 0.5, -length / 2), (width / 2, low, length / 2)))
    places = corners(width, length, 0.04)
    for x, z in places:
        draft.add("leg", box((0.06, low, 0.06), (x, low / 2, z)))
    if dice.chance(0.2):
        add_stretchers(dice, draft, places, 0.08, 0.04)
    words = _pillows(dice, draft, width, length, level)
    return describe("bed", ["narrow", "day"], ["equal boards at both ends", words])


@BED.style("round", 0.25)
def _round_bed(dice: Dice, draft: Draft) -> str:
    width, low, thick = dice.uniform(1.8, 2.3), dice.uniform(0.1, 0.3), dice.uniform(0.15, 0.3)
    draft.add("mattress", prism(superellipse(width, width, 2.0, 28), low, low + thick))
    draft.add("frame", prism(superellipse(width * 1.05, width * 1.05, 2.0, 28), 0.0, low))
    draft.add("headboard", rounded_box((width * 0.8, low + thick + 0.4, 0.12), 0.05, (0, (low + thick + 0.4) / 2, -width * 0.48)))
    for s in (-1, 1):
        draft.add("pillow", ellipsoid((0.3, 0.1, 0.2), (s * 0.35, low + thick + 0.08, -width * 0.3)))
    return describe("bed", ["round"], ["a headboard", "two pillows"])


@BENCH.style("storage", 0.5)
def _storage_bench(dice: Dice, draft: Draft) -> str:
    """A closed or open box below the seat, as in halls and at the foot of beds."""
    width, depth, level, over = dice.uniform(0.9, 1.7), dice.uniform(0.36, 0.5), dice.uniform(0.42, 0.5), dice.uniform(0.0, 0.04)
    foot, inside = dice.pick(0.0, dice.uniform(0.04, 0.12)), dice.pick("plain", "panels", "drawers", "cubes")
    thick, count = dice.uniform(0.025, 0.12), dice.integer(2, 4)
    top, x, z = level - thick, width / 2, depth / 2
    if foot:
        draft.add("leg", *[box((0.06, foot, 0.06), (px, foot / 2, pz)) for px, pz in corners(width, depth, 0.04)])
    if inside == "cubes":
        walls = [box((0.02, top - foot, depth), (px, (top + foot) / 2, 0)) for px in np.linspace(-x + 0.01, x - 0.01, count + 1)]
        draft.add("box", *walls, slab((-x, foot, -z), (x, foot + 0.02, z)), slab((-x, foot, -z), (x, top, -z + 0.01)))
    else:
        draft.add("box", slab((-x, foot, -z), (x, top, z)))
        spots = [((k - (count - 1) / 2) * width / count, (top + foot) / 2, z) for k in range(count)]
        if inside != "plain":
            draft.add("box", copies(box((width / count - 0.03, top - foot - 0.06, 0.04)), spots))
        if inside == "drawers":
            draft.add("box", copies(box((0.1, 0.015, 0.08)), spots))
    cushioned = thick > 0.06
    lid = (
        cushion(dice, (width, thick, depth), (0, level - thick / 2, 0))
        if cushioned
        else slab((-x - over, top, -z), (x + over, level, z + over))
    )
    backed = dice.chance(0.65)
    opened = not backed and inside in ("plain", "panels") and dice.chance(0.2)
    draft.add("seat", turn(lid, "x", -dice.uniform(30, 95), (0, top, -z)) if opened else lid)
    if backed:
        high = level + dice.pick(dice.uniform(0.3, 0.5), dice.uniform(0.3, 0.5), dice.uniform(0.9, 1.4))
        if dice.chance(0.5):
            draft.add("back", slab((-x, foot, -z - 0.025), (x, high, -z)))
        else:
            places = np.linspace(-x + 0.03, x - 0.03, dice.integer(2, 9))
            draft.add("back", *[box((0.05, high - level, 0.03), (px, (high + level) / 2, -z)) for px in places])
            draft.add("back", box((width, 0.08, 0.035), (0, high, -z)))
    armed = dice.chance(0.5 if backed else 0.15)
    if armed:
        tall = dice.uniform(0.15, 0.25)
        draft.add("arm", *[slab((s * x - 0.025, foot, -z), (s * x + 0.025, level + tall, z)) for s in (-1, 1)])
    below = "open compartments below" if inside == "cubes" else "a box below the seat"
    return describe("bench", ["storage"], [below, "a back" if backed else "", "arms" if armed else "", "an open lid" if opened else ""])


@BENCH.style("stone", 0.4)
def _stone_bench(dice: Dice, draft: Draft) -> str:
    """A thick slab on blocks, or one solid block; in gardens often bent to an arc."""
    width, depth, level, thick = dice.uniform(1.1, 2.2), dice.uniform(0.35, 0.6), dice.uniform(0.38, 0.5), dice.uniform(0.07, 0.2)
    solid, bent, support, tall = dice.chance(0.25), dice.chance(0.3), dice.uniform(0.1, 0.3), level - thick
    if bent:
        radius = width * dice.uniform(0.7, 1.2)
        angles = np.linspace(-45, 45, 13)
        way = np.column_stack([np.sin(np.deg2rad(angles)), np.cos(np.deg2rad(angles))])
        near, far = (way * (radius + s * depth / 2) - np.array([0, radius]) for s in (-1, 1))
        draft.add("seat", ribbon(near, far, thick)[..., [0, 2, 1]] + np.array([0, level - thick / 2, 0]))
        if solid:
            draft.add("box", ribbon(near * 0.98, far * 0.98, tall)[..., [0, 2, 1]] + np.array([0, tall / 2, 0]))
        else:
            block = box((support, tall, depth * 0.8), (0, tall / 2, radius))
            places = (-38.0, 0.0, 38.0) if dice.chance(0.5) else (-30.0, 30.0)
            draft.add("leg", *[turn(block, "y", angle) - np.array([0, 0, radius]) for angle in places])
    else:
        draft.add("seat", slab((-width / 2, tall, -depth / 2), (width / 2, level, depth / 2)))
        if solid:
            inset = dice.uniform(0.8, 1.0)
            draft.add("box", box((width * inset, tall, depth * inset), (0, tall / 2, 0)))
        else:
            place, waist = width * dice.uniform(0.28, 0.44), dice.pick(1.0, dice.uniform(0.5, 0.8))
            block = loft(rings_of(superellipse(support, depth * 0.85, 40.0), [1.0, waist, 1.0], [0, tall / 2, tall]))
            draft.add("leg", copies(block, [(s * place, 0, 0) for s in (-1, 1)]))
    return describe(
        "bench", ["curved" if bent else "", "stone"], ["a thick slab", "a solid base" if solid else "block supports", "no back"]
    )
