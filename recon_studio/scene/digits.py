"""Numbers in words, with as many digits as tell them apart."""

import math


def told_apart(value: float, span: float, digits: int = 3) -> str:
    """Writes a number with so many digits that count; one far from 0 with as many more as give the span so many.

    Args:
        value: the number.
        span: how far apart the numbers are that it stands among.
        digits: as many as count.
    """
    if value and span > 0:
        tens = math.floor(math.log10(abs(value)))
        if (more := tens - math.floor(math.log10(span))) > 0:
            digits = max(digits + more, tens + 1)  # in full: 5403217.8, not 5.4032178e+06
    return f"{value:.{digits}g}"
