"""Questions the main window asks in dialogs of their own."""

from PySide6.QtCore import QSize, Qt, SignalInstance
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget


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


def show_about(window: QWidget) -> None:
    """Says what this is, its version and its licence."""
    from importlib.metadata import version

    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About ReCon Studio")
    box.setIconPixmap(window.windowIcon().pixmap(QSize(48, 48)))
    box.setText(f"<b>ReCon Studio {version('recon-studio')}</b>")
    box.setInformativeText(
        "See what a 3D foundation model sees: masked reconstruction, attention and words for point clouds.\n\n"
        "After Qi et al., Contrast with Reconstruct, ICML 2023. MIT licence."
    )
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    box.button(QMessageBox.StandardButton.Close).setIcon(QIcon())
    box.open()


def ask_hardest(window: QWidget, count: int, chosen: SignalInstance) -> None:
    """Asks how many of the patches just rebuilt are to stay hidden; half of them is offered."""
    dialog = QInputDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Hide only the hardest")
    dialog.setLabelText(f"How many of the {count} patches rebuilt now, those with the largest Chamfer distance first?")
    dialog.setIntRange(1, count)
    dialog.setIntValue(max(1, count // 2))
    dialog.intValueSelected.connect(chosen)
    dialog.open()
