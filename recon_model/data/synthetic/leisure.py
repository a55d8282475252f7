"""Sport: balls, pins, rackets and weights."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recon_model.data.synthetic.primitives import (
    Triangles,
    bezier,
    box,
    copies,
    cylinder,
    ellipsoid,
    fan,
    loft,
    mirror,
    revolve,
    ribbon,
    rod,
    rotation,
    sticks,
    superellipse,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

BALL = category("ball", "body seam lace")
PIN = category("bowling pin", "body neck head stripe base ball")
RACKET = category("racket", "frame string throat handle blade ball")
DUMBBELL = category("dumbbell", "handle head collar")


@BALL.style("plain", 4.0)
def _plain_ball(dice: Dice, draft: Draft) -> str:
    segments, squash = dice.pick(8, 12, 16, 24, 32), dice.pick(1.0, 1.0, dice.uniform(0.93, 1.0))
    draft.add("body", ellipsoid((1.0, squash, 1.0), segments=segments))
    rings = dice.chance(0.15)
    if rings:  # an exercise ball has ribs round it
        levels = np.linspace(-0.75, 0.75, dice.integer(4, 9))
        radius = np.sqrt(1 - levels**2)
        draft.add("seam", *[cylinder(r * 1.02, 0.03, (0, y * squash, 0), 20) for r, y in zip(radius, levels, strict=True)])
    way = rotation("x", dice.uniform(0, 360)) @ rotation("z", dice.uniform(0, 360))
    draft.change(lambda piece: piece @ way)
    return describe("ball", ["ribbed" if rings else "plain", "faceted" if segments == 8 else "round"])


@BALL.style("oval", 1.4)
def _oval_ball(dice: Dice, draft: Draft) -> str:
    """American footballs are pointed, rugby balls blunt; both lie on their side."""
    pointed = dice.chance(0.6)
    length, power = (dice.uniform(1.55, 1.9), dice.uniform(0.75, 1.0)) if pointed else (dice.uniform(1.35, 1.6), dice.uniform(0.5, 0.62))
    angle = np.linspace(-np.pi / 2, np.pi / 2, dice.pick(9, 13, 17))
    line = np.column_stack([np.cos(angle).clip(0) ** (2 * power), np.sin(angle) * length])
    draft.add("body", turn(revolve(line, segments=dice.pick(10, 16, 24)), "z", 90))
    laced, banded = pointed and dice.chance(0.75), pointed and dice.chance(0.3)
    if laced:
        x = np.linspace(-0.28, 0.28, dice.integer(5, 8)) * length
        y = (1 - (x / length) ** 2) ** power
        draft.add(
            "lace", tube(np.column_stack([x, y + 0.01, x * 0]), 0.025, 5), copies(box((0.05, 0.05, 0.3)), np.column_stack([x, y, x * 0]))
        )
    if not laced or dice.chance(0.3):
        for turned in (0, 90):  # four seams from tip to tip
            path = np.column_stack([line[:, 1], line[:, 0] * 1.005, line[:, 0] * 0])
            draft.add("seam", turn(tube(np.concatenate([path, path[-2:0:-1] * [1, -1, 1]]), 0.015, 4, closed=True), "x", turned + 45))
    if banded:
        reach = np.sin(np.pi * np.array([0.24, 0.28]))
        bands = np.array([(np.cos(np.arcsin(t)) ** (2 * power) * 1.02, t * length) for t in reach])
        draft.add("seam", *[turn(revolve(bands, segments=18, closed=False), "z", s * 90) for s in (-1, 1)])
    angle_y = dice.uniform(-90, 90)
    draft.change(lambda piece: turn(piece, "y", angle_y))
    draft.pose(dice, 0.75, ("z", 90), ("z", 60), ("x", 90), ("x", 45))
    features = ["pointed ends" if pointed else "blunt ends", "laces" if laced else "seams", "two bands" if banded else ""]
    return describe("ball", ["oval American football" if pointed else "oval rugby"], features)


# Radius and height of a ten-pin by the rules, from foot to tip, in hundredths of its height.
_PIN_RADII = [6.8, 7.5, 9.4, 13.0, 15.0, 15.9, 15.2, 12.3, 8.3, 6.6, 6.0, 6.2, 7.0, 8.0, 8.5, 8.1, 6.6, 4.0, 0.0]
_PIN_HEIGHTS = [0, 0.5, 5, 15, 22.5, 30, 39.2, 48.3, 57.5, 62.5, 66.7, 72.5, 78.3, 84.2, 90, 93.8, 97.2, 99.4, 100]
_PIN_LINE = np.column_stack([_PIN_RADII, _PIN_HEIGHTS]) / 100


def _add_pin(dice: Dice, draft: Draft, line: NDArray[np.float64], places: NDArray[np.float64], neck: float, head: float) -> bool:
    """The same pin at each place; ``neck`` and ``head`` are the heights where these begin. Returns whether it has stripes."""
    segments = dice.pick(8, 12, 18, 24) if len(places) < 4 else 10
    cuts = [0, int(np.searchsorted(line[:, 1], neck)), int(np.searchsorted(line[:, 1], head)), len(line) - 1]
    for part, start, stop in zip(("body", "neck", "head"), cuts[:-1], cuts[1:], strict=True):
        piece = revolve(line[start : stop + 1], segments=segments, closed=part == "body" and dice.chance(0.8))
        draft.add(part, copies(piece, places))
    striped = dice.chance(0.5)
    if striped:
        for level in (neck + 0.02, neck + 0.09)[: dice.integer(1, 2)]:
            ends = np.array([level, level + 0.03])
            ring = np.column_stack([np.interp(ends, line[:, 1], line[:, 0]) + 0.003, ends])
            draft.add("stripe", copies(revolve(ring, segments=segments, closed=False), places))
    return striped


def _rack(rows: int, step: float) -> NDArray[np.float64]:
    return np.array([((k - row / 2) * step, 0.0, -row * step * 0.866) for row in range(rows) for k in range(row + 1)])


@PIN.style("ten-pin", 2.5)
def _bowling_pin(dice: Dice, draft: Draft) -> str:
    stout, waist = dice.uniform(0.85, 1.3), dice.uniform(-0.012, 0.012)
    line = _PIN_LINE.copy()
    line[8:13, 0] += waist * np.array([0.5, 0.9, 1.0, 0.8, 0.4])
    if dice.chance(0.25):  # few rings, as plain models have
        line = line[[0, 2, 5, 7, 10, 14, 17, 18]]
    line[:, 0] *= stout
    striped = _add_pin(dice, draft, line, np.zeros((1, 3)), 0.57, 0.77)
    if dice.chance(0.25):
        draft.add("base", cylinder(0.085 * stout, 0.03, (0, 0.0, 0), 14))
    draft.pose(dice, 0.75, ("z", 90), ("x", 90), ("x", -90), ("z", -70))
    return describe("bowling pin", [size_word(stout, 0.95, 1.18, "slender", "stout")], ["a thin neck", "stripes" if striped else ""])


@PIN.style("toy", 1.0)
def _toy_pin(dice: Dice, draft: Draft) -> str:
    """Wooden skittles and plastic pins for children: a fat belly, and a head like a ball."""
    belly, low, neck, ball = dice.uniform(0.15, 0.24), dice.uniform(0.22, 0.36), dice.uniform(0.04, 0.08), dice.uniform(0.085, 0.14)
    middle = 1 - ball
    angle = np.linspace(-0.3 * np.pi, np.pi / 2, 7)
    head = np.column_stack([ball * np.cos(angle).clip(0), middle + ball * np.sin(angle)])
    throat = float(head[0, 1]) - 0.05
    foot = belly * dice.uniform(0.55, 0.95)
    curve = bezier([(foot, 0), (belly * 1.25, low * 0.6), (belly * 1.2, low * 1.6), (neck, low * 1.7), (neck, throat)], 11)
    striped = _add_pin(dice, draft, np.concatenate([curve, head]), np.zeros((1, 3)), throat - 0.1, float(head[0, 1]) - 0.01)
    draft.pose(dice, 0.8, ("z", 90), ("x", 90))
    return describe("bowling pin", ["fat" if belly > 0.2 else "", "toy"], ["a round head", "stripes" if striped else ""])


@PIN.style("set", 0.6)
def _pin_set(dice: Dice, draft: Draft) -> str:
    rows, step = dice.pick(2, 3, 4, 4), dice.uniform(0.5, 0.9)
    line = _PIN_LINE[[0, 2, 4, 5, 7, 9, 10, 12, 14, 16, 18]] * [dice.uniform(0.9, 1.25), 1.0]
    _add_pin(dice, draft, line, _rack(rows, step), 0.57, 0.77)
    rolled = dice.chance(0.3)
    if rolled:
        size = dice.uniform(0.24, 0.3)
        draft.add("ball", ellipsoid((size, size, size), (dice.uniform(-0.3, 0.3), size, dice.uniform(0.6, 1.0)), 14))
    return describe("bowling pin set", [], [f"{rows * (rows + 1) // 2} pins in a triangle", "a ball" if rolled else ""])


def _strung_head(dice: Dice, draft: Draft, outline: NDArray[np.float64], rim: tuple[float, float], counts: tuple[int, int]) -> str:
    """A hoop along an outline (n, 2) of (x, y) with its strings; ``rim`` is its half width in the plane and half depth."""
    ring = np.column_stack([outline, np.zeros(len(outline))])
    draft.add("frame", tube(ring, rim[0], 6, closed=True) * np.array([1, 1, rim[1] / rim[0]]))
    kind = dice.pick("strings", "strings", "strings", "strings", "face", "none")
    if kind == "face":
        draft.add("string", fan(ring))
    elif kind == "strings":
        low, high, middle = outline.min(0), outline.max(0), outline.mean(0)
        right = outline[outline[:, 0] > -1e-9]
        edge = right[np.argsort(right[:, 1])]
        ys = np.linspace(low[1], high[1], counts[1] + 2)[1:-1]
        reach = np.interp(ys, edge[:, 1], edge[:, 0])
        xs = np.linspace(-high[0], high[0], counts[0] + 2)[1:-1]
        upper, lower = (side[np.argsort(side[:, 0])] for side in (outline[outline[:, 1] >= middle[1]], outline[outline[:, 1] <= middle[1]]))
        flat = np.zeros(len(xs))
        starts = np.column_stack([xs, np.interp(xs, lower[:, 0], lower[:, 1]), flat])
        ends = np.column_stack([xs, np.interp(xs, upper[:, 0], upper[:, 1]), flat])
        across = np.column_stack([reach, ys, np.zeros(len(ys))])
        thick = rim[0] * dice.uniform(0.1, 0.25)
        draft.add("string", sticks(np.concatenate([starts, across * [-1, 1, 1]]), np.concatenate([ends, across]), thick, thick, 3))
    return {"strings": "a grid of strings", "face": "a flat face", "none": "an empty hoop"}[kind]


def _oval(width: float, tall: float, exponent: float, low: float, egg: float) -> NDArray[np.float64]:
    """Outline (32, 2) of (x, y) standing on ``low``; ``egg`` narrows its lower end."""
    outline = superellipse(width, tall, exponent, 32)
    outline[:, 0] *= 1 + egg * outline[:, 1] / tall
    outline[:, 1] += low + tall / 2
    return outline


@RACKET.style("tennis", 2.2)
def _tennis_racket(dice: Dice, draft: Draft) -> str:
    wide, tall, throat, grip = dice.uniform(0.32, 0.44), dice.uniform(0.44, 0.56), dice.uniform(0.12, 0.34), dice.uniform(0.26, 0.42)
    egg, thin = dice.pick(0.1, dice.uniform(0, 0.5)), dice.uniform(0.012, 0.02)
    low = grip + throat
    outline = _oval(wide, tall, dice.uniform(1.9, 2.4), low, egg)
    strings = _strung_head(dice, draft, outline, (thin, thin * dice.uniform(0.9, 1.8)), (dice.integer(9, 18), dice.integer(11, 20)))
    wooden = dice.chance(0.2)
    if wooden:  # old rackets run into one solid shaft
        draft.add(
            "throat",
            ribbon([(-0.02, grip), (-0.02, low - 0.07), (-0.09, low + 0.03)], [(0.02, grip), (0.02, low - 0.07), (0.09, low + 0.03)], 0.03),
        )
    else:
        for s in (-1, 1):
            x, y = outline[int(np.argmin(np.abs(outline - [s * wide * dice.uniform(0.25, 0.36), low]).sum(1)))]
            path = bezier([(s * 0.012, grip - 0.02, 0), (s * 0.015, grip + throat * 0.35, 0), (x, y, 0)], 6)
            draft.add("throat", tube(path, thin, 6))
    thick = dice.uniform(0.02, 0.03)
    line = [(thick * 1.2, 0), (thick * 1.2, 0.02), (thick, 0.05), (thick, grip * 0.95), (thick * 0.8, grip)]
    draft.add("handle", revolve(line, segments=8) * np.array([1, 1, 0.88]))
    if dice.chance(0.12):
        draft.add("ball", ellipsoid((0.048, 0.048, 0.048), (wide * 0.8, 0.05, 0.0), 10))
    draft.lay(dice, 0.4)
    return describe("racket", ["old" if wooden else "", "tennis"], [strings, "a solid throat" if wooden else "an open throat"])


@RACKET.style("badminton", 1.2)
def _badminton_racket(dice: Dice, draft: Draft) -> str:
    """Badminton and squash: a small hoop on a long thin shaft."""
    wide, tall, shaft, grip = dice.uniform(0.26, 0.34), dice.uniform(0.36, 0.44), dice.uniform(0.24, 0.48), dice.uniform(0.2, 0.3)
    thin = dice.uniform(0.007, 0.012)
    low = grip + shaft
    strings = _strung_head(dice, draft, _oval(wide, tall, dice.uniform(1.9, 2.6), low, dice.uniform(0, 0.2)), (thin, thin), (16, 20))
    draft.add("throat", rod((0, grip, 0), (0, low, 0), thin * dice.uniform(0.6, 1.1)))
    if dice.chance(0.5):  # the joint between shaft and hoop
        draft.add("throat", revolve([(thin, low - 0.06), (thin * 1.5, low)], segments=6))
    thick = dice.uniform(0.016, 0.024)
    draft.add(
        "handle", revolve([(thick * 1.25, 0), (thick, 0.03), (thick, grip * 0.9), (thick * 0.6, grip), (thin, grip * 1.1)], segments=8)
    )
    draft.lay(dice, 0.4)
    return describe("racket", ["badminton"], [strings, "a long thin shaft"])


@RACKET.style("table tennis", 1.3)
def _bat(dice: Dice, draft: Draft) -> str:
    """Solid bats: round for table tennis, squarish for pickleball."""
    square = dice.chance(0.25)
    wide = dice.uniform(0.46, 0.56)
    tall, grip = wide * (dice.uniform(1.2, 1.45) if square else dice.uniform(0.98, 1.12)), wide * dice.uniform(0.5, 0.75)
    ply, rubber = dice.uniform(0.015, 0.035), dice.pick(0.0, dice.uniform(0.006, 0.016))
    outline = _oval(wide, tall, dice.uniform(4, 6) if square else dice.uniform(2.0, 2.4), grip * 0.92, dice.uniform(0, 0.15))
    neck = grip * 0.92 + tall * dice.uniform(0.1, 0.18)
    plate = np.stack([np.column_stack([outline, np.full(len(outline), s * ply / 2)]) for s in (-1, 1)])
    draft.add("blade", loft(plate))
    if rubber:  # it ends in a straight edge above the handle
        cover = np.column_stack([outline[:, 0] * 0.99, np.maximum(outline[:, 1], neck)])
        for s in (-1, 1):
            sheet = [np.column_stack([cover, np.full(len(cover), s * (ply / 2 + t))]) for t in (0.001, rubber)]
            draft.add("blade", loft(np.stack(sheet)))
    width, flare, thick = dice.uniform(0.075, 0.1), dice.uniform(1.0, 1.4), ply + dice.uniform(0.04, 0.07)
    xs, ys = np.array([flare, 1.0, 0.9, 1.1]) * width / 2, np.array([0, 0.5, 0.85, 1.08]) * grip
    if dice.chance(0.5):
        draft.add("handle", ribbon(np.column_stack([-xs, ys]), np.column_stack([xs, ys]), thick))
    else:
        draft.add("handle", tube(np.column_stack([xs * 0, ys, xs * 0]), xs, 8) * np.array([1, 1, thick / width]))
    if dice.chance(0.15):
        draft.add("ball", ellipsoid((0.07, 0.07, 0.07), (wide * 0.8, 0.07, 0), 10))
    draft.lay(dice, 0.4)
    return describe(
        "racket",
        ["square paddle" if square else "table-tennis"],
        ["a solid blade", "rubber on both sides" if rubber else "", "a short handle"],
    )


def _along_x(profile: ArrayLike, segments: int, roll: float = 0.0) -> Triangles:
    """Turns a profile of (radius, place) about the x axis."""
    return turn(turn(revolve(profile, segments=segments), "z", -90), "x", roll)


def _grip(dice: Dice, draft: Draft, half: float, radius: float) -> None:
    """The bar between the heads, straight or swelling in the middle."""
    swell = dice.pick(1.0, 1.0, dice.uniform(1.15, 1.5))
    wide = radius * np.array([1, (1 + swell) / 2, swell, (1 + swell) / 2, 1])
    draft.add("handle", _along_x(np.column_stack([wide, np.linspace(-half, half, 5)]), 10))


def _rest(dice: Dice, draft: Draft, depth: float, pairs: float = 0.12) -> bool:
    """Dumbbells lie along any direction, at times as a pair; returns whether there are two."""
    pair = dice.chance(pairs)
    if pair:
        step = depth * dice.uniform(1.1, 1.8)
        draft.change(lambda piece: copies(piece, [(0, 0, -step / 2), (0, 0, step / 2)]))
    angle = dice.uniform(-90, 90)
    draft.change(lambda piece: turn(piece, "y", angle))
    draft.pose(dice, 0.85, ("z", 90), ("x", 90), ("z", 30))
    return pair


@DUMBBELL.style("heads", 2.4)
def _headed_dumbbell(dice: Dice, draft: Draft) -> str:
    """One solid head at each end: hexagonal, round or a ball."""
    kind = dice.pick("hexagonal", "hexagonal", "round", "ball")
    half, radius, size = dice.uniform(0.3, 0.5), dice.uniform(0.06, 0.1), dice.uniform(0.2, 0.36)
    thick, edge = size * dice.uniform(0.7, 1.5), dice.uniform(0.7, 0.95)
    _grip(dice, draft, half * 1.05, radius)
    if kind == "ball":
        head = ellipsoid((size * dice.pick(1.0, 0.85), size, size), (half + size * 0.9, 0, 0), dice.pick(8, 14, 18))
    else:
        line = [(size * edge, half), (size, half + thick * 0.15), (size, half + thick * 0.85), (size * edge, half + thick)]
        # A hexagon rests on a flat side.
        head = _along_x(line, 6, 30) if kind == "hexagonal" else _along_x(line, dice.pick(12, 18, 24))
    draft.add("head", mirror(head))
    if dice.chance(0.3):
        draft.add("collar", mirror(_along_x([(radius * 1.5, half - 0.03), (radius * 1.5, half + 0.03)], 10)))
    pair = _rest(dice, draft, size * 2)
    return describe(
        "dumbbell", [size_word(size / half, 0.5, 0.9, "slender", "heavy"), f"{kind}-headed"], ["a second one beside it" if pair else ""]
    )


def _plates(dice: Dice, draft: Draft, start: float, size: float, thick: float, segments: int) -> tuple[int, float]:
    """Discs on both ends of a bar, the largest inside; returns their number at each end and where they stop."""
    count, shrink = dice.integer(1, 4), dice.pick(1.0, dice.uniform(0.75, 0.92))
    rim = dice.chance(0.4)
    place = start
    for k in range(count):
        r = size * shrink**k
        line = [(r * 0.96, place), (r, place + thick * 0.15), (r, place + thick * 0.85), (r * 0.96, place + thick)]
        if rim:  # a raised edge round a hollow face
            line = [
                (r * 0.3, place + thick * 0.25),
                (r * 0.8, place + thick * 0.25),
                (r * 0.84, place),
                *line[1:3],
                (r * 0.84, place + thick),
            ]
            line += [(r * 0.8, place + thick * 0.75), (r * 0.3, place + thick * 0.75)]
        disc = _along_x(line, segments)
        draft.add("head", mirror(disc))
        place += thick * dice.uniform(1.0, 1.1)
    return count, place


@DUMBBELL.style("plates", 1.8)
def _plate_dumbbell(dice: Dice, draft: Draft) -> str:
    half, radius, size = dice.uniform(0.22, 0.4), dice.uniform(0.045, 0.075), dice.uniform(0.24, 0.45)
    segments = dice.pick(12, 18, 24, 8)
    count, stop = _plates(dice, draft, half, size, size * dice.uniform(0.15, 0.4), segments)
    _grip(dice, draft, half, radius)
    tail = dice.uniform(0.02, 0.25)
    bar = _along_x([(radius * 0.9, half), (radius * 0.9, stop + tail)], 8)
    nut = _along_x([(radius * 2.2, stop), (radius * 2.2, stop + 0.05), (radius * 1.6, stop + 0.09)], dice.pick(6, 12))
    inner = _along_x([(radius * 1.7, half - 0.06), (radius * 1.7, half)], 10)
    draft.add("handle", mirror(bar))
    draft.add("collar", mirror(np.concatenate([nut, inner]) if dice.chance(0.6) else nut))
    pair = _rest(dice, draft, size * 2)
    words = ("one round plate", "two round plates", "three round plates", "four round plates")
    return describe("dumbbell", ["adjustable"], [f"{words[count - 1]} at each end", "a second one beside it" if pair else ""])


@DUMBBELL.style("barbell", 1.0)
def _barbell(dice: Dice, draft: Draft) -> str:
    half, radius, size, sleeve = dice.uniform(0.7, 1.3), dice.uniform(0.018, 0.035), dice.uniform(0.15, 0.45), dice.uniform(0.2, 0.42)
    count, stop = _plates(dice, draft, half, size, dice.uniform(0.03, 0.1), dice.pick(14, 20, 28))
    curl = dice.chance(0.15)
    if curl:  # the bar of a curl zigzags
        x = np.array([-1, -0.4, -0.28, -0.12, 0.12, 0.28, 0.4, 1]) * half
        draft.add("handle", tube(np.column_stack([x, [0, 0, 0.07, 0, 0, 0.07, 0, 0], x * 0]), radius, 8))
    else:
        draft.add("handle", rod((-half, 0, 0), (half, 0, 0), radius))
    end = max(stop + 0.05, half + sleeve)
    draft.add("handle", *[rod((s * half, 0, 0), (s * end, 0, 0), radius * 1.5, segments=8) for s in (-1, 1)])
    ring = _along_x([(radius * 2.6, half - 0.04), (radius * 2.6, half)], 10)
    draft.add("collar", mirror(ring))
    if dice.chance(0.5):
        clip = _along_x([(radius * 2.6, stop), (radius * 2.6, stop + 0.05)], 10)
        draft.add("collar", mirror(clip))
    _rest(dice, draft, size, 0.0)
    words = ("one plate", "two plates", "three plates", "four plates")
    return describe("dumbbell", ["long barbell"], [f"{words[count - 1]} at each end", "a bent bar" if curl else "a straight thin bar"])
