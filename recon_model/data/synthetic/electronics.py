"""Monitors, laptops and other things with a plug."""

import numpy as np

from recon_model.data.synthetic.furniture import star_base
from recon_model.data.synthetic.primitives import box, cylinder, prism, revolve, rod, rounded_box, slab, superellipse, surface, tube, turn
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

MONITOR = category("monitor", "screen frame neck base body antenna")


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


@MONITOR.style("tube", 1.7)
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
