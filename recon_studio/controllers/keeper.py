"""Has the settings written when something worth remembering changed."""

from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject

from recon_studio.controllers.scribe import Scribe
from recon_studio.state.app_state import AppState
from recon_studio.state.files import is_utf8
from recon_studio.state.settings import Settings, save


class SettingsKeeper(QObject):
    """Remembers recent files, the theme and the layout of the views as they change, and the window's geometry when it closes."""

    def __init__(self, path: Path, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path, self._scribe = path, Scribe(self)
        self.settings = settings

    def follow(self, old: AppState, new: AppState) -> None:
        """Notes what changed between two states; a theme given on the command line is no change."""
        changes: dict[str, object] = {name: getattr(new, name) for name in ("theme", "recent") if getattr(new, name) != getattr(old, name)}
        if new.views.remembered != old.views.remembered:
            changes["views"] = new.views.remembered
        if new.training.known != old.training.known:
            changes["runs"] = tuple(filter(is_utf8, new.training.known))
        if changes:
            self._remember(**changes)

    def remember_geometry(self, geometry: str) -> None:
        """Notes where the window stood."""
        self._remember(geometry=geometry)

    def remember_tour(self) -> None:
        """Notes that the tour need not be offered again."""
        self._remember(toured=True)

    def _remember(self, **changes: object) -> None:
        self.settings = msgspec.structs.replace(self.settings, **changes)
        # A full disk is no reason to bother anyone at every click; the next start simply remembers less.
        self._scribe.write(partial(save, self._path, self.settings))

    def close(self) -> None:
        """Waits until they are written; what comes later is written at once."""
        self._scribe.close()
