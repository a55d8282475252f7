"""Pillows and caps."""

import numpy as np

from recon_model.data.synthetic.primitives import Triangles, arc, ellipsoid, loft, revolve, superellipse, superquadric, surface, tube, turn
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
