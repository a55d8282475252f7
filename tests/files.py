"""Opens every file of a folder the way the window does, and prints one line each: ``python -m tests.files DIR``.

The files go through the reader role (``python -m recon_model.serve --role reader``), which hands them to its parsing process. Every
file must either open or end in one sentence, within 10 s and 2 GiB. A line shows what came of it, the seconds, and the peak memory of
the parsing process in MiB. The exit status is 1 when the reader role died, answered after 10 s, used more than 2 GiB, or reported a
fault of ours instead of one of the file's. A parsing process lost to a file is no failure, since the window still gets its sentence,
but it is counted at the end.

Where the folder holds a ``manifest.csv`` (file, expect, vertices), what came is compared with what is expected there; differences are
listed, not judged, because the manifest only says what some other reader made of a file. Rule for tiny files: they open, however few
points they hold, with a note below 32.
"""

import argparse
import csv
import os
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recon_model.errors import InputError, ServeError
from recon_model.serve.client import CRASHED, MEMORY, ReaderProcess

LIMIT_S = 10.0
_ROLE = (sys.executable, "-P", "-m", "recon_model.serve", "--role", "reader")
_NO_CLOUDS = {"readme", "readme.md", "readme.txt", "manifest.csv", "license", "license.txt", ".ds_store"}


@dataclass(frozen=True)
class Outcome:
    """What came of one file."""

    path: Path
    vertices: int | None  # None when it was refused
    words: str
    seconds: float
    peak_mib: float
    failure: str  # empty when the rules were kept


def files_below(folder: Path) -> Iterator[Path]:
    """Yields everything in a folder that is no folder itself, in the order of names; links to folders are not entered."""
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.lower() not in _NO_CLOUDS:
                yield Path(here) / name


def parsing_process(role: int) -> int | None:
    """Returns the process id of the role's own child (Linux), or None where it cannot be told."""
    try:
        children = Path(f"/proc/{role}/task/{role}/children").read_text().split()
    except OSError:
        return None
    return int(children[0]) if children else None


def _forget_peak(process: int | None) -> None:
    try:
        Path(f"/proc/{process}/clear_refs").write_text("5")
    except OSError:
        return


def _peak_mib(process: int | None) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def open_one(reader: ReaderProcess, path: Path) -> Outcome:
    """Opens one file through the reader role and says what came of it."""
    role = reader.pid
    child = parsing_process(role)
    _forget_peak(child)
    began = time.perf_counter()
    vertices, failure = None, ""
    try:
        cloud = reader.read(path)
        vertices = cloud.vertex_count
        words = f"{cloud.format} {cloud.kind}, {vertices} vertices, {cloud.face_count} faces, {len(cloud.points)} points"
        words += f" [{' '.join(cloud.notes)}]" if cloud.notes else ""
    except InputError as error:
        words = str(error)
        if "please report it" in words or "Traceback" in words or "\n" in words:
            failure = "fault"
    except ServeError as error:
        words, failure = str(error), "no reader"
    seconds = time.perf_counter() - began
    peak = _peak_mib(child if child is not None else parsing_process(reader.pid))  # the first file starts it
    if reader.pid != role:
        failure = "hang" if seconds >= LIMIT_S else "crash"
    elif seconds > LIMIT_S:
        failure = "slow"
    elif peak * 2**20 > MEMORY:
        failure = "memory"
    return Outcome(path, vertices, words, seconds, peak, failure)


def differences(folder: Path, outcomes: list[Outcome]) -> list[str]:
    """Lists where the outcomes differ from the folder's manifest; empty where there is none."""
    manifest = folder / "manifest.csv"
    if not manifest.is_file() or not stat.S_ISREG(manifest.stat().st_mode):
        return []
    with manifest.open(encoding="utf-8") as stream:
        rows = {row["file"]: row for row in csv.DictReader(stream)}
    lines = []
    for outcome in outcomes:
        row = rows.get(str(outcome.path.relative_to(folder)))
        if row is None:
            continue
        expected = None if row["expect"] == "refuse" else int(row["vertices"])
        if outcome.vertices != expected:
            lines.append(f"{row['file']}: expected {expected if expected is not None else 'a refusal'}, got {outcome.words}")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Runs the sweep; see the module."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.files", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    outcomes: list[Outcome] = []
    with ReaderProcess(timeout_s=LIMIT_S + 5, command=_ROLE) as reader:
        for path in files_below(folder):
            outcome = open_one(reader, path)
            outcomes.append(outcome)
            print(f"{outcome.failure or 'ok':6} {outcome.seconds:6.2f} s {outcome.peak_mib:7.1f} MiB  {path.name!a:.60}: {outcome.words}")
    for line in differences(folder, outcomes):
        print(f"differs  {line}")
    failed = [outcome for outcome in outcomes if outcome.failure]
    opened = sum(outcome.vertices is not None for outcome in outcomes)
    lost = sum(CRASHED in outcome.words for outcome in outcomes)
    slowest = max((outcome.seconds for outcome in outcomes), default=0.0)
    highest = max((outcome.peak_mib for outcome in outcomes), default=0.0)
    print(
        f"{len(outcomes)} files: {opened} opened, {len(outcomes) - opened} refused, {len(failed)} failed, "
        f"{lost} parsing processes lost; slowest {slowest:.2f} s, highest {highest:.0f} MiB"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
