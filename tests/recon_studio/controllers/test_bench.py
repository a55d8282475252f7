"""The bench follows the state: cloud, mask and query are asked of the model, and the newest answer is shown."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.lexicon import Name
from recon_model.serve.messages import AttendAll, ClassifyByWords, Reconstruct
from recon_studio.backend.client import ROLES
from recon_studio.controllers.bench import BenchController, query_within
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.model import ActivityController, ModelController
from recon_studio.controllers.store import Store
from recon_studio.controllers.words import WordsController
from recon_studio.state import words
from recon_studio.state.app_state import AttentionQuery
from recon_studio.state.masking import Stroke
from tests.fakes import FakeProcess, fake_backend


class Studio:
    """All controllers over scripted helpers, without a window."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.backend, self.reader, self.model = fake_backend(prompt=True)
        self.store = Store()
        self.library = LibraryController(self.store, self.backend)
        self.bench = BenchController(self.store, self.backend)
        self.words = WordsController(self.store, self.backend)
        self.engine = ModelController(self.store, self.backend)
        self.activity = ActivityController(self.store, self.backend)
        self.bench.settled.connect(self.words.classify)
        self.backend.start(*ROLES)
        self.engine.load()

    def flush(self) -> None:
        """Lets the helpers answer everything they were asked, and what was asked because of that."""
        self.qtbot.waitUntil(lambda: not self.model.inbox and not self.reader.inbox)

    def asked(self, kind: type) -> list:
        return [request for request in self.model.sent if isinstance(request, kind)]


@pytest.fixture
def studio(qtbot: QtBot) -> Studio:
    """A studio whose helpers answer at once, with one cloud shown to the end."""
    studio = Studio(qtbot)
    studio.library.open_paths(["/x/chair.ply"])
    qtbot.waitUntil(lambda: bool(studio.store.state.scores))
    return studio


@pytest.fixture
def slow(studio: Studio) -> tuple[Studio, FakeProcess]:
    """The same, whose model from now on answers when the test says so."""
    studio.model.prompt = False
    studio.model.sent.clear()
    return studio, studio.model


def test_a_cloud_goes_all_the_way(studio: Studio) -> None:
    state = studio.store.state
    assert state.cloud is not None
    assert state.cloud.key.endswith("chair.ply")
    assert state.reconstruction is not None
    assert state.reconstruction.hidden.sum() == int(8 * 0.6)
    assert state.attention is not None
    assert not state.attention.weights[state.reconstruction.hidden].any()
    assert state.scores[0].name == "airplane"
    assert [type(request).__name__ for request in studio.model.sent] == [
        "LoadModel",
        "PrepareCloud",
        "Reconstruct",
        "AttendAll",
        "ClassifyByWords",
    ]


def test_ratio_strategy_and_seed_rebuild_with_their_values(studio: Studio) -> None:
    studio.bench.set_ratio(0.25)
    studio.flush()
    studio.bench.set_strategy("block")
    studio.bench.set_seed(4)
    studio.flush()
    last = studio.asked(Reconstruct)[-1]
    assert (last.mask_ratio, last.strategy, last.seed, last.hidden) == (0.25, "block", 4, None)
    assert studio.store.state.reconstruction.hidden.sum() == 2


def test_dragging_sends_first_and_last_and_shows_what_comes(slow: tuple[Studio, FakeProcess]) -> None:
    studio, model = slow
    for ratio in (0.5, 0.4, 0.3, 0.125):
        studio.bench.set_ratio(ratio)
    assert [request.mask_ratio for request in studio.asked(Reconstruct)] == [0.5]
    model.answer()
    assert studio.store.state.reconstruction.hidden.sum() == 4
    assert [request.mask_ratio for request in studio.asked(Reconstruct)] == [0.5, 0.125]
    model.answer()  # the newest mask, asked before attention to the older one
    assert studio.store.state.reconstruction.hidden.sum() == 1


def test_a_reply_for_the_cloud_before_is_not_shown(slow: tuple[Studio, FakeProcess], qtbot: QtBot) -> None:
    studio, model = slow
    studio.bench.set_ratio(0.5)
    studio.library.open_paths(["/x/table.ply"])
    qtbot.waitUntil(lambda: len(model.inbox) == 2)
    assert studio.store.state.reconstruction is None
    model.answer()
    assert studio.store.state.reconstruction is None
    assert studio.store.state.prepared is None
    model.answer()
    assert studio.store.state.prepared.key.endswith("table.ply")


def test_hiding_single_patches_is_sent_as_such_and_undone(studio: Studio) -> None:
    before = studio.store.state.reconstruction.hidden.copy()
    shown = int(np.flatnonzero(~before)[0])
    studio.bench.toggle_patch(shown)
    studio.flush()
    expected = before.copy()
    expected[shown] = True
    np.testing.assert_array_equal(studio.asked(Reconstruct)[-1].hidden.numpy(), expected)
    np.testing.assert_array_equal(studio.store.state.reconstruction.hidden, expected)
    assert studio.store.state.can_undo == f"hide patch {shown}"
    studio.store.undo()
    studio.flush()
    np.testing.assert_array_equal(studio.store.state.reconstruction.hidden, before)
    assert studio.store.state.can_redo == f"hide patch {shown}"
    studio.store.redo()
    studio.flush()
    np.testing.assert_array_equal(studio.store.state.reconstruction.hidden, expected)


def test_the_last_patch_shown_stays_and_says_why(studio: Studio) -> None:
    studio.bench.set_ratio(0.9)
    studio.flush()
    hidden = studio.store.state.reconstruction.hidden
    assert (~hidden).sum() == 1
    studio.bench.toggle_patch(int(np.flatnonzero(~hidden)[0]))
    studio.flush()
    assert "cannot be hidden" in studio.store.state.notices[-1].sentence
    assert studio.store.state.mask.hidden is None


def test_a_stroke_is_one_step_and_its_newest_mask_wins(slow: tuple[Studio, FakeProcess], qtbot: QtBot) -> None:
    studio, model = slow
    before = studio.store.state.reconstruction.hidden.copy()
    shown = np.flatnonzero(~before)
    assert len(shown) == 4
    for patch in shown[:3]:
        studio.bench.paint(Stroke("brush", 1, (int(patch),), hide=True))
    sent = studio.asked(Reconstruct)
    assert [request.hidden.numpy().sum() for request in sent] == [5]  # the others wait, the newest of them only
    model.answer()
    assert [request.hidden.numpy().sum() for request in studio.asked(Reconstruct)] == [5, 7]
    assert not studio.asked(AttendAll)  # attention waits for the mask to rest
    model.answer()
    assert not studio.asked(AttendAll)
    qtbot.waitUntil(lambda: len(studio.asked(AttendAll)) == 1)
    np.testing.assert_array_equal(studio.asked(AttendAll)[0].hidden.numpy(), studio.store.state.mask.hidden)
    np.testing.assert_array_equal(studio.store.state.reconstruction.hidden, studio.store.state.mask.hidden)
    assert studio.store.state.can_undo == "hide patches by brush"
    studio.store.undo()
    assert studio.store.state.mask.hidden is None
    assert studio.store.state.can_undo == ""


def test_brushing_over_everything_keeps_one_patch_and_says_why(studio: Studio) -> None:
    studio.bench.paint(Stroke("lasso", 1, tuple(range(8)), hide=True))
    studio.flush()
    assert studio.store.state.reconstruction.hidden.sum() == 7
    assert "cannot be hidden" in studio.store.state.notices[-1].sentence
    studio.bench.paint(Stroke("lasso", 2, tuple(range(8)), hide=True))
    assert len(studio.store.state.notices) == 1
    studio.bench.paint(Stroke("brush", 3, (0, 1), hide=False))
    studio.flush()
    assert studio.store.state.reconstruction.hidden.sum() in (5, 6)


def test_whole_mask_edits_start_from_what_is_hidden(studio: Studio) -> None:
    before = studio.store.state.reconstruction.hidden.copy()
    studio.bench.edit_mask("invert")
    studio.flush()
    np.testing.assert_array_equal(studio.store.state.reconstruction.hidden, ~before)
    assert studio.store.state.can_undo == "invert the mask"
    studio.bench.hide_hardest(2)
    studio.flush()
    hidden = studio.store.state.reconstruction.hidden
    assert hidden.sum() == 2
    assert not (hidden & before).any()
    studio.bench.hide_half((0.0, 0.0, 1.0))
    studio.flush()
    hidden, depth = studio.store.state.reconstruction.hidden, studio.store.state.prepared.centres[:, 2]
    assert depth[hidden].min() >= depth[~hidden].max()
    studio.bench.edit_mask("show_all")
    studio.flush()
    assert not studio.store.state.reconstruction.hidden.any()
    studio.bench.set_seed(5)
    studio.flush()
    assert studio.store.state.mask.hidden is None
    assert studio.store.state.reconstruction.hidden.sum() == 4


def test_before_the_first_reconstruction_there_is_no_mask_to_edit(qtbot: QtBot) -> None:
    studio = Studio(qtbot)
    studio.bench.edit_mask("invert")
    studio.bench.hide_hardest(1)
    assert studio.store.state.mask.hidden is None


def test_another_query_is_a_look_at_what_is_there(slow: tuple[Studio, FakeProcess]) -> None:
    studio, model = slow
    shown = int(np.flatnonzero(~studio.store.state.reconstruction.hidden)[-1])
    studio.bench.pick_patch(shown)
    attention = studio.store.state.attention
    assert attention.query == AttentionQuery("patch", shown)
    assert attention.weights.argmax() == shown  # patches look at themselves, with these helpers
    assert studio.store.state.selected_patch == shown
    studio.bench.set_query(AttentionQuery("text", 0, 0, 1))
    assert studio.store.state.attention.query == AttentionQuery("text", 0, 0, 1)
    studio.store.undo()
    assert studio.store.state.attention.weights.tolist() == attention.weights.tolist()
    assert not model.sent


def test_a_hidden_patch_looks_in_the_decoder(studio: Studio) -> None:
    hidden = int(np.flatnonzero(studio.store.state.reconstruction.hidden)[0])
    studio.bench.pick_patch(hidden)
    weights = studio.store.state.attention.weights
    assert weights.argmax() == hidden
    assert weights.sum() == pytest.approx(1.0, abs=1e-6)
    assert (weights > 0).all()


def test_a_refusal_is_a_notice_and_the_window_goes_on(slow: tuple[Studio, FakeProcess]) -> None:
    studio, model = slow
    studio.bench.set_ratio(0.1)
    model.fail("mask_ratio (0.1) must be something else.")
    assert studio.store.state.notices[-1].sentence == "mask_ratio (0.1) must be something else."
    studio.bench.set_ratio(0.5)
    model.answer()
    assert studio.store.state.reconstruction.hidden.sum() == 4


def test_a_model_that_dies_while_dragging_loses_nothing(
    slow: tuple[Studio, FakeProcess], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, model = slow
    studio.bench.set_ratio(0.5)
    studio.bench.set_ratio(0.25)
    model.prompt = True
    model.die("exit 9")
    assert studio.store.state.engine == "restarting"
    assert studio.store.state.cloud is not None
    qtbot.waitUntil(lambda: studio.store.state.reconstruction.hidden.sum() == 2)
    assert studio.store.state.notices[-1].sentence == "The model process stopped (exit 9) and was started again; nothing was lost."
    assert studio.store.state.engine == "ready"


def test_another_model_prepares_the_cloud_anew(studio: Studio, qtbot: QtBot) -> None:
    studio.model.sent.clear()
    studio.bench.set_query(AttentionQuery("cls", layer=1))
    studio.engine.load("/y/other")
    qtbot.waitUntil(lambda: studio.store.state.model.name == "/y/other" and bool(studio.store.state.scores))
    assert studio.store.state.model.name == "/y/other"
    assert {"PrepareCloud", "Reconstruct"} <= {type(request).__name__ for request in studio.model.sent}


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (AttentionQuery("img", 0, 11, 5), AttentionQuery("img", 0, -1, -1)),
        (AttentionQuery("patch", 3, 1, 1), AttentionQuery("patch", 3, 1, 1)),
    ],
)
def test_layer_and_head_fit_the_model(asked: AttentionQuery, kept: AttentionQuery) -> None:
    assert query_within(asked, depth=2, heads=2) == kept


def test_of_names_typed_fast_the_last_are_ranked(slow: tuple[Studio, FakeProcess]) -> None:
    studio, model = slow
    for typed in ("c", "ca", "cat"):
        studio.words.set_names((typed, "dog house"))
    model.answer()
    model.answer()
    assert [tuple(name.name for name in request.names) for request in model.sent] == [("c", "dog house"), ("cat", "dog house")]
    assert [score.name for score in studio.store.state.scores] == ["dog house", "cat"]
    assert studio.store.state.can_undo == "names"


def test_a_ranking_of_names_since_edited_is_not_shown(slow: tuple[Studio, FakeProcess]) -> None:
    studio, model = slow
    before = studio.store.state.scores
    studio.words.set_names(("cat",))
    studio.words.set_names(("cat", "cow"))
    model.answer()
    assert studio.store.state.scores == before
    model.answer()
    assert {score.name for score in studio.store.state.scores} == {"cat", "cow"}


def test_where_names_would_have_it_stand_otherwise_that_is_told(studio: Studio, qtbot: QtBot) -> None:
    studio.store.apply(lambda state: replace(state, prepared=replace(state.prepared, up="+z")))
    studio.words.set_names(("tub", "cat"))  # the scripted model wants a tub turned over
    studio.words.classify()
    qtbot.waitUntil(lambda: {score.name for score in studio.store.state.scores} == {"tub", "cat"})
    found = words.verdict(studio.store.state)
    assert found is not None
    assert found.rather == ("-z", 0.8)
    studio.words.set_names(("cat",))
    qtbot.waitUntil(lambda: len(studio.store.state.scores) == 1)
    assert words.verdict(studio.store.state).rather is None


def test_no_names_no_ranking(studio: Studio, qtbot: QtBot) -> None:
    studio.words.set_names(())
    qtbot.waitUntil(lambda: studio.store.state.scores == ())
    studio.store.undo()
    studio.flush()
    qtbot.waitUntil(lambda: bool(studio.store.state.scores))


def test_long_work_is_shown_with_its_progress_and_short_work_is_not(slow: tuple[Studio, FakeProcess], qtbot: QtBot) -> None:
    studio, model = slow
    assert studio.store.state.jobs == ()
    studio.words.set_names(("cat",))
    qtbot.waitUntil(lambda: bool(studio.store.state.jobs))
    model.progress(0.5, "loading the teacher")
    qtbot.waitUntil(lambda: studio.store.state.jobs[0].fraction == 0.5)
    job = studio.store.state.jobs[0]
    assert (job.title, job.cancellable) == ("Ranking 1 name: loading the teacher", True)
    studio.activity.cancel(job.id)
    assert studio.store.state.jobs == ()


def test_listeners_hear_changes_in_order(qtbot: QtBot) -> None:
    store = Store()
    seen: list[tuple[str, str]] = []

    def turn_back(old: object, new: object) -> None:
        if store.state.theme == "dark":
            store.apply(_theme("light"))

    store.changed.connect(turn_back)
    store.changed.connect(lambda old, new: seen.append((old.theme, new.theme)))
    store.apply(_theme("dark"))
    assert seen == [("light", "dark"), ("dark", "light")]


def _theme(theme: str) -> Callable:
    from recon_studio.state import actions

    return lambda state: actions.set_theme(state, theme)


def test_a_ranking_that_was_cancelled_may_be_asked_for_again(slow: tuple[Studio, FakeProcess]) -> None:
    studio, model = slow
    studio.words.edit("cat\ndog")
    studio.activity.cancel(model.inbox[0].id)
    model.answer()
    studio.words.classify()
    assert [request.names for request in studio.asked(ClassifyByWords)] == [(Name("cat"), Name("dog"))] * 2
    model.answer()
    assert {score.name for score in studio.store.state.scores} == {"cat", "dog"}
