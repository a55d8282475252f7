"""Further doors, windows, fences, castles and lighthouses, built in other ways than those of ``buildings``."""

import numpy as np

from recon_model.data.synthetic.buildings import CASTLE, CURTAIN, DOOR, FENCE, LIGHTHOUSE, MANTEL, WINDOW
from recon_model.data.synthetic.primitives import arc, box, cone, copies, cylinder, loft, ribbon, rod, slab, surface, tube, turn
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
