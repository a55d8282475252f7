"""What the window does to get things out of it: asks where to, draws what only a window can draw, and passes on the rest."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QImage
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QMenu,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from recon_studio.state.report import Picture, Plot
from recon_studio.views.bring import Bring
from recon_studio.views.dialogs import ask_target, progress_of
from recon_studio.views.parts import explain_buttons, indented, label, restate
from recon_studio.views.portrait import LARGEST, Pose, Wanted, group, hung, pictures_for_page, png, pose, poses_for_page
from recon_studio.views.sitting import Sitting
from recon_studio.views.theme import GRID, painting

if TYPE_CHECKING:
    from recon_studio.views.bench_view import BenchView
    from recon_studio.views.main_window import MainWindow
    from recon_studio.views.plates import Plates

ALL, WINDOW = -1, -2
PNG = "PNG image (*.png)"
PLOT = "plot"
"""The property that names a widget whose picture is worth a file of its own."""


class PictureDialog(QDialog):
    """Asks which view, how large, and how large its words."""

    def __init__(self, titles: tuple[str, ...], active: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Picture of a view")
        self.view = QComboBox()
        for index, title in enumerate(titles):
            self.view.addItem(title, index)
        self.view.addItem("All views, as arranged", ALL)
        self.view.addItem("The whole window", WINDOW)
        self.view.setCurrentIndex(min(active, len(titles) - 1) if titles else 0)
        self.view.currentIndexChanged.connect(self._allow)
        self.width_box, self.height_box = _pixels(1920), _pixels(1440)
        self.scale_box = indented(QSpinBox())
        self.scale_box.setRange(50, 800)
        self.scale_box.setSingleStep(50)
        self.scale_box.setValue(200)
        self.scale_box.setSuffix(" %")
        self.words_box = QCheckBox("Title, caption and colour scale")
        self.words_box.setChecked(True)
        self._tips: dict[QWidget, str] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        for words, field, tip in (
            ("View", self.view, "Which of the views, as it is looked at now."),
            ("Width", self.width_box, "Pixels across."),
            ("Height", self.height_box, "Pixels down."),
            ("Words", self.scale_box, "How large words and scales are drawn, against the screen."),
            ("With", self.words_box, "What is written around the view and over it."),
        ):
            field.setAccessibleName(words)
            field.setToolTip(tip)
            self._tips[field] = tip
            form.addRow(label(words, "small"), field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        explain_buttons(buttons, "Asks where to, then draws the picture.")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(form)
        column.addWidget(buttons)
        self._allow()

    def _allow(self) -> None:
        sized = self.choice != WINDOW
        for field in (self.width_box, self.height_box, self.scale_box, self.words_box):
            restate(field, sized, self._tips[field], "The whole window is taken as it is.")

    @property
    def choice(self) -> int:
        """The view's place, ``ALL`` or ``WINDOW``."""
        return int(self.view.currentData())

    @property
    def wanted(self) -> Wanted:
        """The size asked for."""
        return Wanted(self.width_box.value(), self.height_box.value(), self.scale_box.value() / 100, self.words_box.isChecked())


def _pixels(value: int) -> QSpinBox:
    box = indented(QSpinBox())
    box.setRange(64, LARGEST)
    box.setValue(value)
    box.setSuffix(" px")
    return box


class Exporter(QObject):
    """Carries out the window's export actions."""

    bytesReady = Signal(str, bytes)  # path, contents
    pageReady = Signal(str, tuple, tuple)  # path, pictures, plots
    cloudWanted = Signal(str)
    reconstructionWanted = Signal(str)
    patchesWanted = Signal(str)
    namesWanted = Signal(str)

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._works: list[Sitting | Plates] = []
        self._plotting = Bring("pyqtgraph", self)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Returns what each action does, by its name."""
        return {
            "export_picture": self.ask_picture,
            "export_plot": self.ask_plot,
            "export_cloud": lambda: self._ask("The cloud as PLY", "cloud.ply", "PLY (*.ply)", self.cloudWanted.emit),
            "export_reconstruction": lambda: self._ask(
                "The reconstruction as PLY", "reconstruction.ply", "PLY (*.ply)", self.reconstructionWanted.emit
            ),
            "export_patches": lambda: self._ask("Patches as CSV", "patches.csv", "CSV (*.csv)", self.patchesWanted.emit),
            "export_names": lambda: self._ask("Names as CSV", "names.csv", "CSV (*.csv)", self.namesWanted.emit),
            "export_pdf": lambda: self._ask("The bench as a PDF", "bench.pdf", "PDF (*.pdf)", self._page),
            "export_page": lambda: self._ask("The bench as a page", "bench.html", "HTML page (*.html)", self._page),
        }

    def _ask(self, title: str, name: str, kinds: str, done: Callable[[str], None]) -> None:
        path = ask_target(self._window, title, name, kinds)
        if path:
            done(path)

    # ------------------------------------------------------------ pictures

    def ask_picture(self) -> None:
        """Opens the dialog; what it asks for is drawn as the views are then, and saved."""
        bench = self._bench_as_is()
        dialog = PictureDialog(tuple(tile.view.title for tile in bench.tiles), bench.active, self._window)
        dialog.accepted.connect(lambda: self._picture(dialog.choice, dialog.wanted))
        dialog.open()

    def _picture(self, choice: int, wanted: Wanted) -> None:
        bench, theme = self._bench_as_is(), self._window.theme
        if choice == WINDOW:
            self.ask_window()
        elif choice == ALL:
            corners, poses = group(bench, theme, wanted)
            self._ask_png(poses, lambda images: png(hung(images, corners, theme, wanted)))
        else:
            one = pose(bench, choice, theme, wanted)
            self._ask_png((one,) if one is not None else (), lambda images: png(images[0]))

    def ask_window(self) -> None:
        """Asks where to, and saves a picture of the window as soon as all of it is drawn."""

        def grab(path: str) -> None:
            self.save_image(path, self._window.grab().toImage())

        self._ask("Picture of the window", "recon-studio.png", PNG, lambda path: self._when_drawn(lambda: grab(path)))

    def _bench_as_is(self) -> "BenchView":
        """Returns the views, which hear of nothing while another room is in sight."""
        self._window.rooms.catch_up("bench")
        return self._window.bench

    def save_image(self, path: str, image: QImage) -> None:
        """Has an image packed and written."""
        self._sit((), lambda _: png(image), self._bytes_to(path))

    def _when_drawn(self, do: Callable[[], None], patience: int = 100) -> None:
        """Does something once all is drawn: a large cloud takes its time, one that turns is never complete, and a theme comes in steps."""
        bench, dressed = self._window.bench, self._window.updatesEnabled()
        if (dressed and (bench.complete or not bench.isVisible())) or not patience:
            do()
        else:
            QTimer.singleShot(50, self, lambda: self._when_drawn(do, patience - 1))

    def _ask_png(self, poses: Sequence[Pose], bind: Callable[[list[QImage]], bytes]) -> None:
        if poses:
            self._ask("Picture of a view", "view.png", PNG, lambda path: self._sit(poses, bind, self._bytes_to(path)))

    def _bytes_to(self, path: str) -> Callable[[bytes], None]:
        return lambda body: self.bytesReady.emit(path, body)

    def _page(self, path: str) -> None:
        """Draws what was answered, then the views as they were meanwhile, all on white, and hands on both."""
        from recon_studio.views.plates import Plates

        window, state = self._window, self._window.state
        if state is None:
            return
        poses = poses_for_page(self._bench_as_is(), window.bench_room.on_paper(state))

        def with_views(plots: tuple[Plot, ...]) -> None:
            def done(pictures: tuple[Picture, ...]) -> None:
                self.pageReady.emit(path, pictures, plots)

            self._sit(poses, lambda images: pictures_for_page(poses, images), done)

        self._follow(Plates(state, window.bench.camera, self._plotting, self), "Drawing the plots…", with_views)

    def _sit(self, poses: Sequence[Pose], bind: Callable[[list[QImage]], object], done: Callable[[Any], None]) -> None:
        """Draws poses beside the event loop and hands on what is made of them."""
        self._follow(Sitting(poses, bind, self), "Drawing the pictures…", done)

    def _follow(self, work: "Sitting | Plates", doing: str, done: Callable[[Any], None]) -> None:
        """Says how far work is where that takes long, lets it be broken off, and hands on what it made."""
        progress = progress_of(doing, "Export", self._window)
        work.progressed.connect(progress.setValue)
        progress.canceled.connect(work.cancel)

        def end(made: object) -> None:
            self._works.remove(work)
            progress.canceled.disconnect(work.cancel)  # closing it counts as cancelling
            progress.close()
            progress.deleteLater()
            if made is not None:
                done(made)

        work.finished.connect(end)
        self._works.append(work)

    def shut(self) -> None:
        """Breaks off what is being drawn."""
        for work in tuple(self._works):
            work.shut()
        self._plotting.stop()

    # ------------------------------------------------------------ plots

    def plots(self) -> tuple[QWidget, ...]:
        """Returns the plots in sight: widgets with the property ``plot``, and those of pyqtgraph."""
        return tuple(
            widget
            for widget in self._window.findChildren(QWidget)
            if widget.isVisible()
            and not widget.visibleRegion().isEmpty()
            and (widget.property(PLOT) or type(widget).__name__ == "PlotWidget")
        )

    def ask_plot(self) -> None:
        """Offers the plots in sight; where there is one only, it is taken."""
        plots = self.plots()
        if len(plots) == 1:
            self.save_plot(plots[0])
        elif plots:
            menu = QMenu(self._window)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            for plot in plots:
                menu.addAction(plot_name(plot)).triggered.connect(lambda _checked=False, plot=plot: self.save_plot(plot))
            menu.popup(self._window.mapToGlobal(QPoint(self._window.width() // 2, 10 * GRID)))

    def save_plot(self, plot: QWidget) -> None:
        """Asks where to, and writes one plot as SVG."""
        name = "".join(letter if letter.isalnum() else "-" for letter in plot_name(plot).lower())
        self._ask("Plot as SVG", f"{name or 'plot'}.svg", "SVG drawing (*.svg)", lambda path: self.bytesReady.emit(path, svg(plot)))


def plot_name(plot: QWidget) -> str:
    """Returns what a plot is called."""
    named = plot.property(PLOT)
    return named if isinstance(named, str) else plot.accessibleName() or "Plot"


def svg(widget: QWidget) -> bytes:
    """Returns a widget as a drawing: what it paints as lines and words stays lines and words."""
    from PySide6.QtCore import QBuffer, QIODevice

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(widget.width(), widget.height()))
    generator.setResolution(widget.logicalDpiX())  # see plots.drawing
    generator.setViewBox(QRect(0, 0, widget.width(), widget.height()))
    generator.setTitle(plot_name(widget))
    with painting(generator) as painter:
        widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
    return bytes(buffer.data().data())
