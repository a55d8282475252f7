"""Tables of coordinates written as text: XYZ, TXT, ASC, CSV, PTS and their many dialects.

Blanks, tabs, commas or semicolons between numbers, decimal commas, headers, comments, the leading count of PTS, any extra columns.
"""

import re

from recon_model.counts import counted, grouped, were
from recon_model.data.readers import columns, numbers
from recon_model.data.readers.found import Found, Source

_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf(inity)?)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(rb"[+-]?\d+,\d+([eE][+-]?\d+)?")
_TO_BLANK = bytes.maketrans(b',;"\t\v\f', b"      ")
_COMMA_TO_POINT = bytes.maketrans(b',;"\t\v\f', b".     ")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
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
    start, names = _header(lines)
    if start == len(lines):
        raise source.refuse("it holds no line of at least 3 numbers, so there are no coordinates to read.")
    promised = _promised(lines, start)
    body = lines[start:]
    rows = source.rows(len(body))
    chosen = body if isinstance(rows, slice) else [body[row] for row in rows]
    values, skipped = numbers.table(_commas_apart(chosen))
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


def _header(lines: list[bytes]) -> tuple[int, list[str]]:
    """Finds the first row of numbers, and the names of its columns where the line above gives as many."""
    top = lines[:_LONGEST_HEADER]
    widths = [_width(line) for line in top]
    start = next((place for place, width in enumerate(widths) if width >= 3), None)
    if start is None:  # no clean row near the top: the first line that at least begins with three numbers
        leading = (place for place, line in enumerate(top) if len(numbers.numbers(line.translate(_TO_BLANK))) >= 3)
        return next(leading, len(lines)), []
    names = _names(lines[start - 1]) if start else []
    return start, names if len(names) == widths[start] else []


def _names(line: bytes) -> list[str]:
    text = line.decode("latin-1").replace('"', "").strip().lstrip("/#%").strip()
    apart = next((mark for mark in ";,\t" if mark in text), None)
    return [name.strip() for name in text.split(apart)]


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
