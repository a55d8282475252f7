"""``recon explain``: what each patch of a cloud does for a phrase and for rebuilding, as tables."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon_model.cli.clouds import CloudFiles
from recon_model.cli.options import add_json, add_model, load_model, split_names
from recon_model.cli.output import make_folder, print_json, print_lines, write_csv, write_json
from recon_model.cli.treatment import add_treatment, origin, treated
from recon_model.errors import ConfigError, InputError

if TYPE_CHECKING:
    from recon_model.data.clouds import Cloud
    from recon_model.explain.curves import Curves
    from recon_model.explain.explainer import Explainer
    from recon_model.predictor import Predictor
    from recon_model.results import Prepared

RESULT = "explain.json"
Columns = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon explain`` takes."""
    parser.add_argument("file", metavar="FILE", help="a cloud or mesh")
    parser.add_argument("--phrase", help="a name or free text; left out, only rebuilding is explained")
    parser.add_argument(
        "--against", help="other names, separated by commas: the score is then the phrase's margin over them, not its cosine"
    )
    parser.add_argument("--mask-ratio", type=float, default=0.6, help="share of patches hidden and rebuilt; the phrase sees all patches")
    parser.add_argument("--strategy", default="random", help="which patches to hide: random, or block (neighbours of one)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the draw")
    parser.add_argument("--runs", type=int, default=5, help="random orders for each curve, and draws for each mask ratio")
    parser.add_argument("--steps", type=int, default=16, help="steps of the deletion and insertion curves")
    parser.add_argument("--out", required=True, type=Path, help="folder for the results; made if missing")
    add_treatment(parser)
    add_model(parser, words=True)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Writes patches.csv, curves.csv, explain.json and, where the model has a decoder, ratios.csv; coordinates are those of the file."""
    if args.runs < 1:
        raise ConfigError(f"runs ({args.runs}) must be at least 1.")
    if args.against is not None and args.phrase is None:
        raise InputError(f"against ({args.against!r}) needs a phrase to stand against; give one with --phrase.")
    predictor = load_model(args)
    asked = _asked(args)
    if args.phrase is not None:
        predictor.vocabulary.rows([args.phrase, *asked["against"]], args.templates)  # first: a missing teacher should be told at once
    clouds = CloudFiles([args.file])
    for _, given in clouds:
        cloud = treated(given, args.fix)
        prepared = predictor.prepare(cloud.points, up=args.up)
        document, tables = _explain(args, asked, predictor, cloud, prepared)
        document["files"] = list(tables)
        folder = make_folder(args.out)
        for name, columns in tables.items():
            write_csv(folder / name, columns)
        # Last: where the document is there, everything it speaks of is.
        write_json(folder / RESULT, document)
        if args.json:
            print_json(args, document)
        else:
            print_lines(args, _lines(document, folder))
    return clouds.outcome


def _asked(args: argparse.Namespace) -> dict[str, Any]:
    return {"against": split_names(args.against) if args.against is not None else (), "templates": args.templates}


def _explain(
    args: argparse.Namespace, asked: dict[str, Any], predictor: "Predictor", cloud: "Cloud", prepared: "Prepared"
) -> tuple[dict[str, Any], dict[str, Columns]]:
    from recon_model.versions import versions

    whole = predictor.explain(prepared)
    centres = prepared.outward(prepared.centres) + cloud.origin
    patches: Columns = {"patch": range(len(centres)), **{axis: centres[:, column] for column, axis in enumerate("xyz")}}
    patches |= {f"rollout_{token}": row for token, row in zip(("cls", "img", "text"), whole.rollout().queries, strict=True)}
    document: dict[str, Any] = {
        **origin(args, predictor, prepared),
        "rebuilding": None,
        "phrase": None,
        "meaning": MEANING,
        "notes": [*cloud.notes, *prepared.notes],
        "versions": versions(),
    }
    tables: dict[str, Columns] = {"patches.csv": patches}
    curves: list[tuple[str, Curves]] = []
    if "decoder" in predictor.lacking and args.phrase is not None:
        document["notes"].append("The model has no decoder, so rebuilding is not explained.")
    else:
        document["rebuilding"], columns, drawn = _rebuilding(args, predictor, prepared)
        patches |= columns
        curves += [("error", curve) for curve in drawn]
        tables["ratios.csv"] = _ratio_columns(whole, range(args.runs))
    if args.phrase is not None:
        document["phrase"], columns, drawn = _phrase(args, asked, predictor, whole)
        patches |= columns
        curves += [("phrase", curve) for curve in drawn]
    return document, {**tables, "curves.csv": _curve_columns(curves)}


MEANING = {
    "score": "cosine of the phrase with the cloud's zero-shot feature; with other names against it, the margin over their soft maximum",
    "error": "squared Chamfer distance in the unit sphere, mean both ways",
    "error_alone": "error of the patch rebuilt alone from all others",
    "rollout": "attention rollout of a query over the whole cloud (Abnar & Zuidema, 2020), summing to 1",
    "occlusion_error": "growth of the mean error of the hidden patches when this visible patch is left out too",
    "occlusion_phrase": "fall of the phrase's score when this patch is left out of the whole cloud",
    "relevance_integrated": "integrated gradients of the score on the patch tokens, from the mean patch (Sundararajan et al., 2017)",
    "relevance_gradient": "gradient x input of the score on the patch tokens",
    "areas": "mean measured along deletion and insertion in that order (after Petsiuk et al., 2018), mean over runs",
}
"""What the columns hold."""


def _rebuilding(
    args: argparse.Namespace, predictor: "Predictor", prepared: "Prepared"
) -> tuple[dict[str, Any] | None, Columns, tuple["Curves", ...]]:
    import numpy as np

    hidden = predictor.reconstruct(prepared, mask_ratio=args.mask_ratio, strategy=args.strategy, seed=args.seed).hidden
    columns: Columns = {"hidden": hidden.astype(int), "error_alone": predictor.explain(prepared).errors_alone()}
    if not hidden.any():
        return None, columns, ()
    masked = predictor.explain(prepared, hidden)
    occlusion, curves = masked.occlusion(), masked.curves(seeds=range(args.runs), steps=args.steps)
    found = {
        "mask_ratio": args.mask_ratio,
        "strategy": args.strategy,
        "seed": args.seed,
        "hidden": np.flatnonzero(hidden).tolist(),
        "mean_error": occlusion.whole,
        "overlap": masked.coverage().sentence,
        "areas": _areas(curves),
    }
    return found, columns | {"occlusion_error": occlusion.effect}, curves


def _phrase(
    args: argparse.Namespace, asked: dict[str, Any], predictor: "Predictor", whole: "Explainer"
) -> tuple[dict[str, Any], Columns, tuple["Curves", ...]]:
    from recon_model.explain.explainer import PHRASE_ORDERS

    orders = [order for order in PHRASE_ORDERS if order != "error" or "decoder" not in predictor.lacking]
    occlusion = whole.occlusion(args.phrase, **asked)
    columns: Columns = {
        "occlusion_phrase": occlusion.effect,
        "relevance_integrated": whole.relevance(args.phrase, **asked, method="integrated").values,
        "relevance_gradient": whole.relevance(args.phrase, **asked, method="gradient").values,
    }
    curves = whole.curves(args.phrase, **asked, orders=orders, seeds=range(args.runs), steps=args.steps)
    found = {
        "phrase": args.phrase,
        "against": list(asked["against"]),
        "templates": args.templates,
        "score": occlusion.whole,
        "areas": _areas(curves),
    }
    return found, columns, curves


def _areas(curves: Sequence["Curves"]) -> dict[str, dict[str, float]]:
    return {
        curve.order: {"deletion": float(curve.deletion_area.mean()), "insertion": float(curve.insertion_area.mean())} for curve in curves
    }


def _curve_columns(curves: Sequence[tuple[str, "Curves"]]) -> Columns:
    rows = [
        (measured, curve.order, run, *values)
        for measured, curve in curves
        for run in range(len(curve.patches))
        for values in zip(curve.removed, curve.deletion[run], curve.shown, curve.insertion[run], strict=True)
    ]
    names = ("measured", "order", "run", "removed", "deletion", "shown", "insertion")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _ratio_columns(whole: "Explainer", seeds: Sequence[int]) -> Columns:
    found = whole.errors_by_ratio(seeds=seeds)
    rows = [
        (strategy, ratio, count, seed, found.errors[first, second, third])
        for first, strategy in enumerate(found.strategies)
        for second, (ratio, count) in enumerate(zip(found.ratios, found.hidden, strict=True))
        for third, seed in enumerate(found.seeds)
    ]
    return {name: [row[place] for row in rows] for place, name in enumerate(("strategy", "mask_ratio", "hidden", "seed", "error"))}


def _lines(document: dict[str, Any], folder: Path) -> list[str]:
    lines = []
    rebuilding, phrase = document["rebuilding"], document["phrase"]
    if rebuilding is not None:
        lines += [f"Mean error of the hidden patches {rebuilding['mean_error']:.5f}. {rebuilding['overlap']}"]
    if phrase is not None:
        lines.append(f"Score of '{phrase['phrase']}' {phrase['score']:.3f}; mean along the way as patches go (come), by order:")
        lines += [f"  {area['deletion']:6.3f} ({area['insertion']:6.3f})  {order}" for order, area in phrase["areas"].items()]
    return [*lines, *document["notes"], f"Wrote {', '.join(document['files'])} and {RESULT} to '{folder}'."]
