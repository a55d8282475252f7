"""Model B rebuilds what model A rebuilt, when someone looks; where it cannot, one sentence says so."""

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import CloseRival, OpenRival, RebuildByRival
from recon_studio.backend.client import ROLES
from recon_studio.controllers.studio import Start, Studio
from recon_studio.state.app_state import AppState
from recon_studio.state.view_state import LAYOUTS
from tests.fakes import FakeProcess, fake_backend

Rig = tuple[Studio, FakeProcess, Callable[[], None]]


@pytest.fixture
def rig(qtbot: QtBot) -> Rig:
    """The studio without a window, its cloud rebuilt by model A."""
    backend, reader, model = fake_backend(prompt=True)
    studio = Studio(backend, Start(AppState(), files=("/x/chair.ply",)))
    studio.start()
    backend.start(*ROLES)

    def flush() -> None:
        qtbot.waitUntil(lambda: not model.inbox and not reader.inbox)

    qtbot.waitUntil(lambda: bool(studio.store.state.scores))
    return studio, model, flush


def asked(model: FakeProcess) -> list[RebuildByRival]:
    return [request for request in model.sent if isinstance(request, RebuildByRival)]


def test_b_is_asked_for_what_a_rebuilt_and_follows_the_mask(rig: Rig) -> None:
    studio, model, flush = rig
    studio.rival.ask("file", lambda: "/y/other.safetensors")
    flush()
    state = studio.store.state
    assert state.views.tiles == LAYOUTS["versus"]
    assert state.rival.model.name == state.rival.source == "/y/other.safetensors"
    np.testing.assert_array_equal(state.rival.reconstruction.hidden, state.reconstruction.hidden)
    np.testing.assert_array_equal(asked(model)[0].centres.numpy(), state.prepared.centres)
    studio.bench.set_ratio(0.25)
    flush()
    state = studio.store.state
    assert state.rival.reconstruction.hidden.sum() == 2
    assert len(asked(model)) == 2


def test_while_no_view_shows_b_it_is_not_asked(rig: Rig) -> None:
    studio, model, flush = rig
    studio.rival.ask("default", lambda: "")
    flush()
    studio.views.lay_out("four")
    studio.bench.set_ratio(0.25)
    flush()
    assert len(asked(model)) == 1
    studio.views.show(3, "contest")
    flush()
    assert len(asked(model)) == 2
    assert studio.store.state.rival.reconstruction.hidden.sum() == 2


def test_another_cloud_is_compared_anew_and_the_old_answer_is_not_shown(rig: Rig, qtbot: QtBot) -> None:
    studio, _model, flush = rig
    studio.rival.open("default")
    flush()
    studio.library.open_paths(["/x/table.ply"])
    qtbot.waitUntil(lambda: studio.store.state.reconstruction is not None and studio.store.state.reconstruction.key.endswith("table.ply"))
    flush()
    assert studio.store.state.rival.reconstruction.key.endswith("table.ply")


def test_models_that_cut_differently_are_told_of_in_the_views_once(rig: Rig) -> None:
    studio, model, flush = rig
    studio.rival.open("/y/strange.pth")
    flush()
    assert studio.store.state.rival.sentence == "Model B (strange) cuts the cloud differently."
    assert studio.store.state.notices == ()
    studio.bench.set_ratio(0.25)
    flush()
    assert len(asked(model)) == 1  # it would only say so again
    studio.model.load("/y/another_a")  # under which it may do
    flush()
    assert len(asked(model)) == 2


def test_closing_b_gives_its_memory_back_and_its_views_to_others(rig: Rig) -> None:
    studio, model, flush = rig
    studio.rival.ask("file", lambda: "")
    assert not [request for request in model.sent if isinstance(request, OpenRival)]
    studio.rival.open("default")
    flush()
    studio.rival.ask("none", lambda: "")
    flush()
    assert studio.store.state.rival is None
    assert studio.store.state.views.tiles == LAYOUTS["four"]
    assert isinstance(model.sent[-1], CloseRival)


def test_a_model_that_cannot_be_opened_as_b_is_a_notice_and_the_views_stay(rig: Rig, qtbot: QtBot) -> None:
    studio, model, _flush = rig
    model.prompt = False
    studio.rival.open("/y/none.pth")
    model.fail("none.pth: there is no such file.")
    assert studio.store.state.notices[-1].sentence == "none.pth: there is no such file."
    assert studio.store.state.rival is None
    assert studio.store.state.views.tiles == LAYOUTS["four"]


def test_a_helper_that_died_over_b_opens_it_anew(rig: Rig, qtbot: QtBot) -> None:
    studio, model, _flush = rig
    studio.rival.open("/y/other")
    _flush()
    model.prompt = False
    studio.bench.set_ratio(0.25)
    model.answer()
    model.prompt = True
    model.die()
    qtbot.waitUntil(lambda: studio.store.state.rival.reconstruction.hidden.sum() == 2)
    assert asked(model)[-1].source == "/y/other"  # it carries all that a fresh helper needs
