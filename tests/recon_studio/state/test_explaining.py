"""Where a token looks, looked up in the window, is what the library says of the same cloud."""

from dataclasses import replace

import numpy as np
import pytest

from recon_model.explain.attention import AttentionMaps
from recon_model.explain.rollout import rollout
from recon_model.serve.messages import Overlap
from recon_studio.state import explaining
from recon_studio.state.app_state import AttentionQuery
from recon_studio.state.explain import Maps
from tests.recon_studio.scenery import answered_state

HIDDEN = np.array([False, True, False, False, True, True, False])
VISIBLE, MASKED = np.flatnonzero(~HIDDEN), np.flatnonzero(HIDDEN)
LAYERS, HEADS, DEEP = 3, 2, 2


def _shares(*shape: int) -> np.ndarray:
    raw = np.random.default_rng(sum(shape)).uniform(0.1, 1.0, shape)
    return (raw / raw.sum(-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def library() -> AttentionMaps:
    return AttentionMaps(_shares(LAYERS, HEADS, 3, 4), _shares(LAYERS, HEADS, 4, 4), _shares(DEEP, HEADS, 7, 7), VISIBLE, MASKED)


@pytest.fixture(scope="module")
def maps(library: AttentionMaps) -> Maps:
    rolled = rollout(library)
    overlap = Overlap(10, 2, 5, 1, 12, "Because.")
    return Maps(
        "key",
        HIDDEN,
        library.cross,
        library.patches,
        library.decoder,
        VISIBLE,
        MASKED,
        rolled.queries,
        rolled.patches,
        rolled.masks,
        overlap,
    )


@pytest.mark.parametrize("layer", [0, 1, -1])
@pytest.mark.parametrize("head", [-1, 0, 1])
def test_rows_are_those_of_the_library(maps: Maps, library: AttentionMaps, layer: int, head: int) -> None:
    for token in ("cls", "img", "text"):
        np.testing.assert_allclose(
            explaining.weights_of(maps, AttentionQuery(token, 0, layer, head)), library.row(token, layer=layer, head=head), atol=1e-6
        )
    for patch in range(len(HIDDEN)):
        found = explaining.weights_of(maps, AttentionQuery("patch", patch, layer, head))
        token = "mask" if HIDDEN[patch] else "patch"
        np.testing.assert_allclose(found, library.row(token, patch, layer, head), atol=1e-6)
    mean = np.mean([library.row("mask", int(patch), layer, head) for patch in MASKED], axis=0)
    np.testing.assert_allclose(explaining.weights_of(maps, AttentionQuery("mask", 0, layer, head)), mean, atol=1e-6)


def test_a_layer_the_decoder_lacks_is_its_last(maps: Maps, library: AttentionMaps) -> None:
    found = explaining.weights_of(maps, AttentionQuery("patch", int(MASKED[0]), LAYERS - 1))
    np.testing.assert_allclose(found, library.row("mask", int(MASKED[0]), DEEP - 1), atol=1e-6)


def test_a_difference_is_one_row_less_another(maps: Maps, library: AttentionMaps) -> None:
    query = AttentionQuery("img", layer=1, head=0, minus="patch", minus_patch=int(MASKED[1]))
    expected = library.row("img", layer=1, head=0) - library.row("mask", int(MASKED[1]), 1, 0)
    found = explaining.weights_of(maps, query)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.sum() == pytest.approx(0.0, abs=1e-6)
    assert explaining.looked_at(maps, query).all()
    assert explaining.looked_at(maps, replace(query, minus="cls")).tolist() == (~HIDDEN).tolist()


def test_rollouts_are_those_of_the_library(maps: Maps, library: AttentionMaps) -> None:
    rolled = rollout(library)
    for query, expected in (
        (AttentionQuery("text", rollout=True), rolled.queries[2]),
        (AttentionQuery("patch", 3, rollout=True), rolled.patches[3]),
        (AttentionQuery("patch", 4, rollout=True), rolled.masks[4]),
        (AttentionQuery("mask", rollout=True), rolled.masks[MASKED].mean(0)),
        (AttentionQuery("text", rollout=True, minus="cls"), rolled.queries[2] - rolled.queries[0]),
    ):
        np.testing.assert_allclose(explaining.weights_of(maps, query), expected, atol=1e-6)


def test_without_a_decoder_there_are_no_mask_tokens(maps: Maps) -> None:
    bare = replace(maps, decoder=None, rollout_masks=None)
    assert explaining.weights_of(bare, AttentionQuery("mask")) is None
    assert explaining.weights_of(bare, AttentionQuery("patch", int(MASKED[0]))) is None
    assert explaining.weights_of(bare, AttentionQuery("cls", minus="mask")) is None
    assert explaining.weights_of(bare, AttentionQuery("patch", 99)) is None


def test_a_query_without_patches_means_the_same_on_another_cloud() -> None:
    query = AttentionQuery("patch", 3, 1, 1, rollout=True, minus="patch", minus_patch=5)
    assert query.without_patches() == AttentionQuery("cls", 0, 1, 1, rollout=True)
    assert AttentionQuery("mask", minus="img").without_patches() == AttentionQuery("mask", minus="img")


def test_questions_depend_on_what_they_are_about_only(maps: Maps) -> None:
    state = answered_state()
    state = explaining.show_maps(state, replace(maps, key=state.prepared.key))
    sweep = explaining.question(state, "ratios")
    assert explaining.question(replace(state, names=("lamp",)), "ratios") == sweep
    phrase = explaining.question(state, "phrase")
    assert phrase.names == ("chair", "table")
    assert explaining.question(explaining.set_phrase(state, "stool"), "phrase").names == ("stool", "chair", "table")
    assert explaining.question(state, "occlusion").hidden == HIDDEN.tobytes()
    assert "Type a phrase" in explaining.why_not(replace(state, names=(), scores=()), "phrase")
