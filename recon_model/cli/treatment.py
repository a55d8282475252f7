"""What is done to a cloud before a command looks at it, as the window's input doctor does it: fixes in their order, and the way up."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, get_args

from recon_model.errors import InputError

if TYPE_CHECKING:
    from recon_model.data.clouds import Cloud
    from recon_model.predictor import Predictor
    from recon_model.results import Prepared
    from recon_model.serve.messages import Fix

HELP = (
    "do this to the cloud first, in the order given; repeat it: duplicates, strays, density, floor:+z (with the file's way up), or "
    "crop:x0,y0,z0,x1,y1,z1 (the box that stays, in the file's coordinates)"
)


def add_treatment(parser: argparse.ArgumentParser) -> None:
    """Adds ``--fix`` and ``--up``."""
    parser.add_argument("--fix", action="append", default=[], metavar="FIX", help=HELP)
    add_up(parser, "file")


def add_up(parser: argparse.ArgumentParser, of: str) -> None:
    """Adds ``--up``."""
    parser.add_argument("--up", default="auto", metavar="UP", help=f"direction of the {of} that is up, as --up=-z; auto: the model judges")


def treated(cloud: "Cloud", fixes: Sequence[str]) -> "Cloud":
    """Returns what the fixes leave of a cloud, with a note for each.

    Raises:
        InputError: a fix cannot be understood, or would leave no point.
    """
    if not fixes:
        return cloud
    from recon_model.counts import counted
    from recon_model.serve.examining import apply_fixes

    rows, removed = apply_fixes(cloud.points, [read_fix(text, cloud.origin) for text in fixes])
    notes = tuple(f"The fix '{text}' took {counted(count, 'point')} away." for text, count in zip(fixes, removed, strict=True))
    left = replace(cloud, notes=(*cloud.notes, *notes))
    if rows is None:
        return left
    return replace(
        left,
        points=cloud.points[rows],
        colours=None if cloud.colours is None else cloud.colours[rows],
        normals=None if cloud.normals is None else cloud.normals[rows],
        parts=None if cloud.parts is None else cloud.parts[rows],
    )


def origin(args: argparse.Namespace, predictor: "Predictor", prepared: "Prepared") -> dict[str, Any]:
    """Returns what every document about one cloud begins with: the file, what was done to it, and the model that looked at it."""
    return {
        "file": args.file,
        "fixes": args.fix,
        "up": prepared.stance.up,
        "model": {"name": predictor.about.name, "source": str(args.model), "weights_sha256": predictor.card.get("weights_sha256")},
    }


def read_fix(text: str, origin: tuple[float, float, float]) -> "Fix":
    """Reads one fix.

    Args:
        text: see ``HELP``.
        origin: what was subtracted from the file's coordinates.

    Raises:
        InputError: it cannot be understood.
    """
    from recon_model.serve.messages import Fix
    from recon_model.serve.messages.doctor import FixKind

    kind, _, more = text.partition(":")
    if kind not in get_args(FixKind) or bool(more) != (kind in ("floor", "crop")):
        raise InputError(f"fix ({text!r}) must be duplicates, strays, density, floor:UP or crop:x0,y0,z0,x1,y1,z1.")
    if kind != "crop":
        return Fix(cast(FixKind, kind), up=more)
    try:
        numbers = [float(number) for number in more.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 6:
        raise InputError(f"fix ({text!r}) must give the box as six numbers: crop:x0,y0,z0,x1,y1,z1.")
    x, y, z = origin
    return Fix(
        "crop",
        low=(numbers[0] - x, numbers[1] - y, numbers[2] - z),
        high=(numbers[3] - x, numbers[4] - y, numbers[5] - z),
    )
