"""``recon info``: what a model is."""

import argparse
from typing import Any

from recon_model.cli.options import MODEL, add_json, load_model
from recon_model.cli.output import print_json, print_lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon info`` takes."""
    parser.add_argument("model", nargs="?", default="default", metavar="MODEL", help=MODEL)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    add_json(parser)


def run(args: argparse.Namespace) -> None:
    """Loads the model and prints its size, its card and what loading matched."""
    from recon_model.serve.versions import versions

    predictor = load_model(args)
    about = predictor.about
    document: dict[str, Any] = {
        "name": about.name,
        "parameters": about.parameters,
        "device": about.device,
        "versions": versions(),
        "notes": list(about.notes),
        "card": predictor.card,
    }
    if args.json:
        print_json(args, document)
        return
    config, card = predictor.config, predictor.card
    teacher = card.get("teacher") or {}
    lines = [
        ("model", about.name),
        ("parameters", f"{about.parameters:,} ({about.parameters / 1e6:.2f} M)"),
        ("encoder", f"width {config.width}, {config.depth} blocks, {config.heads} heads; decoder {config.decoder_depth} blocks"),
        ("input", f"{config.num_points} points, {config.num_groups} patches of {config.group_size}"),
        ("text teacher", str(teacher.get("name", "not named"))),
        ("templates", str(len(card.get("templates") or ())) or "none"),
        ("device", about.device),
        ("versions", ", ".join(f"{name} {number}" for name, number in document["versions"].items())),
        *(("result", _in_words(result)) for result in card.get("results") or ()),
        *(("note", note) for note in about.notes),
    ]
    print_lines(args, (f"{label:<13} {value}" for label, value in lines))


def _in_words(result: Any) -> str:
    """One measured result of a card; what is not as expected is shown as it stands."""
    if not isinstance(result, dict) or not isinstance(result.get("top1"), float):
        return str(result)
    where = f" on {result['data']} ({result.get('n', '?')} clouds)" if "data" in result else ""
    return f"top-1 {result['top1']:.1%}{where}: {result.get('protocol', 'no protocol is named.')}"
