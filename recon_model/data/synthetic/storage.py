"""Dressers, night stands, shelves and other furniture that holds things."""

import numpy as np

from recon_model.data.synthetic.furniture import add_fronts, add_legs, add_stretchers, carcass, corners, flat_top, leg
from recon_model.data.synthetic.primitives import box, ellipsoid, prism, ribbon, slab, superellipse
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

DRESSER = category("dresser", "body drawer door handle leg top mirror")
NIGHT_STAND = category("night stand", "body drawer door handle leg top shelf")


def _add_base(dice: Dice, draft: Draft, width: float, depth: float, height: float, part: str = "leg") -> str:
    """A plinth, short feet or a skirt up to ``height``; nothing where that is 0."""
    if not height:
        return "none"
    kind = dice.pick("plinth", "feet", "skirt")
    if kind == "plinth":
        draft.add(part, slab((-width * 0.48, 0, -depth * 0.48), (width * 0.48, height, depth * 0.45)))
    elif kind == "feet":
        shape = dice.pick("square", "round", "tapered", "turned")
        for x, z in corners(width, depth, 0.035):
            draft.add(part, leg(shape, height, dice.uniform(0.04, 0.08)) + np.array([x, 0, z]))
    else:
        draft.add(part, *[box((0.02, height, depth), (s * (width / 2 - 0.01), height / 2, 0)) for s in (-1, 1)])
        draft.add(part, box((width, height * 0.5, 0.02), (0, height * 0.75, depth / 2 - 0.01)))
    return kind


def _add_top(dice: Dice, draft: Draft, width: float, depth: float, level: float) -> None:
    """A board on top that stands out, or is flush; many a model is a box whose upper face is its top."""
    if dice.chance(0.4):
        return
    over = dice.pick(0.0, dice.uniform(0.01, 0.06))
    draft.add("top", flat_top(dice, "rectangular", width + over, depth + over, dice.uniform(0.015, 0.05), level))


def _above_ground(dice: Dice, low: float, high: float) -> float:
    """How high a body stands: some stand on the ground."""
    return 0.0 if dice.chance(0.3) else dice.uniform(low, high)


@DRESSER.style("chest", 3.4)
def _chest(dice: Dice, draft: Draft) -> str:
    width = dice.uniform(0.65, 1.1)
    depth = width * dice.uniform(0.4, 0.72)
    height, base = width * dice.uniform(0.95, 1.75), _above_ground(dice, 0.02, 0.14)
    draft.add("body", *carcass(dice, width, height - base, depth, base))
    rows, columns = dice.integer(4, 6), dice.pick(1, 1, 2)
    add_fronts(dice, draft, (-width / 2, base, width / 2, height), depth / 2, rows, columns)
    _add_base(dice, draft, width, depth, base)
    _add_top(dice, draft, width, depth, height)
    return describe("dresser", ["tall"], [f"{('four', 'five', 'six')[rows - 4]} rows of drawers"])


@DRESSER.style("narrow", 0.8)
def _narrow(dice: Dice, draft: Draft) -> str:
    """A tallboy: a drawer for every day of the week, or nearly so."""
    width = dice.uniform(0.38, 0.6)
    depth, height, base = width * dice.uniform(0.65, 1.15), width * dice.uniform(1.8, 3.1), _above_ground(dice, 0.02, 0.14)
    draft.add("body", *carcass(dice, width, height - base, depth, base))
    rows = dice.integer(5, 7)
    add_fronts(dice, draft, (-width / 2, base, width / 2, height), depth / 2, rows, 1)
    _add_base(dice, draft, width, depth, base)
    _add_top(dice, draft, width, depth, height)
    return describe("dresser", ["tall", "narrow"], [f"{('five', 'six', 'seven')[rows - 5]} drawers"])


@DRESSER.style("wide", 2.5)
def _wide(dice: Dice, draft: Draft) -> str:
    height = dice.uniform(0.7, 0.95)
    width, depth, base = height * dice.uniform(0.95, 1.9), height * dice.uniform(0.45, 1.1), _above_ground(dice, 0.02, 0.15)
    draft.add("body", *carcass(dice, width, height - base, depth, base))
    rows, columns = dice.integer(3, 4), dice.integer(2, 3)
    door = dice.chance(0.25)
    if door:
        add_fronts(dice, draft, (-width / 2, base, 0, height), depth / 2, rows, 1)
        add_fronts(dice, draft, (0, base, width / 2, height), depth / 2, 1, 1, "door")
    else:
        add_fronts(dice, draft, (-width / 2, base, width / 2, height), depth / 2, rows, columns)
    foot = _add_base(dice, draft, width, depth, base)
    _add_top(dice, draft, width, depth, height)
    mirror = ""
    if dice.chance(0.3):
        high, wide = dice.uniform(0.5, 1.0), width * dice.uniform(0.5, 0.95)
        kind = dice.pick("rectangular", "arched")
        xs = np.linspace(-0.5, 0.5, 9) * wide
        tops = high * (np.ones(9) if kind == "rectangular" else 0.75 + 0.25 * np.sqrt(1 - (2 * xs / wide) ** 2 + 1e-9))
        plate = ribbon(np.column_stack([xs, np.full(9, dice.pick(0.0, 0.06))]), np.column_stack([xs, tops]), 0.03)
        draft.add("mirror", plate + np.array([0, height + 0.03, -depth / 2 + 0.03]))
        draft.add("mirror", *[box((0.03, high * 0.6, 0.03), (s * wide * 0.5, height + high * 0.3, -depth / 2 + 0.03)) for s in (-1, 1)])
        mirror = f"{'an' if kind[0] == 'a' else 'a'} {kind} mirror on top"
    drawers = f"{rows if door else rows * columns} drawers"
    return describe("dresser", ["wide"], [drawers, "a door" if door else "", "feet" if foot == "feet" else "", mirror])


@DRESSER.style("armoire", 1.6)
def _armoire(dice: Dice, draft: Draft) -> str:
    width = dice.uniform(0.75, 1.3)
    depth = width * dice.uniform(0.4, 0.75)
    height, base = width * dice.uniform(1.3, 2.1), _above_ground(dice, 0.03, 0.15)
    draft.add("body", *carcass(dice, width, height - base, depth, base))
    split = base + (height - base) * dice.uniform(0.25, 0.5)
    add_fronts(dice, draft, (-width / 2, base, width / 2, split), depth / 2, dice.integer(1, 3), dice.integer(1, 2))
    add_fronts(dice, draft, (-width / 2, split, width / 2, height), depth / 2, 1, 2, "door")
    _add_base(dice, draft, width, depth, base)
    _add_top(dice, draft, width, depth, height)
    return describe("dresser", ["tall"], ["two doors above", "drawers below"])


@DRESSER.style("legged", 1.2)
def _legged(dice: Dice, draft: Draft) -> str:
    width, depth, height = dice.uniform(0.7, 1.5), dice.uniform(0.4, 0.65), dice.uniform(0.75, 1.2)
    base = dice.uniform(0.12, 0.28)
    draft.add("body", *carcass(dice, width, height - base, depth, base))
    rows, columns = dice.integer(2, 5), dice.integer(1, 3)
    add_fronts(dice, draft, (-width / 2, base, width / 2, height), depth / 2, rows, columns)
    kind = add_legs(dice, draft, width, depth, base, dice.uniform(0.035, 0.07))
    _add_top(dice, draft, width, depth, height)
    return describe("dresser", [size_word(width / height, 0.9, 1.3, "tall", "wide")], [f"{kind} legs", f"{rows * columns} drawers"])


@DRESSER.style("stepped", 0.5)
def _stepped(dice: Dice, draft: Draft) -> str:
    width, depth, height = dice.uniform(0.7, 1.2), dice.uniform(0.42, 0.75), dice.uniform(0.7, 1.0)
    upper, shallow = dice.uniform(0.3, 0.9), dice.uniform(0.5, 0.85)
    draft.add("body", *carcass(dice, width, height, depth, 0.0))
    add_fronts(dice, draft, (-width / 2, 0.05, width / 2, height), depth / 2, 3, dice.integer(1, 2))
    draft.add(
        "body", *[p + np.array([0, 0, -depth * (1 - shallow) / 2]) for p in carcass(dice, width * 0.95, upper, depth * shallow, height)]
    )
    add_fronts(dice, draft, (-width * 0.47, height, width * 0.47, height + upper), depth * (shallow - 0.5), dice.integer(1, 3), 2)
    return describe("dresser", ["tall", "two-part"], ["a shallower upper chest"])


@NIGHT_STAND.style("drawers", 3.0)
def _drawers(dice: Dice, draft: Draft) -> str:
    width, height = dice.uniform(0.38, 0.7), dice.uniform(0.42, 0.68)
    depth, base = width * dice.uniform(0.6, 1.12), _above_ground(dice, 0.01, 0.12)
    draft.add("body", *carcass(dice, width, height - base, depth, base))
    rows = dice.integer(1, 3)
    add_fronts(dice, draft, (-width / 2, base, width / 2, height), depth / 2, rows, 1)
    _add_base(dice, draft, width, depth, base)
    _add_top(dice, draft, width, depth, height)
    return describe("night stand", ["small", "bedside"], [("one drawer", "two drawers", "three drawers")[rows - 1]])


@NIGHT_STAND.style("open shelf", 2.0)
def _open_shelf(dice: Dice, draft: Draft) -> str:
    width, height = dice.uniform(0.38, 0.6), dice.uniform(0.45, 0.68)
    depth, base, split = width * dice.uniform(0.66, 1.05), dice.uniform(0.0, 0.14), dice.uniform(0.3, 0.7)
    level = base + (height - base) * split
    draft.add("body", *carcass(dice, width, level - base, depth, base, open_front=True))
    draft.add("body", *carcass(dice, width, height - level, depth, level))
    add_fronts(dice, draft, (-width / 2, level, width / 2, height), depth / 2, 1, 1)
    if base > 0.02:
        _add_base(dice, draft, width, depth, base)
    _add_top(dice, draft, width, depth, height)
    return describe("night stand", ["small"], ["an open shelf", "a drawer"])


@NIGHT_STAND.style("legged", 2.5)
def _legged_stand(dice: Dice, draft: Draft) -> str:
    width, height = dice.uniform(0.38, 0.68), dice.uniform(0.46, 0.7)
    depth, base = width * dice.uniform(0.62, 1.05), height * dice.uniform(0.25, 0.82)
    draft.add("body", *carcass(dice, width, height - base, depth, base))
    rows = 1 if base > height * 0.5 else dice.integer(1, 2)
    add_fronts(dice, draft, (-width / 2, base, width / 2, height), depth / 2, rows, 1)
    kind = add_legs(dice, draft, width, depth, base, dice.uniform(0.025, 0.06))
    _add_top(dice, draft, width, depth, height)
    shelf = dice.chance(0.5)
    if shelf:
        draft.add("shelf", box((width * 0.95, 0.02, depth * 0.95), (0, base * dice.uniform(0.2, 0.5), 0)))
    return describe(
        "night stand", ["small", "bedside"], [f"{kind} legs", "a drawer" if rows == 1 else "two drawers", "a low shelf" if shelf else ""]
    )


@NIGHT_STAND.style("door", 1.4)
def _door(dice: Dice, draft: Draft) -> str:
    width, height = dice.uniform(0.38, 0.58), dice.uniform(0.5, 0.72)
    depth, base = width * dice.uniform(0.66, 1.05), _above_ground(dice, 0.01, 0.15)
    draft.add("body", *carcass(dice, width, height - base, depth, base))
    split = base + (height - base) * dice.uniform(0.6, 0.8)
    add_fronts(dice, draft, (-width / 2, base, width / 2, split), depth / 2, 1, 1, "door")
    add_fronts(dice, draft, (-width / 2, split, width / 2, height), depth / 2, 1, 1)
    _add_base(dice, draft, width, depth, base)
    _add_top(dice, draft, width, depth, height)
    return describe("night stand", ["small"], ["a door", "a drawer above"])


@NIGHT_STAND.style("round", 0.7)
def _round_stand(dice: Dice, draft: Draft) -> str:
    width, height, exponent = dice.uniform(0.38, 0.55), dice.uniform(0.48, 0.68), dice.pick(2.0, 2.0, 4.0)
    base = height * dice.uniform(0.1, 0.75)
    outline = superellipse(width, width * dice.uniform(0.8, 1.0), exponent, 20)
    draft.add("top", prism(outline * 1.05, height, height + 0.025))
    draft.add("body", prism(outline, base, height))
    add_legs(dice, draft, width * 0.66, width * 0.66, base, 0.035)
    if dice.chance(0.4):
        draft.add("shelf", prism(outline * 0.8, base * 0.3, base * 0.3 + 0.02))
    draft.add("handle", ellipsoid((0.012, 0.012, 0.02), (0, (base + height) / 2, width / 2)))
    return describe("night stand", ["small", "round"], ["a drum-shaped drawer"])


@NIGHT_STAND.style("table", 1.6)
def _table_stand(dice: Dice, draft: Draft) -> str:
    """Like a small table: open below, with a drawer, a shelf or two, or both."""
    width, height = dice.uniform(0.36, 0.6), dice.uniform(0.48, 0.7)
    depth, over = width * dice.uniform(0.62, 1.0), dice.uniform(1.02, 1.2)
    draft.add("top", flat_top(dice, "rectangular", width * over, depth * over, dice.uniform(0.02, 0.06), height))
    thickness = dice.uniform(0.03, 0.06)
    add_legs(dice, draft, width, depth, height, thickness, dice.pick("square", "square", "turned", "tapered"))
    shelves = dice.pick((), (dice.uniform(0.15, 0.6),), (dice.uniform(0.15, 0.6),), (0.2, 0.55))
    draft.add("shelf", *[box((width * 0.95, 0.025, depth * 0.95), (0, height * share, 0)) for share in shelves])
    drawer = not shelves or dice.chance(0.6)
    if drawer:
        high = dice.uniform(0.08, 0.2)
        draft.add("body", *carcass(dice, width * 0.95, high, depth * 0.95, height - high))
        add_fronts(dice, draft, (-width * 0.45, height - high, width * 0.45, height), depth * 0.47, 1, 1)
    if dice.chance(0.15):
        add_stretchers(dice, draft, corners(width, depth, thickness), 0.08, 0.02)
    return describe("night stand", ["small"], ["four legs", "a drawer" if drawer else "", "a shelf below the top" if shelves else ""])
