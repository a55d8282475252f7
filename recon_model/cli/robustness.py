"""``recon robustness``: damage a cloud and rank names for what is left, at one strength or along a curve."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from recon_model.cli.clouds import CloudFiles
from recon_model.cli.names import add_names, add_template, asked_names, asked_templates
from recon_model.cli.options import add_json, add_model, load_model, progress, wait_without_spinning
from recon_model.cli.output import make_folder, print_json, print_lines, write_csv, write_json, write_whole
from recon_model.cli.treatment import add_treatment, origin, treated
from recon_model.config import Damage, DamagedPart, DamageKind
from recon_model.counts import counted, grouped
from recon_model.errors import ConfigError, InputError

if TYPE_CHECKING:
    from recon_model.data.clouds import Cloud
    from recon_model.evaluate.robustness import Robustness
    from recon_model.predictor import Predictor
    from recon_model.teachers.ranking import Scores

RESULT = "robustness.json"
Columns = dict[str, Any]
KINDS: dict[DamageKind, str] = {
    "drop": "share of the points removed, drawn at random",
    "jitter": "Gaussian noise on every coordinate: its deviation in radii of the cloud",
    "turn": "degrees turned about the way up",
    "tilt": "degrees its top leans towards --side",
    "occlude": "share of a part removed, see --part",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon robustness`` takes."""
    parser.add_argument("file", metavar="FILE", help="a cloud or mesh")
    add_names(parser, required=True)
    for kind, meaning in KINDS.items():
        parser.add_argument(f"--{kind}", type=float, default=0.0, metavar="STRENGTH", help=meaning)
    parts = "what is unseen from --side, or all points, those towards --side first"
    parser.add_argument("--part", choices=get_args(DamagedPart), default="unseen", help=f"which part --occlude takes from: {parts}")
    parser.add_argument("--side", type=float, default=0.0, metavar="DEGREES", help="about the way up, from +z towards +x")
    parser.add_argument("--seed", type=int, default=0, help="seed of what is dropped and of the noise")
    parser.add_argument(
        "--vary",
        action="append",
        default=[],
        choices=get_args(DamageKind),
        help="rank along strengths of this kind, others as given; repeat it",
    )
    parser.add_argument("--draws", type=int, default=3, help="draws at each strength, with the seeds 0, 1, …")
    parser.add_argument("--member", type=int, default=0, metavar="N", help="which cloud of a file that holds several, from 0")
    parser.add_argument("--out", type=Path, help="folder for names.csv, curves.csv, damaged.ply and the document; made if missing")
    add_treatment(parser)
    add_model(parser, words=True)
    add_template(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Prints names before and after the damage, and curves; coordinates of what is written are those of the file."""
    damage = Damage(**{name: getattr(args, name) for name in (*KINDS, "part", "side", "seed")})
    if damage.harmless and not args.vary:
        raise InputError("Nothing is damaged: give a strength (--drop, --jitter, --turn, --tilt or --occlude), or --vary.")
    if args.draws < 1:
        raise ConfigError(f"draws ({args.draws}) must be at least 1.")
    names, templates = asked_names(args), asked_templates(args)
    wait_without_spinning()
    predictor = load_model(args)
    predictor.vocabulary.classifier(names, templates)  # first: a missing teacher should be told before the file is read
    clouds = CloudFiles([args.file], member=args.member)
    for _, given in clouds:
        document, tables = _trial(args, damage, predictor, treated(given, args.fix))
        if args.out is not None:
            document["files"] = list(tables)
            _write(make_folder(args.out), document, tables)
        if args.json:
            print_json(args, document)
        else:
            print_lines(args, _lines(document, args.out))
    return clouds.outcome


def _trial(args: argparse.Namespace, damage: Damage, predictor: "Predictor", cloud: "Cloud") -> tuple[dict[str, Any], dict[str, Columns]]:
    from recon_model.evaluate.robustness import damaged_scores, robustness
    from recon_model.geometry.damage import damaged
    from recon_model.versions import versions

    names, templates = asked_names(args), asked_templates(args)
    prepared = predictor.prepare(cloud.points, up=args.up)
    points = prepared.inward(cloud.points)
    up = "auto" if args.up == "auto" else "+y"  # what was told to be up is up already
    asked = (predictor, points, names, templates, damage)
    before, left = predictor.classify(prepared, names, templates), damaged(points, damage)
    after, notes = damaged_scores(*asked, up=up) if not damage.harmless else (None, ())
    curves = [robustness(*asked, kind, up=up, seeds=range(args.draws), between=progress) for kind in dict.fromkeys(args.vary)]
    progress(1.0)
    rows = _rows(before, after)
    document: dict[str, Any] = {
        **origin(args, predictor, prepared),
        "damage": asdict(damage),
        "points": len(points),
        "points_left": len(left),
        "templates": templates,
        "names": rows,
        "curves": [_curve(curve) for curve in curves],
        "meaning": MEANING,
        "notes": [*cloud.notes, *prepared.notes, *notes],
        "versions": versions(),
    }
    placed = prepared.outward(left) + cloud.origin
    tables: dict[str, Columns] = {
        "names.csv": {column: [row[column] for row in rows] for column in rows[0]},
        "damaged.ply": {axis: placed[:, column] for column, axis in enumerate("xyz")},
    }
    return document, tables | ({"curves.csv": _curve_columns(curves)} if curves else {})


MEANING = {
    "cosine": "of the name's best phrase with the cloud's zero-shot feature, less what a better negative takes away",
    "share": "softmax of the cosines at the model's temperature",
    "damaged": "the same of the damaged cloud: sampled, scaled and, where the model judges, stood up anew",
    "curves": "by strength, then by seed, then by name",
}
"""What the numbers are."""


def _rows(before: "Scores", after: "Scores | None") -> list[dict[str, Any]]:
    """A row for each name, the best of the untouched cloud first."""
    rows: list[dict[str, Any]] = [
        {"name": name, "cosine": cosine, "share": share}
        for name, cosine, share in zip(before.names, before.similarities.tolist(), before.probabilities.tolist(), strict=True)
    ]
    if after is not None:
        then = zip(after.similarities.tolist(), after.probabilities.tolist(), strict=True)
        found = dict(zip(after.names, then, strict=True))
        for row in rows:
            row["cosine_damaged"], row["share_damaged"] = found[row["name"]]
    return rows


def _curve(found: "Robustness") -> dict[str, Any]:
    whole = {"varied": found.varied, "strengths": list(found.strengths), "seeds": list(found.seeds), "names": list(found.names)}
    return {**whole, "cosines": found.similarities.tolist(), "shares": found.shares.tolist()}


def _curve_columns(curves: Sequence["Robustness"]) -> Columns:
    rows = [
        (found.varied, strength, seed, name, found.similarities[first, second, third], found.shares[first, second, third])
        for found in curves
        for first, strength in enumerate(found.strengths)
        for second, seed in enumerate(found.seeds)
        for third, name in enumerate(found.names)
    ]
    return {name: [row[place] for row in rows] for place, name in enumerate(("varied", "strength", "seed", "name", "cosine", "share"))}


def _write(folder: Path, document: dict[str, Any], tables: dict[str, Columns]) -> None:
    from recon_model.cli.ply import write_ply

    for name, columns in tables.items():
        if name.endswith(".ply"):
            comment = f"{Path(document['file']).name} damaged by recon robustness"
            write_whole(folder / name, partial(write_ply, columns=columns, comment=comment))
        else:
            write_csv(folder / name, columns)
    # Last: where the document is there, everything it speaks of is.
    write_json(folder / RESULT, document)


def _lines(document: dict[str, Any], folder: Path | None) -> list[str]:
    damaged = "cosine_damaged" in document["names"][0]
    lines = (
        [f"{grouped(document['points_left'])} of {grouped(document['points'])} points are left; cosine and share before and after:"]
        if damaged
        else []
    )
    for row in document["names"]:
        then = f"  {row['cosine_damaged']:6.3f} {row['share_damaged']:6.1%}" if damaged else ""
        lines.append(f"  {row['cosine']:6.3f} {row['share']:6.1%}{then}  {row['name']}")
    for curve in document["curves"]:
        best = document["names"][0]["name"]
        place, draws = curve["names"].index(best), len(curve["seeds"])
        lines.append(f"Share of '{best}' against {curve['varied']}, mean of {counted(draws, 'draw')}:")
        for strength, shares in zip(curve["strengths"], curve["shares"], strict=True):
            lines.append(f"  {strength:7g} {sum(share[place] for share in shares) / draws:6.1%}")
    written = [f"Wrote {', '.join(document['files'])} and {RESULT} to '{folder}'."] if folder is not None else []
    return [*lines, *document["notes"], *written]
