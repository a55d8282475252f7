"""Small things with a battery or a cable: phones, remotes, earphones, microphones, loudspeakers, radios, clocks."""

import numpy as np

from recon_model.data.synthetic.electronics import RADIO
from recon_model.data.synthetic.household import CLOCK
from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    bezier,
    box,
    copies,
    cylinder,
    ellipsoid,
    loft,
    prism,
    revolve,
    ribbon,
    rings_of,
    rod,
    rounded_box,
    slab,
    sticks,
    superellipse,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

CELLPHONE = category("cellphone", "body screen key antenna camera")
REMOTE = category("remote", "body button")
EARPHONE = category("earphone", "band cup cushion cable")
MICROPHONE = category("microphone", "head body stand base cable")
LOUDSPEAKER = category("loudspeaker", "body cone foot grille")

_LYING = (("x", 90), ("x", -90), ("z", 90))


def _keys(dice: Dice, width: float, low: float, high: float, rows: int, columns: int, z: float) -> Triangles:
    """A lattice of buttons on a front that faces +z."""
    w, h = width / columns, (high - low) / rows
    key = rounded_box((w * 0.7, h * 0.6, 0.006), 0.002) if dice.chance(0.5) else box((w * 0.7, h * 0.6, 0.006))
    return copies(key, [((i + 0.5) * w - width / 2, low + (j + 0.5) * h, z) for i in range(columns) for j in range(rows)])


@CELLPHONE.style("touch", 2.0)
def _touch(dice: Dice, draft: Draft) -> str:
    width, thick = dice.uniform(0.062, 0.08), dice.uniform(0.007, 0.013)
    high = width * dice.uniform(1.75, 2.2)
    draft.add("body", rounded_box((width, high, thick), thick * dice.uniform(0.2, 0.5)))
    rim, chin = dice.uniform(0.002, 0.005), dice.uniform(0.004, 0.018)
    draft.add("screen", box((width - 2 * rim, high - 2 * chin, 0.001), (0, 0, thick / 2)))
    bump = dice.uniform(0.012, 0.03)
    draft.add("camera", rounded_box((bump, bump * dice.pick(1.0, 1.6), 0.004), 0.001, (width * 0.25, high * 0.36, -thick / 2)))
    draft.add("key", box((0.002, high * 0.1, thick * 0.4), (width / 2, high * 0.15, 0)))
    draft.pose(dice, 0.6, *_LYING)
    return describe("cellphone", ["flat"], ["a large screen"])


@CELLPHONE.style("keys", 1.5)
def _with_keys(dice: Dice, draft: Draft) -> str:
    width, thick = dice.uniform(0.042, 0.055), dice.uniform(0.014, 0.026)
    high = width * dice.uniform(2.0, 2.7)
    draft.add("body", rounded_box((width, high, thick), thick * dice.uniform(0.2, 0.49)))
    draft.add("screen", box((width * 0.78, high * 0.3, 0.003), (0, high * 0.25, thick / 2)))
    draft.add("key", _keys(dice, width * 0.85, -high * 0.44, high * 0.05, dice.integer(4, 5), 3, thick / 2 + 0.002))
    aerial = dice.chance(0.4)
    if aerial:
        draft.add("antenna", rod((width * 0.35, high * 0.45, 0), (width * 0.35, high * dice.uniform(0.58, 0.75), 0), 0.005, segments=6))
    draft.pose(dice, 0.6, *_LYING)
    return describe("cellphone", ["old"], ["a small screen", "rows of keys", "an aerial" if aerial else ""])


@CELLPHONE.style("folding", 1.0)
def _folding(dice: Dice, draft: Draft) -> str:
    width, high, thick, angle = dice.uniform(0.045, 0.055), dice.uniform(0.08, 0.1), dice.uniform(0.009, 0.014), dice.uniform(95, 165)
    draft.add("body", rounded_box((width, high, thick), thick * 0.4, (0, -high / 2, 0)))
    draft.add("key", _keys(dice, width * 0.85, -high * 0.92, -high * 0.12, 5, 3, thick / 2 + 0.002))
    since = len(draft.pieces)
    draft.add("body", rounded_box((width, high, thick), thick * 0.4, (0, high / 2, 0)))
    draft.add("screen", box((width * 0.8, high * 0.7, 0.003), (0, high * 0.52, thick / 2)))
    draft.change(lambda piece: turn(piece, "x", 180 - angle), since)
    draft.add("body", turn(cylinder(thick * 0.7, width * 0.7, segments=10), "z", 90))
    draft.pose(dice, 0.6, *_LYING)
    return describe("cellphone", ["folding"], ["keys below", "a screen above"])


@REMOTE.style("straight", 2.0)
def _remote(dice: Dice, draft: Draft) -> str:
    width, thick = dice.uniform(0.04, 0.065), dice.uniform(0.014, 0.028)
    high = width * dice.uniform(2.6, 4.8)
    draft.add("body", rounded_box((width, high, thick), thick * dice.uniform(0.1, 0.45)))
    rows, columns = dice.integer(6, 12), dice.integer(3, 4)
    top = high * dice.uniform(0.2, 0.45)
    draft.add("button", _keys(dice, width * 0.82, -high * 0.45, top, rows, columns, thick / 2 + 0.002))
    ring = dice.chance(0.5)
    if ring:
        round_key = revolve([(width * 0.3, 0), (width * 0.3, 0.006), (width * 0.18, 0.006), (width * 0.18, 0)], segments=16, closed=False)
        draft.add("button", turn(round_key, "x", 90) + np.array([0, (top + high / 2) / 2, thick / 2]))
    draft.pose(dice, 0.5, *_LYING)
    return describe(
        "remote", [size_word(high / width, 3, 4, "short", "long")], [f"{rows} rows of buttons", "a ring of arrows" if ring else ""]
    )


@REMOTE.style("waisted", 1.0)
def _waisted(dice: Dice, draft: Draft) -> str:
    width, thick = dice.uniform(0.045, 0.065), dice.uniform(0.018, 0.03)
    high, waist = width * dice.uniform(3.0, 4.5), dice.uniform(0.65, 0.85)
    ys = np.linspace(-0.5, 0.5, 9)
    half = width / 2 * (waist + (1 - waist) * (2 * ys) ** 2) * np.sqrt(np.clip(1 - (np.abs(ys) * 1.9) ** 8, 0.15, 1))
    outline = np.concatenate([np.column_stack([half, ys * high]), np.column_stack([-half, ys * high])[::-1]])
    slabbed = prism(outline, -thick / 2, thick / 2)
    draft.add("body", turn(slabbed * np.array([1, 1, -1]), "x", 90))
    draft.add("button", _keys(dice, width * 0.6, -high * 0.3, high * 0.15, dice.integer(4, 8), 3, thick / 2 + 0.002))
    draft.add("button", turn(cylinder(width * 0.25, 0.01, segments=14), "x", 90) + np.array([0, high * 0.3, thick / 2]))
    draft.pose(dice, 0.5, *_LYING)
    return describe("remote", ["curved"], ["a narrow waist", "a round button"])


@EARPHONE.style("headband", 2.0)
def _headband(dice: Dice, draft: Draft) -> str:
    radius, cup, thick = dice.uniform(0.075, 0.095), dice.uniform(0.028, 0.048), dice.uniform(0.02, 0.045)
    flat, rise = dice.uniform(0.005, 0.015), dice.uniform(1.0, 1.3)
    band = arc((0, 0, 0), radius, -12, 192, "xy", 18) * np.array([1, rise, 1])
    lines = [-1, 1] if dice.chance(0.3) else [0]
    draft.add("band", *[tube(band + np.array([0, 0, line * 0.012]), flat * (0.5 if line else 0.7), 6) for line in lines])
    if dice.chance(0.4):
        draft.add("band", tube(arc((0, 0, 0), radius * 0.98, 40, 140, "xy", 10) * np.array([1, rise, 1]), 0.012, 6))
    squash = dice.uniform(0.75, 1.0)
    for s in (-1, 1):
        shell = revolve([(0.0, thick), (cup * 0.7, thick * 0.9), (cup, thick * 0.5), (cup, 0.0)], segments=18)
        pad = revolve([(cup * 0.95, 0), (cup, -thick * 0.4), (cup * 0.6, -thick * 0.5), (cup * 0.5, 0)], segments=18)
        for part, piece in (("cup", shell), ("cushion", pad)):
            draft.add(part, turn(piece * np.array([squash, 1, 1]), "z", -90 * s) + np.array([s * radius * 0.98, -cup * 0.4, 0]))
    boom = dice.chance(0.25)
    if boom:
        draft.add("cable", tube(bezier([(radius, -cup, 0), (radius, -0.07, 0.05), (radius * 0.5, -0.09, 0.09)], 8), 0.003, 5))
        draft.add("cup", ellipsoid((0.008, 0.008, 0.012), (radius * 0.5, -0.09, 0.09), 8))
    if dice.chance(0.4):
        draft.add("cable", tube(bezier([(-radius, -cup, 0), (-radius, -0.15, 0.02), (0, -0.18, 0.05), (0, -0.3, 0)], 12), 0.002, 4))
    return describe(
        "earphone", [size_word(cup, 0.034, 0.042, "light", "large")], ["a band over the head", "two round cups", "a boom" if boom else ""]
    )


@EARPHONE.style("buds", 1.0)
def _buds(dice: Dice, draft: Draft) -> str:
    gap, size, wired = dice.uniform(0.02, 0.05), dice.uniform(0.006, 0.009), dice.chance(0.65)
    stem = dice.uniform(0.012, 0.035)
    for s in (-1, 1):
        middle = np.array([s * gap, 0.0, 0.0])
        draft.add("cup", ellipsoid((size, size, size * 1.2), middle, 10), rod(middle, middle + np.array([0, -stem, 0.0]), size * 0.4))
        draft.add(
            "cushion", turn(cylinder(size * 0.7, size * 1.4, segments=10), "z", 60 * s) + middle - np.array([s * size, -size * 0.3, 0])
        )
        if wired:
            line = bezier([middle - np.array([0, stem, 0]), (s * gap, -0.08, 0.01), (s * 0.01, -0.1, 0.02), (0, -0.14, 0)], 12)
            draft.add("cable", tube(line, 0.0016, 4))
    if wired:
        draft.add(
            "cable",
            tube(bezier([(0, -0.14, 0), (0, -0.2, dice.uniform(-0.05, 0.05)), (dice.uniform(-0.06, 0.06), -0.28, 0)], 8), 0.0018, 4),
        )
    return describe("earphone", ["small"], ["two buds", "a thin cable" if wired else "short stems"])


@MICROPHONE.style("hand", 2.0)
def _hand_microphone(dice: Dice, draft: Draft) -> str:
    head, grip, long = dice.uniform(0.022, 0.034), dice.uniform(0.01, 0.017), dice.uniform(0.13, 0.2)
    draft.add("body", revolve([(grip * 0.8, 0), (grip, long * 0.3), (grip * 1.2, long * 0.85), (head * 0.8, long)], segments=16))
    kind = dice.pick("ball", "ball", "flat")
    top = (
        ellipsoid((head, head * 1.1, head), (0, long + head * 0.8, 0), 14)
        if kind == "ball"
        else cylinder(head, head * 1.6, (0, long + head * 0.8, 0), 16)
    )
    draft.add("head", top, revolve([(head * 1.03, long + head * 0.7), (head * 1.03, long + head * 0.95)], segments=16, closed=False))
    cable = dice.chance(0.35)
    if cable:
        draft.add(
            "cable",
            tube(
                bezier([(0, 0, 0), (0, -0.08, 0), (dice.uniform(-0.1, 0.1), -0.12, 0.05), (dice.uniform(-0.1, 0.1), -0.2, 0)], 9), 0.003, 5
            ),
        )
    draft.pose(dice, 0.6, ("x", 90), ("z", 90), ("z", -90), ("x", 50))
    return describe("microphone", ["hand"], ["a round head" if kind == "ball" else "a flat head", "a cable" if cable else ""])


@MICROPHONE.style("stand", 1.5)
def _standing_microphone(dice: Dice, draft: Draft) -> str:
    high, tripod, boom = dice.uniform(0.9, 1.5), dice.chance(0.5), dice.chance(0.4)
    if tripod:
        for angle in (90, 210, 330):
            a = np.deg2rad(angle)
            draft.add("base", rod((0, 0.15, 0), (0.28 * np.cos(a), 0.01, 0.28 * np.sin(a)), 0.012, segments=5))
    else:
        draft.add("base", revolve([(0.14, 0), (0.14, 0.02), (0.02, 0.04)], segments=18))
    draft.add("stand", rod((0, 0.02, 0), (0, high, 0), 0.011))
    tip = np.array([0, high, 0.0])
    if boom:
        tip = tip + np.array([0, dice.uniform(0.0, 0.3), dice.uniform(0.3, 0.5)])
        draft.add("stand", rod((0, high - 0.05, -0.2), tip, 0.009))
    tilt, size = dice.uniform(20, 80), dice.uniform(0.8, 1.4)
    since = len(draft.pieces)
    draft.add("body", rod((0, -0.08, 0), (0, 0.06, 0), 0.012, 0.018, 10))
    draft.add("head", ellipsoid((0.03, 0.034, 0.03), (0, 0.09, 0), 12))
    draft.change(lambda piece: turn(piece * size, "x", tilt) + tip, since)
    return describe("microphone", ["standing"], ["three legs" if tripod else "a round foot", "a boom arm" if boom else ""])


@MICROPHONE.style("table", 1.0)
def _table_microphone(dice: Dice, draft: Draft) -> str:
    high, kind = dice.uniform(0.12, 0.26), dice.pick("capsule", "gooseneck")
    draft.add(
        "base",
        revolve([(0.07, 0), (0.07, 0.012), (0.02, 0.025)], segments=18)
        if dice.chance(0.6)
        else rounded_box((0.12, 0.03, 0.14), 0.01, (0, 0.015, 0)),
    )
    if kind == "gooseneck":
        reach = dice.uniform(0.03, 0.14)
        line = bezier([(0, 0.02, 0), (0, high * 1.4, -0.03), (0, high * 1.5, reach)], 10)
        draft.add("stand", tube(line, 0.005, 6))
        draft.add("head", ellipsoid((0.014, 0.014, 0.022), line[-1], 10))
        return describe("microphone", ["table"], ["a bent thin neck"])
    draft.add("stand", rod((0, 0.02, 0), (0, high, 0), 0.008))
    outline = superellipse(dice.uniform(0.05, 0.08), dice.uniform(0.035, 0.05), 2.5, 16)
    tall = dice.uniform(0.08, 0.14)
    draft.add("head", prism(outline, high + tall * 0.4, high + tall))
    draft.add("body", prism(outline * 0.95, high, high + tall * 0.42))
    draft.add("stand", tube(arc((0, high + tall * 0.4, 0), 0.05, 180, 360, "xy", 9), 0.004, 5))
    return describe("microphone", ["studio"], ["a tall capsule in a fork"])


def _drivers(draft: Draft, places: list[tuple[float, float, float]], z: float) -> None:
    for x, y, radius in places:
        cup = revolve(
            [(radius, 0.0), (radius, 0.012), (radius * 0.85, 0.012), (radius * 0.3, -radius * 0.35), (0.0, -radius * 0.25)], segments=18
        )
        draft.add("cone", turn(cup, "x", 90) + np.array([x, y, z]))


@LOUDSPEAKER.style("box", 2.0)
def _box_speaker(dice: Dice, draft: Draft) -> str:
    width, ratio, count = dice.uniform(0.16, 0.4), dice.uniform(1.3, 2.4), dice.integer(1, 3)
    high, depth = width * ratio, width * dice.uniform(0.6, 1.2)
    round_edges = dice.chance(0.3)
    draft.add(
        "body", rounded_box((width, high, depth), 0.03, (0, high / 2, 0)) if round_edges else box((width, high, depth), (0, high / 2, 0))
    )
    big = min(width * 0.42, high / (2.2 * count) * 1.3)
    levels = [(0.0, high * 0.32, big), (0.0, high * 0.78, big * dice.uniform(0.4, 0.8)), (0.0, high * 0.94, big * 0.25)][:count]
    _drivers(draft, levels, depth / 2)
    if dice.chance(0.25):
        draft.add("grille", box((width * 0.94, high * 0.94, 0.01), (0, high / 2, depth / 2 + 0.02)))
    return describe("loudspeaker", ["box-shaped"], [f"{('one round cone', 'two round cones', 'three round cones')[count - 1]}"])


@LOUDSPEAKER.style("tower", 1.5)
def _tower_speaker(dice: Dice, draft: Draft) -> str:
    width, high, count = dice.uniform(0.16, 0.26), dice.uniform(0.8, 1.3), dice.integer(2, 4)
    depth = width * dice.uniform(1.0, 1.7)
    lean = dice.chance(0.25)
    taper = 0.72 if lean else 1.0
    rings = rings_of(superellipse(width, depth, dice.uniform(4, 40)), (1.0, taper), (0.02, high))
    draft.add("body", loft(rings))
    _drivers(
        draft,
        [(0.0, high * y, width * 0.36 * (0.5 if y > 0.9 else 1.0)) for y in np.linspace(0.35, 0.93, count)],
        depth / 2 * (0.95 if lean else 1.0),
    )
    if dice.chance(0.6):
        draft.add("foot", box((width * 1.4, 0.02, depth * 1.2), (0, 0.01, 0)))
    return describe("loudspeaker", ["tall", "floor-standing"], [f"{('two', 'three', 'four')[count - 2]} cones one above the other"])


@LOUDSPEAKER.style("horn", 0.7)
def _horn(dice: Dice, draft: Draft) -> str:
    radius, long = dice.uniform(0.15, 0.3), dice.uniform(0.3, 0.5)
    profile = [(0.03, 0), (0.04, long * 0.3), (radius * 0.45, long * 0.7), (radius, long)]
    draft.add("cone", turn(revolve(profile, segments=20, closed=False), "x", 90), turn(cylinder(0.05, 0.14, segments=12), "x", 90))
    draft.add("foot", rod((0, -0.02, 0.05), (0, -radius * 1.1, 0.05), 0.02), box((0.15, 0.02, 0.12), (0, -radius * 1.1, 0.05)))
    return describe("loudspeaker", ["horn"], ["a wide mouth", "a small bracket"])


@LOUDSPEAKER.style("satellite", 0.8)
def _satellite(dice: Dice, draft: Draft) -> str:
    """A small rounded body with one or two cones, on a foot, a stalk or a tall stand."""
    kind, stand = dice.pick("egg", "ball", "cube", "wedge"), dice.pick("foot", "foot", "stalk", "stand", "none")
    radius = dice.uniform(0.06, 0.11)
    tall = radius * {"egg": dice.uniform(1.2, 1.7), "ball": 1.0, "cube": dice.uniform(0.95, 1.5), "wedge": dice.uniform(1.3, 1.9)}[kind]
    lift = {"foot": radius * 0.25, "stalk": dice.uniform(0.05, 0.15), "stand": dice.uniform(0.35, 0.8), "none": 0.0}[stand]
    middle, face = lift + tall, radius * 0.97
    if kind in ("egg", "ball"):
        y = np.linspace(-1, 1, 11)
        bulge = np.sqrt(1 - (y * 0.995) ** 2) * (1 - dice.uniform(0.0, 0.25) * y)
        # Both are cut flat where the cones sit.
        body = revolve(np.column_stack([radius * bulge, middle + y * tall]), segments=18)
        face = radius * dice.uniform(0.75, 0.9)
        draft.add("body", np.stack([body[..., 0], body[..., 1], body[..., 2].clip(max=face)], -1))
    elif kind == "cube":
        draft.add("body", rounded_box((2 * radius, 2 * tall, 2 * radius), radius * dice.uniform(0.1, 0.7), (0, middle, 0)))
    else:
        outline = superellipse(2 * radius, 2 * radius, dice.uniform(2.5, 6), 20)
        draft.add("body", loft(rings_of(outline, [1.0, 1.0, 0.8], [lift, middle - tall * 0.2, middle + tall])))
    two = kind != "ball" and tall > 1.25 * radius
    cones = [(0.0, middle - tall * 0.3, radius * 0.5), (0.0, middle + tall * 0.4, radius * 0.28)] if two else [(0.0, middle, radius * 0.55)]
    _drivers(draft, cones, face)
    if stand == "foot":
        draft.add("foot", revolve([(radius * 0.9, 0), (radius * 0.85, radius * 0.1), (radius * 0.35, lift + tall * 0.15)], segments=16))
    elif stand != "none":
        wide = radius * dice.uniform(0.8, 1.2) if stand == "stalk" else dice.uniform(0.11, 0.16)
        draft.add(
            "foot", revolve([(wide, 0), (wide, 0.012), (0.015, 0.03)], segments=18), rod((0, 0.02, 0), (0, lift + tall * 0.2, 0), 0.014)
        )
    words = {"foot": "a round foot", "stalk": "a short stalk", "stand": "a tall thin stand", "none": "no foot"}[stand]
    return describe("loudspeaker", ["small", {"egg": "egg-shaped", "ball": "round", "cube": "cubic", "wedge": "tapered"}[kind]], [words])


@RADIO.style("hand-held", 0.6)
def _walkie_talkie(dice: Dice, draft: Draft) -> str:
    width, high, deep = dice.uniform(0.05, 0.065), dice.uniform(0.09, 0.17), dice.uniform(0.028, 0.045)
    waist = dice.uniform(0.85, 1.0)
    outline = superellipse(width, deep, dice.uniform(4, 20), 20)
    draft.add("body", loft(rings_of(outline, [0.95, 1, waist, waist, 1, 0.92], np.array([0, 0.04, 0.35, 0.6, 0.8, 1.0]) * high)))
    side, thick = dice.pick(-1, 1), dice.uniform(0.005, 0.009)
    reach, x = high * dice.pick(dice.uniform(0.3, 0.7), dice.uniform(0.7, 1.4)), side * width * 0.3
    draft.add(
        "antenna", rod((x, high * 0.97, 0), (x, high + 0.015, 0), thick * 1.3), rod((x, high, 0), (x, high + reach, 0), thick, thick * 0.7)
    )
    for k in range(dice.integer(1, 2)):
        draft.add("knob", cylinder(0.007, 0.014, (-side * width * (0.3 - 0.32 * k), high + 0.006, 0), 8))
    front = deep / 2
    round_grille = dice.chance(0.4)
    level = high * dice.pick(0.3, 0.72)
    if round_grille:
        draft.add("speaker", turn(cylinder(width * 0.36, 0.004, segments=14), "x", 90) + np.array([0, level, front]))
    else:
        slots = [(0, level + y, front) for y in np.linspace(-0.12, 0.12, dice.integer(3, 6)) * high]
        draft.add("speaker", copies(box((width * 0.65, 0.003, 0.003)), slots))
    screened = dice.chance(0.6)
    if screened:
        draft.add("body", box((width * 0.6, high * 0.13, 0.003), (0, high * (0.9 if level > high / 2 else 0.62), front)))
    if dice.chance(0.4):
        rows = [(i * width * 0.24, high * 0.12 + j * high * 0.07, front) for i in (-1, 0, 1) for j in range(4)]
        spots = np.array(rows) + np.array([0, high * 0.38 if level < high / 2 else 0.0, 0])
        draft.add("knob", copies(box((width * 0.17, high * 0.045, 0.004)), spots))
    draft.add("knob", box((0.005, high * 0.22, deep * 0.45), (-side * width / 2, high * 0.68, 0)))
    if dice.chance(0.5):
        draft.add("body", slab((-width * 0.2, high * 0.4, -deep / 2 - 0.012), (width * 0.2, high * 0.85, -deep / 2 - 0.008)))
    draft.pose(dice, 0.75, *_LYING)
    return describe(
        "radio", ["hand-held"], ["a long aerial" if reach > high * 0.7 else "a stub aerial", "a small screen" if screened else ""]
    )


def _dial(dice: Dice, draft: Draft, radius: float, x: float, y: float, z: float) -> None:
    """A round face towards +z with two hands and perhaps marks for the hours."""
    place = np.array([x, y, z])
    face = revolve([(radius, -0.01), (radius, 0.008), (radius * 0.92, 0.012), (radius * 0.9, 0.0), (0.0, 0.0)], segments=24)
    draft.add("face", turn(face, "x", 90) + place)
    for share in (0.8, 0.5):
        hand = box((radius * 0.06, radius * share, 0.004), (0, radius * share * 0.45, 0.006))
        draft.add("hand", turn(hand, "z", dice.uniform(0, 360)) + place)
    if dice.chance(0.5):
        ticks = arc(place, radius * 0.8, 0, 330, "xy", 12)
        draft.add("face", sticks(ticks, ticks + (place - ticks) * 0.15 + np.array([0, 0, 0.002]), radius * 0.03, radius * 0.03, 4))


@CLOCK.style("mantel", 0.4)
def _mantel_clock(dice: Dice, draft: Draft) -> str:
    """A case that stands on feet: arched, with sloping shoulders, like a small temple, or a carriage clock with a handle."""
    kind = dice.pick("arched", "hump", "temple", "carriage")
    radius, deep = dice.uniform(0.08, 0.12), dice.uniform(0.08, 0.14)
    foot, level = dice.pick(0.0, dice.uniform(0.015, 0.03)), radius * dice.uniform(1.1, 1.5)
    half = radius * {"arched": 1.2, "hump": dice.uniform(2.0, 2.8), "temple": dice.uniform(1.4, 1.9), "carriage": 1.15}[kind]
    t = np.linspace(-1, 1, 17)
    xs, crown = t * half, level + radius * 1.25
    if kind == "arched":
        top = level + np.sqrt(np.clip(1 - t**2, 0, 1)) * half
    elif kind == "hump":
        top = level * 0.55 + (crown - level * 0.55) * np.exp(-((xs / (radius * dice.uniform(1.0, 1.3))) ** 4) * 0.6)
    else:
        top = np.full(17, crown if kind == "temple" else level + radius * 1.5)
    draft.add("case", ribbon(np.column_stack([xs, np.full(17, foot)]), np.column_stack([xs, top + foot]), deep))
    draft.add("case", box((2.15 * half, 0.02, deep * 1.25), (0, foot + 0.01, 0)))
    if foot:
        draft.add(
            "case", *[box((0.025, foot, 0.025), (s * half * 0.92, foot / 2, z)) for s in (-1, 1) for z in (-deep * 0.45, deep * 0.45)]
        )
    head = float(top.max()) + foot
    if kind == "temple":
        draft.add("case", box((2.2 * half, 0.02, deep * 1.3), (0, head, 0)))
        if dice.chance(0.5):
            draft.add("case", ribbon([(-half, head), (0, head)], [(half, head), (0, head + radius * dice.uniform(0.5, 0.9))], deep))
        posts = [(s * half * 0.85, (head + foot) / 2, deep / 2 + 0.01) for s in (-1, 1)]
        draft.add("case", copies(cylinder(0.012, head - foot, segments=8), posts))
    elif kind == "carriage":
        draft.add(
            "case", box((2.2 * half, 0.02, deep * 1.15), (0, head, 0)), tube(arc((0, head, 0), half * 0.6, 0, 180, "xy", 9), 0.006, 5)
        )
    _dial(dice, draft, radius * 0.92, 0.0, level + foot, deep / 2)
    shapes = {"arched": "an arched top", "hump": "sloping shoulders", "temple": "columns", "carriage": "a carrying handle"}
    return describe("clock", ["mantel"], [shapes[kind], "four feet" if foot else "a flat base", "a round face"])


@CLOCK.style("square", 0.3)
def _desk_clock(dice: Dice, draft: Draft) -> str:
    """A small case with a dial in a square front, or a wide one with digits."""
    digital = dice.chance(0.55)
    high = dice.uniform(0.07, 0.12)
    width = high * (dice.uniform(1.5, 2.8) if digital else dice.uniform(0.9, 1.15))
    deep, lean = high * dice.uniform(0.35, 1.0), high * dice.pick(0.0, dice.uniform(0.1, 0.35))
    x, z = width / 2, deep / 2
    if dice.chance(0.5) or lean:
        outline = np.array([(-z, 0), (z, 0), (z - lean, high), (lean * 0.5 - z, high)])
        draft.add("case", loft(np.array([[(s * x, py, pz) for pz, py in outline] for s in (-1, 1)])))
    else:
        draft.add("case", rounded_box((width, high, deep), high * dice.uniform(0.05, 0.3), (0, high / 2, 0)))
    start = len(draft.pieces)
    if digital:
        draft.add("face", *[box((width * 0.86, 0.004, 0.006), (0, s * high * 0.3, 0)) for s in (-1, 1)])
        draft.add("face", *[box((0.004, high * 0.6, 0.006), (s * width * 0.43, 0, 0)) for s in (-1, 1)])
        digit = np.concatenate(
            [box((0.14, 0.03, 0.03), (0, y, 0)) for y in (-0.2, 0.0, 0.2)] + [box((0.03, 0.4, 0.03), (s * 0.07, 0, 0)) for s in (-1, 1)]
        )
        spots = np.array([(k * width * 0.17 + s * width * 0.12, 0, 0) for s in (-1, 1) for k in (0.0, s)])
        draft.add("face", copies(digit * high * np.array([1.0, 1.1, 0.2]) * min(1.0, width / high * 0.5), spots))
    else:
        _dial(dice, draft, high * 0.42, 0.0, 0.0, 0.0)
    draft.change(
        lambda piece: turn(piece, "x", -float(np.rad2deg(np.arctan2(lean, high)))) + np.array([0, high / 2, z - lean / 2 + 0.003]), start
    )
    button = dice.chance(0.5)
    if button:
        draft.add("case", box((width * dice.uniform(0.15, 0.5), 0.012, deep * 0.25), (0, high + 0.003, -lean * 0.2)))
    footed = dice.chance(0.3)
    if footed:
        draft.add("case", *[box((0.012, 0.012, deep * 0.8), (s * x * 0.75, -0.005, 0)) for s in (-1, 1)])
    return describe(
        "clock",
        ["digital" if digital else "square", "desk"],
        ["a row of digits" if digital else "a round dial", "a button on top" if button else ""],
    )
