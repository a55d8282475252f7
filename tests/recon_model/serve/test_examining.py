"""Clouds are examined in the reader role: fixes in their order, rows told in the cloud sent, a sentence for each defect."""

import numpy as np
import numpy.typing as npt
import pytest

from recon_model.errors import InputError
from recon_model.serve.examining import apply_fixes, direction, examine
from recon_model.serve.messages import Array, CloudExamined, ExamineCloud, Failed, Fix, ReadCloud
from tests.recon_model.serve.test_reader import conversation


def cloud() -> npt.NDArray[np.float32]:
    """A ball of radius 1 on a floor, z up; 20 duplicates, then 6 strays."""
    rng = np.random.default_rng(0)
    ball = rng.normal(size=(2000, 3))
    ball /= np.linalg.norm(ball, axis=1, keepdims=True)
    floor = np.stack([rng.uniform(-2, 2, 1000), rng.uniform(-2, 2, 1000), np.full(1000, -1.03)], 1)
    strays = 7.0 * np.concatenate([np.eye(3), -np.eye(3)])
    return np.concatenate([ball, floor, ball[:20], strays]).astype(np.float32)


def test_each_defect_is_a_sentence_with_its_fix_and_the_fixes_mend_it() -> None:
    sent = cloud()
    first = examine(ExamineCloud(id=1, points=Array.of(sent), up="+z"))
    assert [finding.fix for finding in first.findings] == [Fix("strays"), Fix("floor", up="+z"), Fix("duplicates")]
    assert first.findings[0].sentence == "6 stray points far from all others."
    assert (first.kept, first.removed, first.count) == (None, (), 3026)
    fixes = tuple(finding.fix for finding in first.findings if finding.fix is not None)
    mended = examine(ExamineCloud(id=2, points=Array.of(sent), up="+z", fixes=fixes))
    assert mended.findings == ()
    assert mended.kept is not None
    rows = mended.kept.numpy()
    assert mended.removed[0] == 6
    assert sum(mended.removed) == len(sent) - len(rows) == len(sent) - mended.count
    assert (rows[1:] > rows[:-1]).all()
    assert rows.max() < 2000  # of the ball alone
    assert len(rows) > 1950


def test_fixes_count_in_their_order() -> None:
    sent = cloud()
    box = Fix("crop", low=(-1.5, -1.5, -1.5), high=(1.5, 1.5, 1.5))
    rows, removed = apply_fixes(sent, (box, Fix("strays")))
    assert removed[1] == 0  # the box took them
    other, other_removed = apply_fixes(sent, (Fix("strays"), box))
    assert other_removed[0] == 6
    np.testing.assert_array_equal(rows, other)


def test_normals_follow_their_points() -> None:
    sent = cloud()
    normals = np.where((sent[:, 2] > -1.01)[:, None], sent, np.random.default_rng(0).choice((-1, 1), (len(sent), 1)) * np.eye(3)[2]).astype(
        np.float32
    )
    whole = examine(ExamineCloud(id=1, points=Array.of(sent), normals=Array.of(normals)))
    assert any("two-sided" in finding.sentence for finding in whole.findings)
    found = examine(
        ExamineCloud(id=1, points=Array.of(sent), normals=Array.of(normals), fixes=(Fix("crop", low=(-1, -1, -1), high=(1, 1, 1)),))
    )
    assert found.kept is not None
    assert set(found.kept.numpy()) == set(range(2000)) | set(range(3000, 3020))
    assert not any("two-sided" in finding.sentence for finding in found.findings)


@pytest.mark.parametrize(
    ("request_", "match"),
    [
        (ExamineCloud(id=1, points=Array.of(np.zeros((0, 3), np.float32))), r"points \(0, 3\) must be"),
        (ExamineCloud(id=1, points=Array.of(cloud()), up="north"), r"up \(north\) must be"),
        (ExamineCloud(id=1, points=Array.of(cloud()), fixes=(Fix("crop"),)), "needs the low and the high corner"),
        (
            ExamineCloud(id=1, points=Array.of(cloud()), fixes=(Fix("crop", low=(50, 50, 50), high=(60, 60, 60)),)),
            r"The fix \(crop\) would leave none of 3,026 points",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(request_: ExamineCloud, match: str) -> None:
    with pytest.raises(InputError, match=match):
        examine(request_)


def test_directions_have_names() -> None:
    assert direction("-z") == (0.0, 0.0, -1.0)
    assert direction("") is None


def test_the_reader_role_examines_beside_reading(tmp_path) -> None:
    points = Array.of(cloud())
    crop = ExamineCloud(id=4, points=points, fixes=(Fix("crop", low=(8, 8, 8), high=(9, 9, 9)),))
    replies, status = conversation([ExamineCloud(id=2, points=points), ReadCloud(id=3, path=str(tmp_path / "none.ply")), crop])
    assert status == 0
    by_id = {reply.id: reply for reply in replies[1:]}
    examined, missing, empty = by_id[2], by_id[3], by_id[4]
    assert isinstance(examined, CloudExamined)
    assert examined.count == 3026
    assert isinstance(missing, Failed)
    assert empty == Failed(id=4, sentence="The fix (crop) would leave none of 3,026 points.")
