"""The rooms of the window: a switch in the bar, and a stack that makes each room when it is first entered."""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QWidget

from recon_studio.state.app_state import AppState, Room
from recon_studio.views.bring import Bring
from recon_studio.views.parts import label


class RoomView(Protocol):
    """What a room's widget can do besides being one."""

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws what differs between two states; ``old`` is None the first time, and after the room was out of sight."""
        ...

    def shut(self) -> None:
        """Stops timers and frees what Qt does not free."""
        ...


class Maker(NamedTuple):
    """How a room is made when it is first entered, so that it costs nothing before."""

    make: Callable[[], QWidget]
    needs: str = ""  # a package that takes long to import


class Rooms(QStackedWidget):
    """Shows the room the state names. Only the room in sight is told of changes; it is shown the whole state when entered.

    Until what a room needs is imported a few words stand in its place.

    Args:
        makers: what makes each room.
    """

    made = Signal(str, object)  # room, its widget

    def __init__(self, makers: Mapping[Room, Maker]) -> None:
        super().__init__()
        self._makers = makers
        self._made: dict[str, QWidget] = {}
        self._seen: dict[str, AppState] = {}
        self._state: AppState | None = None
        self._brought: dict[str, Bring] = {}
        self._waiting: defaultdict[str, list[Callable[[Any], None]]] = defaultdict(list)
        self._opening = label("Opening…", "small")
        self._opening.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.addWidget(self._opening)

    def room(self, name: str) -> QWidget | None:
        """Returns a room's widget; None while it was never entered."""
        return self._made.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The rooms there are."""
        return tuple(self._makers)

    def show_state(self, _old: AppState | None, new: AppState) -> None:
        """Goes to the state's room, and lets it draw what changed since it last drew."""
        self._state = new
        name = new.room if new.room in self._makers else next(iter(self._makers))
        if not self._there(name):
            self.setCurrentWidget(self._opening)
            return
        self.catch_up(name)
        widget = self._made[name]
        if self.currentWidget() is not widget:
            self.setCurrentWidget(widget)
        for do in self._waiting.pop(name, ()):
            do(widget)

    def catch_up(self, name: Room) -> None:
        """Lets a room that was made draw what changed since it last drew; out of sight it must before it is pictured."""
        if name in self._made and self._state is not None:
            self._made[name].show_state(self._seen.get(name), self._state)  # type: ignore[attr-defined]
            self._seen[name] = self._state

    def when_made(self, name: str, do: Callable[[Any], None]) -> None:
        """Does something with a room: now, or when it is there and in sight."""
        if name in self._made:
            do(self._made[name])
        else:
            self._waiting[name].append(do)

    def _there(self, name: Room) -> bool:
        """Whether a room is there, or could be made at once; else what it needs is sent for."""
        if name in self._made:
            return True
        maker = self._makers[name]
        if maker.needs and maker.needs not in sys.modules:
            if name not in self._brought:
                self._brought[name] = Bring(maker.needs, self)
                self._brought[name].ready.connect(self._arrive)
                self._brought[name].want()
            return False
        self._made[name] = maker.make()
        self.addWidget(self._made[name])
        self.made.emit(name, self._made[name])
        return True

    def _arrive(self) -> None:
        if self._state is not None:
            self.show_state(None, self._state)

    def shut(self) -> None:
        """Shuts every room that was made."""
        for brought in self._brought.values():
            brought.stop()
        for widget in self._made.values():
            widget.shut()  # type: ignore[attr-defined]


class RoomSwitch(QWidget):
    """One button a room, the one entered pressed in."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setAccessibleName("Rooms")
        # The actions exclude each other. A group of buttons would, too, and take a change by itself for a click on the button it leaves.
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for name in get_args(Room):
            button = QToolButton()
            button.setDefaultAction(actions[f"room_{name}"])
            button.setProperty("kind", "room")
            button.setAccessibleName(actions[f"room_{name}"].text())
            row.addWidget(button)
