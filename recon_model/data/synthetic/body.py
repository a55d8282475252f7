"""People and what they wear."""

import numpy as np

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    bezier,
    box,
    cylinder,
    ellipsoid,
    hoop,
    loft,
    mirror,
    revolve,
    rings_of,
    rod,
    rounded_box,
    slab,
    superellipse,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe

PERSON = category("person", "head torso arm leg foot clothes")
HEAD = category("head", "skull face ear neck hair shoulder base")
HELMET = category("helmet", "shell visor strap crest")
SHOE = category("shoe", "upper sole heel lace")
WATCH = category("watch", "case strap crown")
SNOWMAN = category("snowman", "ball hat arm nose scarf foot")
HAT = category("hat", "crown brim")


def _limb(
    start: Triangles, first: float, second: float, pitch: float, spread: float, bend: float, thick: float
) -> tuple[Triangles, Triangles]:
    """A bent limb hanging from ``start``; angles in degrees; returns triangles and its end."""
    a, b, s = np.deg2rad(pitch), np.deg2rad(pitch + bend), np.deg2rad(spread)
    elbow = start + first * np.array([np.sin(s), -np.cos(a) * np.cos(s), np.sin(a) * np.cos(s)])
    end = elbow + second * np.array([np.sin(s), -np.cos(b) * np.cos(s), np.sin(b) * np.cos(s)])
    return tube(
        np.stack([start, (start + elbow) / 2, elbow, (elbow + end) / 2, end]), np.array([1.15, 1.1, 0.85, 0.9, 0.6]) * thick, 8
    ), end


def _person(dice: Dice, draft: Draft, mode: str) -> None:
    wide = dice.uniform(0.15, 0.23)
    hip, neck, deep = 0.88 * dice.uniform(0.95, 1.05), 1.45, dice.uniform(0.09, 0.15)
    outline = superellipse(2, 2, 2.5, 12)
    waist = dice.uniform(0.7, 0.95)
    draft.add(
        "torso",
        loft(
            rings_of(
                outline,
                np.array([(wide * 0.85, deep), (wide * waist * 0.9, deep * 0.9), (wide, deep), (wide * 0.95, deep * 0.8), (0.06, 0.06)]),
                [hip - 0.08, hip + 0.2, 1.28, 1.4, neck],
            )
        ),
    )
    draft.add("head", rod((0, neck - 0.02, 0), (0, neck + 0.1, 0.01), 0.055), ellipsoid((0.08, 0.12, 0.1), (0, neck + 0.2, 0.02), 12))
    for s in (-1, 1):
        stride = {"standing": dice.uniform(-6, 6), "walking": s * dice.uniform(12, 32), "sitting": 82.0, "arms out": dice.uniform(-4, 4)}[
            mode
        ]
        bend = {"walking": -dice.uniform(5, 35), "sitting": -80.0}.get(mode, -dice.uniform(0, 6))
        leg, ankle = _limb(
            np.array([s * wide * 0.5, hip, 0]), 0.42, 0.42, stride, s * dice.uniform(1, 8), bend, 0.075 * dice.uniform(0.85, 1.2)
        )
        draft.add("leg", leg)
        draft.add("foot", ellipsoid((0.045, 0.04, 0.13), ankle + np.array([0, -0.02, 0.06]), 8))
        raise_ = 88.0 if mode == "arms out" else dice.pick(dice.uniform(1, 9), dice.uniform(1, 9), dice.uniform(4, 50))
        swing = -s * dice.uniform(10, 40) if mode == "walking" else dice.uniform(-8, 25)
        arm, hand = _limb(
            np.array([s * wide * 1.02, 1.38, 0]), 0.28, 0.26, swing, s * raise_, dice.uniform(0, 45) if raise_ < 60 else 0.0, 0.045
        )
        draft.add("arm", arm, ellipsoid((0.03, 0.07, 0.04), hand + np.array([s * 0.02 * (raise_ > 60), -0.05 * (raise_ < 60), 0.0]), 6))
    if mode != "sitting" and dice.chance(0.25):
        draft.add(
            "clothes",
            revolve([(wide * dice.uniform(1.2, 2.0), dice.uniform(0.1, 0.5)), (wide * 0.85, hip + 0.1)], segments=14, closed=False)
            * np.array([1, 1, 0.8]),
        )
    if dice.chance(0.15):
        draft.add("clothes", revolve([(0.16, 0), (0.1, 0.02), (0.09, 0.12), (0.0, 0.13)], (0, neck + 0.26, 0.02), 12))


@PERSON.style("standing", 3.0)
def _standing(dice: Dice, draft: Draft) -> str:
    _person(dice, draft, "standing")
    draft.pose(dice, 0.85, ("x", 90), ("x", -90), ("z", 90))
    return describe("person", ["standing"], ["arms hanging"])


@PERSON.style("walking", 2.0)
def _walking(dice: Dice, draft: Draft) -> str:
    _person(dice, draft, "walking")
    return describe("person", ["walking"], ["one leg forwards"])


@PERSON.style("arms out", 1.2)
def _arms_out(dice: Dice, draft: Draft) -> str:
    _person(dice, draft, "arms out")
    draft.pose(dice, 0.85, ("x", 90), ("x", -90))
    return describe("person", ["standing"], ["arms stretched sideways"])


@PERSON.style("sitting", 0.6)
def _sitting(dice: Dice, draft: Draft) -> str:
    _person(dice, draft, "sitting")
    return describe("person", ["sitting"], ["bent knees"])


@HEAD.style("human", 3.0)
def _head(dice: Dice, draft: Draft) -> str:
    wide, high, deep = dice.uniform(0.62, 0.92), 1.0, dice.uniform(0.72, 1.0)
    outline = superellipse(2, 2, dice.uniform(2.0, 2.5), 20)
    chin = dice.uniform(0.3, 0.55)
    scales = np.array(
        [(chin * 0.5, 0.25), (chin, 0.45), (0.8, 0.85), (0.98, 1.0), (1.0, 1.0), (0.8, 0.82), (0.4, 0.4), (0.02, 0.02)]
    ) * np.array([wide, deep])
    levels = np.array([-1.0, -0.92, -0.5, -0.05, 0.3, 0.7, 0.93, 1.0]) * high
    offsets = np.array([(0, 0.45), (0, 0.38), (0, 0.1), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)]) * deep
    half = dice.chance(0.3)
    skull = loft(rings_of(outline, scales, levels, offsets), bottom=dice.chance(0.5), top=False)
    if half:
        skull = skull[skull[..., 2].mean(1) > dice.uniform(-0.5, 0.0)]
    draft.add("skull", skull)
    if dice.chance(0.8):
        nose = dice.uniform(0.1, 0.25)
        top = [(-0.06, 0.2, deep * 0.9), (0.06, 0.2, deep * 0.9), (0, 0.2, deep * 0.95)]
        draft.add("face", loft(np.array([top, [(-0.16, -0.22, deep * 0.92), (0.16, -0.22, deep * 0.92), (0, -0.18, deep + nose)]])))
    if dice.chance(0.7):  # where they are coarse, heads are smooth
        draft.add(
            "face",
            ellipsoid((0.22, 0.06, 0.08), (0, -0.48, deep * 0.88), 8),
            mirror(ellipsoid((0.13, 0.08, 0.06), (0.28, 0.15, deep * 0.84), 8)),
        )
    ears = not half and dice.chance(0.75)
    if ears:
        draft.add("ear", mirror(ellipsoid((0.05, 0.2, 0.12), (wide * 0.99, 0.0, -0.05), 8)))
    neck = not half and dice.chance(0.6)
    if neck:
        draft.add("neck", tube([(0, -1.5, -0.2), (0, -0.6, -0.1)], [dice.uniform(0.45, 0.65), 0.42], 14))
        if dice.chance(0.3):
            draft.add("neck", ellipsoid((1.2, 0.4, 0.55), (0, -1.65, -0.2), 14))
    if dice.chance(0.4):
        long = dice.pick(0.0, dice.uniform(0.1, 0.6))
        draft.add("hair", ellipsoid((wide * 1.08, 0.75 + long / 2, deep * 1.08), (0, 0.35 - long / 2, -0.12 - long / 2), 14))
    draft.pose(dice, 0.75, ("x", 90), ("x", -90), ("z", 90))
    return describe("head", ["human"], ["only the face" if half else "ears" if ears else "", "a neck" if neck else ""])


@HEAD.style("bust", 0.8)
def _bust(dice: Dice, draft: Draft) -> str:
    """Head and shoulders as sculptors make them, cut straight or rounded off above a foot."""
    wide, deep, span = dice.uniform(0.6, 0.8), dice.uniform(0.72, 0.95), dice.uniform(1.2, 1.75)
    outline, chest = superellipse(2, 2, 2.3, 20), superellipse(2, 2, dice.uniform(2.0, 3.0), 20)
    scales = np.array([(0.25, 0.3), (0.5, 0.55), (0.85, 0.9), (1.0, 1.0), (0.8, 0.82), (0.02, 0.02)]) * np.array([wide, deep])
    offsets = np.array([(0, 0.4), (0, 0.32), (0, 0.1), (0, 0), (0, 0), (0, 0)]) * deep
    draft.add("skull", loft(rings_of(outline, scales, [-1.0, -0.9, -0.45, 0.2, 0.75, 1.0], offsets), top=False))
    draft.add(
        "face",
        rod((0, 0.2, deep * 0.92), (0, -0.2, deep * dice.uniform(1.08, 1.2)), 0.06, 0.13),
        mirror(ellipsoid((0.16, 0.07, 0.1), (0.28, 0.22, deep * 0.88), 8)),
    )
    if dice.chance(0.7):
        draft.add("ear", mirror(ellipsoid((0.05, 0.2, 0.12), (wide * 0.99, 0.0, -0.05), 8)))
    hair = dice.pick("", "short hair", "long hair")
    if hair:
        long = dice.uniform(0.3, 0.8) if hair == "long hair" else 0.0
        draft.add("hair", ellipsoid((wide * 1.1, 0.7 + long / 2, deep * 1.05), (0, 0.4 - long / 2, -0.15 - long / 2), 14))
    draft.add("neck", tube([(0, -1.6, -0.15), (0, -0.6, -0.05)], [dice.uniform(0.45, 0.6), 0.42], 14))
    straight = dice.chance(0.4)
    low = dice.uniform(-2.4, -2.1) if straight else dice.uniform(-3.1, -2.6)
    end = (span * 0.95, 0.6) if straight else (0.3, 0.28)
    middle = 0.5 * (low - 1.9)
    shoulders = [end, (span * (0.97 if straight else 0.75), 0.6), (span, 0.58), (span * 0.72, 0.48), (0.45, 0.4)]
    draft.add("shoulder", loft(rings_of(chest, np.array(shoulders), [low, middle, -1.9, -1.55, -1.3])) + np.array([0, 0, -0.1]))
    foot = not straight or dice.chance(0.3)
    if foot:
        tall, broad = dice.uniform(0.3, 0.9), dice.uniform(0.4, 0.75)
        draft.add("base", revolve([(broad, low - tall), (broad, low - tall * 0.8), (0.25, low - tall * 0.5), (0.35, low)], (0, 0, -0.1)))
    return describe("head", ["sculpted"], ["shoulders", hair, "a foot" if foot else ""])


@HELMET.style("shell", 2.0)
def _helmet(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("army", "motorcycle", "cycle", "knight")
    t = np.linspace(0, np.pi / 2, 8)
    dome = np.column_stack([np.cos(t), np.sin(t) * dice.uniform(0.75, 1.0)])
    deep = {"army": dice.uniform(0.1, 0.35), "motorcycle": dice.uniform(0.6, 0.9), "cycle": 0.0, "knight": dice.uniform(0.8, 1.2)}[kind]
    line = np.concatenate([[(0.98, -deep)], dome]) if deep else dome
    shell = revolve(line, segments=22, closed=False) * np.array([dice.uniform(0.8, 0.95), 1, 1])
    inner = shell * 0.93
    if deep > 0.4:
        keep = ~((shell[..., 2].mean(1) > 0.45) & (shell[..., 1].mean(1) < 0.15))
        shell, inner = shell[keep], inner[keep]
    draft.add("shell", shell)
    if dice.chance(0.6):
        draft.add("shell", inner)
    if kind == "army":
        draft.add(
            "visor", revolve([(0.98, -deep), (dice.uniform(1.1, 1.35), -deep - 0.1)], segments=22, closed=False) * np.array([0.9, 1, 1])
        )
    elif kind == "motorcycle":
        draft.add("visor", tube(arc((0, -deep, 0), 0.9, 20, 160, "xz", 10), 0.16, 7))
    elif kind == "cycle":
        draft.add("visor", slab((-0.5, -0.05, 0.8), (0.5, 0.0, 1.25)))
    elif dice.chance(0.6):
        draft.add("crest", tube(arc((0, 0, 0), dice.uniform(1.0, 1.2), 30, 160, "zy", 9), 0.12, 6))
    if dice.chance(0.4):
        draft.add("strap", *[tube([(s * 0.85, -deep, 0.1), (s * 0.5, -deep - 0.6, 0.3), (0, -deep - 0.8, 0.35)], 0.04, 5) for s in (-1, 1)])
    if dice.chance(0.25):
        draft.add("strap", mirror(box((0.06, 0.6, 0.5), (0.82, -deep - 0.2, 0.0))))
    return describe("helmet", [kind], ["an open face" if deep > 0.4 else "a round shell", "a brim" if kind == "army" else ""])


@SHOE.style("low", 2.0)
def _shoe(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("trainer", "formal", "boot", "heeled", "clog", "sandal")
    zs = np.linspace(-1, 1, 10)
    half = 0.4 * np.array([0.55, 0.8, 0.78, 0.72, 0.75, 0.9, 1.0, 0.95, 0.75, 0.3]) * dice.uniform(0.85, 1.15)
    bend = 0.05 * np.sin(zs * 2)
    heel = dice.uniform(0.5, 0.8) if kind == "heeled" else dice.uniform(0.05, 0.18)
    lift = heel * np.clip(-zs + 0.1, 0, 1) ** 1.2 if kind == "heeled" else np.zeros(10)
    sole = np.stack([np.column_stack([bend + s * half, lift + y, zs]) for s, y in ((-1, 0), (1, 0), (1, 0.08), (-1, 0.08))], 1)
    draft.add("sole", loft(sole))
    top = {
        "trainer": dice.uniform(0.55, 0.85),
        "formal": dice.uniform(0.5, 0.7),
        "boot": dice.uniform(0.9, 1.6),
        "heeled": 0.35,
        "clog": 0.45,
        "sandal": 0.2,
    }[kind]
    rise = np.where(zs < -0.1, top, 0.22 + (top - 0.22) * np.clip((0.75 - zs) / 0.85, 0, 1))
    rise[-1] = 0.15
    collared = False
    if kind == "sandal":
        draft.add("upper", *[tube(arc((0, 0.08, z), 0.32, 0, 180, "xy", 8), 0.05, 5) for z in (0.4, -0.3)])
    else:
        arch = np.deg2rad(np.linspace(0, 180, 9))
        lattice = np.stack(
            [
                np.column_stack([b + h * np.cos(arch), 0.08 + up + r * np.sin(arch) ** 0.6, np.full(9, z)])
                for b, h, up, r, z in zip(bend, half * 0.95, lift, rise, zs, strict=True)
            ]
        )
        draft.add("upper", surface(lattice if kind == "clog" else lattice[2:]))
        collared = top > 0.6 or dice.chance(0.6)
        if collared:
            collar = superellipse(0.5, 0.75, 2.2, 16)
            draft.add("upper", loft(rings_of(collar, [1.0, 1.0], [0.15, top + 0.1], [(0, -0.6), (0, -0.6)]), False, False))
    if kind in ("heeled", "formal", "boot"):
        draft.add(
            "heel",
            slab((-0.2, -0.12 if kind != "heeled" else 0.0, -1.0), (0.2, 0.05 + float(lift[0]), -0.6 if kind != "heeled" else -0.85)),
        )
    if kind in ("trainer", "boot") and dice.chance(0.5):
        draft.add(
            "lace",
            *[rod((-0.15, 0.5 + 0.05 * k, 0.3 - 0.12 * k), (0.15, 0.5 + 0.05 * k, 0.3 - 0.12 * k), 0.025, segments=5) for k in range(3)],
        )
    if dice.chance(0.2):
        start = list(draft.pieces)
        for piece, label in zip(start, list(draft.labels), strict=True):
            draft.add(draft.parts[label], piece * np.array([-1.0, 1.0, 1.0]) + np.array([0.85, 0, 0]))
    draft.pose(dice, 0.75, ("x", 90), ("x", -90), ("z", 90))
    words = "two straps" if kind == "sandal" else "a high collar" if top > 0.9 else "a low collar" if collared else ""
    return describe("shoe", [kind], [words])


@WATCH.style("wrist")
def _watch(dice: Dice, draft: Draft) -> str:
    radius, width, case = dice.uniform(0.45, 0.6), dice.uniform(0.12, 0.35), dice.uniform(0.2, 0.34)
    gap = dice.pick(0.0, 0.0, dice.uniform(20, 70))
    ring = arc((0, 0, 0), radius, -90 + gap, 270 - gap, "yz", 20)
    sides = ((-1, 1.0), (1, 1.0), (1, 0.94), (-1, 0.94))
    band = np.stack([ring * np.array([1, t, t * 0.85]) + np.array([s * width / 2, 0, 0]) for s, t in sides], 1)
    draft.add("strap", loft(band))
    square = dice.chance(0.3)
    shell = rounded_box((case * 1.8, 0.13, case * 1.8), 0.04) if square else cylinder(case, 0.13, segments=18)
    front = np.array([0.0, radius * 1.0, 0.0])
    draft.add("case", shell + front)
    draft.add("crown", rod(front + np.array([case, 0, 0]), front + np.array([case + 0.06, 0, 0]), 0.03))
    draft.pose(dice, 0.35, ("x", 90), ("x", 90), ("z", 90))
    return describe("watch", ["wrist", "square" if square else "round"], ["an open strap" if gap else "a closed strap"])


@SNOWMAN.style("balls")
def _snowman(dice: Dice, draft: Draft) -> str:
    count, radius, level = dice.pick(2, 3, 3), dice.uniform(0.5, 0.65), 0.0
    for k in range(count):
        size = radius * (1 - 0.24 * k) * dice.uniform(0.95, 1.05)
        level += size * (0.85 if k else 0.9)
        draft.add("ball", ellipsoid((size, size * dice.uniform(0.88, 1.0), size), (0, level, 0), 18))
        level += size * 0.75
    head = radius * (1 - 0.24 * (count - 1))
    middle = level - head * 0.75
    draft.add("nose", rod((0, middle, head * 0.9), (0, middle, head * dice.uniform(1.3, 1.8)), 0.06, 0.01))
    hat = dice.pick("top hat", "cone", "none", "top hat")
    if hat == "top hat":
        draft.add(
            "hat",
            revolve([(head * 1.1, 0), (head * 1.1, 0.04), (head * 0.7, 0.05), (head * 0.7, head), (0.0, head)], (0, level - head * 0.1, 0)),
        )
    elif hat == "cone":
        draft.add("hat", revolve([(head * 0.8, -0.1), (0.02, head * 1.4)], (0, level - head * 0.1, 0)))
    arms = dice.chance(0.7)
    if arms:
        y = middle - head * 1.2
        for s in (-1, 1):
            end = np.array([s * (radius + dice.uniform(0.3, 0.6)), y + dice.uniform(-0.1, 0.5), dice.uniform(0, 0.3)])
            draft.add("arm", rod((s * radius * 0.6, y, 0), end, dice.uniform(0.02, 0.07)))
        if dice.chance(0.3):
            draft.add(
                "arm",
                rod(end + np.array([0, -0.9, 0]), end + np.array([0, 0.8, 0]), 0.03),
                revolve([(0.12, 0), (0.02, 0.3)], (float(end[0]), float(end[1]) - 1.1, float(end[2]))),
            )
    return describe(
        "snowman", [], [f"{'three' if count == 3 else 'two'} balls", f"a {hat}" if hat == "top hat" else "", "arms" if arms else ""]
    )


@SNOWMAN.style("moulded", 0.5)
def _moulded(dice: Dice, draft: Draft) -> str:
    """A pear of a body with a scarf, as toys and garden figures are."""
    wide, head, top = dice.uniform(0.5, 0.75), dice.uniform(0.36, 0.5), dice.uniform(0.8, 1.2)
    draft.add("ball", revolve([(wide * 0.7, 0), (wide, top * 0.3), (wide * 0.92, top * 0.6), (head * 0.7, top)], segments=20))
    middle = top + head * 0.75
    draft.add("ball", ellipsoid((head, head * dice.uniform(0.85, 1.0), head), (0, middle, 0), 16))
    draft.add("nose", rod((0, middle, head * 0.9), (0, middle, head * dice.uniform(1.15, 1.6)), 0.07, 0.015))
    thick = dice.uniform(0.06, 0.13)
    draft.add("scarf", hoop(head * 0.78, thick, (0, top, 0), "xz", 16))
    draft.add("scarf", rod((0.15, top, head * 0.8), (0.25, top * 0.45, wide * 1.02), thick * 0.9, thick * 0.7, 5))
    hat, brow = dice.pick("bucket", "cap", "top hat"), middle + head * 0.6
    if hat == "cap":
        draft.add(
            "hat",
            ellipsoid((head * 0.95, head * 0.65, head * 0.95), (0, brow, 0), 14),
            ellipsoid((0.12, 0.12, 0.12), (0, brow + head * 0.7, 0), 8),
        )
    else:
        near, far = (0.8, 0.55) if hat == "bucket" else (0.6, 0.65)
        draft.add("hat", revolve([(head * near, brow), (head * far, brow + head * dice.uniform(0.7, 1.1))], segments=14))
        if hat == "top hat":
            draft.add("hat", cylinder(head * 1.05, 0.04, (0, brow, 0)))
    for s in (-1, 1):
        hand = np.array([s * (wide + dice.uniform(0.15, 0.35)), top * dice.uniform(0.35, 1.1), dice.uniform(0, 0.25)])
        draft.add("arm", rod((s * wide * 0.7, top * 0.7, 0), hand, 0.12, 0.09), ellipsoid((0.11, 0.11, 0.11), hand, 8))
    if dice.chance(0.4):
        draft.add("foot", mirror(ellipsoid((0.2, 0.1, 0.28), (wide * 0.45, 0.06, wide * 0.75), 8)))
    return describe("snowman", ["plump"], [f"a {hat}", "a scarf", "short arms"])


@HAT.style("brimmed")
def _hat(dice: Dice, draft: Draft) -> str:
    high, brim, kind = dice.uniform(0.4, 0.9), dice.uniform(1.3, 2.1), dice.pick("bowler", "top", "cowboy")
    top = {
        "bowler": [(0.9, high * 0.5), (0.5, high * 0.9), (0.0, high)],
        "top": [(0.95, high * 1.6), (0.0, high * 1.6)],
        "cowboy": [(0.85, high), (0.4, high * 1.1), (0.0, high * 0.85)],
    }[kind]
    draft.add("crown", revolve([(1.0, 0), *top], segments=20, closed=False))
    flat = revolve([(0.98, 0), (brim, 0.0)], segments=24, closed=False)
    curl = dice.uniform(0.0, 0.3)
    flat[..., 1] += curl * (np.abs(flat[..., 0]) / brim) ** 2
    draft.add("brim", flat)
    return describe("hat", [kind], ["a brim"])


@HAT.style("pointed", 0.6)
def _pointed_hat(dice: Dice, draft: Draft) -> str:
    high, kind = dice.uniform(1.6, 2.8), dice.pick("witch", "straw", "party")
    if kind == "straw":
        draft.add("crown", revolve([(dice.uniform(1.5, 2.2), 0), (0.02, dice.uniform(0.6, 1.1))], segments=24, closed=False))
        return describe("hat", ["wide", "conical"], ["no brim"])
    lean = dice.uniform(0.0, 0.6) if kind == "witch" else 0.0
    path = bezier([(0, 0, 0), (0, high * 0.6, 0), (lean, high, 0)], 8)
    draft.add("crown", tube(path, np.linspace(0.9, 0.03, 8), 18))
    if kind == "witch":
        draft.add("brim", revolve([(0.85, 0.0), (dice.uniform(1.6, 2.2), -0.1)], segments=24, closed=False))
    return describe("hat", ["pointed"], ["a wide brim" if kind == "witch" else "no brim"])


@WATCH.style("pocket", 0.5)
def _pocket_watch(dice: Dice, draft: Draft) -> str:
    radius, thick = 0.5, dice.uniform(0.08, 0.2)
    case = revolve([(radius * 0.9, -thick / 2), (radius, 0), (radius * 0.9, thick / 2)], segments=24)
    draft.add("case", case)
    draft.add(
        "crown",
        rod((0, 0, -radius), (0, 0, -radius - 0.12), 0.05),
        tube(arc((0, 0, -radius - 0.16), 0.11, 0, 345, "xz", 12), 0.02, 5, closed=True),
    )
    lid = dice.chance(0.5)
    if lid:
        cover = revolve([(radius, 0), (radius * 0.6, 0.05), (0.0, 0.07)], segments=24)
        draft.add("case", turn(cover, "x", dice.uniform(60, 130), (0, 0, radius)))
    chain = dice.chance(0.6)
    if chain:
        line = bezier([(0, 0, -radius - 0.25), (0.2, 0, -1.2), (dice.uniform(-0.8, 0.8), 0, -1.0), (dice.uniform(-0.6, 0.6), 0, -1.9)], 24)
        draft.add("strap", tube(line, 0.022, 4))
    draft.pose(dice, 0.4, ("x", 90), ("x", -90))
    return describe("watch", ["pocket"], ["an open lid" if lid else "a round case", "a chain" if chain else ""])
