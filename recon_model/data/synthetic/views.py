"""Depth pictures of a shape or a cloud, by splatting points into a z-buffer: what the image teacher sees."""

import numpy as np
from numpy.typing import NDArray

from recon_model.data.synthetic.primitives import rotation
from recon_model.data.synthetic.shape import Shape

FARTHEST, NEAREST = 0.2, 1.0
"""Brightness of the back and the front of the unit sphere; the background is 0."""


def depth_views(
    shape: Shape | NDArray[np.floating], count: int, size: int, rng: np.random.Generator, points: int = 12_288
) -> NDArray[np.float32]:
    """Parallel projections from ``count`` directions spread evenly around y, slightly from above.

    Args:
        shape: a shape, or a cloud (N, 3) already inside the unit sphere.
        count: number of views; the first azimuth is drawn at random.
        size: edge of each square picture in pixels (64 suits the small teacher).
        rng: draws directions and, for a shape, the points.
        points: how many points of a shape are splatted.

    Returns:
        (count, size, size) float32 in 0..1: 0 is background, otherwise ``FARTHEST`` to ``NEAREST``, brighter is nearer.
    """
    cloud = shape.sample(points, rng)[0] if isinstance(shape, Shape) else np.asarray(shape, np.float32)
    azimuths = rng.random() * 360.0 + np.arange(count) * (360.0 / count)
    elevations = rng.uniform(5.0, 40.0, count)
    turns = [rotation("x", tilt) @ rotation("y", angle) for angle, tilt in zip(azimuths, elevations, strict=True)]
    return np.stack([_view(cloud @ turned.T.astype(np.float32), size) for turned in turns])


def _view(seen: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Nearest depth per pixel looking along -z."""
    half = size / 2
    column = (half + seen[:, 0] * (0.94 * half)).astype(np.intp).clip(0, size - 1)
    row = (half - seen[:, 1] * (0.94 * half)).astype(np.intp).clip(0, size - 1)
    picture = np.zeros(size * size, np.float32)
    value = FARTHEST + (NEAREST - FARTHEST) * (seen[:, 2].clip(-1, 1) + 1) / 2
    np.maximum.at(picture, row * size + column, value.astype(np.float32))
    # A closing (largest, then smallest, of each 3 x 3 neighbourhood) fills the pin-holes that show the far side.
    return -_spread(-_spread(picture.reshape(size, size)))


def _spread(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Largest value of each 3 x 3 neighbourhood."""
    for _ in range(2):
        wide = image.copy()
        np.maximum(wide[1:], image[:-1], out=wide[1:])
        np.maximum(wide[:-1], image[1:], out=wide[:-1])
        image = wide.T
    return image
