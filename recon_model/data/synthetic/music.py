"""Musical instruments."""

import numpy as np

from recon_model.data.synthetic.furniture import add_legs
from recon_model.data.synthetic.primitives import Triangles, bezier, box, cylinder, ellipsoid, loft, rod, slab, turn
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

GUITAR = category("guitar", "body neck head string")
VIOLIN = category("violin", "body neck head bridge")
PIANO = category("piano", "body key leg lid pedal bench")


def _plate(outline: Triangles, thick: float) -> Triangles:
    """A plate in the xy plane from a closed outline (n, 2)."""
    rings = np.stack([np.column_stack([outline, np.full(len(outline), z)]) for z in (-thick / 2, thick / 2)])
    return loft(rings)


def _waisted(high: float, lower: float, upper: float, waist: float) -> Triangles:
    """The closed outline of a guitar body, symmetric, from y = 0 to ``high``."""
    y = np.array([0.0, 0.03, 0.12, 0.25, 0.4, 0.55, 0.68, 0.8, 0.92, 0.98, 1.0])
    half = np.array([0.0, 0.45, 0.85, 1.0, 0.92, 0.0, 0.0, 0.0, 0.75, 0.4, 0.0]) * lower
    half[5], half[6], half[7], half[8:10] = waist, waist * 0.4 + upper * 0.6, upper, upper * np.array([0.8, 0.45])
    right = np.column_stack([half, y * high])
    left = right[1:-1][::-1] * np.array([-1, 1])
    return np.concatenate([right, left])


def _neck(dice: Dice, draft: Draft, start: float, length: float, width: float, z: float, pegs: int) -> None:
    draft.add("neck", box((width, length + 0.2, 0.04), (0, start + length / 2 - 0.1, z)))
    head = dice.uniform(0.18, 0.28)
    draft.add("head", turn(box((width * 1.5, head, 0.035), (0, head / 2, 0)), "x", -dice.uniform(0, 15)) + np.array([0, start + length, z]))
    for k in range(pegs // 2):
        draft.add(
            "head",
            *[
                rod(
                    (s * width * 0.7, start + length + 0.05 + k * head / 4, z),
                    (s * width * 1.25, start + length + 0.05 + k * head / 4, z),
                    0.015,
                    segments=5,
                )
                for s in (-1, 1)
            ],
        )


def _lie(dice: Dice, draft: Draft) -> None:
    draft.pose(dice, 0.5, ("x", 90), ("z", 90), ("x", -90), ("z", -45), ("z", -90))


@GUITAR.style("acoustic", 1.5)
def _acoustic(dice: Dice, draft: Draft) -> str:
    high, lower, deep = dice.uniform(0.9, 1.1), dice.uniform(0.36, 0.45), dice.uniform(0.16, 0.26)
    upper, waist = lower * dice.uniform(0.7, 0.85), lower * dice.uniform(0.5, 0.68)
    draft.add("body", _plate(_waisted(high, lower, upper, waist), deep))
    _neck(dice, draft, high, dice.uniform(0.75, 1.0), dice.uniform(0.09, 0.13), deep / 2, 6)
    draft.add("string", box((0.28, 0.05, 0.03), (0, high * 0.22, deep / 2)))
    if dice.chance(0.5):
        draft.add(
            "string",
            *[
                rod((x, high * 0.2, deep / 2 + 0.03), (x, high + 0.8, deep / 2 + 0.04), 0.004, segments=3)
                for x in np.linspace(-0.03, 0.03, 6)
            ],
        )
    _lie(dice, draft)
    return describe("guitar", ["acoustic"], ["a waisted deep body", "a long neck"])


@GUITAR.style("electric", 1.5)
def _electric(dice: Dice, draft: Draft) -> str:
    high, lower, deep = dice.uniform(0.75, 0.95), dice.uniform(0.28, 0.38), dice.uniform(0.06, 0.1)
    kind = dice.pick("horned", "waisted", "V")
    if kind == "V":
        for s in (-1, 1):
            draft.add("body", turn(box((0.22, 0.8, deep), (0, -0.35, 0)), "z", s * 24) + np.array([0, high, 0]))
    else:
        outline = _waisted(high, lower, lower * 0.85, lower * 0.65)
        draft.add("body", _plate(outline, deep))
        if kind == "horned":
            for s, tall in ((-1, dice.uniform(0.2, 0.32)), (1, dice.uniform(0.05, 0.2))):
                draft.add("body", box((0.09, tall + 0.15, deep), (s * lower * 0.6, high - 0.08 + tall / 2, 0)))
    _neck(dice, draft, high * 0.9, dice.uniform(0.95, 1.2), 0.09, deep / 2, 6)
    _lie(dice, draft)
    return describe("guitar", ["electric", f"{kind}-shaped" if kind == "V" else kind], ["a thin body", "a long neck"])


@VIOLIN.style("plain")
def _violin(dice: Dice, draft: Draft) -> str:
    high, lower = 0.7, dice.uniform(0.2, 0.25)
    draft.add("body", _plate(_waisted(high, lower, lower * 0.8, lower * 0.55), dice.uniform(0.07, 0.12)))
    draft.add("neck", box((0.05, 0.75, 0.03), (0, high + 0.1, 0.06)))
    draft.add(
        "head",
        ellipsoid((0.03, 0.05, 0.06), (0, high + 0.5, 0.03), 8),
        *[rod((-0.08, high + y, 0.05), (0.08, high + y, 0.05), 0.01, segments=4) for y in (0.38, 0.44)],
    )
    draft.add("bridge", box((0.08, 0.015, 0.06), (0, high * 0.4, 0.08)))
    _lie(dice, draft)
    return describe("violin", [], ["a small waisted body", "a scroll"])


def _wing_outline(width: float, depth: float) -> Triangles:
    """A grand piano seen from above, in (x, z): straight keyboard side at +z, bent side at +x."""
    bent = bezier([(width / 2, depth * 0.15), (width / 2, -depth * 0.15), (0.05 * width, -depth * 0.15), (0.0, -depth / 2)], 10)
    return np.concatenate(
        [[(-width / 2, depth / 2), (width / 2, depth / 2)], bent, [(-width * 0.25, -depth / 2), (-width / 2, -depth * 0.4)]]
    )


@PIANO.style("grand", 2.0)
def _grand(dice: Dice, draft: Draft) -> str:
    width, depth, level, thick = dice.uniform(1.35, 1.6), dice.uniform(1.4, 2.5), dice.uniform(0.55, 0.7), dice.uniform(0.25, 0.4)
    outline = _wing_outline(width, depth)
    rings = np.stack([np.column_stack([outline[:, 0], np.full(len(outline), y), outline[:, 1]]) for y in (level, level + thick)])
    draft.add("body", loft(rings))
    draft.add(
        "key",
        slab((-width * 0.48, level, depth / 2), (width * 0.48, level + thick * 0.4, depth / 2 + 0.2)),
        box((width * 0.85, 0.03, 0.14), (0, level + thick * 0.45, depth / 2 + 0.1)),
    )
    is_open = dice.chance(0.65)
    if is_open:
        lid = np.stack([rings[1], rings[1] + np.array([0, 0.03, 0])])
        draft.add("lid", turn(loft(lid), "z", dice.uniform(20, 45), (-width / 2, level + thick, 0)))
        draft.add("lid", rod((width * 0.4, level + thick, 0.1), (width * 0.2, level + thick + 0.5, 0.1), 0.015, segments=4))
    for x, z in ((-width * 0.42, depth * 0.4), (width * 0.42, depth * 0.4), (-width * 0.15, -depth * 0.4)):
        draft.add("leg", rod((x, 0, z), (x, level, z), 0.05, 0.08, 8))
    draft.add("pedal", box((0.2, level, 0.06), (0, level / 2 + 0.05, depth * 0.25)))
    bench = dice.chance(0.6)
    if bench:
        start = len(draft.pieces)
        inner = Draft(("leg",))
        add_legs(dice, inner, 0.7, 0.35, 0.42, 0.06, "square")
        draft.add("bench", box((0.75, 0.08, 0.38), (0, 0.46, 0)), *inner.pieces)
        draft.move((0, 0, depth / 2 + 0.6), start)
    return describe("piano", ["grand"], ["an open lid" if is_open else "a closed lid", "a bench" if bench else ""])


@PIANO.style("upright")
def _upright(dice: Dice, draft: Draft) -> str:
    width, depth, high, level = dice.uniform(1.35, 1.6), dice.uniform(0.35, 0.5), dice.uniform(1.05, 1.4), 0.65
    draft.add("body", slab((-width / 2, 0.05, -depth / 2), (width / 2, high, depth / 2)))
    draft.add("key", slab((-width / 2, level, depth / 2), (width / 2, level + 0.15, depth / 2 + 0.28)))
    draft.add("leg", *[box((0.08, level, 0.08), (s * width * 0.46, level / 2, depth / 2 + 0.22)) for s in (-1, 1)])
    draft.add("lid", box((width * 1.04, 0.03, depth * 1.08), (0, high, 0)))
    draft.add("pedal", *[box((0.04, 0.02, 0.12), (x, 0.08, depth / 2 + 0.05)) for x in (-0.1, 0, 0.1)])
    bench = dice.chance(0.4)
    if bench:
        draft.add(
            "bench",
            box((0.7, 0.06, 0.35), (0, 0.48, depth / 2 + 0.7)),
            *[cylinder(0.03, 0.46, (s * 0.3, 0.23, depth / 2 + 0.7 + t * 0.12), 6) for s in (-1, 1) for t in (-1, 1)],
        )
    return describe("piano", ["upright", size_word(high, 1.15, 1.3, "low", "tall")], ["a keyboard shelf", "a bench" if bench else ""])


@VIOLIN.style("cello", 0.6)
def _cello(dice: Dice, draft: Draft) -> str:
    """The large ones of the family stand on a spike; a bow lies beside some."""
    high, lower, deep = 0.8, dice.uniform(0.24, 0.32), dice.uniform(0.12, 0.2)
    draft.add("body", _plate(_waisted(high, lower, lower * dice.uniform(0.65, 0.8), lower * 0.52), deep))
    draft.add("neck", box((0.05, 0.6, 0.035), (0, high + 0.15, deep / 2 + 0.02)), rod((0, 0, 0), (0, -dice.uniform(0.1, 0.25), 0), 0.012))
    draft.add("head", ellipsoid((0.035, 0.06, 0.05), (0, high + 0.47, deep / 2), 8))
    draft.add("head", *[rod((-0.1, high + y, deep / 2), (0.1, high + y, deep / 2), 0.012, segments=4) for y in (0.36, 0.42)])
    draft.add(
        "bridge", box((0.1, 0.02, 0.08), (0, high * 0.42, deep / 2 + 0.04)), box((0.07, 0.2, 0.02), (0, high * 0.22, deep / 2 + 0.03))
    )
    bow = dice.chance(0.35)
    if bow:
        x = lower + dice.uniform(0.05, 0.15)
        draft.add("bridge", rod((x, 0.1, 0), (x, 1.1, 0), 0.012), rod((x + 0.03, 0.12, 0), (x + 0.02, 1.08, 0), 0.005, segments=4))
    _lie(dice, draft)
    return describe("violin", ["large", "cello-like"], ["a deep body", "a spike", "a bow beside it" if bow else ""])
