from pathlib import Path

import numpy as np
import pytest
import torch

from recon_model.checkpoint.opening import open_pretraining
from recon_model.errors import InputError
from recon_model.explain.attention import AttentionMaps, attention_maps
from recon_model.geometry.patches import Patches, cut
from recon_model.models.pretraining import Pretraining
from recon_model.nn.attention import AttentionRecord
from tests import naive

pytestmark = pytest.mark.usefixtures("one_thread")

HIDDEN = torch.tensor([[group in (0, 3, 4, 9, 15) for group in range(16)]])


@pytest.fixture(scope="module")
def model(small_checkpoint: Path) -> Pretraining:
    return open_pretraining(small_checkpoint).model.eval()


@pytest.fixture(scope="module")
def patches() -> Patches:
    points = torch.randn(1, 128, 3, generator=torch.Generator().manual_seed(3))
    return cut(points, 16, 8)


@pytest.fixture(scope="module")
def maps(model: Pretraining, patches: Patches) -> AttentionMaps:
    return attention_maps(model, patches, HIDDEN, decoder=True)


@pytest.mark.parametrize("layer", [0, 2])
@pytest.mark.parametrize("head", [0, 1, -1])
@pytest.mark.parametrize(("token", "patch"), [("cls", 0), ("img", 0), ("text", 0), ("patch", 5), ("patch", 14)])
def test_rows_are_those_of_the_slow_twin(
    model: Pretraining, patches: Patches, maps: AttentionMaps, layer: int, head: int, token: str, patch: int
) -> None:
    with torch.no_grad():
        slow = naive.attention_row(model, patches, HIDDEN, token, patch, layer, None if head == -1 else head)
    np.testing.assert_allclose(maps.row(token, patch, layer, head), slow.numpy(), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("patch", "head"), [(0, 0), (15, 1)])
def test_mask_tokens_look_as_the_slow_twin_says(model: Pretraining, patches: Patches, maps: AttentionMaps, patch: int, head: int) -> None:
    with torch.no_grad():
        slow = naive.mask_row(model, patches, HIDDEN, patch, 0, head)
    np.testing.assert_allclose(maps.row("mask", patch, 0, head), slow.numpy(), atol=1e-6, rtol=1e-5)


def test_looking_changes_no_answer(model: Pretraining, patches: Patches) -> None:
    with torch.no_grad():
        before = model.reconstruct(patches, HIDDEN).points
        record = AttentionRecord()
        recorded = model.reconstruct(patches, HIDDEN, record=record).points
        maps = attention_maps(model, patches, HIDDEN, decoder=True)
        after = model.reconstruct(patches, HIDDEN).points
    assert torch.equal(before, recorded)
    assert torch.equal(before, after)
    assert maps.decoder is not None
    np.testing.assert_array_equal(maps.decoder[0], record.decoder[0][0].numpy())


def test_hidden_patches_get_nothing_and_the_rest_sums_to_one(maps: AttentionMaps) -> None:
    row, hidden = maps.row("cls"), HIDDEN[0].numpy()
    assert row.shape == (16,)
    assert not row[hidden].any()
    assert (row[~hidden] > 0).all()
    assert float(row.sum()) == pytest.approx(1.0, abs=1e-6)


def test_negative_layers_count_from_the_end(maps: AttentionMaps) -> None:
    np.testing.assert_array_equal(maps.row("img", layer=-1), maps.row("img", layer=2))


def test_without_a_mask_every_patch_can_ask(model: Pretraining, patches: Patches) -> None:
    assert (attention_maps(model, patches).row("patch", patch=0) > 0).all()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"token": "eye"}, r"token \('eye'\) must be one of cls, img, text, patch, mask"),
        ({"token": "cls", "layer": 3}, r"layer \(3\) must be between -3 and 2"),
        ({"token": "cls", "layer": -4}, r"layer \(-4\)"),
        ({"token": "cls", "head": 2}, r"head \(2\) must be between 0 and 1"),
        ({"token": "patch", "patch": 16}, r"patch \(16\) must be between 0 and 15"),
        ({"token": "patch", "patch": 3}, r"patch \(3\) is hidden"),
        ({"token": "mask", "patch": 5}, r"patch \(5\) is visible, so it has no mask token"),
        ({"token": "mask", "patch": 3, "layer": 1}, r"layer \(1\) must be between -1 and 0"),
    ],
)
def test_queries_out_of_range_are_refused(maps: AttentionMaps, query: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        maps.row(**query)  # type: ignore[arg-type]


def test_two_clouds_are_refused(model: Pretraining) -> None:
    pair = cut(torch.randn(2, 128, 3, generator=torch.Generator().manual_seed(3)), 16, 8)
    with pytest.raises(InputError, match="of 2 clouds"):
        attention_maps(model, pair)


def test_without_the_decoder_mask_tokens_cannot_be_asked(model: Pretraining, patches: Patches) -> None:
    with pytest.raises(InputError, match=r"token \('mask'\) needs the attention of the decoder"):
        attention_maps(model, patches, HIDDEN).row("mask", patch=3)
