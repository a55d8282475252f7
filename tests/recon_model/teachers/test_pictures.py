"""Pictures become what the image teacher learnt from: one thing, nearer parts brighter, on black."""

import numpy as np
import pytest
import torch

from recon_model.data.synthetic.views import depth_views
from recon_model.teachers.clip import NO_OBJECT, Clip
from recon_model.teachers.pictures import depth_like, square


def test_an_object_on_any_plain_ground_stands_on_black_in_the_middle() -> None:
    for ground, near, far in ((255, 40, 160), (30, 220, 120)):
        picture = np.full((90, 120, 3), ground, np.uint8)
        picture[10:50, 20:60] = far
        picture[20:40, 30:50] = near
        depths, found = depth_like(picture)
        assert found
        rows, columns = (np.flatnonzero((depths > 0).any(axis)) for axis in (1, 0))
        assert depths.shape[0] == depths.shape[1]
        assert abs((rows[0] + rows[-1]) - (columns[0] + columns[-1])) <= 1  # as far from the top as from the side
        assert len(rows) / len(depths) == pytest.approx(0.76, abs=0.03)
        middle = len(depths) // 2
        assert depths[middle, middle] > depths[rows[0] + 2, columns[0] + 2] > 0  # what stands out most counts as nearest


def test_a_depth_view_stays_as_it_is() -> None:
    cloud = np.random.default_rng(0).uniform(-0.5, 0.5, (3000, 3))
    view = (depth_views(cloud, 1, 64, np.random.default_rng(1))[0] * 255).astype(np.uint8)
    depths, found = depth_like(np.repeat(view[..., None], 3, 2))
    assert found
    np.testing.assert_allclose(depths, view / 255, atol=1e-6)


def test_a_picture_without_an_object_is_taken_whole_and_that_is_said() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    for picture in (noise, np.full((40, 60, 3), 200, np.uint8)):
        depths, found = depth_like(picture)
        assert not found
        np.testing.assert_allclose(depths, square(picture).mean(0))
    assert square(noise).shape == (3, 60, 60)
    assert Clip.load().see(noise)[1] == NO_OBJECT


def test_a_picture_of_a_shape_looks_like_that_shape() -> None:
    """Depth views of a slab and of a post, and a photograph-like picture of a post."""
    rng = np.random.default_rng(2)
    slab, post = rng.uniform(-1, 1, (2, 6000, 3)) * np.array([[[0.7, 0.05, 0.7]], [[0.08, 0.9, 0.08]]])
    clip = Clip.load()
    picture = np.full((120, 120, 3), 250, np.uint8)
    picture[10:110, 54:66] = (90, 60, 40)
    asked, note = clip.see(picture)
    cosines = []
    for each in (slab, post):
        views = (depth_views(each, 12, 64, rng)[..., None].repeat(3, -1) * 255).astype(np.uint8)
        known = [clip.see(view)[0] for view in views]  # one alone may be from its end
        cosines.append(float(np.mean([torch.cosine_similarity(asked, view) for view in known])))
    assert note == ""
    assert cosines[1] > cosines[0] + 0.1
