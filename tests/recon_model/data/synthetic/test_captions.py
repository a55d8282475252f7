"""Captions say what was built."""

import re

import pytest

from recon_model.data.synthetic import CATEGORIES
from recon_model.data.synthetic.shape import article
from tests.recon_model.data.synthetic.built import built

SEEDS = range(40)


def test_dressers_count_their_drawers_and_name_a_door() -> None:
    doors = 0
    for seed in SEEDS:
        caption, pieces = built("dresser", "wide", seed)
        fronts = pieces["drawer"][0]
        assert f"{len(fronts) // 12} drawers" in caption
        assert ("a door" in caption) == bool(pieces["door"])
        doors += bool(pieces["door"])
    assert 0 < doors < len(SEEDS)


@pytest.mark.parametrize("style", ["hutch", "crescent", "corner"])
def test_desks_name_drawers_and_panels_where_they_are(style: str) -> None:
    drawn = set()
    for seed in SEEDS:
        caption, pieces = built("desk", style, seed)
        assert ("drawers" in caption) == bool(pieces["drawer"]), caption
        assert ("front panel" in caption) == (style == "crescent" and bool(pieces["panel"])), caption
        assert "drawers at both" not in caption
        drawn.add(bool(pieces["drawer"]))
    assert drawn == {False, True}


def test_bicycles_have_spokes_in_both_wheels_or_in_none() -> None:
    drawn = set()
    for seed in SEEDS:
        caption, pieces = built("bicycle", "road", seed)
        drawn.add(("spoked" in caption, len(pieces["wheel"])))
    assert drawn == {(True, 4), (False, 2)}


def test_cones_name_the_form_of_their_base() -> None:
    drawn = {}
    for seed in SEEDS:
        caption, pieces = built("cone", "plain", seed)
        if "pointed" in caption:
            drawn[len(pieces["body"][0]) // 4] = caption.split(" with ")[1]
    assert drawn == {20: "a round base", 6: "a six-sided base", 4: "a square base"}


def test_branches_droop_only_where_there_are_branches() -> None:
    for seed in range(80):
        caption, pieces = built("tree", "conifer", seed)
        assert ("drooping branches" in caption) == bool(pieces["branch"]), seed


def test_collars_are_named_where_a_shoe_has_one() -> None:
    for seed in SEEDS:
        caption, pieces = built("shoe", "low", seed)
        collared = "sandal" not in caption and len(pieces["upper"]) == 2 * len(pieces["sole"])
        assert ("collar" in caption) == collared, caption


def test_cleavers_are_not_pointed() -> None:
    captions = [built("knife", "kitchen", seed)[0] for seed in SEEDS]
    assert any("cleaver knife with a square-ended blade" in caption for caption in captions)
    assert not any("cleaver" in caption and "pointed" in caption for caption in captions)


def test_a_and_an_stand_before_what_they_sound_right_with() -> None:
    heard = (
        "an hourglass, a house, a uniform cap, a unicycle, an unusual hat, an umbrella, an uninhabited house, a one-piece toilet, an onion"
    )
    assert [article(phrase.split(" ", 1)[1]) for phrase in heard.split(", ")] == heard.split(", ")
    for name, category in CATEGORIES.items():
        for style in category.styles:
            for seed in range(30 if name == "street light" else 2):
                caption, _ = built(name, style, seed)
                for phrase in re.findall(r"\ban? [\w-]+", caption):
                    assert article(phrase.split(" ", 1)[1]) == phrase, caption
