import numpy as np
import pytest
import torch
from torch import Tensor

from recon_model.errors import InputError
from recon_model.explain import probe as probe_module
from recon_model.explain.occlusion import errors_alone, occlude
from recon_model.explain.probe import PhraseScore, Probe
from recon_model.geometry.patches import Patches, cut
from recon_model.models.pretraining import Pretraining
from tests import naive

pytestmark = pytest.mark.usefixtures("one_thread")

SEEN = [1, 2, 5, 6, 7, 8, 9, 10]
HIDDEN = [0, 3, 4, 11]


@pytest.fixture(scope="module")
def probe(model: Pretraining, patches: Patches) -> Probe:
    return Probe(model, patches)


@pytest.mark.parametrize("tokens_at_once", [1, 20, 1024])
def test_each_patch_left_out_scores_as_a_cloud_without_it(
    monkeypatch: pytest.MonkeyPatch, model: Pretraining, patches: Patches, probe: Probe, words: Tensor, unseen: Tensor, tokens_at_once: int
) -> None:
    monkeypatch.setattr(probe_module, "TOKENS_AT_ONCE", tokens_at_once)
    found = occlude(probe.of_phrase(PhraseScore(words[:1], 0.07)), unseen, "phrase")
    assert found.whole == pytest.approx(naive.seen_score(model, patches, SEEN, words[0]), abs=1e-5)
    for patch in SEEN:
        slow = naive.seen_score(model, patches, [other for other in SEEN if other != patch], words[0])
        assert found.without[patch] == pytest.approx(slow, abs=1e-5)
        assert found.effect[patch] == pytest.approx(found.whole - slow, abs=1e-5)
    np.testing.assert_array_equal(found.effect[HIDDEN], 0)
    assert np.ptp(found.without) > 1e-3  # or the test could not tell one patch from another


def test_each_patch_left_out_is_neither_seen_nor_rebuilt(model: Pretraining, patches: Patches, probe: Probe, unseen: Tensor) -> None:
    found = occlude(probe.of_error(unseen), unseen, "error")
    assert found.whole == pytest.approx(np.mean(naive.rebuilt_errors(model, patches, SEEN, HIDDEN)), rel=1e-4)
    for patch in SEEN:
        slow = np.mean(naive.rebuilt_errors(model, patches, [other for other in SEEN if other != patch], HIDDEN))
        assert found.without[patch] == pytest.approx(slow, rel=1e-4)
        assert found.effect[patch] == pytest.approx(slow - found.whole, abs=1e-4)


def test_a_patch_alone_is_rebuilt_from_all_that_is_seen(model: Pretraining, patches: Patches, probe: Probe, unseen: Tensor) -> None:
    found = errors_alone(probe, unseen)
    for patch in range(12):
        (slow,) = naive.rebuilt_errors(model, patches, [other for other in SEEN if other != patch], [patch])
        assert found[patch] == pytest.approx(slow, rel=1e-4)


def test_beside_other_phrases_the_score_is_the_log_odds_of_its_share(probe: Probe, words: Tensor, unseen: Tensor) -> None:
    feature = probe.features(unseen.unsqueeze(0))[0]
    shares = torch.softmax(torch.stack([feature @ word / feature.norm() for word in words]) / 0.1, 0)
    margins = torch.stack([PhraseScore(torch.roll(words, -place, 0), 0.1)(feature.unsqueeze(0))[0] for place in range(3)])
    torch.testing.assert_close(torch.sigmoid(margins / 0.1), shares)


def test_a_share_near_one_hides_no_patch(probe: Probe, unseen: Tensor) -> None:
    """Where the softmax is flat, leaving a patch out still shows."""
    feature = torch.nn.functional.normalize(probe.features(unseen.unsqueeze(0)), dim=-1)
    found = occlude(probe.of_phrase(PhraseScore(torch.cat([feature, -feature]), 0.01)), unseen, "phrase")
    assert np.ptp(found.effect) > 1e-3


def test_the_last_patch_cannot_be_left_out(probe: Probe) -> None:
    with pytest.raises(InputError, match=r"hidden \(11 of 12 patches\) must leave at least two patches visible"):
        occlude(probe.of_error(torch.arange(12) > 0), torch.arange(12) > 0, "error")


def test_two_clouds_are_refused(model: Pretraining) -> None:
    with pytest.raises(InputError, match="of 2 clouds"):
        Probe(model, cut(torch.randn(2, 90, 3, generator=torch.Generator().manual_seed(1)), 12, 6))
