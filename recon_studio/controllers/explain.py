"""Why: the long questions that the drawer and the attention view pose, asked when the mask rests."""

from typing import Any, cast

import numpy as np
from PySide6.QtCore import QObject, QTimer

from recon_model.config import DamageKind
from recon_model.serve.messages import (
    PATIENT,
    Array,
    CurvesTraced,
    DamageTraced,
    Failed,
    Occlude,
    Occluded,
    RatiosSwept,
    Relate,
    Related,
    Reply,
    Request,
    SweepRatios,
    TraceCurves,
    TraceDamage,
)
from recon_studio.backend.client import Backend
from recon_studio.controllers.bench import inward
from recon_studio.controllers.store import Store
from recon_studio.state import actions, explaining
from recon_studio.state.app_state import AppState, Notice
from recon_studio.state.explain import (
    Answer,
    Colouring,
    Curve,
    Curves,
    Measured,
    Method,
    Occlusion,
    Page,
    Question,
    Ratios,
    Refusal,
    Relevance,
    Topic,
    Withstanding,
)

REST_MS = 120
"""A mask that still changes would only have its question given up."""


class ExplainController(QObject):
    """Asks what is to be seen and not yet known; an answer is shown when it answers what is still asked."""

    def __init__(self, store: Store, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._backend = backend
        self._asked: dict[int, Question] = {}  # by the id of the request under way
        self._soon = QTimer(self, singleShot=True, interval=REST_MS)
        self._soon.timeout.connect(self._ask)
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)
        backend.dropped.connect(self._dropped)

    # ------------------------------------------------------------ what the window asks

    def connect_view(self, view: Any) -> None:
        """Joins the signals of the bench's explaining parts to the handlers."""
        for name, handler in {
            "drawerToggled": self.open_drawer,
            "pageTurned": self.turn_to,
            "colouringChosen": self.colour_by,
            "phraseEdited": self.set_phrase,
            "methodChosen": self.set_method,
            "measuredChosen": self.set_measured,
            "askedAgain": self.ask_again,
            "writeFailed": self.tell,
        }.items():
            getattr(view, name).connect(handler)

    def open_drawer(self, is_open: bool) -> None:
        """Opens or closes the drawer."""
        self._store.apply(lambda state: explaining.open_drawer(state, is_open))

    def turn_to(self, page: Page) -> None:
        """Opens the drawer at a page."""
        self._store.apply(lambda state: explaining.turn_to(state, page))

    def colour_by(self, colouring: Colouring) -> None:
        """Lets the attention view show another explanation."""
        self._store.apply(lambda state: explaining.colour_by(state, colouring))

    def set_phrase(self, phrase: str) -> None:
        """Asks about another phrase."""
        self._store.record("phrase", lambda state: explaining.set_phrase(state, phrase))

    def set_method(self, method: Method) -> None:
        """Follows the score back another way."""
        self._store.apply(lambda state: explaining.set_method(state, method))

    def set_measured(self, measured: Measured) -> None:
        """Measures something else along the curves."""
        self._store.apply(lambda state: explaining.set_measured(state, measured))

    def ask_again(self, topic: Topic) -> None:
        """Asks once more what was refused or cancelled."""
        self._store.apply(lambda state: explaining.forget(state, topic))

    def tell(self, sentence: str) -> None:
        """Says what could not be done."""
        self._store.apply(lambda state: actions.notify(state, Notice(sentence, "error")))

    def close(self) -> None:
        """Asks nothing more."""
        self._soon.stop()

    # ------------------------------------------------------------ asking and hearing

    def _follow(self, old: AppState, new: AppState) -> None:
        if new.prepared is not old.prepared:
            self._asked.clear()
            self._backend.abandon(*PATIENT)
        if set(explaining.unanswered(new)) - set(self._asked.values()):
            if explaining.unanswered(new) != explaining.unanswered(old) or not self._soon.isActive():
                self._soon.start()
        else:
            self._soon.stop()

    def _ask(self) -> None:
        state = self._store.state
        for question in explaining.unanswered(state):
            if question not in self._asked.values() and state.prepared is not None and state.cloud is not None:
                if question.topic == "robustness":
                    request = _trace_damage(question, inward(state.cloud, state.prepared))
                else:
                    request = _request(question, Array.of(state.prepared.points), len(state.prepared.centres))
                self._asked[self._backend.submit(request)] = question

    def _dropped(self, request: Request) -> None:
        question = self._asked.pop(request.id, None)
        if question is not None and question in explaining.unanswered(self._store.state):  # no newer one has taken its place
            self._store.apply(lambda state: explaining.put_answer(state, Refusal(question, "This was cancelled.")))

    def _answered(self, request: Request, reply: Reply) -> None:
        question = self._asked.pop(request.id, None)
        if question is None:
            return
        answer = Refusal(question, reply.sentence) if isinstance(reply, Failed) else _answer(question, reply)
        if answer is not None:
            self._store.apply(lambda state: explaining.put_answer(state, answer))


def _request(question: Question, points: Array, groups: int) -> Request:
    hidden = Array.of(np.frombuffer(question.hidden, np.bool_) if question.hidden else np.zeros(groups, np.bool_))
    match question.topic:
        case "occlusion":
            return Occlude(id=0, points=points, hidden=hidden)
        case "curves":
            return TraceCurves(id=0, points=points, hidden=hidden, names=question.names)
        case "ratios":
            return SweepRatios(id=0, points=points)
        case "phrase":
            return Relate(id=0, points=points, hidden=hidden, names=question.names, method=question.method)
    raise ValueError(question.topic)


def _trace_damage(question: Question, points: Array) -> Request:
    assert question.wording is not None
    return TraceDamage(
        id=0,
        points=points,
        damage=question.damage,
        varied=cast(DamageKind, question.method),
        names=question.wording.lexicon.names,
        templates=question.wording.asked_templates(),
        up=question.up,
    )


def _answer(question: Question, reply: Reply) -> Answer | None:
    match reply:
        case Occluded():
            return Occlusion(question, reply.whole, reply.effect.numpy())
        case CurvesTraced():
            curves = (
                Curve(
                    curve.order,
                    curve.removed.numpy(),
                    curve.deletion.numpy(),
                    curve.shown.numpy(),
                    curve.insertion.numpy(),
                    curve.deletion_area,
                    curve.insertion_area,
                )
                for curve in reply.curves
            )
            return Curves(question, tuple(curves))
        case RatiosSwept():
            return Ratios(question, reply.strategies, reply.ratios, reply.hidden, reply.seeds, reply.errors.numpy())
        case Related():
            return Relevance(question, reply.score, reply.relevance.numpy(), reply.method, reply.occlusion.numpy())
        case DamageTraced():
            return Withstanding(question, reply.strengths, reply.seeds, reply.names, reply.shares.numpy(), reply.scores.numpy())
    return None
