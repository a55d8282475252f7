"""More animals, and a hand."""

import numpy as np
from numpy.typing import ArrayLike

from recon_model.data.synthetic.primitives import Triangles, bezier, copies, ellipsoid, hull, loft, mirror, prism, rod, tube, turn
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

ELEPHANT = category("elephant", "body head trunk ear tusk leg tail")
RABBIT = category("rabbit", "body head ear leg tail")
SNAKE = category("snake", "body head hood tongue")
TURTLE = category("turtle", "shell head leg flipper tail")
BUTTERFLY = category("butterfly", "body wing antenna leg")
GIRAFFE = category("giraffe", "body neck head horn ear leg tail")
PIG = category("pig", "body head snout ear leg tail")
HAND = category("hand", "palm finger thumb wrist forearm")

Curl = tuple[float, float, float]  # degrees by which a finger bends at each of its joints


def _rounded(corners: ArrayLike, times: int = 1) -> Triangles:
    """A closed outline (n, 2) with its corners cut off ``times`` times (Chaikin); 0 leaves it angular."""
    line = np.asarray(corners, float)
    for _ in range(times):
        ahead = np.roll(line, -1, 0)
        line = np.stack([line * 0.75 + ahead * 0.25, line * 0.25 + ahead * 0.75], 1).reshape(-1, 2)
    return line


def _plate(outline: Triangles, thick: float) -> Triangles:
    """A plate of an outline (n, 2) in (z, y), as of an ear: it stands along x."""
    return loft(np.stack([np.insert(outline[:, ::-1], 0, x, 1) for x in (-thick / 2, thick / 2)]))


def _four_legs(dice: Dice, draft: Draft, half: float, places: tuple[float, float], tops: tuple[float, float], girth: Triangles) -> None:
    """Legs from the two heights ``tops`` to the ground at ``places`` along z; ``girth`` at hip, knee, ankle, foot."""
    sides, stride = dice.pick(7, 8, 10, 5), dice.pick(0.0, 0.06, 0.24)
    for z, top in zip(places, tops, strict=True):
        for s in (-1, 1):
            swing, bend = dice.uniform(-stride, stride) * top, (0.02 if z > 0 else -0.06) * top
            line = [(s * half, top, z), (s * half, top * 0.5, z + swing * 0.3 + bend), (s * half, top * 0.12, z + swing)]
            draft.add("leg", tube([*line, (s * half, 0, z + swing)], girth, sides))


def _trunk(dice: Dice, raised: float, reach: float) -> tuple[str, Triangles]:
    """The line of a trunk whose root is at the origin, ``reach`` above the ground, and words for it."""
    if dice.chance(raised):
        up = reach * dice.uniform(0.4, 1.1)
        return "a raised trunk", bezier([(0, 0, 0), (0, -0.35 * reach, 0.3), (0, -0.1, 0.75), (0, up * 0.8, 0.75), (0, up, 0.4)], 10)
    out, curl, low = dice.uniform(0.05, 0.3), dice.pick(0.0, 0.0, dice.uniform(-0.3, 0.45)), dice.uniform(0.78, 0.97) * reach
    line = [(0, 0, 0), (0, -reach * 0.25, 0.22), (0, -reach * 0.6, out), (0, -low, out), (0, -low + abs(curl) * 0.7, out + curl)]
    return "a curled trunk" if curl else "a hanging trunk", bezier(line, 10)


def _elephant(dice: Dice, draft: Draft, african: bool, calf: bool = False) -> list[str]:
    """A standing elephant about 1 high; returns words for its parts."""
    long, half, deep = dice.uniform(0.46, 0.6), dice.uniform(0.23, 0.31), dice.uniform(0.24, 0.32)
    back, size = dice.uniform(0.34, 0.48) + deep * 0.85, dice.uniform(0.2, 0.25) * (1.25 if calf else 1.0)
    hump = -0.03 if african else 0.05  # the Asian back is arched, the African one hollow
    rows = [(0.95, 0.06, 0.5, 0.6), (0.65, 0.03, 0.92, 0.95), (0, hump, 1, 1), (-0.6, 0, 0.95, 0.95), (-1, -0.03, 0.4, 0.5)]
    draft.add("body", hull([(z * long, back + y, w * half, h * deep) for z, y, w, h in rows], 2.0, dice.pick(14, 14, 10, 7)))
    head = np.array([0, back + deep * dice.uniform(0.35, 0.85), long + size * dice.uniform(0.5, 0.9)])
    draft.add("head", ellipsoid((size * 0.85, size * 1.15, size), head), rod((0, back, long * 0.7), head, deep * 0.7, size * 0.7))
    root = head + np.array([0, -size * 0.3, size * 0.55])
    word, path = _trunk(dice, 0.5 if calf else 0.25, root[1])
    draft.add("trunk", tube(path + root, np.linspace(size * 0.6, dice.uniform(0.035, 0.05), 10), dice.pick(8, 8, 6)))
    spread, wide = dice.pick(dice.uniform(10, 40), dice.uniform(10, 85)), dice.uniform(0.42, 0.62) if african else dice.uniform(0.28, 0.4)
    fan = [(0.05, 0.2), (-0.3, 0.42), (-0.75, 0.35), (-0.9, 0.0), (-0.65, -0.4), (-0.35, -0.9), (-0.1, -0.6), (0.05, -0.25)]
    ear = turn(_plate(_rounded(np.array(fan) * wide, dice.pick(0, 1, 1)), dice.uniform(0.015, 0.04)), "y", -spread)
    draft.add("ear", mirror(ear + head + np.array([size * 0.75, size * 0.25, 0])))
    tusks = not calf and dice.chance(0.8 if african else 0.55)
    if tusks:
        tusk, start = dice.uniform(0.15, 0.5), head + np.array([size * 0.45, -size * 0.55, size * 0.6])
        bend = bezier(start + np.array([(0, 0, 0), (0.03, -0.5 * tusk, 0.35 * tusk), (0.02, -0.35 * tusk, tusk)]), 6)
        draft.add("tusk", mirror(tube(bend, np.linspace(0.035, 0.01, 6), 6)))
    girth = np.array([1.35, 1.05, 0.95, 1.1]) * dice.uniform(0.085, 0.115)
    _four_legs(dice, draft, half * 0.6, (long * 0.62, -long * 0.66), (back, back), girth)
    end = (0, back * dice.uniform(0.35, 0.6), -long - dice.uniform(0.05, 0.15))
    draft.add("tail", tube([(0, back + deep * 0.4, -long * 0.9), (0, back, -long - 0.07), end], [0.035, 0.03, 0.015], 5))
    return [word, "big ears" if african else "small ears", "tusks" if tusks else "no tusks"]


@ELEPHANT.style("standing", 3.0)
def _standing_elephant(dice: Dice, draft: Draft) -> str:
    african = dice.chance(0.6)
    return describe("elephant", ["african" if african else "asian"], _elephant(dice, draft, african))


@ELEPHANT.style("toy", 0.8)
def _toy_elephant(dice: Dice, draft: Draft) -> str:
    words, short = _elephant(dice, draft, dice.chance(0.7), calf=True), np.array([dice.uniform(1.0, 1.25), 1, dice.uniform(0.7, 0.95)])
    draft.change(lambda piece: piece * short)
    return describe("elephant", ["small", "round"], words[:2])


def _rabbit_head(dice: Dice, draft: Draft, head: Triangles, size: float, laid: tuple[float, float]) -> str:
    """A head with two long spoon-shaped ears leaning backwards by degrees in ``laid``, or hanging; returns words for them."""
    nose = ellipsoid((size * 0.5, size * 0.45, size * 0.5), head + np.array([0, -size * 0.25, size * 0.8]), 8)
    draft.add("head", ellipsoid((size * 0.85, size * 0.9, size * 1.1), head, 12), nose)
    long, wide, lop = size * dice.uniform(1.8, 3.4), size * dice.uniform(0.25, 0.42), dice.chance(0.15)
    spoon = tube(np.outer([0, 0.25, 0.6, 0.88, 1], (0, long, 0)), np.array([0.5, 0.8, 1, 0.7, 0.1]) * wide, 8)
    spoon *= np.array([1, 1, dice.uniform(0.3, 0.5)])
    aside, back = (dice.uniform(135, 165), dice.uniform(-15, 25)) if lop else (dice.uniform(2, 22), dice.uniform(*laid))
    ear = turn(turn(spoon, "z", -aside), "x", -back) + head
    draft.add("ear", mirror(ear + np.array([size * (0.6 if lop else 0.35), size * 0.65, -size * 0.2])))
    return "hanging ears" if lop else "long ears"


@RABBIT.style("sitting", 2.0)
def _sitting_rabbit(dice: Dice, draft: Draft) -> str:
    half, long, high, size = dice.uniform(0.24, 0.33), dice.uniform(0.38, 0.52), dice.uniform(0.26, 0.36), dice.uniform(0.15, 0.2)
    rump, chest = np.array([0, high * 0.95, -long * 0.4]), np.array([0, high * 1.05, long * 0.35])
    head = chest + np.array([0, high * dice.uniform(0.75, 1.15), long * dice.uniform(0.3, 0.5)])
    draft.add("body", ellipsoid((half, high, long * 0.75), rump, dice.pick(14, 14, 8)), rod(chest, head, half * 0.6, size * 0.75))
    draft.add("body", ellipsoid((half * 0.75, high * 0.9, long * 0.5), chest, 12))
    word = _rabbit_head(dice, draft, head, size, (0, 75))
    draft.add("leg", mirror(ellipsoid((half * 0.42, high * 0.7, long * 0.45), (half * 0.8, high * 0.65, -long * 0.4), 10)))
    paw = [(half * 0.45, high * 0.9, long * 0.55), (half * 0.4, 0.06, long * 0.75), (half * 0.4, 0.03, long * 0.9)]
    draft.add("leg", mirror(tube(paw, 0.055, 7)), mirror(ellipsoid((0.06, 0.05, long * 0.45), (half * 0.84, 0.04, -long * 0.05), 8)))
    draft.add("tail", ellipsoid((0.09, 0.09, 0.09), (0, high * 0.7, -long * 1.12), 8))
    return describe("rabbit", ["sitting"], [word, "a round back"])


@RABBIT.style("upright")
def _upright_rabbit(dice: Dice, draft: Draft) -> str:
    half, high, size, lean = dice.uniform(0.18, 0.3), dice.uniform(0.6, 0.95), dice.uniform(0.16, 0.27), dice.uniform(-0.02, 0.1)
    path = [(0, 0.02, 0), (0, high * 0.2, 0), (0, high * 0.5, lean * 0.4), (0, high * 0.85, lean), (0, high, lean)]
    draft.add("body", tube(path, np.array([0.6, 1.0, 0.95, 0.65, 0.35]) * half, 12))
    word = _rabbit_head(dice, draft, np.array([0, high + size * 0.6, lean + size * 0.2]), size, (-8, 30))
    draft.add("leg", mirror(ellipsoid((half * 0.45, high * 0.22, half * 0.8), (half * 0.75, high * 0.2, 0.05), 10)))
    draft.add("leg", mirror(ellipsoid((0.06, 0.05, 0.18), (half * 0.8, 0.04, half * 0.8), 8)))
    paw = (half * dice.uniform(0.2, 0.9), high * dice.uniform(0.5, 0.75), lean + half * 1.15)
    draft.add("leg", mirror(tube([(half * 0.6, high * 0.8, lean), (half * 0.85, high * 0.55, lean + half * 0.5), paw], 0.045, 7)))
    draft.add("tail", ellipsoid((0.08, 0.08, 0.08), (0, high * 0.12, -half), 8))
    return describe("rabbit", ["upright"], [word, "paws before its chest"])


@RABBIT.style("lying", 0.6)
def _lying_rabbit(dice: Dice, draft: Draft) -> str:
    half, long, size = dice.uniform(0.16, 0.22), dice.uniform(0.4, 0.6), dice.uniform(0.13, 0.17)
    rows = [(1, 0.02, 0.4, 0.4), (0.6, 0, 0.8, 0.85), (0, 0, 0.9, 0.95), (-0.6, 0.03, 1.1, 1.1), (-1, 0, 0.45, 0.45)]
    head = np.array([0, half * dice.uniform(1.4, 1.9), long + size * 0.4])
    body = hull([(z * long, half * 0.95 + y, w * half, h * half) for z, y, w, h in rows])
    draft.add("body", body, rod((0, half, long * 0.6), head, half * 0.7, size * 0.7))
    word = _rabbit_head(dice, draft, head, size, (20, 85))
    draft.add("leg", mirror(ellipsoid((half * 0.4, half * 0.75, long * 0.35), (half * 0.9, half * 0.75, -long * 0.5), 10)))
    draft.add("leg", mirror(rod((half * 0.55, 0.05, -long * 0.4), (half, 0.04, dice.uniform(-0.1, 0.1)), 0.05, 0.04)))
    draft.add("leg", mirror(rod((half * 0.5, 0.06, long * 0.5), (half * 0.5, 0.04, long + dice.uniform(0.0, 0.2)), 0.05, 0.04)))
    draft.add("tail", ellipsoid((0.07, 0.07, 0.07), (0, half * 1.25, -long * 1.05), 8))
    return describe("rabbit", ["lying"], [word])


def _snake_body(line: Triangles, thick: float, end: float = 1.0, sides: int = 8) -> Triangles:
    """A body along a line from the tip of its tail to a share ``end`` of its length, thickest in the middle."""
    return tube(line, thick * np.interp(np.linspace(0, end, len(line)), [0, 0.15, 0.45, 0.8, 1], [0.08, 0.45, 1.0, 0.9, 0.62]), sides)


def _meander(dice: Dice, thick: float, count: int = 48) -> Triangles:
    """A winding line (count, 3) on the ground about 1 long that ends above the origin, going towards +z."""
    share = np.linspace(0, 1, count)
    swing, waves, drift = np.deg2rad(dice.uniform(15, 95)), dice.uniform(0.8, 3.2), np.deg2rad(dice.uniform(-140, 140))
    course = drift * (share - 1) + swing * np.sin(2 * np.pi * waves * (share - 1))
    path = np.cumsum(np.stack([np.sin(course), 0 * share, np.cos(course)], -1) / count, 0)
    path[:, 1] = np.interp(share, [0, 0.4, 1], [0.1, 0.9, 0.8]) * thick
    path[:, ::2] -= path[-1, ::2]
    return path


def _coil(dice: Dice, thick: float) -> Triangles:
    """A spiral line on the ground, its coils beside or above each other; it ends going towards +z."""
    turns, stacked = dice.uniform(1.5, 3.5), dice.uniform(0.0, 1.0)
    share = np.linspace(0, 1, int(14 * turns))
    angle = 2 * np.pi * turns * (share - 1)
    reach = thick * (dice.uniform(1.2, 3.0) + 2.1 * turns * (1 - share) * (1.2 - stacked))
    return np.column_stack([reach * np.cos(angle), thick * (1 + 1.8 * turns * stacked * share), reach * np.sin(angle)])


def _rear(dice: Dice, draft: Draft, start: Triangles, thick: float, high: float) -> Triangles:
    """A neck that goes on along +z from ``start``, rises in an S and ends in a head looking forwards; returns its line."""
    lean, over = thick * 3 + dice.uniform(-0.25, 0.25) * high, dice.uniform(0.15, 0.45) * high + thick
    bend = [(0, 0, 0), (0, 0, thick * 3), (0, high * 0.5, lean), (0, high, lean - high * 0.2), (0, high * 1.02, lean - high * 0.2 + over)]
    neck = bezier(np.array(bend) + start, 12)
    draft.add("body", tube(neck, np.linspace(0.9, 0.6, 12) * thick, 8))
    end, size, ahead = neck[-1], thick * dice.uniform(0.8, 1.15), neck[-1] - neck[-2]
    ahead /= np.linalg.norm(ahead)
    line = np.array([[-0.3], [0.6], [1.5], [2.3], [2.7]]) * size * ahead
    skull = tube(line, np.array([0.6, 1.05, 1.1, 0.65, 0.2]) * size, 8)
    draft.add("head", skull * np.array([1, 1 - 0.35 * abs(ahead[2]), 1]) + end)  # flat where it looks along the ground
    if dice.chance(0.3):
        tip, fork = ahead * size * 3.9, np.array([0.4 * size, 0, 0]) + ahead * size * 4.7
        draft.add("tongue", rod(line[-1], tip, size * 0.12) + end, mirror(rod(tip, fork, size * 0.1, size * 0.06, 4)) + end)
    return neck


@SNAKE.style("winding", 2.0)
def _winding_snake(dice: Dice, draft: Draft) -> str:
    thick, lifted = dice.uniform(0.012, 0.04), dice.chance(0.3)
    path = _meander(dice, thick)
    draft.add("body", _snake_body(path, thick, sides=dice.pick(8, 8, 5)))
    _rear(dice, draft, path[-1], thick, dice.uniform(0.06, 0.15) if lifted else 0.0)
    draft.pose(dice, 0.8, ("x", 90), ("x", -90))
    return describe("snake", [size_word(thick, 0.018, 0.032, "thin", "thick"), "winding"], ["a lifted head" if lifted else ""])


@SNAKE.style("coiled", 1.2)
def _coiled_snake(dice: Dice, draft: Draft) -> str:
    thick, high = dice.uniform(0.05, 0.1), dice.pick(dice.uniform(0.03, 0.1), dice.uniform(0.2, 0.7))
    path = _coil(dice, thick)
    draft.add("body", _snake_body(path, thick, 0.85, dice.pick(8, 8, 6)))
    _rear(dice, draft, path[-1], thick, high)
    return describe("snake", ["coiled"], ["a raised head" if high > 0.15 else "its head on its coils"])


@SNAKE.style("cobra")
def _cobra(dice: Dice, draft: Draft) -> str:
    thick, coiled = dice.uniform(0.035, 0.06), dice.chance(0.6)
    path = _coil(dice, thick) if coiled else _meander(dice, thick)
    draft.add("body", _snake_body(path, thick, 0.8))
    neck = _rear(dice, draft, path[-1], thick, dice.uniform(0.35, 0.7))
    way = neck[10] - neck[6]
    hood = ellipsoid((thick * dice.uniform(2.0, 3.4), float(np.linalg.norm(way)) * 0.6, thick * 0.5))
    draft.add("hood", turn(hood, "x", float(np.degrees(np.arctan2(way[2], way[1])))) + neck[6] + way / 2 - np.array([0, 0, thick * 0.2]))
    return describe("snake", ["cobra"], ["a spread hood", "a coiled tail" if coiled else "a winding tail"])


def _shell(dice: Dice, draft: Draft, long: float, half: float, high: float, taper: float) -> None:
    """A domed back over a flat belly, its rim at height 0, narrower behind by ``taper``; knobs where the plates rise."""
    zs = np.array([1.0, 0.93, 0.7, 0.3, -0.2, -0.65, -0.92, -1.0])
    wide = np.sqrt(np.maximum(1 - zs**2, 0.002)) * (1 + taper * np.clip(zs, -1, 0.3)) * half
    tall = np.maximum(1 - np.abs(zs) ** dice.uniform(2.0, 3.0), 0.02) * high
    dome = hull(np.column_stack([zs * long, 0 * zs, wide, tall]), dice.uniform(1.9, 2.4), dice.pick(16, 16, 10, 8))
    dome[..., 1] = np.maximum(dome[..., 1], -high * dice.uniform(0.12, 0.3))  # the belly is flat
    draft.add("shell", dome)
    if dice.chance(0.6):
        rim = np.column_stack([wide * dice.uniform(1.04, 1.14), zs * long * 1.05])
        draft.add("shell", prism(np.concatenate([rim, rim[::-1] * np.array([-1, 1])]), -0.03, 0.02))
    if dice.chance(0.4):
        spots = np.array([(0, 0.5), (0, 0.15), (0, -0.2), (0, -0.55), *[(s * 0.52, z) for s in (-1, 1) for z in (0.4, 0.0, -0.4)]])
        rise = np.sqrt(1 - (spots**2).sum(1)) * high * 0.97
        knob = ellipsoid((half * 0.2, high * 0.13, long * 0.14), segments=6)
        draft.add("shell", copies(knob, np.column_stack([spots[:, 0] * half, rise, spots[:, 1] * long])))


def _turtle_ends(dice: Dice, draft: Draft, long: float, size: float, head: Triangles, tail: float) -> None:
    """A head on a neck out of a shell, and a tail behind it."""
    draft.add("head", rod((0, 0, long * 0.7), head, size * 0.75, size * 0.7), ellipsoid((size * 0.85, size * 0.8, size * 1.2), head, 10))
    draft.add("tail", rod((0, -0.03, -long * 0.9), (dice.uniform(-0.3, 0.3) * tail, -0.06, -long - tail), 0.04, 0.008))


def _walking_legs(dice: Dice, draft: Draft, places: tuple[float, float], out: float, drop: float, thick: float) -> None:
    """Four bent legs that come out of a shell sideways and end ``out`` from its middle, ``drop`` below its rim."""
    for z in places:
        for s in (-1, 1):
            end, step = s * out * dice.uniform(0.95, 1.1), z * 1.15 + dice.uniform(-0.06, 0.1)
            line = [(s * out * 0.5, 0.0, z * 0.95), (end * 0.95, -drop * 0.25, z * 1.06), (end, -drop, step)]
            foot = ellipsoid((thick * 1.1, thick * 0.4, thick * 1.4), (end, -drop, step + thick * 0.5), 6)
            draft.add("leg", tube(line, [thick * 1.1, thick, thick * 0.9], 8), foot)


@TURTLE.style("tortoise", 1.5)
def _tortoise(dice: Dice, draft: Draft) -> str:
    long, half, high, reach = dice.uniform(0.5, 0.62), dice.uniform(0.38, 0.48), dice.uniform(0.3, 0.55), dice.uniform(0.12, 0.4)
    _shell(dice, draft, long, half, high, dice.uniform(-0.1, 0.1))
    _walking_legs(dice, draft, (long * 0.6, -long * 0.6), half * 0.85, dice.uniform(0.12, 0.3), dice.uniform(0.07, 0.11))
    head = np.array([0, 0.02 + dice.uniform(-0.08, 0.6) * reach, long + reach])
    _turtle_ends(dice, draft, long, dice.uniform(0.09, 0.13), head, dice.uniform(0.05, 0.18))
    return describe("turtle", ["land"], [size_word(high / long, 0.6, 0.8, "a low shell", "a high domed shell"), "four thick legs"])


@TURTLE.style("sea", 1.2)
def _sea_turtle(dice: Dice, draft: Draft) -> str:
    long, half, high = dice.uniform(0.5, 0.62), dice.uniform(0.36, 0.48), dice.uniform(0.14, 0.26)
    _shell(dice, draft, long, half, high, dice.uniform(0.15, 0.4))
    blade = np.array([(0, 0.35), (0.35, 0.5), (0.7, 0.35), (1.0, -0.15), (0.75, -0.3), (0.4, -0.4), (0, -0.5)])
    paddle = prism(_rounded(blade * np.array([dice.uniform(0.55, 0.95), dice.uniform(0.18, 0.3)])), -0.02, 0.02)
    beat, sweep, loose = dice.uniform(-25, 25), dice.uniform(10, 50), dice.pick(0.0, 0.0, 12.0, 25.0)
    for s in (-1, 1):
        front = turn(turn(paddle, "y", sweep + dice.uniform(-1, 1) * loose), "z", beat + dice.uniform(-1, 1) * loose)
        back = turn(paddle * np.array([0.45, 1, 0.9]), "y", dice.uniform(35, 75)) + np.array([half * 0.35, -0.02, -long * 0.75])
        draft.add("flipper", (front + np.array([half * 0.65, 0, long * 0.62])) * np.array([s, 1, 1]), back * np.array([s, 1, 1]))
    head = np.array([0, dice.uniform(0.0, 0.12), long + dice.uniform(0.08, 0.2)])
    _turtle_ends(dice, draft, long, dice.uniform(0.1, 0.14), head, dice.uniform(0.0, 0.12))
    draft.pose(dice, 0.85, ("x", -90), ("x", -45), ("z", 30))
    return describe("turtle", ["sea"], ["a flat shell", "long flippers"])


@TURTLE.style("pond")
def _pond_turtle(dice: Dice, draft: Draft) -> str:
    toy = dice.chance(0.3)
    long, half, big = dice.uniform(0.48, 0.6), dice.uniform(0.38, 0.48), 1.4 if toy else 1.0
    _shell(dice, draft, long, half, dice.uniform(0.2, 0.32) * big, dice.uniform(-0.05, 0.15))
    out, drop = half * dice.uniform(1.05, 1.35), dice.uniform(0.06, 0.16)
    _walking_legs(dice, draft, (long * 0.6, -long * 0.62), out, drop, dice.uniform(0.05, 0.08) * big)
    head = np.array([0, dice.uniform(0.0, 0.3), long + dice.uniform(0.15, 0.4)])
    _turtle_ends(dice, draft, long, dice.uniform(0.08, 0.12) * big**1.6, head, dice.uniform(0.1, 0.3))
    return describe("turtle", ["cartoon" if toy else "pond"], ["a big head" if toy else "a low shell", "splayed legs"])


def _butterfly(dice: Dice, draft: Draft, lift: float, thick: float) -> list[str]:
    """Four wings in the ground plane, lifted by degrees, around a thin body; returns words for its parts."""
    fore = [(0.03, 0.08), (0.3, 0.42), (0.7, 0.8), (1.05, 0.95), (1.0, 0.5), (0.85, 0.05), (0.45, -0.1), (0.03, -0.05)]
    hind = [(0.03, 0.05), (0.45, 0.05), (0.8, -0.1), (0.85, -0.45), (0.6, -0.75), (0.3, -0.8), (0.12, -0.5), (0.03, -0.15)]
    tailed, feelers = dice.chance(0.25), dice.chance(0.85)
    if tailed:
        hind[4:5] = [(0.62, -0.65), (0.6, -dice.uniform(0.95, 1.25)), (0.5, -0.75)]
    rounds, bend, size = dice.pick(0, 1, 1, 2), dice.uniform(-0.1, 0.25) * (lift < 70), (dice.uniform(0.8, 1.2), dice.uniform(0.7, 1.1))
    for outline, scale in ((fore, dice.uniform(0.85, 1.1)), (hind, dice.uniform(0.75, 1.05))):
        corners = np.array(outline)
        corners += dice.rng.normal(0, 0.03, corners.shape) * (corners[:, :1] > 0.05)
        blade = prism(_rounded(corners * np.array(size) * scale, rounds), -thick, thick)
        blade[..., 1] += bend * blade[..., 0] ** 2 + (0.01 if outline is fore else 0.0)
        draft.add("wing", mirror(turn(blade, "z", lift)))
    fat, long = dice.uniform(0.03, 0.07), dice.uniform(0.3, 0.45)
    rows = [(1, 0.7), (0.75, 0.9), (0.65, 0.6), (0.3, 1.2), (0, 0.7), (-0.5, 0.85), (-1.2, 0.3)]
    draft.add("body", hull([(z * long, 0, r * fat, r * fat) for z, r in rows], 2.0, 8))
    if feelers:
        tip = (dice.uniform(0.1, 0.4), dice.uniform(-0.02, 0.25), long + dice.uniform(0.2, 0.5))
        line = bezier([(0.01, 0, long), (0.03, tip[1], long + 0.1), tip], 6)
        draft.add("antenna", mirror(tube(line, [0.01, 0.01, 0.01, 0.01, 0.012, 0.03], 4)))  # clubbed, unlike a moth's
    return ["tailed wings" if tailed else "four wings", "antennae" if feelers else ""]


@BUTTERFLY.style("spread", 2.0)
def _spread_butterfly(dice: Dice, draft: Draft) -> str:
    words = _butterfly(dice, draft, dice.uniform(-5, 12), dice.pick(0.003, 0.01, 0.03))
    draft.pose(dice, 0.5, ("x", -90), ("x", 90), ("x", -45))
    return describe("butterfly", ["flat"], words)


@BUTTERFLY.style("raised", 1.5)
def _raised_butterfly(dice: Dice, draft: Draft) -> str:
    words = _butterfly(dice, draft, dice.uniform(20, 65), dice.pick(0.003, 0.01))
    draft.pose(dice, 0.7, ("x", -90), ("x", -45), ("x", 45))
    return describe("butterfly", ["flying"], ["raised wings", *words])


@BUTTERFLY.style("closed", 0.4)
def _closed_butterfly(dice: Dice, draft: Draft) -> str:
    words = _butterfly(dice, draft, dice.uniform(80, 88), 0.005)
    draft.add("leg", mirror(copies(rod((0.03, 0, 0), (0.15, -0.2, 0.03), 0.008, 0.005, 4), [(0, 0, z) for z in (0.2, 0.1, 0.0)])))
    return describe("butterfly", ["resting"], ["closed wings", *words])


def _giraffe(dice: Dice, draft: Draft, neck: tuple[float, float]) -> None:
    """About 1 high: the neck reaches ``neck`` (up, forwards) from the shoulder."""
    long, half, deep = dice.uniform(0.17, 0.24), dice.uniform(0.06, 0.085), dice.uniform(0.08, 0.11)
    level, slope, sides = dice.uniform(0.34, 0.44) + deep, dice.uniform(0.15, 0.4), dice.pick(12, 12, 7)
    rows = [(1.05, 0.02, 0.5, 0.6), (0.7, 0, 1, 1.05), (0, 0, 1, 0.95), (-0.7, 0, 0.9, 0.85), (-1, 0, 0.4, 0.5)]
    draft.add("body", hull([(z * long, level + y + slope * z * long, w * half, h * deep) for z, y, w, h in rows], 2.0, sides))
    shoulder, size = np.array([0, level + slope * long, long * 0.8]), dice.uniform(0.04, 0.055)
    head = shoulder + np.array([0, *neck])
    path = bezier([shoulder, (shoulder + head) / 2 + np.array([0, 0, dice.uniform(0.0, 0.05)]), head], 6)
    draft.add("neck", tube(path, np.array([1.35, 1.0, 0.8, 0.68, 0.6, 0.55]) * dice.uniform(0.055, 0.075), sides))
    drop = dice.uniform(-0.2, 0.7) if neck[0] > 0 else 1.5
    nose = head + np.array([0, -drop, 1.0]) / np.hypot(drop, 1.0) * size * dice.uniform(2.2, 3.2)
    draft.add("head", ellipsoid((size * 0.85, size, size * 1.1), head, 8), rod(head, nose, size * 0.85, size * 0.5))
    top, wide = head + np.array([size * 0.4, size * 0.7, -size * 0.2]), size * dice.uniform(1.2, 1.8)
    draft.add("horn", mirror(rod(top, top + np.array([0, size * dice.uniform(0.8, 1.6), -size * 0.3]), size * 0.2, size * 0.28, 5)))
    draft.add("ear", mirror(rod(top - np.array([0, size * 0.3, 0]), top + np.array([wide, 0, -size * 0.4]), size * 0.3, size * 0.08, 5)))
    tops, girth = (level + slope * long, level - slope * long), np.array([2.2, 1.1, 0.85, 1.2]) * dice.uniform(0.02, 0.028)
    _four_legs(dice, draft, half * 0.65, (long * 0.75, -long * 0.75), tops, girth)
    tail = [(0, level + deep * 0.3, -long * 0.95), (0, level * 0.7, -long * 1.2), (0, level * dice.uniform(0.4, 0.6), -long * 1.2)]
    draft.add("tail", tube(tail, [0.012, 0.01, 0.022], 5))


@GIRAFFE.style("standing", 2.0)
def _standing_giraffe(dice: Dice, draft: Draft) -> str:
    tall = dice.uniform(0.36, 0.52)
    _giraffe(dice, draft, (tall, tall * dice.uniform(0.2, 0.7)))
    return describe("giraffe", ["standing"], ["a long neck", "a sloping back", "long legs"])


@GIRAFFE.style("toy", 0.8)
def _toy_giraffe(dice: Dice, draft: Draft) -> str:
    _giraffe(dice, draft, (dice.uniform(0.45, 0.7), dice.uniform(-0.02, 0.1)))
    return describe("giraffe", ["toy"], ["an upright neck", "two horns"])


@GIRAFFE.style("drinking", 0.3)
def _drinking_giraffe(dice: Dice, draft: Draft) -> str:
    _giraffe(dice, draft, (-dice.uniform(0.1, 0.38), dice.uniform(0.38, 0.46)))
    return describe("giraffe", ["drinking"], ["its long neck bent down"])


def _pig(dice: Dice, draft: Draft, leg: float, stout: float = 1.0) -> list[str]:
    """A barrel on legs of a length, about 1 long; returns words for its parts."""
    half, deep, long = dice.uniform(0.19, 0.27) * stout, dice.uniform(0.2, 0.29) * stout, dice.uniform(0.45, 0.6) / stout**0.7
    level, sag, size = leg + deep * 0.95, dice.uniform(0.0, 0.05), deep * dice.uniform(0.6, 0.8)
    rows = [(1.0, 0.02, 0.45, 0.5), (0.75, 0, 0.85, 0.85), (0, -sag, 1, 1.05), (-0.65, 0, 0.95, 0.95), (-1, 0.02, 0.4, 0.45)]
    draft.add("body", hull([(z * long, level + y, w * half, h * deep) for z, y, w, h in rows], 2.0, dice.pick(14, 14, 8)))
    head = np.array([0, level + deep * dice.uniform(-0.1, 0.35), long + size * 0.45])
    draft.add("head", ellipsoid((size * 0.85, size, size), head, 12), rod((0, level, long * 0.6), head, deep * 0.8, size * 0.85, 10))
    nose = head + np.array([0, -size * dice.uniform(0.15, 0.5), size * dice.uniform(1.1, 1.8)])
    draft.add("snout", tube([head, nose - np.array([0, 0, 0.03]), nose], np.array([0.75, 0.42, 0.48]) * size, 10))
    flap, curly = dice.chance(0.4), dice.chance(0.75)
    leaf = np.array([(-0.3, 0), (-0.35, 0.6), (0, 1.15), (0.3, 0.6), (0.25, 0)]) * size * dice.uniform(0.6, 1.0)
    ear = turn(turn(_plate(leaf, 0.02), "y", 60), "x", dice.uniform(60, 120) if flap else dice.uniform(-15, 35))
    draft.add("ear", mirror(turn(ear, "z", -dice.uniform(10, 40)) + head + np.array([size * 0.5, size * 0.75, -size * 0.1])))
    girth = np.array([1.7, 1.1, 0.9, 0.8]) * dice.uniform(0.045, 0.07) * stout
    _four_legs(dice, draft, half * (0.6 if leg else 0.85), (long * 0.68, -long * 0.68), (level, level), girth)
    turns = np.linspace(0, dice.uniform(2.5, 4.5) * np.pi if curly else 0.4, 14)
    path = np.column_stack([0.05 * np.sin(turns), deep * 0.25 + level + 0.05 * (1 - np.cos(turns)), -long - np.linspace(-0.02, 0.16, 14)])
    draft.add("tail", tube(path, np.linspace(0.022, 0.012, 14), 5))
    return ["a curly tail" if curly else "a short tail", "hanging ears" if flap else "pointed ears"]


@PIG.style("standing", 2.5)
def _standing_pig(dice: Dice, draft: Draft) -> str:
    return describe("pig", ["standing"], ["a flat snout", *_pig(dice, draft, dice.uniform(0.14, 0.28))])


@PIG.style("round")
def _round_pig(dice: Dice, draft: Draft) -> str:
    return describe("pig", ["round"], ["short legs", *_pig(dice, draft, dice.uniform(0.09, 0.16), dice.uniform(1.2, 1.4))])


@PIG.style("lying", 0.5)
def _lying_pig(dice: Dice, draft: Draft) -> str:
    side = dice.chance(0.5)
    words = _pig(dice, draft, dice.uniform(0.14, 0.22) if side else 0.0)
    if side:
        draft.change(lambda piece: turn(piece, "z", 80))
    return describe("pig", ["lying"], ["legs to its side" if side else "its belly on the ground", *words])


def _finger(root: ArrayLike, splay: float, long: float, thick: float, curl: Curl, bony: bool) -> Triangles:
    """Three bones from ``root`` along y, splayed sideways and bent towards +z at each joint; or only their bones, each apart."""
    bend, side = np.deg2rad(np.cumsum(curl))[:, None], np.deg2rad(splay)
    ways = np.hstack([np.sin(side) * np.cos(bend), np.cos(side) * np.cos(bend), np.sin(bend)])
    ends = np.vstack([np.zeros(3), np.cumsum(ways * np.array([[0.45], [0.3], [0.25]]) * long, 0)]) + np.asarray(root, float)
    if bony:
        shares = np.array([[0.0], [0.15], [0.85], [1.0]])
        bones = [ends[k] + shares * (ends[k + 1] - ends[k]) for k in range(3)]
        return np.concatenate([tube(bone, np.array([1, 0.6, 0.6, 0.9]) * thick, 6) for bone in bones])
    middles = (ends[:2] + ends[1:3]) / 2
    line = np.array([ends[0], middles[0], ends[1], middles[1], ends[2], ends[3], ends[3] + ways[2] * thick * 0.5])
    return tube(line, np.array([1.1, 0.98, 1.05, 0.93, 0.97, 0.75, 0.35]) * thick, 8)


def _stack(levels: ArrayLike, wide: Triangles, deep: Triangles) -> Triangles:
    """An upright solid of oval sections: a palm, a forearm."""
    return turn(hull(np.column_stack([levels, np.zeros(len(deep)), wide, deep]), 2.5), "x", -90)


def _hand(dice: Dice, draft: Draft, curls: list[Curl], splay: float, thumb: Curl) -> list[str]:
    """A right hand upright with its palm to +z, or its mirror image; ``thumb``: its splay and bends; returns words for it."""
    half, high, thick, flat = dice.uniform(0.19, 0.25), dice.uniform(0.46, 0.56), dice.uniform(0.042, 0.056), dice.uniform(0.065, 0.095)
    reach, bony = dice.uniform(0.4, 0.52), dice.chance(0.08)  # a skeleton's or a robot's
    for k, (long, fat, low) in enumerate([(0.9, 1, 0), (1, 1.02, 0), (0.93, 0.97, 0.02), (0.74, 0.85, 0.06)]):
        root = np.array([(0.75 - 0.5 * k) * half, high - low, 0.0])
        draft.add("finger", _finger(root, splay * (1.2 - k), reach * long, thick * fat, curls[k], bony))
        if bony:
            draft.add("palm", rod(root * np.array([0.4, 0.1, 0]), root, thick * 0.7))
    base, bends = (half * 0.55, high * 0.22, thick * 0.5), (thumb[1], thumb[2], thumb[2])
    draft.add("thumb", _finger(base, thumb[0], reach * 1.15, thick * 1.15, bends, bony))
    if not bony:
        wide, deep = np.array([0.62, 0.8, 1, 1.02, 0.92]) * half, np.array([1, 1.2, 1.1, 0.85, 0.5]) * flat
        draft.add("palm", _stack(np.array([0, 0.2, 0.6, 0.95, 1.06]) * high, wide, deep))
        draft.add("palm", ellipsoid((half * 0.4, high * 0.3, flat), (half * 0.5, high * 0.3, flat * 0.6), 8))
    arm = dice.pick(0.0, dice.uniform(0.1, 0.25), dice.uniform(0.5, 1.2))
    grow = dice.uniform(0.95, 1.1 + 0.4 * (arm > 0.4))
    if arm:
        wide, deep = np.array([0.65 * grow, 0.6, 0.62]) * half, np.array([1.3 * grow, 1.1, 1]) * flat
        draft.add("forearm" if arm > 0.4 else "wrist", _stack([-arm, -min(arm, 0.2) * 0.6, 0.02], wide, deep))
    side = np.array([dice.pick(-1, 1), 1, 1])
    draft.change(lambda piece: piece * side)
    draft.pose(dice, 0.4, ("x", 90), ("x", -90), ("z", 90), ("z", -90), ("z", 180))
    return ["bare bones" if bony else "", "a forearm" if arm > 0.4 else "a wrist" if arm else ""]


def _curl(dice: Dice, low: float, high: float) -> Curl:
    bend = dice.uniform(low, high)
    return bend * dice.uniform(0.6, 1.0), bend * dice.uniform(0.9, 1.2), bend * dice.uniform(0.5, 0.8)


@HAND.style("open", 2.0)
def _open_hand(dice: Dice, draft: Draft) -> str:
    splay, thumb = dice.uniform(1, 17), (dice.uniform(20, 60), dice.uniform(0, 25), dice.uniform(-8, 12))
    words = _hand(dice, draft, [_curl(dice, -6, 10) for _ in range(4)], splay, thumb)
    return describe("hand", ["open"], ["spread fingers" if splay > 8 else "its fingers together", *words])


@HAND.style("relaxed", 1.5)
def _relaxed_hand(dice: Dice, draft: Draft) -> str:
    low, thumb = dice.uniform(5, 32), (dice.uniform(15, 45), dice.uniform(15, 50), dice.uniform(5, 25))
    words = _hand(dice, draft, [_curl(dice, low + 4 * k, low + 4 * k + 8) for k in range(4)], dice.uniform(0, 8), thumb)
    return describe("hand", ["relaxed"], ["bent fingers", *words])


@HAND.style("gesture", 1.2)
def _gesture(dice: Dice, draft: Draft) -> str:
    """Some fingers straight and the rest in the palm: pointing, two fingers, horns, a thumb up, a fist."""
    out = dice.pick((0,), (0,), (0,), (0, 1), (0, 3), (), (), (0, 1, 2))
    up = len(out) < 2 and dice.chance(0.4)
    thumb = (dice.uniform(40, 75), 5.0, dice.uniform(-10, 5)) if up else (dice.uniform(-10, 10), dice.uniform(45, 60), dice.uniform(10, 25))
    curls = [_curl(dice, 0, 8) if k in out else _curl(dice, 82, 92) for k in range(4)]
    words = _hand(dice, draft, curls, dice.uniform(2, 9), thumb)
    kind = ("clenched", "pointing", "signing", "counting")[len(out)]
    return describe("hand", [kind], ["its thumb out" if up else "its thumb across", *words])
