"""The palette finds every action by a few letters, runs it by Enter, and says why where it cannot."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from recon_studio.state.app_state import AppState
from recon_studio.views.actions import ENTRIES
from recon_studio.views.palette import Command, found, score
from tests.recon_studio.scenery import answered_state


def test_letters_in_order_match_and_beginnings_of_words_count_most():
    assert score("xyz", "Invert the mask") is None
    assert score("ksam", "mask") is None
    assert score("im", "Invert the mask") > score("im", "Show the rim")
    assert score("mask", "New random mask") > score("mask", "Make a sketch")
    assert score("", "anything") == 0.0


def test_commands_are_found_by_name_menu_and_tip(qapp):
    named = [
        ("Invert the mask", "Edit", "Hide what is visible"),
        ("Open…", "File", "Open point clouds"),
        ("Dark", "View", "Bright points on black"),
    ]
    commands = [Command(QAction(text), text, menu, tip) for text, menu, tip in named]

    def texts(words: str) -> list[str]:
        return [command.text for command in found(commands, words)]

    assert texts("inv") == ["Invert the mask"]
    assert texts("view dark") == ["Dark"]
    assert texts("bright points") == ["Dark"]
    assert texts("qqq") == []
    assert texts("") == [text for text, _, _ in named]


def test_enter_runs_what_was_found_and_the_keyboard_goes_through_the_list(window, qtbot):
    assert window.actions_by_name["palette"].shortcut().toString() == "Ctrl+Shift+P"
    window.actions_by_name["palette"].trigger()
    palette = window.palette_of_actions
    assert palette.isVisible()
    qtbot.keyClicks(palette.field, "dark")
    assert palette.commands[0].text == "Dark"
    with qtbot.waitSignal(window.themeChanged) as changed:
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert changed.args == ["dark"]
    assert not palette.isVisible()
    window.open_palette()
    assert palette.commands[0].text == "Dark"  # used last
    second = palette.commands[1].text
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().data() == second
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_what_cannot_be_done_says_why_and_is_not_done(window, qtbot):
    window.show_state(answered_state(), AppState())
    window.open_palette()
    palette = window.palette_of_actions
    qtbot.keyClicks(palette.field, "invert")
    assert palette.commands[0].why_not == "Open a cloud first."
    with qtbot.assertNotEmitted(window.maskEdited):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.hide()


def test_every_action_is_in_the_palette(window):
    window.open_palette()
    listed = {command.action.objectName() for command in window.palette_of_actions.commands}
    assert listed == {entry.name for entry in ENTRIES} - {"palette"}
    window.palette_of_actions.hide()
