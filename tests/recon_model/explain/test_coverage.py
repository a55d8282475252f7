import numpy as np
from torch import Tensor

from recon_model.explain.coverage import coverage
from recon_model.geometry.patches import Patches


def test_every_point_is_seen_truly_hidden_or_uncovered(patches: Patches, unseen: Tensor) -> None:
    members, hidden = patches.members[0].numpy(), unseen.numpy()
    found = coverage(members, hidden, 90)
    seen, masked = set(), set()
    for patch, points in enumerate(members.tolist()):
        (masked if hidden[patch] else seen).update(points)
    assert set(np.flatnonzero(found.seen)) == seen
    assert set(np.flatnonzero(found.truly_hidden)) == masked - seen
    assert set(np.flatnonzero(found.leaked)) == masked & seen
    assert set(np.flatnonzero(found.uncovered)) == set(range(90)) - masked - seen
    assert found.leak == len(masked & seen) / len(masked)


def test_overlap_is_said_in_a_sentence() -> None:
    members = np.array([[0, 1, 2], [2, 3, 4], [4, 5, 0]])
    found = coverage(members, np.array([True, True, False]), 7)
    assert found.sentence == (
        "2 hidden patches of 3 points are rebuilt one by one to 6 points; patches overlap, so they cover only 5 different points of the "
        "cloud, of which 2 lie in a visible patch too."
    )
    assert found.leak == 2 / 5
    nothing = coverage(members, np.zeros(3, bool), 7)
    assert (nothing.sentence, nothing.leak) == ("Nothing is hidden, so nothing is rebuilt.", 0.0)
    np.testing.assert_array_equal(np.flatnonzero(nothing.uncovered), [6])
