"""``recon classify``: rank names for clouds, and the labels of a fine-tuned head where the model has one."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from recon_model.cli.clouds import CloudFiles, tell_of_others
from recon_model.cli.names import add_names, add_template, asked_names, asked_templates
from recon_model.cli.options import add_json, add_model, load_model
from recon_model.cli.output import USAGE, print_json, print_lines
from recon_model.cli.treatment import add_treatment, read_fix, treated
from recon_model.counts import counted
from recon_model.errors import InputError
from recon_model.lexicon import Name, as_names, by_words_alone, taught, untaught

if TYPE_CHECKING:
    from recon_model.predictor import Predictor
    from recon_model.results import Prepared
    from recon_model.teachers.ranking import Scores


SHOWN = 5
"""Names shown of all that a model was taught, where none were asked for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon classify`` takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a cloud or mesh")
    add_names(parser, "; without them, those the model was taught, or the labels of its fine-tuned head")
    add_treatment(parser)
    add_model(parser, words=True)
    add_template(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Prints the rankings of every file that can be read; says which cannot, and then returns 2."""
    names = asked_names(args)
    templates = asked_templates(args)
    for fix in args.fix:
        read_fix(fix, (0.0, 0.0, 0.0))  # first: what cannot be understood should be told once
    predictor = load_model(args)
    asked = bool(names or predictor.labels)
    if not asked:
        names = _all_taught(predictor)
    if names:
        predictor.vocabulary.classifier(names, templates)  # first: a missing teacher should be told before files are read
    found: list[dict[str, Any]] = []
    clouds = CloudFiles(args.files)
    for path, cloud in clouds:
        tell_of_others(path, cloud)
        try:
            prepared = predictor.prepare(treated(cloud, args.fix).points, up=args.up)
        except InputError as error:  # the others can be ranked all the same
            clouds.outcome = USAGE
            print(f"{path}: {error}", file=sys.stderr)
            continue
        by_head = {"labels": _labelled(predictor, prepared)} if predictor.labels else {}
        ranked = _ranked(predictor.classify(prepared, names, templates)) if names else {}
        found.append({"file": path, **by_head, **ranked})
    by_words = untaught(names, predictor.card)
    if args.json:
        print_json(args, {"files": found, "untaught": by_words})
    else:
        for entry in found:
            print_lines(args, [entry["file"], *_in_words(entry, None if asked else SHOWN)])
        if not asked and found:
            print_lines(args, [f"Ranked were the {counted(len(names), 'name')} this model was taught; --names asks for others."])
        print_lines(args, filter(None, [by_words_alone(by_words)]))
    return clouds.outcome


def _all_taught(predictor: "Predictor") -> tuple[Name, ...]:
    names = as_names(taught(predictor.card))
    if not names:
        raise InputError("names must be given (--names or --names-file): this model does not say which it was taught, and has no labels.")
    return names


def _labelled(predictor: "Predictor", prepared: "Prepared") -> list[dict[str, Any]]:
    """The head's labels with their shares, the surest first."""
    shares = predictor.embed([prepared]).labels
    assert shares is not None
    ranked = sorted(zip(predictor.labels, shares[0].tolist(), strict=True), key=lambda pair: -pair[1])
    return [{"label": label, "share": share} for label, share in ranked]


def _ranked(scores: "Scores") -> dict[str, Any]:
    ranked = zip(scores.names, scores.similarities.tolist(), strict=True)
    rows = [{"name": name, "score": score} for name, score in ranked]
    closest = None if scores.closest is None else {"name": scores.closest[0], "score": scores.closest[1]}
    doubts = {"margin": scores.margin, "entropy_bits": scores.entropy, "unlike": scores.unlike}
    rather = None if scores.rather is None else {"up": scores.rather[0], "chance": scores.rather[1]}
    return {"scores": rows, **doubts, "closest_taught": closest, "rather": rather}


def _in_words(entry: dict[str, Any], shown: int | None) -> list[str]:
    lines: list[str] = []
    if "labels" in entry:
        lines += ["  by the fine-tuned head:", *(f"  {100 * row['share']:5.1f} %  {row['label']}" for row in entry["labels"])]
    if "scores" in entry:
        lines += ["  by words:"] if lines else []
        lines += [*(f"  {row['score']:6.3f}  {row['name']}" for row in entry["scores"][:shown]), f"  {_doubts(entry)}"]
    return lines


def _doubts(entry: dict[str, Any]) -> str:
    parts = [
        "" if entry["margin"] is None else f"margin {100 * entry['margin']:.1f} points",
        f"entropy {entry['entropy_bits']:.2f} bits",
        "" if entry["unlike"] is None else f"more unlike the taught names than {100 * entry['unlike']:.0f} % of known clouds",
        _closest(entry),
        _rather(entry["rather"]),
    ]
    return ", ".join(filter(None, parts))


def _closest(entry: dict[str, Any]) -> str:
    closest = entry["closest_taught"]
    on_offer = closest is None or closest["name"] in {row["name"] for row in entry["scores"]}
    return "" if on_offer else f"of all taught names {closest['name']!r} fits best ({closest['score']:.3f})"


def _rather(rather: dict[str, Any] | None) -> str:
    return "" if rather is None else f"named as if {rather['up']} were up ({100 * rather['chance']:.0f} % sure, given these names)"
