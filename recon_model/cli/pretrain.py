"""`recon pretrain`: teach a model from scratch and write the run into a folder."""

import argparse
from pathlib import Path

from recon_model.runs.options import PRETRAIN


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `recon pretrain`; what is left out follows the preset, or the run to resume."""
    parser.add_argument("--preset", help="size and recipe: studio (the default), quick (two minutes on two cores), tiny, small or base")
    parser.add_argument("--data", help="'synthetic' (the default), an .npz (points, labels, names), a .csv (file, label) or a folder")
    parser.add_argument("--out", required=True, type=Path, help="folder of the run")
    parser.add_argument("--teacher", help="'default' (the CLIP that ships inside), a folder, or a published open_clip name")
    parser.add_argument("--init", help="model to start from instead of random weights: 'default', a folder, or a run's .safetensors")
    parser.add_argument("--epochs", type=int, help="passes over the data")
    parser.add_argument("--steps-per-epoch", type=int, help="steps in an epoch (0: one pass)")
    parser.add_argument("--batch-size", type=int, help="clouds per step")
    parser.add_argument("--seed", type=int, help="seed of weights, data and masks")
    parser.add_argument("--learning-rate", type=float, help="peak learning rate")
    parser.add_argument("--shapes", type=int, help="synthetic shapes to make")
    taught = parser.add_mutually_exclusive_group()
    taught.add_argument("--names", help="synthetic categories to teach, separated by commas (default: all)")
    taught.add_argument("--leave-out", metavar="NAMES", help="synthetic categories not to teach: what is unknown can be measured on them")
    parser.add_argument("--image-teacher", action=argparse.BooleanOptionalAction, help="also teach by pictures of the synthetic shapes")
    parser.add_argument("--wrong-ups", type=int, help="looks at every cloud lying down, which no name should fit (0 to 5)")
    parser.add_argument("--frozen-norm", action=argparse.BooleanOptionalAction, help="BatchNorm keeps the figures the run begins with")
    parser.add_argument("--show-whole", action=argparse.BooleanOptionalAction, help="steps that do not rebuild see whole clouds")
    parser.add_argument("--precision", help="32-true or bf16-mixed")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    parser.add_argument("--resume", action="store_true", help="go on from the folder's last checkpoint, exactly")
    parser.add_argument("--tensorboard", action="store_true", help="write scalars for TensorBoard into the run's folder, too")
    parser.add_argument("--cache", type=Path, help="where cut shapes are kept between runs (default: the user's cache folder)")


def run(args: argparse.Namespace) -> int:
    """Trains; returns 0 when done, also when stopped on request (the run can then be resumed)."""
    from recon_model.cli.options import split_names, wait_without_spinning
    from recon_model.cli.output import tell

    wait_without_spinning()
    from recon_model.train.launch import Request, launch

    changes = {name: getattr(args, name) for name in PRETRAIN if getattr(args, name) is not None}
    if args.names is not None:
        changes["names"] = split_names(args.names)
    elif args.leave_out is not None:
        changes["names"] = _all_but(split_names(args.leave_out))
    request = Request(
        out=args.out,
        preset=args.preset,
        data=args.data,
        teacher=args.teacher,
        init=args.init,
        device=args.device,
        resume=args.resume,
        cache=args.cache,
        tensorboard=args.tensorboard,
        recipe_changes=changes,
    )
    outcome = launch(request, tell)
    print(f"{'Done' if outcome == 'done' else 'Stopped; --resume goes on'}: {args.out}")
    return 0


def _all_but(left_out: tuple[str, ...]) -> tuple[str, ...]:
    from recon_model.data.synthetic import CATEGORIES
    from recon_model.errors import InputError

    unknown = sorted(set(left_out) - set(CATEGORIES))
    if unknown:
        raise InputError(f"leave-out ({', '.join(unknown)}) must hold synthetic categories only: {', '.join(sorted(CATEGORIES))}.")
    return tuple(name for name in sorted(CATEGORIES) if name not in left_out)
