"""The rooms of the window: a switch in the bar, and a stack that makes each room when it is first entered."""

from collections.abc import Callable, Mapping
from typing import Protocol, get_args

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QWidget

from recon_studio.state.app_state import AppState, Room


class RoomView(Protocol):
    """What a room's widget can do besides being one."""

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws what differs between two states; ``old`` is None the first time, and after the room was out of sight."""
        ...

    def shut(self) -> None:
        """Stops timers and frees what Qt does not free."""
        ...


class Rooms(QStackedWidget):
    """Shows the room the state names. Only the room in sight is told of changes; it is shown the whole state when entered.

    Args:
        makers: what makes each room; called when it is first entered, so that a room's imports cost nothing before.
    """

    made = Signal(str, object)  # room, its widget

    def __init__(self, makers: Mapping[Room, Callable[[], QWidget]]) -> None:
        super().__init__()
        self._makers = makers
        self._made: dict[str, QWidget] = {}
        self._seen: dict[str, AppState] = {}

    def room(self, name: str) -> QWidget | None:
        """Returns a room's widget; None while it was never entered."""
        return self._made.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The rooms there are."""
        return tuple(self._makers)

    def show_state(self, _old: AppState | None, new: AppState) -> None:
        """Goes to the state's room, and lets it draw what changed since it last drew."""
        name = new.room if new.room in self._makers else next(iter(self._makers))
        if name not in self._made:
            self._made[name] = self._makers[name]()
            self.addWidget(self._made[name])
            self.made.emit(name, self._made[name])
        widget = self._made[name]
        widget.show_state(self._seen.get(name), new)  # type: ignore[attr-defined]
        self._seen[name] = new
        if self.currentWidget() is not widget:
            self.setCurrentWidget(widget)

    def shut(self) -> None:
        """Shuts every room that was made."""
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
