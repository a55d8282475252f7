"""``recon convert``: the authors' checkpoint to our folder, and back."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from recon_model.cli.options import MODEL
from recon_model.cli.output import print_lines
from recon_model.errors import CheckpointError, ConfigError, InputError

if TYPE_CHECKING:
    from recon_model.checkpoint.opening import Stored

SETTINGS = {
    "heads": ("attention heads of the encoder", "width / 64"),
    "decoder_heads": ("attention heads of the decoder", "as the encoder"),
    "num_points": ("points of a cloud", "1024"),
    "num_groups": ("patches of a cloud", "64"),
    "group_size": ("points of a patch", "as the decoder has them, else 32"),
}
"""Settings to give with the authors' files: what each is, and what it is if not given."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon convert`` takes."""
    parser.add_argument("source", metavar="IN", help=MODEL)
    parser.add_argument("target", type=Path, metavar="OUT", help="a folder to make, or a .pth to write")
    told = parser.add_argument_group("what the shapes in the authors' file cannot tell")
    for setting, (words, default) in SETTINGS.items():
        told.add_argument(f"--{setting.replace('_', '-')}", type=int, metavar="N", help=f"{words} (default: {default})")


def run(args: argparse.Namespace) -> None:
    """Writes the other form and prints what matched."""
    from recon_model.checkpoint import format as folder_format
    from recon_model.checkpoint import opening, release
    from recon_model.checkpoint.keys import Kind

    given = {name: getattr(args, name) for name in SETTINGS if getattr(args, name) is not None}
    stored = opening.read(args.source, **given)
    target: Path = args.target
    to_release = target.suffix.lower() in (".pth", ".pt")
    kind = stored.card.get("kind", "pretraining")
    if kind not in get_args(Kind):
        raise CheckpointError(f"kind ({kind!r}) on the card of '{args.source}' must be one of {', '.join(get_args(Kind))}.")
    if (to_release and target.is_dir()) or (not to_release and target.is_file()):
        raise InputError(f"'{target}' is a {'folder' if to_release else 'file'} already; name a {'file' if to_release else 'folder'}.")
    if not target.parent.is_dir():
        raise InputError(f"The folder '{target.parent}' does not exist.")
    card = stored.card
    try:
        if to_release:
            release.save(target, stored.state, kind, epoch=int(card.get("epoch", 0)))
        else:
            card = opening.carry_upright(target, args.source, card)
            folder_format.save(target, stored.state, card)
    except OSError as error:
        raise InputError(f"'{target}' cannot be written: {error.strerror}.") from error
    lying = () if card.keys() == stored.card.keys() else (f"Left out what stands clouds up: {opening.UPRIGHT} is not beside the model.",)
    notes = (*stored.notes, *_matched(stored), *lying)
    print_lines(args, (*notes, *(_lost(target, stored.card) if to_release else ()), f"Wrote '{target}', a {kind} checkpoint."))


def _matched(stored: "Stored") -> tuple[str, ...]:
    """Holds the tensors against the model its card describes."""
    from recon_model.checkpoint.loading import compare
    from recon_model.config import ModelConfig
    from recon_model.models.pretraining import Pretraining

    if stored.card.get("kind", "pretraining") != "pretraining":
        return (f"{len(stored.state)} tensors, all kept.",)
    return compare(Pretraining(ModelConfig.from_dict(stored.card["config"])), stored.state).notes()


def _lost(target: Path, card: Mapping[str, Any]) -> tuple[str, ...]:
    """Says which settings cannot be told from the authors' kind of file: whoever loads it must know them."""
    from recon_model.checkpoint import release

    config = card["config"]
    try:
        told = release.load(target).config().to_dict()
    except ConfigError as error:
        return (f"Whoever loads the file must know its settings: {error}",)
    lost = [f"{name}={config[name]}" for name in told if name in config and _plain(told[name]) != _plain(config[name])]
    return (f"The file cannot say {', '.join(lost)}; whoever loads it must.",) if lost else ()


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
