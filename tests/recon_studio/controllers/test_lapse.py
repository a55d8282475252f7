"""The same clouds through a run's checkpoints: read once, embedded by each, every frame started from the last."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import EmbedClouds, ReadMembers, StartProjection
from recon_studio.controllers.lapse import FIRST, FOLLOWING
from recon_studio.state.app_state import AppState
from recon_studio.state.lapse import checkpoints_of, name_of
from tests.recon_studio.controllers.test_map import Rig


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    (folder / "checkpoints").mkdir(parents=True)
    for epoch in (2, 10, 30):
        (folder / "checkpoints" / f"epoch-{epoch:04d}.safetensors").touch()
    return folder


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    qtbot.waitUntil(lambda: rig.state.model is not None)
    rig.add("set-30.npz")
    rig.add("one.ply")
    rig.enter()
    rig.controller.embed()
    qtbot.waitUntil(lambda: rig.state.map.projection is not None and rig.state.map.projection.finished)
    return rig


def test_checkpoints_come_in_the_order_of_their_epochs(run: Path) -> None:
    assert [name_of(path) for path in checkpoints_of(str(run))] == ["epoch 2", "epoch 10", "epoch 30"]
    assert name_of("/x/best.safetensors") == "best"


def test_every_frame_starts_from_the_last(shown: Rig, run: Path, qtbot: QtBot) -> None:
    before = shown.state.map.projection
    reads = len(shown.sent(ReadMembers, shown.reader))
    shown.controller.lapse.start(str(run))
    qtbot.waitUntil(lambda: len(shown.state.map.lapse.frames) == 3 and not shown.state.map.lapse.doing)
    assert len(shown.sent(ReadMembers, shown.reader)) == reads + 2  # each file once
    embedded = [request for request in shown.sent(EmbedClouds, shown.model) if request.checkpoint]
    assert [sum(len(each.clouds) for each in embedded if each.checkpoint == path) for path in checkpoints_of(str(run))] == [31] * 3
    starts = shown.sent(StartProjection)[-3:]
    assert [request.iterations for request in starts] == [FIRST, FOLLOWING, FOLLOWING]
    assert starts[0].initial is None
    frames = shown.state.map.lapse.frames
    np.testing.assert_array_equal(starts[2].initial.numpy(), frames[1].coordinates)
    # The rows belong to the clouds: the fake's feature is a cloud's first coordinate.
    expected = [60 + row for row in range(30)] + [30]
    np.testing.assert_array_equal(starts[0].features.numpy()[:, 0], expected)
    assert shown.state.map.projection.coordinates is frames[2].coordinates
    shown.controller.lapse.show(0)
    assert (shown.state.map.lapse.at, shown.state.map.projection.coordinates) == (0, frames[0].coordinates)
    assert shown.state.jobs == ()
    shown.controller.lapse.close_lapse()
    assert shown.state.map.lapse is None
    assert shown.state.map.projection is before


def test_a_folder_without_checkpoints_is_a_sentence(shown: Rig, tmp_path: Path) -> None:
    shown.controller.lapse.start(str(tmp_path))
    assert "keeps no checkpoints" in shown.state.notices[-1].sentence
    assert shown.state.map.lapse is None


def test_cancelled_it_keeps_its_frames(shown: Rig, run: Path, qtbot: QtBot) -> None:
    cancelled: list[int] = []

    def cancel(_: object, new: AppState) -> None:
        lapse = new.map.lapse
        if lapse is not None and len(lapse.frames) == 1 and new.jobs and not cancelled:
            cancelled.append(new.jobs[-1].id)
            shown.controller.cancel(cancelled[0])

    shown.store.changed.connect(cancel)
    shown.controller.lapse.start(str(run))
    qtbot.waitUntil(lambda: bool(cancelled))
    qtbot.waitUntil(lambda: not shown.model.inbox and not shown.projection.inbox)
    assert shown.state.map.lapse.doing == ""
    assert len(shown.state.map.lapse.frames) == 1
    assert shown.state.jobs == ()


def test_a_checkpoint_that_cannot_be_read_is_a_sentence(shown: Rig, run: Path, qtbot: QtBot) -> None:
    shown.model.prompt = False
    shown.controller.lapse.start(str(run))
    qtbot.waitUntil(lambda: bool(shown.model.inbox))
    shown.model.fail("'epoch-0002.safetensors' holds no model of a run.")
    assert shown.state.notices[-1].sentence == "'epoch-0002.safetensors' holds no model of a run."
    assert shown.state.map.lapse.doing == ""


def _embedding(shown: Rig, file: str, qtbot: QtBot) -> None:
    """Begins to embed a file while the model is slow."""
    shown.model.prompt = False
    shown.add(file)
    shown.controller.embed()
    qtbot.waitUntil(lambda: bool(shown.model.inbox))


def _go_on(shown: Rig) -> None:
    shown.model.prompt = True
    shown.model.answer()


def test_an_embedding_that_ends_does_not_end_the_time_lapse(shown: Rig, run: Path, qtbot: QtBot) -> None:
    _embedding(shown, "two.ply", qtbot)
    shown.controller.lapse.start(str(run))
    qtbot.waitUntil(lambda: shown.state.map.lapse.doing == "Time-lapse: epoch 2, 1 of 3")
    _go_on(shown)
    qtbot.waitUntil(lambda: len(shown.state.map.lapse.frames) == 3 and not shown.state.map.lapse.doing)
    assert shown.state.embedding is None
    assert len(shown.state.embeddings) == 32


def test_closing_the_time_lapse_does_not_end_the_embedding(shown: Rig, run: Path, qtbot: QtBot) -> None:
    _embedding(shown, "set-70.npz", qtbot)
    shown.controller.lapse.start(str(run))
    qtbot.waitUntil(lambda: shown.state.map.lapse.doing == "Time-lapse: epoch 2, 1 of 3")
    shown.controller.lapse.close_lapse()
    shown.controller.lapse.start(str(run))  # once more, while what it asked for first is still under way
    shown.controller.lapse.close_lapse()
    _go_on(shown)
    qtbot.waitUntil(lambda: shown.state.embedding is None and shown.state.jobs == ())
    assert len(shown.state.embeddings) == 101
