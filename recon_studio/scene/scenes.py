"""What each kind of view shows, as pure functions from the values it needs to a ViewPicture."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from recon_model.counts import counted, grouped
from recon_studio.scene.choices import TITLES
from recon_studio.scene.colours import GROUNDS, apply_map, diverging_map, error_map
from recon_studio.scene.explain import Explained
from recon_studio.scene.paint import IN_WORDS, Paint, flat, scale_bar
from recon_studio.scene.picture import Later, Pickable, PointLayer, ViewPicture
from recon_studio.scene.pieces import Piece, Shown, distances, nearest, point_diameter
from recon_studio.state.app_state import Cloud, Flags, Floats, Indices, Prepared, Reconstruction, Rival, Theme
from recon_studio.state.view_state import ColourBy, Range, Show

_GHOST = 0.6  # of a point's diameter: ghosts must not cover what is there
TEACHING: dict[Show, str] = {  # while nothing is open, each view says what it is for
    "input": "Drop a point cloud here, or press Ctrl+O",
    "seen": "The patches left visible, the hidden ones as ghosts",
    "rebuilt": "The hidden patches as the model rebuilds them, coloured by error",
    "overlay": "The rebuilt patches laid over the true ones",
    "difference": "How far the rebuilt points lie from the true ones",
    "attention": "Where a token looks, by layer and head",
    "rebuilt_b": "The same hidden patches as a second model rebuilds them",
    "contest": "Which of two models rebuilds each hidden patch better",
}


@dataclass(frozen=True, eq=False)
class Sample:
    """The points the model takes, with the patch each lies nearest to, and which of them the encoder sees."""

    prepared: Prepared
    piece: Piece  # all N points
    diameter: float

    def part(self, which: Flags | Indices, patches: Indices | None = None) -> Piece:
        """Returns some of the points, with other patches where these are given."""
        piece = self.piece
        assert piece.patches is not None
        return Piece.of(
            piece.points[which],
            piece.patches[which] if patches is None else patches,
            rgb=None if piece.rgb is None else piece.rgb[which],
            normals=None if piece.normals is None else piece.normals[which],
            parts=None if piece.parts is None else piece.parts[which],
        )

    def hidden_part(self, hidden: Flags) -> Piece:
        """Returns the points the encoder does not see, each with the nearest of the hidden patches."""
        unseen = ~seen_points(self.prepared, hidden)
        which = np.flatnonzero(hidden)
        points = self.prepared.points[unseen]
        return self.part(unseen, which[nearest(points, self.prepared.centres[which])] if len(which) else np.zeros(len(points), np.int64))


def seen_points(prepared: Prepared, hidden: Flags) -> Flags:
    """Returns which prepared points (N,) the encoder sees: those of at least one visible patch, for patches overlap."""
    seen = np.zeros(len(prepared.points), dtype=bool)
    seen[prepared.members[~hidden].ravel()] = True
    return seen


def waiting(show: Show, hint: str) -> ViewPicture:
    """Returns a view with nothing to draw yet: it says what it waits for, or what it is for."""
    return ViewPicture(show, TITLES[show], "", hint=hint or TEACHING[show])


def input_view(shown: Shown | None, paint: Paint | None, why_plain: str, theme: Theme, wait: str) -> ViewPicture:
    """The whole cloud; without a paint its points stay plain, and the caption says why."""
    if shown is None:
        return waiting("input", wait)
    count = (
        f"{grouped(shown.total)} of {grouped(shown.in_file)} points shown" if shown.total < shown.in_file else counted(shown.total, "point")
    )

    def layers(piece: Piece) -> tuple[PointLayer, ...]:
        colours = flat(GROUNDS[theme].plain, len(piece)) if paint is None else paint.colours(piece)
        return (PointLayer(piece.points, colours, shown.diameter),)

    caption = " · ".join(part for part in (count, paint.words if paint is not None else "", why_plain) if part)
    return replace(_of_cloud("input", caption, shown, paint, layers), brief=" · ".join(part for part in (count, why_plain) if part))


def damaged_view(sample: Sample, points: Floats, caption: str, theme: Theme) -> ViewPicture:
    """What a damaged cloud looks like, over ghosts of the points the model took of the untouched one."""
    ground = GROUNDS[theme]
    ghosts = PointLayer(sample.prepared.points, flat(ground.ghost, len(sample.prepared.points)), _GHOST * sample.diameter, solid=False)
    diameter = min(sample.diameter, point_diameter(points))
    layers = (ghosts, PointLayer(points, flat(ground.withheld, len(points)), diameter))
    return ViewPicture("input", f"{TITLES['input']}, damaged", caption, layers)


def _of_cloud(
    show: Show, caption: str, shown: Shown, paint: Paint | None, layers: Callable[[Piece], tuple[PointLayer, ...]]
) -> ViewPicture:
    """Returns a view of the cloud in its parts: the first at once, the others when things rest."""
    first = shown.first
    return ViewPicture(
        show,
        TITLES[show],
        caption,
        layers(first),
        bar=paint.bar if paint is not None else None,
        pickable=Pickable(first.points, first.patches) if first.patches is not None else None,
        finer=tuple(Later(lambda piece=piece: layers(piece)) for piece in shown.parts[1:]),  # type: ignore[misc]
        coloured=IN_WORDS[paint.quantity] if paint is not None and paint.quantity != show else "",
    )


def attention_view(shown: Shown | None, explanation: Explained | None, paint: Paint | None, theme: Theme, wait: str) -> ViewPicture:
    """Where a token looks, or another explanation. A hidden patch was not there to be looked at, which is not the same as a small value:
    it is a ghost."""
    if shown is None or explanation is None or paint is None:
        return waiting("attention", wait)
    missing, ghost = explanation.absent, GROUNDS[theme].ghost

    def layers(piece: Piece) -> tuple[PointLayer, ...]:
        assert piece.patches is not None
        absent = missing[piece.patches]
        return (
            PointLayer(piece.points[absent], flat(ghost, int(absent.sum())), _GHOST * shown.diameter, solid=False),
            PointLayer(piece.points[~absent], paint.colours(piece)[~absent], shown.diameter),
        )

    return replace(_of_cloud("attention", explanation.caption, shown, paint, layers), title=explanation.title)


def seen_view(sample: Sample | None, hidden: Flags | None, by_hand: bool, paint: Paint | None, theme: Theme, wait: str) -> ViewPicture:
    """What the encoder sees; what it does not see as ghosts."""
    if sample is None or hidden is None:
        return waiting("seen", wait)
    prepared = sample.prepared
    seen = seen_points(prepared, hidden)
    # A point of several patches takes the colour of the nearest one the encoder has.
    visible = np.flatnonzero(~hidden)
    layers = [PointLayer(prepared.points[~seen], flat(GROUNDS[theme].ghost, int((~seen).sum())), _GHOST * sample.diameter, solid=False)]
    if len(visible):
        piece = sample.part(seen, visible[nearest(prepared.points[seen], prepared.centres[visible])])
        colours = paint.colours(piece) if paint is not None else flat(GROUNDS[theme].plain, len(piece))
        layers.append(PointLayer(piece.points, colours, sample.diameter))
    count, hand = f"{len(visible)} of {len(hidden)} patches visible", " · by hand" if by_hand else ""
    caption = f"{count} · {grouped(int(seen.sum()))} of {grouped(len(seen))} points{hand}"
    return ViewPicture(
        "seen",
        TITLES["seen"],
        caption,
        tuple(layers),
        bar=paint.bar if paint is not None else None,
        pickable=_pickable(sample),
        coloured=IN_WORDS[paint.quantity] if paint is not None else "",
        brief=f"{count}{hand}",
    )


def _pickable(sample: Sample) -> Pickable:
    assert sample.piece.patches is not None
    return Pickable(sample.prepared.points, sample.piece.patches)


def leaks_view(sample: Sample, hidden: Flags, theme: Theme) -> ViewPicture:
    """The Seen view as to what the mask really withholds: patches overlap, so a visible one shows points of hidden ones."""
    prepared = sample.prepared
    seen = seen_points(prepared, hidden)
    covered = seen_points(prepared, ~hidden)  # in at least one hidden patch
    ground = GROUNDS[theme]
    kinds = ((seen & ~covered, ground.context), (~seen, ground.withheld), (seen & covered, ground.leaked))
    layers = tuple(PointLayer(prepared.points[which], flat(colour, int(which.sum())), sample.diameter) for which, colour in kinds)
    withheld, leaked = (int(which.sum()) for which, _ in kinds[1:])
    caption = f"{grouped(withheld)} truly hidden (blue) · {grouped(leaked)} leaked by overlap (orange)"
    brief = f"{grouped(withheld)} hidden (blue) · {grouped(leaked)} leaked (orange)"
    return ViewPicture("seen", TITLES["seen"], caption, layers, pickable=_pickable(sample), coloured="what is hidden", brief=brief)


def rebuilt_view(
    show: Show,
    title: str,
    by: str,
    sample: Sample | None,
    rebuilt: Reconstruction | None,
    paint: Paint | None,
    flipped: bool,
    theme: Theme,
    wait: str,
) -> ViewPicture:
    """The hidden patches as a model rebuilds them over what it saw; flipped, as they truly are, in the same colours."""
    if sample is None or rebuilt is None or paint is None:
        return waiting(show, wait)
    context, seen = _context(sample, rebuilt.hidden, GROUNDS[theme].context)
    if not len(rebuilt.rebuilt):
        return ViewPicture(show, title, "Nothing is hidden, so nothing is rebuilt", (context,), pickable=_picked(seen))
    piece = sample.hidden_part(rebuilt.hidden) if flipped else _rebuilt_piece(rebuilt)
    count = len(rebuilt.rebuilt)
    error = f"mean Chamfer {float(np.mean(rebuilt.chamfer)):.2g}"
    caption, brief = f"{count} hidden patches rebuilt · {error}{by}", f"{count} patches · {error}{by}"
    if flipped:
        title, brief = "Truth", counted(len(piece), "truly hidden point")
        caption = f"{brief} of {count} patches, as the file has them"
    layers = (context, PointLayer(piece.points, paint.colours(piece), sample.diameter))
    return ViewPicture(
        show, title, caption, layers, bar=paint.bar, pickable=_picked(seen, piece), coloured=IN_WORDS[paint.quantity], brief=brief
    )


def _context(sample: Sample, hidden: Flags, colour: tuple[int, int, int]) -> tuple[PointLayer, Piece]:
    """Returns what the encoder saw, in a quiet colour."""
    seen = sample.part(seen_points(sample.prepared, hidden))
    return PointLayer(seen.points, flat(colour, len(seen)), sample.diameter), seen


def _rebuilt_piece(rebuilt: Reconstruction) -> Piece:
    points = rebuilt.rebuilt.reshape(-1, 3)
    return Piece.of(points, np.repeat(np.flatnonzero(rebuilt.hidden), rebuilt.rebuilt.shape[1]))


def _picked(*pieces: Piece) -> Pickable:
    patches = [piece.patches for piece in pieces if piece.patches is not None]
    return Pickable(np.concatenate([piece.points for piece in pieces]), np.concatenate(patches))


def overlay_view(sample: Sample | None, rebuilt: Reconstruction | None, theme: Theme, wait: str) -> ViewPicture:
    """Rebuilt points over the true ones, told apart by colour alone."""
    if sample is None or rebuilt is None:
        return waiting("overlay", wait)
    context, seen = _context(sample, rebuilt.hidden, GROUNDS[theme].context)
    if not len(rebuilt.rebuilt):
        return ViewPicture("overlay", TITLES["overlay"], "Nothing is hidden, so nothing is rebuilt", (context,), pickable=_picked(seen))
    truth, made, ground = sample.hidden_part(rebuilt.hidden), _rebuilt_piece(rebuilt), GROUNDS[theme]
    layers = (
        context,
        PointLayer(truth.points, flat(ground.withheld, len(truth)), 0.75 * sample.diameter),
        PointLayer(made.points, flat(ground.leaked, len(made)), 0.9 * sample.diameter),
    )
    caption = f"{counted(len(truth), 'truly hidden point')} (blue) · {grouped(len(made))} rebuilt (orange)"
    brief = f"{grouped(len(truth))} true (blue) · {grouped(len(made))} rebuilt (orange)"
    return ViewPicture("overlay", TITLES["overlay"], caption, layers, pickable=_picked(seen, truth, made), brief=brief)


def difference_view(
    sample: Sample | None,
    rebuilt: Reconstruction | None,
    direction: ColourBy,
    unit: float,
    edited: Range | None,
    theme: Theme,
    wait: str,
) -> ViewPicture:
    """Hidden points by how far the nearest rebuilt one is (``missing``), or rebuilt ones by the nearest true one (``invented``).

    Distances are in the file's units: ``unit`` of them are one unit of prepared coordinates.
    """
    if sample is None or rebuilt is None:
        return waiting("difference", wait)
    context, seen = _context(sample, rebuilt.hidden, GROUNDS[theme].context)
    truth = sample.hidden_part(rebuilt.hidden)
    if not len(rebuilt.rebuilt) or not len(truth):
        why = "Nothing is hidden, so nothing is rebuilt" if not len(rebuilt.rebuilt) else "Every point is seen through a visible patch"
        return ViewPicture("difference", TITLES["difference"], why, (context,), pickable=_picked(seen))
    made = _rebuilt_piece(rebuilt)
    if direction == "missing":
        piece, apart = truth, distances(truth.points, made.points)
        words = f"{counted(len(piece), 'truly hidden point')}, by the nearest rebuilt one"
    else:
        targets = np.unique(sample.prepared.members[rebuilt.hidden])
        piece, apart = made, distances(made.points, sample.prepared.points[targets])
        words = f"{counted(len(piece), 'rebuilt point')}, by the nearest true one of hidden patches"
    apart = (apart * np.float32(unit)).astype(np.float32)
    bar = scale_bar("distance, file's units", error_map(theme), direction, 0.0, float(np.quantile(apart, 0.98)), edited)
    layers = (context, PointLayer(piece.points, apply_map(apart, *bar.span, bar.colours), sample.diameter))
    brief = f"mean {float(apart.mean()):.2g}, largest {float(apart.max()):.2g}"
    caption, coloured = f"{words} · {brief}", IN_WORDS[direction]
    return ViewPicture(
        "difference", TITLES["difference"], caption, layers, bar=bar, pickable=_picked(seen, piece), coloured=coloured, brief=brief
    )


def contest_view(
    sample: Sample | None, rebuilt: Reconstruction | None, rival: Rival | None, edited: Range | None, theme: Theme, wait: str
) -> ViewPicture:
    """The hidden patches, as they truly are, by whose error is smaller: A's (blue) or B's (orange)."""
    other = rival.reconstruction if rival is not None else None
    if rival is not None and rival.sentence:
        return waiting("contest", rival.sentence)
    if sample is None or rebuilt is None or other is None or not np.array_equal(rebuilt.hidden, other.hidden):
        return waiting("contest", wait)
    # Paler than elsewhere: where neither model is better, patches are grey, too.
    context, seen = _context(sample, rebuilt.hidden, GROUNDS[theme].ghost)
    if not len(rebuilt.rebuilt):
        return ViewPicture("contest", TITLES["contest"], "Nothing is hidden, so nothing is rebuilt", (context,), pickable=_picked(seen))
    lead: Floats = rebuilt.chamfer - other.chamfer
    far = float(np.abs(lead).max()) or 1e-6
    bar = scale_bar("squared Chamfer, A − B", diverging_map(theme), "advantage", -far, far, edited)
    values = np.zeros(len(rebuilt.hidden), dtype=np.float32)
    values[rebuilt.hidden] = lead
    truth = sample.hidden_part(rebuilt.hidden)
    assert truth.patches is not None
    layers = (context, PointLayer(truth.points, apply_map(values, *bar.span, bar.colours)[truth.patches], sample.diameter))
    brief = f"A better (blue) in {int((lead < 0).sum())}, B (orange) in {int((lead > 0).sum())}"
    means = f"means {float(rebuilt.chamfer.mean()):.2g} and {float(other.chamfer.mean()):.2g}"
    caption = f"{brief} of {len(lead)} patches · {means}"
    if rival is not None and rival.group_size != sample.prepared.members.shape[1]:
        caption += f" · patches of {sample.prepared.members.shape[1]} and {rival.group_size} points"
    return ViewPicture(
        "contest", TITLES["contest"], caption, layers, bar=bar, pickable=_picked(seen, truth), coloured=IN_WORDS["advantage"], brief=brief
    )


def sample_of(prepared: Prepared, cloud: Cloud) -> Sample:
    """Returns the points the model takes, with the file's colours, normals and parts where it has them."""
    piece = Piece.of(
        prepared.points,
        nearest(prepared.points, prepared.centres),
        rgb=None if cloud.colours is None else cloud.colours[prepared.indices],
        normals=None if cloud.normals is None else cloud.normals[prepared.indices] @ prepared.rotation.T,
        parts=None if cloud.parts is None else cloud.parts[prepared.indices],
    )
    return Sample(prepared, piece, point_diameter(prepared.points))
