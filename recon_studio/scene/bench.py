"""Draws a BenchPicture with VTK, off screen, into plain images: the same path in the window, in tests and without a display.

VTK is used directly: importing the three modules below takes 0.2 s where pyvista takes 0.4 s and a Qt widget for it 1.4 s, and an
image painted by Qt needs no OpenGL in the window at all. All calls must come from one thread.

A large cloud comes in parts (``pieces.PART``). ``render`` with ``coarse`` draws as many as keep up with a moving hand; ``refine`` then
adds the others to the same image, a few milliseconds at a time, so that a million points hold no one up.
"""

import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import numpy as np
import vtkmodules.vtkRenderingOpenGL2 as gl
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkFloatArray, vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkCamera, vtkPolyDataMapper, vtkRenderer, vtkRenderWindow

from recon_studio.scene.camera import VIEW_ANGLE, Camera
from recon_studio.scene.picture import BenchPicture, Bytes, PointLayer, ViewPicture
from recon_studio.scene.shading import Floats, eye_dome
from recon_studio.state.view_state import MOST_TILES

SPHERE_LIMIT = 20_000  # points per view; above, spheres take too long without a graphics card
MOVING_SPHERES = 16_000  # points over all views that are drawn as spheres while the camera moves
MOST_MOVING = 150_000  # points of large clouds over all views while the camera moves, where drawing is fast
AT_ONCE = 1_000_000
"""Pixels that are drawn in one turn of the event loop where there is time: without a graphics card every million takes some 20 ms."""
EDGE = 32
"""Rows drawn beyond a band and cut off again: a point whose centre is out of sight is not drawn, though half of it may be in sight."""
_SLOW, _FAST = 0.045, 0.02  # seconds an image may take while things move; and below which more can be drawn


@dataclass(frozen=True)
class Rect:
    """Where a view lies in the image, in pixels from its top left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Band:
    """Some rows of a view that is too large to be drawn at once."""

    top: int
    """The first of them, in pixels from the top of the whole view."""
    of: int
    """Rows of the whole view."""


@dataclass(frozen=True)
class _Job:
    """A view to be drawn, some of its rows, or, once all of these are there, what is left to do."""

    index: int
    asked: tuple[object, ...]
    parts: int
    top: int | None = None
    """The first of the rows; None for all of the view."""
    rows: int = 0


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
        self._count = -1  # of points that are drawn

    def show(self, layer: PointLayer | None) -> None:
        """Takes the layer's arrays; those it already holds are not copied again."""
        old, self._layer = self._layer, layer
        if layer is None:
            return
        if old is None or old.points is not layer.points:
            points = vtkPoints()
            points.SetData(numpy_to_vtk(np.ascontiguousarray(layer.points, dtype=np.float32), deep=True))
            self._data.SetPoints(points)
            if self._count != len(layer.points):
                self._count = len(layer.points)
                cells = vtkCellArray()
                cells.SetData(1, numpy_to_vtkIdTypeArray(np.arange(self._count, dtype=np.int64), deep=True))
                self._data.SetVerts(cells)
        if old is None or old.colours is not layer.colours:
            self._data.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(layer.colours), deep=True))
        self._data.Modified()

    def remove(self, renderer: Any) -> None:
        """Takes it out of a view for good."""
        renderer.RemoveActor(self._actor)

    def appear(self, seen: bool) -> None:
        """Draws it from now on, or not."""
        self._actor.SetVisibility(seen and self._layer is not None and len(self._layer.points) > 0)

    def dress(self, pixels_per_unit: float, oversampling: int, *, spheres: bool, lit: bool) -> None:
        """Sets the points' size for the camera's distance, and shades lit ones the more the larger they are."""
        if self._layer is None:
            return
        size = float(np.clip(self._layer.diameter * pixels_per_unit, 1.4 * oversampling, 48.0 * oversampling))
        look = self._actor.GetProperty()
        look.SetRenderPointsAsSpheres(spheres)
        look.SetLighting(spheres and lit)
        look.SetPointSize(size)
        # A sphere without shading is a flat disc; on a few pixels shading only muddies the colour.
        depth = 0.38 * float(np.clip((size / oversampling - 2.0) / 6.0, 0.0, 1.0)) if self._layer.solid else 0.0
        look.SetAmbient(1.0 - depth)
        look.SetDiffuse(depth)


@dataclass
class _View:
    """One view: its renderer, the clouds of each of its parts, and what the last image holds of it."""

    renderer: Any
    camera: Any
    picture: ViewPicture | None = None
    parts: list[list[_Cloud]] = field(default_factory=list)
    held: dict[int, object] = field(default_factory=dict)  # the Later whose layers each further part holds
    drawn: int = 0  # parts that the image holds
    asked: tuple[object, ...] = ()  # how they were drawn
    points: int = 0  # in the first part

    @property
    def count(self) -> int:
        """How many parts there are."""
        return 0 if self.picture is None else 1 + len(self.picture.finer)

    def take(self, picture: ViewPicture) -> None:
        """Shows another picture; its further parts follow when they are drawn."""
        self.picture = picture
        self.points = sum(len(layer.points) for layer in picture.layers)
        self.drawn = 0
        self._fill(0, picture.layers)
        for part in range(self.count, len(self.parts)):  # of a larger cloud before: its memory is given back
            self._fill(part, ())
            self.held.pop(part, None)

    def drop(self) -> None:
        """Shows nothing any more: the memory of what it showed is given back."""
        self.picture, self.asked, self.points, self.drawn = None, (), 0, 0
        for part in range(len(self.parts)):
            self._fill(part, ())
        self.held.clear()

    def _fill(self, part: int, layers: tuple[PointLayer, ...]) -> None:
        while len(self.parts) <= part:
            self.parts.append([])
        clouds = self.parts[part]
        for spare in clouds[len(layers) :]:
            spare.remove(self.renderer)
        del clouds[len(layers) :]
        while len(clouds) < len(layers):
            clouds.append(_Cloud(self.renderer))
        for cloud, layer in zip(clouds, layers, strict=True):
            cloud.show(layer)

    def expose(self, first: int, last: int, pixels_per_unit: float, oversampling: int, *, spheres: bool, lit: bool) -> None:
        """Makes the parts from ``first`` up to ``last`` ready to be drawn, and no others."""
        assert self.picture is not None
        for part in range(max(first, 1), last):
            later = self.picture.finer[part - 1]
            if self.held.get(part) is not later:
                self._fill(part, later.layers)
                self.held[part] = later
        for part, clouds in enumerate(self.parts):
            for cloud in clouds:
                cloud.appear(first <= part < last)
                if first <= part < last:
                    cloud.dress(pixels_per_unit, oversampling, spheres=spheres, lit=lit)


class Bench:
    """One to six views of one cloud, each under its camera.

    Args:
        shades: whether images come shaded by depth where the picture asks for that; else whoever draws does it with ``depths``.
    """

    def __init__(self, *, shades: bool = True) -> None:
        self._shades = shades
        # Without an X server the default window class still tries to reach one, and says so on stderr.
        headless = sys.platform.startswith("linux") and not os.environ.get("DISPLAY")
        self._window = gl.vtkEGLRenderWindow() if headless and hasattr(gl, "vtkEGLRenderWindow") else vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)  # software OpenGL takes eight times as long with them; a settled view is oversampled instead
        self._views = [self._make_view() for _ in range(MOST_TILES)]
        self._picture: BenchPicture | None = None
        self._frame: Bytes = np.zeros((0, 0, 4), np.uint8)  # what was drawn of all views so far, in the size of the last render
        self._pixels: Any = vtkUnsignedCharArray()  # of one view, read back
        self._depths: Any = vtkFloatArray()
        self._rects: dict[int, Rect] = {}
        self._oversampling = 1
        self._budget = MOST_MOVING  # points of large clouds while the camera moves, as this machine manages
        self._waiting: list[_Job] = []  # what the last render left to ``refine``
        self._deep: Floats = np.zeros((0, 0), np.float32)  # depths of the view that is drawn in bands
        self.drawn: frozenset[int] = frozenset()  # the views that the last render drew anew
        self._closed = False

    def _make_view(self) -> _View:
        renderer, camera = vtkRenderer(), vtkCamera()
        renderer.SetActiveCamera(camera)
        renderer.SetDraw(0)
        self._window.AddRenderer(renderer)
        return _View(renderer, camera)

    def show(self, picture: BenchPicture) -> tuple[int, ...]:
        """Takes over what changed and returns which views did."""
        changed = []
        old = self._picture
        for index, view in enumerate(self._views):
            new = picture.views[index] if index < len(picture.views) else None
            if old is None or picture.background != old.background:
                view.renderer.SetBackground(*(channel / 255 for channel in picture.background))
                view.asked = ()
            if new is not None and new is not view.picture:
                view.take(new)
                changed.append(index)
            elif new is None and view.picture is not None:
                view.drop()
        self._waiting = [job for job in self._waiting if self._views[job.index].picture is not None]
        self._picture = picture
        return tuple(changed)

    # ------------------------------------------------------------ drawing
    def render(
        self,
        camera: Camera | Mapping[int, Camera],
        rects: dict[int, Rect],
        oversampling: int = 1,
        *,
        coarse: bool = False,
        moving: bool = False,
        band: Band | None = None,
        most: int | None = None,
    ) -> Bytes:
        """Draws the views named by ``rects`` and returns the image that holds them.

        Views that still look as they did in the last image are not drawn again.

        Args:
            camera: the camera of all views, or one for each of them.
            rects: where each view (by its place in the picture) goes, in pixels of the image before oversampling.
            oversampling: how many pixels to draw for each, along both axes.
            coarse: whether large clouds are drawn in part only; ``refine`` adds the rest.
            moving: whether the camera moves, so that even clouds of a few thousand points are drawn as simply as the next image needs.
            band: which rows of a larger view each rectangle holds; all of the view where it is None.
            most: how many pixels may be drawn at once; ``refine`` draws the other views, and a view's other bands, one at a time.

        Returns:
            (H, W, 4) RGBA, H and W being ``oversampling`` times what the rectangles span; the top row first.
        """
        assert self._picture is not None
        if (old := self._size()) != (size := _span(rects, oversampling)) or old == (0, 0):
            for view in self._views:
                view.asked = ()  # a window of another size begins empty
            self._frame = np.full((size[1], size[0], 4), 255, np.uint8)
        self._rects, self._oversampling = dict(rects), oversampling
        self._window.SetSize(*size)
        limit = self._parts_while_moving(rects) if coarse else None
        few = sum(self._views[index].points for index in rects) <= MOVING_SPHERES
        jobs: list[_Job] = []
        for index, view in enumerate(self._views):
            view.renderer.SetDraw(0)
            if index in rects and view.picture is not None:
                spheres = view.count == 1 and view.points <= SPHERE_LIMIT and (few or not moving)
                seen = camera if isinstance(camera, Camera) else camera[index]
                wanted = view.count if limit is None else min(limit, view.count)
                asked = (seen, rects[index], band, spheres, self._picture.point_size, self._picture.shading)
                if asked == view.asked and view.drawn >= min(wanted, view.count):
                    continue
                jobs += self._jobs(_Job(index, asked, wanted), most)
        begun = perf_counter()
        self._waiting = jobs if most is not None else []
        image = self._next() if self._waiting else self._drawn(jobs)
        if moving and limit is not None:
            self._learn(perf_counter() - begun, limit * self._first_parts(rects))
        return image

    def _first_parts(self, rects: dict[int, Rect]) -> int:
        """Returns how many points the first parts of large clouds hold in all views."""
        return sum(self._views[index].points for index in rects if self._views[index].count > 1)

    def _parts_while_moving(self, rects: dict[int, Rect]) -> int:
        """Returns how many parts of each large cloud can be drawn in time; at least one."""
        return max(1, self._budget // max(self._first_parts(rects), 1))

    def _learn(self, seconds: float, points: int) -> None:
        """Draws fewer points while things move where this machine, or what else it does, is slow; more again where it is not."""
        if seconds > _SLOW:
            self._budget = max(points // 2, 1)
        elif seconds < _FAST:
            self._budget = min(max(2 * points, self._budget), MOST_MOVING)

    def _jobs(self, whole: _Job, most: int | None) -> list[_Job]:
        """Parts a view so that no more pixels are drawn at once; large clouds, whose parts are added to what is there, stay whole."""
        rect = self._rects[whole.index]
        across = rect.width * self._oversampling**2
        if most is None or rect.height * across <= most or self._views[whole.index].count > 1:
            return [whole]
        rows = max(2 * EDGE, most // across)
        tops = range(0, rect.height, rows)
        return [*(replace(whole, top=top, rows=min(rows, rect.height - top)) for top in tops), replace(whole, top=rect.height)]

    def _next(self) -> Bytes:
        """Does the first of what waits."""
        for view in self._views:
            view.renderer.SetDraw(0)
        job = self._waiting.pop(0)
        if job.top is None:
            return self._drawn([job])
        if job.rows:
            self._draw_band(job, job.top)
            self.drawn = frozenset()
            return self._frame
        self._views[job.index].asked = job.asked
        self.drawn = frozenset({job.index})
        if self._shaded:
            self._shade(job.index, self._deep)
        return self._frame.copy()

    def _draw_band(self, job: _Job, top: int) -> None:
        view, rect = self._views[job.index], self._rects[job.index]
        low, high = max(0, top - EDGE), min(rect.height, top + job.rows + EDGE)
        camera, _, _, *rest = job.asked
        place = Rect(rect.x, rect.y + low, rect.width, high - low)
        # What was asked is not there before the last band is, so a view left in between is drawn anew.
        self._draw_first(view, place, (camera, place, Band(low, rect.height), *rest), job.parts)
        self._window.Render()
        self._read(job.index, top, job.rows)
        if self._shaded:
            times = self._oversampling
            if top == 0:
                self._deep = np.ones((rect.height * times, rect.width * times), np.float32)
            self._deep[top * times : (top + job.rows) * times] = self._depths_of(job.index, top, job.rows)

    def _draw_first(self, view: _View, rect: Rect, asked: tuple[object, ...], parts: int) -> None:
        """Prepares a view to be drawn from nothing, with so many of its parts."""
        camera, _, band, *_ = asked
        assert isinstance(camera, Camera)
        assert band is None or isinstance(band, Band)
        width, height = (side // self._oversampling for side in self._size())
        top, bottom = 1 - rect.y / height, 1 - (rect.y + rect.height) / height
        view.renderer.SetViewport(rect.x / width, bottom, (rect.x + rect.width) / width, top)
        _place(view.camera, camera, rect.height, band)
        view.asked, view.drawn = asked, parts
        self._expose(view, 0, parts)
        view.renderer.SetErase(1)
        view.renderer.SetDraw(1)

    def _expose(self, view: _View, first: int, last: int) -> None:
        camera, rect, band, spheres, size, shading = view.asked
        assert isinstance(camera, Camera)
        assert isinstance(rect, Rect)
        height = band.of if isinstance(band, Band) else rect.height
        scale = float(size) * camera.pixels_per_unit(height * self._oversampling)  # type: ignore[arg-type]
        view.expose(first, last, scale, self._oversampling, spheres=bool(spheres), lit=shading == "lit")

    @property
    def places(self) -> dict[int, tuple[int, int, int, int]]:
        """Where each view lies in the last image: x, y, width and height in its pixels."""
        times = self._oversampling
        return {index: (rect.x * times, rect.y * times, rect.width * times, rect.height * times) for index, rect in self._rects.items()}

    @property
    def unfinished(self) -> bool:
        """Whether ``refine`` would add something to the last image."""
        return bool(self._waiting) or any(self._grows(index) for index in self._rects)

    def _grows(self, index: int) -> bool:
        """Whether the last image holds a part of a view only; one that was never drawn in it cannot grow."""
        view = self._views[index]
        return bool(view.asked) and view.drawn < view.count

    def refine(self, seconds: float) -> Bytes:
        """Adds what waits first to the last image, or further parts of large clouds for about that long, and returns the image.

        ``drawn`` tells which views grew; none has where a band was drawn that is not its last. The image is then not to be kept."""
        if self._waiting:
            return self._next()
        until = perf_counter() + seconds
        grown: set[int] = set()
        while self.unfinished and (not grown or perf_counter() < until):
            for view in self._views:
                view.renderer.SetDraw(0)
            index = min((each for each in self._rects if self._grows(each)), key=self._progress)
            view = self._views[index]
            self._expose(view, view.drawn, view.drawn + 1)
            view.drawn += 1
            view.renderer.SetErase(0)  # what was drawn before stays, colours and depths
            view.renderer.SetDraw(1)
            self._window.Render()
            grown.add(index)
        return self._image(grown)

    def _progress(self, index: int) -> float:
        return self._views[index].drawn / self._views[index].count

    def _size(self) -> tuple[int, int]:
        return _span(self._rects, self._oversampling)

    def _drawn(self, jobs: Sequence[_Job]) -> Bytes:
        for job in jobs:
            self._draw_first(self._views[job.index], self._rects[job.index], job.asked, job.parts)
        self._window.Render()
        return self._image([job.index for job in jobs])

    @property
    def _shaded(self) -> bool:
        return self._shades and self._picture is not None and self._picture.shading == "eye_dome"

    def _image(self, indices: Iterable[int]) -> Bytes:
        """Reads views back, shaded by depth where that is wanted, and returns all that was drawn so far."""
        self.drawn = frozenset(indices)
        for index in self.drawn:
            height = self._rects[index].height
            self._read(index, 0, height)
            if self._shaded:
                self._shade(index, self._depths_of(index, 0, height))
        return self._frame.copy()

    def _part(self, index: int) -> Bytes:
        """The colours of a view in the frame."""
        x, y, wide, high = self.places[index]
        return self._frame[y : y + high, x : x + wide, :3]

    def _lines(self, index: int, top: int, rows: int) -> tuple[int, int, int, int]:
        """Where some rows of a view lie in the window: its first and last column and line, counted from below."""
        x, y, wide, _ = self.places[index]
        below = self._size()[1] - y - (top + rows) * self._oversampling
        return x, below, x + wide - 1, below + rows * self._oversampling - 1

    def _read(self, index: int, top: int, rows: int) -> None:
        """Reads some rows of a view back."""
        times = self._oversampling
        self._window.GetRGBACharPixelData(*self._lines(index, top, rows), 0, self._pixels, 0)
        part = self._part(index)[top * times : (top + rows) * times]
        part[:] = vtk_to_numpy(self._pixels).reshape(rows * times, -1, 4)[::-1, :, :3]

    def _shade(self, index: int, depths: Floats) -> None:
        """Shades a view in the frame by its depths."""
        part = self._part(index)
        near, far = self._views[index].camera.GetClippingRange()
        part[:] = eye_dome(part, depths, near, far, self._oversampling)

    def _depths_of(self, index: int, top: int, rows: int) -> Floats:
        self._window.GetZbufferData(*self._lines(index, top, rows), self._depths)
        depths: Floats = vtk_to_numpy(self._depths).reshape(rows * self._oversampling, -1)[::-1].copy()
        return depths

    def depths(self, index: int) -> tuple[Floats, float, float]:
        """Returns a view's depths in the last image, (h, w) from 0 at the first of the two distances that follow to 1 at the second."""
        near, far = self._views[index].camera.GetClippingRange()
        return self._depths_of(index, 0, self._rects[index].height), near, far

    def close(self) -> None:
        """Frees what VTK holds; the bench must not be used again."""
        if not self._closed:
            self._closed = True
            self._window.Finalize()


def _span(rects: Mapping[int, Rect], oversampling: int) -> tuple[int, int]:
    """Returns width and height of the image that holds all rectangles."""
    width = max((rect.x + rect.width for rect in rects.values()), default=0)
    height = max((rect.y + rect.height for rect in rects.values()), default=0)
    return width * oversampling, height * oversampling


def _place(vtk_camera: Any, camera: Camera, height: int, band: Band | None) -> None:
    whole, middle = (height, height / 2) if band is None else (band.of, band.top + height / 2)
    vtk_camera.SetViewAngle(2 * math.degrees(math.atan(math.tan(math.radians(VIEW_ANGLE) / 2) * height / whole)))
    vtk_camera.SetWindowCenter(0.0, (whole / 2 - middle) / (height / 2))
    vtk_camera.SetPosition(*camera.position)
    vtk_camera.SetFocalPoint(*camera.target)
    vtk_camera.SetViewUp(*camera.axes[1])
    # Clouds fill the unit sphere and rebuilt points stray a little beyond it.
    reach = float(np.linalg.norm(camera.position)) + 3.0
    vtk_camera.SetClippingRange(max(0.01, reach - 6.0), reach)
