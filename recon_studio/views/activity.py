"""The bar at the bottom: what runs, how far, time left; notices; helpers; milliseconds."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from recon_model.counts import counted, duration
from recon_studio.state.app_state import AppState, BackendStatus, Job, Notice, Theme, Tool
from recon_studio.views.parts import ElidedLabel, label, rule
from recon_studio.views.theme import COLOURS, GRID, icon, pixmap

_HELPER: dict[BackendStatus, str] = {
    "starting": "starting", "ready": "ready", "busy": "busy", "restarting": "restarting", "failed": "not running",
}  # fmt: skip
POINTER_HELP: dict[Tool, str] = {
    "turn": "Click: select a patch · Ctrl+click or H: hide it · drag: turn · Shift+drag: move · wheel: nearer · B: brush",
    "brush": "Brush: drag to hide patches · Shift+drag: show them · right drag: turn · B or Esc: put it down",
    "lasso": "Lasso: draw around patches to hide them · with Shift: show them · right drag: turn · L or Esc: put it down",
}
MAP_HELP = (
    "Click: open on the bench, and stay · double-click: open and go there · drag: move · wheel: zoom · Shift+L: lasso · arrows: next cloud"
)
MOST_ROWS = 8
"""Notices that the list shows at once."""
_LINKS = Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
LEVEL_ICON = {"info": "info", "warning": "warning", "error": "warning"}


def time_left(seconds: float | None) -> str:
    """Says a time left in words; nothing while unknown."""
    return "" if seconds is None else f"{duration(seconds)} left"


class _JobRow(QWidget):
    cancelled = Signal(int)

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._id = job.id
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self._title = label("")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(12 * GRID)
        self._left = label("", "small")
        self._cancel = QToolButton()
        self._cancel.setText("Cancel")
        self._cancel.clicked.connect(lambda: self.cancelled.emit(self._id))
        for widget in (self._title, self._bar, self._left, self._cancel):
            row.addWidget(widget)
        self.show_job(job)

    def show_job(self, job: Job) -> None:
        self._id = job.id
        self._title.setText(self._title.fontMetrics().elidedText(job.title, Qt.TextElideMode.ElideMiddle, 20 * GRID))
        self._title.setToolTip(job.title)
        self._bar.setRange(0, 0 if job.fraction < 0 else 1000)
        self._bar.setValue(round(1000 * max(0.0, job.fraction)))
        self._bar.setAccessibleName(f"Progress of: {job.title}")
        percent = "" if job.fraction < 0 else f"{round(100 * job.fraction)} %"
        self._left.setText(" · ".join(part for part in (percent, time_left(job.seconds_left)) if part))
        self._cancel.setVisible(job.cancellable)
        self._cancel.setToolTip(f"Stop: {job.title}")
        self._cancel.setAccessibleName(f"Cancel: {job.title}")


class NoticeRow(QFrame):
    """One notice with its symbol and a button that dismisses it."""

    dismissed = Signal()

    def __init__(self, notice: Notice, theme: Theme) -> None:
        super().__init__()
        self.setProperty("card", "true")
        colours = COLOURS[theme]
        tint = {"info": colours.accent, "warning": colours.warning, "error": colours.error}[notice.level]
        row = QHBoxLayout(self)
        row.setContentsMargins(12, GRID, GRID, GRID)
        row.setSpacing(GRID)
        symbol = QLabel()
        symbol.setPixmap(pixmap(LEVEL_ICON[notice.level], tint, 18, self.devicePixelRatioF()))
        self.words = label(notice.sentence)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setIcon(icon("close", theme))
        close.setIconSize(QSize(14, 14))
        close.setToolTip("Dismiss")
        close.setAccessibleName(f"Dismiss: {notice.sentence}")
        close.clicked.connect(self.dismissed)
        row.addWidget(symbol, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.close_button = close
        row.setAlignment(self.words, Qt.AlignmentFlag.AlignVCenter)

    def fitting_height(self, width: int) -> int:
        """Returns the height that the sentence needs at a width."""
        layout = self.layout()
        return max(layout.heightForWidth(width) if layout is not None else 0, 5 * GRID)


class NoticeList(QFrame):
    """All notices, in a small window above the bar."""

    dismissed = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("card", "true")
        self.setAccessibleName("Notices")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(GRID, GRID, GRID, GRID)
        self._column.setSpacing(GRID)
        self._more = label("", "small")
        self._column.addWidget(self._more)
        self.rows: list[NoticeRow] = []
        self._notices: tuple[Notice, ...] = ()
        self._theme: Theme = "light"

    def show_notices(self, notices: tuple[Notice, ...], theme: Theme) -> None:
        """Takes them over; the list is rebuilt while it is open, else when it is next opened."""
        self._notices, self._theme = notices, theme
        if not notices:
            self.hide()
        elif self.isVisible():
            self._build()

    def open_above(self, corner: QPoint) -> None:
        """Shows the list with its lower right corner at a place of the screen."""
        self._build()
        self.move(corner.x() - self.width(), corner.y() - self.height())
        self.show()

    def _build(self) -> None:
        """Lists the latest notices, the last first."""
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = []
        for index in range(len(self._notices) - 1, max(-1, len(self._notices) - 1 - MOST_ROWS), -1):
            row = NoticeRow(self._notices[index], self._theme)
            row.setFixedWidth(52 * GRID)
            row.dismissed.connect(lambda index=index: self.dismissed.emit(index))
            self._column.insertWidget(len(self.rows), row)
            self.rows.append(row)
        earlier = len(self._notices) - len(self.rows)
        self._more.setText(f"and {earlier} earlier")
        self._more.setVisible(earlier > 0)
        self.adjustSize()


class Activity(QWidget):
    """Emits which job to cancel, which notice to dismiss, and which helper to start once more."""

    cancelRequested = Signal(int)
    noticeDismissed = Signal(int)
    retryRequested = Signal(str)  # "reader" or "model"

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        row.setSpacing(GRID)
        self._jobs = QHBoxLayout()
        self._jobs.setSpacing(2 * GRID)
        self.rows: list[_JobRow] = []
        self.idle = ElidedLabel("")
        self.idle.setProperty("kind", "small")
        self.idle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addLayout(self._jobs)
        row.addWidget(self.idle, 1)
        self.notices = QToolButton()
        self.notices.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.notices.setIconSize(QSize(16, 16))
        self.notices.clicked.connect(self._open_notices)
        self.reader, self.engine, self.milliseconds = label("", "small"), label("", "small"), label("", "small")
        for widget in (self.notices, rule(), self.reader, self.engine, rule(), self.milliseconds):
            row.addWidget(widget)
        for helper in (self.reader, self.engine):
            helper.setTextFormat(Qt.TextFormat.RichText)
            helper.linkActivated.connect(self.retryRequested)
        self.milliseconds.setToolTip("How long the last answer of the model took.")
        self.list = NoticeList(self)
        self.list.dismissed.connect(self.noticeDismissed)

    def _open_notices(self) -> None:
        self.list.open_above(self.notices.mapToGlobal(QPoint(self.notices.width(), -GRID)))

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        if old is None or old.jobs != new.jobs:
            self._show_jobs(new.jobs)
        self._show_idle(new)
        if old is None or old.notices != new.notices or old.theme != new.theme:
            self._show_notices(new.notices, new.theme)
        for name, shown, status in (("Reader", self.reader, new.reader), ("Model", self.engine, new.engine)):
            if old is not None and old.reader == new.reader and old.engine == new.engine and old.theme == new.theme:
                break
            colours = COLOURS[new.theme]
            tint = {"ready": colours.good, "failed": colours.error, "restarting": colours.warning}.get(status, colours.accent)
            retry = f" · <a href='{name.lower()}' style='color:{colours.accent}'>retry</a>" if status == "failed" else ""
            shown.setText(f"<span style='color:{tint}'>●</span>&nbsp;{name} {_HELPER[status]}{retry}")
            shown.setTextInteractionFlags(_LINKS if retry else Qt.TextInteractionFlag.NoTextInteraction)  # what takes no key is passed over
            what = "opens files" if name == "Reader" else "computes"
            shown.setToolTip(f"The process that {what} is {_HELPER[status]}. If it dies it is started again and nothing is lost.")
        self.milliseconds.setText("– ms" if new.last_milliseconds is None else f"{new.last_milliseconds:.0f} ms")

    def _show_jobs(self, jobs: tuple[Job, ...]) -> None:
        shown = jobs[:2]
        while len(self.rows) > len(shown):
            row = self.rows.pop()
            self._jobs.removeWidget(row)
            row.hide()  # until it is gone it would lie over the words that take its place
            row.deleteLater()
        for index, job in enumerate(shown):
            if index < len(self.rows):
                self.rows[index].show_job(job)
                continue
            row = _JobRow(job)
            row.cancelled.connect(self.cancelRequested)
            self._jobs.addWidget(row)
            self.rows.append(row)
        more = len(jobs) - len(shown)
        self.idle.setText(f"and {more} more" if more > 0 else "")
        self.idle.setToolTip("\n".join(job.title for job in jobs))

    def _show_idle(self, new: AppState) -> None:
        """Where nothing runs there is room to say what the pointer does."""
        if not new.jobs:
            words = POINTER_HELP[new.tool] if new.prepared is not None and new.room == "bench" else ""
            if new.room == "map":
                words = MAP_HELP if new.map.projection is not None else ""
            self.idle.setText(words or "Nothing is running")
            self.idle.setToolTip(words.replace(" · ", "\n"))

    def _show_notices(self, notices: tuple[Notice, ...], theme: Theme) -> None:
        worst = next((level for level in ("error", "warning") if any(notice.level == level for notice in notices)), "info")
        colours = COLOURS[theme]
        tint = {"info": colours.muted, "warning": colours.warning, "error": colours.error}[worst]
        self.notices.setIcon(icon("notice", theme, colour=tint))
        self.notices.setText(counted(len(notices), "notice") if notices else "No notices")
        self.notices.setEnabled(bool(notices))
        self.notices.setToolTip("Show what was noticed." if notices else "Show what was noticed.\nNothing was noticed yet.")
        self.notices.setAccessibleName(self.notices.text())
        self.list.show_notices(notices, theme)
