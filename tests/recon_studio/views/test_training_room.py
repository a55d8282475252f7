"""The training room's widgets: they show a state, and emit what is wanted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from recon_model.runs.log import RunLog
from recon_model.serve.messages.training import Device
from recon_studio.state import training
from recon_studio.state.app_state import AppState, Item
from recon_studio.state.training import FollowedRun, NewRun, Probe, Stored, TrainingState
from recon_studio.views.finetune_dialog import FinetuneDialog
from recon_studio.views.training_room import EMPTY, FORM, RUN, TrainingRoom, taught
from tests.recon_model.runs.test_log import line
from tests.recon_studio.maps import clouds, laid_out
from tests.recon_studio.pointer import move
from tests.recon_studio.rig import pixels
from tests.recon_studio.run_folders import CONFIG, LINES

DEVICES = (Device("cuda:0", "NVIDIA RTX", 20_000_000_000, 25_000_000_000), Device("cpu", "CPU, 2 cores", 5_000_000_000, 8_000_000_000))


def run(*more: str, running: bool = True, **changes: object) -> FollowedRun:
    return FollowedRun(**{"path": "/runs/a", "config": CONFIG, "log": RunLog().after([*LINES, *more]), "running": running, **changes})


def state(*runs: FollowedRun, **changes: object) -> AppState:
    return AppState(room="training", training=TrainingState(runs=runs, current=runs[0].path if runs else None, **changes))


def probe(shift: float) -> Probe:
    """A line of points that were seen, and hidden ones beside it, rebuilt further off the larger the shift."""
    visible = np.zeros((1, 4, 8, 3), np.float32)
    visible[..., 1] = np.linspace(-1, 1, 32).reshape(4, 8)
    hidden = visible + np.array([0.8, 0, 0], np.float32)
    return Probe(1, ("rod",), (0.1,), visible, hidden, hidden + np.float32([shift, 0, 0]))


@pytest.fixture
def room(qtbot: QtBot) -> TrainingRoom:
    made = TrainingRoom()
    qtbot.addWidget(made)
    made.resize(1010, 690)
    made.show()
    yield made  # type: ignore[misc]
    made.shut()


def show(room: TrainingRoom, new: AppState, old: AppState | None = None) -> AppState:
    room.show_state(old, new)
    return new


def click(widget: QPushButton | QToolButton) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_a_newcomer_finds_one_button(room: TrainingRoom, qtbot: QtBot) -> None:
    show(room, state())
    assert room.stack.currentIndex() == EMPTY
    assert "about two minutes" in room.quick.text()
    with qtbot.waitSignal(room.quickRequested):
        click(room.quick)


@pytest.mark.parametrize(
    ("shown", "visible"),
    [
        (run(), {"pause", "stop", "discard"}),
        (run(line("pause")), {"continue", "stop", "discard"}),
        (run(line("stop"), running=False), {"resume", "discard"}),
        (run(running=False), {"resume", "discard"}),
        (run(line("done", seconds=1.0), running=False), {"discard"}),
        (run(line("out_of_memory", batch_size=8, device="cpu"), running=False), {"resume", "retry", "discard"}),
        (run(running=False, starting=True), {"discard"}),
    ],
    ids=["training", "paused", "stopped", "broken off", "done", "out of memory", "starting"],
)
def test_only_what_can_be_asked_of_a_run_is_offered(room: TrainingRoom, shown: FollowedRun, visible: set[str]) -> None:
    show(room, state(shown))
    assert {name for name, button in room.head.buttons.items() if not button.isHidden()} == visible


def test_a_button_asks_for_its_run_and_rests_until_it_is_answered(room: TrainingRoom, qtbot: QtBot) -> None:
    before = show(room, state(run()))
    with qtbot.waitSignal(room.pauseRequested) as asked:
        click(room.head.buttons["pause"])
    assert asked.args == ["/runs/a"]
    show(room, state(run(asked="pause")), before)
    assert not room.head.buttons["pause"].isEnabled()
    assert "answers after its present step" in room.head.buttons["pause"].toolTip()
    assert room.head.doing.text() == "Pausing after this step…"


def test_progress_shows_the_data_then_steps_speed_and_time_left(room: TrainingRoom) -> None:
    before = show(room, state(FollowedRun("/runs/a", CONFIG, RunLog().after([LINES[0], line("data", made=2, wanted=5)]), True)))
    assert room.head.doing.text() == "Preparing data 40 %"
    assert room.head.bar.value() == 400
    show(room, state(run()), before)
    assert room.head.facts.text().startswith("4 of 12 steps · 50 clouds a second · 5 s left")
    assert room.head.bar.value() == 333


def test_a_discarded_run_is_asked_about_first(room: TrainingRoom, qtbot: QtBot) -> None:
    show(room, state(run()))
    discarded = []
    room.discardRequested.connect(discarded.append)
    click(room.head.buttons["discard"])
    assert room.head.asking.defaultButton().text() == "Keep it"
    room.head.asking.close()
    assert discarded == []
    click(room.head.buttons["discard"])
    (yes,) = [button for button in room.head.asking.buttons() if button.text() == "Discard"]
    yes.click()
    assert discarded == ["/runs/a"]


def test_curves_hold_each_part_raw_and_smooth_and_the_best_epoch(room: TrainingRoom) -> None:
    show(room, state(run()))
    assert list(room.curves._buttons) == ["total", "reconstruction"]
    raw, smooth, judged = room.curves._items["reconstruction"]
    assert raw.getOriginalDataset()[1].tolist() == [2.0, 1.5]
    assert smooth.getOriginalDataset()[1][0] == 2.0
    assert judged.getOriginalDataset()[0].tolist() == [4]
    assert [best.value() for best in room.curves._best] == [4, 4]
    assert room.curves.value.text() == "★ best: 50.0 % in epoch 1"
    click(room.curves._buttons["total"])
    assert [item.isVisible() for item in room.curves._items["total"]] == [False] * 3
    room.curves.log_scale.click()
    assert not raw.opts["logMode"][1]


def test_no_menu_of_the_plots_library_shows(room: TrainingRoom) -> None:
    show(room, state(run()))
    assert not [menu for menu in room.findChildren(QMenu) if menu.isVisible()]


def test_curves_of_another_run_take_the_place_of_the_first(room: TrainingRoom) -> None:
    before = show(room, state(run()))
    other = FollowedRun("/runs/b", CONFIG, RunLog().after([LINES[0], '{"event": "step", "step": 1, "losses": {"classification": 1.0}}']))
    show(room, state(other), before)
    assert list(room.curves._items) == ["classification"]
    assert not any(line.isVisible() for line in room.curves._best)


def test_the_probe_stands_still_while_its_points_fly_in(room: TrainingRoom) -> None:
    show(room, state(run(), probe=probe(0.0)))
    picture = room.probe.picture
    near = pixels(picture)
    grey = (np.ptp(near.astype(int), axis=2) < 40) & (near.mean(axis=2) < 215)
    room.probe.picture.show_probe(probe(0.3), 0, "light", truth=False)
    far = pixels(picture)
    assert grey.sum() > 100
    assert (np.abs(near[grey].astype(int) - far[grey].astype(int)).max(axis=1) < 12).mean() > 0.9  # what was seen stays in its place
    assert (near != far).any()
    room.probe.truth.click()
    np.testing.assert_array_equal(pixels(picture), near)


def test_the_probe_turns_by_hand(room: TrainingRoom) -> None:
    show(room, state(run(), probe=probe(0.0)))
    picture = room.probe.picture
    before = pixels(picture)
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    move(picture, QPoint(160, 100))
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=QPoint(160, 100))
    assert (pixels(picture) != before).any()


def test_the_probe_is_chosen_and_turned_by_keys(room: TrainingRoom, qtbot: QtBot) -> None:
    one = probe(0.0)
    parts = (np.repeat(part, 2, axis=0) for part in (one.visible, one.hidden, one.rebuilt))
    show(room, state(run(), probe=Probe(1, ("rod", "pole"), (0.1, 0.2), *parts)))
    room.activateWindow()
    qtbot.waitUntil(room.isActiveWindow)
    for key, place in ((Qt.Key.Key_Space, 1), (Qt.Key.Key_Return, 0)):
        small = room.probe.small[place]
        assert small.focusPolicy() & Qt.FocusPolicy.TabFocus
        unframed = pixels(small)
        small.setFocus(Qt.FocusReason.TabFocusReason)
        assert (pixels(small) != unframed).any()  # one sees where the keyboard is
        QTest.keyClick(small, key)
        assert [picture.selected for picture in room.probe.small[:2]] == [place == 0, place == 1]
    picture = room.probe.picture
    picture.setFocus(Qt.FocusReason.TabFocusReason)
    before = picture.camera
    QTest.keyClick(picture, Qt.Key.Key_Right)
    assert picture.camera.azimuth < before.azimuth
    QTest.keyClick(picture, Qt.Key.Key_Left)
    QTest.keyClick(picture, Qt.Key.Key_Down)
    assert picture.camera.elevation > before.elevation


def test_the_slider_runs_through_epochs_and_follows_the_newest_at_its_end(room: TrainingRoom, qtbot: QtBot) -> None:
    shots = [line("probe", epoch=number, file=f"probes/epoch-{number:04d}.npy", names=["rod"], chamfer=[0.1]) for number in (0, 1, 2)]
    show(room, state(run(*shots), probe=probe(0.0)))
    assert room.probe.slider.value() == 2
    with qtbot.waitSignal(room.shotChosen) as chosen:
        room.probe.slider.setValue(0)
    assert chosen.args == [0]
    with qtbot.waitSignal(room.shotChosen) as chosen:
        room.probe.slider.setValue(2)
    assert chosen.args == [None]
    room.probe.play.click()
    assert room.probe.slider.value() == 0
    room.probe._next()
    assert room.probe.slider.value() == 1
    room.probe.play.click()
    assert not room.probe._timer.isActive()


def test_the_table_offers_what_each_file_allows(room: TrainingRoom, qtbot: QtBot) -> None:
    evaluation = run().log.best
    best = Stored("/runs/a/best.safetensors", "best", 4_100_000, 1, evaluation)
    spare = Stored("/runs/a/checkpoints/epoch-0001.safetensors", "epoch 1", 4_100_000, 1, evaluation, spare=True)
    before = show(room, state(run(stored=(best, spare))))
    buttons = {button.accessibleName(): button for button in room.table.findChildren(QToolButton)}
    assert not buttons["Pin: best"].isEnabled()
    assert "always stay" in buttons["Delete: best"].toolTip()
    with qtbot.waitSignal(room.benchRequested) as wanted:
        click(buttons["Open on the bench: best"])
    assert wanted.args == [best.path]
    with qtbot.waitSignal(room.compareRequested):
        click(buttons["Compare: epoch 1"])
    with qtbot.waitSignal(room.pinToggled) as pinned:
        click(buttons["Pin: epoch 1"])
    assert pinned.args == [spare.path, True]
    show(room, state(run(stored=(best, replace(spare, pinned=True)))), before)
    buttons = {button.accessibleName(): button for button in room.table.findChildren(QToolButton)}
    assert not buttons["Delete: epoch 1"].isEnabled()
    assert "unpin it first" in buttons["Delete: epoch 1"].toolTip()


def test_the_form_says_what_will_be_written_where_and_starts_it(room: TrainingRoom, qtbot: QtBot, tmp_path: Path) -> None:
    show(room, state(planning=True, devices=DEVICES, home=str(tmp_path)))
    form = room.form
    assert room.stack.currentIndex() == FORM
    assert form.out.text() == str(tmp_path / "quick-look")
    assert "About 4.0 MB a checkpoint" in form.cost.text()
    assert form.device.itemText(1) == "NVIDIA RTX · 20.0 GB of 25.0 GB free"
    assert not form.model_size.isEnabled()
    form.recipe.setCurrentIndex(2)
    form.model_size.setCurrentIndex(1)
    form.device.setCurrentIndex(2)
    form.epochs.setValue(5)
    assert form.out.text() == str(tmp_path / "small")
    with qtbot.waitSignal(room.startRequested) as started:
        click(form.start)
    assert started.args == [NewRun(str(tmp_path / "small"), "published", "small", "synthetic", "cpu", 5)]


def test_the_form_says_why_a_run_cannot_be_started(room: TrainingRoom, tmp_path: Path) -> None:
    show(room, state(planning=True, home=str(tmp_path)))
    form = room.form
    form.data.setCurrentIndex(1)
    assert not form.start.isEnabled()
    assert "Choose the data first." in form.start.toolTip()
    form.path.setText("/no/such")
    assert "The data is not there." in form.start.toolTip()
    form.path.setText(str(tmp_path))
    assert form.start.isEnabled()
    (tmp_path / "config.json").touch()
    form.out.selectAll()
    QTest.keyClicks(form.out, str(tmp_path))
    assert "already holds a run" in form.start.toolTip()


def test_runs_are_listed_with_what_they_do(room: TrainingRoom, qtbot: QtBot) -> None:
    other = FollowedRun("/runs/b", problem="The folder is gone.")
    show(room, state(run(), other))
    assert room.runs._rows[0]._words.text() == "training · 33 %"
    assert room.runs._rows[1]._words.text() == training.WORDS["failed"]
    assert not room.runs.forget.isEnabled()
    with qtbot.waitSignal(room.runChosen) as chosen:
        room.runs.list.setCurrentRow(1)
    assert chosen.args == ["/runs/b"]
    assert room.stack.currentIndex() == RUN


def test_labelled_clouds_are_taught_and_others_left_out(qtbot: QtBot) -> None:
    items = [Item(f"/x/{number}.ply", str(number), label="mug" if number < 2 else "cup", tags=("old",)) for number in range(4)]
    items.append(Item("/x/bare.ply", "bare"))
    dialog = FinetuneDialog(items, "all clouds of the library")
    qtbot.addWidget(dialog)
    assert dialog.counts.text() == "4 clouds, 2 names: mug 2, cup 2"
    with qtbot.waitSignal(dialog.wanted) as wanted:
        dialog.start.click()
    assert wanted.args == [[f"/x/{number}.ply" for number in range(4)], ["mug", "mug", "cup", "cup"], "linear"]
    again = FinetuneDialog(items, "all clouds of the library")
    qtbot.addWidget(again)
    again.source.setCurrentIndex(1)
    assert not again.start.isEnabled()
    assert "Two names with two clouds each" in again.start.toolTip()


def test_names_are_taught_only_where_clouds_have_some(room: TrainingRoom) -> None:
    bare = show(room, state())
    assert "Tag clouds of the library first" in room.runs.names.toolTip()
    items = tuple(Item(f"/x/{number}.ply", str(number), tags=("a",)) for number in range(4))
    show(room, replace(bare, items=items), bare)
    room.runs.names.click()
    assert room.dialog.counts.text() == "4 clouds, 1 name: a 4"
    room.dialog.reject()


def test_what_is_selected_on_the_map_is_taught_before_the_whole_library() -> None:
    projection = laid_out(clouds(12))
    chosen = np.zeros(12, np.bool_)
    chosen[[2, 5]] = True
    plain = AppState(items=(Item("/x/a.ply", "a"),))
    assert taught(plain) == ([Item("/x/a.ply", "a")], "all clouds of the library")
    items, which = taught(replace(plain, map=replace(plain.map, projection=projection, selected=chosen)))
    assert [(item.key, item.label) for item in items] == [(projection.clouds.keys[row], projection.clouds.labels[row]) for row in (2, 5)]
    assert which == "the 2 clouds selected on the map"
