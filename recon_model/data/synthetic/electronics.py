"""Monitors, laptops and other things with a plug."""

import numpy as np

from recon_model.data.synthetic.furniture import star_base
from recon_model.data.synthetic.primitives import (
    arc,
    box,
    copies,
    cylinder,
    ellipsoid,
    loft,
    prism,
    revolve,
    rod,
    rounded_box,
    slab,
    superellipse,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

MONITOR = category("monitor", "screen frame neck base body antenna")
LAPTOP = category("laptop", "screen keyboard base")
KEYBOARD = category("keyboard", "body key")
RADIO = category("radio", "body knob antenna speaker")
RANGE_HOOD = category("range hood", "hood duct")
XBOX = category("xbox", "body slot foot")
TELEPHONE = category("telephone", "body handset dial")
CAMERA = category("camera", "body lens button")
FRIDGE = category("refrigerator", "body door handle")
MICROWAVE = category("microwave", "body door handle")
FAN = category("fan", "blade cage stem base")


def _stand(dice: Dice, draft: Draft, width: float, low: float, z: float) -> str:
    """A neck from the foot to ``low`` and the foot itself; returns words for the foot."""
    kind = dice.pick("plate", "plate", "oval", "oval", "legs", "dome", "bent")
    neck, deep = width * dice.uniform(0.06, 0.28), width * dice.uniform(0.28, 0.6)
    wide = width * dice.uniform(0.35, 0.75)
    column = dice.pick("box", "round")
    top = low + dice.uniform(0.05, 0.2)
    if column == "box":
        draft.add("neck", slab((-neck / 2, 0.01, z - 0.05 - neck * 0.2), (neck / 2, top, z - 0.02)))
    else:
        draft.add("neck", cylinder(min(neck / 2, 0.05), top, (0, top / 2, z - 0.05), 8))
    if kind == "plate":
        draft.add("base", slab((-wide / 2, 0, z - deep / 2), (wide / 2, dice.uniform(0.012, 0.03), z + deep / 2)))
    elif kind == "oval":
        draft.add("base", prism(superellipse(wide, deep, dice.uniform(2, 4)), 0.0, dice.uniform(0.012, 0.04)) + np.array([0, 0, z]))
    elif kind == "dome":
        draft.add("base", revolve([(1, 0), (0.95, 0.3), (0.5, 0.8), (0.1, 1)]) * np.array([wide / 2, 0.06, deep / 2]) + np.array([0, 0, z]))
    elif kind == "bent":
        draft.add("base", tube([(-wide / 2, 0.01, z + deep / 2), (0, 0.03, z - deep / 4), (wide / 2, 0.01, z + deep / 2)], 0.012, 5))
    else:
        draft.add("base", *[rod((s * wide / 2, 0.01, z + deep / 2), (0, 0.04, z - deep / 4), 0.015, segments=5) for s in (-1, 1)])
        draft.add("base", rod((0, 0.01, z - deep / 2), (0, 0.04, z), 0.015, segments=5))
    return {"plate": "a flat foot", "oval": "an oval foot", "dome": "a domed foot", "bent": "a bent wire foot", "legs": "splayed feet"}[
        kind
    ]


def _panel(dice: Dice, draft: Draft, width: float, height: float, thick: float) -> None:
    """A flat screen in a frame, centred at the origin, facing +z; a bulge behind now and then."""
    bezel = dice.uniform(0.01, 0.045)
    body = rounded_box((width, height, thick), thick * 0.3) if dice.chance(0.3) else box((width, height, thick))
    draft.add("frame", body)
    draft.add("screen", box((width - 2 * bezel, height - 2 * bezel, 0.004), (0, 0, thick / 2 + dice.pick(-0.004, 0.003))))
    if dice.chance(0.4):
        draft.add("body", box((width * dice.uniform(0.3, 0.8), height * dice.uniform(0.3, 0.8), thick), (0, -height * 0.05, -thick)))


@MONITOR.style("flat", 5.0)
def _flat(dice: Dice, draft: Draft) -> str:
    width, ratio = dice.uniform(0.38, 0.65), dice.pick(dice.uniform(1.2, 1.4), dice.uniform(1.4, 1.85))
    height, thick, low = width / ratio, dice.uniform(0.015, 0.075), dice.uniform(0.03, 0.17)
    _panel(dice, draft, width, height, thick)
    tilt = dice.uniform(-3, 14)
    draft.change(lambda piece: turn(piece, "x", -tilt) + np.array([0, low + height / 2, 0.01]))
    foot = _stand(dice, draft, width, low, 0.0)
    speakers = dice.chance(0.1)
    if speakers:
        draft.add("body", *[box((0.05, height * 0.8, 0.05), (s * (width / 2 + 0.04), low + height / 2, 0)) for s in (-1, 1)])
    return describe("monitor", [size_word(ratio, 1.35, 1.6, "square", "wide"), "flat"], [foot, "speakers" if speakers else ""])


@MONITOR.style("tube", 1.0)
def _tube(dice: Dice, draft: Draft) -> str:
    width, height, deep = dice.uniform(0.36, 0.5), dice.uniform(0.32, 0.4), dice.uniform(0.25, 0.46)
    front, back = dice.uniform(0.2, 0.45) * deep, dice.uniform(0.4, 0.8)
    draft.add("frame", slab((-width / 2, 0, deep / 2 - front), (width / 2, height, deep / 2)))
    outline = superellipse(width * 0.96, height * 0.96, 30.0, 20)
    rings = np.empty((2, 20, 3))
    for ring, scale, z in zip(rings, (1.0, back), (deep / 2 - front, -deep / 2), strict=True):
        ring[:, 0], ring[:, 1], ring[:, 2] = outline[:, 0] * scale, outline[:, 1] * scale + height / 2, z
    draft.add(
        "body",
        surface(rings, wrap=True),
        slab(
            (-width * back * 0.48, height * (0.5 - back * 0.48), -deep / 2),
            (width * back * 0.48, height * (0.5 + back * 0.48), -deep / 2 + 0.01),
        ),
    )
    draft.add("screen", rounded_box((width * 0.85, height * 0.8, 0.04), 0.02, (0, height * 0.52, deep / 2 - 0.012)))
    low = dice.pick(0.0, 0.0, dice.uniform(0.03, 0.08))
    if low:
        tilt = dice.uniform(-2, 8)
        draft.change(lambda piece: turn(piece, "x", -tilt) + np.array([0, low, 0]))
        draft.add("base", prism(superellipse(width * 0.65, deep * 0.6, 2.5), 0.0, 0.025), cylinder(width * 0.15, low, (0, low / 2, 0), 10))
    if dice.chance(0.15):
        draft.add("antenna", *[rod((0, height + low, 0), (s * 0.15, height + low + 0.25, 0), 0.005, segments=4) for s in (-1, 1)])
        return describe("monitor", ["boxy"], ["a deep picture tube", "two antennas"])
    return describe("monitor", ["boxy", "old"], ["a deep picture tube", "a swivel foot" if low else ""])


@MONITOR.style("television", 0.4)
def _television(dice: Dice, draft: Draft) -> str:
    """A box with a bulging front, on legs or on the floor, often with two rods on top."""
    width, high, deep = dice.uniform(0.5, 0.9), dice.uniform(0.4, 0.65), dice.uniform(0.3, 0.6)
    draft.add("body", slab((-width / 2, 0, -deep / 2), (width / 2, high, deep / 2)))
    side = dice.pick(0.0, 0.12) * width
    draft.add("screen", rounded_box((width * 0.85 - side, high * 0.8, 0.06), 0.03, (-side / 2, high * 0.52, deep / 2)))
    if side:
        draft.add(
            "frame", *[turn(cylinder(0.02, 0.03, segments=8), "x", 90) + np.array([width * 0.42, y * high, deep / 2]) for y in (0.8, 0.65)]
        )
    draft.add("body", box((width * 0.6, high * 0.6, deep * 0.3), (0, high * 0.5, -deep * 0.6)))  # without its tube it is a chest
    antennas = dice.chance(0.5)
    if antennas:
        draft.add(
            "antenna",
            *[rod((0, high, 0), (s * dice.uniform(0.1, 0.3), high + dice.uniform(0.2, 0.45), 0), 0.006, segments=4) for s in (-1, 1)],
        )
    legs = dice.chance(0.4)
    if legs:
        tall = dice.uniform(0.06, 0.3)
        draft.add(
            "base",
            *[
                rod((s * width * 0.45, -tall, t * deep * 0.45), (s * width * 0.4, 0, t * deep * 0.4), 0.02)
                for s in (-1, 1)
                for t in (-1, 1)
            ],
        )
    return describe("monitor", ["boxy", "television"], ["legs" if legs else "", "two antennas" if antennas else "a bulging screen"])


@MONITOR.style("curved", 0.7)
def _curved(dice: Dice, draft: Draft) -> str:
    width, low = dice.uniform(0.6, 0.9), dice.uniform(0.06, 0.15)
    height, bow = width / dice.uniform(1.7, 2.4), dice.uniform(0.05, 0.14) * width
    xs = np.linspace(-0.5, 0.5, 11)
    lattice = np.empty((2, 11, 3))
    lattice[..., 0], lattice[..., 1], lattice[..., 2] = xs * width, np.array([[low], [low + height]]), bow * 4 * xs**2 - bow * 0.5
    back = lattice - np.array([0, 0, dice.uniform(0.02, 0.05)])
    draft.add("screen", surface(lattice))
    draft.add("frame", surface(back), surface(np.stack([lattice[0], back[0]])), surface(np.stack([lattice[1], back[1]])))
    return describe("monitor", ["wide", "curved"], [_stand(dice, draft, width, low + height * 0.3, -bow * 0.5)])


@MONITOR.style("footless", 0.8)
def _footless(dice: Dice, draft: Draft) -> str:
    width, ratio = dice.uniform(0.5, 1.2), dice.uniform(1.25, 1.85)
    height, thick = width / ratio, dice.uniform(0.03, 0.12)
    _panel(dice, draft, width, height, thick)
    if dice.chance(0.6):
        draft.add("base", *[box((0.03, 0.08, thick * 2.5), (s * width * 0.3, -height / 2 - 0.03, 0)) for s in (-1, 1)])
        return describe("monitor", ["wide", "flat"], ["two small feet"])
    return describe("monitor", ["wall-mounted", "flat"], ["a thin frame"])


@MONITOR.style("arm", 0.5)
def _on_arm(dice: Dice, draft: Draft) -> str:
    width, thick = dice.uniform(0.4, 0.6), dice.uniform(0.02, 0.05)
    height, high = width / dice.uniform(1.25, 1.7), dice.uniform(0.3, 0.5)
    twins = dice.chance(0.35)
    for x in (-width * 0.53, width * 0.53) if twins else (0.0,):
        start = len(draft.pieces)
        _panel(dice, draft, width, height, thick)
        draft.move((x, high, 0.0), start)
    if twins:
        draft.add("neck", rod((-width * 0.5, high, -0.06), (width * 0.5, high, -0.06), 0.02))
    star_base(dice, draft, "base", width * 0.3, high, 3) if dice.chance(0.4) else draft.add(
        "base", cylinder(width * 0.25, 0.02, (0, 0.01, -0.08))
    )
    draft.add("neck", rod((0, 0, -0.08), (0, high, -0.06), 0.02), rod((0, high, -0.06), (0, high, 0), 0.025))
    return describe("monitor", ["double" if twins else "flat"], ["a tall stand"])


@LAPTOP.style("open", 3.0)
def _laptop(dice: Dice, draft: Draft) -> str:
    width, depth, thick, angle = dice.uniform(0.3, 0.4), dice.uniform(0.21, 0.3), dice.uniform(0.008, 0.04), dice.uniform(85, 135)
    draft.add("base", slab((-width / 2, 0, -depth / 2), (width / 2, thick, depth / 2)))
    draft.add("keyboard", box((width * 0.85, 0.006, depth * 0.45), (0, thick, -depth * 0.12)))
    screen = slab((-width / 2, 0, -thick * 0.7), (width / 2, depth * dice.uniform(0.9, 1.1), 0))
    shift = np.array([0, thick, -depth / 2])
    draft.add("screen", turn(screen, "x", 90 - angle) + shift)
    if dice.chance(0.4):
        draft.add("screen", turn(box((width * 0.88, depth * 0.8, 0.004), (0, depth * 0.5, 0.002)), "x", 90 - angle) + shift)
    draft.pose(dice, 0.85, ("x", 90), ("x", -90))
    return describe("laptop", [size_word(thick, 0.015, 0.03, "thin", "thick")], ["an open screen", "a keyboard"])


@KEYBOARD.style("computer")
def _keyboard(dice: Dice, draft: Draft) -> str:
    width, depth, rows = dice.uniform(0.32, 0.5), dice.uniform(0.12, 0.19), dice.integer(4, 6)
    draft.add("body", turn(slab((-width / 2, 0, -depth / 2), (width / 2, dice.uniform(0.01, 0.025), depth / 2)), "x", 4))
    columns = int(width / 0.022)
    spots = [
        ((i + 0.5) / columns * width - width / 2, 0.022, (j + 0.5) / rows * depth * 0.9 - depth * 0.45)
        for i in range(columns)
        for j in range(rows)
    ]
    draft.add("key", copies(box((0.016, 0.01, depth / rows * 0.65)), spots))
    return describe("keyboard", ["long" if width > 0.42 else "short"], [f"{rows} rows of keys"])


@RADIO.style("portable")
def _radio(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.25, 0.6), dice.uniform(0.15, 0.35), dice.uniform(0.08, 0.2)
    draft.add("body", rounded_box((width, high, depth), dice.uniform(0.01, 0.05), (0, high / 2, 0)))
    count = dice.integer(1, 2)
    for x in (-0.28, 0.28)[:count]:
        draft.add("speaker", turn(cylinder(high * 0.3, 0.02, segments=14), "x", 90) + np.array([x * width, high * 0.45, depth / 2]))
    draft.add(
        "knob", *[turn(cylinder(0.015, 0.02, segments=8), "x", 90) + np.array([x * width, high * 0.85, depth / 2]) for x in (-0.2, 0, 0.2)]
    )
    antenna = dice.chance(0.6)
    if antenna:
        draft.add(
            "antenna", rod((width * 0.4, high, 0), (width * dice.uniform(0.1, 0.7), high + dice.uniform(0.2, 0.4), 0), 0.004, segments=4)
        )
    if dice.chance(0.5):
        draft.add(
            "body",
            tube([(-width * 0.4, high, 0), (-width * 0.4, high * 1.25, 0), (width * 0.4, high * 1.25, 0), (width * 0.4, high, 0)], 0.01, 5),
        )
    return describe("radio", ["portable"], [f"{('one speaker', 'two speakers')[count - 1]}", "an aerial" if antenna else ""])


@RANGE_HOOD.style("chimney")
def _range_hood(dice: Dice, draft: Draft) -> str:
    width, depth, high, duct = dice.uniform(0.6, 1.1), dice.uniform(0.4, 0.6), dice.uniform(0.1, 0.35), dice.uniform(0.3, 0.9)
    top = dice.uniform(0.22, 0.36)
    base = superellipse(width, depth, dice.pick(60.0, 60.0, 2.5), 20)
    rings = np.stack([np.column_stack([base[:, 0], np.full(20, y), base[:, 1]]) for y in (0, 0.06)])
    neck = superellipse(top, top * 0.9, 60.0, 20)
    upper = np.column_stack([neck[:, 0], np.full(20, 0.06 + high), neck[:, 1] - (depth - top) / 2 * 0.8])
    draft.add("hood", loft(np.concatenate([rings, upper[None]])))
    draft.add("duct", box((top, duct, top * 0.9), (0, 0.06 + high + duct / 2, -(depth - top) / 2 * 0.8)))
    return describe("range hood", ["tall" if duct > 0.6 else ""], ["a flaring hood", "a square duct"])


@XBOX.style("console")
def _xbox(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.28, 0.36), dice.uniform(0.22, 0.3), dice.uniform(0.06, 0.11)
    draft.add("body", rounded_box((width, high, depth), dice.uniform(0.005, 0.03), (0, high / 2, 0)))
    draft.add(
        "slot",
        box((width * 0.5, 0.012, 0.01), (0, high * 0.65, depth / 2)),
        turn(cylinder(0.02, 0.012, segments=10), "x", 90) + np.array([width * 0.35, high * 0.5, depth / 2]),
    )
    draft.add("foot", *[box((0.03, 0.01, 0.03), (s * width * 0.4, 0, t * depth * 0.4)) for s in (-1, 1) for t in (-1, 1)])
    draft.pose(dice, 0.7, ("z", 90))
    return describe("xbox", [], ["a disc slot", "a flat body"])


@TELEPHONE.style("desk")
def _telephone(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.16, 0.24), dice.uniform(0.18, 0.24), dice.uniform(0.05, 0.12)
    outline = np.array([(depth / 2, 0), (depth / 2, high * 0.4), (-depth * 0.3, high), (-depth / 2, high), (-depth / 2, 0)])
    draft.add("body", loft(np.array([[(x, y, z) for z, y in outline] for x in (-width / 2, width / 2)])))
    draft.add("dial", turn(cylinder(0.05, 0.015, segments=14), "x", 20) + np.array([0, high * 0.8, depth * 0.15]))
    bar = tube(
        [(-width * 0.6, high + 0.01, 0), (-width * 0.45, high + 0.05, 0), (width * 0.45, high + 0.05, 0), (width * 0.6, high + 0.01, 0)],
        0.02,
        7,
    )
    draft.add(
        "handset",
        bar + np.array([0, 0, -depth * 0.35]),
        *[ellipsoid((0.03, 0.02, 0.03), (s * width * 0.6, high + 0.01, -depth * 0.35), 8) for s in (-1, 1)],
    )
    return describe("telephone", ["old" if high > 0.09 else ""], ["a dial", "a handset"])


@CAMERA.style("photo")
def _camera(dice: Dice, draft: Draft) -> str:
    width, high, depth, reach = dice.uniform(0.12, 0.16), dice.uniform(0.08, 0.1), dice.uniform(0.04, 0.06), dice.uniform(0.02, 0.14)
    draft.add("body", rounded_box((width, high, depth), 0.012, (0, high / 2, 0)), box((0.05, 0.025, depth * 0.9), (0, high + 0.01, 0)))
    radius = high * dice.uniform(0.32, 0.45)
    draft.add(
        "lens",
        turn(revolve([(radius, 0), (radius, reach), (radius * 0.8, reach), (radius * 0.7, reach * 0.7)], segments=18), "x", 90)
        + np.array([0, high * 0.45, depth / 2]),
    )
    draft.add("button", cylinder(0.008, 0.012, (-width * 0.35, high + 0.005, 0), 8))
    return describe("camera", [], ["a long lens" if reach > 0.08 else "a short lens"])


@FRIDGE.style("tall")
def _fridge(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.55, 0.95), dice.uniform(1.4, 1.95), dice.uniform(0.55, 0.75)
    split, pair = dice.uniform(0.3, 0.7) * high, dice.chance(0.35)
    draft.add("body", slab((-width / 2, 0.04, -depth / 2), (width / 2, high, depth / 2)))
    parts = (
        [(-width / 2, 0.04, 0, high), (0, 0.04, width / 2, high)]
        if pair
        else [(-width / 2, 0.04, width / 2, split), (-width / 2, split, width / 2, high)]
    )
    for x0, y0, x1, y1 in parts:
        draft.add("door", slab((x0 + 0.005, y0 + 0.005, depth / 2), (x1 - 0.005, y1 - 0.005, depth / 2 + 0.06)))
        draft.add(
            "handle",
            rod(
                (0.04 if x0 == 0 else x1 - 0.05, y0 + (y1 - y0) * 0.3, depth / 2 + 0.1),
                (0.04 if x0 == 0 else x1 - 0.05, y0 + (y1 - y0) * 0.7, depth / 2 + 0.1),
                0.015,
            ),
        )
    return describe("refrigerator", ["tall"], ["two doors side by side" if pair else "two doors one above the other"])


@MICROWAVE.style("oven")
def _microwave(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.42, 0.55), dice.uniform(0.25, 0.33), dice.uniform(0.3, 0.42)
    draft.add("body", slab((-width / 2, 0, -depth / 2), (width / 2, high, depth / 2)))
    draft.add(
        "door",
        box((width * 0.68, high * 0.92, 0.02), (-width * 0.14, high / 2, depth / 2)),
        box((width * 0.2, high * 0.3, 0.012), (width * 0.36, high * 0.7, depth / 2)),
    )
    draft.add("handle", rod((width * 0.17, high * 0.15, depth / 2 + 0.04), (width * 0.17, high * 0.85, depth / 2 + 0.04), 0.01))
    return describe("microwave", [], ["a door with a handle", "a control panel"])


@FAN.style("standing")
def _fan(dice: Dice, draft: Draft) -> str:
    radius, high, count = dice.uniform(0.18, 0.26), dice.uniform(0.25, 1.2), dice.integer(3, 5)
    draft.add("base", revolve([(radius * 0.8, 0), (radius * 0.8, 0.02), (0.02, 0.05)]))
    draft.add("stem", rod((0, 0.03, -0.05), (0, high + radius * 0.5, -0.05), 0.018))
    middle = np.array([0, high + radius, 0.0])
    for k in range(count):
        blade = turn(box((radius * 0.45, radius * 0.8, 0.006), (0, radius * 0.5, 0)), "y", 20)
        draft.add("blade", turn(blade, "z", 360 * k / count) + middle)
    rings = [
        tube(arc((0, 0, 0), radius * s, 0, 345, "xy", 20) + middle + np.array([0, 0, z]), 0.005, 4, closed=True)
        for s, z in ((1.05, 0), (0.8, 0.05), (0.5, 0.07), (0.8, -0.05))
    ]
    draft.add("cage", *rings, ellipsoid((0.05, 0.05, 0.09), middle, 8))
    return describe("fan", ["standing" if high > 0.6 else "table"], [f"{('three', 'four', 'five')[count - 3]} blades", "a round cage"])


@LAPTOP.style("closed", 0.5)
def _closed_laptop(dice: Dice, draft: Draft) -> str:
    width, depth, thick = dice.uniform(0.3, 0.4), dice.uniform(0.21, 0.28), dice.uniform(0.006, 0.016)
    edge = dice.uniform(0.2, 0.8) * thick
    draft.add("base", rounded_box((width, thick, depth), edge, (0, thick / 2, 0)))
    draft.add("screen", rounded_box((width, thick * 0.7, depth), edge, (0, thick * 1.4, 0)))
    draft.add("base", turn(cylinder(thick * 0.6, width * 0.6, segments=8), "z", 90) + np.array([0, thick, -depth / 2]))
    draft.pose(dice, 0.7, ("x", 90), ("z", 90))
    return describe("laptop", ["closed"], ["a flat lid"])


@KEYBOARD.style("split", 0.5)
def _split_keyboard(dice: Dice, draft: Draft) -> str:
    width, depth, rows, bend = dice.uniform(0.17, 0.22), dice.uniform(0.14, 0.2), dice.integer(4, 6), dice.uniform(6, 18)
    for s in (-1, 1):
        start = len(draft.pieces)
        draft.add("body", rounded_box((width, 0.025, depth), 0.008))
        columns = int(width / 0.022)
        spots = [((i + 0.5) / columns - 0.5, (j + 0.5) / rows - 0.5) for i in range(columns) for j in range(rows)]
        draft.add("key", copies(box((0.016, 0.01, depth / rows * 0.6)), [(x * width * 0.95, 0.016, z * depth * 0.9) for x, z in spots]))
        draft.change(lambda piece, s=s: turn(piece, "z", -s * 4), start)  # type: ignore[misc]
        draft.change(lambda piece, s=s: turn(piece, "y", -s * bend) + np.array([s * width * 0.58, 0, 0]), start)  # type: ignore[misc]
    return describe("keyboard", ["split"], ["two halves at an angle", f"{rows} rows of keys"])


@RADIO.style("cabinet", 0.8)
def _cabinet_radio(dice: Dice, draft: Draft) -> str:
    width, depth, arched = dice.uniform(0.3, 0.5), dice.uniform(0.16, 0.25), dice.chance(0.6)
    high = width * dice.uniform(0.6, 1.2)
    rise = width / 2 if arched else 0.02
    line = [(width / 2 * np.cos(a), high + rise * np.sin(a)) for a in np.linspace(0, np.pi, 10)]
    outline = np.array([(width / 2, 0), *line, (-width / 2, 0)])
    draft.add("body", loft(np.stack([np.column_stack([outline, np.full(len(outline), s * depth / 2)]) for s in (-1, 1)])))
    disc = turn(cylinder(width * 0.3, 0.015, segments=18), "x", 90)
    draft.add("speaker", disc + np.array([0, high * 0.75, depth / 2]))
    draft.add(
        "knob", *[turn(cylinder(0.02, 0.03, segments=10), "x", 90) + np.array([x * width, high * 0.18, depth / 2]) for x in (-0.3, 0, 0.3)]
    )
    return describe("radio", ["old", "table"], ["an arched top" if arched else "a flat top", "a cloth speaker", "three knobs"])


@XBOX.style("tower", 0.7)
def _tower_console(dice: Dice, draft: Draft) -> str:
    width, depth, high = dice.uniform(0.12, 0.17), dice.uniform(0.13, 0.17), dice.uniform(0.27, 0.33)
    draft.add("body", rounded_box((width, high, depth), dice.uniform(0.004, 0.015), (0, high / 2, 0)))
    draft.add("slot", box((0.006, high * 0.35, 0.006), (-width * 0.3, high * 0.35, depth / 2)))
    draft.add("slot", turn(cylinder(0.012, 0.006, segments=12), "x", 90) + np.array([-width * 0.3, high * 0.9, depth / 2]))
    holes = [(x * width, high, z * depth) for x in np.linspace(-0.35, 0.35, 5) for z in np.linspace(-0.35, 0.35, 5)]
    draft.add("body", copies(cylinder(0.006, 0.006, segments=6), holes))
    draft.add("foot", cylinder(width * 0.4, 0.01, (0, -0.005, 0), 16))
    return describe("xbox", ["standing"], ["a vented top", "a disc slot"])


@TELEPHONE.style("handset", 0.8)
def _cordless(dice: Dice, draft: Draft) -> str:
    width, high, lean = dice.uniform(0.045, 0.06), dice.uniform(0.15, 0.2), dice.uniform(0, 25)
    cradle = dice.chance(0.65)
    start = len(draft.pieces)
    draft.add("handset", rounded_box((width, high, 0.028), 0.01, (0, high / 2, 0)))
    keys = [((i - 1) * width * 0.27, high * (0.15 + 0.1 * j), 0.015) for i in range(3) for j in range(4)]
    draft.add("dial", copies(box((width * 0.2, 0.01, 0.006)), keys), box((width * 0.75, high * 0.22, 0.004), (0, high * 0.75, 0.014)))
    if dice.chance(0.4):
        draft.add("handset", rod((width * 0.35, high, 0), (width * 0.35, high * 1.25, 0), 0.005))
    if cradle:
        draft.change(lambda piece: turn(piece, "x", -lean) + np.array([0, 0.015, 0]), start)
        draft.add("body", rounded_box((width * dice.uniform(1.3, 2.0), 0.04, 0.1), 0.015, (0, 0.02, 0)))
    return describe("telephone", ["cordless"], ["a cradle" if cradle else "keys"])


@TELEPHONE.style("wall", 0.5)
def _wall_telephone(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.16, 0.22), dice.uniform(0.22, 0.34), dice.uniform(0.06, 0.12)
    draft.add("body", rounded_box((width, high, depth), 0.015))
    draft.add("dial", turn(cylinder(width * 0.28, 0.02, segments=16), "x", 90) + np.array([width * 0.15, -high * 0.15, depth / 2]))
    x = -width * 0.32
    draft.add("handset", rod((x, -high * 0.4, depth), (x, high * 0.4, depth), 0.016))
    draft.add("handset", *[ellipsoid((0.028, 0.03, 0.03), (x, y * high * 0.42, depth * 0.85), 8) for y in (-1, 1)])
    curl = np.linspace(0, 1, 24)
    cord = np.column_stack(
        [x + 0.05 * np.sin(curl * np.pi), -high * 0.45 - 0.15 * np.sin(curl * np.pi), depth * 0.8 + 0.015 * np.cos(curl * 60)]
    )
    draft.add("handset", tube(cord, 0.005, 4))
    return describe("telephone", ["wall"], ["a round dial", "a hanging handset"])


@CAMERA.style("video", 0.7)
def _video_camera(dice: Dice, draft: Draft) -> str:
    long, high, width = dice.uniform(0.14, 0.3), dice.uniform(0.07, 0.12), dice.uniform(0.05, 0.09)
    tripod = dice.chance(0.4)
    draft.add("body", rounded_box((width, high, long), 0.012))
    reach = long * dice.uniform(0.15, 0.4)
    draft.add(
        "lens",
        turn(revolve([(width * 0.35, 0), (width * 0.4, reach), (width * 0.3, reach)], segments=16), "x", 90) + np.array([0, 0, long / 2]),
    )
    draft.add(
        "button", tube([(0, high / 2, -long * 0.4), (0, high, -long * 0.3), (0, high, long * 0.3), (0, high / 2, long * 0.4)], 0.009, 6)
    )
    if dice.chance(0.4):
        draft.add("body", box((0.008, high * 0.8, long * 0.6), (width * 0.9, 0, 0)))
    if tripod:
        for angle in np.deg2rad([90, 210, 330]):
            draft.add("body", rod((0, -high / 2, 0), (0.22 * np.cos(angle), -0.6, 0.22 * np.sin(angle)), 0.009, segments=5))
    return describe("camera", ["video"], ["a lens hood", "three legs" if tripod else "a handle on top"])


@FRIDGE.style("low", 0.6)
def _small_fridge(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.45, 0.6), dice.uniform(0.55, 0.9), dice.uniform(0.45, 0.6)
    is_open = dice.chance(0.35)
    x, z, t = width / 2, depth / 2, 0.04
    draft.add("body", slab((-x, 0, -z), (-x + t, high, z)), slab((x - t, 0, -z), (x, high, z)), slab((-x, 0, -z), (x, t, z)))
    draft.add("body", slab((-x, high - t, -z), (x, high, z)), slab((-x, 0, -z), (x, high, -z + t)))
    if is_open:
        draft.add("body", *[box((width, 0.01, depth * 0.9), (0, y * high, 0)) for y in (0.3, 0.6)])
    swing = dice.uniform(50, 110) if is_open else 0.0
    draft.add("door", turn(slab((-x, 0, z), (x, high, z + 0.06)), "y", swing, (x, 0, z)))
    draft.add("handle", turn(rod((-x * 0.8, high * 0.5, z + 0.09), (-x * 0.8, high * 0.8, z + 0.09), 0.012), "y", swing, (x, 0, z)))
    return describe("refrigerator", ["small"], ["an open door" if is_open else "one door"])


@FAN.style("ceiling", 0.8)
def _ceiling_fan(dice: Dice, draft: Draft) -> str:
    count, reach, drop = dice.integer(3, 6), dice.uniform(0.4, 0.7), dice.uniform(0.1, 0.4)
    draft.add("base", revolve([(0.07, drop), (0.05, drop - 0.05), (0.015, drop - 0.06)], segments=16))
    draft.add("stem", rod((0, drop, 0), (0, 0, 0), 0.014), revolve([(0.03, 0.06), (0.09, 0.03), (0.09, -0.04), (0.03, -0.07)], segments=18))
    blade = turn(slab((0.1, -0.004, -0.07), (reach, 0.004, 0.07)), "x", dice.uniform(5, 20))
    draft.add("blade", *[turn(blade, "y", 360 * k / count) for k in range(count)])
    lit = dice.chance(0.5)
    if lit:
        draft.add("base", ellipsoid((0.08, 0.06, 0.08), (0, -0.1, 0), 12))
    return describe("fan", ["ceiling"], [f"{('three', 'four', 'five', 'six')[count - 3]} blades", "a lamp" if lit else ""])


@RANGE_HOOD.style("under", 0.7)
def _flat_hood(dice: Dice, draft: Draft) -> str:
    width, depth, high, front = dice.uniform(0.55, 0.95), dice.uniform(0.4, 0.55), dice.uniform(0.12, 0.22), dice.uniform(0.03, 0.08)
    outline = np.array([(-depth / 2, 0), (depth / 2, 0), (depth / 2, front), (-depth * dice.uniform(0.0, 0.3), high), (-depth / 2, high)])
    draft.add("hood", loft(np.array([[(x, y, z) for z, y in outline] for x in (-width / 2, width / 2)])))
    duct = dice.chance(0.4)
    if duct:
        tall = dice.uniform(0.15, 0.4)
        draft.add("duct", cylinder(0.07, tall, (0, high + tall / 2, -depth * 0.38), 14))
    return describe("range hood", ["flat"], ["a slanting front", "a round duct" if duct else ""])
