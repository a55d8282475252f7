"""Lamps, shelves, boxes and other things about the house."""

import numpy as np

from recon_model.data.synthetic.furniture import add_fronts, add_legs, carcass
from recon_model.data.synthetic.primitives import (
    arc,
    bezier,
    box,
    copies,
    cylinder,
    ellipsoid,
    loft,
    revolve,
    ribbon,
    rod,
    rounded_box,
    slab,
    superellipse,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

BOOKSHELF = category("bookshelf", "frame shelf book")
CHEST = category("chest", "body lid strap lock")
LAMP = category("lamp", "base stem shade arm")
SIGN = category("sign", "board post")
WARDROBE = category("wardrobe", "body door handle leg")
TV_STAND = category("tv stand", "body shelf leg drawer handle")
GLASS_BOX = category("glass box", "frame pane base")
UMBRELLA = category("umbrella", "canopy stick handle")
CLOCK = category("clock", "case face hand")
BASKET = category("basket", "body handle")
BACKPACK = category("backpack", "body pocket strap")
LADDER = category("ladder", "rail rung")


@BOOKSHELF.style("plain", 3.0)
def _bookshelf(dice: Dice, draft: Draft) -> str:
    width, high, depth, count = dice.uniform(0.6, 1.6), dice.uniform(0.8, 2.2), dice.uniform(0.22, 0.42), dice.integer(2, 6)
    back, thick = dice.chance(0.65), dice.uniform(0.02, 0.04)
    draft.add("frame", *[box((thick, high, depth), (s * width / 2, high / 2, 0)) for s in (-1, 1)])
    levels = np.linspace(0.03, high, count + 1)
    draft.add("shelf", copies(box((width, thick, depth)), [(0, y, 0) for y in levels]))
    if back:
        draft.add("frame", box((width, high, 0.01), (0, high / 2, -depth / 2)))
    for x in np.linspace(-0.5, 0.5, dice.pick(2, 2, 2, 3, 4))[1:-1] * width:
        draft.add("frame", box((thick, high, depth), (x, high / 2, 0)))
    books = dice.chance(0.55)
    if books:
        for y in levels[:-1]:
            room = (levels[1] - levels[0]) * 0.8
            start, end = sorted((dice.uniform(-0.48, 0.48), dice.uniform(-0.48, 0.48)))
            xs = np.arange(start * width, end * width, dice.uniform(0.03, 0.09))
            draft.add("book", *[box((0.03, h, depth * 0.7), (x, y + h / 2, 0)) for x in xs for h in (room * dice.uniform(0.6, 1.0),)])
    return describe(
        "bookshelf",
        [size_word(high / width, 1.1, 1.8, "wide", "tall")],
        [f"{count} shelves", "books" if books else "", "an open back" if not back else ""],
    )


@BOOKSHELF.style("ladder", 0.5)
def _leaning(dice: Dice, draft: Draft) -> str:
    width, high, count = dice.uniform(0.5, 0.9), dice.uniform(1.4, 2.0), dice.integer(3, 5)
    for s in (-1, 1):
        draft.add(
            "frame",
            rod((s * width / 2, 0, 0.25), (s * width / 2, high, -0.15), 0.02, segments=4),
            rod((s * width / 2, 0, -0.2), (s * width / 2, high, -0.2), 0.02, segments=4),
        )
    for t in np.linspace(0.1, 0.92, count):
        depth = 0.42 * (1 - t) + 0.1
        draft.add("shelf", box((width, 0.025, depth), (0, t * high, -0.2 + depth / 2)))
    return describe("bookshelf", ["open"], [f"{count} shelves growing smaller upwards"])


@CHEST.style("treasure", 2.0)
def _chest(dice: Dice, draft: Draft) -> str:
    width, depth, high, curve = dice.uniform(0.8, 1.3), dice.uniform(0.5, 0.7), dice.uniform(0.3, 0.5), dice.chance(0.65)
    is_open = dice.chance(0.4)
    draft.add("body", *carcass(dice, width, high, depth, 0.0))
    angles = np.deg2rad(np.linspace(0, 180, 10))
    rise = dice.uniform(0.3, 0.5) * depth if curve else 0.08
    line = (
        np.column_stack([np.cos(angles) * depth / 2, np.sin(angles) * rise])
        if curve
        else np.array([(depth / 2, 0), (depth / 2, rise), (-depth / 2, rise), (-depth / 2, 0)])
    )
    lid = loft(np.array([[(x, y + high, z) for z, y in line] for x in (-width / 2, width / 2)]))
    if is_open:
        lid = turn(lid, "x", -dice.uniform(35, 100), (0, high, -depth / 2))
    draft.add("lid", lid)
    if dice.chance(0.6):
        draft.add("strap", *[box((0.06, high * 1.02, depth * 1.03), (s * width * 0.35, high / 2, 0)) for s in (-1, 1)])
    draft.add("lock", box((0.09, 0.1, 0.04), (0, high * 0.95, depth / 2 + 0.02)))
    return describe("chest", ["open" if is_open else "closed"], ["an arched lid" if curve else "a flat lid", "a lock"])


@LAMP.style("table", 1.5)
def _table_lamp(dice: Dice, draft: Draft) -> str:
    high, shade, tall = dice.uniform(0.35, 0.9), dice.uniform(0.18, 0.4), dice.uniform(0.18, 0.4)
    kind = dice.pick("stick", "vase", "ball")
    if kind == "stick":
        draft.add("base", revolve([(0.15, 0), (0.14, 0.03), (0.02, 0.05), (0.02, high)]))
    elif kind == "vase":
        draft.add("base", revolve([(0.1, 0), (0.15, high * 0.3), (0.12, high * 0.6), (0.03, high * 0.85), (0.02, high)]))
    else:
        draft.add("base", ellipsoid((0.16, 0.16, 0.16), (0, 0.15, 0), 12), rod((0, 0.2, 0), (0, high, 0), 0.02))
    top = shade * dice.uniform(0.4, 1.0)
    draft.add("shade", revolve([(shade, high - tall * 0.2), (top, high + tall * 0.8)], segments=dice.pick(18, 18, 6, 4), closed=False))
    reach = shade * 0.8 + top * 0.2  # of the shade's wall at the height of the stem's top, where a bar carries it
    draft.add("arm", rod((-reach, high, 0), (reach, high, 0), 0.008, segments=5))
    return describe("lamp", ["table"], [f"a {kind}-shaped foot", "a straight shade" if top > shade * 0.85 else "a conical shade"])


@LAMP.style("desk", 2.0)
def _desk_lamp(dice: Dice, draft: Draft) -> str:
    first, second, lean = dice.uniform(0.3, 0.6), dice.uniform(0.25, 0.5), dice.uniform(-25, 35)
    foot = dice.uniform(0.13, 0.24)
    draft.add("base", revolve([(foot, 0), (foot, 0.03), (foot * 0.3, 0.06)]))
    radius = dice.uniform(0.01, 0.03)
    a = np.deg2rad(90 + lean)
    elbow = np.array([0, np.sin(a) * first + 0.04, np.cos(a) * first])
    b = np.deg2rad(dice.uniform(5, 60))
    head = elbow + second * np.array([0, np.sin(b), np.cos(b)])
    if dice.chance(0.4):
        draft.add("arm", tube(bezier([(0, 0.04, 0), elbow + np.array([0, 0.25, 0]), head + np.array([0, 0.15, 0]), head], 10), radius, 6))
    else:
        draft.add(
            "arm", rod((0, 0.04, 0), elbow, radius), rod(elbow, head, radius), ellipsoid((radius * 2, radius * 2, radius * 2), elbow, 6)
        )
    size, deep = dice.uniform(0.1, 0.18), dice.uniform(0.15, 0.28)
    long = dice.chance(0.25)
    shade = (
        turn(cylinder(size * 0.6, deep * 2.2), "z", 90)
        if long
        else revolve([(size * 0.4, 0), (size * 0.5, -deep * 0.3), (size, -deep)], segments=16)
    )
    draft.add("shade", turn(shade, "x", -dice.uniform(0, 60)) + head)
    return describe("lamp", ["desk"], ["a bent arm", "a tube shade" if long else "a conical shade"])


@LAMP.style("floor", 1.0)
def _floor_lamp(dice: Dice, draft: Draft) -> str:
    high, foot = dice.uniform(1.3, 1.8), dice.uniform(0.14, 0.22)
    kind = dice.pick("shade", "bowl", "street", "pendant")
    if kind == "pendant":
        draft.add("stem", rod((0, 0, 0), (0, high * 0.5, 0), 0.01), cylinder(0.08, 0.03, (0, high * 0.5, 0)))
        draft.add("shade", revolve([(0.3, -0.25), (0.25, -0.1), (0.05, 0)], segments=18, closed=False))
        return "a pendant lamp hanging on a cord"
    draft.add("base", revolve([(foot, 0), (foot, 0.02), (0.02, 0.05)]))
    draft.add("stem", rod((0, 0, 0), (0, high, 0), 0.02))
    if kind == "street":
        draft.add("arm", tube(arc((0, high, 0.25), 0.25, 180, 30, "zy", 8), 0.02, 6))
        draft.add("shade", ellipsoid((0.1, 0.07, 0.2), (0, high + 0.1, 0.55), 10))
    elif kind == "bowl":
        draft.add("shade", revolve([(0.02, high), (0.22, high + 0.16)], segments=16, closed=False))
    else:
        draft.add("shade", revolve([(dice.uniform(0.18, 0.3), high - 0.2), (0.14, high + 0.12)], segments=18, closed=False))
    return describe("lamp", ["tall", "street" if kind == "street" else "floor"], ["a thin stem"])


@SIGN.style("post", 2.0)
def _sign(dice: Dice, draft: Draft) -> str:
    kind, size, high = dice.pick("square", "octagonal", "triangular", "round", "diamond"), dice.uniform(0.3, 0.8), dice.uniform(1.0, 2.6)
    sides, first = {"square": (4, 45), "octagonal": (8, 22.5), "triangular": (3, 90), "round": (20, 0), "diamond": (4, 0)}[kind]
    angles = np.deg2rad(first) + np.arange(sides) * 2 * np.pi / sides
    tall = dice.uniform(0.7, 1.3) if kind == "square" else 1.0
    outline = np.column_stack([np.cos(angles), np.sin(angles) * tall]) * size / 2 * (1.3 if kind == "square" else 1.1)
    board = loft(np.stack([np.column_stack([outline, np.full(sides, z)]) for z in (0.02, 0.05)]))
    draft.add("board", board + np.array([0, high, 0]))
    if dice.chance(0.3):
        draft.add("board", box((size * 0.8, size * 0.25, 0.02), (0, high - size * 0.8, 0.03)))
    draft.add("post", rod((0, 0, 0), (0, high + size * dice.uniform(0, 0.4), 0), dice.uniform(0.02, 0.05), segments=dice.pick(4, 8)))
    draft.pose(dice, 0.9, ("x", 90), ("z", 90))
    return describe("sign", [kind, "road"], ["a tall post" if high > 1.8 else "a post"])


@SIGN.style("wide", 1.0)
def _board_sign(dice: Dice, draft: Draft) -> str:
    width, tall, high, kind = (
        dice.uniform(0.8, 2.0),
        dice.uniform(0.5, 1.0),
        dice.uniform(0.6, 1.8),
        dice.pick("two posts", "hanging", "arrow"),
    )
    if kind == "arrow":
        draft.add(
            "board",
            ribbon(
                [(-width / 2, high), (width * 0.35, high), (width / 2, high + tall * 0.2)],
                [(-width / 2, high + tall * 0.4), (width * 0.35, high + tall * 0.4), (width / 2, high + tall * 0.2)],
                0.04,
            ),
        )
        draft.add("post", rod((0, 0, -0.03), (0, high + tall * 0.5, -0.03), 0.05))
    elif kind == "hanging":
        draft.add(
            "post", box((0.08, high + tall, 0.08), (-width * 0.4, (high + tall) / 2, 0)), box((width, 0.07, 0.07), (0, high + tall, 0))
        )
        draft.add("board", box((width * 0.7, tall * 0.6, 0.04), (width * 0.05, high + tall * 0.55, 0)))
    else:
        draft.add("post", *[box((0.08, high + tall, 0.06), (s * width * 0.4, (high + tall) / 2, 0)) for s in (-1, 1)])
        draft.add("board", box((width, tall, 0.05), (0, high + tall / 2, 0.05)))
    return describe(
        "sign", ["wide"], ["two posts" if kind == "two posts" else f"a {kind} board" if kind == "hanging" else "an arrow-shaped board"]
    )


@WARDROBE.style("doors")
def _wardrobe(dice: Dice, draft: Draft) -> str:
    width, high, depth, base = dice.uniform(0.8, 2.2), dice.uniform(1.7, 2.3), dice.uniform(0.45, 0.65), dice.uniform(0.02, 0.15)
    draft.add("body", *carcass(dice, width, high - base, depth, base))
    count = max(2, round(width / 0.5))
    add_fronts(dice, draft, (-width / 2, base, width / 2, high), depth / 2, 1, count, "door")
    add_legs(dice, draft, width, depth, base, 0.07, "square")
    draft.add("body", box((width * 1.04, 0.05, depth * 1.06), (0, high, 0)))
    return describe("wardrobe", ["tall"], [f"{count} doors"])


@TV_STAND.style("low")
def _tv_stand(dice: Dice, draft: Draft) -> str:
    width, high, depth, base = dice.uniform(0.9, 2.0), dice.uniform(0.35, 0.7), dice.uniform(0.35, 0.55), dice.uniform(0.0, 0.14)
    draft.add("body", *carcass(dice, width, high - base, depth, base, open_front=True))
    columns = dice.integer(1, 3)
    for x in np.linspace(-0.5, 0.5, columns + 1)[1:-1] * width:
        draft.add("body", box((0.02, high - base, depth), (x, (high + base) / 2, 0)))
    draft.add("shelf", box((width, 0.02, depth), (0, base + (high - base) * dice.uniform(0.4, 0.65), 0)))
    if dice.chance(0.5):
        add_fronts(dice, draft, (-width / 2, base, -width / 6, high), depth / 2, dice.integer(1, 2), 1)
    if base > 0.03:
        add_legs(dice, draft, width, depth, base, 0.05, "square")
    return describe("tv stand", ["low", "wide"], ["open shelves"])


@GLASS_BOX.style("case")
def _glass_box(dice: Dice, draft: Draft) -> str:
    width, depth, high, bar = dice.uniform(0.5, 1.5), dice.uniform(0.4, 1.0), dice.uniform(0.4, 1.6), dice.uniform(0.01, 0.04)
    x, z = width / 2, depth / 2
    places = [(s * x, t * z) for s, t in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    draft.add("frame", *[box((bar, high, bar), (a, high / 2, b)) for a, b in places])
    for y in (0, high):
        draft.add(
            "frame", *[box((width, bar, bar), (0, y, s * z)) for s in (-1, 1)], *[box((bar, bar, depth), (s * x, y, 0)) for s in (-1, 1)]
        )
    draft.add("pane", slab((-x, 0, -z), (x, high, z)))
    if dice.chance(0.4):
        draft.add("base", slab((-x, -high * dice.uniform(0.1, 0.6), -z), (x, 0, z)))
    return describe("glass box", [size_word(high / width, 0.6, 1.3, "flat", "tall")], ["thin panes"])


@UMBRELLA.style("open")
def _umbrella(dice: Dice, draft: Draft) -> str:
    radius, rise, high, ribs = dice.uniform(0.8, 1.1), dice.uniform(0.25, 0.5), dice.uniform(1.1, 2.0), dice.pick(6, 8, 12)
    t = np.linspace(0, 1, 6)
    draft.add("canopy", revolve(np.column_stack([radius * t[::-1] + 0.01, high - rise * t[::-1] ** 1.8]), segments=ribs, closed=False))
    draft.add("stick", rod((0, 0.1, 0), (0, high + 0.1, 0), 0.02))
    hook = dice.chance(0.6)
    draft.add("handle", tube(arc((0, 0.1, 0.1), 0.1, 180, 360, "zy", 8), 0.03, 6) if hook else cylinder(0.3, 0.04, (0, 0.1, 0)))
    return describe("umbrella", ["open"], [f"{ribs} ribs", "a hooked handle" if hook else "a standing foot"])


@CLOCK.style("wall")
def _clock(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("wall", "grandfather", "alarm")
    radius = 0.3
    face = turn(revolve([(radius, -0.04), (radius * 1.05, 0.0), (radius, 0.04)], segments=20), "x", 90)
    hands = [turn(box((0.015, length, 0.01), (0, length / 2, 0.06)), "z", dice.uniform(0, 360)) for length in (radius * 0.8, radius * 0.5)]
    if kind == "grandfather":
        draft.add(
            "case",
            slab((-0.25, 0, -0.15), (0.25, 0.35, 0.15)),
            slab((-0.18, 0.35, -0.12), (0.18, 1.5, 0.12)),
            slab((-0.26, 1.5, -0.15), (0.26, 2.1, 0.15)),
        )
        draft.add("face", face * 0.7 + np.array([0, 1.8, 0.15]))
        draft.add("hand", *[h * 0.7 + np.array([0, 1.8, 0.15]) for h in hands])
        return "a tall grandfather clock with a narrow case"
    draft.add("face", face)
    draft.add("hand", *hands)
    if kind == "alarm":
        draft.add(
            "case",
            *[ellipsoid((0.12, 0.08, 0.1), (s * 0.17, 0.32, 0), 8) for s in (-1, 1)],
            *[rod((s * 0.1, -0.25, 0), (s * 0.2, -0.4, 0), 0.03) for s in (-1, 1)],
        )
        draft.change(lambda piece: piece * np.array([1, 1, 1.8]))
    return describe("clock", [kind], ["two hands", "two bells" if kind == "alarm" else "a round face"])


@BASKET.style("handled")
def _basket(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.5, 0.9), dice.uniform(0.4, 0.7), dice.uniform(0.25, 0.5)
    outline = superellipse(width, depth, dice.uniform(2, 6), 20)
    levels = np.linspace(0, high, 4)
    grow = np.linspace(dice.uniform(0.6, 0.9), 1.0, 4)
    rings = np.stack([np.column_stack([outline[:, 0] * g, np.full(20, y), outline[:, 1] * g]) for g, y in zip(grow, levels, strict=True)])
    draft.add("body", loft(rings, top=False), *[tube(ring, 0.02, 5, closed=True) for ring in rings[1:]])
    handle = dice.chance(0.75)
    if handle:
        draft.add(
            "handle",
            tube(
                arc((0, 0, 0), 1.0, 0, 180, "xy", 12) * np.array([width / 2, dice.uniform(0.3, 0.5), 1]) + np.array([0, high, 0]), 0.025, 6
            ),
        )
    return describe("basket", [size_word(high / width, 0.4, 0.65, "shallow", "deep")], ["an arched handle" if handle else "an open top"])


@BACKPACK.style("school")
def _backpack(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.3, 0.4), dice.uniform(0.42, 0.6), dice.uniform(0.16, 0.26)
    draft.add("body", rounded_box((width, high, depth), 0.07, (0, high / 2, 0)))
    draft.add("pocket", rounded_box((width * 0.8, high * 0.45, 0.09), 0.04, (0, high * 0.28, depth / 2 + 0.03)))
    for s in (-1, 1):
        line = [
            (s * 0.08, high * 0.95, -depth / 2),
            (s * 0.11, high * 0.7, -depth / 2 - 0.14),
            (s * 0.13, high * 0.3, -depth / 2 - 0.12),
            (s * 0.13, 0.06, -depth / 2),
        ]
        draft.add("strap", tube(bezier(line, 9), 0.022, 6))
    draft.add("strap", tube(arc((0, high, -depth * 0.3), 0.06, 0, 180, "xy", 7), 0.012, 5))
    if dice.chance(0.4):
        draft.add(
            "pocket", *[rounded_box((0.07, high * 0.4, depth * 0.7), 0.03, (s * (width / 2 + 0.02), high * 0.25, 0)) for s in (-1, 1)]
        )
    return describe("backpack", [], ["two shoulder straps", "a front pocket"])


@LADDER.style("leaning")
def _ladder(dice: Dice, draft: Draft) -> str:
    width, high, count, step = dice.uniform(0.35, 0.5), dice.uniform(1.4, 3.0), dice.integer(5, 12), dice.chance(0.5)
    sides = (-1, 1) if step else (0,)
    for t in sides:
        foot = t * high * 0.22
        draft.add("rail", *[rod((s * width * 0.55, 0, foot), (s * width * 0.45, high, 0), 0.025, segments=4) for s in (-1, 1)])
        if t >= 0:
            draft.add(
                "rung",
                *[
                    rod((-width / 2, y * high, foot * (1 - y)), (width / 2, y * high, foot * (1 - y)), 0.02, segments=5)
                    for y in np.linspace(0.08, 0.95, count)
                ],
            )
    return describe("ladder", ["folding step" if step else "straight"], [f"{count} rungs"])


@UMBRELLA.style("closed", 0.6)
def _closed_umbrella(dice: Dice, draft: Draft) -> str:
    high, fat, ribs = dice.uniform(0.75, 1.0), dice.uniform(0.03, 0.07), dice.pick(6, 8)
    draft.add("stick", rod((0, -0.08, 0), (0, high + 0.2, 0), 0.009))
    draft.add("canopy", revolve([(0.012, 0), (fat, high * 0.55), (fat * 0.9, high * 0.75), (0.015, high * 0.8)], segments=ribs))
    draft.add("handle", tube(arc((0, high + 0.2, 0.05), 0.05, 180, 0, "zy", 9), 0.014, 6))
    draft.pose(dice, 0.6, ("x", 90), ("z", 90), ("x", 180))
    return describe("umbrella", ["closed"], ["a rolled canopy", "a hooked handle"])


@BASKET.style("laundry", 0.7)
def _laundry_basket(dice: Dice, draft: Draft) -> str:
    width, high, count = dice.uniform(0.35, 0.6), dice.uniform(0.4, 0.7), dice.integer(14, 26)
    outline, grow = superellipse(width, width * dice.uniform(0.7, 1.0), dice.uniform(2, 8), count), dice.uniform(1.0, 1.25)
    for share in np.linspace(0, 1, dice.integer(4, 8)):
        ring = outline * (1 + (grow - 1) * share)
        draft.add("body", tube(np.column_stack([ring[:, 0], np.full(count, share * high), ring[:, 1]]), 0.009, 5, closed=True))
    foot, top = (np.column_stack([outline[:, 0] * g, np.full(count, y), outline[:, 1] * g]) for g, y in ((1.0, 0.0), (grow, high)))
    draft.add("body", *[rod(a, b, 0.007, segments=4) for a, b in zip(foot, top, strict=True)])
    draft.add("handle", *[tube(arc((s * width * grow / 2, high, 0), 0.07, 0, 180, "zy", 8), 0.012, 6) for s in (-1, 1)])
    return describe("basket", ["laundry", "tall"], ["open wickerwork", "two handles"])


@BACKPACK.style("hiking", 0.7)
def _hiking_pack(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.3, 0.38), dice.uniform(0.6, 0.85), dice.uniform(0.2, 0.3)
    draft.add("body", rounded_box((width, high, depth), 0.06, (0, high / 2, 0)))
    draft.add("pocket", rounded_box((width * 1.05, 0.14, depth * 1.1), 0.05, (0, high + 0.04, 0.01)))
    draft.add("pocket", *[rounded_box((0.09, high * 0.4, depth * 0.6), 0.03, (s * (width / 2 + 0.03), high * 0.3, 0)) for s in (-1, 1)])
    roll = dice.chance(0.6)
    if roll:
        draft.add("pocket", turn(cylinder(0.08, width * 1.3, segments=14), "z", 90) + np.array([0, dice.pick(-0.06, high + 0.18), 0.02]))
    for s in (-1, 1):
        line = [(s * 0.08, high * 0.9, -depth / 2), (s * 0.12, high * 0.75, -depth / 2 - 0.14), (s * 0.14, high * 0.25, -depth / 2 - 0.12)]
        draft.add("strap", tube(bezier([*line, (s * 0.13, high * 0.1, -depth / 2)], 9), 0.024, 6))
    draft.add("strap", tube(arc((0, high * 0.1, -depth / 2), 1.0, 200, 340, "xz", 10) * np.array([width * 0.55, 1, 0.2]), 0.02, 5))
    return describe("backpack", ["tall", "hiking"], ["a top pocket", "a rolled mat" if roll else "side pockets"])


@WARDROBE.style("open", 0.6)
def _open_wardrobe(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.8, 1.8), dice.uniform(1.7, 2.2), dice.uniform(0.5, 0.65)
    draft.add("body", *carcass(dice, width, high, depth, 0.0, open_front=True, thickness=0.03))
    split = dice.uniform(-0.1, 0.25) * width
    draft.add("body", box((0.025, high, depth), (split, high / 2, 0)))
    for y in np.linspace(0, high, dice.integer(4, 6))[1:-1]:
        draft.add("body", slab((split, y, -depth / 2), (width / 2, y + 0.02, depth / 2)))
    draft.add("handle", rod((-width / 2, high * 0.88, 0), (split, high * 0.88, 0), 0.015))
    for x in np.linspace(-width * 0.45, split - 0.05, dice.integer(3, 9)):
        draft.add("body", box((0.03, high * dice.uniform(0.35, 0.6), depth * 0.75), (x, high * 0.6, 0)))
    if dice.chance(0.6):
        for s in (-1, 1):
            leaf = slab((0, 0.02, 0), (width / 2, high, 0.025)) if s < 0 else slab((-width / 2, 0.02, 0), (0, high, 0.025))
            draft.add("door", turn(leaf, "y", s * dice.uniform(60, 120)) + np.array([s * width / 2, 0, depth / 2]))
    return describe("wardrobe", ["open"], ["clothes on a rail", "shelves at one side"])


@TV_STAND.style("legs", 0.7)
def _tv_table(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.8, 1.6), dice.uniform(0.4, 0.6), dice.uniform(0.35, 0.5)
    levels = np.linspace(0.06, high, dice.integer(2, 3))
    glass = dice.chance(0.5)
    for y in levels:
        plate = superellipse(width, depth, dice.pick(3.0, 40.0), 24)
        draft.add("shelf", loft(np.stack([np.column_stack([plate[:, 0], np.full(24, t), plate[:, 1]]) for t in (y, y + 0.018)])))
    for s in (-1, 1):
        draft.add("leg", *[rod((s * width * 0.4, 0, t * depth * 0.35), (s * width * 0.4, high, t * depth * 0.35), 0.025) for t in (-1, 1)])
    return describe("tv stand", ["low", "glass" if glass else ""], [f"{('two', 'three')[len(levels) - 2]} plates", "four posts"])


@LADDER.style("rope", 0.3)
def _rope_ladder(dice: Dice, draft: Draft) -> str:
    width, high, count, sway = dice.uniform(0.3, 0.45), dice.uniform(1.5, 3.0), dice.integer(6, 12), dice.uniform(0.0, 0.15)
    ys = np.linspace(0, high, 20)
    swing = sway * np.sin(ys / high * np.pi * dice.uniform(1, 2))
    for s in (-1, 1):
        draft.add("rail", tube(np.column_stack([np.full(20, s * width / 2), ys, swing]), 0.012, 5))
    for y in np.linspace(0.05, 0.95, count) * high:
        z = float(np.interp(y, ys, swing))
        draft.add("rung", rod((-width * 0.58, y, z), (width * 0.58, y, z), 0.02, segments=6))
    return describe("ladder", ["hanging"], ["two ropes", f"{count} rungs"])


@GLASS_BOX.style("cabinet", 0.7)
def _showcase(dice: Dice, draft: Draft) -> str:
    width, depth, high, tall = dice.uniform(0.5, 1.4), dice.uniform(0.4, 0.7), dice.uniform(0.3, 1.0), dice.uniform(0.4, 0.9)
    x, z, bar = width / 2, depth / 2, dice.uniform(0.015, 0.03)
    draft.add("base", *[box((bar * 1.6, tall, bar * 1.6), (s * x * 0.94, -tall / 2, t * z * 0.92)) for s in (-1, 1) for t in (-1, 1)])
    draft.add("base", box((width, 0.05, depth)))
    slope = dice.pick(0.0, dice.uniform(0.2, 0.6)) * high
    outline = np.array([(z, 0), (z, high - slope), (-z, high), (-z, 0)])
    draft.add("pane", loft(np.array([[(s * x, y, w) for w, y in outline] for s in (-1, 1)])))
    for s in (-1, 1):
        loop = np.column_stack([np.full(4, s * x), outline[:, 1], outline[:, 0]])
        draft.add("frame", *[rod(a, b, bar / 2, segments=4) for a, b in zip(loop, np.roll(loop, -1, 0), strict=True)])
    draft.add("frame", *[rod((-x, y, w), (x, y, w), bar / 2, segments=4) for w, y in outline])
    return describe("glass box", ["show"], ["four legs", "a slanting top" if slope else "a flat top"])


@CHEST.style("plain", 1.0)
def _blanket_chest(dice: Dice, draft: Draft) -> str:
    width, depth, high, foot = dice.uniform(0.9, 1.5), dice.uniform(0.4, 0.6), dice.uniform(0.4, 0.6), dice.uniform(0.0, 0.12)
    draft.add("body", *carcass(dice, width, high, depth, foot))
    if foot > 0.03:
        draft.add("strap", *[box((0.08, foot, 0.08), (s * width * 0.45, foot / 2, t * depth * 0.4)) for s in (-1, 1) for t in (-1, 1)])
    panels = dice.integer(0, 3)
    for x in np.linspace(-0.5, 0.5, 2 * panels + 1)[1::2] * width * 0.95 if panels else ():
        draft.add("body", box((width / panels * 0.7, high * 0.65, 0.02), (x, foot + high / 2, depth / 2 + 0.01)))
    over, thick, is_open = dice.pick(1.0, 1.0, 1.04, 1.08), dice.uniform(0.02, 0.12), dice.chance(0.3)
    lid = box((width * over, thick, depth * over), (0, foot + high + thick / 2, 0))
    draft.add("lid", turn(lid, "x", -dice.uniform(40, 95), (0, foot + high, -depth / 2)) if is_open else lid)
    grips = dice.chance(0.5)
    if grips:
        draft.add("strap", *[tube(arc((s * width / 2, foot + high * 0.7, 0), 0.08, 180, 360, "zy", 8), 0.012, 5) for s in (-1, 1)])
    return describe("chest", ["open" if is_open else "", "wooden"], ["a flat lid", "handles at its ends" if grips else ""])
