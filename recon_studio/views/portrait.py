"""Pictures of views for paper and slides: any size, with title, caption and scale drawn as large as wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from recon_studio.scene.camera import Camera
from recon_studio.scene.colours import GROUNDS
from recon_studio.scene.picture import BenchPicture, Bytes, ViewPicture
from recon_studio.scene.shading import Floats, eye_dome
from recon_studio.state.app_state import Theme
from recon_studio.state.report import Picture
from recon_studio.views.bench_view import BenchView
from recon_studio.views.colour_bar import COLUMN, BarPlace, paint_bar
from recon_studio.views.theme import COLOURS, GRID, SMALL, painting, text_font
from recon_studio.views.tile import caption_within
from recon_studio.views.tiling import rows_of

TITLE, CAPTION = 4 * GRID, 3 * GRID
LARGEST = 16_384
"""Pixels of the longer side."""
OVERSAMPLED = 4_000_000
"""Pixels up to which a picture is drawn at twice its size first."""


@dataclass(frozen=True)
class Wanted:
    """What kind of picture is wanted."""

    width: int  # pixels
    height: int
    scale: float = 1.0  # how many times larger than on the screen words are drawn
    words: bool = True  # title, caption and colour scale
    fine: bool = True  # drawn at twice its size first, where that is not too large


@dataclass(frozen=True, eq=False)
class Pose:
    """One view as it is looked at now, to be drawn alone."""

    picture: BenchPicture
    index: int  # of the view
    camera: Camera
    theme: Theme
    wanted: Wanted

    @property
    def view(self) -> ViewPicture:
        """What is drawn."""
        return self.picture.views[self.index]

    @property
    def inner(self) -> QRect:
        """Where the cloud and its colour bar go, in units of the screen."""
        wanted = self.wanted
        top, bottom = (TITLE, CAPTION) if wanted.words else (0, 0)
        return QRect(0, top, round(wanted.width / wanted.scale), max(8, round(wanted.height / wanted.scale) - top - bottom))

    @property
    def area(self) -> QRect:
        """Where the cloud goes, in units of the screen: beside the colour bar where there is one, as in the window."""
        inner = self.inner
        if self.wanted.words and self.view.bar is not None:
            inner.setWidth(max(8, inner.width() - COLUMN))
        return inner

    @property
    def size(self) -> tuple[int, int]:
        """Pixels of the cloud's picture."""
        return round(self.area.width() * self.wanted.scale), round(self.area.height() * self.wanted.scale)

    @property
    def oversampling(self) -> int:
        """How many pixels are drawn for each of them, along both axes."""
        return 2 if self.wanted.fine and self.size[0] * self.size[1] <= OVERSAMPLED else 1


@dataclass(frozen=True, eq=False)
class Exposure:
    """What the renderer left of a pose."""

    pose: Pose
    pixels: Bytes  # (h, w, 4), not shaded by depth yet
    depths: tuple[Floats, float, float] | None  # as ``eye_dome`` takes them, where it shall be

    def developed(self) -> QImage:
        """Brings it onto paper, with its words; needs neither window nor renderer, so any thread may."""
        pose, wanted, ground = self.pose, self.pose.wanted, QColor(*GROUNDS[self.pose.theme].background)
        pixels = self.pixels
        if self.depths is not None:
            pixels[..., :3] = eye_dome(pixels[..., :3], *self.depths, reach=pose.oversampling)
        drawn = QImage(pixels.data, pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1], QImage.Format.Format_RGBX8888)
        canvas = QImage(wanted.width, wanted.height, QImage.Format.Format_RGB32)
        canvas.fill(ground)
        with painting(canvas) as painter:
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            painter.scale(wanted.scale, wanted.scale)
            painter.drawImage(pose.area, drawn)  # brought to size smoothly
            if wanted.words:
                _write(painter, pose.view, pose.theme, QRectF(0, 0, wanted.width / wanted.scale, wanted.height / wanted.scale))
                if pose.view.bar is not None:
                    paint_bar(painter, BarPlace(pose.inner), pose.view.bar, pose.theme, ground)
        return canvas


def pose(bench: BenchView, index: int, theme: Theme, wanted: Wanted, picture: BenchPicture | None = None) -> Pose | None:
    """Returns one view of the window, or of a picture that stands for it in another theme; None while there is nothing to draw."""
    picture = picture or bench.picture
    if picture is None or not picture.views[index].layers:
        return None
    # A narrower picture is taken from farther away, so that what could be seen still can.
    shown = bench.tiles[index].image_rect()
    made = Pose(picture, index, bench.camera_of(index), theme, wanted)
    wide, high = made.size
    return replace(made, camera=made.camera.zoomed(min(1.0, (wide / high) / (shown.width() / shown.height()))))


def _write(painter: QPainter, view: ViewPicture, theme: Theme, whole: QRectF) -> None:
    colours, room = COLOURS[theme], whole.width() - 24
    title = f"{view.title} · {view.coloured}" if view.coloured else view.title
    painter.setFont(text_font(strong=True))
    painter.setPen(QColor(colours.text))
    shown = QFontMetricsF(painter.font()).elidedText(title, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QRectF(12, 0, room, TITLE), Qt.AlignmentFlag.AlignVCenter, shown)
    painter.setFont(text_font(SMALL))
    painter.setPen(QColor(colours.muted))
    shown = caption_within(view, QFontMetricsF(painter.font()), room)
    painter.drawText(QRectF(12, whole.height() - CAPTION, room, CAPTION), Qt.AlignmentFlag.AlignVCenter, shown)


def group(bench: BenchView, theme: Theme, wanted: Wanted) -> tuple[tuple[tuple[int, int], ...], tuple[Pose, ...]]:
    """Returns all views, arranged as in the window: where the upper left corner of each goes, and the views."""
    gap = round(GRID * wanted.scale)
    rows = rows_of(len(bench.tiles))
    corners, poses = [], []
    for line, row in enumerate(rows):
        top, bottom = (round(edge * (wanted.height + gap) / len(rows)) for edge in (line, line + 1))
        for place, index in enumerate(row):
            left, right = (round(edge * (wanted.width + gap) / len(row)) for edge in (place, place + 1))
            one = pose(bench, index, theme, replace(wanted, width=right - left - gap, height=bottom - top - gap))
            if one is not None:
                corners.append((left, top))
                poses.append(one)
    return tuple(corners), tuple(poses)


def hung(images: Sequence[QImage], corners: Sequence[tuple[int, int]], theme: Theme, wanted: Wanted) -> QImage:
    """Returns several pictures on one ground."""
    canvas = QImage(wanted.width, wanted.height, QImage.Format.Format_RGB32)
    canvas.fill(QColor(COLOURS[theme].window))
    with painting(canvas) as painter:
        for image, corner in zip(images, corners, strict=True):
            painter.drawImage(*corner, image)
    return canvas


def png(image: QImage) -> bytes:
    """Returns an image as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # its stub has forgotten words
    return bytes(buffer.data().data())


def poses_for_page(bench: BenchView, picture: BenchPicture) -> tuple[Pose, ...]:
    """Returns each view as a page shows it: what the picture, which is in the light theme, holds, looked at as in the window."""
    wanted = Wanted(1040, 840, 2.0, fine=False)  # shown at half its size
    made = (pose(bench, index, "light", wanted, picture) for index in range(len(bench.tiles)))
    return tuple(each for each in made if each is not None)


def pictures_for_page(poses: Sequence[Pose], images: Sequence[QImage]) -> tuple[Picture, ...]:
    """Returns the pictures of a page with their words."""
    return tuple(Picture(each.view.title, each.view.caption, png(image)) for each, image in zip(poses, images, strict=True))
