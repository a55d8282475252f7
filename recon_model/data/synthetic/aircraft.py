"""Airplanes, helicopters and balloons."""

import numpy as np
from numpy.typing import NDArray

from recon_model.data.synthetic.primitives import (
    box,
    circle,
    cylinder,
    ellipsoid,
    hoop,
    hull,
    loft,
    mirror,
    revolve,
    ring,
    rings_of,
    rod,
    sticks,
    superellipse,
    surface,
    tube,
    turn,
    wing,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

AIRPLANE = category("airplane", "fuselage wing tail engine wheel propeller")
HELICOPTER = category("helicopter", "cabin tail rotor skid")
BALLOON = category("hot air balloon", "envelope basket rope burner")


def _lie(dice: Dice, draft: Draft) -> None:
    draft.pose(dice, 0.5, ("x", -90), ("x", -90), ("x", 90), ("z", 90), ("x", 180))


def _tail(dice: Dice, draft: Draft, z: float, level: float, size: float, sweep: float, kind: str) -> None:
    chord, thick = size * dice.uniform(0.6, 0.9), 0.03 * size
    if kind == "V":
        for s in (-1, 1):
            draft.add("tail", wing((0, level, z), (s * size * 0.7, level + size * 0.7, z - sweep * size), chord, chord * 0.6, thick))
        return
    draft.add("tail", wing((0, level, z), (0.001, level + size, z - sweep * size), chord, chord * dice.uniform(0.4, 0.8), thick))
    high = level + (size * 0.9 if kind == "T" else 0.0)
    shift = sweep * size * (0.9 if kind == "T" else 0.0)
    one = wing(
        (0, high, z - shift), (size * dice.uniform(0.8, 1.2), high, z - shift - sweep * size * 0.8), chord * 0.9, chord * 0.55, thick
    )
    draft.add("tail", mirror(one))


def _propeller(dice: Dice, draft: Draft, place: tuple[float, float, float], radius: float) -> None:
    blade, angle = box((radius * 2, radius * 0.12, radius * 0.05)), dice.uniform(0, 180)
    for k in range(dice.pick(1, 1, 2)):
        draft.add("propeller", turn(blade, "z", angle + 90 * k) + np.asarray(place))
    draft.add("propeller", ellipsoid((radius * 0.12, radius * 0.12, radius * 0.25), place, 8))


@AIRPLANE.style("airliner", 2.0)
def _airliner(dice: Dice, draft: Draft) -> str:
    radius = dice.uniform(0.42, 0.72)
    draft.add(
        "fuselage",
        hull(
            [
                (5.0, -0.15, 0.05, 0.05),
                (4.6, -0.1, radius * 0.6, radius * 0.6),
                (3.8, 0, radius, radius),
                (-2.0, 0, radius, radius),
                (-4.0, radius * 0.3, radius * 0.55, radius * 0.6),
                (-5.0, radius * 0.6, 0.08, 0.1),
            ]
        ),
    )
    span, sweep, chord = dice.uniform(4.0, 5.6), dice.uniform(0.25, 0.75), dice.uniform(1.5, 2.4)
    high = dice.pick(-0.5, -0.5, 0.8) * radius
    rise = dice.uniform(0.0, 0.1) * span
    draft.add("wing", mirror(wing((0, high, 1.3), (span, high + rise, 1.3 - sweep * span), chord, chord * dice.uniform(0.25, 0.45), 0.16)))
    _tail(dice, draft, -3.6, radius * 0.5, dice.uniform(1.3, 2.0), sweep, dice.pick("low", "low", "T"))
    count = dice.pick(1, 1, 2, 0)
    for k in range(count):
        x = span * (0.32 + 0.28 * k)
        place = (x, high - 0.35, 1.3 - sweep * x)
        nacelle = turn(cylinder(0.28, 1.2, segments=10), "x", 90) + np.asarray(place)
        draft.add("engine", mirror(nacelle))
    if count == 0:
        draft.add("engine", mirror(turn(cylinder(0.3, 1.4, segments=10), "x", 90) + np.array([radius + 0.3, 0.25, -2.8])))
    _lie(dice, draft)
    return describe(
        "airplane", ["passenger"], ["swept wings" if sweep > 0.4 else "straight wings", ("rear", "two", "four")[count] + " engines"]
    )


@AIRPLANE.style("fighter", 2.5)
def _fighter(dice: Dice, draft: Draft) -> str:
    radius, span = dice.uniform(0.4, 0.7), dice.uniform(2.2, 3.8)
    draft.add(
        "fuselage",
        hull(
            [
                (5.0, 0, 0.03, 0.03),
                (3.5, 0, radius * 0.5, radius * 0.5),
                (1.5, 0, radius * 0.9, radius * 0.75),
                (-3.0, 0, radius * dice.uniform(1.0, 1.5), radius * 0.75),
                (-4.4, 0, radius * 0.8, radius * 0.6),
            ],
            dice.uniform(2, 4),
        ),
    )
    draft.add("fuselage", ellipsoid((radius * 0.5, radius * 0.6, 1.0), (0, radius * 0.6, 2.2), 10))
    kind = dice.pick("delta", "swept", "trapezoid")
    root, start = {"delta": (5.0, 1.6), "swept": (2.4, 1.4), "trapezoid": (3.0, 0.8)}[kind]
    sweep = {"delta": root * 0.9, "swept": span * dice.uniform(0.6, 1.0), "trapezoid": span * 0.5}[kind]
    draft.add(
        "wing",
        mirror(
            wing(
                (0, 0, start),
                (span, dice.uniform(-0.2, 0.2), start - sweep),
                root,
                root * {"delta": 0.08, "swept": 0.4, "trapezoid": 0.35}[kind],
                0.1,
            )
        ),
    )
    twin = dice.chance(0.45)
    size = dice.uniform(1.2, 1.9)
    for s in (-1, 1) if twin else (0,):
        draft.add("tail", wing((s * radius, 0.3, -2.2), (s * (radius + 0.4), size, -3.6), 1.6, 0.8, 0.06))
    if kind != "delta" or dice.chance(0.3):
        draft.add("tail", mirror(wing((0, 0, -2.8), (size * 1.1, 0, -4.2), 1.5, 0.7, 0.06)))
    if dice.chance(0.4):
        missile = turn(cylinder(0.1, 1.6, segments=6), "x", 90)
        draft.add("engine", mirror(missile + np.array([span * 0.6, -0.2, start - sweep * 0.8])))
    _lie(dice, draft)
    return describe("airplane", ["fighter"], [f"{kind} wings", "twin tail fins" if twin else "one tail fin"])


@AIRPLANE.style("propeller", 2.0)
def _light(dice: Dice, draft: Draft) -> str:
    length, radius, span, chord = dice.uniform(6, 8), dice.uniform(0.4, 0.65), dice.uniform(4.0, 6.0), dice.uniform(1.0, 1.7)
    e = length / 2
    draft.add(
        "fuselage",
        hull(
            [
                (e, 0, radius * 0.6, radius * 0.6),
                (e * 0.7, 0, radius, radius),
                (0, 0.1, radius, radius * 1.1),
                (-e, 0.2, radius * 0.2, radius * 0.25),
            ],
            dice.uniform(2, 5),
        ),
    )
    wings = dice.pick("biplane", "high", "low", "low")
    levels = {"biplane": (-radius * 0.8, radius * 2.0), "high": (radius * 1.1,), "low": (-radius * 0.6,)}[wings]
    for level in levels:
        draft.add(
            "wing",
            mirror(
                wing(
                    (0, level, e * 0.55),
                    (span, level + dice.uniform(0, 0.3), e * 0.55 - dice.uniform(0, 0.3)),
                    chord,
                    chord * dice.uniform(0.6, 1.0),
                    0.12,
                )
            ),
        )
    if wings == "biplane":
        draft.add(
            "wing",
            mirror(
                np.concatenate(
                    [
                        rod((x * span, levels[0], z), (x * span, levels[1], z), 0.04, segments=4)
                        for x in (0.15, 0.7)
                        for z in (e * 0.5, e * 0.3)
                    ]
                )
            ),
        )
    _tail(dice, draft, -e * 0.72, 0.25, dice.uniform(0.9, 1.5), 0.3, "low")
    if dice.chance(0.3) and wings != "biplane":
        draft.add(
            "engine", mirror(hull([(e * 0.8, levels[0], 0.25, 0.25), (e * 0.2, levels[0], 0.15, 0.15)]) + np.array([span * 0.4, 0, 0]))
        )
        for s in (-1, 1):
            _propeller(dice, draft, (s * span * 0.4, levels[0], e * 0.85), 0.8)
    else:
        _propeller(dice, draft, (0, 0, e * 1.03), dice.uniform(0.7, 1.2))
    if dice.chance(0.6):
        draft.add(
            "wheel",
            mirror(ellipsoid((0.1, 0.3, 0.3), (0.9, -radius - 0.6, e * 0.45), 8)),
            *[rod((s * 0.3, -radius * 0.8, e * 0.45), (s * 0.9, -radius - 0.6, e * 0.45), 0.05, segments=4) for s in (-1, 1)],
        )
    _lie(dice, draft)
    return describe("airplane", ["propeller"], [{"biplane": "two pairs of wings", "high": "high wings", "low": "low wings"}[wings]])


@AIRPLANE.style("glider", 0.6)
def _glider(dice: Dice, draft: Draft) -> str:
    span, flying = dice.uniform(5, 7), dice.chance(0.4)
    if flying:
        draft.add("wing", mirror(wing((0, 0, 2.5), (span, 0, -1.0), dice.uniform(2.5, 4.5), 0.8, 0.3)))
        draft.add("fuselage", hull([(2.6, 0, 0.1, 0.1), (1.0, 0.1, 0.8, 0.5), (-2.0, 0, 0.3, 0.15)]))
    else:
        draft.add("wing", mirror(wing((0, 0.2, 0.8), (span, 0.5, 0.4), 0.8, 0.4, 0.08)))
        draft.add("fuselage", hull([(3, 0, 0.05, 0.05), (2, 0, 0.35, 0.4), (0, 0, 0.3, 0.35), (-3.5, 0.2, 0.08, 0.08)]))
        _tail(dice, draft, -2.7, 0.2, 1.0, 0.2, dice.pick("T", "V"))
    _lie(dice, draft)
    return "an airplane shaped as one flying wing" if flying else "a slender glider airplane with very long wings"


@HELICOPTER.style("single rotor", 2.5)
def _single(dice: Dice, draft: Draft) -> str:
    half, boom = dice.uniform(0.6, 0.95), dice.uniform(3.2, 5.0)
    length = dice.uniform(1.6, 3.0)
    draft.add(
        "cabin",
        hull(
            [
                (length, -0.2, 0.08, 0.08),
                (length * 0.8, -0.1, half * 0.7, half * 0.6),
                (length * 0.2, 0, half, half),
                (-length * 0.5, 0.1, half * 0.9, half * 0.9),
                (-length, 0.35, half * 0.3, half * 0.35),
            ],
            dice.uniform(2, 5),
        ),
    )
    tip = -length - boom
    draft.add("tail", rod((0, 0.35, -length * 0.7), (0, 0.5, tip), half * 0.28, 0.08))
    fin = dice.uniform(0.5, 1.1)
    draft.add("tail", wing((0, 0.4, tip + 0.6), (0.001, 0.4 + fin, tip), 0.7, 0.4, 0.06), box((1.4, 0.05, 0.4), (0, 0.45, tip + 1.2)))
    draft.add("rotor", *[turn(box((0.03, 1.0, 0.1)), "x", 90 * k + 30) + np.array([0.12, 0.5 + fin * 0.4, tip]) for k in range(2)])
    top, blades, reach = half + dice.uniform(0.25, 0.5), dice.integer(2, 5), dice.uniform(3.0, 4.6)
    draft.add("rotor", cylinder(0.1, top, (0, top / 2 + 0.2, 0), 8), cylinder(0.25, 0.12, (0, top + 0.2, 0), 8))
    turned = dice.uniform(0, 360)
    blade = box((reach, 0.03, dice.uniform(0.12, 0.3)), (reach / 2, top + 0.22, 0))
    draft.add("rotor", *[turn(blade, "y", turned + 360 * k / blades) for k in range(blades)])
    if dice.chance(0.6):
        for s in (-1, 1):
            draft.add("skid", rod((s * half, -half - 0.5, -length * 0.7), (s * half, -half - 0.5, length * 0.8), 0.06, segments=5))
            draft.add("skid", *[rod((s * half, -half - 0.5, z), (s * half * 0.5, -half * 0.6, z), 0.05, segments=5) for z in (-0.6, 0.6)])
    else:
        draft.add("skid", mirror(ellipsoid((0.12, 0.25, 0.25), (half, -half - 0.1, 0.2), 8)))
        if dice.chance(0.5):
            draft.add("cabin", mirror(box((0.9, 0.1, 0.5), (half + 0.4, -0.1, -0.2))))
    draft.pose(dice, 0.75, ("x", -90), ("x", 90), ("z", 90))
    return describe("helicopter", [], [f"{('two', 'three', 'four', 'five')[blades - 2]} rotor blades", "a tail boom"])


@HELICOPTER.style("tandem", 0.6)
def _tandem(dice: Dice, draft: Draft) -> str:
    length, half = dice.uniform(5, 7), dice.uniform(0.8, 1.1)
    e = length / 2
    draft.add(
        "cabin",
        hull(
            [(e, -0.2, half * 0.4, half * 0.4), (e * 0.75, 0, half, half), (-e * 0.7, 0, half, half), (-e, 0.3, half * 0.6, half * 0.7)], 5
        ),
    )
    for z, rise in ((e * 0.75, 0.4), (-e * 0.8, 1.2)):
        draft.add("tail", hull([(z + 0.5, half + rise / 2, 0.25, rise / 2 + 0.2), (z - 0.6, half + rise / 2, 0.25, rise / 2 + 0.2)], 3))
        start = dice.uniform(0, 120)
        blade = box((3.0, 0.04, 0.25), (1.5, half + rise + 0.3, 0))
        draft.add("rotor", *[turn(blade, "y", start + 120 * k) + np.array([0, 0, z]) for k in range(3)])
    for x, z in circle(4) @ np.array([[0.7, 0.7], [-0.7, 0.7]]):
        draft.add("skid", ellipsoid((0.12, 0.25, 0.25), (x * half, -half - 0.15, z * e * 0.6), 6))
    return describe("helicopter", ["tandem"], ["two rotors"])


def _gondola(dice: Dice, draft: Draft, wide: float, top: float, hang: NDArray[np.float64], thick: float) -> str:
    """A basket whose rim lies at ``top``, held by ropes from the places (n, 3) of ``hang``."""
    square = dice.pick(2.0, 6.0, 20.0)
    outline = superellipse(wide, wide * (1.0 if square == 2.0 else dice.uniform(0.7, 1.0)), square, 16)
    rings = rings_of(outline, [dice.uniform(0.8, 1.0), 1.0], [top - wide * dice.uniform(0.6, 1.0), top])
    draft.add("basket", loft(rings, top=False), tube(rings[1], max(wide * 0.05, thick), 5, closed=True))
    # Each rope starts at the place of the outline that lies in its direction, four of them at the corners.
    draft.add("rope", sticks(rings[1][(np.arange(len(hang)) * 16 // len(hang) + 2) % 16], hang, thick, thick, 4))
    return "a round basket" if square == 2.0 else "a square basket"


@BALLOON.style("modern", 2.5)
def _balloon(dice: Dice, draft: Draft) -> str:
    gores, mouth, slope, stretch = dice.pick(0, 8, 12, 16, 20), dice.uniform(0.12, 0.32), dice.uniform(28, 58), dice.uniform(0.85, 1.15)
    angles, rest = np.deg2rad(np.linspace(89, -slope, 9)), np.linspace(0, 1, 4)[1:]
    radii, heights, run = np.cos(angles), np.sin(angles), (np.cos(angles[-1]) - mouth) / np.sin(-angles[-1])
    radii = np.concatenate([radii, radii[-1] + (mouth - radii[-1]) * rest])
    heights = np.concatenate([heights, heights[-1] - run * radii[8] * rest]) * stretch
    turns = np.linspace(0, 2 * np.pi, 3 * gores + 1 if gores else dice.pick(9, 13, 21))
    lobes = 1 - dice.uniform(0.02, 0.08) * (1 - np.abs(np.sin(turns * gores / 2))) if gores else np.ones(len(turns))
    level = np.broadcast_to(heights[:, None], (12, len(turns)))
    draft.add("envelope", surface(np.stack([radii[:, None] * lobes * np.cos(turns), level, radii[:, None] * lobes * np.sin(turns)], -1)))
    low, skirt, burner = float(heights[-1]), dice.chance(0.4), dice.chance(0.6)
    if skirt:
        draft.add("envelope", revolve([(mouth, low), (mouth * dice.uniform(0.7, 1.1), low - 0.15)], segments=12, closed=False))
    wide, gap, thick = dice.uniform(0.15, 0.45), dice.uniform(0.2, 0.7), dice.uniform(0.006, 0.02)
    kind = _gondola(dice, draft, wide, low - gap, ring(dice.pick(4, 4, 8), mouth * 0.97, low), thick)
    if burner:
        y = low - gap * dice.uniform(0.4, 0.75)
        draft.add("burner", cylinder(wide * 0.14, wide * 0.3, (0, y, 0), 8), hoop(wide * 0.42, thick, (0, y, 0), "xz", 8))
        draft.add("burner", sticks(ring(4, wide * 0.5, low - gap), ring(4, wide * 0.42, y), thick * 1.3, thick * 1.3, 4))
    return describe("hot air balloon", ["ribbed" if gores else ""], [kind, "a skirt" if skirt else "", "a burner" if burner else ""])


@BALLOON.style("netted", 0.8)
def _netted(dice: Dice, draft: Draft) -> str:
    """As the first ones were: a ball under a net, whose ropes run on to a hoop above the basket."""
    count, stretch, thick = dice.pick(8, 12, 16), dice.uniform(0.95, 1.25), dice.uniform(0.006, 0.016)
    low, rim, wide = -stretch - dice.uniform(0.5, 1.1), dice.uniform(0.12, 0.3), dice.uniform(0.2, 0.45)
    draft.add("envelope", ellipsoid((1, stretch, 1), segments=20))
    draft.add("envelope", revolve([(0.3, -stretch * 0.94), (0.1, -stretch - dice.uniform(0.05, 0.3))], segments=10, closed=False))
    angles = np.deg2rad(np.linspace(80, -dice.uniform(10, 25), 6))
    rounds = [ring(count, 1.01 * np.cos(angle), 1.01 * stretch * np.sin(angle)) for angle in angles]
    knots = np.stack([*rounds, ring(count, rim, low)])
    draft.add("rope", sticks(knots[:-1].reshape(-1, 3), knots[1:].reshape(-1, 3), thick, thick, 3))
    draft.add(
        "rope", *[tube(around, thick, 4, closed=True) for around in rounds[:: dice.pick(1, 2)]], hoop(rim, thick * 2, (0, low, 0), "xz")
    )
    kind = _gondola(dice, draft, wide, low - dice.uniform(0.15, 0.4), ring(dice.pick(4, 8), rim, low), thick)
    return describe("hot air balloon", ["old", size_word(stretch, 1.05, 1.15, "round", "egg-shaped")], ["a net of ropes", kind])
