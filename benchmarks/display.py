"""A screen where there is none: Xvfb for tests and benchmarks that open the whole window."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SCREEN = "1600x1000x24"


def has_display() -> bool:
    """Whether windows can be opened already."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def virtual_display(screen: str = SCREEN) -> Iterator[bool]:
    """Makes sure that windows can be opened inside the block; yields whether they can.

    Where there is no display, Xvfb is started on a free number and ``DISPLAY`` set for this process and its children."""
    if has_display():
        yield True
        return
    program = shutil.which("Xvfb")
    if program is None:
        yield False
        return
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        number = pipe.readline().strip()  # blocks until the server is ready, empty when it failed
    if not number:
        server.wait()
        yield False
        return
    os.environ["DISPLAY"] = f":{number}"
    try:
        yield True
    finally:
        del os.environ["DISPLAY"]
        server.terminate()
        server.wait()
