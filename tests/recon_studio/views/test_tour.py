"""The tour points at what it speaks of, goes by keys and clicks, and can be left at any time."""

from PySide6.QtCore import QPoint, Qt

from recon_studio.views.tour import TourOffer


def test_every_hint_is_beside_what_it_speaks_of_and_within_the_window(window, qtbot):
    for size in ((1024, 640), (1920, 1080)):
        window.resize(*size)
        window.guide.take()
        tour = window.guide.tour
        seen = []
        for _ in range(20):
            hole, card = tour.hole(), tour.card.geometry()
            assert window.rect().contains(card)
            assert hole.width() > 20
            assert not card.intersects(hole) or hole.width() * hole.height() > card.width() * card.height()
            seen.append(tour.title.text())
            if window.guide.tour is None or tour.next.text() == "Done":
                break
            qtbot.keyClick(tour, Qt.Key.Key_Right)
        assert len(set(seen)) == len(seen) >= 6
        with qtbot.waitSignal(window.guide.settled):
            qtbot.keyClick(tour, Qt.Key.Key_Return)
        assert window.guide.tour is None


def test_it_can_go_back_be_clicked_through_and_be_left(window, qtbot):
    window.guide.take()
    tour = window.guide.tour
    assert not tour.back.isEnabled()
    qtbot.mouseClick(tour, Qt.MouseButton.LeftButton, pos=QPoint(5, tour.height() - 5))
    assert tour.place == 1
    qtbot.keyClick(tour, Qt.Key.Key_Left)
    assert tour.place == 0
    qtbot.keyClick(tour.next, Qt.Key.Key_Right)  # the button that has the keyboard passes the arrows on
    assert tour.place == 1
    qtbot.keyClick(tour.next, Qt.Key.Key_Left)
    assert tour.place == 0
    with qtbot.waitSignal(window.guide.settled):
        qtbot.keyClick(tour, Qt.Key.Key_Escape)


def test_a_newcomer_is_asked_once_and_may_decline(window, qtbot):
    window.guide.offer()
    offer = window.guide.offered
    assert offer.isVisible()
    with qtbot.waitSignal(window.guide.settled):
        offer.later.click()
    window.guide.offer()
    (again,) = [each for each in window.findChildren(TourOffer) if each.isVisible()]
    again.take.click()
    assert window.guide.tour is not None
    window.guide.tour.leave()
