"""The views by mouse and keys: layouts, menus, ranges, cameras, the truth behind a key."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QMouseEvent
from PySide6.QtTest import QTest

from recon_studio.scene.bench import Bench
from recon_studio.scene.colours import GROUNDS
from recon_studio.scene.resolve import Resolver
from recon_studio.state import viewing
from recon_studio.state.app_state import Rival
from recon_studio.state.view_state import LAYOUTS, MOST_TILES, TileChoice
from recon_studio.views.bench_view import BenchView
from recon_studio.views.colour_bar import BarPlace
from recon_studio.views.theme import SMALL, text_font
from recon_studio.views.tile import caption_within
from tests.recon_studio.pointer import double_click, move
from tests.recon_studio.scenery import CORNERS, answered_state

LEFT = Qt.MouseButton.LeftButton


def show(window, state, old=None):
    window.show_state(old if old is not None else answered_state(), state)
    return state


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier):
    window.bench.setFocus()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, key, modifier)


def drag(qtbot, tile):
    by = QPoint(60, 20)
    at = tile.image_rect().center()
    qtbot.mousePress(tile, LEFT, pos=at)
    for step in (0.3, 0.6, 1.0):
        move(tile, at + QPoint(round(by.x() * step), round(by.y() * step)))
    qtbot.mouseRelease(tile, LEFT, pos=at + by)


def menu_of(tile):
    menu = tile.title.menu()
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


@pytest.mark.parametrize("count", range(1, MOST_TILES + 1))
def test_every_number_of_views_fills_the_room_without_overlap(window, qtbot, count):
    state = answered_state()
    tiles = tuple(TileChoice("input", "patch") for _ in range(count))
    show(window, replace(state, views=replace(state.views, tiles=tiles)))
    qtbot.waitUntil(lambda: len(window.bench.tiles) == count and all(tile.isVisible() for tile in window.bench.tiles))
    window.bench.layout().activate()
    areas = [tile.geometry() for tile in window.bench.tiles]
    assert not any(a.intersects(b) for at, a in enumerate(areas) for b in areas[at + 1 :])
    assert sum(area.width() * area.height() for area in areas) > 0.9 * window.bench.width() * window.bench.height()
    window.start_views()
    window.bench.render_sharp()
    for place, tile in enumerate(window.bench.tiles):
        area = tile.image_rect()
        (at,), _ = window.bench.camera.project(CORNERS[7][None], area.width(), area.height())
        found = tile.grab().toImage().pixelColor(round(area.x() + at[0]), round(area.y() + at[1]))
        assert (found.red(), found.green(), found.blue()) != GROUNDS["light"].background, place


@pytest.mark.parametrize("shading", ["lit", "eye_dome"])
def test_one_large_view_at_rest_is_sharp_though_its_bands_take_turns(window, qtbot, monkeypatch, shading):
    monkeypatch.setattr("recon_studio.views.bench_view._PATIENCE", 60.0)  # slow machines are spared sharp images, but not this one
    monkeypatch.setattr("recon_studio.scene.bench.AT_ONCE", 100_000)
    refined = []
    refine = Bench.refine
    monkeypatch.setattr(Bench, "refine", lambda bench, seconds: refined.append(seconds) or refine(bench, seconds))
    state = answered_state()
    state = replace(state, views=replace(state.views, tiles=state.views.tiles[1:2], shading=shading))
    show(window, state)
    window.start_views()
    qtbot.waitUntil(lambda: window.bench.complete, timeout=20_000)
    tile = window.bench.tiles[0]
    at_rest = tile.grab(tile.image_rect()).toImage()
    assert len(refined) > 4
    window.bench.render_sharp()
    apart = [
        abs(at_rest.pixelColor(x, y).lightness() - now.pixelColor(x, y).lightness())
        for now in [tile.grab(tile.image_rect()).toImage()]
        for x in range(0, now.width(), 5)
        for y in range(0, now.height(), 5)
    ]
    assert np.mean(np.array(apart) > 8) < 0.002
    window.bench._render(1)
    plain = tile.grab(tile.image_rect()).toImage()
    assert sum(at_rest.pixel(x, y) != plain.pixel(x, y) for x in range(0, plain.width(), 5) for y in range(0, plain.height(), 5)) > 20


def test_narrower_views_still_hold_the_whole_cloud_and_wider_ones_come_near_again(window, qtbot):
    state = answered_state()
    cloud = Resolver()(state).whole
    before = window.bench.camera
    with qtbot.waitSignal(window.bench.camerasFramed):
        show(window, viewing.lay_out(state, "six"))
    area = min((tile.image_rect() for tile in window.bench.tiles), key=lambda area: area.width())
    for turn in (0, 45, 90, 135):
        pixels, _ = window.bench.camera.orbited(turn, 0).project(cloud, area.width(), area.height())
        assert pixels.min() > -2
        assert (pixels.max(axis=0) < np.array([area.width(), area.height()]) + 2).all()
    assert window.bench.camera.azimuth == before.azimuth
    show(window, state, viewing.lay_out(state, "six"))
    assert window.bench.camera.distance == pytest.approx(before.distance, rel=1e-3)


def test_layouts_are_keys_away(window, qtbot):
    for key, layout in ((Qt.Key.Key_1, "one"), (Qt.Key.Key_2, "two"), (Qt.Key.Key_4, "four"), (Qt.Key.Key_6, "six")):
        with qtbot.waitSignal(window.bench_room.view_actions.layoutChosen) as chosen:
            press(qtbot, window, key, Qt.KeyboardModifier.AltModifier)
        assert chosen.args == [layout]


def test_the_title_is_a_menu_of_what_can_be_shown_and_why_the_rest_cannot(window, qtbot):
    state = answered_state()
    show(window, replace(state, selected_patch=1))
    entries = menu_of(window.bench.tiles[0])
    assert entries["Input"].isChecked()
    assert entries["Patch"].isChecked()
    assert not entries["The file's colours"].isEnabled()
    assert entries["The file's colours"].toolTip().endswith("The file holds no colours.")
    assert not entries["Model A − model B"].isEnabled()
    assert "Open a model as B" in entries["Model A − model B"].toolTip()
    with qtbot.waitSignal(window.bench.showChosen) as shown:
        entries["Difference to truth"].trigger()
    assert shown.args == [0, "difference"]
    with qtbot.waitSignal(window.bench.colourChosen) as coloured:
        entries["Height"].trigger()
    assert coloured.args == [0, "height"]
    with qtbot.waitSignal(window.bench.tileClosed) as closed:
        entries["Close this view"].trigger()
    assert closed.args == [0]
    one = replace(state, views=replace(state.views, tiles=LAYOUTS["one"]))
    show(window, one)
    assert not menu_of(window.bench.tiles[0])["Close this view"].isEnabled()


def test_a_menu_keeps_nothing_of_the_times_it_was_open_before(window, qapp):
    show(window, answered_state())
    menu = window.bench.tiles[0]._menu
    counts = []
    for _ in range(3):
        menu_of(window.bench.tiles[0])
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        counts.append(len(menu.findChildren(QObject)))
    assert counts[0] == counts[1] == counts[2]


def test_an_end_of_a_colour_bar_is_typed_and_a_double_click_lets_it_go(window, qtbot):
    tile = window.bench.tiles[2]
    place = BarPlace(tile.inner_rect())
    with qtbot.assertNotEmitted(window.patchPicked):
        qtbot.mouseClick(tile, LEFT, pos=place.ends["high"].adjusted(40, 0, 0, 0).center().toPoint())
    assert tile._field.isVisible()
    assert float(tile._field.text()) == pytest.approx(0.004)
    QTest.keyClicks(tile._field, "abc")
    with qtbot.assertNotEmitted(window.bench.rangeSet):
        QTest.keyClick(tile._field, Qt.Key.Key_Return)
    tile._field.selectAll()
    QTest.keyClicks(tile._field, "0,002")
    with qtbot.waitSignal(window.bench.rangeSet) as chosen:
        QTest.keyClick(tile._field, Qt.Key.Key_Return)
    assert chosen.args == ["error", 0.0, 0.002]
    assert not tile._field.isVisible()
    with qtbot.waitSignal(window.bench.rangeReset) as reset:
        double_click(tile, place.strip.center().toPoint())
    assert reset.args == ["error"]


def test_the_ends_of_a_colour_bar_are_set_and_let_go_by_keys_alone(window, qtbot):
    tile = window.bench.tiles[2]
    assert "Set the upper end…" not in menu_of(window.bench.tiles[0])  # its colours name patches
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for entry, text, ends in (("Set the upper end…", "0.002", (0.0, 0.002)), ("Set the lower end…", "0.001", (0.001, 0.004))):
        tile.title.setFocus()
        _choose(tile, entry)
        assert tile._field.hasFocus()
        QTest.keyClicks(tile._field, text)
        with qtbot.waitSignal(window.bench.rangeSet) as chosen:
            QTest.keyClick(tile._field, Qt.Key.Key_Return)
        assert chosen.args == ["error", *map(pytest.approx, ends)]
        assert tile.title.hasFocus()
    follows = menu_of(tile)["Follow the values"]
    assert not follows.isEnabled()
    assert "already" in follows.toolTip()
    state = answered_state()
    show(window, viewing.set_range(state, "error", 0.0, 0.002))
    with qtbot.waitSignal(window.bench.rangeReset) as reset:
        _choose(tile, "Follow the values")
    assert reset.args == ["error"]


def _choose(tile, entry):
    """Opens the menu in a view's title by the space bar, goes to an entry, and takes it by Enter."""

    def go():
        menu = tile.title.menu()
        for action in menu.actions():
            if action.text() == entry:
                menu.setActiveAction(action)
        QTest.keyClick(menu, Qt.Key.Key_Return)
        menu.close()  # if there was no such entry

    QTimer.singleShot(0, go)  # the menu has an event loop of its own
    QTest.keyClick(tile.title, Qt.Key.Key_Space)


def test_a_drag_is_told_once_when_it_ends(window, qtbot):
    told = []
    window.bench.camerasMoved.connect(lambda cameras, label, drag: told.append((cameras, label, drag)))
    before = window.bench.camera
    drag(qtbot, window.bench.tiles[0])
    drag(qtbot, window.bench.tiles[3])
    assert [label for _, label, _ in told] == ["turn the view"] * 2
    assert told[0][2] != told[1][2]
    assert told[1][0] == (window.bench.camera,) != (before,)


def test_a_view_may_go_while_it_is_dragged(window):
    state = answered_state()
    show(window, state)
    gone = window.bench.tiles[3]
    at, nothing = gone.image_rect().center(), Qt.MouseButton.NoButton

    def event(kind, by, button):
        return QMouseEvent(kind, QPointF(at + QPoint(by, 0)), QPointF(at), button, LEFT, Qt.KeyboardModifier.ShiftModifier)

    gone.pressed.emit(event(QEvent.Type.MouseButtonPress, 0, LEFT))
    gone.moved.emit(event(QEvent.Type.MouseMove, 30, nothing))
    show(window, replace(state, views=replace(state.views, tiles=LAYOUTS["one"])), state)
    before = window.bench.camera
    gone.moved.emit(event(QEvent.Type.MouseMove, 60, nothing))
    assert window.bench.camera == before
    gone.released.emit(event(QEvent.Type.MouseButtonRelease, 60, LEFT))
    gone.pressed.emit(event(QEvent.Type.MouseButtonPress, 0, LEFT))
    gone.released.emit(event(QEvent.Type.MouseButtonRelease, 0, LEFT))
    assert window.bench.camera == before


def test_an_unlinked_camera_moves_only_its_view(window, qtbot):
    window.start_views()
    state = show(window, viewing.link_cameras(answered_state(), 0))
    assert not window.actions_by_name["link"].isChecked()
    window.bench.render_sharp()
    before = [tile.grab(tile.image_rect()).toImage() for tile in window.bench.tiles]
    drag(qtbot, window.bench.tiles[1])
    window.bench.render_sharp()
    after = [tile.grab(tile.image_rect()).toImage() for tile in window.bench.tiles]
    assert [a != b for a, b in zip(before, after, strict=True)] == [False, True, False, False]
    with qtbot.waitSignal(window.bench_room.view_actions.camerasLinked) as linked:
        press(qtbot, window, Qt.Key.Key_K)
    assert linked.args == [1]
    show(window, viewing.link_cameras(viewing.move_cameras(state, window.bench._cameras), 1), state)
    assert {window.bench.camera_of(place) for place in range(4)} == {window.bench.camera_of(1)}


def test_the_truth_stands_there_while_its_key_is_held(window, qtbot):
    told = []
    actions = window.bench_room.view_actions
    actions.flipped.connect(told.append)
    window.bench.setFocus()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyPress(window, Qt.Key.Key_F)
    assert told == [True]
    flipped = show(window, viewing.flip(answered_state(), True))
    assert window.bench.tiles[2].view.title == "Truth"
    QTest.keyRelease(window, Qt.Key.Key_F)
    assert told == [True, False]
    show(window, viewing.flip(flipped, False), flipped)
    assert window.bench.tiles[2].view.title == "Reconstruction"
    show(window, replace(answered_state(), views=replace(answered_state().views, tiles=LAYOUTS["four"][:2])))
    assert not window.actions_by_name["flip"].isEnabled()
    assert "No view shows a reconstruction" in window.actions_by_name["flip"].toolTip()


def test_the_turntable_turns_until_touched_and_rests_out_of_sight(window, qtbot):
    window.start_views()
    turning = show(window, viewing.turn(answered_state(), True))
    start = window.bench.camera.azimuth
    qtbot.waitUntil(lambda: window.bench.camera.azimuth != start)
    assert window.bench._turn_timer.isActive()
    window.bench.hide()
    assert not window.bench._turn_timer.isActive()
    window.bench.show()
    assert window.bench._turn_timer.isActive()
    with qtbot.waitSignal(window.bench.turningStopped):
        qtbot.mousePress(window.bench.tiles[0], LEFT, pos=QPoint(60, 80))
    qtbot.mouseRelease(window.bench.tiles[0], LEFT, pos=QPoint(60, 80))
    with qtbot.waitSignal(window.bench.camerasMoved) as moved:
        show(window, answered_state(), turning)
    assert moved.args[:2] == [(window.bench.camera,), "turntable"]
    assert not window.bench._turn_timer.isActive()


def test_a_camera_the_state_brings_back_is_taken_and_a_known_cloud_is_not_framed_again(qtbot, window):
    state = answered_state()
    moved = viewing.move_cameras(state, (window.bench.camera.orbited(33, 4),))
    show(window, moved)
    assert window.bench.camera == moved.views.cameras[0]
    bench = BenchView(window)
    saved = replace(moved, views=replace(moved.views, framed=f"{state.current}:prepared"))
    with qtbot.assertNotEmitted(bench.camerasFramed):
        bench.show_state(saved, window.bench._picture)
    assert bench.camera == moved.views.cameras[0]
    with qtbot.waitSignal(bench.camerasFramed):
        bench.show_state(replace(saved, current="/another.ply"), replace(window.bench._picture))
    bench.shut()


def test_points_and_shading_have_actions(window, qtbot):
    actions = window.bench_room.view_actions
    with qtbot.waitSignal(actions.pointsScaled) as scaled:
        window.actions_by_name["larger"].trigger()
    assert scaled.args[0] > 1
    with qtbot.waitSignal(actions.shadingChosen) as shaded:
        window.actions_by_name["eye_dome"].trigger()
    assert shaded.args == ["eye_dome"]
    window.start_views()
    window.bench.render_sharp()
    tile = window.bench.tiles[1]
    plain = tile.grab(tile.image_rect()).toImage()
    show(window, viewing.set_shading(answered_state(), "eye_dome"))
    window.bench.render_sharp()
    assert tile.grab(tile.image_rect()).toImage() != plain
    assert window.actions_by_name["eye_dome"].isChecked()


def test_the_scale_bar_is_as_long_as_it_says(window):
    window.bench._place_rings()
    pixels, words = window.bench.tiles[0]._ruler
    length = float(words.split()[0])
    ends = np.zeros((2, 3), np.float32) + np.array(window.bench.camera.target, np.float32)
    ends[1] += (length / 10.0 * window.bench.camera.axes[0]).astype(np.float32)  # one unit is ten of the file's
    area = window.bench.tiles[0].image_rect()
    places, _ = window.bench.camera.project(ends, area.width(), area.height())
    assert np.linalg.norm(places[1] - places[0]) == pytest.approx(pixels, rel=1e-3)
    assert window.bench.tiles[1]._ruler is None  # one camera, one bar


def test_a_view_is_worked_by_keys_alone(window, qtbot):
    state = answered_state()
    bench = window.bench
    tile = bench.tiles[2]
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    tile.setFocus(Qt.FocusReason.TabFocusReason)
    assert bench.active == 2
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    before = bench.camera
    with qtbot.waitSignal(bench.camerasMoved) as moved:
        qtbot.keyClick(tile, Qt.Key.Key_Right)
    assert moved.args[1] == "turn the view"
    assert bench.camera.azimuth < before.azimuth  # as a drag to the right turns it
    qtbot.keyClick(tile, Qt.Key.Key_Left)
    assert bench.camera.azimuth == pytest.approx(before.azimuth)
    qtbot.keyClick(tile, Qt.Key.Key_Down)
    assert bench.camera.elevation > before.elevation
    qtbot.keyClick(tile, Qt.Key.Key_Plus)
    assert bench.camera.distance < before.distance
    qtbot.keyClick(tile, Qt.Key.Key_Minus)
    qtbot.keyClick(tile, Qt.Key.Key_Right, shift)
    area = tile.image_rect()
    (middle,), _ = bench.camera.project(np.array([before.target], np.float32), area.width(), area.height())
    assert middle[0] > area.width() / 2 + 10
    with qtbot.waitSignal(bench.patchPicked) as picked:
        qtbot.keyClick(tile, Qt.Key.Key_Right, control)
    first = show(window, replace(state, selected_patch=picked.args[0]))
    with qtbot.waitSignal(bench.patchPicked) as picked:
        qtbot.keyClick(tile, Qt.Key.Key_Up, control)
    places, _ = bench.camera.project(CORNERS, area.width(), area.height())
    assert places[picked.args[0], 1] < places[first.selected_patch, 1] - 10
    with qtbot.waitSignal(window.patchToggled) as toggled:
        qtbot.keyClick(tile, Qt.Key.Key_Space)
    assert toggled.args == [first.selected_patch]


def test_the_space_bar_works_the_buttons_of_a_view_though_a_patch_is_selected(window, qtbot):
    show(window, replace(answered_state(), selected_patch=1))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    tile = window.bench.tiles[1]
    with qtbot.assertNotEmitted(window.patchToggled):
        tile._expand.setFocus()
        with qtbot.waitSignal(tile.expandRequested):
            qtbot.keyClick(tile._expand, Qt.Key.Key_Space)
        qtbot.keyClick(tile._expand, Qt.Key.Key_Space)
        tile.title.setFocus()
        _choose(tile, "Close this view")


def test_the_button_that_shows_one_view_names_it(window):
    for tile in window.bench.tiles:
        assert tile._expand.toolTip() == tile._expand.accessibleName() == f"Show only '{tile.view.title}'"


def test_the_keys_of_the_views_leave_other_controls_alone(window, qtbot):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    before = window.bench.camera
    with qtbot.assertNotEmitted(window.patchToggled), qtbot.assertNotEmitted(window.bench.camerasMoved):
        window.toolbar.ratio.setFocus()
        value = window.toolbar.ratio.value()
        qtbot.keyClick(window.toolbar.ratio, Qt.Key.Key_Right)
        assert window.toolbar.ratio.value() == value + 1
        window.words.editor.setFocus()
        qtbot.keyClick(window.words.editor, Qt.Key.Key_Space)
        qtbot.keyClick(window.words.editor, Qt.Key.Key_Plus)
    assert window.words.editor.toPlainText().startswith(" +")
    assert window.bench.camera == before


def test_a_colour_bar_stands_beside_the_image_and_covers_none_of_it(window):
    show(window, viewing.lay_out(answered_state(), "six"))
    barred = [tile for tile in window.bench.tiles if tile.view.bar is not None]
    assert barred
    for tile in barred:
        place = BarPlace(tile.inner_rect())
        assert place.strip.left() - 20 > tile.image_rect().right()
        assert tile.image_rect().width() > 0.7 * tile.width()


@pytest.mark.parametrize("layout", ["six", "versus"])
def test_a_caption_gives_up_parts_before_words_and_words_before_letters(qapp, layout):
    metrics = QFontMetricsF(text_font(SMALL))
    state = answered_state()
    rival = Rival(state.model, "default", replace(state.reconstruction, chamfer=np.zeros(3, np.float32)), 32)
    state = viewing.lay_out(replace(state, rival=rival), layout)
    for view in Resolver()(state).views:
        for room in range(0, 700, 20):
            shown = caption_within(view, metrics, room)
            assert metrics.horizontalAdvance(shown) <= room
            words = shown.rstrip("…").split()
            assert all(word in f"{view.caption} {view.brief}".split() or f"{word}," in view.caption.split() for word in words)
            assert room < 204 or (shown and not shown.endswith("…"))  # six views in the smallest window
        assert caption_within(view, metrics, 2000) == view.caption
