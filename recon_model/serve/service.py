"""The model role: messages in, messages out. ``answers/`` ties each kind of message to the model."""

import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from threading import Thread

import torch

from recon_model.errors import ReconError, ServeError, sentence
from recon_model.predictor import Predictor
from recon_model.serve.answers import ANSWERS, PATIENT_ANSWERS
from recon_model.serve.answers.doctor import damage_cloud
from recon_model.serve.aside import Aside, GivenUp, Pause
from recon_model.serve.inbox import Closed, Event, Inbox, Posted
from recon_model.serve.messages import (
    AttendAll,
    ClassifyByWords,
    DamageCloud,
    EmbedClouds,
    EmbedTexts,
    Failed,
    FindByPicture,
    FindByWords,
    LoadModel,
    LookFromSides,
    ModelLoaded,
    Progress,
    RankClouds,
    Reconstruct,
    Relate,
    Reply,
    Request,
    Shutdown,
    TraceCurves,
    TraceDamage,
)
from recon_model.serve.messages.rival import RivalRequest
from recon_model.serve.rival import Rival, described

NEEDS_WORDS = (ClassifyByWords, EmbedTexts, RankClouds, FindByWords, Relate, TraceCurves, LookFromSides, DamageCloud, TraceDamage)
"""Requests with ``names`` and ``templates``: set aside while the text tower opens."""
DEFAULT = ("default", "auto")
QUIET_S = 1.0
"""Seconds without a request after which the text tower is opened ahead of need: not while a window is still drawing its first pictures."""
STROKE = (Reconstruct, AttendAll)
"""What a stroke of the brush asks: goes between the steps of a damaged cloud's answer, which takes 0.05 to 0.4 s."""
BACKGROUND = (EmbedClouds,)
"""Sent one after the other for minutes: long questions take turns with them."""
REST_S = 0.15
"""Seconds without a quicker request before a long question is taken up (again): a brush that still moves asks more often."""
TELL_S = 0.1
"""Seconds between two words on how far a long question is."""
MAX_THREADS = 8
"""More do not pay for one small cloud at a time."""


class _TowerSettled(Posted):
    """The background thread has opened a model's text tower, or knows why it cannot."""


class _Answered(Posted):
    """A long question is done with."""


class Service:
    """Answers one request after another, so that two never share a model or compete for its threads.

    Long questions (``messages.PATIENT``) are worked on while nothing else is asked: whatever arrives goes before them, at the latest
    after one forward pass, and what they have found so far is kept meanwhile.

    The default model is loaded before the first request is looked at. The text tower (seconds of imports) is opened on a
    second thread: when words need it, which are then set aside while other requests go on, or ahead of need in the first quiet moment.

    Args:
        inbox: where requests come from.
        send: what takes the replies; never called by two threads at once.
        precision: of its models, as ``Predictor.load`` takes it.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None], precision: str = "auto") -> None:
        self._inbox = inbox
        self._send = send
        self._model: Predictor | None = None
        self._loaded: tuple[str, str] | None = None
        self._asked: Predictor | None = None
        self._held: dict[type, Request] = {}  # the newest of each kind that waits for the text tower
        self._reconstructed = False
        self._precision = precision
        self._rival = Rival(precision)
        self._aside = Aside(lambda: inbox.post(_Answered()))
        self._quick_at = 0.0  # when something quick was last done

    def run(self) -> None:
        """Works until a Shutdown is reached, or until the pipe is closed and everything before that has been answered.

        Raises:
            ServeError: the bytes on the pipe were no messages.
        """
        torch.set_num_threads(worker_threads())
        self._load_default()
        try:
            self._work_through()
        finally:
            self._aside.stop()

    def _work_through(self) -> None:
        closed = False
        while not (closed and not self._held and not self._aside.busy):
            if self._held and self._inbox.peek() is None:
                self._open_tower()
            event = self._next(0.0 if closed else REST_S)
            if isinstance(event, Shutdown):
                return
            if event is None:
                self._open_tower()
            elif isinstance(event, Closed):
                closed = True
            elif isinstance(event, _TowerSettled):
                self._resume_held()
            elif not isinstance(event, Posted):
                self._work(event)

    def _next(self, rest: float) -> Event | None:
        """Waits for what comes next, long questions going on meanwhile; None in a moment so quiet that the text tower may be opened."""
        if not self._aside.busy:
            return self._inbox.take(QUIET_S if self._reconstructed and self._tower_missing() else None)
        event = self._inbox.take(max(0.0, self._quick_at + rest - time.monotonic()))
        if event is None:
            self._aside.let()
            event = self._inbox.take()
            self._aside.hold()
        return event

    # ------------------------------------------------------------ one request

    def _work(self, request: Request) -> None:
        self._reply(request, lambda: self._answer(request))
        if type(request) not in PATIENT_ANSWERS and not isinstance(request, BACKGROUND):
            self._quick_at = time.monotonic()

    def _reply(self, request: Request, answer: Callable[[], Reply | None]) -> None:
        try:
            reply = answer()
        except GivenUp:
            raise
        except Exception as error:
            # One bad request, or one mistake of ours, must not take the model down with it.
            mine = not isinstance(error, ReconError)
            if mine:
                traceback.print_exc(file=sys.stderr)
            reply = Failed(id=request.id, sentence=sentence(error), fault=mine)
        if reply is not None:
            self._send(reply)

    def _answer(self, request: Request) -> Reply | None:
        if isinstance(request, LoadModel):
            return self._load(request)
        if isinstance(request, RivalRequest):
            return self._rival.answer(request)
        answer, patient = ANSWERS.get(type(request)), PATIENT_ANSWERS.get(type(request))
        if answer is None and patient is None:
            raise ServeError(f"request ({type(request).__name__}) is not for the model role.")
        model = self._current()
        if not _ready(model, request):
            self._held[type(request)] = request
            return Progress(id=request.id, fraction=-1.0, text="Opening the text tower.")
        if answer is None:
            assert patient is not None
            self._set_aside(request, partial(patient, model, request))
            return None
        reply = damage_cloud(model, request, self._let_stroke) if isinstance(request, DamageCloud) else answer(model, request)
        self._reconstructed |= isinstance(request, Reconstruct)
        return reply

    def _let_stroke(self) -> None:
        """Answers a stroke that is next; behind another request, which may load a model, it keeps its place."""
        while isinstance(stroke := self._inbox.peek(), STROKE):
            self._inbox.take()
            self._work(stroke)

    def _set_aside(self, request: Request, answer: Callable[[Callable[[float], None]], Reply]) -> None:
        """Keeps a long question for a moment when nothing quicker is asked."""
        self._held.pop(type(request), None)  # an older one of its kind that still waits for words

        def work(rest: Pause) -> None:
            told = time.monotonic()

            def pause(share: float) -> None:
                nonlocal told
                rest()
                if time.monotonic() - told >= TELL_S:
                    told = time.monotonic()
                    self._send(Progress(id=request.id, fraction=share, text=""))

            self._reply(request, lambda: answer(pause))

        self._aside.put(type(request), work)

    def _load(self, request: LoadModel) -> ModelLoaded:
        wanted = (request.source, request.device)
        if not (self._model is not None and self._loaded == wanted == DEFAULT):  # a file may have changed since
            self._model, self._loaded = Predictor.load(*wanted, precision=self._precision), wanted
        return described(request.id, self._model)

    # ------------------------------------------------------------ what is loaded

    def _current(self) -> Predictor:
        if self._model is None:
            # Says again why the default could not be loaded, in a fresh attempt: it may have been put in place meanwhile.
            self._model, self._loaded = Predictor.load(*DEFAULT, precision=self._precision), DEFAULT
        return self._model

    def _load_default(self) -> None:
        first = self._inbox.peek()
        if isinstance(first, LoadModel) and (first.source, first.device) != DEFAULT:
            return
        try:
            self._current()
        except ReconError:
            return  # the first request that needs it is told why

    def _tower_missing(self) -> bool:
        return self._model is not None and not self._model.vocabulary.settled and self._asked is not self._model

    def _open_tower(self) -> None:
        model = self._model
        if model is None or not self._tower_missing():
            return
        self._asked = model

        def load() -> None:
            model.vocabulary.settle()
            self._inbox.post(_TowerSettled())

        Thread(target=load, name="tower", daemon=True).start()

    def _resume_held(self) -> None:
        held, self._held = self._held, {}
        for request in held.values():
            self._work(request)


def _ready(model: Predictor, request: Request) -> bool:
    """Whether a request can be answered without opening the teacher's towers first."""
    if isinstance(request, FindByPicture):
        return model.vocabulary.settled
    return not isinstance(request, NEEDS_WORDS) or not request.names or model.vocabulary.ready(request.names, request.templates)


def worker_threads() -> int:
    """Threads for torch: one core is left to the window. Where all are taken, threads wait for each other: ten times slower was seen."""
    return max(1, min(MAX_THREADS, torch.get_num_threads() - 1))
