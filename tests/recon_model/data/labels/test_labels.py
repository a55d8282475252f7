import pytest

from recon_model.data.labels import SETS, covering, load
from recon_model.data.synthetic import CATEGORIES
from recon_model.errors import InputError


@pytest.mark.parametrize(
    ("name", "count", "some"),
    [
        ("modelnet40", 40, {"night_stand", "toilet", "xbox", "airplane"}),
        ("scanobjectnn", 15, {"bin", "pillow", "toilet", "display"}),
        ("shapenet55", 55, {"trash bin", "loudspeaker", "watercraft", "washer"}),
    ],
)
def test_every_set_has_all_its_names(name: str, count: int, some: set[str]) -> None:
    names = load(name)
    assert len(names) == len(set(names)) == count
    assert some <= set(names)
    assert all(label == label.strip().lower() and label for label in names)


def test_the_ten_of_modelnet_are_among_the_forty() -> None:
    assert {"bathtub", "bed", "chair", "desk", "dresser", "monitor", "night_stand", "sofa", "table", "toilet"} <= set(load("modelnet40"))


@pytest.mark.parametrize("name", SETS)
def test_a_generator_makes_every_label(name: str) -> None:
    assert [label for label in load(name) if not covering(label)] == []
    assert {category for label in load(name) for category in covering(label)} <= set(CATEGORIES)


def test_spelling_makes_no_difference_and_other_words_are_looked_up() -> None:
    assert covering("night_stand") == covering("nightstand") == ("night stand",)
    assert covering("flowerpot") == ("flower pot",)
    assert covering("display") == ("monitor",)
    assert covering("dragon") == ()


def test_unknown_sets_are_refused() -> None:
    with pytest.raises(InputError, match=r"labels \('modelnet'\) must be one of modelnet40, scanobjectnn, shapenet55"):
        load("modelnet")
