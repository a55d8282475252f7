"""Counts as people read them, on both sides of the seam: thousands set apart, one and many told apart, bytes, times."""


def grouped(count: int) -> str:
    """Returns a count with its thousands set apart: 1,000,000."""
    return f"{count:,}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Returns "1 point" or "3,000 points"; ``many`` is what is not ``one`` with an s."""
    return f"{grouped(count)} {one if count == 1 else many or one + 's'}"


def contents(kind: str, vertices: int, faces: int = 0) -> str:
    """Returns what a cloud's file holds: "3,000 points", of a "mesh" "8 vertices, 12 faces"."""
    things = counted(vertices, "vertex", "vertices") if kind == "mesh" else counted(vertices, "point")
    return f"{things}, {counted(faces, 'face')}" if faces else things


def were(count: int) -> str:
    """Returns "was" or "were", as the count asks."""
    return "was" if count == 1 else "were"


def in_bytes(size: float) -> str:
    """Returns a number of bytes in words: 900 bytes, 1.2 kB, 20 MB, 3.4 GB; whole from ten on, as no more can be read off it."""
    if size < 1000:
        return counted(round(size), "byte")
    for unit in ("kB", "MB"):
        size /= 1000
        if size < 999.5:
            return f"{size:.0f} {unit}" if size >= 9.95 else f"{size:.1f} {unit}"
    return f"{size / 1000:,.1f} GB"


def duration(seconds: float) -> str:
    """Returns how long, in words: 76 s, 10 min, 2.5 h; never less than a second."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
