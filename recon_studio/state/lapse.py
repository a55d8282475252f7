"""The time-lapse: the same clouds as successive checkpoints of a run arrange them."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from recon_model.runs.files import CHECKPOINTS
from recon_studio.state import map as mapping
from recon_studio.state.app_state import AppState, Floats
from recon_studio.state.embeddings import Embeddings
from recon_studio.state.map import MapSettings, Projection, Quality

MOST_CLOUDS = 400
"""Clouds that are followed; of more, an even choice."""


@dataclass(frozen=True, eq=False)
class Frame:
    """How one checkpoint arranges the clouds."""

    name: str
    coordinates: Floats
    """(n, 2)."""
    quality: Quality


@dataclass(frozen=True, eq=False)
class Lapse:
    """The frames so far, and which is shown."""

    folder: str
    checkpoints: tuple[str, ...]
    """Their files, in the order of the run."""
    clouds: Embeddings
    """Which clouds are followed; their features are the current model's."""
    before: Projection | None
    """The map to go back to."""
    frames: tuple[Frame, ...] = ()
    at: int = 0
    doing: str = ""
    """What is under way; empty when all frames are there."""


def checkpoints_of(folder: str) -> tuple[str, ...]:
    """Returns the checkpoints a run folder keeps, in the order of their epochs."""
    found = Path(folder, CHECKPOINTS).glob("*.safetensors")
    return tuple(str(path) for path in sorted(found, key=lambda path: (_epoch(path.stem), path.name)))


def name_of(checkpoint: str) -> str:
    """Returns what to call a checkpoint: "epoch 10"."""
    epoch = _epoch(Path(checkpoint).stem)
    return Path(checkpoint).stem if epoch < 0 else f"epoch {epoch}"


def add_frame(state: AppState, frame: Frame) -> AppState:
    """Adds a frame and shows it."""
    lapse = state.map.lapse
    if lapse is None:
        return state
    frames = (*lapse.frames, frame)
    return show(mapping.change(state, lapse=replace(lapse, frames=frames)), len(frames) - 1)


def show(state: AppState, at: int) -> AppState:
    """Shows one frame on the map."""
    lapse = state.map.lapse
    if lapse is None or not 0 <= at < len(lapse.frames):
        return state
    frame = lapse.frames[at]
    count = len(lapse.clouds)
    settings = MapSettings(feature=state.map.settings.feature)
    projection = Projection(lapse.clouds, settings, frame.coordinates, count, finished=True, quality=frame.quality)
    return mapping.show_projection(mapping.change(state, lapse=replace(lapse, at=at)), projection)


def say(state: AppState, doing: str) -> AppState:
    """Says what is under way."""
    lapse = state.map.lapse
    return state if lapse is None else mapping.change(state, lapse=replace(lapse, doing=doing))


def close(state: AppState) -> AppState:
    """Goes back to the map there was before."""
    lapse = state.map.lapse
    return state if lapse is None else mapping.show_projection(mapping.change(state, lapse=None), lapse.before)


def _epoch(stem: str) -> int:
    found = re.search(r"(\d+)$", stem)
    return int(found[1]) if found else -1
