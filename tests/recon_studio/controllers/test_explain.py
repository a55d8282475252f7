"""Long questions are asked when they are to be seen and the mask rests, and shown while they answer what is asked."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import Occlude, Relate, SweepRatios, TraceCurves
from recon_studio.controllers.explain import ExplainController
from recon_studio.state import explaining
from recon_studio.state.explain import Refusal
from tests.fakes import FakeProcess
from tests.recon_studio.controllers.test_bench import Studio


class Asking(Studio):
    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot)
        self.explain = ExplainController(self.store, self.backend)

    @property
    def state(self):
        return self.store.state

    def settle(self) -> None:
        """Waits until every wanted question has an answer."""
        self.qtbot.waitUntil(lambda: not explaining.unanswered(self.state) and not self.model.inbox)


@pytest.fixture
def studio(qtbot: QtBot) -> Asking:
    studio = Asking(qtbot)
    studio.library.open_paths(["/x/chair.ply"])
    qtbot.waitUntil(lambda: bool(studio.state.scores))
    return studio


@pytest.fixture
def slow(studio: Asking) -> tuple[Asking, FakeProcess]:
    studio.model.prompt = False
    studio.model.sent.clear()
    return studio, studio.model


def test_nothing_is_asked_that_is_not_to_be_seen(studio: Asking) -> None:
    assert not explaining.wanted(studio.state)
    studio.explain.turn_to("matrix")
    assert not explaining.wanted(studio.state)
    studio.explain.turn_to("ratios")
    studio.settle()
    assert len(studio.asked(SweepRatios)) == 1
    studio.explain.open_drawer(False)
    studio.bench.set_ratio(0.25)
    studio.flush()
    assert not explaining.unanswered(studio.state)
    assert not studio.asked(Occlude)


def test_leave_one_out_follows_the_mask_and_colours_the_view(studio: Asking) -> None:
    studio.explain.colour_by("occlusion")
    studio.settle()
    first = explaining.occlusion(studio.state)
    np.testing.assert_array_equal(studio.asked(Occlude)[-1].hidden.numpy(), studio.state.reconstruction.hidden)
    assert first.effect[~studio.state.reconstruction.hidden].any()
    studio.bench.set_seed(9)
    studio.qtbot.waitUntil(lambda: bool(explaining.unanswered(studio.state)))
    assert explaining.last_answer(studio.state, "occlusion") is first  # is shown until the new one comes
    assert explaining.occlusion(studio.state) is None
    studio.settle()
    assert explaining.occlusion(studio.state) is not first
    np.testing.assert_array_equal(studio.asked(Occlude)[-1].hidden.numpy(), studio.state.reconstruction.hidden)


def test_the_phrase_is_the_best_name_or_what_was_typed_against_the_others(studio: Asking) -> None:
    studio.explain.turn_to("phrase")
    studio.settle()
    best = studio.state.scores[0].name
    names = studio.asked(Relate)[-1].names
    assert names[0] == best
    assert sorted(names) == sorted(studio.state.names)
    assert not studio.asked(Relate)[-1].hidden.numpy().any()  # of the whole cloud
    studio.explain.set_phrase("  a swivel   chair ")
    studio.explain.set_method("gradient")
    studio.settle()
    assert studio.asked(Relate)[-1].names == ("a swivel chair", *studio.state.names)
    assert studio.asked(Relate)[-1].method == "gradient"
    assert explaining.relevance(studio.state).method == "gradient of a fake"
    assert studio.state.can_undo == "phrase"
    studio.store.undo()
    assert studio.state.explain.phrase == ""


def test_curves_measure_the_error_or_the_phrase(studio: Asking) -> None:
    studio.explain.turn_to("curves")
    studio.settle()
    assert studio.asked(TraceCurves)[-1].names == ()
    studio.explain.set_measured("phrase")
    studio.settle()
    assert len(studio.asked(TraceCurves)[-1].names) == len(studio.state.names)
    found = explaining.current(studio.state, "curves")
    assert [curve.order for curve in found.curves] == ["attention", "error", "random", "relevance", "occlusion"]


def test_a_newer_question_overtakes_the_one_under_way(slow: tuple[Asking, FakeProcess], qtbot: QtBot) -> None:
    studio, model = slow
    studio.explain.turn_to("phrase")
    qtbot.waitUntil(lambda: len(studio.asked(Relate)) == 1)
    studio.explain.set_phrase("lamp")
    qtbot.waitUntil(lambda: len(studio.asked(Relate)) == 2)
    model.answer()  # the older one, sent just before it was given up
    assert explaining.last_answer(studio.state, "phrase") is None
    model.answer()
    assert explaining.relevance(studio.state).asked.names[0] == "lamp"


def test_a_refusal_is_a_sentence_and_can_be_asked_again(slow: tuple[Asking, FakeProcess], qtbot: QtBot) -> None:
    studio, model = slow
    studio.explain.turn_to("ratios")
    qtbot.waitUntil(lambda: bool(model.inbox))
    model.fail("The model has no decoder.")
    refused = explaining.current(studio.state, "ratios")
    assert isinstance(refused, Refusal)
    assert refused.sentence == "The model has no decoder."
    studio.explain.ask_again("ratios")
    qtbot.waitUntil(lambda: len(studio.asked(SweepRatios)) == 2)
    studio.activity.cancel(model.inbox[0].id)
    assert explaining.current(studio.state, "ratios").sentence == "This was cancelled."
    assert not explaining.unanswered(studio.state)


def test_another_cloud_forgets_answers_and_asks_anew(studio: Asking, qtbot: QtBot) -> None:
    studio.explain.turn_to("occlusion")
    studio.settle()
    asked = len(studio.asked(Occlude))
    studio.library.open_paths(["/x/table.ply"])
    qtbot.waitUntil(lambda: studio.state.cloud is not None and studio.state.cloud.key.endswith("table.ply"))
    assert not studio.state.explain.answers
    qtbot.waitUntil(lambda: explaining.occlusion(studio.state) is not None)
    assert len(studio.asked(Occlude)) == asked + 1


def test_where_nothing_is_hidden_the_error_cannot_be_asked_for(studio: Asking) -> None:
    studio.explain.turn_to("occlusion")
    studio.settle()
    asked = len(studio.asked(Occlude))
    studio.bench.set_ratio(0.0)
    studio.flush()
    assert "Nothing is hidden" in explaining.why_not(studio.state, "occlusion")
    assert not explaining.wanted(studio.state)
    assert len(studio.asked(Occlude)) == asked
