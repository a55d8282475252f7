"""``recon evaluate``: measure a model by a named protocol."""

import argparse
from pathlib import Path
from typing import Any

from recon_model.cli.options import add_json, add_model, load_model, progress, split_names
from recon_model.cli.output import print_json, print_lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon evaluate`` takes."""
    protocols = parser.add_subparsers(dest="protocol", required=True, metavar="PROTOCOL")
    for name, purpose in (
        ("zero-shot", "how often the right name is the closest, without training on names"),
        ("svm", "a linear SVM on frozen features, in five folds"),
    ):
        protocol = protocols.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
        protocol.add_argument("--data", required=True, type=Path, help=".npz with points (K, P, 3), labels (K,) and names (C,)")
        add_model(protocol, words=name == "zero-shot")
        add_json(protocol)
    zero_shot, svm = (protocols.choices[name] for name in ("zero-shot", "svm"))
    zero_shot.add_argument(
        "--names", help="candidates, separated by commas; clouds of other names are left out (default: the data's names)"
    )
    svm.add_argument("--seed", type=int, default=0, help="seed of the folds")


def run(args: argparse.Namespace) -> None:
    """Measures and prints the result with its protocol."""
    names = split_names(args.names) if getattr(args, "names", None) is not None else None
    from recon_model.data.labelled import load_labelled

    data = load_labelled(args.data)
    predictor = load_model(args)
    result: dict[str, Any]
    if args.protocol == "svm":
        from recon_model.evaluate.svm import linear_svm

        result = linear_svm(predictor, data, str(args.data), seed=args.seed, tell=progress)
    else:
        from recon_model.evaluate.zero_shot import zero_shot

        result = zero_shot(predictor, data, str(args.data), names=names, templates=args.templates, tell=progress)
    if args.json:
        print_json(args, result)
    else:
        print_lines(args, _lines(result))


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [result["protocol"], f"top-1 {result['top1']:6.1%}"]
    if "top5" in result:
        lines.append(f"top-5 {result['top5']:6.1%}")
        lines += [f"{name:<20} {'no clouds' if share is None else f'{share:6.1%}'}" for name, share in result["per_class"].items()]
    return lines
