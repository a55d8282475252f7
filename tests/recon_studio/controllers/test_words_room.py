"""The Words room asks what is needed, once, and shows the newest answer: the library ranked, clouds found by word, cloud and picture."""

import os
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.lexicon import Name
from recon_model.serve.messages import EmbedClouds, Failed, FindByPicture, FindByWords, RankClouds, ReadPicture
from recon_model.sides import Sides
from recon_studio.backend.client import ROLES
from recon_studio.controllers import words_room
from recon_studio.controllers.embeddings import EmbeddingController
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.model import ModelController
from recon_studio.controllers.store import Store
from recon_studio.controllers.studio import Start, Studio
from recon_studio.controllers.words import WordsController
from recon_studio.controllers.words_room import WordsRoomController, phrase_name
from recon_studio.state import actions
from recon_studio.state import embeddings as embedded
from recon_studio.state.app_state import AppState, Item, Notice
from tests.fakes import at_once, fake_backend, fake_backend_with_map
from tests.ragged import assert_same


class Rig:
    """The controllers of names and library over scripted helpers."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.backend, self.reader, self.model = fake_backend(prompt=True)
        self.store = Store()
        models = ModelController(self.store, self.backend)
        self.library = LibraryController(self.store, self.backend)
        self.words = WordsController(self.store, self.backend)
        self.embeddings = EmbeddingController(self.store, self.backend, at_once())
        self.room = WordsRoomController(self.store, self.backend, self.words, self.library, self.embeddings)
        self.parts = (models,)
        self.backend.start(*ROLES)
        models.load()
        qtbot.waitUntil(lambda: self.state.model is not None)

    @property
    def state(self) -> AppState:
        return self.store.state

    def add(self, *paths: Path) -> None:
        for path in paths:
            path.touch()
        self.store.apply(lambda state: actions.add_items(state, (Item(str(path), path.name, "ready") for path in paths)))

    def enter(self) -> None:
        self.store.apply(lambda state: actions.enter(state, "words"))

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.model.inbox and not self.reader.inbox and self.state.embedding is None)

    def asked(self, kind: type) -> list:
        return [request for process in (self.reader, self.model) for request in process.sent if isinstance(request, kind)]


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Rig:
    """The room entered, three clouds embedded and ranked."""
    made = Rig(qtbot)
    made.add(tmp_path / "a.ply", tmp_path / "lamp.ply", tmp_path / "chair.ply")
    made.enter()
    qtbot.waitUntil(lambda: made.state.words.ranking is not None and len(made.state.words.ranking.embeddings) == 3)
    made.settle()
    return made


def test_a_small_library_is_embedded_and_ranked_when_the_room_is_entered(rig: Rig) -> None:
    ranking = rig.state.words.ranking
    assert ranking.names == rig.state.names
    assert ranking.embeddings is rig.state.embeddings
    assert ranking.names[ranking.best[0]] == max(ranking.names, key=len)  # as the fake ranks
    assert_same(rig.asked(RankClouds)[-1].sides.sides(), rig.state.embeddings.sides)


def test_nothing_is_asked_while_another_room_is_in_sight(qtbot: QtBot, tmp_path: Path) -> None:
    rig = Rig(qtbot)
    rig.add(tmp_path / "a.ply")
    rig.settle()
    assert rig.asked(EmbedClouds) == rig.asked(RankClouds) == []


def test_a_large_library_waits_to_be_told(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_room, "AT_ONCE", 1)
    rig = Rig(qtbot)
    rig.add(tmp_path / "a.ply", tmp_path / "b.ply")
    rig.enter()
    rig.settle()
    assert rig.asked(EmbedClouds) == []
    rig.room.embed()
    qtbot.waitUntil(lambda: rig.state.words.ranking is not None and len(rig.state.words.ranking.embeddings) == 2)


def test_other_names_or_templates_rank_anew_and_the_same_do_not(rig: Rig) -> None:
    before = len(rig.asked(RankClouds))
    rig.words.edit("cat = kitten\ndog")
    rig.settle()
    assert rig.asked(RankClouds)[-1].names == (Name("cat", ("kitten",)), Name("dog"))
    assert rig.state.words.ranking.names == ("cat", "dog")
    rig.words.choose_templates("plain")
    rig.settle()
    assert rig.asked(RankClouds)[-1].templates == "plain"
    rig.words.edit("cat = kitten\n\ndog")  # says the same
    rig.enter()
    rig.settle()
    assert len(rig.asked(RankClouds)) == before + 2
    rig.words.choose_templates("own")
    rig.words.edit_templates("no place for it")  # cannot be asked
    rig.settle()
    asked = len(rig.asked(RankClouds))
    rig.words.edit_templates("one {}")
    rig.settle()
    assert rig.asked(RankClouds)[-1].templates == ("one {}",)
    assert len(rig.asked(RankClouds)) == asked + 1
    rig.words.edit("= nothing")
    assert rig.state.words.ranking is None


def test_new_clouds_join_the_ranking(rig: Rig, tmp_path: Path) -> None:
    rig.add(tmp_path / "later.ply")
    rig.qtbot.waitUntil(lambda: len(rig.state.words.ranking.embeddings) == 4)


def test_a_phrase_finds_clouds(rig: Rig) -> None:
    rig.room.find_phrase("  a seat ,  stool, - sofa ")
    rig.settle()
    (request,) = rig.asked(FindByWords)
    assert request.names == (Name("a seat", ("stool",), ("sofa",)),)
    found = rig.state.words.found
    np.testing.assert_allclose(found.likeness, rig.state.embeddings.projected[:, 0])  # as the fake finds
    rig.room.find_phrase("a seat , stool, - sofa")  # the same again costs one more question, another phrase drops the answer
    rig.room.find_phrase("a hat")
    assert rig.state.words.found is None
    rig.settle()
    assert rig.state.words.found.search.what == "a hat"
    rig.room.clear_search()
    assert (rig.state.words.search, rig.state.words.found) == (None, None)
    assert phrase_name("- sofa") == Name("- sofa", (), ("sofa",))


def test_neighbours_need_no_helper(rig: Rig) -> None:
    rig.model.sent.clear()
    key = rig.state.embeddings.keys[1]
    rig.room.find_alike(key)
    assert rig.state.words.found.likeness.argmax() == 1
    assert rig.model.sent == []


def test_a_cloud_that_is_not_embedded_yet_is_before_its_neighbours_are_found(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words_room, "AT_ONCE", 0)
    rig = Rig(qtbot)
    rig.add(tmp_path / "a.ply", tmp_path / "b.ply")
    rig.enter()
    rig.room.find_alike(str(tmp_path / "b.ply"))
    qtbot.waitUntil(lambda: rig.state.words.found is not None)
    assert rig.state.embeddings.keys == (str(tmp_path / "b.ply"),)


def test_a_picture_is_decoded_by_the_reader_and_compared_by_the_model(rig: Rig, tmp_path: Path) -> None:
    rig.store.apply(lambda state: actions.enter(state, "bench"))
    rig.room.find_picture(str(tmp_path / "photo.png"))
    assert rig.state.room == "words"
    assert rig.state.words.found is None
    rig.settle()
    assert [request.path for request in rig.asked(ReadPicture)] == [str(tmp_path / "photo.png")]
    assert rig.state.words.picture.size == (4, 2)
    (request,) = rig.asked(FindByPicture)
    np.testing.assert_array_equal(request.images.numpy(), rig.state.embeddings.images)
    assert rig.state.words.found.search.kind == "picture"
    assert rig.state.words.found.note == "compared by the fake."
    rig.room.find_picture("")  # the dialog was closed
    assert rig.state.words.search.what == str(tmp_path / "photo.png")


def test_a_picture_that_cannot_be_read_is_a_sentence(rig: Rig, tmp_path: Path) -> None:
    rig.room.find_picture(str(tmp_path / "broken.png"))
    rig.settle()
    assert rig.state.notices[-1].sentence == "broken.png: it is no picture."
    assert rig.state.words.search is None


def test_what_the_model_cannot_rank_is_a_sentence(rig: Rig) -> None:
    rig.model.prompt = False
    rig.words.edit("cow")
    while not isinstance(rig.model.inbox[0], RankClouds):
        rig.model.answer()
    rig.model.answer(Failed(id=rig.model.inbox[0].id, sentence="There is no text teacher."))
    assert rig.state.notices[-1].sentence == "There is no text teacher."


def test_another_model_begins_anew(rig: Rig) -> None:
    rig.parts[0].load("/y/other")
    rig.qtbot.waitUntil(lambda: rig.state.model.name == "/y/other")
    rig.qtbot.waitUntil(lambda: rig.state.words.ranking is not None and rig.state.words.ranking.embeddings.model == "/y/other float32")


def test_a_row_opens_on_the_bench(rig: Rig) -> None:
    key = rig.state.embeddings.keys[2]
    rig.room.open(key)
    rig.qtbot.waitUntil(lambda: rig.state.cloud is not None and rig.state.cloud.key == key)
    assert rig.state.room == "bench"


def test_a_table_is_written_whole_or_a_sentence_says_why_not(rig: Rig, tmp_path: Path) -> None:
    studio = Studio(fake_backend_with_map()[0], Start(AppState()))
    studio.finder.tableWanted.emit(str(tmp_path / "out.csv"), lambda: "a,b\n1,ü\n")
    studio.finder.tableWanted.emit(str(tmp_path / "odd.csv"), lambda: os.fsdecode(b"a\nch\xe2ise.ply\n"))
    (tmp_path / "file").touch()
    studio.finder.tableWanted.emit(str(tmp_path / "file" / "out.csv"), lambda: "a")
    rig.qtbot.waitUntil(lambda: len(studio.store.state.notices) == 3)
    assert (tmp_path / "out.csv").read_bytes() == "a,b\n1,ü\n".encode()
    assert (tmp_path / "odd.csv").read_bytes() == b"a\nch\xe2ise.ply\n"
    written, _, failed = (notice.sentence for notice in studio.store.state.notices)
    assert written.startswith("out.csv was written (")
    assert failed.startswith("out.csv could not be written (")
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o666 & ~umask
    assert sorted(path.name for path in tmp_path.iterdir() if "csv" in path.name) == ["odd.csv", "out.csv"]
    studio.close()


def test_arrays_of_clouds_without_words_are_not_sent(rig: Rig) -> None:
    asked = len(rig.asked(RankClouds))
    mute = replace(rig.state.embeddings, sides=None, images=None)
    rig.store.apply(lambda state: embedded.show_embeddings(state, mute))
    rig.words.edit("cat")
    rig.room.find_phrase("cat")
    rig.settle()
    assert len(rig.asked(RankClouds)) == asked
    assert rig.asked(FindByWords) == []


def test_a_large_library_is_ranked_part_by_part(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    with patch("recon_studio.controllers.words_room.PART_BYTES", 32):  # four sides of two numbers
        rig.add(tmp_path / "set-8.npz")
        qtbot.waitUntil(lambda: len(rig.state.words.ranking.best) == 11)
    parts = [request.sides.sides() for request in rig.asked(RankClouds)[-5:]]
    assert [part.counts.tolist() for part in parts] == [[1, 1, 1, 1], [2, 1], [2, 1], [2, 1], [2]]
    assert_same(Sides.joined(parts), rig.state.embeddings.sides)
    assert rig.state.words.ranking.embeddings is rig.state.embeddings
    assert rig.state.words.ranking.scores.shape == (11, len(rig.state.names))
    with patch("recon_studio.controllers.words_room.PART_BYTES", 8):  # less than some clouds take: they go all the same
        rig.words.edit("cat")
        rig.settle()
    assert [len(request.sides.sides()) for request in rig.asked(RankClouds)[-11:]] == [1] * 11
    assert rig.state.words.ranking.names == ("cat",)


@pytest.mark.parametrize("ended", ["cancelled", "failed"])
def test_a_ranking_that_came_to_nothing_is_asked_for_anew_when_the_room_is_entered(rig: Rig, ended: str) -> None:
    rig.model.prompt = False
    rig.words.edit("cat\ndog")
    number = rig.model.inbox[0].id
    if ended == "cancelled":
        rig.backend.cancel(number)
        rig.model.answer()
    else:
        rig.model.fail("There is no memory left.")
    rig.store.apply(lambda state: actions.notify(state, Notice("Something else happened.")))
    assert rig.model.inbox == []  # not at once: that was not wanted
    rig.store.apply(lambda state: actions.enter(state, "bench"))
    rig.model.prompt = True
    rig.enter()
    rig.settle()
    assert rig.state.words.ranking.names == ("cat", "dog")
