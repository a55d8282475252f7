"""Further doors, windows, stairs, bridges, towers and the like, built in other ways than those of ``buildings`` and ``outdoors``."""

import numpy as np

from recon_model.data.synthetic.buildings import BRIDGE, CASTLE, CURTAIN, DOOR, FENCE, LIGHTHOUSE, MANTEL, STAIRS, WINDOW
from recon_model.data.synthetic.outdoors import TOWER
from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    box,
    cone,
    copies,
    cylinder,
    ellipsoid,
    loft,
    mirror,
    revolve,
    ribbon,
    rod,
    slab,
    sticks,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, describe


@DOOR.style("open", 0.5)
def _open_door(dice: Dice, draft: Draft) -> str:
    width, high, thick, rim = dice.uniform(0.75, 1.1), dice.uniform(1.9, 2.15), dice.uniform(0.04, 0.06), dice.uniform(0.06, 0.14)
    draft.add("frame", *[box((rim, high, rim * 1.3), (s * (width + rim) / 2, high / 2, 0)) for s in (-1, 1)])
    draft.add("frame", box((width + 2 * rim, rim, rim * 1.3), (0, high + rim / 2, 0)))
    hinge, swing = (-width / 2, 0.0, 0.0), dice.uniform(25, 100)
    leaf = [slab((-width / 2, 0, -thick / 2), (width / 2, high, thick / 2))]
    leaf += [box((width * 0.7, high * 0.36, thick * 1.4), (0, y * high, 0)) for y in (0.27, 0.73)]
    draft.add("leaf", *[turn(piece, "y", -swing, hinge) for piece in leaf])
    draft.add(
        "knob",
        *[turn(rod((width * 0.42, high * 0.48, 0), (width * 0.42, high * 0.48, s * 0.08), 0.02), "y", -swing, hinge) for s in (-1, 1)],
    )
    return describe("door", ["open"], ["a frame", "panels"])


@DOOR.style("glazed", 0.5)
def _glazed_door(dice: Dice, draft: Draft) -> str:
    leaves, width, high = dice.integer(1, 4), dice.uniform(0.7, 1.0), dice.uniform(1.9, 2.3)
    bar, rows = dice.uniform(0.05, 0.12), dice.integer(1, 5)
    for k in range(leaves):
        x, z = (k - (leaves - 1) / 2) * width * 0.97, 0.03 * (k % 2)
        draft.add("leaf", *[box((bar, high, 0.04), (x + s * (width - bar) / 2, high / 2, z)) for s in (-1, 1)])
        draft.add("leaf", *[box((width, bar, 0.04), (x, y, z)) for y in np.linspace(bar / 2, high - bar / 2, rows + 1)])
        draft.add("window", box((width, high, 0.008), (x, high / 2, z)))
        draft.add("knob", box((0.02, 0.2, 0.05), (x + width * 0.42, high * 0.48, z + 0.04)))
    return describe("door", ["sliding" if leaves > 1 else "", "glass"], [f"{leaves} panes side by side" if leaves > 1 else "one pane"])


@WINDOW.style("arched", 0.7)
def _arched_window(dice: Dice, draft: Draft) -> str:
    width, high, bar, deep = dice.uniform(0.6, 1.2), dice.uniform(0.8, 1.6), dice.uniform(0.04, 0.08), dice.uniform(0.05, 0.15)
    whole = dice.chance(0.25)
    bow = arc((0, high, 0), width / 2, 0, 360 if whole else 180, "xy", 24)
    draft.add("frame", tube(bow, bar / 2, 5))
    xs = np.linspace(-1, 1, 11) * width / 2
    rise = np.sqrt(np.clip((width / 2) ** 2 - xs**2, 0, None))
    low = high - rise if whole else np.zeros(11)
    draft.add("pane", ribbon(np.column_stack([xs, low]), np.column_stack([xs, high + rise]), 0.01))
    if not whole:
        draft.add("frame", *[box((bar, high, deep), (s * width / 2, high / 2, 0)) for s in (-1, 1)], box((width, bar, deep)))
        draft.add("sill", box((width * 1.2, bar, deep * 2.5), (0, -bar / 2, deep / 2)))
        draft.add("frame", *[box((width, bar * 0.6, deep * 0.6), (0, y * high, 0)) for y in np.linspace(0, 1, dice.integer(2, 4) + 1)[1:]])
    angles = np.linspace(0, np.pi, dice.integer(3, 6))[1:-1]
    draft.add(
        "frame", *[rod((0, high, 0), (np.cos(a) * width / 2, high + np.sin(a) * width / 2, 0), bar * 0.3, segments=4) for a in angles]
    )
    return describe("window", ["round" if whole else "arched"], ["bars like rays"])


@WINDOW.style("shutters", 0.6)
def _shuttered(dice: Dice, draft: Draft) -> str:
    width, high, bar, swing = dice.uniform(0.6, 1.1), dice.uniform(0.8, 1.4), dice.uniform(0.04, 0.07), dice.uniform(0, 60)
    draft.add("frame", *[box((bar, high, 0.08), (x * width, 0, 0)) for x in (-0.5, 0, 0.5)])
    draft.add("frame", *[box((width, bar, 0.08), (0, y * high, 0)) for y in (-0.5, dice.uniform(-0.1, 0.25), 0.5)])
    draft.add("pane", box((width, high, 0.01)))
    slats = dice.integer(6, 14)
    for s in (-1, 1):
        leaf = width * 0.5
        pieces = [box((0.04, high, 0.03), (s * (width / 2 + x * leaf), 0, 0.05)) for x in (0.05, 0.95)]
        pieces.append(
            copies(
                turn(box((leaf * 0.9, high / slats * 0.9, 0.01)), "x", 30),
                [(s * (width + leaf) / 2, (j + 0.5) / slats * high - high / 2, 0.05) for j in range(slats)],
            )
        )
        draft.add("sill", *[turn(piece, "y", -s * swing, (s * width / 2, 0, 0.05)) for piece in pieces])
    return describe("window", [], ["two slatted shutters"])


@CURTAIN.style("blind", 0.6)
def _blind(dice: Dice, draft: Draft) -> str:
    width, high, kind = dice.uniform(0.6, 1.6), dice.uniform(0.8, 1.8), dice.pick("slats", "roller", "gathered")
    draft.add("rail", box((width * 1.04, 0.06, 0.06), (0, high, 0)))
    if kind == "slats":
        count = dice.integer(10, 26)
        slat = turn(box((width, 0.004, high / count * 1.1)), "x", dice.uniform(0, 70))
        draft.add("cloth", copies(slat, [(0, (k + 0.5) / count * high, 0) for k in range(count)]))
    elif kind == "roller":
        draft.add("rail", turn(cylinder(0.05, width, segments=12), "z", 90) + np.array([0, high, 0]))
        draft.add("cloth", box((width, high, 0.004), (0, high / 2, 0)), box((width, 0.04, 0.02)))
    else:
        v, folds = np.linspace(0, 1, 40), dice.integer(3, 7)
        depth = dice.uniform(0.04, 0.1) * np.abs(np.sin(v * folds * np.pi))
        line = [np.column_stack([np.full(40, s * width / 2), v * high, depth]) for s in (-1, 1)]
        draft.add("cloth", surface(np.stack(line)))
    return describe("curtain", ["blind-like", "flat"], [{"slats": "level slats", "roller": "a roller", "gathered": "gathered folds"}[kind]])


@FENCE.style("rails", 1.0)
def _rail_fence(dice: Dice, draft: Draft) -> str:
    width, high, posts, rails = dice.uniform(2, 4), dice.uniform(0.8, 1.4), dice.integer(2, 5), dice.integer(2, 4)
    thick = dice.uniform(0.06, 0.12)
    draft.add("post", *[box((thick, high, thick), (x * width, high / 2, 0)) for x in np.linspace(-0.5, 0.5, posts)])
    draft.add("rail", *[box((width, thick * 0.9, thick * 0.4), (0, y * high, thick * 0.6)) for y in np.linspace(0.25, 0.92, rails)])
    cross = dice.chance(0.3)
    if cross:
        for x0, x1 in zip(np.linspace(-0.5, 0.5, posts)[:-1], np.linspace(-0.5, 0.5, posts)[1:], strict=True):
            draft.add(
                "rail", *[rod((x0 * width, a * high, 0), (x1 * width, b * high, 0), thick * 0.3) for a, b in ((0.1, 0.9), (0.9, 0.1))]
            )
    return describe("fence", ["rail"], [f"{rails} level rails", "crossed boards" if cross else ""])


@FENCE.style("iron", 1.0)
def _iron_fence(dice: Dice, draft: Draft) -> str:
    width, high, count = dice.uniform(1.5, 3.0), dice.uniform(0.9, 1.6), dice.integer(12, 26)
    mesh = dice.chance(0.35)
    draft.add("post", *[rod((s * width / 2, 0, 0), (s * width / 2, high * 1.1, 0), 0.035) for s in (-1, 1)])
    if mesh:
        for k in range(-count, count):
            x = k / count * width
            for s in (-1, 1):
                low, top = np.clip([x, x + s * high], -width / 2, width / 2)
                ends = [(low, abs(low - x), 0.0), (top, abs(top - x), 0.0)]
                if abs(top - low) > 0.01:
                    draft.add("rail", rod(ends[0], ends[1], 0.006, segments=3))
    else:
        for x in np.linspace(-0.5, 0.5, count) * width:
            draft.add("post", rod((x, 0.05, 0), (x, high, 0), 0.012, segments=5), cone(0.03, 0.0, 0.1, (x, high, 0), 5))
    draft.add("rail", *[box((width, 0.03, 0.03), (0, y * high, 0)) for y in (0.12, 0.9)])
    return describe("fence", ["wire" if mesh else "iron"], ["a diamond mesh" if mesh else "pointed bars"])


@CASTLE.style("tower house", 0.7)
def _tower_house(dice: Dice, draft: Draft) -> str:
    """One keep with turrets of several heights, pressed together, as in picture books."""
    count, size = dice.integer(3, 6), dice.uniform(1.0, 1.6)
    draft.add("wall", slab((-size, 0, -size), (size, size * dice.uniform(1.2, 2.0), size)))
    for k in range(count):
        a, radius = 2 * np.pi * k / count + dice.uniform(-0.3, 0.3), dice.uniform(0.3, 0.6)
        x, z, tall = np.cos(a) * size, np.sin(a) * size, size * dice.uniform(1.8, 3.6)
        draft.add("tower", cylinder(radius, tall, (x, tall / 2, z), 12), cylinder(radius * 1.2, 0.25, (x, tall, z), 12))
        draft.add("roof", cone(radius * 1.25, 0.0, radius * dice.uniform(1.8, 3.5), (x, tall + 0.1, z), 12))
    if dice.chance(0.5):
        draft.add("wall", slab((-size * 2, 0, -size * 2), (size * 2, size * 0.4, size * 2)))
    return describe("castle", ["fairy-tale"], [f"{count} pointed towers"])


@LIGHTHOUSE.style("skeleton", 0.4)
def _skeleton_lighthouse(dice: Dice, draft: Draft) -> str:
    high, foot, top = dice.uniform(4, 7), dice.uniform(0.9, 1.5), dice.uniform(0.4, 0.6)
    signs = ((1, 1), (-1, 1), (-1, -1), (1, -1))
    draft.add("tower", *[rod((s * foot, 0, t * foot), (s * top, high, t * top), 0.08) for s, t in signs])
    levels = np.linspace(0, 1, dice.integer(3, 5))
    reach = foot + (top - foot) * levels
    for j in range(len(levels) - 1):
        for (s, t), (u, v) in zip(signs, signs[1:] + signs[:1], strict=True):
            a = (s * reach[j], levels[j] * high, t * reach[j])
            draft.add("tower", rod(a, (u * reach[j + 1], levels[j + 1] * high, v * reach[j + 1]), 0.04, segments=4))
    draft.add("tower", cylinder(top * 0.4, high, (0, high / 2, 0), 10))
    draft.add("gallery", cylinder(top * 1.7, 0.12, (0, high, 0), 16))
    draft.add("lantern", cylinder(top * 0.8, 0.9, (0, high + 0.5, 0), 12), cone(top, 0.02, 0.6, (0, high + 0.95, 0), 12))
    return describe("lighthouse", ["iron"], ["an open frame", "a lantern on top"])


@MANTEL.style("chimney", 0.6)
def _chimney_mantel(dice: Dice, draft: Draft) -> str:
    width, high, depth, rise = dice.uniform(1.2, 2.0), dice.uniform(0.9, 1.2), dice.uniform(0.3, 0.6), dice.uniform(0.8, 1.6)
    draft.add("leg", *[slab((s * width * 0.5 - 0.12, 0, -depth / 2), (s * width * 0.5 + 0.12, high, depth / 2)) for s in (-1, 1)])
    draft.add("shelf", box((width + 0.4, 0.1, depth * 1.3), (0, high, depth * 0.1)))
    half, neck = width * 0.5, width * dice.uniform(0.2, 0.45)
    low = np.array([(-half, high, depth / 2), (half, high, depth / 2), (half, high, -depth / 2), (-half, high, -depth / 2)])
    top = np.array([(-neck, high + rise, 0), (neck, high + rise, 0), (neck, high + rise, -depth / 2), (-neck, high + rise, -depth / 2)])
    draft.add("panel", loft(np.stack([low, top])), slab((-half, 0, -depth / 2 - 0.02), (half, high, -depth / 2)))
    draft.add("leg", box((width * 1.2, 0.08, depth * 1.9), (0, 0.0, depth * 0.3)))
    return describe("mantel", [], ["a hood that narrows to the chimney", "an open hearth"])


def _flight(draft: Draft, count: int, width: float, rise: float, going: float, kind: str, floor: float) -> None:
    """Steps that climb along +x from the origin; ``floor`` is where solid ones end."""
    end = np.array([count * going, count * rise, 0.0])
    if kind == "open":
        places = np.arange(count)[:, None] * (going, rise, 0) + (going / 2, rise, 0)
        draft.add("step", copies(box((going * 1.1, 0.045, width)), places))
        deep = np.array([0, 0.12])
        string = ribbon([-deep, end[:2] - deep], [deep, end[:2] + deep], 0.04)
        draft.add("side", copies(string, [(0, 0, s * width / 2) for s in (-1, 1)]))
        return
    marks = np.repeat(np.arange(count + 1), 2)
    top = np.column_stack([marks[:-1] * going, marks[1:] * rise])
    low = np.full(len(top), floor) if kind == "solid" else np.maximum(top[:, 0] / going * rise - 1.3 * rise, floor)
    draft.add("step", ribbon(np.column_stack([top[:, 0], low]), top, width))


def _handrail(dice: Dice, draft: Draft, line: Triangles, tall: float) -> None:
    """Balusters along a polyline (k, 3) of the floor with a rail over them."""
    steps = np.linspace(0, len(line) - 1, dice.integer(3, 9))
    foot = np.column_stack([np.interp(steps, np.arange(len(line)), line[:, k]) for k in range(3)])
    draft.add("rail", tube(line + np.array([0, tall, 0]), 0.03, 5), sticks(foot, foot + np.array([0, tall, 0]), 0.018, 0.018, 4))


@STAIRS.style("landing", 0.8)
def _landing_stairs(dice: Dice, draft: Draft) -> str:
    """Two flights with a landing where they turn by a quarter or by half."""
    width, rise, going = dice.uniform(0.75, 1.5), dice.uniform(0.15, 0.2), dice.uniform(0.23, 0.31)
    first, second, half_turn = dice.integer(3, 10), dice.integer(3, 10), dice.chance(0.5)
    kind, railed, gap, deep = dice.pick("solid", "open", "slab"), dice.chance(0.6), dice.uniform(0.0, 0.3), width * dice.uniform(0.9, 1.3)
    level, edge, w = first * rise, first * going, width / 2
    _flight(draft, first, width, rise, going, kind, 0.0)
    wide = 2 * width + gap if half_turn else width
    draft.add("step", slab((edge, 0.0 if kind == "solid" else level - 0.15, -w), (edge + deep, level, wide - w)))
    if kind == "open":
        draft.add("side", *[box((0.08, level, 0.08), (x, level / 2, z)) for x in (edge + 0.05, edge + deep - 0.05) for z in (-w, wide - w)])
    start = len(draft.pieces)
    _flight(draft, second, width if half_turn else deep, rise, going, kind, -level)
    quarter = 180.0 if half_turn else -90.0
    place = np.array([edge, level, width + gap]) if half_turn else np.array([edge + deep / 2, level, w])
    draft.change(lambda piece: turn(piece, "y", quarter) + place, start)
    if railed:
        tall, up = dice.uniform(0.8, 1.0), second * rise
        run = np.array([-second * going, up, 0]) if half_turn else np.array([0, up, second * going])
        inner = (edge, level, w)
        outer = np.array([(edge + deep, level, -w), (edge + deep, level, wide - w)])
        _handrail(dice, draft, np.array([(0, 0, -w), (edge, level, -w), outer[0]]), tall)
        _handrail(dice, draft, np.array([(0, 0, w), inner]), tall)
        far = np.array([outer[1], outer[1] - (deep, 0, 0)]) if half_turn else outer[1:]
        _handrail(dice, draft, np.concatenate([outer[:1], far, far[-1:] + run]), tall)
        near = np.array([(edge, level, w + gap)]) if half_turn else np.array([inner])
        _handrail(dice, draft, np.concatenate([near, near + run]), tall)
    draft.change(lambda piece: turn(piece, "y", 90))
    if dice.chance(0.5):
        draft.change(lambda piece: piece * np.array([-1, 1, 1]))
    return describe(
        "stairs",
        ["U-shaped" if half_turn else "L-shaped", kind if kind != "slab" else ""],
        [f"{first + second} steps", "a landing", "rails" if railed else ""],
    )


@CURTAIN.style("parted", 0.9)
def _parted_curtain(dice: Dice, draft: Draft) -> str:
    """Two cloths drawn to the sides: hanging straight, or held back by a band."""
    width, high, share = dice.uniform(1.0, 2.6), dice.uniform(1.1, 2.6), dice.uniform(0.16, 0.44)
    tied, lone, folds, deep = dice.chance(0.5), dice.chance(0.12), dice.uniform(4, 10), dice.uniform(0.03, 0.07)
    u, v = np.meshgrid(np.linspace(0, 1, 28), np.linspace(0, 1, 13), indexing="ij")
    band, held, flare = dice.uniform(0.3, 0.5), dice.uniform(0.2, 0.4), dice.uniform(0.5, 0.9)
    # The free edge falls from the rail in a curve to the band and spreads a little below it.
    above = np.clip((v - band) / (1 - band), 0, 1) ** 1.6
    below = np.clip(1 - v / band, 0, 1) ** 0.7
    pinch = np.where(v > band, held + (1 - held) * above, held + (flare - held) * below) if tied else 1 - 0.1 * (1 - v)
    for s in (1,) if lone else (-1, 1):
        phase = dice.uniform(0, 3)
        x = s * width * (0.5 - u * share * pinch)
        draft.add("cloth", surface(np.stack([x, v * high, deep * np.sin(u * folds * 2 * np.pi + phase) * (0.6 + 0.4 * pinch)], -1)))
        if tied:
            middle = (s * width * (0.5 - share * held / 2), band * high, 0)
            draft.add(
                "cloth",
                tube(arc((0, 0, 0), 1.0, 0, 345, "xz", 12) * (width * share * held * 0.55, 1, deep * 1.4) + middle, 0.03, 5, closed=True),
            )
    top = dice.pick("pole", "pole", "valance", "box", "none")
    if top == "pole":
        draft.add("rail", rod((-width * 0.56, high + 0.02, 0), (width * 0.56, high + 0.02, 0), 0.02))
        draft.add("rail", *[ellipsoid((0.05, 0.04, 0.04), (s * width * 0.57, high + 0.02, 0), 8) for s in (-1, 1)])
    elif top == "valance":
        drop, swags, t = dice.uniform(0.1, 0.2) * high, dice.integer(1, 5), np.linspace(0, 1, 40)
        hem = high - drop * (0.5 + 0.5 * np.abs(np.sin(t * swags * np.pi)))
        x, z = (t - 0.5) * width * 1.04, 0.1 + 0.02 * np.sin(t * 40)
        draft.add("cloth", surface(np.stack([np.column_stack([x, y, z]) for y in (hem, np.full(40, high + 0.02))])))
    elif top == "box":
        draft.add("rail", box((width * 1.08, dice.uniform(0.08, 0.25), 0.2), (0, high, 0.02)))
    return describe(
        "curtain",
        ["parted", "tied back" if tied else "straight"],
        ["one panel" if lone else "two panels drawn to the sides", "a valance" if top == "valance" else ""],
    )


def _stone_arches(dice: Dice, draft: Draft, length: float, width: float) -> str:
    count, pier, hump = dice.integer(1, 6), dice.uniform(0.06, 0.2), dice.pick(0.0, dice.uniform(0.05, 0.16))
    bay = 1.0 / count
    span = bay * (1 - pier)
    t, springing = np.linspace(-1, 1, 13), 0.0 if count == 1 else dice.uniform(0.0, 0.6) * span
    bow = [0, *(springing + np.sqrt(1 - t**2) * span / 2 * dice.uniform(0.5, 1.0)), 0]
    ends = np.array([-1, *t, 1])
    xs = np.concatenate([[-0.56], *[(k + 0.5) * bay - 0.5 + ends * span / 2 for k in range(count)], [0.56]])
    low = np.concatenate([[0], *[bow] * count, [0]])
    top = low.max() + dice.uniform(0.03, 0.08) + hump * np.clip(1 - (2 * xs) ** 2, 0, 1)
    draft.add("pier", ribbon(np.column_stack([xs, low]) * length, np.column_stack([xs, top - 0.004]) * length, width))
    line = np.column_stack([xs, top]) * length
    draft.add("deck", ribbon(line, line + np.array([0, 0.02 * length]), width * 1.06))
    if dice.chance(0.7):
        wall = ribbon(line, line + np.array([0, 0.06 * length]), 0.05 * width)
        draft.add("deck", copies(wall, [(0, 0, s * width / 2) for s in (-1, 1)]))
    return describe("bridge", ["stone", "humped" if hump else ""], [f"{count} round arches" if count > 1 else "one round arch"])


@BRIDGE.style("arch", 0.9)
def _arch_bridge(dice: Dice, draft: Draft) -> str:
    length = dice.uniform(6, 14)
    width = length * dice.uniform(0.08, 0.22)
    if dice.chance(0.55):
        return _stone_arches(dice, draft, length, width)
    rise, level, count = length * dice.uniform(0.14, 0.3), length * dice.uniform(0.0, 0.08), dice.integer(7, 17)
    above = dice.pick(0.0, 1.0, dice.uniform(0.4, 0.8))  # share of the arch over the deck
    t = np.linspace(-1, 1, 17)
    deck = level + rise * (1 - above) + length * 0.03
    arch = np.column_stack([t * length * 0.46, level + rise * (1 - t**2)])
    thick = length * dice.uniform(0.01, 0.025)
    x = np.linspace(-0.92, 0.92, count) * length / 2
    y = level + rise * (1 - (x / (length * 0.46)).clip(-1, 1) ** 2)
    sides = (-1, 1) if above else (-0.8, 0.8)
    for s in sides:
        draft.add("pier", ribbon(arch - (0, thick), arch + np.array([0, thick]), thick * 2) + np.array([0, 0, s * width / 2]))
        starts, ends = (
            np.column_stack([x, y, np.full(count, s * width / 2)]),
            np.column_stack([x, np.full(count, deck), np.full(count, s * width / 2)]),
        )
        over = y > deck
        for part, rows, size in (("cable", over, 0.25), ("pier", ~over, 0.6)):
            if rows.any():
                draft.add(part, sticks(starts[rows], ends[rows], thick * size, thick * size, 4))
    if above > 0.6:
        high = y > deck + rise * above * 0.5
        draft.add("pier", *[box((thick, thick, width), (px, py, 0)) for px, py in zip(x[high], y[high], strict=True)])
    draft.add("deck", box((length, length * 0.02, width * 1.1), (0, deck, 0)))
    if dice.chance(0.5):
        draft.add("deck", *[box((length, length * 0.03, width * 0.04), (0, deck + length * 0.02, s * width * 0.53)) for s in (-1, 1)])
    draft.add("pier", *[slab((s * length * 0.46, 0, -width * 0.55), (s * length * 0.52, deck, width * 0.55)) for s in (-1, 1)])
    where = {0.0: "below", 1.0: "above"}.get(above, "through")
    return describe("bridge", ["steel" if above else ""], [f"an arch {where} the deck", "hangers" if above else "columns on the arch"])


@BRIDGE.style("truss", 0.8)
def _truss_bridge(dice: Dice, draft: Draft) -> str:
    length, bays, kind = dice.uniform(6, 14), 2 * dice.integer(2, 6), dice.pick("warren", "pratt", "crossed")
    width, tall, bowed = length * dice.uniform(0.1, 0.22), length * dice.uniform(0.1, 0.2), dice.chance(0.3)
    x = np.linspace(-0.5, 0.5, bays + 1) * length
    top = tall * (1 - (1.9 * x / length) ** 2 * 0.75) if bowed else np.full(bays + 1, tall)
    low, high = np.column_stack([x, np.zeros(bays + 1)]), np.column_stack([x, top])[1:-1]
    thick, left = length * dice.uniform(0.005, 0.014), np.arange(bays + 1) < bays / 2
    posts = np.stack([low[1:-1], high], 1)
    chords = np.concatenate(
        [np.stack([low[:-1], low[1:]], 1), np.stack([high[:-1], high[1:]], 1), [(low[0], high[0]), (low[-1], high[-1])]]
    )
    falling, rising = np.stack([high[:-1], low[2:-1]], 1), np.stack([low[1:-2], high[1:]], 1)
    if kind == "warren":
        even = np.arange(bays - 2)[:, None, None] % 2 == 0
        webs = np.where(even, falling, rising)
    elif kind == "pratt":
        webs = np.where(left[1:-2, None, None], falling, rising)
    else:
        webs = np.concatenate([falling, rising])
    posted = kind != "warren" or dice.chance(0.5)
    bars = np.concatenate([webs, posts]) if posted else webs
    for s in (-1, 1):
        for rows, size in ((chords, thick), (bars, thick * 0.65)):
            flat = np.concatenate([rows, np.full((*rows.shape[:2], 1), s * width / 2)], 2)
            draft.add("truss", sticks(flat[:, 0], flat[:, 1], size, size, 4))
    below, roofed = dice.chance(0.25), dice.chance(0.8)
    if roofed:
        spots = np.column_stack([high, np.zeros(len(high))])
        draft.add("truss", copies(box((thick * 1.3, thick * 1.3, width)), spots))
    draft.add("deck", box((length * 1.03, length * 0.015, width * 1.05), (0, tall if below else 0.0, 0)))
    if dice.chance(0.5):
        deep = length * dice.uniform(0.06, 0.2)
        places = np.linspace(-0.5, 0.5, dice.pick(2, 2, 3)) * length
        draft.add("pier", *[box((length * 0.04, deep, width * 1.1), (p, -deep / 2 - thick, 0)) for p in places])
    return describe(
        "bridge", ["truss"], ["a bowed upper chord" if bowed else f"{kind} trusses", "the deck on top" if below else "a deck between them"]
    )


def _braced(corners: Triangles, thick: float) -> Triangles:
    """Chords and crossed bars of a square mast through ``corners`` (levels, 4, 3)."""
    ahead = np.roll(corners, -1, 1)
    chords = sticks(corners[:-1].reshape(-1, 3), corners[1:].reshape(-1, 3), thick, thick, 4)
    starts = np.concatenate([corners[:-1], ahead[:-1], corners[1:]]).reshape(-1, 3)
    ends = np.concatenate([ahead[1:], corners[1:], ahead[1:]]).reshape(-1, 3)
    return np.concatenate([chords, sticks(starts, ends, thick * 0.5, thick * 0.5, 3)])


@TOWER.style("splayed", 0.7)
def _splayed_tower(dice: Dice, draft: Draft) -> str:
    """Four curved piers that meet a third of the way up and go on as one mast: an iron tower as in Paris."""
    high, foot, curve, meet = 10.0, dice.uniform(1.5, 2.3), dice.uniform(2.6, 3.8), dice.uniform(0.3, 0.45)
    solid, thick, slim = dice.chance(0.35), dice.uniform(0.03, 0.07), dice.uniform(0.5, 0.65)

    def half(level: Triangles) -> Triangles:
        return foot * np.exp(-curve * level) * (1 - 0.3 * level)

    level = np.linspace(0, meet, 6)
    outer = half(level)
    inner = outer * slim * (1 - level / meet) ** 0.8
    pier = np.stack([np.column_stack([x, level * high, z]) for x, z in ((outer, outer), (outer, inner), (inner, inner), (inner, outer))], 1)
    upper = np.linspace(meet, 0.92, 7)
    mast = np.stack([np.column_stack([s * half(upper), upper * high, t * half(upper)]) for s, t in ((1, 1), (1, -1), (-1, -1), (-1, 1))], 1)
    for rings, copied in ((pier, True), (mast, False)):
        piece = loft(rings) if solid else _braced(rings, thick)
        draft.add("lattice", mirror(mirror(piece), 2) if copied else piece)
    decks = [meet * dice.uniform(0.4, 0.6), meet, 0.9][: dice.integer(2, 3)]
    for y in decks:
        size = 2.2 * float(half(np.array(y))) + 0.1
        draft.add("gallery", box((size, dice.uniform(0.15, 0.35), size), (0, y * high, 0)))
    arched = dice.chance(0.7)
    if arched:
        span = float(inner[0]) * 1.05
        bow = arc((0, 0, 0), 1.0, 5, 175, "xy", 10) * (span, min(decks[0] * high * 0.85, span), 1)
        for degrees in (0, 90, 180, 270):
            draft.add("lattice", turn(tube(bow + np.array([0, 0.2, (foot + outer[1]) / 2]), thick * 1.3, 4), "y", degrees))
    if dice.chance(0.4):
        block, middle = foot * (1 - slim) * 1.2, foot * (1 + slim) / 2
        draft.add("base", *[box((block, 0.25, block), (s * middle, 0, t * middle)) for s in (-1, 1) for t in (-1, 1)])
    draft.add("roof", revolve([(0.16, 9.1), (0.16, 9.4), (0.02, 9.7)], segments=8))
    draft.add("antenna", rod((0, 9.6, 0), (0, dice.uniform(10.0, 10.8), 0), 0.04))
    return describe(
        "tower",
        ["iron" if not solid else "tall"],
        ["four splayed legs", f"{len(decks)} platforms", "arches between the legs" if arched else ""],
    )


@TOWER.style("water", 0.7)
def _water_tower(dice: Dice, draft: Draft) -> str:
    """A tank held up high: a ball on a stem, a barrel on legs, or a concrete mushroom."""
    kind, radius = dice.pick("ball", "barrel", "barrel", "mushroom"), dice.uniform(1.0, 1.6)
    high, stem = dice.uniform(2.5, 6.0), dice.uniform(0.15, 0.35) * radius
    if kind == "ball":
        squat = radius * dice.uniform(0.6, 1.0)
        draft.add("base", cone(stem * dice.uniform(1.5, 3.0), stem, high * 0.25, segments=16))
        draft.add("shaft", cylinder(stem, high, (0, high / 2, 0), 14), cone(stem, stem * 2, squat * 0.4, (0, high - squat * 0.25, 0), 14))
        draft.add("gallery", ellipsoid((radius, squat, radius), (0, high + squat * 0.9, 0), 18))
        draft.add("antenna", cylinder(0.1, 0.2, (0, high + squat * 1.95, 0), 8))
        return describe("tower", ["water"], ["a ball-shaped tank", "one slender stem"])
    if kind == "mushroom":
        rise = dice.uniform(0.7, 1.4) * radius
        draft.add("shaft", revolve([(stem * 1.8, 0), (stem * 1.3, high * 0.3), (stem * 1.3, high)], segments=18))
        wide = radius * dice.uniform(1.0, 1.4)
        draft.add("gallery", revolve([(stem * 1.3, high * 0.95), (wide, high + rise), (wide, high + rise * 1.3)], segments=20))
        draft.add("roof", cone(wide * 1.02, 0.05, dice.uniform(0.02, 0.4) * radius, (0, high + rise * 1.3, 0), 20))
        return describe("tower", ["water"], ["a tank that widens upwards", "a concrete shaft"])
    legs, tall, lean = dice.integer(4, 8), dice.uniform(1.0, 2.0) * radius, dice.uniform(1.0, 1.4)
    angles = np.arange(legs) * 2 * np.pi / legs + np.pi / 4
    ring = np.column_stack([np.cos(angles), np.zeros(legs), np.sin(angles)]) * radius * 0.92
    levels = np.linspace(0, 1, dice.integer(2, 5))
    posts = np.stack([ring * (lean + (1 - lean) * y) + (0, y * high, 0) for y in levels])
    ahead = np.roll(posts, -1, 1)
    draft.add("lattice", sticks(posts[0], posts[-1], 0.07, 0.07, 5))
    draft.add("lattice", sticks(posts[1:].reshape(-1, 3), ahead[1:].reshape(-1, 3), 0.04, 0.04, 4))
    if dice.chance(0.7):
        starts, ends = np.concatenate([posts[:-1], ahead[:-1]]), np.concatenate([ahead[1:], posts[1:]])
        draft.add("lattice", sticks(starts.reshape(-1, 3), ends.reshape(-1, 3), 0.025, 0.025, 3))
    rounded = dice.chance(0.5)
    bottom = [(0.05, high - radius * 0.5), (radius * 0.7, high - radius * 0.3)] if rounded else [(radius, high)]
    draft.add("gallery", revolve([*bottom, (radius, high), (radius, high + tall)], segments=18))
    draft.add("roof", cone(radius * dice.uniform(1.0, 1.15), 0.03, radius * dice.uniform(0.2, 0.8), (0, high + tall, 0), 18))
    if dice.chance(0.5):
        draft.add("shaft", cylinder(0.15, high, (0, high / 2, 0), 8))
    return describe("tower", ["water"], [f"{legs} legs", "a barrel-shaped tank", "a pointed roof"])
