"""Boxes, bags, bins, cans, jars, pots and small backpacks."""

import numpy as np

from recon_model.data.synthetic.furniture import corners
from recon_model.data.synthetic.household import BACKPACK
from recon_model.data.synthetic.primitives import (
    arc,
    bezier,
    box,
    cylinder,
    ellipsoid,
    loft,
    mirror,
    revolve,
    rings_of,
    rod,
    slab,
    sticks,
    superellipse,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

BOX = category("box", "body flap lid strap")
BAG = category("bag", "body handle strap pocket flap")
TRASH_BIN = category("trash bin", "body lid pedal wheel rim handle")
CAN = category("can", "body rim tab label")
JAR = category("jar", "body lid handle knob")
POT = category("pot", "body lid handle knob")


@BOX.style("carton", 2.0)
def _carton(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.25, 0.7), dice.uniform(0.2, 0.6), dice.uniform(0.12, 0.6)
    x, z = width / 2, depth / 2
    is_open = dice.chance(0.5)
    draft.add("body", slab((-x, 0, -z), (-x, high, z)), slab((x, 0, -z), (x, high, z)), slab((-x, 0, -z), (x, high, -z)))
    draft.add("body", slab((-x, 0, z), (x, high, z)), slab((-x, 0, -z), (x, 0, z)))
    if not is_open:
        draft.add("flap", slab((-x, high, -z), (x, high, z)))
        draft.add("strap", box((width * 0.12, 0.002, depth * 1.002), (0, high, 0)))
        return describe("box", ["closed", "cardboard"], [size_word(high / width, 0.5, 1.2, "a low body", "a tall body")])
    reach = min(width, depth) * dice.uniform(0.35, 0.5)
    for s in (-1, 1):
        side = slab((0, 0, -z), (0.004, reach, z)) + np.array([s * x, high, 0])
        draft.add("flap", turn(side, "z", -s * dice.uniform(10, 140), (s * x, high, 0)))
        front = slab((-x, 0, 0), (x, reach, 0.004)) + np.array([0, high, s * z])
        draft.add("flap", turn(front, "x", s * dice.uniform(10, 140), (0, high, s * z)))
    return describe("box", ["open", "cardboard"], ["four flaps"])


@BOX.style("crate", 1.0)
def _crate(dice: Dice, draft: Draft) -> str:
    width, depth, high, rows = dice.uniform(0.4, 0.8), dice.uniform(0.3, 0.6), dice.uniform(0.2, 0.6), dice.integer(2, 5)
    board = high / rows
    for level in range(rows):
        y = (level + 0.5) * board
        draft.add("body", *[box((width, board * 0.8, 0.015), (0, y, s * depth / 2)) for s in (-1, 1)])
        draft.add("body", *[box((0.015, board * 0.8, depth), (s * width / 2, y, 0)) for s in (-1, 1)])
    draft.add("strap", *[box((0.03, high, 0.03), (x, high / 2, z)) for x, z in corners(width, depth, 0.02)])
    draft.add("body", box((width, 0.015, depth), (0, 0.01, 0)))
    lid = dice.chance(0.4)
    if lid:
        draft.add("lid", box((width * 1.02, 0.02, depth * 1.02), (0, high, 0)))
    return describe("box", ["wooden"], ["slatted sides", "a lid" if lid else "an open top"])


@BOX.style("lidded", 1.0)
def _lidded_box(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.2, 0.5), dice.uniform(0.15, 0.4), dice.uniform(0.08, 0.35)
    draft.add("body", slab((-width / 2, 0, -depth / 2), (width / 2, high, depth / 2)))
    lid = slab((-width * 0.515, high * dice.uniform(0.6, 0.85), -depth * 0.515), (width * 0.515, high * 1.04, depth * 0.515))
    draft.add("lid", lid)
    ribbon = dice.chance(0.35)
    if ribbon:
        draft.add(
            "strap",
            box((width * 0.1, high * 1.06, depth * 1.05), (0, high * 0.53, 0)),
            box((width * 1.05, high * 1.06, depth * 0.1), (0, high * 0.53, 0)),
        )
        loops = [tube(arc((s * 0.05, high * 1.1, 0), 0.05, 0, 340, "xy", 10), 0.008, 5, closed=True) for s in (-1, 1)]
        draft.add("strap", *loops)
    return describe(
        "box", ["gift" if ribbon else "shallow" if high < width * 0.5 else ""], ["a lid that reaches over", "a ribbon" if ribbon else ""]
    )


@BAG.style("tote", 1.5)
def _tote(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.28, 0.45), dice.uniform(0.25, 0.42), dice.uniform(0.08, 0.18)
    outline = superellipse(width, depth, dice.uniform(2.5, 8), 24)
    narrow = dice.uniform(0.75, 1.15)
    draft.add(
        "body",
        loft(
            rings_of(
                outline,
                [(1, 1), (1.02, 1.05), ((1 + narrow) / 2, 0.8), (narrow, dice.uniform(0.3, 0.8))],
                [0, high * 0.15, high * 0.7, high],
            ),
            top=False,
        ),
    )
    drop = dice.uniform(0.1, 0.25)
    for s in (-1, 1):
        line = bezier(
            [
                (-width * 0.22, high * 0.95, s * depth * 0.25),
                (-width * 0.2, high + drop * 1.3, s * 0.03),
                (width * 0.2, high + drop * 1.3, s * 0.03),
                (width * 0.22, high * 0.95, s * depth * 0.25),
            ],
            12,
        )
        draft.add("handle", tube(line, dice.uniform(0.006, 0.012), 6))
    return describe("bag", ["open"], ["two long handles" if drop > 0.17 else "two handles"])


@BAG.style("hand", 1.5)
def _handbag(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.2, 0.38), dice.uniform(0.14, 0.26), dice.uniform(0.07, 0.15)
    outline = superellipse(width, depth, dice.uniform(3, 8), 24)
    top = dice.uniform(0.6, 0.9)
    draft.add("body", loft(rings_of(outline, [(0.95, 0.9), (1, 1), (0.95, 0.9), (top, 0.35)], [0, high * 0.2, high * 0.6, high])))
    flap = dice.chance(0.5)
    if flap:
        xs, rows = (
            np.array([-0.45, 0.45]) * width,
            np.array([(high, -depth * 0.1), (high * 1.01, depth * 0.25), (high * 0.75, depth * 0.56), (high * 0.4, depth * 0.58)]),
        )
        draft.add("flap", surface(np.array([[(x, y, z) for y, z in rows] for x in xs])))
    long = dice.chance(0.35)
    rise = dice.uniform(0.35, 0.6) if long else dice.uniform(0.08, 0.16)
    line = bezier(
        [
            (-width * 0.35, high * 0.9, 0),
            (-width * 0.35, high + rise * 1.3, 0),
            (width * 0.35, high + rise * 1.3, 0),
            (width * 0.35, high * 0.9, 0),
        ],
        14,
    )
    draft.add("strap" if long else "handle", tube(line, 0.008, 6))
    return describe("bag", ["hand"], ["a long shoulder strap" if long else "an arched handle", "a flap" if flap else ""])


@BAG.style("travel", 1.0)
def _duffel(dice: Dice, draft: Draft) -> str:
    width, radius = dice.uniform(0.45, 0.7), dice.uniform(0.12, 0.2)
    profile = superellipse(2 * radius, 2 * radius * dice.uniform(0.8, 1.0), dice.uniform(2, 5), 18)
    sections = np.stack(
        [
            np.column_stack([np.full(18, x * width), profile[:, 0] * s, profile[:, 1] * s])
            for x, s in ((-0.5, 0.75), (-0.46, 0.97), (0, 1.0), (0.46, 0.97), (0.5, 0.75))
        ]
    )
    draft.add("body", loft(sections))
    for s in (-1, 1):
        line = bezier(
            [
                (-width * 0.2, 0, s * radius),
                (-width * 0.2, radius * 2.2, s * radius * 0.6),
                (width * 0.2, radius * 2.2, s * radius * 0.6),
                (width * 0.2, 0, s * radius),
            ],
            12,
        )
        draft.add("handle", tube(line, 0.01, 6))
    pocket = dice.chance(0.5)
    if pocket:
        draft.add("pocket", box((width * 0.45, radius, 0.05), (0, -radius * 0.2, radius * 0.98)))
    return describe("bag", ["travel"], ["a barrel-shaped body", "two handles", "a pocket" if pocket else ""])


@BAG.style("paper", 1.0)
def _paper_bag(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.22, 0.35), dice.uniform(0.28, 0.45), dice.uniform(0.1, 0.2)
    outline = superellipse(width, depth, 40.0, 20)
    pinch = dice.uniform(0.7, 1.0)
    draft.add("body", loft(rings_of(outline, [(1, 1), (1, 1), (1, pinch)], [0, high * 0.4, high]), top=False))
    handled = dice.chance(0.6)
    if handled:
        loops = [arc((0, high, s * depth * pinch / 2), width * 0.18, 0, 180, "xy", 10) * np.array([1, 1, 1]) for s in (-1, 1)]
        draft.add("handle", *[tube(loop, 0.004, 5) for loop in loops])
    return describe("bag", ["paper", "shopping"], ["two cords for handles" if handled else "an open top"])


@TRASH_BIN.style("bucket", 1.5)
def _bucket_bin(dice: Dice, draft: Draft) -> str:
    radius, grow = dice.uniform(0.11, 0.2), dice.uniform(1.0, 1.35)
    high, wall = radius * dice.uniform(2.0, 3.6), 0.008
    outline = superellipse(2, 2 * dice.uniform(0.65, 1.0), dice.pick(2.0, 2.0, 6.0), 22) * radius
    outside = rings_of(outline, (1, grow), (0, high))
    draft.add(
        "body", loft(outside, top=False), loft(rings_of(outline, (grow - wall / radius, 1 - wall / radius), (high, wall)), bottom=False)
    )
    draft.add("rim", tube(outside[-1], 0.01, 5, closed=True))
    kind = dice.pick("open", "swing", "dome")
    if kind != "open":
        rise = high * dice.uniform(0.12, 0.3)
        draft.add(
            "lid",
            loft(
                rings_of(
                    outline, (grow * 1.04, grow * 0.95, grow * (0.5 if kind == "dome" else 0.75)), (high, high + rise * 0.5, high + rise)
                )
            ),
        )
    return describe(
        "trash bin",
        [size_word(high / radius, 2.4, 3.2, "low", "tall")],
        {"open": ["an open top"], "swing": ["a swing lid"], "dome": ["a domed lid"]}[kind],
    )


@TRASH_BIN.style("wheeled", 1.2)
def _wheelie(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.45, 0.65), dice.uniform(0.45, 0.75), dice.uniform(0.8, 1.1)
    outline = superellipse(width, depth, dice.uniform(6, 20), 24)
    draft.add("body", loft(rings_of(outline, (dice.uniform(0.7, 0.85), 1.0), (0.06, high), [(0, 0.0), (0, 0.04)])))
    is_open = dice.chance(0.2)
    lid = loft(rings_of(outline, (1.08, 1.04, 0.7), (high, high + 0.05, high + dice.uniform(0.06, 0.14)), [(0, 0.04)] * 3))
    draft.add("lid", turn(lid, "x", -dice.uniform(50, 110), (0, high, -depth / 2)) if is_open else lid)
    draft.add("handle", rod((-width * 0.4, high * 0.97, -depth * 0.55), (width * 0.4, high * 0.97, -depth * 0.55), 0.016))
    draft.add("wheel", *[turn(cylinder(0.1, 0.05, segments=14), "z", 90) + np.array([s * width * 0.4, 0.1, -depth * 0.4]) for s in (-1, 1)])
    return describe("trash bin", ["wheeled"], ["an open lid" if is_open else "a hinged lid", "two wheels"])


@TRASH_BIN.style("pedal", 1.0)
def _pedal_bin(dice: Dice, draft: Draft) -> str:
    radius = dice.uniform(0.1, 0.17)
    high = radius * dice.uniform(2.6, 4.2)
    draft.add("body", cylinder(radius, high, (0, high / 2, 0), 22))
    draft.add("rim", cylinder(radius * 1.06, 0.03, (0, 0.015, 0), 22), cylinder(radius * 1.04, 0.03, (0, high, 0), 22))
    lid = revolve([(radius, high + 0.01), (radius * 0.8, high + radius * 0.3), (0.0, high + radius * 0.45)], segments=20)
    draft.add("lid", turn(lid, "x", -dice.uniform(20, 70), (0, high, -radius)) if dice.chance(0.2) else lid)
    draft.add("pedal", box((0.07, 0.012, 0.09), (0, 0.03, radius + 0.03)))
    return describe("trash bin", ["round"], ["a pedal", "a domed lid"])


@TRASH_BIN.style("wire", 0.8)
def _wire_bin(dice: Dice, draft: Draft) -> str:
    radius, grow, high, count = dice.uniform(0.1, 0.16), dice.uniform(1.0, 1.4), dice.uniform(0.25, 0.4), dice.integer(16, 32)
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    foot = np.column_stack([np.cos(angles), np.zeros(count), np.sin(angles)]) * radius
    top = foot * grow + np.array([0, high, 0])
    twist = dice.integer(0, 3)
    draft.add("body", sticks(foot, np.roll(top, twist, 0), 0.003, 0.003, 4), sticks(foot, np.roll(top, -twist, 0), 0.003, 0.003, 4))
    draft.add("body", cylinder(radius, 0.006, (0, 0.003, 0), 20))
    for share in (0.0, 0.5, 1.0):
        draft.add("rim", tube(arc((0, high * share, 0), radius * (1 + (grow - 1) * share), 0, 345, "xz", 22), 0.005, 5, closed=True))
    return describe("trash bin", ["wire"], ["see-through sides", "an open top"])


@CAN.style("drink", 2.0)
def _drink_can(dice: Dice, draft: Draft) -> str:
    radius, slim = 0.033, dice.uniform(3.0, 5.2)
    high = radius * slim
    draft.add(
        "body",
        revolve([(radius * 0.72, 0.004), (radius * 0.78, 0), (radius, 0.012), (radius, high * 0.88), (radius * 0.82, high)], segments=22),
    )
    draft.add("rim", tube(arc((0, high, 0), radius * 0.82, 0, 345, "xz", 22), 0.0018, 5, closed=True))
    draft.add("tab", box((0.012, 0.002, 0.022), (0, high + 0.002, 0.004)), cylinder(0.004, 0.004, (0, high, 0), 8))
    draft.pose(dice, 0.8, ("x", 90), ("z", 90))
    return describe("can", [size_word(slim, 3.6, 4.6, "short", "slim"), "drink"], ["a narrowed top", "a tab"])


@CAN.style("food", 1.5)
def _food_can(dice: Dice, draft: Draft) -> str:
    radius, ratio, ribs = 0.04, dice.uniform(0.7, 2.8), dice.integer(0, 8)
    high = radius * ratio
    levels = np.linspace(0.1, 0.9, 2 * ribs + 1) * high
    profile = [(radius, 0.0), *[(radius * (0.975 if i % 2 else 1.0), y) for i, y in enumerate(levels)], (radius, high)]
    draft.add("body", revolve(profile, segments=24))
    for y in (0.002, high - 0.002):
        draft.add("rim", tube(arc((0, y, 0), radius * 1.01, 0, 345, "xz", 24), 0.002, 5, closed=True))
    is_open = dice.chance(0.25)
    if is_open:
        draft.add("tab", turn(cylinder(radius * 0.95, 0.001, (0, high, 0), 20), "x", -dice.uniform(40, 100), (0, high, -radius * 0.95)))
    draft.pose(dice, 0.85, ("x", 90), ("z", 90))
    return describe(
        "can",
        [size_word(ratio, 1.2, 2.2, "flat", "tall"), "food"],
        ["ribbed sides" if ribs > 2 else "plain sides", "an open lid" if is_open else ""],
    )


@JAR.style("screw top", 2.0)
def _screw_jar(dice: Dice, draft: Draft) -> str:
    radius, high, neck = dice.uniform(0.04, 0.07), dice.uniform(0.08, 0.2), dice.uniform(0.75, 0.95)
    bulge = dice.uniform(1.0, 1.15)
    sides = superellipse(2, 2, dice.pick(2.0, 2.0, 6.0), 22)
    draft.add(
        "body",
        loft(
            rings_of(sides, np.array([0.92, 1.0, bulge, 1.0, neck, neck]) * radius, [0, 0.008, high * 0.5, high * 0.82, high * 0.92, high])
        ),
    )
    tall = dice.uniform(0.012, 0.03)
    draft.add("lid", cylinder(radius * neck * 1.08, tall, (0, high + tall / 2, 0), 20))
    return describe("jar", [size_word(high / radius, 1.8, 2.8, "squat", "tall")], ["a screw lid", "a wide neck"])


@JAR.style("storage", 1.0)
def _storage_jar(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.06, 0.11), dice.uniform(0.1, 0.26)
    draft.add("body", revolve([(radius * 0.9, 0), (radius, high * 0.1), (radius, high * 0.9), (radius * 0.92, high)], segments=22))
    draft.add(
        "lid",
        revolve([(radius * 1.02, high), (radius * 1.02, high + 0.012), (radius * 0.6, high + 0.03), (0.0, high + 0.035)], segments=20),
    )
    draft.add("knob", ellipsoid((0.018, 0.016, 0.018), (0, high + 0.045, 0), 10))
    return describe("jar", ["storage"], ["a flat lid", "a knob"])


@JAR.style("ginger", 1.0)
def _ginger_jar(dice: Dice, draft: Draft) -> str:
    radius, high, foot = dice.uniform(0.12, 0.2), dice.uniform(0.3, 0.5), dice.uniform(0.5, 0.7)
    profile = bezier(
        [
            (radius * foot, 0),
            (radius * foot * 1.2, high * 0.3),
            (radius * 1.6, high * 0.75),
            (radius * 0.5, high * 0.95),
            (radius * 0.55, high),
        ],
        16,
    )
    draft.add("body", revolve(profile, segments=24, closed=True))
    lidded, ears = dice.chance(0.6), dice.chance(0.4)
    if lidded:
        draft.add(
            "lid", revolve([(radius * 0.6, high), (radius * 0.6, high + 0.05), (radius * 0.3, high + 0.1), (0.0, high + 0.11)], segments=20)
        )
        draft.add("knob", ellipsoid((0.025, 0.025, 0.025), (0, high + 0.12, 0), 8))
    if ears:
        draft.add(
            "handle",
            *[
                tube(arc((s * radius * 0.85, high * 0.78, 0), radius * 0.25, 90 - 110 * s, 90 - 110 * s + 220 * s, "xy", 9), 0.012, 6)
                for s in (-1, 1)
            ],
        )
    return describe("jar", ["bulging", "ceramic"], ["a domed lid" if lidded else "a wide mouth", "two ears" if ears else ""])


@POT.style("cooking", 2.0)
def _cooking_pot(dice: Dice, draft: Draft) -> str:
    radius, ratio, wall = dice.uniform(0.09, 0.17), dice.uniform(0.6, 1.7), 0.006
    high = radius * ratio
    profile = [(radius * 0.92, 0), (radius, high * 0.12), (radius, high), (radius - wall, high), (radius - wall, wall), (0.0, wall)]
    draft.add("body", revolve(profile, segments=24))
    for s in (-1, 1):
        loop = [
            (s * radius, high * 0.8, -0.04),
            (s * (radius + 0.045), high * 0.82, -0.035),
            (s * (radius + 0.045), high * 0.82, 0.035),
            (s * radius, high * 0.8, 0.04),
        ]
        draft.add("handle", tube(loop, 0.007, 6))
    lidded = dice.chance(0.55)
    if lidded:
        draft.add(
            "lid",
            revolve(
                [(radius * 1.02, high), (radius * 0.9, high + 0.02), (radius * 0.4, high + radius * 0.22), (0.0, high + radius * 0.26)],
                segments=22,
            ),
        )
        draft.add("knob", cylinder(0.015, 0.04, (0, high + radius * 0.26 + 0.015, 0), 10))
    return describe(
        "pot", ["cooking", size_word(ratio, 0.9, 1.3, "shallow", "deep")][::-1], ["two handles", "a lid" if lidded else "an open top"]
    )


@POT.style("saucepan", 1.2)
def _saucepan(dice: Dice, draft: Draft) -> str:
    radius, ratio, wall = dice.uniform(0.07, 0.13), dice.uniform(0.5, 1.2), 0.005
    high, reach = radius * ratio, dice.uniform(0.14, 0.22)
    draft.add(
        "body",
        revolve(
            [(radius * 0.9, 0), (radius, high * 0.15), (radius * 1.02, high), (radius - wall, high), (radius - wall, wall), (0.0, wall)],
            segments=24,
        ),
    )
    lift = dice.uniform(0.0, 0.05)
    draft.add(
        "handle",
        tube(
            [(0, high * 0.85, radius), (0, high * 0.9 + lift * 0.5, radius + reach * 0.4), (0, high * 0.9 + lift, radius + reach)],
            [0.008, 0.012, 0.014],
            7,
        ),
    )
    lidded = dice.chance(0.35)
    if lidded:
        draft.add("lid", revolve([(radius * 1.04, high), (radius * 0.5, high + 0.02), (0.0, high + 0.028)], segments=22))
        draft.add("knob", ellipsoid((0.014, 0.014, 0.014), (0, high + 0.04, 0), 8))
    return describe("pot", ["small", "cooking"], ["one long handle", "a lid" if lidded else ""])


@BAG.style("sack", 0.8)
def _sack(dice: Dice, draft: Draft) -> str:
    """A limp body that sags over its own foot, gathered at the neck by a cord."""
    high, wide, sides = 1.0, dice.uniform(0.32, 0.5), 24
    neck, tuft, sag = wide * dice.uniform(0.14, 0.35), dice.uniform(0.1, 0.28), dice.uniform(0.0, 0.3)
    heights = np.array([0.0, 0.03, 0.15, 0.35, 0.55, 0.75, 0.9, 1.0, 1.0 + tuft * 0.5, 1.0 + tuft])
    spread = wide * np.array([0.7, 0.88, 1.0 + sag * 0.3, 1.0, 0.92, 0.75 - sag * 0.3, 0.45 - sag * 0.2, 0, 0, 0])
    flare = neck * dice.uniform(1.3, 2.6)
    spread[-3:] = neck, (neck + flare) / 2, flare
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    # Lumps below, pleats towards the neck and in the tuft.
    lumps = sum(dice.uniform(0.0, 0.06) * np.cos(k * angles + dice.uniform(0, 6)) for k in (2, 3, 5))
    pleats = np.interp(heights, [0, 0.5, 0.95, 1.0 + tuft], [0, 0.02, 0.16, 0.28])[:, None] * np.cos(dice.integer(6, 9) * angles)
    radius = spread[:, None] * (1 + lumps * np.interp(heights, [0, 0.8, 1], [1, 1, 0])[:, None] + pleats)
    deep, lean = dice.uniform(0.7, 1.0), dice.uniform(0.0, 0.3) * np.clip(heights - 0.5, 0, 1)
    rings = np.stack([radius * np.cos(angles) + lean[:, None], np.repeat(heights[:, None], sides, 1), radius * np.sin(angles) * deep], -1)
    draft.add("body", loft(rings, top=False))
    cord = np.column_stack([np.cos(angles) * neck * 1.1 + lean[7], np.full(sides, high), np.sin(angles) * neck * 1.1 * deep])
    draft.add("strap", tube(cord, dice.uniform(0.012, 0.03), 5, closed=True))
    ends = dice.chance(0.5)
    if ends:
        start = np.array([lean[7], high, neck * deep])
        for s in (-1, 1):
            line = bezier([start, start + np.array([s * 0.1, 0.05, 0.12]), start + np.array([s * 0.12, -dice.uniform(0.1, 0.3), 0.1])], 7)
            draft.add("strap", tube(line, 0.012, 5))
    squat = dice.uniform(0.75, 1.35)
    draft.change(lambda piece: piece * np.array([1.0, squat, 1.0]))
    draft.pose(dice, 0.8, ("x", 90), ("z", 80))
    return describe("bag", ["round" if squat < 0.95 else "", "sack-like"], ["a tied neck", "loose cord ends" if ends else ""])


@BACKPACK.style("small", 0.8)
def _daypack(dice: Dice, draft: Draft) -> str:
    """A flat pack with an arched or square top, its straps plain to see behind it."""
    width, high, deep = dice.uniform(0.22, 0.34), dice.uniform(0.3, 0.48), dice.uniform(0.07, 0.15)
    kind, narrow = dice.pick("arched", "arched", "square", "drawstring"), dice.uniform(0.7, 1.0)
    t = np.linspace(0, np.pi, 13)
    power = {"arched": dice.uniform(0.7, 1.0), "square": 0.25, "drawstring": 0.3}[kind]
    rise = high * (dice.uniform(0.25, 0.45) if kind == "arched" else 0.12)
    bow = np.column_stack([np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power * narrow, high - rise + rise * np.sin(t) ** power])
    outline = np.concatenate(
        [[(0.8, 0.0), (0.97, 0.04 * high), (1.0, high * 0.2)], bow, [(-1.0, high * 0.2), (-0.97, 0.04 * high), (-0.8, 0.0)]]
    )
    outline = (outline - (0, high / 2)) * (width / 2, 1.0)
    full = dice.uniform(0.6, 0.9)
    layers = ((0.86, -deep / 2), (0.98, -deep * 0.35), (1.0, deep * 0.1), (0.9, deep * 0.4), (full, deep / 2))
    draft.add(
        "body", loft(np.stack([np.column_stack([outline * s + np.array([0, high / 2]), np.full(len(outline), z)]) for s, z in layers]))
    )
    pocket = kind != "drawstring" and dice.chance(0.75)
    if pocket:
        tall, swell = high * dice.uniform(0.3, 0.5), deep * dice.uniform(0.3, 0.6)
        draft.add(
            "pocket",
            loft(
                rings_of(
                    superellipse(width * 0.75, swell * 2, 4.0),
                    [0.9, 1, 1, 0.8],
                    np.array([0.05, 0.2, 0.8, 1.0]) * tall,
                    [(0, deep * 0.4)] * 4,
                )
            ),
        )
    flap = kind == "square" and dice.chance(0.6)
    if flap:
        line = np.array(
            [(high, -deep * 0.4), (high * 1.02, deep * 0.3), (high * 0.9, deep * 0.58), (high * dice.uniform(0.4, 0.65), deep * 0.62)]
        )
        draft.add("pocket", surface(np.array([[(s * width * 0.46, y, z) for y, z in line] for s in (-1, 1)])))
    if kind == "drawstring":
        line = bezier([(width * 0.3, high * 0.98, 0), (width * 0.35, high * 0.7, -deep / 2 - 0.08), (width * 0.46, 0.02, -deep * 0.3)], 9)
        draft.add("strap", mirror(tube(line, 0.006, 5)))
    else:
        # A flat band for each shoulder and a loop to hang it by.
        out, half = dice.uniform(0.04, 0.13), np.array([dice.uniform(0.01, 0.018), 0, 0])
        marks = [(0.16, 0.93, 0.0), (0.26, 0.85, 1.3), (0.3, 0.4, 1.2), (0.36, 0.08, 0.0)]
        line = bezier([(x * width, y * high, -deep * 0.45 - out * share) for x, y, share in marks], 10)
        band = surface(np.stack([line - half, line + half]))
        draft.add("strap", mirror(band), mirror(band - np.array([0, 0, 0.008])))
        draft.add("strap", tube(arc((0, high * 0.97, -deep * 0.3), 0.035, 0, 180, "xy", 7), 0.008, 5))
    draft.pose(dice, 0.55, ("x", -90), ("x", 90), ("x", -25))
    words = "an arched top" if kind == "arched" else "a flap" if flap else "cords for straps" if kind == "drawstring" else "a square top"
    return describe(
        "backpack", ["small", "flat"], [words, "a front pocket" if pocket else "", "two shoulder straps" if kind != "drawstring" else ""]
    )
