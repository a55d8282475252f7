"""A measured scale bar: the round length that fits into so many pixels."""

import math


def ruler(pixels_per_unit: float, most: float) -> tuple[float, float]:
    """Returns the longest of 1, 2 or 5 times a power of ten that takes at most ``most`` pixels, and how many it takes.

    Args:
        pixels_per_unit: how many pixels one of the file's units takes, above 0.
        most: pixels there are.
    """
    longest = most / pixels_per_unit
    power = 10.0 ** math.floor(math.log10(longest))
    length = next(step * power for step in (5.0, 2.0, 1.0) if step * power <= longest * (1 + 1e-9))
    return length, length * pixels_per_unit
