"""Every action of the window in one place: its words, key and icon. Menus and shortcuts are made from this list."""

from dataclasses import dataclass
from typing import get_args

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow

from recon_studio.state.app_state import Room, Theme
from recon_studio.state.view_state import Shading
from recon_studio.views.palette import Command
from recon_studio.views.theme import icon


@dataclass(frozen=True)
class Entry:
    """One action as it is registered."""

    name: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False


MAP_ENTRIES = (
    Entry("map_embed", "Embed the library", "Compute the features of every cloud in the library that has none yet", ("Ctrl+E",)),
    Entry("map_start", "Start the projection", "Lay the embedded clouds out by these settings", ("F5",)),
    Entry("map_pause", "Pause or go on", "Hold the projection, or let it go on", ("F6",)),
    Entry("map_stop", "Stop the projection", "End the projection; the map stays as it is now", ("Shift+F5",)),
    Entry("map_move", "Move the map", "Drag moves the map; the wheel zooms", ("Shift+M",), "move", True),
    Entry(
        "map_rectangle",
        "Select by rectangle",
        "Drag a rectangle over clouds in sight; Shift adds, Ctrl takes away",
        ("Shift+R",),
        "rectangle",
        True,
    ),
    Entry("map_lasso", "Select by lasso", "Draw around clouds in sight; Shift adds, Ctrl takes away", ("Shift+L",), "lasso", True),
    Entry("map_clear", "Clear the selection", "Select no cloud", ("Shift+Esc",)),
    Entry("map_fit", "Show the whole map", "Bring every cloud back into sight", ("Ctrl+0",), "expand"),
    Entry("map_names", "Names on the map", "Write each group's name over it", (), "tag", True),
    Entry("map_png", "Export the map as PNG…", "Save the map as an image, with its legend and how it was made"),
    Entry("map_svg", "Export the map as SVG…", "Save the map as a drawing, with its legend and how it was made"),
    Entry("map_csv", "Export the map as CSV…", "Save coordinates, labels, predictions and feature vectors of every cloud as a table"),
)
"""Actions of the map; they work while it is entered."""

VIEW_ENTRIES = (
    Entry("turn_left", "Turn to the left", "Turn the cloud to the left", ("Left",)),
    Entry("turn_right", "Turn to the right", "Turn the cloud to the right", ("Right",)),
    Entry("turn_up", "Turn up", "Turn the cloud up, to see more of it from below", ("Up",)),
    Entry("turn_down", "Turn down", "Turn the cloud down, to see more of it from above", ("Down",)),
    Entry("move_left", "Move to the left", "Move the cloud to the left", ("Shift+Left",)),
    Entry("move_right", "Move to the right", "Move the cloud to the right", ("Shift+Right",)),
    Entry("move_up", "Move up", "Move the cloud up", ("Shift+Up",)),
    Entry("move_down", "Move down", "Move the cloud down", ("Shift+Down",)),
    Entry("patch_left", "Patch to the left", "Select the next patch to the left in the view; the middle one where none is", ("Ctrl+Left",)),
    Entry("patch_right", "Patch to the right", "Select the next patch to the right in the view", ("Ctrl+Right",)),
    Entry("patch_up", "Patch above", "Select the next patch above in the view", ("Ctrl+Up",)),
    Entry("patch_down", "Patch below", "Select the next patch below in the view", ("Ctrl+Down",)),
    Entry("switch_patch", "Hide or show the selected patch", "Hide the selected patch from the encoder, or show it again", ("Space",)),
)
"""What is done in a view by keys; they work while a view has the keyboard, for elsewhere arrows and Space mean other things."""

ENTRIES = (
    Entry("open", "Open…", "Open point clouds or meshes", ("Ctrl+O",), "open"),
    Entry("open_model", "Open a model…", "Open a model of ours (.safetensors) or of the ReCon release (.pth)", ("Ctrl+Shift+O",), "model"),
    Entry("default_model", "Use the model inside", "Go back to the model that ships with ReCon Studio"),
    Entry("new_session", "Start afresh", "Begin another session; Reopen the last session brings this one back", ("Ctrl+Shift+N",)),
    Entry("open_session", "Open a session…", "Take up a session where it was saved, in place of this one"),
    Entry("reopen_last", "Reopen the last session", "Bring back what was last closed, emptied or replaced", ("Ctrl+Shift+T",)),
    Entry("save_session", "Save the session", "Save clouds, tags, mask, names and views, to take them up later", ("Ctrl+S",)),
    Entry("save_session_as", "Save the session as…", "Save the session as another file", ("Ctrl+Alt+S",)),
    Entry("open_samples", "Open the samples", "Open the sample clouds that ship with ReCon Studio"),
    Entry("next_item", "Next cloud", "Show the next cloud of the library, of those the search leaves", ("N", "Alt+Down")),
    Entry("previous_item", "Previous cloud", "Show the previous cloud of the library, of those the search leaves", ("P", "Alt+Up")),
    Entry("tag", "Tag…", "Give the current cloud a tag, or take one from it", ("Ctrl+T",), "tag"),
    Entry("find", "Search the library", "Type words that names, labels, folders or #tags hold", ("Ctrl+F",), "search"),
    Entry("find_phrase", "Find clouds by words", "Type a phrase; the clouds of the library that fit it best come first", ("Ctrl+Shift+F",)),
    Entry("find_alike", "Find clouds like this one", "The nearest neighbours of the current cloud in the library", ("Ctrl+L",)),
    Entry("find_picture", "Find clouds by a picture…", "The clouds of the library that would look most like a picture"),
    Entry("export_words", "Export the ranking…", "Save the table of the Words room as CSV"),
    Entry("empty_library", "Empty the library", "Take every cloud out, not off the disk; Reopen the last session brings them back"),
    Entry("open_rival", "Open a model as B…", "Open a second model, to compare it with the present one on one cloud", ("Ctrl+Alt+O",)),
    Entry("default_rival", "Use the model inside as B", "Compare the present model with the one that ships with ReCon Studio"),
    Entry("close_rival", "Close model B", "Stop comparing"),
    Entry("crop", "Crop to a box…", "Keep only the points inside a box, before the model sees the cloud"),
    Entry("orientations", "Orientations…", "See what the cloud is called when it is laid on each of its 24 sides", ("Ctrl+Shift+U",)),
    Entry("clear_recent", "Clear this list", "Forget the files opened before"),
    Entry("screenshot", "Save a picture of the window…", "Save the window as a PNG image", ("Ctrl+Shift+S",), "camera"),
    Entry("quit", "Quit", "Close ReCon Studio", ("Ctrl+Q",)),
    Entry("undo", "Undo", "Undo", ("Ctrl+Z",), "undo"),
    Entry("redo", "Redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    Entry("toggle_patch", "Hide or show the patch", "Hide or show the patch under the pointer, or else the selected one", ("H",)),
    Entry("new_seed", "New random mask", "Draw another mask", ("Ctrl+R",), "dice"),
    Entry("brush", "Brush", "Drag over patches to hide them, with Shift to show them; the right button turns", ("B",), "brush", True),
    Entry(
        "lasso",
        "Lasso",
        "Draw around patches in sight to hide them, with Shift to show them; the right button turns",
        ("L",),
        "lasso",
        True,
    ),
    Entry("turn", "Put the tool down", "Drag turns the cloud again", ("Esc",)),
    Entry(
        "hide_half",
        "Hide the half facing you",
        "Hide the half of the patches nearer to you, and only those; then Invert for the other half",
    ),
    Entry(
        "hide_hardest", "Hide only the hardest…", "Hide only the patches that were rebuilt with the largest Chamfer distance; asks how many"
    ),
    Entry("invert", "Invert the mask", "Hide what is visible and show what is hidden", ("I",)),
    Entry("grow", "Grow the mask", "Hide the nearest neighbours of hidden patches, too", ("]",)),
    Entry("shrink", "Shrink the mask", "Show the hidden patches beside visible ones", ("[",)),
    Entry("show_all", "Show all patches", "Hide nothing", ("Shift+H",)),
    Entry("room_bench", "Bench", "See one cloud as the model sees it", ("Ctrl+1",), checkable=True),
    Entry("room_words", "Words", "Ask with words: names, phrases, the whole library", ("Ctrl+2",), checkable=True),
    Entry("room_map", "Map", "See the whole library as the model arranges it", ("Ctrl+3",), checkable=True),
    Entry("quick_look", "Quick look at training", "Train a small model on synthetic shapes, in about two minutes"),
    Entry("new_run", "New run…", "Set up a training run: data, recipe, size, device"),
    Entry("follow_run", "Follow a run folder…", "Watch a training run, also one begun in a terminal"),
    Entry("teach_names", "Teach names…", "Fine-tune a classifier on labelled or tagged clouds of the library"),
    Entry("room_training", "Training", "Train models, and follow runs", ("Ctrl+4",), checkable=True),
    *MAP_ENTRIES,
    Entry("light", "Light", "Dark points on white", checkable=True),
    Entry("dark", "Dark", "Bright points on black", checkable=True),
    Entry("iso", "From a corner", "Look at the cloud from a corner", ("1",)),
    Entry("front", "From the front", "Look at the cloud from the front", ("2",)),
    Entry("top", "From above", "Look at the cloud from above", ("3",)),
    Entry("side", "From the side", "Look at the cloud from the side", ("4",)),
    Entry("reset_camera", "Show the whole cloud", "Bring the whole cloud back into view, from a corner", ("R",)),
    Entry("one", "One view", "Show the reconstruction alone", ("Alt+1",)),
    Entry("two", "Two views", "Show what the encoder sees beside what the model rebuilds", ("Alt+2",)),
    Entry("four", "Four views", "Show the input, what the encoder sees, the reconstruction and attention", ("Alt+4",)),
    Entry("six", "Six views", "Show four views, the rebuilt points over the true ones, and the difference", ("Alt+6",)),
    Entry("versus", "Model A against B", "Show what two models rebuild of the same hidden patches, and which is better", ("Alt+5",)),
    Entry("link", "Link the cameras", "Turn all views together; unlinked, each turns alone", ("K",), checkable=True),
    Entry("turntable", "Turntable", "Turn the cloud slowly; any click in a view stops it", ("T",), checkable=True),
    Entry("flip", "Show the truth", "Hold to see the true patches in place of the rebuilt ones", ("F",), checkable=True),
    Entry("zoom_in", "Come nearer", "Look at the cloud from nearer", ("+", "=")),
    Entry("zoom_out", "Step back", "Look at the cloud from farther away", ("-",)),
    *VIEW_ENTRIES,
    Entry("larger", "Larger points", "Draw points larger", ("Ctrl++", "Ctrl+=")),
    Entry("smaller", "Smaller points", "Draw points smaller", ("Ctrl+-",)),
    Entry("lit", "Lit points", "Draw points as little spheres where their number allows", checkable=True),
    Entry("flat", "Flat points", "Draw points in their plain colours", checkable=True),
    Entry("eye_dome", "Eye-dome shading", "Darken points behind others, so that depth shows in dense clouds", checkable=True),
    Entry(
        "measured",
        "In its own units…",
        "Look at the cloud as its file measures it, inside a frame with ticks, in a window of its own",
        ("Ctrl+M",),
    ),
    Entry(
        "leaks",
        "Truly hidden points",
        "In the Seen view, tell points in no visible patch from those that overlapping patches leak to the encoder",
        ("O",),
        checkable=True,
    ),
    Entry(
        "replay",
        "Time-lapse of a run…",
        "Rebuild this cloud, and see where a token looks, at each checkpoint that a run keeps",
        ("Ctrl+Alt+T",),
    ),
    Entry("doubt", "Doubt", "Open or close the drawer under the views: who looks where, and whether to believe it", ("D",), checkable=True),
    Entry("page_matrix", "Attention matrix", "Who looks where, all tokens at once"),
    Entry("page_occlusion", "Leave one patch out", "How much worse the hidden patches are rebuilt without each visible one"),
    Entry("page_curves", "Deletion and insertion curves", "What is left as patches go or come by attention, by error, or at random"),
    Entry("page_ratios", "Error against mask ratio", "The error as more is hidden, for both strategies, over several draws"),
    Entry("page_phrase", "Relevance to a phrase", "Which patches speak for a phrase, by gradient and by leaving them out"),
    Entry("page_overlap", "Overlap of patches", "Why there are more rebuilt points than hidden ones"),
    Entry("page_robustness", "Robustness", "What the name withstands: points dropped, noise, turns, occlusion"),
    Entry("export_drawer", "Export the drawer's page…", "Save the drawer's open page as a picture, a drawing or a table"),
    Entry("next_head", "Next head", "Ask the next attention head", (".",)),
    Entry("previous_head", "Previous head", "Ask the attention head before", (",",)),
    Entry("next_layer", "Next layer", "Ask one layer further on", (">",)),
    Entry("previous_layer", "Previous layer", "Ask one layer before", ("<",)),
    Entry(
        "export_picture", "Picture of a view…", "Save one view, all of them or the window as PNG, at any size", ("Ctrl+Alt+E",), "camera"
    ),
    Entry("export_plot", "Plot as SVG…", "Save a plot that is in sight as a drawing of lines and words"),
    Entry(
        "export_cloud",
        "Cloud as PLY…",
        "Save the cloud with its colours and, for each point, its patch, whether that is hidden, error and attention",
    ),
    Entry("export_reconstruction", "Reconstruction as PLY…", "Save visible and rebuilt patches, coloured by error"),
    Entry("export_patches", "Patches as CSV…", "Save a table of all patches: centre, hidden or not, error, attention"),
    Entry("export_names", "Names as CSV…", "Save the ranked names with cosine and share"),
    Entry(
        "export_page",
        "The bench as a page…",
        "Save pictures, plots, numbers and the commands that bring them about as one HTML page",
        ("Ctrl+Shift+E",),
    ),
    Entry("export_pdf", "The bench as a PDF…", "Lay pictures, plots, numbers and the commands that bring them about out on paper"),
    Entry("tour", "Take the tour", "Two minutes around the window; Esc leaves it"),
    Entry("palette", "Find an action…", "Find any action by a few letters of its name", ("Ctrl+Shift+P", "F1"), "search"),
    Entry("model_card", "Model card", "What the loaded model is, and how it was measured", ("F2",), "model"),
    Entry("about", "About ReCon Studio", "Version and licence"),
)

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "&File",
        (
            "open",
            "open_samples",
            ">recent",
            "-",
            ">session",
            "-",
            "open_model",
            "default_model",
            ">rival",
            "-",
            ">export",
            "screenshot",
            "-",
            "quit",
        ),
    ),
    (
        "&Edit",
        (
            "undo",
            "redo",
            "-",
            "toggle_patch",
            ">patch",
            "new_seed",
            "-",
            "brush",
            "lasso",
            "turn",
            "-",
            "hide_half",
            "hide_hardest",
            "-",
            "invert",
            "grow",
            "shrink",
            "show_all",
        ),
    ),
    (
        "&View",
        (
            "room_bench",
            "room_words",
            "room_map",
            "room_training",
            "-",
            "light",
            "dark",
            "-",
            ">layout",
            ">camera",
            ">points",
            "-",
            "flip",
            "leaks",
            "measured",
        ),
    ),
    (
        "&Library",
        (
            "next_item",
            "previous_item",
            "-",
            "crop",
            "orientations",
            "-",
            "find",
            "tag",
            "-",
            "find_phrase",
            "find_alike",
            "find_picture",
            "export_words",
            "-",
            "empty_library",
        ),
    ),
    ("&Training", ("quick_look", "new_run", "follow_run", "-", "teach_names")),
    (
        "E&xplain",
        (
            "doubt",
            "replay",
            "-",
            "page_matrix",
            "page_occlusion",
            "page_curves",
            "page_ratios",
            "page_phrase",
            "page_overlap",
            "page_robustness",
            "-",
            "export_drawer",
            "-",
            "next_head",
            "previous_head",
            "next_layer",
            "previous_layer",
        ),
    ),
    (">rival Model B", ("open_rival", "default_rival", "close_rival")),
    (
        "&Map",
        (
            "map_embed",
            "-",
            "map_start",
            "map_pause",
            "map_stop",
            "-",
            "map_move",
            "map_rectangle",
            "map_lasso",
            "map_clear",
            "-",
            "map_fit",
            "map_names",
            "-",
            "map_png",
            "map_svg",
            "map_csv",
        ),
    ),
    (">layout Views", ("one", "two", "four", "six", "-", "versus")),
    (
        ">camera Camera",
        (
            "iso",
            "front",
            "side",
            "top",
            "reset_camera",
            "-",
            "zoom_in",
            "zoom_out",
            "turn_left",
            "turn_right",
            "turn_up",
            "turn_down",
            "move_left",
            "move_right",
            "move_up",
            "move_down",
            "-",
            "link",
            "turntable",
        ),
    ),
    (">patch Select a patch", ("patch_left", "patch_right", "patch_up", "patch_down", "-", "switch_patch")),
    (">points Points", ("larger", "smaller", "-", "lit", "flat", "eye_dome")),
    (
        ">export Export",
        (
            "export_picture",
            "export_plot",
            "-",
            "export_cloud",
            "export_reconstruction",
            "-",
            "export_patches",
            "export_names",
            "-",
            "export_page",
            "export_pdf",
        ),
    ),
    (">session Session", ("new_session", "open_session", "reopen_last", "-", "save_session", "save_session_as")),
    ("&Help", ("palette", "tour", "-", "model_card", "about")),
)

STEPS = {
    "next_head": ("step_head", 1), "previous_head": ("step_head", -1),
    "next_layer": ("step_layer", 1), "previous_layer": ("step_layer", -1),
}  # fmt: skip
"""Actions that step through attention, and what each asks of its card."""


def make_actions(window: QMainWindow) -> dict[str, QAction]:
    """Makes every action, with its key, as a child of the window."""
    actions: dict[str, QAction] = {}
    for entry in ENTRIES:
        action = QAction(entry.text, window)
        action.setObjectName(entry.name)
        action.setShortcuts([QKeySequence(key) for key in entry.keys])
        action.setToolTip(f"{entry.tip} ({QKeySequence(entry.keys[0]).toString()})" if entry.keys else entry.tip)
        action.setCheckable(entry.checkable)
        if entry not in VIEW_ENTRIES:  # the views take those
            window.addAction(action)
        actions[entry.name] = action
    for choices in (
        ("map_move", "map_rectangle", "map_lasso"),
        get_args(Theme),
        get_args(Shading),
        tuple(f"room_{room}" for room in get_args(Room)),
    ):
        group = QActionGroup(window)
        for name in choices:
            group.addAction(actions[name])
    return actions


def commands(actions: dict[str, QAction]) -> tuple[Command, ...]:
    """Returns every action as the command palette lists it: in the order of the menus, then those that are in none."""
    menus = {name: title.partition(" ")[2] or title.replace("&", "") for title, names in MENUS for name in names}
    entries = {entry.name: entry for entry in ENTRIES if entry.name != "palette"}
    ordered = [name for name in menus if name in entries] + [name for name in entries if name not in menus]
    return tuple(Command(actions[name], actions[name].text().rstrip("…"), menus.get(name, ""), entries[name].tip) for name in ordered)


def dress_actions(actions: dict[str, QAction], theme: Theme) -> None:
    """Gives the actions their icons in the theme's colour."""
    for entry in ENTRIES:
        if entry.icon:
            actions[entry.name].setIcon(icon(entry.icon, theme))
