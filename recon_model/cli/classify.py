"""``recon classify``: rank names for clouds."""

import argparse
from typing import Any

from recon_model.cli.clouds import CloudFiles
from recon_model.cli.options import add_json, add_model, load_model, split_names
from recon_model.cli.output import print_json, print_lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon classify`` takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a cloud or mesh")
    parser.add_argument("--names", required=True, help="names to rank, separated by commas")
    add_model(parser, words=True)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Prints the ranking of every file that can be read; says which cannot, and then returns 2."""
    names = split_names(args.names)
    predictor = load_model(args)
    predictor.vocabulary.rows(names, args.templates)  # first: a missing teacher should be told before files are read
    found: list[dict[str, Any]] = []
    clouds = CloudFiles(args.files)
    for path, cloud in clouds:
        scores = predictor.classify(predictor.prepare(cloud.points), names, args.templates)
        ranked = zip(scores.names, scores.similarities.tolist(), strict=True)
        found.append({"file": path, "scores": [{"name": name, "score": score} for name, score in ranked]})
    if args.json:
        print_json(args, {"files": found})
    else:
        for entry in found:
            print_lines(args, [entry["file"], *(f"  {row['score']:6.3f}  {row['name']}" for row in entry["scores"])])
    return clouds.outcome
