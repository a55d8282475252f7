"""The bench's time-lapse: checkpoint after checkpoint under one mask, begun anew when that changes, and gone without a trace."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import Failed, RebuildAt
from recon_studio.controllers.bench import BenchController
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.model import ModelController
from recon_studio.controllers.replay import ReplayController
from recon_studio.controllers.store import Store
from recon_studio.state import replay as replaying
from recon_studio.state.app_state import AppState, AttentionQuery, Rival
from tests.fakes import fake_backend
from tests.fakes import rebuilt_at as answer_of


class Rig:
    """Bench and time-lapse over scripted helpers; the test answers for the checkpoints."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.backend, self.reader, self.model = fake_backend(prompt=True)
        self.store = Store()
        self.models = ModelController(self.store, self.backend)
        self.library = LibraryController(self.store, self.backend)
        self.bench = BenchController(self.store, self.backend)
        self.replay = ReplayController(self.store, self.backend)
        self.backend.start("model", "reader")
        self.models.load()
        self.cloud = folder / "a.ply"
        self.cloud.touch()
        self.library.open_paths([str(self.cloud)])
        qtbot.waitUntil(lambda: self.state.attention is not None)

    @property
    def state(self) -> AppState:
        return self.store.state

    def asked(self) -> list[RebuildAt]:
        return [request for request in self.model.sent if isinstance(request, RebuildAt)]


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Rig:
    return Rig(qtbot, tmp_path)


@pytest.fixture
def run(tmp_path: Path) -> str:
    folder = tmp_path / "run"
    (folder / "checkpoints").mkdir(parents=True)
    for epoch in (2, 10, 30):
        (folder / "checkpoints" / f"epoch-{epoch:04d}.safetensors").touch()
    return str(folder)


def test_every_checkpoint_rebuilds_the_cloud_under_one_mask(rig: Rig, run: str, qtbot: QtBot) -> None:
    before = rig.state
    rig.replay.start(run)
    qtbot.waitUntil(lambda: len(rig.state.replay.takes) == 3 and not rig.state.replay.doing)
    assert [Path(request.checkpoint).stem for request in rig.asked()] == ["epoch-0002", "epoch-0010", "epoch-0030"]
    assert {request.hidden.data for request in rig.asked()} == {before.reconstruction.hidden.tobytes()}
    assert [take.name for take in rig.state.replay.takes] == ["epoch 2", "epoch 10", "epoch 30"]
    assert rig.state.jobs == ()
    # The views see the checkpoint; the state keeps the model's own.
    rig.store.apply(lambda state: replaying.show(state, 0))
    seen = replaying.seen(rig.state)
    assert seen.reconstruction is rig.state.replay.takes[0].reconstruction
    assert seen.attention is replaying.seen(rig.state).attention  # nothing is drawn twice
    assert rig.state.reconstruction is before.reconstruction
    rig.replay.end()
    assert replaying.seen(rig.state) is rig.state
    assert rig.state.replay is None


def test_another_mask_is_followed_and_the_newest_wins(rig: Rig, run: str, qtbot: QtBot) -> None:
    rig.replay.start(run)
    qtbot.waitUntil(lambda: len(rig.state.replay.takes) == 3)
    rig.bench.set_ratio(0.25)
    qtbot.waitUntil(lambda: len(rig.asked()) == 6)
    qtbot.waitUntil(lambda: len(rig.state.replay.takes) == 3 and not rig.state.replay.doing)
    assert rig.state.replay.takes[0].reconstruction.hidden.tobytes() == rig.state.reconstruction.hidden.tobytes()


def test_it_is_cancelled_and_keeps_what_is_there(rig: Rig, run: str, qtbot: QtBot) -> None:
    rig.model.prompt = False
    rig.replay.start(run)
    (request,) = rig.asked()
    rig.model.answer(answer_of(request))
    assert len(rig.state.replay.takes) == 1
    assert rig.state.jobs[0].title == "Time-lapse: epoch 10, 2 of 3"
    rig.replay.cancel(rig.state.jobs[0].id)
    assert rig.state.jobs == ()
    assert (len(rig.state.replay.takes), rig.state.replay.doing) == (1, "")


def test_a_checkpoint_that_cannot_be_opened_is_a_sentence(rig: Rig, run: str) -> None:
    rig.model.prompt = False
    rig.replay.start(run)
    rig.model.answer(Failed(id=rig.asked()[0].id, sentence="The checkpoint is damaged."))
    assert rig.state.notices[-1].sentence == "The checkpoint is damaged."
    assert rig.state.jobs == ()
    rig.replay.start(str(Path(run).parent))
    assert "keeps no checkpoints" in rig.state.notices[-1].sentence


def test_patches_of_another_cut_cannot_be_pointed_at(rig: Rig, run: str) -> None:
    rig.model.prompt = False
    rig.replay.start(run)
    reply = answer_of(rig.asked()[0])
    rig.model.answer(msgspec.structs.replace(reply, same_mask=False))
    before = rig.state.mask
    rig.bench.toggle_patch(1)
    rig.bench.pick_patch(1)
    assert rig.state.mask == before
    assert rig.state.selected_patch is None
    assert "other patches" in rig.state.notices[-1].sentence
    assert "other patches than the model" in replaying.in_words(rig.state.replay)[1]


def test_model_b_is_put_aside_where_a_checkpoint_cuts_the_cloud_otherwise(rig: Rig, run: str) -> None:
    rig.model.prompt = False
    rig.replay.start(run)
    rig.model.answer(msgspec.structs.replace(answer_of(rig.asked()[0]), same_mask=False))
    state = rig.state
    beside = replace(state, rival=Rival(state.model, "default", state.reconstruction))
    shown = replaying.seen(beside)
    assert shown.rival.reconstruction is None
    assert "other patches" in shown.rival.sentence
    assert replaying.seen(beside).rival is shown.rival  # nothing is drawn again for it
    assert replaying.seen(state).rival is None


def test_attention_follows_the_query_at_every_checkpoint(rig: Rig, run: str, qtbot: QtBot) -> None:
    rig.replay.start(run)
    qtbot.waitUntil(lambda: len(rig.state.replay.takes) == 3)
    rows = []
    for layer in (0, 1):
        rig.bench.set_query(AttentionQuery(layer=layer, head=0))
        rows.append(replaying.seen(rig.state).attention)
    assert [row.query.layer for row in rows] == [0, 1]
    assert all(np.isclose(row.weights.sum(), 1, atol=1e-5) for row in rows)
