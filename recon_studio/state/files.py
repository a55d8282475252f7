"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path


def replace_file(path: Path, body: bytes) -> None:
    """Writes a file under a temporary name and renames it; folders on the way are made.

    Raises:
        OSError: it cannot be written; then nothing is left behind, and what was there stays.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(body)
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)  # mkstemp gives no one else the right to read
        Path(temporary).replace(path)
    except OSError:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise
