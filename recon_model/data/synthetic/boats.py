"""Ships and sailing boats."""

import numpy as np

from recon_model.data.synthetic.primitives import Triangles, box, cylinder, loft, rod, rounded_box, slab, surface
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

SHIP = category("ship", "hull deck mast gun")
SAILBOAT = category("sailboat", "hull sail mast keel")


def boat_hull(length: float, half: float, deep: float, stern: float, sheer: float = 0.15) -> Triangles:
    """A hull with a pointed bow at +z, its deck near y = 0; ``stern`` is the share of the beam left at the back."""
    t = np.linspace(-1, 1, 9)
    wide = half * np.where(t < 0, stern + (1 - stern) * (1 - t**2), 1 - np.clip(t, 0, 1) ** 2.2) + half * 0.02
    top = sheer * deep * t**2
    lines = [(-1.0, 0.0), (-0.8, -0.55), (-0.25, -1.0), (0.25, -1.0), (0.8, -0.55), (1.0, 0.0)]
    rings = np.empty((9, 6, 3))
    for k, (x, y) in enumerate(lines):
        rings[:, k, 0], rings[:, k, 1], rings[:, k, 2] = x * wide, top + y * deep * (1 - 0.35 * np.clip(t, 0, 1) ** 2), t * length / 2
    return loft(rings)


@SHIP.style("warship", 1.5)
def _warship(dice: Dice, draft: Draft) -> str:
    length, half, deep = 10.0, dice.uniform(0.45, 0.8), dice.uniform(0.4, 0.8)
    draft.add("hull", boat_hull(length, half, deep, dice.uniform(0.5, 0.95)))
    z, level = -length * 0.25, 0.0
    for k in range(dice.integer(2, 4)):
        size = np.array([half * (1.5 - 0.25 * k), dice.uniform(0.25, 0.45), length * dice.uniform(0.1, 0.35) * 0.8**k])
        draft.add("deck", box(size, (0, level + size[1] / 2, z + dice.uniform(0, 0.15) * length)))
        level += size[1] * dice.pick(0.0, 1.0)
    draft.add(
        "mast",
        rod((0, 0, -length * 0.1), (0, dice.uniform(1.2, 2.4), -length * 0.1), 0.05),
        box((0.6, 0.04, 0.04), (0, 1.2, -length * 0.1)),
    )
    for spot in (0.28, 0.2, -0.38)[: dice.integer(1, 3)]:
        draft.add(
            "gun",
            box((half * 0.7, 0.22, 0.5), (0, 0.2, spot * length)),
            *[
                rod((s * 0.12, 0.25, spot * length), (s * 0.12, 0.35, spot * length + 0.9 * np.sign(spot)), 0.04, segments=5)
                for s in (-1, 1)
            ],
        )
    if dice.chance(0.5):
        draft.add("deck", cylinder(0.18, 0.9, (0, 0.8, -length * 0.2), 8))
    return describe("ship", ["war"], ["gun turrets", "a tall mast"])


@SHIP.style("liner", 1.5)
def _liner(dice: Dice, draft: Draft) -> str:
    length, half, deep = 10.0, dice.uniform(0.6, 1.1), dice.uniform(0.6, 1.0)
    kind = dice.pick("liner", "cargo", "carrier")
    draft.add("hull", boat_hull(length, half, deep, dice.uniform(0.6, 1.0)))
    if kind == "carrier":
        draft.add(
            "deck",
            slab((-half * 1.3, 0.0, -length / 2), (half * 1.3, 0.12, length * 0.42)),
            slab((half * 0.8, 0.1, -0.5), (half * 1.2, 1.0, 0.9)),
        )
    elif kind == "cargo":
        draft.add("deck", slab((-half * 0.85, 0, -length * 0.45), (half * 0.85, 1.3, -length * 0.3)))
        rows = np.linspace(-0.22, 0.3, dice.integer(4, 7)) * length
        draft.add("deck", *[box((half * 1.7, dice.uniform(0.2, 0.8), 0.7), (0, 0.3, z)) for z in rows])
    else:
        for k in range(dice.integer(2, 4)):
            draft.add("deck", rounded_box((half * (1.7 - 0.15 * k), 0.32, length * (0.7 - 0.13 * k)), 0.05, (0, 0.16 + 0.32 * k, -0.2)))
        for z in np.linspace(-1.5, 1.2, dice.integer(1, 4)):
            draft.add("mast", cylinder(0.22, 0.9, (0, 1.4, z), 8))
    return describe(
        "ship",
        [kind if kind != "liner" else "passenger"],
        [{"liner": "stacked decks and funnels", "cargo": "containers on deck", "carrier": "a flat flight deck"}[kind]],
    )


def _sail(dice: Dice, foot: float, high: float, base: float, z: float, lean: float) -> Triangles:
    """A triangular sail bellied to one side, luff at ``z``."""
    belly = dice.uniform(0.05, 0.2) * foot
    u, v = np.meshgrid(np.linspace(0, 1, 6), np.linspace(0, 1, 7), indexing="ij")
    lattice = np.empty((6, 7, 3))
    lattice[..., 2] = z - u * (1 - v) * foot + lean * v
    lattice[..., 1] = base + v * high
    lattice[..., 0] = belly * np.sin(np.pi * u) * (1 - v)
    return surface(lattice)


@SAILBOAT.style("sloop", 2.0)
def _sloop(dice: Dice, draft: Draft) -> str:
    length, half, deep, high = dice.uniform(3, 6), dice.uniform(0.5, 0.8), dice.uniform(0.35, 0.6), dice.uniform(4, 8)
    draft.add("hull", boat_hull(length, half, deep, dice.uniform(0.5, 0.9)))
    z = length * dice.uniform(0.05, 0.15)
    draft.add("mast", rod((0, 0, z), (0, high, z), 0.06, 0.04), rod((0, 0.5, z), (0, 0.5, z - length * 0.5), 0.04))
    draft.add("sail", _sail(dice, length * dice.uniform(0.4, 0.6), high * 0.9, 0.55, z - 0.05, 0.0))
    jib = dice.chance(0.7)
    if jib:
        u = np.array([(0.0, 0.1, length * 0.48), (0.0, high * dice.uniform(0.6, 0.95), z), (dice.uniform(0.05, 0.4), 0.35, z - 0.1)])
        draft.add("sail", u[None], u[None] + 0.01)
    if dice.chance(0.5):
        draft.add("keel", box((0.08, dice.uniform(0.5, 1.2), length * 0.25), (0, -deep - 0.3, 0)))
    return describe(
        "sailboat", [size_word(high / length, 1.1, 1.6, "low", "tall")], ["a mainsail and a jib" if jib else "one triangular sail"]
    )


@SAILBOAT.style("square-rigged", 1.2)
def _square_rigged(dice: Dice, draft: Draft) -> str:
    length, half, deep, masts = dice.uniform(6, 8), dice.uniform(0.7, 1.0), dice.uniform(0.7, 1.1), dice.integer(1, 3)
    draft.add("hull", boat_hull(length, half, deep, 0.7, 0.5), slab((-half * 0.8, 0, -length / 2), (half * 0.8, deep * 0.6, -length * 0.3)))
    for z in np.linspace(-0.3, 0.3, masts) * length if masts > 1 else np.array([0.0]):
        high = dice.uniform(3.5, 5.0)
        draft.add("mast", rod((0, 0, z), (0, high, z), 0.08, 0.05))
        for low, wide in ((0.2, 1.6), (0.55, 1.2))[: dice.integer(1, 2)]:
            y, tall = low * high, high * 0.3
            rise = np.linspace(0.0, 1.0, 6)
            belly = z + 0.45 * np.sin(np.pi * rise)
            lattice = np.stack([np.column_stack([np.full(6, s * wide * half), y + tall * rise, belly]) for s in (-1, 1)])
            draft.add("sail", surface(lattice))
            draft.add("mast", rod((-wide * half, y + tall, z + 0.1), (wide * half, y + tall, z + 0.1), 0.05, segments=5))
    draft.add("mast", rod((0, 0.2, length * 0.45), (0, 1.0, length * 0.7), 0.06, segments=5))
    return describe("sailboat", ["square-rigged"], [f"{masts} masts" if masts > 1 else "one mast"])
