"""Buildings and parts of them."""

import numpy as np

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    bezier,
    box,
    circle,
    cone,
    cylinder,
    ellipsoid,
    loft,
    prism,
    revolve,
    ribbon,
    rod,
    slab,
    superellipse,
    surface,
    tube,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

HOUSE = category("house", "wall roof chimney door window")
CHURCH = category("church", "wall roof tower dome")
LIGHTHOUSE = category("lighthouse", "tower lantern gallery house")
TENT = category("tent", "sheet pole rope ground")
DOOR = category("door", "leaf frame knob window")
STAIRS = category("stairs", "step side rail")
MANTEL = category("mantel", "shelf leg panel")
CURTAIN = category("curtain", "cloth rail")
FENCE = category("fence", "post rail")
BRIDGE = category("bridge", "deck pier cable truss")
CASTLE = category("castle", "wall tower roof")
WINDOW = category("window", "frame pane sill")


def gable(width: float, depth: float, level: float, rise: float, over: float = 0.0) -> Triangles:
    """A pitched roof over a rectangle, its ridge along z."""
    x, z = width / 2 + over, depth / 2 + over
    outline = np.array([(-x, level), (0.0, level + rise), (x, level)])
    return loft(np.array([[(a, b, s) for a, b in outline] for s in (-z, z)]))


def _openings(dice: Dice, draft: Draft, width: float, depth: float, high: float, base: float = 0.0) -> None:
    count = dice.integer(1, 4)
    xs = np.linspace(-0.35, 0.35, count) * width if count > 1 else np.array([0.25 * width])
    for z in (-depth / 2, depth / 2):
        draft.add("window", *[box((width * 0.12, high * 0.3, 0.06), (x, base + high * 0.55, z)) for x in xs])
    draft.add("door", box((width * 0.14, high * 0.6, 0.08), (0, base + high * 0.3, depth / 2)))


@HOUSE.style("gabled", 3.0)
def _house(dice: Dice, draft: Draft) -> str:
    width, depth, high, rise = dice.uniform(4, 7), dice.uniform(6, 14), dice.uniform(2.2, 5.0), dice.uniform(0.8, 3.0)
    kind = dice.pick("gable", "gable", "hip", "flat")
    draft.add("wall", slab((-width / 2, 0, -depth / 2), (width / 2, high, depth / 2)))
    over = dice.uniform(0.0, 0.6)
    if kind == "gable":
        draft.add("roof", gable(width, depth, high, rise, over))
    elif kind == "hip":
        draft.add(
            "roof",
            loft(
                np.array(
                    [
                        [(s * (width / 2 + over), high, t * (depth / 2 + over)) for s, t in ((1, 1), (-1, 1), (-1, -1), (1, -1))],
                        [(s * 0.1, high + rise, t * max(depth - width, 0.2) / 2) for s, t in ((1, 1), (-1, 1), (-1, -1), (1, -1))],
                    ]
                )
            ),
        )
    else:
        draft.add("roof", box((width + over, 0.3, depth + over), (0, high + 0.1, 0)))
    _openings(dice, draft, width, depth, high)
    annex = dice.chance(0.6)
    if annex:
        w, d, h = dice.uniform(2.5, 5), dice.uniform(3, 6), high * dice.uniform(0.5, 1.0)
        start = len(draft.pieces)
        draft.add("wall", slab((-w / 2, 0, -d / 2), (w / 2, h, d / 2)))
        draft.add("roof", gable(w, d, h, rise * 0.7, over) if kind != "flat" else box((w, 0.3, d), (0, h, 0)))
        draft.change(lambda piece: piece[..., [2, 1, 0]], start)
        draft.move((width / 2 + d / 2 - 0.5, 0, dice.uniform(-0.3, 0.3) * depth), start)
    chimney = dice.chance(0.5)
    if chimney:
        draft.add("chimney", box((0.6, rise + 1, 0.6), (width * 0.25, high + rise * 0.5 + 0.5, depth * 0.2)))
    if dice.chance(0.3):
        draft.add("wall", box((width * 2.2, 0.1, depth * 1.6), (0, -0.05, 0)))
    return describe(
        "house",
        ["two-storey" if high > 4.2 else ""],
        [f"a {kind} roof" if kind != "gable" else "a pitched roof", "a side wing" if annex else "", "a chimney" if chimney else ""],
    )


@HOUSE.style("block", 0.8)
def _block(dice: Dice, draft: Draft) -> str:
    for _ in range(dice.integer(2, 5)):
        w, d, h = dice.uniform(2, 6), dice.uniform(2, 6), dice.uniform(2, 5)
        x, z = dice.uniform(-3, 3), dice.uniform(-3, 3)
        draft.add("wall", slab((x - w / 2, 0, z - d / 2), (x + w / 2, h, z + d / 2)))
        draft.add("roof", box((w + 0.6, 0.25, d + 0.6), (x, h, z)))
    return describe("house", ["modern"], ["flat roofs", "stacked boxes"])


@HOUSE.style("wings", 1.5)
def _winged_house(dice: Dice, draft: Draft) -> str:
    """Two to four gabled parts across each other, none quite like the next, with what such houses have in front."""
    long, deep, high = dice.uniform(7, 13), dice.uniform(4, 7), dice.uniform(2.4, 5.2)
    steep, over, count = dice.uniform(0.25, 0.7), dice.uniform(0.0, 0.5), dice.integer(1, 3)
    draft.add("wall", slab((-deep / 2, 0, -long / 2), (deep / 2, high, long / 2)))
    draft.add("roof", gable(deep, long, high, steep * deep, over))
    for _ in range(count):
        wide, reach, level = dice.uniform(2.5, deep), dice.uniform(2.0, 6.0), high * dice.pick(1.0, dice.uniform(0.5, 1.1))
        side, place = dice.pick(-1, 1), dice.uniform(-0.5, 0.5) * (long - wide)
        start = len(draft.pieces)
        draft.add("wall", slab((-wide / 2, 0, 0), (wide / 2, level, deep / 2 + reach)))
        draft.add("roof", gable(wide, deep / 2 + reach, level, steep * wide, over) + np.array([0, 0, (deep / 2 + reach) / 2]))
        draft.pieces[start:] = [piece[..., [2, 1, 0]] * np.array([side, 1, 1]) for piece in draft.pieces[start:]]
        draft.move((0, 0, place), start)
    porch = dice.chance(0.4)
    if porch:
        out, wide, level = dice.uniform(1.2, 2.5), dice.uniform(0.3, 1.0) * long, high * dice.uniform(0.5, 0.8)
        draft.add("roof", box((out, 0.12, wide), (deep / 2 + out / 2, level, 0)))
        posts = [(deep / 2 + out * 0.92, level / 2, z) for z in np.linspace(-0.48, 0.48, dice.integer(2, 6)) * wide]
        draft.add("wall", *[box((0.15, level, 0.15), post) for post in posts])
    tower = dice.chance(0.25)
    if tower:
        size, top, x, z = dice.uniform(1.5, 3), high + dice.uniform(0.5, 3), dice.pick(-1, 1) * deep / 2, dice.pick(-1, 1) * long * 0.4
        draft.add("wall", slab((x - size / 2, 0, z - size / 2), (x + size / 2, top, z + size / 2)))
        draft.add("roof", cone(size * 0.8, 0.0, size * dice.uniform(0.4, 1.2), (x, top, z), 4))
    if dice.chance(0.5):
        draft.add("chimney", box((0.6, 2.0, 0.6), (deep * 0.2, high + steep * deep * 0.6, dice.uniform(-0.4, 0.4) * long)))
    return describe(
        "house",
        ["two-storey" if high > 4.2 else "rambling"],
        [f"{count + 1} gables", "a porch" if porch else "", "a corner tower" if tower else ""],
    )


@CHURCH.style("steeple", 1.2)
def _church(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(4, 7), dice.uniform(8, 14), dice.uniform(3.5, 6)
    draft.add("wall", slab((-width / 2, 0, -depth / 2), (width / 2, high, depth / 2)))
    draft.add("roof", gable(width, depth, high, dice.uniform(2, 4), 0.2))
    count = dice.pick(1, 1, 2)
    side, tall = dice.uniform(1.8, 3.0), high + dice.uniform(2, 7)
    for x in (0.0,) if count == 1 else (-width * 0.4, width * 0.4):
        z = depth / 2 + (side / 2 - 0.3 if count == 1 else 0)
        draft.add(
            "tower",
            slab((x - side / 2, 0, z - side / 2), (x + side / 2, tall, z + side / 2)),
            loft(
                np.array(
                    [
                        [(x + s * side / 2, tall, z + t * side / 2) for s, t in ((1, 1), (-1, 1), (-1, -1), (1, -1))],
                        [(x + s * 0.02, tall + side * dice.uniform(1, 2.5), z + t * 0.02) for s, t in ((1, 1), (-1, 1), (-1, -1), (1, -1))],
                    ]
                )
            ),
        )
    transept = dice.chance(0.4)
    if transept:
        start = len(draft.pieces)
        draft.add("wall", slab((-width * 0.4, 0, -width), (width * 0.4, high * 0.9, width)))
        draft.add("roof", gable(width * 0.8, width * 2, high * 0.9, 2))
        draft.change(lambda piece: piece[..., [2, 1, 0]], start)
        draft.move((0, 0, -depth * 0.2), start)
    return describe(
        "church", ["twin-towered" if count == 2 else ""], ["a pointed steeple", "a long nave", "a transept" if transept else ""]
    )


@CHURCH.style("domed", 2.0)
def _domed(dice: Dice, draft: Draft) -> str:
    size, high, radius = dice.uniform(6, 10), dice.uniform(2.0, 4.5), dice.uniform(2.0, 4.0)
    draft.add("wall", slab((-size / 2, 0, -size / 2), (size / 2, high, size / 2)))
    for k in range(dice.integer(0, 2)):
        draft.add(
            "wall",
            slab(
                (-size * (0.4 - 0.1 * k), high + 0.8 * k, -size * (0.4 - 0.1 * k)),
                (size * (0.4 - 0.1 * k), high + 0.8 * (k + 1), size * (0.4 - 0.1 * k)),
            ),
        )
    drum = high + dice.uniform(0.4, 1.8)
    squash = dice.uniform(0.6, 1.1)
    draft.add("dome", cylinder(radius, drum - high + 0.6, (0, (high + drum) / 2, 0), 18))
    half = [(radius * np.cos(a), drum + radius * squash * np.sin(a)) for a in np.linspace(0, np.pi / 2, 7)]
    draft.add(
        "dome", revolve(half, segments=20, closed=False), rod((0, drum + radius * squash, 0), (0, drum + radius * squash + 1.2, 0), 0.12)
    )
    count = dice.pick(0, 2, 4)
    for x, z in (circle(4) @ np.array([[0.7071, 0.7071], [-0.7071, 0.7071]]))[:count] * size * dice.uniform(0.6, 0.8):
        tall = dice.uniform(1.2, 3.0) * high
        draft.add("tower", cylinder(0.45, tall, (x, tall / 2, z), 8), cone(0.6, 0.0, 1.5, (x, tall, z), 8))
    if dice.chance(0.5):
        draft.add(
            "dome",
            *[
                ellipsoid((radius * 0.7, radius * 0.6, radius * 0.7), (s * size * 0.4, high, t * size * 0.0), 12)
                for s in (-1, 1)
                for t in (1,)
            ],
        )
    if dice.chance(0.4):
        draft.add("wall", slab((-size * 0.3, 0, size / 2), (size * 0.3, high * 0.7, size * 0.75)))
    return describe("church", ["domed"], ["a large dome", {0: "", 2: "two slender towers", 4: "four slender towers"}[count]])


@LIGHTHOUSE.style("round")
def _lighthouse(dice: Dice, draft: Draft) -> str:
    high, foot, top = dice.uniform(4, 8), dice.uniform(0.7, 1.3), dice.uniform(0.4, 0.65)
    sides = dice.pick(16, 16, 8, 4)
    middle = dice.uniform(0.9, 1.0)
    draft.add("tower", revolve([(foot, 0), ((foot + top) / 2 * middle, high * 0.5), (top, high)], segments=sides))
    draft.add("gallery", cylinder(top * dice.uniform(1.3, 1.7), 0.15, (0, high, 0), 16))
    if dice.chance(0.6):
        draft.add("gallery", revolve([(top * 1.4, high + 0.5), (top * 1.4, high + 0.56)], segments=16, closed=False))
    lamp = dice.uniform(0.6, 1.1)
    draft.add("lantern", cylinder(top * 0.7, lamp, (0, high + lamp / 2, 0), 12))
    draft.add(
        "lantern",
        cone(top * 0.9, 0.02, dice.uniform(0.4, 0.8), (0, high + lamp, 0), 12),
        rod((0, high + lamp, 0), (0, high + lamp + 1.1, 0), 0.04),
    )
    house = dice.chance(0.45)
    if house:
        w = dice.uniform(1.5, 2.5)
        draft.add(
            "house",
            slab((foot * 0.5, 0, -w / 2), (foot * 0.5 + w * 1.4, w * 0.7, w / 2)),
            gable(w, w * 1.4, w * 0.7, w * 0.4)[..., [2, 1, 0]] + np.array([foot * 0.5 + w * 0.7, 0, 0]),
        )
    if dice.chance(0.3):
        draft.add("house", revolve([(foot * 2.2, -0.8), (foot * 1.6, 0), (0.0, 0)], segments=12))
    return describe(
        "lighthouse", [size_word(high / foot, 5, 7, "squat", "slender")], ["a lantern on top", "a house beside it" if house else ""]
    )


@TENT.style("marquee", 1.2)
def _marquee(dice: Dice, draft: Draft) -> str:
    width, depth, high, peaks = dice.uniform(6, 12), dice.uniform(4, 8), dice.uniform(0.3, 1.6), dice.integer(1, 4)
    u, v = np.meshgrid(np.linspace(-1, 1, 17), np.linspace(-1, 1, 17), indexing="ij")
    lattice = np.stack([u * width / 2, np.full_like(u, high), v * depth / 2], -1)
    spots = [(dice.uniform(-0.6, 0.6), dice.uniform(-0.6, 0.6)) for _ in range(peaks)]
    for a, b in spots:
        lattice[..., 1] += dice.uniform(0.5, 1.8) * np.exp(-2.5 * np.hypot(u - a, v - b))
    lattice[..., 1] -= dice.uniform(0.1, 0.6) * np.maximum(np.abs(u), np.abs(v)) ** 3
    draft.add("sheet", surface(lattice))
    draft.add(
        "pole",
        *[
            rod((s * width / 2, 0, t * depth / 2), (s * width / 2, high, t * depth / 2), 0.05, segments=5)
            for s in (-1, 0, 1)
            for t in (-1, 1)
        ],
    )
    draft.add(
        "pole", *[rod((a * width / 2, 0, b * depth / 2), (a * width / 2, high + 1.2, b * depth / 2), 0.06, segments=5) for a, b in spots]
    )
    if dice.chance(0.4):
        draft.add("ground", box((width * 1.3, 0.05, depth * 1.3), (0, 0, 0)))
    return describe("tent", ["large", "open"], ["a peaked canopy", "poles"])


@TENT.style("camping", 1.2)
def _camping(dice: Dice, draft: Draft) -> str:
    width, depth, high, kind = dice.uniform(1.4, 2.4), dice.uniform(1.8, 3.0), dice.uniform(1.0, 1.6), dice.pick("ridge", "dome", "cone")
    if kind == "ridge":
        draft.add("sheet", gable(width, depth, 0.0, high))
        draft.add("rope", *[rod((0, high, s * depth / 2), (0, 0, s * depth * 0.9), 0.015, segments=4) for s in (-1, 1)])
    elif kind == "dome":
        half = [(np.cos(a), high * np.sin(a) ** 0.9) for a in np.linspace(0, np.pi / 2, 8)]
        draft.add("sheet", revolve(half, segments=dice.pick(6, 8, 20), closed=False) * np.array([width / 2, 1, depth / 2]))
    else:
        draft.add("sheet", revolve([(width * 0.6, 0), (0.05, high * 1.8)], segments=dice.pick(6, 8, 16), closed=False))
        draft.add("pole", *[rod((0, high * 1.6, 0), (x * 0.25, high * 2.1, z * 0.25), 0.02, segments=4) for x, z in circle(5)])
    if dice.chance(0.5):
        draft.add("ground", box((width * 1.1, 0.02, depth * 1.1), (0, 0, 0)))
    return describe("tent", ["camping"], [{"ridge": "a ridge", "dome": "a round dome", "cone": "a pointed top"}[kind]])


@DOOR.style("leaf")
def _door(dice: Dice, draft: Draft) -> str:
    width, high, thick = dice.uniform(0.75, 1.9), dice.uniform(1.8, 2.2), dice.uniform(0.04, 0.16)
    double, arched = dice.chance(0.25), dice.chance(0.25)
    width *= 1.7 if double else 1.0
    xs = np.linspace(-0.5, 0.5, 11) * width
    tops = high + (0.5 * width * np.sqrt(np.clip(1 - (2 * xs / width) ** 2, 0.0, 1)) if arched else 0 * xs)
    draft.add("leaf", ribbon(np.column_stack([xs, 0 * xs]), np.column_stack([xs, tops]), thick))
    panels = dice.integer(0, 3)
    columns = 2 if double or dice.chance(0.5) else 1
    for i in range(panels):
        for j in range(columns):
            draft.add(
                "leaf",
                box(
                    (width / columns * 0.7, high / panels * 0.7, thick * 1.6),
                    ((j - (columns - 1) / 2) * width / columns, (i + 0.5) * high / panels, 0),
                ),
            )
    if dice.chance(0.4):
        rim = dice.uniform(0.05, 0.14)
        draft.add("frame", *[box((rim, high, thick * 2.5), (s * (width + rim) / 2, high / 2, 0)) for s in (-1, 1)])
        if not arched:
            draft.add("frame", box((width + 2 * rim, rim, thick * 2.5), (0, high + rim / 2, 0)))
    draft.add(
        "knob", *[ellipsoid((0.03, 0.03, 0.04), ((0.05 if double else width * 0.42), high * 0.48, s * (thick + 0.03)), 6) for s in (-1, 1)]
    )
    if dice.chance(0.2):
        draft.add("window", prism(superellipse(width * 0.4, 0.3, 2.5), -thick, thick)[..., [0, 2, 1]] + np.array([0, high * 0.8, 0]))
    return describe(
        "door", ["double" if double else "", "arched" if arched else ""], ["raised panels" if panels else "a plain leaf", "a knob"]
    )


@STAIRS.style("straight")
def _stairs(dice: Dice, draft: Draft) -> str:
    count, width, rise, going = dice.integer(5, 15), dice.uniform(0.7, 1.6), dice.uniform(0.15, 0.2), dice.uniform(0.22, 0.3)
    kind = dice.pick("solid", "open", "spiral")
    for k in range(count):
        y, z = (k + 1) * rise, -k * going
        if kind == "solid":
            draft.add("step", slab((-width / 2, 0, z - going), (width / 2, y, z)))
        elif kind == "open":
            draft.add("step", box((width, 0.04, going * 1.1), (0, y, z)))
        else:
            a = np.deg2rad(k * 28)
            out = np.array([np.cos(a), 0, np.sin(a)])
            side = np.array([-np.sin(a), 0, np.cos(a)]) * 0.26 * width
            outer = out * width
            ring = np.stack([0.1 * out - side * 0.2, outer - side, outer + side, 0.1 * out + side * 0.2])
            draft.add("step", loft(np.stack([ring + np.array([0, y, 0]), ring + np.array([0, y + 0.05, 0])])))
    end = np.array([0, count * rise, -(count - 1) * going])
    if kind == "spiral":
        draft.add("side", cylinder(0.08, count * rise + 0.8, (0, (count * rise + 0.8) / 2, 0), 8))
    elif kind == "open":
        draft.add("side", *[rod((s * width / 2, 0, going), end + np.array([s * width / 2, 0, 0]), 0.05, segments=4) for s in (-1, 1)])
    if kind != "spiral" and dice.chance(0.5):
        for s in (-1, 1):
            draft.add("rail", rod((s * width / 2, 1.0, 0), end + np.array([s * width / 2, 0.9, 0]), 0.03, segments=5))
            draft.add(
                "rail",
                *[
                    rod((s * width / 2, (k + 1) * rise, -k * going), (s * width / 2, (k + 1) * rise + 0.85, -k * going), 0.02, segments=4)
                    for k in range(0, count, 2)
                ],
            )
    return describe("stairs", [kind], [f"{count} steps"])


@MANTEL.style("fireplace")
def _mantel(dice: Dice, draft: Draft) -> str:
    width, high, depth, leg = dice.uniform(1.2, 2.0), dice.uniform(0.95, 1.4), dice.uniform(0.15, 0.45), dice.uniform(0.14, 0.35)
    lintel = dice.uniform(0.15, 0.4)
    draft.add(
        "leg",
        *[slab((s * width / 2 - leg / 2 * (1 + s), 0, -depth / 2), (s * width / 2 + leg / 2 * (1 - s), high, depth / 2)) for s in (-1, 1)],
    )
    draft.add("panel", slab((-width / 2, high - lintel, -depth / 2), (width / 2, high, depth / 2)))
    draft.add("shelf", box((width * dice.uniform(1.02, 1.2), dice.uniform(0.04, 0.1), depth * 1.4), (0, high, depth * 0.15)))
    if dice.chance(0.4):
        draft.add("panel", slab((-width / 2, high, -depth / 2), (width / 2, high + dice.uniform(0.5, 1.2), 0)))
    if dice.chance(0.4):
        draft.add("leg", slab((-width * 0.55, -0.05, -depth / 2), (width * 0.55, 0.0, depth)))
    if dice.chance(0.4):
        draft.add("panel", slab((-width / 2, 0, -depth / 2 - 0.02), (width / 2, high, -depth / 2)))
    return describe("mantel", [], ["an open hearth", "a shelf"])


@CURTAIN.style("hanging")
def _curtain(dice: Dice, draft: Draft) -> str:
    width, high, folds, tied = dice.uniform(0.8, 2.4), dice.uniform(1.2, 2.4), dice.uniform(6, 14), dice.chance(0.35)
    u, v = np.meshgrid(np.linspace(0, 1, 50), np.linspace(0, 1, 12), indexing="ij")
    pair = tied or dice.chance(0.5)
    for s in (-1, 1) if pair else (0,):
        pinch = 1 - 0.65 * np.exp(-(((v - 0.4) / 0.2) ** 2)) if tied else np.ones_like(v)
        x = s * width / 2 - s * u * width * 0.48 * pinch if s else (u - 0.5) * width
        draft.add("cloth", surface(np.stack([x, v * high, dice.uniform(0.04, 0.1) * np.sin(u * folds * np.pi)], -1)))
    draft.add("rail", rod((-width * 0.56, high, 0), (width * 0.56, high, 0), 0.025))
    return describe("curtain", ["tied" if tied else "hanging"], ["two halves" if pair else "deep folds"])


@FENCE.style("picket")
def _fence(dice: Dice, draft: Draft) -> str:
    width, high, count = dice.uniform(1.5, 3.5), dice.uniform(0.7, 1.3), dice.integer(6, 16)
    point = dice.chance(0.6)
    for x in np.linspace(-0.5, 0.5, count) * width:
        w = width / count * 0.3
        tip = high * (0.1 if point else 0.0)
        draft.add(
            "post", ribbon([(x - w, 0), (x - w, high), (x - 0.001, high + tip)], [(x + w, 0), (x + w, high), (x + 0.001, high + tip)], 0.03)
        )
    draft.add("rail", *[box((width, 0.07, 0.04), (0, y * high, -0.03)) for y in (0.25, 0.75)])
    return describe("fence", ["picket" if point else "slatted"], ["two rails"])


@BRIDGE.style("span")
def _bridge(dice: Dice, draft: Draft) -> str:
    length, width, kind = dice.uniform(6, 12), dice.uniform(0.8, 1.6), dice.pick("arch", "suspension", "beam")
    draft.add("deck", box((length, 0.2, width), (0, 1.5, 0)))
    if kind == "suspension":
        for s in (-1, 1):
            for t in (-1, 1):
                draft.add("pier", rod((s * length * 0.25, 0, t * width / 2), (s * length * 0.25, 3.8, t * width / 2), 0.12))
                draft.add(
                    "cable",
                    tube(
                        bezier(
                            [
                                (s * length / 2, 1.6, t * width / 2),
                                (s * length * 0.3, 2.8, t * width / 2),
                                (s * length * 0.25, 3.8, t * width / 2),
                            ],
                            6,
                        ),
                        0.05,
                        5,
                    ),
                )
        for t in (-1, 1):
            path = bezier([(-length * 0.25, 3.8, t * width / 2), (0, -0.2, t * width / 2), (length * 0.25, 3.8, t * width / 2)], 12)
            draft.add("cable", tube(path, 0.05, 5), *[rod(p, (p[0], 1.5, p[2]), 0.02, segments=3) for p in path[1:-1]])
    elif kind == "arch":
        draft.add(
            "pier",
            *[
                tube(
                    arc((0, 0, t * width / 2), 1.0, 0, 180, "xy", 14) * np.array([length * 0.45, 1.5 * dice.uniform(0.9, 1.9), 1]), 0.15, 6
                )
                for t in (-1, 1)
            ],
        )
    else:
        draft.add("pier", *[box((0.3, 1.5, width * 0.8), (x, 0.75, 0)) for x in np.linspace(-0.4, 0.4, dice.integer(2, 5)) * length])
    draft.add("deck", *[box((length, 0.35, 0.05), (0, 1.7, t * width / 2)) for t in (-1, 1)])
    return describe("bridge", [kind], ["a long deck"])


@CASTLE.style("keep")
def _castle(dice: Dice, draft: Draft) -> str:
    size, high, radius = dice.uniform(3, 5), dice.uniform(1.2, 2.2), dice.uniform(0.5, 0.8)
    roofs = dice.chance(0.5)
    places = [(s * size / 2, t * size / 2) for s, t in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    for (x0, z0), (x1, z1) in zip(places, places[1:] + places[:1], strict=True):
        low, far = np.minimum((x0, z0), (x1, z1)), np.maximum((x0, z0), (x1, z1))
        draft.add("wall", slab((low[0] - 0.1, 0, low[1] - 0.1), (far[0] + 0.1, high, far[1] + 0.1)))
        tall = high * dice.uniform(1.3, 1.8)
        draft.add("tower", revolve([(radius, 0), (radius, tall), (radius * 1.15, tall), (radius * 1.15, tall + 0.3)], (x0, 0, z0), 12))
        if roofs:
            draft.add("roof", cone(radius * 1.2, 0.0, radius * 2.4, (x0, tall + 0.2, z0), 12))
    tall = high * dice.uniform(1.4, 2.4)
    draft.add("tower", box((size * 0.4, tall, size * 0.4), (0, tall / 2, 0)))
    return describe("castle", [], ["four corner towers", "pointed roofs" if roofs else "battlements"])


@WINDOW.style("framed")
def _window(dice: Dice, draft: Draft) -> str:
    width, high, bar, deep = dice.uniform(0.6, 1.6), dice.uniform(0.7, 1.6), dice.uniform(0.04, 0.09), dice.uniform(0.05, 0.15)
    columns, rows = dice.integer(1, 4), dice.integer(1, 4)
    draft.add("frame", *[box((bar, high, deep), (x, 0, 0)) for x in np.linspace(-0.5, 0.5, columns + 1) * width])
    draft.add("frame", *[box((width, bar, deep), (0, y, 0)) for y in np.linspace(-0.5, 0.5, rows + 1) * high])
    draft.add("pane", box((width, high, 0.01)))
    draft.add("sill", box((width * 1.15, bar, deep * 2.5), (0, -high / 2 - bar / 2, deep)))
    return describe("window", [], [f"{columns * rows} panes" if columns * rows > 1 else "one pane", "a sill"])
