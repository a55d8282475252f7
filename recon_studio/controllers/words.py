"""Words: the names on offer are ranked for the cloud shown."""

from PySide6.QtCore import QObject

from recon_model.serve.messages import Array, ClassifyByWords, Failed, Reply, Request, Scores
from recon_studio.backend.client import Backend
from recon_studio.controllers.store import Store
from recon_studio.state import actions
from recon_studio.state.app_state import AppState, Notice, Prepared, Score


class WordsController(QObject):
    """Asks for a ranking when the names change, and for each new cloud after its reconstruction and attention are shown.

    Loading the text teacher takes seconds the first time, and a picture is worth more than a ranking.
    """

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._asked: tuple[Prepared | None, tuple[str, ...]] = (None, ())
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)

    def set_names(self, names: tuple[str, ...]) -> None:
        """Offers other names."""
        self._store.record("names", lambda state: actions.set_names(state, names))

    def classify(self) -> None:
        """Asks for the ranking of the present names for the present cloud, unless that is what was asked last."""
        state = self._store.state
        if state.prepared is None:
            return
        if not state.names:
            self._asked = (None, ())
            self._backend.abandon(ClassifyByWords)
            self._store.apply(lambda before: actions.show_scores(before, ()))
        elif self._asked != (state.prepared, state.names):
            self._asked = (state.prepared, state.names)
            self._backend.submit(ClassifyByWords(id=0, points=Array.of(state.prepared.points), names=state.names))

    def _follow(self, old: AppState, new: AppState) -> None:
        if new.prepared is not old.prepared:
            self._asked = (None, ())
            self._backend.abandon(ClassifyByWords)
        elif new.names != old.names:
            self.classify()

    def _answered(self, request: Request, reply: Reply) -> None:
        # The names may have been edited while these were ranked; then their own ranking follows.
        if not isinstance(request, ClassifyByWords) or request.names != self._store.state.names:
            return
        if isinstance(reply, Failed):
            self._asked = (None, ())
            notice = Notice(reply.sentence, "error")
            self._store.apply(lambda state: actions.notify(actions.show_scores(state, ()), notice))
        elif isinstance(reply, Scores):
            numbers = zip(reply.names, reply.scores.numpy(), reply.probabilities.numpy(), strict=True)
            scores = tuple(Score(name, float(similarity), float(share)) for name, similarity, share in numbers)
            self._store.apply(lambda state: actions.show_scores(state, scores))
