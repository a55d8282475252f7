"""Lorries, buses, trains, tanks and other things that roll; cars have a file of their own."""

import numpy as np

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    box,
    circle,
    copies,
    cylinder,
    ellipsoid,
    fan,
    hull,
    loft,
    revolve,
    rod,
    rounded_box,
    slab,
    sticks,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

TRUCK = category("truck", "cab cargo wheel chassis")
BUS = category("bus", "body wheel window")
TRAIN = category("train", "engine wagon wheel chimney")
TANK = category("tank", "hull turret gun track")
SKATEBOARD = category("skateboard", "deck wheel truck")
WHEEL = category("wheel", "tyre rim spoke hub")


def tyre(radius: float, width: float, centre: tuple[float, float, float], hollow: float = 0.0) -> Triangles:
    """A wheel whose axle lies along x; ``hollow`` is the share of the radius left open."""
    profile = [(radius * hollow, -width / 2), (radius, -width / 2), (radius, width / 2), (radius * hollow, width / 2)]
    wheel: Triangles = turn(revolve(profile, segments=14, closed=hollow == 0.0), "z", 90) + np.asarray(centre, float)
    return wheel


def add_wheels(dice: Dice, draft: Draft, half: float, places: list[float], radius: float) -> None:
    """Adds a pair of wheels at each of ``places`` along z, for a body that reaches ``half`` to either side."""
    width = radius * dice.uniform(0.5, 0.8)
    for z in places:
        draft.add("wheel", *[tyre(radius, width, (s * (half - width * 0.3), radius, z), dice.pick(0.0, 0.5)) for s in (-1, 1)])


@TRUCK.style("lorry", 2.0)
def _lorry(dice: Dice, draft: Draft) -> str:
    half, radius, cab = dice.uniform(1.0, 1.3), dice.uniform(0.42, 0.55), dice.uniform(1.5, 2.4)
    length, bonnet = dice.uniform(4.0, 10.0), dice.pick(0.0, dice.uniform(0.8, 1.4))
    roof, deck = dice.uniform(2.2, 2.9), radius * 2 + 0.1
    draft.add("cab", rounded_box((2 * half, roof - radius, cab), 0.12, (0, (roof + radius) / 2, 0)))
    if bonnet:
        draft.add("cab", rounded_box((1.6 * half, deck, bonnet), 0.12, (0, deck / 2 + radius * 0.8, cab / 2 + bonnet / 2)))
    back = -cab / 2 - 0.25
    draft.add("chassis", slab((-half * 0.5, deck - 0.35, back - length), (half * 0.5, deck, cab / 2 + bonnet * 0.8)))
    kind = dice.pick("box", "tanker", "flatbed", "dump")
    if kind == "box":
        draft.add("cargo", slab((-half, deck, back - length), (half, deck + dice.uniform(1.8, 2.8), back)))
    elif kind == "tanker":
        draft.add("cargo", turn(cylinder(half, length), "x", 90) + np.array([0, deck + half, back - length / 2]))
    else:
        wall = 0.15 if kind == "flatbed" else dice.uniform(0.7, 1.2)
        draft.add("cargo", slab((-half, deck, back - length), (half, deck + 0.1, back)))
        draft.add("cargo", *[box((0.08, wall, length), (s * half, deck + wall / 2, back - length / 2)) for s in (-1, 1)])
        draft.add("cargo", *[box((2 * half, wall, 0.08), (0, deck + wall / 2, z)) for z in (back, back - length)])
    places = [cab / 2 + bonnet * 0.5 - 0.3, back - length * 0.75, *([back - length * 0.75 - 2.1 * radius] if length > 5 else [])]
    add_wheels(dice, draft, half, places, radius)
    return describe(
        "truck",
        [size_word(length, 5, 8, "short", "long")],
        [
            {"box": "a box body", "tanker": "a round tank", "flatbed": "a flat bed", "dump": "an open dump bed"}[kind],
            "a bonnet" if bonnet else "",
        ],
    )


@TRUCK.style("pickup", 1.5)
def _pickup(dice: Dice, draft: Draft) -> str:
    half, radius, length = dice.uniform(0.85, 1.0), dice.uniform(0.36, 0.5), dice.uniform(4.4, 5.8)
    e, low, belt = length / 2, radius, dice.uniform(1.0, 1.25)
    roof, cab = belt + dice.uniform(0.5, 0.75), dice.uniform(0.28, 0.45)
    draft.add("cab", rounded_box((2 * half, belt - low, e * 1.1), 0.08, (0, (belt + low) / 2, e * 0.45)))
    outline = [(e * 0.5, belt), (e * 0.35, roof), (e * (0.4 - cab * 1.2), roof), (e * (0.35 - cab * 1.2), belt)]
    draft.add("cab", loft(np.array([[(s * half * 0.9, y, z) for z, y in outline] for s in (-1, 1)])))
    back, wall = e * 0.9, belt - low
    draft.add("cargo", slab((-half, low, -e), (half, low + 0.1, -e + back)))
    draft.add(
        "cargo",
        *[box((0.08, wall, back), (s * half * 0.96, low + wall / 2, -e + back / 2)) for s in (-1, 1)],
        box((2 * half, wall, 0.08), (0, low + wall / 2, -e)),
    )
    add_wheels(dice, draft, half, [e * 0.62, -e * 0.58], radius)
    return describe("truck", ["pickup"], ["an open cargo bed"])


@BUS.style("coach")
def _coach(dice: Dice, draft: Draft) -> str:
    length, half, double = dice.uniform(7, 13), dice.uniform(1.1, 1.3), dice.chance(0.3)
    roof, radius = 4.2 if double else dice.uniform(2.7, 3.3), 0.48
    draft.add("body", rounded_box((2 * half, roof - 0.35, length), dice.uniform(0.05, 0.4), (0, (roof + 0.35) / 2, 0)))
    for level in (0.55, 0.85) if double else (0.68,):
        count = int(length // 1.3)
        zs = np.linspace(-0.45, 0.45, count) * length
        for s in (-1, 1):
            draft.add("window", copies(box((0.02, roof * 0.18, 0.9)), [(s * (half + 0.01), roof * level, z) for z in zs]))
    add_wheels(dice, draft, half, [length * 0.33, -length * 0.3], radius)
    return describe("bus", ["double-decker" if double else "long"], ["rows of windows"])


@TRAIN.style("steam", 1.0)
def _steam(dice: Dice, draft: Draft) -> str:
    length, radius, wheel = dice.uniform(4, 7), dice.uniform(0.6, 0.9), dice.uniform(0.4, 0.7)
    axis = wheel * 1.6 + radius
    draft.add("engine", turn(cylinder(radius, length), "x", 90) + np.array([0, axis, length / 2]))
    draft.add(
        "chimney",
        revolve([(0.18, 0), (0.18, 0.5), (0.3, 0.9)], (0, axis + radius * 0.9, length * 0.85)),
        ellipsoid((0.3, 0.35, 0.3), (0, axis + radius, length * 0.5), 8),
    )
    draft.add(
        "engine",
        slab((-1.0, wheel, -1.8), (1.0, axis + radius + 0.6, 0)),
        slab((-1.2, axis + radius + 0.6, -2.0), (1.2, axis + radius + 0.75, 0.3)),
    )
    draft.add("engine", slab((-0.9, wheel * 0.9, -1.8), (0.9, wheel * 1.5, length + 0.3)))
    draft.add(
        "wheel",
        *[
            tyre(wheel * dice.uniform(0.7, 1.0), 0.15, (s * 0.85, wheel, z))
            for z in np.linspace(0, length * 0.9, dice.integer(3, 5))
            for s in (-1, 1)
        ],
    )
    if dice.chance(0.5):
        draft.add("wagon", box((2.0, 1.6, 2.8), (0, wheel + 0.9, -3.6)))
        draft.add("wheel", *[tyre(0.35, 0.15, (s * 0.85, 0.35, z)) for z in (-2.8, -4.4) for s in (-1, 1)])
    return describe("train", ["steam"], ["a round boiler", "a chimney"])


@TRAIN.style("wagons", 2.0)
def _wagons(dice: Dice, draft: Draft) -> str:
    count, half, length, high = dice.pick(1, 1, 1, 2, 3), dice.uniform(1.2, 1.7), dice.uniform(7, 14), dice.uniform(2.6, 3.6)
    sharp = dice.chance(0.4)
    for i in range(count):
        z = -i * (length + 0.6)
        part = "engine" if i == 0 else "wagon"
        if i == 0 and sharp:
            stations = [
                (z + length / 2 + 1.5, 1.2, half * 0.4, 0.5),
                (z + length / 2, high * 0.55, half * 0.9, high * 0.4),
                (z + length / 2 - 1.5, 0.5 + high / 2, half, high / 2),
                (z - length / 2, 0.5 + high / 2, half, high / 2),
            ]
            draft.add(part, hull(stations, 5))
        else:
            draft.add(part, rounded_box((2 * half, high, length), dice.uniform(0.05, 0.5), (0, 0.6 + high / 2, z)))
        draft.add("wheel", *[tyre(0.45, 0.2, (s * half * 0.6, 0.45, z + t * length)) for t in (-0.38, -0.28, 0.28, 0.38) for s in (-1, 1)])
    return describe("train", ["high-speed" if sharp else "railway"], [f"{count} wagons" if count > 1 else "a long body"])


@TANK.style("battle")
def _battle(dice: Dice, draft: Draft) -> str:
    length, half, high = dice.uniform(5, 7.5), dice.uniform(1.3, 1.9), dice.uniform(0.7, 1.1)
    track, wide = dice.uniform(0.4, 0.65), dice.uniform(0.8, 1.1)
    e = length / 2
    outline = [(e, high * 0.6), (e * 0.85, high * 1.1), (-e, high * 1.1), (-e * 0.9, high * 0.4), (e * 0.85, high * 0.4)]
    draft.add("hull", loft(np.array([[(s * (half - track * 0.5), y, z) for z, y in outline] for s in (-1, 1)])))
    ends = [arc((0, high * 0.5, sign * e * 0.82), high * 0.48, start, start + 180, "yz", 7) for sign, start in ((1, 0), (-1, 180))]
    loop = np.concatenate(ends)
    for s in (-1, 1):
        x = s * (half - track / 2 + 0.1)
        sides = np.stack([loop + np.array([x + t * track / 2, 0, 0]) for t in (-1, 1)])
        draft.add("track", surface(sides, wrap=True), fan(sides[0]), fan(sides[1]))
        if dice.chance(0.6):
            draft.add("track", *[tyre(high * 0.35, track * 1.15, (x, high * 0.42, z)) for z in np.linspace(-0.7, 0.7, 5) * e])
    z, kind, rise = dice.uniform(-0.2, 0.15) * e, dice.pick("dome", "block", "round"), dice.uniform(0.45, 0.8)
    if kind == "dome":
        draft.add("turret", ellipsoid((half * 0.7, rise, half * wide * 0.85), (0, high * 1.1, z)))
    elif kind == "round":
        draft.add("turret", revolve([(half * 0.75, 0), (half * 0.7, rise), (half * 0.4, rise * 1.1)], (0, high * 1.1, z)))
    else:
        draft.add(
            "turret",
            hull(
                [
                    (z + half * 0.9, high * 1.1 + rise * 0.4, half * 0.5, rise * 0.3),
                    (z, high * 1.1 + rise / 2, half * 0.8, rise / 2),
                    (z - half, high * 1.1 + rise / 2, half * 0.7, rise * 0.45),
                ],
                6,
            ),
        )
    reach, lift = dice.uniform(0.4, 1.1) * length * 0.7, dice.uniform(-0.02, 0.1)
    muzzle = (0, high * 1.1 + rise * 0.5 + lift * reach, z + half * 0.5 + reach)
    draft.add("gun", rod((0, high * 1.1 + rise * 0.5, z), muzzle, 0.11, 0.08))
    if dice.chance(0.5):
        draft.add("turret", cylinder(0.28, 0.2, (half * 0.25, high * 1.1 + rise * 1.05, z - 0.2), 8))
    draft.pose(dice, 0.85, ("x", 90), ("x", -90))
    return describe("tank", [size_word(reach, 2.2, 4, "short-gunned", "long-gunned")], [f"a {kind} turret", "two tracks"])


@SKATEBOARD.style("board")
def _skateboard(dice: Dice, draft: Draft) -> str:
    length, width, kick = dice.uniform(0.65, 1.0), dice.uniform(0.18, 0.25), dice.uniform(0.0, 0.08)
    zs = np.linspace(-0.5, 0.5, 13)
    half = width / 2 * np.sqrt(np.clip(1 - np.clip((np.abs(zs) - 0.36) / 0.141, 0, 1) ** 2, 0.01, 1))
    lift = 0.11 + kick * np.clip((np.abs(zs) - 0.3) / 0.2, 0, 1)
    deck = np.stack([np.column_stack([-half, lift, zs * length]), np.column_stack([half, lift, zs * length])])
    draft.add("deck", surface(deck), surface(deck - np.array([0, 0.014, 0])))
    radius = dice.uniform(0.024, 0.036)
    for z in (-0.3, 0.3):
        draft.add("wheel", *[tyre(radius, 0.035, (s * width * 0.42, radius, z * length)) for s in (-1, 1)])
        draft.add(
            "truck",
            rod((-width * 0.4, radius, z * length), (width * 0.4, radius, z * length), 0.009),
            box((0.05, 0.06, 0.06), (0, 0.075, z * length)),
        )
    draft.pose(dice, 0.7, ("x", 90), ("z", 90), ("z", 180), ("x", -70))
    return describe("skateboard", ["long" if length > 0.85 else ""], ["upturned ends" if kick > 0.03 else "a flat deck", "four wheels"])


@WHEEL.style("car")
def _car_wheel(dice: Dice, draft: Draft) -> str:
    radius, width, inner = 0.33, dice.uniform(0.15, 0.36), dice.uniform(0.5, 0.75)
    bulge = dice.uniform(0.9, 1.0)
    draft.add(
        "tyre",
        revolve(
            [
                (inner * radius, -width / 2),
                (radius * bulge, -width / 2),
                (radius, -width / 4),
                (radius, width / 4),
                (radius * bulge, width / 2),
                (inner * radius, width / 2),
                (inner * radius, -width / 2),
            ],
            segments=24,
            closed=False,
        ),
    )
    if dice.chance(0.35):
        draft.add("rim", revolve([(0.0, width * 0.2), (inner * radius * 0.5, width * 0.35), (inner * radius, width * 0.4)], segments=20))
    else:
        spokes = circle(dice.integer(4, 9)) * inner * radius
        draft.add("spoke", *[rod((0, width * 0.2, 0), (x, width * 0.2, z), 0.025, segments=4) for x, z in spokes])
    draft.add("hub", cylinder(0.05, width * 0.8, (0, 0, 0), 10))
    draft.pose(dice, 0.3, ("x", 90), ("z", 90))
    return describe("wheel", [size_word(width, 0.16, 0.24, "thin", "wide")], ["a tyre"])


@WHEEL.style("spoked")
def _wagon_wheel(dice: Dice, draft: Draft) -> str:
    radius, thick = 0.5, dice.uniform(0.02, 0.06)
    draft.add("rim", tube(arc((0, 0, 0), radius, 0, 345, "xz", 24), thick, 6, closed=True))
    rim = circle(dice.integer(6, 16)) * radius
    draft.add(
        "spoke", sticks(np.zeros((len(rim), 3)), np.column_stack([rim[:, 0], np.zeros(len(rim)), rim[:, 1]]), thick * 0.5, thick * 0.4, 5)
    )
    draft.add("hub", cylinder(dice.uniform(0.05, 0.12), thick * 3, (0, 0, 0), 10))
    draft.pose(dice, 0.3, ("x", 90), ("z", 90))
    return describe("wheel", ["wagon"], [f"{len(rim)} spokes"])


@BUS.style("school", 0.8)
def _school_bus(dice: Dice, draft: Draft) -> str:
    length, half, roof = dice.uniform(6, 10), dice.uniform(1.05, 1.25), dice.uniform(2.6, 3.0)
    nose, bonnet = dice.uniform(0.8, 1.5), dice.uniform(1.3, 1.6)
    draft.add("body", rounded_box((2 * half, roof - 0.5, length), 0.25, (0, (roof + 0.5) / 2, 0)))
    draft.add("body", rounded_box((1.8 * half, bonnet - 0.5, nose), 0.15, (0, (bonnet + 0.5) / 2, (length + nose) / 2 - 0.1)))
    zs = np.linspace(-0.42, 0.42, int(length // 1.0)) * length
    for s in (-1, 1):
        draft.add("window", copies(box((0.03, 0.6, 0.7)), [(s * half, roof * 0.72, z) for z in zs]))
    add_wheels(dice, draft, half, [length / 2 + nose * 0.2, -length * 0.28], 0.5)
    return describe("bus", ["school"], ["a bonnet in front", "rows of windows"])


@BUS.style("van", 0.6)
def _minibus(dice: Dice, draft: Draft) -> str:
    length, half, roof, low = dice.uniform(4.5, 6.0), dice.uniform(0.9, 1.05), dice.uniform(1.9, 2.5), 0.35
    e, belt = length / 2, roof * dice.uniform(0.52, 0.6)
    outline = [(e, low), (e, belt * 0.9), (e * dice.uniform(0.6, 0.8), roof), (-e * 0.97, roof), (-e, belt), (-e, low)]
    draft.add("body", loft(np.array([[(s * half, y, z) for z, y in outline] for s in (-1, 1)])))
    for s in (-1, 1):
        draft.add(
            "window", copies(box((0.03, (roof - belt) * 0.6, e * 0.4)), [(s * half, (roof + belt) / 2, z * e) for z in (-0.7, -0.2, 0.3)])
        )
    add_wheels(dice, draft, half, [e * 0.68, -e * 0.6], 0.36)
    return describe("bus", ["small"], ["a sloping front", "three windows a side"])


@TANK.style("turretless", 0.2)
def _assault_gun(dice: Dice, draft: Draft) -> str:
    """A low casemate on tracks, its gun in the front plate."""
    length, half, high = dice.uniform(4.5, 6.5), dice.uniform(1.2, 1.6), dice.uniform(1.3, 1.9)
    e, track = length / 2, dice.uniform(0.4, 0.6)
    outline = [(e, high * 0.45), (e * dice.uniform(0.2, 0.5), high), (-e * 0.8, high), (-e, high * 0.6), (-e * 0.9, 0.35), (e * 0.85, 0.35)]
    draft.add("hull", loft(np.array([[(s * (half - track * 0.7), y, z) for z, y in outline] for s in (-1, 1)])))
    ends = [arc((0, high * 0.28, sign * e * 0.85), high * 0.27, start, start + 180, "yz", 7) for sign, start in ((1, 0), (-1, 180))]
    loop = np.concatenate(ends)
    for s in (-1, 1):
        sides = np.stack([loop + np.array([s * (half - track / 2) + t * track / 2, 0, 0]) for t in (-1, 1)])
        draft.add("track", surface(sides, wrap=True), fan(sides[0]), fan(sides[1]))
    reach = dice.uniform(0.25, 0.7) * length
    draft.add(
        "gun",
        rod((0, high * 0.68, e * 0.3), (0, high * 0.7, e * 0.5 + reach), 0.12, 0.09),
        ellipsoid((0.3, 0.25, 0.2), (0, high * 0.68, e * 0.5), 8),
    )
    if dice.chance(0.5):
        draft.add("turret", cylinder(0.3, 0.2, (half * 0.3, high + 0.1, -e * 0.3), 10))
    return describe("tank", ["low"], ["no turret", "two tracks"])


@SKATEBOARD.style("long", 0.5)
def _longboard(dice: Dice, draft: Draft) -> str:
    length, width, tip = dice.uniform(0.9, 1.2), dice.uniform(0.2, 0.26), dice.uniform(1.2, 3.0)
    zs = np.linspace(-0.5, 0.5, 15)
    half = width / 2 * (1 - np.abs(2 * zs) ** tip * 0.95)
    sag = 0.09 + dice.uniform(-0.03, 0.05) * (2 * zs) ** 2
    deck = np.stack([np.column_stack([-half, sag, zs * length]), np.column_stack([half, sag, zs * length])])
    draft.add("deck", surface(deck), surface(deck - np.array([0, 0.013, 0])))
    radius = dice.uniform(0.033, 0.042)
    for z in (-0.36, 0.36):
        draft.add("wheel", *[tyre(radius, 0.045, (s * width * 0.4, radius, z * length)) for s in (-1, 1)])
        draft.add(
            "truck",
            rod((-width * 0.38, radius, z * length), (width * 0.38, radius, z * length), 0.01),
            box((0.05, 0.05, 0.06), (0, 0.065, z * length)),
        )
    draft.pose(dice, 0.7, ("x", 90), ("z", 90), ("z", 180))
    return describe("skateboard", ["long"], ["a pointed deck", "four large wheels"])


@BUS.style("double-decker", 0.5)
def _double_decker(dice: Dice, draft: Draft) -> str:
    length, half, roof, radius = dice.uniform(8, 11.5), dice.uniform(1.2, 1.3), dice.uniform(4.0, 4.5), dice.uniform(0.45, 0.55)
    kind, low, e = dice.pick("modern", "modern", "old", "open"), 0.35, length / 2
    # An old one has its bonnet beside the driver's cab: the upper deck reaches over the cab only.
    floor, nose = roof * 0.5, dice.uniform(1.0, 1.6) if kind == "old" else 0.0
    soft, top = dice.uniform(0.08, 0.3), floor + 1.0 if kind == "open" else roof
    draft.add("body", rounded_box((2 * half, floor - low, length - nose), soft * 0.5, (0, (floor + low) / 2, -nose / 2)))
    if kind == "open":
        draft.add("body", box((2 * half, 0.08, length), (0, floor, 0)))
        draft.add("body", *[box((0.06, top - floor, length), (s * half, (top + floor) / 2, 0)) for s in (-1, 1)])
        draft.add("body", *[box((2 * half, top - floor, 0.06), (0, (top + floor) / 2, s * e)) for s in (-1, 1)])
        seats = [(s * half * 0.5, floor + 0.45, z * e) for s in (-1, 1) for z in np.linspace(-0.8, 0.8, 7)]
        draft.add("body", copies(box((half * 0.7, 0.8, 0.12)), seats))
    else:
        draft.add("body", rounded_box((2 * half, top - floor, length), soft, (0, (top + floor) / 2, 0)))
    if nose:
        draft.add("body", slab((-half, low, e - nose - 0.1), (0.1, 1.3, e)), slab((0.1, low, e - nose - 0.1), (half, floor, e - 0.1)))
    strip, count = dice.chance(0.35), int(length // 1.25)
    for share, short in ((0.29, nose),) if kind == "open" else ((0.29, nose), (0.73, 0.0)):
        pane = (0.03, roof * 0.2, (length - short) * 0.9) if strip else (0.03, roof * 0.17, 0.9)
        zs = ([0.0] if strip else np.linspace(-0.43, 0.43, count) * (length - short)) - np.full(1, short / 2)
        draft.add("window", copies(box(pane), [(s * (half + 0.01), roof * share, z) for s in (-1, 1) for z in zs]))
        draft.add("window", *[box((1.7 * half, roof * 0.2, 0.03), (0, roof * share, z)) for z in (-e - 0.01, e + 0.01 - short)])
    add_wheels(dice, draft, half, [length * 0.33, -length * 0.28, *([-length * 0.28 - 2.2 * radius] if dice.chance(0.25) else [])], radius)
    return describe(
        "bus",
        ["old" if nose else "", "double-decker"],
        ["an open upper deck" if kind == "open" else "two rows of windows", "a half cab in front" if nose else ""],
    )
