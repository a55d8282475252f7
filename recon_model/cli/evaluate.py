"""``recon evaluate``: measure a model by a named protocol."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon_model.cli.options import add_json, add_model, load_model, progress, split_names
from recon_model.cli.output import print_json, print_lines
from recon_model.cli.treatment import add_up

if TYPE_CHECKING:
    from recon_model.data.labelled import LabelledClouds
    from recon_model.evaluate.disturbance import Disturbance
    from recon_model.predictor import Predictor

PROTOCOLS = {
    "zero-shot": "how often the right name is the closest, without training on names",
    "svm": "a linear SVM on frozen features, in five folds",
    "upright": "how often it leaves standing what stands, and stands up what lies",
    "reconstruction": "how near rebuilt patches come, beside two rules that need no model",
    "words": "how often a phrase finds the name it means, without any cloud",
    "unlike": "how well clouds of held-out names are told from clouds of taught ones",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon evaluate`` takes."""
    protocols = parser.add_subparsers(dest="protocol", required=True, metavar="PROTOCOL")
    for name, purpose in PROTOCOLS.items():
        protocol = protocols.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
        clouds = ".npz with points (K, P, 3), labels (K,) and names (C,), or a folder"
        protocol.add_argument("--data", required=True, type=Path, help=".csv with columns phrase and name" if name == "words" else clouds)
        add_model(protocol, words=name in ("zero-shot", "unlike", "words"), measures=True)
        if name in ("upright", "words"):  # nothing is drawn: every cloud is laid on all its sides, of words there is none
            add_json(protocol)
            continue
        protocol.add_argument("--seed", type=int, default=0, help="seed of everything drawn at random")
        if name == "reconstruction":
            protocol.add_argument("--mask-ratio", type=float, default=0.6, help="share of patches hidden")
            protocol.add_argument("--strategy", choices=("random", "block"), default="random", help="which patches are hidden")
        else:
            _add_disturbance(protocol)
        add_json(protocol)
    for name in ("zero-shot", "svm"):
        protocols.choices[name].add_argument(
            "--votes", type=int, default=1, help="how often each cloud is cut into patches; features are means over the cuts"
        )
    zero_shot, foreign = protocols.choices["zero-shot"], protocols.choices["unlike"]
    zero_shot.add_argument(
        "--names", help="candidates, separated by commas; clouds of other names are left out (default: the data's names)"
    )
    zero_shot.add_argument("--all-names", action="store_true", help="let every name the model was taught compete")
    foreign.add_argument("--held-out", help="foreign names, separated by commas (default: the data's names that the model was not taught)")


def _add_disturbance(parser: argparse.ArgumentParser) -> None:
    add_up(parser, "clouds")
    parser.add_argument("--missing", type=float, default=0.0, help="share of each cloud's points that is missing, in one region (0.3)")
    parser.add_argument("--rotate-y", action="store_true", help="turn each cloud about y by a random angle")
    parser.add_argument("--orientations", action="store_true", help="turn each cloud to a random one of the 24 axis orientations")


def run(args: argparse.Namespace) -> None:
    """Measures and prints the result with its protocol."""
    for option in ("names", "held_out"):
        if getattr(args, option, None) is not None:
            setattr(args, option, split_names(getattr(args, option)))
    result = {"words": _words, "upright": _upright}.get(args.protocol, _clouds)(args)
    if args.json:
        print_json(args, result)
    else:
        print_lines(args, [result["protocol"], *_LINES[args.protocol](result)])


def _words(args: argparse.Namespace) -> dict[str, Any]:
    from recon_model.evaluate.words import load_phrases, words

    phrases = load_phrases(args.data)
    return words(load_model(args), phrases, str(args.data), templates=args.templates)


def _upright(args: argparse.Namespace) -> dict[str, Any]:
    from recon_model.evaluate.upright import upright

    data = _data(args)
    return upright(load_model(args), data, str(args.data), tell=progress)


def _clouds(args: argparse.Namespace) -> dict[str, Any]:
    disturbance = _disturbance(args)
    data = _data(args)
    return _measure(args, load_model(args), data, disturbance)


def _data(args: argparse.Namespace) -> "LabelledClouds":
    from recon_model.data.labelled import load_labelled

    data = load_labelled(args.data)
    if data.left_out:
        print(data.told(), file=sys.stderr)
    return data


def _disturbance(args: argparse.Namespace) -> "Disturbance":
    from recon_model.evaluate.disturbance import Disturbance

    wanted = {name: getattr(args, name) for name in ("missing", "rotate_y", "orientations") if hasattr(args, name)}
    return Disturbance(seed=args.seed, **wanted)


def _measure(args: argparse.Namespace, predictor: "Predictor", data: "LabelledClouds", disturbance: "Disturbance") -> dict[str, Any]:
    source = str(args.data)
    if args.protocol == "svm":
        from recon_model.evaluate.svm import linear_svm

        return linear_svm(predictor, data, source, seed=args.seed, disturbance=disturbance, up=args.up, votes=args.votes, tell=progress)
    if args.protocol == "reconstruction":
        from recon_model.evaluate.reconstruction import reconstruction

        return reconstruction(predictor, data, source, mask_ratio=args.mask_ratio, strategy=args.strategy, seed=args.seed, tell=progress)
    if args.protocol == "unlike":
        from recon_model.evaluate.unlike import unlike

        return unlike(
            predictor, data, source, held_out=args.held_out, templates=args.templates, disturbance=disturbance, up=args.up, tell=progress
        )
    from recon_model.evaluate.zero_shot import zero_shot

    return zero_shot(
        predictor,
        data,
        source,
        names=args.names,
        all_names=args.all_names,
        templates=args.templates,
        disturbance=disturbance,
        up=args.up,
        votes=args.votes,
        tell=progress,
    )


def _zero_shot_lines(result: dict[str, Any]) -> list[str]:
    from recon_model.evaluate.zero_shot import largest_confusions

    tops = ("top1", "top3", "top5")
    lines = [f"top-{top[3:]} {result[top]:6.1%}" for top in tops]
    if "restricted" in result:
        few = result["restricted"]
        lines.append(f"among the {few['n']} names of the data: " + ", ".join(f"top-{top[3:]} {few[top]:.1%}" for top in tops))
    lines += [f"{name:<20} {share:6.1%}" for name, share in result["per_class"].items() if share is not None]
    pairs = largest_confusions(result)
    if pairs:
        lines += ["largest confusions:", *(f"  {p.true} taken for {p.predicted}: {p.clouds} ({p.share:.0%})" for p in pairs)]
    return lines


def _svm_lines(result: dict[str, Any]) -> list[str]:
    return [f"top-1 {result['top1']:6.1%} ± {result['std']:.1%}"]


def _reconstruction_lines(result: dict[str, Any]) -> list[str]:
    lines = [f"{'model':<24} {result['chamfer']:.6f}"]
    for name, value in result["baselines"].items():
        ratio = result["ratios"][name]
        lines.append(f"{name:<24} {value:.6f}" + ("" if ratio is None else f"   the model has {ratio:.2f} of it"))
    return lines


def _words_lines(result: dict[str, Any]) -> list[str]:
    lines = [f"top-{top[3:]} {result[top]:6.1%}" for top in ("top1", "top3", "top5")]
    lines += [f"{kind:<20} {share:6.1%}" for kind, share in result["by_kind"].items() if kind]
    return lines + [f"  {phrase!r} is {name}, was taken for {taken}" for phrase, name, taken in result["wrong"]]


def _upright_lines(result: dict[str, Any]) -> list[str]:
    lines = [f"kept standing        {result['kept_standing']:6.1%}", f"found lying          {result['up_found']:6.1%}"]
    return lines + [f"{name:<20} {share:6.1%}" for name, share in (result["by_up"] | result["per_class"]).items() if share is not None]


def _unlike_lines(result: dict[str, Any]) -> list[str]:
    found = result["found"]
    return [f"{name:<12} AUROC {value:.3f}, finds {found[name]:.1%} at 5% false alarms" for name, value in result["auroc"].items()]


_LINES = {
    "zero-shot": _zero_shot_lines,
    "svm": _svm_lines,
    "upright": _upright_lines,
    "reconstruction": _reconstruction_lines,
    "words": _words_lines,
    "unlike": _unlike_lines,
}
