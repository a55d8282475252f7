"""Questions the main window asks in dialogs of their own."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, SignalInstance
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressDialog,
    QPushButton,
    QSpinBox,
    QWidget,
)

from recon_model.versions import own_version
from recon_studio.views.parts import explain_buttons, indented


def ask_files(window: QWidget) -> list[str]:
    """Lets the user choose files; an empty list when they change their mind."""
    paths, _ = QFileDialog.getOpenFileNames(
        window,
        "Open point clouds or meshes",
        "",
        "Point clouds and meshes (*.ply *.pcd *.xyz *.txt *.asc *.csv *.pts *.npy *.npz *.off *.obj *.stl *.glb *.las *.laz *.e57 *.h5 "
        "*.hdf5);;All files (*)",
    )
    return paths


def ask_target(window: QWidget, title: str, name: str, kinds: str) -> str:
    """Lets the user choose where a file goes; empty when they change their mind.

    A name without an ending is given that of the kind chosen, else of the first. The desktop's dialog has then asked about another name
    than will be written (it hears nothing of Qt's default suffix), so here it is asked whether a file of that name may be replaced.
    """
    path, chosen = QFileDialog.getSaveFileName(window, title, name, kinds)
    endings = _endings(kinds)
    if not path or path.lower().endswith(endings):
        return path
    path += (_endings(chosen) or endings)[0]
    if Path(path).exists():
        box = replacing(window, path)
        box.exec()
        box.deleteLater()
        if box.buttonRole(box.clickedButton()) != QMessageBox.ButtonRole.DestructiveRole:
            return ask_target(window, title, path, kinds)
    return path


def _endings(kinds: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\*(\.\w+)", kinds))


def replacing(window: QWidget, path: str) -> QMessageBox:
    """Returns what asks whether a file may be replaced."""
    box = QMessageBox(window)
    box.setWindowTitle("Replace this file?")
    box.setTextFormat(Qt.TextFormat.PlainText)  # a name may look like HTML
    box.setText(f"'{Path(path).name}' is there already. Replace it?")
    box.setInformativeText(path)
    yes = box.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
    yes.setToolTip("Writes the new file over it.")
    keep.setToolTip("Leaves it as it is, and asks for another name (Esc).")
    box.setDefaultButton(keep)
    return box


def show_about(window: QWidget) -> None:
    """Says what this is, its version and its licence."""
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About ReCon Studio")
    box.setIconPixmap(window.windowIcon().pixmap(QSize(48, 48)))
    box.setText(f"<b>ReCon Studio {own_version()}</b>")
    box.setInformativeText(
        "See what a 3D foundation model sees: masked reconstruction, attention and words for point clouds.\n\n"
        "After Qi et al., Contrast with Reconstruct, ICML 2023. MIT licence."
    )
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    box.button(QMessageBox.StandardButton.Close).setIcon(QIcon())
    box.button(QMessageBox.StandardButton.Close).setToolTip("Close (Esc)")
    box.open()


def ask_hardest(window: QWidget, count: int, chosen: SignalInstance) -> None:
    """Asks how many of the patches just rebuilt are to stay hidden; half of them is offered."""
    question = f"How many of the {count} patches rebuilt now, those with the largest Chamfer distance first?"
    dialog = _asking(window, "Hide only the hardest", question)
    dialog.setIntRange(1, count)
    dialog.setIntValue(max(1, count // 2))
    dialog.intValueSelected.connect(chosen)
    field = dialog.findChild(QSpinBox)
    assert field is not None
    _open(dialog, indented(field), "Patches that stay hidden", "The others are shown.")


def ask_tag(window: QWidget, words: str, given: Callable[[str], None]) -> None:
    """Asks for a new tag."""
    dialog = _asking(window, "New tag", words)
    dialog.setTextValue("")
    dialog.textValueSelected.connect(given)
    field = dialog.findChild(QLineEdit)
    assert field is not None
    _open(dialog, field, "Tag", "Gives the tag.")


def progress_of(doing: str, title: str, window: QWidget) -> QProgressDialog:
    """Returns what says how far something is, in percent, and lets it be broken off; it is not seen before 0.4 seconds."""
    dialog = QProgressDialog(doing, "", 0, 100, window)
    dialog.setWindowTitle(title)
    dialog.setMinimumDuration(400)
    dialog.setAutoReset(False)
    cancel = QPushButton("Cancel")
    cancel.setToolTip("Breaks it off; nothing is written (Esc).")
    dialog.setCancelButton(cancel)
    return dialog


def _asking(window: QWidget, title: str, question: str) -> QInputDialog:
    dialog = QInputDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(question)
    words = dialog.findChild(QLabel)
    assert words is not None
    words.setTextFormat(Qt.TextFormat.PlainText)  # a name in it may look like HTML
    return dialog


def _open(dialog: QInputDialog, field: QWidget, name: str, does: str) -> None:
    """Names what Qt has made, and shows it."""
    field.setAccessibleName(name)
    field.setToolTip(dialog.labelText())
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    explain_buttons(buttons, does)
    dialog.open()
