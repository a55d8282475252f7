"""The input doctor: what the file held, what is wrong with it and mends it, and what was done before the model saw it."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from recon_model.counts import contents, counted, grouped
from recon_studio.state.app_state import AppState
from recon_studio.state.doctor import Doctor
from recon_studio.views.doctor import Chips, CropDialog, Findings, UpChoice
from recon_studio.views.orientations import Orientations
from recon_studio.views.parts import Card, Facts, label, restate
from recon_studio.views.theme import GRID

TALLEST = 23 * GRID
"""Of what was found and done: more is scrolled, so that the library keeps its room."""
NOTHING_WRONG = "Nothing is wrong with it: no strays, floor or duplicates, and an even density."


class InputPanel(Card):
    """Shows facts, findings and fixes of the current cloud; emits what is to be done to it."""

    fixChosen = Signal(object)  # Fix
    fixDropped = Signal(int)  # its place
    upChosen = Signal(str)
    sidesToggled = Signal(bool)  # whether the view from all sides is looked at
    trialAsked = Signal()  # what the name withstands is to be seen

    def __init__(self) -> None:
        super().__init__("Input")
        self._state: AppState | None = None
        self._sides: Orientations | None = None
        self.facts = Facts(
            (
                ("Format", "How the file is written."),
                ("Held", "Points, or vertices, really in the file; and how many the fixes have left."),
                ("Faces", "What joins the vertices in the file: the points are sampled on them."),
                ("Extent", "Size along x, y and z, in the file's units."),
                ("Unit", "What the file's unit of length seems to be."),
                ("Spacing", "Median distance to the nearest point, in the file's units."),
                ("With", "What each point carries besides its place."),
                ("Model sees", "Points sampled for the model, and the patches they are cut into."),
                ("Scale", "Length in the file's units that became 1 for the model."),
            )
        )
        self.up = UpChoice()
        self.findings, self.chips = Findings(), Chips()
        self.notes, self.hint, self.verdict = label("", "small"), label("Nothing is open.", "small"), label("", "small")
        for words in (self.notes, self.verdict):
            words.setWordWrap(True)
        self._scroll = _Scroll((self.chips, self.verdict, self.findings, self.notes))
        self._scroll.setAccessibleName("Findings, fixes and notes")
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.crop, self.sides, self.trial = QPushButton("Crop…"), QPushButton("Sides…"), QPushButton("Robustness")
        for button in (self.crop, self.sides, self.trial):
            button.setProperty("kind", "small")
            row.addWidget(button)
        row.addStretch(1)
        self.crop.clicked.connect(self.ask_box)
        self.sides.clicked.connect(lambda: self.sidesToggled.emit(True))
        self.trial.clicked.connect(self.trialAsked)
        for widget in (self.facts, self.up, self._scroll, self._buttons, self.hint):
            self.body.addWidget(widget)
        self.up.chosen.connect(self.upChosen)
        self.findings.fixChosen.connect(self.fixChosen)
        self.chips.dropped.connect(self.fixDropped)

    # ------------------------------------------------------------ showing

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        self._state = new
        self._show_sides(old, new)
        watched = ("cloud", "prepared", "items", "current", "doctor", "theme")
        if old is not None and all(getattr(old, name) is getattr(new, name) for name in watched):
            return
        cloud = new.cloud
        item = next((item for item in new.items if item.key == new.current), None)
        failed = item is not None and item.status == "failed"
        for widget in (self.facts, self.up, self._buttons):
            widget.setVisible(cloud is not None)
        self.hint.setVisible(cloud is None and not failed)
        self._scroll.setVisible(cloud is not None or failed)
        self.hint.setText("Nothing is open." if item is None else "Reading…")
        self.notes.setText(item.sentence if item is not None and failed else "")
        if cloud is None:
            for widget in (self.findings, self.chips, self.verdict):
                widget.hide()
        else:
            self._show_facts(new)
            self._show_doctor(new)
        self.notes.setVisible(bool(self.notes.text()))
        self._scroll.fit()

    def _show_facts(self, new: AppState) -> None:
        cloud, prepared, report, original = new.cloud, new.prepared, new.doctor.report, new.doctor.original
        assert cloud is not None
        self.facts.set_value("Format", cloud.format)
        held = contents(cloud.kind, cloud.vertex_count)
        treated = original is not None and len(original.points) != len(cloud.points)
        left = f"{grouped(len(cloud.points))} of {grouped(len(original.points))}" if treated and original is not None else held
        self.facts.set_value("Held", left, f"{held}; the fixes left {left}" if treated else held)
        self.facts.set_value("Faces", grouped(cloud.face_count) if cloud.face_count else "")
        self.facts.show_row("Faces", shown=bool(cloud.face_count))
        self.facts.set_value("Extent", extent_in_words([high - low for low, high in zip(*cloud.bounds, strict=True)]))
        units = "" if report is None else {"": "unknown", "normalised": "none: normalised"}.get(report.units, f"perhaps {report.units}")
        self.facts.set_value("Unit", units, "" if report is None else report.why_units)
        spacing, spread = "", ""
        if report is not None:
            low, middle, high = report.spacing
            spacing = f"{middle:.2g}"
            measured = f"measured on {grouped(report.judged)} of {counted(report.count, 'point')}"
            spread = f"Median {middle:.3g}, 10 to 90 %: {low:.3g} to {high:.3g}; {measured}."
        self.facts.set_value("Spacing", spacing, spread)
        held_by = (("colours", cloud.colours), ("normals", cloud.normals), ("parts", cloud.parts))
        carried = [name for name, there in held_by if there is not None]
        self.facts.set_value("With", ", ".join(carried) or "coordinates only")
        if prepared is None:
            self.facts.set_value("Model sees", "")
            self.facts.set_value("Scale", "")
            return
        groups, size = prepared.members.shape
        seen = counted(len(prepared.points), "point")
        self.facts.set_value("Model sees", seen, f"{seen} in {groups} patches of {size}")
        self.facts.set_value("Scale", f"{prepared.scale:.4g}")

    def _show_doctor(self, new: AppState) -> None:
        doctor, prepared = new.doctor, new.prepared
        report = doctor.report
        chances = None if prepared is None else prepared.up_chances
        self.up.set_up(doctor.treatment.up, "" if prepared is None else prepared.up, chances, new.theme)
        working = _working(doctor)
        self.chips.show_fixes(doctor.treatment.fixes, None if working or report is None else report.removed, new.theme)
        self.findings.show_findings(() if report is None else report.findings, working)
        self.findings.setVisible(report is not None and bool(report.findings))
        self.verdict.setText("Applying…" if working else "Looking it over…" if report is None else NOTHING_WRONG)
        self.verdict.setVisible(report is None or working or not report.findings)
        assert new.cloud is not None
        done = (*new.cloud.notes, *(prepared.notes if prepared is not None else ()))
        self.notes.setText("\n".join(f"• {note}" for note in done))
        restate(self.crop, prepared is not None, "Keep only the points inside a box.", "Waits for the model to see the cloud.")
        why = "Waits for the model to see the cloud."
        restate(self.sides, prepared is not None, "See what the cloud is called when it is laid on each of its 24 sides.", why)
        restate(self.trial, prepared is not None, "See what its name withstands: points dropped, noise, turns, occlusion.", why)

    # ------------------------------------------------------------ dialogs

    def ask_box(self) -> None:
        """Asks for a box to crop the cloud to."""
        cloud = None if self._state is None else self._state.cloud
        if cloud is None:
            return
        dialog = CropDialog(*cloud.bounds, cloud.origin, self)
        dialog.accepted.connect(lambda: self.fixChosen.emit(dialog.fix()))
        dialog.open()

    def _show_sides(self, old: AppState | None, new: AppState) -> None:
        if new.doctor.looking and self._sides is None:
            self._sides = Orientations(self)
            self._sides.upChosen.connect(self.upChosen)
            self._sides.toggled.connect(self.sidesToggled)
        if self._sides is None:
            return
        if new.doctor.looking != (old is not None and old.doctor.looking):
            self._sides.setVisible(new.doctor.looking)
        if new.doctor.looking:
            self._sides.show_state(new)


class _Scroll(QScrollArea):
    """A column as tall as what it holds, up to ``TALLEST``."""

    def __init__(self, widgets: tuple[QWidget, ...]) -> None:
        super().__init__()
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for widget in widgets:
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def fit(self) -> None:
        """Takes the height that is needed now."""
        layout = self._inside.layout()
        assert layout is not None
        bar = self.verticalScrollBar().sizeHint().width()
        needed = layout.heightForWidth(self.width())
        if needed > TALLEST:
            needed = layout.heightForWidth(self.width() - bar)
        self._inside.setMinimumHeight(max(needed, 0))  # wrapped labels would let themselves be squeezed
        self.setFixedHeight(min(TALLEST, max(needed, 2 * GRID)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes another height when a line has come or gone."""
        done = super().eventFilter(watched, event)
        if watched is self._inside and event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wraps anew in another width."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.fit()

    def sizeHint(self) -> QSize:
        """Returns no width of its own."""
        return QSize(0, self.height())


def extent_in_words(sides: Sequence[float]) -> str:
    """Writes lengths with as many digits behind the point as give the longest of them three that count, close enough to fit the card."""
    longest = max(sides)
    if not 1e-3 <= longest < 1e6:
        return "\u200a×\u200a".join(f"{side:.3g}" for side in sides)
    digits = max(0, 2 - math.floor(math.log10(longest)))
    return "\u200a×\u200a".join(f"{side:.{digits}f}" for side in sides)


def _working(doctor: Doctor) -> bool:
    """Whether a fix is being applied."""
    return doctor.report is not None and doctor.report.fixes != doctor.treatment.fixes
