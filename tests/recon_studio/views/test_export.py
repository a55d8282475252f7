"""Pictures at any size show what the views show; plots leave as lines and words."""

import threading
import xml.etree.ElementTree as ET
from dataclasses import replace
from html import escape

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QPushButton
from pytestqt.qtbot import QtBot

from recon_studio.scene.bench import Bench, Rect
from recon_studio.scene.colours import GROUNDS
from recon_studio.state.report import page, printed
from recon_studio.views.colour_bar import COLUMN
from recon_studio.views.export import ALL, WINDOW, PictureDialog
from recon_studio.views.main_window import MainWindow
from recon_studio.views.portrait import Pose, Wanted, group, hung, pictures_for_page, pose, poses_for_page
from recon_studio.views.sitting import Sitting
from recon_studio.views.theme import COLOURS
from tests.recon_studio.scenery import answered_state, known_state


@pytest.fixture
def window(window):
    """With its 3D views begun."""
    window.start_views()
    return window


def _ink(image: QImage, theme: str = "light") -> float:
    ground = GROUNDS[theme].background
    step = max(1, image.width() // 80)
    spots = [image.pixelColor(x, y).getRgb()[:3] != ground for x in range(0, image.width(), step) for y in range(0, image.height(), step)]
    return sum(spots) / len(spots)


def _drawn(window: MainWindow, qtbot: QtBot, *poses: Pose | None) -> list[QImage]:
    assert None not in poses
    seated = Sitting(poses, lambda images: images, window)
    with qtbot.waitSignal(seated.finished, timeout=30_000) as done:
        pass
    return done.args[0]


def test_a_view_is_drawn_at_any_size_with_or_without_words(window, qtbot):
    for wide, tall in ((400, 300), (300, 900), (1600, 200)):
        (image,) = _drawn(window, qtbot, pose(window.bench, 1, "light", Wanted(wide, tall, 1.0, False)))
        assert (image.width(), image.height()) == (wide, tall)
        edge = [image.pixelColor(x, 0).getRgb()[:3] for x in range(wide)]
        assert set(edge) == {GROUNDS["light"].background}  # nothing is cut off
        assert _ink(image) > 0.001
    (worded,) = _drawn(window, qtbot, pose(window.bench, 2, "light", Wanted(600, 500, 2.0)))
    top = [worded.pixelColor(x, y).getRgb()[:3] for x in range(0, 300, 2) for y in range(0, 60, 2)]
    assert len(set(top)) > 1  # its title


def test_the_thread_of_a_sitting_goes_before_it(window, qtbot):
    seated = Sitting((pose(window.bench, 0, "light", Wanted(64, 48, 1.0, False)),), lambda images: images, window)
    left = []
    seated.destroyed.connect(lambda: left.append([each.name for each in threading.enumerate() if each.name.startswith("portraits")]))
    qtbot.waitUntil(lambda: bool(left))
    assert left == [[]]


def test_the_colour_bar_stands_beside_the_cloud(window, qtbot):
    wanted = Wanted(600, 500, 2.0)
    barred, plain = pose(window.bench, 2, "light", wanted), pose(window.bench, 0, "light", wanted)
    assert barred.view.bar is not None
    assert (barred.area.width(), plain.area.width()) == (300 - COLUMN, 300)
    assert barred.size == (2 * (300 - COLUMN), plain.size[1])
    assert pose(window.bench, 2, "light", replace(wanted, words=False)).area.width() == 300  # no bar is drawn
    (worded,) = _drawn(window, qtbot, barred)
    column = worded.copy(2 * (300 - COLUMN), 80, 2 * COLUMN, 340)
    assert len({column.pixelColor(2 * COLUMN - 36, y).rgb() for y in range(0, 340, 5)}) > 20  # along the scale
    near = [replace(barred, camera=barred.camera.zoomed(times)) for times in (1.5, 2.0, 2.5, 3.0)]
    within, beyond = set(), set()
    for image in _drawn(window, qtbot, *near):  # points that leave the picture leave it before the bar
        for y in range(80, 420):
            within |= {image.pixelColor(2 * (300 - COLUMN) - x, y).getRgb()[:3] for x in (1, 5, 9, 13)}
            beyond.add(image.pixelColor(2 * (300 - COLUMN), y).getRgb()[:3])
    assert len(within) > 1
    assert beyond == {GROUNDS["light"].background}


def test_all_views_together_and_those_of_a_page(window, qtbot):
    corners, poses = group(window.bench, "light", Wanted(800, 600))
    image = hung(_drawn(window, qtbot, *poses), corners, "light", Wanted(800, 600))
    for x, y in ((200, 150), (600, 150), (200, 450), (600, 450)):
        assert _ink(image.copy(x - 195, y - 145, 380, 280)) > 0.002
    poses = poses_for_page(window.bench, window.bench.picture)
    pages = pictures_for_page(poses, _drawn(window, qtbot, *poses))
    assert [picture.title for picture in pages] == ["Input", "Seen by the encoder", "Reconstruction", "Attention"]
    assert all(QImage.fromData(picture.png).width() == 1040 for picture in pages)


def test_a_portrait_shows_a_large_cloud_whole_and_shaded_as_the_window_does(window, qtbot):
    state = answered_state()
    rng = np.random.default_rng(0)
    few = state.cloud.points
    points = few[rng.integers(len(few), size=120_000)] + rng.normal(size=(120_000, 3)).astype(np.float32) * np.ptp(few) / 40
    large = replace(
        state, cloud=replace(state.cloud, points=points, colours=None, normals=None), views=replace(state.views, shading="eye_dome")
    )
    window.show_state(state, large)
    window.bench.render_sharp()
    one = pose(window.bench, 0, "light", Wanted(500, 400, 1.0, words=False))
    (image,) = _drawn(window, qtbot, one)
    bench = Bench()
    bench.show(one.picture)
    at_once = bench.render({0: one.camera}, {0: Rect(0, 0, 500, 400)}, 2)
    bench.close()
    at_once = QImage(at_once.data, 1000, 800, 4000, QImage.Format.Format_RGBX8888).scaled(
        500, 400, mode=Qt.TransformationMode.SmoothTransformation
    )
    apart = [
        abs(image.pixelColor(x, y).lightness() - at_once.pixelColor(x, y).lightness())
        for x in range(100, 400, 3)
        for y in range(50, 350, 3)
    ]
    assert np.mean(apart) < 2  # smoothed by two ways of one toolkit
    assert _ink(image) > 0.05


@pytest.mark.parametrize("shading", ["lit", "eye_dome"])
def test_a_picture_drawn_in_bands_has_no_seams(window, qtbot, monkeypatch, shading):
    one = pose(window.bench, 0, "light", Wanted(500, 400, 1.0, words=False))
    one = replace(one, picture=replace(one.picture, shading=shading))
    (whole,) = _drawn(window, qtbot, one)
    monkeypatch.setattr("recon_studio.scene.bench.AT_ONCE", 0)
    sizes = []
    render = Bench.render
    monkeypatch.setattr(
        Bench, "render", lambda self, camera, rects, *rest, **more: sizes.append(rects[0]) or render(self, camera, rects, *rest, **more)
    )
    (banded,) = _drawn(window, qtbot, one)
    assert len(sizes) > 4
    assert sum(size.height for size in sizes) > 400
    pixels = [np.frombuffer(image.constBits(), np.uint8).reshape(400, 500, 4)[..., :3].astype(int) for image in (whole, banded)]
    apart = np.abs(pixels[0] - pixels[1]).max(-1)
    assert (np.ptp(pixels[0], axis=(0, 1)) > 60).any()
    assert (apart > 24).mean() < 0.002  # a rounding moves the outline of a point here and there
    assert apart.max(1).astype(bool).mean() < 1.0 or apart.max() <= 2


def test_what_is_being_drawn_can_be_broken_off_and_goes_with_the_window(window, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/x/page.html", ""))
    told = []
    window.exporter.pageReady.connect(lambda *_: told.append(1))
    window.actions_by_name["export_page"].trigger()
    (progress,) = window.findChildren(QProgressDialog)
    progress.findChild(QPushButton).click()
    qtbot.waitUntil(lambda: not window.exporter.findChildren(Sitting))
    window.actions_by_name["export_page"].trigger()
    window.close()
    assert told == []


def test_a_page_takes_the_plots_that_were_answered_along(window, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/x/page.html", ""))
    with qtbot.waitSignal(window.exporter.pageReady, timeout=30_000) as ready:
        window.actions_by_name["export_page"].trigger()
    path, pictures, plots = ready.args
    assert (path, len(pictures), plots) == ("/x/page.html", 4, ())  # nothing was asked yet
    window.show_state(window.state, replace(known_state(), theme="dark"))
    window.bench.render_sharp()
    told = []
    window.exporter.pageReady.connect(lambda *told_: told.append(told_))
    for name, ending in (("export_page", "html"), ("export_pdf", "pdf")):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, ending=ending: (f"/x/page.{ending}", ""))
        with qtbot.waitSignal(window.exporter.pageReady, timeout=30_000):
            window.actions_by_name[name].trigger()
    assert [path for path, *_ in told] == ["/x/page.html", "/x/page.pdf"]
    for _, pictures, plots in told:
        for picture in pictures:
            assert {QImage.fromData(picture.png).pixelColor(*corner).name() for corner in ((0, 0), (1039, 839))} == {"#ffffff"}
        assert [plot.title for plot in plots][3:] == ["Leave one out", "Curves", "Mask ratio", "Phrase"]
        model = {"model": "default", "version": "9", "when": "now"}
        text = page(window.state, pictures, plots, session=b"{}", **model)
        assert text.count("<figure><img") == 4
        assert text.count('<figure class="plot"><svg') == 7
        assert text.index("<img") < text.index("<svg") < text.index("<h2>Cloud")
        on_paper = printed(window.state, pictures, plots, **model)
        assert [on_paper.count(f'"plot:{number}"') for number in range(8)] == [1] * 7 + [0]
        for plot in plots:
            assert escape(plot.caption) in text
            assert escape(plot.caption) in on_paper


def test_a_page_is_on_white_whatever_the_window_wears(window, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/x/page.html", ""))
    pages = []
    window.exporter.pageReady.connect(lambda _path, pictures, _plots: pages.append(pictures))
    for theme in ("light", "dark"):
        window.show_state(window.state, replace(window.state, theme=theme))
        qtbot.waitUntil(lambda: window.bench.complete)
        picture, drawn = window.bench.picture, []
        window.bench.drawn.connect(lambda drawn=drawn: drawn.append(1))
        with qtbot.waitSignal(window.exporter.pageReady, timeout=30_000):
            window.actions_by_name["export_page"].trigger()
        assert window.bench.picture is picture
        assert picture.background == GROUNDS[theme].background
        assert drawn == []  # the window did not flash
    assert len(pages[0]) == 4
    assert pages[0] == pages[1]


def test_what_leaves_from_another_room_is_what_the_bench_would_show(window, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/x/page.html", ""))
    window.show_state(window.state, replace(window.state, room="words"))
    tiles = (*window.state.views.tiles[1:], *window.state.views.tiles[:2])  # one more than the bench has shown yet
    window.show_state(window.state, replace(window.state, views=replace(window.state.views, tiles=tiles)))
    with qtbot.waitSignal(window.exporter.pageReady, timeout=30_000) as made:
        window.actions_by_name["export_page"].trigger()
    titles = ["Seen by the encoder", "Reconstruction", "Attention", "Input", "Seen by the encoder"]
    assert [picture.title for picture in made.args[1]] == titles
    window.show_state(window.state, replace(window.state, views=replace(window.state.views, tiles=tiles[:2])))
    window.exporter.ask_picture()
    (dialog,) = window.findChildren(PictureDialog)
    assert [dialog.view.itemText(at) for at in range(2)] == titles[:2]
    dialog.reject()


def test_what_the_dialog_asks_for_is_what_is_saved(window, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/x/view", ""))
    window.exporter.ask_picture()
    (dialog,) = window.findChildren(PictureDialog)
    dialog.width_box.setValue(320)
    dialog.height_box.setValue(200)
    with qtbot.waitSignal(window.exporter.bytesReady) as saved:
        dialog.accept()
    path, body = saved.args
    assert path == "/x/view.png"
    assert QImage.fromData(body).size().toTuple() == (320, 200)
    for choice in (ALL, WINDOW):
        window.exporter.ask_picture()
        dialog = window.findChildren(PictureDialog)[-1]
        dialog.view.setCurrentIndex(dialog.view.findData(choice))
        assert dialog.width_box.isEnabled() == (choice == ALL)
        with qtbot.waitSignal(window.exporter.bytesReady) as saved:
            dialog.accept()
        assert QImage.fromData(saved.args[1]).width() == (1920 if choice == ALL else window.grab().toImage().width())


def test_a_picture_of_the_window_waits_for_its_theme(window, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/x/window.png", ""))
    qtbot.waitUntil(lambda: window.bench.complete)
    window.show_state(window.state, replace(window.state, theme="dark"))
    assert not window.updatesEnabled()  # it is between two themes, and would be drawn as nothing that ever was
    with qtbot.waitSignal(window.exporter.bytesReady) as saved:
        window.exporter.ask_window()
    image = QImage.fromData(saved.args[1])
    assert image.pixelColor(1, image.height() // 2).name() == COLOURS["dark"].window


def test_a_plot_is_saved_as_lines_and_words(window, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/x/names.svg", ""))
    with qtbot.waitSignal(window.exporter.bytesReady) as saved:
        window.actions_by_name["export_plot"].trigger()
    root = ET.fromstring(saved.args[1].decode())
    words = "".join(root.itertext())
    assert "chair" in words
    assert "71.0 %" in words
    assert not list(root.iter("{http://www.w3.org/2000/svg}image"))


def test_declining_to_name_a_file_writes_nothing(window, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    names = ("bytesReady", "pageReady", "cloudWanted", "reconstructionWanted", "patchesWanted", "namesWanted")
    told = []
    for name in names:
        getattr(window.exporter, name).connect(lambda *_: told.append(1))
    for name in ("export_plot", "export_cloud", "export_reconstruction", "export_patches", "export_names", "export_page"):
        window.actions_by_name[name].trigger()
    assert told == []
