"""Washers, dishwashers, stoves, printers and fans."""

import numpy as np

from recon_model.data.synthetic.electronics import FAN, MICROWAVE
from recon_model.data.synthetic.furniture import corners
from recon_model.data.synthetic.primitives import (
    arc,
    box,
    circle,
    cylinder,
    loft,
    revolve,
    rings_of,
    rod,
    rounded_box,
    slab,
    sticks,
    superellipse,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

WASHER = category("washer", "body door panel knob foot")
DISHWASHER = category("dishwasher", "body door handle panel rack foot")
STOVE = category("stove", "body door handle burner knob panel pipe")
PRINTER = category("printer", "body tray slot panel paper")


def _facing(piece: np.ndarray, x: float, y: float, z: float) -> np.ndarray:
    """Turns a solid of revolution from the y axis to +z and moves it."""
    faced: np.ndarray = turn(piece, "x", 90) + np.array([x, y, z])
    return faced


def _feet(draft: Draft, width: float, depth: float, height: float) -> None:
    draft.add("foot", *[cylinder(0.025, height, (x, height / 2, z), 8) for x, z in corners(width, depth, 0.06)])


@WASHER.style("front", 2.0)
def _front_loader(dice: Dice, draft: Draft) -> str:
    width, depth, high, base = dice.uniform(0.55, 0.7), dice.uniform(0.45, 0.7), dice.uniform(0.8, 1.0), dice.uniform(0.01, 0.05)
    draft.add("body", rounded_box((width, high - base, depth), dice.uniform(0.005, 0.04), (0, (high + base) / 2, 0)))
    radius, middle = width * dice.uniform(0.25, 0.38), high * dice.uniform(0.42, 0.55)
    ring = dice.uniform(0.02, 0.06)
    draft.add(
        "door",
        _facing(revolve([(radius, 0), (radius, ring), (radius * 0.72, ring), (radius * 0.65, 0.0)], segments=24), 0, middle, depth / 2),
    )
    if dice.chance(0.6):
        draft.add(
            "door",
            _facing(revolve([(radius * 0.7, 0.0), (radius * 0.45, ring * 1.4), (0.0, ring * 1.7)], segments=18), 0, middle, depth / 2),
        )
    strip = high * dice.uniform(0.1, 0.16)
    draft.add(
        "panel",
        box((width * 0.96, strip, 0.02), (0, high - strip * 0.6, depth / 2)),
        box((width * 0.3, strip * 0.6, 0.03), (-width * 0.3, high - strip * 0.6, depth / 2)),
    )
    draft.add(
        "knob", _facing(cylinder(strip * 0.28, 0.04, segments=12), dice.uniform(-0.05, 0.25) * width, high - strip * 0.6, depth / 2 + 0.02)
    )
    _feet(draft, width, depth, base)
    return describe("washer", ["front-loading"], ["a round glass door", "a control panel"])


@WASHER.style("top", 1.0)
def _top_loader(dice: Dice, draft: Draft) -> str:
    width, depth, high, base = dice.uniform(0.5, 0.72), dice.uniform(0.5, 0.72), dice.uniform(0.8, 1.0), dice.uniform(0.01, 0.05)
    draft.add("body", rounded_box((width, high - base, depth), 0.02, (0, (high + base) / 2, 0)))
    is_open = dice.chance(0.3)
    lid = slab((-width * 0.4, high, -depth * 0.25), (width * 0.4, high + 0.025, depth * 0.42))
    draft.add("door", turn(lid, "x", -dice.uniform(60, 100), (0, high, -depth * 0.25)) if is_open else lid)
    rise, back = dice.uniform(0.1, 0.22), depth * dice.uniform(0.12, 0.2)
    outline = [(-depth / 2, high), (-depth / 2 + back, high), (-depth / 2 + back * 0.5, high + rise), (-depth / 2, high + rise)]
    draft.add("panel", loft(np.array([[(x, y, z) for z, y in outline] for x in (-width / 2, width / 2)])))
    knobs = dice.integer(1, 4)
    for x in np.linspace(-0.35, 0.35, knobs + 2)[1:-1] * width:
        draft.add("knob", _facing(cylinder(0.03, 0.04, segments=10), x, high + rise * 0.5, -depth / 2 + back * 0.8))
    _feet(draft, width, depth, base)
    return describe("washer", ["top-loading"], ["an open lid" if is_open else "a lid on top", "knobs at the back"])


@WASHER.style("twin", 0.4)
def _twin_tub(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.7, 0.95), dice.uniform(0.4, 0.5), dice.uniform(0.75, 0.95)
    draft.add("body", rounded_box((width, high, depth), 0.03, (0, high / 2, 0)))
    split = width * dice.uniform(0.05, 0.15)
    for low, top in ((-width * 0.46, split - 0.02), (split + 0.02, width * 0.46)):
        draft.add("door", slab((low, high, -depth * 0.3), (top, high + 0.03, depth * 0.42)))
    draft.add("panel", slab((-width / 2, high, -depth / 2), (width / 2, high + dice.uniform(0.06, 0.14), -depth * 0.33)))
    draft.add("knob", *[cylinder(0.03, 0.1, (x * width, high + 0.1, -depth * 0.41), 10) for x in (-0.3, 0.0, 0.3)])
    return describe("washer", ["twin-tub"], ["two lids", "three knobs"])


@DISHWASHER.style("closed", 2.0)
def _dishwasher(dice: Dice, draft: Draft) -> str:
    width, depth, high, base = dice.uniform(0.45, 0.62), dice.uniform(0.52, 0.65), dice.uniform(0.78, 0.9), dice.uniform(0.05, 0.12)
    draft.add("body", slab((-width / 2, base, -depth / 2), (width / 2, high, depth / 2)))
    draft.add("foot", slab((-width * 0.47, 0, -depth * 0.45), (width * 0.47, base, depth * 0.38)))
    strip = high * dice.uniform(0.1, 0.16)
    draft.add("door", slab((-width / 2 + 0.005, base + 0.01, depth / 2), (width / 2 - 0.005, high - strip, depth / 2 + 0.03)))
    draft.add("panel", slab((-width / 2 + 0.005, high - strip + 0.006, depth / 2), (width / 2 - 0.005, high - 0.005, depth / 2 + 0.025)))
    y = high - strip - dice.uniform(0.03, 0.06)
    bar = dice.chance(0.6)
    if bar:
        ends = [(s * width * 0.38, y, depth / 2 + 0.065) for s in (-1, 1)]
        draft.add("handle", rod(ends[0], ends[1], 0.012), *[rod(end, (end[0], y, depth / 2), 0.01, segments=5) for end in ends])
    else:
        draft.add("handle", box((width * 0.4, 0.03, 0.015), (0, high - strip * 0.5, depth / 2 + 0.03)))
    return describe("dishwasher", ["built-in"], ["a flat door", "a bar handle" if bar else "a grip in its panel"])


@DISHWASHER.style("open", 1.0)
def _open_dishwasher(dice: Dice, draft: Draft) -> str:
    width, depth, high, base = dice.uniform(0.45, 0.62), dice.uniform(0.52, 0.65), dice.uniform(0.78, 0.9), dice.uniform(0.05, 0.12)
    x, z, t = width / 2, depth / 2, 0.025
    draft.add(
        "body", slab((-x, base, -z), (-x + t, high, z)), slab((x - t, base, -z), (x, high, z)), slab((-x, base, -z), (x, base + t, z))
    )
    draft.add("body", slab((-x, high - t, -z), (x, high, z)), slab((-x, base, -z), (x, high, -z + t)))
    draft.add("door", turn(slab((-x, base, z), (x, high, z + 0.05)), "x", dice.uniform(30, 90), (0, base, z)))
    for level in (0.3, 0.65):
        y, pulled = base + (high - base) * level, dice.pick(0.0, dice.uniform(0.1, 0.35))
        bars = [
            rod((s * x * 0.88, y, -z * 0.85 + pulled), (s * x * 0.88, y, z * 0.85 + pulled), 0.006, segments=4)
            for s in np.linspace(-1, 1, 7)
        ]
        draft.add(
            "rack",
            *bars,
            *[
                rod((-x * 0.88, y + 0.06, t_ * z * 0.85 + pulled), (x * 0.88, y + 0.06, t_ * z * 0.85 + pulled), 0.006, segments=4)
                for t_ in (-1, 1)
            ],
        )
    return describe("dishwasher", ["open"], ["its door let down", "two racks"])


@STOVE.style("range", 2.0)
def _range(dice: Dice, draft: Draft) -> str:
    width, depth, high, base = dice.uniform(0.5, 0.95), dice.uniform(0.5, 0.68), dice.uniform(0.82, 0.95), dice.uniform(0.03, 0.12)
    draft.add("body", slab((-width / 2, base, -depth / 2), (width / 2, high, depth / 2)))
    draft.add("body", *[box((0.04, base, 0.04), (x, base / 2, z)) for x, z in corners(width, depth, 0.04)])
    strip = high * dice.uniform(0.1, 0.15)
    low = base + (high - base) * dice.pick(0.05, 0.25)
    draft.add("door", slab((-width * 0.47, low, depth / 2), (width * 0.47, high - strip, depth / 2 + 0.03)))
    draft.add(
        "handle", rod((-width * 0.38, high - strip - 0.06, depth / 2 + 0.07), (width * 0.38, high - strip - 0.06, depth / 2 + 0.07), 0.012)
    )
    count = dice.pick(4, 4, 5, 6)
    for x in np.linspace(-0.38, 0.38, count) * width:
        draft.add("knob", _facing(cylinder(0.022, 0.035, segments=10), x, high - strip / 2, depth / 2 + 0.015))
    _burners(dice, draft, width, depth, high, 3 if width > 0.8 else 2)
    back = dice.chance(0.5)
    if back:
        draft.add("panel", slab((-width / 2, high, -depth / 2), (width / 2, high + dice.uniform(0.08, 0.25), -depth / 2 + 0.05)))
    return describe(
        "stove",
        [size_word(width, 0.55, 0.8, "narrow", "wide")],
        [f"{('four', 'six')[width > 0.8]} burners", "an oven door", "a back panel" if back else ""],
    )


def _burners(dice: Dice, draft: Draft, width: float, depth: float, level: float, columns: int) -> None:
    grate = dice.chance(0.5)
    for x in np.linspace(-0.5, 0.5, 2 * columns + 1)[1::2] * width * 0.95:
        for z in (-depth * 0.22, depth * 0.22):
            radius = dice.uniform(0.06, 0.1)
            draft.add("burner", cylinder(radius, 0.02, (x, level + 0.01, z), 14))
            if grate:
                reach = radius * 1.35
                draft.add(
                    "burner", box((2 * reach, 0.012, 0.012), (x, level + 0.035, z)), box((0.012, 0.012, 2 * reach), (x, level + 0.035, z))
                )


@STOVE.style("cooktop", 0.7)
def _cooktop(dice: Dice, draft: Draft) -> str:
    columns = dice.integer(1, 3)
    width, depth, high = 0.28 * columns + dice.uniform(0.05, 0.2), dice.uniform(0.42, 0.55), dice.uniform(0.06, 0.14)
    draft.add("body", rounded_box((width, high, depth), 0.015, (0, high / 2, 0)))
    _burners(dice, draft, width, depth, high, columns)
    for x in np.linspace(-0.3, 0.3, 2 * columns) * width:
        draft.add("knob", _facing(cylinder(0.018, 0.03, segments=10), x, high / 2, depth / 2 + 0.012))
    return describe("stove", ["flat", "table-top"], [f"{('two', 'four', 'six')[columns - 1]} burners"])


@STOVE.style("wood", 1.0)
def _wood_stove(dice: Dice, draft: Draft) -> str:
    width, depth, high, base = dice.uniform(0.4, 0.7), dice.uniform(0.35, 0.55), dice.uniform(0.45, 0.8), dice.uniform(0.08, 0.25)
    if dice.chance(0.3):
        draft.add(
            "body",
            revolve(
                [(width * 0.4, base), (width * 0.5, base + high * 0.4), (width * 0.4, base + high * 0.9), (width * 0.45, base + high)],
                segments=18,
            ),
        )
    else:
        draft.add("body", slab((-width / 2, base, -depth / 2), (width / 2, base + high, depth / 2)))
        draft.add("body", box((width * 1.12, 0.035, depth * 1.12), (0, base + high, 0)))
    draft.add("body", *[rod((x * 1.15, 0, z * 1.15), (x, base + 0.03, z), 0.02, 0.035, 6) for x, z in corners(width * 0.8, depth * 0.8)])
    draft.add("door", box((width * 0.62, high * 0.55, 0.03), (0, base + high * 0.55, depth / 2 + 0.015)))
    draft.add(
        "handle", rod((width * 0.25, base + high * 0.5, depth / 2 + 0.06), (width * 0.25, base + high * 0.65, depth / 2 + 0.06), 0.012)
    )
    tall = dice.uniform(0.4, 1.3)
    start, end = (0, base + high, -depth * 0.2), (0, base + high + tall, -depth * 0.2)
    bend = dice.chance(0.35)
    pipe = (
        tube([start, end, (0, end[1] + 0.12, end[2] - 0.12), (0, end[1] + 0.12, end[2] - 0.5)], 0.055, 10)
        if bend
        else rod(start, end, 0.055, segments=10)
    )
    draft.add("pipe", pipe)
    return describe("stove", ["wood-burning"], ["a stove pipe", "short legs"])


@PRINTER.style("desktop", 2.0)
def _desktop_printer(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.36, 0.5), dice.uniform(0.28, 0.42), dice.uniform(0.14, 0.32)
    draft.add("body", rounded_box((width, high, depth), dice.uniform(0.01, 0.05), (0, high / 2, 0)))
    draft.add("slot", box((width * 0.7, high * 0.22, 0.012), (0, high * 0.4, depth / 2)))
    reach = dice.uniform(0.08, 0.22)
    draft.add(
        "tray",
        turn(box((width * 0.65, 0.012, reach), (0, 0, reach / 2)), "x", dice.uniform(-4, 12)) + np.array([0, high * 0.25, depth / 2]),
    )
    feeder = dice.chance(0.6)
    if feeder:
        tall = dice.uniform(0.1, 0.28)
        draft.add(
            "paper",
            turn(box((width * 0.6, tall, 0.012), (0, tall / 2, 0)), "x", -dice.uniform(10, 35)) + np.array([0, high, -depth * 0.35]),
        )
    draft.add(
        "panel", turn(box((width * 0.35, 0.015, depth * 0.25)), "x", dice.uniform(5, 30)) + np.array([width * 0.25, high, depth * 0.3])
    )
    return describe("printer", ["desktop"], ["a paper tray in front", "paper standing behind" if feeder else "a flat top"])


@PRINTER.style("office", 1.2)
def _office_printer(dice: Dice, draft: Draft) -> str:
    width, depth, high, drawers = dice.uniform(0.5, 0.7), dice.uniform(0.5, 0.65), dice.uniform(0.75, 1.1), dice.integer(2, 4)
    split = high * dice.uniform(0.45, 0.6)
    draft.add("body", slab((-width / 2, 0.03, -depth / 2), (width / 2, split, depth / 2)))
    for low in np.linspace(0.05, split, drawers + 1)[:-1]:
        tall = (split - 0.05) / drawers - 0.012
        draft.add("tray", slab((-width * 0.48, low, depth / 2), (width * 0.48, low + tall, depth / 2 + 0.02)))
        draft.add("slot", box((width * 0.3, 0.02, 0.01), (0, low + tall * 0.7, depth / 2 + 0.022)))
    gap = high * dice.uniform(0.1, 0.16)
    draft.add(
        "body",
        slab((-width / 2, split, -depth / 2), (width / 2, split + gap, -depth * 0.2)),
        slab((-width / 2, split, -depth / 2), (-width * 0.38, split + gap, depth / 2)),
    )
    draft.add("body", rounded_box((width, high - split - gap, depth), 0.02, (0, (high + split + gap) / 2, 0)))
    draft.add("panel", turn(box((width * 0.4, 0.02, 0.14)), "x", 25) + np.array([width * 0.2, high - 0.03, depth / 2 + 0.05]))
    lid = dice.chance(0.6)
    if lid:
        draft.add("body", rounded_box((width * 0.95, 0.1, depth * 0.85), 0.03, (0, high + 0.05, -depth * 0.05)))
    if dice.chance(0.4):
        draft.add("tray", turn(box((0.25, 0.012, depth * 0.6), (-0.125, 0, 0)), "z", -20) + np.array([-width / 2, split * 0.9, 0]))
    return describe("printer", ["office"], [f"{('two', 'three', 'four')[drawers - 2]} paper drawers", "a scanner on top" if lid else ""])


@PRINTER.style("roll", 0.5)
def _wide_printer(dice: Dice, draft: Draft) -> str:
    width, high, radius = dice.uniform(1.0, 1.6), dice.uniform(0.7, 1.0), dice.uniform(0.1, 0.15)
    draft.add(
        "body",
        turn(cylinder(radius, width, segments=14), "z", 90) + np.array([0, high, 0]),
        box((width, radius * 1.6, radius * 2.6), (0, high, 0)),
    )
    for s in (-1, 1):
        x = s * width * 0.38
        draft.add("tray", box((0.06, high, 0.08), (x, high / 2, 0)), box((0.06, 0.05, 0.55), (x, 0.025, 0)))
    sheet = arc((0, high * 0.3, radius * 1.3), high * 0.7, 90, 20, "zy", 8)  # out of the front, bending down
    left, right = sheet.copy(), sheet.copy()
    left[:, 0], right[:, 0] = -width * 0.35, width * 0.35
    draft.add("paper", surface(np.stack([left, right])))
    draft.add("panel", box((0.2, 0.06, 0.16), (width * 0.42, high + radius, 0.02)))
    return describe("printer", ["wide", "standing"], ["a sheet of paper hanging out"])


@MICROWAVE.style("open", 0.6)
def _open_microwave(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.42, 0.55), dice.uniform(0.25, 0.33), dice.uniform(0.3, 0.42)
    x, z, t, split = width / 2, depth / 2, 0.025, width * 0.22
    draft.add("body", slab((-x, 0, -z), (-x + t, high, z)), slab((split, 0, -z), (x, high, z)), slab((-x, 0, -z), (x, t, z)))
    draft.add("body", slab((-x, high - t, -z), (x, high, z)), slab((-x, 0, -z), (x, high, -z + t)))
    swing, hinge = dice.uniform(30, 110), (-x, 0.0, z)
    draft.add("door", turn(slab((-x, 0, z), (split, high, z + 0.03)), "y", -swing, hinge))
    draft.add("handle", turn(rod((split - 0.03, high * 0.2, z + 0.06), (split - 0.03, high * 0.8, z + 0.06), 0.01), "y", -swing, hinge))
    draft.add("body", cylinder(width * 0.28, 0.012, (-x / 2 + split / 2, t + 0.02, 0), 20))
    return describe("microwave", ["open"], ["a turntable", "its door swung out"])


@FAN.style("box", 0.5)
def _box_fan(dice: Dice, draft: Draft) -> str:
    """A square housing open through its depth, with a round or square grille on both sides."""
    size, deep, count = dice.uniform(0.4, 0.6), dice.uniform(0.1, 0.18), dice.integer(3, 6)
    half, radius, soft = size / 2, size * dice.uniform(0.42, 0.47), dice.uniform(6.0, 30.0)
    outline = superellipse(size, size, soft, 32)
    rings = [np.column_stack([outline, np.full(32, s * deep / 2)]) for s in (-1, 1)]
    draft.add("cage", surface(np.stack(rings), wrap=True))
    masked = dice.chance(0.7)
    for ring in rings if masked else ():
        mouth = np.column_stack([circle(32) * radius, ring[:, 2]])
        draft.add("cage", surface(np.stack([ring, mouth]), wrap=True))
    blade = turn(slab((size * 0.04, -radius * 0.28, -0.003), (radius * 0.92, radius * 0.28, 0.003)), "x", dice.uniform(15, 40))
    draft.add("blade", *[turn(blade, "z", 360 * k / count) for k in range(count)])
    draft.add("stem", _facing(cylinder(size * 0.08, deep * 0.7, segments=14), 0, 0, 0))
    kind, bars = dice.pick("rings", "slats", "spokes"), dice.integer(6, 12)
    reach = radius if masked else half * 0.96
    for z in (-deep / 2, deep / 2):
        if kind == "slats":
            y = np.linspace(-0.92, 0.92, bars) * reach
            x = np.sqrt(reach**2 - y**2) if masked else np.full(bars, reach)
            level = np.full(bars, z)
            draft.add("cage", sticks(np.column_stack([-x, y, level]), np.column_stack([x, y, level]), 0.004, 0.004, 4))
        else:
            out = circle(2 * bars)
            tips = np.column_stack([out * reach, np.full(2 * bars, z)])
            draft.add("cage", sticks(tips * (0.2, 0.2, 1), tips, 0.003, 0.003, 4))
            shares = (0.3, 0.5, 0.7, 0.88) if kind == "rings" else (0.25, 0.95)
            draft.add("cage", *[tube(arc((0, 0, z), reach * share, 0, 345, "xy", 20), 0.003, 4, closed=True) for share in shares])
    footed = dice.chance(0.7)
    if footed:
        draft.add("base", *[box((0.03, 0.03, deep * dice.uniform(1.2, 2.0)), (s * half * 0.75, -half - 0.012, 0)) for s in (-1, 1)])
    handle = dice.chance(0.5)
    if handle:
        draft.add("base", tube([(-0.07, half, 0), (-0.06, half + 0.03, 0), (0.06, half + 0.03, 0), (0.07, half, 0)], 0.008, 5))
    draft.pose(dice, 0.9, ("x", 90))
    return describe("fan", ["box"], ["a square housing", f"{count} blades", "a handle" if handle else "", "two feet" if footed else ""])


def _loop_fan(dice: Dice, draft: Draft) -> str:
    """No blades to be seen: air leaves a tall hollow loop on a round foot."""
    radius, high, wide = dice.uniform(0.07, 0.11), dice.uniform(0.15, 0.4), dice.uniform(0.08, 0.16)
    stretch, thick = dice.pick(1.0, dice.uniform(1.5, 3.5)), dice.uniform(0.012, 0.025)
    ring = superellipse(2 * wide, 2 * wide * stretch, 2.0 if stretch == 1.0 else 4.0, 28)
    middle = high + wide * stretch
    lines = [
        np.column_stack([ring[:, 0] * s, ring[:, 1] * s + middle, np.full(28, z)])
        for s, z in ((1.0, -0.04), (1.0, 0.04), (0.86, 0.05), (0.82, -0.04))
    ]
    draft.add("cage", surface(np.stack([*lines, lines[0]]), wrap=True))
    draft.add("base", revolve([(radius * 1.1, 0), (radius, 0.03), (radius * dice.uniform(0.6, 0.9), high)], segments=18))
    draft.add("stem", rod((0, high - 0.02, 0), (0, high + thick, 0), radius * 0.5))
    return describe("fan", ["bladeless"], ["a hollow loop" if stretch == 1.0 else "a tall hollow loop", "a round foot"])


@FAN.style("tower", 0.6)
def _tower_fan(dice: Dice, draft: Draft) -> str:
    """A slim column whose front is a grille, on a disc."""
    if dice.chance(0.25):
        return _loop_fan(dice, draft)
    high, width, ratio = dice.uniform(0.7, 1.15), dice.uniform(0.12, 0.24), dice.uniform(0.7, 1.0)
    outline, foot = superellipse(width, width * ratio, dice.uniform(2.0, 5.0), 24), dice.uniform(0.03, 0.08)
    bulge, taper = dice.uniform(0.95, 1.1), dice.uniform(0.8, 1.0)
    levels = np.array([foot, foot + 0.05, high * 0.5, high * 0.97, high])
    scales = np.array([0.85, 1.0, bulge, taper, taper * 0.85])
    rings = rings_of(outline, scales, levels)
    # The mouth takes the middle of the front; behind it turns the drum.
    front = outline[:, 1] > width * ratio * dice.uniform(0.15, 0.3)
    cells = np.ones((4, 24), bool)
    cells[1:3] = ~(front & np.roll(front, -1))
    draft.add("cage", surface(rings, wrap=True)[np.concatenate([cells.ravel(), cells.ravel()])])
    draft.add("cage", loft(rings[-1:].repeat(2, 0), bottom=False))
    columns = np.flatnonzero(front)
    bars = dice.integer(14, 30)
    y = np.linspace(foot + 0.05, high * 0.97, bars)
    size = np.interp(y, levels, scales)
    left, right = outline[columns[0]], outline[columns[-1]]
    middle = outline[columns].mean(0) * np.array([1.0, 1.06])
    stops = np.stack([np.column_stack([p[0] * size, y, p[1] * size]) for p in (left, middle, right)])
    slatted = dice.chance(0.65)
    if slatted:
        draft.add("cage", sticks(stops[:-1].reshape(-1, 3), stops[1:].reshape(-1, 3), 0.0025, 0.0025, 4))
    else:
        low, top = rings[1, columns], rings[3, columns]
        draft.add("cage", sticks(low, rings[2, columns], 0.003, 0.003, 4), sticks(rings[2, columns], top, 0.003, 0.003, 4))
    draft.add("blade", cylinder(width * ratio * 0.28, high * 0.85, (0, high * 0.5, 0), 10))
    draft.add("stem", cylinder(width * 0.25, foot + 0.02, (0, foot / 2, 0), 12))
    wide = width * dice.uniform(1.2, 1.8)
    if dice.chance(0.8):
        draft.add("base", revolve([(wide / 2, 0), (wide / 2, 0.012), (wide * 0.2, 0.03)], segments=20))
    else:
        draft.add("base", box((wide, 0.02, wide), (0, 0.01, 0)))
    return describe("fan", ["tall", "tower"], ["a slim column", "level slats" if slatted else "upright bars", "a broad foot"])
