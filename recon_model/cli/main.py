"""The command ``recon``: the library without a window. One file per subcommand, imported only when it is the one asked for."""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from importlib import import_module
from typing import NoReturn

from recon_model.cli.output import DONE, FAULT, USAGE
from recon_model.errors import ReconError, ServeError, sentence
from recon_model.versions import own_version

INTERRUPTED = 130

COMMANDS = {
    "info": "what a model is: size, data, teacher, measured results",
    "reconstruct": "hide patches of a cloud and rebuild them",
    "classify": "rank names for clouds",
    "explain": "what each patch does for a phrase and for rebuilding",
    "robustness": "what a name withstands: damage a cloud and rank the names again",
    "embed": "write the features of many clouds to one file",
    "evaluate": "measure a model by a named protocol",
    "convert": "turn the authors' checkpoint into our folder, or back",
    "pretrain": "train a model",
    "finetune": "teach a model the names of your own clouds",
    "runs": "list training runs; show, pause, continue or stop one",
    "build-default": "rebuild the model that ships inside, from nothing",
    "serve": "play a helper process of the studio on stdin and stdout",
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, without repeating the usage."""

    def error(self, message: str) -> NoReturn:
        """Exits 2 with one sentence on stderr."""
        self.exit(USAGE, f"{self.prog}: {message.rstrip('.')}; '{self.prog} --help' shows the usage.\n")


def build_parser(command: str | None) -> Parser:
    """Returns the parser of ``recon``, with the arguments of one subcommand filled in."""
    parser = Parser(prog="recon", description="See what a 3D foundation model sees: masked reconstruction, attention and words.")
    parser.add_argument("--version", action="version", version=f"recon {own_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for name, purpose in COMMANDS.items():
        described = purpose[0].upper() + purpose[1:] + "."
        subparser = commands.add_parser(name, help=purpose, description=described, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        if name == command:
            module = import_module(f"recon_model.cli.{name.replace('-', '_')}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0 done; 2 bad usage or input, with one sentence on stderr; 1 a fault of ours, with a sentence and, where the
        environment sets ``RECON_DEBUG=1``, a traceback.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    args = build_parser(given[0] if given else None).parse_args(given)
    args.stdout = sys.stdout
    # With --json the document is all that stdout may hold; whatever else is printed on the way goes to stderr.
    elsewhere = redirect_stdout(sys.stderr) if getattr(args, "json", False) else nullcontext()
    try:
        with elsewhere:
            return int(args.run(args) or DONE)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough; say nothing, also not when the interpreter flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if os.environ.get("RECON_DEBUG") == "1":
            traceback.print_exc()
        print(sentence(error), file=sys.stderr)
        return USAGE if isinstance(error, ReconError) and not isinstance(error, ServeError) else FAULT


if __name__ == "__main__":
    sys.exit(main())
