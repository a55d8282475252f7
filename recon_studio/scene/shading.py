"""Eye-dome lighting: points are darkened where their neighbours in the image lie nearer, so that depth can be seen without normals.

After Boucheny's screen-space method (2009), on the picture and depths that a renderer leaves: no second pass, the same everywhere.
"""

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

STRENGTH = 6.0
DARKEST = 0.3  # of a colour's brightness: its hue can still be read
_AROUND = ((0, 1), (0, -1), (1, 0), (-1, 0))


def eye_dome(image: Bytes, depths: Floats, near: float, far: float, reach: int = 1) -> Bytes:
    """Shades an image.

    Args:
        image: (H, W, 3).
        depths: (H, W) of a perspective depth buffer: 0 at ``near``, 1 at ``far`` and where nothing was drawn.
        near: distance of depth 0.
        far: distance of depth 1.
        reach: how many pixels away neighbours are looked for.

    Returns:
        (H, W, 3); pixels where nothing was drawn are as they were.
    """
    drawn = depths < 1.0
    if not drawn.any():
        return image
    # The logarithm of the distance from the eye: the same step of depth counts for less far away.
    log = -np.log2(np.float32(far) - depths * np.float32(far - near), dtype=np.float32)
    # Beyond an outline there is nothing that could cast a shade: the farthest thing drawn stands there.
    log[~drawn] = log[drawn].max()
    padded = np.pad(log, 2 * reach, mode="edge")
    height, width = depths.shape
    dip = np.zeros_like(log)
    for step in (reach, 2 * reach):
        for down, right in _AROUND:
            y, x = 2 * reach + down * step, 2 * reach + right * step
            dip += np.maximum(log - padded[y : y + height, x : x + width], 0.0)
    shade = np.maximum(np.exp(dip * np.float32(-STRENGTH)), np.float32(DARKEST))
    shade[~drawn] = 1.0
    shaded: Bytes = (image * shade[..., None]).astype(np.uint8)
    return shaded
