from itertools import pairwise

import numpy as np
import pytest

from recon_studio.scene.colours import GROUNDS, apply_map, attention_map, error_map, oklch_to_rgb, patch_palette


def _linear(colours):
    srgb = np.asarray(colours, dtype=np.float64) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _luminance(colours):
    return _linear(colours) @ np.array([0.2126, 0.7152, 0.0722])


def test_known_colours_of_oklch():
    assert oklch_to_rgb([0.0, 0.0, 0.0]).tolist() == [0, 0, 0]
    assert oklch_to_rgb([1.0, 0.0, 0.0]).tolist() == [255, 255, 255]
    # sRGB red in OKLCH, as published with the colour space.
    np.testing.assert_allclose(oklch_to_rgb([0.62796, 0.25768, 29.234]), [255, 0, 0], atol=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", [attention_map, error_map])
def test_sequential_maps_read_without_hue(make, theme):
    step = np.diff(_luminance(make(theme))[::5])  # far enough apart that rounding to bytes does not matter
    # Large values stand out from the paper: darker on white, brighter on black.
    assert (step < 0).all() if theme == "light" else (step > 0).all()
    assert abs(_luminance(make(theme))[-1] - _luminance(np.array(GROUNDS[theme].background))) > 0.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_patches_differ_and_stand_out(theme):
    palette = patch_palette(64, theme).astype(int)
    apart = np.abs(palette[:, None] - palette[None]).sum(axis=2)
    assert apart[~np.eye(64, dtype=bool)].min() >= 12
    assert np.array([np.abs(a - b).sum() for a, b in pairwise(palette)]).min() > 90
    assert np.abs(_luminance(palette) - _luminance(np.array(GROUNDS[theme].ghost))).min() > 0.02
    assert (palette == patch_palette(64, theme)).all()


def test_apply_map_runs_from_end_to_end_and_survives_nan():
    colours = attention_map("light")
    found = apply_map(np.array([0.0, 0.5, 1.0, 9.0, np.nan], dtype=np.float32), 0.0, 1.0, colours)
    assert (found[0] == colours[0]).all()
    assert (found[2] == colours[255]).all()
    assert (found[3] == colours[255]).all()
    assert (found[4] == colours[0]).all()
    flat = apply_map(np.zeros(3, dtype=np.float32), 0.0, 0.0, colours)
    assert (flat == colours[0]).all()
