"""The views: what they show, how, and from where. Pure state; no process is asked anything."""

from typing import Any

from PySide6.QtCore import QObject

from recon_studio.controllers.store import Store
from recon_studio.scene.digits import told_apart
from recon_studio.state import actions, viewing
from recon_studio.state.app_state import Notice
from recon_studio.state.camera import Camera
from recon_studio.state.view_state import ColourBy, Layout, Shading, Show


class ViewsController(QObject):
    """Carries what the views and their actions ask for into the state."""

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    def connect_view(self, view: Any) -> None:
        """Joins the signals of the bench's views and of the actions that concern them to the handlers."""
        handlers: dict[Any, dict[str, Any]] = {
            view.bench: {
                "camerasMoved": self.move,
                "camerasFramed": self.frame,
                "showChosen": self.show,
                "colourChosen": self.colour,
                "tileAdded": self.add_tile,
                "tileClosed": self.close_tile,
                "rangeSet": self.set_range,
                "rangeReset": self.reset_range,
                "turningStopped": lambda: self.turn(False),
            },
            view.view_actions: {
                "layoutChosen": self.lay_out,
                "camerasLinked": self.link,
                "turned": self.turn,
                "flipped": self.flip,
                "pointsScaled": self.scale_points,
                "shadingChosen": self.shade,
            },
        }
        for source, named in handlers.items():
            for name, handler in named.items():
                getattr(source, name).connect(handler)

    def move(self, cameras: tuple[Camera, ...], label: str, drag: int = 0) -> None:
        """Notes where the cameras came to rest; a drag is one step to undo, and so are turns of the wheel close together."""
        self._store.record(label, lambda state: viewing.move_cameras(state, cameras), -drag or None)

    def frame(self, cameras: tuple[Camera, ...], framed: str) -> None:
        """Notes that the cameras were made to fit a cloud, which is not the user's doing and is not undone."""
        self._store.apply(lambda state: viewing.frame(state, cameras, framed))

    def link(self, tile: int) -> None:
        """Links the cameras to that of one view, or lets each go its own way."""
        label = "unlink the cameras" if self._store.state.views.linked else "link the cameras"
        self._store.record(label, lambda state: viewing.link_cameras(state, tile))

    def lay_out(self, layout: Layout) -> None:
        """Shows a named layout."""
        self._store.apply(lambda state: viewing.lay_out(state, layout))

    def show(self, tile: int, show: Show) -> None:
        """Lets a view show something else."""
        self._store.apply(lambda state: viewing.set_show(state, tile, show))

    def colour(self, tile: int, colour: ColourBy) -> None:
        """Colours a view by something else."""
        self._store.apply(lambda state: viewing.set_colour(state, tile, colour))

    def add_tile(self) -> None:
        """Adds a view."""
        self._store.apply(viewing.add_tile)

    def close_tile(self, tile: int) -> None:
        """Takes a view away."""
        self._store.apply(lambda state: viewing.close_tile(state, tile))

    def set_range(self, quantity: ColourBy, low: float, high: float) -> None:
        """Sets the ends of a colour scale; ends the wrong way round are told of and change nothing."""
        if low < high:
            self._store.apply(lambda state: viewing.set_range(state, quantity, low, high))
        else:
            ends = [told_apart(end, abs(low - high), digits=4) for end in (low, high)]
            notice = Notice("The low end ({}) of a colour scale must be smaller than its high end ({}).".format(*ends), "warning")
            self._store.apply(lambda state: actions.notify(state, notice))

    def reset_range(self, quantity: ColourBy) -> None:
        """Lets a colour scale follow the values again."""
        self._store.apply(lambda state: viewing.reset_range(state, quantity))

    def turn(self, turning: bool) -> None:
        """Starts or stops the turntable."""
        self._store.apply(lambda state: viewing.turn(state, turning))

    def flip(self, flipped: bool) -> None:
        """Puts the truth where reconstructions stand, or takes it away."""
        self._store.apply(lambda state: viewing.flip(state, flipped))

    def scale_points(self, factor: float) -> None:
        """Draws points larger or smaller."""
        self._store.apply(lambda state: viewing.set_point_size(state, state.views.point_size * factor))

    def shade(self, shading: Shading) -> None:
        """Shades points another way."""
        self._store.apply(lambda state: viewing.set_shading(state, shading))
