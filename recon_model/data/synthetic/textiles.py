"""Pillows and caps, and further hats, helmets and shoes, built in other ways than those of ``body``."""

import numpy as np

from recon_model.data.synthetic.body import HAT, HELMET, SHOE
from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    box,
    ellipsoid,
    loft,
    mirror,
    revolve,
    ribbon,
    rings_of,
    slab,
    sticks,
    superellipse,
    superquadric,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

PILLOW = category("pillow", "body border button")
CAP = category("cap", "crown brim button strap")


def _padded(dice: Dice, width: float, depth: float, thick: float) -> Triangles:
    """Two cloths sewn together at their rim: thick in the middle, pinched at the corners, with a few dents."""
    s = np.linspace(-1, 1, 13)
    u, v = np.meshgrid(s, s, indexing="ij")
    pinch = dice.uniform(0.0, 0.12)
    x, z = u * (1 - pinch * (1 - v**2) * np.abs(u)), v * (1 - pinch * (1 - u**2) * np.abs(v))
    height = thick / 2 * ((1 - u**4) * (1 - v**4)).clip(0) ** dice.uniform(0.4, 0.7)
    faces = []
    for side in (-1, 1):
        dents = sum(
            dice.uniform(0, 0.2) * np.exp(-((u - dice.uniform(-0.7, 0.7)) ** 2 + (v - dice.uniform(-0.7, 0.7)) ** 2) / 0.1)
            for _ in range(3)
        )
        lattice = np.stack([x * width / 2, side * height * (1 - dents), z * depth / 2], -1)
        faces.append(surface(lattice))
    return np.concatenate(faces)


def _stand(dice: Dice, draft: Draft) -> None:
    """Pillows lie, lean or stand on an edge."""
    lean = dice.pick(0.0, dice.uniform(40, 85), 90.0)
    draft.change(lambda piece: turn(piece, "x", lean))


@PILLOW.style("square", 2.0)
def _square_pillow(dice: Dice, draft: Draft) -> str:
    width = dice.uniform(0.35, 0.6)
    thick = width * dice.uniform(0.2, 0.5)
    draft.add("body", _padded(dice, width, width * dice.uniform(0.9, 1.0), thick))
    tufted, edged = dice.chance(0.2), dice.chance(0.3)
    if tufted:
        draft.add("button", *[ellipsoid((0.02, 0.01, 0.02), (0, s * thick * 0.48, 0), 8) for s in (-1, 1)])
    if edged:
        outline = superellipse(width * 1.05, width, 20.0, 24)
        draft.add("border", tube(np.column_stack([outline[:, 0], np.zeros(24), outline[:, 1]]), 0.008, 5, closed=True))
    _stand(dice, draft)
    return describe(
        "pillow",
        [size_word(thick / width, 0.27, 0.42, "flat", "plump"), "square"],
        ["a button" if tufted else "", "a corded edge" if edged else ""],
    )


@PILLOW.style("bed", 2.0)
def _bed_pillow(dice: Dice, draft: Draft) -> str:
    width, ratio = dice.uniform(0.55, 0.9), dice.uniform(1.3, 2.1)
    depth = width / ratio
    thick = depth * dice.uniform(0.2, 0.45)
    draft.add("body", _padded(dice, width, depth, thick))
    frill = dice.chance(0.2)
    if frill:
        outline = superellipse(2, 2, 12.0, 28)
        inner = np.column_stack([outline[:, 0] * width * 0.47, np.zeros(28), outline[:, 1] * depth * 0.47])
        outer = np.column_stack([outline[:, 0] * width * 0.58, np.zeros(28), outline[:, 1] * depth * 0.62])
        draft.add("border", surface(np.stack([inner, outer]), wrap=True))
    _stand(dice, draft)
    return describe("pillow", ["soft", "oblong"], ["a flat border" if frill else "", "rounded corners"])


@PILLOW.style("roll", 0.7)
def _bolster(dice: Dice, draft: Draft) -> str:
    long, radius = dice.uniform(0.4, 0.9), dice.uniform(0.07, 0.13)
    profile = [
        (0.0, -long / 2),
        (radius * 0.7, -long / 2),
        (radius, -long * 0.44),
        (radius * dice.uniform(1.0, 1.1), 0),
        (radius, long * 0.44),
        (radius * 0.7, long / 2),
        (0.0, long / 2),
    ]
    draft.add("body", turn(revolve(profile, segments=20), "z", 90))
    draft.add("button", *[ellipsoid((0.015, 0.02, 0.02), (s * long / 2, 0, 0), 6) for s in (-1, 1)])
    return describe("pillow", ["round", "long"], ["the form of a roll"])


@PILLOW.style("cushion", 1.0)
def _seat_cushion(dice: Dice, draft: Draft) -> str:
    width, ratio, thick = dice.uniform(0.38, 0.6), dice.uniform(0.85, 1.0), dice.uniform(0.06, 0.16)
    is_round = dice.chance(0.35)
    soft = dice.uniform(0.15, 0.6)
    draft.add("body", superquadric((width / 2, thick / 2, width * ratio / 2), soft, 1.0 if is_round else soft * 0.6, segments=20))
    if dice.chance(0.4):
        outline = superellipse(width, width * ratio, 2.0 if is_round else 8.0, 24)
        draft.add(
            "border",
            *[tube(np.column_stack([outline[:, 0], np.full(24, s * thick * 0.42), outline[:, 1]]), 0.006, 5, closed=True) for s in (-1, 1)],
        )
    _stand(dice, draft)
    return describe("pillow", ["round" if is_round else "square", "firm"], ["straight sides"])


def _peak(dice: Dice, radius: float, deep: float, reach: float) -> Triangles:
    """A stiff brim in front, from the rim of the crown forwards, bent down at its sides."""
    angles = np.deg2rad(np.linspace(20, 160, 13))
    inner = np.column_stack([np.cos(angles) * radius, np.zeros(13), np.sin(angles) * deep])
    grow = np.sin(np.linspace(0, np.pi, 13)) ** 0.6
    bend = dice.uniform(0.0, 0.35) * radius * np.cos(angles) ** 2
    outer = np.column_stack([np.cos(angles) * radius * 1.02, -bend - 0.1 * reach * grow, np.sin(angles) * deep + reach * grow])
    return np.concatenate([surface(np.stack([inner, outer])), surface(np.stack([inner, outer]) - np.array([0, 0.004, 0]))])


@CAP.style("baseball", 2.0)
def _baseball_cap(dice: Dice, draft: Draft) -> str:
    radius, tall, reach = 0.085, dice.uniform(0.085, 0.13), dice.uniform(0.055, 0.09)
    deep = radius * dice.uniform(1.05, 1.25)
    levels = np.sin(np.linspace(0, np.pi / 2, 7))
    widths = np.cos(np.linspace(0, np.pi / 2, 7)).clip(0.02) ** dice.uniform(0.5, 0.9)
    ring = superellipse(2 * radius, 2 * deep, 2.0, 20)
    rings = np.stack(
        [np.column_stack([ring[:, 0] * w, np.full(20, y * tall), ring[:, 1] * w]) for w, y in zip(widths, levels, strict=True)]
    )
    draft.add("crown", loft(rings, bottom=False))
    draft.add("brim", _peak(dice, radius, deep, reach))
    draft.add("button", ellipsoid((0.008, 0.005, 0.008), (0, tall, 0), 8))
    if dice.chance(0.4):
        draft.add("strap", tube(arc((0, 0.02, 0), 1.0, 240, 300, "xz", 8) * np.array([radius, 1, deep]), 0.004, 4))
    draft.pose(dice, 0.85, ("x", 180), ("z", 90))
    return describe("cap", ["baseball"], ["a long peak" if reach > 0.07 else "a short peak", "a button on top"])


@CAP.style("flat", 1.0)
def _flat_cap(dice: Dice, draft: Draft) -> str:
    radius, tall, deep = 0.09, dice.uniform(0.04, 0.065), dice.uniform(0.1, 0.13)
    ring = superellipse(2 * radius, 2 * deep, 2.2, 22)
    shift = dice.uniform(0.01, 0.03)
    sizes, heights = (0.9, 1.1, 1.05, 0.5, 0.02), (0, tall * 0.5, tall * 0.85, tall, tall * 1.02)
    rings = np.stack(
        [
            np.column_stack([ring[:, 0] * s, np.full(22, y), ring[:, 1] * s + shift * (y / tall)])
            for s, y in zip(sizes, heights, strict=True)
        ]
    )
    draft.add("crown", loft(rings, bottom=False))
    draft.add("brim", _peak(dice, radius * 0.85, deep * 0.9, dice.uniform(0.025, 0.045)))
    return describe("cap", ["flat"], ["a wide soft crown", "a small peak"])


@CAP.style("peaked", 0.8)
def _uniform_cap(dice: Dice, draft: Draft) -> str:
    radius, band, wide = 0.085, dice.uniform(0.03, 0.05), dice.uniform(1.2, 1.5)
    ring = superellipse(2 * radius, 2 * radius * 1.15, 2.0, 22)
    rise = dice.uniform(0.0, 0.04)
    sizes, heights = (1.0, 1.0, wide, wide * 0.95, 0.02), (0, band, band + 0.035, band + 0.045, band + 0.045)
    rings = np.stack(
        [
            np.column_stack([ring[:, 0] * s, y + rise * ring[:, 1] / radius * (s > 1.05), ring[:, 1] * s])
            for s, y in zip(sizes, heights, strict=True)
        ]
    )
    draft.add("crown", loft(rings, bottom=False))
    draft.add("brim", _peak(dice, radius, radius * 1.15, dice.uniform(0.035, 0.055)))
    draft.add("button", ellipsoid((0.012, 0.014, 0.006), (0, band * 1.1, radius * 1.25), 8))
    return describe("cap", ["uniform"], ["a wide flat top", "a stiff peak"])


@CAP.style("knitted", 0.8)
def _knitted_cap(dice: Dice, draft: Draft) -> str:
    radius, tall, fold = 0.09, dice.uniform(0.12, 0.2), dice.uniform(0.03, 0.06)
    draft.add(
        "crown",
        revolve(
            [(radius, 0), (radius, tall * 0.4), (radius * 0.8, tall * 0.75), (radius * 0.4, tall * 0.95), (0.0, tall)],
            segments=22,
            closed=False,
        ),
    )
    draft.add("brim", revolve([(radius * 1.08, 0), (radius * 1.1, fold), (radius * 1.02, fold)], segments=22, closed=False))
    ball = dice.chance(0.6)
    if ball:
        draft.add("button", ellipsoid((0.03, 0.03, 0.03), (0, tall + 0.02, 0), 10))
    return describe("cap", ["knitted"], ["a folded edge", "a ball on top" if ball else ""])


@HAT.style("cowboy", 0.8)
def _cowboy_hat(dice: Dice, draft: Draft) -> str:
    """A creased oval crown on a brim whose sides are curled up; a fedora is a smaller one, a sombrero curls up all round."""
    kind = dice.pick("cowboy", "cowboy", "cowboy", "fedora", "sombrero")
    high, long = dice.uniform(0.95, 1.45), dice.uniform(1.15, 1.35)
    reach = {"cowboy": dice.uniform(0.6, 0.95), "fedora": dice.uniform(0.35, 0.6), "sombrero": dice.uniform(1.3, 2.0)}[kind]
    oval = superellipse(2.0, 2.0 * long, 2.2, 24)
    top = dice.uniform(0.7, 0.85)
    crown = rings_of(
        oval, [1.0, 0.97, (top + 1) / 2, top, top * 0.8, top * 0.45, 0.02], np.array([0, 0.3, 0.7, 0.93, 1.0, 1.0, 1.0]) * high
    )
    x, y, z = crown[..., 0], crown[..., 1].copy(), crown[..., 2]
    if kind != "sombrero":
        # One crease along the top and a pinch to either side of its front.
        upper = (y / high) ** 4
        crown[..., 1] -= dice.uniform(0.15, 0.4) * high * np.exp(-((x / 0.28) ** 2)) * upper
        crown[..., 1] -= dice.uniform(0.0, 0.25) * (z < 0) * -z / long * upper
        crown[..., 0] *= 1 - dice.uniform(0.1, 0.35) * upper * np.clip(z / long, 0, 1)
    draft.add("crown", loft(crown, bottom=False))
    steps = np.linspace(0, 1, 6)
    brim = rings_of(superellipse(2.0, 2.0 * long, 2.0, 24), 1 + steps * reach, np.zeros(6))
    side, front = np.abs(oval[:, 0]) ** 2, (oval[:, 1] / long) ** 2
    curl = dice.uniform(0.3, 1.0) * reach
    bend = curl * side - dice.uniform(0.0, 0.3) * reach * front if kind != "sombrero" else curl * 0.6 * np.ones(24)
    brim[..., 1] = steps[:, None] ** 2 * bend
    if kind == "cowboy":
        brim[..., 0] *= 1 - 0.3 * steps[:, None] ** 2 * curl * side
    draft.add("brim", surface(brim, wrap=True))
    band = dice.chance(0.5)
    if band:
        draft.add("brim", loft(rings_of(oval * 1.03, [1, 0.99], [0.0, 0.18]), False, False))
    draft.pose(dice, 0.9, ("x", 180))
    brims = {"cowboy": "a brim curled up at the sides", "fedora": "a narrow brim", "sombrero": "a very wide brim"}
    return describe("hat", [kind], [brims[kind], "a creased crown" if kind != "sombrero" else "", "a band" if band else ""])


def _visor(angles: Triangles, low: float, high: float, size: Triangles) -> Triangles:
    """A strip of an ellipsoid between two latitudes in degrees."""
    rows = np.deg2rad(np.linspace(low, high, 4))
    lattice = np.stack(
        [np.sin(angles) * np.cos(rows)[:, None], np.sin(rows)[:, None] + 0 * angles, np.cos(angles) * np.cos(rows)[:, None]], -1
    )
    return surface(lattice * size)


@HELMET.style("full-face", 0.9)
def _full_face_helmet(dice: Dice, draft: Draft) -> str:
    """A shell down to the chin with an opening for the eyes, behind a visor or under a peak."""
    size = np.array([dice.uniform(0.78, 0.9), dice.uniform(0.92, 1.05), dice.uniform(1.0, 1.15)])
    cross = dice.chance(0.25)
    wide, low, high = dice.integer(3, 5), -1 - dice.integer(0, 1), dice.integer(1, 2)
    angles, rows = np.linspace(0, 2 * np.pi, 33), np.concatenate([[-62, -45, -30, -18], np.linspace(-6, 90, 10)])
    tilt = np.deg2rad(rows)[:, None]
    ball = np.stack([np.sin(angles) * np.cos(tilt), np.sin(tilt) + 0 * angles, np.cos(angles) * np.cos(tilt)], -1)
    # The cheeks and the chin hang straight down instead of closing like a ball.
    under = tilt < 0
    full = np.where(under, 1 - 0.25 * (tilt / tilt[0]) ** 2, np.cos(tilt))
    chin = np.where(under, np.cos(angles).clip(0) ** 3 * dice.uniform(0.1, 0.4 if cross else 0.2) * np.minimum(tilt / tilt[2], 1), 0.0)
    ball[..., 0], ball[..., 2] = np.sin(angles) * full, np.cos(angles) * full + chin
    first, last = 4 + low, 4 + high + 1
    shell, cells = ball * size, np.ones((len(rows) - 1, 32), bool)
    cells[first:last, :wide] = cells[first:last, 32 - wide :] = False
    kept = np.concatenate([cells.ravel(), cells.ravel()])
    draft.add("shell", surface(shell)[kept])
    if dice.chance(0.6):
        draft.add("shell", surface(shell * (0.9, 0.95, 0.88))[kept])
    state = "none" if cross else dice.pick("closed", "closed", "raised", "none")
    if state != "none":
        shield = _visor(np.linspace(-1, 1, 11) * (wide + 0.7) * np.pi / 16, rows[first] - 4, rows[last] + 6, size * 1.04)
        draft.add("visor", turn(shield, "x", -dice.uniform(25, 60) if state == "raised" else 0.0))
    if cross:
        plate = turn(slab((-0.5, 0, 0.5), (0.5, 0.04, dice.uniform(1.4, 1.9))), "x", -dice.uniform(15, 40))
        draft.add("visor", plate + np.array([0, dice.uniform(0.1, 0.3), 0]))
    fin = dice.chance(0.3)
    if fin:
        draft.add("crest", turn(superquadric((0.3, 0.1, 0.3), 0.8, 0.8, (0, 0.85 * size[1], -0.55), 10), "x", 10))
    if dice.chance(0.3):
        draft.add("visor", mirror(turn(ellipsoid((0.12, 0.05, 0.12)), "z", 90) + np.array([size[0], 0.1, 0.1])))
    draft.pose(dice, 0.9, ("x", -90), ("z", 90))
    words = {"closed": "a closed visor", "raised": "a raised visor", "none": "an opening for the eyes"}
    return describe("helmet", ["motocross" if cross else "motorcycle", "full-face"], ["a chin guard", "a peak" if cross else words[state]])


@HELMET.style("bicycle", 0.9)
def _bicycle_helmet(dice: Dice, draft: Draft) -> str:
    """A long low dome with slots that run from front to back."""
    size, ribs, bars = (
        np.array([dice.uniform(0.72, 0.85), dice.uniform(0.65, 0.85), dice.uniform(1.05, 1.35)]),
        dice.integer(2, 4),
        dice.integer(1, 3),
    )
    across, along = np.deg2rad(np.linspace(-88, 88, 6 * ribs + 4)), np.deg2rad(np.linspace(-84, 84, 25))[:, None]
    dome = np.stack([np.cos(along) ** 0.7 * np.sin(across), np.cos(along) ** 0.7 * np.cos(across), np.sin(along) + 0 * across], -1) * size
    # Pointed behind and lower there than in front.
    dome[..., 1] -= dice.uniform(0.0, 0.25) * np.clip(-dome[..., 2], 0, None)
    dome[..., 0] *= 1 - dice.uniform(0.0, 0.25) * np.clip(-dome[..., 2:] / size[2], 0, 1)[..., 0] ** 2
    rows, columns = np.arange(24)[:, None], np.arange(6 * ribs + 3)
    slot, share = columns % 3 != 0, 24 // (bars + 1)
    gaps = slot & (rows > 2) & (rows < 21) & ((rows - 3) % max(share, 4) > 1) & (columns > 2) & (columns < 6 * ribs)
    kept = np.concatenate([~gaps.ravel(), ~gaps.ravel()])
    draft.add("shell", surface(dome)[kept])
    inner = surface(dome * dice.uniform(0.8, 0.9))
    hollow = dice.chance(0.5)
    draft.add("shell", inner[kept] if hollow else inner)
    rim = np.concatenate([dome[:, 0], dome[::-1, -1]])
    draft.add("shell", tube(rim * 0.95, 0.06, 5, closed=True))
    peak = dice.chance(0.35)
    if peak:
        draft.add("visor", turn(box((0.9, 0.03, 0.4), (0, 0.15, size[2] + 0.05)), "x", dice.uniform(-5, 15)))
    strapped = dice.chance(0.55)
    if strapped:
        ear, chin, x = np.array([0.75 * size[0], -0.45, 0.05]), np.array([0.0, -1.0, 0.3]), 0.85 * size[0]
        lines = sticks(np.array([(x, 0, 0.55), (x, 0, -0.5), ear]), np.array([ear, ear, chin]), 0.03, 0.03, 4)
        draft.add("strap", mirror(lines))
    draft.pose(dice, 0.9, ("x", 180), ("z", 90))
    return describe("helmet", ["bicycle"], ["long slots", "a small peak" if peak else "", "straps" if strapped else ""])


def _pair(dice: Dice, draft: Draft, share: float, apart: float) -> bool:
    """Adds the other shoe of a pair, for a share of them."""
    if not dice.chance(share):
        return False
    for piece, label in zip(list(draft.pieces), list(draft.labels), strict=True):
        draft.add(draft.parts[label], piece * np.array([-1.0, 1.0, 1.0]) + np.array([apart, 0, dice.uniform(-0.02, 0.02)]))
    return True


@SHOE.style("boot", 0.9)
def _boot(dice: Dice, draft: Draft) -> str:
    """Level slices from the sole up: the foot draws back to the ankle, then the shaft rises."""
    kind = dice.pick("work", "work", "cowboy", "rubber", "riding")
    shaft = {
        "work": dice.uniform(0.9, 1.5),
        "cowboy": dice.uniform(1.4, 2.0),
        "rubber": dice.uniform(1.6, 2.3),
        "riding": dice.uniform(2.2, 2.9),
    }[kind]
    heel = {"work": 0.14, "cowboy": 0.3, "rubber": 0.1, "riding": 0.18}[kind] * dice.uniform(0.7, 1.3)
    wide, calf = dice.uniform(0.32, 0.42), dice.uniform(1.0, 1.3)
    foot = superellipse(2.0, 2.0, 1.8 if kind == "cowboy" else 2.5, 20)
    foot[:, 0] *= 1 - (0.35 if kind == "cowboy" else 0.1) * foot[:, 1] ** 2 * (foot[:, 1] > 0)
    # (height, half width, half length); the back of every slice stays near the heel.
    rows = np.array(
        [
            (0.0, 1.0, 0.98),
            (0.14, 1.0, 1.0),
            (0.3, 0.97, 0.87),
            (0.45, 0.9, 0.66),
            (0.6, 0.86, 0.51),
            (0.8, 0.84, 0.44),
            (max(1.0, shaft * 0.75), 0.9 * calf, 0.42 * calf),
            (max(1.1, shaft), 0.92 * calf, 0.45 * calf),
        ]
    )
    level, length = rows[:, 0] + heel, rows[:, 2]
    rings = rings_of(foot, np.column_stack([rows[:, 1] * wide, length]), level, np.column_stack([np.zeros(8), length - 1]))
    # The sole bends up from the ball of the foot to the heel, and in front to the toe.
    rings[..., 1] -= heel * np.clip((rings[..., 2] + 0.5) / 0.7, 0, 1) * np.clip(1 - rows[:, :1] / 0.7, 0, 1)
    if kind == "cowboy":
        rings[-1, :, 1] += dice.uniform(0.1, 0.25) * (np.abs(foot[:, 0]) - 0.6)
    draft.add("upper", loft(rings, top=False))
    if dice.chance(0.5):
        lining = rings[4:] - np.array([0, 0, -0.57])
        draft.add("upper", surface(lining * np.array([0.9, 1, 0.9]) + np.array([0, 0, -0.57]), wrap=True))
    base = np.stack([rings[0] * np.array([1.06, 1, 1.03]) + np.array([0, y, 0]) for y in (-dice.uniform(0.06, 0.16), 0.03)])
    draft.add("sole", loft(base))
    bottom = float(base[0, :, 1].min())
    draft.add("heel", loft(rings_of(foot * (0.95 * wide, 0.3), [0.85, 1.0], [bottom, float(base[0, :, 1].max())], [(0, -0.7), (0, -0.7)])))
    laced = kind == "work" and dice.chance(0.7)
    if laced:
        y = np.linspace(0.45, shaft * 0.9, dice.integer(4, 7)) + heel
        z = np.interp(y - heel, rows[:, 0], 2 * length - 1) + 0.01
        ends = [np.column_stack([np.full(len(y), s * wide * 0.35), y, z]) for s in (-1, 1)]
        draft.add("lace", sticks(ends[0], ends[1], 0.025, 0.025, 4), sticks(ends[0][:-1], ends[1][1:], 0.02, 0.02, 4))
    if kind == "cowboy" or dice.chance(0.15):
        draft.add("lace", mirror(tube(arc((wide * calf * 0.9, float(level[-1]), -0.55), 0.12, 0, 180, "zy", 7), 0.025, 4)))
    _pair(dice, draft, 0.2, dice.uniform(0.85, 1.1))
    draft.pose(dice, 0.8, ("x", 90), ("z", 90))
    return describe(
        "shoe", ["high", kind], ["the tall shaft of a boot" if shaft > 1.3 else "the ankle-high shaft of a boot", "laces" if laced else ""]
    )


@SHOE.style("high heel", 0.6)
def _high_heel(dice: Dice, draft: Draft) -> str:
    kind, rise, platform = (
        dice.pick("stiletto", "stiletto", "block", "wedge"),
        dice.uniform(0.4, 0.85),
        dice.pick(0.0, 0.0, dice.uniform(0.08, 0.25)),
    )
    zs = np.linspace(-1, 1, 15)
    half = np.interp(
        zs, [-1, -0.9, -0.6, -0.1, 0.35, 0.6, 0.85, 1], [0.08, 0.2, 0.24, 0.22, 0.34, 0.33, 0.2, 0.03 + 0.12 * dice.chance(0.4)]
    )
    half *= dice.uniform(0.9, 1.15)
    slope = np.clip((0.4 - zs) / 1.15, 0, 1)
    lift = platform + rise * slope**2 * (3 - 2 * slope) - 0.05 * rise * (zs < -0.75)
    plate = np.stack(
        [
            np.column_stack([s * half, lift + y, zs])
            for s, y in ((-1, -0.06 - platform * 0.6), (1, -0.06 - platform * 0.6), (1, 0), (-1, 0))
        ],
        1,
    )
    plate[:, :2, 1] = np.where(zs[:, None] > 0.2, plate[:, :2, 1] - platform * 0.4, plate[:, :2, 1] + platform * 0.55)
    draft.add("sole", loft(plate))
    around = np.deg2rad(np.linspace(0, 180, 9))
    sandal = dice.chance(0.3)
    arch = np.stack(
        [
            np.cos(around)[None] * half[:, None] * 1.04,
            lift[:, None] + np.sin(around)[None] ** 0.8 * np.interp(zs, [0.2, 0.5, 1], [0.38, 0.3, 0.06])[:, None],
            zs[:, None] + 0 * around,
        ],
        -1,
    )
    if sandal:
        draft.add("upper", surface(arch[9:12]))
        ankle = arc((0, float(lift[1]) + 0.42, -0.66), 0.22, 0, 345, "xz", 12)
        draft.add("upper", tube(ankle, 0.03, 5, closed=True))
    else:
        draft.add("upper", surface(arch[dice.integer(9, 10) :]))
        tall = np.interp(zs, [-1, -0.7, -0.2, 0.4], [0.42, 0.38, dice.uniform(0.1, 0.25), 0.3])[:11]
        walls = [
            np.stack([np.column_stack([s * half[:11] * g, lift[:11] + y, zs[:11]]) for g, y in ((1.02, 0), (1.05, tall))]) for s in (-1, 1)
        ]
        draft.add("upper", *[surface(wall) for wall in walls])
    cup = np.stack([np.column_stack([half[1] * np.cos(around), np.full(9, lift[1] + y), -0.88 - 0.14 * np.sin(around)]) for y in (0, 0.42)])
    draft.add("upper", surface(cup))
    back = float(lift[1]) - 0.05
    if kind == "stiletto":
        draft.add("heel", tube([(0, back, -0.8), (0, back * 0.6, -0.88), (0, 0, -0.88)], [0.18, 0.08, dice.uniform(0.03, 0.07)], 8))
    elif kind == "block":
        thick = dice.uniform(0.12, 0.22)
        draft.add("heel", slab((-thick, 0, -1.0), (thick, back, -1.0 + 2 * thick)))
    else:
        low = np.column_stack([zs[:11], np.zeros(11)])
        wedge = ribbon(low, np.column_stack([zs[:11], lift[:11] - 0.05]), 0.4)
        draft.add("heel", wedge[..., [2, 1, 0]])
    _pair(dice, draft, 0.25, dice.uniform(0.7, 0.9))
    draft.pose(dice, 0.85, ("z", 90), ("x", 90))
    return describe("shoe", ["high-heeled"], [f"a {kind} heel", "straps" if sandal else "", "a platform" if platform else ""])
