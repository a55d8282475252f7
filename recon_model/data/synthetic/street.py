"""What stands or rolls in streets and gardens, dives in the sea; and drums."""

import numpy as np
from numpy.typing import ArrayLike

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    around,
    bezier,
    box,
    circle,
    cone,
    copies,
    cylinder,
    ellipsoid,
    hoop,
    hull,
    loft,
    mirror,
    revolve,
    ribbon,
    ring,
    rings_of,
    rod,
    rounded_box,
    slab,
    sticks,
    superellipse,
    surface,
    tube,
    turn,
    wing,
)
from recon_model.data.synthetic.shape import NUMBERS, Dice, Draft, article, category, describe, size_word

SUBMARINE = category("submarine", "hull sail fin propeller deck")
WHEELBARROW = category("wheelbarrow", "tray wheel handle leg")
SHOPPING_CART = category("shopping cart", "basket handle frame wheel seat")
WHEELCHAIR = category("wheelchair", "seat back wheel armrest footrest frame")
WINDMILL = category("windmill", "tower cap sail tail gallery door")
STREET_LIGHT = category("street light", "pole arm lamp base")
DRUM = category("drum", "shell head hoop stand")


def _grid(corners: ArrayLike, columns: int, rows: int, radius: float) -> Triangles:
    """Wires over a sheet with four corners (4, 3), given in order around it."""
    a, b, c, d = np.asarray(corners, float)
    u, v = np.linspace(0, 1, columns)[:, None], np.linspace(0, 1, rows)[:, None]
    starts, ends = np.concatenate([a + (b - a) * u, a + (d - a) * v]), np.concatenate([d + (c - d) * u, b + (c - b) * v])
    return sticks(starts, ends, radius, radius, 3)


def _wheel(radius: float, thick: float, centre: ArrayLike, spokes: int) -> Triangles:
    """A tyre about an axle along x, with spokes or, without any, a disc."""
    middle, inner = np.asarray(centre, float), radius - thick
    hub = turn(cylinder(inner if spokes == 0 else radius * 0.12, thick * (0.8 if spokes == 0 else 2.5), segments=12), "z", 90) + middle
    if spokes == 0:
        return np.concatenate([hoop(inner, thick, middle), hub])
    rim = np.column_stack([np.zeros(spokes), circle(spokes) * inner]) + middle
    return np.concatenate([hoop(inner, thick, middle), hub, sticks(np.broadcast_to(middle, rim.shape), rim, thick * 0.3, thick * 0.25, 3)])


def _casters(dice: Dice, x: float, places: tuple[float, ...], radius: float) -> Triangles:
    """Small wheels on the floor in pairs, a fork above each, all swivelled one way."""
    wheel = np.concatenate([turn(cylinder(radius, radius * 0.7, segments=10), "z", 90), box((radius,) * 3, (0, radius * 0.9, 0))])
    return copies(turn(wheel, "y", dice.pick(0.0, dice.uniform(-40, 40))), [(s * x, radius, z) for s in (-1, 1) for z in places])


def _screw(dice: Dice, radius: float, z: float) -> Triangles:
    """A ship's propeller whose shaft lies along z."""
    blade = turn(ellipsoid((dice.uniform(0.2, 0.36) * radius, radius / 2, 0.03 * radius), segments=8), "y", 40)
    nose = ellipsoid((0.2 * radius, 0.2 * radius, 0.4 * radius), segments=8)
    return copies(np.concatenate([around(blade + np.array([0, radius * 0.55, 0]), dice.integer(3, 7)), nose]), [(0, 0, z)])


def _fairwater(dice: Dice, length: float, low: float, high: float, z: float) -> Triangles:
    """The tower of a submarine: upright, rounded before and sharper behind."""
    outline = superellipse(dice.uniform(0.25, 0.45), length, 2.0, 12)
    outline[:, 0] *= np.where(outline[:, 1] < 0, 1 + 1.2 * outline[:, 1] / length, 1.0)
    return loft(rings_of(outline, [1.05, dice.uniform(0.8, 1.0)], [low, high], [(0, z), (0, z)]), bottom=False)


@SUBMARINE.style("modern", 2.0)
def _submarine(dice: Dice, draft: Draft) -> str:
    half, nose, tail = dice.uniform(0.38, 0.75), dice.uniform(0.7, 1.6), dice.uniform(1.5, 3.5)
    bow = [(5 - nose * (1 - c), 0, half * s, half * s) for c, s in circle(24)[1:6]]
    stern = [(-5 + tail * (1 - c), 0, half * (1 - c**1.7), half * (1 - c**1.7)) for c in (0.0, 0.35, 0.7, 0.94)]
    line = [(5, 0, half * 0.1, half * 0.1), *bow, (5 - nose, 0, half, half), *stern]
    draft.add("hull", hull(line, segments=dice.pick(8, 14, 20)))
    z, long, high = dice.uniform(0.8, 2.9), dice.uniform(0.8, 2.0), half + dice.uniform(0.35, 0.95)
    masts = [rod((0, high, at), (0, high + dice.uniform(0.2, 0.7), at), 0.035) for at in z + 0.15 * np.arange(dice.integer(0, 4))]
    draft.add("sail", _fairwater(dice, long, half * 0.9, high, z), *masts)
    side, level, at = dice.pick((0.05, (half + high) / 2, z + long * 0.3), (half * 0.8, 0.0, 5 - nose * 1.2))
    if dice.chance(0.8):
        draft.add("fin", mirror(wing((side, level, at), (side + 0.65, level, at - 0.1), 0.5, 0.35, 0.05)))
    crossed, chord = dice.chance(0.25), dice.uniform(0.6, 1.0)
    fin = wing((0, 0.15 * half, -3.6 - 0.2 * half), (0, half * dice.uniform(1.0, 1.7), -4.0), chord, chord * 0.65, 0.06)
    draft.add("fin", around(fin, 4, "z", 45 if crossed else 0))
    draft.add("propeller", _screw(dice, half * dice.uniform(0.45, 0.75), -5.05))
    return describe("submarine", ["stout" if half > 0.6 else "", "modern"], ["a tall sail", "crossed fins" if crossed else "tail fins"])


@SUBMARINE.style("war", 1.2)
def _war_submarine(dice: Dice, draft: Draft) -> str:
    half, deep = dice.uniform(0.28, 0.5), dice.uniform(0.35, 0.5)
    ends = [(-4, 0.05, half / 2, deep * 0.6), (-5, 0.15, 0.04, 0.12)]
    line = [(5, 0.12, 0.03, 0.2), (4, 0.0, half * 0.6, deep * 0.8), (2, 0, half, deep), (-2, 0, half, deep), *ends]
    draft.add("hull", hull(line, segments=12))
    top, wide = deep + dice.uniform(0.05, 0.15), np.array([0.04, 0.5, 0.65, 0.6, 0.06]) * half
    rise, along = np.array([0.22, 0.05, 0.0, 0.0, 0.0]) + top, np.array([5.05, 3.5, 1.0, -2.5, -4.7])
    draft.add("deck", loft(np.stack([np.column_stack([s * wide, rise - y, along]) for s, y in ((-1, 0.3), (-1, 0), (1, 0), (1, 0.3))], 1)))
    z, long, high = dice.uniform(-0.4, 0.8), dice.uniform(0.6, 1.3), dice.uniform(0.45, 0.9) + top
    draft.add("sail", _fairwater(dice, long, top, high, z))
    draft.add("sail", *[rod((0, top, z - back), (0, high + dice.uniform(0.3, 0.9), z - back), 0.03) for back in (0.0, 0.15)])
    gun, at = dice.chance(0.65), z + long / 2 + dice.uniform(0.5, 0.9)
    if gun:
        draft.add("deck", cylinder(0.1, 0.2, (0, top + 0.1, at), 8), rod((0, top + 0.24, at - 0.15), (0, top + 0.3, at + 0.8), 0.04))
    planes = [mirror(wing((half * 0.4, -0.1, at), (half + 0.38, -0.1, at - 0.1), 0.55, 0.4, 0.04)) for at in (3.8, -4.1)]
    draft.add("fin", *planes, box((0.05, 0.75, 0.4), (0, -0.15, -4.9)))
    draft.add("propeller", mirror(_screw(dice, 0.24, -4.55) + np.array([half * 0.5, -0.15, 0])))
    return describe("submarine", ["slender", "war"], ["a conning tower", "a deck gun" if gun else "a flat deck", "two propellers"])


@WHEELBARROW.style("garden", 2.2)
def _wheelbarrow(dice: Dice, draft: Draft) -> str:
    width, length, deep, floor = dice.uniform(0.5, 0.75), dice.uniform(0.75, 1.0), dice.uniform(0.18, 0.36), dice.uniform(0.26, 0.4)
    radius, bar, lean, at = dice.uniform(0.16, 0.22), dice.uniform(0.012, 0.022), dice.uniform(0.2, 0.45), -length * dice.uniform(0.2, 0.35)
    outline, shift = superellipse(width, length, dice.pick(4.0, 7.0, 20.0), 24), (0, -length * lean / 2)
    scales, heights = [(0.62, 0.95 - lean), (0.7, 1.0 - lean), (1, 1)], [floor, floor + 0.03, floor + deep]
    rings = rings_of(outline, scales, heights, [shift, shift, (0, 0)])
    draft.add("tray", loft(rings, top=False), tube(rings[-1], dice.uniform(0.008, 0.018), 5, closed=True))
    front, twin, x, level = length * dice.uniform(0.38, 0.58), dice.chance(0.15), width * 0.34, floor - bar
    wheel = _wheel(radius, dice.uniform(0.03, 0.055), (0, radius, front), dice.pick(0, 0, 5, 8))
    draft.add("wheel", mirror(wheel + np.array([width * 0.3, 0, 0])) if twin else wheel)
    draft.add("wheel", rod((-0.1 - 0.2 * twin, radius, front), (0.1 + 0.2 * twin, radius, front), bar * 0.8))
    grip = np.array([x + 0.03, dice.uniform(0.5, 0.72), -length / 2 - dice.uniform(0.3, 0.55)])
    path = np.array([(0.09, radius, front), (x * 0.8, level, length * 0.1), (x, level, -length * 0.3), grip + np.array([0, 0, 0.13]), grip])
    draft.add("handle", mirror(tube(path if dice.chance(0.5) else path[[0, 1, 2, 4]], bar, 6)), mirror(rod(path[3], grip, bar * 1.5)))
    bent = [(x, level, at - 0.12), (x, 0.02, at - 0.03), (x, 0.02, at + 0.1), (x * 0.9, level, at + 0.28)]
    draft.add("leg", mirror(tube(bent if dice.chance(0.65) else bent[:2], bar, 6)))
    draft.pose(dice, 0.9, ("x", -90), ("x", 180))
    kind = size_word(deep, 0.23, 0.31, "shallow", "deep")
    return describe("wheelbarrow", [kind], ["two wheels" if twin else "one wheel", "two handles", "two legs"])


@WHEELBARROW.style("wooden", 1.0)
def _wooden_barrow(dice: Dice, draft: Draft) -> str:
    length, half, floor, high = dice.uniform(0.7, 0.95), dice.uniform(0.2, 0.3), dice.uniform(0.3, 0.42), dice.uniform(0.2, 0.4)
    radius, front, narrow = dice.uniform(0.18, 0.28), length * 0.5 + dice.uniform(0.12, 0.25), dice.uniform(0.06, 0.12)
    grip = (half + 0.03, floor + dice.uniform(0.0, 0.2), -length / 2 - dice.uniform(0.4, 0.6))
    draft.add("handle", mirror(tube([(narrow, radius, front + 0.06), (half * 0.8, floor, 0.0), grip], dice.uniform(0.025, 0.04), 4)))
    draft.add("wheel", _wheel(radius, dice.uniform(0.02, 0.04), (0, radius, front), dice.pick(4, 6, 8, 0)))
    draft.add("wheel", rod((-narrow, radius, front), (narrow, radius, front), 0.02))
    draft.add("tray", slab((-half, floor, -length / 2), (half, floor + 0.025, length * 0.42)))
    kind, at = dice.pick("plank sides", "plank sides", "a front board", "an open rack"), -length * dice.uniform(0.25, 0.4)
    if kind == "plank sides":
        side = turn(box((0.02, high, length * 0.92), (0, high / 2, 0)), "z", -dice.uniform(0, 30))
        back = slab((-half, floor, -length * 0.47), (half, floor + high * 0.9, -length * 0.45))
        draft.add("tray", mirror(side + np.array([half, floor, 0])), back)
    rack = np.array([(-half, 0, 0), (half, 0, 0), (half, high * 1.3, 0), (-half, high * 1.3, 0)])
    board = _grid(rack, 5, 2, 0.018) if kind == "an open rack" else box((2 * half, high * 1.1, 0.02), (0, high * 0.55, 0))
    draft.add("tray", turn(board, "x", dice.uniform(5, 35)) + np.array([0, floor, length * 0.4]))
    draft.add("leg", mirror(slab((half * 0.76, 0, at - 0.03), (half * 0.76 + 0.05, floor, at + 0.03))))
    return describe("wheelbarrow", ["wooden"], [kind, "a large wheel" if radius > 0.24 else "one wheel", "two handles"])


@SHOPPING_CART.style("wire", 2.5)
def _shopping_cart(dice: Dice, draft: Draft) -> str:
    back, front, far, near = dice.uniform(0.24, 0.32), dice.uniform(0.16, 0.24), dice.uniform(0.32, 0.5), -dice.uniform(0.32, 0.5)
    floor, rim, inner = dice.uniform(0.42, 0.58), dice.uniform(0.88, 1.02), dice.uniform(0.75, 0.95)
    wire, bar, flip, solid = dice.uniform(0.003, 0.006), dice.uniform(0.01, 0.016), np.array([-1, 1, 1]), dice.chance(0.25)
    a, b = np.array([back * inner, floor, near + 0.04]), np.array([front * inner, floor + dice.uniform(0.0, 0.14), far - 0.08])
    c, d = np.array([front, rim - dice.uniform(0.0, 0.08), far]), np.array([back, rim, near])
    columns, rows = dice.integer(9, 16), dice.integer(5, 9)
    sheets = [(a, b, c, d), (a, a * flip, b * flip, b), (b, b * flip, c * flip, c), (a, a * flip, d * flip, d)]
    faces = [surface(np.array([[e, f], [h, g]])) if solid else _grid([e, f, g, h], columns, rows, wire) for e, f, g, h in sheets]
    draft.add("basket", mirror(faces[0]), *faces[1:], tube([d, c, c * flip, d * flip], bar * 0.8, 5, closed=True))
    grip = d + np.array([0, dice.uniform(0.0, 0.08), -dice.uniform(0.08, 0.18)])
    draft.add("handle", mirror(rod(d, grip, bar)), rod(grip, grip * flip, bar * dice.uniform(1.1, 1.8)))
    rear, lead = np.array([back, 0.16, near + dice.uniform(-0.05, 0.1)]), np.array([front + 0.03, 0.14, far - dice.uniform(0, 0.15)])
    knee = np.array([back, floor, rear[2] + dice.uniform(-0.08, 0.2)])
    draft.add("frame", mirror(tube([lead, rear, knee, d], bar, 5)), *[rod(end, end * flip, bar) for end in (rear, lead)])
    draft.add("frame", mirror(rod(dice.pick(lead, knee, rear), b, bar * 0.8)))
    if dice.chance(0.5):
        draft.add("frame", _grid([rear, rear * flip, lead * flip, lead], 7, 3, wire * 1.3))
    wheel, child = dice.uniform(0.045, 0.07), dice.chance(0.45)
    draft.add("wheel", *[_casters(dice, x, (z,), wheel) for x, _, z in (rear, lead)])
    if child:
        e, f = np.array([back * 0.9, rim - 0.22, near + 0.02]), np.array([back * 0.9, rim - 0.22, near + 0.25])
        leaned = f + np.array([0, 0.2, 0.05])
        draft.add("seat", _grid([e, e * flip, f * flip, f], 6, 3, wire), _grid([f, f * flip, leaned * flip, leaned], 6, 4, wire))
    words = ["a tapering basket", "a child seat" if child else "four casters"]
    return describe("shopping cart", ["solid" if solid else "wire"], words)


@SHOPPING_CART.style("two-tier", 0.7)
def _two_tier_cart(dice: Dice, draft: Draft) -> str:
    half, far, bar, top = dice.uniform(0.19, 0.28), dice.uniform(0.22, 0.33), dice.uniform(0.01, 0.016), dice.uniform(0.8, 0.98)
    deep, taper, slotted, near = dice.uniform(0.18, 0.3), dice.uniform(0.75, 0.95), dice.chance(0.5), -far - dice.uniform(0.1, 0.2)
    for rim in (top, dice.uniform(0.36, 0.48)):
        foot, edge = rings_of(superellipse(2 * half, 2 * far, 12.0, 24), [taper, 1.0], [rim - deep, rim])
        bars = np.concatenate([sticks(foot, edge, 0.008, 0.008, 3), _grid(foot[[15, 21, 3, 9]], 8, 8, 0.005)])
        draft.add("basket", bars if slotted else loft(np.stack([foot, edge]), top=False), tube(edge, bar, 5, closed=True))
    draft.add("frame", mirror(tube([(0, 0.12, far), (half, 0.12, far), (half, 0.12, -far), (half, top, -far)], bar, 6)))
    draft.add("handle", tube([(half, top, -far), (half, top + 0.1, near), (-half, top + 0.1, near), (-half, top, -far)], bar * 1.3))
    draft.add("wheel", _casters(dice, half, (-far, far), dice.uniform(0.045, 0.065)))
    return describe("shopping cart", ["two-tier"], ["two slotted baskets" if slotted else "two baskets", "four casters"])


@WHEELCHAIR.style("manual", 2.6)
def _wheelchair(dice: Dice, draft: Draft) -> str:
    half, deep, level, light = dice.uniform(0.18, 0.26), dice.uniform(0.38, 0.46), dice.uniform(0.43, 0.54), dice.chance(0.22)
    tall, pad, bar = dice.uniform(0.2, 0.36) if light else dice.uniform(0.36, 0.6), dice.uniform(0.015, 0.07), dice.uniform(0.009, 0.018)
    carried, camber, rear, front = not light and dice.chance(0.15), dice.uniform(0, 20) if light else 0.0, -deep / 2, deep / 2
    draft.add("seat", rounded_box((2 * half, pad, deep), pad * 0.4, (0, level + pad / 2, 0)))
    lean, caster, lead = dice.uniform(0.02, 0.12), dice.uniform(0.045, 0.1), front + dice.uniform(-0.08, 0.05)
    back = turn(rounded_box((2 * half, tall * 0.85, pad), pad * 0.3, (0, tall * 0.55, 0)), "x", -np.rad2deg(lean / tall))
    draft.add("back", back + np.array([0, level, rear]))
    post = [(half, 0.2, rear), (half, level, rear), (half, level + tall, rear - lean), (half, level + tall, rear - lean - 0.12)]
    draft.add("frame", mirror(tube(post[:3] if light else post, bar, 6)), mirror(rod((half, 0.2, rear), (half, 0.2, front), bar)))
    draft.add("frame", mirror(tube([(half, level, rear), (half, level, front), (half, 2 * caster, lead)], bar, 6)))
    if not light:
        high, arm = level + dice.uniform(0.18, 0.26), half + 0.02
        draft.add("armrest", mirror(tube([(arm, high, rear), (arm, high, front - 0.1), (arm, level, front - 0.04)], bar, 6)))
        draft.add("armrest", mirror(box((0.05, 0.03, deep * dice.uniform(0.5, 0.8)), (arm, high + 0.02, -0.04))))
        draft.add("frame", mirror(rod((-half, 0.2, 0), (half, level, 0), bar)))
    reach, down = front + dice.uniform(0.08, 0.28), dice.uniform(0.08, 0.15)
    draft.add("frame", mirror(rod((half, level - 0.02, front), (half * 0.85, down, reach), bar)))
    draft.add("footrest", mirror(turn(box((half * 0.8, 0.015, 0.15)), "x", -10) + np.array([half * 0.45, down, reach + 0.05])))
    radius = dice.uniform(0.13, 0.18) if carried else dice.uniform(0.27, 0.34)
    wheel = _wheel(radius, dice.uniform(0.012, 0.022), (0, 0, 0), dice.pick(0, 3, 6, 12, 16, 20))
    rim = [] if carried or dice.chance(0.15) else [hoop(radius * 0.88, 0.008, (0.035, 0, 0))]
    out = np.array([half + 0.06 + radius * np.sin(np.deg2rad(camber)) * 0.6, radius, rear + dice.uniform(0.0, 0.1)])
    draft.add("wheel", mirror(turn(np.concatenate([wheel, *rim]), "z", camber) + out), _casters(dice, half, (lead,), caster))
    words = ["four small wheels" if carried else "two big wheels", "a low back" if light else "armrests", "footrests"]
    return describe("wheelchair", ["transport" if carried else "sport" if camber > 8 else "light" if light else "folding"], words)


@WHEELCHAIR.style("powered", 0.8)
def _powered_wheelchair(dice: Dice, draft: Draft) -> str:
    half, deep, level, tall = dice.uniform(0.22, 0.27), dice.uniform(0.42, 0.52), dice.uniform(0.46, 0.58), dice.uniform(0.45, 0.7)
    radius, middle, head, high = dice.uniform(0.14, 0.2), dice.chance(0.5), dice.chance(0.5), level + dice.uniform(0.2, 0.28)
    draft.add("frame", rounded_box((half * 1.5, level - radius - 0.06, deep * 1.2), 0.05, (0, (level + radius) / 2 - 0.04, -0.03)))
    draft.add("seat", rounded_box((2 * half, 0.1, deep), 0.04, (0, level + 0.05, 0)))
    back = rounded_box((half * 1.9, tall, 0.09), 0.04, (0, tall / 2, 0))
    back = np.concatenate([back, rounded_box((0.24, 0.13, 0.08), 0.03, (0, tall + 0.12, 0))]) if head else back
    draft.add("back", turn(back, "x", -dice.uniform(3, 18)) + np.array([0, level + 0.08, -deep / 2]))
    arm, stick, reach = half + 0.05, deep * 0.42, deep / 2 + dice.uniform(0.1, 0.2)
    draft.add("armrest", mirror(box((0.07, 0.04, deep * 0.85), (arm, high, 0))), rod((arm, high, stick), (arm, high + 0.12, stick), 0.014))
    draft.add("armrest", mirror(rod((arm, level, -deep * 0.35), (arm, high, -deep * 0.35), 0.015)))
    draft.add("footrest", box((half * 1.5, 0.02, 0.2), (0, 0.12, reach + 0.06)))
    draft.add("frame", mirror(rod((half * 0.5, level, deep / 2), (half * 0.5, 0.12, reach), 0.018)))
    place = (half + 0.03, radius, 0.0 if middle else -deep * 0.4)
    draft.add("wheel", mirror(_wheel(radius, dice.uniform(0.03, 0.05), place, dice.pick(0, 5))))
    draft.add("wheel", _casters(dice, half * 0.9, (-deep * 0.75, deep * 0.6) if middle else (deep * 0.55,), dice.uniform(0.06, 0.1)))
    words = ["six wheels" if middle else "four wheels", "a joystick", "a headrest" if head else "armrests"]
    return describe("wheelchair", ["powered"], words)


def _add_sails(dice: Dice, draft: Draft, length: float, hub: float, out: float) -> str:
    """Beams with ladders of laths at one side or both, maybe under cloth, on a shaft that points a little upwards to clear the mill."""
    near, wide, left, covered = length * dice.uniform(0.12, 0.25), dice.uniform(0.1, 0.2), dice.pick(0.0, 0.0, 0.2, 0.5), dice.chance(0.3)
    a, b, c, d = ((x * wide, y, 0.01) for x, y in ((-left, near), (1 - left, near), (1 - left, length), (-left, length)))
    sheet = surface(np.array([[a, b], [d, c]])) if covered else _grid([a, b, c, d], dice.integer(3, 4), dice.integer(7, 15), 0.005)
    sail, count = np.concatenate([sheet, rod((0, 0, 0), (0, length, 0), 0.014, 0.009, 4)]), dice.pick(4, 4, 4, 4, 6)
    sails = around(turn(sail, "y", dice.uniform(0, 20)), count, "z", dice.uniform(0, 90))
    sails = turn(sails, "x", -dice.uniform(3, 10)) + np.array([0, hub, out])
    draft.add("sail", sails, rod((0, hub - 0.02, 0), (0, hub, out + 0.04), 0.025))
    return f"{NUMBERS[count]} {'cloth' if covered else 'lattice'} sails"


@WINDMILL.style("tower", 2.0)
def _tower_mill(dice: Dice, draft: Draft) -> str:
    foot, top, sides, rise = dice.uniform(0.2, 0.36), dice.uniform(0.11, 0.19), dice.pick(6, 8, 8, 16, 20), dice.uniform(0.12, 0.24)
    waist, kind = (foot + top) / 2 * dice.uniform(0.88, 1.0), dice.pick("domed", "pointed", "boat-shaped")
    draft.add("tower", revolve([(foot, 0), (waist, 0.5), (top, 1.0)], segments=sides))
    boat = [(t * top * 1.3, 1.0 + rise * 0.3, top * (1 - t * t * 0.6), rise * (1 - t * t * 0.4) * 0.8) for t in (-1, -0.4, 0.3, 1)]
    line = [(top * 1.12, 1.0), (top * (0.9 if kind == "domed" else 0.55), 1 + rise * 0.6), (top * 0.1, 1 + rise)]
    draft.add("cap", hull(boat, segments=10) if kind == "boat-shaped" else revolve(line, segments=sides))
    stage, hub = dice.uniform(0.25, 0.45) if dice.chance(0.35) else 0.0, 1 + rise * 0.35
    if stage:
        draft.add("gallery", revolve([(waist, stage), (foot + 0.1, stage), (foot + 0.1, stage + 0.07)], segments=sides, closed=False))
    words = _add_sails(dice, draft, min(dice.uniform(0.55, 0.95), hub - stage - 0.04), hub, max(top * 1.3 + 0.06, foot * 0.75))
    for y in (0.08, 0.35, 0.6)[: dice.integer(0, 3)]:
        draft.add("door", box((0.09, 0.12, 0.04), (0, y, foot + (waist - foot) * min(2 * y, 1) + (top - waist) * max(2 * y - 1, 0))))
    return describe("windmill", ["slender" if foot < 0.25 else "", "tower"], [words, f"a {kind} cap", "a gallery" if stage else ""])


@WINDMILL.style("turbine", 1.2)
def _wind_turbine(dice: Dice, draft: Draft) -> str:
    foot, length, chord, long = dice.uniform(0.018, 0.045), dice.uniform(0.35, 0.68), dice.uniform(0.06, 0.13), dice.uniform(0.1, 0.18)
    draft.add("tower", revolve([(foot, 0), (foot * dice.uniform(0.4, 0.8), 1.0)], segments=dice.pick(8, 14)))
    size, count = foot * dice.uniform(0.8, 1.3), dice.pick(3, 3, 3, 3, 3, 2)
    draft.add("cap", hull([(long * 0.4, 1, size * 0.7, size * 0.7), (-long * 0.6, 1, size, size)], dice.pick(2.0, 5.0), 10))
    draft.add("cap", ellipsoid((size * 0.8, size * 0.8, size * 1.2), (0, 1, long * 0.5), 8))
    y, half = np.array([0.0, 0.06, 0.2, 0.5, 0.8, 1.0]) * length, np.array([0.3, 0.3, 1.0, 0.65, 0.38, 0.1]) * chord * length / 2
    blade = ribbon(np.column_stack([-half * 0.6, y]), np.column_stack([half * 1.4, y]), 0.1 * chord * length)
    rotor = around(turn(blade, "y", dice.uniform(0, 30)), count, "z", dice.uniform(0, 120))
    draft.add("sail", rotor + np.array([0, 1, long * 0.5 + size * 0.4]))
    return describe("windmill", ["large" if length > 0.6 else "", "modern"], [f"{NUMBERS[count]} long blades", "a tall pole"])


@WINDMILL.style("pump", 0.8)
def _wind_pump(dice: Dice, draft: Draft) -> str:
    legs, foot, levels, bar = dice.pick(4, 4, 3), dice.uniform(0.14, 0.26), dice.integer(3, 6), dice.uniform(0.006, 0.012)
    rings = np.stack([ring(legs, foot + (0.02 - foot) * t, t) for t in np.linspace(0, 1, levels + 1)])
    after = np.roll(rings, -1, 1)
    pairs = [(rings[:1], rings[-1:]), (rings[1:-1], after[1:-1]), (rings[:-1], after[1:])] + [(after[:-1], rings[1:])] * dice.integer(0, 1)
    draft.add("tower", *[sticks(a.reshape(-1, 3), b.reshape(-1, 3), bar, bar, 4) for a, b in pairs])
    radius, count, hub = dice.uniform(0.15, 0.3), dice.integer(10, 20), np.array([0, 1.03, 0.07])
    out = np.array([dice.uniform(0.25, 0.4), 1.0]) * radius
    half = out * np.pi / count * dice.uniform(0.6, 0.9)
    blade = turn(ribbon(np.column_stack([-half, out]), np.column_stack([half, out]), 0.004), "y", 25)
    spoke = sticks([(0, 0, 0)], [(0, radius, 0)], 0.005, 0.005, 3)
    draft.add("sail", around(blade, count) + hub, around(spoke, 6) + hub, hoop(radius * 0.7, 0.004, hub, "xy", 16))
    reach, tall = dice.uniform(0.2, 0.36), dice.uniform(0.06, 0.12)
    vane = ribbon([(reach * 0.5, -tall * 0.5), (reach * 1.1, -tall)], [(reach * 0.5, tall * 0.5), (reach * 1.1, tall)], 0.006)
    draft.add("tail", turn(vane, "y", 90) + np.array([0, 1.03, 0]), rod((0, 1.03, 0.05), (0, 1.03, -reach * 0.6), 0.01))
    return describe("windmill", ["farm"], [f"a {NUMBERS[legs]}-legged lattice tower", "a wheel of many blades", "a tail vane"])


def _lamp(kind: str, size: float) -> Triangles:
    """A lamp at the origin: lanterns stand on it, bells hang from it, oval and flat ones go on from an arm along +x."""
    if kind == "bell":
        return revolve(np.array([(0.5, -0.45), (0.4, -0.25), (0.12, -0.1), (0.08, 0.0)]) * size, segments=12)
    if kind == "flat":
        return box((size * 1.5, size * 0.16, size * 0.6), (size * 0.6, 0, 0))
    if kind == "oval":
        return ellipsoid((size * 0.85, size * 0.2, size * 0.33), (size * 0.6, 0, 0), 12)
    if kind == "globe":
        return ellipsoid((size / 2,) * 3, (0, size * 0.45, 0), 12)
    glass = [(0.2, 0.0), (0.45, 0.5), (0.4, 0.75)] if kind == "acorn" else [(0.22, 0.0), (0.42, 0.75)]
    line = [*glass, (0.5, 0.75), (0.25, 0.95), (0.06, 1.0), (0.04, 1.15)]
    return revolve(np.array(line) * size, segments={"four-sided": 4, "six-sided": 6, "acorn": 12}[kind])


@STREET_LIGHT.style("arms", 2.0)
def _street_light(dice: Dice, draft: Draft) -> str:
    thick, reach, size = dice.uniform(0.008, 0.02), dice.uniform(0.1, 0.42), dice.uniform(0.05, 0.13)
    kind, head = dice.pick("bent", "slanting", "straight", "crooked"), dice.pick("oval", "oval", "flat", "bell", "globe")
    count, rise, low = dice.pick(1, 1, 1, 2, 2, 3, 4), reach * dice.uniform(0.1, 0.5), dice.uniform(0.88, 1.0)
    path = np.array([(0, low, 0), (reach, low + (rise if kind == "slanting" else 0.0), 0)])
    if kind == "bent":
        path = bezier([(0, 1, 0), (0, 1 + rise * 1.6, 0), (reach * 0.5, 1 + rise * 1.4, 0), (reach, 1 + rise, 0)], 8)
    elif kind == "crooked":
        path = arc((reach / 2, 1.0, 0), reach / 2, 180, -20, "xy", 9)
    draft.add("pole", revolve([(thick * dice.uniform(1.0, 1.8), 0), (thick * 0.7, 1.0)], segments=dice.pick(6, 8, 12)))
    step, flat = path[-1] - path[-2], head in ("oval", "flat") and kind != "crooked"
    lamp = turn(_lamp(head, size), "z", float(np.rad2deg(np.arctan2(step[1], step[0]))) if flat else 0.0)
    draft.add("arm", around(tube(path, thick * 0.6, 6), count, "y"))
    draft.add("lamp", around(lamp + path[-1], count, "y"))
    if dice.chance(0.7):
        wide = thick * dice.uniform(2, 4)
        draft.add("base", dice.pick(box((2 * wide, 0.015, 2 * wide)), cone(wide, thick, 0.1), cylinder(wide * 0.7, 0.2)))
    words = [f"{NUMBERS[count]} {kind} {'arm' if count == 1 else 'arms'}", f"{head} lamps" if count > 1 else f"{article(head)} lamp"]
    return describe("street light", ["wide" if reach > 0.34 else ""], words)


@STREET_LIGHT.style("lantern", 1.6)
def _lantern_post(dice: Dice, draft: Draft) -> str:
    thick, size, kind = dice.uniform(0.014, 0.028), dice.uniform(0.12, 0.26), dice.pick("four-sided", "six-sided", "acorn", "globe")
    foot, high, plain, count = thick * dice.uniform(1.6, 3.2), dice.uniform(0.12, 0.3), dice.chance(0.3), dice.pick(0, 0, 0, 0, 2, 3, 4)
    line = [(foot * 1.3, 0), (foot * 1.3, 0.03), (foot, 0.05), (foot * 0.85, high), (thick * 1.5, high + 0.02), (thick, high + 0.06)]
    neck = [(thick * 0.75, 0.88), (thick * 1.5, 0.9), (thick * 1.5, 0.92), (thick * 0.75, 0.94), (thick * 0.75, 1.0)]
    draft.add("base", revolve(line[:2] if plain else line, segments=dice.pick(6, 8, 12)))
    draft.add("pole", revolve([(thick, 0.0), (thick * 0.8, 1.0)] if plain else [line[-1], *neck], segments=dice.pick(6, 10)))
    if count != 2 or dice.chance(0.6):
        draft.add("lamp", _lamp(kind, size) + np.array([0, 1.0, 0]))
    if count:
        reach, low, hung = size * dice.uniform(0.8, 1.3), dice.uniform(0.78, 0.88), dice.chance(0.25)
        curl = bezier([(0, low, 0), (reach * 0.7, low - 0.08, 0), (reach, low - 0.02, 0), (reach, low + 0.07, 0)], 7)
        arm = tube(arc((reach / 2, low, 0), reach / 2, 180, 0, "xy", 8) if hung else curl, thick * 0.45, 5)
        lamp = _lamp(kind, size * 0.8) + np.array([reach, low + (-size * 0.9 if hung else 0.07), 0])
        draft.add("arm", around(arm, count, "y"))
        draft.add("lamp", around(lamp, count, "y"))
    words = [f"{kind} lanterns", f"{NUMBERS[count]} arms"] if count else [article(f"{kind} lantern")]
    return describe("street light", ["plain" if plain else "old"], words)


def _add_drum(dice: Dice, draft: Draft, radius: float, high: float, lugs: int, degrees: float = 0.0, to: ArrayLike = (0, 0, 0)) -> None:
    """A drum about y with two skins, hoops and tension rods, its lower skin at the origin; then tilted about x and moved."""
    since, thick = len(draft.pieces), radius * dice.uniform(0.02, 0.06)
    draft.add("shell", revolve([(radius, 0), (radius, high)], segments=18, closed=False))
    for y in (0.0, high):
        draft.add("head", revolve([(radius, y), (0.0, y)], segments=18))
        draft.add("hoop", revolve([(radius * 1.05, abs(y - 2 * thick)), (radius * 1.05, y)], segments=18, closed=False))
    if lugs:
        draft.add("hoop", sticks(ring(lugs, radius * 1.06, 0), ring(lugs, radius * 1.06, high), thick * 0.5, thick * 0.5, 4))
    draft.change(lambda piece: turn(piece, "x", degrees) + np.asarray(to, float), since)


def _tripod(radius: float, top: float, floor: float) -> Triangles:
    """Three legs, a stem and three arms under a drum of ``radius`` whose lower skin is at ``top``."""
    knee, head = np.array([0, floor + (top - floor) * 0.45, 0]), np.array([0, top - radius * 0.25, 0])
    ends = np.concatenate([ring(3, radius * 0.95, floor), ring(3, radius * 1.05, top + radius * 0.1), [head]])
    return sticks([knee] * 3 + [head] * 3 + [knee], ends, radius * 0.04, radius * 0.04, 5)


@DRUM.style("side", 1.5)
def _side_drum(dice: Dice, draft: Draft) -> str:
    kind, lugs, high = dice.pick("", "", "a tripod", "three legs"), dice.pick(0, 5, 6, 8, 10), dice.uniform(0.25, 2.0)
    high = min(high, 0.9) if kind == "a tripod" else high
    _add_drum(dice, draft, 1.0, high, lugs)
    if kind == "a tripod":
        draft.add("stand", _tripod(1.0, -0.05, -dice.uniform(1.2, 2.4)))
    elif kind == "three legs":
        draft.add("stand", sticks(ring(3, 1.1, high * 0.6), ring(3, 1.15, -dice.uniform(0.2, 0.8)), 0.04, 0.04, 5))
    else:
        draft.pose(dice, 0.75, ("x", 90), ("x", 70), ("z", 90))
    return describe("drum", [size_word(high, 0.6, 1.2, "shallow", "deep")], ["two skins", kind, "tension rods" if lugs else ""])


@DRUM.style("hand", 1.6)
def _hand_drum(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("djembe", "djembe", "goblet", "conga", "conga", "bongo")
    waist, foot = dice.uniform(0.38, 0.55), dice.uniform(0.55, 0.85)
    high, line, words = {
        "djembe": (3.4, np.array([(foot, 0), (waist, 0.35), (waist * 1.02, 0.42), (0.85, 0.7), (1.0, 0.86), (1.0, 1)]), "a wide bowl"),
        "goblet": (3.0, np.array([(foot, 0), (waist, 0.2), (waist, 0.5), (0.95, 0.72), (1.0, 0.85), (0.92, 1)]), "a slim waist"),
        "conga": (4.6, np.array([(foot, 0), (1.0, 0.38), (dice.uniform(1.05, 1.25), 0.65), (1.05, 0.85), (0.95, 1)]), "a barrel shape"),
        "bongo": (1.5, np.array([(dice.uniform(0.8, 0.95), 0), (1.0, 1)]), "two small shells"),
    }[kind]
    high, rim, segments = high * dice.uniform(0.85, 1.2), float(line[-1, 0]), dice.pick(12, 20)
    draft.add("shell", revolve(line * np.array([1, high]), segments=segments, closed=False))
    draft.add("head", revolve([(rim, high), (0.0, high + 0.03)], segments=segments))
    draft.add("hoop", hoop(rim * 1.04, 0.04, (0, high - 0.08, 0), "xz", segments))
    if kind == "djembe" and dice.chance(0.7):
        count = dice.integer(8, 12)
        top, low = ring(2 * count, 1.05, high * 0.93)[::2], ring(2 * count, waist * 1.1, high * 0.42)[1::2]
        draft.add("hoop", sticks(np.concatenate([top, top]), np.concatenate([low, np.roll(low, 1, 0)]), 0.02, 0.02, 3))
    elif kind in ("conga", "bongo"):
        draft.add("hoop", sticks(ring(6, rim * 1.1, high), ring(6, rim * 1.12, high * dice.uniform(0.6, 0.8)), 0.035, 0.035, 4))
    if kind == "bongo":
        small = dice.uniform(0.75, 0.9)
        draft.change(lambda piece: np.concatenate([piece, piece * (small, 1, small) + np.array([1.15 + small, 0, 0])]))
        draft.add("stand", box((0.5, high * 0.4, 0.3), (1.08, high * 0.5, 0)))
    stand = kind == "conga" and dice.chance(0.3)
    if stand:
        draft.add("stand", sticks(ring(4, 1.12, high * 0.75), ring(4, 1.3, 0), 0.05, 0.05, 5), hoop(1.15, 0.04, (0, 1, 0), "xz", 16))
    draft.pose(dice, 0.8, ("x", 90), ("z", 90), ("x", -90))
    return describe("drum", [kind], [words, "a stand" if stand else "one skin"])


@DRUM.style("bass", 0.8)
def _bass_drum(dice: Dice, draft: Draft) -> str:
    deep, spurs = dice.uniform(0.5, 1.7), dice.chance(0.6)
    _add_drum(dice, draft, 1.0, deep, dice.pick(0, 6, 8), 90, (0, 1.05, -deep / 2))
    if spurs:
        draft.add("stand", mirror(rod((0.85, 0.6, deep * 0.2), (dice.uniform(1.1, 1.3), 0, deep * dice.uniform(0.3, 0.7)), 0.03)))
    return describe("drum", ["bass", size_word(deep, 0.7, 1.3, "flat", "deep")], ["two large skins", "two spurs" if spurs else ""])
