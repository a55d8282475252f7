"""Animals."""

import numpy as np

from recon_model.data.synthetic.primitives import Triangles, bezier, cone, ellipsoid, hull, mirror, ribbon, rod, tube, turn, wing
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

CAT = category("cat", "body head leg tail ear")
DOG = category("dog", "body head leg tail ear")
HORSE = category("horse", "body head leg tail ear")
BIRD = category("bird", "body head wing tail beak leg")
FISH = category("fish", "body tail fin")
SPIDER = category("spider", "body head leg")


def _legs(dice: Dice, draft: Draft, half: float, height: float, thick: float, places: tuple[float, float], stride: float) -> None:
    """Four legs with a knee under the body at the two places along z."""
    for z in places:
        for s in (-1, 1):
            swing = dice.uniform(-stride, stride)
            back = -0.12 if z < 0 else 0.03
            path = [
                (s * half, height * 1.1, z),
                (s * half, height * 0.5, z + back * height + swing * 0.5),
                (s * half, thick * 0.6, z + swing),
            ]
            draft.add(
                "leg",
                tube(path, [thick * 1.5, thick, thick * 0.8], 7),
                ellipsoid((thick, thick * 0.7, thick * 1.5), (s * half, thick * 0.6, z + swing + thick * 0.6), 6),
            )


def _quadruped(dice: Dice, draft: Draft, plan: dict[str, float]) -> None:
    """Body, neck, head with snout and ears, legs and tail; lengths in shares of the body length."""
    half, height, neck, snout = plan["half"], plan["height"], plan["neck"], plan["snout"]
    level = height + half
    waist = dice.uniform(0.7, 1.0)
    draft.add(
        "body",
        hull(
            [
                (0.55, level + 0.02, half * 0.4, half * 0.45),
                (0.42, level, half * 0.95, half * 1.05),
                (0.0, level, half * waist, half * waist),
                (-0.4, level, half * 0.9, half),
                (-0.55, level + 0.03, half * 0.3, half * 0.4),
            ]
        ),
    )
    lift = dice.uniform(0.2, 0.9)
    head = np.array([0, level + neck * lift, 0.5 + neck * (1.1 - lift)])
    draft.add("body", rod((0, level, 0.4), head, half * 0.75, plan["head"] * 0.75))
    draft.add("head", ellipsoid((plan["head"] * 0.9, plan["head"], plan["head"] * 1.1), head, 10))
    nose = head + np.array([0, -plan["head"] * 0.3, plan["head"] * 0.7 + snout])
    draft.add("head", rod(head, nose, plan["head"] * 0.6, plan["head"] * 0.35))
    ear = cone(plan["head"] * 0.35, 0.0, plan["head"] * plan["ear"], head + np.array([plan["head"] * 0.55, plan["head"] * 0.6, -0.02]), 6)
    draft.add("ear", mirror(ear))
    _legs(dice, draft, half * 0.6, height, plan["leg"], (0.38, -0.42), 0.12)
    length, curl = plan["tail"], dice.uniform(-0.6, 1.0)
    path = bezier(
        [
            (0, level + 0.05, -0.5),
            (0, level + 0.05, -0.5 - length * 0.5),
            (0, level + curl * length * 0.5, -0.5 - length * 0.7),
            (0, level + curl * length, -0.5 - length * 0.5),
        ],
        7,
    )
    draft.add("tail", tube(path, np.linspace(plan["brush"], plan["brush"] * 0.6, 7), 6))


@CAT.style("standing", 2.0)
def _cat(dice: Dice, draft: Draft) -> str:
    plan = {
        "half": dice.uniform(0.12, 0.2),
        "height": dice.uniform(0.22, 0.4),
        "neck": dice.uniform(0.12, 0.22),
        "snout": 0.03,
        "head": dice.uniform(0.11, 0.16),
        "ear": dice.uniform(0.4, 0.9),
        "leg": dice.uniform(0.035, 0.06),
        "tail": dice.uniform(0.35, 0.7),
        "brush": dice.uniform(0.02, 0.04),
    }
    _quadruped(dice, draft, plan)
    return describe("cat", ["standing"], ["a long tail", "pointed ears"])


@CAT.style("sitting", 0.8)
def _sitting_cat(dice: Dice, draft: Draft) -> str:
    half, high = dice.uniform(0.16, 0.22), dice.uniform(0.42, 0.55)
    draft.add("body", tube([(0, 0.14, -0.12), (0, high * 0.5, -0.06), (0, high, 0.06)], [half, half * 0.85, half * 0.5], 10))
    head, size = np.array([0, high + 0.13, 0.1]), dice.uniform(0.11, 0.14)
    draft.add("head", ellipsoid((size, size * 0.9, size), head, 10), ellipsoid((0.05, 0.04, 0.05), head + np.array([0, -0.04, size]), 6))
    draft.add("ear", mirror(cone(0.05, 0.0, 0.1, head + np.array([0.07, 0.07, 0]), 6)))
    draft.add(
        "leg",
        mirror(rod((0.07, high * 0.7, 0.1), (0.07, 0.02, 0.17), 0.045)),
        mirror(ellipsoid((0.07, 0.09, 0.16), (half * 0.8, 0.09, -0.02), 8)),
    )
    draft.add("tail", tube(bezier([(0, 0.05, -0.25), (0.3, 0.03, -0.4), (0.4, 0.03, 0.0), (0.2, 0.03, 0.15)], 8), 0.03, 6))
    return describe("cat", ["sitting"], ["its tail curled around"])


@DOG.style("standing")
def _dog(dice: Dice, draft: Draft) -> str:
    plan = {
        "half": dice.uniform(0.14, 0.22),
        "height": dice.uniform(0.25, 0.5),
        "neck": dice.uniform(0.18, 0.35),
        "snout": dice.uniform(0.08, 0.2),
        "head": dice.uniform(0.1, 0.15),
        "ear": dice.uniform(0.4, 1.2),
        "leg": dice.uniform(0.04, 0.06),
        "tail": dice.uniform(0.15, 0.45),
        "brush": dice.uniform(0.02, 0.05),
    }
    _quadruped(dice, draft, plan)
    return describe("dog", [size_word(plan["height"], 0.3, 0.42, "short-legged", "long-legged")], ["a long snout"])


@HORSE.style("standing")
def _horse(dice: Dice, draft: Draft) -> str:
    plan = {
        "half": dice.uniform(0.16, 0.22),
        "height": dice.uniform(0.5, 0.7),
        "neck": dice.uniform(0.45, 0.65),
        "snout": dice.uniform(0.2, 0.3),
        "head": dice.uniform(0.09, 0.12),
        "ear": 0.7,
        "leg": dice.uniform(0.035, 0.055),
        "tail": dice.uniform(0.35, 0.55),
        "brush": dice.uniform(0.03, 0.06),
    }
    _quadruped(dice, draft, plan)
    return describe("horse", ["standing"], ["long legs", "a long neck"])


@BIRD.style("perching", 2.0)
def _perching(dice: Dice, draft: Draft) -> str:
    half, long, rise = dice.uniform(0.28, 0.42), dice.uniform(0.5, 0.75), dice.uniform(0.1, 0.4)
    duck = dice.chance(0.6)
    draft.add(
        "body",
        hull(
            [
                (long * 0.8, rise * 0.6, half * 0.3, half * 0.35),
                (long * 0.5, rise * 0.3, half * 0.8, half * 0.85),
                (0, 0, half, half),
                (-long * 0.6, 0.05, half * 0.7, half * 0.6),
                (-long, 0.18, half * 0.2, half * 0.12),
            ]
        ),
    )
    size = half * dice.uniform(0.45, 0.8)
    head = np.array([0, rise + half * dice.uniform(0.8, 1.2), long * dice.uniform(0.55, 0.9)])
    draft.add("head", rod((0, rise * 0.3, long * 0.5), head, half * 0.6, size * 0.7), ellipsoid((size * 0.9, size, size), head, 10))
    tip = head + np.array([0, -size * 0.1, size * dice.uniform(1.5, 2.2)])
    draft.add(
        "beak",
        ellipsoid((size * 0.45, size * 0.15, size * 0.7), tip - np.array([0, 0, size * 0.4]), 6)
        if duck
        else rod(head, tip, size * 0.4, 0.01),
    )
    draft.add("wing", mirror(ellipsoid((half * 0.15, half * 0.55, long * 0.6), (half * 0.92, 0.08, -long * 0.15), 8)))
    draft.add("tail", wing((0, 0.12, -long * 0.7), (0.12, 0.2, -long * 0.9), long * 0.5, long * 0.5, 0.05))
    if not duck or dice.chance(0.2):
        draft.add(
            "leg",
            mirror(rod((0.1, -half * 0.8, 0), (0.1, -half * 1.5, 0.05), 0.025)),
            mirror(ellipsoid((0.06, 0.02, 0.1), (0.1, -half * 1.5, 0.08), 6)),
        )
    return describe("bird", ["swimming" if duck else "perching"], ["a broad bill" if duck else "a pointed beak", "folded wings"])


@BIRD.style("flying")
def _flying(dice: Dice, draft: Draft) -> str:
    half, span = dice.uniform(0.1, 0.16), dice.uniform(0.8, 1.4)
    draft.add("body", hull([(0.5, 0, 0.03, 0.03), (0.3, 0, half, half), (-0.2, 0, half * 0.8, half * 0.8), (-0.5, 0, 0.03, 0.02)]))
    draft.add("head", ellipsoid((half * 0.7, half * 0.7, half * 0.8), (0, 0.05, 0.48), 8))
    draft.add("beak", rod((0, 0.05, 0.5), (0, 0.03, 0.72), half * 0.3, 0.01))
    elbow, lift = span * 0.5, dice.uniform(-0.1, 0.5)
    draft.add(
        "wing",
        mirror(wing((0, 0, 0.25), (elbow, lift * elbow, 0.3), 0.4, 0.35, 0.03)),
        mirror(wing((elbow, lift * elbow, 0.3), (span, lift * elbow * dice.uniform(0.2, 1.6), 0.0), 0.35, 0.1, 0.02)),
    )
    draft.add("tail", ribbon([(-0.02, 0), (-0.15, -0.4)], [(0.02, 0), (0.15, -0.4)], 0.02)[..., [0, 2, 1]] + np.array([0, 0, -0.4]))
    return describe("bird", ["flying"], ["spread wings"])


@FISH.style("plain", 2.0)
def _fish(dice: Dice, draft: Draft) -> str:
    kind = dice.pick("fish", "dolphin", "shark", "flat")
    deep = {
        "fish": dice.uniform(0.16, 0.3),
        "dolphin": dice.uniform(0.13, 0.2),
        "shark": dice.uniform(0.1, 0.16),
        "flat": dice.uniform(0.3, 0.42),
    }[kind]
    half = deep * {"fish": 0.5, "dolphin": 0.9, "shark": 0.85, "flat": 0.25}[kind]
    bend = dice.uniform(-0.25, 0.25)
    zs = np.array([1.0, 0.85, 0.5, 0.1, -0.35, -0.75, -0.9])
    thick = np.array([0.06, 0.45, 0.9, 1.0, 0.7, 0.25, 0.14])
    arch = -abs(bend) * zs**2 if kind == "dolphin" else 0 * zs
    draft.add("body", hull(np.column_stack([zs, arch, thick * half, thick * deep])))
    if kind == "dolphin":
        draft.add("body", rod((0, arch[1] - 0.02, 0.8), (0, arch[0] - 0.05, 1.15), deep * 0.35, deep * 0.15))
    spread, z, y = dice.uniform(0.18, 0.38), -0.8, arch[-1]
    upper, lower = (spread, 0.12), (spread * (0.6 if kind == "shark" else 1.0), -0.0)
    fluke = np.concatenate(
        [
            wing((0, y, z), (0.001, y + upper[0], z - 0.25), 0.12, 0.1, 0.03),
            wing((0, y, z), (0.001, y - lower[0], z - 0.25), 0.12, 0.1, 0.03),
        ]
    )
    draft.add("tail", turn(fluke, "z", 90, (0, y, z)) if kind == "dolphin" else fluke)
    height = deep * (0.9 if kind != "flat" else 0.8)
    draft.add("fin", wing((0, height * 0.9, 0.3), (0.001, height + dice.uniform(0.1, 0.25), -0.02), dice.uniform(0.25, 0.6), 0.1, 0.02))
    draft.add("fin", mirror(wing((half * 0.7, -deep * 0.4, 0.5), (half + dice.uniform(0.12, 0.3), -deep * 0.9, 0.3), 0.2, 0.08, 0.02)))
    if dice.chance(0.5):
        draft.add("fin", wing((0, -deep * 0.6, -0.2), (0.001, -deep * 1.2, -0.4), 0.25, 0.1, 0.02))
    draft.pose(dice, 0.75, ("x", 90), ("x", -90), ("z", 90))
    return describe(
        "fish",
        [{"fish": "", "dolphin": "dolphin-like", "shark": "shark-like", "flat": "deep flat"}[kind]],
        ["a back fin", "a level tail" if kind == "dolphin" else "an upright tail"],
    )


@FISH.style("billed", 0.4)
def _billed(dice: Dice, draft: Draft) -> str:
    """A swordfish or a sailfish: a spear before, a crescent behind."""
    deep, sail = dice.uniform(0.11, 0.17), dice.chance(0.4)
    draft.add(
        "body", hull([(z, 0, r * deep * 0.75, r * deep) for z, r in ((0.9, 0.1), (0.7, 0.7), (0.3, 1.0), (-0.3, 0.75), (-0.95, 0.12))])
    )
    draft.add("body", rod((0, 0, 0.8), (0, 0, dice.uniform(1.2, 1.7)), deep * 0.3, 0.01))
    spread = dice.uniform(0.3, 0.45)
    for s in (-1, 1):
        draft.add("tail", wing((0, 0, -0.85), (0.001, s * spread, -1.1 - dice.uniform(0, 0.15)), 0.14, 0.04, 0.02))
        draft.add("fin", wing((s * deep * 0.5, -deep * 0.5, 0.45), (s * dice.uniform(0.25, 0.4), -deep * 1.3, 0.15), 0.15, 0.04, 0.02))
    high = dice.uniform(0.3, 0.5) if sail else dice.uniform(0.15, 0.3)
    draft.add("fin", wing((0, deep * 0.7, 0.5), (0.001, deep + high, 0.25), 1.1 if sail else 0.25, 0.85 if sail else 0.06, 0.02))
    draft.add("fin", wing((0, -deep * 0.5, -0.5), (0.001, -deep * 1.4, -0.65), 0.15, 0.05, 0.02))
    draft.pose(dice, 0.75, ("x", 90), ("x", -90), ("z", 90))
    return describe("fish", ["slender"], ["a long bill", "a sail on its back" if sail else "a back fin", "a crescent tail"])


@FISH.style("ray", 0.4)
def _ray(dice: Dice, draft: Draft) -> str:
    """Flat, with two wings for fins and a whip for a tail."""
    span, lift, thick = dice.uniform(0.7, 1.3), dice.uniform(-0.2, 0.35), dice.uniform(0.07, 0.13)
    draft.add("body", hull([(0.55, 0, 0.12, 0.02), (0.35, 0, 0.25, thick * 0.9), (-0.1, 0, 0.24, thick), (-0.6, 0, 0.05, 0.03)]))
    draft.add("fin", mirror(wing((0.1, 0, 0.45), (span, lift * span, dice.uniform(-0.3, 0.0)), dice.uniform(0.8, 1.0), 0.05, thick)))
    bend = dice.uniform(-0.5, 0.5)
    tail = bezier([(0, 0, -0.5), (0, 0.03, -0.9), (bend * 0.5, 0.05, -1.3), (bend, 0, -dice.uniform(1.2, 2.0))], 8)
    draft.add("tail", tube(tail, np.linspace(0.035, 0.008, 8), 5))
    if dice.chance(0.4):
        draft.add("fin", mirror(ellipsoid((0.04, 0.02, 0.14), (0.13, 0, 0.6), 6)))
    draft.pose(dice, 0.85, ("x", 90), ("x", -90), ("z", 90))
    return describe("fish", ["flat"], ["two broad wings", "a whip of a tail"])


def _bent_leg(start: Triangles, angle: float, reach: float, knee: float, thick: float) -> Triangles:
    out = np.array([np.cos(angle), 0.0, np.sin(angle)])
    points = [
        start,
        start + out * reach * 0.35 + np.array([0, knee, 0]),
        start + out * reach * 0.7 + np.array([0, knee * 0.3, 0]),
        start + out * reach + np.array([0, -0.3, 0]),
    ]
    return tube(bezier(points, 7), np.linspace(thick, thick * 0.4, 7), 5)


@SPIDER.style("spread")
def _spider(dice: Dice, draft: Draft) -> str:
    fat, reach, knee = dice.uniform(0.16, 0.36), dice.uniform(0.7, 1.2), dice.uniform(0.2, 0.9)
    draft.add("body", ellipsoid((fat * 0.8, fat * 0.7, fat), (0, 0.05, -fat * 0.9), 12))
    draft.add("head", ellipsoid((fat * 0.5, fat * 0.4, fat * 0.55), (0, 0, fat * 0.3), 10))
    thick = dice.uniform(0.02, 0.05)
    for angle in np.deg2rad([60, 25, -12, -50]):
        for s in (0, 1):
            a = angle + dice.uniform(-0.15, 0.15)
            a = np.pi - a if s else a
            start = np.array([np.cos(a) * fat * 0.4, 0.0, fat * 0.3 + np.sin(a) * fat * 0.4])
            draft.add("leg", _bent_leg(start, a, reach * dice.uniform(0.85, 1.1), knee, thick))
    if dice.chance(0.5):
        draft.add("head", mirror(rod((0.06, 0, fat * 0.7), (0.1, -0.05, fat * 1.1), 0.025)))
    return describe("spider", ["fat" if fat > 0.28 else ""], ["eight bent legs"])


@DOG.style("sitting", 0.8)
def _sitting_dog(dice: Dice, draft: Draft) -> str:
    half, high, head = dice.uniform(0.14, 0.2), dice.uniform(0.5, 0.75), dice.uniform(0.12, 0.16)
    shoulder, rump = np.array([0.0, high, 0.12]), np.array([0.0, half * 1.1, -0.25])
    draft.add("body", tube(bezier([rump, rump + np.array([0, 0.2, -0.05]), shoulder], 8), np.linspace(half * 1.3, half * 0.9, 8), 10))
    draft.add("body", ellipsoid((half * 1.1, half * 1.1, half * 1.2), rump, 10))
    top = shoulder + np.array([0, dice.uniform(0.16, 0.26), 0.08])
    nose = top + np.array([0, -0.03, head + dice.uniform(0.08, 0.2)])
    draft.add("body", rod(shoulder, top, half * 0.75, head * 0.8))
    draft.add("head", ellipsoid((head * 0.9, head, head * 1.1), top, 10), rod(top, nose, head * 0.6, head * 0.35))
    ear = dice.pick("upright", "hanging")
    tip = np.array([head * 1.1, head * (1.6 if ear == "upright" else -0.9), 0.0])
    draft.add("ear", mirror(rod(top + np.array([head * 0.6, head * 0.6, 0]), top + tip, head * 0.35, head * 0.1)))
    thick = dice.uniform(0.04, 0.06)
    draft.add(
        "leg",
        mirror(tube([shoulder + np.array([half * 0.6, -0.05, 0.05]), (half * 0.6, high * 0.4, 0.2), (half * 0.6, 0.03, 0.2)], thick, 7)),
    )
    draft.add(
        "leg", mirror(tube([rump + np.array([half, 0.05, 0]), (half * 1.3, half * 1.3, 0.05), (half * 1.3, 0.05, 0.12)], thick * 1.2, 7))
    )
    draft.add("leg", mirror(ellipsoid((thick, thick * 0.7, thick * 1.6), (half * 0.6, 0.03, 0.24), 6)))
    tail = bezier([rump - np.array([0, 0.05, 0.15]), (0.1, 0.02, -0.55), (dice.uniform(-0.3, 0.3), dice.uniform(0.02, 0.35), -0.7)], 7)
    draft.add("tail", tube(tail, 0.035, 6))
    return describe("dog", ["sitting"], [f"{ear} ears", "a long snout"])


@HORSE.style("grazing", 0.5)
def _grazing(dice: Dice, draft: Draft) -> str:
    half, height, thick = dice.uniform(0.16, 0.21), dice.uniform(0.5, 0.68), dice.uniform(0.035, 0.05)
    level = height + half
    ends = [(0.55, level, half * 0.5, half * 0.6), (0.4, level, half * 0.95, half), (0.0, level - 0.02, half * 0.9, half * 0.95)]
    draft.add("body", hull([*ends, (-0.42, level + 0.02, half, half), (-0.58, level, half * 0.35, half * 0.45)]))
    reach = dice.uniform(0.35, 0.5)
    head = np.array([0.0, dice.uniform(0.2, 0.45) * level, 0.55 + reach])
    draft.add("body", rod((0, level, 0.45), head, half * 0.75, 0.09))
    nose = head + np.array([0, -0.2, 0.06])
    draft.add("head", ellipsoid((0.08, 0.1, 0.1), head, 10), rod(head, nose, 0.07, 0.05))
    draft.add("ear", mirror(cone(0.03, 0.0, 0.09, head + np.array([0.05, 0.07, -0.03]), 6)))
    _legs(dice, draft, half * 0.6, height, thick, (0.38, -0.42), 0.1)
    draft.add(
        "tail", tube(bezier([(0, level + 0.05, -0.55), (0, level, -0.75), (0, level - 0.45, -0.7)], 7), np.linspace(0.03, 0.05, 7), 6)
    )
    return describe("horse", ["grazing"], ["its head to the ground", "long legs"])


@SPIDER.style("crouching", 0.6)
def _crouching(dice: Dice, draft: Draft) -> str:
    """Thin legs with high knees around a small body, as of a harvestman, or all legs drawn in."""
    fat, drawn = dice.uniform(0.1, 0.2), dice.chance(0.4)
    draft.add("body", ellipsoid((fat, fat * 0.9, fat * dice.uniform(1.1, 1.8)), (0, 0.05, -fat), 12))
    draft.add("head", ellipsoid((fat * 0.6, fat * 0.5, fat * 0.6), (0, 0.02, fat * 0.4), 10))
    reach, knee, thick = dice.uniform(0.3, 0.5) if drawn else dice.uniform(1.0, 1.5), dice.uniform(0.5, 1.2), dice.uniform(0.012, 0.025)
    for angle in np.linspace(-65, 65, 4):
        for s in (-1, 1):
            a = np.deg2rad(angle + dice.uniform(-8, 8))
            out = np.array([s * np.cos(a), 0.0, np.sin(a)])
            start = out * fat * 0.7 + np.array([0, 0.02, 0])
            joint, foot = start + out * reach * 0.45 + np.array([0, knee * 0.5, 0]), start + out * reach + np.array([0, -0.25, 0])
            draft.add("leg", rod(start, joint, thick, thick * 0.8, 5), rod(joint, foot, thick * 0.8, thick * 0.4, 5))
    return describe("spider", ["small"], ["legs drawn in" if drawn else "long thin legs", "high knees"])
