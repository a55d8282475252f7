"""``recon finetune``: teach a model's features the names of labelled clouds; the run is a folder like any other."""

import argparse
from pathlib import Path

from recon_model.runs.options import CUTTING, FINETUNE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of ``recon finetune``; what is left out follows the paper's recipe, or the run to resume."""
    parser.add_argument("--data", help="an .npz (points, labels, names), a .csv (file, label) or a folder of clouds")
    parser.add_argument("--out", required=True, type=Path, help="folder of the run")
    parser.add_argument("--init", help="model to start from: 'default' (when left out), a model's or run's folder, or a .safetensors")
    parser.add_argument("--mode", help="full (all weights), mlp3 or linear (a head on a frozen encoder)")
    parser.add_argument("--epochs", type=int, help="passes over the clouds")
    parser.add_argument("--batch-size", type=int, help="clouds per step")
    parser.add_argument("--seed", type=int, help="seed of the head, the split and the order")
    parser.add_argument("--learning-rate", type=float, help="peak learning rate of the encoder; the head's is ten times as high")
    parser.add_argument("--augment", help="turn (about the up axis) or scale (and shift each axis)")
    parser.add_argument("--num-points", type=int, help="points a cloud is sampled to")
    parser.add_argument("--num-groups", type=int, help="patches it is cut into")
    parser.add_argument("--group-size", type=int, help="points of a patch")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    parser.add_argument("--resume", action="store_true", help="go on from the folder's last checkpoint, exactly")


def run(args: argparse.Namespace) -> int:
    """Trains; returns 0 when done, also when stopped on request (the run can then be resumed)."""
    from recon_model.cli.options import wait_without_spinning
    from recon_model.cli.output import tell

    wait_without_spinning()
    from recon_model.train.finetune import FinetuneRequest, finetune

    def given(names: tuple[str, ...]) -> dict[str, object]:
        return {name: getattr(args, name) for name in names if getattr(args, name) is not None}

    outcome = finetune(
        FinetuneRequest(
            out=args.out,
            data=args.data,
            init=args.init,
            mode=args.mode,
            device=args.device,
            resume=args.resume,
            recipe_changes=given(FINETUNE),
            model_changes=given(CUTTING),
        ),
        tell,
    )
    print(f"{'Done' if outcome == 'done' else 'Stopped; --resume goes on'}: {args.out}")
    return 0
