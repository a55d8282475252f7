"""The projection role: it lays features out, sends frames while it works, and listens for pause and stop in between."""

import sys
import time
import traceback
from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from recon_model.errors import ConfigError, InputError, ReconError, ServeError, sentence
from recon_model.projection.neighbours import Floats, nearest
from recon_model.projection.plane import Plane
from recon_model.projection.quality import clusters, measure
from recon_model.serve.inbox import Closed, Event, Inbox, Posted
from recon_model.serve.messages import (
    Array,
    CloudsPlaced,
    Failed,
    PlaceClouds,
    Progress,
    Projected,
    ProjectionFrame,
    ProjectionSteered,
    Reply,
    Shutdown,
    StartProjection,
    SteerProjection,
)

COMMANDS = ("pause", "continue", "stop")
METHODS = ("tsne", "pca")
_NEIGHBOURS = 10


class ProjectionService:
    """Answers one request after another; only ``SteerProjection`` is heard while a projection runs.

    Args:
        inbox: where requests come from.
        send: what takes the replies.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None]) -> None:
        self._inbox = inbox
        self._send = send
        self._later: deque[Event] = deque()  # came while a projection ran
        self._leaving = False

    def run(self) -> None:
        """Works until a Shutdown, or until the pipe is closed.

        Raises:
            ServeError: the bytes on the pipe were no messages.
        """
        # One thread: sums come out the same to the last bit, and the other cores stay with window and model.
        with threadpool_limits(limits=1):
            while not self._leaving:
                event = self._later.popleft() if self._later else self._inbox.take()
                if isinstance(event, Closed | Shutdown):
                    return
                if event is not None and not isinstance(event, Posted):
                    self._work(event)

    def _work(self, request: Event) -> None:
        assert not isinstance(request, Closed | Posted)
        try:
            reply = self._answer(request)
        except Exception as error:
            mine = not isinstance(error, ReconError)
            if mine:
                traceback.print_exc(file=sys.stderr)
            reply = Failed(id=request.id, sentence=sentence(error), fault=mine)
        if not self._leaving:
            self._send(reply)

    def _answer(self, request: Event) -> Reply:
        match request:
            case StartProjection():
                return self._project(request)
            case PlaceClouds():
                return _placed(request)
            case SteerProjection():
                return ProjectionSteered(id=request.id, command=_command(request), running=False)
        raise ServeError(f"request ({type(request).__name__}) is not for the projection role.")

    # ------------------------------------------------------------ one projection

    def _project(self, request: StartProjection) -> Projected:
        began = time.perf_counter()
        if request.method not in METHODS:
            raise ConfigError(f"method ({request.method!r}) must be one of {', '.join(METHODS)}.")
        features = _features(request.features)
        labels = None if request.labels is None else request.labels.numpy()
        explained, divergence, iteration = float("nan"), float("nan"), request.iterations
        if request.method == "pca":
            plane = Plane.of(features)
            coordinates, explained, iteration = plane.place(features), plane.explained, 0
        else:
            coordinates, divergence, iteration = self._lay_out(request, features)
        total = request.iterations if request.method == "tsne" else 0
        self._frame(request, iteration, coordinates, divergence)
        quality = measure(features, coordinates, labels)
        return Projected(
            id=request.id,
            coordinates=Array.of(coordinates),
            iteration=iteration,
            iterations=total,
            divergence=divergence,
            explained=explained,
            stopped=iteration < total,
            trustworthiness=quality.trustworthiness,
            features_accuracy=quality.features,
            map_accuracy=quality.coordinates,
            neighbours=quality.neighbours,
            clusters=Array.of(clusters(features, request.clusters, request.seed)),
            seconds=time.perf_counter() - began,
        )

    def _lay_out(self, request: StartProjection, features: Floats) -> tuple[Floats, float, int]:
        self._send(Progress(id=request.id, fraction=-1.0, text="finding neighbours"))
        from recon_model.projection.tsne import TsneSettings, project  # openTSNE takes two seconds: not before it is needed

        settings = TsneSettings(request.perplexity, request.iterations, request.seed, request.start)
        initial = None if request.initial is None else request.initial.numpy()
        if initial is not None and initial.shape != (len(features), 2):
            raise InputError(f"initial {initial.shape} must be ({len(features)}, 2).")
        reached, last_sent = 0, 0.0

        def watch(iteration: int, divergence: float, coordinates: npt.NDArray[np.float64]) -> bool:
            nonlocal reached, last_sent
            reached = iteration
            now = time.perf_counter()
            if (now - last_sent) * 1e3 >= request.frame_ms:
                last_sent = now
                self._frame(request, iteration, coordinates.astype(np.float32), divergence)
            return self._steered(lambda: self._frame(request, iteration, coordinates.astype(np.float32), divergence))

        made = project(features, settings, watch, initial)
        finished = made.iterations == request.iterations
        return made.coordinates, made.divergence, request.iterations if finished else reached

    def _frame(self, request: StartProjection, iteration: int, coordinates: Floats, divergence: float) -> None:
        total = request.iterations if request.method == "tsne" else 0
        values = Array.of(coordinates)
        self._send(ProjectionFrame(id=request.id, iteration=iteration, iterations=total, coordinates=values, divergence=divergence))

    def _steered(self, show: Callable[[], None]) -> bool:
        """Does what was asked meanwhile; while paused it waits here. Returns whether to stop."""
        paused = False
        while True:
            event = self._inbox.take(None if paused else 0.0)
            if event is None:
                return False
            if isinstance(event, Closed | Shutdown):
                self._leaving = True
                return True
            if not isinstance(event, SteerProjection):
                self._later.append(event)
                continue
            try:
                command = _command(event)
            except ReconError as error:
                self._send(Failed(id=event.id, sentence=sentence(error)))
                continue
            if command == "pause" and not paused:
                show()
            paused = command == "pause"
            self._send(ProjectionSteered(id=event.id, command=command, running=True))
            if command == "stop":
                return True


def _placed(request: PlaceClouds) -> CloudsPlaced:
    began = time.perf_counter()
    features, reference = _features(request.features), _features(request.reference)
    coordinates = request.coordinates.numpy()
    if features.shape[1] != reference.shape[1] or coordinates.shape != (len(reference), 2):
        raise InputError(
            f"features {features.shape}, reference {reference.shape} and coordinates {coordinates.shape} do not belong together."
        )
    if request.method == "pca":
        places, index = Plane.of(reference).place(features), nearest(features, reference, min(_NEIGHBOURS, len(reference))).rows
    else:
        from recon_model.projection.tsne import place

        places, index = place(features, reference, coordinates)
    milliseconds = (time.perf_counter() - began) * 1e3
    return CloudsPlaced(id=request.id, coordinates=Array.of(places), neighbours=Array.of(index), milliseconds=milliseconds)


def _features(sent: Array | str) -> Floats:
    if isinstance(sent, str):
        try:
            values: Floats = np.load(sent, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise InputError(f"The features in '{sent}' cannot be read ({error}).") from error
    else:
        values = sent.numpy()
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise InputError(f"features {values.shape} must be (n, d) of finite numbers with at least one row.")
    return values


def _command(request: SteerProjection) -> str:
    if request.command not in COMMANDS:
        raise ConfigError(f"command ({request.command!r}) must be one of {', '.join(COMMANDS)}.")
    return request.command
