"""The model role: messages in, messages out. ``answers/`` ties each kind of message to the model."""

import json
import sys
import traceback
from collections.abc import Callable
from threading import Thread

import torch

from recon_model.errors import ReconError, ServeError, sentence
from recon_model.predictor import Predictor
from recon_model.serve.answers import ANSWERS
from recon_model.serve.inbox import Closed, Inbox, Posted
from recon_model.serve.messages import (
    ClassifyByWords,
    EmbedTexts,
    Failed,
    LoadModel,
    ModelLoaded,
    Progress,
    RankClouds,
    Reconstruct,
    Reply,
    Request,
    Shutdown,
)

NEEDS_WORDS = (ClassifyByWords, EmbedTexts, RankClouds)
"""Requests with ``names`` and ``templates``: set aside while the text tower opens."""
DEFAULT = ("default", "auto")
QUIET_S = 1.0
"""Seconds without a request after which the text tower is opened ahead of need: not while a window is still drawing its first pictures."""
MAX_THREADS = 8
"""More do not pay for one small cloud at a time."""


class _TowerSettled(Posted):
    """The background thread has opened a model's text tower, or knows why it cannot."""


class Service:
    """Answers one request after another, so that two never share a model or compete for its threads.

    The default model is loaded before the first request is looked at. The text tower (seconds of imports) is opened on a
    second thread: when words need it, which are then set aside while other requests go on, or ahead of need in the first quiet moment.

    Args:
        inbox: where requests come from.
        send: what takes the replies; called from the thread that calls ``run`` only.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None]) -> None:
        self._inbox = inbox
        self._send = send
        self._model: Predictor | None = None
        self._loaded: tuple[str, str] | None = None
        self._asked: Predictor | None = None
        self._held: dict[type, Request] = {}  # the newest of each kind that waits for the text tower
        self._reconstructed = False

    def run(self) -> None:
        """Works until a Shutdown is reached, or until the pipe is closed and everything before that has been answered.

        Raises:
            ServeError: the bytes on the pipe were no messages.
        """
        torch.set_num_threads(worker_threads())
        self._load_default()
        closed = False
        while not (closed and not self._held):
            if self._held and self._inbox.peek() is None:
                self._open_tower()
            event = self._inbox.take(QUIET_S if self._reconstructed and self._tower_missing() else None)
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

    # ------------------------------------------------------------ one request

    def _work(self, request: Request) -> None:
        try:
            reply = self._answer(request)
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
        answer = ANSWERS.get(type(request))
        if answer is None:
            raise ServeError(f"request ({type(request).__name__}) is not for the model role.")
        model = self._current()
        if isinstance(request, NEEDS_WORDS) and not model.vocabulary.ready(request.names, request.templates):
            self._held[type(request)] = request
            return Progress(id=request.id, fraction=-1.0, text="Opening the text tower.")
        reply = answer(model, request)
        self._reconstructed |= isinstance(request, Reconstruct)
        return reply

    def _load(self, request: LoadModel) -> ModelLoaded:
        wanted = (request.source, request.device)
        if not (self._model is not None and self._loaded == wanted == DEFAULT):  # a file may have changed since
            self._model, self._loaded = Predictor.load(*wanted), wanted
        about = self._model.about
        return ModelLoaded(
            id=request.id,
            name=about.name,
            card=json.dumps(self._model.card),
            device=about.device,
            parameters=about.parameters,
            depth=about.depth,
            heads=about.heads,
            num_groups=about.num_groups,
            notes=about.notes,
        )

    # ------------------------------------------------------------ what is loaded

    def _current(self) -> Predictor:
        if self._model is None:
            # Says again why the default could not be loaded, in a fresh attempt: it may have been put in place meanwhile.
            self._model, self._loaded = Predictor.load(*DEFAULT), DEFAULT
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


def worker_threads() -> int:
    """Threads for torch: one core is left to the window. Where all are taken, threads wait for each other: ten times slower was seen."""
    return max(1, min(MAX_THREADS, torch.get_num_threads() - 1))
