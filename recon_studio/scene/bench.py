"""Draws a BenchPicture with VTK, off screen, into plain images: the same path in the window, in tests and without a display.

VTK is used directly: importing the three modules below takes 0.2 s where pyvista takes 0.4 s and a Qt widget for it 1.4 s, and an
image painted by Qt needs no OpenGL in the window at all. All calls must come from one thread.
"""

import os
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import vtkmodules.vtkRenderingOpenGL2 as gl
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkCamera, vtkPolyDataMapper, vtkRenderer, vtkRenderWindow

from recon_studio.scene.camera import VIEW_ANGLE, Camera
from recon_studio.scene.picture import VIEW_NAMES, BenchPicture, Bytes, PointLayer, ViewPicture

SPHERE_LIMIT = 20_000  # points per view; above, spheres take too long without a graphics card
MOVING_LIMIT = 40_000  # points per view while the camera moves


@dataclass(frozen=True)
class Rect:
    """Where a view lies in the image, in pixels from its top left corner."""

    x: int
    y: int
    width: int
    height: int


class _Cloud:
    """One actor whose arrays are replaced in place."""

    def __init__(self, renderer: Any) -> None:
        self._data = vtkPolyData()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self._data)
        self._actor = vtkActor()
        self._actor.SetMapper(mapper)
        look = self._actor.GetProperty()
        look.SetSpecular(0.0)
        renderer.AddActor(self._actor)
        self._layer: PointLayer | None = None
        self._every: int = 0

    def show(self, layer: PointLayer | None, *, spheres: bool) -> None:
        """Takes the layer's arrays; those it already holds are not copied again."""
        old, self._layer = self._layer, layer
        self._actor.SetVisibility(layer is not None and len(layer.points) > 0)
        if layer is None:
            return
        if old is None or old.points is not layer.points:
            points = vtkPoints()
            points.SetData(numpy_to_vtk(np.ascontiguousarray(layer.points, dtype=np.float32), deep=True))
            self._data.SetPoints(points)
            if old is None or len(old.points) != len(layer.points):
                self._every = 0
        if old is None or old.colours is not layer.colours:
            self._data.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(layer.colours), deep=True))
        look = self._actor.GetProperty()
        look.SetRenderPointsAsSpheres(spheres)
        look.SetLighting(spheres)
        self._data.Modified()

    def scale(self, pixels_per_unit: float, oversampling: int) -> None:
        """Sets the points' size for the camera's distance, and shades them the more the larger they are."""
        if self._layer is None:
            return
        size = float(np.clip(self._layer.diameter * pixels_per_unit, 1.4 * oversampling, 48.0 * oversampling))
        look = self._actor.GetProperty()
        look.SetPointSize(size)
        # A sphere without shading is a flat disc; on a few pixels shading only muddies the colour.
        depth = 0.38 * float(np.clip((size / oversampling - 2.0) / 6.0, 0.0, 1.0)) if self._layer.solid else 0.0
        look.SetAmbient(1.0 - depth)
        look.SetDiffuse(depth)

    def thin(self, every: int) -> None:
        """Draws each ``every``-th point only."""
        if self._layer is not None and every != self._every:
            self._every = every
            cells = vtkCellArray()
            cells.SetData(1, numpy_to_vtkIdTypeArray(np.arange(0, len(self._layer.points), every, dtype=np.int64), deep=True))
            self._data.SetVerts(cells)


class Bench:
    """Four views of one cloud under one camera."""

    def __init__(self) -> None:
        # Without an X server the default window class still tries to reach one, and says so on stderr.
        headless = sys.platform.startswith("linux") and not os.environ.get("DISPLAY")
        self._window = gl.vtkEGLRenderWindow() if headless and hasattr(gl, "vtkEGLRenderWindow") else vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)  # software OpenGL takes eight times as long with them; a settled view is oversampled instead
        self._camera = vtkCamera()
        self._camera.SetViewAngle(VIEW_ANGLE)
        self._renderers = [vtkRenderer() for _ in VIEW_NAMES]
        for renderer in self._renderers:
            renderer.SetActiveCamera(self._camera)
            self._window.AddRenderer(renderer)
        self._clouds: list[list[_Cloud]] = [[] for _ in VIEW_NAMES]
        self._views: list[ViewPicture | None] = [None] * len(VIEW_NAMES)
        self._pixels: Any = vtkUnsignedCharArray()  # what the last render left
        self._stale: set[int] = set()  # views that changed since
        self._asked: tuple[object, ...] | None = None  # camera, places and quality of the last render
        self.drawn: frozenset[int] = frozenset()  # the views that the last render drew anew
        self._background: tuple[int, int, int] | None = None
        self._closed = False

    def show(self, picture: BenchPicture) -> tuple[int, ...]:
        """Takes over what changed and returns which views did."""
        changed = []
        for index, view in enumerate(picture.views):
            if picture.background != self._background:
                self._renderers[index].SetBackground(*(channel / 255 for channel in picture.background))
                self._stale.add(index)
            if view is not self._views[index]:
                self._show_view(index, view)
                changed.append(index)
        self._background = picture.background
        self._stale.update(changed)
        return tuple(changed)

    def _show_view(self, index: int, view: ViewPicture) -> None:
        clouds = self._clouds[index]
        while len(clouds) < len(view.layers):
            clouds.append(_Cloud(self._renderers[index]))
        spheres = sum(len(layer.points) for layer in view.layers) <= SPHERE_LIMIT
        for slot, cloud in enumerate(clouds):
            cloud.show(view.layers[slot] if slot < len(view.layers) else None, spheres=spheres)
        self._views[index] = view

    def render(self, camera: Camera, rects: dict[int, Rect], oversampling: int = 1, *, coarse: bool = False) -> Bytes:
        """Draws the views named by ``rects`` and returns the image that holds them.

        Views that still look as they did in the last image are not drawn again.

        Args:
            camera: the camera of all views.
            rects: where each view (by its place in ``VIEW_NAMES``) goes, in pixels of the image before oversampling.
            oversampling: how many pixels to draw for each, along both axes.
            coarse: whether large clouds are thinned, to keep up with a moving camera.

        Returns:
            (H, W, 4) RGBA, H and W being ``oversampling`` times what the rectangles span; the top row first.
        """
        width = max(rect.x + rect.width for rect in rects.values())
        height = max(rect.y + rect.height for rect in rects.values())
        self._place_camera(camera)
        asked = (camera, tuple(rects.items()), oversampling, coarse)
        self.drawn = frozenset(rects) if asked != self._asked else frozenset(self._stale & set(rects))
        self._asked = asked
        self._stale.difference_update(rects)
        for index, renderer in enumerate(self._renderers):
            rect = rects.get(index)
            renderer.SetDraw(index in self.drawn)
            if rect is None or index not in self.drawn:
                continue
            top, bottom = 1 - rect.y / height, 1 - (rect.y + rect.height) / height
            renderer.SetViewport(rect.x / width, bottom, (rect.x + rect.width) / width, top)
            shown = self._views[index]
            total = sum(len(layer.points) for layer in shown.layers) if shown is not None else 0
            for cloud in self._clouds[index]:
                cloud.thin(max(1, -(-total // MOVING_LIMIT)) if coarse else 1)
                cloud.scale(camera.pixels_per_unit(rect.height * oversampling), oversampling)
        full = (width * oversampling, height * oversampling)
        self._window.SetSize(*full)
        self._window.Render()
        self._window.GetRGBACharPixelData(0, 0, full[0] - 1, full[1] - 1, 0, self._pixels, 0)
        image: Bytes = vtk_to_numpy(self._pixels).reshape(full[1], full[0], 4)[::-1].copy()
        image[..., 3] = 255
        return image

    def _place_camera(self, camera: Camera) -> None:
        self._camera.SetPosition(*camera.position)
        self._camera.SetFocalPoint(*camera.target)
        self._camera.SetViewUp(*camera.axes[1])
        # Clouds fill the unit sphere and rebuilt points stray a little beyond it.
        reach = float(np.linalg.norm(camera.position)) + 3.0
        self._camera.SetClippingRange(max(0.01, reach - 6.0), reach)

    def close(self) -> None:
        """Frees what VTK holds; the bench must not be used again."""
        if not self._closed:
            self._closed = True
            self._window.Finalize()
