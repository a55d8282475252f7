"""Light and dark: colours, style sheet and icons of the window. An 8-pixel grid, one accent, two text sizes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QByteArray, QCoreApplication, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QIcon, QPaintDevice, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from recon_model.assets import asset_path
from recon_studio.state.app_state import Theme

GRID = 8
BODY = 13  # pixels
SMALL = 11


@dataclass(frozen=True)
class Colours:
    """The window's colours, as #rrggbb."""

    window: str
    panel: str
    raised: str
    text: str
    muted: str
    line: str
    hover: str
    accent: str
    on_accent: str
    soft: str  # the accent as a ground
    good: str
    warning: str
    error: str


COLOURS: dict[Theme, Colours] = {
    "light": Colours(
        window="#f3f4f6", panel="#ffffff", raised="#ffffff", text="#1a1f26", muted="#5d6672", line="#dcdfe5", hover="#eceef2",
        accent="#2f5fd0", on_accent="#ffffff", soft="#e6edfb", good="#1f7a4d", warning="#9a5b00", error="#b3261e",
    ),
    "dark": Colours(
        window="#15171b", panel="#1c1f24", raised="#24282e", text="#e7eaee", muted="#9aa4b0", line="#31363d", hover="#2a2e35",
        accent="#7ba4ff", on_accent="#0e1420", soft="#25324f", good="#6cc995", warning="#e9b25c", error="#ff8a80",
    ),
}  # fmt: skip


def prepare_application() -> None:
    """Sets what must be set before QApplication is made."""
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Dresses the whole application: at once before a window is shown, else a step a turn of the event loop, with nothing drawn between."""
    if not app.property("fusion"):  # a style sheet hides the style's name, and setting it again takes a quarter of all this
        app.setStyle("Fusion")
        app.setProperty("fusion", True)
    number = int(app.property("dressing") or 0) + 1
    app.setProperty("dressing", number)
    # Where one sheet takes the place of another, Qt polishes every widget anew for each of its parents: five times slower than from none.
    steps = (
        lambda: app.setStyleSheet(""),
        lambda: (app.setPalette(_palette(COLOURS[theme])), app.setFont(text_font())),
        lambda: app.setStyleSheet(_style_sheet(COLOURS[theme])),
    )
    shown = [window for window in app.topLevelWidgets() if window.isVisible()]
    for window in shown:
        window.setUpdatesEnabled(False)
    if shown:
        _next(app, number, steps, shown)
    else:
        for step in steps:
            step()


def _next(app: QApplication, number: int, steps: Sequence[Callable[[], object]], shown: Sequence[QWidget]) -> None:
    """Has the next step done in a turn of its own, and then lets the windows draw again; a later dressing does both in its place."""

    def turn() -> None:
        late = app.property("dressing") != number
        if steps and not late:
            steps[0]()
            _next(app, number, steps[1:], shown)
            return
        for window in filter(isValid, shown):
            if not window.isVisible():
                window.setUpdatesEnabled(True)
            elif not late:
                window.setUpdatesEnabled(True)
                window.repaint()  # at once: Qt may take an update asked for before for one that is still to come, and would draw no more

    QTimer.singleShot(0, app, turn)


def text_font(size: int = BODY, *, strong: bool = False) -> QFont:
    """Returns the window's face at one of its two sizes."""
    font = QFont(QApplication.font())
    # Plain Linux machines have no face of their own for windows; elsewhere the system's is right.
    if font.family() in {"Sans", "Sans Serif", "DejaVu Sans", "Nimbus Sans", "Sans Serif [DejaVu]"}:
        font.setFamilies(["Inter", "Noto Sans", "Open Sans", "DejaVu Sans"])
    font.setPixelSize(size)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return font


def icon(name: str, theme: Theme, *, colour: str | None = None) -> QIcon:
    """Returns a line icon in the theme's text colour, paler while disabled."""
    colours = COLOURS[theme]
    made = QIcon()
    made.addPixmap(_pixmap(name, colour or colours.text, 24), QIcon.Mode.Normal)
    faint = QColor(colours.muted)
    made.addPixmap(_pixmap(name, faint.name(), 24, 0.45), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Returns an icon ``size`` logical pixels wide, sharp on a screen of that device pixel ratio."""
    made = QPixmap(_pixmap(name, colour, round(size * ratio)))
    made.setDevicePixelRatio(ratio)
    return made


@contextmanager
def painting(on: QPaintDevice) -> Iterator[QPainter]:
    """A painter that has let go of its picture or file by the end, whatever goes wrong: freeing what is painted on ends the process."""
    painter = QPainter(on)
    try:
        yield painter
    finally:
        painter.end()


@cache
def _source(name: str) -> str:
    return asset_path("icons", f"{name}.svg").read_text(encoding="utf-8")


@cache
def _pixmap(name: str, colour: str, size: int, opacity: float = 1.0) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    drawn = QPixmap(size, size)
    drawn.fill(Qt.GlobalColor.transparent)
    with painting(drawn) as painter:
        painter.setOpacity(opacity)
        renderer.render(painter, QRectF(0, 0, size, size))
    return drawn


def _palette(c: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for name, colour in {
        role.Window: c.window, role.WindowText: c.text, role.Base: c.panel, role.AlternateBase: c.hover, role.Text: c.text,
        role.Button: c.raised, role.ButtonText: c.text, role.BrightText: c.error, role.Highlight: c.accent,
        role.HighlightedText: c.on_accent, role.ToolTipBase: c.raised, role.ToolTipText: c.text, role.PlaceholderText: c.muted,
        role.Link: c.accent, role.Mid: c.line, role.Dark: c.line, role.Light: c.raised, role.Midlight: c.hover, role.Accent: c.accent,
    }.items():  # fmt: skip
        palette.setColor(name, QColor(colour))
    faint = QColor(c.muted)
    faint.setAlphaF(0.6)
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, faint)
    return palette


def _style_sheet(c: Colours) -> str:
    return "".join(part(c) for part in (_frames, _buttons, _fields, _lists))


def _frames(c: Colours) -> str:
    return f"""
    QWidget {{ font-size: {BODY}px; }}
    QMainWindow, QDialog {{ background: {c.window}; }}
    QMenuBar {{ background: {c.window}; padding: 2px 8px; border: none; }}
    QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; background: transparent; }}
    QMenuBar::item:selected {{ background: {c.hover}; }}
    QMenu {{ background: {c.raised}; border: 1px solid {c.line}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.soft}; color: {c.text}; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
    QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line}; padding: 4px 6px; }}
    QFrame[card="true"] {{ background: {c.panel}; border: 1px solid {c.line}; border-radius: 8px; }}
    QFrame[rule="true"] {{ background: {c.line}; border: none; }}
    QLabel {{ background: transparent; }}
    QLabel[kind="title"] {{ font-weight: 600; }}
    QLabel[kind="small"] {{ color: {c.muted}; font-size: {SMALL}px; }}
    QLabel[kind="error"] {{ color: {c.error}; font-size: {SMALL}px; }}
    """


def _buttons(c: Colours) -> str:
    return f"""
    QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 4px; background: transparent; }}
    QToolButton:hover:enabled {{ background: {c.hover}; }}
    QToolButton:pressed:enabled {{ background: {c.soft}; }}
    QToolButton:checked {{ background: {c.soft}; border-color: {c.accent}; }}
    QToolButton[kind="room"] {{ padding: 3px 14px; margin: 3px 2px 0 2px; }}
    QToolButton[kind="tile"] {{ padding: 3px 6px; }}
    QToolButton[kind="page"] {{ padding: 3px 1px; }}
    QToolButton[kind="tab"] {{ padding: 3px 4px; }}
    QToolButton:focus {{ border-color: {c.accent}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QPushButton {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 6px; padding: 5px 12px; }}
    QPushButton:hover:enabled {{ background: {c.hover}; }}
    QPushButton:focus {{ border-color: {c.accent}; }}
    QPushButton[kind="primary"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; font-weight: 600; }}
    QPushButton[kind="primary"]:disabled {{ background: {c.hover}; color: {c.muted}; border-color: {c.line}; }}
    QPushButton[kind="small"] {{ padding: 2px 8px; font-size: {SMALL}px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QToolButton[kind="chip"] {{ background: {c.soft}; padding: 2px 6px; font-size: {SMALL}px; }}
    """


def _fields(c: Colours) -> str:
    down, up = _arrows()
    return f"""
    QLineEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox {{
        background: {c.panel}; border: 1px solid {c.line}; border-radius: 6px; padding: 3px 8px;
        selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {{ border-color: {c.accent}; }}
    QAbstractSpinBox:disabled, QComboBox:disabled, QLineEdit:disabled {{ color: {c.muted}; background: {c.window}; }}
    QComboBox {{ padding-right: 20px; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox::down-arrow {{ image: url({down}); width: 12px; height: 12px; }}
    QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.line}; outline: none; padding: 4px;
        selection-background-color: {c.soft}; selection-color: {c.text}; }}
    QAbstractSpinBox {{ padding-right: 18px; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: 16px; background: transparent; }}
    QAbstractSpinBox::up-arrow {{ image: url({up}); width: 10px; height: 10px; }}
    QAbstractSpinBox::down-arrow {{ image: url({down}); width: 10px; height: 10px; }}
    QSlider {{ min-height: 20px; background: transparent; }}
    QSlider::groove:horizontal {{ height: 4px; background: {c.line}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {c.accent}; border-radius: 2px; }}
    QSlider::sub-page:horizontal:disabled {{ background: {c.line}; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: {c.accent}; }}
    QSlider::handle:horizontal:focus {{ background: {c.text}; }}
    QSlider::handle:horizontal:disabled {{ background: {c.muted}; }}
    """


def _lists(c: Colours) -> str:
    down, up = _arrows()
    return f"""
    QTableView {{ background: transparent; border: none; outline: none; alternate-background-color: transparent;
        selection-background-color: {c.soft}; selection-color: {c.text}; }}
    QTableView::item {{ border: none; padding: 0 6px; }}
    QTableView::item:hover {{ background: {c.hover}; }}
    QTableView::item:selected {{ background: {c.soft}; color: {c.text}; }}
    QHeaderView {{ background: transparent; border: none; }}
    QHeaderView::section {{ background: transparent; color: {c.muted}; border: none; border-bottom: 1px solid {c.line};
        padding: 3px 6px; font-size: {SMALL}px; }}
    QHeaderView::section:hover {{ color: {c.text}; }}
    QHeaderView::up-arrow {{ image: url({up}); width: 10px; height: 10px; subcontrol-position: center left; }}
    QHeaderView::down-arrow {{ image: url({down}); width: 10px; height: 10px; subcontrol-position: center left; }}
    QListView {{ background: transparent; border: none; outline: none; }}
    QListWidget::item {{ border-radius: 6px; }}
    QListWidget::item:selected {{ background: {c.soft}; color: {c.text}; }}
    QListWidget::item:hover:!selected {{ background: {c.hover}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QScrollBar {{ width: 10px; height: 10px; background: transparent; margin: 0; }}
    QScrollBar::handle {{ background: {c.line}; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }}
    QScrollBar::handle:hover {{ background: {c.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none; width: 0; height: 0; }}
    QProgressBar {{ border: none; border-radius: 3px; background: {c.line}; max-height: 6px; min-height: 6px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
    """


def _arrows() -> tuple[str, str]:
    """Returns the files of two small arrows, as a style sheet names them."""
    down, up = (asset_path("icons", f"arrow-{way}.svg").as_posix() for way in ("down", "up"))
    return down, up
