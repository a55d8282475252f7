"""The table of the ranked library: what stands in it, in which order, and what leaves it as CSV."""

import csv
import io
from dataclasses import replace

import numpy as np

from recon_studio.state import words
from recon_studio.state.app_state import AppState
from recon_studio.state.cloud_table import as_csv, table
from recon_studio.state.wording import Found, Search
from tests.recon_studio.library_of import embeddings, ranked_state, ranking


def test_rows_say_what_is_known() -> None:
    shown = table(ranked_state())
    assert shown.words["cloud"] == ("a.ply", "b.ply", "set.npz 1", "set.npz 2", "set.npz 3", "c.ply")
    assert shown.words["name"] == ("chair", "night stand", "sofa", "chair", "lamp", "lamp")
    np.testing.assert_allclose(shown.numbers["score"], np.linspace(0.9, 0.4, 6), atol=1e-6)
    assert shown.wrong.tolist() == [False, False, True, False, True, False]  # what is not on offer cannot be wrong
    assert shown.unlike.tolist() == [False] * 5 + [True]
    assert not shown.best_first
    assert table(AppState()) is None


def test_before_anything_is_ranked_the_clouds_stand_there() -> None:
    state = words.show_ranking(ranked_state(), None)
    shown = table(state)
    assert set(shown.words["name"]) == {""}
    assert shown.numbers == {}
    assert not shown.wrong.any()


def test_rows_are_sorted_and_narrowed() -> None:
    shown = table(ranked_state())
    assert shown.order().tolist() == [0, 1, 2, 3, 4, 5]
    assert shown.order("score").tolist() == [5, 4, 3, 2, 1, 0]
    assert shown.order("unlike", True).tolist() == [5, 4, 3, 2, 1, 0]
    assert shown.order("label").tolist() == [0, 2, 4, 1, 5, 3]
    assert shown.order("name", text="SET").tolist() == [3, 4, 2]
    assert shown.order(cell=("chair", "sofa")).tolist() == [2]
    assert shown.order(text="nowhere").tolist() == []


def test_the_best_match_stands_first_and_the_unknown_last() -> None:
    state = ranked_state()
    wanted = Search("words", "a bench")
    found = Found(wanted, embeddings(4), np.array([0.1, 0.9, 0.3, 0.2], np.float32))  # two clouds were embedded since
    state = words.show_found(words.search(state, wanted), found)
    shown = table(state)
    assert shown.best_first
    assert shown.order().tolist() == [1, 2, 3, 0, 4, 5]
    assert shown.order("match").tolist() == [0, 3, 2, 1, 4, 5]
    assert shown.order("score", True).tolist() == [0, 1, 2, 3, 4, 5]


def test_a_match_of_another_library_is_left_out() -> None:
    state = ranked_state()
    wanted = Search("shape", "/x/a.ply")
    other = replace(embeddings(2), keys=("/y/a.ply", "/y/b.ply"))
    state = words.show_found(words.search(state, wanted), Found(wanted, other, np.zeros(2, np.float32)))
    assert "match" not in table(state).numbers


def test_csv_holds_the_rows_shown_and_every_names_score() -> None:
    state = ranked_state()
    shown = table(state)
    rows = list(csv.DictReader(io.StringIO(as_csv(shown, shown.order("score", text="set"), state.words.ranking))))
    assert [(row["file"], row["member"]) for row in rows] == [("/x/set.npz", "2"), ("/x/set.npz", "1"), ("/x/set.npz", "0")]
    assert rows[2]["name"] == "sofa"
    assert float(rows[2]["score of sofa"]) == float(rows[2]["score"]) > float(rows[2]["score of chair"])
    unranked = words.show_ranking(state, None)
    plain = as_csv(table(unranked), np.arange(6), None)
    assert plain.splitlines()[0] == "file,member,cloud,label,name"
    assert ranking(embeddings()).names[0] not in plain.splitlines()[0]
