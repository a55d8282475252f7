"""What can happen to the map: selections, groups taken out, clouds that come later, phrases placed honestly."""

from dataclasses import replace

import msgspec
import numpy as np

from recon_model.sides import Sides
from recon_studio.state import map as mapping
from recon_studio.state import words
from recon_studio.state.history import History, record, redo, undo
from tests.ragged import assert_same, ragged
from tests.recon_studio.maps import CORNERS, clouds, laid_out, map_state, ranking


def _rows(state: object) -> list[int]:
    chosen = state.map.selected  # type: ignore[attr-defined]
    return [] if chosen is None else np.flatnonzero(chosen).tolist()


def test_selections_replace_add_and_take_away() -> None:
    state = mapping.select(map_state(), [1, 2], "replace")
    state = mapping.select(state, [5], "add")
    assert _rows(state) == [1, 2, 5]
    state = mapping.select(state, [2, 7], "remove")
    assert _rows(state) == [1, 5]
    assert _rows(mapping.select(state, [3], "replace")) == [3]
    assert mapping.select(state, [], "replace").map.selected is None
    assert mapping.select(replace(state, map=mapping.MapState()), [1], "add").map.selected is None


def test_a_frame_keeps_the_selection_and_other_clouds_end_it() -> None:
    state = mapping.select(map_state(), [1], "replace")
    before = state.map.projection
    moved = replace(before, coordinates=before.coordinates + np.float32(1))
    assert _rows(mapping.show_projection(state, moved)) == [1]
    assert _rows(mapping.show_projection(state, laid_out(clouds()))) == []


def test_another_colour_brings_hidden_groups_back() -> None:
    state = mapping.toggle_group(mapping.toggle_group(map_state(), "chair"), "lamp")
    assert mapping.toggle_group(state, "chair").map.hidden == {"lamp"}
    assert mapping.colour_by(state, "cluster").map.hidden == frozenset()


def test_features_are_the_halves_and_projected_ones_have_length_one() -> None:
    embedded = clouds()
    np.testing.assert_array_equal(mapping.features_of(embedded, "queries"), embedded.features[:, :3])
    np.testing.assert_array_equal(mapping.features_of(embedded, "patches"), embedded.features[:, 3:])
    np.testing.assert_allclose(np.linalg.norm(mapping.features_of(embedded, "projected"), axis=1), 1, atol=1e-6)
    assert mapping.features_of(replace(embedded, sides=None), "projected") is None


def test_labels_become_numbers_and_one_label_says_nothing() -> None:
    assert mapping.label_numbers(("b", "", "a", "b")).tolist() == [1, -1, 0, 1]
    assert mapping.label_numbers(("a", "a", "")) is None


def test_predictions_are_the_rankings_for_the_clouds_that_it_knows() -> None:
    embedded = clouds()
    found = mapping.predictions(embedded, ranking(embedded))
    assert found.best.tolist() == [row % 3 for row in range(12)]
    fewer = mapping.rows_of(embedded, np.array([7, 3, 5]))
    some = mapping.predictions(fewer, ranking(mapping.rows_of(embedded, np.array([3, 4, 7]))))
    assert some.best.tolist() == [2, 0, -1]  # places among the three that are ranked
    assert np.isnan(some.share[2])
    assert not np.isnan(some.share[:2]).any()


def test_another_map_takes_its_own_predictions_from_the_ranking() -> None:
    state = map_state()
    known = words.show_ranking(state, ranking(state.embeddings))
    assert mapping.predict(known).map.predictions.best.shape == (12,)
    larger = laid_out(clouds(15))
    assert mapping.show_projection(known, larger).map.predictions.best.shape == (15,)
    assert mapping.predict(words.show_ranking(known, None)).map.predictions is None


def test_a_selection_is_undone_and_done_again_and_means_nothing_on_another_map() -> None:
    state, past = map_state(), History()
    for number, rows in enumerate(([1, 2], [2, 7, 11], [])):
        after = mapping.select(state, rows, "replace")
        past, state = record(past, "selection on the map", state, after, 0.0, number), after
    assert _rows(state) == []
    past, state = undo(past, state)
    assert _rows(state) == [2, 7, 11]
    past, state = undo(past, state)
    assert _rows(state) == [1, 2]
    past, state = redo(past, state)
    assert _rows(state) == [2, 7, 11]
    kept = msgspec.json.decode(msgspec.json.encode(past), type=History)
    assert kept == past
    elsewhere = mapping.show_projection(state, laid_out(clouds(15)))
    assert _rows(undo(past, elsewhere)[1]) == []


def test_a_phrase_is_linked_to_its_nearest_and_the_gap_is_said() -> None:
    projection = laid_out(clouds())
    phrase = mapping.place_phrase(projection, "a lamp", np.array([0, 0, 0.6, 0.8], np.float32))
    assert [row % 3 for row in phrase.rows[:4]] == [2] * 4
    assert (np.diff(phrase.cosines) <= 0).all()
    assert np.linalg.norm(np.array(phrase.place) - CORNERS[2]) < np.linalg.norm(CORNERS[2] - CORNERS[0]) / 2
    assert phrase.shape_cosine > 0.99 > 0.7 > phrase.cosines[0]
    said = mapping.gap_in_words(phrase)
    assert said.startswith("Words and shapes lie apart: “a lamp” has a cosine of 0.6")
    assert "its place says nothing else" in said
    assert mapping.place_phrase(projection, "x", np.ones(9, np.float32)) is None


def test_clouds_that_come_later_stand_behind() -> None:
    projection, more = laid_out(clouds()), clouds(15)
    rows = mapping.new_rows(projection, more)
    assert rows.tolist() == [12, 13, 14]
    joined = mapping.with_rows(projection.clouds, more, rows)
    assert joined.keys == more.keys
    assert joined.images is None
    np.testing.assert_array_equal(joined.features[12:], more.features[12:])
    np.testing.assert_array_equal(joined.previews[:12], projection.clouds.previews)


def test_rows_take_all_their_sides_along() -> None:
    counts = (1, 3, 2, 6, 1, 2)
    sides = ragged(counts)
    embedded = replace(clouds(6), sides=sides)
    some = mapping.rows_of(embedded, np.array([3, 0, 2]))
    assert some.sides.counts.tolist() == [6, 1, 2]
    np.testing.assert_array_equal(some.sides.features, sides.features[[*range(6, 12), 0, 4, 5]])
    np.testing.assert_array_equal(some.sides.chances, sides.chances[[*range(6, 12), 0, 4, 5]])
    np.testing.assert_allclose(some.projected, embedded.projected[[3, 0, 2]], rtol=1e-5)
    assert mapping.rows_of(replace(embedded, sides=None), np.array([3])).sides is None


def test_clouds_behind_others_bring_all_their_sides() -> None:
    first, more = replace(clouds(3), sides=ragged((2, 1, 3))), replace(clouds(5), sides=ragged((1, 1, 1, 4, 2), seed=1))
    joined = mapping.with_rows(first, more, np.array([3, 4]))
    assert joined.sides.counts.tolist() == [2, 1, 3, 4, 2]
    assert_same(joined.sides.of([0, 1, 2]), first.sides)
    np.testing.assert_array_equal(joined.sides.features[6:], more.sides.features[3:])
    assert mapping.with_rows(first, replace(more, sides=None), np.array([3])).sides is None
    assert mapping.with_rows(replace(first, sides=None), more, np.array([3])).sides is None


def test_what_is_compared_with_words_is_the_mean_over_the_sides() -> None:
    seen, chances = np.array([[1, 0], [4, 0], [0, 8]], np.float32), np.array([1, 0.25, 0.75], np.float32)
    sides = Sides(seen, np.array([1, 2]), chances, np.zeros(3, np.float32))
    embedded = replace(clouds(2), sides=sides)
    np.testing.assert_allclose(embedded.projected, [[1, 0], [1, 6]])
    assert replace(embedded, sides=None).projected is None
