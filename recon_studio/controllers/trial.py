"""What a name withstands: the cloud is damaged by sliders, and the names now asked are ranked for it anew. The newest always wins."""

from typing import Any

from PySide6.QtCore import QObject

from recon_model.config import Damage, DamageKind
from recon_model.serve.messages import Array, CloudDamaged, DamageCloud, Failed, Reply, Request
from recon_studio.backend.client import Backend
from recon_studio.controllers.bench import inward
from recon_studio.controllers.store import Store
from recon_studio.state import actions, trying
from recon_studio.state.app_state import AppState, Cloud, Notice, Prepared
from recon_studio.state.explain import Trial, Withstood


class TrialController(QObject):
    """Asks while the page of the drawer is open; what comes back is a preview, and leaves cloud and mask alone."""

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._asked: dict[int, Trial] = {}
        self._last: Trial | None = None
        self._points: tuple[Cloud, Prepared, Array] | None = None  # what was packed last
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)
        backend.dropped.connect(lambda request: self._asked.pop(request.id, None))

    def connect_view(self, view: Any) -> None:
        """Joins the page's signals to the handlers."""
        view.damageSet.connect(self.set_damage)
        view.variedChosen.connect(self.vary)

    def set_damage(self, damage: Damage, label: str) -> None:
        """Puts the cloud through something else."""
        self._store.record(label, lambda state: trying.set_damage(state, damage))

    def vary(self, kind: DamageKind) -> None:
        """Lets the curve follow another kind of damage."""
        self._store.apply(lambda state: trying.vary(state, kind))

    def _follow(self, _old: AppState, new: AppState) -> None:
        trial = trying.trial(new)
        if trial == self._last:
            return
        self._last = trial
        if trial is None or new.cloud is None:
            self._backend.abandon(DamageCloud)
            return
        asked = DamageCloud(
            id=0,
            points=self.packed(new.cloud, trial.prepared),
            damage=trial.damage,
            names=trial.wording.lexicon.names,
            templates=trial.wording.asked_templates(),
            up=trial.up,
        )
        self._asked[self._backend.submit(asked)] = trial

    def packed(self, cloud: Cloud, prepared: Prepared) -> Array:
        """Returns the cloud's points as the model is to damage them: in prepared coordinates, which it would be sent anyway."""
        if self._points is None or self._points[0] is not cloud or self._points[1] is not prepared:
            self._points = cloud, prepared, inward(cloud, prepared)
        return self._points[2]

    def _answered(self, request: Request, reply: Reply) -> None:
        trial = self._asked.pop(request.id, None)
        if trial is None or trial.prepared is not self._store.state.prepared:
            return
        if isinstance(reply, CloudDamaged):
            found = Withstood(
                asked=trial,
                points=reply.points.numpy(),
                count=reply.count,
                names=reply.names,
                similarities=reply.scores.numpy(),
                shares=reply.shares.numpy(),
                notes=reply.notes,
            )
            self._store.apply(lambda state: trying.show_withstood(state, found))
        elif isinstance(reply, Failed):
            self._store.apply(lambda state: actions.notify(state, Notice(reply.sentence, "error")))
