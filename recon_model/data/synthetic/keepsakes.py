"""Small things of the house: toys, glasses, candles."""

import numpy as np
from numpy.typing import NDArray

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    bezier,
    box,
    copies,
    cylinder,
    ellipsoid,
    loft,
    mirror,
    revolve,
    ribbon,
    sticks,
    superellipse,
    superquadric,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

TEDDY = category("teddy bear", "body head ear muzzle eye nose arm leg foot bow")
GLASSES = category("eyeglasses", "rim lens bridge temple nose_pad")
HOURGLASS = category("hourglass", "bulb plate post sand")
CANDLE = category("candle", "wax wick flame holder arm handle")


def _add_upper(dice: Dice, draft: Draft, body: NDArray[np.float64], segments: int) -> str:
    """Torso on the ground, head, face and ears of a bear; ``body`` holds the half axes of the torso. Returns what it wears."""
    draft.add("body", ellipsoid(body, (0, body[1], 0), segments))
    size = dice.uniform(0.2, 0.3) * np.array([dice.uniform(1.0, 1.2), dice.uniform(0.88, 1.0), dice.uniform(0.85, 1.0)])
    middle = np.array([0, body[1] * 1.85 + size[1] * dice.uniform(0.6, 0.85), dice.uniform(-0.02, 0.06)])
    draft.add("head", ellipsoid(size, middle, segments))
    angle, ear = np.deg2rad(dice.uniform(35, 58)), size[0] * dice.uniform(0.28, 0.46)
    side = ellipsoid((ear, ear, ear * dice.uniform(0.35, 0.7)), middle + size * [np.sin(angle) * 1.08, np.cos(angle) * 1.08, 0], segments)
    draft.add("ear", mirror(side))
    snout = size * [dice.uniform(0.35, 0.55), dice.uniform(0.3, 0.42), dice.uniform(0.35, 0.6)]
    front = middle + size * [0, -0.25, 0.85]
    draft.add("muzzle", ellipsoid(snout, front, segments))
    draft.add("nose", ellipsoid(size * [0.14, 0.1, 0.1], front + snout * [0, 0.5, 0.85], 6))
    eye = ellipsoid(np.full(3, size[0] * dice.uniform(0.06, 0.1)), middle + size * [0.32, 0.18, 0.9], 6)
    draft.add("eye", mirror(eye))
    wear = dice.pick("", "", "", "a bow", "a scarf")
    neck = np.array([0, middle[1] - size[1] * 0.9, 0])
    if wear == "a bow":
        loop = ellipsoid((0.09, 0.06, 0.03), neck + np.array([0.09, 0, body[2] * 0.75]), 8)
        draft.add("bow", mirror(loop), ellipsoid((0.03, 0.03, 0.03), neck + np.array([0, 0, body[2] * 0.75]), 6))
    elif wear:
        draft.add("bow", revolve([(size[0] * 0.75, -0.05), (size[0] * 0.95, 0), (size[0] * 0.75, 0.05)], neck, 12))
    return wear


def _limb(start: NDArray[np.float64], end: NDArray[np.float64], near: float, far: float) -> Triangles:
    """A stuffed limb with a rounded end."""
    t = np.array([0, 0.35, 0.75, 0.93, 1.0])[:, None]
    return tube(start * (1 - t) + end * t, np.array([1, 0.95, 1, 0.75, 0.25]) * (near + (far - near) * t[:, 0]), 8)


@TEDDY.style("sitting", 2.2)
def _sitting_bear(dice: Dice, draft: Draft) -> str:
    body, segments = np.array([dice.uniform(0.2, 0.31), dice.uniform(0.25, 0.36), dice.uniform(0.18, 0.28)]), dice.pick(8, 12, 16)
    wear = _add_upper(dice, draft, body, segments)
    thick, reach, splay = dice.uniform(0.075, 0.12), dice.uniform(0.32, 0.55), np.deg2rad(dice.uniform(10, 45))
    hip = np.array([body[0] * 0.6, thick, body[2] * 0.2])
    toe = hip + reach * np.array([np.sin(splay), dice.uniform(-0.05, 0.05), np.cos(splay)])
    pad = thick * dice.uniform(1.1, 1.6)
    foot = turn(ellipsoid((pad * 0.9, pad * 1.15, pad * 0.65), segments=8), "y", np.rad2deg(splay)) + toe + [0, pad * 0.25, 0]
    shoulder = body * [0.72, 1.6, 0.1]
    hand = shoulder + dice.uniform(0.28, 0.45) * np.array([dice.uniform(0.2, 0.8), dice.uniform(-0.8, -0.1), dice.uniform(0.0, 0.9)])
    arms = _limb(shoulder, hand, thick * dice.uniform(0.75, 1.0), thick * dice.uniform(0.8, 1.1))
    for part, pieces in {"arm": arms, "leg": _limb(hip, toe, thick * 1.1, thick), "foot": foot}.items():
        draft.add(part, mirror(pieces))
    draft.pose(dice, 0.85, ("x", -90), ("z", 90), ("x", 90))
    return describe("teddy bear", ["sitting", size_word(body[0], 0.22, 0.28, "slim", "plump")], ["round ears", wear])


@TEDDY.style("standing", 1.2)
def _standing_bear(dice: Dice, draft: Draft) -> str:
    body, segments = np.array([dice.uniform(0.18, 0.29), dice.uniform(0.25, 0.36), dice.uniform(0.16, 0.25)]), dice.pick(8, 12, 16)
    wear = _add_upper(dice, draft, body, segments)
    thick, reach, spread = dice.uniform(0.08, 0.12), dice.uniform(0.18, 0.42), dice.uniform(0.0, 0.12)
    hip, toe = np.array([body[0] * 0.5, body[1] * 0.35, 0]), np.array([body[0] * 0.5 + spread, -reach, 0])
    foot = ellipsoid((thick * 1.1, thick * 0.75, thick * 1.5), toe + np.array([0, 0, thick * 0.5]), 8)
    shoulder, raised = body * [0.75, 1.6, 0], dice.chance(0.25)
    lift = dice.uniform(0.1, 0.7) if raised else dice.uniform(-0.95, -0.2)
    hand = shoulder + dice.uniform(0.28, 0.42) * np.array([dice.uniform(0.4, 0.9), lift, dice.uniform(-0.05, 0.4)])
    arms = _limb(shoulder, hand, thick * 0.85, thick * dice.uniform(0.8, 1.0))
    for part, pieces in {"arm": arms, "leg": _limb(hip, toe, thick * 1.15, thick), "foot": foot}.items():
        draft.add(part, mirror(pieces))
    draft.pose(dice, 0.85, ("x", -90), ("x", 90))
    return describe("teddy bear", ["standing"], ["raised arms" if raised else "hanging arms", "round ears", wear])


@TEDDY.style("figure", 0.4)
def _bear_figure(dice: Dice, draft: Draft) -> str:
    """A stiff toy of rounded blocks."""
    wide, tall, soft = dice.uniform(0.17, 0.23), dice.uniform(0.2, 0.28), dice.uniform(0.35, 0.7)
    body = superquadric((wide, tall, wide * 0.75), soft, soft, (0, tall, 0), 12)
    head = np.array([wide * dice.uniform(1.2, 1.5), dice.uniform(0.2, 0.26), wide * 1.2])
    top = tall * 1.9 + head[1]
    draft.add("body", body)
    draft.add("head", superquadric(head, soft, 0.8, (0, top, 0), 14))
    draft.add("muzzle", ellipsoid(head * [0.35, 0.3, 0.4], (0, top - 0.05, head[2] * 0.9), 8))
    ear, leg = dice.uniform(0.07, 0.12), dice.uniform(0.14, 0.22)
    pieces = {
        "ear": ellipsoid((ear, ear, ear * 0.5), (head[0] * 0.7, top + head[1] * 1.05, 0), 10),
        "arm": _limb(np.array([wide, tall * 1.6, 0]), np.array([wide + 0.13, tall * 0.6, 0.08]), 0.06, 0.07),
        "leg": superquadric((wide * 0.46, leg, wide * 0.6), soft, soft, (wide * 0.5, -leg * 0.6, 0), 8),
        "foot": superquadric((wide * 0.46, 0.05, wide * 0.8), soft, soft, (wide * 0.5, -leg * 1.5, wide * 0.2), 8),
    }
    for part, piece in pieces.items():
        draft.add(part, mirror(piece))
    return describe("teddy bear", ["stiff toy"], ["a large head", "straight legs"])


def _lens(dice: Dice) -> tuple[NDArray[np.float64], str]:
    """Outline (24, 2) of the lens on the side of +x about its middle, and its kind."""
    kind = dice.pick("round", "oval", "rectangular", "rectangular", "cat-eye", "aviator")
    wide = dice.uniform(0.42, 0.52) if kind == "round" else dice.uniform(0.48, 0.58)
    flat = {"round": (0.93, 1.0), "oval": (0.58, 0.75), "rectangular": (0.5, 0.82), "cat-eye": (0.65, 0.85), "aviator": (0.82, 0.98)}[kind]
    outline = superellipse(wide, wide * dice.uniform(*flat), dice.uniform(3.2, 7) if kind == "rectangular" else 2.2, 24)
    x, y = outline[:, 0] / wide, outline[:, 1]
    if kind == "cat-eye":  # the outer upper corner is drawn out
        outline[:, 1] += dice.uniform(0.08, 0.2) * wide * (x + 0.5) ** 2 * (y > 0)
    elif kind == "aviator":  # a drop that hangs outwards
        outline[:, 0] += np.minimum(y, 0) * (0.5 * x - 0.2)
    return outline, kind


def _temple(dice: Dice, length: float, wire: bool) -> Triangles:
    """The side piece along +x from its hinge at the origin, bent down behind the ear."""
    drop, ear = dice.uniform(0.2, 0.45), length * dice.uniform(0.68, 0.8)
    line = np.array([(0, 0), (ear, -0.01), (ear + (length - ear) * 0.4, -0.06), (length, -drop)])
    if wire:
        return tube(np.column_stack([line, line[:, 0] * 0]), np.array([0.014, 0.014, 0.02, 0.022]), 5)
    deep = np.array([dice.uniform(0.05, 0.16), 0.05, 0.06, 0.06])
    lean = np.array([(0, 0), (0, 0), (0.3, 0.3), (0.7, 0.3)])
    return ribbon(line - lean * deep[:, None] - [0, 0.02], line + (1 - lean) * [0, 1] * deep[:, None], dice.uniform(0.03, 0.05))


def _spectacles(dice: Dice, draft: Draft, fold: tuple[float, float], lenses: bool, wire: bool) -> str:
    """Front with two lenses and both temples turned in by ``fold`` degrees; returns the kind of lens."""
    outline, kind = _lens(dice)
    gap, thin, curve = (
        dice.uniform(0.14, 0.24),
        dice.uniform(0.01, 0.02) if wire else dice.uniform(0.025, 0.07),
        dice.pick(0.0, dice.uniform(0, 0.25)),
    )
    middle = gap / 2 - float(outline[:, 0].min()) + thin
    ring = np.column_stack([outline + np.array([middle, 0]), np.zeros(len(outline))])
    edge = float(ring[:, 0].max()) + thin
    rimless = wire and lenses and dice.chance(0.2)
    if wire and not rimless:
        draft.add("rim", tube(ring, thin, 5, closed=True))
    elif not wire:  # a flat plate with a hole
        wider = ring + np.column_stack([outline, ring[:, 2]]) * (2 * thin / outline[:, 0].max())
        depth = np.array([0, 0, dice.uniform(0.03, 0.06)])
        draft.add("rim", loft(np.stack([ring, wider, wider - depth, ring - depth, ring]), bottom=False, top=False))
    if lenses:
        draft.add("lens", loft(np.stack([ring, (ring - [middle, 0, 0]) * 0.6 + [middle, 0, 0.03]]), bottom=False))
    level = float(outline[:, 1].max())
    high, top = dice.uniform(0.0, 0.3) * level, dice.uniform(0.2, 0.9) * level
    if dice.chance(0.5 if wire else 0.2):
        pad = ellipsoid((0.02, 0.06, 0.035), (gap / 2 - 0.01, -0.2 * level, -0.07), 6)
        draft.add("nose pad", pad, sticks([(gap / 2, 0, 0)], [(gap / 2 - 0.01, -0.1 * level, -0.07)], 0.008, 0.008, 3))
    draft.add("rim", box((0.06 + thin, 0.05 if wire else 0.1, 0.04), (edge, top, -0.02)))
    draft.change(mirror)
    x = gap / 2 + thin
    for y in (high, level * 0.95)[: 2 if kind == "aviator" and wire else 1]:
        draft.add("bridge", tube(bezier([(-x, y, 0), (0, y + 0.08, 0.02), (x, y, 0)], 5), thin if wire else max(thin, 0.03), 6))
    draft.change(lambda piece: piece - np.array([0, 0, curve]) * piece[..., :1] ** 2)
    temple = _temple(dice, dice.uniform(1.25, 1.55), wire)
    hinge = np.array([edge + 0.02, top, -0.04 - curve * edge**2])
    for s, angle in zip((-1, 1), fold, strict=True):
        back = turn(temple, "y", 90 + s * angle) + hinge * [s, 1, 1]
        draft.add("temple", back - [0, 0, 0.06 if angle > 45 and s > 0 else 0.0])
    return kind


@GLASSES.style("reading", 2.0)
def _glasses(dice: Dice, draft: Draft) -> str:
    wire, lenses, splay = dice.chance(0.5), dice.chance(0.55), dice.uniform(-4, 8)
    kind = _spectacles(dice, draft, (splay, splay), lenses, wire)
    draft.pose(dice, 0.75, ("x", 180), ("x", -90), ("x", 90))
    return describe(
        "eyeglasses",
        ["pair of", "thin-framed" if wire else "thick-framed"],
        [f"{kind} lenses" if lenses else f"{kind} empty rims", "open temples"],
    )


@GLASSES.style("sunglasses", 1.4)
def _sunglasses(dice: Dice, draft: Draft) -> str:
    splay = dice.uniform(-4, 8)
    if dice.chance(0.7):
        kind = _spectacles(dice, draft, (splay, splay), True, dice.chance(0.35))
    else:  # one shield round the face
        kind, bow = "one-piece", np.deg2rad(np.linspace(-62, 62, 15))
        x, z, notch = 0.72 * np.sin(bow), 0.8 * (np.cos(bow) - 1) * dice.uniform(0.5, 0.9), dice.uniform(0.1, 0.25)
        low = -dice.uniform(0.2, 0.32) * (1 - 0.5 * np.abs(x / 0.7) ** 3) + notch * np.exp(-((x / 0.12) ** 2))
        rows = [np.column_stack([x, y, z]) for y in (low, low * 0, low * 0 + 0.12)]
        draft.add("lens", surface(np.stack(rows)))
        draft.add("rim", tube(rows[2], dice.uniform(0.015, 0.03), 5))
        temple = _temple(dice, 1.25, False)
        draft.add("temple", *[turn(temple, "y", 90 + s * splay) + rows[2][s] - [0, 0.05, 0] for s in (0, -1)])
    draft.pose(dice, 0.75, ("x", 180), ("x", -90), ("x", 90))
    return describe("eyeglasses", ["pair of", "dark"], [f"{kind} solid lenses", "open temples"])


@GLASSES.style("folded", 0.8)
def _folded_glasses(dice: Dice, draft: Draft) -> str:
    lenses, wire = dice.chance(0.7), dice.chance(0.5)
    kind = _spectacles(dice, draft, (dice.uniform(80, 90), dice.uniform(80, 90)), lenses, wire)
    draft.pose(dice, 0.6, ("x", 90), ("x", -90), ("x", 180))
    return describe("eyeglasses", ["pair of", "folded"], [f"{kind} lenses" if lenses else f"{kind} empty rims", "crossed temples"])


def _bulbs(dice: Dice, radius: float, neck: float) -> tuple[NDArray[np.float64], str]:
    """Profile (k, 2) of the upper bulb from the neck at 0 to its top at 1, and its kind."""
    kind = dice.pick("round", "round", "pear-shaped", "conical")
    if kind == "conical":
        return np.array([(neck, 0), (radius, dice.uniform(0.6, 1.0)), (radius, 1.0)]), kind
    if kind == "round":
        return bezier([(neck, 0), (neck, 0.15), (radius * 1.7, 0.2), (radius * 1.35, 1.0), (radius * dice.uniform(0.2, 0.6), 1)], 10), kind
    return bezier([(neck, 0), (neck, 0.45), (radius, 0.25), (radius * 1.1, 0.8), (radius * dice.uniform(0.7, 1), 1)], 10), kind


def _add_glass(dice: Dice, draft: Draft, radius: float) -> tuple[str, bool]:
    half, kind = _bulbs(dice, radius, radius * dice.uniform(0.06, 0.22))
    line = np.concatenate([half[::-1] * [1, -1], half[1:]])
    draft.add("bulb", revolve(line, segments=dice.pick(8, 14, 20, 24), closed=dice.chance(0.5)))
    sand, fill = dice.chance(0.5), dice.uniform(0.2, 0.6)
    if sand:
        for side, start, stop in ((-1, 1 - fill, 1.0), (1, 0.02, dice.uniform(0.2, 0.6))):
            y = np.linspace(start, stop, 6)
            r = np.interp(y, half[:, 1], half[:, 0]) * 0.93
            heap = np.column_stack([r, y * side])[::-side]
            tip = (0.0, heap[-1, 1] + (0.4 if side < 0 else -0.3) * heap[-1, 0])
            draft.add("sand", revolve([*(tuple(p) for p in heap), tip], segments=12))
    return kind, sand


@HOURGLASS.style("framed", 2.4)
def _framed_hourglass(dice: Dice, draft: Draft) -> str:
    radius, corners = dice.uniform(0.38, 0.7), dice.pick(20, 20, 24, 4, 6, 8)
    kind, sand = _add_glass(dice, draft, radius)
    count = {4: 4, 6: dice.pick(3, 6), 8: 4}.get(corners, dice.pick(2, 3, 3, 4, 4, 6))
    plate, thick, post = (
        radius * dice.uniform(1.25, 1.6) * (1.25 if corners == 4 else 1.0),
        dice.uniform(0.06, 0.2),
        dice.uniform(0.03, 0.07),
    )
    edge = dice.uniform(0.8, 1.0)
    disc = revolve([(plate, 0), (plate, thick * 0.6), (plate * edge, thick)], segments=corners)
    draft.add("plate", disc + np.array([0, 1, 0]), disc * [1, -1, 1] - [0, 1, 0])
    turned = dice.chance(0.4)
    y = np.array([-1, -0.85, -0.8, -0.4, 0, 0.4, 0.8, 0.85, 1])
    line = np.column_stack([post * np.array([1, 1, 0.6, 0.9, 1.5, 0.9, 0.6, 1, 1]), y]) if turned else [(post, -1), (post, 1)]
    around = np.arange(count) * (2 * np.pi / count)
    places = np.column_stack([np.cos(around), 0 * around, np.sin(around)]) * max(plate - post * 1.6, radius)
    draft.add("post", copies(revolve(line, segments=8, closed=False), places))
    draft.change(lambda piece: turn(piece, "y", 180 / corners if corners == 4 else 30))
    draft.pose(dice, 0.85, ("z", 90), ("x", 90))
    return describe(
        "hourglass",
        [size_word(radius, 0.45, 0.6, "slender", "wide")],
        [f"{kind} bulbs", f"{count} {'turned ' if turned else ''}posts", "sand" if sand else ""],
    )


@HOURGLASS.style("bare", 1.0)
def _bare_hourglass(dice: Dice, draft: Draft) -> str:
    """Glass alone, with at most a cap at each end."""
    radius = dice.uniform(0.3, 0.7)
    kind, sand = _add_glass(dice, draft, radius)
    capped = dice.chance(0.6)
    if capped:
        wide, thick = radius * dice.uniform(0.85, 1.15), dice.uniform(0.06, 0.18)
        draft.add("plate", *[cylinder(wide, thick, (0, s * (1 + thick * 0.3), 0), dice.pick(8, 16, 22)) for s in (-1, 1)])
    draft.pose(dice, 0.8, ("z", 90), ("x", 90))
    return describe("hourglass", ["plain"], [f"{kind} bulbs", "flat caps" if capped else "no frame", "sand" if sand else ""])


def _add_candles(dice: Dice, draft: Draft, radius: float, tall: float, places: list[tuple[float, float, float]]) -> bool:
    """The same candle standing on each place; returns whether they burn."""
    taper, segments = (dice.uniform(0.75, 1.0) if tall > 5 * radius else 1.0), dice.pick(8, 14, 20) if len(places) < 3 else 8
    dip, lit = radius * dice.pick(0.0, -0.1, 0.3), dice.chance(0.4)
    wax = revolve([(radius, 0), (radius * taper, tall), (radius * taper * 0.75, tall + dip * 0.2), (0.0, tall - dip)], segments=segments)
    draft.add("wax", copies(wax, places))
    tip = tall - dip + radius * 0.3 + dice.uniform(0.02, 0.06)
    draft.add("wick", copies(sticks([(0, tall - dip, 0)], [(dice.uniform(0, 0.01), tip, 0)], 0.01, 0.008, 4), places))
    if lit:
        size = dice.uniform(0.03, 0.06) + radius * 0.2
        flame = revolve(
            [(0.0, 0), (size * 0.7, size * 0.6), (size * 0.8, size * 1.1), (size * 0.4, size * 2.4), (0.0, size * 3.6)], segments=8
        )
        draft.add("flame", copies(flame + np.array([0, tip - 0.02, 0]), places))
    return lit


@CANDLE.style("pillar", 1.8)
def _pillar_candle(dice: Dice, draft: Draft) -> str:
    """Thick ones stand alone or in groups; a thin one is a taper without its holder."""
    thin = dice.chance(0.2)
    radius, group = dice.uniform(0.03, 0.07) if thin else dice.uniform(0.1, 0.35), dice.chance(0.2)
    tall = dice.uniform(0.35, 1.1)
    lit = _add_candles(dice, draft, radius, tall, [(0, 0, 0)])
    if group:
        angle = dice.uniform(0, 360)
        for k in range(dice.integer(1, 3)):
            x, z = 2.15 * radius * np.array([np.cos(angle + k * 1.1), np.sin(angle + k * 1.1)])
            _add_candles(dice, draft, radius * dice.uniform(0.7, 1.0), tall * dice.uniform(0.4, 1.3), [(x, 0, z)])
    dripping = dice.chance(0.3)
    if dripping:
        angles = np.array([dice.uniform(0, 2 * np.pi) for _ in range(6)])
        tops = np.column_stack([np.cos(angles) * radius, np.full(6, tall), np.sin(angles) * radius])
        draft.add("wax", sticks(tops, tops - [[0, dice.uniform(0.1, 0.7) * tall, 0] for _ in tops], radius * 0.1, radius * 0.15, 5))
    draft.pose(dice, 0.9, ("z", 90))
    return describe(
        "candle",
        [size_word(tall / radius, 2, 5, "squat", "tall"), "thin" if thin else "pillar"],
        ["a flame" if lit else "a wick", "drips" if dripping else ""],
    )


def _stick_profile(dice: Dice, foot: float, high: float, cup: float) -> list[tuple[float, float]]:
    """Half outline of a candlestick from its foot to the cup: straight, or turned with knobs."""
    stem = cup * dice.uniform(0.35, 0.8)
    line = [(foot, 0), (foot, high * 0.04), (foot * dice.uniform(0.3, 0.85), high * 0.1), (stem, high * 0.2)]
    for level in np.linspace(0.3, 0.75, dice.integer(0, 3)):
        line += [(stem, high * (level - 0.04)), (stem + cup * dice.uniform(0.3, 1.0), high * level), (stem, high * (level + 0.05))]
    drip = cup * dice.pick(1.1, dice.uniform(1.5, 2.2))
    return [*line, (stem, high * 0.88), (drip, high * 0.92), (drip, high * 0.94), (cup, high * 0.94), (cup, high)]


@CANDLE.style("candlestick", 1.6)
def _candlestick(dice: Dice, draft: Draft) -> str:
    radius, tall, high = dice.uniform(0.045, 0.07), dice.uniform(0.25, 1.0), dice.uniform(0.2, 0.9)
    lit = _add_candles(dice, draft, radius, tall, [(0, high * 0.97, 0)])
    profile = _stick_profile(dice, dice.uniform(0.16, 0.32), high, radius * dice.uniform(1.2, 1.6))
    draft.add("holder", revolve(profile, segments=dice.pick(6, 12, 18)))
    draft.pose(dice, 0.92, ("z", 90))
    size = size_word(tall / high, 0.7, 1.6, "short", "long")
    return describe("candle", [size, "tapering"], ["a low holder" if high < 0.4 else "a tall candlestick", "a flame" if lit else ""])


@CANDLE.style("dish", 1.0)
def _dish_candle(dice: Dice, draft: Draft) -> str:
    """A chamberstick: a saucer with a ring for the finger."""
    radius, dish, rim = dice.uniform(0.06, 0.14), dice.uniform(0.26, 0.45), dice.uniform(0.03, 0.1)
    lit = _add_candles(dice, draft, radius, dice.uniform(0.15, 0.7), [(0, 0.03, 0)])
    inner = dish * dice.uniform(0.6, 0.9)
    saucer = [(inner, 0), (dish, rim), (dish * 0.96, rim), (inner * 0.95, 0.02), (0.0, 0.02)]
    cup = [(radius * 1.2, 0.02), (radius * 1.2, dice.uniform(0.06, 0.16)), (radius * dice.uniform(1.2, 1.6), 0.17)]
    draft.add("holder", revolve(saucer, segments=dice.pick(8, 16, 22)), revolve(cup, segments=12, closed=False))
    handled, size = dice.chance(0.7), dice.uniform(0.07, 0.12)
    if handled:
        draft.add("handle", tube(arc((dish + size * 0.8, rim, 0), size, 0, 330, "xy", 11), 0.018, 5, closed=True))
    return describe("candle", ["short"], ["a dish", "a ring handle" if handled else "", "a flame" if lit else ""])


@CANDLE.style("candelabra", 1.4)
def _candelabra(dice: Dice, draft: Draft) -> str:
    """Arms in one plane, bent or in nested half rings, or all round the stem."""
    kind, radius, high = dice.pick("flat", "nested", "round"), dice.uniform(0.03, 0.045), dice.uniform(0.8, 1.4)
    pairs, reach, thin = dice.integer(1, 4) if kind == "nested" else dice.integer(1, 2), dice.uniform(0.3, 0.65), dice.uniform(0.014, 0.03)
    top, spots, paths = high + dice.pick(0.0, 0.0, 0.15) * (kind != "nested"), [], []
    if kind == "round":
        count, low = dice.integer(3, 6), high * dice.uniform(0.4, 0.75)
        for angle in np.arange(count) * (360.0 / count):
            way = np.array([np.cos(np.deg2rad(angle)), 0, np.sin(np.deg2rad(angle))]) * reach
            paths.append(
                bezier([(0, low, 0), (way[0] * 0.5, low - 0.2, way[2] * 0.5), (way[0], low - 0.2, way[2]), (way[0], high, way[2])], 9)
            )
    else:
        for k in range(1, pairs + 1):
            far, low = reach * k / pairs, high * dice.uniform(0.4, 0.6)
            for s in (-1, 1):
                if kind == "nested":
                    paths.append(arc((0, high, 0), far, 270, 270 + s * 90, "xy", 9))
                else:
                    paths.append(
                        bezier([(0, low, 0), (s * far * 0.6, low - 0.2, 0), (s * far, low - 0.1, 0), (s * far, high - 0.1 * k, 0)], 9)
                    )
    draft.add("arm", *[tube(path, thin, 5) for path in paths])
    spots = [tuple(map(float, path[-1])) for path in paths] + ([(0.0, top, 0.0)] if kind == "nested" or dice.chance(0.75) else [])
    lit = _add_candles(dice, draft, radius, dice.uniform(0.15, 0.55), [(x, y + 0.05, z) for x, y, z in spots])
    cup = revolve([(thin, 0), (radius * dice.uniform(1.2, 2.4), 0.02), (radius * 1.2, 0.03), (radius * 1.3, 0.09)], segments=8)
    draft.add("holder", copies(cup, spots))
    foot = dice.uniform(0.16, 0.3)
    stem = _stick_profile(dice, foot, spots[-1][1] if len(spots) > len(paths) else high * 0.8, thin * 1.6)
    draft.add("holder", revolve(stem, segments=dice.pick(6, 12)))
    return describe(
        "candle", ["candelabra"], [f"{len(spots)} candles", f"{'curved' if kind == 'round' else kind} arms", "flames" if lit else ""]
    )


@CANDLE.style("glass", 0.7)
def _glass_candle(dice: Dice, draft: Draft) -> str:
    """Poured into a glass, or the flat cup of a tea light."""
    radius, flat = dice.uniform(0.25, 0.4), dice.chance(0.35)
    high = radius * (dice.uniform(0.6, 0.9) if flat else dice.uniform(1.6, 3.0))
    fill, grow = high * (0.85 if flat else dice.uniform(0.4, 0.8)), dice.uniform(0.95, 1.2)
    line = [(radius, 0), (radius * grow, high), (radius * grow * 0.94, high), (radius * 0.94, 0.03), (0.0, 0.03)]
    draft.add("holder", revolve(line, segments=dice.pick(8, 16, 22)))
    lit = _add_candles(dice, draft, radius * 0.92, fill, [(0, 0.02, 0)])
    return describe(
        "candle", ["flat tea-light" if flat else "poured"], ["a metal cup" if flat else "a glass round it", "a flame" if lit else "a wick"]
    )
