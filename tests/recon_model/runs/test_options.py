from dataclasses import fields

import pytest

from recon_model.cli.main import build_parser
from recon_model.runs import options
from recon_model.train.finetune import FinetuneConfig
from recon_model.train.settings import RecipeConfig


def test_settings_are_written_as_the_options_that_set_them() -> None:
    settings = {"epochs": 3, "names": ("night stand", "chair"), "frozen_norm": True, "show_whole": False, "keep": 2}
    said = options.words(settings, options.PRETRAIN)
    assert said == ["--epochs", "3", "--names", "night stand,chair", "--frozen-norm", "--no-show-whole"]
    assert options.words({"names": []}, options.PRETRAIN) == []


@pytest.mark.parametrize(
    ("command", "known", "recipe"), [("pretrain", options.PRETRAIN, RecipeConfig), ("finetune", options.FINETUNE, FinetuneConfig)]
)
def test_every_one_is_an_option_of_the_command_and_a_setting_of_its_recipe(command: str, known: tuple[str, ...], recipe: type) -> None:
    taken = vars(build_parser(command).parse_args([command, "--out", "run"]))
    assert set(known) <= {field.name for field in fields(recipe)} & set(taken)
