"""A helper process without torch or readers, for tests of the pipe itself: ``python -m tests.fake_serve [--die-on KIND] [...]``."""

import argparse
import os
import sys
from typing import BinaryIO

from recon_model.serve.framing import pack, read_frame
from recon_model.serve.messages import Ready, Reply, Shutdown, decode_request, encode
from tests.fakes import reply_to


def main() -> int:
    """Answers by ``tests.fakes.reply_to``, with the misbehaviour asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", default="model")
    parser.add_argument("--die-on", default="", help="exit 7 on a request of this kind")
    parser.add_argument("--hang-on", default="", help="never answer a request of this kind")
    parser.add_argument("--garbage", action="store_true", help="say something that is no frame")
    parser.add_argument("--stubborn", action="store_true", help="ignore Shutdown and a closed pipe")
    options = parser.parse_args()
    out = os.fdopen(os.dup(1), "wb")
    print("helper says hello", file=sys.stderr, flush=True)
    _say(out, Ready(id=0, role=options.role, versions={}))
    if options.garbage:
        out.write(b"\xff\xff\xff\xff nonsense")
        out.flush()
    while (body := read_frame(sys.stdin.buffer)) is not None:
        request = decode_request(body)
        kind = type(request).__name__
        if isinstance(request, Shutdown) and not options.stubborn:
            return 0
        if kind == options.die_on:
            return 7
        if kind != options.hang_on and not isinstance(request, Shutdown):
            _say(out, reply_to(request))
    if options.stubborn:
        _sleep_for_good()
    return 0


def _say(out: BinaryIO, reply: Reply) -> None:
    out.write(pack(encode(reply)))
    out.flush()


def _sleep_for_good() -> None:
    reading, _writing = os.pipe()
    os.read(reading, 1)


if __name__ == "__main__":
    sys.exit(main())
