"""Flowers, trees and plants in pots."""

import numpy as np
from numpy.typing import NDArray

from recon_model.data.synthetic.primitives import (
    Triangles,
    bezier,
    cone,
    ellipsoid,
    prism,
    revolve,
    rod,
    slab,
    sticks,
    superellipse,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

FLOWER = category("flower", "stem leaf petal centre")
POTTED = category("potted plant", "pot stem leaf")
PLANT = category("plant", "stem leaf pot")
TREE = category("tree", "trunk branch leaf")
POT = category("flower pot", "pot stem leaf")


def leaf_blade(length: float, width: float, droop: float) -> Triangles:
    """A pointed leaf from the origin along +z, bending down by ``droop`` at its tip and folded a little along its rib."""
    t = np.linspace(0, 1, 6)
    half = width / 2 * np.sin(np.pi * np.clip(t * 0.94 + 0.06, 0, 1)) ** 0.8
    lattice = np.zeros((6, 3, 3))
    lattice[:, 0, 0], lattice[:, 2, 0] = -half, half
    lattice[..., 1] = (-droop * t**2)[:, None]
    lattice[:, [0, 2], 1] += half[:, None] * 0.3
    lattice[..., 2] = (t * length)[:, None]
    return surface(lattice)


def _scattered(
    blade: Triangles, places: NDArray[np.float64], headings: NDArray[np.float64], lifts: NDArray[np.float64], scales: NDArray[np.float64]
) -> Triangles:
    """Copies of a blade turned by ``lifts`` about x, then ``headings`` about y (radians), at ``places`` (n, 3)."""
    cl, sl, ch, sh = np.cos(lifts), np.sin(lifts), np.cos(headings), np.sin(headings)
    zero, one = np.zeros_like(cl), np.ones_like(cl)
    lift = np.stack([np.stack([one, zero, zero], -1), np.stack([zero, cl, sl], -1), np.stack([zero, -sl, cl], -1)], 1)
    head = np.stack([np.stack([ch, zero, sh], -1), np.stack([zero, one, zero], -1), np.stack([-sh, zero, ch], -1)], 1)
    matrices = head @ lift * scales[:, None, None]
    points = np.einsum("nij,kj->nki", matrices, blade.reshape(-1, 3)) + places[:, None]
    placed: Triangles = points.reshape(-1, 3, 3)
    return placed


def leaves(
    dice: Dice, count: int, places: NDArray[np.float64], length: float, width: float, droop: float, lift: tuple[float, float]
) -> Triangles:
    """``count`` leaves heading every way from random ones of ``places``."""
    rng = dice.rng
    where = places[rng.integers(len(places), size=count)]
    return _scattered(
        leaf_blade(length, width, droop), where, rng.random(count) * 2 * np.pi, rng.uniform(*lift, count), rng.uniform(0.6, 1.2, count)
    )


def _stem_leaves(dice: Dice, draft: Draft, stem: NDArray[np.float64]) -> None:
    count = dice.integer(1, 5)
    draft.add("leaf", leaves(dice, count, stem[2:-3], dice.uniform(0.25, 0.5), dice.uniform(0.08, 0.2), 0.1, (0.1, 0.9)))


def _head(dice: Dice, kind: str, size: float) -> list[tuple[str, Triangles]]:
    """A blossom at the origin facing +y."""
    rng = dice.rng
    if kind == "daisy":
        count = dice.integer(6, 20)
        turns = np.arange(count) * 2 * np.pi / count
        blade = leaf_blade(size, size * 5.0 / count + 0.04, dice.uniform(-0.1, 0.15))
        petals = _scattered(blade, np.zeros((count, 3)), turns, np.full(count, dice.uniform(-0.1, 0.6)), np.ones(count))
        return [("petal", petals), ("centre", ellipsoid((size * 0.35, size * 0.15, size * 0.35), (0, 0.03, 0), 10))]
    if kind == "tulip":
        cup = revolve(
            [(0.02, 0), (size * 0.4, size * 0.3), (size * 0.42, size * 0.7), (size * dice.uniform(0.25, 0.55), size * 1.1)],
            segments=12,
            closed=False,
        )
        return [("petal", cup)]
    if kind == "rose":
        count = 24
        petals = _scattered(
            leaf_blade(size * 0.7, size * 0.6, -0.1),
            np.zeros((count, 3)),
            rng.random(count) * 6.28,
            rng.uniform(0.3, 1.4, count),
            rng.uniform(0.6, 1.0, count),
        )
        return [("petal", petals)]
    trumpet = revolve([(0.03, 0), (size * 0.15, size * 0.5), (size * 0.35, size * 0.8), (size * 0.7, size)], segments=10, closed=False)
    return [("petal", trumpet), ("centre", rod((0, 0.1, 0), (0, size * 1.1, 0), 0.02))]


@FLOWER.style("single", 2.0)
def _single(dice: Dice, draft: Draft) -> str:
    high, size, kind = dice.uniform(0.7, 1.4), dice.uniform(0.15, 0.45), dice.pick("daisy", "daisy", "tulip", "rose", "trumpet")
    stem = bezier([(0, 0, 0), (dice.uniform(-0.15, 0.15), high * 0.5, 0), (dice.uniform(-0.25, 0.25), high, dice.uniform(-0.2, 0.2))], 9)
    draft.add("stem", tube(stem, dice.uniform(0.012, 0.03), 6))
    _stem_leaves(dice, draft, stem)
    facing = dice.uniform(0, 85)
    for part, piece in _head(dice, kind, size):
        draft.add(part, turn(piece, "x", facing) + stem[-1])
    draft.pose(dice, 0.8, ("x", 90), ("z", 70), ("x", -90))
    return describe("flower", [kind if kind != "trumpet" else "trumpet-shaped"], ["a long stem" if high > 1 else "a stem", "a few leaves"])


@FLOWER.style("bunch", 0.8)
def _bunch(dice: Dice, draft: Draft) -> str:
    count, kind = dice.integer(3, 8), dice.pick("daisy", "tulip", "rose", "trumpet")
    for _ in range(count):
        end = np.array([dice.uniform(-0.5, 0.5), dice.uniform(0.7, 1.2), dice.uniform(-0.5, 0.5)])
        stem = bezier(np.stack([np.zeros(3), end * np.array([0.2, 0.6, 0.2]), end]), 6)
        draft.add("stem", tube(stem, 0.012, 5))
        for part, piece in _head(dice, kind, dice.uniform(0.12, 0.25)):
            draft.add(part, turn(turn(piece, "x", dice.uniform(-50, 50)), "z", dice.uniform(-50, 50)) + end)
    draft.add("leaf", leaves(dice, dice.integer(3, 10), np.array([(0, 0.2, 0), (0, 0.4, 0)]), 0.5, 0.12, 0.1, (0.5, 1.2)))
    return describe("flower", [], [f"{count} blossoms in a bunch"])


@FLOWER.style("blossom", 0.5)
def _blossom(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("daisy", "rose", "trumpet")
    for part, piece in _head(dice, kind, 1.0):
        draft.add(part, piece)
    draft.add("stem", rod((0, -dice.uniform(0.2, 0.8), 0), (0, 0, 0), 0.04))
    draft.pose(dice, 0.5, ("x", 90))
    return describe("flower", [kind if kind != "trumpet" else "trumpet-shaped"], ["open petals", "a short stem"])


def _pot(dice: Dice, draft: Draft, radius: float, high: float) -> str:
    kind = dice.pick("tapered", "tapered", "straight", "bulging", "square")
    if kind == "square":
        outline = superellipse(radius * 2, radius * 2, 40.0, 20)
        draft.add(
            "pot",
            prism(outline * dice.uniform(0.7, 1.0), 0, high * 0.02),
            *[
                turn(
                    surface(np.array([[(-radius, 0, radius), (radius, 0, radius)], [(-radius, high, radius), (radius, high, radius)]])),
                    "y",
                    90 * k,
                )
                for k in range(4)
            ],
        )
    else:
        foot, belly = {"tapered": (0.65, 0.85), "straight": (1.0, 1.0), "bulging": (0.6, 1.25)}[kind]
        draft.add(
            "pot",
            revolve(
                [
                    (radius * foot, 0),
                    (radius * belly, high * 0.5),
                    (radius, high),
                    (radius * 0.9, high),
                    (radius * 0.88, high * 0.85),
                    (0.0, high * 0.85),
                ],
                segments=16,
            ),
        )
        if dice.chance(0.4):
            draft.add("pot", revolve([(radius * 1.1, high * 0.85), (radius * 1.1, high)], segments=16, closed=False))
    return {"tapered": "a tapered pot", "straight": "a straight pot", "bulging": "a round pot", "square": "a square pot"}[kind]


def _foliage(dice: Dice, draft: Draft, level: float, high: float) -> str:
    """Adds stems and leaves growing from ``level``; returns words for the habit."""
    kind, rng = dice.pick("bushy", "palm", "sword", "stalk", "cactus", "ball"), dice.rng
    if kind == "bushy":
        count, spread = dice.integer(25, 80), high * dice.uniform(0.5, 1.1)
        ends = rng.normal(size=(count, 3)) * np.array([spread * 0.45, high * 0.2, spread * 0.45]) + np.array([0, level + high * 0.6, 0])
        draft.add("stem", sticks(np.tile([0, level, 0], (count // 3, 1)), ends[: count // 3], 0.012, 0.006, 3))
        draft.add("leaf", leaves(dice, count, ends, dice.uniform(0.12, 0.3), dice.uniform(0.06, 0.16), 0.05, (-0.5, 1.2)))
    elif kind in ("palm", "sword"):
        count = dice.integer(8, 22)
        trunk = high * dice.uniform(0.0, 0.5) if kind == "palm" else 0.0
        if trunk > 0.1:
            draft.add("stem", rod((0, level, 0), (0, level + trunk, 0), 0.04))
        low, up = (0.2, 1.2) if kind == "palm" else (0.9, 1.5)
        base = np.array([(0.0, level + trunk, 0.0)])
        draft.add(
            "leaf",
            leaves(dice, count, base, high * 0.9, high * dice.uniform(0.08, 0.22), high * (0.5 if kind == "palm" else 0.05), (low, up)),
        )
    elif kind == "stalk":
        stem = np.column_stack([np.zeros(8), np.linspace(level, level + high, 8), np.zeros(8)])
        draft.add("stem", tube(stem, 0.025, 6))
        draft.add(
            "leaf",
            leaves(dice, dice.integer(6, 24), stem[2:], high * dice.uniform(0.25, 0.45), high * dice.uniform(0.08, 0.2), 0.1, (-0.3, 0.8)),
        )
    elif kind == "cactus":
        draft.add("stem", ellipsoid((high * 0.2, high * 0.5, high * 0.2), (0, level + high * 0.45, 0), 10))
        for s in (-1, 1)[: dice.integer(0, 2)]:
            y = level + high * dice.uniform(0.3, 0.5)
            draft.add("stem", tube([(0, y, 0), (s * high * 0.35, y, 0), (s * high * 0.35, y + high * 0.35, 0)], high * 0.08, 7))
    else:
        draft.add("stem", rod((0, level, 0), (0, level + high * 0.5, 0), 0.03))
        draft.add("leaf", leaves(dice, 70, _ball(dice, 70, high * 0.3) + np.array([0, level + high * 0.7, 0]), 0.15, 0.1, 0.0, (-1, 1)))
    return {
        "bushy": "bushy leaves",
        "palm": "arching fronds",
        "sword": "upright sword leaves",
        "stalk": "leaves along a stalk",
        "cactus": "a thick cactus stem",
        "ball": "a round crown",
    }[kind]


def _ball(dice: Dice, count: int, radius: float) -> NDArray[np.float64]:
    way = dice.rng.normal(size=(count, 3))
    ball: NDArray[np.float64] = way / np.linalg.norm(way, axis=1, keepdims=True) * radius * dice.rng.random((count, 1)) ** 0.4
    return ball


@POTTED.style("pot", 3.0)
def _potted(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.15, 0.4), dice.uniform(0.25, 0.6)
    pot = _pot(dice, draft, radius, high)
    words = _foliage(dice, draft, high * 0.85, dice.uniform(0.6, 1.6))
    return describe("potted plant", [], [words, pot])


@PLANT.style("free")
def _free(dice: Dice, draft: Draft) -> str:
    words = _foliage(dice, draft, 0.0, dice.uniform(0.7, 1.2))
    if dice.chance(0.4):
        words += ", " + _foliage(dice, draft, 0.0, dice.uniform(0.5, 1.0))
    return describe("plant", [], [words])


@PLANT.style("vase", 0.7)
def _in_vase(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.1, 0.2), dice.uniform(0.15, 0.35)
    _pot(dice, draft, radius, high)
    words = _foliage(dice, draft, high * 0.85, dice.uniform(0.8, 1.3))
    return describe("plant", ["tall"], [words, "a small pot"])


@POT.style("pot")
def _flower_pot(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.3, 0.5), dice.uniform(0.35, 0.7)
    pot = _pot(dice, draft, radius, high)
    if dice.chance(0.6):
        words = _foliage(dice, draft, high * 0.8, dice.uniform(0.3, 0.7))
        return describe("flower pot", [], [words, pot])
    return describe("flower pot", ["empty"], ["a tapering body" if "tapered" in pot else "an open top"])


def _grow(
    dice: Dice, levels: int, trunk: float, radius: float, forks: tuple[int, int], spread: float
) -> tuple[list[Triangles], NDArray[np.float64]]:
    """Branches that fork ``levels`` times; returns the rods of every level and the ends of the last."""
    rng, starts = dice.rng, np.zeros((1, 3))
    heading = np.array([[0.0, 1.0, 0.0]])
    rods, length = [], trunk
    for _ in range(levels):
        ends = starts + heading * length * rng.uniform(0.75, 1.2, (len(starts), 1))
        rods.append(sticks(starts, ends, radius, radius * 0.65, 6 if len(starts) < 4 else 4))
        count = dice.integer(*forks)
        heading = np.repeat(heading, count, 0) + rng.normal(size=(len(ends) * count, 3)) * spread
        heading[:, 1] += 0.15
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        starts = np.repeat(ends, count, 0)
        length, radius = length * dice.uniform(0.6, 0.8), radius * 0.6
    return rods, starts


@TREE.style("branching", 2.5)
def _branching(dice: Dice, draft: Draft) -> str:
    bare = dice.chance(0.35)
    rods, tips = _grow(dice, dice.integer(4, 5), dice.uniform(0.35, 0.8), dice.uniform(0.03, 0.09), (2, 4), dice.uniform(0.35, 0.7))
    draft.add("trunk", rods[0])
    draft.add("branch", *rods[1:])
    if not bare:
        draft.add("leaf", leaves(dice, dice.integer(100, 300), tips, dice.uniform(0.12, 0.32), dice.uniform(0.08, 0.2), 0.0, (-1, 1)))
    return describe("tree", ["bare" if bare else "leafy"], ["forking branches"])


@TREE.style("crown", 1.5)
def _crown(dice: Dice, draft: Draft) -> str:
    trunk, wide, tall = dice.uniform(0.3, 1.0), dice.uniform(0.4, 0.8), dice.uniform(0.5, 1.2)
    draft.add("trunk", cone(dice.uniform(0.05, 0.12), 0.04, trunk + tall * 0.4, (0, 0, 0), 8))
    middle = np.array([0, trunk + tall * 0.5, 0])
    if dice.chance(0.4):
        for _ in range(dice.integer(3, 8)):
            size = dice.uniform(0.25, 0.5)
            draft.add(
                "leaf",
                ellipsoid(
                    (size * wide, size * tall * 0.8, size * wide), middle + _ball(dice, 1, 0.5)[0] * np.array([wide, tall, wide]), 10
                ),
            )
        return describe("tree", [], ["a lumpy round crown"])
    cloud = _ball(dice, 160, 1.0) * np.array([wide, tall * 0.5, wide]) + middle
    draft.add("branch", sticks(np.tile([0, trunk * 0.9, 0], (20, 1)), cloud[:20], 0.02, 0.008, 3))
    draft.add("leaf", leaves(dice, 160, cloud, dice.uniform(0.1, 0.25), dice.uniform(0.08, 0.2), 0.0, (-1, 1)))
    return describe("tree", [size_word(trunk, 0.45, 0.8, "low", "tall")], ["a leafy crown"])


@TREE.style("conifer", 1.2)
def _conifer(dice: Dice, draft: Draft) -> str:
    high, wide, bottom = dice.uniform(1.4, 2.4), dice.uniform(0.35, 0.7), dice.uniform(0.1, 0.4)
    draft.add("trunk", cone(dice.uniform(0.04, 0.09), 0.01, high, (0, 0, 0), 8))
    layered = dice.chance(0.5)
    if layered:
        layers = dice.integer(1, 6)
        for k in range(layers):
            base = bottom + (high - bottom) * k / layers
            draft.add("leaf", cone(wide * (1 - 0.85 * k / layers), 0.0, (high - bottom) / layers * 1.5, (0, base, 0), 12))
    else:
        levels = dice.rng.uniform(bottom, high * 0.97, 110)
        angle = dice.rng.random(110) * 2 * np.pi
        reach = wide * (1 - (levels - bottom) / (high - bottom)) + 0.03
        starts = np.column_stack([np.zeros(110), levels, np.zeros(110)])
        ends = starts + np.column_stack([np.cos(angle) * reach, -reach * dice.uniform(0, 0.5), np.sin(angle) * reach])
        draft.add("branch", sticks(starts, ends, 0.03, 0.02, 4))
        draft.add("leaf", leaves(dice, 150, np.concatenate([ends, (starts + ends) / 2]), 0.15, 0.05, 0.05, (-0.5, 0.3)))
    return describe("tree", ["conifer"], ["a cone-shaped crown" if layered else "drooping branches"])


@TREE.style("palm", 0.8)
def _palm(dice: Dice, draft: Draft) -> str:
    high, lean = dice.uniform(1.2, 2.4), dice.uniform(-0.4, 0.4)
    trunk = bezier([(0, 0, 0), (0, high * 0.5, 0), (lean, high, 0)], 8)
    draft.add("trunk", tube(trunk, np.linspace(0.09, 0.05, 8), 7))
    draft.add(
        "leaf",
        leaves(
            dice, dice.integer(8, 18), trunk[-1:], dice.uniform(0.6, 0.9), dice.uniform(0.12, 0.25), dice.uniform(0.3, 0.6), (-0.2, 0.8)
        ),
    )
    return describe("tree", ["palm"], ["a bare trunk", "arching fronds"])


@POTTED.style("cactus", 0.5)
def _cactus(dice: Dice, draft: Draft) -> str:
    radius, high = dice.uniform(0.15, 0.3), dice.uniform(0.2, 0.35)
    pot, kind = _pot(dice, draft, radius, high), dice.pick("ball", "column")
    level = high * 0.85
    if kind == "ball":
        size = radius * dice.uniform(0.8, 1.2)
        draft.add("leaf", ellipsoid((size, size * dice.uniform(0.8, 1.3), size), (0, level + size * 0.7, 0), 16))
    else:
        tall, thick = dice.uniform(0.5, 1.1), radius * dice.uniform(0.3, 0.5)
        draft.add("stem", tube([(0, level, 0), (0, level + tall, 0), (0, level + tall + thick * 0.6, 0)], [thick, thick, thick * 0.3], 10))
        for s in (-1, 1)[: dice.integer(0, 2)]:
            y, out = level + tall * dice.uniform(0.3, 0.6), thick * dice.uniform(2.0, 2.8)
            arm = [(0, y, 0), (s * out * 0.8, y, 0), (s * out, y + 0.06, 0), (s * out, y + tall * dice.uniform(0.2, 0.45), 0)]
            draft.add("leaf", tube(arm, thick * 0.6, 8))
    return describe("potted plant", ["cactus"], ["a round body" if kind == "ball" else "a thick stem", pot])


@POT.style("box", 0.5)
def _flower_box(dice: Dice, draft: Draft) -> str:
    width, high, depth = dice.uniform(0.6, 1.2), dice.uniform(0.18, 0.35), dice.uniform(0.2, 0.35)
    draft.add(
        "pot",
        slab((-width / 2, 0, -depth / 2), (width / 2, high, -depth / 2 + 0.02)),
        slab((-width / 2, 0, depth / 2 - 0.02), (width / 2, high, depth / 2)),
    )
    draft.add("pot", *[slab((s * width / 2 - 0.01, 0, -depth / 2), (s * width / 2 + 0.01, high, depth / 2)) for s in (-1, 1)])
    draft.add("pot", slab((-width / 2, high * 0.8, -depth / 2), (width / 2, high * 0.82, depth / 2)))
    planted = dice.chance(0.6)
    for x in np.linspace(-0.4, 0.4, dice.integer(3, 6)) * width if planted else ():
        tall = dice.uniform(0.1, 0.3)
        draft.add("stem", rod((x, high * 0.8, 0), (x, high + tall, 0), 0.008, segments=4))
        draft.add("leaf", ellipsoid((0.06, 0.05, 0.06), (x, high + tall, 0), 8))
    return describe("flower pot", ["long", "box-shaped"], ["a row of flowers" if planted else "an open top"])
