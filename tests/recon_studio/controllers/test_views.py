"""What the views ask for reaches the state, and what moves a camera can be taken back."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import Array, CloudPrepared
from recon_studio.controllers import bench
from recon_studio.controllers.store import Store
from recon_studio.controllers.views import ViewsController
from recon_studio.state.camera import Camera
from recon_studio.state.view_state import LAYOUTS
from tests.recon_studio.scenery import opened_state

ONE, TWO, THREE = (Camera(azimuth=float(turn)) for turn in (10, 20, 30))


@pytest.fixture
def views(qtbot: QtBot) -> tuple[ViewsController, Store]:
    store = Store()
    controller = ViewsController(store, store)
    return controller, store


def test_each_drag_is_one_step_and_turns_of_the_wheel_are_one_together(views: tuple[ViewsController, Store]) -> None:
    controller, store = views
    start = store.state.views.cameras
    controller.frame((ONE,), "chair:prepared")
    assert store.state.can_undo == ""
    controller.move((TWO,), "turn the view", 1)
    controller.move((THREE,), "turn the view", 2)
    store.undo()
    assert store.state.views.cameras == (TWO,)
    store.undo()
    assert store.state.views.cameras == (ONE,) != start
    controller.move((TWO,), "zoom")
    controller.move((THREE,), "zoom")
    store.undo()
    assert store.state.views.cameras == (ONE,)
    controller.link(0)
    assert not store.state.views.linked
    assert store.state.can_undo == "unlink the cameras"
    store.undo()
    assert store.state.views.linked


def test_layouts_ranges_and_looks_are_put_into_the_state(views: tuple[ViewsController, Store]) -> None:
    controller, store = views
    controller.lay_out("six")
    controller.show(0, "difference")
    controller.colour(0, "invented")
    assert (store.state.views.tiles[0].show, store.state.views.tiles[0].colour) == ("difference", "invented")
    assert store.state.views.tiles[1:] == LAYOUTS["six"][1:]
    controller.set_range("error", 0.0, 0.5)
    controller.set_range("error", 0.7, 0.5)
    assert store.state.views.range_of("error").high == 0.5
    assert store.state.notices[-1].sentence == "The low end (0.7) of a colour scale must be smaller than its high end (0.5)."
    controller.set_range("height", 5403217.8, 5403206.2)
    assert "(5403217.8)" in store.state.notices[-1].sentence
    assert "(5403206.2)" in store.state.notices[-1].sentence
    controller.reset_range("error")
    assert store.state.views.ranges == ()
    assert store.state.can_undo == ""  # looks are changed back where they were changed


def test_of_a_million_points_the_model_is_sent_a_part_and_its_choice_finds_its_way_back() -> None:
    assert bench.rows_sent(100_000) == slice(None, None, 1)
    assert len(range(1_000_000)[bench.rows_sent(1_000_000)]) == bench.MODEL_POINTS
    state = opened_state()
    points = np.tile(state.cloud.points, (1000, 1)) + np.arange(192_000, dtype=np.float32)[:, None]
    large = type(state.cloud)(**{**vars(state.cloud), "points": points})
    sent = points[bench.rows_sent(len(points))]
    chosen = np.array([5, 70_000, 3])
    reply = CloudPrepared(
        id=1,
        points=Array.of(sent[chosen]),
        indices=Array.of(chosen),
        centre=(0.0, 0.0, 0.0),
        scale=1.0,
        centres=Array.of(sent[:1]),
        members=Array.of(np.zeros((1, 1), np.int64)),
        milliseconds=1.0,
    )
    np.testing.assert_array_equal(large.points[bench.prepared_of(large, reply).indices], sent[chosen])
