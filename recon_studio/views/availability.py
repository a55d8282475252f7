"""Which of the window's actions can be taken in a state, and of those that cannot, why: their tooltips say so."""

from collections.abc import Collection, Mapping
from typing import get_args

from PySide6.QtGui import QAction

from recon_studio.state.app_state import AppState, Room
from recon_studio.state.masking import MaskEdit
from recon_studio.state.words import labelled
from recon_studio.views.actions import MAP_ENTRIES, STEPS
from recon_studio.views.toolbar import TOOLS


def show_actions(actions: Mapping[str, QAction], new: AppState, rooms: Collection[str]) -> None:
    """Brings every action up to a state.

    Args:
        actions: the window's, by their names.
        new: the state.
        rooms: names of the rooms there are.
    """
    for name, word, what in (("undo", "Undo", new.can_undo), ("redo", "Redo", new.can_redo)):
        action = actions[name]
        key = action.shortcut().toString()
        action.setEnabled(bool(what))
        action.setText(f"{word} {what[0].lower()}{what[1:]}" if what else word)
        action.setToolTip(f"{action.text()} ({key})" if what else f"{word} ({key})\nThere is nothing to {word.lower()} yet.")
    for theme in ("light", "dark"):
        actions[theme].setChecked(new.theme == theme)
    for tool in TOOLS:
        actions[tool].setChecked(new.tool == tool)
    actions["leaks"].setChecked(new.leaks)
    actions["doubt"].setChecked(new.explain.open)
    for room in get_args(Room):
        actions[f"room_{room}"].setChecked(new.room == room)
    if new.room != "map":
        for entry in MAP_ENTRIES:
            actions[entry.name].setEnabled(False)
            actions[entry.name].setToolTip(f"{entry.tip}\nEnter the map first (Ctrl+3).")
    for name, works, why_not in _reasons(new, rooms):
        action = actions[name]
        action.setEnabled(works)
        tip = action.toolTip().split("\n")[0]
        action.setToolTip(tip if works else f"{tip}\n{why_not}")


def _reasons(new: AppState, rooms: Collection[str]) -> tuple[tuple[str, bool, str], ...]:
    """Returns for each action that is not always there whether it is now, and why not where it is not."""
    hidden = new.reconstruction.hidden if new.reconstruction is not None else None
    return (
        ("toggle_patch", new.prepared is not None, "Open a cloud first."),
        *((name, hidden is not None, "Open a cloud first.") for name in (*TOOLS, "hide_half", "leaks", *get_args(MaskEdit))),
        ("hide_hardest", bool(hidden is not None and hidden.any()), "Nothing is hidden, so nothing was rebuilt."),
        ("turn", new.tool != "turn", "No tool is in hand."),
        *((f"room_{room}", room in rooms, "This room is not built yet.") for room in get_args(Room)),
        ("empty_library", bool(new.items), "The library is empty."),
        ("tag", new.current is not None, "Open a cloud first."),
        ("find", len(new.items) > 1 or bool(new.listing.search), "There are no two clouds to search among."),
        *((name, len(new.items) > 1, "There is no other cloud in the library.") for name in ("next_item", "previous_item")),
        ("new_seed", new.model is not None, "Waits for the model to load."),
        *((name, bool(new.items), "The library is empty.") for name in ("find_phrase", "find_picture")),
        ("find_alike", new.current is not None, "Open a cloud first."),
        ("export_words", new.embeddings is not None, "Nothing is embedded yet: enter the Words room first."),
        *((name, new.cloud is not None, "Open a cloud first.") for name in ("measured", "orientations", "crop", "replay")),
        *((name, new.model is not None, "Waits for model A to load.") for name in ("open_rival", "default_rival")),
        ("close_rival", new.rival is not None, "No model B is open."),
        *((name, new.explain.maps is not None, "Open a cloud first.") for name in STEPS),
        ("export_plot", _plot_in_sight(new), "No plot is in sight: names are ranked on the bench and in Words, curves drawn in Training."),
        *((name, new.cloud is not None, "Open a cloud first.") for name in ("export_picture", "export_cloud", "export_page", "export_pdf")),
        ("export_patches", new.prepared is not None, "Open a cloud first."),
        ("export_reconstruction", hidden is not None, "Nothing was rebuilt yet."),
        ("export_names", bool(new.scores), "No names are ranked yet."),
        ("export_drawer", new.explain.open, "Open the drawer first (D)."),
        ("model_card", new.model is not None, "No model is loaded yet."),
    )


def _plot_in_sight(new: AppState) -> bool:
    """Whether the room shows ranked names or a run's curves."""
    if new.room == "training":
        return new.training.run is not None and not new.training.planning
    by_head = new.room == "bench" and labelled(new) is not None
    return new.room != "map" and (bool(new.scores) or by_head)
