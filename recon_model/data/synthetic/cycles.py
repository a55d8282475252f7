"""Bicycles, motorcycles and scooters."""

import numpy as np

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    circle,
    cylinder,
    ellipsoid,
    rod,
    rounded_box,
    slab,
    sticks,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe
from recon_model.data.synthetic.vehicles import tyre

BICYCLE = category("bicycle", "wheel frame handlebar saddle")
MOTORCYCLE = category("motorcycle", "wheel frame handlebar saddle engine")


def _wheel(dice: Dice, draft: Draft, radius: float, centre: tuple[float, float, float], width: float, spoked: bool) -> None:
    ring = arc((0, 0, 0), radius, 0, 345, "yz", 22)
    draft.add("wheel", tube(ring + np.asarray(centre), width, 6, closed=True))
    if spoked:
        draft.add("wheel", _spokes(dice.integer(8, 16), radius, centre, width * 0.25))


def _spokes(count: int, radius: float, centre: tuple[float, float, float], thick: float) -> Triangles:
    rim = circle(count) * radius
    ends = np.column_stack([np.zeros(len(rim)), rim]) + np.asarray(centre)
    return sticks(np.broadcast_to(np.asarray(centre), ends.shape), ends, thick, thick, 3)


@BICYCLE.style("road")
def _bicycle(dice: Dice, draft: Draft) -> str:
    radius, base, tube_radius = dice.uniform(0.3, 0.36), dice.uniform(0.95, 1.08), dice.uniform(0.014, 0.028)
    rear, front = np.array([0, radius, -base / 2]), np.array([0, radius, base / 2])
    crank, seat = np.array([0, radius * 0.85, -0.06]), np.array([0, radius + dice.uniform(0.38, 0.55), -0.2])
    head = np.array([0, radius + dice.uniform(0.35, 0.5), base / 2 - 0.17])
    width, spoked = dice.uniform(0.012, 0.03), dice.chance(0.7)
    for hub in (rear, front):
        _wheel(dice, draft, radius, tuple(hub), width, spoked)
    low_head = head + (front - head) * 0.35
    step = dice.chance(0.25)
    lines = [
        (crank, seat),
        (crank, low_head),
        (crank, rear),
        (seat * 0.9 + crank * 0.1, rear),
        (low_head if step else head, crank * 0.5 + seat * 0.5 if step else seat),
    ]
    draft.add("frame", *[rod(a, b, tube_radius, segments=6) for a, b in lines])
    draft.add("frame", *[rod(head, front + np.array([s * 0.04, 0, 0]), tube_radius, segments=6) for s in (-1, 1)])
    up = head + np.array([0, dice.uniform(0.05, 0.15), -0.03])
    kind = dice.pick("drop", "flat", "swept")
    draft.add("handlebar", rod(head, up, tube_radius))
    for s in (-1, 1):
        tail = {
            "drop": [(s * 0.22, 0, 0.08), (s * 0.22, -0.12, 0.1), (s * 0.22, -0.14, 0)],
            "flat": [(s * 0.3, 0.02, 0)],
            "swept": [(s * 0.2, 0.06, 0.05), (s * 0.28, 0.05, -0.12)],
        }[kind]
        draft.add("handlebar", tube(np.concatenate([[up], up + np.array(tail)]), tube_radius * 0.8, 5))
    draft.add(
        "saddle",
        rod(seat, seat + np.array([0, 0.08, -0.02]), tube_radius * 0.8),
        ellipsoid((0.08, 0.03, 0.14), seat + np.array([0, 0.1, -0.02]), 8),
    )
    draft.add("frame", turn(cylinder(0.09, 0.02, segments=12), "z", 90) + crank)
    draft.add("frame", *[rod(crank, crank + np.array([s * 0.1, s * 0.12, s * 0.1]), 0.012, segments=4) for s in (-1, 1)])
    draft.pose(dice, 0.8, ("x", 90), ("x", -90), ("z", 90))
    return describe("bicycle", ["step-through" if step else ""], [f"{kind} handlebars", f"two {'spoked' if spoked else 'thin'} wheels"])


@MOTORCYCLE.style("road")
def _motorcycle(dice: Dice, draft: Draft) -> str:
    radius, base = dice.uniform(0.28, 0.34), dice.uniform(1.25, 1.6)
    for z in (-base / 2, base / 2):
        draft.add("wheel", tyre(radius, dice.uniform(0.1, 0.16), (0, radius, z), dice.pick(0.0, 0.6)))
    draft.add("engine", rounded_box((0.3, 0.35, 0.45), 0.08, (0, radius + 0.05, 0)))
    draft.add("frame", ellipsoid((0.17, 0.15, 0.32), (0, radius + 0.42, base * 0.12), 10))
    draft.add("saddle", rounded_box((0.28, 0.1, dice.uniform(0.4, 0.7)), 0.04, (0, radius + 0.4, -base * 0.25)))
    head = np.array([0, radius + 0.5, base * 0.28])
    draft.add("frame", *[rod(head, (s * 0.08, radius, base / 2), 0.025) for s in (-1, 1)], rod(head, (0, radius, -base / 2), 0.04))
    draft.add(
        "handlebar",
        tube([(-0.35, radius + 0.68, base * 0.16), head + np.array([0, 0.15, 0]), (0.35, radius + 0.68, base * 0.16)], 0.016, 5),
    )
    draft.add("frame", *[rod((s * 0.16, radius * 0.8, 0.1), (s * 0.18, radius * 0.9, -base * 0.55), 0.04) for s in (-1, 1)])
    if dice.chance(0.5):
        draft.add("frame", ellipsoid((0.2, 0.25, 0.15), (0, radius + 0.5, base * 0.42), 8))
    return describe("motorcycle", [], ["a long saddle", "two thick wheels"])


@MOTORCYCLE.style("scooter", 0.7)
def _scooter(dice: Dice, draft: Draft) -> str:
    radius, base = dice.uniform(0.18, 0.24), dice.uniform(1.1, 1.35)
    draft.add("wheel", *[tyre(radius, 0.12, (0, radius, s * base / 2)) for s in (-1, 1)])
    head = np.array([0, radius + 0.75, base * 0.3])
    draft.add("frame", slab((-0.15, radius, -base * 0.2), (0.15, radius + 0.06, base * 0.3)))
    shield = np.array(
        [[(x * 0.24, y, base * (0.4 - 0.12 * y) - 0.12 * x * x) for x in np.linspace(-1, 1, 7)] for y in (radius, radius + 0.6)]
    )
    draft.add("frame", surface(shield), rod((0, radius, base / 2), head, 0.035))
    draft.add("engine", ellipsoid((0.2, 0.25, 0.45), (0, radius + 0.25, -base * 0.35), 12))
    draft.add("saddle", rounded_box((0.28, 0.12, dice.uniform(0.45, 0.7)), 0.05, (0, radius + 0.52, -base * 0.3)))
    draft.add("handlebar", rod(head - np.array([0.3, 0, 0]), head + np.array([0.3, 0, 0]), 0.018), ellipsoid((0.1, 0.09, 0.1), head, 8))
    return describe("motorcycle", ["scooter-like"], ["a leg shield", "two small wheels"])


@BICYCLE.style("child", 0.6)
def _small_bicycle(dice: Dice, draft: Draft) -> str:
    radius, base = dice.uniform(0.15, 0.22), dice.uniform(0.6, 0.75)
    extra = dice.pick("stabilisers", "tricycle", "plain")
    front, rear = np.array([0, radius, base / 2]), np.array([0, radius, -base / 2])
    rears = [rear + np.array([s * 0.22, -radius * 0.2, 0]) for s in (-1, 1)] if extra == "tricycle" else [rear]
    size = radius * (0.8 if extra == "tricycle" else 1.0)
    for hub in rears:
        draft.add("wheel", tyre(size, 0.05, tuple(hub), 0.75), _spokes(12, size * 0.8, tuple(hub), 0.007))
    _wheel(dice, draft, radius, tuple(front), 0.025, dice.chance(0.7))
    if extra == "stabilisers":
        for side in (-0.14, 0.14):
            low = (side, radius * 0.35, -base / 2)
            draft.add("wheel", tyre(radius * 0.35, 0.03, low))
            draft.add("frame", rod(rear, low, 0.008, segments=4))
    head, seat = front + np.array([0, 0.28, -0.1]), np.array([0, radius + 0.25, -base * 0.25])
    draft.add(
        "frame", rod(head, front, 0.018), tube([head, (0, radius * 1.1, 0), rear], 0.02, 6), rod((0, radius * 1.1, -0.02), seat, 0.018)
    )
    if extra == "tricycle":
        draft.add("frame", rod(rears[0], rears[1], 0.015))
    up = head + np.array([0, 0.12, -0.03])
    draft.add(
        "handlebar", rod(head, up, 0.015), tube([up + np.array([s * 0.22, 0.06 * s * s, -0.05 * s * s]) for s in (-1, 0, 1)], 0.014, 6)
    )
    draft.add("saddle", ellipsoid((0.08, 0.03, 0.11), seat, 8))
    return describe("bicycle", ["small"], [{"tricycle": "three wheels", "stabilisers": "two stabilisers"}.get(extra, "a low frame")])
