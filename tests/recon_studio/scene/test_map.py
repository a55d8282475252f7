"""The map's colours mean something to everyone, its legend counts right, and its exports hold what is shown."""

import csv
import gc
import weakref
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from recon_studio.scene import map as picture
from recon_studio.scene.map_export import csv_lines, svg_lines
from recon_studio.state import map as mapping
from recon_studio.state import words
from tests.recon_studio.maps import CORNERS, clouds, laid_out, map_state, ranking

# Machado et al. 2009, severity 1.0, on linear RGB.
BLINDNESS = {
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "none": np.eye(3).tolist(),
}
LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]]
)
LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]]
)


def _seen(colour: tuple[int, int, int], eye: str) -> np.ndarray:
    """OKLab of a colour as an eye sees it."""
    value = np.array(colour) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return LAB @ np.cbrt(LMS @ np.clip(np.array(BLINDNESS[eye]) @ linear, 0, 1))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("eye", list(BLINDNESS))
def test_every_kind_of_colour_vision_tells_the_eight_apart(theme: str, eye: str) -> None:
    apart = {(a, b): float(np.linalg.norm(_seen(a, eye) - _seen(b, eye))) for a, b in combinations(picture.PALETTE[theme], 2)}
    assert min(apart.values()) > 0.045, min(apart, key=apart.get)


def test_groups_are_counted_largest_first_and_named_by_colour_and_shape() -> None:
    found = picture.categories(["b"] * 3 + ["a"] + [""] * 2, "Label", "light")
    assert [(group.name, group.count) for group in found.groups] == [("b", 3), ("a", 1), ("unlabelled", 2)]
    assert found.group.tolist() == [0, 0, 0, 1, 2, 2]
    many = picture.categories([f"{number:03}" for number in range(60)], "Label", "dark")
    assert len(many.groups) == picture.MOST_GROUPS
    assert (many.groups[-1].name, many.groups[-1].count) == ("other", 60 - picture.MOST_GROUPS + 1)
    looks = {(group.colour, group.shape) for group in many.groups}
    assert len(looks) == picture.MOST_GROUPS


def test_numbers_lie_on_a_scale_and_unknown_ones_are_grey() -> None:
    state = map_state()
    errors = np.where(np.arange(12) == 5, np.nan, state.map.projection.clouds.errors).astype(np.float32)
    projection = replace(state.map.projection, clouds=replace(state.map.projection.clouds, errors=errors))
    found = picture.colouring(replace(state.map, projection=projection, colour_by="error"), "light")
    assert found.styles[found.style[5]][0] == picture.OTHER["light"]
    known = np.delete(found.style, 5)
    assert (np.diff(known) >= 0).all()
    assert (known[0], known[-1]) == (0, picture.STEPS - 1)
    assert "Chamfer" in found.unit


def test_a_frame_recolours_nothing() -> None:
    state = map_state().map
    first = picture.colouring(state, "light")
    moved = replace(state.projection, coordinates=state.projection.coordinates + np.float32(1))
    assert picture.colouring(replace(state, projection=moved), "light") is first
    assert picture.colouring(replace(state, colour_by="cluster"), "light") is not first
    assert picture.colouring(mapping.MapState(), "light") is None


def test_colours_keep_no_clouds_that_are_let_go() -> None:
    embedded = clouds()
    state = replace(map_state().map, projection=laid_out(embedded))
    picture.colouring(state, "light")
    alive = weakref.ref(embedded)
    del embedded, state
    gc.collect()
    assert alive() is None


def test_groups_taken_out_are_not_counted() -> None:
    state = mapping.select(map_state(), [0, 1, 3], "replace").map
    found = picture.colouring(state, "light")
    assert picture.count_in_words(state, picture.shown_rows(state, found)) == "3 / 12"
    assert picture.selection_in_words(state, found) == "chair 2, table 1"
    without = replace(state, hidden=frozenset({"chair"}))
    assert picture.count_in_words(without, picture.shown_rows(without, found)) == "1 / 8"


def test_what_a_fine_tuned_head_says_is_a_colour_and_a_line_of_its_own() -> None:
    state = map_state()
    assert [group.name for group in picture.colouring(mapping.colour_by(state, "head").map, "light").groups] == ["no fine-tuned head"]
    head = np.tile(np.array([[0.1, 0.9]], np.float32), (12, 1))
    head[4] = 0.8, 0.2
    told = replace(state.map.projection.clouds, head=head, head_labels=("mug", "jug"))
    shown = mapping.colour_by(mapping.show_projection(state, replace(state.map.projection, clouds=told)), "head").map
    assert [(group.name, group.count) for group in picture.colouring(shown, "light").groups] == [("jug", 11), ("mug", 1)]
    assert "head: mug, 80\u00a0%" in picture.describe(shown, 4)
    rows = list(csv.DictReader(list(csv_lines(shown))[1:]))
    assert [row["head"] for row in rows[3:6]] == ["jug", "mug", "jug"]


def test_names_stand_above_their_groups() -> None:
    state = map_state().map
    found = picture.colouring(state, "light")
    shown = picture.shown_rows(state, found)
    for name, x, y in picture.captions(state.projection.coordinates, found, shown):
        corner = CORNERS[["chair", "table", "lamp"].index(name)]
        assert abs(x - corner[0]) <= 0.5
        assert corner[1] <= y <= corner[1] + 0.5


def test_what_is_known_of_a_cloud_is_said() -> None:
    state = map_state()
    state = mapping.predict(words.show_ranking(state, ranking(state.embeddings))).map
    assert picture.describe(state, 11)[:2] == ("lamp", "predicted lamp, 100\u00a0%")
    assert picture.name_of("/sets/things.npz#4") == "things.npz · 5"
    assert picture.ring_of(state.projection, "/sets/things.npz") == 0
    assert picture.ring_of(state.projection, "/sets/things.npz#7") == 7
    assert picture.ring_of(state.projection, "/elsewhere.ply") is None


def test_the_table_holds_coordinates_vectors_and_the_recipe() -> None:
    state = mapping.select(map_state(), [2], "replace")
    state = mapping.predict(words.show_ranking(state, ranking(state.embeddings))).map
    first, *lines = csv_lines(state)
    assert first == "# queries of 12 clouds by model abcdef; t-SNE; perplexity 30, 750 of 750 iterations, start pca, seed 0"
    rows = list(csv.DictReader(lines))
    assert len(rows) == 12
    assert (rows[2]["cloud"], rows[2]["label"], rows[2]["prediction"], rows[2]["selected"]) == ("/sets/things.npz#2", "lamp", "lamp", "1")
    np.testing.assert_allclose([float(rows[4][axis]) for axis in "xy"], state.projection.coordinates[4], rtol=1e-6)
    vector = [float(rows[4][f"query_{n}"]) for n in range(3)] + [float(rows[4][f"patch_{n}"]) for n in range(3)]
    np.testing.assert_allclose(vector, state.projection.clouds.features[4], rtol=1e-6)
    np.testing.assert_allclose([float(rows[4][f"projected_{n}"]) for n in range(4)], state.projection.clouds.projected[4], rtol=1e-6)


def test_the_drawing_holds_every_mark_in_sight_and_the_legend() -> None:
    state = replace(map_state().map, hidden=frozenset({"table"}))
    root = ElementTree.fromstring("\n".join(svg_lines(state, "light")))
    space = "{http://www.w3.org/2000/svg}"
    marks = root.findall(f"./{space}g/{space}circle")
    assert len(marks) == 8
    assert {mark.get("fill") for mark in marks} == {"#0072b2", "#d55e00", "#009e73"} - {"#009e73"}
    words = [" ".join("".join(text.itertext()).split()) for text in root.iter(f"{space}text")]
    assert {"chair 4", "lamp 4", "Label"} <= set(words)
    assert "table 4" not in words
    assert any("perplexity 30" in text for text in words)


def test_the_drawing_may_hold_no_group() -> None:
    root = ElementTree.fromstring("\n".join(svg_lines(replace(map_state().map, hidden=frozenset({"chair", "lamp", "table"})), "light")))
    words = {"".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert "Label" in words
    assert not any("chair" in text for text in words)


def test_without_a_map_there_is_nothing_to_export() -> None:
    for lines in (svg_lines(mapping.MapState(), "light"), csv_lines(mapping.MapState())):
        with pytest.raises(ValueError, match="there is no map"):
            next(lines)
