"""How commands write: one JSON document, aligned text, and files that are whole or not there."""

import argparse
import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from recon_model.errors import InputError

DONE, FAULT, USAGE = 0, 1, 2
"""Exit statuses: done; a fault of ours; bad usage or input."""


def print_json(args: argparse.Namespace, document: Any) -> None:
    """Prints the one document of a ``--json`` run; NaN and infinity are not JSON and a fault."""
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False), file=args.stdout)


def print_lines(args: argparse.Namespace, lines: Iterable[str]) -> None:
    """Prints text for people."""
    for line in lines:
        print(line, file=args.stdout)


def tell(line: str) -> None:
    """Prints how long work fares, at once. That the reader or the terminal is gone is no reason to break it off."""
    with suppress(OSError):
        print(line, flush=True)


def make_folder(path: Path) -> Path:
    """Returns the folder, made if need be.

    Raises:
        InputError: a file is in the way, or it may not be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder '{path}' cannot be made: {error.strerror}.") from error
    return path


def write_whole(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Writes a file under a temporary name and renames it, so that a reader never meets half of one.

    Raises:
        InputError: the folder is missing or may not be written.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            write(stream)
        _ordinary_permissions(temporary)
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise InputError(f"'{path}' cannot be written: {error.strerror}.") from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_json(path: Path, document: Any) -> None:
    """Writes one JSON document; NaN and infinity are not JSON and a fault.

    Raises:
        InputError: see ``write_whole``.
    """
    _write_text(path, json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def write_csv(path: Path, columns: Mapping[str, Iterable[Any]]) -> None:
    """Writes columns of equal length as a comma-separated table with a heading; numbers so that they read back the same.

    Raises:
        InputError: see ``write_whole``.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(zip(*columns.values(), strict=True))
    _write_text(path, text.getvalue())


def _write_text(path: Path, text: str) -> None:
    def write(stream: BinaryIO) -> None:
        stream.write(text.encode())

    write_whole(path, write)


def _ordinary_permissions(path: str) -> None:
    """Gives a temporary file, which is private, the permissions any new file gets."""
    mask = os.umask(0)
    os.umask(mask)
    Path(path).chmod(0o666 & ~mask)
