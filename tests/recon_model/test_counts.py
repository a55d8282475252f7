"""Counts in sentences: one way of writing them, in one place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import recon_model
import recon_studio
from recon_model.counts import contents, counted, duration, grouped, in_bytes, were


def test_thousands_are_set_apart_and_one_is_told_from_many() -> None:
    assert [grouped(count) for count in (0, 999, 1000, 20_000, -1234567)] == ["0", "999", "1,000", "20,000", "-1,234,567"]
    assert [counted(1, "point"), counted(2, "vertex", "vertices"), counted(10**6, "point")] == ["1 point", "2 vertices", "1,000,000 points"]
    assert [were(count) for count in (0, 1, 2)] == ["were", "was", "were"]


def test_what_a_file_holds() -> None:
    assert [contents("points", 6004), contents("points", 1)] == ["6,004 points", "1 point"]
    assert [contents("mesh", 8, 12), contents("mesh", 8)] == ["8 vertices, 12 faces", "8 vertices"]


def test_sizes_in_bytes() -> None:
    sizes = (0, 1, 999, 1000, 1234, 9949, 9950, 999_499, 999_500, 20_100_000, 3.2e9, 3e12)
    words = ["0 bytes", "1 byte", "999 bytes", "1.0 kB", "1.2 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "20 MB", "3.2 GB", "3,000.0 GB"]
    assert [in_bytes(size) for size in sizes] == words


def test_times_in_words() -> None:
    assert [duration(seconds) for seconds in (0.2, 76, 600, 9000)] == ["1 s", "76 s", "10 min", "2.5 h"]


def test_no_other_place_sets_thousands_apart() -> None:
    folders = [Path(str(package.__file__)).parent for package in (recon_model, recon_studio)]
    modules = [path for folder in folders for path in folder.rglob("*.py") if path.name != "counts.py"]
    assert modules
    assert [f"{path}:{line}" for path in modules for line in _grouping(ast.parse(path.read_text("utf-8")))] == []


def _grouping(tree: ast.Module) -> Iterator[int]:
    """Lines of f-strings that write a number with a separator of their own; dates have percent signs."""
    for node in ast.walk(tree):
        spec = node.format_spec if isinstance(node, ast.FormattedValue) else None
        if isinstance(node, ast.FormattedValue) and spec is not None and re.fullmatch(r"f'[^%]*[,_][^%]*'", ast.unparse(spec)):
            yield node.lineno
