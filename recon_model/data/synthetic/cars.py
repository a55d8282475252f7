"""Cars."""

import numpy as np
from numpy.typing import NDArray

from recon_model.data.synthetic.primitives import arc, box, cylinder, ellipsoid, hull, loft, rod, rounded_box, surface, tube, turn
from recon_model.data.synthetic.shape import Dice, Draft, category, describe
from recon_model.data.synthetic.vehicles import add_wheels, tyre

CAR = category("car", "body cabin wheel detail")

STATIONS = 18
"""Cross-sections of a pressed body, from nose to tail."""


class _Pressing:
    """A body pressed from sheet: one skin from bumper to bumper, whose roof line rises from the bonnet and falls to the tail."""

    def __init__(self, dice: Dice, kind: str) -> None:
        self.half, self.length = dice.uniform(0.78, 1.0), dice.uniform(3.5, 5.2)
        self.radius = dice.uniform(0.28, 0.38)
        low, self.belt = self.radius * dice.uniform(0.35, 0.8), dice.uniform(0.68, 0.95)
        self.roof = self.belt + dice.uniform(0.3, 0.6) * (0.75 if kind == "sports" else 1.0)
        screen = dice.uniform(0.12, 0.25) if kind == "van" else dice.uniform(0.24, 0.42)
        roof_end = {"saloon": 0.68, "hatchback": 0.82, "estate": 0.93, "van": 0.94, "sports": 0.58}[kind] + dice.uniform(-0.06, 0.04)
        self.front, self.back = screen + dice.uniform(0.08, 0.2), roof_end
        boot = min(roof_end + dice.uniform(0.05, 0.3), 0.97)
        places = [0.0, 0.03, screen, self.front, roof_end, boot, 1.0]
        nose, tail = dice.uniform(0.5, 0.9), dice.uniform(0.7, 1.0)
        heights = [0.8 * nose * self.belt, nose * self.belt, self.belt, self.roof, self.roof * dice.uniform(0.92, 1.0)]
        heights += [self.belt * (1.0 if kind != "van" else 1.2), tail * self.belt]
        self.at = np.linspace(0, 1, STATIONS)
        line = np.interp(np.linspace(-0.1, 1.1, 121), places, heights)
        line = np.convolve(line, np.ones(9) / 9, "same")
        self.top = np.interp(self.at, np.linspace(-0.1, 1.1, 121), line)
        self.z = self.length * (0.5 - self.at)
        ends = np.abs(2 * self.at - 1)
        self.wide = self.half * (1 - dice.uniform(0.05, 0.3) * ends ** dice.uniform(3, 7))
        self.floor = low + dice.uniform(0.0, 0.2) * ends**8
        self.shoulder = np.minimum(self.top * 0.96, self.belt * dice.uniform(0.93, 1.0))
        self.tumble = dice.uniform(0.62, 0.85)

    def rings(self, open_top: bool) -> NDArray[np.float64]:
        """Cross-sections (STATIONS, 12, 3); ``open_top`` ends them at the shoulder."""
        top = np.minimum(self.top, self.shoulder * 1.03) if open_top else self.top
        inward = np.clip((top - self.shoulder) / (self.roof - self.belt), 0, 1)
        upper = self.wide * (0.95 - (0.95 - self.tumble) * inward)
        sill, middle = self.floor + 0.15 * (self.shoulder - self.floor), (self.floor + self.shoulder) / 2
        x = np.stack([0.85 * self.wide, self.wide, 1.02 * self.wide, 0.97 * self.wide, upper, 0.75 * upper], 1)
        y = np.stack([self.floor, sill, middle, self.shoulder, self.shoulder + 0.85 * (top - self.shoulder), top], 1)
        sides = [np.stack([sign * x, y, np.broadcast_to(self.z[:, None], x.shape)], -1) for sign in (1.0, -1.0)]
        return np.concatenate([sides[0], sides[1][:, ::-1]], 1)

    def height(self, at: float) -> float:
        """Of the roof line, at a share of the length."""
        return float(np.interp(at, self.at, self.top))


def _greenhouse(dice: Dice, draft: Draft, body: _Pressing) -> None:
    """A roof on six pillars over seats, with nothing for the glass."""
    at = np.linspace(body.front, body.back, 6)
    z, y = body.length * (0.5 - at), np.array([body.height(each) for each in at])
    wide = body.half * body.tumble
    draft.add("cabin", surface(np.stack([np.stack([np.full(6, side * wide), y, z], -1) for side in (-1.0, -0.6, 0.6, 1.0)])))
    ends = (body.front - dice.uniform(0.08, 0.18), (body.front + body.back) / 2, min(body.back + dice.uniform(0.03, 0.15), 0.97))
    for side in (-1, 1):
        for foot, head in zip(ends, (body.front, (body.front + body.back) / 2, body.back), strict=True):
            low = (side * body.half * 0.95, body.belt * 0.95, body.length * (0.5 - foot))
            draft.add("cabin", rod(low, (side * wide, body.height(head), body.length * (0.5 - head)), 0.035, segments=4))
    for row in (0.3, 0.75):
        z_seat = body.length * (0.5 - body.front - row * (body.back - body.front))
        for x in (-0.45 * body.half, 0.45 * body.half):
            draft.add("cabin", rounded_box((0.5, 0.14, 0.5), 0.05, (x, body.belt * 0.55, z_seat)))
            draft.add("cabin", rounded_box((0.5, 0.55, 0.14), 0.05, (x, body.belt * 0.85, z_seat - 0.25)))


@CAR.style("pressed", 4.0)
def _pressed(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("saloon", "saloon", "hatchback", "estate", "van", "sports", "sports")
    body, open_top = _Pressing(dice, kind), dice.chance(0.25)
    draft.add("body", loft(body.rings(open_top)))
    if open_top:
        _greenhouse(dice, draft, body)
    e = body.length / 2
    axles = (e * dice.uniform(0.55, 0.7), -e * dice.uniform(0.5, 0.68)) if dice.chance(0.88) else ()  # some models only paint wheels on
    for z in axles:
        width = body.radius * dice.uniform(0.5, 0.75)
        inner = body.half - width / 2 - dice.uniform(-0.04, 0.08)
        draft.add("wheel", *[tyre(body.radius, width, (side * inner, body.radius, z), dice.pick(0.0, 0.55)) for side in (-1, 1)])
    if dice.chance(0.4):
        mirror = body.length * (0.5 - body.front + 0.08)
        draft.add("detail", *[ellipsoid((0.1, 0.07, 0.06), (side * (body.half + 0.08), body.belt, mirror), 6) for side in (-1, 1)])
    if dice.chance(0.25):
        draft.add("detail", *[box((body.half * 1.8, 0.12, 0.1), (0, body.radius + 0.1, sign * (e + 0.03))) for sign in (-1, 1)])
    if kind == "sports" and dice.chance(0.4):
        draft.add("detail", box((body.half * 1.7, 0.03, 0.22), (0, body.belt + dice.uniform(0.05, 0.2), -e * 0.95)))
    draft.pose(dice, 0.85, ("x", 90), ("x", -90), ("z", 90))
    return describe(
        "car", ["low" if kind == "sports" else "", kind if kind != "van" else "tall"], ["a smooth body", "four wheels" if axles else ""]
    )


@CAR.style("vintage", 0.7)
def _vintage(dice: Dice, draft: Draft) -> str:
    """A narrow bonnet before an upright cabin, and fenders of their own over large wheels."""
    length, half, radius = dice.uniform(3.3, 4.6), dice.uniform(0.7, 0.85), dice.uniform(0.34, 0.46)
    e, deck, cowl = length / 2, radius * dice.uniform(1.0, 1.4), dice.uniform(0.95, 1.15)
    split, narrow = dice.uniform(-0.05, 0.2) * e, half * dice.uniform(0.4, 0.55)
    middle, rise = (deck + cowl) / 2, (cowl - deck) / 2
    stations = [(e * 0.8, middle, narrow * 0.85, rise * 0.95), (e * 0.75, middle, narrow, rise), (split, middle, half * 0.7, rise)]
    draft.add("body", hull(stations, dice.uniform(3, 8)))
    back, roof, tub = -e * dice.uniform(0.7, 0.95), dice.uniform(1.5, 1.85), half * 0.78
    covered = dice.chance(0.65)
    if covered:
        high = roof - deck
        draft.add("cabin", rounded_box((2 * tub, high, split - back), dice.uniform(0.03, 0.25), (0, deck + high / 2, (split + back) / 2)))
    else:
        walls = np.array([[(x, y, z) for x, z in ((-tub, split), (tub, split), (tub, back), (-tub, back))] for y in (deck, cowl)])
        draft.add("cabin", loft(walls, top=False))
        draft.add(
            "cabin", *[rounded_box((tub * 1.8, 0.5, 0.15), 0.06, (0, cowl, split - share * (split - back))) for share in (0.45, 0.95)]
        )
        draft.add("cabin", turn(box((tub * 1.9, 0.4, 0.03), (0, cowl + 0.2, split)), "x", -10, (0, cowl, split)))
    axles, wide = (e * dice.uniform(0.6, 0.75), -e * dice.uniform(0.5, 0.65)), dice.uniform(0.18, 0.3)
    for side in (-1, 1):
        x = side * (half - wide / 2)
        for z in axles:
            over = arc((x, radius, z), radius * 1.2, 10, 170, "zy", 9)
            draft.add("body", surface(np.stack([over + np.array([t * wide / 2, 0, 0]) for t in (-1, 1)])))
        draft.add("body", box((wide, 0.03, axles[0] - axles[1] - 2 * radius), (x, radius * 0.8, sum(axles) / 2)))
        if dice.chance(0.8):
            draft.add("detail", ellipsoid((0.12, 0.12, 0.1), (side * narrow * 1.3, cowl * 0.9, e * 0.8), 8))
    add_wheels(dice, draft, half, list(axles), radius)
    if dice.chance(0.4):
        draft.add("detail", turn(tyre(radius, 0.15, (0, 0, 0)), "y", 90) + np.array([0, deck + radius * 0.6, back - 0.1]))
    if dice.chance(0.5):
        draft.add("detail", tube([(side * half * 0.9, radius, e * 0.95) for side in (-1, 0, 1)], 0.04, 5))
    draft.add("body", cylinder(0.03, 0.1, (0, cowl + 0.03, e * 0.78), 6))
    return describe("car", ["vintage"], ["a closed cabin" if covered else "an open tub", "separate fenders"])


@CAR.style("saloon", 1.5)
def _saloon(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("saloon", "hatchback", "estate", "coupe")
    length, half, radius = dice.uniform(3.6, 5.0), dice.uniform(0.8, 0.95), dice.uniform(0.28, 0.36)
    low, belt, roof = radius * dice.uniform(0.6, 0.9), dice.uniform(0.72, 0.95), dice.uniform(1.25, 1.55)
    e = length / 2
    nose = dice.uniform(0.55, 0.95) * belt
    middle = (low + belt) / 2
    rise = (belt - low) / 2
    draft.add(
        "body",
        hull(
            [
                (e, (low + nose) / 2, half * 0.8, (nose - low) / 2 * 0.8),
                (e * 0.9, (low + nose) / 2, half * 0.95, (nose - low) / 2),
                (e * 0.35, middle, half, rise),
                (-e * 0.7, middle, half, rise),
                (-e, middle, half * 0.85, rise * 0.8),
            ],
            dice.uniform(4, 9),
        ),
    )
    front, back = dice.uniform(0.3, 0.5) * e, {"saloon": 0.65, "hatchback": 0.9, "estate": 0.98, "coupe": 0.85}[kind] * e
    flat = {"saloon": 0.4, "hatchback": 0.65, "estate": 0.9, "coupe": 0.25}[kind] * e
    top = np.array([(front - e * 0.3, roof), (-flat, roof)])
    outline = np.array([(front, belt - 0.05), *top, (-back, belt - 0.05)])
    rings = np.stack(
        [
            np.column_stack([np.full(4, s * w), outline[:, 1], outline[:, 0]])
            for s, w in ((-1, half * 0.95), (-1, half * 0.75), (1, half * 0.75), (1, half * 0.95))
        ]
    )
    rings[0, 1:3, 1] = rings[3, 1:3, 1] = belt
    draft.add("cabin", loft(rings))
    add_wheels(dice, draft, half, [e * dice.uniform(0.58, 0.68), -e * dice.uniform(0.55, 0.65)], radius)
    if dice.chance(0.5):
        draft.add("detail", *[ellipsoid((0.1, 0.07, 0.06), (s * (half + 0.08), belt + 0.05, front * 0.8), 6) for s in (-1, 1)])
    if dice.chance(0.5):
        draft.add("detail", *[ellipsoid((0.12, 0.1, 0.04), (s * half * 0.65, nose * 0.85, e), 6) for s in (-1, 1)])
    draft.pose(dice, 0.85, ("x", 90), ("x", -90), ("z", 90))
    return describe("car", ["long" if length > 4.6 else "", kind], ["four wheels"])


@CAR.style("open", 0.7)
def _open_car(dice: Dice, draft: Draft) -> str:
    race = dice.chance(0.4)
    length, half, radius = dice.uniform(3.4, 4.6), dice.uniform(0.7, 0.9), dice.uniform(0.3, 0.4)
    low, belt, e = 0.2, dice.uniform(0.65, 0.9), 0.0
    e = length / 2
    body = half * (0.55 if race else 1.0)
    draft.add(
        "body",
        hull(
            [
                (e, low + 0.2, body * 0.4, 0.12),
                (e * 0.5, (low + belt) / 2, body, (belt - low) / 2),
                (-e * 0.8, (low + belt) / 2, body, (belt - low) / 2),
                (-e, low + 0.3, body * 0.8, 0.2),
            ],
            4,
        ),
    )
    if race:
        draft.add(
            "detail",
            box((half * 1.8, 0.04, 0.3), (0, 0.25, e * 0.95)),
            box((half * 1.6, 0.04, 0.3), (0, belt + 0.2, -e)),
            box((0.05, 0.4, 0.2), (0, belt, -e)),
        )
        draft.add("cabin", ellipsoid((0.25, 0.25, 0.5), (0, belt, -e * 0.3), 8))
    else:
        draft.add("cabin", turn(box((half * 1.6, 0.4, 0.03), (0, belt + 0.2, e * 0.2)), "x", -20, (0, belt, e * 0.2)))
        draft.add("cabin", *[rounded_box((0.5, 0.5, 0.15), 0.06, (s * half * 0.45, belt, -e * 0.25)) for s in (-1, 1)])
    add_wheels(dice, draft, half, [e * 0.62, -e * 0.6], radius)
    return describe("car", ["racing" if race else "open"], ["wings" if race else "two seats", "four wheels"])


@CAR.style("off-road", 0.8)
def _off_road(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("jeep", "van", "pickup")
    length, half, radius = dice.uniform(3.6, 5.2), dice.uniform(0.85, 1.0), dice.uniform(0.34, 0.46)
    e, low, belt, roof = length / 2, radius * 0.9, dice.uniform(1.0, 1.2), dice.uniform(1.7, 2.1)
    draft.add("body", rounded_box((2 * half, belt - low, length), 0.1, (0, (belt + low) / 2, 0)))
    back = {"jeep": -e, "van": -e, "pickup": -e * 0.05}[kind]
    front = e * dice.uniform(0.25, 0.4) if kind != "van" else e * 0.8
    outline = [(front + 0.25, belt), (front, roof), (back + 0.05, roof), (back, belt)]
    draft.add("cabin", loft(np.array([[(s * half * 0.92, y, z) for z, y in outline] for s in (-1, 1)])))
    if kind == "pickup":
        draft.add("body", *[box((0.08, 0.25, e * 0.9), (s * (half - 0.04), belt + 0.1, -e * 0.53)) for s in (-1, 1)])
    add_wheels(dice, draft, half, [e * 0.62, -e * 0.6], radius)
    if kind == "jeep":
        draft.add("detail", turn(tyre(radius, 0.2, (0, 0, 0)), "y", 90) + np.array([0, belt, -e - 0.1]))
    return describe(
        "car",
        ["tall", "off-road" if kind != "van" else ""],
        [{"jeep": "a spare wheel behind", "van": "a boxy body", "pickup": "an open bed"}[kind]],
    )
