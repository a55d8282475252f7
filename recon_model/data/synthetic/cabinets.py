"""Cabinets, shelves and file cabinets: furniture that stands or hangs against a wall."""

import numpy as np

from recon_model.data.synthetic.furniture import add_fronts, add_legs, carcass, corners
from recon_model.data.synthetic.primitives import box, copies, rod, slab
from recon_model.data.synthetic.shape import NUMBERS, Dice, Draft, category, describe, size_word

CABINET = category("cabinet", "body door drawer handle leg shelf")
SHELF = category("shelf", "board frame bracket")
FILE_CABINET = category("file cabinet", "body drawer handle foot")


def _foot(dice: Dice, draft: Draft, width: float, depth: float, height: float) -> str:
    if dice.chance(0.5):
        return add_legs(dice, draft, width, depth, height, dice.uniform(0.04, 0.07)) + " legs"
    draft.add("leg", slab((-width * 0.48, 0, -depth * 0.48), (width * 0.48, height, depth * 0.44)))
    return "a plinth"


@CABINET.style("doors", 2.0)
def _doors(dice: Dice, draft: Draft) -> str:
    width, depth, base = dice.uniform(0.5, 1.3), dice.uniform(0.3, 0.55), dice.uniform(0.04, 0.16)
    high, count = width * dice.uniform(0.7, 1.8), dice.integer(1, 3)
    draft.add("body", *carcass(dice, width, high - base, depth, base))
    split = dice.pick(1.0, 1.0, dice.uniform(0.45, 0.75))
    middle = base + (high - base) * split
    add_fronts(dice, draft, (-width / 2, base, width / 2, middle), depth / 2, 1, count, "door")
    if split < 1.0:
        add_fronts(dice, draft, (-width / 2, middle, width / 2, high), depth / 2, 1, count, dice.pick("door", "drawer"))
    foot = _foot(dice, draft, width, depth, base)
    if dice.chance(0.5):
        draft.add("body", box((width * 1.05, 0.03, depth * 1.08), (0, high + 0.015, 0)))
    return describe(
        "cabinet", [size_word(high / width, 0.9, 1.5, "wide", "tall")], [f"{NUMBERS[count]} door{'s' if count > 1 else ''}", foot]
    )


@CABINET.style("sideboard", 1.2)
def _sideboard(dice: Dice, draft: Draft) -> str:
    width, high, depth, base = dice.uniform(1.2, 2.2), dice.uniform(0.6, 1.0), dice.uniform(0.35, 0.55), dice.uniform(0.05, 0.25)
    draft.add("body", *carcass(dice, width, high - base, depth, base))
    side = width * dice.uniform(0.25, 0.36)
    for low, top in ((-width / 2, -width / 2 + side), (width / 2 - side, width / 2)):
        add_fronts(dice, draft, (low, base, top, high), depth / 2, 1, 1, "door")
    rows = dice.integer(2, 4)
    add_fronts(dice, draft, (-width / 2 + side, base, width / 2 - side, high), depth / 2, rows, 1)
    foot = _foot(dice, draft, width, depth, base)
    return describe("cabinet", ["low", "wide"], ["two doors", f"{NUMBERS[rows]} drawers between them", foot])


@CABINET.style("open", 1.2)
def _half_open(dice: Dice, draft: Draft) -> str:
    """Open shelves above, doors below, as in a kitchen dresser or an office."""
    width, high, depth, base = dice.uniform(0.7, 1.4), dice.uniform(1.3, 2.1), dice.uniform(0.3, 0.5), dice.uniform(0.0, 0.1)
    split = base + (high - base) * dice.uniform(0.3, 0.6)
    set_back = dice.pick(1.0, 1.0, 0.65)
    draft.add("body", *carcass(dice, width, split - base, depth, base))
    upper = carcass(dice, width, high - split, depth * set_back, split, open_front=True)
    draft.add("body", *[piece - np.array([0, 0, depth * (1 - set_back) / 2]) for piece in upper])
    count = dice.integer(1, 3)
    levels = np.linspace(split, high, count + 2)[1:-1]
    draft.add("shelf", *[box((width, 0.02, depth * set_back), (0, y, -depth * (1 - set_back) / 2)) for y in levels])
    add_fronts(dice, draft, (-width / 2, base, width / 2, split), depth / 2, 1, dice.integer(1, 3), "door")
    if base > 0.02:
        _foot(dice, draft, width, depth, base)
    return describe("cabinet", ["tall"], ["doors below", f"{NUMBERS[count + 1]} open compartments above"])


@CABINET.style("wall", 0.8)
def _hanging(dice: Dice, draft: Draft) -> str:
    width, high, depth, count = dice.uniform(0.4, 1.2), dice.uniform(0.45, 0.9), dice.uniform(0.15, 0.4), dice.integer(1, 3)
    draft.add("body", *carcass(dice, width, high, depth, 0.0))
    add_fronts(dice, draft, (-width / 2, 0, width / 2, high), depth / 2, 1, count, "door")
    rail = dice.chance(0.4)
    if rail:
        draft.add("shelf", box((width, 0.02, depth), (0, -0.18, 0)))
        draft.add("body", *[box((0.02, 0.2, depth), (s * width / 2, -0.09, 0)) for s in (-1, 1)])
    return describe("cabinet", ["wall"], [f"{NUMBERS[count]} door{'s' if count > 1 else ''}", "an open shelf below" if rail else ""])


@SHELF.style("wall", 1.5)
def _wall_shelf(dice: Dice, draft: Draft) -> str:
    width, depth, thick, count = dice.uniform(0.5, 1.4), dice.uniform(0.16, 0.32), dice.uniform(0.02, 0.05), dice.integer(1, 3)
    gap = dice.uniform(0.25, 0.45)
    for level in range(count):
        y = level * gap
        draft.add("board", box((width, thick, depth), (0, y, 0)))
        kind = dice.pick("triangle", "bent", "none")
        for x in (-width * 0.35, width * 0.35):
            if kind == "none":
                continue
            draft.add("bracket", box((0.03, depth * 0.8, 0.012), (x, y - depth * 0.4, -depth / 2)))
            draft.add("bracket", box((0.03, 0.012, depth * 0.85), (x, y - thick / 2, -depth * 0.07)))
            if kind == "triangle":
                draft.add("bracket", rod((x, y - depth * 0.75, -depth / 2), (x, y - thick / 2, depth * 0.3), 0.01, segments=4))
    return describe(
        "shelf", ["wall"], [f"{NUMBERS[count]} board{'s' if count > 1 else ''} one above the other" if count > 1 else "one board"]
    )


@SHELF.style("rack", 2.0)
def _rack(dice: Dice, draft: Draft) -> str:
    width, high, depth, count = dice.uniform(0.6, 1.5), dice.uniform(0.7, 2.0), dice.uniform(0.28, 0.6), dice.integer(3, 6)
    post, thick = dice.uniform(0.02, 0.05), dice.uniform(0.015, 0.04)
    places = corners(width, depth, post / 2)
    draft.add("frame", *[box((post, high, post), (x, high / 2, z)) for x, z in places])
    levels = np.linspace(high * dice.uniform(0.03, 0.15), high * dice.uniform(0.93, 1.0), count)
    draft.add("board", copies(box((width, thick, depth)), [(0, y, 0) for y in levels]))
    cross = dice.chance(0.4)
    if cross:
        x, z = width / 2, -depth / 2
        draft.add("frame", *[rod((s * x, levels[0], z), (-s * x, levels[-1], z), 0.008, segments=4) for s in (-1, 1)])
    return describe(
        "shelf",
        [size_word(high / width, 1.0, 1.8, "wide", "tall"), "open"],
        [f"{NUMBERS[count]} boards", "four posts", "a crossed back" if cross else ""],
    )


@SHELF.style("cubes", 1.0)
def _cubes(dice: Dice, draft: Draft) -> str:
    columns, rows, cell, thick = dice.integer(1, 4), dice.integer(2, 5), dice.uniform(0.3, 0.42), dice.uniform(0.02, 0.05)
    depth = cell * dice.uniform(0.8, 1.1)
    width, high = columns * cell, rows * cell
    draft.add("frame", *[box((thick, high + thick, depth), (i * cell - width / 2, high / 2, 0)) for i in range(columns + 1)])
    draft.add("board", *[box((width, thick, depth), (0, j * cell, 0)) for j in range(rows + 1)])
    if dice.chance(0.4):
        draft.add("frame", box((width, high, 0.01), (0, high / 2, -depth / 2)))
    return describe("shelf", ["square"], [f"{columns * rows} open compartments"])


def _file_cabinet(dice: Dice, draft: Draft, width: float, depth: float, rows: int, row: float) -> None:
    base = dice.uniform(0.02, 0.08)
    high = base + rows * row
    draft.add("body", *carcass(dice, width, rows * row, depth, base))
    rim, out = 0.012, dice.uniform(0.008, 0.02)
    for level in range(rows):
        y = base + (level + 0.5) * row
        pulled = dice.uniform(0.1, 0.4) if dice.chance(0.08) else 0.0
        draft.add("drawer", box((width - 2 * rim, row - 2 * rim, out + pulled), (0, y, depth / 2 + (out + pulled) / 2)))
        z = depth / 2 + out + pulled
        draft.add("handle", box((width * dice.uniform(0.2, 0.3), 0.015, 0.03), (0, y + row * 0.2, z + 0.015)))
        draft.add("handle", box((width * 0.2, 0.035, 0.008), (0, y + row * 0.34, z)))
    castors = dice.chance(0.3)
    for x, z in corners(width, depth, 0.05):
        draft.add("foot", box((0.04, base, 0.04), (x, base / 2, z)))
    if not castors:
        draft.add("foot", slab((-width * 0.48, 0, -depth * 0.48), (width * 0.48, base, depth * 0.46)))
    draft.add("body", slab((-width / 2, high, -depth / 2), (width / 2, high + 0.015, depth / 2 + out)))


@FILE_CABINET.style("upright", 2.0)
def _upright_files(dice: Dice, draft: Draft) -> str:
    rows, width = dice.integer(2, 5), dice.uniform(0.38, 0.5)
    _file_cabinet(dice, draft, width, dice.uniform(0.45, 0.75), rows, dice.uniform(0.26, 0.36))
    return describe("file cabinet", [size_word(rows, 3, 3, "low", "tall")], [f"{NUMBERS[rows]} deep drawers", "label holders"])


@FILE_CABINET.style("lateral", 1.0)
def _lateral_files(dice: Dice, draft: Draft) -> str:
    rows, width = dice.integer(2, 4), dice.uniform(0.75, 1.1)
    _file_cabinet(dice, draft, width, dice.uniform(0.4, 0.55), rows, dice.uniform(0.28, 0.38))
    return describe("file cabinet", ["wide"], [f"{NUMBERS[rows]} drawers across its whole width"])
