"""What several commands take: a model, names, and how far a long job is."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from recon_model.errors import InputError

if TYPE_CHECKING:
    from recon_model.predictor import Predictor


MODEL = "'default', a model's or run's folder, or the authors' .pth"
"""What may be given as a model."""


def add_model(parser: argparse.ArgumentParser, *, words: bool = False, measures: bool = False) -> None:
    """Adds ``--model`` and ``--device`` and, for commands that read words, where the text teacher is. What ``measures`` a model always asks
    it in float32; other commands get ``--precision``."""
    parser.add_argument("--model", default="default", help=MODEL)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    if measures:
        parser.set_defaults(precision="float32")
    else:
        parser.add_argument("--precision", default="auto", help="float32, bfloat16, or auto: bfloat16 where the processor multiplies it")
    if words:
        parser.add_argument("--templates", default="default", help="default, plain, everyday or published")
        parser.add_argument("--teacher", help="text teacher: 'default', a folder, or open_clip's name/tag; left out, the model's own")
        parser.add_argument("--download-teacher", action="store_true", help="fetch a published text teacher if it is not on this disk")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Adds ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def load_model(args: argparse.Namespace) -> "Predictor":
    """Loads the model asked for; imports torch."""
    download = bool(getattr(args, "download_teacher", False))
    if not download:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from recon_model.predictor import Predictor

    return Predictor.load(
        args.model,
        args.device,
        precision=getattr(args, "precision", "auto"),
        teacher=getattr(args, "teacher", None),
        allow_download=download,
    )


def split_names(text: str) -> tuple[str, ...]:
    """Splits names at commas.

    Raises:
        InputError: none is left, or one occurs twice.
    """
    names = tuple(name for name in (" ".join(part.split()) for part in text.split(",")) if name)
    if not names:
        raise InputError(f"names ({text!r}) must hold at least one name; separate several by commas.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"names must differ from each other; {', '.join(twice)} occurs more than once.")
    return names


def progress(share: float) -> None:
    """Shows on a terminal how far a long job is."""
    if sys.stderr.isatty():
        print(f"\r{share:4.0%}", end="\r" if share >= 1 else "", file=sys.stderr, flush=True)


def wait_without_spinning() -> None:
    """Lets idle threads of torch sleep; to be called before torch is imported.

    Threads that spin while they wait fight for cores with whatever else runs: on two busy cores, training steps took three times as long.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
