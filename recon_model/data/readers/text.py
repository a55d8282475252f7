"""Tables of coordinates written as text: XYZ, TXT, ASC, CSV, PTS and their many dialects.

Blanks, tabs, commas or semicolons between numbers, decimal commas, headers, comments, the leading count of PTS, any extra columns.
"""

import csv
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recon_model.counts import counted, grouped, were
from recon_model.data.readers import columns, numbers
from recon_model.data.readers.found import Array, Found, Source, has_names

_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf(inity)?)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(rb"[+-]?\d+,\d+([eE][+-]?\d+)?")
_TO_BLANK = bytes.maketrans(b',;"\t\v\f', b"      ")
_COMMA_TO_POINT = bytes.maketrans(b',;"\t\v\f', b".     ")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_REMARKS = (b"#", b"//", b"%")
_REMARK = re.compile(r"\s(#|//|%).*")
_LONGEST_HEADER = 200
_LONGEST_LINE = 10_000


def read(source: Source) -> Found:
    """Reads a table of coordinates; see ``clouds.read``.

    Raises:
        InputError: it is not text, or not a table with at least three numbers a line.
    """
    lines = text_lines(source)
    if any(len(line) > _LONGEST_LINE for line in lines[:_LONGEST_HEADER]):
        raise source.refuse("one of its first lines is far too long for a row of coordinates; one point a line is needed.")
    start, names, mark = _header(lines)
    if start == len(lines):
        raise source.refuse("it holds no line of at least 3 numbers, so there are no coordinates to read.")
    promised = _promised(lines, start)
    body = lines[start:]
    rows = source.rows(len(body))
    chosen = body if isinstance(rows, slice) else [body[row] for row in rows]
    values, skipped = _table(chosen, names, mark)
    if values.ndim != 2 or values.shape[0] == 0 or values.shape[1] < 3:
        raise source.refuse(f"its lines hold {values.shape[1] if values.ndim == 2 else 0} numbers, but x, y and z need 3.")
    if skipped * 2 > len(chosen):
        raise source.refuse(
            f"{grouped(skipped)} of its {counted(len(chosen), 'line')} are not rows of numbers, so it is no table of coordinates."
        )
    if skipped:
        source.notes.append(
            f"{counted(skipped, 'line')} of {grouped(len(chosen))} could not be read as a row of numbers and {were(skipped)} left out."
        )
    count = len(values) if chosen is body else len(body)
    if promised is not None and promised != count:
        source.notes.append(f"The first line promises {counted(promised, 'point')}, but the file holds {grouped(count)}.")
    is_pts = source.path.suffix.lower() == ".pts"
    found = columns.assign(values, names, intensity_first=is_pts)
    return Found(
        format="pts" if is_pts else "csv" if source.path.suffix.lower() == ".csv" else "xyz",
        positions=found.positions,
        vertex_count=count,
        colours=found.colours,
        normals=found.normals,
        parts=found.parts,
        notes=found.notes,
    )


def text_lines(source: Source) -> list[bytes]:
    """Returns the lines of a text that are not empty, whatever its encoding and line ends.

    Raises:
        InputError: the bytes are no text.
    """
    data = bytes(source.data)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                data = data.decode(encoding).encode()
            except UnicodeDecodeError:
                raise source.refuse("it begins as Unicode text but goes on as something else; it is damaged.") from None
    if b"\x00" in data:
        raise source.refuse("it is neither text nor a known point cloud format; save it as PLY, PCD, LAS, OBJ, STL or XYZ.")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [line for line in data.split(b"\n") if line and not line.isspace()]


def looks_like_table(head: bytes) -> bool:
    """Says whether the first kilobytes of a text hold lines of at least three numbers."""
    lines = [line for line in re.split(rb"[\r\n]+", head)[:_LONGEST_HEADER] if line.strip()]
    rows = sum(_width(line) >= 3 for line in lines)
    return rows > 0 and rows * 2 >= min(len(lines), 20)


def _width(line: bytes) -> int:
    """How many numbers a line holds; 0 where it holds anything else."""
    tokens = line.translate(_TO_BLANK).split()
    return len(tokens) if tokens and all(_NUMBER.fullmatch(token) for token in tokens) else 0


class _Header(NamedTuple):
    start: int
    """The first row."""
    names: Sequence[str] = ()
    """Of the columns, taken at their word where they hold x, y and z."""
    mark: str = ""
    """What stands between the fields under these names; "" where only numbers count."""


def _header(lines: list[bytes]) -> _Header:
    """Finds the first row, and the names of its columns in the nearest line above that names x, y and z.

    Under such names a row may hold words, and fields may be empty. Other rows are those of three numbers or more, or else lines that
    begin with as many.
    """
    top = lines[:_LONGEST_HEADER]
    names: list[str] = []
    for place, line in enumerate(top):
        if mark := _mark(line, names):
            return _Header(place, names, mark)
        if (width := _width(line)) >= 3:
            return _Header(place, names if len(names) == width else ())
        said = _names(line)
        names = said if has_names(said, "positions") else names
    leading = (place for place, line in enumerate(top) if len(numbers.numbers(line.translate(_TO_BLANK))) >= 3)
    return _Header(next(leading, len(lines)))


def _names(line: bytes) -> list[str]:
    said = line.decode("latin-1").replace('"', "").strip(" ").rstrip()
    text = said.lstrip("/#%")
    text = text.lstrip() if text != said else text  # a tab that comes first stands behind a column without a name
    apart = next((mark for mark in ";,\t" if mark in text), None)
    return [name.strip() for name in text.split(apart)]


def _mark(line: bytes, names: Sequence[str]) -> str:
    """What splits a line into fields that fit the names, x, y and z being numbers; "" where nothing does."""
    for mark in ";,\t " if names else "":
        row = _row(line, mark, len(names))
        if row is not None and np.isfinite(columns.assign(np.array([row]), names).positions).all():
            return mark
    return ""


def _row(line: bytes, mark: str, width: int) -> list[float] | None:
    """The fields of a line as numbers, NaN where one is none, or None where they are not as many as there are names.

    Only between marks can fields be empty, and those at the end left out.
    """
    if line.lstrip().startswith(_REMARKS):
        return None
    text = line.decode("latin-1").strip(" ")
    if mark == " ":
        fields = _REMARK.sub("", text).split()
    else:
        fields = text.split(mark) if '"' not in text else next(csv.reader([text], delimiter=mark, skipinitialspace=True))
        fields[-1] = _REMARK.sub("", fields[-1])
    while len(fields) > width and not fields[-1]:
        fields.pop()
    if len(fields) > width or len(fields) < (width if mark == " " else 3):
        return None
    row = [numbers.number(field if mark == "," else field.replace(",", ".")) for field in fields]
    return row + [np.nan] * (width - len(row))


def _table(lines: list[bytes], names: Sequence[str], mark: str) -> tuple[Array, int]:
    """The rows (n, w), and how many lines are none: quickly where fields are numbers or empty, else, under names, field by field."""
    if not mark:
        return numbers.table(_commas_apart(lines))
    for make in (lambda: lines, lambda: _filled(lines, mark)):
        values = numbers.regular(_commas_apart(make()))
        if values is not None and values.shape[1] == len(names):
            return values, 0
    rows = [_row(line, mark, len(names)) for line in lines]
    kept = [row for row in rows if row is not None]
    remarks = sum(line.lstrip().startswith(_REMARKS) for line in lines)
    return np.array(kept, np.float64).reshape(len(kept), len(names)), len(rows) - len(kept) - remarks


def _filled(lines: list[bytes], mark: str) -> list[bytes]:
    """The lines with "nan" in their empty fields."""
    if mark == " ":
        return lines
    apart = mark.encode()
    text = b"\n".join([b"", *lines, b""])
    for before, after in ((apart, apart), (apart, apart), (b"\n", apart), (apart, b"\n")):  # twice: neighbours share a mark
        text = text.replace(before + after, before + b"nan" + after)
    return text.split(b"\n")[1:-1]


def _promised(lines: list[bytes], start: int) -> int | None:
    tokens = lines[start - 1].split() if start else []
    return int(tokens[0]) if len(tokens) == 1 and tokens[0].isdigit() and len(tokens[0]) < 19 else None


def _commas_apart(lines: list[bytes]) -> list[bytes]:
    """Makes blanks of whatever separates the numbers, and points of decimal commas."""
    first = lines[0]
    if not any(mark in first for mark in b',;"\t\v\f'):
        return lines
    tokens = re.split(rb"[;\s]+", first.strip().strip(b";"))
    decimal = len(tokens) >= 3 and sum(bool(_DECIMAL_COMMA.fullmatch(token)) for token in tokens[:3]) >= 2
    joined = b"\n".join(lines).translate(_COMMA_TO_POINT if decimal else _TO_BLANK)
    return joined.split(b"\n")
