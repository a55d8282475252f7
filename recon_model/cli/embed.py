"""``recon embed``: the features of many clouds in one file."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon_model.cli.clouds import CloudFiles, tell_of_others
from recon_model.cli.options import add_model, load_model, progress
from recon_model.cli.output import print_lines, write_whole
from recon_model.counts import grouped
from recon_model.errors import InputError

if TYPE_CHECKING:
    from recon_model.geometry.preparation import Floats
    from recon_model.predictor import Predictor
    from recon_model.results import Prepared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon embed`` takes."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="clouds, folders of clouds, or .npz data sets (points, labels, names)")
    parser.add_argument("--out", required=True, type=Path, help=".npz to write")
    add_model(parser)


def run(args: argparse.Namespace) -> int:
    """Writes features (n, 2C), projected (n, D) where the model has it, files (n,), labels (n,) and the model's hash."""
    import numpy as np

    from recon_model.evaluate.embedding import embed_all

    if args.out.suffix.lower() != ".npz":
        raise InputError(f"out ('{args.out}') must end in .npz.")
    predictor = load_model(args)
    prepared, files, labels, outcome = _gather(predictor, args.paths)
    if not prepared:
        raise InputError("None of the paths holds a cloud that can be read.")
    embedding = embed_all(predictor, prepared, progress)
    arrays: dict[str, Any] = {
        "embeddings": embedding.features,
        "files": np.array(files),
        "labels": np.array(labels),
        "model": np.array(predictor.about.name),
        "model_sha256": np.array(str(predictor.card.get("weights_sha256", ""))),
    }
    if embedding.projected is not None:
        arrays["projected"] = embedding.projected
    write_whole(args.out, lambda stream: np.savez(stream, **arrays))
    print_lines(args, [f"Wrote {grouped(len(files))} embeddings of {embedding.features.shape[1]} channels to '{args.out}'."])
    return outcome


def _gather(predictor: "Predictor", paths: Sequence[str]) -> tuple[list["Prepared | Floats"], list[str], list[str], int]:
    """Collects what is to be embedded with a file and a label for each; data sets first, then files in the order given."""
    from recon_model.data.labelled import is_data_set, load_labelled

    sets = [path for path in paths if is_data_set(Path(path))]
    clouds: list[Prepared | Floats] = []
    files: list[str] = []
    labels: list[str] = []
    for path in sets:
        data = load_labelled(Path(path))
        clouds += list(data.points)
        files += [f"{path}#{row}" for row in range(len(data.labels))]
        labels += [data.names[label] for label in data.labels]
    wanted = dict(_files([path for path in paths if path not in sets]))
    reading = CloudFiles(list(wanted))
    for path, cloud in reading:
        tell_of_others(path, cloud)
        clouds.append(predictor.prepare(cloud.points))
        files.append(path)
        labels.append(wanted[path])
    return clouds, files, labels, reading.outcome


def _files(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yields each file with its label: the name of the folder it lies in, below a folder given; "" for a file given itself."""
    from recon_model.data.readers.sniff import EXTENSIONS

    for path in paths:
        root = Path(path)
        if not root.is_dir():
            yield path, ""
            continue
        for file in sorted(root.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
            if file.is_file() and not hidden and file.suffix.lower().lstrip(".") in EXTENSIONS:
                yield str(file), file.parent.name if file.parent != root else ""
