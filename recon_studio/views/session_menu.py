"""Asks where a session is, or is to be, and passes on what is wanted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from recon_studio.state.session import SUFFIX
from recon_studio.views.dialogs import ask_target

if TYPE_CHECKING:
    from recon_studio.views.main_window import MainWindow

KINDS = f"Sessions (*{SUFFIX})"


class SessionMenu(QObject):
    """Carries out the window's session actions."""

    started = Signal()
    opened = Signal(str)  # path
    reopened = Signal()
    saved = Signal(str)  # path

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Returns what each action does, by its name."""
        return {
            "new_session": self.started.emit,
            "open_session": self._open,
            "reopen_last": self.reopened.emit,
            "save_session": lambda: self._save(anew=False),
            "save_session_as": lambda: self._save(anew=True),
        }

    def _open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a session", "", f"{KINDS};;All files (*)")
        if path:
            self.opened.emit(path)

    def _save(self, *, anew: bool) -> None:
        state = self._window.state
        path = state.session if state is not None else ""
        if anew or not path.lower().endswith(SUFFIX):  # one opened from a file of another name is saved beside it, and not unasked
            path = ask_target(self._window, "Save the session", path or f"session{SUFFIX}", KINDS)
        if path:
            self.saved.emit(path)
