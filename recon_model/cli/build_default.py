"""`recon build-default`: rebuild the model that ships inside, from nothing."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `recon build-default`."""
    parser.add_argument("--out", type=Path, default=Path("assets"), help="folder to write clip/ and default/ to")
    parser.add_argument(
        "--work", type=Path, default=Path("runs/default"), help="folder for what the stages leave; go on by giving it again"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of everything")
    parser.add_argument("--init", metavar="MODEL", help="'default' or a model's folder, to settle anew instead of pretraining one")
    parser.add_argument("--minilm", type=Path, help="folder of all-MiniLM-L6-v2; left out, the text tower that ships is kept")
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"), help="folder of WordNet's database files")
    parser.add_argument("--measure", type=Path, nargs="*", default=(), help="labelled .npz files to measure zero-shot naming on")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps, for pretraining")
    parser.add_argument("--epochs", type=int, help="epochs of pretraining, where not the recipe's")
    parser.add_argument("--cache", type=Path, help="where cut shapes are kept between runs (default: the user's cache folder)")


def run(args: argparse.Namespace) -> int:
    """Builds; each stage is said with the time it took."""
    from recon_model.cli.output import tell
    from recon_model.train.default_model import Plan, build

    plan = Plan(
        out=args.out,
        work=args.work,
        seed=args.seed,
        init=args.init,
        minilm=args.minilm,
        wordnet=args.wordnet,
        measure=args.measure,
        device=args.device,
        epochs=args.epochs,
        cache=args.cache,
    )
    try:
        build(plan, tell)
    except KeyboardInterrupt:
        tell(f"The stages that are done stay in '{args.work}'; the same command goes on from there.")
        raise
    return 0
