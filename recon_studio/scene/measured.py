"""The cloud as its file measures it: own units, own colours, a frame with ticks; drawn by PyVista into any plotter."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv

from recon_studio.scene.colours import GROUNDS
from recon_studio.state.app_state import Cloud, Theme

MOST_POINTS = 100_000
"""More, drawn at once, would hold up a window without a graphics card."""
_INK: dict[Theme, str] = {"light": "#30353c", "dark": "#d7dbe0"}


def draw_measured(plotter: Any, cloud: Cloud, theme: Theme) -> Iterator[None]:
    """Replaces what the plotter will show by the cloud inside a frame with ticks in the file's units, counted from ``cloud.origin``.

    After each step there is something whole to be drawn: nothing, the frame, the cloud in it. What is drawn for the first time makes its
    shaders and letters then, so a window that draws after every step is held up for less at a time.

    Args:
        plotter: any ``pyvista.BasePlotter``, in a window or off screen.
        cloud: drawn point for point up to ``MOST_POINTS`` of them, in its own colours, or by height (y) where the file has none.
        theme: ground and ink.
    """
    plotter.suppress_rendering = True  # else nearly every line below draws an image that the next one makes obsolete
    plotter.clear()
    plotter.set_background([channel / 255 for channel in GROUNDS[theme].background])
    yield
    # Ticks count from the origin that was taken off: far from 0 the numbers would all read the same.
    rows = slice(None, None, max(1, -(-len(cloud.points) // MOST_POINTS)))
    points = pv.PolyData(cloud.points[rows])
    ink = _INK[theme]
    plotter.show_bounds(
        mesh=points, color=ink, location="outer", grid="back", xtitle="x", ytitle="y", ztitle="z", fmt="%.3g", font_size=11, padding=0.04
    )
    plotter.camera_position = _from_a_corner(np.asarray(points.bounds))
    plotter.reset_camera()
    yield
    style: dict[str, Any] = {"style": "points", "point_size": _point_size(points.n_points), "lighting": False, "reset_camera": False}
    if cloud.colours is not None:
        points["colours"] = cloud.colours[rows]
        plotter.add_mesh(points, scalars="colours", rgb=True, **style)
    else:
        points["height"] = np.asarray(points.points)[:, 1]
        bar = {"title": "height, y", "color": ink, "vertical": True, "fmt": "%.3g", "n_labels": 3, "position_x": 0.88, "position_y": 0.3}
        bar |= {"width": 0.05, "height": 0.4, "title_font_size": 14, "label_font_size": 13}
        plotter.add_mesh(points, scalars="height", cmap="cividis", scalar_bar_args=bar, **style)
    plotter.suppress_rendering = False
    yield


def _point_size(count: int) -> float:
    return 4.0 if count <= 20_000 else 2.0


def _from_a_corner(bounds: npt.NDArray[np.float64]) -> list[tuple[float, float, float]]:
    """Position, focus and up: y is up, as in the linked views."""
    focus = 0.5 * (bounds[0::2] + bounds[1::2])
    reach = float(np.linalg.norm(bounds[1::2] - bounds[0::2])) or 1.0
    position = focus + reach * np.array([0.9, 0.6, 1.2])
    return [tuple(position.tolist()), tuple(focus.tolist()), (0.0, 1.0, 0.0)]
