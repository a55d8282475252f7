"""What furniture is made of: legs, tops, cushions, carcasses and fronts, shared by the furniture categories."""

import numpy as np

from recon_model.data.synthetic.primitives import (
    Triangles,
    bezier,
    box,
    circle,
    copies,
    cylinder,
    ellipsoid,
    prism,
    revolve,
    rod,
    rounded_box,
    slab,
    superellipse,
    tube,
)
from recon_model.data.synthetic.shape import Dice, Draft

LEG_KINDS = ("square", "square", "round", "tapered", "splayed", "turned", "curved")


def corners(width: float, depth: float, inset: float = 0.0) -> list[tuple[float, float]]:
    """The four (x, z) corners of a rectangle, moved inwards by ``inset``."""
    x, z = width / 2 - inset, depth / 2 - inset
    return [(x, z), (-x, z), (-x, -z), (x, -z)]


def leg(kind: str, height: float, thickness: float, outward: tuple[float, float] = (0.0, 0.0)) -> Triangles:
    """One leg standing on y = 0 under the origin; ``outward`` is the (x, z) direction in which it may splay."""
    half, x, z = thickness / 2, outward[0], outward[1]
    if kind == "square":
        return box((thickness, height, thickness), (0, height / 2, 0))
    if kind == "round":
        return cylinder(half, height, (0, height / 2, 0), 8)
    if kind == "tapered":
        return rod((0, 0, 0), (0, height, 0), half * 0.55, half * 1.2, 6)
    if kind == "splayed":
        reach = 0.22 * height
        return rod((x * reach, 0, z * reach), (0, height, 0), half * 0.7, half, 6)
    if kind == "turned":
        rings = [(0.6, 0), (0.9, 0.06), (0.6, 0.14), (1.1, 0.3), (0.8, 0.55), (1.2, 0.68), (0.8, 0.75), (1.2, 0.8), (1.2, 1.0)]
        return revolve([(half * r, height * y) for r, y in rings], segments=8)
    reach = 0.16 * height
    path = bezier(
        [
            (x * reach * 1.4, 0, z * reach * 1.4),
            (-x * reach, height * 0.3, -z * reach),
            (x * reach, height * 0.7, z * reach),
            (0, height, 0),
        ],
        7,
    )
    return tube(path, np.linspace(0.6, 1.2, 7) * half, 6)


def add_legs(dice: Dice, draft: Draft, width: float, depth: float, height: float, thickness: float, kind: str | None = None) -> str:
    """Adds four corner legs from y = 0 and, sometimes, rails between them; returns the kind."""
    kind = kind or dice.pick(*LEG_KINDS)
    places = corners(width, depth, thickness * 0.6)
    for x, z in places:
        draft.add("leg", leg(kind, height, thickness, (np.sign(x), np.sign(z))) + np.array([x, 0, z]))
    if kind in ("square", "round", "turned") and dice.chance(0.25) and height > 4 * thickness:
        add_stretchers(dice, draft, places, height * dice.uniform(0.15, 0.5), thickness * 0.5)
    return kind


def add_stretchers(dice: Dice, draft: Draft, places: list[tuple[float, float]], level: float, thickness: float) -> None:
    """Joins four legs near the floor: a ring, an H or a cross."""
    points = [(x, level, z) for x, z in places]
    kind = dice.pick("ring", "H", "cross")
    if kind == "ring":
        pairs = [(points[i], points[(i + 1) % 4]) for i in range(4)]
    elif kind == "cross":
        pairs = [(points[0], points[2]), (points[1], points[3])]
    else:
        x = places[0][0]
        pairs = [(points[0], points[3]), (points[1], points[2]), ((-x, level, 0.0), (x, level, 0.0))]
    draft.add("leg", *[rod(a, b, thickness / 2, segments=4) for a, b in pairs])


def flat_top(dice: Dice, kind: str, width: float, depth: float, thickness: float, level: float) -> Triangles:
    """A table top or seat whose lower face is at ``level``; kinds: rectangular, rounded, oval, round, octagonal."""
    if kind == "rectangular":
        return slab((-width / 2, level, -depth / 2), (width / 2, level + thickness, depth / 2))
    if kind == "octagonal":
        outline = circle(dice.pick(6, 8)) * np.array([width / 2, depth / 2])
    else:
        outline = superellipse(width, depth, dice.uniform(3, 7) if kind == "rounded" else 2.0, 24)
    return prism(outline, level, level + thickness)


def cushion(dice: Dice, size: tuple[float, float, float], centre: tuple[float, float, float]) -> Triangles:
    """A soft block: plain, rounded a little or rounded a lot."""
    least = min(size)
    return box(size, centre) if dice.chance(0.3) else rounded_box(size, least * dice.uniform(0.12, 0.45), centre)


def carcass(
    dice: Dice, width: float, height: float, depth: float, base: float, *, open_front: bool = False, thickness: float = 0.02
) -> list[Triangles]:
    """A cabinet body on ``base``: a solid block, or boards with a hollow inside; ``open_front`` leaves the +z face out."""
    x, y, z, t = width / 2, base + height, depth / 2, thickness
    if not open_front and dice.chance(0.5):
        return [slab((-x, base, -z), (x, y, z))]
    boards = [
        slab((-x, base, -z), (-x + t, y, z)),
        slab((x - t, base, -z), (x, y, z)),
        slab((-x, base, -z), (x, base + t, z)),
        slab((-x, y - t, -z), (x, y, z)),
        slab((-x, base, -z), (x, y, -z + t)),
    ]
    return boards if open_front else [*boards, slab((-x, base, z - t), (x, y, z))]


def add_fronts(
    dice: Dice, draft: Draft, region: tuple[float, float, float, float], z: float, rows: int, columns: int, part: str = "drawer"
) -> None:
    """Adds a lattice of drawer or door fronts in (x0, y0, x1, y1) standing out from the plane at ``z``, each with a handle.

    Some drafts get the drawers' boxes too, as real models hide their insides behind the fronts.
    """
    x0, y0, x1, y1 = region
    w, h, gap, out = (x1 - x0) / columns, (y1 - y0) / rows, dice.uniform(0.005, 0.015), dice.uniform(0.004, 0.02)
    front = box((w - 2 * gap, h - 2 * gap, out))
    offsets = [(x0 + (i + 0.5) * w, y0 + (j + 0.5) * h, z + out / 2) for i in range(columns) for j in range(rows)]
    draft.add(part, copies(front, offsets))
    handle = dice.pick("knob", "bar", "two knobs", "none")
    size = dice.uniform(0.008, 0.02)
    if handle == "bar":
        long = (w * 0.35, size, size * 1.5) if part == "drawer" else (size, h * 0.3, size * 1.5)
        draft.add("handle", copies(box(long, (0, 0, out + size / 2)), offsets))
    elif handle != "none":
        sides = (0.0,) if handle == "knob" else (-w * 0.25, w * 0.25)
        draft.add("handle", *[copies(ellipsoid((size, size, size * 1.3), (s, 0, out + size / 2), 6), offsets) for s in sides])
    if part == "drawer" and dice.chance(0.25):
        deep = dice.uniform(0.15, 0.35)
        floor = box((w * 0.9, 0.01, deep), (0, -h * 0.4, -deep / 2))
        draft.add(part, copies(floor, offsets), copies(box((w * 0.9, h * 0.7, 0.01), (0, 0, -deep)), offsets))


def star_base(dice: Dice, draft: Draft, part: str, radius: float, height: float, arms: int) -> None:
    """A swivel foot: ``arms`` rods from a column to castors, column up to ``height``."""
    hub, thickness = height * dice.uniform(0.15, 0.35), radius * dice.uniform(0.06, 0.12)
    for x, z in circle(arms) * radius:
        draft.add(part, rod((0, hub, 0), (x, thickness * 1.5, z), thickness, thickness * 0.7, 5))
        draft.add(part, ellipsoid((thickness, thickness, thickness), (x, thickness, z), 6))
    draft.add(part, cylinder(thickness * dice.uniform(0.8, 1.4), height - hub * 0.7, (0, (height + hub * 0.7) / 2, 0), 8))
