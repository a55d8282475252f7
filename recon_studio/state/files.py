"""Files that appear whole or not at all, and names that files can have."""

import contextlib
import os
import tempfile
from pathlib import Path


def is_utf8(path: str) -> bool:
    """Whether a path can be sent to a helper and kept in a file.

    Of a name that is not UTF-8 Python keeps the bytes in a way of its own; Qt hands over replacement characters, which name nothing.
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return "\ufffd" not in path or Path(path).exists()


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
