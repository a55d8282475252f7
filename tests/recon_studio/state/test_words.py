"""What happens to names, templates and searches, and what the matrix counts: no Qt, no helper."""

from dataclasses import replace

import numpy as np

from recon_model.templates import PUBLISHED
from recon_studio.state import actions, history, words
from recon_studio.state.app_state import AppState, Model, Score
from recon_studio.state.wording import OWN, Found, Search
from tests.recon_studio.library_of import TEXT, embeddings, ranked_state


def test_what_is_typed_is_kept_and_names_are_what_it_says() -> None:
    state = words.edit(AppState(), "chair = stool\n= wrong\n- dust")
    assert state.names == ("chair",)
    assert state.words.wording.text == "chair = stool\n= wrong\n- dust"
    (name,) = words.asked_names(state)
    assert (name.synonyms, name.negatives) == (("stool",), ("dust",))
    state = actions.set_names(state, ["lamp", "chair"])  # as the bench's card does
    assert state.names == ("lamp", "chair")
    assert words.asked_names(state)[1].synonyms == ("stool",)
    assert "= wrong" in state.words.wording.text


def test_undo_takes_back_wording_and_templates() -> None:
    before = words.edit(AppState(), TEXT)
    after = words.choose_templates(words.edit(before, TEXT + " = divan"), OWN)
    past = history.record(history.History(), "names", before, after, 0.0)
    _, undone = history.undo(past, after)
    assert (undone.names, undone.words.wording) == (before.names, before.words.wording)


def test_templates_are_those_of_the_card_a_set_or_ones_own() -> None:
    state = AppState(model=Model("m", "CPU", 1, 1, 1, 1, card={"templates": ["the {}"]}))
    assert words.shown_templates(state) == ("the {}",)
    assert words.shown_templates(words.choose_templates(state, "published")) == PUBLISHED
    own = words.edit_templates(words.choose_templates(state, OWN), "a {}\n\nno place\n")
    assert words.shown_templates(own) == ("a {}", "no place")
    assert [words.example(each, "cup") for each in words.shown_templates(own)] == ["a cup", "no place"]
    assert own.words.wording.template_problem() == "template ('no place') must hold {} where the name goes."
    assert words.edit_templates(own, "one {}").words.wording.asked_templates() == ("one {}",)


def test_a_verdict_belongs_to_its_scores() -> None:
    scores = (Score("cat", 0.5, 0.9), Score("dog", 0.1, 0.1))
    state = words.show_verdict(AppState(), scores, 0.8, 0.47, 0.2)
    assert words.verdict(state).margin == 0.8
    assert words.verdict(actions.show_scores(state, ())) is None
    assert words.verdict(actions.show_scores(state, scores[:1])) is None


def test_a_taught_name_is_told_where_it_was_not_asked_and_fits_clearly_better() -> None:
    scores = (Score("cat", 0.5, 0.9), Score("dog", 0.1, 0.1))
    for closest, told in ((("cow", 0.65), True), (("cow", 0.55), False), (("cat", 0.65), False), (None, False)):
        found = words.verdict(words.show_verdict(AppState(), scores, 0.8, 0.47, 0.2, closest))
        assert words.better_name(found) == (closest if told else None)


def test_names_no_shape_taught_are_told_apart_from_their_synonyms_and_spellings() -> None:
    model = Model("m", "CPU", 1, 1, 1, 1, card={"data": {"names": ["night stand", "chair"]}})
    state = words.edit(AppState(model=model), "Nightstand\nrabbit\nseat = chair\nchairs")
    assert words.untaught(state) == ("rabbit", "chairs")
    assert words.untaught(replace(state, model=replace(model, card={}))) == ()


def test_without_a_scale_on_the_card_there_is_no_limit() -> None:
    assert words.unlike_from(ranked_state()) == 0.95
    assert words.unlike_from(AppState(model=Model("old", "CPU", 1, 1, 1, 1, card={"unlike": None}))) is None


def test_the_matrix_counts_labels_by_what_they_mean() -> None:
    state = ranked_state()
    found = words.confusion(state.words.ranking, words.asked_names(state))
    assert found.labels == ("chair", "Night_Stand", "night stand", "spaceship", "table")
    assert found.of_name == (0, 1, 1, -1, -1)
    assert found.counts.tolist() == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [1, 0, 0, 0]]
    assert (found.right, found.clouds) == (2, 4)
    other = words.edit(state, "bus\ncar")
    assert words.confusion(state.words.ranking, words.asked_names(other)) is None  # ranked by other names
    renamed = replace(state.words.ranking, names=("bus", "car", "bike", "tram"))
    assert words.confusion(renamed, words.asked_names(words.edit(state, "bus\ncar\nbike\ntram"))) is None  # no label is on offer


def test_synonyms_count_as_their_name() -> None:
    state = words.edit(ranked_state(), "chair = table\nnight stand\nlamp\nsofa")
    found = words.confusion(state.words.ranking, words.asked_names(state))
    assert found.of_name[found.labels.index("table")] == 0
    assert found.right == 3


def test_neighbours_are_by_angle_and_the_cloud_is_its_own_nearest() -> None:
    of = embeddings()
    likeness = words.neighbours(of, of.keys[2])
    expected = [float(row @ of.projected[2] / np.linalg.norm(row) / np.linalg.norm(of.projected[2])) for row in of.projected]
    np.testing.assert_allclose(likeness, expected, atol=1e-5)
    assert likeness.argmax() == 2
    assert words.neighbours(of, "/elsewhere.ply") is None
    assert words.neighbours(replace(of, sides=None), of.keys[0]).argmax() == 0


def test_what_was_found_is_shown_only_while_it_is_looked_for() -> None:
    state = words.search(ranked_state(), Search("words", "a bench"))
    found = Found(Search("words", "a bench"), state.embeddings, np.zeros(6, np.float32))
    assert words.show_found(state, found).words.found is found
    assert words.show_found(words.search(state, Search("shape", "/x/a.ply")), found).words.found is None
    assert words.search(words.narrow(state, ("chair", "sofa")), None).words.cell is None
