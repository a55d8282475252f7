"""One helper process of the studio: ``python -m recon_model.serve --role reader|model|projection``, framed messages on stdin and stdout."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import BinaryIO, NoReturn

from recon_model.config import PRECISIONS
from recon_model.errors import ServeError, sentence
from recon_model.serve.framing import pack, private_pipes
from recon_model.serve.inbox import Inbox
from recon_model.serve.messages import Ready, Reply, encode
from recon_model.versions import versions

ROLES = ("reader", "model", "projection")


def main(arguments: Sequence[str] | None = None) -> int:
    """Plays one role until the pipe closes or a Shutdown comes.

    Returns:
        0 when asked to stop, 1 when the bytes on the pipe were no messages or the role broke down; then a sentence is on stderr.
    """
    parser = argparse.ArgumentParser(prog="python -m recon_model.serve", description=__doc__)
    parser.add_argument("--role", required=True, choices=ROLES, help="what this process does")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto", help="what the model answers in")
    asked = parser.parse_args(arguments)
    return play(asked.role, asked.precision)


def play(role: str, precision: str = "auto") -> int:
    """Plays the named role on this process's stdin and stdout, its models in a precision as ``Predictor.load`` takes it; see ``main``."""
    incoming, outgoing = private_pipes()
    try:
        # Each role imports only what it needs: the reader never waits for torch.
        if role == "reader":
            from recon_model.serve import reader

            return reader.serve(incoming, outgoing)
        return _play(role, precision, incoming, outgoing)
    except BrokenPipeError:
        return 0  # the window is gone, and with it everyone who could read an answer
    except ServeError as error:
        print(sentence(error), file=sys.stderr)
        return 1


def _play(role: str, precision: str, incoming: BinaryIO, outgoing: BinaryIO) -> int:
    def send(reply: Reply) -> None:
        outgoing.write(pack(encode(reply)))
        outgoing.flush()

    # A request must be seen at once although a long question keeps the interpreter busy.
    sys.setswitchinterval(0.0005)
    inbox = Inbox(incoming)
    # Said before torch is imported, which takes more than a second: requests may already queue up in the meantime.
    send(Ready(id=0, role=role, versions=versions()))
    if role == "projection":
        from recon_model.serve.projection import ProjectionService

        ProjectionService(inbox, send).run()
    else:
        from recon_model.serve.service import Service

        Service(inbox, send, precision).run()
    return 0


def leave(code: int) -> NoReturn:
    """Ends the process at once, so that a library still being imported on another thread neither delays nor breaks the exit."""
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
