"""The map from the library's embeddings to what is exported: one projection at a time, steered, and new clouds placed."""

import itertools
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from recon_model.lexicon import Name
from recon_model.serve.messages import Failed, PlaceClouds, Progress, RankClouds, StartProjection, SteerProjection
from recon_studio.controllers.embeddings import EmbeddingController
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.map import MapController
from recon_studio.controllers.model import ModelController
from recon_studio.controllers.store import Store
from recon_studio.controllers.words import WordsController
from recon_studio.controllers.words_room import WordsRoomController
from recon_studio.controllers.writing import LineWriter
from recon_studio.state import actions, words
from recon_studio.state.app_state import AppState, Item, Notice
from recon_studio.state.map import MapSettings
from tests.fake_map import frame_of
from tests.fakes import FakeProcess, at_once, fake_backend_with_map


class View(QObject):
    """What a map room emits."""

    embedRequested, startRequested, pauseRequested, stopRequested, placeRequested = (Signal() for _ in range(5))
    selectionCleared, lapseClosed = Signal(), Signal()
    lapseWanted, frameChosen = Signal(str), Signal(int)
    foldersChosen, settingsChanged, colourChosen, groupToggled, namesToggled, toolChosen, phraseEntered = (Signal(object) for _ in range(7))
    rowPicked, rowOpened = Signal(int), Signal(int)
    rowsChosen, exportRequested, pictureSaved = (Signal(object, str) for _ in range(3))


class Rig:
    """Everything of the map but its widgets, over scripted helpers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.backend, self.reader, self.model, self.projection = fake_backend_with_map()
        self.store = Store()
        self.models = ModelController(self.store, self.backend)
        self.library = LibraryController(self.store, self.backend)
        self.embeddings = EmbeddingController(self.store, self.backend, at_once(), folder / "cache")
        self.controller = MapController(self.store, self.backend, self.embeddings, self.library)
        self.words = WordsController(self.store, self.backend)
        self.finder = WordsRoomController(self.store, self.backend, self.words, self.library, self.embeddings)
        self.view = View()
        self.backend.start("model", "reader")
        self.models.load()

    @property
    def state(self) -> AppState:
        return self.store.state

    def add(self, name: str) -> str:
        path = self.folder / name
        path.touch()
        self.store.apply(lambda state: actions.add_items(state, (Item(str(path), path.name),)))
        return str(path)

    def enter(self) -> None:
        self.store.apply(lambda state: actions.enter(state, "map"))
        self.controller.connect_view(self.view)

    def sent(self, kind: type, process: FakeProcess | None = None) -> list:
        return [request for request in (process or self.projection).sent if isinstance(request, kind)]


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Rig:
    made = Rig(tmp_path)
    qtbot.waitUntil(lambda: made.state.model is not None)
    return made


@pytest.fixture
def shown(rig: Rig, qtbot: QtBot) -> Rig:
    """Thirty embedded clouds, shown by PCA."""
    rig.add("set-30.npz")
    rig.enter()
    rig.view.embedRequested.emit()
    qtbot.waitUntil(lambda: rig.state.map.projection is not None and rig.state.map.projection.finished)
    return rig


def _hold(rig: Rig) -> None:
    """From now on the test speaks for the projection."""
    rig.projection.prompt = False


def test_the_process_starts_when_the_map_is_entered(rig: Rig) -> None:
    assert rig.projection.starts == 0
    rig.enter()
    assert rig.projection.starts == 1


def test_what_is_embedded_is_shown_by_pca_at_once(shown: Rig) -> None:
    (request,) = shown.sent(StartProjection)
    assert request.method == "pca"
    np.testing.assert_array_equal(request.labels.numpy(), np.arange(30) % 2)  # chair, table
    projection = shown.state.map.projection
    assert projection.clouds is shown.state.embeddings
    assert projection.quality.trustworthiness == 0.9
    assert shown.state.map.settings.method == "tsne"  # what the next start will do
    assert shown.state.jobs == ()


def test_frames_are_shown_as_they_come(shown: Rig, qtbot: QtBot) -> None:
    _hold(shown)
    shown.view.settingsChanged.emit(MapSettings(feature="patches", perplexity=12, iterations=100, seed=3))
    shown.view.startRequested.emit()
    request = shown.projection.inbox[-1]
    assert (request.method, request.perplexity, request.iterations, request.seed) == ("tsne", 12, 100, 3)
    shown.projection.received.emit(Progress(id=request.id, fraction=-1.0, text="finding neighbours"))
    assert shown.state.map.phase == "running"
    for iteration in (5, 10):
        shown.projection.received.emit(frame_of(request, iteration))
        projection = shown.state.map.projection
        assert (projection.iteration, projection.finished) == (iteration, False)
        assert (projection.coordinates[:, 1] == iteration).all()
    assert shown.state.jobs[0].title == "Laying out the map: iteration 10 of 100"
    shown.projection.answer()
    assert shown.state.map.phase == "idle"
    assert shown.state.map.projection.iteration == 100
    assert shown.state.jobs == ()


def test_it_pauses_goes_on_and_stops(shown: Rig) -> None:
    _hold(shown)
    shown.view.startRequested.emit()
    request = shown.projection.inbox.pop()
    for command, phase in (("pause", "paused"), ("continue", "running")):
        shown.view.pauseRequested.emit()
        assert shown.projection.inbox[-1].command == command
        shown.projection.answer()
        assert shown.state.map.phase == phase
    shown.controller.cancel(shown.state.jobs[0].id)
    assert shown.projection.inbox[-1].command == "stop"
    shown.projection.answer()
    shown.projection.inbox.append(request)
    shown.projection.answer()
    assert shown.state.map.phase == "idle"
    assert len(shown.sent(StartProjection)) == 2


def test_a_newer_start_stops_what_runs_first(shown: Rig) -> None:
    _hold(shown)
    shown.view.startRequested.emit()
    first = shown.projection.inbox.pop()
    shown.view.settingsChanged.emit(MapSettings(seed=9))
    shown.view.startRequested.emit()
    (stop,) = shown.projection.inbox
    assert isinstance(stop, SteerProjection)
    shown.projection.answer()
    shown.projection.inbox.append(first)
    shown.projection.answer()
    assert shown.projection.inbox[-1].seed == 9


def test_a_failure_is_a_sentence_and_the_map_stays(shown: Rig) -> None:
    before = shown.state.map.projection
    _hold(shown)
    shown.view.startRequested.emit()
    shown.projection.fail("perplexity (1) must be between 2 and 500.")
    assert shown.state.notices[-1] == Notice("perplexity (1) must be between 2 and 500.", "error")
    assert shown.state.map.projection is before
    assert shown.state.map.phase == "idle"


def test_a_new_cloud_is_placed_and_nothing_moves(shown: Rig, qtbot: QtBot) -> None:
    before = shown.state.map.projection
    path = shown.add("new_one.ply")
    shown.view.placeRequested.emit()
    qtbot.waitUntil(lambda: len(shown.state.map.projection.coordinates) == 31)
    after = shown.state.map.projection
    (request,) = shown.sent(PlaceClouds)
    assert (request.method, request.features.shape, request.reference.shape) == ("pca", (1, 2), (30, 2))
    np.testing.assert_array_equal(after.coordinates[:30], before.coordinates)
    assert (after.clouds.keys[30], after.fitted) == (path, 30)
    assert after.clusters.shape == (31,)
    shown.view.startRequested.emit()
    qtbot.waitUntil(lambda: shown.state.map.projection.fitted == 31)


def test_too_few_clouds_are_told(rig: Rig, qtbot: QtBot) -> None:
    rig.add("a.ply")
    rig.enter()
    with qtbot.waitSignal(rig.embeddings.finished):
        rig.view.embedRequested.emit()
    assert rig.state.map.projection is None
    rig.view.startRequested.emit()
    assert rig.state.notices[-1].sentence == "A map needs at least 4 clouds; 1 are embedded."


def test_another_model_empties_the_map(shown: Rig, qtbot: QtBot) -> None:
    shown.models.load("other")
    qtbot.waitUntil(lambda: shown.state.map.projection is None)
    assert shown.state.embeddings is None


def test_a_click_opens_the_cloud_and_a_second_goes_there(shown: Rig, qtbot: QtBot) -> None:
    key = shown.state.map.projection.clouds.keys[7]
    shown.view.rowPicked.emit(7)
    assert (shown.state.current, shown.state.room) == (key, "map")
    qtbot.waitUntil(lambda: shown.state.cloud is not None and shown.state.cloud.key == key)
    shown.view.rowOpened.emit(7)
    assert shown.state.room == "bench"


def test_predictions_are_the_words_rooms_with_synonyms_and_negatives(shown: Rig, qtbot: QtBot) -> None:
    shown.view.colourChosen.emit("prediction")
    qtbot.waitUntil(lambda: shown.state.map.predictions is not None)
    assert shown.state.map.predictions.names == shown.state.names
    asked = len(shown.sent(RankClouds, shown.model))
    shown.view.colourChosen.emit("confidence")
    assert len(shown.sent(RankClouds, shown.model)) == asked
    shown.store.apply(lambda state: words.edit(state, "cup = mug, - pot\npan"))
    qtbot.waitUntil(lambda: shown.state.map.predictions.names == ("cup", "pan"))
    assert shown.sent(RankClouds, shown.model)[-1].names == (Name("cup", ("mug",), ("pot",)), Name("pan"))
    assert shown.state.map.predictions.best.shape == (30,)


def test_a_selection_is_a_step_to_undo(shown: Rig) -> None:
    shown.view.rowsChosen.emit([1, 2, 3], "replace")
    shown.view.rowsChosen.emit([7], "add")
    shown.view.selectionCleared.emit()
    assert shown.state.can_undo == "selection on the map"
    shown.store.undo()
    assert np.flatnonzero(shown.state.map.selected).tolist() == [1, 2, 3, 7]
    shown.store.undo()
    assert np.flatnonzero(shown.state.map.selected).tolist() == [1, 2, 3]
    shown.store.redo()
    assert np.flatnonzero(shown.state.map.selected).tolist() == [1, 2, 3, 7]


def test_large_features_go_by_a_file_that_is_taken_away(shown: Rig, qtbot: QtBot) -> None:
    _hold(shown)
    with patch("recon_studio.controllers.map.INLINE_BYTES", 16):
        shown.view.startRequested.emit()
        assert shown.state.map.phase == "running"
        assert not shown.projection.inbox
        qtbot.waitUntil(lambda: bool(shown.projection.inbox))
        request = shown.projection.inbox[-1]
        np.testing.assert_array_equal(np.load(request.features), shown.state.embeddings.queries)
        shown.projection.fail("enough")
        assert not Path(request.features).exists()
        # Stopped while it is packed, it is never sent.
        shown.view.startRequested.emit()
        shown.view.stopRequested.emit()
        assert shown.state.map.phase == "idle"
        shown.view.startRequested.emit()
        qtbot.waitUntil(lambda: bool(shown.projection.inbox))
        assert len(shown.sent(StartProjection)) == 3


def test_a_phrase_is_placed_and_taken_away(shown: Rig, qtbot: QtBot) -> None:
    shown.view.phraseEntered.emit("  a  chair ")
    assert shown.state.map.phrase_note == "Asking the text teacher…"
    qtbot.waitUntil(lambda: shown.state.map.phrase is not None)
    phrase = shown.state.map.phrase
    projected = shown.state.embeddings.projected
    projected = projected / np.linalg.norm(projected, axis=1, keepdims=True)
    cosines = projected @ np.array([np.cos(7), np.sin(7)], np.float32)  # "a chair" has seven letters
    assert phrase.rows.tolist() == np.argsort(-cosines, kind="stable")[:5].tolist()
    shown.view.phraseEntered.emit("")
    assert shown.state.map.phrase is None


def test_a_phrase_that_cannot_be_understood_says_why(shown: Rig, qtbot: QtBot) -> None:
    shown.model.prompt = False
    shown.view.phraseEntered.emit("chair")
    qtbot.waitUntil(lambda: bool(shown.model.inbox))
    shown.model.answer(Failed(id=shown.model.inbox[0].id, sentence="There is no text teacher."))
    assert shown.state.map.phrase_note == "There is no text teacher."


def test_exports_are_written_whole(shown: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    for kind in ("csv", "svg"):
        target = tmp_path / f"map.{kind}"
        shown.view.exportRequested.emit(kind, str(target))
        qtbot.waitUntil(target.exists)
        assert shown.state.notices[-1] == Notice(f"The map was saved as {target}.")
    assert len((tmp_path / "map.csv").read_text().splitlines()) == 32
    assert (tmp_path / "map.svg").read_text().endswith("</svg>\n")
    shown.view.exportRequested.emit("csv", str(tmp_path / "nowhere" / "map.csv"))
    qtbot.waitUntil(lambda: shown.state.notices[-1].level == "error")
    assert "could not be written" in shown.state.notices[-1].sentence


def test_a_long_table_is_written_in_turns_and_left_without_a_trace(qtbot: QtBot, tmp_path: Path) -> None:
    with patch("recon_studio.controllers.writing.SLICE_SECONDS", 0.0):
        turns: list[int] = []
        writer = LineWriter(str(tmp_path / "a.txt"), (turns.append(number) or str(number) for number in itertools.count()))
        qtbot.waitUntil(lambda: len(turns) > 3)
        assert not (tmp_path / "a.txt").exists()
        writer.cancel()
    assert list(tmp_path.iterdir()) == []


def test_placing_that_was_cancelled_can_be_done_again(shown: Rig, qtbot: QtBot) -> None:
    _hold(shown)
    shown.add("new_one.ply")
    shown.view.placeRequested.emit()
    qtbot.waitUntil(lambda: bool(shown.projection.inbox))
    shown.backend.cancel(shown.projection.inbox[0].id)
    shown.projection.prompt = True
    shown.projection.answer()
    assert len(shown.state.map.projection.clouds) == 30
    shown.view.placeRequested.emit()
    qtbot.waitUntil(lambda: len(shown.state.map.projection.clouds) == 31)


def test_laid_out_anew_while_clouds_are_placed_it_places_others_later(shown: Rig, qtbot: QtBot) -> None:
    _hold(shown)
    shown.add("new_one.ply")
    with patch("recon_studio.controllers.map.INLINE_BYTES", 16), qtbot.waitSignal(shown.embeddings.finished):
        shown.view.placeRequested.emit()
    shown.view.startRequested.emit()  # what is placed is still being packed
    shown.projection.prompt = True
    shown.projection.answer()
    assert shown.sent(PlaceClouds) == []
    assert shown.state.map.projection.fitted == 31
    shown.add("another.ply")
    shown.view.placeRequested.emit()
    qtbot.waitUntil(lambda: len(shown.state.map.projection.clouds) == 32)


def test_features_that_cannot_be_written_are_a_sentence(shown: Rig, qtbot: QtBot) -> None:
    full = OSError(28, "No space left on device")
    with patch("recon_studio.controllers.map.INLINE_BYTES", 16), patch("recon_studio.controllers.parcel.np.save", side_effect=full):
        shown.view.startRequested.emit()
        qtbot.waitUntil(lambda: shown.state.map.phase == "idle")
        assert shown.state.notices[-1].sentence.endswith("could not be written to a temporary file (No space left on device).")
        assert shown.state.jobs == ()
        shown.models.dismiss_notice(0)
        shown.add("new_one.ply")
        shown.view.placeRequested.emit()
        qtbot.waitUntil(lambda: bool(shown.state.notices))
    shown.view.placeRequested.emit()
    qtbot.waitUntil(lambda: len(shown.state.map.projection.clouds) == 31)


def test_a_phrase_that_was_cancelled_is_not_waited_for(shown: Rig, qtbot: QtBot) -> None:
    shown.model.prompt = False
    shown.view.phraseEntered.emit("chair")
    shown.view.phraseEntered.emit("stool")
    assert shown.state.map.phrase_note == "Asking the text teacher…"
    shown.backend.cancel(shown.model.inbox[0].id)
    assert shown.state.map.phrase_note == ""
