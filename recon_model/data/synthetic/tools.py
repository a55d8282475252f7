"""Hand tools and weapons: long things that lie on tables and stand in corners."""

import numpy as np

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    bezier,
    box,
    cylinder,
    ellipsoid,
    hull,
    revolve,
    ribbon,
    rod,
    rounded_box,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

KNIFE = category("knife", "blade handle guard")
SWORD = category("sword", "blade handle guard pommel")
SCREWDRIVER = category("screwdriver", "handle shaft tip")
WRENCH = category("wrench", "handle jaw")
HAMMER = category("hammer", "handle head")
SCISSORS = category("scissors", "blade handle")
PISTOL = category("pistol", "barrel grip trigger cylinder")
RIFLE = category("rifle", "barrel stock trigger magazine sight")
AXE = category("axe", "handle head")


@KNIFE.style("kitchen", 2.0)
def _knife(dice: Dice, draft: Draft) -> str:
    blade, handle, width = dice.uniform(0.6, 1.2), dice.uniform(0.4, 0.7), dice.uniform(0.12, 0.36)
    kind = dice.pick("chef", "cleaver", "bread", "dagger")
    width *= {"chef": 1.0, "cleaver": 1.9, "bread": 0.8, "dagger": 0.8}[kind]
    y = np.linspace(0, 1, 9)
    edge = {
        "chef": width * (1 - y**2.2) + 0.005,
        "cleaver": np.full(9, width),
        "bread": width * (1 - y**8) + 0.005,
        "dagger": width * 0.5 * (1 - y**2) + 0.003,
    }[kind]
    spine = -edge if kind == "dagger" else np.zeros(9)
    draft.add("blade", ribbon(np.column_stack([spine, y * blade]), np.column_stack([edge, y * blade]), 0.015))
    thick = dice.uniform(0.06, 0.1)
    draft.add("handle", rounded_box((thick * 1.3, handle, thick * 0.7), thick * 0.3, (0.04, -handle / 2, 0)))
    if kind == "dagger" or dice.chance(0.25):
        draft.add("guard", box((thick * 3, 0.03, thick), (0.02, 0, 0)))
    draft.lay(dice, 0.35)
    form = "broad" if width > 0.3 else "square-ended" if kind == "cleaver" else "pointed"
    return describe("knife", [kind], [f"a {form} blade", "a short handle"])


@KNIFE.style("table", 0.6)
def _table_knife(dice: Dice, draft: Draft) -> str:
    y = np.linspace(0, 1, 9)
    edge = 0.06 + 0.05 * np.sin(np.pi * y) * (y > 0.45)
    draft.add("blade", ribbon(np.column_stack([-edge * 0.6, y * 1.8]), np.column_stack([edge, y * 1.8]), 0.03))
    draft.add("handle", ellipsoid((0.08, 0.45, 0.05), (0, 0.3, 0), 8))
    draft.lay(dice, 0.35)
    return describe("knife", ["table"], ["a rounded blade"])


@SWORD.style("straight", 2.0)
def _sword(dice: Dice, draft: Draft) -> str:
    blade, width, handle, guard = dice.uniform(1.6, 2.6), dice.uniform(0.07, 0.2), dice.uniform(0.25, 0.6), dice.uniform(0.2, 0.7)
    bend = dice.pick(0.0, 0.0, dice.uniform(0.1, 0.35))
    y = np.linspace(0, 1, 11)
    half = width / 2 * np.where(y < 0.85, 1 - 0.25 * y, (1 - y) / 0.15 * 0.79) + 0.003
    middle = bend * y**2
    draft.add("blade", ribbon(np.column_stack([middle - half, y * blade]), np.column_stack([middle + half, y * blade]), 0.025))
    draft.add("handle", cylinder(0.035, handle, (0, -handle / 2, 0), 8))
    kind = dice.pick("cross", "disc", "curved", "basket")
    if kind == "disc":
        draft.add("guard", cylinder(guard * 0.3, 0.03, (0, 0, 0), 12))
    elif kind == "cross":
        draft.add("guard", box((guard, 0.05, 0.06), (0, 0, 0)))
    else:
        draft.add(
            "guard", tube(bezier([(-guard / 2, 0.15, 0), (-guard / 4, -0.02, 0), (guard / 4, -0.02, 0), (guard / 2, 0.15, 0)], 8), 0.03, 6)
        )
        if kind == "basket":
            draft.add("guard", tube(bezier([(guard / 2, 0.1, 0), (guard / 2, -handle, 0), (0, -handle, 0)], 8), 0.02, 5))
    draft.add("pommel", ellipsoid((0.06, 0.06, 0.05), (0, -handle, 0), 8))
    draft.lay(dice, 0.35)
    return describe("sword", ["curved" if bend else "straight", "long" if blade > 2.2 else ""], [f"a {kind} guard"])


@SCREWDRIVER.style("plain")
def _screwdriver(dice: Dice, draft: Draft) -> str:
    shaft, handle, radius = dice.uniform(0.6, 1.4), dice.uniform(0.5, 0.8), dice.uniform(0.09, 0.17)
    thin = dice.uniform(0.025, 0.05)
    line = [
        (radius * 0.7, -handle),
        (radius, -handle * 0.85),
        (radius * dice.uniform(0.75, 1.0), -handle * 0.4),
        (radius, -handle * 0.2),
        (thin * 1.5, 0),
    ]
    draft.add("handle", revolve(line, segments=dice.pick(6, 8, 12)))
    draft.add("shaft", cylinder(thin, shaft, (0, shaft / 2, 0), 8))
    flat = dice.chance(0.5)
    draft.add(
        "tip",
        box((thin * 3, 0.1, thin * 0.6), (0, shaft, 0)) if flat else revolve([(thin * 1.2, shaft - 0.05), (0.0, shaft + 0.08)], segments=4),
    )
    draft.lay(dice, 0.35)
    return describe(
        "screwdriver", [size_word(shaft, 0.8, 1.1, "short", "long")], ["a flat tip" if flat else "a cross tip", "a thick handle"]
    )


def _open_jaw(radius: float, gap: float, thick: float) -> Triangles:
    """A ring with an opening upwards."""
    angles = np.deg2rad(np.linspace(90 + gap, 450 - gap, 16))
    way = np.column_stack([np.cos(angles), np.sin(angles)])
    return ribbon(way * radius * 0.5, way * radius, thick)


@WRENCH.style("flat", 2.0)
def _wrench(dice: Dice, draft: Draft) -> str:
    length, radius, width, thick = dice.uniform(1.3, 2.0), dice.uniform(0.18, 0.3), dice.uniform(0.12, 0.22), dice.uniform(0.05, 0.1)
    draft.add("handle", box((width, length, thick), (0, 0, 0)) if dice.chance(0.6) else rounded_box((width, length, thick), thick * 0.45))
    lean = dice.uniform(-15, 15)
    draft.add("jaw", turn(_open_jaw(radius, dice.uniform(25, 40), thick * 1.5), "z", lean) + np.array([0, length / 2 + radius * 0.5, 0]))
    kind = dice.pick("ring", "open", "plain")
    if kind == "ring":
        draft.add(
            "jaw",
            turn(tube(arc((0, 0, 0), radius * 0.65, 0, 340, "xz", 14), radius * 0.25, 6, closed=True), "x", 90)
            + np.array([0, -length / 2 - radius * 0.6, 0]),
        )
    elif kind == "open":
        draft.add("jaw", turn(_open_jaw(radius * 0.85, 32, thick * 1.4), "z", 180 + lean) + np.array([0, -length / 2 - radius * 0.4, 0]))
    draft.lay(dice, 0.35)
    return describe("wrench", [], [{"ring": "an open jaw and a ring", "open": "two open jaws", "plain": "one open jaw"}[kind]])


@WRENCH.style("adjustable")
def _adjustable(dice: Dice, draft: Draft) -> str:
    length, width = dice.uniform(1.2, 1.8), dice.uniform(0.14, 0.24)
    twin = dice.chance(0.15)
    if twin:
        for s in (-1, 1):
            path = bezier([(s * 0.32, -length, 0), (s * 0.3, -length * 0.4, 0), (s * 0.04, 0, 0), (-s * 0.1, 0.4, 0)], 8)
            draft.add("handle", tube(path, np.linspace(0.06, 0.1, 8), 6))
        draft.add("jaw", rounded_box((0.3, 0.35, 0.12), 0.05, (0, 0.35, 0)))
    else:
        draft.add("handle", rounded_box((width, length, 0.12), 0.05, (0, -length / 2, 0)))
        draft.add(
            "jaw",
            box((0.5, 0.2, 0.14), (0, 0.05, 0)),
            turn(box((0.16, 0.4, 0.14), (-0.15, 0.25, 0)), "z", -10),
            box((0.14, 0.3, 0.12), (0.2, 0.25, 0)),
            turn(cylinder(0.07, 0.12), "z", 90) + np.array([0.1, -0.05, 0]),
        )
    draft.lay(dice, 0.35)
    return describe("wrench", ["plier-like" if twin else "adjustable"], ["two handles" if twin else "a sliding jaw"])


@HAMMER.style("claw")
def _hammer(dice: Dice, draft: Draft) -> str:
    length, head = dice.uniform(1.0, 1.6), dice.uniform(0.4, 0.7)
    draft.add("handle", tube([(0, 0, 0), (0, length * 0.4, 0), (0, length, 0)], [0.07, 0.055, 0.04], 8))
    kind, thick = dice.pick("claw", "mallet", "pick"), dice.uniform(0.08, 0.2)
    if kind == "mallet":
        draft.add("head", turn(cylinder(thick, head, segments=12), "z", 90) + np.array([0, length, 0]))
    else:
        draft.add("head", turn(cylinder(0.1, head * 0.6, segments=10), "z", 90) + np.array([head * 0.25, length, 0]))
        path = bezier([(0, length, 0), (-head * 0.4, length + 0.05, 0), (-head * 0.7, length - 0.2, 0)], 6)
        draft.add(
            "head", *[tube(path + np.array([0, 0, s * 0.05]), np.linspace(0.07, 0.02, 6), 6) for s in ((-1, 1) if kind == "claw" else (0,))]
        )
    draft.lay(dice, 0.35)
    return describe("hammer", [kind], ["a straight handle"])


@AXE.style("felling")
def _axe(dice: Dice, draft: Draft) -> str:
    length, wide, double = dice.uniform(1.2, 2.0), dice.uniform(0.3, 0.6), dice.chance(0.3)
    draft.add("handle", tube([(0, 0, 0), (0.03, length * 0.5, 0), (0, length, 0)], 0.05, 7))
    bend = np.linspace(-1, 1, 7)
    inner, outer = (
        np.column_stack([np.full(7, 0.03), length - 0.12 + bend * 0.1]),
        np.column_stack([wide - 0.1 * bend**2, length - 0.12 + bend * dice.uniform(0.2, 0.35)]),
    )
    blade = ribbon(inner, outer, 0.06)
    draft.add("head", blade, *([blade * np.array([-1.0, 1.0, 1.0])] if double else []), box((0.14, 0.2, 0.1), (0, length - 0.12, 0)))
    draft.lay(dice, 0.35)
    return describe("axe", ["double" if double else ""], ["a curved blade", "a long handle"])


@SCISSORS.style("open")
def _scissors(dice: Dice, draft: Draft) -> str:
    opening, blade = dice.uniform(4, 25), dice.uniform(0.7, 1.1)
    for s in (-1, 1):
        start = len(draft.pieces)
        draft.add("blade", ribbon([(0, -0.15), (0, blade)], [(s * 0.1, -0.15), (s * 0.01, blade)], 0.03))
        draft.add(
            "handle",
            tube([(s * 0.03, -0.1, 0), (-s * 0.05, -0.4, 0)], 0.04, 6),
            tube(arc((-s * 0.12, -0.6, 0), 0.17, 0, 330, "xy", 12), 0.04, 6, closed=True),
        )
        draft.change(lambda piece, s=s: turn(piece, "z", -s * opening) + np.array([0, 0, s * 0.02]), start)  # type: ignore[misc]
    draft.lay(dice, 0.35)
    return describe("scissors", ["open" if opening > 12 else ""], ["two ring handles"])


@PISTOL.style("automatic", 2.0)
def _pistol(dice: Dice, draft: Draft) -> str:
    length, high, thick, grip = dice.uniform(0.9, 1.4), dice.uniform(0.16, 0.26), dice.uniform(0.12, 0.2), dice.uniform(0.5, 0.8)
    draft.add("barrel", box((thick, high, length), (0, 0, length / 2 - 0.2)))
    wide = dice.uniform(0.2, 0.32)
    draft.add("grip", turn(box((thick * 0.95, grip, wide), (0, -grip / 2, 0)), "x", dice.uniform(5, 25)))
    z = wide * 0.9
    draft.add(
        "trigger",
        tube([(0, -high / 2, z * 0.6), (0, -high / 2 - 0.2, z * 0.8), (0, -high / 2 - 0.2, z * 1.6), (0, -high / 2, z * 1.8)], 0.02, 5),
    )
    if dice.chance(0.3):
        draft.add("barrel", turn(cylinder(0.06, 0.5, segments=8), "x", 90) + np.array([0, 0.02, length]))
    draft.pose(dice, 0.6, ("x", 90), ("z", 90), ("x", -90), ("z", -90))
    return describe("pistol", ["automatic", size_word(length, 1.0, 1.25, "short", "long")], ["a square barrel", "a slanted grip"])


@PISTOL.style("revolver", 1.0)
def _revolver(dice: Dice, draft: Draft) -> str:
    length, old = dice.uniform(0.5, 1.3), dice.chance(0.4)
    draft.add("barrel", turn(cylinder(dice.uniform(0.05, 0.08), length, segments=8), "x", 90) + np.array([0, 0.05, length / 2 + 0.2]))
    if old:
        draft.add("barrel", hull([(length * 0.9, 0, 0.06, 0.07), (0.0, -0.03, 0.08, 0.1), (-0.2, -0.05, 0.09, 0.11)]))
    else:
        draft.add("cylinder", turn(cylinder(0.15, 0.32, segments=10), "x", 90) + np.array([0, 0, 0.1]), box((0.1, 0.28, 0.5), (0, 0, 0.05)))
    draft.add(
        "grip", tube(bezier([(0, -0.02, -0.15), (0, -0.05, -0.4), (0, -0.4, -0.35), (0, -0.62, -0.5)], 8), np.linspace(0.09, 0.12, 8), 7)
    )
    draft.add("trigger", tube(arc((0, -0.2, 0.02), 0.12, 100, 400, "zy", 9), 0.02, 5))
    if dice.chance(0.6):
        draft.add("trigger", box((0.04, 0.16, 0.06), (0, 0.15, -0.2)))
    draft.pose(dice, 0.6, ("x", 90), ("z", 90), ("x", -90), ("z", -90))
    return describe("pistol", ["old flintlock" if old else "revolver"], ["a round barrel", "a curved grip"])


@RIFLE.style("hunting", 1.5)
def _rifle(dice: Dice, draft: Draft) -> str:
    barrel, stock = dice.uniform(1.4, 2.4), dice.uniform(0.7, 1.0)
    draft.add("barrel", turn(cylinder(dice.uniform(0.03, 0.05), barrel, segments=8), "x", 90) + np.array([0, 0.06, barrel / 2]))
    draft.add(
        "stock",
        hull(
            [
                (barrel * dice.uniform(0.4, 0.8), 0, 0.05, 0.05),
                (0, 0, 0.07, 0.08),
                (-0.25, -0.05, 0.05, 0.07),
                (-0.5, -0.1, 0.06, 0.13),
                (-stock, -0.16, 0.06, 0.2),
            ],
            3,
        ),
    )
    draft.add("trigger", tube(arc((0, -0.1, -0.1), 0.09, 180, 360, "zy", 7), 0.015, 5))
    scope = dice.chance(0.4)
    if scope:
        draft.add(
            "sight",
            turn(cylinder(0.05, 0.5, segments=8), "x", 90) + np.array([0, 0.2, 0]),
            *[box((0.04, 0.12, 0.04), (0, 0.13, z)) for z in (-0.12, 0.12)],
        )
    draft.pose(dice, 0.65, ("x", 90), ("z", 90), ("x", -90), ("z", -90))
    return describe("rifle", ["hunting"], ["a long thin barrel", "a scope" if scope else "", "a sloping stock"])


@RIFLE.style("assault", 1.8)
def _assault(dice: Dice, draft: Draft) -> str:
    barrel, body, stock = dice.uniform(0.5, 1.1), dice.uniform(0.6, 0.9), dice.uniform(0.3, 0.7)
    thick = dice.uniform(0.08, 0.14)
    draft.add("barrel", turn(cylinder(0.035, barrel, segments=8), "x", 90) + np.array([0, 0.03, body / 2 + barrel / 2]))
    draft.add("barrel", box((thick, 0.18, body), (0, 0, 0)), box((thick, 0.14, barrel * 0.5), (0, 0.01, body / 2 + barrel * 0.25)))
    kind = dice.pick("solid", "wire", "none")
    back = -body / 2
    if kind == "solid":
        draft.add("stock", hull([(back, 0, thick / 2, 0.08), (back - stock, -0.06, thick / 2, 0.16)], 6))
    elif kind == "wire":
        draft.add("stock", tube([(0, 0.04, back), (0, 0.04, back - stock), (0, -0.2, back - stock), (0, -0.06, back)], 0.025, 5))
    draft.add("trigger", turn(box((thick * 0.8, 0.36, 0.13), (0, -0.2, back + 0.2)), "x", dice.uniform(10, 25)))
    draft.add(
        "magazine", turn(box((thick * 0.7, dice.uniform(0.3, 0.55), 0.15), (0, -0.28, dice.uniform(0.0, 0.2))), "x", dice.uniform(-20, 10))
    )
    if dice.chance(0.7):
        draft.add(
            "sight", box((0.04, 0.1, dice.uniform(0.05, 0.4)), (0, 0.14, 0)), box((0.03, 0.12, 0.05), (0, 0.1, body / 2 + barrel * 0.8))
        )
    draft.pose(dice, 0.65, ("x", 90), ("z", 90), ("x", -90), ("z", -90))
    return describe("rifle", ["assault"], ["a magazine", {"solid": "a solid stock", "wire": "a folding stock", "none": ""}[kind]])


@HAMMER.style("sledge", 0.5)
def _sledge(dice: Dice, draft: Draft) -> str:
    length, head, thick = dice.uniform(1.0, 2.2), dice.uniform(0.4, 0.6), dice.uniform(0.16, 0.26)
    draft.add("handle", tube([(0, 0, 0), (0, length * 0.5, 0), (0, length, 0)], [0.06, 0.05, 0.06], 8))
    draft.add("head", box((head, thick, thick), (0, length, 0)))
    draft.add("head", *[box((0.05, thick * 1.15, thick * 1.15), (s * head * 0.47, length, 0)) for s in (-1, 1)])
    draft.lay(dice, 0.35)
    return describe("hammer", ["sledge"], ["a heavy square head", "a long handle" if length > 1.6 else "a short handle"])


@AXE.style("hatchet", 0.6)
def _hatchet(dice: Dice, draft: Draft) -> str:
    length, wide, drop = dice.uniform(0.8, 1.2), dice.uniform(0.25, 0.4), dice.uniform(0.1, 0.35)
    draft.add("handle", tube(bezier([(0.08, 0, 0), (-0.06, length * 0.3, 0), (0.05, length * 0.7, 0), (0, length, 0)], 9), 0.045, 7))
    top = length - 0.04
    draft.add("head", ribbon([(0.0, top - 0.16), (0.0, top)], [(wide, top - 0.16 - drop), (wide, top + 0.05)], 0.05))
    draft.add("head", box((0.16, 0.17, 0.09), (-0.04, top - 0.08, 0)))
    draft.lay(dice, 0.35)
    return describe("axe", ["small"], ["a hanging blade", "a curved handle"])


@SCREWDRIVER.style("stubby", 0.5)
def _stubby(dice: Dice, draft: Draft) -> str:
    grip, wide, shaft = dice.uniform(0.35, 0.55), dice.uniform(0.13, 0.18), dice.uniform(0.12, 0.35)
    profile = [(0.0, 0), (wide * 0.8, 0.03), (wide, grip * 0.4), (wide * 0.65, grip * 0.75), (wide * 0.85, grip), (0.04, grip + 0.02)]
    draft.add("handle", revolve(profile, segments=dice.pick(6, 8, 14)))
    draft.add("shaft", rod((0, grip, 0), (0, grip + shaft, 0), 0.035))
    draft.add("tip", box((0.08, 0.08, 0.02), (0, grip + shaft + 0.03, 0)))
    draft.lay(dice, 0.35)
    return describe("screwdriver", ["short"], ["a thick handle"])


@SCISSORS.style("shears", 0.5)
def _shears(dice: Dice, draft: Draft) -> str:
    opening, blade, grip = dice.uniform(3, 22), dice.uniform(0.75, 1.3), dice.uniform(0.6, 1.0)  # pliers have short jaws
    for s in (-1, 1):
        start = len(draft.pieces)
        draft.add("blade", ribbon([(0, -0.1), (0, blade)], [(s * 0.16, -0.1), (s * 0.01, blade)], 0.03))
        line = bezier([(s * 0.04, -0.05, 0), (-s * 0.25, -0.3, 0), (-s * 0.2, -grip, 0)], 8)
        draft.add("handle", tube(line, np.linspace(0.035, 0.06, 8), 6))
        draft.change(lambda piece, s=s: turn(piece, "z", -s * opening) + np.array([0, 0, s * 0.02]), start)  # type: ignore[misc]
    draft.lay(dice, 0.35)
    return describe("scissors", ["garden"], ["two straight handles", "wide blades"])


@SWORD.style("curved", 0.8)
def _sabre(dice: Dice, draft: Draft) -> str:
    blade, bend, wide = dice.uniform(1.2, 1.9), dice.uniform(0.15, 0.5), dice.uniform(0.06, 0.14)
    t = np.linspace(0, 1, 12)
    x, y = bend * t**2, blade * t
    taper = wide * (1 - 0.3 * t) * np.clip((1 - t) * 6, 0.02, 1)
    draft.add("blade", ribbon(np.column_stack([x - taper / 2, y]), np.column_stack([x + taper / 2, y]), 0.025))
    draft.add("handle", tube([(0, -0.35, 0), (0.02, -0.15, 0), (0, 0, 0)], 0.04, 7))
    basket = dice.chance(0.6)
    if basket:
        draft.add("guard", tube(arc((0, -0.17, 0), 0.18, 90, 270 - 360 * (bend < 0), "xy", 10), 0.025, 5))
    draft.add("guard", box((0.3, 0.04, 0.08)))
    draft.add("pommel", ellipsoid((0.05, 0.05, 0.05), (0, -0.37, 0), 8))
    draft.lay(dice, 0.35)
    return describe("sword", ["curved"], ["a bent blade", "a hand guard" if basket else ""])
