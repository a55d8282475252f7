"""Tables and desks."""

import numpy as np

from recon_model.data.synthetic.furniture import add_fronts, add_legs, add_stretchers, carcass, corners, flat_top, leg
from recon_model.data.synthetic.primitives import Triangles, arc, box, circle, cylinder, loft, prism, revolve, rod, slab, tube
from recon_model.data.synthetic.shape import Dice, Draft, article, category, describe, size_word

TABLE = category("table", "top leg apron shelf")
DESK = category("desk", "top leg drawer handle panel hutch shelf")


def _top(dice: Dice, draft: Draft, kind: str, width: float, depth: float, thickness: float, level: float) -> None:
    """Adds a top, sometimes with a second thinner layer under its edge."""
    draft.add("top", flat_top(dice, kind, width, depth, thickness, level))
    if dice.chance(0.2):
        draft.add("top", flat_top(dice, kind, width * 0.93, depth * 0.93, thickness * 0.6, level - thickness * 0.6))


@TABLE.style("four-legged", 4.0)
def _four_legged(dice: Dice, draft: Draft) -> str:
    level, depth = dice.uniform(0.5, 0.8), dice.uniform(0.6, 1.25)
    width = depth * dice.pick(1.0, dice.uniform(1.0, 1.6), dice.uniform(1.4, 2.6))
    kind, thickness = dice.pick("rectangular", "rectangular", "rectangular", "rounded", "oval", "octagonal"), dice.uniform(0.02, 0.08)
    _top(dice, draft, kind, width, depth, thickness, level)
    shrink = dice.uniform(0.7, 1.0) if kind in ("rectangular", "rounded") else 0.68
    legs = add_legs(dice, draft, width * shrink, depth * shrink, level, dice.uniform(0.035, 0.11))
    apron = dice.chance(0.5)
    if apron:
        high = dice.uniform(0.05, 0.14)
        w, d = width * shrink * 0.94, depth * shrink * 0.94
        draft.add("apron", *[box((w, high, 0.02), (0, level - high / 2, s * d / 2)) for s in (-1, 1)])
        draft.add("apron", *[box((0.02, high, d), (s * w / 2, level - high / 2, 0)) for s in (-1, 1)])
    word = size_word(width / depth, 1.1, 1.9, "square" if kind == "rectangular" else "", "long")
    return describe(
        "table", [word, "dining" if width > 1.3 else ""], [article(f"{kind} top"), f"four {legs} legs", "an apron" if apron else ""]
    )


@TABLE.style("round", 1.5)
def _round(dice: Dice, draft: Draft) -> str:
    level, width = dice.pick(dice.uniform(0.65, 0.8), dice.uniform(0.35, 0.5)), dice.uniform(0.6, 1.4)
    _top(dice, draft, "oval", width, width * dice.pick(1.0, 1.0, 0.7), dice.uniform(0.02, 0.07), level)
    count, kind = dice.pick(3, 4, 4), dice.pick("square", "round", "tapered", "splayed", "curved")
    thickness, spread = dice.uniform(0.03, 0.08), dice.uniform(0.5, 0.9) * width * 0.45
    for x, z in circle(count):
        draft.add("leg", leg(kind, level, thickness, (x, z)) + np.array([x * spread, 0, z * spread]))
    if dice.chance(0.2):
        draft.add("shelf", cylinder(spread, 0.02, (0, level * 0.3, 0)))
    return describe("table", [size_word(level, 0.55, 0.9, "low", "tall"), "round"], [f"{'three' if count == 3 else 'four'} {kind} legs"])


@TABLE.style("pedestal", 1.5)
def _pedestal(dice: Dice, draft: Draft) -> str:
    level, width = dice.uniform(0.6, 0.95), dice.uniform(0.55, 1.4)
    kind = dice.pick("oval", "oval", "rectangular", "octagonal")
    _top(dice, draft, kind, width, width * dice.pick(1.0, 1.0, 0.65), dice.uniform(0.02, 0.06), level)
    column, foot = dice.uniform(0.03, 0.12), dice.uniform(0.25, 0.4) * width
    base = dice.pick("disc", "trumpet", "feet", "drum")
    if base == "feet":
        draft.add("leg", cylinder(column, level, (0, level / 2, 0), 10))
        for x, z in circle(dice.integer(3, 5)) * foot:
            draft.add("leg", tube([(0, level * 0.3, 0), (x * 0.5, level * 0.2, z * 0.5), (x, 0.02, z)], column * 0.6, 5))
    else:
        profile = {
            "disc": [(foot, 0), (foot, 0.03), (column, 0.05), (column, level)],
            "trumpet": [(foot, 0), (foot * 0.6, 0.04), (column * 1.1, level * 0.3), (column, level * 0.6), (foot * 0.5, level)],
            "drum": [(foot, 0), (foot * 0.8, level * 0.5), (foot, level)],
        }[base]
        draft.add("leg", revolve(profile))
    word = "round" if kind == "oval" else ""
    return describe(
        "table",
        [size_word(level, 0.68, 0.85, "low", "tall"), word, "pedestal"],
        [article(f"{kind} top"), f"a {base} foot" if base != "feet" else "splayed feet"],
    )


@TABLE.style("trestle", 1.2)
def _trestle(dice: Dice, draft: Draft) -> str:
    level, depth = dice.uniform(0.68, 0.8), dice.uniform(0.6, 1.0)
    width, kind = dice.uniform(1.1, 2.6), dice.pick("X", "T", "A", "panel", "columns")
    _top(dice, draft, dice.pick("rectangular", "rectangular", "rounded", "oval"), width, depth, dice.uniform(0.03, 0.08), level)
    thickness, reach = dice.uniform(0.04, 0.09), depth * 0.42
    for s in (-1, 1):
        x = s * width * dice.uniform(0.3, 0.44)
        if kind == "panel":
            draft.add("leg", box((thickness, level, depth * 0.85), (x, level / 2, 0)))
        elif kind == "columns":
            draft.add("leg", cylinder(thickness, level, (x, level / 2, 0), 10), box((0.35, 0.04, depth * 0.7), (x, 0.02, 0)))
        elif kind == "T":
            draft.add("leg", box((thickness, level, thickness * 2), (x, level / 2, 0)))
            draft.add("leg", *[box((thickness, thickness, depth * 0.8), (x, y, 0)) for y in (thickness / 2, level - thickness / 2)])
        else:
            tops = (reach, -reach) if kind == "X" else (0.05, -0.05)
            draft.add(
                "leg",
                *[
                    rod((x, 0, -a * (1 if kind == "X" else -1)), (x, level, t), thickness / 2, segments=4)
                    for a, t in zip((reach, -reach), tops, strict=True)
                ],
            )
    if kind != "panel" or dice.chance(0.4):
        draft.add("leg", box((width * 0.7, thickness, thickness * 0.6), (0, level * dice.uniform(0.2, 0.5), 0)))
    return describe("table", ["long", "trestle"], [{"panel": "two panel ends", "columns": "two columns"}.get(kind, f"{kind}-shaped ends")])


@TABLE.style("coffee", 2.0)
def _coffee(dice: Dice, draft: Draft) -> str:
    level, depth = dice.uniform(0.25, 0.5), dice.uniform(0.45, 0.9)
    width, kind = depth * dice.uniform(1.0, 2.4), dice.pick("rectangular", "rectangular", "rounded", "oval")
    thickness = dice.uniform(0.02, 0.1)
    _top(dice, draft, kind, width, depth, thickness, level)
    base = dice.pick("legs", "legs", "shelf", "panels", "block", "loop")
    shrink = 0.95 if kind != "oval" else 0.65
    if base in ("legs", "shelf"):
        add_legs(dice, draft, width * shrink, depth * shrink, level, dice.uniform(0.03, 0.1))
    if base == "shelf":
        draft.add("shelf", flat_top(dice, kind, width * shrink * 0.95, depth * shrink * 0.95, 0.02, level * dice.uniform(0.2, 0.45)))
    elif base == "panels":
        draft.add("leg", *[box((thickness, level, depth * shrink), (s * width * shrink * 0.46, level / 2, 0)) for s in (-1, 1)])
    elif base == "block":
        half = dice.pick(0.3, 0.5) if kind == "rectangular" else 0.3  # a pillar, or a block as wide as the top
        draft.add("leg", slab((-width * half, 0, -depth * half), (width * half, level, depth * half)))
    elif base == "loop":
        for s in (-1, 1):
            x, z = s * width * shrink * 0.4, depth * shrink * 0.45
            draft.add("leg", tube([(x, level, z), (x, 0.02, z), (x, 0.02, -z), (x, level, -z)], 0.02, 5))
    return describe("table", ["low", "coffee"], [article(f"{kind} top"), "a lower shelf" if base == "shelf" else ""])


@TABLE.style("side", 0.8)
def _side(dice: Dice, draft: Draft) -> str:
    level, depth = dice.uniform(0.55, 0.9), dice.uniform(0.28, 0.45)
    width = dice.pick(depth, dice.uniform(0.8, 1.5))
    long = width > depth
    kind = "rectangular" if long else dice.pick("rectangular", "oval", "octagonal")
    _top(dice, draft, kind, width, depth, 0.03, level)
    shrink = 0.95 if kind == "rectangular" else 0.66
    legs = add_legs(dice, draft, width * shrink, depth * shrink, level, dice.uniform(0.02, 0.05))
    shelf = long and dice.chance(0.4)
    if shelf:
        draft.add("shelf", box((width * shrink, 0.025, depth * shrink), (0, level * dice.uniform(0.12, 0.4), 0)))
    words = [article(f"{kind} top"), f"slender {legs} legs", "a lower shelf" if shelf else ""]
    return describe("table", ["narrow console" if long else "small", "side"], words)


@TABLE.style("picnic", 0.5)
def _picnic(dice: Dice, draft: Draft) -> str:
    level, width = 0.75, dice.uniform(1.4, 2.0)
    _top(dice, draft, "rectangular", width, 0.75, 0.04, level)
    draft.add("shelf", *[box((width, 0.04, 0.28), (0, 0.44, s * 0.65)) for s in (-1, 1)])
    for s in (-1, 1):
        x = s * width * 0.36
        draft.add("leg", *[rod((x, 0, t * 0.6), (x, level, t * 0.25), 0.04, segments=4) for t in (-1, 1)])
        draft.add("leg", box((0.05, 0.06, 1.5), (x, 0.4, 0)))
    return describe("table", ["picnic"], ["two attached benches"])


@TABLE.style("billiard", 0.5)
def _thick(dice: Dice, draft: Draft) -> str:
    level, width, depth, deep = 0.8, dice.uniform(1.6, 2.6), dice.uniform(0.9, 1.4), dice.uniform(0.15, 0.3)
    draft.add("top", slab((-width / 2, level - deep, -depth / 2), (width / 2, level - 0.04, depth / 2)))
    rail = dice.uniform(0.06, 0.12)
    draft.add("top", *[box((width, 0.06, rail), (0, level, s * (depth - rail) / 2)) for s in (-1, 1)])
    draft.add("top", *[box((rail, 0.06, depth), (s * (width - rail) / 2, level, 0)) for s in (-1, 1)])
    kind = add_legs(dice, draft, width * 0.9, depth * 0.85, level - deep, dice.uniform(0.1, 0.18), dice.pick("square", "turned", "curved"))
    return describe("table", ["large", "billiard"], ["a raised rim", f"thick {kind} legs"])


def _drawer_block(dice: Dice, draft: Draft, x: float, width: float, depth: float, low: float, high: float, rows: int) -> None:
    """A pedestal of drawers centred at ``x``."""
    draft.add("panel", *[piece + np.array([x, 0, 0]) for piece in carcass(dice, width, high - low, depth, low)])
    add_fronts(dice, draft, (x - width / 2, low, x + width / 2, high), depth / 2, rows, 1)


def _modesty(dice: Dice, draft: Draft, width: float, depth: float, level: float) -> str:
    low = dice.pick(0.0, level * dice.uniform(0.3, 0.6))
    draft.add("panel", slab((-width / 2, low, -depth / 2), (width / 2, level, -depth / 2 + 0.02)))
    return "a back panel"


@DESK.style("pedestal", 4.0)
def _pedestal_desk(dice: Dice, draft: Draft) -> str:
    level, width, depth = dice.uniform(0.68, 0.8), dice.uniform(1.0, 1.9), dice.uniform(0.5, 0.9)
    thickness, both, block = dice.uniform(0.02, 0.06), dice.chance(0.5), dice.uniform(0.28, 0.48)
    over = dice.uniform(0.0, 0.06)
    draft.add(
        "top",
        flat_top(dice, dice.pick("rectangular", "rectangular", "rectangular", "rounded"), width + over, depth + over, thickness, level),
    )
    low = dice.pick(0.0, 0.0, 0.08)
    for s in (-1, 1) if both else (1,):
        _drawer_block(dice, draft, s * (width - block) / 2, block, depth * dice.uniform(0.85, 1.0), low, level, dice.integer(2, 4))
    if low:
        for x, z in corners(width, depth, 0.05):
            draft.add("leg", box((0.05, low, 0.05), (x, low / 2, z)))
    if not both:
        if dice.chance(0.5):
            draft.add("leg", box((0.03, level, depth * 0.95), (-width / 2 + 0.02, level / 2, 0)))
        else:
            draft.add("leg", *[box((0.05, level, 0.05), (-width / 2 + 0.04, level / 2, s * depth * 0.44)) for s in (-1, 1)])
    back = _modesty(dice, draft, width, depth, level) if dice.chance(0.6) else ""
    if dice.chance(0.3):
        inner = width - block * (2 if both else 1)
        x = 0.0 if both else -block / 2
        add_fronts(dice, draft, (x - inner / 2, level - 0.12, x + inner / 2, level), depth / 2 - 0.02, 1, 1)
    if not both and dice.chance(0.5):
        draft.change(lambda piece: piece * np.array([-1.0, 1.0, 1.0]))
    return describe(
        "desk", [size_word(width, 1.2, 1.6, "small", "wide")], ["drawers on both sides" if both else "drawers on one side", back]
    )


@DESK.style("panel", 2.0)
def _panel_desk(dice: Dice, draft: Draft) -> str:
    level, width, depth, thickness = dice.uniform(0.68, 0.8), dice.uniform(0.9, 1.9), dice.uniform(0.5, 0.95), dice.uniform(0.02, 0.06)
    draft.add("top", slab((-width / 2, level, -depth / 2), (width / 2, level + thickness, depth / 2)))
    inset = dice.uniform(0.0, 0.1)
    draft.add("leg", *[box((thickness, level, depth * 0.95), (s * (width / 2 - thickness / 2 - inset), level / 2, 0)) for s in (-1, 1)])
    back = _modesty(dice, draft, width - 2 * inset, depth * 0.95, level) if dice.chance(0.8) else ""
    if dice.chance(0.4):
        draft.add("shelf", box((width - 2 * inset - thickness, 0.02, depth * 0.5), (0, level - 0.12, 0)))
    if dice.chance(0.3):
        add_fronts(dice, draft, (-width * 0.4, level - 0.14, width * 0.4, level), depth / 2 - 0.02, 1, dice.integer(1, 3))
    return describe("desk", [], ["two side panels", back])


@DESK.style("legs", 1.5)
def _legged_desk(dice: Dice, draft: Draft) -> str:
    level, width, depth = dice.uniform(0.66, 0.8), dice.uniform(0.8, 1.6), dice.uniform(0.45, 0.75)
    deep = dice.uniform(0.08, 0.2)
    draft.add("top", slab((-width / 2, level, -depth / 2), (width / 2, level + 0.03, depth / 2)))
    draft.add("panel", *carcass(dice, width * 0.94, deep, depth * 0.92, level - deep))
    count = dice.integer(1, 3)
    add_fronts(dice, draft, (-width * 0.46, level - deep, width * 0.46, level), depth * 0.46, 1, count)
    legs = add_legs(dice, draft, width * 0.96, depth * 0.95, level - deep * 0.5, dice.uniform(0.03, 0.07))
    if dice.chance(0.35):
        high = dice.uniform(0.1, 0.3)
        draft.add("hutch", slab((-width / 2, level, -depth / 2), (width / 2, level + high, -depth / 2 + dice.uniform(0.02, 0.2))))
    return describe("desk", ["writing"], [f"four {legs} legs", ("", "a drawer", "two drawers", "three drawers")[count]])


@DESK.style("hutch", 1.5)
def _hutch_desk(dice: Dice, draft: Draft) -> str:
    level, width, depth = dice.uniform(0.68, 0.78), dice.uniform(0.8, 1.6), dice.uniform(0.5, 0.75)
    high, deep, thickness = dice.uniform(0.3, 0.85), dice.uniform(0.18, 0.35), 0.025
    draft.add("top", slab((-width / 2, level, -depth / 2), (width / 2, level + 0.03, depth / 2)))
    block = dice.uniform(0.3, 0.42)
    drawers = dice.chance(0.6)
    if drawers:
        _drawer_block(dice, draft, (width - block) / 2, block, depth * 0.95, 0.0, level, dice.integer(2, 4))
    draft.add("leg", *[box((thickness, level, depth * 0.97), (s * (width - thickness) / 2, level / 2, 0)) for s in (-1, 1)])
    _modesty(dice, draft, width, depth, level)
    boards = [piece + np.array([0, 0, -depth / 2 + deep / 2]) for piece in carcass(dice, width, high, deep, level + 0.03, open_front=True)]
    draft.add("hutch", *boards)
    for i in range(dice.integer(0, 2)):
        draft.add("shelf", box((width, 0.02, deep), (0, level + high * (i + 1) / 3, -depth / 2 + deep / 2)))
    for x in np.linspace(-0.5, 0.5, dice.integer(2, 4))[1:-1] * width:
        draft.add("hutch", box((0.02, high, deep), (x, level + high / 2, -depth / 2 + deep / 2)))
    return describe("desk", ["tall"], ["a hutch of shelves above", "drawers" if drawers else ""])


@DESK.style("L-shaped", 1.2)
def _l_desk(dice: Dice, draft: Draft) -> str:
    level, width, depth, reach = dice.uniform(0.68, 0.78), dice.uniform(1.3, 2.0), dice.uniform(0.5, 0.75), dice.uniform(0.4, 1.1)
    arm, thickness = dice.uniform(0.4, 0.65), dice.uniform(0.02, 0.05)
    draft.add("top", slab((-width / 2, level, -depth / 2), (width / 2, level + thickness, depth / 2)))
    draft.add("top", slab((-width / 2, level, depth / 2), (-width / 2 + arm, level + thickness, depth / 2 + reach)))
    block = 0.4
    if dice.chance(0.6):
        _drawer_block(dice, draft, (width - block) / 2, block, depth * 0.95, 0.0, level, 3)
    else:
        draft.add("leg", box((0.03, level, depth), (width / 2 - 0.015, level / 2, 0)))
    draft.add("leg", box((arm * 0.95, level, 0.03), (-width / 2 + arm / 2, level / 2, depth / 2 + reach - 0.02)))
    if dice.chance(0.7):
        draft.add("panel", slab((-width / 2, level * 0.2, -depth / 2), (width / 2, level, -depth / 2 + 0.02)))
        draft.add("panel", slab((-width / 2, level * 0.2, -depth / 2), (-width / 2 + 0.02, level, depth / 2 + reach)))
    if dice.chance(0.5):
        draft.change(lambda piece: piece * np.array([-1.0, 1.0, 1.0]))
    return describe("desk", ["L-shaped", "corner"], ["a side wing"])


@DESK.style("corner", 0.9)
def _corner_desk(dice: Dice, draft: Draft) -> str:
    """Two wings that meet at a wide angle, sharp or rounded, on legs, panels or drawers and a panel at their ends."""
    level, width, depth = dice.uniform(0.68, 0.78), dice.uniform(1.5, 2.4), dice.uniform(0.55, 0.95)
    slope, soft = dice.uniform(0.45, 1.0), dice.pick(0.01, dice.uniform(0.1, 0.4))
    xs = np.linspace(-0.5, 0.5, 17) * width
    line = np.column_stack([xs, slope * np.sqrt(xs**2 + (soft * width) ** 2)])
    half = np.array([0, depth / 2])
    draft.add("top", _wall(line - half, line + half, level, level + dice.uniform(0.02, 0.06)))
    base, (x, z), middle = dice.pick("legs", "panels", "drawers"), line[-2], line[8, 1]
    for s in (-1, 1):
        if base == "panels" or (base == "drawers" and s < 0):
            draft.add("leg", box((0.04, level, depth * 0.8), (s * x, level / 2, z)))
        elif base == "drawers":
            draft.add("drawer", slab((x - 0.35, 0, z - depth * 0.4), (x, level, z + depth * 0.35)))
        else:
            post = leg(dice.pick("square", "round"), level, dice.uniform(0.03, 0.08))
            draft.add("leg", *[post + np.array([s * x, 0, z + side * depth * 0.4]) for side in (-1, 1)])
    draft.add("leg", leg("square", level, dice.uniform(0.04, 0.3)) + np.array([0, 0, middle - depth * 0.2]))
    return describe("desk", ["corner"], ["two wings at an angle", f"{base} at {'one end' if base == 'drawers' else 'both ends'}"])


@DESK.style("reception", 0.6)
def _reception(dice: Dice, draft: Draft) -> str:
    level, inner, depth = dice.uniform(0.7, 1.1), dice.uniform(0.5, 1.2), dice.uniform(0.4, 0.6)
    half = dice.uniform(40, 90)
    angles = np.deg2rad(np.linspace(-half, half, 14))

    def sector(r0: float, r1: float, low: float, high: float) -> Triangles:
        outer = np.column_stack([np.sin(angles), -np.cos(angles)])
        return _wall(outer * r0, outer * r1, low, high)

    draft.add("top", sector(inner, inner + depth, level, level + 0.04))
    draft.add("panel", sector(inner + depth * 0.85, inner + depth * 0.9, 0.0, level))
    return describe("desk", ["curved", "reception"], ["a closed front"])


def _wall(inner: Triangles, outer: Triangles, low: float, high: float) -> Triangles:
    """A curved wall between two (k, 2) lines in (x, z), from ``low`` to ``high``."""
    lines = [(inner, low), (outer, low), (outer, high), (inner, high)]
    rings = np.stack([np.column_stack([line[:, 0], np.full(len(line), y), line[:, 1]]) for line, y in lines], 1)
    return loft(rings)


@DESK.style("crescent", 0.8)
def _crescent(dice: Dice, draft: Draft) -> str:
    """A bent or plain top on T-feet or a central pillar with a modesty panel."""
    level, width, depth = dice.uniform(0.68, 0.78), dice.uniform(1.2, 2.2), dice.uniform(0.5, 0.8)
    bow, thickness = dice.uniform(0.0, 0.45), dice.uniform(0.02, 0.05)
    xs = np.linspace(-0.5, 0.5, 13)
    line = np.column_stack([xs * width, bow * 4 * xs**2])
    draft.add("top", _wall(line - np.array([0, depth / 2]), line + np.array([0, depth / 2]), level, level + thickness))
    post = dice.uniform(0.05, 0.12)
    for s in (-1, 1):
        x, z = s * width * 0.4, bow * 0.64
        draft.add("leg", box((post, level, post), (x, level / 2, z)), box((post, 0.04, depth * 0.9), (x, 0.02, z)))
    panel = dice.chance(0.7)
    if panel:
        draft.add("panel", box((width * 0.8, level * dice.uniform(0.3, 0.8), 0.02), (0, level * 0.6, bow * 0.4 - depth * 0.2)))
    drawers = dice.chance(0.5)
    if drawers:
        draft.add("drawer", slab((width * 0.2, dice.pick(0.0, 0.1), bow * 0.3 - 0.25), (width * 0.42, level, bow * 0.3 + 0.25)))
    words = ["T-shaped feet", "a front panel" if panel else "", "drawers on one side" if drawers else ""]
    return describe("desk", ["crescent-shaped" if bow > 0.15 else "office"], words)


@DESK.style("school", 0.7)
def _school(dice: Dice, draft: Draft) -> str:
    level, width, depth = dice.uniform(0.6, 0.76), dice.uniform(0.55, 1.1), dice.uniform(0.4, 0.55)
    deep = dice.uniform(0.1, 0.18)
    draft.add("top", slab((-width / 2, level, -depth / 2), (width / 2, level + 0.025, depth / 2)))
    draft.add("panel", *carcass(dice, width * 0.9, deep, depth * 0.9, level - deep, open_front=True))
    if dice.chance(0.5):
        add_legs(dice, draft, width * 0.9, depth * 0.9, level - deep, 0.03, dice.pick("round", "square"))
    else:
        for s in (-1, 1):
            x = s * width * 0.4
            draft.add("leg", box((0.05, level - deep, 0.06), (x, (level - deep) / 2, -0.05)), box((0.05, 0.04, depth * 0.95), (x, 0.02, 0)))
    if dice.chance(0.3):
        places = corners(width * 0.9, depth * 0.9, 0.02)
        add_stretchers(dice, draft, places, 0.12, 0.025)
    return describe("desk", ["small", "school"], ["an open tray under the top"])


@DESK.style("secretary", 0.7)
def _secretary(dice: Dice, draft: Draft) -> str:
    level, width, depth = dice.uniform(0.68, 0.8), dice.uniform(0.7, 1.4), dice.uniform(0.5, 0.75)
    high, kind = dice.uniform(0.2, 0.5), dice.pick("roll-top", "slant", "drawers")
    draft.add("panel", *carcass(dice, width, level * 0.35, depth, level * 0.65))
    block = width * dice.uniform(0.24, 0.32)
    for s in (-1, 1):
        _drawer_block(dice, draft, s * (width - block) / 2, block, depth, 0.0, level * 0.65, dice.integer(2, 3))
    draft.add("panel", box((width, level, 0.02), (0, level / 2, -depth / 2)))
    z = depth / 2
    if kind == "drawers":
        draft.add("hutch", *[p + np.array([0, 0, -depth * 0.3]) for p in carcass(dice, width, high, depth * 0.35, level)])
        add_fronts(dice, draft, (-width / 2, level, width / 2, level + high), -depth * 0.12, 2, 3)
    else:
        curve = arc((0, 0, 0), 1.0, 0, 90, "xy", 6) if kind == "roll-top" else np.array([(1.0, 0, 0), (0.0, 1.0, 0)])
        outline = np.concatenate([curve[:, :2] * np.array([depth * 0.7, high]) + np.array([z - depth * 0.7, 0]), [(-z, high), (-z, 0.0)]])
        body = prism(outline, -width / 2, width / 2)
        draft.add("hutch", np.stack([body[..., 1], body[..., 2] + level, body[..., 0]], -1))
    draft.add("top", flat_top(dice, "rectangular", width, depth, 0.02, level))
    return describe("desk", ["roll-top" if kind == "roll-top" else "secretary"], ["drawers below", "a raised back"])
