import pytest

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
    view.close()
    assert not view.isVisible()
    first = view.plotter
    window.show_measured()
    assert window.measured is view
    assert view.plotter is first  # the interactor is kept, not made again
    view.close()


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
    images.clear()
    window.show_measured()
    assert len(images) == 1
    actor = next(iter(view.plotter.actors.values()))
    for key in "wsp3eq":
        qtbot.keyClicks(view.plotter, key)
    assert actor.GetProperty().GetRepresentationAsString() == "Points"
    assert not view.plotter.ren_win.GetStereoRender()
    assert view.isVisible()
    view.close()
