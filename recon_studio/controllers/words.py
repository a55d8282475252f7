"""Words: the names on offer are ranked for the cloud shown."""

from typing import Any

from PySide6.QtCore import QObject

from recon_model.serve.messages import Array, ClassifyByWords, CloudLabelled, Failed, LabelCloud, Reply, Request, Scores
from recon_studio.backend.client import Backend
from recon_studio.controllers.store import Store
from recon_studio.state import actions, words
from recon_studio.state.app_state import AppState, Notice, Prepared, Score
from recon_studio.state.wording import Labelled

NOTHING: tuple[Any, ...] = (None, (), "")


class WordsController(QObject):
    """Asks for a ranking when names or templates change, and for each new cloud after its reconstruction and attention are shown.

    Loading the text teacher takes seconds the first time, and a picture is worth more than a ranking.
    """

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._labelling: tuple[int, Prepared | None] = (0, None)  # request id, and the cloud that the head was asked about
        self._asked = NOTHING  # prepared cloud, names and templates of the last question
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)
        backend.dropped.connect(self._dropped)

    def set_names(self, names: tuple[str, ...]) -> None:
        """Offers other names."""
        self._store.record("names", lambda state: actions.set_names(state, names))

    def edit(self, text: str) -> None:
        """Offers the names that a text says."""
        self._store.record("names", lambda state: words.edit(state, text))

    def choose_templates(self, templates: str) -> None:
        """Puts the names into other sentences."""
        self._store.record("templates", lambda state: words.choose_templates(state, templates))

    def edit_templates(self, own: str) -> None:
        """Writes templates of one's own."""
        self._store.record("templates", lambda state: words.edit_templates(state, own))

    def classify(self) -> None:
        """Asks for the ranking of the present names for the present cloud, unless that is what was asked last."""
        state = self._store.state
        if state.prepared is None or state.words.wording.template_problem():
            return
        question = (state.prepared, words.asked_names(state), state.words.wording.asked_templates())
        if words.head_labels(state.model) and words.labelled(state) is None:
            self._labelling = (self._backend.submit(LabelCloud(id=0, points=Array.of(state.prepared.points))), state.prepared)
        if not question[1]:
            self._asked = NOTHING
            self._backend.abandon(ClassifyByWords)
            self._store.apply(lambda before: actions.show_scores(before, ()))
        elif self._asked != question:
            self._asked = question
            _, names, templates = question
            points, up = Array.of(state.prepared.points), state.prepared.up
            doubt = None if state.prepared.doubt is None else Array.of(state.prepared.doubt)
            self._backend.submit(ClassifyByWords(id=0, points=points, names=names, templates=templates, doubt=doubt, up=up))

    def _follow(self, old: AppState, new: AppState) -> None:
        if new.prepared is not old.prepared:
            self._asked = NOTHING
            self._backend.abandon(ClassifyByWords, LabelCloud)
        elif new.words.wording != old.words.wording:
            self.classify()

    def _dropped(self, request: Request) -> None:
        """Someone cancelled it: the same may be asked again."""
        if isinstance(request, ClassifyByWords) and (request.names, request.templates) == self._asked[1:]:
            self._asked = NOTHING

    def _answered(self, request: Request, reply: Reply) -> None:
        if isinstance(request, LabelCloud):
            self._take_labels(request, reply)
            return
        # The names may have been edited while these were ranked; then their own ranking follows.
        if not isinstance(request, ClassifyByWords) or (request.names, request.templates) != self._asked[1:]:
            return
        if isinstance(reply, Failed):
            self._asked = NOTHING
            self._store.apply(lambda state: words.fail(state, reply.sentence))
            if not words.head_labels(self._store.state.model):  # else its labels are shown, which need no words
                self._store.apply(lambda state: actions.notify(state, Notice(reply.sentence, "error")))
        elif isinstance(reply, Scores):
            numbers = (
                reply.names,
                reply.scores.numpy(),
                reply.probabilities.numpy(),
                reply.phrases,
                reply.lowered.numpy(),
                reply.negatives,
            )
            scores = tuple(
                Score(name, float(similarity), float(share), phrase, float(lowered), negative)
                for name, similarity, share, phrase, lowered, negative in zip(*numbers, strict=True)
            )
            worth = (reply.margin, reply.entropy, reply.unlike, reply.closest, reply.rather)
            self._store.apply(lambda state: words.show_verdict(state, scores, *worth))

    def _take_labels(self, request: LabelCloud, reply: Reply) -> None:
        asked, prepared = self._labelling
        if isinstance(reply, Failed):
            self._store.apply(lambda state: actions.notify(state, Notice(reply.sentence, "error")))
        elif isinstance(reply, CloudLabelled) and prepared is not None and request.id == asked:
            ranked = sorted(zip(reply.labels, reply.shares.numpy().tolist(), strict=True), key=lambda pair: -pair[1])
            self._store.apply(lambda state: words.show_labels(state, Labelled(prepared, tuple(ranked))))
