"""Bottles, vases, mugs and other things turned on a wheel."""

import numpy as np

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    bezier,
    cylinder,
    ellipsoid,
    loft,
    revolve,
    rings_of,
    rod,
    superellipse,
    tube,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

BOTTLE = category("bottle", "body neck cap")
VASE = category("vase", "body foot handle")
MUG = category("mug", "body handle")
CUP = category("cup", "body handle stem")
BOWL = category("bowl", "body foot")
TEAPOT = category("teapot", "body spout handle lid")
ICE_CREAM = category("ice cream cone", "cone scoop")
CONE = category("cone", "body base")


def _smooth(points: list[tuple[float, float]], count: int = 14) -> Triangles:
    """A smooth profile (count, 2) through the neighbourhood of its (radius, height) points."""
    line = np.array(points)
    t = np.linspace(0, len(line) - 1, count)
    radius, height = np.interp(t, np.arange(len(line)), line[:, 0]), np.interp(t, np.arange(len(line)), line[:, 1])
    radius[1:-1] = (radius[:-2] + 2 * radius[1:-1] + radius[2:]) / 4
    return np.column_stack([radius, height])


def _hollow(profile: Triangles, wall: float) -> Triangles:
    """A profile that runs up outside, over the lip and down inside."""
    inside = profile[::-1].copy()
    inside[:, 0] = np.maximum(inside[:, 0] - wall, 0.0)
    inside[:, 1] = np.maximum(inside[:, 1], profile[0, 1] + wall)
    return np.concatenate([profile, inside])


@BOTTLE.style("round", 3.0)
def _bottle(dice: Dice, draft: Draft) -> str:
    radius, body, neck = dice.uniform(0.1, 0.22), dice.uniform(0.45, 0.8), dice.uniform(0.05, 0.1)
    shoulder, high = dice.uniform(0.04, 0.3), dice.uniform(0.08, 0.35)
    waist = dice.pick(1.0, 1.0, dice.uniform(0.8, 0.95))
    line = [
        (radius * 0.95, 0),
        (radius, 0.03),
        (radius * waist, body * 0.5),
        (radius, body),
        (neck + (radius - neck) * 0.4, body + shoulder * 0.7),
        (neck, body + shoulder),
        (neck, body + shoulder + high),
    ]
    profile = np.array(line) if dice.chance(0.5) else _smooth(line)
    cap = dice.chance(0.5)
    if dice.chance(0.25):
        flat = superellipse(1.0, dice.uniform(0.45, 0.8), dice.uniform(2, 6), 18)
        draft.add("body", loft(rings_of(flat, profile[:, 0] * 2, profile[:, 1])))
    else:
        draft.add("body", revolve(profile, segments=18))
    top = float(profile[-1, 1])
    if cap:
        draft.add("cap", cylinder(neck * 1.15, dice.uniform(0.04, 0.1), (0, top, 0), 12))
    draft.pose(dice, 0.72, ("x", 90), ("z", 90), ("x", -90))
    return describe(
        "bottle",
        [size_word(top / radius, 4.2, 6, "squat", "slender")],
        ["a long neck" if high > 0.2 else "a short neck", "a cap" if cap else ""],
    )


@BOTTLE.style("jar", 0.7)
def _jar(dice: Dice, draft: Draft) -> str:
    radius, body = dice.uniform(0.22, 0.35), dice.uniform(0.4, 0.8)
    draft.add("body", revolve([(radius, 0), (radius, body), (radius * 0.75, body + 0.08)]))
    draft.add("cap", cylinder(radius * dice.uniform(0.5, 0.85), dice.uniform(0.08, 0.2), (0, body + 0.12, 0), 14))
    if dice.chance(0.3):
        draft.add("neck", rod((0, body, 0), (0, body + 0.4, 0), 0.03), rod((0, body + 0.4, 0), (0, body + 0.38, 0.15), 0.03))
    return describe("bottle", ["wide"], ["a broad cap"])


@VASE.style("turned", 3.0)
def _vase(dice: Dice, draft: Draft) -> str:
    kind, high = dice.pick("amphora", "flared", "bulb", "urn", "column", "goblet"), dice.uniform(0.7, 1.3)
    shapes = {
        "amphora": [(0.18, 0), (0.3, 0.25), (0.4, 0.55), (0.3, 0.75), (0.14, 0.85), (0.2, 1.0)],
        "flared": [(0.2, 0), (0.16, 0.2), (0.18, 0.5), (0.28, 0.8), (0.42, 1.0)],
        "bulb": [(0.2, 0), (0.42, 0.25), (0.4, 0.45), (0.15, 0.65), (0.1, 0.85), (0.16, 1.0)],
        "urn": [(0.25, 0), (0.12, 0.1), (0.4, 0.4), (0.45, 0.65), (0.3, 0.85), (0.4, 1.0)],
        "column": [(0.22, 0), (0.25, 0.4), (0.25, 0.8), (0.28, 1.0)],
        "goblet": [(0.3, 0), (0.08, 0.12), (0.08, 0.3), (0.35, 0.55), (0.45, 0.8), (0.5, 1.0)],
    }
    scale = dice.uniform(0.55, 1.3)
    line = [(r * scale * dice.uniform(0.85, 1.15), y * high) for r, y in shapes[kind]]
    profile = _smooth(line) if dice.chance(0.75) else np.array(line)
    draft.add("body", revolve(_hollow(profile, dice.uniform(0.01, 0.04)), segments=dice.pick(18, 18, 8), closed=True))
    handles = kind in ("amphora", "urn") and dice.chance(0.4)
    if handles:
        radius = profile[:, 0].max()
        for s in (-1, 1):
            draft.add(
                "handle",
                tube(
                    bezier(
                        [(s * radius * 0.5, high * 0.88, 0), (s * radius * 1.7, high * 0.95, 0), (s * radius * 0.95, high * 0.55, 0)], 8
                    ),
                    0.025,
                    6,
                ),
            )
    draft.pose(dice, 0.8, ("x", 90), ("z", 90), ("x", -90))
    return describe(
        "vase",
        [kind if kind not in ("column", "bulb") else {"column": "straight", "bulb": "bulbous"}[kind]],
        ["two handles" if handles else "an open mouth"],
    )


def _handle(dice: Dice, radius: float, low: float, high: float) -> Triangles:
    reach, thick = dice.uniform(0.35, 0.7) * (high - low), dice.uniform(0.025, 0.05)
    x = radius * 0.97
    if dice.chance(0.3):
        line = np.array([(x, high, 0), (x + reach, high, 0), (x + reach, low, 0), (x, low, 0)])
    else:
        line = bezier([(x, high, 0), (x + reach * 1.35, high + 0.05, 0), (x + reach * 1.35, low - 0.05, 0), (x, low, 0)], 10)
    return tube(line, thick, 6)


@MUG.style("straight", 2.0)
def _mug(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.3, 0.45), dice.uniform(0.55, 1.1)
    bulge = dice.pick(1.0, 1.0, dice.uniform(0.85, 1.15))
    profile = np.array([(radius, 0), (radius * bulge, high * 0.5), (radius, high)])
    draft.add("body", revolve(_hollow(profile, dice.uniform(0.02, 0.05)), segments=20))
    draft.add("handle", _handle(dice, radius * (1 + bulge) / 2, high * dice.uniform(0.12, 0.25), high * dice.uniform(0.75, 0.9)))
    draft.pose(dice, 0.85, ("x", 90), ("z", 90))
    return describe("mug", [size_word(high / radius, 1.7, 2.3, "wide", "tall")], ["a handle"])


@CUP.style("tea", 1.0)
def _cup(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.35, 0.5), dice.uniform(0.35, 0.6)
    profile = _smooth([(radius * 0.45, 0), (radius * 0.8, high * 0.4), (radius * 0.95, high * 0.75), (radius, high)])
    draft.add("body", revolve(_hollow(profile, 0.02), segments=20))
    draft.add("handle", _handle(dice, radius * 0.9, high * 0.35, high * 0.85))
    saucer = dice.chance(0.3)
    if saucer:
        draft.add("body", revolve([(0.2, -0.06), (0.7, 0.02), (0.68, 0.04), (0.0, -0.02)], segments=20))
    return describe("cup", ["tea"], ["a handle", "a saucer" if saucer else ""])


@CUP.style("glass", 1.4)
def _glass(dice: Dice, draft: Draft) -> str:
    high, foot, lip = dice.uniform(0.7, 1.1), dice.uniform(0.22, 0.34), dice.uniform(0.3, 0.45)
    stem = dice.chance(0.4)
    if stem:
        cup = dice.uniform(0.35, 0.55)
        profile = _smooth([(0.06, high - cup), (lip, high - cup * 0.6), (lip * dice.uniform(0.7, 1.1), high)])
        draft.add("stem", revolve([(0.32, 0), (0.3, 0.02), (0.04, 0.06), (0.04, high - cup)], segments=16))
    else:
        profile = np.array([(foot, 0), (lip, high)])
    draft.add("body", revolve(_hollow(profile, 0.015), segments=18))
    return describe("cup", ["stemmed" if stem else "plain"], ["a round foot" if stem else "straight sides"])


@BOWL.style("round")
def _bowl(dice: Dice, draft: Draft) -> str:
    radius, high, foot = dice.uniform(0.7, 1.0), dice.uniform(0.25, 0.75), dice.uniform(0.25, 0.5)
    t = np.linspace(0, 1, 9)
    profile = np.column_stack(
        [radius * (foot + (1 - foot) * np.sin(t * np.pi / 2) ** dice.uniform(0.6, 1.2)), high * (1 - np.cos(t * np.pi / 2))]
    )
    draft.add("body", revolve(_hollow(profile, dice.uniform(0.01, 0.05)), segments=22))
    ring = dice.chance(0.5)
    if ring:
        draft.add("foot", revolve([(radius * foot, -0.08), (radius * foot * 0.9, 0.02)], segments=18, closed=False))
    return describe("bowl", [size_word(high / radius, 0.4, 0.65, "shallow", "deep")], ["a foot ring" if ring else "a rounded base"])


@TEAPOT.style("round")
def _teapot(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.45, 0.6), dice.uniform(0.5, 0.85)
    draft.add(
        "body", revolve(_smooth([(radius * 0.6, 0), (radius, high * 0.4), (radius * 0.85, high * 0.8), (radius * 0.4, high)]), segments=18)
    )
    draft.add(
        "lid",
        revolve([(radius * 0.45, high), (radius * 0.3, high * 1.08), (0.0, high * 1.12)], segments=14),
        ellipsoid((0.07, 0.07, 0.07), (0, high * 1.18, 0), 8),
    )
    x = radius * 0.85
    draft.add(
        "spout",
        tube(
            bezier([(x, high * 0.3, 0), (x + 0.3, high * 0.3, 0), (x + 0.25, high * 0.8, 0), (x + 0.45, high * 0.95, 0)], 8),
            np.linspace(0.12, 0.05, 8),
            7,
        ),
    )
    if dice.chance(0.7):
        draft.add(
            "handle",
            tube(bezier([(-x, high * 0.8, 0), (-x - 0.5, high * 0.9, 0), (-x - 0.45, high * 0.2, 0), (-x, high * 0.25, 0)], 9), 0.04, 6),
        )
    else:
        draft.add("handle", tube(arc((0, high * 0.8, 0), radius, 10, 170, "xy", 10), 0.03, 6))
    return describe("teapot", [], ["a curved spout", "a lid", "a handle"])


@ICE_CREAM.style("scoops")
def _ice_cream(dice: Dice, draft: Draft) -> str:
    radius, deep, count = dice.uniform(0.25, 0.4), dice.uniform(0.6, 1.3), dice.pick(1, 1, 2, 3)
    cup = dice.chance(0.2)
    if cup:
        draft.add(
            "cone",
            revolve(
                [(radius * 0.65, -deep * 0.7), (radius * 0.75, -deep * 0.3), (radius * 1.1, -deep * 0.3), (radius * 1.15, 0)], segments=16
            ),
        )
    else:
        draft.add("cone", revolve([(0.01, -deep), (radius, 0)], segments=16, closed=False))
        if dice.chance(0.3):
            draft.add("cone", revolve([(radius * 1.08, -0.1), (radius * 1.1, 0.02)], segments=16, closed=False))
    y, size = 0.0, radius * dice.uniform(1.0, 1.2)
    if dice.chance(0.25):
        t = np.linspace(0, 1, 60)
        swirl = np.column_stack([radius * (1 - t) * np.cos(t * 19), t * radius * 2.4, radius * (1 - t) * np.sin(t * 19)])
        draft.add("scoop", tube(swirl[::2], radius * 0.4 * (1.1 - t[::2] * 0.7), 6))
        return describe("ice cream cone", [], ["a soft swirl"])
    for _ in range(count):
        draft.add("scoop", ellipsoid((size, size * dice.uniform(0.9, 1.15), size), (0, y + size * 0.45, 0), 14))
        y, size = y + size * 1.2, size * 0.92
    draft.pose(dice, 0.9, ("x", 90), ("z", 180))
    return describe("ice cream cone", ["wafer cup" if cup else ""], [("one scoop", "two scoops", "three scoops")[count - 1]])


@CONE.style("plain")
def _cone(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.3, 0.7), dice.uniform(0.8, 1.4)
    tip, sides = dice.pick(0.0, 0.05), dice.pick(20, 20, 6, 4)
    draft.add("body", revolve([(radius, 0), (max(tip, 0.001), high)], segments=sides, closed=True))
    if dice.chance(0.5):
        outline = superellipse(radius * 2.6, radius * 2.6, dice.pick(2.0, 40.0), 20)
        draft.add("base", loft(rings_of(outline, [1, 1], [-0.06, 0.0])))
        return describe("cone", ["traffic"], ["a flat base"])
    draft.pose(dice, 0.9, ("x", 180), ("x", 90))
    return describe("cone", ["pointed"], [{20: "a round base", 6: "a six-sided base", 4: "a square base"}[sides]])


@BOWL.style("footed", 0.5)
def _footed_bowl(dice: Dice, draft: Draft) -> str:
    radius, high, stem = dice.uniform(0.6, 0.9), dice.uniform(0.25, 0.5), dice.uniform(0.15, 0.5)
    t = np.linspace(0, 1, 9)
    profile = np.column_stack([0.1 + (radius - 0.1) * np.sin(t * np.pi / 2), stem + high * (1 - np.cos(t * np.pi / 2))])
    draft.add("body", revolve(_hollow(profile, 0.03), segments=22))
    draft.add("foot", revolve([(radius * dice.uniform(0.35, 0.6), 0), (radius * 0.3, 0.05), (0.09, stem * 0.5), (0.12, stem)], segments=18))
    return describe("bowl", ["footed", "wide"], ["a stem"])


@BOWL.style("square", 0.5)
def _square_bowl(dice: Dice, draft: Draft) -> str:
    width, high, grow, wall = dice.uniform(0.8, 1.2), dice.uniform(0.25, 0.6), dice.uniform(1.2, 1.8), 0.05
    outline = superellipse(width, width * dice.uniform(0.6, 1.0), dice.uniform(4, 12), 28) / grow
    draft.add("body", loft(rings_of(outline, (1.0, grow), (0, high)), top=False))
    draft.add("body", loft(rings_of(outline, (1 - wall, grow - wall), (wall, high)), top=False))
    return describe("bowl", ["square"], ["slanting sides"])


@TEAPOT.style("kettle", 0.7)
def _kettle(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.45, 0.6), dice.uniform(0.5, 1.0)
    draft.add(
        "body",
        revolve([(radius, 0), (radius, high * 0.15), (radius * dice.uniform(0.5, 0.8), high), (radius * 0.3, high * 1.05)], segments=20),
    )
    draft.add("lid", ellipsoid((0.08, 0.07, 0.08), (0, high * 1.1, 0), 8))
    start = np.array([radius * 0.85, high * 0.45, 0])
    draft.add("spout", tube([start, start + np.array([0.3, 0.25, 0])], [0.13, 0.06], 8))
    rise = dice.uniform(0.3, 0.5)
    line = [(-radius * 0.6, high * 0.9, 0), (-radius * 0.6, high + rise, 0), (radius * 0.6, high + rise, 0), (radius * 0.6, high * 0.9, 0)]
    draft.add("handle", tube(bezier(line, 12) if dice.chance(0.6) else np.array(line), 0.04, 6))
    return describe("teapot", ["kettle-like"], ["a straight spout", "a handle over its lid"])


@MUG.style("curved", 0.8)
def _curved_mug(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.3, 0.45), dice.uniform(0.55, 1.0)
    waist = dice.pick(dice.uniform(0.7, 0.9), dice.uniform(1.08, 1.25))
    profile = _smooth([(radius * 0.8, 0), (radius * (0.9 + waist) / 2, high * 0.25), (radius * waist, high * 0.5), (radius, high)])
    draft.add("body", revolve(_hollow(profile, 0.035), segments=22))
    x, out = radius * 0.9, dice.uniform(0.18, 0.32)
    line = [(x, high * 0.8, 0), (x + out * 1.4, high * 0.85, 0), (x + out * 1.2, high * 0.15, 0), (x, high * 0.25, 0)]
    draft.add("handle", tube(bezier(line, 10), 0.045, 6))
    draft.pose(dice, 0.85, ("x", 90), ("z", 90))
    return describe("mug", ["bulging" if waist > 1 else "waisted"], ["an ear-shaped handle"])


@CONE.style("traffic", 0.7)
def _traffic_cone(dice: Dice, draft: Draft) -> str:
    radius, high, wide = dice.uniform(0.25, 0.4), dice.uniform(0.8, 1.3), dice.uniform(1.1, 1.5)
    draft.add("base", loft(rings_of(superellipse(2 * radius * wide, 2 * radius * wide, dice.pick(6.0, 30.0), 24), (1.0, 0.97), (0, 0.07))))
    top = radius * dice.uniform(0.12, 0.25)
    draft.add("body", revolve([(radius, 0.07), (top, high)], segments=20, closed=False))
    for y in (0.45, 0.7)[: dice.integer(0, 2)]:
        near = radius + (top - radius) * y
        draft.add("body", revolve([(near * 1.04 + 0.02, high * y), (near * 0.9 + 0.01, high * (y + 0.12))], segments=20, closed=False))
    return describe("cone", ["traffic"], ["a square foot", "a cut tip"])


@VASE.style("angular", 0.6)
def _angular_vase(dice: Dice, draft: Draft) -> str:
    """Square or many-sided, straight or twisted, like a cut block of glass."""
    sides, radius, twist = dice.pick(4, 4, 6, 8), dice.uniform(0.25, 0.4), dice.pick(0.0, dice.uniform(20, 90))
    high, grow = radius * dice.uniform(2.0, 4.5), dice.uniform(0.8, 1.6)
    angles = np.arange(sides) * 2 * np.pi / sides + np.pi / sides
    rings = np.empty((9, sides, 3))
    for k, t in enumerate(np.linspace(0, 1, 9)):
        a, size = angles + np.deg2rad(twist * t), radius * (1 + (grow - 1) * t)
        rings[k] = np.column_stack([np.cos(a) * size, np.full(sides, t * high), np.sin(a) * size])
    draft.add("body", loft(rings, top=False), loft(rings[::-1] * np.array([0.93, 1.0, 0.93]), bottom=False, top=False))
    if dice.chance(0.3):
        draft.add("foot", loft(np.stack([rings[0] * 1.2 - np.array([0, 0.08, 0]), rings[0] * 1.2])))
    words = {4: "square", 6: "six-sided", 8: "eight-sided"}
    return describe("vase", ["twisted" if twist else "", words[sides]], ["sharp edges"])


@ICE_CREAM.style("soft", 0.7)
def _soft_ice(dice: Dice, draft: Draft) -> str:
    radius, high, turns = dice.uniform(0.28, 0.4), dice.uniform(0.6, 1.0), dice.integer(2, 4)
    if dice.chance(0.5):
        draft.add("cone", revolve([(0.03, 0), (radius, high)], segments=18))
    else:
        draft.add("cone", revolve([(radius * 0.5, 0), (radius * 0.6, high * 0.6), (radius, high * 0.65), (radius, high)], segments=18))
    t = np.linspace(0, 1, 12 * turns)
    reach, angle = radius * 0.75 * (1 - t) ** 0.8, 2 * np.pi * turns * t
    path = np.column_stack([reach * np.cos(angle), high + 0.05 + t * radius * dice.uniform(1.6, 2.4), reach * np.sin(angle)])
    draft.add("scoop", tube(path, radius * 0.42 * (1 - 0.75 * t), 8))
    draft.pose(dice, 0.85, ("x", 180), ("z", 90))
    return describe("ice cream cone", ["soft"], ["a winding swirl"])
