from dataclasses import replace

import numpy as np
import pytest
import pyvista as pv

from recon_studio.scene.colours import GROUNDS
from recon_studio.scene.measured import draw_measured
from tests.recon_studio.scenery import opened_state


@pytest.fixture
def plotter():
    made = pv.Plotter(off_screen=True, window_size=(320, 240))
    yield made
    made.close()


def _draw(plotter, cloud, theme):
    for _ in draw_measured(plotter, cloud, theme):
        pass


def test_the_frame_measures_the_cloud_in_file_units(plotter):
    cloud = opened_state().cloud
    points = (cloud.points * 7).astype(np.float32)
    _draw(plotter, replace(cloud, points=points), "light")
    low, high = points.min(axis=0), points.max(axis=0)
    (points_drawn,) = (actor for actor in plotter.actors.values() if isinstance(actor, pv.Actor))
    bounds = np.array(points_drawn.GetBounds())
    np.testing.assert_allclose(bounds[0::2], low, rtol=1e-5)
    np.testing.assert_allclose(bounds[1::2], high, rtol=1e-5)


def test_own_colours_are_drawn_and_height_where_there_are_none(plotter, display):
    if not display:
        pytest.skip("no display and no Xvfb")
    cloud = opened_state().cloud
    red = np.tile(np.array([[200, 10, 10]], dtype=np.uint8), (len(cloud.points), 1))
    _draw(plotter, replace(cloud, colours=red), "dark")
    image = np.asarray(plotter.screenshot(return_img=True)).astype(int)
    reds = (np.abs(image - [200, 10, 10]).max(axis=-1) < 3).sum()
    assert reds > 50
    assert (np.abs(image[0, 0] - np.array(GROUNDS["dark"].background)).max()) <= 1
    assert not plotter.scalar_bars
    _draw(plotter, replace(cloud, colours=None), "dark")
    assert list(plotter.scalar_bars.keys()) == ["height, y"]


def test_the_frame_comes_before_the_cloud_and_stays(plotter):
    cloud = opened_state().cloud
    steps = draw_measured(plotter, cloud, "light")
    next(steps)
    assert not plotter.actors
    next(steps)
    assert [type(actor) for actor in plotter.actors.values()] == [pv.CubeAxesActor]
    before = plotter.camera_position, plotter.renderer.cube_axes_actor.bounds
    assert len(list(steps)) == 1
    assert len(plotter.actors) > 1
    assert (plotter.camera_position, plotter.renderer.cube_axes_actor.bounds) == before
