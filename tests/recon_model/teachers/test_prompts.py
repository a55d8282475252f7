"""Templates as published, and the classifier as a sum."""

import pytest
import torch

from recon_model.errors import ConfigError
from recon_model.teachers.prompts import classifier
from recon_model.templates import EVERYDAY, PUBLISHED, SETS, clean, fill, template_set


class Letters:
    """A tower whose feature counts letters, so that sums can be checked by hand."""

    def __init__(self) -> None:
        self.batches = 0

    def encode_text(self, texts):
        self.batches += 1
        return torch.tensor([[float(len(text)), float(text.count("a"))] for text in texts])


def test_there_are_sixty_different_published_templates():
    assert len(set(PUBLISHED)) == 60


@pytest.mark.parametrize(
    ("index", "sentence"),
    [
        (0, "chair."),
        (1, "A chair."),
        (2, "A model of chair."),
        (3, "A model of a chair."),
        (7, "A 3D model of a chair."),
        (11, "A point cloud of a chair."),
        (19, "A 3D rendering image of a chair."),
        (20, "chair with white background."),
        (32, "A point cloud model of chair with white background."),
        (41, "A chair with black context."),
        (59, "A 3D rendering image of a chair with black context."),
    ],
)
def test_published_templates_are_numbered_prefix_first(index, sentence):
    assert fill(PUBLISHED[index], "chair") == sentence


def test_names_are_cleaned_before_they_are_read():
    assert clean("  night_stand ") == "night stand"
    assert fill("a {}", "tv_stand") == "a tv stand"
    assert fill("a {}", "odd {} name") == "a odd {} name"


def test_classifier_sums_each_names_prompts_in_one_batch():
    tower = Letters()
    rows = classifier(tower, ["car", "banana"], ["{}", "a {}."])
    assert rows.tolist() == [[3.0 + 6.0, 1.0 + 2.0], [6.0 + 9.0, 3.0 + 4.0]]
    assert tower.batches == 1


def test_what_cannot_make_a_classifier_is_refused():
    with pytest.raises(ConfigError, match=r"template \('a chair'\) must hold \{\}"):
        fill("a chair", "table")
    with pytest.raises(ConfigError, match=r"names \(0\)"):
        classifier(Letters(), [], EVERYDAY)
    with pytest.raises(ConfigError, match="plain, everyday, published"):
        template_set("fancy")


def test_every_named_set_takes_a_name():
    assert all("{}" in template for templates in SETS.values() for template in templates)
