"""The library is embedded in short batches, stops at any time, goes on where it stopped, and never does a cloud twice."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import CloudsEmbedded, EmbedClouds, ReadMembers
from recon_studio.backend.client import ROLES
from recon_studio.backend.shelf import Shelf
from recon_studio.controllers.embeddings import EmbeddingController, model_key
from recon_studio.controllers.model import ModelController
from recon_studio.controllers.store import Store
from recon_studio.state import actions
from recon_studio.state.app_state import Item, Model
from tests.fakes import at_once, fake_backend, reply_to
from tests.ragged import assert_same


class Rig:
    """The controller between a store and two scripted helpers."""

    def __init__(self, folder: Path, *, prompt: bool = True) -> None:
        self.backend, self.reader, self.model = fake_backend(prompt=prompt)
        self.store = Store()
        self.models = ModelController(self.store, self.backend)
        self.controller = EmbeddingController(self.store, self.backend, at_once(), folder / "cache")
        self.backend.start(*ROLES)

    def load(self, qtbot: QtBot, source: str = "default") -> None:
        self.models.load(source)
        qtbot.waitUntil(lambda: self.store.state.model is not None and self.store.state.model.name == source)

    def add(self, *paths: Path) -> None:
        for path in paths:
            path.touch()
        self.store.apply(lambda state: actions.add_items(state, (Item(str(path), path.name) for path in paths)))

    def embed(self, qtbot: QtBot) -> None:
        with qtbot.waitSignal(self.controller.finished):
            self.controller.embed()

    def asked(self, kind: type) -> list:
        return [request for process in (self.reader, self.model) for request in process.sent if isinstance(request, kind)]


def begun(tmp_path: Path, qtbot: QtBot, *files: Path) -> Rig:
    """A library whose embedding waits for the first read; helpers answer when told to."""
    rig = Rig(tmp_path, prompt=False)
    for process in (rig.reader, rig.model):
        process.ready()
    rig.models.load("default")
    rig.model.answer()
    rig.add(*files)
    rig.controller.embed()
    qtbot.waitUntil(lambda: bool(rig.reader.inbox))
    return rig


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Rig:
    made = Rig(tmp_path)
    made.load(qtbot)
    return made


def test_files_and_data_sets_become_rows(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    rig.add(tmp_path / "lamp_003.ply", tmp_path / "set-150.npz", tmp_path / "broken.ply")
    rig.embed(qtbot)
    found = rig.store.state.embeddings
    assert found is not None
    assert len(found) == 151
    assert found.keys[:3] == (str(tmp_path / "lamp_003.ply"), f"{tmp_path / 'set-150.npz'}#0", f"{tmp_path / 'set-150.npz'}#1")
    assert found.labels[:3] == ("lamp", "chair", "table")
    assert found.sets[:2] == (tmp_path.name, "set-150.npz")
    np.testing.assert_array_equal(found.features[1:, 0], 70 + np.arange(150))
    np.testing.assert_allclose(found.errors[0], 0.8)
    odd = found.features[:, 0] % 2 == 1
    assert found.sides.counts.tolist() == np.where(odd, 2, 1).tolist()  # as the fake sees them, through all batches
    first = found.features[:, 0]
    np.testing.assert_allclose(found.sides.features[found.sides.starts], np.stack([np.cos(first), np.sin(first)], 1), atol=1e-5)
    np.testing.assert_allclose(found.sides.chances[found.sides.starts], np.where(odd, 0.75, 1.0))
    np.testing.assert_allclose(found.projected[:, 0], np.cos(first) * np.where(odd, 0.5, 1.0), atol=1e-5)
    assert [notice.sentence for notice in rig.store.state.notices] == [
        "Not everything could be embedded: broken.ply ends in the middle of its header."
    ]
    assert rig.store.state.jobs == ()
    assert rig.store.state.embedding is None
    assert max(len(request.clouds) for request in rig.asked(EmbedClouds)) <= 32


def test_another_run_reads_the_shelf_and_nothing_else(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    rig.add(tmp_path / "a.ply", tmp_path / "set-20.npz")
    rig.embed(qtbot)
    rig.controller.close()
    again = Rig(tmp_path)
    again.load(qtbot)
    again.add(tmp_path / "a.ply", tmp_path / "set-20.npz")
    # Touching made "a.ply" another file; the data set is put back as it was.
    before = next(row for row in rig.controller._kept[str(tmp_path / "set-20.npz")].values()).source
    os.utime(tmp_path / "set-20.npz", ns=(before.changed, before.changed))
    again.embed(qtbot)
    assert [request.path for request in again.asked(ReadMembers)] == [str(tmp_path / "a.ply")]
    assert sum(len(request.clouds) for request in again.asked(EmbedClouds)) == 1
    np.testing.assert_array_equal(again.store.state.embeddings.features, rig.store.state.embeddings.features)
    assert again.store.state.embeddings.labels == rig.store.state.embeddings.labels
    assert_same(again.store.state.embeddings.sides, rig.store.state.embeddings.sides)


def test_cancelled_it_goes_on_where_it_stopped(qtbot: QtBot, tmp_path: Path) -> None:
    rig = begun(tmp_path, qtbot, tmp_path / "set-6.npz")
    rig.reader.answer()
    qtbot.waitUntil(lambda: bool(rig.model.inbox))
    assert len(rig.model.inbox[0].clouds) == 4
    work = rig.store.state.embedding
    assert (work.done, work.total) == (0, 6)
    assert rig.store.state.jobs[0].title == "Embedding the library: 0 of 6 clouds"
    rig.model.answer()
    qtbot.waitUntil(lambda: bool(rig.model.inbox))
    rig.controller.cancel(rig.store.state.jobs[0].id)
    assert rig.store.state.jobs == ()
    assert len(rig.store.state.embeddings) == 4
    rig.model.answer()  # the batch under way when it was cancelled: too late
    rig.model.prompt = rig.reader.prompt = True
    rig.embed(qtbot)
    assert len(rig.store.state.embeddings) == 6
    assert [request.start for request in rig.asked(ReadMembers)] == [0, 4]
    np.testing.assert_array_equal(rig.store.state.embeddings.features[:, 0], 50 + np.arange(6))


def test_another_model_begins_anew_and_the_old_one_is_remembered(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    rig.add(tmp_path / "a.ply")
    rig.embed(qtbot)
    rig.load(qtbot, "/y/other")
    assert rig.store.state.embeddings is None
    rig.embed(qtbot)
    assert len(rig.asked(EmbedClouds)) == 2
    rig.load(qtbot, "default")
    rig.embed(qtbot)
    assert len(rig.asked(EmbedClouds)) == 2
    assert rig.store.state.embeddings.model == "default float32"


def test_what_was_embedded_in_another_precision_is_embedded_anew(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    weights = "ab" * 32  # as long as a hash, which must not crowd out the precision
    float32, bfloat16 = (Model("m", "cpu", 7, 2, 2, 8, {"weights_sha256": weights}, precision=each) for each in ("float32", "bfloat16"))
    assert model_key(float32) != model_key(bfloat16)
    assert Shelf(tmp_path, model_key(float32)).folder != Shelf(tmp_path, model_key(bfloat16)).folder
    rig.add(tmp_path / "a.ply")
    rig.embed(qtbot)
    rig.load(qtbot, "/y/default in bfloat16")
    assert rig.store.state.model.precision == "bfloat16"
    assert rig.store.state.embeddings is None
    rig.embed(qtbot)
    assert len(rig.asked(EmbedClouds)) == 2


def test_what_another_judge_of_up_weighed_is_embedded_anew(tmp_path: Path) -> None:
    cards = [
        {"weights_sha256": "ab" * 32, "temperature": t, "upright": {"sha256": each * 32}} for each, t in (("01", 1), ("02", 1), ("01", 2))
    ]
    models = [Model("m", "cpu", 7, 2, 2, 8, card, precision=precision) for card in cards for precision in ("float32", "bfloat16")]
    assert len({Shelf(tmp_path, model_key(model)).folder for model in models}) == 6


def test_a_model_that_cannot_embed_is_told_once(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    rig.model.prompt = False
    rig.add(tmp_path / "set-90.npz")
    with qtbot.waitSignal(rig.controller.finished):
        rig.controller.embed()
        for _ in range(3):
            qtbot.waitUntil(lambda: bool(rig.model.inbox))
            rig.model.fail("There is no memory left.")
    assert rig.store.state.notices[-1].sentence.startswith("Not everything could be embedded: There is no memory left.")
    assert rig.store.state.embeddings is None


def test_a_cloud_that_cannot_be_embedded_leaves_the_rest(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    rig.model.prompt = False
    rig.add(tmp_path / "set-2.npz")
    with qtbot.waitSignal(rig.controller.finished):
        rig.controller.embed()
        qtbot.waitUntil(lambda: bool(rig.model.inbox))
        whole = reply_to(rig.model.inbox[0])
        assert isinstance(whole, CloudsEmbedded)
        rig.model.answer(msgspec.structs.replace(whole, failures=("points (0, 3) must hold at least one.", "")))
    assert rig.store.state.embeddings.keys == (f"{tmp_path / 'set-2.npz'}#1",)
    assert rig.store.state.embeddings.sides.counts.tolist() == [2]
    assert "set-2.npz: points (0, 3)" in rig.store.state.notices[-1].sentence


def test_a_removed_file_leaves_the_embeddings(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    rig.add(tmp_path / "a.ply", tmp_path / "b.ply")
    rig.embed(qtbot)
    rig.store.apply(lambda state: actions.remove_item(state, str(tmp_path / "a.ply")))
    assert rig.store.state.embeddings.keys == (str(tmp_path / "b.ply"),)


def test_an_emptied_library_is_neither_read_nor_embedded_any_further(qtbot: QtBot, tmp_path: Path) -> None:
    rig = begun(tmp_path, qtbot, tmp_path / "set-90.npz", *(tmp_path / f"{number}.ply" for number in range(9)))
    rig.reader.answer()  # 64 of 90
    qtbot.waitUntil(lambda: bool(rig.model.inbox))
    batch = rig.model.inbox[0]
    rig.model.answer()
    qtbot.waitUntil(lambda: bool(rig.model.inbox))
    with qtbot.waitSignal(rig.controller.finished):
        rig.store.apply(lambda state: replace(state, items=()))
        rig.model.answer()
        rig.model.prompt = rig.reader.prompt = True
    assert [request.start for request in rig.asked(ReadMembers)] == [0]
    assert rig.asked(EmbedClouds)[0] is batch
    assert len(rig.asked(EmbedClouds)) == 2
    assert rig.store.state.embeddings is None
    assert rig.store.state.jobs == ()


def test_a_file_removed_while_it_is_read_is_left_out_and_the_rest_goes_on(qtbot: QtBot, tmp_path: Path) -> None:
    rig = begun(tmp_path, qtbot, tmp_path / "set-90.npz", tmp_path / "a.ply")
    rig.store.apply(lambda state: actions.remove_item(state, str(tmp_path / "set-90.npz")))
    rig.model.prompt = rig.reader.prompt = True
    with qtbot.waitSignal(rig.controller.finished):
        rig.reader.answer()
    assert rig.store.state.embeddings.keys == (str(tmp_path / "a.ply"),)
    assert sum(len(request.clouds) for request in rig.asked(EmbedClouds)) == 1
