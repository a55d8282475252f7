"""Chairs and stools."""

import numpy as np

from recon_model.data.synthetic.furniture import add_legs, corners, cushion, flat_top, star_base
from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    bezier,
    box,
    circle,
    copies,
    cylinder,
    loft,
    revolve,
    rod,
    slab,
    superellipse,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

CHAIR = category("chair", "seat back leg arm")
STOOL = category("stool", "seat leg")


def _add_back(dice: Dice, draft: Draft, width: float, height: float, level: float, z: float) -> str:
    """Adds a leaning back of one of several kinds above ``level`` at depth ``z``; returns words for it."""
    kind = dice.pick("solid", "solid", "slats", "rungs", "frame", "curved", "spoon")
    thickness, start = dice.uniform(0.02, 0.06), len(draft.pieces)
    post = dice.uniform(0.025, 0.05)
    if kind in ("slats", "rungs", "frame"):
        draft.add("back", *[box((post, height, post), (s * (width - post) / 2, height / 2, 0)) for s in (-1, 1)])
        draft.add("back", box((width, height * dice.uniform(0.08, 0.25), post), (0, height * 0.93, 0)))
    if kind == "slats":
        xs = np.linspace(-0.35, 0.35, dice.integer(2, 6)) * width
        draft.add("back", copies(box((post * 0.8, height * 0.9, post * 0.5), (0, height * 0.45, 0)), [(x, 0, 0) for x in xs]))
    elif kind == "rungs":
        ys = np.linspace(0.25, 0.75, dice.integer(2, 4)) * height
        draft.add("back", copies(box((width, post * 1.3, post * 0.5)), [(0, y, 0) for y in ys]))
    elif kind == "frame":
        draft.add("back", box((width * dice.uniform(0.2, 0.9), height * 0.85, thickness * 0.6), (0, height * 0.47, 0)))
    elif kind == "curved":
        draft.add("back", *_bowed(width, height, dice.uniform(0.05, 0.25) * width))
    elif kind == "spoon":
        outline = superellipse(width, height * 0.75, dice.uniform(2, 5), 18)
        plate = np.column_stack([outline[:, 0], np.zeros(len(outline)), outline[:, 1]])
        draft.add("back", turn(_plate(plate, thickness), "x", 90) + np.array([0, height * 0.62, 0]))
        draft.add("back", *[box((post, height * 0.5, post), (s * width * 0.25, height * 0.25, 0)) for s in (-1, 1)])
    else:
        gap = dice.pick(0.0, 0.0, 0.25) * height
        draft.add("back", cushion(dice, (width, height - gap, thickness), (0, (height + gap) / 2, 0)))
        if gap:
            draft.add("back", *[box((post, height * 0.4, post), (s * width * 0.4, height * 0.2, 0)) for s in (-1, 1)])
    lean = dice.uniform(0, 18)
    draft.change(lambda piece: turn(piece, "x", -lean) + np.array([0, level, z]), start)
    return {"slats": "a slatted back", "rungs": "a ladder back", "curved": "a curved back", "spoon": "a rounded back"}.get(
        kind, "a straight back"
    )


def _plate(outline: Triangles, thickness: float) -> Triangles:
    shift = np.array([0, thickness / 2, 0])
    return loft(np.stack([outline - shift, outline + shift]))


def _bowed(width: float, height: float, bow: float) -> list[Triangles]:
    """A sheet of two faces, bent about the upright axis so that its edges come forwards."""
    xs = np.linspace(-0.5, 0.5, 9)
    lattice = np.zeros((4, 9, 3))
    lattice[..., 0] = xs * width
    lattice[..., 1] = np.linspace(0, height, 4)[:, None]
    lattice[..., 2] = bow * (4 * xs**2 - 0.2)
    return [surface(lattice), surface(lattice - np.array([0, 0, 0.03]))]


def _add_arms(dice: Dice, draft: Draft, width: float, depth: float, level: float) -> str:
    """Adds two arm rests beside the seat; returns words for them."""
    rise, thickness = dice.uniform(0.16, 0.26), dice.uniform(0.025, 0.06)
    kind = dice.pick("post", "panel", "loop")
    for s in (-1, 1):
        x = s * (width / 2 - thickness / 4)
        if kind == "panel":
            draft.add("arm", slab((x - thickness / 2, level, -depth / 2), (x + thickness / 2, level + rise, depth / 2)))
            continue
        draft.add("arm", box((thickness * 1.3, thickness * 0.7, depth * 0.95), (x, level + rise, 0)))
        draft.add("arm", rod((x, level, depth * 0.4), (x, level + rise, depth * 0.4), thickness / 2, segments=5))
        if kind == "loop":
            draft.add("arm", rod((x, level, -depth * 0.4), (x, level + rise, -depth * 0.4), thickness / 2, segments=5))
    return "arm rests"


@CHAIR.style("four-legged", 3.0)
def _four_legged(dice: Dice, draft: Draft) -> str:
    width, depth, level = dice.uniform(0.36, 0.56), dice.uniform(0.36, 0.54), dice.uniform(0.36, 0.52)
    thickness, back = dice.uniform(0.02, 0.09), dice.uniform(0.28, 0.65)
    kind = dice.pick("rectangular", "rectangular", "rounded", "round")
    draft.add("seat", flat_top(dice, kind, width, depth, thickness, level - thickness))
    legs = add_legs(dice, draft, width, depth, level - thickness, dice.uniform(0.025, 0.055))
    words = _add_back(dice, draft, width * dice.uniform(0.8, 1.0), back, level, -depth / 2 + 0.03)
    arms = _add_arms(dice, draft, width, depth, level) if dice.chance(0.3) else ""
    return describe(
        "chair", [size_word(back / level, 0.75, 1.2, "low-backed", "high-backed"), "four-legged"], [words, f"{legs} legs", arms]
    )


@CHAIR.style("swivel", 1.6)
def _swivel(dice: Dice, draft: Draft) -> str:
    width, depth, level = dice.uniform(0.42, 0.58), dice.uniform(0.4, 0.54), dice.uniform(0.36, 0.52)
    thickness, arms = dice.uniform(0.05, 0.12), dice.integer(4, 6)
    star_base(dice, draft, "leg", dice.uniform(0.22, 0.34), level - thickness, arms)
    draft.add("seat", cushion(dice, (width, thickness, depth), (0, level - thickness / 2, 0)))
    wide, high, raised = width * dice.uniform(0.75, 1.0), dice.uniform(0.35, 0.75), dice.pick(0.0, 0.08)
    words = _add_back(dice, draft, wide, high, level + raised, -depth / 2)
    draft.add("back", box((0.06, 0.2, 0.03), (0, level, -depth / 2 - 0.01)))
    if raised:  # a rail from the bracket to the posts of a back that is open in the middle
        draft.add("back", box((wide, 0.04, 0.03), (0, level + raised, -depth / 2)))
    extra = _add_arms(dice, draft, width * 1.1, depth * 0.7, level) if dice.chance(0.65) else ""
    return describe(
        "chair",
        ["swivel", dice.pick("office", "desk", "")],
        [f"a {('', '', '', '', 'four', 'five', 'six')[arms]}-armed star base", words, extra],
    )


@CHAIR.style("armchair", 2.0)
def _armchair(dice: Dice, draft: Draft) -> str:
    width, depth, level = dice.uniform(0.65, 0.95), dice.uniform(0.65, 0.9), dice.uniform(0.32, 0.45)
    side, back, foot = dice.uniform(0.08, 0.2), dice.uniform(0.35, 0.7), dice.pick(0.0, 0.03, 0.1, 0.16)
    arm = level + dice.uniform(0.1, 0.26)
    draft.add("seat", slab((-width / 2, foot, -depth / 2), (width / 2, level * 0.65, depth / 2)))
    draft.add("seat", cushion(dice, (width - 2 * side, level * 0.4, depth - 0.1), (0, level * 0.8, 0.05)))
    wing = dice.chance(0.3)
    for s in (-1, 1):
        draft.add("arm", cushion(dice, (side, arm - foot, depth), (s * (width - side) / 2, (arm + foot) / 2, 0)))
        if dice.chance(0.4):
            draft.add("arm", turn(cylinder(side * 0.65, depth), "x", 90) + np.array([s * (width - side) / 2, arm, 0]))
        if wing:
            draft.add("back", box((0.07, back, depth * 0.3), (s * (width / 2 - 0.04), arm + back / 2 - 0.06, -depth * 0.35)))
    start = len(draft.pieces)
    deep = dice.uniform(0.12, 0.24)
    draft.add("back", cushion(dice, (width - dice.pick(0, 2 * side), back + level * 0.5, deep), (0, (back + level * 0.5) / 2, 0)))
    lean = dice.uniform(0, 15)
    draft.change(lambda piece: turn(piece, "x", -lean) + np.array([0, level * 0.5, -depth / 2 + deep / 2]), start)
    if foot:
        for x, z in corners(width, depth, 0.06):
            draft.add("leg", box((0.06, foot, 0.06), (x, foot / 2, z)))
    return describe("chair", ["upholstered", "wing" if wing else "arm"], ["thick cushions", "short legs" if foot > 0.05 else ""])


@CHAIR.style("cantilever")
def _cantilever(dice: Dice, draft: Draft) -> str:
    width, depth, level, back = dice.uniform(0.42, 0.56), dice.uniform(0.42, 0.55), dice.uniform(0.4, 0.48), dice.uniform(0.35, 0.5)
    radius = dice.uniform(0.01, 0.02)
    for s in (-1, 1):
        x = s * width / 2
        line = [
            (x, radius, -depth / 2),
            (x, radius, depth / 2),
            (x, level, depth / 2),
            (x, level, -depth / 2),
            (x, level + back, -depth / 2 - 0.08),
        ]
        draft.add("leg", tube(line, radius, 5))
    draft.add("leg", rod((-width / 2, radius, -depth / 2), (width / 2, radius, -depth / 2), radius, segments=5))
    draft.add("seat", cushion(dice, (width, 0.04, depth), (0, level, 0)))
    draft.add("back", turn(cushion(dice, (width, back * 0.7, 0.04), (0, back * 0.6, 0)), "x", -10) + np.array([0, level, -depth / 2]))
    arms = _add_arms(dice, draft, width, depth, level) if dice.chance(0.4) else ""
    return describe("chair", ["cantilever"], ["a bent tube frame", arms])


@CHAIR.style("shell")
def _shell(dice: Dice, draft: Draft) -> str:
    """A bent sheet that is seat and back at once."""
    width, level, back = dice.uniform(0.45, 0.7), dice.uniform(0.36, 0.46), dice.uniform(0.35, 0.6)
    depth = dice.uniform(0.42, 0.55)
    side = bezier([(depth / 2, level), (0.0, level - 0.08), (-depth / 2, level - 0.03), (-depth / 2 - 0.12, level + back)], 9)
    xs = np.linspace(-0.5, 0.5, 9)
    bow = dice.uniform(0.02, 0.2)
    lattice = np.empty((9, 9, 3))
    lattice[..., 0] = xs * width
    lattice[..., 1] = side[:, 1:] + bow * (4 * xs**2) * 0.7
    lattice[..., 2] = side[:, :1] + bow * xs**2
    draft.add("seat", surface(lattice[:5]), surface(lattice[:5] - np.array([0, 0.02, 0])))
    draft.add("back", surface(lattice[4:]), surface(lattice[4:] - np.array([0, 0, 0.02])))
    base = dice.pick("star", "legs", "pedestal")
    if base == "star":
        star_base(dice, draft, "leg", 0.27, level - 0.03, dice.integer(4, 5))
    elif base == "pedestal":
        draft.add("leg", revolve([(0.25, 0), (0.25, 0.02), (0.04, 0.06), (0.03, level * 0.6), (0.1, level - 0.04)]))
    else:
        add_legs(dice, draft, width * 0.7, depth * 0.7, level - 0.03, 0.03, dice.pick("splayed", "round", "tapered"))
    return describe(
        "chair", ["moulded shell"], ["a curved back", {"star": "a star base", "pedestal": "a pedestal", "legs": "four thin legs"}[base]]
    )


@CHAIR.style("bar", 0.8)
def _bar(dice: Dice, draft: Draft) -> str:
    width, level = dice.uniform(0.34, 0.45), dice.uniform(0.6, 0.8)
    draft.add("seat", flat_top(dice, dice.pick("rectangular", "round"), width, width, dice.uniform(0.03, 0.08), level))
    if dice.chance(0.5):
        add_legs(dice, draft, width, width, level, 0.035)
        foot = "long legs"
    else:
        draft.add("leg", revolve([(0.22, 0), (0.22, 0.02), (0.03, 0.05), (0.03, level)]))
        foot = "a pedestal"
    words = _add_back(dice, draft, width * 0.9, dice.uniform(0.15, 0.4), level + 0.04, -width / 2 + 0.03)
    return describe("chair", ["tall", "bar"], [foot, words])


@CHAIR.style("lounge", 0.7)
def _lounge(dice: Dice, draft: Draft) -> str:
    width, depth, level = dice.uniform(0.55, 0.75), dice.uniform(0.6, 0.8), dice.uniform(0.25, 0.38)
    thickness, back = dice.uniform(0.05, 0.14), dice.uniform(0.5, 0.75)
    draft.add("seat", turn(cushion(dice, (width, thickness, depth), (0, level, 0)), "x", -dice.uniform(0, 12)))
    start = len(draft.pieces)
    draft.add("back", cushion(dice, (width, back, thickness), (0, back / 2, 0)))
    lean = dice.uniform(15, 35)
    draft.change(lambda piece: turn(piece, "x", -lean) + np.array([0, level, -depth / 2]), start)
    rockers = dice.chance(0.35)
    add_legs(dice, draft, width, depth, level, 0.04, dice.pick("square", "round", "splayed"))
    if rockers:
        for s in (-1, 1):
            draft.add("leg", tube(arc((s * width * 0.45, 1.0, 0), 1.02, 240, 300, "zy", 8), 0.02, 5))
    arms = _add_arms(dice, draft, width * 1.05, depth, level) if dice.chance(0.7) else ""
    return describe("chair", ["low", "rocking" if rockers else "lounge"], ["a leaning back", arms])


def _stool_seat(dice: Dice, draft: Draft, width: float, level: float) -> str:
    kind = dice.pick("round", "round", "rectangular", "octagonal")
    thickness = width * dice.uniform(0.06, 0.3)
    draft.add("seat", flat_top(dice, kind, width, width * (dice.uniform(0.8, 1.0) if kind == "rectangular" else 1.0), thickness, level))
    if dice.chance(0.3):
        draft.add("seat", revolve([(width * 0.5, 0), (width * 0.48, 0.05), (width * 0.3, 0.07), (0.0, 0.075)], (0, level + thickness, 0)))
    return "square" if kind == "rectangular" else kind


@STOOL.style("legged", 2.5)
def _legged_stool(dice: Dice, draft: Draft) -> str:
    width, level, count = dice.uniform(0.28, 0.42), dice.uniform(0.35, 0.85), dice.pick(3, 4, 4)
    seat, thickness, spread = _stool_seat(dice, draft, width, level), dice.uniform(0.01, 0.025), dice.uniform(1.0, 1.5)
    angle = np.pi / 4
    feet = circle(count) @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) * width * 0.4
    for x, z in feet:
        draft.add("leg", rod((x * spread, 0, z * spread), (x, level, z), thickness, thickness * 1.2, 6))
    for height in [h for h in (0.25, 0.45, 0.65) if dice.chance(0.5)]:
        around = feet * (spread + (1 - spread) * height)
        ring = np.column_stack([around[:, 0], np.full(count, height * level), around[:, 1]])
        draft.add("leg", tube(ring, thickness * 0.7, 5, closed=True))
    word = {3: "three-legged", 4: "four-legged"}[count]
    return describe("stool", [size_word(level, 0.45, 0.62, "low", "tall"), word], [f"{'an' if seat[0] == 'o' else 'a'} {seat} seat"])


@STOOL.style("pedestal")
def _pedestal_stool(dice: Dice, draft: Draft) -> str:
    width, level = dice.uniform(0.3, 0.42), dice.uniform(0.4, 0.85)
    seat = _stool_seat(dice, draft, width, level)
    if dice.chance(0.5):
        star_base(dice, draft, "leg", width * dice.uniform(0.6, 0.8), level, dice.integer(4, 5))
    else:
        draft.add("leg", revolve([(width * 0.6, 0), (width * 0.6, 0.02), (0.03, 0.06), (0.03, level)]))
    if dice.chance(0.5):
        ring = arc((0, level * 0.35, 0), width * 0.4, 0, 330, "xz", 12)
        draft.add("leg", tube(ring, 0.012, 5, closed=True))
    return describe(
        "stool", [size_word(level, 0.5, 0.65, "low", "tall")], ["a central column", f"{'an' if seat[0] == 'o' else 'a'} {seat} seat"]
    )


@STOOL.style("step", 0.5)
def _step_stool(dice: Dice, draft: Draft) -> str:
    width, depth, level = dice.uniform(0.35, 0.5), dice.uniform(0.22, 0.32), dice.uniform(0.22, 0.45)
    draft.add("seat", box((width, 0.03, depth), (0, level, 0)))
    for s in (-1, 1):
        draft.add(
            "leg", turn(box((0.03, level, depth), (0, level / 2, 0)), "z", s * dice.uniform(0, 12)) + np.array([s * width * 0.4, 0, 0])
        )
    draft.add("leg", box((width * 0.8, 0.05, 0.02), (0, level * 0.5, 0)))
    return describe("stool", ["low", "step"], ["two side panels"])
