from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor

from recon_model.errors import ConfigError
from recon_model.explain.probe import PhraseScore, Probe
from recon_model.explain.relevance import STEPS, Method, relevance
from recon_model.geometry.patches import Patches
from recon_model.models.pretraining import Pretraining
from tests import naive

pytestmark = pytest.mark.usefixtures("one_thread")

SEEN = [1, 2, 5, 6, 7, 8, 9, 10]
HIDDEN = [0, 3, 4, 11]


@pytest.fixture(scope="module")
def exact(model: Pretraining) -> Pretraining:
    """The model in double precision, for differences."""
    copy = Pretraining(model.config)
    copy.load_state_dict(model.state_dict())
    return copy.double().eval().requires_grad_(False)


def slopes(model: Pretraining, patches: Patches, word: Tensor, tokens: Tensor, directions: Tensor) -> list[float]:
    """How fast the slow twin's score grows as each token (V, C) moves along its direction (V, C), by central differences."""
    centres, step, found = patches.centres[0, SEEN].double(), 1e-5, []
    for place in range(len(tokens)):
        ends = []
        for sign in (1, -1):
            moved = tokens.clone()
            moved[place] += sign * step * directions[place]
            ends.append(float(naive.word_score(model, moved, centres, word.double())))
        found.append((ends[0] - ends[1]) / (2 * step))
    return found


def seen_tokens(model: Pretraining, patches: Patches) -> Tensor:
    return cast(Tensor, model.encoder.patch_embedding(patches.relative[0, SEEN].double() * model.config.patch_scale))


def test_gradient_times_input_is_the_slope_as_each_token_grows(
    model: Pretraining, exact: Pretraining, patches: Patches, words: Tensor, unseen: Tensor
) -> None:
    assert model.config.stop_gradient  # of the model as trained; the score still depends on its patches
    found = relevance(Probe(model, patches), PhraseScore(words[:1], 0.07), unseen, "gradient")
    tokens = seen_tokens(exact, patches)
    np.testing.assert_allclose(found.values[SEEN], slopes(exact, patches, words[0], tokens, tokens), atol=1e-4)
    assert np.ptp(found.values) > 1e-2
    assert not found.values[HIDDEN].any()
    assert found.score == pytest.approx(naive.seen_score(model, patches, SEEN, words[0]), abs=1e-5)
    assert found.baseline is None


def test_integrated_gradients_are_the_slopes_on_the_way_from_the_mean(
    model: Pretraining, exact: Pretraining, patches: Patches, words: Tensor, unseen: Tensor
) -> None:
    found = relevance(Probe(model, patches), PhraseScore(words[:1], 0.07), unseen, "integrated")
    tokens = seen_tokens(exact, patches)
    way = tokens - tokens.mean(0)
    on_the_way = [slopes(exact, patches, words[0], tokens.mean(0) + (step + 0.5) / STEPS * way, way) for step in range(STEPS)]
    np.testing.assert_allclose(found.values[SEEN], np.mean(on_the_way, 0), atol=1e-4)
    assert not found.values[HIDDEN].any()


def test_integrated_gradients_add_up_to_the_difference_they_explain(
    model: Pretraining, patches: Patches, words: Tensor, unseen: Tensor
) -> None:
    found = relevance(Probe(model, patches), PhraseScore(words, 0.5), unseen, "integrated")
    assert found.baseline is not None
    assert abs(found.score - found.baseline) > 1e-3
    assert float(found.values.sum()) == pytest.approx(found.score - found.baseline, abs=0.01 * float(np.abs(found.values).sum()))


def test_a_cloud_cut_without_gradients_can_be_asked_all_the_same(
    model: Pretraining, patches: Patches, words: Tensor, unseen: Tensor
) -> None:
    expected = relevance(Probe(model, patches), PhraseScore(words[:1], 0.07), unseen, "gradient")
    with torch.inference_mode():
        inside = Patches(*(part.clone() for part in patches))
        mask = unseen.clone()
        found = relevance(Probe(model, inside), PhraseScore(words[:1].clone(), 0.07), mask, "gradient")
    np.testing.assert_allclose(found.values, expected.values, atol=1e-6)


def test_unknown_methods_are_refused(model: Pretraining, patches: Patches, words: Tensor, unseen: Tensor) -> None:
    with pytest.raises(ConfigError, match=r"method \('feeling'\) must be one of gradient, integrated"):
        relevance(Probe(model, patches), PhraseScore(words[:1], 0.07), unseen, cast(Method, "feeling"))
