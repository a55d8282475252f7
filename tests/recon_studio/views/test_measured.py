import gc

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.recon_studio.access import nameless
from tests.recon_studio.scenery import answered_state


@pytest.mark.window
def test_ctrl_m_opens_the_cloud_in_its_own_units_and_closing_hides_it(window, qtbot):
    action = window.actions_by_name["measured"]
    assert "Ctrl+M" in action.toolTip()
    state = answered_state()
    window.show_state(None, state)
    assert action.isEnabled()
    action.trigger()  # keys reach only an active window, and a bare screen activates none
    view = window.measured
    assert view is not None
    with qtbot.waitSignal(view.drawn, timeout=30_000):
        pass
    assert view.isVisible()
    assert view.plotter.actors
    assert nameless(view) == []
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    qtbot.keyClick(view.focusWidget() or view, Qt.Key.Key_Escape)
    assert not view.isVisible()
    first = view.plotter
    window.show_measured()
    assert window.measured is view
    assert view.plotter is first  # the interactor is kept, not made again
    view.close()


@pytest.mark.window
def test_what_came_in_is_kept_from_the_collector(window, qtbot):
    window.show_state(None, answered_state())
    before = gc.get_freeze_count()
    window.show_measured()
    with qtbot.waitSignal(window.measured.drawn, timeout=30_000):
        pass
    assert gc.get_freeze_count() > before
    window.measured.close()


@pytest.mark.window
def test_a_cloud_is_drawn_once_and_keys_change_nothing(window, qtbot):
    window.show_state(None, answered_state())
    window.show_measured()
    view = window.measured
    with qtbot.waitSignal(view.drawn, timeout=30_000):
        pass
    images = []
    view.plotter.ren_win.AddObserver("StartEvent", lambda *_: images.append(1))
    qtbot.waitUntil(lambda: view.plotter.render() or bool(images), timeout=30_000)  # it has its OpenGL
    QApplication.processEvents()  # and Qt has painted what that asked for
    images.clear()
    with qtbot.waitSignal(view.drawn, timeout=30_000):
        window.show_measured()
        window.show_measured()  # in one breath: the newer wish is drawn, the older not
    assert len(images) == 1
    (actor,) = (each for each in view.plotter.actors.values() if each.IsA("vtkActor") and not each.IsA("vtkCubeAxesActor"))
    assert view.plotter.updatesEnabled()
    for key in "wsp3eq":
        qtbot.keyClicks(view.plotter, key)
    assert actor.GetProperty().GetRepresentationAsString() == "Points"
    assert not view.plotter.ren_win.GetStereoRender()
    assert view.isVisible()
    view.close()
    images.clear()
    with qtbot.waitSignal(view.drawn, timeout=30_000):
        window.show_measured()
        assert view._turn.isActive() == view.windowHandle().isExposed()  # what is drawn before would be drawn again
    assert len(images) == 1  # what it held before it was closed is not drawn once more
    view.close()


@pytest.mark.window
def test_a_minimised_window_comes_to_the_front_and_draws(window, qtbot):
    window.show_state(None, answered_state())
    window.show_measured()
    view = window.measured
    with qtbot.waitSignal(view.drawn, timeout=30_000):
        pass
    view.showMinimized()
    qtbot.waitUntil(view.isMinimized)
    with qtbot.waitSignal(view.drawn, timeout=30_000):
        window.show_measured()
    assert not view.isMinimized()
    assert view.windowHandle().isExposed()
    view.close()
