"""Which columns of a table are coordinates, colours, normals and parts: by their names, or by what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recon_model.data.readers.found import Array, has_names, part_column, stack, whole

_MOST_PARTS = 64  # different numbers in a column without a name; more are a measurement


@dataclass(frozen=True)
class Assigned:
    """The parts of a table, and a sentence when something was guessed or left aside."""

    positions: Array  # (n, 3)
    colours: Array | None
    normals: Array | None
    parts: Array | None  # (n,)
    notes: tuple[str, ...]


def assign(table: Array, names: Sequence[str] = (), *, intensity_first: bool = False) -> Assigned:
    """Splits a table (n, w >= 3) into coordinates, colours and normals.

    Named columns are taken at their word. Without names the first three are x, y and z; among the others a triple of unit vectors
    is normals and a triple of whole numbers in 0..255 (or of numbers in 0..1) is colours. A last column of a few different whole
    numbers, if it is none of these, is the part of each point, as in ShapeNetPart.

    Args:
        table: one row a point.
        names: the columns' names, if the file has them.
        intensity_first: colours follow an intensity (PTS), even where the intensity looks like a colour.
    """
    if len(names) == table.shape[1] and has_names(names, "positions"):
        columns = {name: table[:, place] for place, name in reversed(list(enumerate(names)))}
        positions = stack(columns, "positions")
        assert positions is not None
        colours = stack(columns, "colours")
        lacking = colours is not None and bool(np.isnan(colours).all())  # only their names are there
        return Assigned(positions, None if lacking else colours, stack(columns, "normals"), part_column(columns), ())
    rest = table[:, 3:]
    normals_at = _find(rest, _are_unit)
    colours_at = _find(rest, _are_bytes, avoid=normals_at, intensity_first=intensity_first)
    if colours_at is None:
        colours_at = _find(rest, _are_fractions, avoid=normals_at)
    used = 3 + 3 * ((normals_at is not None) + (colours_at is not None))
    parts = table[:, -1] if _are_parts(rest, colours_at, normals_at) else None
    left = table.shape[1] - used - (parts is not None)
    if normals_at is None and colours_at is None and parts is None:
        notes = (f"Only the first 3 of {table.shape[1]} columns were used, as x, y and z.",) if left else ()
    else:
        last = f"{table.shape[1]} as parts" if parts is not None else ""
        taken = [_where(colours_at, "colours"), _where(normals_at, "normals"), last, f"{left} left aside" if left else ""]
        notes = (f"The columns have no names: 1-3 were taken as x, y and z, {', '.join(filter(None, taken))}.",)
    return Assigned(table[:, :3], _triple(rest, colours_at), _triple(rest, normals_at), parts, notes)


def _are_parts(rest: Array, *taken: int | None) -> bool:
    """Whether the last column is none of the triples at these places and holds 2 to ``_MOST_PARTS`` different whole numbers."""
    if not rest.shape[1] or any(place is not None and place + 3 == rest.shape[1] for place in taken):
        return False
    last = rest[:, -1]
    return whole(last) and bool((last >= 0).all()) and 2 <= len(np.unique(last)) <= min(_MOST_PARTS, len(last) // 8)


def _where(place: int | None, what: str) -> str:
    return "" if place is None else f"{place + 4}-{place + 6} as {what}"


def _triple(rest: Array, place: int | None) -> Array | None:
    return None if place is None else rest[:, place : place + 3]


def _find(rest: Array, fits: object, avoid: int | None = None, intensity_first: bool = False) -> int | None:
    places = list(range(rest.shape[1] - 2))
    if intensity_first and 1 in places:
        places.remove(1)
        places.insert(0, 1)
    sample = rest[:: max(1, len(rest) // 10_000)]
    for place in places:
        if avoid is not None and abs(place - avoid) < 3:
            continue
        if callable(fits) and fits(sample[:, place : place + 3]):
            return place
    return None


def _are_unit(triple: Array) -> bool:
    with np.errstate(all="ignore"):
        lengths = np.sqrt((triple.astype(np.float64) ** 2).sum(axis=1))
    # Whole black-or-one colours would pass as axis-parallel normals in a short table; a normal that is never negative is rare.
    return bool(np.mean(np.abs(lengths - 1) < 0.01) > 0.9) and bool((triple < 0).any())


def _are_bytes(triple: Array) -> bool:
    whole = (triple == np.floor(triple)) & (triple >= 0) & (triple <= 255)
    return bool(whole.all()) and bool((triple > 1).any())


def _are_fractions(triple: Array) -> bool:
    return bool(((triple >= 0) & (triple <= 1)).all()) and bool((triple > 0).any())
