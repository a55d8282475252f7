"""What lies on a kitchen table: tableware and food."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    bezier,
    box,
    circle,
    copies,
    ellipsoid,
    fan,
    hull,
    loft,
    mirror,
    revolve,
    rings_of,
    rod,
    sticks,
    superellipse,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import NUMBERS, Dice, Draft, category, describe, size_word

PLATE = category("plate", "dish rim foot")
FORK = category("fork", "handle head tine")
SPOON = category("spoon", "handle bowl")
PAN = category("pan", "body handle lid knob")
APPLE = category("apple", "body stem leaf")
BANANA = category("banana", "body stem peel")
MUSHROOM = category("mushroom", "cap gill stem ring spot")
PUMPKIN = category("pumpkin", "body stem lid")


def _ease(at: NDArray[np.float64], knots: Sequence[float], values: ArrayLike) -> NDArray[np.float64]:
    """Values between knots, level at every knot."""
    value = np.asarray(values, float)
    place = np.interp(at, knots, np.arange(len(value)))
    low = np.minimum(place.astype(int), len(value) - 2)
    share = (place - low) ** 2 * (3 - 2 * (place - low))
    eased: NDArray[np.float64] = value[low] * (1 - share) + value[low + 1] * share
    return eased


def _strip(z: NDArray[np.float64], half: ArrayLike, rise: ArrayLike, thick: float, sag: ArrayLike = 0.0, across: int = 2) -> Triangles:
    """Sheet metal along z: ``half`` wide to both sides, its edges ``rise`` high, its middle lower by ``sag``; each (k,) or one number."""
    u = np.linspace(-1, 1, across)
    half, rise, sag = (np.broadcast_to(np.asarray(row, float), z.shape)[:, None] for row in (half, rise, sag))
    rings = np.empty((len(z), 2 * across, 3))
    rings[..., 2] = z[:, None]
    rings[:, :across, 0], rings[:, across:, 0] = half * u, half * u[::-1]
    top = rise - sag * (1 - u * u)
    rings[:, :across, 1], rings[:, across:, 1] = top, top[:, ::-1] - thick
    return loft(rings)


def _ball(phi: NDArray[np.float64], press: tuple[float, float, float], swell: ArrayLike, angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ball (k, n, 3): ``phi`` from the top down, ``angle`` around, pushed in at the poles (top, bottom, width), radius times ``swell``."""
    top, bottom, width = press
    radius = 1 - top * np.exp(-((phi / width) ** 2)) - bottom * np.exp(-(((np.pi - phi) / width) ** 2))
    spoke = radius[:, None] * np.asarray(swell, float)
    flat, height = spoke * np.sin(phi)[:, None], spoke * np.cos(phi)[:, None]
    return np.stack([flat * np.cos(angle), height, flat * np.sin(angle)], -1)


def _leaf(length: float, width: float, droop: float) -> Triangles:
    """A leaf from the origin along x, folded along its middle."""
    t, across = np.linspace(0, 1, 7)[:, None], np.array([-1.0, 0.0, 1.0])
    half = width * np.sin(np.pi * t**0.8) + 1e-4
    height = length * (0.5 * t - droop * t * t) + half * 0.25 * np.abs(across)
    return surface(np.stack([length * t + 0 * across, height, half * across], -1))


def _lay(dice: Dice, draft: Draft) -> None:
    """Cutlery is drawn along z, hollow side up; files hold it along any axis."""
    draft.pose(dice, 0.5, ("x", 90), ("x", -90), ("z", 90), ("z", 180))
    angle = dice.pick(0.0, 90.0, 180.0, dice.uniform(0, 360))
    draft.change(lambda piece: turn(piece, "y", angle))


def _rimmed_plate(dice: Dice, draft: Draft, kind: str) -> str:
    """A plate of radius 1, or half as wide again: a flat well, a slope to the knee, a rim."""
    well, high, slope = {"dinner": (0.68, 0.155, 0.58), "soup": (0.5, 0.33, 0.84), "square": (0.66, 0.18, 0.65)}[kind]
    well, slope = well + dice.uniform(-0.13, 0.13), slope * dice.uniform(0.7, 1.15)
    high *= dice.uniform(0.7, 1.3) if kind == "soup" else dice.uniform(0.45, 1.5)
    wall, knee, long = dice.uniform(0.012, 0.04), well + (1 - well) * dice.uniform(0.15, 0.4), 1.0
    outline, shape = circle(dice.pick(12, 24, 32)), {"dinner": "round", "soup": "deep soup", "square": "square"}[kind]
    if kind == "square":
        corner, long = dice.pick(4.0, 8.0, 20.0), dice.pick(1.0, 1.0, dice.uniform(1.2, 2.0))
        oval = long > 1 and dice.chance(0.4)
        outline, shape = superellipse(2 * long, 2, 2.0 if oval else corner, 32), "oval" if oval else "rectangular" if long > 1 else shape
    sheet = rings_of(outline, [0.02, well * 0.8, well, knee], np.array([0, 0, 0.06 * high, slope * high]) + wall)
    below = rings_of(outline, [well, knee, 1.0], [0, slope * high, high])
    draft.add("dish", loft(sheet, False, False), loft(below, top=False))
    rim = rings_of(outline, [knee, 0.96, 1.0, 1.0], [slope * high + wall, high * 0.97 + wall, high + wall, high])
    draft.add("rim", loft(rim, False, False))
    footed = dice.chance(0.35)
    if footed:
        draft.add("foot", loft(rings_of(outline, well * np.array([0.9, 0.9, 0.84, 0.84]), [0, -0.05, -0.05, 0]), False, False))
    draft.pose(dice, 0.85, ("x", 90), ("x", 75), ("z", 90))
    rim_word = size_word(1 - well, 0.28, 0.38, "a narrow rim", "a broad rim") or "a rim"
    return describe("plate", ["flat" if high < 0.14 else "", shape], [rim_word, "a foot" if footed else ""])


for _kind, _weight in (("dinner", 2.5), ("soup", 1.0), ("square", 0.9)):
    PLATE.style(_kind, _weight)(partial(_rimmed_plate, kind=_kind))


@PLATE.style("coupe", 1.0)
def _coupe_plate(dice: Dice, draft: Draft) -> str:
    # No rim: the whole sheet bends up softly, or only a small edge stands up.
    high, power, wall, segments = dice.uniform(0.08, 0.28), dice.uniform(2.0, 7.0), dice.uniform(0.015, 0.05), dice.pick(10, 20, 28)
    radius = np.sin(np.linspace(0.02, np.pi / 2, 9))
    below = np.column_stack([radius, high * radius**power])
    above = (below * (1 - wall * 0.3, 1) + (0, wall))[::-1]
    draft.add("dish", revolve(below, segments=segments), revolve(above[1:], segments=segments))
    draft.add("rim", revolve([below[-1], above[0], above[1]], segments=segments, closed=False))
    draft.pose(dice, 0.85, ("x", 90), ("x", 75), ("z", 90))
    return describe("plate", ["flat" if high < 0.12 else "curved", "round"], ["no rim"])


def _table_handle(dice: Dice, start: float, lift: float, thick: float) -> Triangles:
    """Handle of a fork or spoon from z = 0 to ``start``, where it is ``lift`` high."""
    end, z = dice.uniform(0.035, 0.12), np.linspace(0, start, 11)
    # Pear-shaped ends swell and close; others are cut straight.
    half = _ease(z, [0, 0.3, start], [end * 0.35, end, 0.028] if dice.chance(0.6) else [end, end * 0.85, 0.028])
    return _strip(z, half, _ease(z, [0, start], [0, lift]), thick, end * 0.1, 4)


def _grip(dice: Dice, length: float, fall: float) -> Triangles:
    """Thick handle of wood or plastic, ending at the origin, its far end lower by ``fall``."""
    thick, flat = dice.uniform(0.05, 0.1), dice.uniform(0.5, 1.0)
    stations = [(-z * length, -z * fall, thick * w, thick * w * flat) for z, w in ((1, 0.8), (0.9, 1.1), (0.5, 0.9), (0.15, 1.0), (0, 0.6))]
    return hull(stations, dice.uniform(2, 5), 10)


@FORK.style("table", 3.0)
def _table_fork(dice: Dice, draft: Draft) -> str:
    length, wide, thick, held = 2.0, dice.uniform(0.09, 0.17), dice.uniform(0.02, 0.045), dice.chance(0.25)
    start, lift = dice.uniform(1.12, 1.28), dice.pick(0.0, dice.uniform(0.05, 0.2), dice.uniform(0.05, 0.2))
    if held:
        grip = dice.uniform(0.75, 0.95)
        draft.add("handle", _grip(dice, grip, lift) + np.array([0, lift, grip]), rod((0, lift, grip), (0, lift, start + 0.03), 0.028))
    else:
        draft.add("handle", _table_handle(dice, start, lift, thick))
    count = dice.pick(3, 4, 4, 4, 5) if wide > 0.11 else dice.pick(2, 3, 3, 4)
    root, bends = dice.uniform(1.4, 1.58), ([start, dice.uniform(1.6, 1.72), length], [lift, 0.0, dice.uniform(0.02, 0.12)])
    z = np.linspace(start, root + 0.04, 6)
    draft.add("head", _strip(z, _ease(z, [start, root], [0.028, wide]), _ease(z, *bends), thick, wide * 0.12, 5))
    z, half = np.linspace(root, length, 6), wide * dice.uniform(0.55, 0.75) / count
    tine = _strip(z, half * np.interp(z, [root, length], [1.0, dice.uniform(0.3, 0.9)]), _ease(z, *bends), thick * 0.9)
    draft.add("tine", copies(tine, np.linspace(-1, 1, count)[:, None] * (wide - half, 0, 0)))
    _lay(dice, draft)
    return describe("fork", ["curved" if lift > 0.1 else "", "table"], [f"{NUMBERS[count]} tines", "a thick handle" if held else ""])


@FORK.style("carving", 0.7)
def _carving_fork(dice: Dice, draft: Draft) -> str:
    neck, reach, thin = dice.uniform(0.2, 0.7), dice.uniform(0.45, 0.85), dice.uniform(0.02, 0.035)
    wide, bend = dice.uniform(0.05, 0.13), dice.uniform(-0.05, 0.2)
    draft.add("handle", _grip(dice, dice.uniform(0.6, 0.9), 0.0))
    draft.add("head", rod((0, 0, -0.05), (0, 0, neck), thin * 1.1))
    path = bezier([(0, 0, neck), (wide * 1.4, 0, neck + 0.02), (wide, -bend, neck + reach * 0.5), (wide, bend, neck + reach)], 8)
    draft.add("tine", mirror(tube(path, np.linspace(thin, thin * 0.4, 8), 6)))
    _lay(dice, draft)
    return describe("fork", ["carving"], ["two long tines", "a thick handle"])


@FORK.style("plain", 0.8)
def _plain_fork(dice: Dice, draft: Draft) -> str:
    # As cut from one board: what low models, plastic and wooden forks look like.
    wide, reach, thick, count = dice.uniform(0.1, 0.18), dice.uniform(0.3, 0.6), dice.uniform(0.03, 0.07), dice.pick(3, 3, 4)
    handle, stem, palm = dice.uniform(0.9, 1.4), dice.uniform(0.035, 0.065), dice.uniform(0.25, 0.45)
    draft.add("handle", _strip(np.array([-handle, 0]), np.array([dice.uniform(1.0, 2.0), 1.0]) * stem, 0.0, thick))
    draft.add("head", _strip(np.array([0, dice.uniform(0.02, 0.15), palm]), [stem, wide, wide], 0.0, thick))
    tine, pointed = wide / (2 * count - 1) * dice.uniform(0.9, 1.3), dice.chance(0.4)
    prong = _strip(np.array([0, reach * 0.8, reach]) + palm, [tine, tine, tine * (0.15 if pointed else 1.0)], 0.0, thick)
    draft.add("tine", copies(prong, np.linspace(-1, 1, count)[:, None] * (wide - tine, 0, 0)))
    if dice.chance(0.4):
        # Flat metal is bent up in front of the handle only.
        angle = dice.uniform(4, 15)
        draft.change(lambda piece: turn(piece, "x", -angle, (0, -thick / 2, 0)), 1)
    _lay(dice, draft)
    return describe("fork", ["flat"], [f"{NUMBERS[count]} {'pointed' if pointed else 'straight'} tines"])


def _scoop(start: float, length: float, half: float, rise: tuple[float, float], depth: float, thick: float, egg: float) -> Triangles:
    """Bowl of a spoon from z = ``start`` to ``length``, its edge falling from the first to the second of ``rise``."""
    u = -np.cos(np.linspace(0.12, np.pi - 0.05, 11))
    z = start + (u + 1) / 2 * (length - start)
    return _strip(z, half * np.sqrt(1 - u * u) * (1 - egg * u), np.interp(u, [-1, 1], rise), thick, depth * (1 - u * u) ** 0.8, 7)


@SPOON.style("table", 2.5)
def _table_spoon(dice: Dice, draft: Draft) -> str:
    length, half, thick, egg = 2.0, dice.uniform(0.15, 0.26), dice.uniform(0.02, 0.04), dice.uniform(0.0, 0.22)
    start, lift, depth = length - half * dice.uniform(2.3, 3.2), dice.uniform(0.04, 0.22), dice.uniform(0.06, 0.16)
    draft.add("handle", _table_handle(dice, start + 0.02, lift, thick))
    draft.add("bowl", _scoop(start, length, half, (lift, depth * dice.uniform(0.6, 1.0)), depth, thick, egg))
    _lay(dice, draft)
    return describe("spoon", ["table"], ["a deep bowl" if depth > 0.12 else "", "an egg-shaped bowl" if egg > 0.1 else "an oval bowl"])


@SPOON.style("ladle", 0.9)
def _ladle(dice: Dice, draft: Draft) -> str:
    deep, reach, hooked = dice.uniform(0.5, 0.95), dice.uniform(3.0, 6.5), dice.chance(0.5)
    a, lean = np.linspace(0.05, np.pi / 2, 7), np.deg2rad(dice.pick(dice.uniform(0, 25), dice.uniform(25, 80)))
    outer = np.column_stack([np.sin(a), deep * (1 - np.cos(a))])
    draft.add("bowl", revolve(np.concatenate([outer, outer[::-1] * (0.95, 0.97) + (0, deep * 0.03)]), segments=16))
    far = np.array([0, deep * 0.95 + reach * np.cos(lean), 0.95 + reach * np.sin(lean)])
    path = np.array([(0, deep * 0.65, 0.92), (0, deep * 0.95, 0.95), far])
    if hooked:
        path = np.concatenate([path, far + arc((0, 0, 0.35), 0.35, 160, 10, "zy", 6)])
    draft.add("handle", tube(path, dice.uniform(0.07, 0.14), 6) * (dice.pick(1.0, 2.2), 1, 1))
    _lay(dice, draft)
    handle = "a hooked handle" if hooked else "a straight handle"
    return describe("ladle spoon", ["long" if reach > 5 else ""], ["a round deep bowl", handle])


@SPOON.style("straight", 1.3)
def _straight_spoon(dice: Dice, draft: Draft) -> str:
    # Wooden and plastic ones, and low models: a bar or round stick without any bend.
    length, half, thick, radius = 2.4, dice.uniform(0.13, 0.28), dice.uniform(0.03, 0.08), dice.uniform(0.035, 0.06)
    start, stick = length - half * dice.uniform(1.9, 3.4), dice.chance(0.6)
    if stick:
        line = [(0.0, 0.6), (0.05, 1.1), (start * 0.6, 1.0), (start + 0.12, dice.uniform(0.8, 1.3))]
        draft.add("handle", hull([(z, 0, radius * w, radius * w) for z, w in line], 2.0, 9))
    else:
        draft.add("handle", box((radius * dice.uniform(1.5, 3.5), thick, start + 0.04), (0, 0, start / 2 + 0.02)))
    depth = dice.uniform(0.02, 0.16)
    draft.add("bowl", _scoop(start, length, half, (thick / 2, thick / 2 + dice.uniform(0, 0.06)), depth, thick, dice.uniform(-0.1, 0.1)))
    _lay(dice, draft)
    handle = "a round straight handle" if stick else "a flat straight handle"
    return describe("spoon", ["plain"], [handle, "a shallow bowl" if depth < 0.08 else ""])


def _pan_handle(dice: Dice, draft: Draft, edge: float, high: float, reach: float) -> None:
    """One long handle from the wall at z = ``edge``; the pan has radius 1."""
    lift, level = dice.uniform(-0.05, 0.45), high * dice.uniform(0.6, 0.9)
    kind, wide = dice.pick("flat", "flat", "round", "wire"), dice.uniform(0.08, 0.15)
    z = np.linspace(edge - 0.06, edge + reach, 7)
    rise = _ease(z, [z[0], z[3], z[6]], [level, level + lift * 0.8, level + lift])
    half = wide * np.array([1.3, 0.8, 0.65, 0.85, 1.0, 1.05, 0.7])
    if kind == "flat":
        draft.add("handle", _strip(z, half, rise, dice.uniform(0.03, 0.12)))
    elif kind == "round":
        draft.add("handle", tube(np.column_stack([z * 0, rise, z]), half * 0.75, 8))
    else:
        half[-1] = 0.0
        draft.add("handle", mirror(tube(np.column_stack([half, rise, z]), wide * 0.25, 6)))
    if kind != "wire" and dice.chance(0.25):
        draft.add("handle", tube(arc((0, float(rise[-1]), float(z[-1]) + 0.07), 0.09, 0, 324, "xz", 10), 0.025, 5, closed=True))


def _furnish(dice: Dice, draft: Draft, high: float, kind: str) -> list[str]:
    """Handles ("long", "helper" or "loops") and sometimes a lid on a round pan of radius 1; tells of them."""
    reach, lidded, dome = dice.uniform(0.9, 1.9), dice.chance(0.15), dice.uniform(0.08, 0.35)
    if kind != "loops":
        _pan_handle(dice, draft, 0.98, high, reach)
    if kind != "long":
        out, level = 1 + dice.uniform(0.12, 0.3), high * 0.85
        line = np.array([(-1, level, -0.95), (-0.8, level + 0.03, -out), (0.8, level + 0.03, -out), (1, level, -0.95)])
        loop = tube(line * (dice.uniform(0.15, 0.32), 1, 1), dice.uniform(0.025, 0.06), 6)
        draft.add("handle", mirror(loop, 2) if kind == "loops" else loop)
    if lidded:
        draft.add("lid", revolve([(1.02, high), (1.0, high + 0.04), (0.75, high + dome * 0.6), (0.4, high + dome * 0.9), (0, high + dome)]))
        draft.add("knob", ellipsoid((dice.uniform(0.07, 0.16), 0.09, 0.1), (0, high + dome + 0.06, 0), 8))
    draft.pose(dice, 0.8, ("x", 90), ("x", -90), ("z", 90))
    long = "two loop handles" if kind == "loops" else "a long handle" if reach > 1.3 else "a handle"
    return [long, "a helper handle" if kind == "helper" else "", "a lid" if lidded else ""]


@PAN.style("frying", 3.0)
def _frying_pan(dice: Dice, draft: Draft) -> str:
    high, foot, wall, square = dice.uniform(0.18, 0.42), dice.uniform(0.7, 0.92), dice.uniform(0.02, 0.05), dice.chance(0.1)
    swell = foot + (1 - foot) * dice.pick(0.35, dice.uniform(0.5, 0.75))
    line = np.array([(foot, 0), (swell, high * 0.35), (1.0, high), (1 - wall, high), (swell - wall, high * 0.37), (foot - wall, wall)])
    outline = superellipse(2, 2, dice.uniform(5, 12), 28) if square else circle(dice.pick(12, 20, 28))
    draft.add("body", loft(rings_of(outline, line[:, 0], line[:, 1])))
    grill = dice.chance(0.5 if square else 0.06)
    if grill:
        # Ridges end where the floor does.
        x = np.linspace(-0.55, 0.55, 7)
        z = np.full(7, foot * 0.85) if square else np.sqrt(0.64 * foot**2 - x * x)
        draft.add("body", sticks(np.column_stack([x, x * 0 + wall, -z]), np.column_stack([x, x * 0 + wall, z]), 0.04, 0.04, 4))
    features = _furnish(dice, draft, high, dice.pick("long", "long", "long", "long", "long", "helper"))
    shape = "square" if square else "shallow" if high < 0.26 else ""
    return describe("pan", [shape, "frying"], ["grill ridges" if grill else "", *features])


@PAN.style("straight", 1.0)
def _straight_pan(dice: Dice, draft: Draft) -> str:
    high, wall, corner = dice.uniform(0.25, 0.5), dice.uniform(0.02, 0.05), dice.uniform(0.02, 0.1)
    line = [(1 - corner, 0), (1.0, corner), (1.0, high), (1 - wall, high), (1 - wall, corner), (1 - corner - wall, wall), (0.0, wall)]
    draft.add("body", revolve(line, segments=dice.pick(14, 22, 28)))
    features = _furnish(dice, draft, high, dice.pick("long", "long", "helper", "helper", "loops"))
    return describe("pan", ["low"], ["straight walls", *features])


@PAN.style("wok", 0.8)
def _wok(dice: Dice, draft: Draft) -> str:
    angle, flat, wall = dice.uniform(0.9, 1.35), dice.pick(0.03, dice.uniform(0.2, 0.45)), dice.uniform(0.015, 0.04)
    a = np.linspace(0, angle, 8)
    outer = np.column_stack([flat + (1 - flat) * np.sin(a) / np.sin(angle), (1 - np.cos(a)) / np.sin(angle) * (1 - flat * 0.6)])
    inner = np.maximum(outer[::-1] - (wall, 0), 1e-7) + np.linspace(0, wall, 8)[:, None] * (0, 1)
    draft.add("body", revolve(np.concatenate([outer, inner]), segments=dice.pick(16, 26)))
    high, kind = float(outer[-1, 1]), dice.pick("long", "long", "helper", "loops")
    features = _furnish(dice, draft, high, kind)
    return describe("wok pan", [size_word(high, 0.45, 0.6, "shallow", "deep")], ["a round bottom" if flat < 0.1 else "", *features])


def _apple(dice: Dice, draft: Draft, kind: str) -> str:
    tapered, half = kind == "lobed" or (kind == "half" and dice.chance(0.3)), kind == "half"
    phi, segments = np.linspace(0.0, np.pi, dice.pick(9, 13, 17)), dice.pick(10, 16, 24)
    angle = np.linspace(0, np.pi if half else 2 * np.pi, segments, endpoint=half)
    press = dice.uniform(0.3, 0.6), dice.uniform(0.12, 0.4), dice.uniform(0.3, 0.5)
    # Five bumps, strongest at the bottom, and one side a little fuller than the other.
    bumps = dice.uniform(0.04, 0.1) if tapered else dice.uniform(0.0, 0.02)
    swell = 1 + bumps * np.cos(5 * angle) * _ease(phi, [0, 1.2, 2.9], [0.5, 0.15, 1.0])[:, None]
    skin = _ball(phi, press, swell * (1 + dice.uniform(0, 0.05) * np.cos(angle - 1.0)), angle)
    tall = dice.uniform(0.95, 1.2) if tapered else dice.uniform(0.8, 1.05)
    skin[..., ::2] *= 1 + dice.uniform(0.1, 0.22 if tapered else 0.15) * skin[..., 1:2]
    skin[..., 1] *= tall
    draft.add("body", surface(skin, wrap=not half), *([fan(np.concatenate([skin[:, 0], skin[::-1, -1]]))] if half else []))
    stalk, leafy, reach, low = dice.chance(0.85), dice.chance(0.35), dice.uniform(0.3, 0.8), float(skin[0, 0, 1])
    if stalk:
        path = bezier([(0, low - 0.05, 0), (0, low + reach * 0.6, 0), (dice.uniform(-0.25, 0.25), low + reach, 0)], 5)
        draft.add("stem", tube(path, np.array([1.0, 0.8, 0.8, 0.9, 1.2]) * dice.uniform(0.03, 0.07), 6))
    if stalk and leafy:
        blade = _leaf(dice.uniform(0.4, 1.0), dice.uniform(0.12, 0.28), dice.uniform(0.1, 0.8))
        draft.add("leaf", turn(blade, "y", dice.uniform(0, 360)) + np.array([0, low + reach * 0.45, 0]))
    draft.pose(dice, 0.5 if half else 0.85, ("x", 90), ("x", -90), ("z", 60))
    words = [size_word(tall, 0.86, 1.08, "flat", "tall"), "cut" if half else "tapered" if tapered else "round"]
    return describe("apple", words, ["a flat side" if half else "", "a stem" if stalk else "", "a leaf" if stalk and leafy else ""])


for _kind, _weight in (("round", 2.0), ("lobed", 1.0), ("half", 0.3)):
    APPLE.style(_kind, _weight)(partial(_apple, kind=_kind))


def _finger(dice: Dice, bend: float) -> tuple[Triangles, Triangles]:
    """A banana of length 1 from the origin along x, bent down by ``bend`` degrees: body and stem."""
    path = arc((0, 0, 0), 180 / (np.pi * bend), 90 + bend / 2, 90 - bend / 2, "xy", 16)
    share, sides, thick, stalk = np.linspace(0, 1, 16), dice.pick(5, 6, 8), dice.uniform(0.07, 0.12), dice.uniform(0.02, 0.04)
    full = _ease(share, [0, 0.28, 0.75, 1], [stalk / thick, 1.0, 0.95, dice.uniform(0.15, 0.35)])
    return tube(path[2:] - path[0], full[2:] * thick, sides), tube(path[:3] - path[0], [stalk * 1.3, stalk, full[2] * thick], sides)


@BANANA.style("single", 2.0)
def _banana(dice: Dice, draft: Draft) -> str:
    bend = dice.uniform(35, 130)
    body, stem = _finger(dice, bend)
    draft.add("body", body)
    draft.add("stem", stem)
    # On its side, on its tips or on its back.
    axis, degrees = dice.pick(("x", 90.0), ("x", 90.0), ("x", 0.0), ("z", 180.0))
    draft.change(lambda piece: turn(piece, axis, degrees))
    draft.pose(dice, 0.6, ("x", 90), ("z", 90), ("z", -90))
    angle = dice.uniform(0, 360)
    draft.change(lambda piece: turn(piece, "y", angle))
    return describe("banana", [size_word(bend, 55, 95, "slightly curved", "strongly curved")], ["a short stem"])


@BANANA.style("bunch", 1.2)
def _bunch(dice: Dice, draft: Draft) -> str:
    count, bend, rows = dice.integer(2, 7), dice.uniform(45, 110), dice.pick(1, 1, 2)
    body, stem = _finger(dice, bend)
    thick = float(np.ptp(body[..., 2])) / 2
    for row in range(rows):
        for u in np.arange(count) - (count - 1) / 2:
            # Side by side at the crown, fanned out so that their middles touch; the second row lies closer in below.
            place, fan_out, drop = np.array([0, 0, u * thick * 1.1]), -u * thick * dice.uniform(90, 130), dice.uniform(-6, 6) - 24 * row
            for part, piece in (("body", body), ("stem", stem)):
                draft.add(part, turn(turn(piece * (1 - 0.12 * row), "z", drop), "y", fan_out) + place)
    draft.add("stem", ellipsoid((0.07, 0.06, thick * (count * 0.55 + 0.3)), segments=8))
    draft.pose(dice, 0.3, ("z", -90), ("z", -60), ("z", 180), ("x", 90))
    return describe("banana bunch", [], [f"{count * rows} fingers", "one crown"])


@BANANA.style("peeled", 0.4)
def _peeled(dice: Dice, draft: Draft) -> str:
    body, thick = bezier([(0, 0, 0), (dice.uniform(0.1, 0.3), 0.5, 0), (0, 1, 0)], 13), dice.uniform(0.07, 0.11)
    opened, flaps = dice.integer(3, 8), dice.pick(3, 3, 4)
    full = _ease(np.linspace(0, 1, 13), [0, 0.25, 0.8, 1], [0.35, 1.0, 0.9, 0.2]) * thick
    draft.add("peel", tube(body[: opened + 1], full[: opened + 1] * 1.1, 8))
    draft.add("body", tube(body[opened:], full[opened:], 8))
    reach, out = (1 - opened / 12) * dice.uniform(0.7, 1.0), dice.uniform(0.5, 1.2)
    line = bezier([(thick, 0, 0), (thick + reach * out * 0.5, reach * 0.3, 0), (thick + reach * out * 0.6, -reach * 0.7, 0)], 7)
    half = np.linspace(1, 0.25, 7) * thick
    flap = surface(np.stack([line - half[:, None] * (0.3, 0, 1), line, line + half[:, None] * (-0.3, 0, 1)], 1))
    for k in range(flaps):
        draft.add("peel", turn(flap, "y", k * 360 / flaps + dice.uniform(-15, 15)) + body[opened])
    draft.pose(dice, 0.7, ("x", 90), ("z", 90), ("z", -90))
    return describe("banana", ["half peeled"], [f"{NUMBERS[flaps]} flaps of peel"])


def _grow(dice: Dice, draft: Draft, radius: float, high: float, stem: float, dome: float, edge: tuple[float, float, float]) -> None:
    """A mushroom: cap of ``radius`` and ``dome`` on a stem ``high``; ``edge``: how flat on top, how low its edge, how sunken."""
    power, roll, dip = edge
    bulb, lean = dice.uniform(0.8, 1.6), dice.uniform(-0.15, 0.15) * high
    path = bezier([(lean, 0, 0), (lean, high * 0.5, 0), (0, high + dome * 0.3 - dip, 0)], 6)
    draft.add("stem", tube(path, stem * _ease(np.linspace(0, 1, 6), [0, 0.2, 0.6, 1], [0.8 * bulb, bulb, 1.0, 1.05]), 9))
    start, segments = len(draft.pieces), dice.pick(10, 16, 22)
    share = np.cos(np.linspace(0, np.pi / 2, 8))
    top = np.column_stack([share * radius, high + dome * np.sqrt(1 - share**power) - dip * (1 - share) ** 2])
    draft.add("cap", revolve(np.concatenate([[(radius * 0.93, high - roll)], top]), segments=segments, closed=False))
    hollow = high + dome * dice.uniform(0.0, 0.4) - dip
    draft.add("gill", revolve([(radius * 0.93, high - roll), (stem, hollow)], segments=segments, closed=False))
    if dice.chance(0.4):
        spokes = np.insert(circle(24), 1, 0.0, axis=1)
        starts, ends = spokes * radius * 0.93 + np.array([0, high - roll, 0]), spokes * stem + np.array([0, hollow, 0])
        draft.add("gill", sticks(starts, ends, radius * 0.02, radius * 0.02, 3))
    tilt = dice.uniform(-6, 6)
    draft.change(lambda piece: turn(piece, "z", tilt, (0, high, 0)), start)


def _mushroom(dice: Dice, draft: Draft, kind: str) -> str:
    ranges = {
        "button": (0.5, 1.2, 0.3, 0.55, 0.55, 1.05),
        "flat": (1.2, 2.8, 0.1, 0.24, 0.12, 0.45),
        "toadstool": (0.7, 1.8, 0.16, 0.45, 0.45, 1),
    }
    high, stem, dome = (dice.uniform(*ranges[kind][k : k + 2]) for k in (0, 2, 4))
    dip = dice.pick(0.0, dice.uniform(0.2, 0.6)) if kind == "flat" else 0.0
    roll = dice.uniform(0.05, 0.3) if kind == "button" else dice.uniform(-0.05, 0.12)
    power = 2.0 if kind == "toadstool" else dice.uniform(1.6, 3.5)
    _grow(dice, draft, 1.0, high, stem, dome, (power, roll, dip))
    spotted, ringed = (kind == "toadstool" and dice.chance(chance) for chance in (0.65, 0.4))
    if spotted:
        count, size = dice.integer(6, 18), dice.uniform(0.07, 0.2)
        share, angle = np.sqrt(dice.rng.random(count)) * 0.95, dice.rng.random(count) * 2 * np.pi
        spots = np.column_stack([share * np.cos(angle), high + dome * np.sqrt(1 - share**2), share * np.sin(angle)])
        draft.add("spot", copies(ellipsoid((size, size * 0.5, size), segments=7), spots))
    if ringed:
        draft.add("ring", revolve([(stem, high * 0.75), (stem * dice.uniform(1.4, 2.0), high * 0.6)], segments=14, closed=False))
    others = dice.integer(1, 4) if dice.chance(0.18) else 0
    if others:
        # Smaller ones stand around.
        angles = np.arange(others) * 2 * np.pi / others + dice.uniform(0, 6)
        places = [(dice.uniform(0.4, 1.0), (dice.uniform(0.9, 1.5) * np.cos(a), 0, dice.uniform(0.9, 1.5) * np.sin(a))) for a in angles]
        draft.change(lambda piece: np.concatenate([piece, *[piece * size + np.array(place) for size, place in places]]))
    draft.pose(dice, 0.8, ("x", 90), ("z", 105), ("z", 180))
    cap = {"button": "a round cap", "flat": "a sunken cap" if dip else "a flat cap", "toadstool": "a domed cap"}[kind]
    width = size_word(stem, 0.25, 0.35, "a slender stem", "a thick stem")
    features = [cap, width, "spots" if spotted else "", "a ring on its stem" if ringed else ""]
    noun = "mushroom cluster" if others else "mushroom"
    return describe(noun, [size_word(high, 0, 1.9, "", "tall"), kind if kind != "flat" else ""], features)


for _kind, _weight in (("button", 1.5), ("flat", 1.2), ("toadstool", 1.5)):
    MUSHROOM.style(_kind, _weight)(partial(_mushroom, kind=_kind))


def _pumpkin(dice: Dice, draft: Draft, kind: str) -> str:
    tall, ribs = dice.pick(dice.uniform(0.45, 0.8), dice.uniform(0.7, 1.0), dice.uniform(0.8, 1.2)), dice.integer(7, 18)
    fine, rows, lid = (5, 23, dice.pick("on", "off", "whole")) if kind == "carved" else (dice.pick(3, 4, 5), dice.pick(9, 13), "whole")
    angle = np.linspace(0, 2 * np.pi, ribs * fine, endpoint=False)
    swell = 1 - dice.uniform(0.05, 0.22) * (1 - np.abs(np.sin(angle * ribs / 2)) ** dice.uniform(0.5, 1.2))
    press = dice.uniform(0.15, 0.45), dice.uniform(0.1, 0.35), dice.uniform(0.3, 0.55)
    skin = _ball(np.linspace(0, np.pi, rows), press, swell, angle) * np.array([1, tall, 1])
    top = float(skin[0, 0, 1])
    if kind == "ribbed":
        draft.add("body", surface(skin, wrap=True))
    elif kind == "segments":
        # Low models push fat ellipsoids into a ring.
        ribs, out, top = dice.integer(6, 11), dice.uniform(0.35, 0.6), tall * 0.7
        rib = ellipsoid((1 - out, tall, (1 - out) * dice.uniform(0.6, 1.0) + 0.12), (out, 0, 0), 9)
        draft.add("body", *[turn(rib, "y", k * 360 / ribs) for k in range(ribs)])
    else:
        outside = surface(skin[0 if lid == "whole" else 5 :], wrap=True)
        # The face is cut out cell by cell, two triangles each.
        middle = np.tile(outside.reshape(2, -1, 9).mean(0).reshape(-1, 3, 3).mean(1), (2, 1))
        x, y = np.abs(middle[:, 0]), middle[:, 1] / tall
        eye = (np.abs(x - 0.36) < 0.45 * (0.6 - y)) & (y > 0.12)
        mouth = (np.abs(y + 0.28 - 0.5 * x * x) < np.where((x > 0.2) & (x < 0.32), 0.06, 0.14)) & (x < 0.64)
        shell = outside[(middle[:, 2] < 0) | ~(eye | mouth)]
        draft.add("body", shell, shell * dice.uniform(0.8, 0.92))
        if lid == "on":
            draft.add("lid", surface(skin[:6], wrap=True) + np.array([0, dice.pick(0.0, 0.05), 0]))
    thick, reach, lean = dice.uniform(0.06, 0.15), dice.uniform(0.2, 0.65), dice.uniform(-0.4, 0.4)
    if lid != "off":
        path = bezier([(0, top - 0.08, 0), (0, top + reach * 0.8, 0), (lean, top + reach, 0)], 6)
        draft.add("stem", tube(path, thick * np.array([1.8, 1.1, 0.9, 0.85, 0.9, 1.1]), dice.pick(5, 6, 8)))
    stalk = "an open top" if lid == "off" else "a long stem" if reach > 0.45 else "a short stem"
    words = [size_word(tall, 0.7, 1.0, "flat", "tall"), "carved hollow" if kind == "carved" else ""]
    return describe("pumpkin", words, ["a face" if kind == "carved" else f"{ribs} ribs", stalk])


for _kind, _weight in (("ribbed", 2.0), ("segments", 0.6), ("carved", 0.7)):
    PUMPKIN.style(_kind, _weight)(partial(_pumpkin, kind=_kind))
