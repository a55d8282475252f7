"""The doctor follows the treatment: fixes and the way up are applied before the model sees the cloud, and undo takes them back."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import ExamineCloud, Fix, PrepareCloud
from recon_studio.controllers.doctor import DoctorController
from recon_studio.state import doctoring
from recon_studio.state.doctor import Treatment
from tests.recon_studio.controllers.test_bench import Studio

STRAYS = Fix("strays")


class Surgery(Studio):
    """The studio of the bench's tests, with a doctor."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot)
        self.doctor = DoctorController(self.store, self.backend)
        self.bench.settled.connect(self.doctor.examine)

    def settle(self) -> None:
        def told() -> bool:
            state = self.store.state
            report, prepared = state.doctor.report, state.prepared
            return report is not None and prepared is not None and report.fixes == state.doctor.treatment.fixes and bool(state.scores)

        self.qtbot.waitUntil(told)
        self.flush()


@pytest.fixture
def surgery(qtbot: QtBot) -> Surgery:
    made = Surgery(qtbot)
    made.library.open_paths(["/x/chair.ply"])
    made.settle()
    return made


def examined(surgery: Surgery) -> list[ExamineCloud]:
    return [request for request in surgery.reader.sent if isinstance(request, ExamineCloud)]


def test_a_cloud_is_looked_over_once_when_it_is_there(surgery: Surgery) -> None:
    (asked,) = examined(surgery)
    assert (asked.fixes, asked.up, asked.format) == ((), "+y", "ply")
    report = surgery.store.state.doctor.report
    assert report is not None
    assert [finding.fix for finding in report.findings] == [STRAYS]


def test_a_fix_changes_what_the_model_is_sent_and_undo_brings_it_back_unasked(surgery: Surgery) -> None:
    whole = surgery.store.state.cloud
    assert whole is not None
    surgery.bench.toggle_patch(0)
    by_hand = surgery.store.state.mask.hidden
    surgery.doctor.fix(STRAYS)
    assert surgery.store.state.mask.hidden is None  # patches will lie elsewhere
    surgery.settle()
    state = surgery.store.state
    assert state.cloud is not None
    np.testing.assert_array_equal(state.cloud.points, whole.points[4:])
    np.testing.assert_array_equal(surgery.asked(PrepareCloud)[-1].points.numpy(), whole.points[4:])
    assert state.doctor.report is not None
    assert (state.doctor.report.removed, state.doctor.report.findings) == ((4,), ())
    assert state.can_undo == "remove strays"
    asked = len(examined(surgery))
    surgery.store.undo()
    surgery.settle()
    state = surgery.store.state
    assert state.cloud is whole
    assert state.mask.hidden == by_hand
    assert state.prepared is not None
    assert len(examined(surgery)) == asked
    surgery.store.redo()
    surgery.settle()
    assert surgery.store.state.cloud is not whole


def test_fixes_come_in_order_and_any_of_them_can_be_taken_back(surgery: Surgery) -> None:
    for fix in (STRAYS, Fix("duplicates")):
        surgery.doctor.fix(fix)
        surgery.settle()
    assert examined(surgery)[-1].fixes == (STRAYS, Fix("duplicates"))
    whole = surgery.store.state.doctor.original
    assert whole is not None
    assert surgery.store.state.cloud is not None
    assert len(surgery.store.state.cloud.points) == len(whole.points) - 8
    surgery.doctor.unfix(0)
    surgery.settle()
    assert surgery.store.state.doctor.treatment.fixes == (Fix("duplicates"),)
    assert surgery.store.state.can_undo == "not remove strays"


def test_a_fix_can_be_done_again_for_it_may_find_more(surgery: Surgery) -> None:
    for _ in range(2):
        surgery.doctor.fix(STRAYS)
        surgery.settle()
    assert examined(surgery)[-1].fixes == (STRAYS, STRAYS)
    assert surgery.store.state.doctor.treatment.fixes == (STRAYS, STRAYS)


def test_a_fix_that_cannot_be_applied_is_taken_back_with_a_sentence(surgery: Surgery) -> None:
    whole = surgery.store.state.cloud
    surgery.doctor.fix(Fix("crop", low=(9, 9, 9), high=(9, 9, 9)))
    surgery.flush()
    surgery.qtbot.waitUntil(lambda: bool(surgery.store.state.notices))
    state = surgery.store.state
    assert state.notices[-1].sentence == "The fix (crop) would leave none of 40 points."
    assert state.doctor.treatment == Treatment()
    assert state.cloud is whole


def test_the_way_up_is_told_to_the_model_and_undone(surgery: Surgery) -> None:
    before = surgery.store.state.mask
    surgery.doctor.set_up("+z")
    surgery.qtbot.waitUntil(lambda: surgery.asked(PrepareCloud)[-1].up == "+z")
    assert surgery.store.state.mask == before  # the same patches, turned
    surgery.store.undo()
    surgery.qtbot.waitUntil(lambda: surgery.asked(PrepareCloud)[-1].up == "auto")


def test_another_cloud_begins_untreated_and_undo_knows_nothing_of_the_old_fixes(surgery: Surgery) -> None:
    surgery.doctor.fix(STRAYS)
    surgery.settle()
    surgery.library.open_paths(["/x/other.ply"])
    surgery.qtbot.waitUntil(lambda: surgery.store.state.cloud is not None and surgery.store.state.cloud.key == "/x/other.ply")
    surgery.settle()
    assert surgery.store.state.doctor.treatment == Treatment()
    assert "strays" not in surgery.store.state.can_undo


@pytest.mark.parametrize("up", ["+x", "-x", "+y", "-y", "+z", "-z"])
def test_the_way_up_of_a_turned_cloud_is_told_in_the_files_axes(up: str) -> None:
    """A cloud that stands with ``up`` on top, laid on a side: the file's direction on top then is found by following it."""
    direction = np.zeros(3)
    direction["xyz".index(up[1])] = 1.0 if up[0] == "+" else -1.0
    third = np.array([0.0, 0, 1]) if abs(direction[2]) < 0.5 else np.array([1.0, 0, 0])
    stood = np.stack([np.cross(direction, third), direction, third])  # takes the direction to +y
    assert doctoring.way_up(np.eye(3), stood) == up
    upside_down = np.diag([1.0, -1, -1])
    assert doctoring.way_up(upside_down, stood) == ("-" if up[0] == "+" else "+") + up[1]
