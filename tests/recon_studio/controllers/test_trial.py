"""Damage is a preview: it is asked while its page is open, the newest wins, undo takes it back, and cloud and mask stay."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from recon_model.config import HARMLESS, Damage
from recon_model.serve.messages import DamageCloud, Reconstruct, TraceDamage
from recon_studio.controllers.trial import TrialController
from recon_studio.scene.resolve import Resolver
from recon_studio.state import explaining, trying, words
from recon_studio.state.explain import Withstanding
from tests.recon_studio.controllers.test_explain import Asking


@pytest.fixture
def studio(qtbot: QtBot) -> Asking:
    studio = Asking(qtbot)
    studio.trial = TrialController(studio.store, studio.backend)
    studio.library.open_paths(["/x/chair.ply"])
    qtbot.waitUntil(lambda: bool(studio.state.scores))
    studio.model.sent.clear()
    return studio


def test_nothing_is_asked_while_nothing_is_damaged_or_the_page_is_shut(studio: Asking) -> None:
    studio.trial.set_damage(Damage(drop=0.5), "drop")
    studio.flush()
    studio.explain.turn_to("matrix")
    studio.flush()
    assert not studio.asked(DamageCloud)
    studio.trial.set_damage(HARMLESS, "no damage")
    studio.explain.turn_to("robustness")
    studio.settle()
    assert not studio.asked(DamageCloud)
    (curve,) = studio.asked(TraceDamage)
    assert (curve.varied, curve.damage, curve.up) == ("drop", HARMLESS, "auto")
    answer = explaining.current(studio.state, "robustness")
    assert isinstance(answer, Withstanding)
    assert answer.shares.shape == (3, 3, len(studio.state.names))


def test_names_and_the_view_follow_the_sliders_and_the_rest_stays(studio: Asking, qtbot: QtBot) -> None:
    cloud, mask, prepared = studio.state.cloud, studio.state.mask, studio.state.prepared
    studio.explain.turn_to("robustness")
    studio.trial.set_damage(Damage(drop=0.75), "drop")
    qtbot.waitUntil(lambda: trying.withstood(studio.state) is not None)
    found = trying.withstood(studio.state)
    assert (found.count, found.names[0] != "chair") == (10, False)
    views = Resolver()(studio.state).views
    assert views[0].title == "Input, damaged"
    assert [len(layer.points) for layer in views[0].layers] == [32, 10]
    assert "10 points · 75% dropped, seed 0" in views[0].caption
    assert (studio.state.cloud, studio.state.mask, studio.state.prepared) == (cloud, mask, prepared)
    studio.explain.open_drawer(False)
    assert trying.withstood(studio.state) is None
    assert Resolver()(studio.state).views[0].title == "Input"
    assert len(studio.asked(Reconstruct)) == 0


def test_the_newest_wins_and_what_is_under_way_is_still_shown(studio: Asking, qtbot: QtBot) -> None:
    studio.explain.turn_to("robustness")
    studio.settle()
    studio.model.prompt = False
    for drop in (0.1, 0.2, 0.3, 0.4):
        studio.trial.set_damage(Damage(drop=drop), "drop")
    assert [request.damage.drop for request in studio.asked(DamageCloud)] == [0.1]
    studio.model.answer()
    assert trying.withstood(studio.state).asked.damage.drop == 0.1
    assert [request.damage.drop for request in studio.asked(DamageCloud)] == [0.1, 0.4]
    studio.model.answer()
    assert trying.withstood(studio.state).asked.damage.drop == 0.4
    studio.trial.set_damage(Damage(drop=0.5), "drop")
    studio.model.fail("The cloud (0) holds no point.")
    assert studio.state.notices[-1].sentence == "The cloud (0) holds no point."


def test_undo_takes_damage_back_and_another_slider_or_other_names_ask_for_another_curve(studio: Asking) -> None:
    studio.explain.turn_to("robustness")
    studio.trial.set_damage(Damage(drop=0.5), "drop of the cloud")
    studio.trial.set_damage(Damage(drop=0.5, jitter=0.1), "jitter of the cloud")
    studio.settle()
    assert studio.state.can_undo == "jitter of the cloud"
    studio.store.undo()
    assert studio.state.explain.damage == Damage(drop=0.5)
    studio.store.undo()
    assert studio.state.explain.damage == HARMLESS
    studio.store.redo()
    assert studio.state.explain.damage == Damage(drop=0.5)
    studio.settle()
    before = len(studio.asked(TraceDamage))
    studio.trial.set_damage(Damage(drop=0.6), "drop of the cloud")  # along the same curve
    studio.settle()
    assert len(studio.asked(TraceDamage)) == before
    studio.trial.vary("tilt")
    studio.settle()
    assert studio.asked(TraceDamage)[-1].varied == "tilt"
    assert studio.asked(TraceDamage)[-1].damage == Damage(drop=0.6)
    studio.store.apply(lambda state: words.edit(state, "lamp = light, - sun\nvase"))
    studio.settle()
    assert [name.negatives for name in studio.asked(TraceDamage)[-1].names] == [("sun",), ()]
    told = replace(studio.state.doctor.treatment, up="+z")
    studio.store.apply(lambda state: replace(state, doctor=replace(state.doctor, treatment=told)))
    studio.settle()
    assert studio.asked(TraceDamage)[-1].up == "+y"  # as the user said it stands
