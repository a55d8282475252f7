"""Machine parts and workshop tools."""

import numpy as np
from numpy.typing import NDArray

from recon_model.data.synthetic.primitives import (
    Triangles,
    arc,
    around,
    bezier,
    circle,
    cylinder,
    hull,
    loft,
    revolve,
    ribbon,
    rings_of,
    rod,
    rounded_box,
    slab,
    superellipse,
    surface,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, Draft, category, describe, size_word

GEAR = category("gear", "teeth body hub spokes shaft")
BOLT = category("bolt", "head shank nut")
SPRING = category("spring", "coil hook")
PIPE = category("pipe", "wall branch flange collar")
PROPELLER = category("propeller", "blade hub shaft")
DRILL = category("drill", "body grip chuck bit battery trigger cord")
PLIERS = category("pliers", "jaw handle pivot")
SAW = category("saw", "blade handle frame cord")

_PIPE = 0.25  # radius of every pipe
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def _lay_wheel(dice: Dice, draft: Draft) -> None:
    """What is round about z lies flat as often as not."""
    if dice.chance(0.5):
        draft.change(_up)
    else:
        draft.lay(dice, 0.45)


def _up(triangles: Triangles) -> Triangles:
    """What was drawn about z, about y."""
    return turn(triangles, "x", -90)


def _plate(outer: NDArray[np.float64], inner: NDArray[np.float64], low: float, high: float, closed: bool = True) -> Triangles:
    """A plate along z between two outlines (n, 2) in (x, y); unless ``closed``, the wall along ``inner`` stays open."""
    rings = np.empty((5, len(outer), 3))
    rings[[0, 3, 4], :, :2], rings[[1, 2], :, :2] = inner, outer
    rings[[0, 1, 4], :, 2], rings[[2, 3], :, 2] = low, high
    return loft(rings if closed else rings[:4], bottom=False, top=False)


def _round(radius: float, low: float, high: float, bore: float = 0.0, segments: int = 18) -> Triangles:
    """A disc, a washer or a sleeve about z."""
    return _plate(circle(segments) * radius, circle(segments) * bore, low, high)


def _teeth(dice: Dice, count: int, deep: float = 1.0) -> NDArray[np.float64]:
    """Outline of a spur gear of pitch radius 1: teeth reach one module out and 1.25 modules in."""
    module, slope, land = 2.0 / count * deep, dice.uniform(0.06, 0.2), dice.uniform(0.22, 0.36)
    angles = (np.arange(count)[:, None] + np.array([0.0, slope, slope + land, 2 * slope + land])) * (2 * np.pi / count)
    radii = np.broadcast_to(1.0 + module * np.array([-1.25, 1.0, 1.0, -1.25]), angles.shape).ravel()
    return np.column_stack([radii * np.cos(angles.ravel()), radii * np.sin(angles.ravel())])


def _shrink(outline: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """The circle of a radius with corners at the same angles as the outline's."""
    return outline * (radius / np.hypot(outline[:, :1], outline[:, 1:]))


def _holed_sector(inside: float, outside: float, count: int, hole: float, half: float) -> Triangles:
    """One of ``count`` sectors of a ring, with a round hole in its middle."""
    ring, middle, deep = circle(16), (inside + outside) / 2, (outside - inside) / 2
    square = ring / np.abs(ring).max(1, keepdims=True)
    angle, radius = square[:, 1] * np.pi / count, middle + square[:, 0] * deep
    edge = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return _plate(ring * (hole * min(deep, middle * np.sin(np.pi / count))) + np.array([middle, 0]), edge, -half, half, closed=False)


@GEAR.style("spur", 3.0)
def _spur(dice: Dice, draft: Draft) -> str:
    count = dice.pick(dice.integer(8, 16), dice.integer(12, 30), dice.integer(24, 60))
    outline, half = _teeth(dice, count, dice.uniform(0.75, 1.15)), dice.pick(dice.uniform(0.03, 0.12), dice.uniform(0.1, 0.5))
    root, number, thin = float(np.hypot(*outline[0])), dice.integer(3, 6), half * dice.uniform(0.2, 1.0)
    kind = dice.pick("solid", "solid", "web", "spokes", "holes") if count > 13 else "solid"
    bore, rim = root * dice.uniform(0.1, 0.35), root * (dice.uniform(0.8, 0.92) if kind != "solid" else 0.95)
    hub, boss = bore * dice.uniform(1.4, 1.9), half + dice.pick(0.0, dice.uniform(0.05, 0.4))
    draft.add("teeth", _plate(outline, _shrink(outline, rim), -half, half, closed=kind != "solid"))
    if kind == "solid":
        draft.add("body", _plate(_shrink(outline, bore), _shrink(outline, rim), -half, half, closed=False))
    elif kind == "web":
        draft.add("body", _round(rim, -thin * 0.6, thin * 0.6, hub))
    elif kind == "holes":
        draft.add("body", around(_holed_sector(hub, rim, number, dice.uniform(0.55, 0.85), thin), number))
    else:
        wide = dice.uniform(0.3, 0.7) * hub
        draft.add("spokes", around(slab((hub * 0.9, -wide, -thin), (rim * 1.01, wide, thin)), number))
    bossed = kind != "solid" or boss > half
    draft.add("hub", *([_round(hub, -dice.pick(half, boss), boss, bore)] if bossed else []))
    draft.add("shaft", *([_round(bore, -half - dice.uniform(0.1, 1.0), half + dice.uniform(0.3, 1.0))] if dice.chance(0.15) else []))
    _lay_wheel(dice, draft)
    body = {"solid": "", "web": "a recessed web", "holes": "round holes", "spokes": f"{_COUNTS[number]} spokes"}[kind]
    teeth = size_word(count, 14, 30, "few large teeth", "many small teeth")
    return describe("gear", [size_word(half, 0.07, 0.25, "thin", "thick"), "spur"], [teeth, body, "a hub" if bossed else ""])


@GEAR.style("bevel", 0.7)
def _bevel(dice: Dice, draft: Draft) -> str:
    """Its teeth run, straight or in a spiral, down a cone that is cut off at a quarter to a half of its way."""
    outline, bore, cut = _teeth(dice, dice.integer(12, 36), 0.9), dice.uniform(0.12, 0.3), dice.uniform(0.25, 0.45)
    high, deep = cut / np.tan(np.deg2rad(dice.uniform(25, 65))), dice.uniform(0.0, 0.6)
    draft.add("teeth", _plate(outline, _shrink(outline, 0.55), 0.0, high, closed=False))
    draft.add("body", _plate(_shrink(outline, bore), _shrink(outline, 0.55), 0.0, high, closed=False))
    # The upper outline is the lower one, smaller and turned.
    angle, smaller = dice.pick(0.0, 0.0, dice.uniform(8, 20)), np.array([1 - cut, 1 - cut, 1.0])
    draft.change(lambda piece: np.where(piece[..., 2:] > high / 2, turn(piece, "z", angle) * smaller, piece))
    draft.add("hub", _round(max(bore * 1.6, dice.uniform(0.4, 0.75)), -deep, 0.01, bore))
    _lay_wheel(dice, draft)
    return describe("gear", ["bevel"], ["slanting teeth", "a hub" if deep > 0.15 else ""])


def _thread(radius: float, low: float, high: float, pitch: float, tip: float = 1.0) -> Triangles:
    """A screw thread about y; ``tip`` is the share of the radius left at its lower end."""
    rows, angles = max(int((high - low) / pitch) * 2 + 3, 4), np.linspace(0, 2 * np.pi, 13)
    y = np.clip(low + pitch * (np.arange(rows)[:, None] / 2 - 1 + angles / (2 * np.pi)), low, high)
    # A pointed end narrows over the lowest diameters only.
    narrow = np.minimum(tip + (1 - tip) * (y - low) / (4 * radius), 1.0)
    reach = narrow * (radius - np.where(np.arange(rows) % 2, 0.0, min(pitch * 0.6, radius * 0.3))[:, None])
    return surface(np.stack([reach * np.cos(angles), y, reach * np.sin(angles)], -1))


def _shank(dice: Dice, draft: Draft, radius: float, length: float) -> bool:
    """From y = 0 downwards: plain as in simple models, or threaded wholly or partly."""
    if dice.chance(0.35):
        draft.add("shank", revolve([(radius * 0.85, -length), (radius, -length + radius * 0.2), (radius, 0)], segments=dice.pick(10, 16)))
        return False
    bare = length * dice.pick(0.0, dice.uniform(0.2, 0.6))
    draft.add("shank", _thread(radius, -length, -bare, radius * dice.uniform(0.25, 0.5)), cylinder(radius * 0.8, 0.01, (0, -length, 0)))
    draft.add("shank", *([cylinder(radius * 0.97, bare, (0, -bare / 2, 0))] if bare else []))
    return True


@BOLT.style("hex", 2.5)
def _hex_bolt(dice: Dice, draft: Draft) -> str:
    radius, length = 0.2, dice.pick(dice.uniform(0.4, 1.0), dice.uniform(0.8, 2.0), dice.uniform(1.5, 3.0))
    wide, high, sides = radius * dice.uniform(1.7, 2.1), radius * dice.uniform(1.1, 1.6), dice.pick(6, 6, 6, 6, 4)
    draft.add("head", revolve([(wide, 0), (wide, high * 0.88), (wide * dice.uniform(0.8, 0.98), high)], segments=sides))
    flanged, nut = dice.chance(0.2), length > 0.7 and dice.chance(0.4)
    draft.add("head", *([revolve([(wide * 1.3, 0), (wide * 1.25, high * 0.15), (wide * 0.9, high * 0.3)])] if flanged else []))
    threaded = _shank(dice, draft, radius, length)
    if nut:
        y = -length + (length - 0.5) * dice.uniform(0.05, 0.8)
        draft.add("nut", _up(_round(wide * dice.uniform(0.95, 1.05), y, y + radius * dice.uniform(1.3, 1.8), radius, sides)))
    draft.lay(dice, 0.45)
    words = [size_word(length, 0.8, 1.7, "short", "long"), "hex" if sides == 6 else "square-headed"]
    return describe("bolt", words, ["a thread" if threaded else "a plain shank", "a flange" if flanged else "", "a nut" if nut else ""])


@BOLT.style("screw", 1.8)
def _machine_screw(dice: Dice, draft: Draft) -> str:
    """Heads for a key or a screwdriver; the drive is a hollow in the top."""
    radius, length = 0.2, dice.pick(dice.uniform(0.4, 1.0), dice.uniform(0.8, 1.8), dice.uniform(1.5, 2.8))
    kind = dice.pick("socket", "pan", "countersunk", "button")
    wide, high = {"socket": (0.3, 0.4), "pan": (0.4, 0.24), "countersunk": (0.4, 0.03), "button": (0.36, 0.22)}[kind]
    wide = wide * dice.uniform(0.92, 1.1)
    outline = {
        "socket": [(radius, 0), (wide, 0), (wide, high * 0.92), (wide * 0.93, high)],
        "pan": [(radius, 0), (wide, 0), (wide, high * 0.5), (wide * 0.75, high * 0.95), (wide * 0.5, high)],
        "countersunk": [(radius, -wide * 0.75), (wide, 0), (wide, high), (wide * 0.7, high)],
        "button": [(radius, 0), (wide, 0), (wide * 0.92, high * 0.45), (wide * 0.7, high * 0.85), (wide * 0.55, high)],
    }[kind]
    draft.add("head", revolve(outline, segments=24, closed=False))
    drive = dice.pick("hexagonal", "hexagonal", "slotted") if kind in ("socket", "button") else dice.pick("slotted", "crossed")
    top, ring, deep = outline[-1][0], circle(24), radius * dice.uniform(0.4, 0.9)
    cross, hexagon = ring * (0.2 + 0.6 * np.cos(np.pi / 6 * np.arange(24))[:, None] ** 4), np.roll(np.repeat(circle(6), 4, 0), -2, 0)
    hollow = {"hexagonal": hexagon * 0.7, "slotted": ring * np.array([0.95, 0.15]), "crossed": cross}[drive]
    draft.add("head", _up(_plate(hollow * top, ring * top, high - deep, high, closed=False)))
    pointed = kind in ("pan", "countersunk") and dice.chance(0.35)
    if pointed:
        draft.add("shank", _thread(radius, -length - radius * 2, 0.0, radius * dice.uniform(0.5, 0.9), 0.05))
    else:
        _shank(dice, draft, radius, length)
    draft.lay(dice, 0.45)
    kinds = [size_word(length, 0.8, 1.7, "short", "long"), f"{kind}-head" if kind != "countersunk" else kind]
    return describe("bolt", kinds, [f"a {drive} drive", "a pointed tip" if pointed else ""])


def _helix(turns: float, radii: NDArray[np.float64] | float, heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (n, 3) of a coil about y, evenly spaced in angle."""
    angles = np.linspace(0, 2 * np.pi * turns, len(heights))
    return np.column_stack([radii * np.cos(angles), heights, radii * np.sin(angles)])


@SPRING.style("compression", 2.5)
def _compression(dice: Dice, draft: Draft) -> str:
    turns, wire = dice.pick(dice.integer(3, 6), dice.integer(5, 10), dice.integer(8, 16)), dice.uniform(0.05, 0.2)
    gap, t = wire * dice.uniform(3.3, 5.5) + dice.uniform(0.0, 0.5), np.linspace(0, turns, turns * 14 + 1)
    # The last turn at either end is mostly closed, as in springs that are ground flat.
    closed = dice.chance(0.7) & ((t < 1) | (t > turns - 1))
    heights = np.cumsum(np.where(closed, wire * 2, gap)) / 14
    form = dice.pick("straight", "straight", "straight", "conical", "barrel", "waisted")
    s, bulge = t / turns, 1.6 * t / turns * (1 - t / turns)
    radii = {"conical": 1 - dice.uniform(0.3, 0.65) * s, "barrel": 0.6 + bulge, "waisted": 1 - bulge}.get(form, np.ones(len(s)))
    draft.add("coil", tube(_helix(turns, radii, heights), wire, dice.pick(5, 6, 8)))
    draft.lay(dice, 0.45)
    words = [size_word(float(heights[-1]), 1.6, 4.5, "short", "long"), form if form != "straight" else "coil"]
    features = [size_word(wire, 0.09, 0.14, "thin wire", "thick wire"), size_word(turns, 5, 9, "few turns", "many turns")]
    return describe("spring", words, features)


@SPRING.style("extension", 1.2)
def _extension(dice: Dice, draft: Draft) -> str:
    turns, wire, reach, neck = dice.integer(8, 24), dice.uniform(0.1, 0.25), dice.uniform(0.6, 1.0), dice.uniform(0.0, 1.2)
    step = wire * dice.pick(2.0, 2.0, dice.uniform(2.5, 4.0))
    draft.add("coil", tube(_helix(turns, 1.0, np.linspace(0, turns * step, turns * 12 + 1)), wire, 6))
    ring = arc((0, reach + neck, 0), reach, -90, dice.pick(160.0, 250.0), "xy", 14)
    hook = tube(np.concatenate([[(1.0, 0, 0), (0.5, neck * 0.4, 0)], ring]), wire, 6)
    draft.add("hook", hook + np.array([0, turns * step, 0]), hook * np.array([1.0, -1.0, 1.0]))
    draft.lay(dice, 0.45)
    coils = "close coils" if step < wire * 2.2 else "stretched coils"
    return describe("spring", [size_word(turns, 12, 18, "short", "long"), "extension"], ["a hook at each end", coils])


def _bent_pipe(path: NDArray[np.float64], outer: float, inner: float, segments: int = 16) -> Triangles:
    """An open pipe along a polyline (k, 2) in the xy plane; an ``inner`` radius of 0 leaves its wall without thickness."""
    way, ring = np.gradient(path, axis=0), circle(segments)
    side = np.column_stack([way[:, 1], -way[:, 0]]) / np.linalg.norm(way, axis=1, keepdims=True)
    middle = np.column_stack([path, np.zeros(len(path))])[:, None]
    spokes = np.concatenate([side[:, None] * ring[:, :1], np.broadcast_to(ring[:, 1:], (len(path), segments, 1))], 2)
    skin = middle + spokes * outer
    return surface(np.concatenate([skin, (middle + spokes * inner)[::-1], skin[:1]]) if inner else skin, wrap=True)


def _pipe_ends(dice: Dice, draft: Draft, ends: list[tuple[float, float, float]]) -> str:
    """Flanges with or without bolts, or wider collars, or nothing, at (x, y, degrees from +y); gives the words for it."""
    kind = dice.pick("", "", "flange", "flange", "collar")
    wide, thick = _PIPE * dice.uniform(1.5, 2.1), _PIPE * dice.uniform(0.15, 0.4)
    if not kind:
        return "open ends"
    if kind == "collar":
        wide, thick = _PIPE * dice.uniform(1.1, 1.3), _PIPE * dice.uniform(0.5, 1.2)
    pieces = [_up(_round(wide, -thick, 0.0, _PIPE * 0.97, 20))]
    if kind == "flange" and dice.chance(0.6):
        pieces.append(around(cylinder(_PIPE * 0.12, thick * 2, ((wide + _PIPE) / 2, -thick / 2, 0), 6), dice.pick(4, 6, 8), "y"))
    for x, y, degrees in ends:
        draft.add(kind, *[turn(piece, "z", degrees) + np.array([x, y, 0]) for piece in pieces])
    return f"{kind}s" if len(ends) > 1 else f"a {kind}"


@PIPE.style("run", 3.0)
def _pipe_run(dice: Dice, draft: Draft) -> str:
    inner = _PIPE * dice.pick(0.0, dice.uniform(0.85, 0.95), dice.uniform(0.6, 0.85))
    kind = dice.pick("straight", "straight", "straight", "elbow", "elbow", "slightly bent", "U-shaped")
    angle, bend = {"straight": 0.0, "elbow": 90.0, "slightly bent": 45.0, "U-shaped": 180.0}[kind], _PIPE * dice.uniform(1.2, 4.0)
    first, last = dice.uniform(0.02, 1.0), dice.uniform(0.02, 1.0) if angle else dice.uniform(0.5, 4.0)
    curve = arc((bend, first, 0), bend, 180, 180 - angle, "xy", 10 if angle else 1)[:, :2]
    stop = curve[-1] + last * np.array([np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))])
    draft.add("wall", _bent_pipe(np.concatenate([[(0.0, 0.0)], curve, [stop]]), _PIPE, inner, dice.pick(10, 16, 22)))
    ends = [(0.0, 0.0, 180.0), (float(stop[0]), float(stop[1]), -angle)][: dice.pick(1, 2, 2)]
    words = [_pipe_ends(dice, draft, ends), "a thick wall" if 0 < inner < 0.2 else ""]
    draft.lay(dice, 0.45)
    size = size_word(bend, 0.45, 0.8, "a tight bend", "a wide bend") if angle else ""
    return describe("pipe", ["" if angle else size_word(first + last, 1.2, 3.0, "short", "long"), kind], [*words, size])


@PIPE.style("tee", 1.0)
def _pipe_tee(dice: Dice, draft: Draft) -> str:
    inner = _PIPE * dice.pick(0.0, dice.uniform(0.85, 0.95), dice.uniform(0.6, 0.85))
    half, reach, lean, cross = dice.uniform(0.45, 1.0), dice.uniform(0.45, 1.0), dice.pick(0.0, 0.0, 45.0), dice.chance(0.2)
    narrow = 1.0 if cross else dice.pick(1.0, dice.uniform(0.5, 0.8))
    draft.add("wall", _bent_pipe(np.array([(0, -half), (0, half)]), _PIPE, inner))
    branch = turn(_bent_pipe(np.array([(_PIPE * 0.9, 0), (reach, 0)]), _PIPE * narrow * 0.99, inner * narrow), "z", lean)
    draft.add("branch", branch, *([branch * np.array([-1.0, 1.0, 1.0])] if cross else []))
    ends, way = [(0.0, half, 0.0), (0.0, -half, 180.0)], np.deg2rad(lean)
    if narrow == 1.0:
        ends += [(s * reach * np.cos(way), reach * np.sin(way), s * (lean - 90)) for s in ((1, -1) if cross else (1,))]
    words = _pipe_ends(dice, draft, ends)
    draft.lay(dice, 0.45)
    kind = "cross-shaped" if cross else "Y-shaped" if lean else "tee"
    return describe("pipe", [kind], ["two branches" if cross else "a narrower branch" if narrow < 1 else "a branch", words])


def _blade(radii: NDArray[np.float64], chords: NDArray[np.float64], pitch: float, thick: float, skew: float, rake: float) -> Triangles:
    """A blade along +y turning about z: sections wrapped around the axis, steeper towards it as on a screw of ``pitch`` per radian."""
    ring, r = circle(8), radii[:, None]
    slope = np.arctan2(pitch, r)
    along, across = chords[:, None] / 2 * ring[:, 0], thick * (1.2 - r / r.max()) * ring[:, 1]
    x = along * np.cos(slope) - across * np.sin(slope) + skew * r**2
    z = along * np.sin(slope) + across * np.cos(slope) + rake * r
    return loft(np.stack([r * np.sin(x / r), r * np.cos(x / r), z], -1))


def _about_z(profile: list[tuple[float, float]], segments: int = 16) -> Triangles:
    """A body turned about z from (radius, z)."""
    return turn(revolve(profile, segments=segments), "x", 90)


@PROPELLER.style("ship", 1.5)
def _ship_screw(dice: Dice, draft: Draft) -> str:
    count, hub, s = dice.pick(3, 3, 3, 4, 4, 5, 6), dice.uniform(0.14, 0.26), np.sin(np.linspace(0, np.pi / 2, 9))
    # Blades cover 40 to 90 per cent of the disc.
    chords = dice.uniform(0.4, 0.9) * 5.4 / count * (0.45 + 0.65 * s) * np.sqrt(1.001 - s ** dice.uniform(4, 9))
    pitch, thick, skew, rake = dice.uniform(0.2, 0.42), dice.uniform(0.02, 0.05), dice.uniform(0, 0.5), dice.uniform(-0.15, 0.15)
    draft.add("blade", around(_blade(hub * 0.8 + (1 - hub * 0.8) * s, chords.clip(0, 1.2), pitch, thick, skew, rake), count))
    deep, capped = dice.uniform(0.15, 0.35), dice.chance(0.6)
    line = [(hub * dice.uniform(0.9, 1.1), -deep), (hub, 0.0), (hub * 0.85, deep)]
    draft.add("hub", _about_z([*line, (hub * 0.5, deep * 1.5), (0.0, deep * 1.8)] if capped else line))
    shaft = dice.chance(0.2)
    draft.add("shaft", *([_round(hub * 0.5, -deep - dice.uniform(0.3, 1.5), -deep)] if shaft else []))
    draft.pose(dice, 0.55, ("x", 90), ("x", -90), ("y", 90))
    return describe("propeller", ["ship"], [f"{_COUNTS[count]} broad blades", "a shaft" if shaft else ""])


@PROPELLER.style("aircraft", 1.6)
def _air_screw(dice: Dice, draft: Draft) -> str:
    count, hub, s = dice.pick(2, 2, 2, 3, 3, 3, 4, 4, 5, 6), dice.uniform(0.06, 0.14), np.sin(np.linspace(0, np.pi / 2, 9))
    widest, blunt = dice.uniform(0.25, 0.7), dice.uniform(3, 20)
    chords = dice.uniform(0.12, 0.26) * (1 - 0.6 * np.abs(s - widest) / max(widest, 1 - widest)) * np.sqrt(1.002 - s**blunt)
    blade = _blade(hub * 0.6 + (1 - hub * 0.6) * s, chords, dice.uniform(0.1, 0.3), dice.uniform(0.01, 0.03), 0.0, 0.0)
    draft.add("blade", around(blade, count))
    spinner, deep, nose = dice.pick("pointed", "round", ""), dice.uniform(0.06, 0.16), hub * dice.uniform(1.2, 3.0)
    tip = [(hub * 0.75, nose * 0.5), (hub * 0.3, nose * 0.9), (0.0, nose)] if spinner == "pointed" else [(hub * 0.8, hub * 0.6), (0.0, hub)]
    draft.add("hub", _about_z([(hub, -deep), (hub, 0.02), *tip] if spinner else [(hub, -deep), (hub, deep)]))
    draft.pose(dice, 0.55, ("x", 90), ("x", -90), ("y", 90))
    return describe("propeller", ["aircraft"], [f"{_COUNTS[count]} slender blades", f"a {spinner} spinner" if spinner else "a plain hub"])


def _chuck(dice: Dice, draft: Draft, z: float, radius: float) -> str:
    """From z forwards, and mostly a bit in it; then the drill is laid down. Gives the words for the bit."""
    radius, bit = radius * dice.uniform(0.85, 1.2), dice.chance(0.55)
    tip = z + radius * dice.uniform(1.6, 2.8)
    draft.add("chuck", _about_z([(radius, z), (radius, z * 0.4 + tip * 0.6), (radius * 0.4, tip), (0.0, tip)], 12))
    draft.add("bit", *([rod((0, 0, tip), (0, 0, tip + dice.uniform(0.3, 1.2)), dice.uniform(0.02, 0.06))] if bit else []))
    draft.pose(dice, 0.7, ("z", 90), ("z", -90), ("x", 90))
    return "a bit" if bit else ""


def _motor(dice: Dice, draft: Draft, back: float, front: float, high: float) -> tuple[float, float]:
    """The body of an electric drill along z and its slanted grip down to y = -high; gives width and z of the foot of the grip."""
    wide, tall, square = dice.uniform(0.26, 0.36), dice.uniform(0.28, 0.42), dice.uniform(2.0, 5.0)
    rows = np.array([(back, 0, 0.75, 0.75), (back + 0.12, 0, 1, 1), (front * dice.uniform(0.3, 0.8), 0, 1, 1), (front, 0, 0.75, 0.65)])
    draft.add("body", hull(rows * np.array([1, 1, wide, tall]), square))
    lean, z, foot = dice.uniform(0.0, 0.35), back + dice.uniform(0.35, 0.6), dice.uniform(0.36, 0.5)
    outline, offsets = superellipse(wide * 1.2, foot, 3.0, 14), [(0, z), (0, z - lean * high / 2), (0, z - lean * high)]
    draft.add("grip", loft(rings_of(outline, [1.15, 0.95, 1.1], [-tall * 0.6, -high * 0.6, -high], offsets)))
    draft.add("trigger", rounded_box((0.14, 0.26, 0.14), 0.03, (0, -tall - 0.16, z + foot * 0.5)))
    return wide, z - lean * high


@DRILL.style("cordless", 2.0)
def _cordless(dice: Dice, draft: Draft) -> str:
    back, front, high = -dice.uniform(0.5, 0.8), dice.uniform(0.4, 0.8), dice.uniform(1.2, 1.6)
    wide, z = _motor(dice, draft, back, front, high)
    draft.add("chuck", _about_z([(wide * 0.85, front), (wide * 0.8, front + 0.15)]))
    size = (wide * dice.uniform(1.7, 2.5), dice.uniform(0.25, 0.55), dice.uniform(0.7, 1.2))
    centre = (0, -high - size[1] / 2 + 0.03, z + dice.uniform(-0.05, 0.25))
    draft.add("battery", rounded_box(size, dice.pick(0.08, 0.08, 0.01), centre))
    words = [size_word(front - back, 1.1, 1.4, "compact", "long"), "cordless"]
    return describe("drill", words, ["a battery under its grip", _chuck(dice, draft, front + 0.15, 0.2)])


@DRILL.style("corded", 1.0)
def _corded(dice: Dice, draft: Draft) -> str:
    back, front, high = -dice.uniform(0.5, 0.7), dice.uniform(0.9, 1.7), dice.uniform(1.1, 1.5)
    wide, z = _motor(dice, draft, back, front, high)
    side, cord, reach = dice.chance(0.4), dice.chance(0.7), z - dice.uniform(0.2, 1.2)
    path = bezier([(0, -high, z), (0, -high - 0.4, z), (0, -high - 0.3, reach), (0, -high - 0.5, reach)], 8)
    draft.add("cord", *([tube(path, 0.05, 5)] if cord else []))
    if side:
        bar = [(0.1, -wide), (0.14, -wide - 0.1), (0.14, -wide - 0.7), (0.18, -wide - 0.75)]
        draft.add("grip", _about_z([(wide * 0.9, front - 0.2), (wide * 0.9, front - 0.05)]))
        draft.add("grip", turn(revolve(bar, (0, 0, front - 0.12), 10), "z", dice.pick(0, 90, -90)))
    features = ["a side handle" if side else "", "a cord" if cord else "", _chuck(dice, draft, front, dice.uniform(0.16, 0.26))]
    return describe("drill", ["corded electric"], features)


def _pliers(dice: Dice, draft: Draft, jaw: Triangles, tall: float, slant: float = 0.0) -> str:
    """Mirrored jaws upwards from the pivot and the handles that cross to the other side; all opened a little and leaned by ``slant``."""
    length, spread, width, sleeve = dice.uniform(1.5, 2.4), dice.uniform(0.22, 0.42), dice.uniform(0.06, 0.11), dice.uniform(1.0, 1.6)
    bow, opening = spread * dice.uniform(0.8, 1.5), dice.pick(0.0, dice.uniform(1, 8), dice.uniform(6, 20))
    path = bezier([(0.08, 0.1, 0), (-bow, -0.15 * length, 0), (-bow, -0.5 * length, 0), (-spread, -length, 0)], 9)
    handle = tube(path, width * np.array([1.2, 1.0, 0.9, *[sleeve] * 5, sleeve * 0.8]), 8) * np.array([1.0, 1.0, dice.uniform(0.6, 1.0)])
    for s in (1.0, -1.0):
        draft.add("jaw", turn(jaw * np.array([s, 1.0, 1.0]), "z", slant - s * opening))
        draft.add("handle", turn(handle * np.array([s, 1.0, 1.0]), "z", -s * opening))
    draft.add("pivot", _round(dice.uniform(0.1, 0.16), -tall * 0.65, tall * 0.65, segments=12))
    draft.lay(dice, 0.45)
    return "open" if opening > 6 else "closed" if opening < 1 else "slightly open"


@PLIERS.style("combination", 2.0)
def _combination(dice: Dice, draft: Draft) -> str:
    """Short jaws: blunt ones to grip, pointed ones to cut, and ones that lean to a side of the handles for pipes."""
    kind, wide, tall = dice.pick("combination", "cutting", "water-pump"), dice.uniform(0.17, 0.28), dice.uniform(0.12, 0.22)
    long, tip = np.array([dice.uniform(0.5, 0.8), dice.uniform(0.45, 0.75)]) * ((0.6, 0.3) if kind == "cutting" else 1.0)
    slant, gap = (dice.uniform(25, 55), dice.uniform(0.04, 0.12)) if kind == "water-pump" else (0.0, dice.pick(0.01, 0.04))
    y, inside = [-0.18, 0.0, 0.12, 0.5 * long, long], np.array([-0.1, -0.05, 0.01, gap, 0.01])
    outside = inside.clip(0) * (slant > 0) + wide * np.array([0.6, 1.0, 1.0, 0.85, tip])
    jaw = ribbon(np.column_stack([inside, y]), np.column_stack([outside, y]), tall)
    jaws = {"combination": "blunt jaws", "cutting": "short pointed jaws", "water-pump": "slanted jaws"}[kind]
    return describe(f"pair of {kind} pliers", [_pliers(dice, draft, jaw, tall, slant)], [jaws, "two curved handles"])


@PLIERS.style("needle-nose", 1.2)
def _needle_nose(dice: Dice, draft: Draft) -> str:
    long, wide, tall = dice.uniform(0.8, 1.5), dice.uniform(0.16, 0.24), dice.uniform(0.1, 0.18)
    y, outside = [-0.18, 0.0, 0.15, 0.3, 0.65 * long, long], wide * np.array([0.6, 1.0, 0.95, 0.6, 0.4, 0.2])
    jaw = ribbon(np.column_stack([[-0.1, -0.05, 0.01, 0.01, 0.01, 0.01], y]), np.column_stack([outside, y]), tall)
    # Jaws get thinner towards their tips, and some bend to one side there.
    reach, bend = (jaw[..., 1] / long).clip(0, 1), dice.pick(0.0, 0.0, dice.uniform(0.2, 0.4))
    jaw[..., 2] = jaw[..., 2] * (1 - 0.6 * reach) + bend * long * (reach - 0.5).clip(0)
    return describe("pair of needle-nose pliers", [_pliers(dice, draft, jaw, tall)], ["long thin bent jaws" if bend else "long thin jaws"])


def _toothed(dice: Dice, x: NDArray[np.float64], back: NDArray[np.float64], edge: float, thick: float) -> Triangles:
    """A blade along x between its back and a straight edge with teeth downwards."""
    bite = dice.uniform(0.006, 0.03) * (np.arange(len(x)) % 2)
    return ribbon(np.column_stack([x, back]), np.column_stack([x, edge - bite]), thick)


def _loop_handle(dice: Dice, wide: float, high: float, thick: float) -> Triangles:
    """A closed wooden grip with a hole for the hand, its rear edge at x = 0."""
    outer = superellipse(wide, high, dice.uniform(2.5, 5.0), 18) + np.array([wide / 2, 0])
    inner = superellipse(wide * dice.uniform(0.35, 0.5), high * dice.uniform(0.5, 0.65), 3.0, 18) + np.array([wide * 0.42, 0])
    return turn(_plate(outer, inner, -thick / 2, thick / 2), "z", dice.uniform(-5, 25), (wide / 2, 0, 0))


@SAW.style("hand", 2.0)
def _hand_saw(dice: Dice, draft: Draft) -> str:
    """The blade narrows away from a wooden handle; back saws have a straight blade with a stiff back."""
    backed, wide, high, thick = dice.chance(0.25), dice.uniform(0.36, 0.5), dice.uniform(0.45, 0.65), dice.uniform(0.06, 0.11)
    long, heel, count = dice.uniform(1.3, 2.6), dice.uniform(0.36, 0.6), dice.integer(16, 45)
    toe = heel * (dice.uniform(0.9, 1.0) if backed else dice.uniform(0.2, 0.6))
    back = heel / 2 + (toe - heel) * np.linspace(0, 1, count) ** dice.pick(1.0, dice.uniform(1.2, 2.0))
    draft.add("blade", _toothed(dice, np.linspace(wide * 0.8, wide * 0.8 + long, count), back, -heel / 2, dice.uniform(0.01, 0.025)))
    if backed:
        draft.add("frame", slab((wide * 0.9, heel / 2 - 0.06, -0.03), (wide * 0.8 + long, heel / 2 + 0.03, 0.03)))
    if dice.chance(0.75):
        draft.add("handle", _loop_handle(dice, wide, high, thick))
    else:
        path = bezier([(wide * 1.05, heel * 0.2, 0), (wide * 0.5, heel * 0.25, 0), (wide * 0.4, -0.05, 0), (0, -high * 0.6, 0)], 8)
        draft.add("handle", tube(path, thick, 8))
    draft.lay(dice, 0.45)
    words = [size_word(long, 1.6, 2.2, "short", "long"), "back" if backed else "hand"]
    return describe("saw", words, ["a stiff back" if backed else "a narrowing blade", "a wooden handle"])


@SAW.style("hacksaw", 1.3)
def _hacksaw(dice: Dice, draft: Draft) -> str:
    long, high, bar = dice.uniform(1.2, 1.8), dice.uniform(0.3, 0.55), dice.uniform(0.025, 0.05)
    step, corner = high * dice.uniform(0.5, 1.0), long - dice.uniform(0.02, 0.3)
    path = [(long, -0.04, 0), (long, step, 0), (corner, high, 0), (0.05, high, 0), (0, high * 0.9, 0), (0, -0.04, 0)]
    draft.add("frame", tube(path, bar, dice.pick(4, 8)))
    draft.add("blade", _toothed(dice, np.linspace(0, long, 41), np.full(41, 0.04), -0.02, 0.015))
    grip = dice.pick("pistol", "closed", "straight")
    if grip == "pistol":
        path = [(0.04, high * 0.7, 0), (-0.06, high * 0.4, 0), (-0.2, -0.1, 0), (-0.28, -0.25, 0)]
        draft.add("handle", tube(path, [0.07, 0.08, 0.08, 0.1], 8))
    elif grip == "closed":
        draft.add("handle", _loop_handle(dice, 0.38, high * dice.uniform(1.1, 1.5), 0.1) + np.array([-0.36, high * 0.35, 0]))
    else:
        draft.add("handle", turn(revolve([(0.04, 0), (0.08, 0.1), (0.07, 0.4), (0.09, 0.5)], segments=10), "z", 90))
    draft.lay(dice, 0.45)
    return describe("hacksaw", [], ["a metal frame", "a thin blade", f"a {grip} handle"])


@SAW.style("bow", 1.0)
def _bow_saw(dice: Dice, draft: Draft) -> str:
    long, high, wooden = dice.uniform(1.5, 2.4), dice.uniform(0.4, 0.8), dice.chance(0.4)
    draft.add("blade", _toothed(dice, np.linspace(0, long, 41), np.full(41, 0.06), -0.03, 0.015))
    if wooden:
        lean, bar = dice.uniform(0.0, 0.1), dice.uniform(0.03, 0.06)
        draft.add("frame", *[rod((e, -0.12, 0), (e + s * lean, high, 0), bar) for e, s in ((0.03, -1), (long - 0.03, 1))])
        draft.add("frame", rod((0, high / 2, 0), (long, high / 2, 0), bar * 0.8))
        draft.add("cord", rod((-lean, high * 0.95, 0), (long + lean, high * 0.95, 0), bar * 0.4, segments=5))
        draft.add("handle", rod((0.03, -dice.uniform(0.15, 0.4), 0), (0.03, -0.08, 0), 0.06, 0.04))
    else:
        drop = high * dice.uniform(0.6, 1.1)
        path = bezier([(0, 0, 0), (-0.1, high * 1.3, 0), (long * 0.4, high * 1.2, 0), (long * 0.8, drop, 0), (long, 0, 0)], 16)
        draft.add("frame", tube(path, dice.uniform(0.03, 0.05), 8))
        draft.add("handle", tube(path[1:4] if dice.chance(0.5) else path[:3], 0.065, 8))
    draft.lay(dice, 0.45)
    return describe("saw", ["wooden frame" if wooden else "bow"], ["a thin blade", "a twisted cord" if wooden else "a bent tube"])
