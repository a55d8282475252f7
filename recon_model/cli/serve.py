"""``recon serve``: the helper processes of the studio, also for a machine elsewhere (``ssh gpu-box recon serve --role model``)."""

import argparse

from recon_model.config import PRECISIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon serve`` takes."""
    from recon_model.serve.__main__ import ROLES

    parser.add_argument("--role", required=True, choices=ROLES, help="what this process does")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto", help="what models answer in; auto: bfloat16 where it is fast")


def run(args: argparse.Namespace) -> int:
    """Plays the role; does not return."""
    from recon_model.serve.__main__ import leave, play

    leave(play(args.role, args.precision))
