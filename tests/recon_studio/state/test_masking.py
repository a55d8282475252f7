"""Masks by hand, on eight patches at the corners of a cube or along a line."""

import numpy as np
import pytest

from recon_studio.state import masking
from recon_studio.state.app_state import AppState
from tests.recon_studio.scenery import CORNERS, HIDDEN

LINE = np.stack([np.arange(8.0) ** 1.1, np.zeros(8), np.zeros(8)], axis=1).astype(np.float32)


def flags(*hidden: int) -> np.ndarray:
    made = np.zeros(8, dtype=bool)
    made[list(hidden)] = True
    return made


def test_painting_hides_or_shows_and_leaves_strangers_out() -> None:
    before = flags(1)
    np.testing.assert_array_equal(masking.painted(before, (2, 5, 99, -3), True), flags(1, 2, 5))
    np.testing.assert_array_equal(masking.painted(flags(1, 2, 5), (2, 1), False), flags(5))
    np.testing.assert_array_equal(before, flags(1))


def test_invert_and_show_all() -> None:
    np.testing.assert_array_equal(masking.edited(HIDDEN, CORNERS, "invert"), ~HIDDEN)
    assert not masking.edited(HIDDEN, CORNERS, "show_all").any()


def test_growing_takes_the_nearest_neighbours_in() -> None:
    # Each corner of a cube has exactly three nearest: those along its edges.
    grown = masking.edited(flags(0), CORNERS, "grow")
    np.testing.assert_array_equal(grown, [np.abs(corner - CORNERS[0]).astype(bool).sum() <= 1 for corner in CORNERS])
    np.testing.assert_array_equal(masking.edited(flags(), CORNERS, "grow"), flags())


def test_shrinking_is_growing_what_is_visible() -> None:
    np.testing.assert_array_equal(masking.edited(HIDDEN, LINE, "shrink"), ~masking.edited(~HIDDEN, LINE, "grow"))
    np.testing.assert_array_equal(masking.edited(flags(0, 1, 2, 3, 4), LINE, "shrink"), flags(0, 1, 2))
    np.testing.assert_array_equal(masking.edited(np.ones(8, bool), LINE, "shrink"), np.ones(8, bool))


@pytest.mark.parametrize(("towards", "expected"), [((1.0, 0.0, 0.0), (4, 5, 6, 7)), ((0.0, -1.0, 0.0), (0, 1, 4, 5))])
def test_the_half_that_faces_the_eye(towards: tuple[float, float, float], expected: tuple[int, ...]) -> None:
    np.testing.assert_array_equal(masking.facing_half(CORNERS, towards), flags(*expected))
    assert masking.facing_half(CORNERS[:5], towards).sum() == 2


def test_the_hardest_are_the_worst_rebuilt_of_those_hidden() -> None:
    chamfer = np.array([0.001, 0.004, 0.002], dtype=np.float32)  # of patches 0, 3 and 5
    np.testing.assert_array_equal(masking.hardest(HIDDEN, chamfer, 1), flags(3))
    np.testing.assert_array_equal(masking.hardest(HIDDEN, chamfer, 2), flags(3, 5))


def test_one_patch_always_stays_visible() -> None:
    assert masking.keep_one(HIDDEN, HIDDEN) == (pytest.approx(HIDDEN), False)
    after, kept = masking.keep_one(~flags(2, 6), np.ones(8, bool))
    assert kept
    np.testing.assert_array_equal(after, ~flags(6))
    after, kept = masking.keep_one(np.ones(8, bool), np.ones(8, bool))
    assert (~after).sum() == 1
    assert kept


def test_the_mask_is_by_hand_and_the_tool_in_it() -> None:
    state = masking.set_tool(masking.set_hidden(AppState(), HIDDEN), "lasso")
    assert state.mask.hidden == tuple(HIDDEN.tolist())
    assert state.mask.ratio == AppState().mask.ratio  # kept for the next drawn mask
    assert state.tool == "lasso"
