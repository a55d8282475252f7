"""``recon reconstruct``: hide patches of a cloud, rebuild them, and write what came of it."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon_model.cli.clouds import CloudFiles
from recon_model.cli.options import add_json, add_model, load_model
from recon_model.cli.output import make_folder, print_json, print_lines, write_json, write_whole
from recon_model.cli.treatment import add_treatment, origin, treated
from recon_model.errors import InputError

if TYPE_CHECKING:
    from recon_model.data.clouds import Cloud
    from recon_model.predictor import Predictor
    from recon_model.results import Prepared, Reconstruction

RESULT = "reconstruction.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon reconstruct`` takes."""
    parser.add_argument("file", metavar="FILE", help="a cloud or mesh")
    parser.add_argument("--mask-ratio", type=float, default=0.6, help="share of patches to hide, at least 0 and below 1")
    parser.add_argument("--strategy", default="random", help="which patches to hide: random, or block (neighbours of one)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the draw")
    parser.add_argument("--hidden", metavar="N,N,…", help="numbers of the patches to hide, in place of a draw; none: 'none'")
    parser.add_argument("--member", type=int, default=0, metavar="N", help="which cloud of a file that holds several, from 0")
    parser.add_argument("--out", required=True, type=Path, help="folder for the results; made if missing")
    add_treatment(parser)
    add_model(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Writes input.ply, visible.ply, reconstruction.ply and reconstruction.json; coordinates are those of the file."""
    predictor = load_model(args)
    clouds = CloudFiles([args.file], member=args.member)
    for _, given in clouds:
        cloud = treated(given, args.fix)
        prepared = predictor.prepare(cloud.points, up=args.up)
        hidden = None if args.hidden is None else _flags(args.hidden, len(prepared.centres))
        result = predictor.reconstruct(prepared, mask_ratio=args.mask_ratio, strategy=args.strategy, seed=args.seed, hidden=hidden)
        folder = make_folder(args.out)
        document = _document(args, predictor, cloud, prepared, result)
        for name, columns in _tables(cloud, prepared, result).items():
            _write_ply(folder / name, columns, f"{name} of {Path(args.file).name} by recon reconstruct")
        # Last: where the document is there, everything it speaks of is.
        write_json(folder / RESULT, document)
        if args.json:
            print_json(args, document)
        else:
            print_lines(args, _lines(document, folder))
    return clouds.outcome


def _flags(numbers: str, groups: int) -> Any:
    """Returns which patches (groups,) a list of numbers names.

    Raises:
        InputError: it is no list of patches.
    """
    import numpy as np

    flags = np.zeros(groups, dtype=np.bool_)
    for word in numbers.split(",") if numbers != "none" else ():
        if not word.strip().isdecimal() or int(word) >= groups:
            raise InputError(
                f"--hidden ({word.strip() or numbers!r}) must be numbers of patches from 0 to {groups - 1}, separated by commas."
            )
        flags[int(word)] = True
    return flags


def _write_ply(path: Path, columns: Mapping[str, Any], comment: str) -> None:
    from recon_model.cli.ply import write_ply

    write_whole(path, lambda stream: write_ply(stream, columns, comment))


def _document(
    args: argparse.Namespace, predictor: "Predictor", cloud: "Cloud", prepared: "Prepared", result: "Reconstruction"
) -> dict[str, Any]:
    import numpy as np

    from recon_model.versions import versions

    places = np.flatnonzero(result.hidden).tolist()
    drawn = {"mask_ratio": args.mask_ratio, "strategy": args.strategy, "seed": args.seed}
    return {
        **origin(args, predictor, prepared),
        **(drawn if args.hidden is None else dict.fromkeys(drawn)),
        "hidden": places,
        "patches": [{"patch": place, "chamfer": error} for place, error in zip(places, result.chamfer.tolist(), strict=True)],
        "mean_chamfer": float(result.chamfer.mean()) if places else None,
        "unit": "squared Chamfer distance (mean both ways, summed) in the unit sphere; times scale squared it is in the file's units",
        "scale": prepared.scale,
        "centre": [middle + shift for middle, shift in zip(prepared.centre, cloud.origin, strict=True)],
        "notes": [*cloud.notes, *prepared.notes],
        "versions": versions(),
    }


def _tables(cloud: "Cloud", prepared: "Prepared", result: "Reconstruction") -> dict[str, dict[str, Any]]:
    """Columns of the three files. Patches overlap, so a point may occur in several; ``patch`` says in which."""
    import numpy as np

    size = prepared.members.shape[1]
    hidden, seen = np.flatnonzero(result.hidden), np.flatnonzero(~result.hidden)
    visible = prepared.points[prepared.members[seen]].reshape(-1, 3)
    rebuilt = result.rebuilt.reshape(-1, 3)

    def columns(points: Any, **more: Any) -> dict[str, Any]:
        # In float64: far from zero, as surveyed clouds are, float32 would round centimetres away.
        placed = prepared.outward(points) + cloud.origin
        return {axis: placed[:, column] for column, axis in enumerate("xyz")} | more

    seen_patch, hidden_patch = (np.repeat(places, size).astype(np.int32) for places in (seen, hidden))
    return {
        "input.ply": columns(prepared.points),
        "visible.ply": columns(visible, patch=seen_patch),
        "reconstruction.ply": columns(
            np.concatenate([visible, rebuilt]),
            patch=np.concatenate([seen_patch, hidden_patch]),
            rebuilt=np.repeat([0, 1], [len(visible), len(rebuilt)]).astype(np.uint8),
        ),
    }


def _lines(document: Mapping[str, Any], folder: Path) -> list[str]:
    mean, count = document["mean_chamfer"], len(document["hidden"])
    how = "as given" if document["seed"] is None else f"{document['strategy']}, seed {document['seed']}"
    return [
        f"{count} patches hidden ({how}) and rebuilt by '{document['model']['name']}'.",
        "Nothing was hidden." if mean is None else f"Mean squared Chamfer distance {mean:.5f} in the unit sphere.",
        *document["notes"],
        f"Wrote input.ply, visible.ply, reconstruction.ply and {RESULT} to '{folder}'.",
    ]
