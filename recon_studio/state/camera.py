"""The camera of the views: a turntable about the up axis (y), as a frozen value with its own projection."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

VIEW_ANGLE = 30.0  # degrees, vertical
STEEPEST = 89.0


@dataclass(frozen=True)
class Camera:
    """Angles in degrees, lengths in prepared coordinates (the cloud fills the unit sphere)."""

    azimuth: float = 35.0
    elevation: float = 22.0
    distance: float = 3.9
    target: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def axes(self) -> Doubles:
        """Right, up and backward (from target to eye) unit vectors, as rows (3, 3)."""
        a, e = np.deg2rad([self.azimuth, self.elevation])
        back = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
        right = np.array([np.cos(a), 0.0, -np.sin(a)])
        rows: Doubles = np.stack([right, np.cross(back, right), back])
        return rows

    @property
    def position(self) -> Doubles:
        """Where the eye is (3,)."""
        place: Doubles = np.asarray(self.target) + self.distance * self.axes[2]
        return place

    def orbited(self, right: float, down: float) -> "Camera":
        """Turns by degrees, following a drag to the right and down."""
        elevation = float(np.clip(self.elevation + down, -STEEPEST, STEEPEST))
        return replace(self, azimuth=(self.azimuth - right) % 360.0, elevation=elevation)

    def panned(self, right: float, down: float, height: int) -> "Camera":
        """Moves the target so that the scene follows a drag of so many pixels in a view ``height`` pixels tall."""
        unit = 1.0 / self.pixels_per_unit(height)
        axes = self.axes
        moved = np.asarray(self.target) + (-right * axes[0] + down * axes[1]) * unit
        return replace(self, target=(float(moved[0]), float(moved[1]), float(moved[2])))

    def zoomed(self, factor: float) -> "Camera":
        """Comes nearer for factors above 1."""
        return replace(self, distance=float(np.clip(self.distance / factor, 0.15, 40.0)))

    def framed(self, points: Floats, aspect: float = 1.0) -> "Camera":
        """Looks at the middle of points (n, 3) from the same side as before, near enough to fill the view.

        A view ``aspect`` times as wide as tall goes on holding them all while the camera turns about the up axis.
        """
        if not len(points):
            return self
        low, high = points.min(axis=0), points.max(axis=0)
        middle = (low + high) / 2
        tilt, half_view = np.deg2rad(abs(self.elevation)), np.tan(np.deg2rad(VIEW_ANGLE) / 2)
        around, above = np.hypot(points[:, 0] - middle[0], points[:, 2] - middle[2]), np.abs(points[:, 1] - middle[1])
        # Each point at its highest on the screen, at its farthest aside, and then as near to the eye as it comes.
        tall = (above * np.cos(tilt) + around * np.sin(tilt)) / half_view
        wide = around / (aspect * half_view)
        near = around * np.cos(tilt) + above * np.sin(tilt)
        distance = max(float((np.maximum(tall, wide) + 0.6 * near).max()), 1e-3)
        return replace(self, target=(float(middle[0]), float(middle[1]), float(middle[2])), distance=distance)

    def pixels_per_unit(self, height: int) -> float:
        """How many pixels one unit covers at the target, in a view ``height`` pixels tall."""
        return float(height / (2.0 * self.distance * np.tan(np.deg2rad(VIEW_ANGLE) / 2.0)))

    def project(self, points: Floats, width: int, height: int) -> tuple[Floats, Floats]:
        """Returns pixel positions (n, 2), x right and y down from the top left corner, and depths (n,) along the view.

        A depth of 0 or less lies behind the eye; its pixel means nothing.
        """
        axes = self.axes.astype(np.float32)
        right, up, back = axes @ points.T - (axes @ self.position.astype(np.float32))[:, None]  # each (n,)
        depth = -back
        scale = np.float32(height / (2.0 * np.tan(np.deg2rad(VIEW_ANGLE) / 2.0))) / np.where(np.abs(depth) < 1e-6, np.float32(1e-6), depth)
        pixels = np.stack([np.float32(width / 2) + right * scale, np.float32(height / 2) - up * scale], axis=-1)
        return pixels, depth


PRESETS: dict[str, Camera] = {
    "iso": Camera(),
    "front": Camera(azimuth=0.0, elevation=0.0),
    "side": Camera(azimuth=90.0, elevation=0.0),
    "top": Camera(azimuth=0.0, elevation=STEEPEST),
}
