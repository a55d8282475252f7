import numpy as np
import pytest
import torch
from torch import Tensor

from recon_model.explain.attention import AttentionMaps, attention_maps
from recon_model.explain.rollout import rollout
from recon_model.geometry.patches import Patches
from recon_model.models.pretraining import Pretraining
from tests import naive

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def maps(model: Pretraining, patches: Patches, unseen: Tensor) -> AttentionMaps:
    return attention_maps(model, patches, unseen.unsqueeze(0), decoder=True)


def test_patches_hold_what_all_walks_bring_them(maps: AttentionMaps) -> None:
    layers = list(maps.patches.astype(np.float64).mean(1))
    found = rollout(maps).patches
    for row, patch in enumerate(maps.visible[:3]):
        expected = [naive.walked(layers, row, column) for column in range(len(maps.visible))]
        np.testing.assert_allclose(found[patch, maps.visible], expected, atol=1e-6)
    np.testing.assert_allclose(found[maps.visible].sum(1), 1.0, atol=1e-5)
    assert not found[maps.hidden].any()
    assert not found[:, maps.hidden].any()


def test_queries_hold_what_each_block_let_them_read(maps: AttentionMaps) -> None:
    """Block l hands a query, halved once for every block from l on, what the patches held before it."""
    layers, cross = list(maps.patches.astype(np.float64).mean(1)), maps.cross.astype(np.float64).mean(1)
    count = len(maps.visible)
    for query in range(3):
        mass = np.zeros(count)
        for layer in range(3):
            for read in range(count):
                arrived = np.array([naive.walked(layers[:layer], read, column) for column in range(count)])
                mass += 0.5 ** (3 - layer) * cross[layer, query, read] * arrived
        assert mass.sum() == pytest.approx(1 - 0.5**3)
        np.testing.assert_allclose(rollout(maps).queries[query, maps.visible], mass / mass.sum(), atol=1e-6)


def test_mask_tokens_look_through_the_decoder_into_the_encoder(maps: AttentionMaps) -> None:
    assert maps.decoder is not None
    encoder, decoder = list(maps.patches.astype(np.float64).mean(1)), list(maps.decoder.astype(np.float64).mean(1))
    count, token = len(maps.visible), 1
    mass = np.zeros(count)
    for shown in range(count):
        share = naive.walked(decoder, count + token, shown)
        mass += share * np.array([naive.walked(encoder, shown, column) for column in range(count)])
    masks = rollout(maps).masks
    assert masks is not None
    np.testing.assert_allclose(masks[maps.hidden[token], maps.visible], mass / mass.sum(), atol=1e-6)
    assert not masks[maps.visible].any()


def test_a_token_that_looks_at_one_patch_alone_holds_that_patch() -> None:
    stay, ahead = np.eye(4, dtype=np.float32)[None, None], np.eye(4, dtype=np.float32)[[2]][None, None].repeat(3, 2)
    maps = AttentionMaps(ahead.repeat(2, 0), stay.repeat(2, 0), None, np.arange(4), np.arange(0))
    found = rollout(maps)
    np.testing.assert_array_equal(found.queries, [[0, 0, 1, 0]] * 3)
    np.testing.assert_array_equal(found.patches, np.eye(4))
    assert found.masks is None


def test_without_a_mask_there_is_no_mask_token(model: Pretraining, patches: Patches) -> None:
    shown = attention_maps(model, patches, torch.zeros(1, 12, dtype=torch.bool), decoder=True)
    assert shown.decoder is None
    assert rollout(shown).masks is None
