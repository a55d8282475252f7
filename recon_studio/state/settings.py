"""What the studio remembers between two runs: one JSON file, written atomically, never a reason not to start."""

import contextlib
from pathlib import Path
from typing import Literal

import msgspec

from recon_studio.state.files import replace_file
from recon_studio.state.view_state import ViewState


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The remembered values; a field this version does not know is ignored, one it lacks takes its default."""

    theme: Literal["light", "dark"] = "light"
    recent: tuple[str, ...] = ()
    geometry: str = ""  # QWidget.saveGeometry(), base64
    views: ViewState = ViewState()  # as ViewState.remembered has it
    runs: tuple[str, ...] = ()  # folders of training runs
    toured: bool = False  # whether the tour was taken or declined
    model: str = "default"  # "default" or the path of a checkpoint
    reader_command: str = ""  # empty: this Python; else a command line such as "ssh box recon serve --role reader"
    model_command: str = ""


def load(path: Path) -> tuple[Settings, str]:
    """Reads the settings; returns them with a sentence for the user, empty when there is nothing to say.

    A damaged file is put aside as ``<name>.damaged`` and the defaults are used.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings ({path}) could not be read ({error.strerror}); the defaults are used."
    try:
        return msgspec.json.decode(raw, type=Settings), ""
    except (msgspec.DecodeError, UnicodeDecodeError):
        aside = path.with_name(f"{path.name}.damaged")
        with contextlib.suppress(OSError):
            path.replace(aside)
        return Settings(), f"The settings ({path}) were damaged; the defaults are used and the old file is kept as {aside.name}."


def save(path: Path, settings: Settings) -> str:
    """Writes the settings under a temporary name and renames; returns a sentence when that fails, else nothing."""
    try:
        replace_file(path, msgspec.json.format(msgspec.json.encode(settings), indent=2))
    except OSError as error:
        return f"The settings ({path}) could not be saved ({error.strerror})."
    return ""
