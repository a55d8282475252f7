"""What the attention view, the heads and the matrix show of an explanation, and what they call it."""

from dataclasses import replace

import numpy as np
import pytest

from recon_studio.scene.colours import GROUNDS, diverging_map
from recon_studio.scene.explain import Asker, explained, heads, matrix, rank_correlation, thumbnails, waits
from recon_studio.scene.resolve import Resolver
from recon_studio.state import explaining
from recon_studio.state.app_state import AppState, AttentionQuery
from tests.recon_studio.scenery import GROUPS, HIDDEN, explained_state, known_state

VISIBLE, MASKED = np.flatnonzero(~HIDDEN), np.flatnonzero(HIDDEN)


def asked(**query) -> AppState:
    state = explained_state()
    return explaining.look(replace(state, query=AttentionQuery(**query)))


def test_a_visible_patch_leaves_hidden_ones_out_and_a_mask_token_does_not():
    shown = explained(asked(token="patch", patch=int(VISIBLE[1]), layer=2, head=1))
    assert shown.absent.tolist() == HIDDEN.tolist()
    assert int(np.nanargmax(shown.values)) == VISIBLE[1]
    assert (shown.title, shown.caption) == ("Attention", f"patch {VISIBLE[1]} · layer 3 of 6 · head 2")
    hidden = int(MASKED[1])
    shown = explained(asked(token="patch", patch=hidden, layer=5))
    assert not shown.absent.any()
    assert shown.values.sum() == pytest.approx(1.0, abs=1e-5)
    assert shown.caption == f"mask token {hidden} · decoder layer 2 of 2 · mean of heads"
    assert explained(asked(token="mask")).caption == "mask tokens, mean · decoder layer 2 of 2 · mean of heads"


def test_a_difference_is_signed_about_zero_and_says_of_what():
    shown = explained(asked(token="cls", minus="patch", minus_patch=int(VISIBLE[0])))
    assert shown.signed
    assert shown.span[0] == -shown.span[1]
    assert shown.caption == f"cls − patch {VISIBLE[0]} · layer 6 of 6 · mean of heads"
    assert shown.title == "Attention, difference"
    np.testing.assert_array_equal(shown.table("dark"), diverging_map("dark"))


def test_a_rollout_names_no_layer():
    shown = explained(asked(token="text", rollout=True))
    assert (shown.title, shown.caption) == ("Attention rollout", "text · rolled out through all layers and heads")
    assert np.nansum(shown.values) == pytest.approx(1.0, abs=1e-5)
    assert heads(asked(token="text", rollout=True)) is None


@pytest.mark.parametrize(
    ("colouring", "title", "says"),
    [
        ("occlusion", "What each patch helps to rebuild", "leave-one-patch-out"),
        ("relevance", "Relevance to 'chair'", "integrated gradients of a test"),
        ("phrase_occlusion", "What each patch does for 'chair'", "leave-one-patch-out"),
    ],
)
def test_the_view_shows_another_explanation_with_its_own_bar_and_method(colouring, title, says):
    state = explaining.colour_by(known_state(), colouring)
    view = Resolver()(state).views[3]
    assert view.title == title
    assert says in view.caption
    assert view.bar.title in ("Δ squared Chamfer", "part of the score", "fall of the score")
    assert view.bar.low == f"-{view.bar.high}"


def test_patches_are_coloured_by_their_effect_and_hidden_ones_are_ghosts():
    state = explaining.colour_by(known_state(), "occlusion")
    ghosts, solid = Resolver()(state).views[3].layers
    assert (ghosts.colours == GROUNDS["light"].ghost).all()
    assert len(ghosts.points) == HIDDEN.sum() * 24
    effect = explaining.occlusion(state).effect[VISIBLE]
    per_patch = solid.colours.reshape(len(VISIBLE), 24, 3)
    # The most helpful patch is the orange end of the scale: more red than blue; those that do harm are blue.
    most, least = per_patch[effect.argmax(), 0].astype(int), per_patch[effect.argmin(), 0].astype(int)
    assert most[0] > most[2]
    assert least[2] > least[0]


def test_the_view_waits_for_an_answer_and_says_so():
    state = explaining.colour_by(explained_state(), "occlusion")
    view = Resolver()(state).views[3]
    assert not view.layers
    assert view.hint == "Leaving out patches…"
    assert waits(asked(token="mask")) == ""
    bare = explained_state()
    nothing = replace(bare.explain.maps, decoder=None)
    state = explaining.show_maps(replace(bare, query=AttentionQuery("mask")), nothing)
    assert "no mask token" in Resolver()(state).views[3].hint


def test_the_mean_and_every_head_stand_side_by_side():
    found = heads(asked(token="img", layer=3, head=2))
    assert (found.layer, found.depth, found.decoded, found.chosen) == (3, 6, False, 3)
    assert found.rows.shape == (5, GROUPS)
    np.testing.assert_allclose(found.rows[1:, VISIBLE].mean(0), found.rows[0, VISIBLE], atol=1e-6)
    assert np.isnan(found.rows[:, MASKED]).all()
    decoded = heads(asked(token="patch", patch=int(MASKED[0])))
    assert (decoded.layer, decoded.depth, decoded.decoded) == (1, 2, True)


def test_the_matrix_has_a_row_a_token_and_a_column_a_patch():
    state = asked(token="img", layer=3, head=2)
    shown = matrix(state)
    assert shown.askers[:3] == (Asker("cls"), Asker("img"), Asker("text"))
    assert shown.values.shape == (3 + len(VISIBLE), len(VISIBLE))
    np.testing.assert_allclose(shown.values.sum(1), 1.0, atol=1e-5)
    np.testing.assert_allclose(shown.values[shown.row_of("img", 0)], explained(state).values[VISIBLE], atol=1e-6)
    row, column = shown.row_of("patch", int(VISIBLE[2])), shown.column_of(int(VISIBLE[2]))
    assert shown.values[row].argmax() == column
    assert shown.row_of("patch", int(MASKED[0])) is None
    assert shown.title == "Encoder · layer 4 of 6 · head 3"


def test_the_matrix_of_a_mask_token_is_the_decoders():
    shown = matrix(asked(token="patch", patch=int(MASKED[0])))
    assert [asker.patch for asker in shown.askers] == MASKED.tolist()
    assert shown.patches.tolist() == [*VISIBLE.tolist(), *MASKED.tolist()]
    assert shown.masked == len(MASKED)
    assert [len(layer) for layer in thumbnails(asked(token="mask"))] == [4, 4]
    assert thumbnails(asked(token="mask"))[0][0].shape == (len(MASKED), GROUPS)
    rolled = matrix(asked(token="patch", patch=int(MASKED[0]), rollout=True))
    assert rolled.masked == 0
    np.testing.assert_allclose(rolled.values.sum(1), 1.0, atol=1e-5)


def test_rank_correlation_is_spearmans():
    from scipy.stats import spearmanr

    first, second = np.random.default_rng(0).normal(size=(2, 20)).astype(np.float32)
    assert rank_correlation(first, second) == pytest.approx(spearmanr(first, second).statistic)
    assert rank_correlation(first, -first) == pytest.approx(-1.0)
