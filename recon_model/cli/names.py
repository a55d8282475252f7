"""The names that commands rank, and the sentences they are put into, as the Words room has them."""

import argparse
from pathlib import Path

from recon_model.cli.options import split_names
from recon_model.errors import InputError
from recon_model.lexicon import Lexicon, Name, as_names, parse
from recon_model.templates import Templates


def add_names(parser: argparse.ArgumentParser, more: str = "", *, required: bool = False) -> None:
    """Adds ``--names`` and ``--names-file``, of which one may be given, or must; ``more`` ends what the help says."""
    names = parser.add_mutually_exclusive_group(required=required)
    names.add_argument(
        "--names", help=f"names to rank, separated by commas; or by semicolons, each as in a file of names: 'chair = armchair; sofa'{more}"
    )
    names.add_argument(
        "--names-file", type=Path, metavar="TXT", help="names, one a line, as in the Words room: 'chair = armchair, stool, - sofa'"
    )


def add_template(parser: argparse.ArgumentParser) -> None:
    """Adds ``--template``."""
    parser.add_argument(
        "--template",
        action="append",
        metavar="TEXT",
        help="a template of your own with {} for the name, in place of --templates; repeat it",
    )


def asked_names(args: argparse.Namespace) -> tuple[Name, ...]:
    """Returns the names given; none where neither option was.

    Raises:
        InputError: they cannot be read or understood, or there is none.
    """
    if args.names_file is not None:
        return read_names(args.names_file)
    if args.names is None:
        return ()
    if "=" not in args.names and ";" not in args.names:
        return as_names(split_names(args.names))
    return _understood(parse(args.names.replace(";", "\n")), "names, part ", f"names ({args.names!r})")


def asked_templates(args: argparse.Namespace) -> Templates:
    """Returns the templates given, or the name of a set of them."""
    chosen: Templates = args.template or args.templates
    return chosen


def read_names(file: Path) -> tuple[Name, ...]:
    """Reads names a line at a time.

    Raises:
        InputError: the file cannot be read, a line cannot be understood, or there is no name.
    """
    try:
        lexicon = parse(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise InputError(f"The names in '{file}' cannot be read ({reason}).") from error
    return _understood(lexicon, f"'{file}', line ", f"'{file}'")


def _understood(lexicon: Lexicon, place: str, whole: str) -> tuple[Name, ...]:
    if lexicon.problems:
        first = lexicon.problems[0]
        raise InputError(f"{place}{first.line + 1}: {first.sentence}")
    if not lexicon.names:
        raise InputError(f"{whole} must hold at least one name.")
    return lexicon.names
