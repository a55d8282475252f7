"""Towers, birdhouses, mailboxes, rockets and small boats."""

import numpy as np

from recon_model.data.synthetic.boats import boat_hull
from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    bezier,
    box,
    cone,
    cylinder,
    ellipsoid,
    loft,
    prism,
    revolve,
    rings_of,
    rod,
    slab,
    superellipse,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

TOWER = category("tower", "shaft base roof gallery lattice antenna")
BIRDHOUSE = category("birdhouse", "wall roof hole perch post")
MAILBOX = category("mailbox", "body door flag post slot")
ROCKET = category("rocket", "body nose fin engine booster")
BOAT = category("boat", "hull seat oar engine cabin")


@TOWER.style("lattice", 1.5)
def _lattice_tower(dice: Dice, draft: Draft) -> str:
    """Four legs that lean together, crossed at every level: a transmission mast or an iron tower."""
    high, wide, top = dice.uniform(6, 12), dice.uniform(0.8, 2.6), dice.uniform(0.08, 0.4)
    levels, bow = np.linspace(0, 1, dice.integer(5, 9)), dice.uniform(1.0, 2.2)
    reach = top + (wide - top) * (1 - levels) ** bow
    signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    points = np.stack([np.stack([s[0] * reach, levels * high, s[1] * reach], -1) for s in signs], 1)  # (levels, 4, 3)
    thick = wide * dice.uniform(0.02, 0.06)
    for k in range(4):
        draft.add("lattice", tube(points[:, k], thick, 5))
        across = [rod(points[j, k], points[j + 1, (k + 1) % 4], thick * 0.5, segments=4) for j in range(len(levels) - 1)]
        draft.add("lattice", *across, *[rod(points[j, k], points[j, (k + 1) % 4], thick * 0.6, segments=4) for j in range(1, len(levels))])
    decks = dice.chance(0.5)
    if decks:
        for j in (len(levels) // 3, 2 * len(levels) // 3):
            draft.add("gallery", box((2.3 * reach[j], 0.25, 2.3 * reach[j]), (0, levels[j] * high, 0)))
    arms = not decks and dice.chance(0.5)
    if arms:
        for share in (0.75, 0.85, 0.95)[: dice.integer(1, 3)]:
            draft.add("lattice", box((dice.uniform(2, 4), 0.1, 0.15), (0, high * share, 0)))
    draft.add("antenna", rod((0, high, 0), (0, high * dice.uniform(1.03, 1.2), 0), thick * 0.7))
    return describe("tower", ["tall", "lattice"], ["four leaning legs", "decks" if decks else "arms for cables" if arms else "an antenna"])


@TOWER.style("stone", 1.5)
def _stone_tower(dice: Dice, draft: Draft) -> str:
    sides, wide, taper = dice.pick(4, 4, 8, 20), dice.uniform(0.5, 1.0), dice.uniform(0.75, 1.0)
    high = wide * dice.uniform(4, 9)
    outline = superellipse(2 * wide, 2 * wide, 50.0 if sides == 4 else 2.0, 20) if sides != 8 else _polygon(8, wide)
    draft.add("shaft", loft(rings_of(outline, (1.0, taper), (0, high))))
    if dice.chance(0.5):
        draft.add("base", loft(rings_of(outline, (1.3, 1.2), (0, high * dice.uniform(0.05, 0.2)))))
    draft.add("gallery", loft(rings_of(outline, (taper * 1.15, taper * 1.2), (high, high * 1.06))))
    kind = dice.pick("pointed", "battlements", "belfry", "dome")
    top = high * 1.06
    if kind == "pointed":
        draft.add("roof", loft(rings_of(outline, (taper * 1.2, 0.02), (top, top + wide * dice.uniform(1.2, 4.0)))))
    elif kind == "dome":
        draft.add(
            "roof",
            revolve([(wide * taper, top), (wide * taper * 0.9, top + wide * 0.6), (0.05, top + wide * 1.1), (0.02, top + wide * 1.7)]),
        )
    elif kind == "battlements":
        for angle in np.arange(0, 360, 45 if sides != 4 else 30):
            x, z = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
            stretch = 1 / max(abs(x), abs(z)) if sides == 4 else 1.0
            draft.add(
                "roof",
                box(
                    (wide * 0.25, wide * 0.35, wide * 0.25),
                    (x * stretch * wide * taper * 1.05, top + wide * 0.17, z * stretch * wide * taper * 1.05),
                ),
            )
    else:
        span = wide * taper
        draft.add(
            "roof",
            *[
                box((span * 0.3, span * 1.4, span * 0.3), (s * span * 0.85, top + span * 0.7, t * span * 0.85))
                for s in (-1, 1)
                for t in (-1, 1)
            ],
        )
        draft.add("roof", loft(rings_of(outline, (taper * 1.1, 0.02), (top + span * 1.4, top + span * dice.uniform(2, 4)))))
    return describe(
        "tower",
        [size_word(high / wide, 5, 7.5, "stout", "slender"), {4: "square", 8: "eight-sided", 20: "round"}[sides]],
        [f"a {kind} roof" if kind in ("pointed", "dome") else "battlements" if kind == "battlements" else "an open belfry"],
    )


def _polygon(sides: int, radius: float) -> np.ndarray:
    angles = np.arange(sides) * 2 * np.pi / sides
    corners: np.ndarray = np.column_stack([np.cos(angles), np.sin(angles)]) * radius
    return corners


@TOWER.style("modern", 1.2)
def _modern_tower(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("stepped", "needle", "water", "slab")
    if kind == "needle":
        high = dice.uniform(8, 12)
        draft.add("shaft", revolve([(dice.uniform(0.6, 1.2), 0), (0.3, high * 0.3), (0.22, high * 0.7), (0.2, high)], segments=14))
        y, r = high * dice.uniform(0.6, 0.8), dice.uniform(0.7, 1.3)
        draft.add("gallery", revolve([(0.3, y - 0.5), (r, y), (r, y + 0.4), (0.3, y + 0.9)], segments=20))
        draft.add("antenna", rod((0, high, 0), (0, high * dice.uniform(1.1, 1.4), 0), 0.09, 0.02))
        return describe("tower", ["slender", "television"], ["a round pod", "an antenna"])
    if kind == "water":
        high, r, legs = dice.uniform(3, 5), dice.uniform(0.9, 1.4), dice.integer(4, 8)
        for x, z in _polygon(legs, 1.0):
            draft.add("lattice", rod((x * r * 1.1, 0, z * r * 1.1), (x * r * 0.8, high, z * r * 0.8), 0.07, segments=5))
        draft.add("shaft", cylinder(0.18, high, (0, high / 2, 0), 10))
        tall = dice.uniform(0.8, 1.6)
        draft.add(
            "gallery", revolve([(0.1, high - 0.5), (r, high), (r, high + tall), (0.1, high + tall + dice.uniform(0.3, 0.9))], segments=20)
        )
        return describe("tower", ["water"], [f"{legs} legs", "a round tank"])
    width, depth, high = dice.uniform(0.7, 1.5), dice.uniform(0.7, 1.5), dice.uniform(4, 8)
    steps = dice.integer(2, 5) if kind == "stepped" else 1
    for k in range(steps):
        share = 1 - 0.75 * k / steps
        draft.add("shaft", slab((-width * share, high * k / steps, -depth * share), (width * share, high * (k + 1) / steps, depth * share)))
    for y in np.linspace(0.05, 0.95, dice.integer(8, 16)) * high:
        share = 1 - 0.75 * int(y / high * steps) / steps
        draft.add("gallery", box((2.03 * width * share, 0.04, 2.03 * depth * share), (0, y, 0)))
    draft.add("antenna", rod((0, high, 0), (0, high * dice.uniform(1.05, 1.3), 0), 0.06, 0.02))
    return describe("tower", ["tall", "office"], ["floors that step back" if steps > 1 else "straight sides", "an antenna"])


@BIRDHOUSE.style("gabled", 2.0)
def _gabled_birdhouse(dice: Dice, draft: Draft) -> str:
    width, depth, high, rise = dice.uniform(0.14, 0.24), dice.uniform(0.13, 0.24), dice.uniform(0.14, 0.32), dice.uniform(0.05, 0.14)
    x, z = width / 2, depth / 2
    gable = np.array([(-x, 0), (x, 0), (x, high), (0, high + rise), (-x, high)])
    draft.add("wall", loft(np.stack([np.column_stack([gable, np.full(5, s * z)]) for s in (-1, 1)])))
    over, slope = dice.uniform(1.1, 1.4), np.rad2deg(np.arctan2(rise, x))
    reach = np.hypot(x, rise) * over
    for s in (-1, 1):
        plate = box((reach, 0.012, depth * over), (s * reach / 2, 0.006, 0))
        draft.add("roof", turn(plate, "z", -s * slope) + np.array([0, high + rise, 0]))
    radius = width * dice.uniform(0.12, 0.2)
    draft.add(
        "hole",
        turn(revolve([(radius, 0), (radius * 1.2, 0.006), (radius, 0.012)], segments=14, closed=False), "x", 90)
        + np.array([0, high * 0.65, z]),
    )
    draft.add("perch", rod((0, high * 0.65 - radius * 1.8, z), (0, high * 0.65 - radius * 1.8, z + 0.05), 0.006))
    post = dice.chance(0.5)
    if post:
        draft.add("post", rod((0, -dice.uniform(0.2, 1.0), 0), (0, 0, 0), 0.018), box((width * 1.15, 0.012, depth * 1.15)))
    return describe(
        "birdhouse", [size_word(high / width, 0.9, 1.4, "low", "tall")], ["a gabled roof", "a round hole", "a post" if post else ""]
    )


@BIRDHOUSE.style("slant", 1.0)
def _slant_birdhouse(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.12, 0.2), dice.uniform(0.12, 0.2), dice.uniform(0.2, 0.36)
    drop = dice.uniform(0.03, 0.1)
    outline = np.array([(depth / 2, 0), (depth / 2, high - drop), (-depth / 2, high), (-depth / 2, 0)])
    draft.add("wall", loft(np.array([[(x, y, z) for z, y in outline] for x in (-width / 2, width / 2)])))
    slope = np.rad2deg(np.arctan2(drop, depth))
    draft.add("roof", turn(box((width * 1.25, 0.014, depth * 1.5), (0, 0.01, depth * 0.1)), "x", slope) + np.array([0, high - drop / 2, 0]))
    radius = width * dice.uniform(0.12, 0.2)
    draft.add(
        "hole",
        turn(revolve([(radius, 0), (radius * 1.2, 0.006), (radius, 0.012)], segments=14, closed=False), "x", 90)
        + np.array([0, high * 0.55, depth / 2]),
    )
    board = dice.chance(0.6)
    if board:
        draft.add("post", box((width * 0.5, high * 1.6, 0.015), (0, high * 0.5, -depth / 2 - 0.008)))
    else:
        draft.add("perch", rod((0, high * 0.35, depth / 2), (0, high * 0.35, depth / 2 + 0.05), 0.006))
    return describe("birdhouse", [], ["a slanting roof", "a back board to hang it by" if board else "a perch"])


@BIRDHOUSE.style("round", 0.7)
def _round_birdhouse(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.07, 0.12), dice.uniform(0.12, 0.26)
    sides = dice.pick(6, 8, 16)
    draft.add("wall", prism(_polygon(sides, radius), 0, high))
    draft.add("roof", loft(rings_of(_polygon(sides, radius), (1.35, 0.03), (high, high + radius * dice.uniform(0.8, 1.8)))))
    for angle in (0, 90, 180, 270)[: dice.integer(1, 4)]:
        ring = turn(cylinder(radius * 0.22, 0.014, segments=12), "x", 90) + np.array([0, high * 0.6, radius])
        draft.add("hole", turn(ring, "y", angle))
        draft.add("perch", turn(rod((0, high * 0.35, radius), (0, high * 0.35, radius + 0.04), 0.005), "y", angle))
    draft.add("post", rod((0, -dice.uniform(0.05, 0.8), 0), (0, 0, 0), 0.015), cylinder(radius * 1.3, 0.012, (0, 0, 0), sides))
    return describe("birdhouse", [{6: "six-sided", 8: "eight-sided", 16: "round"}[sides]], ["a pointed roof", "a post"])


@MAILBOX.style("rural", 2.0)
def _rural_mailbox(dice: Dice, draft: Draft) -> str:
    width, deep, wall = dice.uniform(0.15, 0.26), dice.uniform(0.38, 0.56), dice.uniform(0.08, 0.16)
    angles = np.linspace(0, np.pi, 9)
    outline = np.array([(width / 2, 0), *[(width / 2 * np.cos(a), wall + width / 2 * np.sin(a)) for a in angles], (-width / 2, 0)])
    post = dice.chance(0.75)
    level = dice.uniform(0.7, 1.2) if post else 0.0
    rings = np.stack([np.column_stack([outline, np.full(len(outline), z)]) for z in (-deep / 2, deep / 2)]) + np.array([0, level, 0])
    draft.add("body", loft(rings))
    door = loft(np.stack([np.column_stack([outline * 1.03, np.full(len(outline), z)]) for z in (deep / 2, deep / 2 + 0.02)])) + np.array(
        [0, level, 0]
    )
    draft.add("door", turn(door, "x", dice.uniform(40, 100), (0, level, deep / 2)) if dice.chance(0.2) else door)
    up = dice.chance(0.5)
    arm = box((0.008, 0.16, 0.02), (0, 0.08, 0)), box((0.008, 0.05, 0.09), (0, 0.14, 0.035))
    for piece in arm:
        draft.add("flag", turn(piece, "x", 0 if up else 90) + np.array([width / 2 + 0.008, level + wall * 0.6, 0]))
    if post:
        thick = dice.uniform(0.06, 0.11)
        draft.add(
            "post",
            box((thick, level, thick), (0, level / 2, -deep * dice.uniform(0.0, 0.3))),
            box((width * 0.8, 0.02, deep * 0.9), (0, level - 0.01, 0)),
        )
    return describe("mailbox", ["rounded"], ["a post" if post else "", "a raised flag" if up else "a lowered flag"])


@MAILBOX.style("pillar", 1.2)
def _pillar_box(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.2, 0.28), dice.uniform(1.1, 1.6)
    draft.add(
        "body",
        revolve(
            [
                (radius * 1.15, 0),
                (radius * 1.15, 0.1),
                (radius, 0.12),
                (radius, high),
                (radius * 1.15, high + 0.03),
                (radius * 1.1, high + 0.09),
                (radius * 0.5, high + 0.17),
                (0.0, high + 0.19),
            ],
            segments=24,
        ),
    )
    draft.add("slot", box((radius * 0.9, 0.04, 0.03), (0, high * 0.85, radius)))
    draft.add("door", box((radius * 0.9, high * 0.5, 0.03), (0, high * 0.42, radius * 0.93)))
    return describe("mailbox", ["tall", "round"], ["a slot", "a cap on top"])


@MAILBOX.style("street", 1.0)
def _street_mailbox(dice: Dice, draft: Draft) -> str:
    width, depth, high, legs = dice.uniform(0.45, 0.6), dice.uniform(0.45, 0.6), dice.uniform(0.8, 1.1), dice.uniform(0.1, 0.25)
    curve = arc((0, high, 0), depth / 2, 0, 180, "zy", 10)
    outline = np.concatenate([[(depth / 2, legs)], np.column_stack([curve[:, 2], curve[:, 1]]), [(-depth / 2, legs)]])
    draft.add("body", loft(np.array([[(x, y, z) for z, y in outline] for x in (-width / 2, width / 2)])))
    draft.add("post", *[box((0.05, legs, 0.05), (s * width * 0.45, legs / 2, t * depth * 0.44)) for s in (-1, 1) for t in (-1, 1)])
    draft.add("slot", turn(box((width * 0.8, 0.16, 0.03)), "x", -35) + np.array([0, high + depth * 0.3, depth * 0.42]))
    draft.add("door", box((width * 0.7, high * 0.35, 0.02), (0, legs + high * 0.25, depth / 2)))
    return describe("mailbox", ["street"], ["a rounded top", "four short legs"])


@MAILBOX.style("wall", 0.8)
def _wall_mailbox(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.22, 0.4), dice.uniform(0.2, 0.42), dice.uniform(0.08, 0.14)
    draft.add("body", slab((-width / 2, 0, -depth / 2), (width / 2, high, depth / 2)))
    draft.add(
        "door",
        turn(box((width * 1.04, 0.012, depth * 1.2), (0, 0, depth * 0.1)), "x", dice.uniform(8, 28)) + np.array([0, high + 0.015, 0]),
    )
    draft.add("slot", box((width * 0.7, 0.03, 0.008), (0, high * 0.78, depth / 2)))
    hooks = dice.chance(0.4)
    if hooks:
        draft.add("flag", *[tube(arc((s * width * 0.3, -0.03, depth * 0.3), 0.03, 90, 330, "yz", 8), 0.005, 5) for s in (-1, 1)])
    return describe("mailbox", ["flat", "wall"], ["a slanting lid", "hooks for newspapers" if hooks else "a slot"])


def _fins(dice: Dice, draft: Draft, count: int, radius: float, low: float, tall: float, reach: float) -> None:
    sweep = dice.uniform(0.0, 0.6)
    plate = np.array(
        [
            (radius * 0.9, low + tall),
            (radius + reach, low + tall * (0.5 - sweep * 0.6)),
            (radius + reach, low - tall * sweep * 0.4),
            (radius * 0.9, low),
        ]
    )
    rings = np.stack([np.column_stack([plate, np.full(4, z)]) for z in (-0.015, 0.015)])
    for k in range(count):
        draft.add("fin", turn(loft(rings), "y", 360 * k / count))


@ROCKET.style("classic", 1.5)
def _classic_rocket(dice: Dice, draft: Draft) -> str:
    radius, high, count = dice.uniform(0.14, 0.26), 2.0, dice.integer(3, 5)
    line = bezier([(radius * 0.6, 0), (radius * 1.3, high * 0.3), (radius * 1.1, high * 0.75), (0.0, high)], 14)
    draft.add("body", revolve(line[:10], segments=20))
    draft.add("nose", revolve(line[9:], segments=20))
    _fins(dice, draft, count, radius * 0.8, dice.uniform(-0.1, 0.05), dice.uniform(0.4, 0.8), dice.uniform(0.12, 0.3))
    draft.add("engine", cone(radius * 0.6, radius * 0.35, 0.12, (0, -0.1, 0)))
    draft.pose(dice, 0.75, ("x", 90), ("z", 90), ("z", 30))
    return describe("rocket", ["bulging"], [f"{('three', 'four', 'five')[count - 3]} fins", "a pointed nose"])


@ROCKET.style("launcher", 1.5)
def _launcher(dice: Dice, draft: Draft) -> str:
    radius, first, second = dice.uniform(0.08, 0.16), dice.uniform(0.9, 1.3), dice.uniform(0.3, 0.7)
    slim = dice.uniform(0.6, 1.0)
    draft.add(
        "body",
        cylinder(radius, first, (0, first / 2, 0), 18),
        revolve([(radius, first), (radius * slim, first + 0.08), (radius * slim, first + second)], segments=18),
    )
    nose = radius * slim * dice.uniform(1.0, 1.5)
    top = first + second
    draft.add(
        "nose",
        revolve([(radius * slim, top), (nose, top + 0.06), (nose, top + 0.25), (nose * 0.6, top + 0.4), (0.0, top + 0.5)], segments=18),
    )
    boosters = dice.pick(0, 2, 2, 4)
    for k in range(boosters):
        x, z = _polygon(boosters, radius * 1.75)[k]
        tall = first * dice.pick(0.6, 0.8)
        draft.add("booster", revolve([(radius * 0.65, 0), (radius * 0.65, tall), (0.0, tall + radius * 1.8)], (x, 0.0, z), 12))
        draft.add("engine", cone(radius * 0.55, radius * 0.3, 0.1, (x, -0.09, z)))
    draft.add("engine", *[cone(radius * 0.4, radius * 0.2, 0.12, (x, -0.11, z)) for x, z in _polygon(4, radius * 0.5)])
    if not boosters or dice.chance(0.4):
        _fins(dice, draft, 4, radius, 0.0, 0.2, radius * 0.8)
    draft.pose(dice, 0.8, ("x", 90), ("z", 90))
    return describe("rocket", ["tall", "space"], [f"{('two', '', 'four')[boosters - 2]} boosters" if boosters else "two stages"])


@ROCKET.style("missile", 1.0)
def _missile(dice: Dice, draft: Draft) -> str:
    radius, long = dice.uniform(0.05, 0.11), 2.0
    sharp = dice.uniform(0.15, 0.5)
    draft.add("body", cylinder(radius, long, (0, long / 2, 0), 16))
    draft.add("nose", revolve([(radius, long), (radius * 0.7, long + sharp * 0.5), (0.0, long + sharp)], segments=16))
    _fins(dice, draft, 4, radius, 0.0, dice.uniform(0.15, 0.35), dice.uniform(0.08, 0.2))
    if dice.chance(0.6):
        _fins(dice, draft, 4, radius, long * dice.uniform(0.4, 0.75), dice.uniform(0.1, 0.3), dice.uniform(0.05, 0.15))
    draft.add("engine", cone(radius * 0.8, radius * 0.6, 0.06, (0, -0.05, 0)))
    draft.pose(dice, 0.4, ("x", 90), ("z", 90), ("x", 60))
    return describe("rocket", ["slender"], ["four fins at its end"])


def _thwarts(draft: Draft, count: int, length: float, half: float) -> None:
    for z in np.linspace(-0.3, 0.3, count) * length:
        draft.add("seat", box((half * 1.6, 0.04, 0.22), (0, -0.1, z)))


def _shell(length: float, half: float, deep: float, stern: float) -> Triangles:
    """An open hull: the sides of ``boats.boat_hull`` without its deck."""
    t = np.linspace(-1, 1, 13)
    wide = half * (np.where(t < 0, stern + (1 - stern) * (1 - t**2), 1 - np.clip(t, 0, 1) ** 2.2) + 0.02)
    angles = np.linspace(0, np.pi, 9)
    lattice = np.empty((13, 9, 3))
    lattice[..., 0] = np.cos(angles) * wide[:, None]
    lattice[..., 1] = -np.sin(angles) * deep * (1 - 0.5 * t[:, None] ** 2) + 0.35 * deep * t[:, None] ** 2
    lattice[..., 2] = t[:, None] * length / 2
    return np.concatenate([surface(lattice), surface(lattice * np.array([0.96, 0.94, 0.98]))])


@BOAT.style("rowing", 1.5)
def _rowing_boat(dice: Dice, draft: Draft) -> str:
    length, half, deep = dice.uniform(2.5, 4.2), dice.uniform(0.5, 0.75), dice.uniform(0.3, 0.5)
    draft.add("hull", _shell(length, half, deep, dice.uniform(0.3, 0.8)))
    seats, oars = dice.integer(2, 4), dice.chance(0.55)
    _thwarts(draft, seats, length, half)
    if oars:
        for s in (-1, 1):
            inner, outer = np.array([s * half * 0.3, 0.1, 0.1]), np.array([s * half * dice.uniform(2.2, 3.2), -0.25, -0.3])
            draft.add("oar", rod(inner, outer, 0.025, segments=5), rod(outer, outer + (outer - inner) * 0.25, 0.06, 0.09, 4))
    return describe("boat", ["rowing"], [f"{('two', 'three', 'four')[seats - 2]} seats", "two oars" if oars else "an open hull"])


@BOAT.style("canoe", 0.8)
def _canoe(dice: Dice, draft: Draft) -> str:
    length, half, deep = dice.uniform(3.8, 5.5), dice.uniform(0.3, 0.45), dice.uniform(0.25, 0.4)
    draft.add("hull", _shell(length, half, deep, 0.0))
    decked = dice.chance(0.4)
    if decked:
        outline = np.array(
            [
                (x * half * (1 - abs(t) ** 2.2) * 0.97, 0.02 + 0.35 * deep * t * t, t * length / 2)
                for t in np.linspace(-1, 1, 15)
                for x in (-1, 1)
            ]
        )
        draft.add("hull", surface(outline.reshape(15, 2, 3)))
        ring = superellipse(half * 1.1, half * 2.2, 2.0, 18)
        draft.add("seat", tube(np.column_stack([ring[:, 0], np.full(18, 0.05), ring[:, 1]]), 0.03, 5, closed=True))
    else:
        _thwarts(draft, dice.integer(2, 3), length, half)
    return describe(
        "boat", ["kayak-like" if decked else "canoe-like", "slim"], ["a round cockpit" if decked else "an open hull", "two pointed ends"]
    )


@BOAT.style("motor", 1.5)
def _motor_boat(dice: Dice, draft: Draft) -> str:
    length, half, deep = dice.uniform(4, 8), dice.uniform(0.8, 1.2), dice.uniform(0.5, 0.9)
    draft.add("hull", boat_hull(length, half, deep, dice.uniform(0.75, 0.95)))
    kind = dice.pick("screen", "cabin", "cabin")
    if kind == "cabin":
        tall, long = dice.uniform(0.5, 1.1), length * dice.uniform(0.25, 0.45)
        outline = superellipse(half * 1.4, long, 5.0, 20)
        draft.add("cabin", loft(rings_of(outline, (1.0, dice.uniform(0.75, 0.95)), (0, tall), [(0, length * 0.05)] * 2)))
    else:
        pane = np.array(
            [[(x * half * 0.8, y, length * (0.12 - 0.05 * y) - 0.25 * x * x) for x in np.linspace(-1, 1, 7)] for y in (0.0, 0.45)]
        )
        draft.add("cabin", surface(pane))
        draft.add("seat", *[box((half * 0.55, 0.35, 0.5), (s * half * 0.4, 0.17, z * length)) for s in (-1, 1) for z in (-0.02, -0.2)])
    outboard = dice.chance(0.5)
    if outboard:
        draft.add(
            "engine",
            box((0.3, 0.5, 0.4), (0, 0.3, -length / 2 - 0.15)),
            rod((0, 0.1, -length / 2 - 0.15), (0, -deep, -length / 2 - 0.15), 0.07),
        )
    else:
        draft.add("seat", ellipsoid((half * 0.5, 0.15, 0.3), (0, 0.1, -length * 0.38), 8))
    return describe("boat", ["motor"], ["a cabin" if kind == "cabin" else "a windscreen", "an outboard engine" if outboard else ""])
