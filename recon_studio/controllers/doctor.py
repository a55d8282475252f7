"""The input doctor: the cloud is looked over, fixes are applied before the model sees it, and it is looked at from all sides."""

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QObject, QTimer

from recon_model.serve.messages import Array, CloudExamined, ExamineCloud, Failed, Fix, LookFromSides, Reply, Request, SidesSeen
from recon_studio.backend.client import Backend
from recon_studio.controllers.store import Store
from recon_studio.state import actions, doctoring, words
from recon_studio.state.app_state import AppState, Cloud, Notice
from recon_studio.state.doctor import Report, Sides

REMEMBERED = 4
"""Treatments of the present cloud whose outcome is kept, so that undo and redo are at once."""
VERBS = {"duplicates": "drop duplicates", "strays": "remove strays", "floor": "remove floor", "density": "resample evenly", "crop": "crop"}


class DoctorController(QObject):
    """Follows the treatment: another one is applied to the cloud as it was read, in the reader's process. The newest always wins."""

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._known: OrderedDict[tuple[Fix, ...], tuple[Cloud, Report]] = OrderedDict()
        # Packing a million points takes 20 ms: not in the same breath as drawing them.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._ask)
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)

    # ------------------------------------------------------------ what the window asks

    def connect_view(self, card: Any) -> None:
        """Joins the card's signals to the handlers."""
        card.fixChosen.connect(self.fix)
        card.fixDropped.connect(self.unfix)
        card.upChosen.connect(self.set_up)
        card.sidesToggled.connect(self.look_from_sides)

    def fix(self, fix: Fix) -> None:
        """Applies one more fix."""
        self._store.record(VERBS[fix.kind], lambda state: doctoring.add_fix(state, fix))

    def unfix(self, index: int) -> None:
        """Takes back one fix."""
        fixes = self._store.state.doctor.treatment.fixes
        if 0 <= index < len(fixes):
            self._store.record(f"not {VERBS[fixes[index].kind]}", lambda state: doctoring.drop_fix(state, index))

    def set_up(self, up: str) -> None:
        """Says which way is up in the file."""
        self._store.record("the way up", lambda state: doctoring.set_up(state, up))

    def look_from_sides(self, looking: bool) -> None:
        """Opens or closes the view from all sides."""
        self._store.apply(lambda state: doctoring.look_from_sides(state, looking))

    def examine(self) -> None:
        """Looks the present cloud over, unless that was done: once its picture is there, which is worth more."""
        state = self._store.state
        if state.cloud is not None and state.prepared is not None and not doctoring.examined(state):
            self._soon.start()

    def close(self) -> None:
        """Asks nothing more."""
        self._soon.stop()

    # ------------------------------------------------------------ following the state

    def _follow(self, old: AppState, new: AppState) -> None:
        if new.doctor.original is not old.doctor.original:
            self._known.clear()
            self._soon.stop()
            self._backend.abandon(ExamineCloud)
        elif new.doctor.treatment.fixes != old.doctor.treatment.fixes:
            self._treat(new)
        if (new.prepared, words.asked_names(new), new.doctor.looking) != (old.prepared, words.asked_names(old), old.doctor.looking):
            self._look(new)

    def _treat(self, state: AppState) -> None:
        known = self._known.get(state.doctor.treatment.fixes)
        if known is None:
            self._soon.start()
            return
        self._soon.stop()
        self._backend.abandon(ExamineCloud)
        self._store.apply(lambda before: doctoring.show_treated(before, *known))

    def _ask(self) -> None:
        state = self._store.state
        cloud = state.doctor.original
        if cloud is None:
            return
        up = state.prepared.up if state.prepared is not None else (state.doctor.report.up if state.doctor.report is not None else "")
        normals = None if cloud.normals is None else Array.of(cloud.normals)
        asked = ExamineCloud(
            id=0,
            points=Array.of(cloud.points),
            normals=normals,
            origin=cloud.origin,
            format=cloud.format,
            up=up,
            fixes=state.doctor.treatment.fixes,
        )
        self._backend.submit(asked)

    def _look(self, state: AppState) -> None:
        """Asks for the names from all sides while they are looked at."""
        names = words.asked_names(state)
        if not state.doctor.looking or state.prepared is None or not names or state.words.wording.template_problem():
            self._backend.abandon(LookFromSides)
            return
        templates = state.words.wording.asked_templates()
        self._backend.submit(LookFromSides(id=0, points=Array.of(state.prepared.points), names=names, templates=templates))

    # ------------------------------------------------------------ replies

    def _answered(self, request: Request, reply: Reply) -> None:
        state = self._store.state
        if isinstance(request, ExamineCloud) and request.fixes == state.doctor.treatment.fixes:
            if isinstance(reply, CloudExamined) and state.doctor.original is not None:
                self._show(state.doctor.original, request, reply)
            elif isinstance(reply, Failed):
                notice = Notice(reply.sentence, "error")
                self._store.apply(lambda before: actions.notify(doctoring.keep_reported(before), notice))
        elif isinstance(request, LookFromSides) and state.prepared is not None:
            if isinstance(reply, SidesSeen):
                sides = Sides(
                    state.prepared,
                    reply.names,
                    reply.rotations.numpy(),
                    reply.best.numpy(),
                    reply.shares.numpy(),
                    reply.margins.numpy(),
                )
                self._store.apply(lambda before: doctoring.show_sides(before, sides))
            elif isinstance(reply, Failed):
                self._store.apply(lambda before: actions.notify(before, Notice(reply.sentence, "error")))

    def _show(self, original: Cloud, request: ExamineCloud, reply: CloudExamined) -> None:
        shown = self._store.state.cloud
        before = self._store.state.doctor.report
        report = Report(
            fixes=request.fixes,
            removed=reply.removed,
            up=request.up,
            count=reply.count,
            spacing=reply.spacing,
            judged=reply.judged,
            units=reply.units,
            why_units=reply.why_units,
            findings=reply.findings,
        )
        # Looked over again, because another way is up: what is shown stays, with all that was computed for it.
        same = before is not None and before.fixes == request.fixes and shown is not None
        cloud = shown if same and shown is not None else doctoring.left_by(original, None if reply.kept is None else reply.kept.numpy())
        self._known[request.fixes] = (cloud, report)
        self._known.move_to_end(request.fixes)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self._store.apply(lambda state: doctoring.show_treated(state, cloud, report))
