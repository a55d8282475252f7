"""A user's picture as an image teacher takes it: square, and for a teacher of depth views like one of those."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_CLEAR = 20
"""Levels of 255 by which the object must differ from the ground around it."""
_LEAST, _MOST = 0.004, 0.9
"""Shares of the picture that an object on a plain ground may take."""
_REACH = 0.76
"""How far the object reaches from the middle to the edge: in depth views the unit sphere about it reaches 0.94."""
_BACK, _FRONT = 0.4, 0.85
"""Brightness given to what stands out least and most from the ground: depth views span 0.2 to 1, most of an object lies between."""
_BLACK = 8
"""Levels of 255 up to which the ground of a depth view may be bright, and its channels apart."""


def square(picture: npt.NDArray[np.uint8]) -> Floats:
    """Pads a picture (h, w, 3) to a square with the colour of its rim: (3, s, s) in 0..1."""
    height, width = picture.shape[:2]
    side = max(height, width)
    whole = np.empty((side, side, 3), np.float32)
    whole[:] = _rim(picture) / 255
    top, left = (side - height) // 2, (side - width) // 2
    whole[top : top + height, left : left + width] = picture.astype(np.float32) / 255
    return np.ascontiguousarray(whole.transpose(2, 0, 1))


def depth_like(picture: npt.NDArray[np.uint8]) -> tuple[Floats, bool]:
    """Turns a picture (h, w, 3) of one thing on a plain ground into what a depth view of it might look like.

    A grey picture on black is taken for a depth view already. Else the ground, whose colour is that of the rim, becomes black; the
    object is brought to the size it has in depth views, and what stands out more from the ground is taken to be nearer, as it is in
    pictures that fade with distance; a photograph leaves little but its outline. Where no object stands out, the whole picture is taken
    as it is, in grey.

    Returns:
        (s, s) in 0..1, and whether an object stood out.
    """
    apart = np.abs(picture.astype(np.float32) - _rim(picture)).max(2)
    inside = apart > _CLEAR
    grey = np.ptp(picture.astype(np.int16), axis=2).max() <= _BLACK
    if grey and _rim(picture).max() <= _BLACK and picture.max() > _CLEAR:
        return square(picture)[0], True
    if not _LEAST < inside.mean() < _MOST:
        return square(picture).mean(0), False
    rows, columns = (np.flatnonzero(inside.any(axis)) for axis in (1, 0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    side = int(np.ceil(max(bottom - top, right - left) / _REACH))
    low, high = np.quantile(apart[inside], [0.02, 0.98])
    shaded = _BACK + (_FRONT - _BACK) * np.clip((apart - low) / max(high - low, 1e-6), 0, 1)
    whole = np.zeros((side, side), np.float32)
    y, x = (side - (bottom - top)) // 2, (side - (right - left)) // 2
    part = (slice(top, bottom), slice(left, right))
    whole[y : y + bottom - top, x : x + right - left] = np.where(inside[part], shaded[part], 0)
    return whole, True


def _rim(picture: npt.NDArray[np.uint8]) -> Floats:
    """The median colour (3,) of the outermost pixels."""
    rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    return np.asarray(np.median(rim, axis=0), np.float32)
