from itertools import pairwise

import pytest
import torch
from torch import nn

from recon_model.data.synthetic import CATEGORIES
from recon_model.errors import ConfigError
from recon_model.models.pretraining import Pretraining
from recon_model.presets import MILLIONS, PRESETS, preset
from recon_model.train.optimiser import adamw, parameter_groups
from recon_model.train.schedule import learning_rate
from recon_model.train.settings import RECIPES, RecipeConfig, published, studio


@pytest.mark.parametrize(
    ("epoch", "rate"),
    [(0, 1e-6), (1, 1e-6), (2, 5.09e-5), (10, 4.501e-4), (11, 4.986e-4), (150, 2.53e-4), (300, 1.01e-6)],
)
def test_the_release_steps_its_schedule_one_epoch_late(epoch, rate):
    for step in (0, 6):
        assert learning_rate(published(), epoch * 7 + step, 7) == pytest.approx(rate, rel=5e-3)


def test_the_cosine_moves_at_every_step_from_warm_up_to_the_lowest_rate():
    recipe = RecipeConfig(epochs=10, warmup_epochs=2, learning_rate=1e-3, final_learning_rate=1e-6)
    rates = [learning_rate(recipe, step, 5) for step in range(51)]
    assert rates[0] == pytest.approx(1e-6)
    assert rates[5] == pytest.approx((1e-3 + 1e-6) / 2, rel=1e-2)
    assert max(rates) == rates[10] < 1e-3
    assert all(later < earlier for earlier, later in pairwise(rates[10:]))
    assert rates[50] == pytest.approx(1e-6)


class Named(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2)
        self.norm = nn.LayerNorm(2)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, 2))
        self.position = nn.Parameter(torch.zeros(1, 1, 2))


def test_no_decay_on_vectors_biases_and_tokens():
    model = Named()
    decayed, free = parameter_groups(model, 0.05)
    assert decayed["weight_decay"] == 0.05
    assert free["weight_decay"] == 0.0
    assert {id(value) for value in decayed["params"]} == {id(model.layer.weight), id(model.position)}
    assert {id(value) for value in free["params"]} == {
        id(value) for value in (model.layer.bias, *model.norm.parameters(), model.mask_token)
    }
    assert adamw(model, 0.05, 1e-3).param_groups[0]["lr"] == 1e-3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"epochs": 0}, r"epochs \(0\) must be at least 1"),
        ({"batch_size": 1}, r"batch_size \(1\) must be at least 2"),
        ({"seed": -1}, r"seed \(-1\) must be at least 0"),
        ({"learning_rate": 0.0}, r"learning_rate \(0.0\) must be above 0"),
        ({"caption_share": 1.5}, r"caption_share \(1.5\) must be between 0 and 1"),
        ({"schedule": "step"}, r"schedule \('step'\) must be one of cosine, release"),
        ({"precision": "8"}, r"precision \('8'\) must be one of 32-true, bf16-mixed"),
        ({"colour": 1}, r"RecipeConfig does not know colour; it knows epochs"),
    ],
)
def test_bad_settings_are_sentences(changes, sentence):
    with pytest.raises(ConfigError, match=sentence):
        published(**changes)


def test_published_recipes_hold_none_of_our_additions():
    recipe = published()
    assert recipe.contrast_weight == recipe.caption_share == 0
    assert recipe.reconstruct_share == recipe.teacher_weight == recipe.reconstruction_weight == 1
    assert studio().contrast_weight > 0


def test_a_quick_look_is_the_studio_recipe_on_few_shapes():
    look = RECIPES["quick"]()
    assert look.epochs * look.steps_per_epoch <= 500
    assert set(look.names) <= set(CATEGORIES)
    assert preset("quick").num_points < preset("studio").num_points
    assert look.probe_every == 1


def test_every_size_on_offer_has_its_number_of_parameters():
    assert set(MILLIONS) == set(PRESETS)
    for name in ("studio", "quick"):
        made = Pretraining(preset(name, text_dim=384, image_dim=384))
        assert sum(parameter.numel() for parameter in made.parameters()) / 1e6 == pytest.approx(MILLIONS[name], rel=0.02)
